"""How complete the records of every lot were when they were last judged, and what they lacked.

To judge a lot costs a trace. So it is done in the background, lot by lot, and kept for whoever sees
all: the province's figures count these lines. They are derived, and losing them loses nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.changed_lots import ChangedLots


@dataclass(frozen=True, slots=True)
class JudgedLot:
    """What the records of a lot are like.

    Attributes:
        lot: canonical.
        sector: of its product; empty for not known.
        scores: by each profile that it is judged by, how many requirements are met and how many
            there are.
        gaps: codes of what the records of this very lot do not show, or show to be impossible.
        judged: when, microseconds since 1970 UTC.
    """

    lot: str
    sector: str
    scores: Mapping[str, tuple[int, int]]
    gaps: tuple[str, ...]
    judged: int


def judged_up_to(books: Bookkeeping) -> int:
    """Return the sequence up to which the ledger was looked at; -1 for nowhere."""
    with books.reading() as connection:
        row = connection.execute("SELECT coalesce(max(sequence), -1) FROM judging").fetchone()
    return int(row[0])


def note_due(books: Bookkeeping, found: ChangedLots) -> None:
    """Note which lots are to be judged, and how far the ledger was looked at for them."""
    with books.transaction() as connection:
        connection.executemany(
            "INSERT INTO judged_lot (lot) VALUES (?) ON CONFLICT (lot) DO UPDATE SET due = 1",
            [(lot,) for lot in found.lots],
        )
        connection.execute("DELETE FROM judging")
        connection.execute("INSERT INTO judging VALUES (?)", (found.reached,))


def due_lots(books: Bookkeeping, before: int, *, most: int) -> list[str]:
    """Return lots that are to be judged: of which something is new, then those judged longest ago.

    Args:
        books: the registry.
        before: whoever was judged before that is judged again, for what the registry knows changes
            too; microseconds since 1970 UTC.
        most: how many.
    """
    with books.reading() as connection:
        rows = connection.execute(
            "SELECT lot FROM judged_lot WHERE due = 1 OR judged < ? "
            "ORDER BY due DESC, judged, lot LIMIT ?",
            (before, most),
        ).fetchall()
    return [row[0] for row in rows]


def keep_judged(books: Bookkeeping, one: JudgedLot) -> None:
    """Keep what the records of a lot are like, in place of what they were like before."""
    with books.transaction() as connection:
        connection.execute(
            "INSERT OR REPLACE INTO judged_lot (lot, sector, scores, gaps, judged, due) "
            "VALUES (?, ?, ?, ?, ?, 0)",
            (one.lot, one.sector, json.dumps(dict(one.scores)), json.dumps(one.gaps), one.judged),
        )


def forget_judged(books: Bookkeeping, lot: str) -> None:
    """Forget a lot of which there are no records any more."""
    with books.transaction() as connection:
        connection.execute("DELETE FROM judged_lot WHERE lot = ?", (lot,))
