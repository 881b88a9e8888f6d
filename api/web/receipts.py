"""The receipt of a capture: what was sent, when, by whom, and what its records are good for."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.access.asker import asker_of, view_of
from api.clock import now
from api.paper_checkpoint import latest_on_paper
from api.web import times
from api.web.answers import as_json, namer_for, page, wants_page
from api.web.capture_page import found_report
from api.web.event_page import facts_of_stored, told_of
from api.web.step_photos import photo_links
from epcis_core.model.times import utc_text
from epcis_core.store.captures import capture_outcomes
from epcis_core.store.events import StoredEvent, events_by_id
from epcis_core.store.registry.organisations import organisation_names
from epcis_core.store.registry.uploads import uploads_of
from epcis_core.store.trace import trace_lot

router = APIRouter()

_RECEIPT: Final = "The receipt of a capture"
_MOST_EVENTS: Final = 100
_MOST_LOTS: Final = 20
_MOST_TRACED: Final = 500  # objects; handovers of the lot itself stand at the begin
_STORED: Final = frozenset({"accepted", "duplicate", "witness"})


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Whether both sides of a handover have reported it.

    Attributes:
        event_id: of the record of the capture.
        party: the other side.
        is_confirmed: both have.
        is_given: the record gives the goods away; else it takes them.
        objects: what changed hands.
    """

    event_id: str
    party: str | None
    is_confirmed: bool
    is_given: bool
    objects: tuple[str, ...]


@router.get("/captures/{capture_id}/receipt", summary=_RECEIPT)
@router.get("/captures/{capture_id}/receipt.json", summary=_RECEIPT)
def show_receipt(request: Request, capture_id: str) -> Response:
    """Show the receipt, as a page to be read like a letter and printed."""
    report = found_report(request, capture_id)
    state, asker, view = request.app.state, asker_of(request), view_of(request)
    outcome = capture_outcomes(state.ledger, view, [capture_id])[capture_id]
    kept = [one for one in report["events"] if one["status"] in _STORED]
    known = uploads_of(state.books, [capture_id]).get(capture_id)
    is_own = outcome.organisation == asker.organisation
    told: dict[str, Any] = {
        "capture_id": capture_id,
        "time": utc_text(outcome.record_time),
        "file": outcome.file_name,
        "size": outcome.size,
        "sha256": outcome.digest.hex(),
        "organisation": outcome.organisation,
        "who": known.who if known is not None and is_own else None,
        "status": outcome.status,
        "counts": outcome.counts,
        "corrects": known.corrects if known is not None else None,
        "events": [{name: one[name] for name in ("event_id", "hash", "status")} for one in kept],
    }
    stored = events_by_id(
        state.ledger, view, list(dict.fromkeys(one["event_id"] for one in kept[:_MOST_EVENTS]))
    )
    confirmations = _confirmations(request, stored)
    if not wants_page(request):
        return as_json({**told, "handovers": [asdict(one) for one in confirmations]})
    n = namer_for(request)
    shown = [one for one in stored if one.capture_id == capture_id]
    photos = photo_links(request, stored)
    return page(
        request,
        "receipt.html",
        r=told,
        when=times.here_at(outcome.record_time),
        sentences=[(told_of(one, n), photos.get(one.event_id)) for one in shown or stored],
        more=max(0, len(kept) - _MOST_EVENTS),
        confirmations=confirmations,
        n=n,
        name=organisation_names(state.books).get(outcome.organisation),
        checkpoint=latest_on_paper(state.ledger, state.books, now()),
    )


def _confirmations(request: Request, stored: list[StoredEvent]) -> list[Confirmation]:
    """Return the handovers that the records are one side of, for the first lots they name."""
    ids = {one.event_id for one in stored}
    lots = dict.fromkeys(
        named.object
        for one in stored
        for named in facts_of_stored(one).named
        if "/10/" in named.object
    )
    found: dict[Confirmation, None] = {}
    for lot in list(lots)[:_MOST_LOTS]:
        answer = trace_lot(
            request.app.state.ledger,
            view_of(request),
            lot,
            now=now(),
            direction="upstream",
            max_objects=_MOST_TRACED,
        )
        for one in answer.handovers:
            own = next((event for event in (one.shipped, one.received) if event in ids), None)
            if own is not None:
                given = own == one.shipped
                other = one.to_party if given else one.from_party
                done = one.confirmed == "both"
                found[Confirmation(own, other, done, given, one.objects)] = None
    return list(found)
