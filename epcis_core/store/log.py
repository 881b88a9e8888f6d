"""The log read back: every entry with what its leaf commits to.

A leaf can be worked out again from the rows of its entry alone, so that a row which was changed
after the fact shows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import duckdb

from epcis_core.proof.leaf import Digest, EntryMetadata, entry_leaf
from epcis_core.store.ledger import Ledger
from epcis_core.store.literals import among
from epcis_core.store.reading import Reading
from epcis_core.store.view import View

# What each kind of entry is about, how it came in, its content, and its envelope. Where a row of
# its own repeats who sent it and when, that row counts: it is what readers see.
_ENTRIES: Final = """
  SELECT sequence, event_id AS subject, record_time, capture_id, organisation, body, envelope,
    retracts IS NOT NULL AS declares, NULL AS vocabulary
  FROM event
UNION ALL
  SELECT r.sequence, e.event_id, n.record_time, r.capture_id, r.organisation, r.body, r.envelope,
    e.retracts IS NOT NULL, NULL
  FROM receipt r JOIN event e ON e.sequence = r.event_sequence
  JOIN entry n ON n.sequence = r.sequence
UNION ALL
  SELECT m.sequence, m.canonical, n.record_time, n.capture_id, m.organisation, m.body, m.envelope,
    false, m.vocabulary
  FROM vocabulary_element m JOIN entry n ON n.sequence = m.sequence
UNION ALL
  SELECT d.sequence, '', n.record_time, d.capture_id, n.organisation, d.head, d.envelope, false,
    NULL
  FROM envelope d JOIN entry n ON n.sequence = d.sequence
UNION ALL
  SELECT d.sequence, '', n.record_time, n.capture_id, n.organisation, d.body, NULL, false,
    NULL
  FROM decision d JOIN entry n ON n.sequence = d.sequence
UNION ALL
  SELECT g.sequence, coalesce(g.event_id, ''), n.record_time, n.capture_id, n.organisation, NULL,
    g.envelope, g.declares, NULL
  FROM erased g JOIN entry n ON n.sequence = g.sequence
"""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry of the log.

    Attributes:
        metadata: what the ledger said of it.
        salt: its own; empty where its content was erased.
        leaf: the leaf as it was written when the entry was made.
        reading: how to read its content.
        content: the bytes that the leaf commits to; None where a law had them erased.
        declares: it is an error declaration about the event of its id, or a receipt for one.
    """

    metadata: EntryMetadata
    salt: bytes
    leaf: Digest
    reading: Reading
    content: bytes | None
    declares: bool

    def recomputed(self) -> Digest | None:
        """Return the leaf worked out again; None where the content was erased."""
        if self.content is None:
            return None
        return entry_leaf(self.salt, self.reading.as_bytes(), self.content, self.metadata)


def log_entries(ledger: Ledger, view: View, batch: int = 1000) -> Iterator[LogEntry]:
    """Yield every entry of the log that has its rows, in order, in bounded memory."""
    start = 0
    while True:
        with ledger.reading() as cursor:
            between = f"n.sequence >= {start:d} AND n.sequence < {start + batch:d}"
            found = _entries(cursor, view, between)
            last = cursor.execute("SELECT max(sequence) FROM entry").fetchall()[0][0]
        yield from found
        start += batch
        if last is None or start > last:
            return


def entries_about(
    ledger: Ledger, view: View, event_ids: Iterable[str], sequences: Iterable[int] = ()
) -> list[LogEntry]:
    """Return the entries of events, of error declarations about them and of receipts for either.

    Args:
        ledger: where they are.
        view: what may be seen.
        event_ids: ids as the ledger has them.
        sequences: of more entries: erased events have an id no more if it was none of their sender.
    """
    named = f"x.subject {among(event_ids)}"
    if more := [*sequences]:
        named = f"({named} OR n.sequence {among(more)})"
    about = f"{named} AND n.kind IN ('event', 'receipt')"
    with ledger.reading() as cursor:
        return _entries(cursor, view, about)


def _entries(cursor: duckdb.DuckDBPyConnection, view: View, condition: str) -> list[LogEntry]:
    """Return entries under a condition on `entry n` and what it is about, `x`, in order."""
    rows = cursor.execute(
        "SELECT n.sequence, n.kind, x.subject, epoch_us(x.record_time), x.capture_id, "  # noqa: S608 - ours, and quoted
        "x.organisation, n.salt, n.leaf, x.body, x.declares, coalesce(v.syntax, 'json'), "
        "coalesce(v.prefixes, '{}'), coalesce(v.contexts, []), x.vocabulary "
        f"FROM entry n JOIN ({_ENTRIES}) x USING (sequence) LEFT JOIN envelope v USING (envelope) "
        f"WHERE {condition} AND {view.entries('n')} ORDER BY n.sequence"
    ).fetchall()
    return [
        _as_committed(
            LogEntry(
                metadata=EntryMetadata(*row[:6]),
                salt=row[6],
                leaf=Digest(row[7]),
                content=row[8].encode() if row[8] is not None else None,
                declares=row[9],
                reading=Reading.stored(*row[10:]),
            )
        )
        for row in rows
    ]


def _as_committed(entry: LogEntry) -> LogEntry:
    """Return master data without their vocabulary where the leaf does not commit to it."""
    if entry.reading.vocabulary is None:
        return entry
    bare = replace(entry, reading=replace(entry.reading, vocabulary=None))
    return bare if bare.recomputed() == entry.leaf else entry


def last_sequence(ledger: Ledger, view: View) -> int:
    """Return the last entry that counts now, a state to come back to; -1 where there is none."""
    with ledger.reading() as cursor:
        return view.last(cursor)


def has_entries(ledger: Ledger, view: View, since: int) -> bool:
    """Tell whether there is an entry behind a sequence that may be seen.

    Args:
        ledger: where.
        view: what may be seen.
        since: the sequence.
    """
    with ledger.reading() as cursor:
        rows = cursor.execute(
            f"SELECT 1 FROM entry n WHERE n.sequence > {since:d} "  # noqa: S608 - a number
            f"AND {view.condition('n')} LIMIT 1"
        ).fetchall()
    return bool(rows)


def entries_between(
    cursor: duckdb.DuckDBPyConnection, view: View, first: int, last: int
) -> list[LogEntry]:
    """Return the entries of some sequences that have their rows, in order.

    Args:
        cursor: a reader's.
        view: what may be seen.
        first: the first sequence.
        last: the last, which counts too.
    """
    return _entries(cursor, view, f"n.sequence BETWEEN {first:d} AND {last:d}")
