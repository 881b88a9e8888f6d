"""What was managed and who came in: the journal as a page, as JSON and as CSV."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response, StreamingResponse

from api.web import times
from api.web.answers import as_json, page, wants_page
from api.web.csv_cells import lines
from api.web.forms import LineNumber
from api.web.noted_words import noted_words
from epcis_core.model.times import utc_text
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.accounts import account_of
from epcis_core.store.registry.journal import Entry, What, journal

router = APIRouter(include_in_schema=False)

_ON_A_PAGE: Final = 200
_AT_ONCE: Final = 1000
_COLUMNS: Final = ("number", "time", "who", "place", "what", "about")


@router.get("/journal")
@router.get("/journal.json")
def show_journal(
    request: Request, before: LineNumber = None, what: str = "", who: str = ""
) -> Response:
    """Show the journal, the newest first; `before` goes on from a number."""
    books: Bookkeeping = request.app.state.books
    kind, person = _kind(what), _person(books, who)
    if not wants_page(request):
        found = journal(books, before=before, what=kind, who=person, most=_AT_ONCE)
        return as_json([_told(one) for one in found])
    found = journal(books, before=before, what=kind, who=person, most=_ON_A_PAGE + 1)
    shown = found[:_ON_A_PAGE]
    last = shown[-1].number if len(found) > _ON_A_PAGE else None
    return page(
        request,
        "journal.html",
        entries=[(one, times.here_at(one.time)) for one in shown],
        words=noted_words(request),
        kinds=[*What],
        what=kind,
        who=person or "",
        filtered=_query(what=kind, who=person),
        following=_query(before=last, what=kind, who=person) if last else None,
    )


@router.get("/journal.csv")
def export_journal(request: Request, what: str = "", who: str = "") -> Response:
    """Answer with the whole journal as CSV, the newest first, in times of UTC."""
    books: Bookkeeping = request.app.state.books
    rows = _rows(books, _kind(what), _person(books, who))
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


def _person(books: Bookkeeping, who: str) -> str | None:
    """Return whose lines are asked for, as the journal spells them; None for everybody's."""
    known = account_of(books, who.strip())
    return who.strip() or None if known is None else known.email


def _query(**given: object) -> str:
    """Return the query of an address, without what is not given."""
    asked = {name: value for name, value in given.items() if value is not None}
    return f"?{urlencode(asked)}" if asked else ""


def _rows(books: Bookkeeping, what: What | None, who: str | None) -> Iterator[tuple[str, ...]]:
    yield _COLUMNS
    before = None
    while found := journal(books, before=before, what=what, who=who, most=_AT_ONCE):
        for one in found:
            yield str(one.number), utc_text(one.time), one.who, one.place, one.what, one.about
        before = found[-1].number


def _told(one: Entry) -> dict[str, Any]:
    return {**asdict(one), "time": utc_text(one.time)}
