"""A case as it was when it was opened, beside what is known now: what came later is marked."""

from collections.abc import Collection
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from api.access.asker import view_of
from api.clock import now
from api.web.answers import as_json, namer_for, page, wants_page
from api.web.cases import case_named, case_view
from api.web.event_page import facts_of_stored
from api.web.trace_page import MOST_ROWS
from api.web.words import sentence
from epcis_core.model.times import utc_text
from epcis_core.provenance.recall_result import Recall
from epcis_core.provenance.result import Handover
from epcis_core.store.events import events_by_id
from epcis_core.store.later import recorded_at, recorded_later
from epcis_core.store.registry.inspections import items_of
from epcis_core.store.trace import recall_lots

router = APIRouter(include_in_schema=False)


@router.get("/cases/{number}/later")
@router.get("/cases/{number}/later.json")
def show_later(request: Request, number: str) -> Response:
    """Show the recall of a case's lots as known now, and mark what came since it was opened."""
    case = case_named(request, number)
    items = items_of(request.app.state.books, case.number)
    lots = [item.value for item in items if item.kind == "lot"]
    if not lots:
        raise HTTPException(404, namer_for(request).texts("cases.no_lots"))
    ledger, view = request.app.state.ledger, case_view(request, case)
    frozen = recorded_at(ledger, view_of(request), case.as_of)
    as_of = utc_text(case.opened if frozen is None else frozen)
    before = recall_lots(ledger, view, lots, as_of=as_of)
    today = recall_lots(ledger, view, lots, now=now())
    late = recorded_later(ledger, view, today.trace.events, case.as_of)
    told = _compared(before, today, late)
    if not wants_page(request):
        return as_json({"case": case.number, "as_of": as_of, **told})
    namer = namer_for(request)
    new = [one for one in today.trace.events if one in late][-MOST_ROWS:]
    facts = [facts_of_stored(one) for one in events_by_id(ledger, view, new)]
    return page(
        request,
        "case_later.html",
        case=case,
        recall=today,
        late=late,
        new_objects={*told["objects"]},
        gone=told["gone"],
        new_customers=told["customers"],
        handovers=sorted(
            today.trace.handovers, key=lambda one: (not _is_late(one, late), one.shipped_at or "")
        ),
        is_late=lambda one: _is_late(one, late),
        events=[(one.event_id, sentence(one, namer)) for one in facts if not one.retracts],
        as_of=as_of,
        n=namer,
        most=MOST_ROWS,
    )


def _compared(before: Recall, today: Recall, late: Collection[str]) -> dict[str, Any]:
    """Return what is affected, handed over, recorded and sold to whom only since then."""
    then, present = _objects(before), _objects(today)
    known = {one.party for one in before.customers}
    return {
        "objects": sorted(present - then),
        "gone": sorted(then - present),
        "customers": sorted(
            one.party for one in today.customers if one.party and one.party not in known
        ),
        "handovers": [
            one.model_dump(mode="json") for one in today.trace.handovers if _is_late(one, late)
        ],
        "events": [one for one in today.trace.events if one in late],
    }


def _objects(recall: Recall) -> set[str]:
    return {one.object for one in recall.affected}


def _is_late(handover: Handover, late: Collection[str]) -> bool:
    """Tell whether a side of a handover was recorded only later."""
    return handover.shipped in late or handover.received in late
