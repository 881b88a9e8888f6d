"""The board of recalls: opened from a recall, parties told and called, answers counted, closed."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from api.access.noting import note_done
from api.clock import now
from api.outward_mail import MailError, is_address
from api.recalls.notices import Notice, mail, notice_for
from api.recalls.opening import about, begun, told_in
from api.recalls.progress import progress
from api.recalls.rows import party_rows
from api.web.answers import as_json, namer_for, page, wants_page
from api.web.forms import NotDoneError, ShortForm, number_in
from epcis_core.model.times import utc_text
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.journal import What
from epcis_core.store.registry.recall_parties import (
    RecallParty,
    note_notified,
    parties_of,
)
from epcis_core.store.registry.recalls import (
    OpenedRecall,
    close_recall,
    find_recall,
    opened_recalls,
)

router = APIRouter(include_in_schema=False)


@router.get("/recalls")
@router.get("/recalls.json")
def show_recalls(request: Request) -> Response:
    """Show all recalls, exercises apart, and the form that begins an exercise."""
    if not wants_page(request):
        return as_json([_told(request, one) for one in opened_recalls(_books(request))])
    return _list_page(request)


@router.post("/recalls")
def begin_recall(request: Request, form: ShortForm) -> Response:
    """Open a recall of some things, or an exercise with a lot, by chance if none is named."""
    try:
        one = begun(request, form)
    except NotDoneError as error:
        if not wants_page(request):
            raise HTTPException(409, str(error)) from error
        return _list_page(request, problem=str(error))
    if not wants_page(request):
        return as_json(_told(request, one), status=201)
    return RedirectResponse(f"/recalls/{one.number}", 303)


@router.get("/recalls/{number}")
@router.get("/recalls/{number}.json")
def show_recall_board(request: Request, number: str) -> Response:
    """Show how far a recall is: who answered, who is silent, whom to call, how much came back."""
    one = recall_named(request, number)
    if not wants_page(request):
        return as_json(_told(request, one))
    return _board_page(request, one)


@router.post("/recalls/{number}")
def change_recall(request: Request, number: str, form: ShortForm) -> Response:
    """Do what one form of the board asks for."""
    one = recall_named(request, number)
    action = _ACTIONS.get(form.get("action", ""))
    if action is None:
        raise HTTPException(400, f"Expected action, one of {', '.join(_ACTIONS)}.")
    try:
        _check_open(request, one)
        notice = action(request, one, form)
    except NotDoneError as error:
        if not wants_page(request):
            raise HTTPException(409, str(error)) from error
        return _board_page(request, one, problem=str(error))
    if not wants_page(request):
        link = {} if notice is None else {"link": notice.link, "text": notice.text}
        return as_json({**_told(request, recall_named(request, number)), **link})
    if notice is not None:  # it is shown once, for the address is kept nowhere
        return _board_page(request, one, notice=notice, told=number_in(form, "party"))
    return RedirectResponse(f"/recalls/{one.number}", 303)


def _mail(request: Request, one: OpenedRecall, form: Mapping[str, str]) -> None:
    """Tell a party by e-mail, or all who have an address and were not told yet."""
    t, server = told_in(request), request.app.state.settings.mail
    if server is None:
        raise NotDoneError(t("board.no_mail"))
    if form.get("party"):
        to = [(_party(request, one, form), form.get("email", "").strip())]
    else:
        book = namer_for(request).book
        known = (
            (party, str(book.party(party.party).get("email") or ""))
            for party in parties_of(_books(request), one.number)
            if party.notified is None
        )
        to = [(party, address) for party, address in known if is_address(address)]
    if not to or not all(is_address(address) for _, address in to):
        raise NotDoneError(t("board.no_address"))
    try:
        mail(request, server, one, to, now())
    except MailError as error:
        raise NotDoneError(t("board.mail_failed", reason=str(error))) from error
    finally:
        told = {party.number: party for party in parties_of(_books(request), one.number)}
        for party, address in to:
            if told[party.number].notified != party.notified:
                note_done(request, What.RECALL_NOTIFIED, f"{about(one, party)} {address}")


def _link(request: Request, one: OpenedRecall, form: Mapping[str, str]) -> Notice:
    party, books, at = _party(request, one, form), _books(request), now()
    with books.transaction():
        notice = notice_for(request, one, party, at)
        note_notified(books, party.number, "link", at)
        note_done(request, What.RECALL_LINKED, about(one, party))
    return notice


def _call(request: Request, one: OpenedRecall, form: Mapping[str, str]) -> None:
    party, books = _party(request, one, form), _books(request)
    with books.transaction():
        note_notified(books, party.number, "call", now())
        note_done(request, What.RECALL_CALLED, about(one, party))


def _close(request: Request, one: OpenedRecall, _: Mapping[str, str]) -> None:
    books = _books(request)
    with books.transaction():
        if close_recall(books, one.number, now()):
            note_done(request, What.RECALL_CLOSED, about(one))


_ACTIONS: Final[
    Mapping[str, Callable[[Request, OpenedRecall, Mapping[str, str]], Notice | None]]
] = {"email": _mail, "link": _link, "call": _call, "close": _close}


def _check_open(request: Request, one: OpenedRecall) -> None:
    if one.closed is not None:
        raise NotDoneError(told_in(request)("board.is_closed"))


def _party(request: Request, one: OpenedRecall, form: Mapping[str, str]) -> RecallParty:
    number = number_in(form, "party")
    found = [party for party in parties_of(_books(request), one.number) if party.number == number]
    if not found:
        raise NotDoneError(told_in(request)("board.no_party"))
    return found[0]


def _list_page(request: Request, *, problem: str = "") -> Response:
    books, at = _books(request), now()
    everything = opened_recalls(books)
    known = {one.number: progress(one, parties_of(books, one.number), at) for one in everything}
    return page(
        request,
        "recalls.html",
        status=422 if problem else 200,
        real=[one for one in everything if not one.is_practice],
        practised=[one for one in everything if one.is_practice],
        progress=known,
        n=namer_for(request),
        problem=problem,
    )


def _board_page(
    request: Request,
    one: OpenedRecall,
    *,
    problem: str = "",
    notice: Notice | None = None,
    told: int = 0,
) -> Response:
    books, at, namer = _books(request), now(), namer_for(request)
    parties = parties_of(books, one.number)
    found = progress(one, parties, at)
    return page(
        request,
        "recall_board.html",
        status=422 if problem else 200,
        recall=one,
        progress=found,
        rows=party_rows(one, parties, namer, at),
        calls=party_rows(one, found.calls, namer, at),
        has_mail=request.app.state.settings.mail is not None,
        notice=notice,
        told=told,
        problem=problem,
        n=namer,
    )


def _told(request: Request, one: OpenedRecall) -> dict[str, Any]:
    """Return a recall as JSON tells it; times are UTC."""
    parties = parties_of(_books(request), one.number)
    found = progress(one, parties, now())
    return {
        **{key: value for key, value in asdict(one).items() if key not in {"opened", "closed"}},
        "opened": utc_text(one.opened),
        "closed": None if one.closed is None else utc_text(one.closed),
        "counts": dict(found.counts),
        "to_call": [party.party for party in found.calls],
        "parties": [
            {
                **{k: v for k, v in asdict(party).items() if k != "recall"},
                **{
                    name: None if (time := getattr(party, name)) is None else utc_text(time)
                    for name in ("notified", "seen", "confirmed", "called")
                },
                "state": party.state,
            }
            for party in parties
        ],
    }


def recall_named(request: Request, text: str) -> OpenedRecall:
    """Return the recall that a segment of an address names.

    Raises:
        HTTPException: 404 where there is none.
    """
    number = number_in({"number": text}, "number")
    found = find_recall(_books(request), number)
    if found is None:
        raise HTTPException(404, told_in(request)("board.no_recall", number=text[:20]))
    return found


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
