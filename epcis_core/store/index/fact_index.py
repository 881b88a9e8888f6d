"""The parts of the fact index together, as the ledger's writer adds to them.

The index is a row of parts about entries that follow each other: segments on disk, then what is
still in memory. A thread beside writes what is in memory into files, and of several files one.
Readers hold the parts as they were when they began.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from epcis_core.store.index.delta import Delta
from epcis_core.store.index.reader import IndexReader, Part
from epcis_core.store.index.segment import DamagedIndexError, Segment
from epcis_core.store.index.stretch import entry_of
from epcis_core.store.index.writing import (
    UNFINISHED,
    Entry,
    StoppedError,
    merge,
    name_of,
    write_segment,
)

_FEW: Final = 3
"""A segment is merged only where so many smaller ones follow it, so that it is done seldom."""

_AT_ONCE: Final = 1 << 18
"""Keys of segments that are merged before the index is closed."""


class FactIndex:
    """The index of one ledger; its one writer is the ledger's.

    Args:
        folder: with the files; it is made where there is none.

    Raises:
        OSError: the disk refuses.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)
        segments = segments_of(folder)
        clear(folder, {one.path.name for one in segments})
        self._parts: tuple[Part, ...] = segments
        self._reached = self._parts[-1].last if self._parts else -1
        self._swapping = threading.Lock()
        self._changing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_open = True
        self._fault: Exception | None = None

    @property
    def reached(self) -> int:
        """The sequence up to which the index has come; -1 where it has nothing."""
        return self._reached

    @property
    def leaves(self) -> dict[int, bytes]:
        """What the log must have at some sequences for this to be its index."""
        return {part.last: part.extent.leaf for part in self._parts if isinstance(part, Segment)}

    def reading(self, give_up: Callable[[], None] = lambda: None) -> IndexReader:
        """Return a reader that sees one state, whatever is added meanwhile.

        Args:
            give_up: called where it finds a file damaged.
        """
        with self._swapping:
            return IndexReader(self._parts, self._reached, give_up)

    def start_again(self) -> None:
        """Forget everything."""
        with self._changing:
            self._parts, self._reached = (), -1
            clear(self._folder)

    def add(self, entries: Iterable[Entry], last: int, leaf: bytes) -> None:
        """Add entries, up to one of the log.

        Args:
            entries: of all that is to be kept after `reached`.
            last: the sequence up to which that is.
            leaf: what the log has there.

        Raises:
            DamagedIndexError: a file is damaged.
            OSError: the disk refuses, or refused what was written beside.
        """
        self._tell_fault()
        live = self._parts[-1] if self._parts else None
        if not isinstance(live, Delta) or live.is_full:
            live = Delta(self._reached + 1)
            with self._swapping:
                self._parts = (*self._parts, live)
        live.add(entries)
        live.reach(last, leaf)
        self._reached = last
        if live.is_full:
            self._work()

    def spill(self, entries: Sequence[Entry], *, first: int, last: int, leaf: bytes) -> Segment:
        """Write entries of a transaction that is not committed, and return them for `publish`.

        Raises:
            OSError: the disk refuses.
        """
        return write_segment(self._folder, entries, first=first, last=last, leaf=leaf)

    def publish(self, spilled: Sequence[Segment]) -> None:
        """Add what was written before.

        Raises:
            DamagedIndexError: a file is damaged.
            OSError: the disk refuses, or refused what was written beside.
        """
        self._tell_fault()
        for segment in spilled:
            _give_name(segment, self._folder)
        live = self._parts[-1] if self._parts else None
        if isinstance(live, Delta):
            live.is_full = True
        with self._swapping:
            self._parts = (*self._parts, *spilled)
            self._reached = spilled[-1].last
        self._work()

    def erase(self, sequences: Collection[int]) -> None:
        """Take entries out, of memory and of the files.

        Raises:
            DamagedIndexError: a file is damaged.
            OSError: the disk refuses.
        """
        with self._changing:
            for part in self._parts:
                inside = [one for one in sequences if part.first <= one <= part.last]
                records = [(one, part.record(one)) for one in inside]
                gone = [entry_of(one, record) for one, record in records if record is not None]
                if not gone:
                    continue
                if isinstance(part, Segment):
                    kept: Part = merge(self._folder, [part], gone=gone)
                    self._swap([part], kept)
                else:
                    kept = Delta(part.first)
                    left = {one.sequence for one in gone}
                    kept.add(one for number, one in part.entries.items() if number not in left)
                    kept.reach(part.last, part.leaf)
                    kept.is_full |= part.is_full
                    self._swap([part], kept)

    def write_soon(self) -> None:
        """Let what is in memory be written into a file beside."""
        live = self._parts[-1] if self._parts else None
        if isinstance(live, Delta):
            live.is_full = True
            self._work()

    def close(self) -> None:
        """Write what is in memory, and let go of the files.

        Raises:
            OSError: the disk refuses.
        """
        self._is_open = False
        self.settle()
        with suppress(DamagedIndexError), self._changing:
            while self._write_delta():
                pass
            while (some := self._mergeable()) and _pairs(some) <= _AT_ONCE:
                self._swap(some, merge(self._folder, some))
        self._parts = ()

    def settle(self) -> None:
        """Wait until the thread beside has nothing to do."""
        if self._thread is not None:
            self._thread.join()

    def abandon(self) -> None:
        """Take the files away; whoever reads them still may go on."""
        self._is_open = False
        self.settle()
        with suppress(OSError):
            clear(self._folder)

    def _tell_fault(self) -> None:
        if self._fault is not None:
            raise self._fault

    def _work(self) -> None:
        """Let the thread beside do what there is to do."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._tidy, name="fact index", daemon=True)
            self._thread.start()

    def _tidy(self) -> None:
        try:
            while self._is_open:
                with self._changing:
                    if not self._write_delta(only_full=True) and not self._merge_some():
                        return
        except StoppedError:
            return
        except (DamagedIndexError, OSError) as error:
            self._fault = error

    def _write_delta(self, *, only_full: bool = False) -> bool:
        """Write the oldest part that is in memory into a file; return whether there was one."""
        for part in self._parts:
            if isinstance(part, Delta) and (part.is_full or not only_full):
                entries = [*part.entries.values()]
                written = write_segment(
                    self._folder, entries, first=part.first, last=part.last, leaf=part.leaf
                )
                self._swap([part], written)
                return True
        return False

    def _merge_some(self) -> bool:
        some = self._mergeable()
        if some:
            self._swap(some, merge(self._folder, some, go_on=self._goes_on))
        return bool(some)

    def _goes_on(self) -> bool:
        """Write what has become full while segments are merged; return whether to merge on."""
        while self._write_delta(only_full=True):
            pass
        return self._is_open

    def _mergeable(self) -> list[Segment]:
        """Return the segments to merge: the newest, from one that is no larger than all after it.

        So there are few, and each entry is written again seldom.
        """
        segments: list[Segment] = []
        for part in self._parts:
            if not isinstance(part, Segment):
                break  # files that a transaction wrote may follow, with a gap before them
            segments.append(part)
        sizes = [one.extent.pairs + one.last - one.first for one in segments]
        for place in range(len(segments) - _FEW):
            if sizes[place] <= sum(sizes[place + 1 :]):
                return segments[place:]
        return []

    def _swap(self, old: Sequence[Part], new: Part) -> None:
        """Put one part into the place of others, and take their files away."""
        if isinstance(new, Segment):
            _give_name(new, self._folder)
        with self._swapping:
            place = self._parts.index(old[0])
            self._parts = (*self._parts[:place], new, *self._parts[place + len(old) :])
        for part in old:
            if isinstance(part, Segment) and not (
                isinstance(new, Segment) and part.path == new.path
            ):
                with suppress(OSError):
                    part.path.unlink()


def segments_of(folder: Path) -> tuple[Segment, ...]:
    """Return the segments of a folder that are whole and follow each other from the first entry."""
    found = []
    for path in sorted(folder.iterdir()):
        if not path.name.startswith(UNFINISHED):
            with suppress(DamagedIndexError, OSError):
                found.append(Segment(path))
    chosen: list[Segment] = []
    for segment in sorted(found, key=lambda one: (one.first, -one.last)):
        if segment.first == (chosen[-1].last + 1 if chosen else 0):
            chosen.append(segment)
    return tuple(chosen)


def _pairs(segments: Sequence[Segment]) -> int:
    return sum(one.extent.pairs for one in segments)


def _give_name(segment: Segment, folder: Path) -> None:
    named = folder / name_of(segment.first, segment.last)
    segment.path.replace(named)
    segment.path = named


def clear(folder: Path, kept: Collection[str] = ()) -> None:
    """Take away all files of an index but some; folders that others have put there stay.

    Raises:
        OSError: the disk refuses.
    """
    for path in folder.iterdir():
        if path.name not in kept and not path.is_dir():
            path.unlink()
