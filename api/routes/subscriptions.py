"""Subscriptions to named queries over HTTP, and listening to one over a WebSocket.

References:
    EPCIS 2.0, section 12.7 (subscriptions)
"""

from typing import Annotated, Any, Final
from uuid import uuid4

from fastapi import APIRouter, Depends, Request, WebSocket
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from api.clock import now
from api.definitions import query_of
from api.errors import Refusal
from api.event_documents import Formats
from api.outward import OutwardError
from api.own_site import same_site
from api.routes.named_queries import (
    Extensions,
    books_of,
    json_body,
    no_such_query,
    query_named,
    runner_of,
)
from api.subscriptions.controls import read_controls, read_wish
from api.subscriptions.runner import Runner
from api.subscriptions.sockets import Listener
from api.subscriptions.windows import Asked
from api.wire.discovery import discovery
from api.wire.formats import asked_formats
from api.wire.headers import answer_headers, json_only
from api.wire.pages import PER_PAGE, NextPageToken, PerPage, Place, next_page, opened_page
from api.wire.paths import segment_of, value_of
from api.wire.versions import VERSION, accepted_versions, posted_versions
from epcis_core.codecs.jsonld_writer import json_bytes
from epcis_core.model.epc_format import EpcFormat
from epcis_core.model.times import utc_text
from epcis_core.store.ledger import Ledger
from epcis_core.store.log import last_sequence
from epcis_core.store.named_queries import NamedQuery
from epcis_core.store.subscriptions import (
    Position,
    Progress,
    Subscription,
    find_subscription,
    position_before,
    subscriptions_of,
)
from epcis_core.store.view import EVERYTHING

router = APIRouter(
    prefix="/epcis", tags=["EPCIS 2.0: subscriptions"], dependencies=[Depends(accepted_versions)]
)

MOST_LISTENERS: Final = 2_000
"""WebSockets that are open at once."""

_OF_QUERY: Final = "/queries/{name}/subscriptions"
_ONE: Final = f"{_OF_QUERY}/{{subscription_id}}"
_FORMATS: Final[dict[EpcFormat, str]] = {
    "digital-link": "Always_GS1_Digital_Link",
    "urn": "Always_EPC_URN",
    "as-is": "Never_Translates",
}


@router.options(_OF_QUERY, summary="What its subscriptions offer", status_code=204)
def offer_all(request: Request, name: str) -> Response:
    """Answer with methods, versions and formats."""
    query_named(request, name)
    return discovery("GET", "POST")


@router.get(_OF_QUERY, summary="The subscriptions to a named query", response_model=None)
def list_subscriptions(
    request: Request,
    name: str,
    extensions: Extensions,
    per_page: PerPage = PER_PAGE,
    next_page_token: NextPageToken = None,
) -> Response:
    """Answer with the subscriptions in the order in which they were made."""
    media_type = json_only(request)
    named = query_named(request, name)
    size, place = opened_page(request, per_page, next_page_token)
    after: int = place.after[0] if place is not None and place.after is not None else 0
    found = subscriptions_of(books_of(request), named.number, after=after, most=size + 1)
    headers = answer_headers(extensions)
    if len(found) > size:
        headers |= next_page(request, Place(0, (found[size - 1].number,)), size)
    runner = runner_of(request)
    body = [_members(named, each, runner.progress_of(each)) for each in found[:size]]
    return Response(json_bytes(body), 200, headers, media_type)


@router.post(
    _OF_QUERY,
    summary="Subscribe to a named query",
    status_code=201,
    response_model=None,
    dependencies=[Depends(posted_versions)],
)
async def subscribe(
    request: Request,
    name: str,
    formats: Annotated[Formats, Depends(asked_formats)],
    extensions: Extensions,
) -> Response:
    """Have the events of a query sent to an address, as they come or by a schedule."""
    media_type = json_only(request)
    wish = read_wish(await json_body(request))
    runner = runner_of(request)
    named = await run_in_threadpool(query_named, request, name)
    try:
        await runner.outward.check(wish.dest)
    except OutwardError as error:
        raise Refusal(400, "ValidationException", f"dest: {error}") from error
    made = now()
    schedule, initial = wish.controls.schedule, wish.controls.initial
    new = Subscription(
        id=str(uuid4()),
        query=named.number,
        dest=wish.dest,
        token=wish.token,
        epc_format=formats.epc_format,
        schedule=None if schedule is None else schedule.given,
        report_if_empty=wish.controls.report_if_empty,
        initial=initial,
        created=made,
        progress=Progress(
            await run_in_threadpool(_begin, request.app.state.ledger, initial),
            min_record_time=made if initial is None else initial,
            next_run=None if schedule is None else schedule.next_after(made),
        ),
    )
    kept = await runner.subscribe(new, named)
    if kept is None:
        raise no_such_query(named.name)
    headers = answer_headers(extensions)
    headers["Location"] = f"/epcis/queries/{segment_of(named.name)}/subscriptions/{kept.id}"
    return Response(json_bytes(_members(named, kept, kept.progress)), 201, headers, media_type)


