"""Writing the segments of the fact index: of new entries, and of several segments one.

A file gets its name once all of it is on disk.
"""

import os
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final, NamedTuple, Self

import pyarrow as pa
import pyarrow.compute as pc

from epcis_core.store.index.segment import (
    BLOCK,
    DamagedIndexError,
    Extent,
    Segment,
    keys_at,
    sealed,
    sum_of,
)

UNFINISHED: Final = ".unfinished"
"""How the name of a file begins that is not whole yet."""

_CHUNK: Final = 512
"""So many blocks of keys are sorted at once, about."""

_PIECE: Final = 1 << 20
"""Bytes that are copied at once."""


class Entry(NamedTuple):
    """What the index keeps of an entry of the log.

    Attributes:
        sequence: of the entry.
        keys: under which it is found.
        record: what it says.
    """

    sequence: int
    keys: Collection[int]
    record: bytes


class StoppedError(Exception):
    """Segments are not merged any further."""


def name_of(first: int, last: int) -> str:
    """Return the name of the file about some entries."""
    return f"{first:012}-{last:012}"


def write_segment(
    folder: Path, entries: Sequence[Entry], *, first: int, last: int, leaf: bytes
) -> Segment:
    """Write a segment under an unfinished name, and return it.

    Args:
        folder: where to.
        entries: what to keep, in the order of the log.
        first: the first entry that the segment is about; `last` the last.
        last: see there.
        leaf: what the log has at the last.

    Raises:
        OSError: the disk refuses.
    """
    keys, numbers = array("q"), array("I")
    for entry in entries:
        keys.extend(entry.keys)
        numbers.extend([entry.sequence - first] * len(entry.keys))
    records = {entry.sequence: sealed(entry.sequence, entry.record) for entry in entries}
    offsets = [0]
    at = 0
    for sequence in range(first, last + 1):
        at += len(records.get(sequence, b""))
        offsets.append(at)
    extent = Extent(first, last, len(keys), at, leaf)
    with _Writer(folder, extent) as writer:
        writer.add_pairs(*_in_order(_keys(keys), _numbers(numbers)))
        writer.add_offsets(offsets)
        writer.add_records(b"".join(records.values()))
        return writer.finish()


def merge(
    folder: Path,
    sources: Sequence[Segment],
    *,
    gone: Collection[Entry] = (),
    go_on: Callable[[], bool] = lambda: True,
) -> Segment:
    """Write one segment of several that follow each other, under an unfinished name; return it.

    Args:
        folder: where to.
        sources: in the order of the log.
        gone: entries of theirs to leave out.
        go_on: asked now and then.

    Raises:
        StoppedError: it was not to go on.
        DamagedIndexError: a source is damaged.
        OSError: the disk refuses.
    """
    left_out = {entry.sequence: len(entry.record) + 4 for entry in gone}
    extent = Extent(
        sources[0].first,
        sources[-1].last,
        sum(one.extent.pairs for one in sources) - sum(len(entry.keys) for entry in gone),
        sum(one.extent.size for one in sources) - sum(left_out.values()),
        sources[-1].extent.leaf,
    )
    with _Writer(folder, extent) as writer:
        for keys, numbers in _merged_pairs(sources, left_out):
            writer.add_pairs(keys, numbers)
            _check(go_on)
        writer.add_offsets([0])
        start = end = 0
        for source in sources:
            for ends in _kept_ends(source, left_out):
                writer.add_offsets([start + one for one in ends])
                end = start + ends[-1]
            start = end
        for source in sources:
            for piece in _records(source, sorted(left_out)):
                writer.add_records(piece)
                _check(go_on)
        return writer.finish()


def _check(go_on: Callable[[], bool]) -> None:
    if not go_on():
        raise StoppedError


