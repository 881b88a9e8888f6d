"""What was managed and who came in: the journal as a page, as JSON and as CSV."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response, StreamingResponse

from api.web import times
from api.web.answers import as_json, page, wants_page
from api.web.csv_cells import lines
from epcis_core.model.times import utc_text
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.journal import COMMAND_LINE, Entry, What, journal

router = APIRouter(include_in_schema=False)

_ON_A_PAGE: Final = 200
_AT_ONCE: Final = 1000
_COLUMNS: Final = ("number", "time", "who", "place", "what", "about")

Before = Annotated[int | None, Query(ge=1)]


@router.get("/journal")
@router.get("/journal.json")
def show_journal(request: Request, before: Before = None, what: str = "") -> Response:
    """Show the journal, the newest first; `before` goes on from a number."""
    books: Bookkeeping = request.app.state.books
    kind = _kind(what)
    if not wants_page(request):
        found = journal(books, before=before, what=kind, most=_AT_ONCE)
        return as_json([_told(one) for one in found])
    found = journal(books, before=before, what=kind, most=_ON_A_PAGE + 1)
    shown = found[:_ON_A_PAGE]
    return page(
        request,
        "journal.html",
        entries=[(one, times.here_at(one.time)) for one in shown],
        command_line=COMMAND_LINE,
        kinds=[*What],
        what=kind,
        following=shown[-1].number if len(found) > _ON_A_PAGE else None,
    )


@router.get("/journal.csv")
def export_journal(request: Request, what: str = "") -> Response:
    """Answer with the whole journal as CSV, the newest first, in times of UTC."""
    rows = _rows(request.app.state.books, _kind(what))
    headers = {
        "Content-Disposition": 'attachment; filename="journal.csv"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(lines(rows), media_type="text/csv; charset=utf-8", headers=headers)


def _kind(what: str) -> What | None:
    """Return the kind of entry that is asked for; None for all.

    Raises:
        HTTPException: 400 where there is none of this name.
    """
    if what and what not in [*What]:
        raise HTTPException(400, f"Expected what, one of {', '.join(What)}.")
    return What(what) if what else None


def _rows(books: Bookkeeping, what: What | None) -> Iterator[tuple[str, ...]]:
    yield _COLUMNS
    before = None
    while found := journal(books, before=before, what=what, most=_AT_ONCE):
        for one in found:
            yield str(one.number), utc_text(one.time), one.who, one.place, one.what, one.about
        before = found[-1].number


def _told(one: Entry) -> dict[str, Any]:
    return {**asdict(one), "time": utc_text(one.time)}
