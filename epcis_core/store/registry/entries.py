"""What lets a person in: sessions, and links that are good once."""

import secrets
import sqlite3
from dataclasses import dataclass
from typing import Final, Literal

from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.accounts import Account, account_numbered
from epcis_core.store.registry.digests import digest_of

Purpose = Literal["set_up", "invitation", "password"]
"""What a link is for: the first administrator, a new account, a new password."""

_SIZE: Final = 32  # bytes
_ID_LENGTH: Final = 16  # hexadecimal digits
_MINUTE: Final = 60_000_000  # microseconds
_DAY: Final = 24 * 60 * _MINUTE

IDLE: Final = 8 * 60 * _MINUTE
"""Microseconds after which a session ends that nobody uses."""

LONGEST: Final = 7 * _DAY
"""Microseconds after which any session ends."""

GOOD_FOR: Final[dict[Purpose, int]] = {
    "set_up": _DAY,
    "invitation": 7 * _DAY,
    "password": 60 * _MINUTE,
}
"""Microseconds for which a link is good."""

_NOTED: Final = _MINUTE
"""Microseconds after which it is noted again that a session is used."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session of a person.

    Attributes:
        account: whose.
        case_number: of the case that the person works on; None for none.
        id: names it among those of its person; nobody can show it as the secret.
        created: microseconds since 1970 UTC.
        seen: when it was used last, likewise, to a minute.
        place: where it was begun, an address or network; empty where that was not kept.
        browser: in which, by a short name; empty for any other.
    """

    account: Account
    case_number: str | None
    id: str
    created: int
    seen: int
    place: str
    browser: str


def open_session(
    books: Bookkeeping, account: Account, now: int, *, place: str = "", browser: str = ""
) -> str:
    """Open a session and return the secret that its person's browser shows.

    Args:
        books: where.
        account: whose.
        now: microseconds since 1970 UTC.
        place: where it is begun, an address or network.
        browser: in which, by a short name.
    """
    secret = secrets.token_urlsafe(_SIZE)
    with books.transaction() as connection:
        connection.execute(
            "DELETE FROM session WHERE seen < ? OR created < ?", (now - IDLE, now - LONGEST)
        )
        connection.execute(
            "INSERT INTO session (digest, account, created, seen, place, browser) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (digest_of(secret), account.number, now, now, place, browser),
        )
    return secret


def find_session(books: Bookkeeping, secret: str, now: int) -> Session | None:
    """Return the session of a secret; None where it has ended, or its account is not let in."""
    digest = digest_of(secret)
    with books.reading() as connection:
        row = connection.execute("SELECT * FROM session WHERE digest = ?", (digest,)).fetchone()
    if row is None or now - row["seen"] > IDLE or now - row["created"] > LONGEST:
        return None
    account = account_numbered(books, row["account"])
    if account is None or not account.active:
        return None
    if now - row["seen"] > _NOTED:
        with books.transaction() as connection:
            connection.execute("UPDATE session SET seen = ? WHERE digest = ?", (now, digest))
    return _session(account, row)


def sessions_of(books: Bookkeeping, account: Account, now: int) -> list[Session]:
    """Return the sessions by which a person is in, the one that was used last first."""
    with books.reading() as connection:
        rows = connection.execute(
            "SELECT * FROM session WHERE account = ? AND seen >= ? AND created >= ? "
            "ORDER BY seen DESC, created DESC",
            (account.number, now - IDLE, now - LONGEST),
        ).fetchall()
    return [_session(account, row) for row in rows]


def session_id(secret: str) -> str:
    """Return what names the session of a secret among those of its person."""
    return digest_of(secret).hex()[:_ID_LENGTH]


def end_session(books: Bookkeeping, secret: str) -> None:
    """End a session."""
    with books.transaction() as connection:
        connection.execute("DELETE FROM session WHERE digest = ?", (digest_of(secret),))


def end_own_session(books: Bookkeeping, one: Session) -> bool:
    """End a session of a person, as `sessions_of` tells it; False where it has ended."""
    with books.transaction() as connection:
        done = connection.execute(
            "DELETE FROM session WHERE account = ? AND substr(lower(hex(digest)), 1, ?) = ?",
            (one.account.number, _ID_LENGTH, one.id),
        )
    return done.rowcount > 0


def work_on(books: Bookkeeping, secret: str, case_number: str | None) -> None:
    """Let a session's person work on a case; None for none any more."""
    with books.transaction() as connection:
        connection.execute(
            "UPDATE session SET case_number = ? WHERE digest = ?", (case_number, digest_of(secret))
        )


def make_link(books: Bookkeeping, purpose: Purpose, account: Account | None, now: int) -> str:
    """Make a link that is good once, and return its secret; older ones of its kind end."""
    secret = secrets.token_urlsafe(_SIZE)
    number = None if account is None else account.number
    with books.transaction() as connection:
        connection.execute("DELETE FROM link WHERE purpose = ? AND account IS ?", (purpose, number))
        connection.execute(
            "INSERT INTO link VALUES (?, ?, ?, ?, ?, NULL)",
            (digest_of(secret), purpose, number, now, now + GOOD_FOR[purpose]),
        )
    return secret


def link_for(books: Bookkeeping, secret: str, now: int) -> tuple[Purpose, Account | None] | None:
    """Return what a link is for and whose it is; None where it is not good."""
    with books.reading() as connection:
        row = connection.execute(
            "SELECT * FROM link WHERE digest = ? AND used IS NULL AND expires > ?",
            (digest_of(secret), now),
        ).fetchone()
    if row is None:
        return None
    account = None if row["account"] is None else account_numbered(books, row["account"])
    if account is not None and not account.active:
        return None
    return row["purpose"], account


def use_link(books: Bookkeeping, secret: str, now: int) -> bool:
    """Use a link up; False where another did so first, or it is not good."""
    with books.transaction() as connection:
        done = connection.execute(
            "UPDATE link SET used = ? WHERE digest = ? AND used IS NULL AND expires > ?",
            (now, digest_of(secret), now),
        )
    return done.rowcount > 0


def _session(account: Account, row: sqlite3.Row) -> Session:
    return Session(
        account,
        row["case_number"],
        row["digest"].hex()[:_ID_LENGTH],
        row["created"],
        row["seen"],
        row["place"],
        row["browser"],
    )
