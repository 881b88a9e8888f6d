"""Whose turn it is: what is sent to a target next, and which lots are waited for until then.

A target may want a lot after the lots it was made of. Where two were made of each other, as goods
that are worked anew, none is waited for by what was found before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.portal.deliveries import Delivery, deliveries_under

_WAITS: Final = "d.target = ? AND d.status IN ('waiting', 'unknown')"
_AWAITED: Final = (
    "json_each(d.upstream) up "
    "LEFT JOIN portal_lot l ON l.target = d.target AND l.lot = up.value "
    "LEFT JOIN portal_delivery its ON its.number = (SELECT max(number) FROM portal_delivery one "
    "WHERE one.lot = up.value AND one.target = d.target) "
    "WHERE l.hash IS NULL AND NOT (coalesce(its.status, '') IN ('waiting', 'unknown') "
    "AND its.number > d.number "
    "AND EXISTS (SELECT 1 FROM json_each(its.upstream) back WHERE back.value = d.lot))"
)
"""Lots that `d` waits for, and the latest delivery of each."""


class Cause(StrEnum):
    """Why a target has not got a lot that others wait for.

    `REJECTED`: it does not want it. `UNMADE`: there is no record of it yet. `UNDER_WAY`: its turn
    comes before.
    """

    REJECTED = "rejected"
    UNMADE = "unmade"
    UNDER_WAY = "under_way"


@dataclass(frozen=True, slots=True)
class Awaited:
    """A lot that others wait for.

    Attributes:
        lot: canonical.
        lots: how many wait for it.
        cause: why the target has not got it.
        delivery: the number of its latest delivery; None for none.
        reason: why that was not taken.
    """

    lot: str
    lots: int
    cause: Cause
    delivery: int | None
    reason: str | None


def next_deliveries(
    books: Bookkeeping, target: str, now: int, *, most: int, after: int = 0
) -> list[Delivery]:
    """Return what is to be sent to a target next: the first ones whose time has come.

    One that waits for lots upstream comes once the target has these, and not together with them.

    Args:
        books: where they stand.
        target: to whom.
        now: the clock, microseconds since 1970 UTC.
        most: so many at most.
        after: only those with a greater number.
    """
    return deliveries_under(
        books,
        f"{_WAITS} AND d.number > ? AND d.due <= ? AND NOT EXISTS (SELECT 1 FROM {_AWAITED}) "  # noqa: S608 - ours
        "ORDER BY d.number LIMIT ?",
        (target, after, now, most),
    )


def next_due(books: Bookkeeping, target: str, now: int) -> int | None:
    """Return when a delivery that must wait may be sent; None where none waits for a time."""
    with books.reading() as connection:
        row = connection.execute(
            f"SELECT min(d.due) FROM portal_delivery d WHERE {_WAITS} AND d.due > ?",  # noqa: S608 - ours
            (target, now),
        ).fetchone()
    return None if row[0] is None else int(row[0])


def holding_up(books: Bookkeeping, target: str, *, most: int) -> list[Awaited]:
    """Return lots that hold others up until somebody does something, what was rejected first.

    Args:
        books: where they stand.
        target: whose.
        most: so many at most.
    """
    condition = "coalesce(its.status, '') NOT IN ('waiting', 'sent', 'unknown')"
    return _awaited(books, condition, (target, most))


def awaited_by(books: Bookkeeping, target: str, lot: str, *, most: int) -> list[Awaited]:
    """Return what a lot waits for, what was rejected first; empty where it does not wait so.

    Args:
        books: where it stands.
        target: to whom it goes.
        lot: canonical.
        most: so many at most.
    """
    return _awaited(books, "d.lot = ?", (target, lot, most))


def _awaited(books: Bookkeeping, condition: str, values: Sequence[object]) -> list[Awaited]:
    with books.reading() as connection:
        rows = connection.execute(
            f"SELECT up.value, count(*), its.status, its.number, its.reason "  # noqa: S608 - ours
            f"FROM portal_delivery d, {_AWAITED} AND {_WAITS} AND {condition} GROUP BY up.value "
            "ORDER BY coalesce(its.status, '') <> 'rejected', its.number, up.value LIMIT ?",
            tuple(values),
        ).fetchall()
    return [Awaited(row[0], row[1], _cause(row[2]), row[3], row[4]) for row in rows]


def _cause(status: str | None) -> Cause:
    if status == "rejected":
        return Cause.REJECTED
    return Cause.UNMADE if status in {None, "accepted"} else Cause.UNDER_WAY
