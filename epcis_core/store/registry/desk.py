"""What the province itself keeps for its reports: trainings, surveys, priorities, and remarks.

A line that is retired stays, so that the reports of earlier periods can be counted again.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from epcis_core.store.bookkeeping import Bookkeeping

DeskList = Literal["trainings", "surveys", "priorities"]

DESK_LISTS: Final[tuple[DeskList, ...]] = ("trainings", "surveys", "priorities")

MOST: Final = 20_000
"""Lines of one list that are in use at once."""


@dataclass(frozen=True, slots=True)
class DeskLine:
    """A line of a list.

    Attributes:
        list: which one.
        entries: what it says, by the keys of the list's columns.
        added: microseconds since 1970 UTC.
        retired: since when it counts no more, likewise; None for not.
        number: names it; 0 before it was saved.
    """

    list: DeskList
    entries: Mapping[str, str]
    added: int = 0
    retired: int | None = None
    number: int = 0


def desk_lines(books: Bookkeeping, key: DeskList) -> list[DeskLine]:
    """Return the lines of a list, the newest first."""
    with books.reading() as connection:
        rows = connection.execute(
            "SELECT * FROM desk_line WHERE list = ? ORDER BY number DESC", (key,)
        ).fetchall()
    return [_line(row) for row in rows]


def save_desk_lines(
    books: Bookkeeping, lines: list[DeskLine], now: int, *, number: int = 0
) -> list[DeskLine] | None:
    """Save lines, all or none.

    Args:
        books: where.
        lines: of one list; one where `number` is given.
        now: microseconds since 1970 UTC.
        number: of the line that is changed; 0 for new ones.

    Returns:
        The lines as they stand now; None where there is none of the number in use, or the list
        would have more than `MOST`.
    """
    with books.transaction() as connection:
        if number:
            row = connection.execute(
                "UPDATE desk_line SET entries = ?, changed = ? "
                "WHERE number = ? AND list = ? AND retired IS NULL RETURNING *",
                (_text(lines[0]), now, number, lines[0].list),
            ).fetchone()
            return None if row is None else [_line(row)]
        (held,) = connection.execute(
            "SELECT count(*) FROM desk_line WHERE list = ? AND retired IS NULL", (lines[0].list,)
        ).fetchone()
        if held + len(lines) > MOST:
            return None
        return [
            _line(
                connection.execute(
                    "INSERT INTO desk_line (list, entries, added, changed) VALUES (?, ?, ?, ?) "
                    "RETURNING *",
                    (one.list, _text(one), now, now),
                ).fetchone()
            )
            for one in lines
        ]


def retire_desk_line(books: Bookkeeping, key: DeskList, number: int, now: int) -> DeskLine | None:
    """Mark a line as counting no more and return it; None where none of this number is in use."""
    with books.transaction() as connection:
        row = connection.execute(
            "UPDATE desk_line SET retired = ? WHERE number = ? AND list = ? AND retired IS NULL "
            "RETURNING *",
            (now, number, key),
        ).fetchone()
    return None if row is None else _line(row)


def remarks_of(books: Bookkeeping, period: str) -> dict[str, str]:
    """Return what the province has written about a period, by the key of the remark.

    Args:
        books: where.
        period: its name, such as `2026` or `2026-Q3`.
    """
    with books.reading() as connection:
        rows = connection.execute("SELECT key, words FROM remark WHERE period = ?", (period,))
        return {row["key"]: row["words"] for row in rows}


def save_remarks(books: Bookkeeping, period: str, words: Mapping[str, str]) -> None:
    """Save what the province says of a period, in place of what it said before."""
    with books.transaction() as connection:
        connection.executemany(
            "INSERT OR REPLACE INTO remark (period, key, words) VALUES (?, ?, ?)",
            [(period, key, text) for key, text in words.items()],
        )


def _text(line: DeskLine) -> str:
    return json.dumps(line.entries, ensure_ascii=False)


def _line(row: sqlite3.Row) -> DeskLine:
    return DeskLine(
        row["list"], json.loads(row["entries"]), row["added"], row["retired"], row["number"]
    )
