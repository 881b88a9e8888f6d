"""Cases of inspectors: what they are about, as of when, and what was collected."""

import sqlite3
from dataclasses import dataclass
from typing import Literal

from epcis_core.errors import AccessError
from epcis_core.store.bookkeeping import Bookkeeping

ItemKind = Literal["lot", "note", "export"]


@dataclass(frozen=True, slots=True)
class Inspection:
    """A case.

    Attributes:
        number: as the authority numbers it.
        title: what it is about.
        opened_by: who opened it.
        opened: microseconds since 1970 UTC.
        as_of: last sequence of the ledger then; what came later is marked.
        closed: when it was closed; None while it is open.
    """

    number: str
    title: str
    opened_by: str
    opened: int
    as_of: int
    closed: int | None


@dataclass(frozen=True, slots=True)
class Item:
    """Something that a case has collected.

    Attributes:
        kind: a lot, a note, or an export that was made.
        value: the lot's identifier, the note's text, the export's name.
        added_by: who added it.
        added: microseconds since 1970 UTC.
    """

    kind: ItemKind
    value: str
    added_by: str
    added: int


def open_inspection(
    books: Bookkeeping, number: str, now: int, *, title: str, by: str, as_of: int
) -> Inspection:
    """Open a case.

    Raises:
        AccessError: it has no number, or there is one of this number.
    """
    if not number.strip():
        raise AccessError("A case has a number")
    with books.transaction() as connection:
        row = connection.execute(
            "INSERT INTO inspection VALUES (?, ?, ?, ?, ?, NULL) "
            "ON CONFLICT DO NOTHING RETURNING *",
            (number.strip(), title, by, now, as_of),
        ).fetchone()
    if row is None:
        raise AccessError(f"There is a case {number} already")
    return _inspection(row)


def find_inspection(books: Bookkeeping, number: str) -> Inspection | None:
    """Return the case of a number."""
    with books.reading() as connection:
        row = connection.execute("SELECT * FROM inspection WHERE number = ?", (number,)).fetchone()
    return None if row is None else _inspection(row)


def inspections(books: Bookkeeping) -> list[Inspection]:
    """Return all cases, the newest first."""
    with books.reading() as connection:
        rows = connection.execute(
            "SELECT * FROM inspection ORDER BY opened DESC, number"
        ).fetchall()
    return [_inspection(row) for row in rows]


def close_inspection(books: Bookkeeping, number: str, now: int) -> None:
    """Close a case; nobody looks at records under its number any more."""
    with books.transaction() as connection:
        connection.execute(
            "UPDATE inspection SET closed = coalesce(closed, ?) WHERE number = ?", (now, number)
        )


def add_item(
    books: Bookkeeping, number: str, now: int, *, kind: ItemKind, value: str, by: str
) -> None:
    """Add something to a case that is there; a lot is added once."""
    with books.transaction() as connection:
        if kind == "lot":
            there = connection.execute(
                "SELECT 1 FROM inspection_item WHERE inspection = ? AND kind = ? AND value = ?",
                (number, kind, value),
            ).fetchone()
            if there is not None:
                return
        connection.execute(
            "INSERT INTO inspection_item (inspection, kind, value, added_by, added) "
            "VALUES (?, ?, ?, ?, ?)",
            (number, kind, value, by, now),
        )


def items_of(books: Bookkeeping, number: str) -> list[Item]:
    """Return what a case has collected, in order."""
    with books.reading() as connection:
        rows = connection.execute(
            "SELECT * FROM inspection_item WHERE inspection = ? ORDER BY number", (number,)
        ).fetchall()
    return [Item(row["kind"], row["value"], row["added_by"], row["added"]) for row in rows]


def _inspection(row: sqlite3.Row) -> Inspection:
    return Inspection(
        row["number"], row["title"], row["opened_by"], row["opened"], row["as_of"], row["closed"]
    )
