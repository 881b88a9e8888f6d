"""The parties that a recall concerns: told, called, and what each says it has and gave back.

What a party may open by a secret address stands here as a digest alone.
"""

import json
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.digests import digest_of

LONGEST: Final = 2000
"""Characters of what parties are told, and of what a party adds."""

GOOD_FOR: Final = 30 * 24 * 3_600_000_000
"""Microseconds for which a party may open its address."""

_SECRET_SIZE: Final = 32  # bytes

State = Literal["waiting", "notified", "seen", "confirmed", "returned"]
"""How far a party is: it was not told; it was; it opened the notice; it confirmed; it gave back."""

NoticeWay = Literal["", "email", "link", "call"]


@dataclass(frozen=True, slots=True)
class RecallGoods:
    """Goods of one sort that a party is asked about.

    Attributes:
        objects: identifiers; several are single items of one product.
        uom: UN/ECE Rec 20; None for a count of items.
        expected: what should be there or be looked for there, by the records; None is not known.
        held, returned: as the party says; None where it said nothing.
        number: its place among all; 0 before it is kept.
    """

    objects: tuple[str, ...]
    uom: str | None = None
    expected: str | None = None
    held: str | None = None
    returned: str | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class RecallParty:
    """A party that a recall concerns; times are microseconds since 1970 UTC, None for never.

    Attributes:
        party: canonical.
        steps: least number of handovers between it and the end of the chain.
        goods: what it is asked about.
        notified: when it was told last, and `way` how.
        seen: when it opened the notice first.
        confirmed: when it said last what it has.
        called: when somebody called it last.
        note: what it added.
        number: its place among all; 0 before it is kept.
        recall: of which recall it is.
    """

    party: str
    steps: int
    goods: tuple[RecallGoods, ...] = ()
    notified: int | None = None
    way: NoticeWay = ""
    seen: int | None = None
    confirmed: int | None = None
    called: int | None = None
    note: str = ""
    number: int = 0
    recall: int = 0

    @property
    def state(self) -> State:
        """How far the party is."""
        if self.confirmed is not None:
            back = any(one.returned and float(one.returned) > 0 for one in self.goods)
            return "returned" if back else "confirmed"
        if self.seen is not None:
            return "seen"
        return "waiting" if self.notified is None else "notified"


def parties_of(books: Bookkeeping, recall: int) -> list[RecallParty]:
    """Return whom a recall concerns, nearest to the consumer first."""
    with books.reading() as connection:
        rows = connection.execute(
            "SELECT * FROM recall_party WHERE recall = ? ORDER BY number", (recall,)
        ).fetchall()
        return _with_goods(connection, rows)


def find_party(books: Bookkeeping, number: int) -> RecallParty | None:
    """Return a party of a recall by its number."""
    with books.reading() as connection:
        rows = connection.execute(
            "SELECT * FROM recall_party WHERE number = ?", (number,)
        ).fetchall()
        return next(iter(_with_goods(connection, rows)), None)


def addressed_to(books: Bookkeeping) -> list[RecallParty]:
    """Return every party of a recall that goes on, the newest recall first."""
    with books.reading() as connection:
        rows = connection.execute(
            "SELECT p.* FROM recall_party p JOIN recall r ON r.number = p.recall "
            "WHERE r.closed IS NULL ORDER BY p.recall DESC, p.number"
        ).fetchall()
        return _with_goods(connection, rows)


def make_address(books: Bookkeeping, number: int, now: int) -> str:
    """Return a new secret by which a party of a recall is shown what concerns it."""
    secret = secrets.token_urlsafe(_SECRET_SIZE)
    with books.transaction() as connection:
        connection.execute("DELETE FROM recall_link WHERE expires < ?", (now,))
        connection.execute(
            "INSERT INTO recall_link VALUES (?, ?, ?)",
            (digest_of(secret), number, now + GOOD_FOR),
        )
    return secret


def party_of_address(books: Bookkeeping, secret: str, now: int) -> RecallParty | None:
    """Return the party that was given a secret; None where it is none, or has ended."""
    with books.reading() as connection:
        row = connection.execute(
            "SELECT party FROM recall_link WHERE digest = ? AND expires > ?",
            (digest_of(secret), now),
        ).fetchone()
    return None if row is None else find_party(books, row["party"])


def note_notified(books: Bookkeeping, number: int, way: NoticeWay, now: int) -> None:
    """Note that a party was told, and how; by a call it was called, too."""
    with books.transaction() as connection:
        connection.execute(
            "UPDATE recall_party SET notified = ?1, way = ?2, "
            "called = CASE ?2 WHEN 'call' THEN ?1 ELSE called END WHERE number = ?3",
            (now, way, number),
        )


def note_seen(books: Bookkeeping, number: int, now: int) -> bool:
    """Note that a party opened its notice; True the first time."""
    with books.transaction() as connection:
        done = connection.execute(
            "UPDATE recall_party SET seen = ? WHERE number = ? AND seen IS NULL", (now, number)
        )
    return done.rowcount > 0


def confirm(
    books: Bookkeeping,
    number: int,
    amounts: Mapping[int, tuple[str | None, str | None]],
    note: str,
    now: int,
) -> None:
    """Keep what a party says of its goods; what it said before is said anew.

    Args:
        books: where.
        number: of the party.
        amounts: number of its goods to what it holds and what it gave back; None is not said.
        note: what it adds.
        now: microseconds since 1970 UTC.
    """
    with books.transaction() as connection:
        connection.execute(
            "UPDATE recall_party SET confirmed = ?, seen = coalesce(seen, ?), note = ? "
            "WHERE number = ?",
            (now, now, note[:LONGEST], number),
        )
        connection.executemany(
            "UPDATE recall_goods SET held = ?, returned = ? WHERE number = ? AND party = ?",
            [(held, back, goods, number) for goods, (held, back) in amounts.items()],
        )


def _with_goods(connection: sqlite3.Connection, rows: Sequence[sqlite3.Row]) -> list[RecallParty]:
    return [
        RecallParty(
            row["party"],
            row["steps"],
            _goods_of(connection, row["number"]),
            row["notified"],
            row["way"],
            row["seen"],
            row["confirmed"],
            row["called"],
            row["note"],
            row["number"],
            row["recall"],
        )
        for row in rows
    ]


def _goods_of(connection: sqlite3.Connection, party: int) -> tuple[RecallGoods, ...]:
    rows = connection.execute(
        "SELECT * FROM recall_goods WHERE party = ? ORDER BY number", (party,)
    ).fetchall()
    return tuple(
        RecallGoods(
            tuple(json.loads(row["objects"])),
            row["uom"],
            row["expected"],
            row["held"],
            row["returned"],
            row["number"],
        )
        for row in rows
    )
