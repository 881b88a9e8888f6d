"""What the headings of an organisation's own sheets mean, once it has said so."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from epcis_core.errors import TooManyError
from epcis_core.store.bookkeeping import Bookkeeping

MOST: Final = 100
"""Sheets of its own that an organisation may have."""


@dataclass(frozen=True, slots=True)
class SavedHeadings:
    """What the headings of one sheet mean.

    Attributes:
        organisation: whose sheet.
        template: the key of the template that its columns fill.
        columns: headings, as they stand in the sheet, to keys of the template's columns.
        saved: microseconds since 1970 UTC.
        number: names it here.
    """

    organisation: str
    template: str
    columns: Mapping[str, str]
    saved: int
    number: int


def save_headings(
    books: Bookkeeping, organisation: str, template: str, columns: Mapping[str, str], now: int
) -> SavedHeadings:
    """Save what headings mean; what was said of the very same headings before is forgotten.

    Args:
        books: where.
        organisation: whose sheet it is.
        template: the key of a template.
        columns: headings to keys of its columns.
        now: microseconds since 1970 UTC.

    Raises:
        TooManyError: the organisation has as many sheets as it may.
    """
    with books.transaction() as connection:
        for one in headings_of(books, organisation):
            if one.columns.keys() == columns.keys():
                forget_headings(books, organisation, one.number)
        row = connection.execute(
            "INSERT INTO own_headings (organisation, template, columns, saved) "
            "VALUES (?, ?, ?, ?) RETURNING *",
            (organisation, template, json.dumps(dict(columns), ensure_ascii=False), now),
        ).fetchone()
        held = connection.execute(
            "SELECT count(*) FROM own_headings WHERE organisation = ?", (organisation,)
        ).fetchone()[0]
        if held > MOST:
            raise TooManyError(f"An organisation has {MOST} sheets of its own at most")
    return _saved(row)


def forget_headings(books: Bookkeeping, organisation: str, number: int) -> SavedHeadings | None:
    """Forget what headings mean and return it; None where there is none such."""
    with books.transaction() as connection:
        row = connection.execute(
            "DELETE FROM own_headings WHERE organisation = ? AND number = ? RETURNING *",
            (organisation, number),
        ).fetchone()
    return None if row is None else _saved(row)


def headings_of(books: Bookkeeping, organisation: str) -> list[SavedHeadings]:
    """Return what an organisation has said of its own sheets, the latest first."""
    with books.reading() as connection:
        rows = connection.execute(
            "SELECT * FROM own_headings WHERE organisation = ? ORDER BY number DESC",
            (organisation,),
        ).fetchall()
    return [_saved(row) for row in rows]


def _saved(row: sqlite3.Row) -> SavedHeadings:
    return SavedHeadings(
        row["organisation"],
        row["template"],
        json.loads(row["columns"]),
        row["saved"],
        row["number"],
    )
