"""Events over HTTP: the queries of the EPCIS interface.

References:
    EPCIS 2.0, sections 8.2.7.1 and 12.2
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.access.asker import view_of
from api.errors import Refusal
from api.event_documents import Formats, as_query_document
from api.spooled import spooled
from api.wire.discovery import discovery
from api.wire.formats import Prefixes, asked_formats, asked_prefixes
from api.wire.headers import answer_headers, json_or_xml
from api.wire.pages import PAGING, PER_PAGE, NextPageToken, PerPage, Place, next_page, opened_page
from api.wire.parameters import pairs_in
from api.wire.paths import value_of
from api.wire.versions import accepted_versions
from epcis_core.model.namespaces import Namespaces
from epcis_core.query.conditions import EventQuery
from epcis_core.query.parameters import parse_query
from epcis_core.query.values import event_key
from epcis_core.store.events import StoredEvent, find_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.query import After, page_of_events

router = APIRouter(
    prefix="/epcis", tags=["EPCIS 2.0: events"], dependencies=[Depends(accepted_versions)]
)

SIMPLE_QUERY: Final = "SimpleEventQuery"
EVENT_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "An EPCISQueryDocument. `Link` leads to the next page, if there is one.",
        "content": {
            kind: {"schema": {"type": "object"}}
            for kind in ("application/json", "application/ld+json")
        }
        | {"application/xml": {"schema": {"type": "string"}}},
    }
}
_LONGEST: Final = 16_384
"""Characters of the parameters of a query in an address."""

_MOST_TEXT: Final = 64 * 2**20
"""Characters of the events of one page."""

_BY_HEADER: Final = "GS1-Extensions"


@dataclass(frozen=True, slots=True)
class Question:
    """What events are asked for, beside what a page says.

    Attributes:
        pairs: parameters, a list by repeating its name.
        name: of the query, which the answer names.
        prefixes: what prefixes in the parameters stand for.
    """

    pairs: tuple[tuple[str, str], ...]
    name: str = SIMPLE_QUERY
    prefixes: Mapping[str, str] | None = None

    @property
    def query(self) -> EventQuery:
        """The query, read.

        Raises:
            QueryError: there is no such parameter, or its value is none.
        """
        return parse_query(self.pairs, Namespaces.of_context(dict(self.prefixes or {})))


Answering = tuple[Formats, Prefixes]


async def answering(
    formats: Annotated[Formats, Depends(asked_formats)],
    prefixes: Annotated[Prefixes, Depends(asked_prefixes)],
) -> Answering:
    """Return how the headers of a request want an answer with events spelled."""
    return formats, prefixes


@router.get("/events", summary=SIMPLE_QUERY, response_model=None, responses=EVENT_ANSWERS)
def get_events(
    request: Request,
    how: Annotated[Answering, Depends(answering)],
    per_page: PerPage = PER_PAGE,
    next_page_token: NextPageToken = None,
) -> Response:
    """Answer with a page of the events that a SimpleEventQuery asks for."""
    question = Question(asked(request), prefixes=how[1].by_name)
    return answer_events(request, question, how, (per_page, next_page_token))


@router.options("/events", summary="What /events offers", status_code=204)
def offer_events() -> Response:
    """Answer with methods, versions and formats."""
    return discovery("GET", "POST")


@router.get(
    "/events/{event_id}",
    summary="One event, and the error declarations about it",
    response_model=None,
    responses=EVENT_ANSWERS,
)
def get_event(
    request: Request, event_id: str, how: Annotated[Answering, Depends(answering)]
) -> Response:
    """Answer with the event of an id; a URI in a path is written percent-encoded."""
    formats, prefixes = how
    syntax, media_type = json_or_xml(request)
    found = _events_of(request, event_id)
    document = as_query_document(found, syntax, formats=formats)
    return spooled(document, media_type, answer_headers(prefixes))


@router.options("/events/{event_id}", summary="What an event offers", status_code=204)
def offer_event(request: Request, event_id: str) -> Response:
    """Answer with methods, versions and formats."""
    _events_of(request, event_id)
    return discovery("GET")


def asked(request: Request) -> tuple[tuple[str, str], ...]:
    """Return the parameters of a query in the address of a request, without those of pages.

    Raises:
        Refusal: 414 where the address is too long.
    """
    if len(request.url.query) > _LONGEST:
        raise Refusal(
            414,
            "URITooLongException",
            f"The parameters have {len(request.url.query)} characters, and {_LONGEST} are taken. "
            "Make a named query of them: POST /epcis/queries.",
        )
    return tuple(pair for pair in pairs_in(request.url.query) if pair[0] not in PAGING)


def answer_events(
    request: Request,
    question: Question,
    how: Answering,
    page: tuple[int, str | None],
    *,
    own: tuple[str, str] | None = None,
) -> Response:
    """Return a page of events.

    Args:
        request: the one that is answered.
        question: what it asks.
        how: how it wants the events spelled.
        page: how many events it wants, and where the page begins.
        own: a parameter that its path stands for, and which it may not name itself.

    Raises:
        Refusal: the request contradicts itself, or the answer cannot be as it wants it.
        QueryError: a parameter is none.
    """
    formats, prefixes = how
    syntax, media_type = json_or_xml(request)
    size, place = opened_page(request, *page)
    question, after = _continued(question, place)
    if own is not None:
        question = _narrowed(question, own)
    found = page_of_events(
        request.app.state.ledger,
        view_of(request),
        question.query,
        size,
        after,
        most_text=_MOST_TEXT,
        seconds=request.app.state.settings.query_seconds,
    )
    headers = answer_headers(prefixes)
    if (end := found.after) is not None:
        keys = (end.key, end.sequence, end.given)
        pairs = question.pairs if own is None else question.pairs[:-1]
        pairs += tuple(
            (f"{_BY_HEADER} {name}", uri) for name, uri in (question.prefixes or {}).items()
        )
        headers |= next_page(request, Place(end.up_to_sequence, keys, pairs), size)
    document = as_query_document(found.events, syntax, formats=formats, query_name=question.name)
    return spooled(document, media_type, headers)


def _continued(question: Question, place: Place | None) -> tuple[Question, After | None]:
    """Return the question that a page goes on with: that of the first page.

    Raises:
        Refusal: 400 where the request asks something else beside its token.
    """
    if place is None or place.after is None:
        return question, None
    bound = f"{_BY_HEADER} "
    pairs = tuple(pair for pair in place.asked if not pair[0].startswith(bound))
    if question.pairs not in {(), pairs}:
        raise Refusal(
            400,
            "QueryParameterException",
            "The nextPageToken goes on with another query than the parameters beside it.",
        )
    prefixes = {n.removeprefix(bound): uri for n, uri in place.asked if n.startswith(bound)}
    key, sequence, given = place.after
    return (
        replace(question, pairs=pairs, prefixes=prefixes),
        After(place.snapshot, key, sequence, given),
    )


def _narrowed(question: Question, own: tuple[str, str]) -> Question:
    """Return a question with the parameter that a path stands for.

    Raises:
        Refusal: 400 where the parameters name it too.
    """
    name = own[0]
    if any(given == name for given, _ in question.pairs):
        raise Refusal(
            400,
            "QueryParameterException",
            f"{name} is given by the path, and may not be asked too.",
        )
    return replace(question, pairs=(*question.pairs, own))


def _events_of(request: Request, segment: str) -> list[StoredEvent]:
    ledger: Ledger = request.app.state.ledger
    event_id = value_of(segment)
    found = find_events(ledger, view_of(request), event_key(event_id))
    if not found:
        raise Refusal(
            404,
            "NoSuchResourceException",
            f"The ledger holds no event {event_id!r}. An id in a path is written percent-encoded.",
        )
    return found
