"""Recalls as everybody is told of them: by who made the goods, or by the authority."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from epcis_core.errors import AccessError, TooManyError
from epcis_core.store.bookkeeping import Bookkeeping

LONGEST: Final = 1000
"""Characters of what people are told."""

MOST: Final = 1000
"""Recalls of one organisation that hold at once."""


@dataclass(frozen=True, slots=True)
class RecallNotice:
    """What people are told of a recall.

    Attributes:
        thing: a lot, item or product, canonical.
        words: what to do, in the words of who declared it.
        declared_by: an organisation; empty for the authority.
        declared: microseconds since 1970 UTC.
        lifted: when it ended, likewise; None while it holds.
        number: its place among all.
    """

    thing: str
    words: str
    declared_by: str
    declared: int
    lifted: int | None
    number: int


def declare_recall(
    books: Bookkeeping, thing: str, words: str, declared_by: str, now: int
) -> RecallNotice:
    """Tell everybody that something is recalled.

    Raises:
        AccessError: there are no words, or too many.
        TooManyError: the organisation has as many recalls as it may.
    """
    if not words or len(words) > LONGEST:
        raise AccessError(f"A recall says what to do in at most {LONGEST} characters")
    with books.transaction() as connection:
        holding = connection.execute(
            "SELECT count(*) FROM recall_notice WHERE declared_by = ? AND lifted IS NULL",
            (declared_by,),
        ).fetchone()[0]
        if declared_by and holding >= MOST:
            raise TooManyError(f"An organisation has {MOST} recalls at once at most")
        row = connection.execute(
            "INSERT INTO recall_notice (thing, words, declared_by, declared) "
            "VALUES (?, ?, ?, ?) RETURNING *",
            (thing, words, declared_by, now),
        ).fetchone()
    return RecallNotice(**row)


def lift_recall(
    books: Bookkeeping, number: int, now: int, *, declared_by: str | None = None
) -> RecallNotice | None:
    """End a recall and return it; None where none of this number holds.

    Args:
        books: where it stands.
        number: its number.
        now: microseconds since 1970 UTC.
        declared_by: only one that this organisation declared; None for any.
    """
    with books.transaction() as connection:
        row = connection.execute(
            "UPDATE recall_notice SET lifted = ?1 WHERE number = ?2 AND lifted IS NULL "
            "AND (?3 IS NULL OR declared_by = ?3) RETURNING *",
            (now, number, declared_by),
        ).fetchone()
    return None if row is None else RecallNotice(**row)


def recalls_on(connection: sqlite3.Connection, things: Sequence[str]) -> list[RecallNotice]:
    """Return the recalls that hold on any of some things, the newest first."""
    rows = connection.execute(
        "SELECT * FROM recall_notice "  # noqa: S608 - question marks
        f"WHERE thing IN ({', '.join('?' * len(things))}) AND lifted IS NULL ORDER BY number DESC",
        tuple(things),
    ).fetchall()
    return [RecallNotice(**row) for row in rows]


def recalls_by(books: Bookkeeping, declared_by: str | None) -> list[RecallNotice]:
    """Return the recalls that hold, the newest first; of one organisation, or of all."""
    with books.reading() as connection:
        rows = connection.execute(
            "SELECT * FROM recall_notice WHERE lifted IS NULL "
            "AND (?1 IS NULL OR declared_by = ?1) ORDER BY number DESC",
            (declared_by,),
        ).fetchall()
    return [RecallNotice(**row) for row in rows]
