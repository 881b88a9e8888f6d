"""How far a connector has come with each target, and what each target has."""

from dataclasses import dataclass

from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.changed_lots import ChangedLots


@dataclass(frozen=True, slots=True)
class Reached:
    """How things stand with a target. Times are microseconds since 1970 UTC.

    Attributes:
        sequence: up to where the ledger was looked at; -1 for nowhere.
        failures: how often sending has failed since something was answered.
        resume: before which nothing is sent.
        failure: why sending failed last; None since something was answered.
    """

    sequence: int = -1
    failures: int = 0
    resume: int = 0
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What a target has of a lot.

    Attributes:
        lot: canonical.
        hash: of the record; None for none, or none any more.
        edition: how often the target has taken one.
        reference: what the target calls it; None for not said.
    """

    lot: str
    hash: str | None
    edition: int
    reference: str | None = None


def reached(books: Bookkeeping, target: str) -> Reached:
    """Return how things stand with a target; as at the beginning where it is new."""
    with books.transaction() as connection:
        row = connection.execute(
            "SELECT sequence, failures, resume, failure FROM portal_target WHERE target = ?",
            (target,),
        ).fetchone()
    return Reached() if row is None else Reached(*row)


def note_changes(books: Bookkeeping, target: str, found: ChangedLots, now: int) -> None:
    """Note which lots may have changed up to a sequence; all of it holds, or nothing."""
    with books.transaction() as connection:
        connection.execute(
            "INSERT INTO portal_target (target, sequence, swept) VALUES (?, ?, ?) "
            "ON CONFLICT (target) DO UPDATE SET sequence = excluded.sequence",
            (target, found.reached, now),
        )
        connection.executemany(
            "INSERT INTO portal_change VALUES (?, ?, ?) ON CONFLICT (target, lot) DO UPDATE "
            "SET captured = min(captured, excluded.captured)",
            [(target, lot, found.captured) for lot in found.lots],
        )


def note_pace(
    books: Bookkeeping, target: str, failures: int, resume: int, failure: str | None
) -> None:
    """Note how often sending has failed, why, and before when nothing is sent."""
    with books.transaction() as connection:
        connection.execute(
            "UPDATE portal_target SET failures = ?, resume = ?, failure = ? WHERE target = ?",
            (failures, resume, failure, target),
        )


def changes(books: Bookkeeping, target: str, *, most: int) -> list[tuple[str, int]]:
    """Return lots that may have changed and when that was recorded, the earliest first.

    A lot of which a delivery is under way that may have come to the target waits for its end.
    """
    with books.transaction() as connection:
        rows = connection.execute(
            "SELECT c.lot, c.captured FROM portal_change c WHERE c.target = ? AND NOT EXISTS ("
            "SELECT 1 FROM portal_delivery d WHERE d.target = c.target AND d.lot = c.lot "
            "AND d.status IN ('waiting', 'sent', 'unknown') "
            "AND (d.sent IS NOT NULL OR d.status <> 'waiting')) ORDER BY c.captured, c.lot LIMIT ?",
            (target, most),
        ).fetchall()
    return [(row[0], row[1]) for row in rows]


def forget_change(books: Bookkeeping, target: str, lot: str) -> None:
    """Note that a lot was looked at."""
    with books.transaction() as connection:
        connection.execute("DELETE FROM portal_change WHERE target = ? AND lot = ?", (target, lot))


def held(books: Bookkeeping, target: str, lot: str) -> Held:
    """Return what a target has of a lot."""
    with books.transaction() as connection:
        row = connection.execute(
            "SELECT lot, hash, edition, reference FROM portal_lot WHERE target = ? AND lot = ?",
            (target, lot),
        ).fetchone()
    return Held(lot, None, 0) if row is None else Held(*row)


def held_lots(books: Bookkeeping, target: str, *, after: str, most: int) -> list[Held]:
    """Return what a target has, lot by lot, of lots that sort behind one."""
    with books.transaction() as connection:
        rows = connection.execute(
            "SELECT lot, hash, edition, reference FROM portal_lot "
            "WHERE target = ? AND lot > ? AND hash IS NOT NULL ORDER BY lot LIMIT ?",
            (target, after, most),
        ).fetchall()
    return [Held(*row) for row in rows]


def note_lost(books: Bookkeeping, target: str, lot: str, now: int) -> None:
    """Note that a target no longer has a lot that it had taken, so that it is looked at anew."""
    with books.transaction() as connection:
        connection.execute(
            "UPDATE portal_lot SET hash = NULL, edition = edition + 1, since = ? "
            "WHERE target = ? AND lot = ?",
            (now, target, lot),
        )
        connection.execute(
            "INSERT OR IGNORE INTO portal_change VALUES (?, ?, ?)", (target, lot, now)
        )


def sweep(books: Bookkeeping, target: str, now: int, every: int) -> bool:
    """Let every lot that a target has, or has rejected, be looked at anew, once in a while.

    The registry changes beside the ledger, and so may what a record tells of a product.

    Args:
        books: where it stands.
        target: its name.
        now: the clock, microseconds since 1970 UTC.
        every: how long lies between two times, in microseconds.

    Returns:
        Whether it was time.
    """
    with books.transaction() as connection:
        due = connection.execute(
            "UPDATE portal_target SET swept = ? WHERE target = ? AND swept <= ? RETURNING swept",
            (now, target, now - every),
        ).fetchall()
        if due:
            connection.execute(
                "INSERT OR IGNORE INTO portal_change SELECT target, lot, ? FROM portal_lot "
                "WHERE target = ? AND hash IS NOT NULL",
                (now, target),
            )
            connection.execute(
                "INSERT OR IGNORE INTO portal_change SELECT d.target, d.lot, min(d.captured) "
                "FROM portal_delivery d WHERE d.target = ? AND d.status = 'rejected' "
                "AND NOT EXISTS (SELECT 1 FROM portal_delivery later WHERE later.lot = d.lot "
                "AND later.target = d.target AND later.number > d.number) GROUP BY d.lot",
                (target,),
            )
    return bool(due)
