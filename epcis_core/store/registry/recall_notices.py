"""Recalls as everybody is told of them: by who made the goods, or by the authority."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from epcis_core.errors import AccessError, TooManyError
from epcis_core.rules.ownership import covers
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.organisations import own_of
from epcis_core.store.registry.own_keys import AUTHORITY, speaks_for

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
    books: Bookkeeping, number: int, now: int, *, organisation: str | None = None
) -> RecallNotice | None:
    """End a recall and return it; None where there is none of this number to end.

    Args:
        books: where it stands.
        number: its number.
        now: microseconds since 1970 UTC.
        organisation: only one that is this organisation's to end; None for any.
    """
    with books.transaction() as connection:
        row = connection.execute(
            "SELECT * FROM recall_notice WHERE number = ? AND lifted IS NULL", (number,)
        ).fetchone()
        if row is None:
            return None
        one = RecallNotice(**row)
        if organisation is not None and not _ends(connection, organisation, one):
            return None
        connection.execute("UPDATE recall_notice SET lifted = ? WHERE number = ?", (now, number))
    return replace(one, lifted=now)


def recalls_on(connection: sqlite3.Connection, things: Sequence[str]) -> list[RecallNotice]:
    """Return the recalls that hold on any of some things, the newest first."""
    rows = connection.execute(
        "SELECT * FROM recall_notice "  # noqa: S608 - question marks
        f"WHERE thing IN ({', '.join('?' * len(things))}) AND lifted IS NULL ORDER BY number DESC",
        tuple(things),
    ).fetchall()
    return [RecallNotice(**row) for row in rows]


def recalls_by(books: Bookkeeping, organisation: str | None) -> list[RecallNotice]:
    """Return the recalls that hold, the newest first; those an organisation may end, or all."""
    with books.reading() as connection:
        rows = connection.execute(
            "SELECT * FROM recall_notice WHERE lifted IS NULL ORDER BY number DESC"
        ).fetchall()
        found = [RecallNotice(**row) for row in rows]
        if organisation is None:
            return found
        return [one for one in found if _ends(connection, organisation, one)]


def every_recall(books: Bookkeeping) -> list[RecallNotice]:
    """Return all recalls, those that have ended too, the newest first."""
    with books.reading() as connection:
        rows = connection.execute("SELECT * FROM recall_notice ORDER BY number DESC").fetchall()
    return [RecallNotice(**row) for row in rows]


def _ends(connection: sqlite3.Connection, organisation: str, one: RecallNotice) -> bool:
    """Tell whether a recall is an organisation's to end.

    It is who declared it, or to whom the key belongs since, where the declarer speaks for it no
    more.
    """
    if one.declared_by in {organisation, AUTHORITY}:
        return one.declared_by == organisation
    return covers(own_of(connection, organisation), one.thing) and not speaks_for(
        connection, one.declared_by, one.thing
    )
