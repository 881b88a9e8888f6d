"""The page of a trace, and the same as JSON."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.access.asker import view_of
from api.clock import now
from api.dossier.in_brief import completeness_in_brief
from api.hints import hint
from api.paper_checkpoint import latest_on_paper
from api.pictures.chain_map import chain_map
from api.pictures.readings import MOST as MOST_DEVICES
from api.pictures.readings import measured_json, measured_of, measured_told
from api.portal.page import portals_of
from api.traces import lists
from api.traces.lists import Id, MaxObjects, offsets_of, sales_of, stored_of, unknown
from api.web.answers import as_json, flowing_page, namer_for, wants_page
from api.web.naming import Namer, gaps_link, trace_link, trace_list_link
from api.web.reached import trace_reached
from api.web.stamp_orders import stamps_link
from api.web.step_photos import photo_links
from api.web.trace_page import MOST_LINES, shown_events, trace_page
from epcis_core.errors import IdentifierError
from epcis_core.identifiers import parse_identifier
from epcis_core.identifiers.widening import anchors
from epcis_core.provenance.result import Direction
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.recall_notices import recalls_on
from epcis_core.store.trace import is_recorded, subject_of, trace_and_balances, trace_lot

router = APIRouter()
router.include_router(lists.router)


@router.get("/trace", summary="Where an object came from and where it went")
@router.get("/trace.json", summary="Where an object came from and where it went")
def show_trace(
    request: Request,
    id: Id,  # noqa: A002 - the contract's name
    *,
    direction: Direction = "both",
    at: str | None = None,
    as_of: str | None = None,
    max_objects: MaxObjects = 10_000,
) -> Response:
    """Show where an object came from, where it went, and what the records do not show."""
    state = request.app.state
    if not wants_page(request):
        answer = trace_lot(
            state.ledger,
            view_of(request),
            id,
            direction=direction,
            at=at or None,
            as_of=as_of or None,
            now=now(),
            max_objects=max_objects,
        )
        told = {} if answer.objects else hint(id)
        reached = trace_reached(request, answer, as_of=as_of or None)
        return as_json({**reached.as_json(), **told}, status=200 if answer.objects else 404)
    asked = _Asked(id, direction, at or None, as_of or None, max_objects)
    namer = namer_for(request, as_of=asked.as_of)
    view, subject = view_of(request), subject_of(id)
    if not is_recorded(state.ledger, view, id, at=asked.at, as_of=asked.as_of):
        return unknown(request, trace_lot(state.ledger, view, id, as_of=asked.as_of), id, namer)
    how = {"direction": direction, "at": at, "as_of": as_of}
    return flowing_page(
        request,
        "trace.html",
        work=lambda: _worked_out(request, asked, namer),
        subject=subject,
        stamps=stamps_link(request, subject),
        portals=portals_of(request, subject),
        n=namer,
        is_past=bool(as_of),
        most=MOST_LINES,
        gaps_link=gaps_link(subject, as_of=as_of),
        link=lambda **change: trace_link(subject, **{**how, **change}),
        listed=lambda of, **more: trace_list_link(subject, of, **how, **more),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be traced, and how: see `trace_lot`."""

    text: str
    direction: Direction
    at: str | None
    as_of: str | None
    max_objects: int


def _worked_out(request: Request, asked: _Asked, namer: Namer) -> dict[str, Any]:
    """Return what the page shows, once its head is on its way."""
    state = request.app.state
    answer, balances = trace_and_balances(
        state.ledger,
        view_of(request),
        asked.text,
        direction=asked.direction,
        at=asked.at,
        as_of=asked.as_of,
        now=now(),
        max_objects=asked.max_objects,
    )
    stored = stored_of(request, shown_events(answer))
    is_recalled = _is_recalled(state.books, answer.subject)
    measured = measured_of(request, answer)
    return {
        "trace": answer,
        "p": trace_page(answer, offsets_of(stored), balances, namer, is_recalled=is_recalled),
        "completeness": completeness_in_brief(request, answer, namer, as_of=asked.as_of),
        "photos": photo_links(request, stored),
        "readings": measured_told(measured, namer),
        "unread": max(len(measured) - MOST_DEVICES, 0),
        "map": chain_map(answer, namer),
        "sales": sales_of(answer),
        "checkpoint": latest_on_paper(state.ledger, state.books, now()),
    }


@router.get("/trace/readings.json", include_in_schema=False)
def show_readings(
    request: Request,
    id: Id,  # noqa: A002 - as of the trace
    *,
    direction: Direction = "both",
    at: str | None = None,
    as_of: str | None = None,
    max_objects: MaxObjects = 10_000,
) -> Response:
    """Tell what was measured of the objects of a trace, and when that was outside its limits."""
    answer = trace_lot(
        request.app.state.ledger,
        view_of(request),
        id,
        direction=direction,
        at=at or None,
        as_of=as_of or None,
        now=now(),
        max_objects=max_objects,
    )
    told = [measured_json(one) for one in measured_of(request, answer)]
    status = 200 if answer.objects else 404
    return as_json({"subject": answer.subject, "measured": told}, status=status)


def _is_recalled(books: Bookkeeping, subject: str) -> bool:
    """Tell whether everybody was told that an object, its lot or its product is recalled."""
    try:
        keys = anchors(parse_identifier(subject))
    except IdentifierError:
        keys = [subject]
    with books.reading() as connection:
        return bool(recalls_on(connection, keys))
