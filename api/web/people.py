"""The page of those who manage: which organisations take part, and which people are let in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from api.access.asker import asker_of
from api.access.noting import lines_of, note_done, note_not_allowed
from api.clock import now
from api.web.answers import texts_for
from api.web.forms import NotDoneError, ShortForm, number_in
from api.web.people_page import CONTACTS, Link, Listed, may_manage, people_page, values_of
from epcis_core.access.roles import Role
from epcis_core.errors import AccessError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.accounts import (
    Account,
    account_numbered,
    account_of,
    add_account,
    is_email,
    set_active,
)
from epcis_core.store.registry.entries import make_link
from epcis_core.store.registry.journal import What
from epcis_core.store.registry.organisations import (
    LONGEST,
    Organisation,
    add_organisation,
    check_belonging,
    find_organisation,
    organisation_id,
)
from epcis_core.store.registry.overlaps import Overlap, overlaps

router = APIRouter(include_in_schema=False)


class _OverlapsError(NotDoneError):
    """What is to belong to an organisation is another's own; `args` are the overlaps."""

    args: tuple[Overlap, ...]


@router.get("/people")
def people(request: Request, listed: Listed, organisation: str = "") -> Response:
    """Show organisations and people; one organisation in the form, to be changed."""
    if asker_of(request).way == "anybody":
        return RedirectResponse("/log-in?next=/people", 303)
    known = find_organisation(_books(request), organisation)
    return people_page(request, listed, {} if known is None else values_of(_books(request), known))


@router.post("/people")
def manage(request: Request, listed: Listed, form: ShortForm) -> Response:
    """Do what one form of the page asks for."""
    if asker_of(request).way == "anybody":
        raise HTTPException(403, texts_for(request)("people.log_in_first"))
    action = _ACTIONS.get(form.get("action", ""))
    if action is None:
        raise HTTPException(400, f"Expected action, one of {', '.join(_ACTIONS)}.")
    try:
        link = action(request, form)
    except _OverlapsError as error:
        return people_page(request, listed, form, overlapping=error.args)
    except NotDoneError as error:
        return people_page(request, listed, form, problem=str(error))
    if link is None:
        return RedirectResponse(listed.link(), 303)
    return people_page(request, listed, {}, link=link)


def _organisation(request: Request, form: Mapping[str, str]) -> None:
    """Add an organisation, or change what is known of it."""
    t, books = texts_for(request), _books(request)
    given = form.get("party", "").strip()
    try:
        party = organisation_id(given)
    except AccessError as error:
        raise NotDoneError(t("people.no_party", party=given[:LONGEST])) from error
    owned = tuple(dict.fromkeys(form.get("owned", "").replace(",", " ").split()))
    for one in owned:
        try:
            check_belonging(one)
        except AccessError as error:
            raise NotDoneError(t("people.no_belonging", value=one[:LONGEST])) from error
    name = form.get("name", "").strip()
    if not name:
        raise NotDoneError(t("people.no_name"))
    if unconfirmed := _unconfirmed(books, party, owned, form):
        raise _OverlapsError(*unconfirmed)
    contact = {one: text for one in CONTACTS if (text := form.get(one, "").strip())}
    roles = tuple(one.strip() for one in form.get("roles", "").split(",") if one.strip())
    known = find_organisation(books, party)
    active = known is None or known.active
    what = What.ORGANISATION_ADDED if known is None else What.ORGANISATION_CHANGED
    new = Organisation(party, name, roles, contact, owned, active)
    with books.transaction():
        change = add_organisation(books, new, now())
        for told in lines_of(party, change):
            note_done(request, what, told)
        for taker, value in change.ended:
            note_done(request, What.DELEGATION_WITHDRAWN, f"{value}, {party} → {taker}")


def _unconfirmed(
    books: Bookkeeping, party: str, owned: Sequence[str], form: Mapping[str, str]
) -> list[Overlap]:
    """Return what would be another's too, where the form does not confirm each such value."""
    found = overlaps(books, party, owned)
    confirmed = form.get("confirmed", "").split()
    return found if any(one.value not in confirmed for one in found) else []


