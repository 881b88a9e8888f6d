"""The log checked by itself: no hole, times in order, the tree over the leaves as they stand."""

from collections.abc import Callable, Collection, Iterator
from typing import Any, Final

import duckdb

from epcis_core.findings import Finding, finding
from epcis_core.proof.leaf import SALT_SIZE, Digest
from epcis_core.proof.tree import CompactRange
from epcis_core.store.fsck.places import at_row, differing

_TOGETHER: Final = 10_000  # entries that are read at once
_HASH: Final = 32  # bytes
_COLUMNS: Final = "sequence, kind, epoch_us(record_time), salt, leaf, nodes"
_KINDS: Final = frozenset({"event", "receipt", "master_data", "document", "decision"})

Told = Callable[[int], None]
"""Called with how many entries are done."""


class LogCheck:
    """Goes once through the table `entry`.

    Args:
        wanted: sizes whose roots are to be known afterwards.

    Attributes:
        size: how many entries there are without a hole.
        roots: of the sizes wanted, as far as the log reaches.
        root: of the whole log.
    """

    def __init__(self, wanted: Collection[int]) -> None:
        self.size = 0
        self.roots: dict[int, Digest] = {}
        self._wanted = frozenset(wanted)
        self._tree = CompactRange()
        self._time = 0
        self._is_whole = True
        self._note_root()

    @property
    def root(self) -> Digest:
        """The root of the tree over the leaves as they stand."""
        return self._tree.root

    def findings(self, cursor: duckdb.DuckDBPyConnection, tell: Told) -> Iterator[Finding]:
        """Yield what is wrong with the log, in its order."""
        after, expected = -1, 0
        while rows := self._rows(cursor, after):
            for row in rows:
                sequence = row[0]
                if sequence < expected:
                    yield finding("entry_twice", at=at_row("entry", sequence), sequence=sequence)
                    continue
                if sequence > expected:
                    yield _hole(expected, sequence - 1)
                    self._is_whole = False
                expected = sequence + 1
                yield from self._entry(sequence, row)
            after = rows[-1][0]
            tell(expected)

    @staticmethod
    def _rows(cursor: duckdb.DuckDBPyConnection, after: int) -> list[tuple[Any, ...]]:
        """Return the next entries, all of one sequence together."""
        return cursor.execute(
            f"SELECT {_COLUMNS} FROM entry WHERE sequence > {after:d} AND sequence <= coalesce("  # noqa: S608 - numbers
            f"(SELECT min(sequence) FROM entry WHERE sequence > {after:d}) + {_TOGETHER:d}, 0) "
            "ORDER BY sequence, rowid"
        ).fetchall()

    def _entry(self, sequence: int, row: tuple[Any, ...]) -> Iterator[Finding]:
        kind, time, salt, leaf, nodes = row[1:]
        if kind not in _KINDS:
            yield differing("entry", sequence, "kind", " | ".join(sorted(_KINDS)), kind)
        if time < self._time:
            yield finding("time_runs_back", at=at_row("entry", sequence), sequence=sequence)
        self._time = max(self._time, time)
        if len(salt) not in {0, SALT_SIZE}:
            yield differing("entry", sequence, "salt", f"{SALT_SIZE} bytes", f"{len(salt)} bytes")
        if len(leaf) != _HASH:
            yield differing("entry", sequence, "leaf", f"{_HASH} bytes", f"{len(leaf)} bytes")
        if not self._is_whole:
            return
        full = b"".join(self._tree.append(Digest(leaf)))
        if full != nodes:
            yield finding("tree_differs", at=at_row("entry", sequence, "nodes"), sequence=sequence)
        self.size = self._tree.size
        self._note_root()

    def _note_root(self) -> None:
        if self.size in self._wanted:
            self.roots[self.size] = self._tree.root


def _hole(first: int, last: int) -> Finding:
    shown = str(first) if first == last else f"{first}-{last}"
    return finding("entry_missing", at=at_row("entry", first), sequence=shown)
