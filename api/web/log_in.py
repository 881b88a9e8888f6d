"""Pages by which people come in and go: log-in, the first account, links."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote, urlsplit

from anyio import to_thread
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from api.access import log_in as trying
from api.access import passwords
from api.access.asker import asker_of
from api.access.noting import note_done, note_refused_log_in, note_too_many
from api.access.sessions import browser_of, let_forget, let_keep, shown_session
from api.clock import now
from api.web.answers import page, texts_for
from api.web.forms import ShortForm
from epcis_core.access.roles import Role
from epcis_core.errors import AccessError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.accounts import (
    Account,
    accounts,
    add_account,
    is_closed,
    is_email,
    set_password,
)
from epcis_core.store.registry.entries import end_session, link_for, open_session, use_link
from epcis_core.store.registry.journal import What
from epcis_core.store.registry.organisations import takes_part

router = APIRouter(include_in_schema=False)

_MINUTE: Final = 60  # seconds
_LONGEST_PATH: Final = 1000  # characters; it goes into cookies and addresses
_MOST_ASKED: Final = 20  # times that one place may ask for new passwords


@router.get("/log-in")
def log_in_form(request: Request, next: str = "/") -> Response:  # noqa: A002 - the address's name
    """Show the form; whoever is in already goes on."""
    if asker_of(request).way == "session":
        return RedirectResponse(local(next), 303)
    return log_in_page(request, next, "")


@router.post("/log-in")
async def log_in(request: Request, form: ShortForm) -> Response:
    """Let somebody in who knows the password of their account, with a session of its own."""
    return await apart(request, _log_in, request, form)


@router.post("/log-out")
def log_out(request: Request) -> Response:
    """End the session."""
    secret = shown_session(request)
    if secret is not None and asker_of(request).way == "session":
        with _books(request).transaction():
            end_session(_books(request), secret)
            note_done(request, What.LOGGED_OUT)
    answer = RedirectResponse("/log-in", 303)
    let_forget(request, answer)
    return answer


@router.get("/set-up/{secret}")
def set_up_form(request: Request, secret: str) -> Response:
    """Show the form for the first account."""
    _check_set_up(request, secret)
    return _set_up_page(request, {})


@router.post("/set-up/{secret}")
async def set_up(request: Request, secret: str, form: ShortForm) -> Response:
    """Make the first account, that of an administrator; once."""
    return await apart(request, _set_up, request, secret, form)


@router.get("/password/{secret}")
def password_form(request: Request, secret: str) -> Response:
    """Show the form for a password to whoever was given a link."""
    return page(request, "password.html", account=_owner_of(request, secret), problem=None)


@router.post("/password/{secret}")
async def choose_password(request: Request, secret: str, form: ShortForm) -> Response:
    """Give an account the password that its person has chosen, and let them in."""
    return await apart(request, _choose_password, request, secret, form)


@router.get("/password")
def forgotten(request: Request) -> Response:
    """Show what to do who has forgotten their password."""
    return page(request, "forgotten.html", asked=False, problem=None)


@router.post("/password")
def ask_for_password(request: Request, form: ShortForm) -> Response:
    """Note that somebody asks for a new password, whether there is such an account or not."""
    place, books, made = trying.place_of(request), _books(request), now()
    try:
        trying.begin(books, {f"asking from {place}": _MOST_ASKED}, made)
    except trying.TooManyTriesError as error:
        return too_many(request, "forgotten.html", error, asked=False)
    trying.note_asked(books, form.get("email", ""), made)
    return page(request, "forgotten.html", asked=True, problem=None)


def local(path: str) -> str:
    r"""Return a path of this server to go on to; of anything else, the first page.

    >>> local("/trace?id=x"), local("//elsewhere.example"), local("/\\elsewhere.example")
    ('/trace?id=x', '/', '/')
    """
    try:
        parts = urlsplit(path)
    except ValueError:
        return "/"
    is_here = not parts.scheme and not parts.netloc and path.startswith("/") and path[1:2] != "/"
    is_here &= "\\" not in path and path.isprintable() and len(path) <= _LONGEST_PATH
    return path if is_here else "/"


async def apart(request: Request, answer: Callable[..., Response], *given: Any) -> Response:
    """Answer where a password is worked out: few at once, so that memory lasts."""
    limiter = request.app.state.password_limiter
    return await to_thread.run_sync(answer, *given, limiter=limiter)


def _log_in(request: Request, form: Mapping[str, str]) -> Response:
    t, books, made = texts_for(request), _books(request), now()
    email, following = form.get("email", ""), form.get("next", "/")
    try:
        account = trying.account_with(
            books, email, form.get("password", ""), trying.place_of(request), made
        )
    except trying.TooManyTriesError as error:
        return too_many(request, "log_in.html", error, **of_log_in(request, following, email))
    if account is None:
        return log_in_page(request, following, email, t("log_in.wrong"))
    if not account.active or not takes_part(books, account.organisation):
        return log_in_page(request, following, email, t("log_in.closed"))
    return let_in(request, account, local(following))


def let_in(request: Request, account: Account, path: str, *, by: str = "") -> Response:
    """Answer with a new session for who comes in, and note it.

    Args:
        request: by which they come.
        account: theirs.
        path: where they go on.
        by: which service vouches for them; empty where they have a password.
    """
    try:
        with _books(request).transaction():
            note_done(request, What.LOGGED_IN, by, who=account.email)
            return with_session(request, account, path)
    except AccessError:  # the account was changed since it was found
        return RedirectResponse(f"/log-in?next={quote(path, safe='')}", 303)


def with_session(request: Request, account: Account, path: str) -> Response:
    """Answer with a new session; one that the browser showed before ends.

    Raises:
        AccessError: the account was changed since it was found.
    """
    books = _books(request)
    if (before := shown_session(request)) is not None:
        end_session(books, before)
    place, browser = trying.place_of(request), browser_of(request)
    secret = open_session(books, account, now(), place=place, browser=browser)
    answer = RedirectResponse(path, 303)
    let_keep(request, answer, secret)
    return answer


def log_in_page(request: Request, following: str, email: str, problem: str = "") -> Response:
    """Answer with the form, 403 where there is a problem: then somebody was not let in."""
    if problem:
        note_refused_log_in(request, email)
    status = 403 if problem else 200
    values = of_log_in(request, following, email)
    return page(request, "log_in.html", status=status, problem=problem or None, **values)


def of_log_in(request: Request, following: str, email: str) -> dict[str, Any]:
    """Return what the form shows."""
    open_id = request.app.state.settings.open_id
    return {
        "next": local(following),
        "email": email,
        "has_accounts": is_closed(_books(request)),
        "shown": request.app.state.settings.log_ins,
        "open_id": None if open_id is None else open_id.name,
    }


def too_many(
    request: Request, template: str, error: trying.TooManyTriesError, **values: Any
) -> Response:
    """Answer that somebody tries too often, on the page where they do."""
    note_too_many(request, str(values.get("email", "")))
    minutes = -(-error.seconds // _MINUTE)
    told = texts_for(request).count("log_in.too_many", minutes)
    answer = page(request, template, status=429, problem=told, **values)
    answer.headers["Retry-After"] = str(error.seconds)
    return answer


def _check_set_up(request: Request, secret: str) -> None:
    """Raise an HTTPException, 404, where a link for the first account is not good."""
    books = _books(request)
    found = link_for(books, secret, now())
    if found is None or found[0] != "set_up" or accounts(books):
        raise HTTPException(404, texts_for(request)("set_up.not_good"))


def _set_up(request: Request, secret: str, form: Mapping[str, str]) -> Response:
    _check_set_up(request, secret)
    t, books, made = texts_for(request), _books(request), now()
    email, name = form.get("email", "").strip(), form.get("name", "").strip()
    problem = None if is_email(email) else t("people.no_email", email=email)
    problem = problem or fault_in(request, form, email, name)
    if problem is not None:
        return _set_up_page(request, form, problem)
    hashed = passwords.hash_password(form["password"])
    with books.transaction():
        if not use_link(books, secret, made):
            raise HTTPException(404, t("set_up.not_good"))
        account = add_account(books, email, made, name=name or email, role=Role.ADMIN)
        account = set_password(books, account.number, hashed)
        note_done(request, What.SET_UP, email, who=email)
    return let_in(request, account, "/people")


def _set_up_page(request: Request, form: Mapping[str, str], problem: str | None = None) -> Response:
    status = 200 if problem is None else 422
    given = {name: form.get(name, "") for name in ("email", "name")}
    return page(request, "set_up.html", status=status, problem=problem, **given)


def _owner_of(request: Request, secret: str) -> Account:
    """Return whose password a link gives.

    Raises:
        HTTPException: 404 where it is not good.
    """
    found = link_for(_books(request), secret, now())
    if found is None or found[1] is None:
        raise HTTPException(404, texts_for(request)("password.not_good"))
    return found[1]


def _choose_password(request: Request, secret: str, form: Mapping[str, str]) -> Response:
    books, account = _books(request), _owner_of(request, secret)
    problem = fault_in(request, form, account.email, account.name)
    if problem is not None:
        return page(request, "password.html", status=422, account=account, problem=problem)
    hashed = passwords.hash_password(form["password"])
    with books.transaction():
        if not use_link(books, secret, now()):
            raise HTTPException(404, texts_for(request)("password.not_good"))
        account = set_password(books, account.number, hashed)
        trying.forget_asked(books, account.email)
        note_done(request, What.PASSWORD_SET, account.email, who=account.email)
    return let_in(request, account, "/")


def fault_in(request: Request, form: Mapping[str, str], email: str, name: str) -> str | None:
    """Return what is wrong with a new password, in a sentence; None for nothing."""
    found = passwords.fault_of(form.get("password", ""), email, name)
    if found is None:
        return None
    shortest, longest = passwords.SHORTEST, passwords.LONGEST
    return texts_for(request)(f"password.{found}", shortest=shortest, longest=longest)


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
