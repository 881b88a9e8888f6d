"""Shares: an organisation lets a partner see its own records about one thing, until it withdraws.

What is shared are records that the giver itself captured and that name the thing. Records of others
about it stay hidden, whoever shares; and a partner that got a share cannot hand it on.
"""

import sqlite3
from dataclasses import dataclass, field
from typing import Final

from epcis_core.errors import AccessError, TooManyError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.lines import newest

MOST: Final = 1000
"""Shares of one organisation that hold at once."""

LONGEST: Final = 200
"""Characters of a taker, and of a thing."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one organisation shows to another.

    Attributes:
        giver: whose records they are.
        taker: who sees them too; it need not be known yet.
        thing: a lot, item or container, canonical.
        given: microseconds since 1970 UTC.
        withdrawn: when it was withdrawn, likewise; None while it holds.
        number: its place among all.
    """

    giver: str
    taker: str
    thing: str
    given: int
    withdrawn: int | None = None
    number: int = field(default=0, compare=False)


def share(books: Bookkeeping, giver: str, taker: str, thing: str, now: int) -> None:
    """Let a partner see records about a thing; what is shared already stays so.

    Whether the partner takes part is not told, since that is its own business.

    Raises:
        AccessError: the giver and the taker are one, or the taker or thing is too long.
        TooManyError: it shares as much as it may.
    """
    if giver == taker:
        raise AccessError("What an organisation recorded need not be shared with itself")
    if len(taker) > LONGEST or len(thing) > LONGEST:
        raise AccessError(f"A partner and what is shared have {LONGEST} characters at most")
    with books.transaction() as connection:
        done = connection.execute(
            "INSERT INTO share (giver, taker, thing, given) SELECT ?, ?, ?, ? WHERE NOT EXISTS ("
            "SELECT 1 FROM share WHERE giver = ? AND taker = ? AND thing = ? "
            "AND withdrawn IS NULL)",
            (giver, taker, thing, now, giver, taker, thing),
        )
        holding = connection.execute(
            "SELECT count(*) FROM share WHERE giver = ? AND withdrawn IS NULL", (giver,)
        ).fetchone()[0]
        if done.rowcount and holding > MOST:
            raise TooManyError(f"An organisation has {MOST} shares at most")


def withdraw_share(books: Bookkeeping, giver: str, taker: str, thing: str, now: int) -> bool:
    """Withdraw a share; False where there was none."""
    with books.transaction() as connection:
        done = connection.execute(
            "UPDATE share SET withdrawn = ? WHERE giver = ? AND taker = ? AND thing = ? "
            "AND withdrawn IS NULL",
            (now, giver, taker, thing),
        )
    return done.rowcount > 0


def shares_of(
    books: Bookkeeping, giver: str, *, before: int | None = None, most: int = 1000
) -> list[Share]:
    """Return what an organisation ever shared, the newest first.

    Args:
        books: where it stands.
        giver: whose records were shared.
        before: only shares of a smaller number; None for all.
        most: so many at most.
    """
    rows = newest(books, "share", {"number < ?": before, "giver = ?": giver}, most)
    return [Share(**row) for row in rows]


def shared_with(connection: sqlite3.Connection, taker: str) -> tuple[tuple[str, str], ...]:
    """Return what an organisation is shown now: whose records, and about what."""
    rows = connection.execute(
        "SELECT DISTINCT giver, thing FROM share WHERE taker = ? AND withdrawn IS NULL "
        "ORDER BY giver, thing",
        (taker,),
    ).fetchall()
    return tuple((row["giver"], row["thing"]) for row in rows)
