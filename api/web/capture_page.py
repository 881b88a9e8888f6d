"""The report of a capture: what became of each event, and what is wrong beside where it stands."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from api.access.asker import asker_of, view_of
from api.access.redaction import report_for
from api.clock import now
from api.own_sheets import own_of_asker
from api.web import times
from api.web.answers import as_json, namer_for, page, texts_for, wants_page
from api.web.correctable import LOOKED_AT, other_parties, stored_by, withdrawable
from api.web.event_page import facts_of_stored
from epcis_core.codecs.xml_encoding import looks_like_xml
from epcis_core.findings import Language, Severity, Where
from epcis_core.model.times import utc_text
from epcis_core.store.captures import CaptureOutcome, capture_outcomes, find_capture
from epcis_core.store.events import events_by_id
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.uploads import corrections_of, uploads_of
from epcis_core.store.view import View
from ingest.excerpts import excerpts, grid_of
from ingest.mending import answer_sheet, rejected_document
from ingest.sheets.layout import UNCLEAR

router = APIRouter()

_REPORT: Final = "The report of a capture"
_MOST_ROWS: Final = 300
_EVENTS_READ: Final = 200
_MOST_REPORTS: Final = 100
_STORED: Final = frozenset({"accepted", "duplicate", "witness"})
_STATUSES: Final = ("rejected", "partial", "accepted")  # what needs attention comes first
_BEFORE: Final = b"\xef\xbb\xbf \t\r\n"
_HEAD: Final = 512  # bytes
_WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/captures/{capture_id}", summary=_REPORT)
@router.get("/captures/{capture_id}.json", summary=_REPORT)  # goes first: it is next to it
def show_capture(request: Request, capture_id: str) -> Response:
    """Show the report of a capture again, as it was given."""
    report = report_for(asker_of(request), found_report(request, capture_id))
    report = in_language(report, texts_for(request).language)
    if not wants_page(request):
        return as_json(report)
    return report_page(request, [report])


@router.get("/captures/{capture_id}/to-mend", include_in_schema=False)
def show_to_mend(
    request: Request,
    capture_id: str,
    part: Annotated[
        Literal["all", "rejected"], Query(description="of a spreadsheet: which rows")
    ] = "all",
) -> Response:
    """Give a sheet back with what is wrong beside its rows; of a document its rejected events."""
    report = found_report(request, capture_id)
    data = request.app.state.kept.find(capture_id)
    limits = request.app.state.settings.limits.document
    language = texts_for(request).language
    if data is not None:
        own = own_of_asker(request)
        made = answer_sheet(
            data, report, language, limits, only_rejected=part == "rejected", own=own
        )
        kind, ending = _WORKBOOK, "xlsx"
        if made is None:
            made = rejected_document(data, report, limits, creation_date=utc_text(now()))
            ending = "xml" if looks_like_xml(data[:_HEAD]) else "json"
            kind = f"application/{ending}"
        if made is not None:
            name = f"to-mend-{capture_id[:8]}.{ending}"
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return Response(made, media_type=kind, headers=headers)
    raise HTTPException(404, texts_for(request)("capture.not_kept"))


def found_report(request: Request, capture_id: str) -> dict[str, Any]:
    """Return the report of a capture that the asker may see.

    Raises:
        HTTPException: 404 where there is none.
    """
    report = find_capture(request.app.state.ledger, view_of(request), capture_id)
    if report is None:
        told = texts_for(request)("capture.not_found", id=capture_id)
        raise HTTPException(
            404, told if wants_page(request) else f"The ledger holds no capture {capture_id!r}."
        )
    return report


def report_page(
    request: Request, reports: Sequence[dict[str, Any]], *, status: int = 200
) -> Response:
    """Return the page of one or several reports, those that need attention first."""
    shown = sorted(reports, key=lambda report: _STATUSES.index(report["status"]))[:_MOST_REPORTS]
    ids = [one["capture_id"] for one in shown if one["capture_id"]]
    outcomes = capture_outcomes(request.app.state.ledger, view_of(request), ids)
    return page(
        request,
        "capture.html",
        status=status,
        most=_MOST_ROWS,
        n=namer_for(request),
        unclear=UNCLEAR,
        reports=[
            {
                **_shown(request, one, outcomes.get(one["capture_id"] or "")),
                **(_wrong(request, one) if len(reports) == 1 else {"withdrawable": 0}),
            }
            for one in shown
        ],
        hidden=len(reports) - len(shown),
    )


def _shown(
    request: Request, report: dict[str, Any], outcome: CaptureOutcome | None
) -> dict[str, Any]:
    """Return a report with what the page shows of it beside."""
    state, capture_id = request.app.state, report["capture_id"] or ""
    told = _told(report)
    data = state.kept.find(capture_id) if told and capture_id else None
    limits = state.settings.limits.document
    if data is not None:
        shown = told[:_MOST_ROWS]
        around = excerpts(
            data, [Where(**one["where"]) for one in shown], limits, own_of_asker(request)
        )
        for one in shown:
            one["excerpt"] = around.get(Where(**one["where"]), ())
    kept = None if data is None else ("file" if grid_of(data, limits) is None else "sheet")
    known = uploads_of(state.books, [capture_id]).get(capture_id)
    return {
        **report,
        "lots": _lots(state.ledger, view_of(request), report),
        "told": told,
        "master_data": report.get("master_data"),
        "when": None if outcome is None else times.here_at(outcome.record_time),
        "own": outcome is not None and outcome.organisation == asker_of(request).organisation,
        "kept": kept,
        "is_document": data is not None and _is_document(data),
        "corrects": known.corrects if known is not None else None,
        "corrected_by": corrections_of(state.books, capture_id),
    }


def _is_document(data: bytes) -> bool:
    """Tell whether an upload can be JSON or XML, as it stands."""
    return data.lstrip(_BEFORE)[:1] in {b"{", b"["} or looks_like_xml(data[:_HEAD])


def _wrong(request: Request, report: dict[str, Any]) -> dict[str, Any]:
    """Return how many of the records of a capture can be withdrawn, and who will see it."""
    found = withdrawable(request, report, LOOKED_AT)
    n = namer_for(request)
    others = dict.fromkeys(party for one in found for party in other_parties(one))
    told = n.joined([n.party(one) for one in others]) if others else ""
    unread = max(0, len(stored_by(report)) - LOOKED_AT)
    return {"withdrawable": len(found) + (unread if found else 0), "others": told}


def _lots(ledger: Ledger, view: View, report: dict[str, Any]) -> list[str]:
    """Return the lots that the first events of a capture name, in order of appearance."""
    named = [one["event_id"] for one in report["events"] if one.get("status") in _STORED]
    found: dict[str, None] = {}
    for stored in events_by_id(ledger, view, named[:_EVENTS_READ]):
        for one in facts_of_stored(stored).named:
            if "/10/" in one.object:
                found[one.object] = None
    return list(found)


def _told(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every finding of a report with the index of its event; errors first."""
    rows = [{**finding, "index": None, "excerpt": ()} for finding in report["findings"]]
    rows += [
        {**finding, "index": event["index"], "excerpt": ()}
        for event in report["events"]
        for finding in event["findings"]
        if finding["code"] != "rolled_back"  # the document's outcome and the event's say it
    ]
    weights = {severity.value: rank for rank, severity in enumerate(Severity)}
    return sorted(rows, key=lambda row: (weights[row["severity"]], row["index"] or 0))


def in_language(report: dict[str, Any], language: Language) -> dict[str, Any]:
    """Return a stored report with its findings in a language, as far as that was kept."""
    return {
        **report,
        "findings": [_in_language(one, language) for one in report["findings"]],
        "events": [
            {**event, "findings": [_in_language(one, language) for one in event["findings"]]}
            for event in report["events"]
        ],
    }


def _in_language(found: dict[str, Any], language: Language) -> dict[str, Any]:
    kept = {name: value for name, value in found.items() if name != "messages"}
    return {**kept, "message": found.get("messages", {}).get(language, found["message"])}
