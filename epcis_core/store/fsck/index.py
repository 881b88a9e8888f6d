"""The fact index beside a ledger, against the rows that it was made of."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import duckdb

from epcis_core.findings import Finding, Phrase, finding, phrase
from epcis_core.store.beside import read_only
from epcis_core.store.fact_index import keys_of, written
from epcis_core.store.fact_rows import read_facts
from epcis_core.store.view import EVERYTHING

_TOGETHER: Final = 4_000  # sequences
_MODULUS: Final = 2**128


def differences_in_index(
    cursor: duckdb.DuckDBPyConnection, path: Path, tell: Callable[[int], None]
) -> Iterator[Finding]:
    """Yield that the fact index is not what the ledger's rows make of it, and why; at most once.

    What it has not come to yet does not count, and one of another ledger is no fault: both are made
    good when the ledger is opened.

    Args:
        cursor: a reader's, of the ledger.
        path: the index; there may be none.
        tell: told how many sequences are done.
    """
    if not path.exists():
        return
    try:
        with closing(read_only(path)) as index:
            why = _difference(cursor, index, tell)
    except sqlite3.Error as error:
        why = str(error)
    if why is not None:
        yield finding("fact_index_differs", reason=why, path=path.name)


def _difference(
    cursor: duckdb.DuckDBPyConnection, index: sqlite3.Connection, tell: Callable[[int], None]
) -> str | Phrase | None:
    """Return what is wrong with an index; None where nothing is."""
    for (told,) in index.execute("PRAGMA integrity_check(1)"):
        if told != "ok":
            return str(told)
    reached, leaf = index.execute("SELECT sequence, leaf FROM reached").fetchone()
    found = cursor.execute("SELECT leaf FROM entry WHERE sequence = ?", [reached]).fetchall()
    if reached < 0 or [(leaf,)] != found:
        return None
    named, events = _Bag(), 0
    for first in range(0, reached + 1, _TOGETHER):
        last = min(first + _TOGETHER - 1, reached)
        facts = read_facts(cursor, EVERYTHING, f"e.sequence BETWEEN {first:d} AND {last:d}")
        held = index.execute(
            "SELECT sequence, facts FROM fact WHERE sequence BETWEEN ? AND ? ORDER BY sequence",
            (first, last),
        ).fetchall()
        if held != [(one.sequence, written(one)) for one in facts]:
            return phrase("facts_of", first=first, last=last)
        events += len(facts)
        for one in facts:
            for key in keys_of(one):
                named.add(key, one.sequence)
        tell(last + 1)
    if index.execute("SELECT count(*) FROM fact").fetchone() != (events,):
        return phrase("facts_beyond", last=reached)
    return _difference_in_names(index, named)


def _difference_in_names(index: sqlite3.Connection, named: "_Bag") -> Phrase | None:
    held = _Bag()
    for key, sequence in index.execute("SELECT key, sequence FROM named"):
        held.add(key, sequence)
    return None if held.sum == named.sum else phrase("names_of_things")


class _Bag:
    """What pairs there are, whatever their order, in one number."""

    def __init__(self) -> None:
        self.sum = 0

    def add(self, key: int, sequence: int) -> None:
        """Put a pair in."""
        pair = key.to_bytes(8, "big", signed=True) + sequence.to_bytes(8, "big", signed=True)
        digest = hashlib.blake2b(pair, digest_size=16).digest()
        self.sum = (self.sum + int.from_bytes(digest, "big")) % _MODULUS
