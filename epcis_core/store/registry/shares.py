"""Shares: an organisation lets a partner see its own records about one thing, until it withdraws.

What is shared are records that the giver itself captured and that name the thing. Records of others
about it stay hidden, whoever shares; and a partner that got a share cannot hand it on.
"""

import sqlite3
from dataclasses import dataclass

from epcis_core.errors import AccessError
from epcis_core.store.bookkeeping import Bookkeeping


@dataclass(frozen=True, slots=True)
class Share:
    """What one organisation shows to another.

    Attributes:
        giver: whose records they are.
        taker: who sees them too; it need not be known yet.
        thing: a lot, item or container, canonical.
        given: microseconds since 1970 UTC.
        withdrawn: when it was withdrawn, likewise; None while it holds.
    """

    giver: str
    taker: str
    thing: str
    given: int
    withdrawn: int | None = None


def share(books: Bookkeeping, giver: str, taker: str, thing: str, now: int) -> None:
    """Let a partner see records about a thing; what is shared already stays so.

    Whether the partner takes part is not told, since that is its own business.

    Raises:
        AccessError: the giver and the taker are one.
    """
    if giver == taker:
        raise AccessError("What an organisation recorded need not be shared with itself")
    with books.transaction() as connection:
        connection.execute(
            "INSERT INTO share (giver, taker, thing, given) SELECT ?, ?, ?, ? WHERE NOT EXISTS ("
            "SELECT 1 FROM share WHERE giver = ? AND taker = ? AND thing = ? "
            "AND withdrawn IS NULL)",
            (giver, taker, thing, now, giver, taker, thing),
        )


def withdraw_share(books: Bookkeeping, giver: str, taker: str, thing: str, now: int) -> bool:
    """Withdraw a share; False where there was none."""
    with books.transaction() as connection:
        done = connection.execute(
            "UPDATE share SET withdrawn = ? WHERE giver = ? AND taker = ? AND thing = ? "
            "AND withdrawn IS NULL",
            (now, giver, taker, thing),
        )
    return done.rowcount > 0


def shares_of(books: Bookkeeping, giver: str) -> list[Share]:
    """Return all that an organisation ever shared, the newest first."""
    with books.reading() as connection:
        rows = connection.execute(
            "SELECT giver, taker, thing, given, withdrawn FROM share WHERE giver = ? "
            "ORDER BY number DESC",
            (giver,),
        ).fetchall()
    return [Share(*row) for row in rows]


def shared_with(connection: sqlite3.Connection, taker: str) -> tuple[tuple[str, str], ...]:
    """Return what an organisation is shown now: whose records, and about what."""
    rows = connection.execute(
        "SELECT DISTINCT giver, thing FROM share WHERE taker = ? AND withdrawn IS NULL "
        "ORDER BY giver, thing",
        (taker,),
    ).fetchall()
    return tuple((row["giver"], row["thing"]) for row in rows)
