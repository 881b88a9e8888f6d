"""What was told to a target is kept for a time, and then let go; that it was told stays.

Of a delivery the record, the request and the answer are let go, once the target has taken a later
record of the lot; status, times, hash and key stay. Of an export the file is let go, once all in it
was answered; its number, time, maker and digest stay, and the latest file of a target does too.
"""

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
    deliveries = 0
    while done := _let_deliveries_go(books, target, before):
        deliveries += done
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


def _let_deliveries_go(books: Bookkeeping, target: str, before: int) -> int:
    with books.transaction() as connection:
        return connection.execute(
            "UPDATE portal_delivery SET record = NULL, request = NULL, answer = NULL "
            "WHERE number IN (SELECT d.number FROM portal_delivery d "
            "WHERE d.target = ?1 AND d.status IN ('accepted', 'rejected') "
            "AND coalesce(d.answered, d.sent, d.made) < ?2 "
            "AND NOT (d.record IS NULL AND d.request IS NULL AND d.answer IS NULL) "
            "AND EXISTS (SELECT 1 FROM portal_delivery later WHERE later.lot = d.lot "
            "AND later.target = ?1 AND later.number > d.number AND later.status = 'accepted') "
            "LIMIT ?3)",
            (target, before, _TOGETHER),
        ).rowcount
