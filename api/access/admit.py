"""The gate: who asks is found out, and let through where they may have what they ask for.

A server without a single account or key that is reached from its own machine alone lets anybody
who is there do everything. As soon as there is one, or where it has an address outside, nobody is
let in without a key, a session, or the token of this machine's commands.
"""

import secrets
from typing import Final
from urllib.parse import quote

from fastapi import HTTPException
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from api.access.asker import ANYBODY, NOBODY, NOTHING, OPERATOR, Asker, asker_of
from api.access.looking import is_noted, note_looking
from api.access.noting import note_not_allowed, note_refused_key
from api.access.rights import RIGHTS_OF_ROUTES, UNDER_A_CASE
from api.access.sessions import is_written_elsewhere, shown_session
from api.clock import now
from api.web.answers import texts_for
from epcis_core.access.roles import NEEDS_CASE, RIGHTS, SEES_ALL, Right, Role
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.accounts import is_closed
from epcis_core.store.registry.entries import find_session
from epcis_core.store.registry.inspections import find_inspection
from epcis_core.store.registry.keys import find_key, key_ever_made
from epcis_core.store.registry.organisations import find_organisation, takes_part
from epcis_core.store.view import EVERYTHING
from ingest.capture import DEFAULT_ORGANISATION

CASE_HEADER: Final = "Case-Number"
"""The header by which a machine says under which case it looks."""

_BEARER: Final = "bearer "
_NEVER: Final = "never"


async def admit(connection: HTTPConnection) -> None:
    """Let a request through, or refuse it; afterwards `asker_of` tells who asks.

    Raises:
        HTTPException: 401 where nobody was let in, 303 to the log-in for a page, 403 where they
            may not have what they ask for, or a page of another site asks in their name.
    """
    asker = await recognise(connection)
    right = RIGHTS_OF_ROUTES.get(_route(connection), _NEVER)
    if asker.way == "session" and is_written_elsewhere(connection):
        await run_in_threadpool(note_not_allowed, connection)
        raise HTTPException(403, "A page of another site may not write here.")
    if right is None:
        return
    if asker.way == "nobody":
        raise _not_let_in(connection)
    if right not in asker.rights:
        await run_in_threadpool(note_not_allowed, connection)
        raise _not_allowed(connection, asker)
    if right is Right.CAPTURE and asker.owner and connection.scope.get("method") == "POST":
        await run_in_threadpool(connection.app.state.quota.take, connection, asker)
    shows_records = right is Right.READ or _route(connection) in UNDER_A_CASE
    if shows_records and asker.needs_case:
        await run_in_threadpool(_check_case, connection, asker)
    if is_noted(asker, right, _route(connection)):
        await run_in_threadpool(note_looking, connection, asker, _route(connection))


async def recognise(connection: HTTPConnection) -> Asker:
    """Find out who asks, and keep it with the request.

    Raises:
        HTTPException: 401 for a key or token that is not good.
    """
    try:
        if shown_session(connection) is None:
            asker = _asker(connection)  # some reads of a small table; a thread would take longer
        else:
            asker = await run_in_threadpool(_asker, connection)  # may note that it is used
    except HTTPException:
        await run_in_threadpool(_note_refused_key, connection)
        raise
    connection.state.asker = asker
    return asker


async def is_still_admitted(connection: HTTPConnection) -> bool:
    """Tell whether somebody who was let through still would be; that is no use of their session."""
    try:
        asker = await run_in_threadpool(_asker, connection)
    except HTTPException:
        return False
    right = RIGHTS_OF_ROUTES.get(_route(connection), _NEVER)
    return right in asker.rights and asker.owner == asker_of(connection).owner


def is_open(connection: HTTPConnection) -> bool:
    """Tell whether the server lets anybody in who is on its machine.

    That is so as long as nobody has an account or key, and with the invented samples always.
    """
    state = connection.app.state
    has_outside = state.settings.base is not None or bool(state.settings.proxies)
    if has_outside or _is_forwarded(connection):
        return False
    return state.settings.demo or not is_closed(state.books)


def _asker(connection: HTTPConnection) -> Asker:
    """Return who asks.

    Raises:
        HTTPException: 401 for a key or token that is not good.
    """
    if (key := _shown_key(connection)) is not None:
        return _by_key(connection, key)
    secret = shown_session(connection)
    if secret is not None and (found := _by_session(connection, secret)) is not None:
        return found
    return ANYBODY if is_open(connection) else NOBODY


def _shown_key(connection: HTTPConnection) -> str | None:
    """Return the key or token that somebody shows; another scheme is a proxy's own."""
    shown = connection.headers.get("authorization", "")
    return shown[len(_BEARER) :].strip() if shown.lower().startswith(_BEARER) else None


def _note_refused_key(connection: HTTPConnection) -> None:
    known = key_ever_made(connection.app.state.books, _shown_key(connection) or "")
    note_refused_key(connection, None if known is None else known.id)


