"""Exports of what waits for a target that takes files: each is kept whole, with what is in it.

An export and the deliveries in it are noted together: either it is there and they are sent, or
neither. A delivery's request names the export that it went out with last.

References:
    docs/portal.md, "A file that somebody hands over"
"""

import hashlib
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from epcis_core.errors import StoreError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.portal.deliveries import (
    Delivery,
    Status,
    deliveries_under,
    note_accepted,
    note_back,
)

_COLUMNS: Final = "target, number, made, made_by, lots, digest, length(zip) > 0"


class OvertakenError(StoreError):
    """Something that was to be exported went out, or was replaced, meanwhile."""


@dataclass(frozen=True, slots=True)
class Export:
    """One file that was made for a target. Times are microseconds since 1970 UTC.

    Attributes:
        target: the name of whom it is for.
        number: its place among those of the target, from 1.
        made: when.
        made_by: who had it made.
        lots: how many deliveries are in it.
        digest: SHA-256 of its bytes, hexadecimal.
        is_kept: its bytes are there; false where they were let go after their time.
    """

    target: str
    number: int
    made: int
    made_by: str
    lots: int
    digest: str
    is_kept: bool = True


def waiting_for_export(books: Bookkeeping, target: str, *, most: int) -> list[Delivery]:
    """Return deliveries that wait, each after those of the lots that it was made of."""
    # What a lot was made of, however far, has less upstream than the lot itself.
    return deliveries_under(
        books,
        "d.target = ? AND d.status = 'waiting' "
        "ORDER BY json_array_length(d.upstream), d.number LIMIT ?",
        (target, most),
    )


def next_export(books: Bookkeeping, target: str) -> int:
    """Return the number that the next export for a target gets."""
    with books.transaction() as connection:
        row = connection.execute(
            "SELECT coalesce(max(number), 0) + 1 FROM portal_export WHERE target = ?", (target,)
        ).fetchone()
    return int(row[0])


def add_export(
    books: Bookkeeping, new: Export, data: bytes, deliveries: Collection[Delivery]
) -> None:
    """Keep an export, and note that what is in it was sent.

    Args:
        books: where both are kept.
        new: it.
        data: its bytes.
        deliveries: that are in it.

    Raises:
        OvertakenError: one of them does not wait any more, or the number is taken.
    """
    with books.transaction() as connection:
        if next_export(books, new.target) != new.number:
            raise OvertakenError(f"There is an export {new.number} for {new.target} already.")
        sent = connection.executemany(
            "UPDATE portal_delivery SET status = 'sent', attempts = attempts + 1, request = ?, "
            "sent = ?, answer = NULL, answered = NULL, reason = NULL "
            "WHERE number = ? AND status = 'waiting'",
            [(_request(new.number), new.made, one.number) for one in deliveries],
        ).rowcount
        if sent != len(deliveries):
            raise OvertakenError(f"What waits for {new.target} has changed meanwhile.")
        connection.execute(
            "INSERT INTO portal_export VALUES (?, ?, ?, ?, ?, ?, ?)",
            (new.target, new.number, new.made, new.made_by, new.lots, new.digest, data),
        )


def exports_of(books: Bookkeeping, target: str, *, most: int) -> list[Export]:
    """Return the exports for a target, the latest first."""
    with books.transaction() as connection:
        rows = connection.execute(
            f"SELECT {_COLUMNS} FROM portal_export "  # noqa: S608 - ours
            "WHERE target = ? ORDER BY number DESC LIMIT ?",
            (target, most),
        ).fetchall()
    return [_export(row) for row in rows]


def export_at(books: Bookkeeping, target: str, number: int) -> Export | None:
    """Return an export; None where there is none."""
    row = _row(books, _COLUMNS, target, number)
    return None if row is None else _export(row)


def export_bytes(books: Bookkeeping, target: str, number: int) -> bytes | None:
    """Return the bytes of an export as they were made; None where there are none any more.

    Raises:
        StoreError: they are not what was kept.
    """
    row = _row(books, "zip, digest", target, number)
    if row is None or not row[0]:
        return None
    data = bytes(row[0])
    if hashlib.sha256(data).hexdigest() != row[1]:
        raise StoreError(f"Export {number} for {target} was damaged on the disk.")
    return data


def unanswered(books: Bookkeeping, target: str, number: int) -> list[Delivery]:
    """Return what is in an export and was neither accepted nor rejected."""
    return deliveries_under(
        books,
        "d.target = ? AND d.status = 'sent' AND d.request = ? ORDER BY d.number",
        (target, _request(number)),
    )


def count_unanswered(books: Bookkeeping, target: str) -> Mapping[int, int]:
    """Return of each export, by its number, how much in it was neither accepted nor rejected."""
    with books.transaction() as connection:
        rows = connection.execute(
            "SELECT request, count(*) FROM portal_delivery "
            "WHERE target = ? AND status = 'sent' AND request LIKE 'export %' GROUP BY request",
            (target,),
        ).fetchall()
    counts = {row[0]: int(row[1]) for row in rows}
    numbers = (int(name.rpartition(" ")[2]) for name in counts)
    return {number: counts[_request(number)] for number in numbers}


def note_answers(
    books: Bookkeeping, chosen: Iterable[Delivery], reason: str | None, who: str, now: int
) -> None:
    """Note what somebody was told of deliveries of an export.

    Args:
        books: where they stand.
        chosen: they; of `unanswered`, in the same transaction.
        reason: why they were rejected; None for accepted.
        who: says so.
        now: the clock, microseconds since 1970 UTC.
    """
    with books.transaction():
        for one in chosen:
            if reason is None:
                note_accepted(books, one, who, now, None)
            else:
                back = replace(one, status=Status.REJECTED, reason=reason)
                note_back(books, replace(back, answer=who, answered=now))


def _request(number: int) -> str:
    return f"export {number}"


def _export(row: sqlite3.Row) -> Export:
    return replace(Export(*row), is_kept=bool(row[-1]))


def _row(books: Bookkeeping, columns: str, target: str, number: int) -> sqlite3.Row | None:
    with books.transaction() as connection:
        found: sqlite3.Row | None = connection.execute(
            f"SELECT {columns} FROM portal_export WHERE target = ? AND number = ?",  # noqa: S608 - ours
            (target, number),
        ).fetchone()
    return found
