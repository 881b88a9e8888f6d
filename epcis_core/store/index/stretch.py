"""A stretch of the log on its way into the fact index."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import duckdb

from epcis_core.provenance.facts import EventFacts
from epcis_core.store.fact_rows import read_facts
from epcis_core.store.index.keys import key_of, keys_of, received_again
from epcis_core.store.index.records import Receipt, read, written, written_receipt
from epcis_core.store.index.writing import Entry
from epcis_core.store.literals import among
from epcis_core.store.view import EVERYTHING


class Stretch(NamedTuple):
    """Entries of the log that follow each other, as they are stored.

    Attributes:
        entries: their sequences.
        leaf: what the log has at the last.
        facts: of those that are events.
        receipts: those that are receipts.
    """

    entries: range
    leaf: bytes
    facts: Sequence[EventFacts]
    receipts: Sequence[Receipt]


def kept_of(stretch: Stretch) -> list[Entry]:
    """Return what the index keeps of a stretch, in the order of the log."""
    found = [Entry(one.sequence, keys_of(one), written(one)) for one in stretch.facts]
    if stretch.receipts:
        found += [
            Entry(one.sequence, _keys_of_receipt(one), written_receipt(one))
            for one in stretch.receipts
        ]
        found.sort(key=lambda entry: entry.sequence)
    return found


def entry_of(sequence: int, record: bytes) -> Entry:
    """Return all that the index keeps of an entry of the log, given its record."""
    said = read(sequence, record)
    keys = _keys_of_receipt(said) if isinstance(said, Receipt) else keys_of(said)
    return Entry(sequence, keys, record)


def _keys_of_receipt(receipt: Receipt) -> set[int]:
    return {key_of(received_again(receipt.event))}


def read_stretch(cursor: duckdb.DuckDBPyConnection, entries: range) -> Stretch:
    """Read entries of the log again that are stored, as far as they are not erased.

    Args:
        cursor: a reader's.
        entries: their sequences; the last is in the log.
    """
    between = f"BETWEEN {entries[0]:d} AND {entries[-1]:d}"
    facts = read_facts(cursor, EVERYTHING, f"e.sequence {between}")
    receipts = cursor.execute(
        "SELECT sequence, event_sequence, organisation FROM receipt "  # noqa: S608 - numbers
        f"WHERE sequence {between} ORDER BY sequence"
    ).fetchall()
    leaves = read_leaves(cursor, [entries[-1]])
    return Stretch(
        entries,
        leaves[entries[-1]],
        facts,
        [Receipt(*row) for row in receipts],
    )


def read_leaves(cursor: duckdb.DuckDBPyConnection, sequences: Iterable[int]) -> dict[int, bytes]:
    """Return what the log has at some sequences, of those that it has come to."""
    rows = cursor.execute(
        f"SELECT sequence, leaf FROM entry WHERE sequence {among(sequences)}"  # noqa: S608 - numbers
    ).fetchall()
    return dict(rows)
