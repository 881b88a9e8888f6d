"""How a target stands: what waits, what is parked, and what is late or will be soon."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.portal.deliveries import Status

_UNDONE: Final = (
    "(d.status IN ('waiting', 'sent', 'unknown') OR (d.status = 'rejected' AND NOT EXISTS ("
    "SELECT 1 FROM portal_delivery later WHERE later.lot = d.lot AND later.target = d.target "
    "AND later.number > d.number)))"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a target stands.

    Attributes:
        lots: how many it has.
        changes: lots that may have changed and were not looked at.
        counts: deliveries by how they stand; of rejected ones those that nothing has overtaken.
        soon: undone ones whose deadline is near.
        late: undone ones whose deadline is over.
        oldest: when what is undone longest was recorded, microseconds since 1970 UTC; None for
            nothing.
    """

    lots: int
    changes: int
    counts: Mapping[Status, int]
    soon: int
    late: int
    oldest: int | None


def standing(books: Bookkeeping, target: str, now: int, deadline: int, warning: int) -> Standing:
    """Return how a target stands.

    Args:
        books: where it stands.
        target: its name.
        now: the clock, microseconds since 1970 UTC.
        deadline: how long a delivery may take, in microseconds.
        warning: how long before that it counts as near.
    """
    with books.transaction() as connection:
        lots, changes = connection.execute(
            "SELECT (SELECT count(*) FROM portal_lot WHERE target = ?1 AND hash IS NOT NULL), "
            "(SELECT count(*) FROM portal_change WHERE target = ?1)",
            (target,),
        ).fetchone()
        undone = connection.execute(
            f"SELECT d.status, count(*) FROM portal_delivery d WHERE d.target = ? AND {_UNDONE} "  # noqa: S608 - ours
            "GROUP BY d.status",
            (target,),
        ).fetchall()
        done = connection.execute(
            "SELECT count(*) FROM portal_delivery WHERE target = ? AND status = 'accepted'",
            (target,),
        ).fetchone()
        captured = (
            "SELECT captured FROM portal_change WHERE target = ?1 "  # noqa: S608 - ours
            f"UNION ALL SELECT d.captured FROM portal_delivery d WHERE d.target = ?1 AND {_UNDONE}"
        )
        soon, late, oldest = connection.execute(
            "SELECT coalesce(sum(captured > ?2 AND captured <= ?3), 0), "  # noqa: S608 - ours
            f"coalesce(sum(captured <= ?2), 0), min(captured) FROM ({captured})",
            (target, now - deadline, now - deadline + warning),
        ).fetchone()
    found = {Status(row[0]): int(row[1]) for row in undone}
    counts = {one: found.get(one, 0) for one in Status} | {Status.ACCEPTED: int(done[0])}
    return Standing(lots, changes, counts, soon, late, oldest)


def take_warnings(
    books: Bookkeeping, target: str, now: int, deadline: int, warning: int
) -> tuple[list[str], list[str]]:
    """Return lots whose deadline has come near, and those whose deadline is over, each once.

    Args:
        books: where it stands.
        target: its name.
        now: the clock, microseconds since 1970 UTC.
        deadline: how long a delivery may take, in microseconds.
        warning: how long before that somebody is warned.
    """
    found = []
    with books.transaction() as connection:
        for told, latest in ((2, now - deadline), (1, now - deadline + warning)):
            rows = connection.execute(
                "UPDATE portal_delivery AS d SET told = ? WHERE d.target = ? AND d.told < ? "  # noqa: S608 - ours
                f"AND d.captured <= ? AND {_UNDONE} RETURNING lot",
                (told, target, told, latest),
            ).fetchall()
            found.append(sorted(row[0] for row in rows))
    late, soon = found
    return soon, late
