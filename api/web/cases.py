"""Cases of inspectors: opened, worked on, closed, and what each has collected.

A case keeps how far the ledger went when it was opened. Its links show what was known then, and
what came later is marked, lot by lot.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from api.access.asker import asker_of, view_of
from api.access.noting import note_done
from api.access.sessions import shown_session
from api.clock import now
from api.web.answers import as_json, namer_for, page, texts_for, wants_page
from api.web.forms import NotDoneError, ShortForm
from api.web.log_in import local
from api.web.naming import case_link
from api.web.texts import Texts
from api.wire.paths import value_of
from epcis_core.errors import AccessError
from epcis_core.model.times import utc_text
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.later import count_later, last_entry, recorded_at
from epcis_core.store.registry.entries import work_on
from epcis_core.store.registry.inspections import (
    Inspection,
    ItemKind,
    add_item,
    close_inspection,
    find_inspection,
    inspections,
    items_of,
    open_inspection,
)
from epcis_core.store.registry.journal import What
from epcis_core.store.registry.looks import Look, note_look
from epcis_core.store.trace import as_known, subject_of
from epcis_core.store.view import View

router = APIRouter(include_in_schema=False)

_LONGEST: Final[Mapping[str, int]] = {"number": 100, "title": 300, "lot": 500, "note": 10_000}


@router.get("/cases")
@router.get("/cases.json")
def all_cases(request: Request, next: str = "") -> Response:  # noqa: A002 - the address's name
    """Show all cases, and the form that opens one; `next` is where to go on under a case."""
    if not wants_page(request):
        return as_json([_told(one) for one in inspections(_books(request))])
    return _cases_page(request, {"next": next})


@router.post("/cases")
def open_case(request: Request, form: ShortForm) -> Response:
    """Open a case as of now; in a session its person works on it from then on."""
    try:
        one = _opened(request, form.get("number", "").strip(), form.get("title", "").strip())
    except NotDoneError as error:
        if not wants_page(request):
            raise HTTPException(409, str(error)) from error
        return _cases_page(request, form, problem=str(error))
    _work_on(request, one.number)
    if not wants_page(request):
        return as_json(_told(one), status=201)
    return RedirectResponse(local(form.get("next") or case_link(one.number)), 303)


@router.get("/cases/{number}")
@router.get("/cases/{number}.json")  # goes first: it is next to it
def show_case(request: Request, number: str) -> Response:
    """Show what a case has collected, and of its lots how much came later."""
    one = case_named(request, number)
    if not wants_page(request):
        return as_json(_whole(request, one))
    return _case_page(request, one)


@router.post("/cases/{number}")
def change_case(request: Request, number: str, form: ShortForm) -> Response:
    """Do what one form of a case's page asks for."""
    one = case_named(request, number)
    action = _ACTIONS.get(form.get("action", ""))
    if action is None:
        raise HTTPException(400, f"Expected action, one of {', '.join(_ACTIONS)}.")
    try:
        action(request, one, form)
    except NotDoneError as error:
        if not wants_page(request):
            raise HTTPException(409, str(error)) from error
        return _case_page(request, one, problem=str(error))
    if not wants_page(request):
        return as_json(_whole(request, case_named(request, number)))
    return RedirectResponse(local(form.get("next") or case_link(one.number)), 303)


def _opened(request: Request, number: str, title: str) -> Inspection:
    t = _texts(request)
    if not number:
        raise NotDoneError(t("cases.no_number"))
    _check_length(request, number=number, title=title)
    last = last_entry(request.app.state.ledger, view_of(request))
    by = asker_of(request).name
    books = _books(request)
    try:
        with books.transaction():
            one = open_inspection(books, number, now(), title=title, by=by, as_of=last)
            note_done(request, What.CASE_OPENED, number)
            return one
    except AccessError as error:
        raise NotDoneError(t("cases.taken", number=number)) from error


def _work(request: Request, one: Inspection, _: Mapping[str, str]) -> None:
    _check_open(request, one)
    _work_on(request, one.number)


def _leave(request: Request, _: Inspection, __: Mapping[str, str]) -> None:
    _work_on(request, None)


def _close(request: Request, one: Inspection, _: Mapping[str, str]) -> None:
    books = _books(request)
    with books.transaction():
        close_inspection(books, one.number, now())
        if one.closed is None:
            note_done(request, What.CASE_CLOSED, one.number)
    if asker_of(request).case_number == one.number:
        _work_on(request, None)


