"""Who looked at what: the page of those who oversee inspectors, and the same as JSON and CSV."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from api.web import times
from api.web.answers import as_json, page, wants_page
from api.web.csv_cells import lines
from api.web.forms import LineNumber
from api.web.noted_words import asked_in_words, noted_words
from epcis_core.model.times import utc_text
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.looks import Look, looks

router = APIRouter(include_in_schema=False)

_ON_A_PAGE: Final = 200
_AT_ONCE: Final = 1000
_COLUMNS: Final = ("number", "time", "who", "role", "case", "asked", "about")


@router.get("/looks")
@router.get("/looks.json")
def show_looks(request: Request, before: LineNumber = None, case: str | None = None) -> Response:
    """Show who looked at what, the newest first; `before` goes on from a number."""
    books: Bookkeeping = request.app.state.books
    case = case or None
    if not wants_page(request):
        found = looks(books, before=before, case_number=case, most=_AT_ONCE)
        return as_json([_told(one) for one in found])
    found = looks(books, before=before, case_number=case, most=_ON_A_PAGE + 1)
    shown, words = found[:_ON_A_PAGE], noted_words(request)
    return page(
        request,
        "looks.html",
        looks=[
            (one, times.here_at(one.time), asked_in_words(one.asked, words.namer.texts))
            for one in shown
        ],
        words=words,
        case=case,
        following=shown[-1].number if len(found) > _ON_A_PAGE else None,
    )


@router.get("/looks.csv")
def export_looks(request: Request, case: str | None = None) -> Response:
    """Answer with all looks as CSV, the newest first, in times of UTC."""
    rows = _rows(request.app.state.books, case or None)
    headers = {
        "Content-Disposition": 'attachment; filename="looks.csv"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(lines(rows), media_type="text/csv; charset=utf-8", headers=headers)


def _rows(books: Bookkeeping, case: str | None) -> Iterator[tuple[str, ...]]:
    yield _COLUMNS
    before = None
    while found := looks(books, before=before, case_number=case, most=_AT_ONCE):
        for one in found:
            about = "\n".join(one.about)
            at, number = utc_text(one.time), str(one.number)
            yield number, at, one.who, one.role, one.case_number or "", one.asked, about
        before = found[-1].number


def _told(one: Look) -> dict[str, Any]:
    return {**asdict(one), "time": utc_text(one.time)}
