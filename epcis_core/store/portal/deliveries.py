"""Deliveries of lot records to a target: one at a time for each lot, with all that became of it."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from epcis_core.store.bookkeeping import Bookkeeping


class Operation(StrEnum):
    """What a target is to do."""

    CREATE = "create"
    UPDATE = "update"
    WITHDRAW = "withdraw"


class Status(StrEnum):
    """How a delivery stands, in words that an inspector understands.

    `SENT`: it went out and the answer is awaited. `UNKNOWN`: it went out, and whether it was taken
    is not known until it is read back, or sent again with the same key. `REJECTED`: the target does
    not want it so, and said why; it is parked, and the others go on.
    """

    WAITING = "waiting"
    SENT = "sent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


OPEN: Final = (Status.WAITING, Status.SENT, Status.UNKNOWN)
"""Of these a lot has one delivery at most for each target."""

_OPEN: Final = "status IN ('waiting', 'sent', 'unknown')"
_LATEST: Final = (
    "NOT EXISTS (SELECT 1 FROM portal_delivery later WHERE later.lot = d.lot "
    "AND later.target = d.target AND later.number > d.number)"
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One lot record on its way to one target. Times are microseconds since 1970 UTC.

    Attributes:
        target: the name of whom it goes to.
        lot: canonical.
        operation: what the target is to do.
        hash: of the record; None for a withdrawal.
        key: names it to the target, the same when it is sent again.
        record: JSON; None likewise.
        upstream: lots that the target must have before; empty where it does not ask.
        captured: when what it tells was recorded: the clock of its deadline.
        made: when it was made.
        status: how it stands.
        attempts: how often it was sent.
        due: before which it is not sent.
        request: what was sent last, without secrets; None before.
        sent: when.
        answer: what was answered last, cut at a bound.
        answered: when.
        reason: why it was not taken.
        told: how often somebody was warned of its deadline.
        number: its place among all; 0 before it is kept.
    """

    target: str
    lot: str
    operation: Operation
    hash: str | None
    key: str
    record: str | None
    upstream: tuple[str, ...]
    captured: int
    made: int
    status: Status = Status.WAITING
    attempts: int = 0
    due: int = 0
    request: str | None = None
    sent: int | None = None
    answer: str | None = None
    answered: int | None = None
    reason: str | None = None
    told: int = 0
    number: int = 0

    @property
    def is_untouched(self) -> bool:
        """Whether nothing of it can have come to the target."""
        return self.status is Status.WAITING and self.sent is None


def add_delivery(books: Bookkeeping, new: Delivery) -> None:
    """Keep a delivery; the caller's transaction decides with what else."""
    with books.transaction() as connection:
        connection.execute(
            "INSERT INTO portal_delivery (target, lot, operation, hash, key, record, upstream, "
            "captured, made, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting')",
            (
                new.target,
                new.lot,
                new.operation,
                new.hash,
                new.key,
                new.record,
                json.dumps(new.upstream),
                new.captured,
                new.made,
            ),
        )


def drop_delivery(books: Bookkeeping, number: int) -> None:
    """Remove a delivery of which nothing was sent, since what it told has been overtaken."""
    with books.transaction() as connection:
        connection.execute(
            "DELETE FROM portal_delivery WHERE number = ? AND status = 'waiting' AND sent IS NULL",
            (number,),
        )


def is_parked(books: Bookkeeping, target: str, lot: str, key: str) -> bool:
    """Tell whether a target has rejected a delivery of this very key, and nothing came after."""
    return any(one.key == key for one in _parked_of(books, target, lot))


def drop_parked(books: Bookkeeping, target: str, lot: str) -> None:
    """Remove what a target has rejected of a lot: it has by now what it is to have."""
    with books.transaction() as connection:
        for one in _parked_of(books, target, lot):
            connection.execute("DELETE FROM portal_delivery WHERE number = ?", (one.number,))


def open_delivery(books: Bookkeeping, target: str, lot: str) -> Delivery | None:
    """Return the delivery of a lot that is under way to a target."""
    found = deliveries_under(books, f"d.target = ? AND d.lot = ? AND {_OPEN}", (target, lot))
    return found[0] if found else None


def count_open(books: Bookkeeping, target: str, most: int) -> int:
    """Return how many deliveries are under way to a target; not counted beyond a bound."""
    with books.reading() as connection:
        row = connection.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM portal_delivery WHERE target = ? AND {_OPEN} "  # noqa: S608 - ours
            "LIMIT ?)",
            (target, most),
        ).fetchone()
    return int(row[0])


def note_sent(books: Bookkeeping, delivery: Delivery, request: str, now: int) -> Delivery:
    """Note that a delivery goes out; it is on disk before the first byte has left."""
    sent = replace(
        delivery, status=Status.SENT, attempts=delivery.attempts + 1, request=request, sent=now
    )
    _keep(books, sent)
    return sent


