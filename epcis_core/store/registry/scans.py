"""How often public pages are looked at: by key and day, and nothing about who looks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from epcis_core.store.bookkeeping import Bookkeeping

MOST_A_DAY: Final = 100_000
"""Keys that are counted apart in a day; of more, what answered is counted in their place."""


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
        for (thing, shown), number in counts.items():
            done = connection.execute(
                "UPDATE scan SET number = number + ?, shown = ? WHERE thing = ? AND day = ?",
                (number, shown, thing, day),
            )
            if done.rowcount:
                continue
            known += 1
            connection.execute(
                "INSERT INTO scan VALUES (?, ?, ?, ?) "
                "ON CONFLICT (thing, day) DO UPDATE SET number = number + excluded.number",
                (thing if known <= MOST_A_DAY else shown, day, shown, number),
            )


def scans_of(books: Bookkeeping, thing: str) -> list[Scans]:
    """Return how often something was asked for, day by day, the latest first."""
    return _scans(books, "thing = ?", (thing,))


def scans_answered_by(books: Bookkeeping, shown: str, *, since: str) -> list[Scans]:
    """Return what was asked for that something answered, its items apart, the latest day first.

    Args:
        books: where they stand.
        shown: what answered, canonical.
        since: the first day, `YYYY-MM-DD`.
    """
    return _scans(books, "shown = ? AND day >= ?", (shown, since))


def _scans(books: Bookkeeping, condition: str, values: tuple[str, ...]) -> list[Scans]:
    with books.reading() as connection:
        rows = connection.execute(
            f"SELECT * FROM scan WHERE {condition} ORDER BY day DESC, thing",  # noqa: S608 - ours
            values,
        ).fetchall()
    return [Scans(row["thing"], row["day"], row["shown"], row["number"]) for row in rows]