def _adding(kind: ItemKind) -> Callable[[Request, Inspection, Mapping[str, str]], None]:
    def add(request: Request, one: Inspection, form: Mapping[str, str]) -> None:
        _check_open(request, one)
        value = form.get("value", "").strip()
        if not value:
            raise NotDoneError(_texts(request)("cases.nothing"))
        _check_length(request, **{kind: value})
        value = subject_of(value) if kind == "lot" else value
        by = asker_of(request).name
        add_item(_books(request), one.number, now(), kind=kind, value=value, by=by)

    return add


_ACTIONS: Final[Mapping[str, Callable[[Request, Inspection, Mapping[str, str]], None]]] = {
    "work": _work,
    "leave": _leave,
    "close": _close,
    "lot": _adding("lot"),
    "note": _adding("note"),
}


def _cases_page(request: Request, form: Mapping[str, str], *, problem: str = "") -> Response:
    return page(
        request,
        "cases.html",
        status=422 if problem else 200,
        cases=inspections(_books(request)),
        number=form.get("number", ""),
        title=form.get("title", ""),
        following=form.get("next", ""),
        problem=problem,
    )


def _case_page(request: Request, one: Inspection, *, problem: str = "") -> Response:
    known = _whole(request, one)
    return page(
        request,
        "case.html",
        status=422 if problem else 200,
        case=one,
        items=items_of(_books(request), one.number),
        later={lot["id"]: lot["later"] for lot in known["lots"]},
        as_of=known["as_of"],
        n=namer_for(request, as_of=None if one.closed is None else utc_text(one.closed)),
        problem=problem,
    )


def _told(one: Inspection) -> dict[str, Any]:
    """Return a case as JSON tells it."""
    closed = None if one.closed is None else utc_text(one.closed)
    return {
        **{name: value for name, value in asdict(one).items() if name != "as_of"},
        "opened": utc_text(one.opened),
        "closed": closed,
    }


def _whole(request: Request, one: Inspection) -> dict[str, Any]:
    """Return a case with what it has collected, and how much of its lots came later; it is noted.

    What came after it was closed does not count.
    """
    _note(request, one)
    ledger, view = request.app.state.ledger, case_view(request, one)
    items = items_of(_books(request), one.number)
    lots = [item.value for item in items if item.kind == "lot"]
    later = count_later(ledger, view, lots, one.as_of)
    frozen = recorded_at(ledger, view, one.as_of)
    told = [{**asdict(item), "added": utc_text(item.added)} for item in items]
    return {
        **_told(one),
        "as_of": utc_text(one.opened if frozen is None else frozen),
        "lots": [{"id": lot, "later": later[lot]} for lot in lots],
        "items": told,
    }


def case_view(request: Request, one: Inspection) -> View:
    """Return through whose eyes a case is looked at; what came after it was closed is not there."""
    view = view_of(request)
    if one.closed is None:
        return view
    with request.app.state.ledger.reading() as cursor:
        return as_known(cursor, view, utc_text(one.closed))


def case_named(request: Request, segment: str) -> Inspection:
    """Return the case that a segment of an address names.

    Raises:
        HTTPException: 404 where there is none.
    """
    number = value_of(segment)
    found = find_inspection(_books(request), number)
    if found is None:
        raise HTTPException(404, _texts(request)("cases.unknown", number=number))
    return found


def _check_open(request: Request, one: Inspection) -> None:
    if one.closed is not None:
        raise NotDoneError(_texts(request)("cases.is_closed"))


def _check_length(request: Request, **given: str) -> None:
    for name, value in given.items():
        if len(value) > _LONGEST[name]:
            raise NotDoneError(_texts(request)("cases.too_long", most=_LONGEST[name]))


def _work_on(request: Request, number: str | None) -> None:
    """Let a session go on under a case; a key names its case with each request instead."""
    secret = shown_session(request)
    if asker_of(request).way == "session" and secret is not None:
        work_on(_books(request), secret, number)


def _note(request: Request, one: Inspection) -> None:
    """Note the look at a case: its page names lots, and tells what came of them."""
    asker = asker_of(request)
    if asker.is_noted:
        route = f"{request.method} {request.scope['route'].path}"
        look = Look(now(), asker.name, asker.role, one.number, route, (one.number,))
        note_look(_books(request), look)


def _texts(request: Request) -> Texts:
    """Return the texts in the language of whoever asks; a machine is told in English."""
    return texts_for(request) if wants_page(request) else Texts("en")


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