@router.options(_ONE, summary="What a subscription offers", status_code=204)
def offer_one(request: Request, name: str, subscription_id: str) -> Response:
    """Answer with methods, versions, formats, and since when events count next."""
    _, found = _subscription(request, name, subscription_id)
    since = runner_of(request).progress_of(found).min_record_time
    return discovery("GET", "DELETE", GS1_Query_Min_Record_Time=utc_text(since))


@router.get(_ONE, summary="A subscription", response_model=None)
def show_subscription(
    request: Request, name: str, subscription_id: str, extensions: Extensions
) -> Response:
    """Answer with what was asked for and how far it has come; the secret is not told."""
    media_type = json_only(request)
    named, found = _subscription(request, name, subscription_id)
    body = json_bytes(_members(named, found, runner_of(request).progress_of(found)))
    return Response(body, 200, answer_headers(extensions), media_type)


@router.delete(_ONE, summary="Unsubscribe", status_code=204, response_model=None)
async def unsubscribe(request: Request, name: str, subscription_id: str) -> Response:
    """Send no more; what is being sent is broken off."""
    named = await run_in_threadpool(query_named, request, name)
    if not await runner_of(request).unsubscribe(named.number, value_of(subscription_id)):
        raise _no_such_subscription(named.name, subscription_id)
    return Response(status_code=204)


@router.websocket("/queries/{name}/events")
async def listen(
    websocket: WebSocket, name: str, formats: Annotated[Formats, Depends(asked_formats)]
) -> None:
    """Send the events of a query to one who listens, as they come or by a schedule."""
    origin = websocket.headers.get("origin")
    if not same_site(origin, websocket.headers.get("host", "")):
        raise Refusal(403, "SecurityException", "A page of another site may not listen here.")
    state = websocket.app.state
    runner: Runner = state.subscriptions
    named = await run_in_threadpool(query_named, websocket, name)
    controls = read_controls(websocket.query_params.multi_items())
    query = query_of(named)
    removed = runner.removed(named.number)
    await run_in_threadpool(query_named, websocket, name)  # it may have been removed meanwhile
    position = await run_in_threadpool(_begin, state.ledger, controls.initial)
    since = now() if controls.initial is None else controls.initial
    asked = Asked(named.number, named.name, formats.epc_format, controls.initial, named.owner)
    if runner.listeners >= MOST_LISTENERS:
        raise Refusal(503, "ImplementationException", f"{MOST_LISTENERS} are listening already.")
    runner.listeners += 1
    try:
        await websocket.accept(
            headers=[
                (b"gs1-query-min-record-time", utc_text(since).encode()),
                (b"gs1-epcis-version", VERSION.encode()),
                (b"gs1-cbv-version", VERSION.encode()),
            ]
        )
        await Listener(runner, websocket, asked, query, controls).listen(position, removed)
    finally:
        runner.listeners -= 1


def _begin(ledger: Ledger, initial: int | None) -> Position:
    """Return the position behind what does not count: all there is, or what is older."""
    if initial is None:
        return Position(last_sequence(ledger, EVERYTHING))
    return position_before(ledger, EVERYTHING, initial)


def _subscription(
    request: Request, name: str, subscription_id: str
) -> tuple[NamedQuery, Subscription]:
    """Return a subscription and its query.

    Raises:
        Refusal: 404 where there is no such query, or no such subscription to it.
    """
    named = query_named(request, name)
    found = find_subscription(books_of(request), named.number, value_of(subscription_id))
    if found is None:
        raise _no_such_subscription(named.name, subscription_id)
    return named, found


def _no_such_subscription(name: str, segment: str) -> Refusal:
    return Refusal(
        404,
        "NoSuchResourceException",
        f"The query {name!r} has no subscription {value_of(segment)!r}.",
    )


def _members(named: NamedQuery, found: Subscription, progress: Progress) -> dict[str, Any]:
    """Return a subscription as JSON members.

    `delivery` is beside the standard's own: the number of the next one, how often it has failed
    since the last that was taken, why, and when it is tried again.
    """
    initial = found.created if found.initial is None else found.initial
    members: dict[str, Any] = {
        "subscriptionID": found.id,
        "queryName": named.name,
        "dest": found.dest,
        "createdAt": utc_text(found.created),
        "initialRecordTime": utc_text(initial),
        "minRecordTime": utc_text(progress.min_record_time),
        "epcFormat": _FORMATS[found.epc_format],
        "reportIfEmpty": found.report_if_empty,
    }
    if found.schedule is None:
        members["stream"] = True
    else:
        members["schedule"] = dict(found.schedule)
    if progress.notified is not None:
        members["lastNotifiedAt"] = utc_text(progress.notified)
    delivery: dict[str, Any] = {"next": progress.delivery, "failures": progress.failures}
    if progress.failure is not None:
        delivery["lastFailure"] = progress.failure
    if progress.retry is not None:
        delivery["nextAttemptAt"] = utc_text(progress.retry)
    return {**members, "delivery": delivery}