def _letting_in(*, active: bool) -> Callable[[Request, Mapping[str, str]], None]:
    def change(request: Request, form: Mapping[str, str]) -> None:
        books = _books(request)
        known = find_organisation(books, form.get("party", ""))
        if known is None:
            raise HTTPException(404, texts_for(request)("people.unknown"))
        what = What.ORGANISATION_ADMITTED if active else What.ORGANISATION_EXCLUDED
        with books.transaction():
            add_organisation(books, replace(known, active=active), now())
            note_done(request, what, known.id)

    return change


def _invite(request: Request, form: Mapping[str, str]) -> Link:
    """Add an account, and make the link by which its person chooses a password."""
    t, books = texts_for(request), _books(request)
    email, name = form.get("email", "").strip(), form.get("name", "").strip()
    if form.get("role") not in [*Role]:
        raise HTTPException(400, f"Expected role, one of {', '.join(Role)}.")
    role, party = Role(form["role"]), form.get("organisation", "") or None
    _check_may(request, role)
    if not is_email(email):
        raise NotDoneError(t("people.no_email", email=email))
    if account_of(books, email) is not None:
        raise NotDoneError(t("people.taken", email=email))
    if role is Role.BUSINESS and party is None:
        raise NotDoneError(t("people.needs_organisation"))
    if party is not None and find_organisation(books, party) is None:
        raise HTTPException(404, t("people.unknown"))
    with books.transaction():
        made = add_account(books, email, now(), name=name or email, role=role, organisation=party)
        return _invitation(request, made)


def _reset(request: Request, form: Mapping[str, str]) -> Link:
    """Make a link by which somebody chooses a password, their first or another."""
    books, account = _books(request), _meant(request, form)
    if account.password is None:
        return _invitation(request, account)
    with books.transaction():
        secret = make_link(books, "password", account, now())
        note_done(request, What.PASSWORD_LINK_MADE, account.email)
    return Link(f"/password/{secret}", account, "password")


def _invitation(request: Request, account: Account) -> Link:
    books = _books(request)
    with books.transaction():
        secret = make_link(books, "invitation", account, now())
        note_done(request, What.INVITED, account.email)
    return Link(f"/password/{secret}", account, "invitation")


def _activating(*, active: bool) -> Callable[[Request, Mapping[str, str]], None]:
    def change(request: Request, form: Mapping[str, str]) -> None:
        books, account = _books(request), _meant(request, form)
        try:
            with books.transaction():
                set_active(books, account.number, active=active)
                note_done(request, What.REACTIVATED if active else What.DEACTIVATED, account.email)
        except AccessError as error:
            raise NotDoneError(texts_for(request)("people.last_admin")) from error

    return change


_ACTIONS: Final[Mapping[str, Callable[[Request, Mapping[str, str]], Link | None]]] = {
    "organisation": _organisation,
    "admit": _letting_in(active=True),
    "exclude": _letting_in(active=False),
    "invite": _invite,
    "reset": _reset,
    "deactivate": _activating(active=False),
    "reactivate": _activating(active=True),
}
"""What a form may ask for."""


def _meant(request: Request, form: Mapping[str, str]) -> Account:
    """Return the account that a form is about.

    Raises:
        HTTPException: 404 where there is none, 403 where it is not for whoever asks to change it.
    """
    found = account_numbered(_books(request), number_in(form, "account"))
    if found is None:
        raise HTTPException(404, texts_for(request)("people.unknown"))
    _check_may(request, found.role)
    return found


def _check_may(request: Request, role: Role) -> None:
    """Raise an HTTPException, 403, where somebody would gain rights through an account."""
    if not may_manage(request, role):
        note_not_allowed(request)
        raise HTTPException(403, texts_for(request)("people.admins_only"))


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
