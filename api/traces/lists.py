"""Lists behind the page of a trace: what is too much for it, by day or party, page by page."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.access.asker import view_of
from api.clock import now
from api.hints import hint
from api.traces.happenings import happening
from api.traces.rows import (
    Asked,
    Sort,
    handovers_asked,
    happenings_asked,
    loads_asked,
    objects_asked,
    told,
)
from api.web import answers
from api.web.answers import as_json, namer_for, texts_for, wants_page
from api.web.chain import chain_of
from api.web.event_page import facts_of_stored
from api.web.naming import Namer, trace_link, trace_list_link
from api.web.packing import loads_of
from api.web.paging import PageNumber, paged
from api.web.step_photos import photo_links
from api.web.trace_page import calls_of
from epcis_core.provenance.result import Direction, Trace
from epcis_core.store.events import StoredEvent, events_by_id
from epcis_core.store.trace import trace_lot

router = APIRouter(include_in_schema=False)

Id = Annotated[str, Query(min_length=1)]
MaxObjects = Annotated[int, Query(ge=1)]


@router.get("/trace/list")
@router.get("/trace/list.json")
def list_trace(
    request: Request,
    id: Id,  # noqa: A002 - as of the trace
    of: Sort,
    *,
    day: date | None = None,
    party: str | None = None,
    page: PageNumber = 1,
    direction: Direction = "both",
    at: str | None = None,
    as_of: str | None = None,
    max_objects: MaxObjects = 10_000,
) -> Response:
    """Show one sort of the rows of a trace: all, or those of a day in Viet Nam or of a party."""
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
    namer = namer_for(request, as_of=as_of or None)
    asked = Asked(day, party or None)
    is_page = wants_page(request)
    if not answer.objects and is_page:
        return unknown(request, answer, id, namer)
    found = paged(_found(answer, of, asked, namer), page)
    if not is_page:
        body = {"of": of, "total": found.total, "page": found.number, "pages": found.pages}
        status = 200 if answer.objects else 404
        return as_json({**body, "rows": [told(one) for one in found.shown]}, status=status)
    rows = found.shown
    stored: list[StoredEvent] = []
    if of == "happenings":
        stored = stored_of(request, [visits[0].event for visits in rows])
        offsets = offsets_of(stored)
        rows = [happening(visits, offsets.get(visits[0].event), namer) for visits in rows]
    how = {"direction": direction, "at": at, "as_of": as_of}
    kept = {"day": day.isoformat() if day else None, "party": asked.party}
    return answers.page(
        request,
        "trace_list.html",
        trace=answer,
        of=of,
        asked=asked,
        found=found,
        rows=rows,
        n=namer,
        photos=photo_links(request, stored),
        sales=sales_of(answer),
        back=trace_link(answer.subject, **how),
        page_link=lambda other: trace_list_link(
            answer.subject, of, **how, **kept, page=str(other) if other > 1 else None
        ),
    )


def unknown(request: Request, answer: Trace, asked: str, namer: Namer) -> Response:
    """Return the page that says that nothing is known of what was asked for."""
    return answers.page(
        request,
        "trace_unknown.html",
        status=404,
        trace=answer,
        asked=asked,
        n=namer,
        hint=hint(asked, texts_for(request).language).get("hint"),
    )


def sales_of(answer: Trace) -> frozenset[str | None]:
    """Return the events by which something was sold to consumers."""
    return frozenset(one.shipped for one in answer.sales)


def stored_of(request: Request, events: list[str]) -> list[StoredEvent]:
    """Return what is stored of events that a page shows."""
    return events_by_id(request.app.state.ledger, view_of(request), events) if events else []


def offsets_of(stored: Iterable[StoredEvent]) -> dict[str, str]:
    """Return event to the offset from UTC that it states."""
    facts = (facts_of_stored(one) for one in stored)
    return {one.event_id: one.offset for one in facts if one.offset and not one.retracts}


def _found(answer: Trace, of: Sort, asked: Asked, namer: Namer) -> Sequence[Any]:
    if of == "happenings":
        return happenings_asked(answer, asked)
    if of == "handovers":
        return handovers_asked(answer, asked)
    if of == "loads":
        return loads_of(loads_asked(answer, asked))
    if of == "objects":
        return objects_asked(answer, asked)
    calls = calls_of(chain_of(answer), answer, namer)
    return [one for one in calls if asked.party in {None, one.contact.party}]
