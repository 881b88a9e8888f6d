"""Who people are to a service that vouches for them, and which account is theirs.

A person is known by what the service calls them for ever. An address may be given to somebody else
one day; so it leads to an account once, and then the service's own name for the person does.
"""

import sqlite3
from dataclasses import dataclass
from typing import Literal

from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.accounts import LET_IN, Account, account_numbered, account_of

Unknown = Literal["no_account", "no_email", "another"]
"""Nobody was invited under the address; it is not known to be theirs; or the account belongs to
another person of that service."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whose account it is that a person comes to.

    Attributes:
        account: it, whether it is let in or not.
        is_new: it has become theirs just now.
    """

    account: Account
    is_new: bool = False


def account_of_person(
    books: Bookkeeping, issuer: str, subject: str, email: str | None, now: int
) -> Vouched | Unknown:
    """Return the account of a person whom a service vouches for; at first it is given to them.

    Then its sessions and links end: whoever came in by an invitation of theirs is out.

    Args:
        books: where accounts stand.
        issuer: the service.
        subject: what it calls the person.
        email: their address, where the service says that it is theirs.
        now: microseconds since 1970 UTC.

    Returns:
        Whose account it is, else why there is none.
    """
    with books.transaction() as connection:
        number = _known(connection, issuer, subject)
        is_new = number is None and email is not None
        if is_new:
            number = _given(connection, issuer, subject, email, now)
    if number is not None and (known := account_numbered(books, number)) is not None:
        return Vouched(known, is_new)
    if email is None:
        return "no_email"
    account = account_of(books, email)
    if account is None:
        return "no_account"
    return "another" if account.active else Vouched(account)


def _known(connection: sqlite3.Connection, issuer: str, subject: str) -> int | None:
    row = connection.execute(
        "SELECT account FROM identity WHERE issuer = ? AND subject = ?", (issuer, subject)
    ).fetchone()
    return None if row is None else row["account"]


def _given(
    connection: sqlite3.Connection, issuer: str, subject: str, email: str | None, now: int
) -> int | None:
    """Give the account of an address to a person, where it is let in and nobody's yet."""
    row = connection.execute(
        "INSERT INTO identity SELECT ?, ?, number, ? FROM account "  # noqa: S608 - ours
        f"WHERE email = ? AND {LET_IN} ON CONFLICT DO NOTHING RETURNING account",
        (issuer, subject, now, email),
    ).fetchone()
    if row is None:
        return None
    connection.execute("DELETE FROM session WHERE account = ?", (row["account"],))
    connection.execute("DELETE FROM link WHERE account = ?", (row["account"],))
    number: int = row["account"]
    return number


def accounts_with_identity(books: Bookkeeping) -> frozenset[int]:
    """Return the numbers of the accounts whose people a service vouches for."""
    with books.reading() as connection:
        rows = connection.execute("SELECT DISTINCT account FROM identity").fetchall()
    return frozenset(row["account"] for row in rows)
