"""The history of uploads: what was sent when, by whom, and what became of it, the newest first."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from api.access.asker import Asker, asker_of, view_of
from api.web import times
from api.web.answers import as_json, namer_for, page, texts_for, wants_page
from epcis_core.model.times import utc_text
from epcis_core.store.captures import CaptureOutcome, capture_outcomes, captures_before
from epcis_core.store.registry.organisations import organisation_names
from epcis_core.store.registry.uploads import Upload, uploads_of

router = APIRouter()

_HISTORY: Final = "What was uploaded, the newest first"
_ON_A_PAGE: Final = 50


@router.get("/uploads", summary=_HISTORY)
@router.get("/uploads.json", summary=_HISTORY)
def show_history(request: Request, before: str | None = None) -> Response:
    """Show captures, the newest first; `before` goes on from one, by its id."""
    ledger, view, asker = request.app.state.ledger, view_of(request), asker_of(request)
    start = None
    if before:
        known = capture_outcomes(ledger, view, [before]).get(before)
        if known is None:
            raise HTTPException(404, texts_for(request)("capture.not_found", id=before))
        start = known.record_time, known.capture_id
    found = captures_before(ledger, view, start, since=None, most=_ON_A_PAGE + 1)
    shown = found[:_ON_A_PAGE]
    uploads = uploads_of(request.app.state.books, [one.capture_id for one in shown])
    rows = [_row(one, uploads, asker) for one in shown]
    following = shown[-1].capture_id if len(found) > _ON_A_PAGE else None
    if not wants_page(request):
        return as_json({"uploads": rows, "before": following})
    for row, one in zip(rows, shown, strict=True):
        row["when"] = times.here_at(one.record_time)
    return page(
        request,
        "uploads.html",
        rows=rows,
        following=following,
        n=namer_for(request),
        names=organisation_names(request.app.state.books),
    )


def _row(one: CaptureOutcome, uploads: Mapping[str, Upload], asker: Asker) -> dict[str, Any]:
    """Return what is told of a capture; who sent it by name to its own organisation alone."""
    upload = uploads.get(one.capture_id)
    is_own = upload is not None and one.organisation == asker.organisation
    return {
        "capture_id": one.capture_id,
        "time": utc_text(one.record_time),
        "file": one.file_name,
        "organisation": one.organisation,
        "who": upload.who if upload is not None and is_own else None,
        "status": one.status,
        "counts": one.counts,
        "corrects": upload.corrects if upload is not None else None,
        "sha256": one.digest.hex(),
    }
