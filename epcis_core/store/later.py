"""What came after an entry of the ledger: for whoever froze what was known at it."""

from collections.abc import Collection

from epcis_core.store.ledger import Ledger
from epcis_core.store.literals import among
from epcis_core.store.view import View


def last_entry(ledger: Ledger, view: View) -> int:
    """Return the last entry that counts now; -1 where there is none."""
    with ledger.reading() as cursor:
        return view.last(cursor)


def recorded_at(ledger: Ledger, view: View, sequence: int) -> int | None:
    """Return when an entry was recorded, microseconds since 1970 UTC; None where there is none.

    Args:
        ledger: where to look.
        view: what may be seen.
        sequence: of the entry.
    """
    with ledger.reading() as cursor:
        row = cursor.execute(
            "SELECT epoch_us(e.record_time) FROM entry e "  # noqa: S608 - quoted
            f"WHERE e.sequence = ? AND {view.condition('e')}",
            [sequence],
        ).fetchone()
    return None if row is None else int(row[0])


def recorded_later(
    ledger: Ledger, view: View, event_ids: Collection[str], sequence: int
) -> frozenset[str]:
    """Return which events came after an entry; one that was declared wrong later did not.

    Args:
        ledger: where to look.
        view: what may be seen.
        event_ids: of events.
        sequence: of the entry.
    """
    with ledger.reading() as cursor:
        rows = cursor.execute(
            "SELECT e.event_id FROM event e "  # noqa: S608 - quoted
            f"WHERE e.event_id {among(event_ids)} AND {view.condition('e')} "
            "GROUP BY e.event_id HAVING min(e.sequence) > ?",
            [sequence],
        ).fetchall()
    return frozenset(one for (one,) in rows)


def count_later(
    ledger: Ledger, view: View, objects: Collection[str], sequence: int
) -> dict[str, int]:
    """Return how many events that name an object, or a member of it, came after an entry.

    Args:
        ledger: where to look.
        view: what may be seen.
        objects: canonical identifiers.
        sequence: of the entry.
    """
    with ledger.reading() as cursor:
        rows = cursor.execute(
            "SELECT n.object, count(DISTINCT n.sequence) FROM ("  # noqa: S608 - quoted
            f"SELECT r.object, r.sequence FROM reference r WHERE r.object {among(objects)} "
            "UNION ALL SELECT m.lot, r.sequence FROM membership m "
            f"JOIN reference r ON r.object = m.member WHERE m.lot {among(objects)}) n "
            f"WHERE n.sequence > ? AND {view.condition('n')} GROUP BY n.object",
            [sequence],
        ).fetchall()
    counts = {one: int(number) for one, number in rows}
    return {one: counts.get(one, 0) for one in objects}
