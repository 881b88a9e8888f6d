"""The page of somebody's own account: their password, their sessions, and their firm's papers."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.access import log_in as trying
from api.access import passwords
from api.access.asker import asker_of
from api.access.noting import note_done, note_refused_log_in
from api.access.sessions import shown_session
from api.clock import now
from api.web.answers import page, texts_for
from api.web.certificates import certificate_rows
from api.web.forms import ShortForm
from api.web.log_in import apart, fault_in, too_many, with_session
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.accounts import Account, account_of, set_password
from epcis_core.store.registry.entries import end_own_session, session_id, sessions_of
from epcis_core.store.registry.journal import What
from epcis_core.store.registry.organisations import find_organisation

router = APIRouter(include_in_schema=False)


@router.get("/account")
def own_account(request: Request) -> Response:
    """Show somebody their own account."""
    if asker_of(request).way != "session":
        return RedirectResponse("/log-in?next=/account", 303)
    return _own_page(request, _own(request), None)


@router.post("/account")
async def change_password(request: Request, form: ShortForm) -> Response:
    """End sessions, or change somebody's own password; they show the one until now."""
    if asker_of(request).way != "session":
        return RedirectResponse("/log-in?next=/account", 303)
    if form.get("action") == "end":
        return await apart(request, _end, request, form)
    return await apart(request, _change_password, request, form)


def _refusal(request: Request, account: Account, form: Mapping[str, str]) -> Response | None:
    """Return the answer to who does not know the password until now; None for who does."""
    books, place = _books(request), trying.place_of(request)
    try:
        known = trying.account_with(books, account.email, form.get("current", ""), place, now())
    except trying.TooManyTriesError as error:
        return too_many(request, "account.html", error, **_of_own(request, account, form))
    if known is not None:
        return None
    note_refused_log_in(request, account.email)
    return _own_page(request, account, texts_for(request)("account.wrong"), form)


def _change_password(request: Request, form: Mapping[str, str]) -> Response:
    books, account = _books(request), _own(request)
    if (refused := _refusal(request, account, form)) is not None:
        return refused
    problem = fault_in(request, form, account.email, account.name)
    if problem is not None:
        return _own_page(request, account, problem)
    hashed = passwords.hash_password(form["password"])
    with books.transaction():
        if _own(request).password != account.password:  # it was changed meanwhile
            return RedirectResponse("/log-in?next=/account", 303)
        note_done(request, What.PASSWORD_SET, account.email)
        changed = set_password(books, account.number, hashed)
        return with_session(request, changed, "/account?changed=yes")


def _end(request: Request, form: Mapping[str, str]) -> Response:
    """End one session of the asker, or without a choice all but the one that asks."""
    books, account, own = _books(request), _own(request), _own_session(request)
    if account.password is not None and (refused := _refusal(request, account, form)) is not None:
        return refused
    chosen = form.get("session", "")
    for one in sessions_of(books, account, now()):
        if one.id == chosen or (not chosen and one.id != own):
            with books.transaction():
                if end_own_session(books, one):
                    note_done(request, What.SESSION_ENDED, f"{one.browser} {one.place}".strip())
    return RedirectResponse("/account", 303)


def _own_session(request: Request) -> str:
    """Return what names the session that asks."""
    return session_id(shown_session(request) or "")


def _own(request: Request) -> Account:
    account = account_of(_books(request), asker_of(request).name)
    assert account is not None  # noqa: S101 - who has a session has an account
    return account


def _own_page(
    request: Request, account: Account, problem: str | None, form: Mapping[str, str] | None = None
) -> Response:
    status = 200 if problem is None else 422
    values = _of_own(request, account, form)
    return page(request, "account.html", status=status, problem=problem, **values)


def _of_own(
    request: Request, account: Account, form: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return what is shown of an account; `ending` is the session that a form is about."""
    organisation, books, own = account.organisation, _books(request), _own_session(request)
    return {
        "account": account,
        "ending": form.get("session", "") if form and form.get("action") == "end" else None,
        "sessions": [(one, one.id == own) for one in sessions_of(books, account, now())],
        "certificates": [] if organisation is None else certificate_rows(request, organisation),
        "organisation": None if organisation is None else find_organisation(books, organisation),
        "is_changed": request.query_params.get("changed") == "yes",
        "is_bound": request.query_params.get("bound") == "yes",
    }


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