def _by_key(connection: HTTPConnection, key: str) -> Asker:
    state = connection.app.state
    token: str = state.settings.token
    is_own = not _is_forwarded(connection)  # a command of this machine asks without a proxy
    if token and is_own and secrets.compare_digest(key.encode(), token.encode()):
        return OPERATOR
    found = find_key(state.books, key, now())
    if found is None:
        raise HTTPException(
            401,
            "This key belongs to another server, was revoked, or has expired.",
            {"WWW-Authenticate": 'Bearer error="invalid_token"'},
        )
    return _asker_with(
        Asker("key", f"key {found.id}", found.role, found.rights, NOTHING),
        state.books,
        found.role,
        found.organisation,
        _case_named(connection),
    )


def _case_named(connection: HTTPConnection) -> str | None:
    """Return the number in the header; a server is given each byte of it as one character."""
    given = connection.headers.get(CASE_HEADER)
    return None if given is None else given.encode("latin-1").decode("utf-8", "replace")


def _by_session(connection: HTTPConnection, secret: str) -> Asker | None:
    books: Bookkeeping = connection.app.state.books
    is_first = not hasattr(connection.state, "asker")  # a listener goes on without doing anything
    session = find_session(books, secret, now(), is_used=is_first)
    if session is None:
        return None
    account = session.account
    if not takes_part(books, account.organisation):
        return None
    return _asker_with(
        Asker("session", account.email, account.role, RIGHTS[account.role], NOTHING),
        books,
        account.role,
        account.organisation,
        session.case_number,
    )


def _asker_with(
    asker: Asker, books: Bookkeeping, role: Role, organisation: str | None, case: str | None
) -> Asker:
    """Return an asker with what their role and organisation bring.

    Raises:
        HTTPException: 401 where the organisation takes part no more.
    """
    found = None if organisation is None else find_organisation(books, organisation)
    if organisation is not None and (found is None or not found.active):
        raise HTTPException(401, "This organisation does not take part any more.")
    seen = EVERYTHING if role in SEES_ALL else NOTHING if found is None else found.view
    return Asker(
        asker.way,
        asker.name,
        asker.role,
        asker.rights,
        seen,
        organisation or DEFAULT_ORGANISATION,
        "" if role in SEES_ALL else organisation or "",
        case,
        role in NEEDS_CASE,
    )


def _not_let_in(connection: HTTPConnection) -> HTTPException:
    """Return what somebody is told who was not let in: a person is led to where they may be."""
    if not is_closed(connection.app.state.books):
        title = "Nobody has an account yet: open the set-up link that `epcis serve` has printed."
        told = texts_for(connection)("set_up.first") if _wants_page(connection) else title
        return HTTPException(401, told, {"WWW-Authenticate": "Bearer"})
    if _wants_page(connection):
        path = connection.url.path + (f"?{connection.url.query}" if connection.url.query else "")
        return HTTPException(303, headers={"Location": f"/log-in?next={quote(path, safe='')}"})
    return HTTPException(
        401, "Show an API key, as Authorization: Bearer KEY.", {"WWW-Authenticate": "Bearer"}
    )


def _not_allowed(connection: HTTPConnection, asker: Asker) -> HTTPException:
    """Return what somebody is told who may not have what they ask for."""
    if _wants_page(connection):
        t = texts_for(connection)
        return HTTPException(403, t("account.not_allowed", role=t(f"role.{asker.role}")))
    return HTTPException(403, f"The role {asker.role} may not do this.")


def _wants_page(connection: HTTPConnection) -> bool:
    accepted = connection.headers.get("accept", "")
    return connection.scope.get("method") in {"GET", "HEAD"} and "text/html" in accepted


def _is_forwarded(connection: HTTPConnection) -> bool:
    """Tell whether a proxy has passed a request on."""
    return any(name in connection.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip"))


def _check_case(connection: HTTPConnection, asker: Asker) -> None:
    """Raise an HTTPException, 403, where an inspector looks under no open case."""
    books: Bookkeeping = connection.app.state.books
    found = None if asker.case_number is None else find_inspection(books, asker.case_number)
    if found is None or found.closed is not None:
        if _wants_page(connection):
            path = quote(str(connection.url.path) + "?" + connection.url.query, safe="")
            raise HTTPException(303, headers={"Location": f"/cases?next={path}"})
        note_not_allowed(connection)
        raise HTTPException(
            403, f"Records are looked at under an open case; name its number in {CASE_HEADER}."
        )


def _route(connection: HTTPConnection) -> str:
    """Return method and path of the route that a request takes."""
    method = "WEBSOCKET" if connection.scope["type"] == "websocket" else connection.scope["method"]
    return f"{method} {getattr(connection.scope.get('route'), 'path', '')}"