class _Writer:
    """Writes the parts of a file, each in its order."""

    def __init__(self, folder: Path, extent: Extent) -> None:
        self._path = folder / f"{UNFINISHED}-{name_of(extent.first, extent.last)}"
        self._extent = extent
        self._path.unlink(missing_ok=True)  # what has it mapped keeps it
        self._file: IO[bytes] = self._path.open("w+b")
        self._keys, self._numbers = keys_at(), extent.numbers
        self._offsets, self._records = extent.offsets, extent.records

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            self._file.close()  # where the disk is full it refuses what waits to be written, too
        finally:
            if kind is not None:
                with suppress(OSError):
                    self._path.unlink()

    def add_pairs(self, keys: Any, numbers: Any) -> None:
        self._keys = self._write(self._keys, keys.buffers()[1])
        self._numbers = self._write(self._numbers, numbers.buffers()[1])

    def add_offsets(self, offsets: Iterable[int]) -> None:
        self._offsets = self._write(self._offsets, array("q", offsets))

    def add_records(self, records: bytes) -> None:
        self._records = self._write(self._records, records)

    def _write(self, at: int, part: Any) -> int:
        self._file.seek(at)
        return at + (self._file.write(part) if part is not None else 0)

    def finish(self) -> Segment:
        """Write the sums and the head, see that all is on disk, and return the segment."""
        extent = self._extent
        ends = (self._keys, self._offsets, self._numbers, self._records)
        if ends != (extent.fences, extent.numbers, extent.sums, extent.records + extent.size):
            raise DamagedIndexError("What segments say that they hold is not what they hold")
        fences, sums = bytearray(), array("I")
        for start in range(0, extent.pairs, BLOCK):
            count = min(BLOCK, extent.pairs - start)
            keys = self._read(keys_at() + 8 * start, 8 * count)
            sums.append(sum_of(keys, self._read(extent.numbers + 4 * start, 4 * count)))
            fences += keys[:8]
        self._write(extent.fences, fences)
        self._write(extent.sums, sums)
        self._write(0, extent.head(bytes(fences)))
        self._file.flush()
        os.fsync(self._file.fileno())
        return Segment(self._path)

    def _read(self, at: int, size: int) -> bytes:
        self._file.seek(at)
        return self._file.read(size)


def _in_order(keys: Any, numbers: Any) -> tuple[Any, Any]:
    """Return keys in their order, those of one key in the order of the log as they are given."""
    order = pc.array_sort_indices(keys)
    return keys.take(order), numbers.take(order)


def _keys(part: Any) -> Any:
    return pa.Array.from_buffers(pa.int64(), len(part), [None, pa.py_buffer(part)])


def _numbers(part: Any) -> Any:
    return pa.Array.from_buffers(pa.uint32(), len(part), [None, pa.py_buffer(part)])


def _merged_pairs(
    sources: Sequence[Segment], left_out: Collection[int]
) -> Iterator[tuple[Any, Any]]:
    """Yield the keys of all sources with their entries, sorted, a part at a time."""
    first = sources[0].first
    fences = sorted(fence for source in sources for fence in source.fences)
    starts = [0] * len(sources)
    gone = pa.array([sequence - first for sequence in left_out], pa.uint32())
    for pivot in (*fences[_CHUNK::_CHUNK], None):
        keys, numbers = [], []
        for place, source in enumerate(sources):
            start, pairs = starts[place], source.extent.pairs
            end = starts[place] = pairs if pivot is None else source.position(pivot)
            for block in range(start // BLOCK, -(-end // BLOCK)):
                source.check(block)
            keys.append(_keys(source.keys[start:end]))
            numbers.append(pc.add(_numbers(source.numbers[start:end]), _shift(source, first)))
        both = _in_order(pa.concat_arrays(keys), pa.concat_arrays(numbers))
        if left_out:
            kept = pc.invert(pc.is_in(both[1], value_set=gone))
            both = (both[0].filter(kept), both[1].filter(kept))
        yield both
        for source in sources:
            source.let_go()


def _shift(source: Segment, first: int) -> Any:
    return pa.scalar(source.first - first, pa.uint32())


def _kept_ends(source: Segment, left_out: dict[int, int]) -> Iterator[list[int]]:
    """Yield where the records of a segment end once some are left out, a part at a time."""
    count = source.last - source.first + 1
    less = 0
    for start in range(0, count, _PIECE // 8):
        ends = source.offsets(start + 1, min(start + _PIECE // 8, count) + 1)
        if left_out:
            for place in range(len(ends)):
                less += left_out.get(source.first + start + place, 0)
                ends[place] -= less
        yield ends


def _records(source: Segment, left_out: Sequence[int]) -> Iterator[bytes]:
    """Yield the records of a segment in pieces, without those of some entries."""
    start = 0
    with source.path.open("rb") as file:
        for sequence in (*(one for one in left_out if source.first <= one <= source.last), None):
            place = None if sequence is None else sequence - source.first
            if place is None:
                end = after = source.extent.size
            else:
                end, after = source.offsets(place, place + 2)
            file.seek(source.extent.records + start)
            while start < end:
                piece = file.read(min(_PIECE, end - start))
                if not piece:
                    raise OSError(f"{source.path} is too short")
                start += len(piece)
                yield piece
            start = after
