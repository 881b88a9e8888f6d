"""The page on who may record what: how strict the ledger is, and what was delegated to whom."""

from collections.abc import Callable, Mapping
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from api.access.noting import note_done
from api.web.answers import page, texts_for
from api.web.forms import ShortForm
from epcis_core.access.ownership import Strictness
from epcis_core.errors import AccessError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.choices import choose_strictness, strictness
from epcis_core.store.registry.delegations import Delegation, delegate, delegations, withdraw
from epcis_core.store.registry.journal import What
from epcis_core.store.registry.organisations import organisations
from epcis_core.store.trace import subject_of

router = APIRouter(include_in_schema=False)


@router.get("/capture-rights")
def show(request: Request) -> Response:
    """Show how strict the ledger is, and what was delegated to whom."""
    return _page(request, {})


@router.post("/capture-rights")
def change(request: Request, form: ShortForm) -> Response:
    """Do what one form of the page asks for."""
    action = _ACTIONS.get(form.get("action", ""))
    if action is None:
        raise HTTPException(400, f"Expected action, one of {', '.join(_ACTIONS)}.")
    try:
        with request.app.state.books.transaction():
            action(request, form)
    except AccessError:
        return _page(request, form, problem=texts_for(request)("capture_rights.not_given"))
    return RedirectResponse("/capture-rights", 303)


def _choose(request: Request, form: Mapping[str, str]) -> None:
    chosen = form.get("strictness", "")
    if chosen not in [*Strictness]:
        raise HTTPException(400, f"Expected strictness, one of {', '.join(Strictness)}.")
    choose_strictness(request.app.state.books, Strictness(chosen))
    note_done(request, What.CHOICE_CHANGED, chosen)


def _delegate(request: Request, form: Mapping[str, str]) -> None:
    one = _delegation(form)
    delegate(request.app.state.books, one)
    note_done(request, What.DELEGATED, f"{one.value}, {one.giver} → {one.taker}")


def _withdraw(request: Request, form: Mapping[str, str]) -> None:
    one = _delegation(form)
    if withdraw(request.app.state.books, one):
        note_done(request, What.DELEGATION_WITHDRAWN, f"{one.value}, {one.giver} → {one.taker}")


def _delegation(form: Mapping[str, str]) -> Delegation:
    """Return what a form names; a GLN or a company prefix stays digits, a GTIN has 14."""
    value = form.get("value", "").strip()
    is_digits = value.isdecimal() and len(value) < _GTIN
    return Delegation(
        form.get("giver", ""), form.get("taker", ""), value if is_digits else subject_of(value)
    )


_GTIN: Final = 14  # digits
_ACTIONS: Final[Mapping[str, Callable[[Request, Mapping[str, str]], None]]] = {
    "choose": _choose,
    "delegate": _delegate,
    "withdraw": _withdraw,
}


def _page(request: Request, form: Mapping[str, str], *, problem: str = "") -> Response:
    books: Bookkeeping = request.app.state.books
    known = organisations(books)
    return page(
        request,
        "capture_rights.html",
        status=422 if problem else 200,
        chosen=strictness(books),
        choices=[*Strictness],
        delegations=delegations(books),
        organisations=known,
        names={one.id: one.name for one in known},
        form={name: form.get(name, "") for name in ("giver", "taker", "value")},
        problem=problem,
    )
