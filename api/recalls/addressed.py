"""What a party of a recall is shown, by a secret address or logged in: its own goods, and a form.

Under a secret address nobody logs in. It is given to one party, ends after a month, and shows
nothing but what that party is asked about. From one place so many wrong ones may be tried in a
quarter of an hour; a wrong one, one that has ended and one that never was are answered alike.
"""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from api.access.asker import view_of
from api.access.log_in import TooManyTriesError, begin, place_of
from api.access.noting import note_done
from api.clock import now
from api.recalls.amounts import amount_in, as_typed
from api.recalls.rows import goods_rows
from api.web.answers import page, texts_for
from api.web.forms import NotDoneError, ShortForm, number_in
from api.web.naming import Namer
from epcis_core.access.visibility import belongs
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.directory import Directory
from epcis_core.store.registry.journal import What
from epcis_core.store.registry.recall_parties import (
    LONGEST,
    RecallParty,
    addressed_to,
    confirm,
    find_party,
    note_seen,
    party_of_address,
)
from epcis_core.store.registry.recalls import OpenedRecall, find_recall
from epcis_core.store.view import EVERYTHING
from ingest.sheets.grid import CellError

router = APIRouter(include_in_schema=False)

WRONG_OF_PLACE: Final = 30
"""Wrong addresses from one place in a quarter of an hour."""

ANSWERS: Final = 60
"""Answers of one party in a quarter of an hour."""


@router.get("/recalled/{secret}")
def show_notice(request: Request, secret: str) -> Response:
    """Show a party what it is asked about; that it was opened is noted the first time."""
    recall, party = _addressed(request, secret)
    _seen(request, recall, party)
    return _page(request, recall, party, f"/recalled/{secret}")


@router.post("/recalled/{secret}")
def answer_notice(request: Request, secret: str, form: ShortForm) -> Response:
    """Take what a party says that it has and gave back."""
    recall, party = _addressed(request, secret)
    return _answered(request, recall, party, form, f"/recalled/{secret}")


@router.get("/recalled")
def show_own_notices(request: Request) -> Response:
    """Show an organisation the recalls that are addressed to it."""
    notices = [(_recall_of(request, party), party) for party in _own(request)]
    return page(request, "recalled_list.html", notices=notices)


@router.get("/recalled/by/{number}")
def show_own_notice(request: Request, number: str) -> Response:
    """Show an organisation one recall that is addressed to it."""
    party = _own_party(request, number)
    recall = _recall_of(request, party)
    _seen(request, recall, party)
    return _page(request, recall, party, f"/recalled/by/{party.number}")


@router.post("/recalled/by/{number}")
def answer_own_notice(request: Request, number: str, form: ShortForm) -> Response:
    """Take what an organisation says of a recall that is addressed to it."""
    party = _own_party(request, number)
    recall = _recall_of(request, party)
    return _answered(request, recall, party, form, f"/recalled/by/{party.number}")


def _addressed(request: Request, secret: str) -> tuple[OpenedRecall, RecallParty]:
    """Return what a secret address shows.

    Raises:
        HTTPException: 404 where it shows nothing, 429 after too many such tries.
    """
    found = party_of_address(_books(request), secret, now())
    if found is not None:
        return _recall_of(request, found), found
    t = texts_for(request)
    try:
        begin(_books(request), {f"recalled from {place_of(request)}": WRONG_OF_PLACE}, now())
    except TooManyTriesError as error:
        raise HTTPException(429, t("recalled.later", minutes=-(-error.seconds // 60))) from error
    raise HTTPException(404, t("recalled.unknown"))


def _own(request: Request) -> list[RecallParty]:
    view = view_of(request)
    if not view.viewer:
        return []
    return [
        one
        for one in addressed_to(_books(request))
        if one.party == view.viewer or belongs(one.party, view.owned)
    ]


def _own_party(request: Request, text: str) -> RecallParty:
    number = number_in({"number": text}, "number")
    found = next((one for one in _own(request) if one.number == number), None)
    if found is None:
        raise HTTPException(404, texts_for(request)("recalled.unknown"))
    return found


def _seen(request: Request, recall: OpenedRecall, party: RecallParty) -> None:
    books = _books(request)
    with books.transaction():
        if recall.closed is None and note_seen(books, party.number, now()):
            note_done(request, What.RECALL_SEEN, _about(recall, party))


def _answered(
    request: Request,
    recall: OpenedRecall,
    party: RecallParty,
    form: Mapping[str, str],
    address: str,
) -> Response:
    t, books = texts_for(request), _books(request)
    try:
        _check_takes(request, recall, party)
        amounts = _amounts(party, form)
    except CellError as error:
        told = error.found.message_in(t.language)
        return _page(request, recall, party, address, form=form, problem=told)
    except NotDoneError as error:
        return _page(request, recall, party, address, form=form, problem=str(error))
    note = form.get("note", "").strip()[:LONGEST]
    with books.transaction():
        confirm(books, party.number, amounts, note, now())
        said = ", ".join(
            f"{held or '-'}/{back or '-'} {its.uom or ''}".strip()
            for its in party.goods
            for held, back in [amounts[its.number]]
        )
        note_done(request, What.RECALL_CONFIRMED, f"{_about(recall, party)} {said}")
    return RedirectResponse(address, 303)


def _check_takes(request: Request, recall: OpenedRecall, party: RecallParty) -> None:
    """Raise NotDoneError where a recall takes no answer of a party, or not just now."""
    t = texts_for(request)
    if recall.closed is not None:
        raise NotDoneError(t("board.is_closed"))
    try:
        begin(_books(request), {f"recalled {party.number}": ANSWERS}, now())
    except TooManyTriesError as error:
        told = t("recalled.later", minutes=-(-error.seconds // 60))
        raise NotDoneError(told) from error


def _amounts(
    party: RecallParty, form: Mapping[str, str]
) -> dict[int, tuple[str | None, str | None]]:
    """Return what a form says of each sort of goods.

    Raises:
        CellError: something is no amount, or can be read two ways.
    """
    return {
        its.number: (
            amount_in(form.get(f"held{its.number}", ""), its.uom),
            amount_in(form.get(f"returned{its.number}", ""), its.uom),
        )
        for its in party.goods
    }


def _page(
    request: Request,
    recall: OpenedRecall,
    party: RecallParty,
    address: str,
    *,
    form: Mapping[str, str] | None = None,
    problem: str = "",
) -> Response:
    fresh = find_party(_books(request), party.number) or party
    namer = _namer(request)
    return page(
        request,
        "recalled.html",
        status=422 if problem else 200,
        recall=recall,
        party=fresh,
        rows=goods_rows(fresh, namer),
        address=address,
        form=form or {},
        as_typed=as_typed,
        problem=problem,
        n=namer,
    )


def _namer(request: Request) -> Namer:
    """Return names of the goods that a party is asked about, whatever else is hidden from it."""
    ledger: Ledger = request.app.state.ledger
    with ledger.reading() as cursor:
        names = ledger.names(cursor, EVERYTHING)
    return Namer(Directory(names, _books(request), view_of(request).viewer), texts_for(request))


def _recall_of(request: Request, party: RecallParty) -> OpenedRecall:
    found = find_recall(_books(request), party.recall)
    if found is None:
        raise HTTPException(404, texts_for(request)("recalled.unknown"))
    return found


def _about(recall: OpenedRecall, party: RecallParty) -> str:
    return f"{'practice' if recall.is_practice else 'recall'} {recall.number} {party.party}"


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
