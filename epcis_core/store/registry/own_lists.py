"""What the lists of an organisation have in common: lines that are added, changed and retired.

A line that is retired stays, since what was recorded under its code stays too; the code may then be
taken anew.
"""

import sqlite3
from collections.abc import Mapping
from typing import Any, Final, Literal

from epcis_core.findings import Finding, finding
from epcis_core.store.bookkeeping import Bookkeeping

Table = Literal["product", "place", "partner"]

MOST: Final = 2000
"""Lines of one list of one organisation that are in use at once."""


def write_line(
    books: Bookkeeping,
    table: Table,
    organisation: str,
    values: Mapping[str, Any],
    *,
    number: int,
    now: int,
) -> sqlite3.Row | None:
    """Write a line and return it.

    Args:
        books: where.
        table: of which list.
        organisation: whose.
        values: by column.
        number: of the line that is changed; 0 for a new one.
        now: microseconds since 1970 UTC.

    Returns:
        None where the organisation has no such line in use.
    """
    names = ", ".join(values)
    marks = ", ".join("?" * len(values))
    with books.transaction() as connection:
        row: sqlite3.Row | None
        if number:
            row = connection.execute(
                f"UPDATE {table} SET ({names}, changed) = ({marks}, ?) "  # noqa: S608 - names of columns
                "WHERE number = ? AND organisation = ? AND retired IS NULL RETURNING *",
                (*values.values(), now, number, organisation),
            ).fetchone()
        else:
            row = connection.execute(
                f"INSERT INTO {table} (organisation, {names}, added, changed) "  # noqa: S608
                f"VALUES (?, {marks}, ?, ?) RETURNING *",
                (organisation, *values.values(), now, now),
            ).fetchone()
    return row


def retire_line(
    books: Bookkeeping, table: Table, organisation: str, number: int, now: int
) -> sqlite3.Row | None:
    """Mark a line as used no more and return it; None where none of this number is in use."""
    with books.transaction() as connection:
        row: sqlite3.Row | None = connection.execute(
            f"UPDATE {table} SET retired = ? "  # noqa: S608 - one of three words
            "WHERE number = ? AND organisation = ? AND retired IS NULL RETURNING *",
            (now, number, organisation),
        ).fetchone()
    return row


def is_full(connection: sqlite3.Connection, table: Table, organisation: str) -> list[Finding]:
    """Return what is to be said where an organisation can have no further line in a list."""
    held = connection.execute(
        f"SELECT count(*) FROM {table} WHERE organisation = ? AND retired IS NULL",  # noqa: S608
        (organisation,),
    ).fetchone()[0]
    return [finding("list_full", limit=MOST)] if held >= MOST else []
