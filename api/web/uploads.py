"""Uploading event files in the browser, and the report of every capture."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from api.access.asker import asker_of, ownership_of_asker, view_of
from api.access.redaction import report_for
from api.bodies import bounded
from api.clock import now
from api.web import times
from api.web.answers import as_json, page, texts_for, wants_page
from api.web.event_page import facts_of_stored
from api.web.naming import Namer
from epcis_core.findings import Language, Severity
from epcis_core.store.captures import find_capture
from epcis_core.store.events import events_by_id
from epcis_core.store.ledger import Ledger
from epcis_core.store.names import Names
from epcis_core.store.view import View
from ingest.intake import capture_file

router = APIRouter()

_REPORT: Final = "The report of a capture"
_MOST_ROWS: Final = 300
_EVENTS_READ: Final = 200
_MOST_FILES: Final = 200
_MOST_REPORTS: Final = 100
_STORED: Final = frozenset({"accepted", "duplicate", "witness"})
_STATUSES: Final = ("rejected", "partial", "accepted")  # what needs attention comes first


@router.get("/upload", summary="Files from a browser")
def upload_form(request: Request) -> Response:
    """Show the form."""
    return page(request, "upload.html", problem=None)


async def sent_form(request: Request) -> AsyncIterator[FormData]:
    """Read the form; large files go to disk as they come, and from there when it is done."""
    language = texts_for(request).language if wants_page(request) else "en"
    body = bounded(request, language=language, is_form=True)
    async with body.form(max_files=_MOST_FILES) as form:
        yield form


@router.post("/upload", summary="Files from a browser")
@router.post("/upload.json", summary="Files from a browser")
def upload(request: Request, form: Annotated[FormData, Depends(sent_form)]) -> Response:
    """Capture the files of the form, one after the other, and show what became of each."""
    t, asker = texts_for(request), asker_of(request)
    ledger: Ledger = request.app.state.ledger
    limits, ownership = request.app.state.settings.limits, ownership_of_asker(request)
    chosen = [
        part for part in form.getlist("files") if isinstance(part, UploadFile) and part.filename
    ]
    if not chosen:
        if wants_page(request):
            return page(request, "upload.html", status=400, problem=t("upload.none"))
        raise HTTPException(400, "The form holds no file.")
    reports = [
        report
        for file in chosen
        for report in capture_file(
            ledger,
            file.file,
            file.filename or "",
            now=now(),
            limits=limits,
            proceed=form.get("proceed") == "true",
            lenient=form.get("lenient") == "true",
            organisation=asker.organisation,
            ownership=ownership,
        )
    ]
    failed = all(report.status == "rejected" for report in reports)
    status = 422 if failed else 200
    shown = [report_for(asker, report.as_json(t.language)) for report in reports]
    if not wants_page(request):
        return as_json(shown, status=status)
    if (
        len(reports) == 1
        and not reports[0].findings
        and not any(e.findings for e in reports[0].events)
    ):
        # Nothing but the receipt: show it at its own address, so that it can be kept.
        return RedirectResponse(f"/captures/{reports[0].capture_id}", 303)
    return _report_page(request, ledger, shown, status=status)


@router.get("/captures/{capture_id}", summary=_REPORT)
@router.get("/captures/{capture_id}.json", summary=_REPORT)  # goes first: it is next to it
def show_capture(request: Request, capture_id: str) -> Response:
    """Show the report of a capture again, as it was given."""
    report = find_capture(request.app.state.ledger, view_of(request), capture_id)
    t = texts_for(request)
    if report is None:
        told = t("capture.not_found", id=capture_id)
        raise HTTPException(
            404, told if wants_page(request) else f"The ledger holds no capture {capture_id!r}."
        )
    report = report_for(asker_of(request), in_language(report, t.language))
    if not wants_page(request):
        return as_json(report)
    return _report_page(request, request.app.state.ledger, [report])


def _report_page(
    request: Request, ledger: Ledger, reports: list[dict[str, Any]], *, status: int = 200
) -> Response:
    shown = sorted(reports, key=lambda report: _STATUSES.index(report["status"]))[:_MOST_REPORTS]
    with ledger.reading() as cursor:
        namer = Namer(Names(cursor, view_of(request)), texts_for(request))
    return page(
        request,
        "capture.html",
        status=status,
        most=_MOST_ROWS,
        n=namer,
        reports=[
            {
                **report,
                "lots": _lots(ledger, view_of(request), report),
                "told": _told(report),
                "master_data": report.get("master_data"),
                "when": times.here_at(report["record_time"]) if "record_time" in report else None,
            }
            for report in shown
        ],
        hidden=len(reports) - len(shown),
    )


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
    rows = [{**finding, "index": None} for finding in report["findings"]]
    rows += [
        {**finding, "index": event["index"]}
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
