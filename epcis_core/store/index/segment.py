"""A segment of the fact index: a file about a run of entries, mapped into memory and never changed.

After a head follow the keys, in their order and of one key in that of the log; of each 256th
the key once more, which is where a search begins; where each entry's record begins; the entries of
the keys, counted from the segment's first; a sum of each 256 keys and entries; and the records,
each with a sum of its own. What is read is held against its sum, so that a damaged file gives no
wrong answer.
"""

import mmap
import struct
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

from epcis_core.errors import EpcisError
from epcis_core.store.index.keys import LOWER

BLOCK: Final = 256
"""Keys under one sum."""

_HEAD: Final = struct.Struct("=Qqqqq32sII")
_SIZE: Final = 128
"""Bytes of a head, with room."""

_FORMAT: Final = int.from_bytes(b"epcis-2\n", "big")
"""As a number, so that a machine with another order of bytes does not take it."""


class DamagedIndexError(EpcisError):
    """A file of the fact index is not as it was written."""


class Extent(NamedTuple):
    """What a segment is about, and how much it holds.

    Attributes:
        first: the sequence of its first entry.
        last: of its last entry.
        pairs: how many keys it holds, each with an entry.
        size: of its records, in bytes.
        leaf: what the log has at its last entry.
    """

    first: int
    last: int
    pairs: int
    size: int
    leaf: bytes

    @property
    def blocks(self) -> int:
        """How many sums its keys have."""
        return -(-self.pairs // BLOCK)

    @property
    def fences(self) -> int:
        """Where in the file every 256th key stands."""
        return _SIZE + 8 * self.pairs

    @property
    def offsets(self) -> int:
        """Where in the file it stands where records begin, and the last ends."""
        return self.fences + 8 * self.blocks

    @property
    def numbers(self) -> int:
        """Where in the file the entries of the keys stand."""
        return self.offsets + 8 * (self.last - self.first + 2)

    @property
    def sums(self) -> int:
        """Where in the file the sums of the keys stand."""
        return self.numbers + 4 * self.pairs

    @property
    def records(self) -> int:
        """Where in the file the records begin."""
        return self.sums + 4 * self.blocks

    def head(self, fences: bytes) -> bytes:
        """Return the head of the file, given every 256th key."""
        plain = _HEAD.pack(_FORMAT, *self, zlib.crc32(fences), 0)
        whole = _HEAD.pack(_FORMAT, *self, zlib.crc32(fences), zlib.crc32(plain))
        return whole.ljust(_SIZE, b"\0")


def keys_at() -> int:
    """Return where in a file the keys stand."""
    return _SIZE


def sum_of(keys: bytes, numbers: bytes) -> int:
    """Return the sum of some keys and their entries."""
    return zlib.crc32(numbers, zlib.crc32(keys))


def sealed(sequence: int, record: bytes) -> bytes:
    """Return the record of an entry with its sum before it."""
    return zlib.crc32(record, sequence & 0xFFFFFFFF).to_bytes(4, "big") + record


class Segment:
    """Reads one file; it stays readable as long as this is held, even where its name is taken away.

    Args:
        path: of the file.

    Attributes:
        path: of the file.
        extent: what it is about.

    Raises:
        DamagedIndexError: it is no whole segment.
        OSError: it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            self.extent, sum_of_fences = self._head(file.read(_SIZE))
            if file.seek(0, 2) != self.extent.records + self.extent.size:
                raise self._damaged()
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        at = self.extent
        fences = self._map[at.fences : at.offsets]
        if zlib.crc32(fences) != sum_of_fences:
            raise self._damaged()
        whole = memoryview(self._map)
        self.fences = array("q", fences)
        self.keys = whole[_SIZE : at.fences].cast("q")
        self.numbers = whole[at.numbers : at.sums].cast("I")
        self._offsets = whole[at.offsets : at.numbers].cast("q")
        self._sums = whole[at.sums : at.records].cast("I")
        self._is_checked = bytearray(at.blocks)

    @property
    def first(self) -> int:
        """The sequence of its first entry."""
        return self.extent.first

    @property
    def last(self) -> int:
        """The sequence of its last entry."""
        return self.extent.last

    def find(self, keys: Iterable[int], found: set[int]) -> None:
        """Add the entries that have any of the keys.

        Raises:
            DamagedIndexError: what had to be read is damaged.
        """
        held, numbers, first, end = self.keys, self.numbers, self.extent.first, self.extent.pairs
        fences, is_checked = self.fences, self._is_checked
        for key in keys:
            at, block = 0, bisect_left(fences, key)
            if block:
                if not is_checked[block - 1]:
                    self.check(block - 1)
                start = (block - 1) * BLOCK
                at = bisect_left(held, key, start, min(start + BLOCK, end))
            while at < end:
                if not is_checked[at // BLOCK]:
                    self.check(at // BLOCK)
                if held[at] != key:
                    break
                found.add(first + numbers[at])
                at += 1

    def of_product(self, key: int) -> set[int]:
        """Return the entries that have a key with the upper half of another.

        Args:
            key: the smallest that has it.

        Raises:
            DamagedIndexError: what had to be read is damaged.
        """
        start, end = self.position(key), self.position(key + LOWER + 1)
        for block in range(start // BLOCK, -(-end // BLOCK)):
            self.check(block)
        return {self.extent.first + number for number in self.numbers[start:end]}

    def position(self, key: int) -> int:
        """Return how many keys are smaller than a key.

        Raises:
            DamagedIndexError: what had to be read is damaged.
        """
        block = bisect_left(self.fences, key)
        if not block:
            return 0
        self.check(block - 1)
        end = min(block * BLOCK, self.extent.pairs)
        return bisect_left(self.keys, key, (block - 1) * BLOCK, end)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Yield every key with an entry, in their order.

        Raises:
            DamagedIndexError: what had to be read is damaged.
        """
        for block in range(self.extent.blocks):
            self.check(block)
            part = slice(block * BLOCK, (block + 1) * BLOCK)
            for key, number in zip(self.keys[part], self.numbers[part], strict=True):
                yield key, self.extent.first + number

    def check(self, block: int) -> None:
        """See that some keys are as they were written; it is done once.

        Raises:
            DamagedIndexError: they are not.
        """
        if not self._is_checked[block]:
            part = slice(block * BLOCK, (block + 1) * BLOCK)
            held = sum_of(self.keys[part].tobytes(), self.numbers[part].tobytes())
            if held != self._sums[block] or self.keys[part.start] != self.fences[block]:
                raise self._damaged()
            self._is_checked[block] = 1

    def record(self, sequence: int) -> bytes | None:
        """Return the record of an entry; None where it has none.

        Raises:
            DamagedIndexError: it is damaged.
        """
        place = sequence - self.extent.first
        start, end = self._offsets[place], self._offsets[place + 1]
        if start == end:
            return None
        at = self.extent.records
        sealing = self._map[at + start : at + start + 4] if start >= 0 else b""
        record = self._map[at + start + 4 : at + end] if end > start else b""
        if zlib.crc32(record, sequence & 0xFFFFFFFF).to_bytes(4, "big") != sealing:
            raise self._damaged()
        return record

    def offsets(self, start: int, end: int) -> list[int]:
        """Return where the records of some entries begin, counted from the first record.

        Args:
            start: of which entry first, counted from the segment's first.
            end: up to which, this one not included; after the last, where that ends.

        Raises:
            DamagedIndexError: they cannot be right.
        """
        found = self._offsets[start:end].tolist()
        bounds = [0, *found, self.extent.size]
        if any(one > after for one, after in pairwise(bounds)):
            raise self._damaged()
        return found

    def let_go(self) -> None:
        """Give back the memory that mapped parts of the file take; a reader maps them again."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)

    def _head(self, head: bytes) -> tuple[Extent, int]:
        if len(head) != _SIZE:
            raise self._damaged()
        form, *extent, fences, held = _HEAD.unpack(head[: _HEAD.size])
        plain = head[: _HEAD.size - 4] + bytes(4)
        if form != _FORMAT or held != zlib.crc32(plain):
            raise self._damaged()
        return Extent(*extent), fences

    def _damaged(self) -> DamagedIndexError:
        return DamagedIndexError(f"{self.path} is damaged")