def note_back(books: Bookkeeping, delivery: Delivery) -> None:
    """Note how a delivery stands."""
    _keep(books, delivery)


def note_accepted(
    books: Bookkeeping, delivery: Delivery, answer: str, now: int, reference: str | None
) -> None:
    """Note that a target has taken a delivery, and what it has of the lot by now.

    Args:
        books: where it stands.
        delivery: it.
        answer: what the target said.
        now: the clock.
        reference: what the target calls the lot; None for not said.
    """
    with books.transaction() as connection:
        taken = replace(delivery, status=Status.ACCEPTED, answer=answer, answered=now, reason=None)
        _keep(books, taken)
        connection.execute(
            "INSERT INTO portal_lot VALUES (?, ?, ?, 1, ?, ?) ON CONFLICT (target, lot) DO UPDATE "
            "SET hash = excluded.hash, edition = edition + 1, since = excluded.since, "
            "reference = coalesce(excluded.reference, reference)",
            (delivery.target, delivery.lot, delivery.hash, reference, now),
        )


def take_up_again(books: Bookkeeping, target: str) -> int:
    """Note that of what was sent when the connector ended nobody knows; return how much that is."""
    with books.transaction() as connection:
        done = connection.execute(
            "UPDATE portal_delivery SET status = 'unknown', due = 0 "
            "WHERE target = ? AND status = 'sent'",
            (target,),
        )
        return done.rowcount


def parked(books: Bookkeeping, target: str, *, before: int | None, most: int) -> list[Delivery]:
    """Return rejected deliveries that nothing has overtaken, the latest first.

    Args:
        books: where they stand.
        target: whose.
        before: only those with a smaller number; None for all.
        most: so many at most.
    """
    return deliveries_under(
        books,
        f"d.target = ? AND d.status = 'rejected' AND d.number < ? AND {_LATEST} "
        "ORDER BY d.number DESC LIMIT ?",
        (target, (1 << 62) if before is None else before, most),
    )


def send_again(books: Bookkeeping, number: int) -> Delivery | None:
    """Let a parked delivery be sent again; None where it is none, or was overtaken.

    Its lot is looked at anew afterwards: what was rejected may be mended in the registry.
    """
    with books.transaction() as connection:
        found = deliveries_under(
            books, f"d.number = ? AND d.status = 'rejected' AND {_LATEST}", (number,)
        )
        if not found:
            return None
        connection.execute(
            "UPDATE portal_delivery SET status = 'waiting', due = 0, attempts = 0 WHERE number = ?",
            (number,),
        )
        connection.execute(
            "INSERT OR IGNORE INTO portal_change VALUES (?, ?, ?)",
            (found[0].target, found[0].lot, found[0].captured),
        )
    return found[0]


def deliveries_of(books: Bookkeeping, lot: str) -> list[Delivery]:
    """Return the latest delivery of a lot to each target, by the target's name."""
    return deliveries_under(books, f"d.lot = ? AND {_LATEST} ORDER BY d.target", (lot,))


def accepted_delivery(books: Bookkeeping, target: str, lot: str) -> Delivery | None:
    """Return what a target has taken of a lot last."""
    found = deliveries_under(
        books,
        "d.target = ? AND d.lot = ? AND d.status = 'accepted' ORDER BY d.number DESC LIMIT 1",
        (target, lot),
    )
    return found[0] if found else None


def _parked_of(books: Bookkeeping, target: str, lot: str) -> list[Delivery]:
    condition = f"d.target = ? AND d.lot = ? AND d.status = 'rejected' AND {_LATEST}"
    return deliveries_under(books, condition, (target, lot))


def _keep(books: Bookkeeping, one: Delivery) -> None:
    with books.transaction() as connection:
        connection.execute(
            "UPDATE portal_delivery SET status = ?, attempts = ?, due = ?, request = ?, sent = ?, "
            "answer = ?, answered = ?, reason = ?, told = ? WHERE number = ?",
            (
                *(one.status, one.attempts, one.due, one.request, one.sent),
                *(one.answer, one.answered, one.reason, one.told, one.number),
            ),
        )


def deliveries_under(
    books: Bookkeeping, condition: str, values: Sequence[object]
) -> list[Delivery]:
    """Return deliveries under a condition on `d`; its text must be ours, values bound."""
    with books.transaction() as connection:
        rows = connection.execute(
            f"SELECT * FROM portal_delivery d WHERE {condition}",  # noqa: S608 - no text of users in it
            tuple(values),
        ).fetchall()
    return [_delivery(row) for row in rows]


def _delivery(row: sqlite3.Row) -> Delivery:
    members: dict[str, Any] = dict(row)
    members["operation"] = Operation(members["operation"])
    members["status"] = Status(members["status"])
    members["upstream"] = tuple(json.loads(members["upstream"]))
    return Delivery(**members)
