"""The page of those who manage: which organisations take part, and which people are let in."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from api.access.asker import asker_of
from api.access.log_in import last_asked
from api.access.noting import note_done, note_not_allowed
from api.clock import now
from api.web.answers import page, texts_for
from api.web.forms import NotDoneError, ShortForm
from api.web.texts import Texts
from epcis_core.access.roles import Right, Role
from epcis_core.errors import AccessError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.accounts import (
    Account,
    account_numbered,
    account_of,
    accounts,
    add_account,
    is_email,
    set_active,
)
from epcis_core.store.registry.entries import make_link
from epcis_core.store.registry.identities import accounts_with_identity
from epcis_core.store.registry.journal import What
from epcis_core.store.registry.organisations import (
    Organisation,
    add_organisation,
    check_belonging,
    find_organisation,
    organisation_id,
    organisations,
)

router = APIRouter(include_in_schema=False)

CONTACTS: Final = ("phone_24h", "phone", "email", "address")
"""What is kept of whom to reach at an organisation; the first day and night."""


_FIELDS: Final = (
    *("action", "party", "name", "owned", "roles", "role", "organisation"),
    *CONTACTS,
)


@dataclass(frozen=True, slots=True)
class _Link:
    """A link that was made just now, and is shown this once.

    Attributes:
        path: of it.
        account: for whom.
        purpose: `invitation` or `password`.
    """

    path: str
    account: Account
    purpose: str


@router.get("/people")
def people(request: Request, organisation: str = "") -> Response:
    """Show organisations and people; one organisation in the form, to be changed."""
    if asker_of(request).way == "anybody":
        return RedirectResponse("/log-in?next=/people", 303)
    return _page(request, _values_of(find_organisation(_books(request), organisation)))


@router.post("/people")
def manage(request: Request, form: ShortForm) -> Response:
    """Do what one form of the page asks for."""
    if asker_of(request).way == "anybody":
        raise HTTPException(403, texts_for(request)("people.log_in_first"))
    action = _ACTIONS.get(form.get("action", ""))
    if action is None:
        raise HTTPException(400, f"Expected action, one of {', '.join(_ACTIONS)}.")
    try:
        link = action(request, form)
    except NotDoneError as error:
        return _page(request, form, status=422, problem=str(error))
    if link is None:
        return RedirectResponse("/people", 303)
    return _page(request, {}, link=link)


def _organisation(request: Request, form: Mapping[str, str]) -> None:
    """Add an organisation, or change what is known of it."""
    t, books = texts_for(request), _books(request)
    given = form.get("party", "").strip()
    try:
        party = organisation_id(given)
    except AccessError as error:
        raise NotDoneError(t("people.no_party", party=given)) from error
    owned = tuple(dict.fromkeys(form.get("owned", "").replace(",", " ").split()))
    for one in owned:
        try:
            check_belonging(one)
        except AccessError as error:
            raise NotDoneError(t("people.no_belonging", value=one)) from error
    name = form.get("name", "").strip()
    if not name:
        raise NotDoneError(t("people.no_name"))
    contact = {one: text for one in CONTACTS if (text := form.get(one, "").strip())}
    roles = tuple(one.strip() for one in form.get("roles", "").split(",") if one.strip())
    known = find_organisation(books, party)
    active = known is None or known.active
    what = What.ORGANISATION_ADDED if known is None else What.ORGANISATION_CHANGED
    with books.transaction():
        add_organisation(books, Organisation(party, name, roles, contact, owned, active), now())
        note_done(request, what, party)


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


def _invite(request: Request, form: Mapping[str, str]) -> _Link:
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


def _reset(request: Request, form: Mapping[str, str]) -> _Link:
    """Make a link by which somebody chooses a password, their first or another."""
    books, account = _books(request), _meant(request, form)
    if account.password is None:
        return _invitation(request, account)
    with books.transaction():
        secret = make_link(books, "password", account, now())
        note_done(request, What.PASSWORD_LINK_MADE, account.email)
    return _Link(f"/password/{secret}", account, "password")


def _invitation(request: Request, account: Account) -> _Link:
    books = _books(request)
    with books.transaction():
        secret = make_link(books, "invitation", account, now())
        note_done(request, What.INVITED, account.email)
    return _Link(f"/password/{secret}", account, "invitation")


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


_ACTIONS: Final[Mapping[str, Callable[[Request, Mapping[str, str]], _Link | None]]] = {
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
    number = form.get("account", "")
    found = account_numbered(_books(request), int(number)) if number.isdecimal() else None
    if found is None:
        raise HTTPException(404, texts_for(request)("people.unknown"))
    _check_may(request, found.role)
    return found


def _check_may(request: Request, role: Role) -> None:
    """Raise an HTTPException, 403, where somebody would gain rights through an account."""
    if not _may(request, role):
        note_not_allowed(request)
        raise HTTPException(403, texts_for(request)("people.admins_only"))


def _may(request: Request, role: Role) -> bool:
    """Tell whether somebody manages accounts of a role: those of administrators they alone do."""
    return role is not Role.ADMIN or Right.OPERATE in asker_of(request).rights


def _page(
    request: Request,
    values: Mapping[str, str],
    *,
    status: int = 200,
    problem: str | None = None,
    link: _Link | None = None,
) -> Response:
    t, books = texts_for(request), _books(request)
    known = organisations(books)
    names = {one.id: one.name for one in known}
    vouched = accounts_with_identity(books)
    return page(
        request,
        "people.html",
        status=status,
        problem=problem,
        link=None if link is None else (link.purpose, link.account.email, _whole(request, link)),
        organisations=known,
        accounts=[_shown(request, one, names, vouched) for one in accounts(books)],
        roles=[(one, t(f"role.{one}")) for one in Role if _may(request, one)],
        contacts=CONTACTS,
        nothing=dict.fromkeys(_FIELDS, ""),
        values={one: values.get(one, "") for one in _FIELDS},
    )


def _shown(
    request: Request, account: Account, names: Mapping[str, str], vouched: Collection[int]
) -> dict[str, Any]:
    """Return what is shown of an account, and what may be done with it."""
    asked = last_asked(_books(request), account.email)
    return {
        "account": account,
        "role": texts_for(request)(f"role.{account.role}"),
        "organisation": names.get(account.organisation or ""),
        "state": _state(texts_for(request), account, is_vouched=account.number in vouched),
        "asked": asked is not None and account.active,
        "is_mine": _may(request, account.role),
    }


def _state(t: Texts, account: Account, *, is_vouched: bool) -> str:
    if not account.active:
        return t("people.inactive")
    has_come = is_vouched or account.password is not None
    return t("people.active" if has_come else "people.invited")


def _whole(request: Request, link: _Link) -> str:
    """Return a link as it is sent to somebody."""
    base = request.app.state.settings.base
    return f"{base or str(request.base_url).rstrip('/')}{link.path}"


def _values_of(one: Organisation | None) -> dict[str, str]:
    """Return the fields of the form of an organisation."""
    if one is None:
        return {}
    return {
        **one.contact,
        "action": "organisation",
        "party": one.id,
        "name": one.name,
        "owned": "\n".join(one.owned),
        "roles": ", ".join(one.roles),
    }


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
