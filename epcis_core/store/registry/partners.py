"""Partners of organisations: whom each deals with, as it knows them itself; nobody else sees it."""

import sqlite3
from dataclasses import dataclass

from epcis_core.errors import AccessError
from epcis_core.findings import Finding, Where, finding
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.own_lists import is_full, retire_line, write_line


@dataclass(frozen=True, slots=True)
class Partner:
    """Whom an organisation deals with.

    Attributes:
        organisation: whose partner.
        code: the partner's GLN, 13 digits.
        name: what people call it.
        role: a word of `schemas/registry/partners.toml`; may be empty.
        person: whom to ask for; may be empty, as all that follows.
        phone: as written.
        email: as written.
        note: anything else.
        retired: when it was marked as dealt with no more, microseconds since 1970 UTC.
        number: names it here; 0 before it was added.
    """

    organisation: str
    code: str
    name: str
    role: str = ""
    person: str = ""
    phone: str = ""
    email: str = ""
    note: str = ""
    retired: int | None = None
    number: int = 0


def faults_of_partner(books: Bookkeeping, one: Partner) -> list[Finding]:
    """Return why an organisation cannot have a partner in its list; pointers name the member.

    Args:
        books: where the lists stand.
        one: its `number` names the partner that is to be changed; 0 for a new one.
    """
    with books.transaction() as connection:
        found = [] if one.number else is_full(connection, "partner", one.organisation)
        twice = connection.execute(
            "SELECT 1 FROM partner WHERE organisation = ? AND code = ? AND number <> ? "
            "AND retired IS NULL",
            (one.organisation, one.code, one.number),
        ).fetchone()
    if twice is not None:
        found.append(finding("registered_already", at=Where(pointer="/code"), actual=one.code))
    return found


def save_partner(books: Bookkeeping, one: Partner, now: int) -> Partner:
    """Add a partner, or change the one of its number, and return it.

    Args:
        books: where.
        one: it; `faults_of_partner` finds nothing, in the same transaction.
        now: microseconds since 1970 UTC.

    Raises:
        AccessError: its organisation has no such partner, or it has no name.
    """
    if not one.name:
        raise AccessError("A partner has a name")
    values = {
        "code": one.code,
        "name": one.name,
        "role": one.role,
        "person": one.person,
        "phone": one.phone,
        "email": one.email,
        "note": one.note,
    }
    row = write_line(books, "partner", one.organisation, values, number=one.number, now=now)
    if row is None:
        raise AccessError(f"{one.organisation} has no partner {one.number}")
    return _partner(row)


def retire_partner(books: Bookkeeping, organisation: str, number: int, now: int) -> Partner | None:
    """Mark a partner as dealt with no more and return it; None where it is not in the list."""
    row = retire_line(books, "partner", organisation, number, now)
    return None if row is None else _partner(row)


def partners_of(books: Bookkeeping, organisation: str) -> list[Partner]:
    """Return the partners of an organisation, retired ones last."""
    with books.reading() as connection:
        rows = connection.execute(
            "SELECT * FROM partner WHERE organisation = ? "
            "ORDER BY retired IS NOT NULL, name, code, number",
            (organisation,),
        ).fetchall()
    return [_partner(row) for row in rows]


def find_partner(books: Bookkeeping, organisation: str, number: int) -> Partner | None:
    """Return a partner of an organisation; None where it has none such."""
    with books.reading() as connection:
        row = connection.execute(
            "SELECT * FROM partner WHERE organisation = ? AND number = ?", (organisation, number)
        ).fetchone()
    return None if row is None else _partner(row)


def partner_of_code(books: Bookkeeping, organisation: str, code: str) -> Partner | None:
    """Return the partner of an organisation that has a GLN; None where it has none such."""
    with books.reading() as connection:
        row = connection.execute(
            "SELECT * FROM partner WHERE organisation = ? AND code = ? "
            "ORDER BY retired IS NOT NULL, number DESC LIMIT 1",
            (organisation, code),
        ).fetchone()
    return None if row is None else _partner(row)


def _partner(row: sqlite3.Row) -> Partner:
    return Partner(
        row["organisation"],
        row["code"],
        row["name"],
        row["role"],
        row["person"],
        row["phone"],
        row["email"],
        row["note"],
        row["retired"],
        row["number"],
    )
