"""People: who they are, and whether they are let in."""

import re
import sqlite3
from dataclasses import dataclass
from typing import Final

from epcis_core.access.roles import Role
from epcis_core.errors import AccessError
from epcis_core.store.bookkeeping import Bookkeeping

_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")


@dataclass(frozen=True, slots=True)
class Account:
    """A person's account.

    Attributes:
        number: names it for ever; an address may change.
        email: by which its person logs in; capitals do not matter.
        name: of the person.
        role: what it is.
        organisation: whose member it is; None for none.
        password: hash of the password; None until one has been set.
        active: whether it is let in.
        created: microseconds since 1970 UTC.
    """

    number: int
    email: str
    name: str
    role: Role
    organisation: str | None
    password: str | None
    active: bool
    created: int


def add_account(
    books: Bookkeeping,
    email: str,
    now: int,
    *,
    name: str,
    role: Role,
    organisation: str | None = None,
) -> Account:
    """Add an account that nobody can log in to before a password was set.

    Raises:
        AccessError: the address is none or taken, or a business has no organisation.
    """
    if not is_email(email):
        raise AccessError(f"{email!r} is no e-mail address")
    if role is Role.BUSINESS and organisation is None:
        raise AccessError("An account for a business belongs to an organisation")
    with books.transaction() as connection:
        row = connection.execute(
            "INSERT INTO account (email, name, role, organisation, active, created) "
            "VALUES (?, ?, ?, ?, 1, ?) ON CONFLICT (email) DO NOTHING RETURNING *",
            (email, name, role, organisation, now),
        ).fetchone()
    if row is None:
        raise AccessError(f"There is an account for {email} already")
    return _account(row)


def is_email(text: str) -> bool:
    """Tell whether a text may be an e-mail address.

    >>> is_email("lan@farm.example"), is_email("lan")
    (True, False)
    """
    return _EMAIL.fullmatch(text) is not None


def account_of(books: Bookkeeping, email: str) -> Account | None:
    """Return the account of an address."""
    return _found(books, "email = ?", email)


def account_numbered(books: Bookkeeping, number: int) -> Account | None:
    """Return the account of a number."""
    return _found(books, "number = ?", number)


def accounts(books: Bookkeeping) -> list[Account]:
    """Return all accounts, by address."""
    with books.reading() as connection:
        rows = connection.execute("SELECT * FROM account ORDER BY email").fetchall()
    return [_account(row) for row in rows]


def set_password(books: Bookkeeping, number: int, hashed: str) -> None:
    """Give an account a password, of which the hash is kept; its sessions and links end."""
    with books.transaction() as connection:
        connection.execute("UPDATE account SET password = ? WHERE number = ?", (hashed, number))
        connection.execute("DELETE FROM session WHERE account = ?", (number,))
        connection.execute("DELETE FROM link WHERE account = ?", (number,))


def set_active(books: Bookkeeping, number: int, *, active: bool) -> None:
    """Let an account in, or no more; then its sessions, links and identities end with it.

    Raises:
        AccessError: it is the last active one that may administer.
    """
    with books.transaction() as connection:
        row = connection.execute(
            "UPDATE account SET active = ? WHERE number = ? RETURNING role", (active, number)
        ).fetchone()
        if not active:
            left = connection.execute(
                "SELECT 1 FROM account WHERE role = ? AND active LIMIT 1", (Role.ADMIN,)
            ).fetchone()
            if row is not None and row["role"] == Role.ADMIN and left is None:
                raise AccessError("The last account of an administrator stays active")
            for table in ("session", "link", "identity"):
                connection.execute(f"DELETE FROM {table} WHERE account = ?", (number,))  # noqa: S608 - ours


def is_closed(books: Bookkeeping) -> bool:
    """Tell whether somebody has an account or ever had a key: then nobody is let in without."""
    with books.reading() as connection:
        row = connection.execute(
            "SELECT EXISTS (SELECT 1 FROM account) OR EXISTS (SELECT 1 FROM api_key)"
        ).fetchone()
    return bool(row[0])


def _found(books: Bookkeeping, condition: str, value: object) -> Account | None:
    with books.reading() as connection:
        row = connection.execute(
            f"SELECT * FROM account WHERE {condition}",  # noqa: S608 - ours
            (value,),
        ).fetchone()
    return None if row is None else _account(row)


def _account(row: sqlite3.Row) -> Account:
    return Account(
        row["number"],
        row["email"],
        row["name"],
        Role(row["role"]),
        row["organisation"],
        row["password"],
        bool(row["active"]),
        row["created"],
    )
