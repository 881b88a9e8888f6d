"""Recalls under way, and exercises; whom they concern stands in `recall_parties`."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from epcis_core.errors import AccessError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.recall_parties import LONGEST, RecallParty


@dataclass(frozen=True, slots=True)
class OpenedRecall:
    """A recall.

    Attributes:
        things: what is suspect, canonical.
        words: what parties are to do.
        opened_by: who opened it.
        opened: microseconds since 1970 UTC.
        case_number: of the case under which that was; None for none.
        call_after: hours after which who says nothing is to be called.
        is_practice: it is an exercise, and says so everywhere.
        tracing: what the records showed when it was opened, as JSON members.
        closed: when it ended, likewise; None while it goes on.
        number: its place among all; 0 before it is kept.
    """

    things: tuple[str, ...]
    words: str
    opened_by: str
    opened: int
    case_number: str | None
    call_after: int
    is_practice: bool
    tracing: Mapping[str, Any]
    closed: int | None = None
    number: int = 0


def open_recall(
    books: Bookkeeping,
    new: OpenedRecall,
    parties: Iterable[RecallParty],
    *,
    mark: str | None = None,
) -> OpenedRecall:
    """Open a recall with the parties that it concerns.

    Args:
        books: where.
        new: it, without a number.
        parties: whom it concerns.
        mark: of the form that asks for it, which asks in vain where one was opened by it; None for
            none.

    Raises:
        AccessError: it says nothing, or too much.
    """
    if not new.words.strip() or len(new.words) > LONGEST:
        raise AccessError(f"A recall says what to do in at most {LONGEST} characters")
    with books.transaction() as connection:
        row = connection.execute(
            "INSERT INTO recall (things, words, opened_by, opened, case_number, call_after, "
            "is_practice, tracing, mark) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *",
            (
                json.dumps(new.things),
                new.words.strip(),
                new.opened_by,
                new.opened,
                new.case_number,
                new.call_after,
                new.is_practice,
                json.dumps(dict(new.tracing)),
                mark,
            ),
        ).fetchone()
        for one in parties:
            number = connection.execute(
                "INSERT INTO recall_party (recall, party, steps) VALUES (?, ?, ?) RETURNING number",
                (row["number"], one.party, one.steps),
            ).fetchone()[0]
            connection.executemany(
                "INSERT INTO recall_goods (party, objects, uom, expected) VALUES (?, ?, ?, ?)",
                [(number, json.dumps(its.objects), its.uom, its.expected) for its in one.goods],
            )
    return _recall(row)


def recall_of_form(books: Bookkeeping, mark: str) -> OpenedRecall | None:
    """Return the recall that was opened by the form of a mark."""
    with books.transaction() as connection:
        row = connection.execute("SELECT * FROM recall WHERE mark = ?", (mark,)).fetchone()
    return None if row is None else _recall(row)


def find_recall(books: Bookkeeping, number: int) -> OpenedRecall | None:
    """Return the recall of a number."""
    with books.reading() as connection:
        row = connection.execute("SELECT * FROM recall WHERE number = ?", (number,)).fetchone()
    return None if row is None else _recall(row)


def opened_recalls(books: Bookkeeping) -> list[OpenedRecall]:
    """Return all recalls, exercises too, the newest first."""
    with books.reading() as connection:
        rows = connection.execute("SELECT * FROM recall ORDER BY number DESC").fetchall()
    return [_recall(row) for row in rows]


def close_recall(books: Bookkeeping, number: int, now: int) -> bool:
    """Close a recall; False where it was closed before, or there is none."""
    with books.transaction() as connection:
        done = connection.execute(
            "UPDATE recall SET closed = ? WHERE number = ? AND closed IS NULL", (now, number)
        )
    return done.rowcount > 0


def _recall(row: sqlite3.Row) -> OpenedRecall:
    return OpenedRecall(
        tuple(json.loads(row["things"])),
        row["words"],
        row["opened_by"],
        row["opened"],
        row["case_number"],
        row["call_after"],
        bool(row["is_practice"]),
        json.loads(row["tracing"]),
        row["closed"],
        row["number"],
    )
