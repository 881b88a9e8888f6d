"""Named queries over HTTP: made, listed, asked, removed.

References:
    EPCIS 2.0, section 12.7 (named queries)
"""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from api.access.asker import asker_of
from api.access.noting import note_done
from api.clock import now
from api.definitions import (
    LARGEST,
    RESERVED,
    pairs_of,
    parameters_of,
    prefixes_of,
    read_definition,
)
from api.errors import Refusal
from api.routes.events import (
    EVENT_ANSWERS,
    Answering,
    Question,
    answer_events,
    answering,
    asked,
)
from api.subscriptions.controls import SOCKET_PARAMETERS
from api.subscriptions.runner import Note, Runner
from api.wire.discovery import discovery
from api.wire.formats import Prefixes, asked_prefixes
from api.wire.headers import answer_headers, json_only
from api.wire.pages import PER_PAGE, NextPageToken, PerPage, Place, next_page, opened_page
from api.wire.paths import segment_of, value_of
from api.wire.posted import announced_syntax
from api.wire.versions import accepted_versions, posted_versions
from epcis_core.codecs.jsonld_writer import json_bytes
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.named_queries import (
    NamedQuery,
    add_named_query,
    find_named_query,
    named_queries,
)
from epcis_core.store.registry.journal import What

router = APIRouter(
    prefix="/epcis", tags=["EPCIS 2.0: named queries"], dependencies=[Depends(accepted_versions)]
)

Extensions = Annotated[Prefixes, Depends(asked_prefixes)]


@router.options("/queries", summary="What /queries offers", status_code=204)
def offer_all() -> Response:
    """Answer with methods, versions and formats."""
    return discovery("GET", "POST")


@router.get("/queries", summary="All named queries", response_model=None)
def list_queries(
    request: Request,
    extensions: Extensions,
    per_page: PerPage = PER_PAGE,
    next_page_token: NextPageToken = None,
) -> Response:
    """Answer with names and parameters, in the order in which the queries were made."""
    media_type = json_only(request)
    size, place = opened_page(request, per_page, next_page_token)
    after: int = place.after[0] if place is not None and place.after is not None else 0
    found = named_queries(
        books_of(request), after=after, most=size + 1, owner=asker_of(request).owner
    )
    headers = answer_headers(extensions)
    if len(found) > size:
        headers |= next_page(request, Place(0, (found[size - 1].number,)), size)
    body = json_bytes([_members(named) for named in found[:size]])
    return Response(body, 200, headers, media_type)


@router.post(
    "/queries",
    summary="Give a query a name",
    status_code=201,
    response_model=None,
    dependencies=[Depends(posted_versions)],
)
async def make_query(request: Request, extensions: Extensions) -> Response:
    """Keep a query, `{"name": …, "query": {…}}`; it is read at once, and refused if it is none."""
    media_type = json_only(request)
    definition = read_definition(await json_body(request), extensions.by_name)
    name = definition.name
    made = None
    if name not in RESERVED:
        made = await run_in_threadpool(
            partial(
                add_named_query,
                books_of(request),
                name,
                definition.text,
                extensions.by_name,
                now(),
                owner=asker_of(request).owner,
            )
        )
    if made is None:
        raise Refusal(
            409, "ResourceAlreadyExistsException", f"There is a query named {name!r} already."
        )
    headers = {"Location": f"/epcis/queries/{segment_of(name)}", **answer_headers(extensions)}
    return Response(json_bytes(_members(made)), 201, headers, media_type)


@router.options("/queries/{name}", summary="What a named query offers", status_code=204)
def offer_one(request: Request, name: str) -> Response:
    """Answer with methods, versions and formats."""
    query_named(request, name)
    return discovery("GET", "DELETE")


@router.get("/queries/{name}", summary="A named query", response_model=None)
def show_query(request: Request, name: str, extensions: Extensions) -> Response:
    """Answer with name and parameters, as they were given."""
    media_type = json_only(request)
    named = query_named(request, name)
    return Response(json_bytes(_members(named)), 200, answer_headers(extensions), media_type)


@router.delete(
    "/queries/{name}", summary="Remove a named query", status_code=204, response_model=None
)
async def remove_query(request: Request, name: str) -> Response:
    """Remove a query with its subscriptions; whoever listens to it is told and let go."""
    given, owner = value_of(name), asker_of(request).owner
    note = noting_unsubscribed(request, given)
    if not await runner_of(request).remove_query(given, owner, note):
        raise no_such_query(given)
    return Response(status_code=204)


@router.options("/queries/{name}/events", summary="What its events offer", status_code=204)
def offer_events(request: Request, name: str) -> Response:
    """Answer with methods, versions and formats."""
    query_named(request, name)
    return discovery("GET")


@router.get(
    "/queries/{name}/events",
    summary="The events a named query asks for",
    response_model=None,
    responses=EVENT_ANSWERS,
)
def get_events(
    request: Request,
    name: str,
    how: Annotated[Answering, Depends(answering)],
    per_page: PerPage = PER_PAGE,
    next_page_token: NextPageToken = None,
) -> Response:
    """Answer with a page of events; over a WebSocket see `listen`."""
    named = query_named(request, name)
    for parameter, _ in asked(request):
        if parameter in SOCKET_PARAMETERS:
            raise Refusal(
                400,
                "SubscriptionControlsException",
                f"{parameter} is for a WebSocket, and this request has no Upgrade.",
            )
        raise Refusal(
            400,
            "QueryParameterException",
            f"There is no {parameter!r} here; parameters of a named query are its own.",
        )
    question = Question(pairs_of(named), named.name, prefixes_of(named))
    return answer_events(request, question, how, (per_page, next_page_token))


async def json_body(request: Request) -> bytes:
    """Return the body of a request that is to be JSON.

    Raises:
        Refusal: 413 for a large one, 415 for another media type.
    """
    if await announced_syntax(request) == "xml":
        raise Refusal(
            415, "UnsupportedMediaTypeException", "Expected a Content-Type of application/json."
        )
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise Refusal(
                413, "QueryTooComplexException", f"The body has more than {LARGEST} bytes."
            )
    return bytes(body)


def query_named(request: HTTPConnection, segment: str) -> NamedQuery:
    """Return the query of whoever asks that a segment of a path names.

    Raises:
        Refusal: 404 where there is none.
    """
    name = value_of(segment)
    found = find_named_query(request.app.state.books, name, owner=asker_of(request).owner)
    if found is None:
        raise no_such_query(name)
    return found


def noting_unsubscribed(request: Request, name: str) -> Note:
    """Return what notes the end of a subscription to the query of a name."""
    return lambda one: note_done(request, What.UNSUBSCRIBED, f"{name}, {one}")


def no_such_query(name: str) -> Refusal:
    """Return the refusal of a name that no query has."""
    return Refusal(404, "NoSuchNameException", f"There is no query named {name!r}.")


def books_of(request: Request) -> Bookkeeping:
    """Return where named queries and subscriptions are kept."""
    books: Bookkeeping = request.app.state.books
    return books


def runner_of(request: Request) -> Runner:
    """Return what follows subscriptions."""
    runner: Runner = request.app.state.subscriptions
    return runner


def _members(named: NamedQuery) -> dict[str, Any]:
    return {"name": named.name, "query": parameters_of(named)}
