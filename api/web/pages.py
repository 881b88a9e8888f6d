"""The pages: home and event; what they need from the ledger, and how they answer.

The search is next door, in `api.finding`; the trace in `api.traces`; uploads in `api.web.uploads`
and beside it; recall in `api.web.lots`; balances in `api.balances`.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import APIRouter, FastAPI, HTTPException, Query, Request
from fastapi.responses import Response

from api.access.asker import Asker, asker_of, view_of
from api.access.redaction import shows_capture
from api.anomalies import page as anomalies
from api.balances import lots as lot_balances
from api.balances import parties
from api.dossier import routes as dossier
from api.notices import downloads, notice_page
from api.outbreaks import common_sources, since_opened, supposing
from api.portal import file_page as portal_file_page
from api.portal import page as portal_page
from api.recalls import addressed, board, report
from api.traces import routes as traces
from api.web import (
    account,
    capture_page,
    capture_rights,
    cases,
    certificates,
    corrections,
    journal,
    links,
    log_in,
    looks,
    lots,
    open_id,
    own_headings,
    own_lists,
    people,
    publications,
    receipts,
    scans,
    shares,
    sheet_templates,
    stamp_alerts,
    stamp_check,
    stamp_files,
    stamps,
    step_photos,
    steps,
    upload_history,
    uploads,
)
from api.web.answers import (
    STATIC_FILES,
    as_json,
    error_page,
    namer_for,
    page,
    static_file,
    texts_for,
    wants_page,
)
from api.web.correctable import may_correct, others_of
from api.web.event_page import event_page, facts_of_stored
from api.web.words import sentence
from epcis_core.model.times import utc_text
from epcis_core.store.events import (
    StoredEvent,
    count_contents,
    find_events,
    latest_events,
)

__all__ = ["error_page", "mount_static", "router", "wants_page"]

router = APIRouter(tags=["pages"])
router.include_router(uploads.router)
router.include_router(capture_page.router)
router.include_router(upload_history.router)
router.include_router(receipts.router)
router.include_router(corrections.router)
router.include_router(steps.router)
router.include_router(step_photos.router)
router.include_router(scans.router)
router.include_router(traces.router)
router.include_router(lots.router)
router.include_router(lot_balances.router)
router.include_router(parties.router)
router.include_router(anomalies.router)
router.include_router(notice_page.router)
router.include_router(dossier.router)
router.include_router(downloads.router)
router.include_router(log_in.router)
router.include_router(open_id.router)
router.include_router(account.router)
router.include_router(people.router)
router.include_router(cases.router)
router.include_router(portal_page.router)
router.include_router(portal_file_page.router)
router.include_router(looks.router)
router.include_router(journal.router)
router.include_router(certificates.router)
router.include_router(capture_rights.router)
router.include_router(shares.router)
router.include_router(stamp_alerts.router)
router.include_router(stamps.router)
router.include_router(stamp_files.router)
router.include_router(stamp_check.router)
router.include_router(publications.router)
router.include_router(links.router)
router.include_router(own_lists.router)
router.include_router(own_headings.router)
router.include_router(sheet_templates.router)
router.include_router(common_sources.router)
router.include_router(supposing.router)
router.include_router(since_opened.router)
router.include_router(report.router)
router.include_router(board.router)
router.include_router(addressed.router)

_LATEST: Final = 8


def mount_static(app: FastAPI) -> None:
    """Serve the style sheet, the script and the icon."""

    @app.get("/static/{name}", summary="What pages are made of", tags=["pages"])
    def static(name: str) -> Response:
        """Answer with the style sheet, the script or the icon."""
        if name not in STATIC_FILES:
            raise HTTPException(404, "There is no such file.")
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(static_file(name), media_type=STATIC_FILES[name], headers=headers)


@router.get("/", summary="What the ledger holds")
@router.get("/index.json", summary="What the ledger holds")
def home(request: Request) -> Response:
    """Show the search box, what the ledger holds, and what came last."""
    ledger = request.app.state.ledger
    contents = count_contents(ledger, view_of(request))
    latest = latest_events(ledger, view_of(request), _LATEST)
    if not wants_page(request):
        return as_json({"contents": contents, "latest": [one.event_id for one in latest]})
    namer = namer_for(request)
    return page(
        request,
        "home.html",
        contents=contents,
        latest=[(one, sentence(facts_of_stored(one), namer)) for one in latest],
        examples=_examples() if request.app.state.settings.demo else (),
    )


@router.get("/event", summary="One event as it was received")
@router.get("/event.json", summary="One event as it was received")
def show_event(request: Request, id: Annotated[str, Query(min_length=1)]) -> Response:  # noqa: A002
    """Show an event, and the error declarations about it."""
    ledger = request.app.state.ledger
    found = find_events(ledger, view_of(request), id)
    if not found:
        told = texts_for(request)("event.not_found", id=id)
        raise HTTPException(
            404, told if wants_page(request) else f"The ledger holds no event {id!r}."
        )
    if not wants_page(request):
        return as_json(
            {
                "event_id": id,
                "records": [_record(one, asker_of(request)) for one in found],
            }
        )
    namer = namer_for(request)
    return page(
        request,
        "event.html",
        event_id=found[0].event_id,
        records=[event_page(one, namer, asker_of(request)) for one in found],
        photos=step_photos.photo_links(request, found),
        may_correct=may_correct(found, asker_of(request)),
        others=others_of(found[0], namer),
    )


def _record(stored: StoredEvent, asker: Asker) -> dict[str, Any]:
    """Return one record of the ledger; JSON that was received stands in it as it was.

    Args:
        stored: it.
        asker: who is told of it.
    """
    text: Any = orjson.Fragment(stored.text) if stored.syntax == "json" else stored.text
    return {
        **({"sequence": stored.sequence} if asker.sees_all else {}),
        "record_time": utc_text(stored.record_time),
        "hash": stored.hash,
        "organisation": stored.organisation,
        **({"capture_id": stored.capture_id} if shows_capture(asker, stored.organisation) else {}),
        "syntax": stored.syntax,
        "event": text,
    }


@cache
def _examples() -> tuple[dict[Literal["id", "vi", "en"], str], ...]:
    source = files("api.web") / "examples.toml"
    return tuple(tomllib.loads(source.read_text(encoding="utf-8"))["example"])
