"""Keeping the fact index beside its ledger: written before each commit, and kept after it.

So whoever reads what was committed finds it in the index, too. A ledger without its index answers
the same, slower: where the index cannot be written it is given up, and made again when the ledger
is opened the next time.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import duckdb

from epcis_core.errors import StoreError
from epcis_core.provenance.facts import EventFacts
from epcis_core.store.fact_index import FactIndex, IndexReader
from epcis_core.store.fact_rows import read_facts
from epcis_core.store.view import EVERYTHING

_TOGETHER: Final = 1_000
"""Sequences that are read at once."""


class KeptIndex:
    """The fact index of one ledger, or none where it cannot be had.

    Args:
        ledger: the ledger's file.
    """

    def __init__(self, ledger: Path) -> None:
        self._path = ledger.with_name(f"{ledger.name}.index")
        self._index: FactIndex | None = None
        with suppress(sqlite3.Error, OSError):
            self._index = FactIndex(self._path)

    def take(self, entries: range, facts: Sequence[EventFacts], leaf: bytes) -> None:
        """Write what is being appended, so that `write` need not read it; nobody sees it yet.

        It is left to `write` where the index lacks anything before it.

        Args:
            entries: their sequences.
            facts: of those that are events.
            leaf: of the last one.
        """

        def add(index: FactIndex) -> None:
            if index.reached[0] + 1 == entries.start:
                index.add(facts, entries[-1], leaf)

        self._do(add)

    def write(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Write what a reader of the ledger sees and the index has not; nobody sees it yet.

        Raises:
            duckdb.Error: the ledger cannot be read; then the index is given up.
        """
        try:
            self._do(lambda index: catch_up(index, cursor))
        except duckdb.Error:
            self.close()
            raise

    def keep(self) -> None:
        """Let what was written last, and be seen."""
        self._do(FactIndex.keep)

    def forget(self) -> None:
        """Take back what was written and not kept."""
        self._do(FactIndex.forget)

    def _do(self, step: Callable[[FactIndex], None]) -> None:
        if self._index is not None:
            try:
                step(self._index)
            except (sqlite3.Error, OSError):
                self.close()

    @contextmanager
    def reading(self) -> Iterator[IndexReader | None]:
        """Give a reader of the index; None where there is none, and the ledger is read.

        Raises:
            StoreError: the disk refuses, or the file is damaged.
        """
        if self._index is None:
            yield None
            return
        try:
            with self._index.reading() as reader:
                yield reader
        except sqlite3.Error as error:
            raise StoreError(
                f"{self._path} cannot be read: {error}. It is made anew once it is deleted."
            ) from error

    def close(self) -> None:
        """Let go of the file."""
        if self._index is not None:
            with suppress(sqlite3.Error):
                self._index.close()
            self._index = None


def catch_up(index: FactIndex, cursor: duckdb.DuckDBPyConnection) -> None:
    """Add to an index what a ledger has and it has not; make it anew where it is of another ledger.

    Args:
        index: nobody else may write to it meanwhile.
        cursor: a reader's of the ledger.
    """
    reached, leaf = index.reached
    if reached >= 0 and _leaf(cursor, reached) != leaf:
        index.start_again()
        reached = -1
    last = EVERYTHING.last(cursor)
    while reached < last:
        first, reached = reached + 1, min(reached + _TOGETHER, last)
        facts = read_facts(cursor, EVERYTHING, f"e.sequence BETWEEN {first} AND {reached}")
        erased = cursor.execute(
            f"SELECT sequence FROM erased WHERE decision BETWEEN {first} AND {reached}"  # noqa: S608 - numbers
        ).fetchall()
        gone = [row[0] for row in erased]
        index.add(facts, reached, _leaf(cursor, reached) or b"", erased=gone)


def _leaf(cursor: duckdb.DuckDBPyConnection, sequence: int) -> bytes | None:
    """Return the leaf that the log has at a sequence; None where it has not come so far."""
    rows = cursor.execute(f"SELECT leaf FROM entry WHERE sequence = {sequence:d}").fetchall()  # noqa: S608 - a number
    return rows[0][0] if rows else None
