"""The fact index beside a ledger, against the rows that it was made of."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import duckdb

from epcis_core.findings import Finding, Phrase, finding, phrase
from epcis_core.store.index.fact_index import segments_of
from epcis_core.store.index.segment import DamagedIndexError, Segment
from epcis_core.store.index.stretch import kept_of, read_leaves, read_stretch
from epcis_core.store.index.writing import UNFINISHED

_TOGETHER: Final = 4_000  # sequences
_MODULUS: Final = 2**128


def differences_in_index(
    cursor: duckdb.DuckDBPyConnection, folder: Path, tell: Callable[[int], None]
) -> Iterator[Finding]:
    """Yield that the fact index is not what the ledger's rows make of it, and why; at most once.

    What it has not come to yet does not count, and one of another ledger is no fault: both are made
    good when the ledger is opened.

    Args:
        cursor: a reader's, of the ledger.
        folder: the index; there may be none.
        tell: told how many sequences are done.
    """
    if not folder.is_dir():
        return
    why: str | Phrase | None
    try:
        segments = segments_of(folder)
        why = _difference(cursor, segments, tell)
        _check_others(folder, segments)
    except DamagedIndexError:
        why = phrase("index_damaged")
    except OSError as error:
        why = str(error)
    if why is not None:
        yield finding("fact_index_differs", reason=why, path=folder.name)


def _difference(
    cursor: duckdb.DuckDBPyConnection, segments: tuple[Segment, ...], tell: Callable[[int], None]
) -> Phrase | None:
    """Return what is wrong with an index; None where nothing is."""
    leaves = {one.last: one.extent.leaf for one in segments}
    if leaves != read_leaves(cursor, leaves):
        return None
    for segment in segments:
        named = _Bag()
        for first in range(segment.first, segment.last + 1, _TOGETHER):
            entries = range(first, min(first + _TOGETHER - 1, segment.last) + 1)
            kept = {one.sequence: one for one in kept_of(read_stretch(cursor, entries))}
            for number in entries:
                entry = kept.get(number)
                if segment.record(number) != (None if entry is None else entry.record):
                    return phrase("facts_of", first=entries[0], last=entries[-1])
                for key in () if entry is None else entry.keys:
                    named.add(key, number)
            tell(entries[-1] + 1)
        if not _names_are(segment, named):
            return phrase("names_of_things")
    return None


def _names_are(segment: Segment, named: "_Bag") -> bool:
    """Tell whether a segment finds its entries by some names alone, in the order it searches in."""
    held, before = _Bag(), None
    for pair in segment.pairs():
        if before is not None and pair <= before:
            return False
        held.add(*pair)
        before = pair
    return held.sum == named.sum


def _check_others(folder: Path, segments: tuple[Segment, ...]) -> None:
    """See that what is not read is left over and whole, as a crash leaves it.

    Raises:
        DamagedIndexError: a file is damaged.
    """
    names = {one.path.name for one in segments}
    for path in folder.iterdir():
        if path.name not in names and not path.name.startswith(UNFINISHED):
            Segment(path)


class _Bag:
    """What pairs there are, whatever their order, in one number."""

    def __init__(self) -> None:
        self.sum = 0

    def add(self, key: int, sequence: int) -> None:
        """Put a pair in."""
        pair = key.to_bytes(8, "big", signed=True) + sequence.to_bytes(8, "big", signed=True)
        digest = hashlib.blake2b(pair, digest_size=16).digest()
        self.sum = (self.sum + int.from_bytes(digest, "big")) % _MODULUS
