"""Certificates of organisations: to which standard, by whom, from when to when."""

import sqlite3
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from epcis_core.errors import AccessError
from epcis_core.store.bookkeeping import Bookkeeping

State = Literal["withdrawn", "expired", "soon", "later", "holds"]
"""How a certificate stands: taken back, over, about to end, not begun, or none of these."""

SOON: Final = timedelta(days=60)
"""How long before its end a certificate is told to end soon."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate of an organisation.

    Attributes:
        organisation: whose.
        standard: such as VietGAP, OCOP, HACCP, GlobalGAP or ISO 22000.
        number: as its agency numbers it.
        agency: who issued it.
        issued: the first day on which it holds, of no zone.
        expires: the last day, likewise; None for no end.
        covers: what it covers, in words; may be empty.
        withdrawn: when it was taken back here, microseconds since 1970 UTC; None for not.
        id: names it here; 0 before it was added.
    """

    organisation: str
    standard: str
    number: str
    agency: str
    issued: date
    expires: date | None = None
    covers: str = ""
    withdrawn: int | None = None
    id: int = 0

    def state(self, today: date) -> State:
        """Return how it stands on a day; of what ends within 60 days that is told first."""
        if self.withdrawn is not None:
            return "withdrawn"
        if self.expires is not None and self.expires < today:
            return "expired"
        if self.expires is not None and self.expires <= today + SOON:
            return "soon"
        return "later" if self.issued > today else "holds"


def add_certificate(books: Bookkeeping, one: Certificate, now: int) -> Certificate:
    """Add a certificate and return it with its id.

    Args:
        books: where.
        one: it.
        now: microseconds since 1970 UTC.

    Raises:
        AccessError: its organisation is not known, or it ends before it begins.
    """
    if one.expires is not None and one.expires < one.issued:
        raise AccessError("A certificate does not end before it begins")
    with books.transaction() as connection:
        row = connection.execute(
            "INSERT INTO certificate (organisation, standard, number, agency, issued, expires, "
            "covers, added) SELECT ?, ?, ?, ?, ?, ?, ?, ? WHERE EXISTS "
            "(SELECT 1 FROM organisation WHERE id = ?) RETURNING *",
            (
                one.organisation,
                one.standard,
                one.number,
                one.agency,
                one.issued.isoformat(),
                None if one.expires is None else one.expires.isoformat(),
                one.covers,
                now,
                one.organisation,
            ),
        ).fetchone()
    if row is None:
        raise AccessError(f"There is no organisation {one.organisation}")
    return _certificate(row)


def withdraw_certificate(books: Bookkeeping, identifier: int, now: int) -> Certificate | None:
    """Take a certificate back and return it; None where none of this id holds."""
    with books.transaction() as connection:
        row = connection.execute(
            "UPDATE certificate SET withdrawn = ? WHERE id = ? AND withdrawn IS NULL RETURNING *",
            (now, identifier),
        ).fetchone()
    return None if row is None else _certificate(row)


def certificates(books: Bookkeeping, organisation: str | None = None) -> list[Certificate]:
    """Return certificates, the first to end first, so what has ended; withdrawn ones last.

    Args:
        books: where they stand.
        organisation: whose; None for those of all.
    """
    with books.reading() as connection:
        rows = connection.execute(
            "SELECT * FROM certificate WHERE ?1 IS NULL OR organisation = ?1 "
            "ORDER BY withdrawn IS NOT NULL, expires IS NULL, expires, standard, id",
            (organisation,),
        ).fetchall()
    return [_certificate(row) for row in rows]


def _certificate(row: sqlite3.Row) -> Certificate:
    return Certificate(
        row["organisation"],
        row["standard"],
        row["number"],
        row["agency"],
        date.fromisoformat(row["issued"]),
        None if row["expires"] is None else date.fromisoformat(row["expires"]),
        row["covers"],
        row["withdrawn"],
        row["id"],
    )
