"""What was told to a target is kept for a time, and then let go; that it was told stays.

Of a delivery the record, the request and the answer are let go, once the target has taken a later
record of the lot; status, times, hash and key stay. Of an export the file is let go, once all in it
was answered; its number, time, maker and digest stay, and the latest file of a target does too.
"""

import json
from dataclasses import dataclass
from typing import Final

from epcis_core.store.bookkeeping import Bookkeeping

_TOGETHER: Final = 1_000
"""Deliveries of which that is noted at a time: nobody else can note anything meanwhile."""


@dataclass(frozen=True, slots=True)
class LetGo:
    """How much was let go.

    Attributes:
        deliveries: whose record, request and answer are gone.
        exports: whose file is gone.
    """

    deliveries: int
    exports: int


def let_go(books: Bookkeeping, target: str, before: int) -> LetGo:
    """Let go what was told to a target before a time.

    Args:
        books: where it is kept.
        target: its name.
        before: microseconds since 1970 UTC.

    Returns:
        How much that was; part of it is gone where this is cut short, and the rest the next time.
    """
    deliveries, after = 0, 0
    while some := _old_deliveries(books, target, before, after):
        deliveries, after = deliveries + len(some), some[-1]
        with books.transaction() as connection:
            connection.execute(
                "UPDATE portal_delivery SET record = NULL, request = NULL, answer = NULL "
                "WHERE number IN (SELECT value FROM json_each(?))",
                (json.dumps(some),),
            )
    with books.transaction() as connection:
        exports = connection.execute(
            "UPDATE portal_export AS e SET zip = x'' WHERE target = ?1 AND made < ?2 "
            "AND length(zip) > 0 "
            "AND number < (SELECT max(number) FROM portal_export WHERE target = ?1) "
            "AND NOT EXISTS (SELECT 1 FROM portal_delivery d WHERE d.target = ?1 "
            "AND d.status = 'sent' AND d.request = 'export ' || e.number)",
            (target, before),
        ).rowcount
    return LetGo(deliveries, exports)


def _old_deliveries(books: Bookkeeping, target: str, before: int, after: int) -> list[int]:
    """Return the numbers, behind one, of deliveries whose text may go."""
    with books.reading() as connection:
        rows = connection.execute(
            "SELECT d.number FROM portal_delivery d "
            "WHERE d.target = ? AND d.number > ? AND d.status IN ('accepted', 'rejected') "
            "AND coalesce(d.answered, d.sent, d.made) < ? "
            "AND NOT (d.record IS NULL AND d.request IS NULL AND d.answer IS NULL) "
            # By itself SQLite looks through all that was accepted, each time.
            "AND EXISTS (SELECT 1 FROM portal_delivery later INDEXED BY portal_delivery_of "
            "WHERE later.lot = d.lot AND later.target = d.target AND later.number > d.number "
            "AND later.status = 'accepted') ORDER BY d.number LIMIT ?",
            (target, after, before, _TOGETHER),
        ).fetchall()
    return [int(row[0]) for row in rows]
