"""The newest part of the fact index, in memory until there is enough of it for a file."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from epcis_core.store.index.writing import Entry

_ENTRIES: Final = 8_192
_BYTES: Final = 8 << 20
_RUN: Final = 1 << 16


class Delta:
    """Entries of the log, found by hash tables; they are added and never changed.

    Args:
        first: the sequence from which on it is about the log.

    Attributes:
        first: see there.
        last: up to where it is about the log.
        leaf: what the log has there.
        is_full: there is enough for a file; nothing more is added.
    """

    def __init__(self, first: int) -> None:
        self.first = first
        self.last = first - 1
        self.leaf = b""
        self.is_full = False
        self.entries: dict[int, Entry] = {}
        self._by_key: defaultdict[int, list[int]] = defaultdict(list)
        self._by_product: defaultdict[int, list[int]] = defaultdict(list)
        self._size = 0

    def add(self, entries: Iterable[Entry]) -> None:
        """Add entries, in the order of the log; whoever reads sees them once `reach` says so."""
        for entry in entries:
            self.entries[entry.sequence] = entry
            self._size += len(entry.record)
            for key in entry.keys:
                self._by_key[key].append(entry.sequence)
                self._by_product[key >> 32].append(entry.sequence)

    def reach(self, last: int, leaf: bytes) -> None:
        """Say up to where it is about the log by now, and what the log has there."""
        self.last, self.leaf = last, leaf
        self.is_full = (
            len(self.entries) >= _ENTRIES or self._size >= _BYTES or last - self.first >= _RUN
        )

    def find(self, keys: Iterable[int], found: set[int]) -> None:
        """Add the entries that have any of the keys."""
        by_key = self._by_key
        for key in keys:
            if key in by_key:
                found.update(by_key[key])

    def of_product(self, key: int) -> set[int]:
        """Return the entries that have a key with the upper half of another."""
        return {*self._by_product.get(key >> 32, ())}

    def record(self, sequence: int) -> bytes | None:
        """Return the record of an entry; None where it has none."""
        entry = self.entries.get(sequence)
        return None if entry is None else entry.record
