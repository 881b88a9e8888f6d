"""How often public pages are looked at: by key and day, and nothing about who looks."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.names import PRODUCT

MOST_A_DAY: Final = 20_000
"""Keys that are counted apart in a day; of more, what answered is counted in their place. Stamps
that were ordered are always counted apart: nobody can make them up."""

MOST_OF_ONE: Final = 1000
"""Of these such as one page answered, so that who makes up keys of one hides those of no other."""


@dataclass(frozen=True, slots=True)
class Scans:
    """How often something was looked at on a day.

    Attributes:
        thing: what was asked for, canonical.
        day: in Viet Nam, `YYYY-MM-DD`.
        shown: what answered: itself, or the lot or product that it belongs to.
        number: how often.
    """

    thing: str
    day: str
    shown: str
    number: int


def count_scans(books: Bookkeeping, day: str, counts: Mapping[tuple[str, str], int]) -> None:
    """Add to the numbers of a day.

    Args:
        books: where they stand.
        day: in Viet Nam, `YYYY-MM-DD`.
        counts: how often by what was asked for and what answered.
    """
    with books.transaction() as connection:
        (known,) = connection.execute("SELECT count(*) FROM scan WHERE day = ?", (day,)).fetchone()
        of_one: dict[str, int] = {}
        for (thing, shown), number in counts.items():
            done = connection.execute(
                "UPDATE scan SET number = number + ?, shown = ? WHERE thing = ? AND day = ?",
                (number, shown, thing, day),
            )
            if done.rowcount:
                continue
            if shown not in of_one:
                (of_one[shown],) = connection.execute(
                    "SELECT count(*) FROM scan WHERE shown = ? AND day = ?", (shown, day)
                ).fetchone()
            has_room = known < MOST_A_DAY and of_one[shown] < MOST_OF_ONE
            is_apart = has_room or _is_stamp(connection, thing)
            known += is_apart
            of_one[shown] += is_apart
            connection.execute(
                "INSERT INTO scan VALUES (?, ?, ?, ?) "
                "ON CONFLICT (thing, day) DO UPDATE SET number = number + excluded.number",
                (thing if is_apart else shown, day, shown, number),
            )


def scans_of(books: Bookkeeping, thing: str) -> list[Scans]:
    """Return how often something was asked for, day by day, the latest first."""
    with books.reading() as connection:
        rows = connection.execute(
            "SELECT * FROM scan WHERE thing = ? ORDER BY day DESC", (thing,)
        ).fetchall()
    return [Scans(row["thing"], row["day"], row["shown"], row["number"]) for row in rows]


def looks_at(books: Bookkeeping, shown: str, *, since: str) -> int:
    """Return how often something was looked at, by whatever it answered.

    Args:
        books: where the numbers stand.
        shown: what answered, canonical.
        since: the first day, `YYYY-MM-DD`.
    """
    with books.reading() as connection:
        found: int = connection.execute(
            "SELECT coalesce(sum(number), 0) FROM scan WHERE shown = ? AND day >= ?",
            (shown, since),
        ).fetchone()[0]
    return found


def _is_stamp(connection: sqlite3.Connection, thing: str) -> bool:
    gtin, _, serial = thing.removeprefix(PRODUCT).partition("/21/")
    found = connection.execute("SELECT 1 FROM stamp WHERE gtin = ? AND serial = ?", (gtin, serial))
    return found.fetchone() is not None
