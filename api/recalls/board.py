"""The board of recalls: opened from a recall, parties told and called, answers counted, closed."""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from api.access.asker import asker_of, view_of
from api.access.noting import note_done
from api.clock import now
from api.outbreaks.asked import object_meant
from api.outward_mail import MailError, is_address
from api.recalls.concerned import concerned
from api.recalls.notices import Notice, mail, notice_for
from api.recalls.progress import progress
from api.recalls.rows import party_rows, times_of
from api.recalls.tracing import traced
from api.web.answers import as_json, namer_for, page, texts_for, wants_page
from api.web.forms import NotDoneError, ShortForm, number_in
from api.web.texts import Texts
from epcis_core.errors import AccessError
from epcis_core.model.times import utc_text
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.outbreaks import lots_of_late
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
    open_recall,
    opened_recalls,
)

router = APIRouter(include_in_schema=False)

CALL_AFTER: Final = 4
"""Hours after which who says nothing is to be called, where nobody chose another number."""

_LONGEST_WAIT: Final = 720  # hours
_MOST_THINGS: Final = 100
_LOTS_TO_CHOOSE_FROM: Final = 500


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
        one = _begun(request, form)
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
    one = _recall(request, number)
    if not wants_page(request):
        return as_json(_told(request, one))
    return _board_page(request, one)


@router.post("/recalls/{number}")
def change_recall(request: Request, number: str, form: ShortForm) -> Response:
    """Do what one form of the board asks for."""
    one = _recall(request, number)
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
        return as_json({**_told(request, _recall(request, number)), **link})
    if notice is not None:  # it is shown once, for the address is kept nowhere
        return _board_page(request, one, notice=notice, told=number_in(form, "party"))
    return RedirectResponse(f"/recalls/{one.number}", 303)


@router.get("/recalls/{number}/report")
def show_report(request: Request, number: str) -> Response:
    """Show the report of a recall or an exercise: each step with the time it took; it prints."""
    one = _recall(request, number)
    parties = parties_of(_books(request), one.number)
    return page(
        request,
        "recall_report.html",
        recall=one,
        progress=progress(one, parties, now()),
        parties=len(parties),
        rows=times_of(one, parties, texts_for(request)),
        n=namer_for(request),
    )


def _begun(request: Request, form: Mapping[str, str]) -> OpenedRecall:
    t, books, at = _texts(request), _books(request), now()
    is_practice = form.get("action") == "practise"
    things = _things(request, form, is_practice=is_practice)
    hours = form.get("call_after", "").strip() or str(CALL_AFTER)
    if not hours.isdecimal() or not 0 < int(hours[:6]) <= _LONGEST_WAIT:
        raise NotDoneError(t("board.no_hours", most=_LONGEST_WAIT))
    recall, tracing = traced(request, things)
    if not recall.subjects:
        raise NotDoneError(t("board.unknown", things=", ".join(things)))
    words = form.get("words", "").strip() or t("board.usual_words")
    asker = asker_of(request)
    new = OpenedRecall(
        recall.subjects,
        words,
        asker.name,
        at,
        asker.case_number,
        int(hours),
        is_practice,
        tracing,
    )
    try:
        with books.transaction():
            one = open_recall(books, new, concerned(recall))
            note_done(request, What.RECALL_OPENED, _about(one))
            return one
    except AccessError as error:
        raise NotDoneError(t("board.words_too_long")) from error


def _things(request: Request, form: Mapping[str, str], *, is_practice: bool) -> list[str]:
    """Return what is recalled: named in lines, or for an exercise a lot chosen by chance."""
    named = [line.strip() for line in form.get("things", "").splitlines() if line.strip()]
    if len(named) > _MOST_THINGS:
        raise NotDoneError(_texts(request)("board.too_many", most=_MOST_THINGS))
    if named:
        return [object_meant(request, one) for one in named]
    lots = lots_of_late(request.app.state.ledger, view_of(request), _LOTS_TO_CHOOSE_FROM)
    if not is_practice or not lots:
        raise NotDoneError(_texts(request)("board.nothing"))
    return [secrets.choice(lots)]


def _mail(request: Request, one: OpenedRecall, form: Mapping[str, str]) -> None:
    """Tell a party by e-mail, or all who have an address and were not told yet."""
    t, server = _texts(request), request.app.state.settings.mail
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
                note_done(request, What.RECALL_NOTIFIED, f"{_about(one, party)} {address}")


def _link(request: Request, one: OpenedRecall, form: Mapping[str, str]) -> Notice:
    party, books, at = _party(request, one, form), _books(request), now()
    with books.transaction():
        notice = notice_for(request, one, party, at)
        note_notified(books, party.number, "link", at)
        note_done(request, What.RECALL_LINKED, _about(one, party))
    return notice


def _call(request: Request, one: OpenedRecall, form: Mapping[str, str]) -> None:
    party, books = _party(request, one, form), _books(request)
    with books.transaction():
        note_notified(books, party.number, "call", now())
        note_done(request, What.RECALL_CALLED, _about(one, party))


def _close(request: Request, one: OpenedRecall, _: Mapping[str, str]) -> None:
    books = _books(request)
    with books.transaction():
        if close_recall(books, one.number, now()):
            note_done(request, What.RECALL_CLOSED, _about(one))


_ACTIONS: Final[
    Mapping[str, Callable[[Request, OpenedRecall, Mapping[str, str]], Notice | None]]
] = {"email": _mail, "link": _link, "call": _call, "close": _close}


def _check_open(request: Request, one: OpenedRecall) -> None:
    if one.closed is not None:
        raise NotDoneError(_texts(request)("board.is_closed"))


def _party(request: Request, one: OpenedRecall, form: Mapping[str, str]) -> RecallParty:
    number = number_in(form, "party")
    found = [party for party in parties_of(_books(request), one.number) if party.number == number]
    if not found:
        raise NotDoneError(_texts(request)("board.no_party"))
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


def _recall(request: Request, text: str) -> OpenedRecall:
    number = number_in({"number": text}, "number")
    found = find_recall(_books(request), number)
    if found is None:
        raise HTTPException(404, _texts(request)("board.no_recall", number=text[:20]))
    return found


def _about(one: OpenedRecall, party: RecallParty | None = None) -> str:
    """Return what the journal says of a recall, or a party of it."""
    kind = "practice" if one.is_practice else "recall"
    told = json.dumps(one.things) if party is None else party.party
    return f"{kind} {one.number} {told}"


def _texts(request: Request) -> Texts:
    """Return the texts in the language of whoever asks; a machine is told in English."""
    return texts_for(request) if wants_page(request) else Texts("en")


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
