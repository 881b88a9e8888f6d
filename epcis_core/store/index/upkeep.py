"""Keeping the fact index beside its ledger: written with each transaction, seen after it.

What an append stores it also hands over; only what was not handed over is read from the ledger:
decisions, and after a crash what was still in memory. A ledger without its index answers the same,
slower. Where the index turns out to be damaged it is made anew beside, once; where it cannot be
written it is given up, and made anew when the ledger is opened the next time.
"""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Final

import duckdb

from epcis_core.errors import StoreError
from epcis_core.store.index.fact_index import FactIndex, clear
from epcis_core.store.index.reader import IndexReader
from epcis_core.store.index.segment import DamagedIndexError, Segment
from epcis_core.store.index.stretch import Stretch, kept_of, read_leaves, read_stretch
from epcis_core.store.index.writing import Entry

_TOGETHER: Final = 1_000
"""Sequences that are read at once."""

_AT_ONCE: Final = 16_384
"""Entries of a transaction that wait in memory; so do at most so many bytes:"""

_BYTES: Final = 16 << 20

_RUN: Final = 1 << 16
"""Sequences that one file is about at most, also where most of their events are erased."""


class KeptIndex:
    """The fact index of one ledger, or none where it cannot be had.

    Args:
        ledger: the ledger's file.
        reading: gives a reader's cursor of the ledger.
        writing: holds the ledger's writer back.
    """

    def __init__(
        self,
        ledger: Path,
        reading: Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]],
        writing: AbstractContextManager[object],
    ) -> None:
        self._reading, self._writing = reading, writing
        self._giving_up = threading.Lock()
        self._is_open = True
        self._mending: threading.Thread | None = None
        self._index: FactIndex | None = None
        self._left: int | None = None  # up to where files go that were given up
        self._folder = index_folder(ledger)
        with suppress(OSError):
            if not self._folder.is_dir():
                remove_index(ledger)  # of an older release it is a file
            self._index = FactIndex(self._folder)
        self._taken = _Taken(-1)
        self.forget()

    def bring_up(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Let the index catch up with the ledger; make it anew where it is of another one.

        Args:
            cursor: a reader's of the ledger.

        Raises:
            duckdb.Error: the ledger cannot be read; then the index is given up.
        """
        if self._index is not None and self._index.leaves != read_leaves(
            cursor, self._index.leaves
        ):
            self._index.start_again()
            self.forget()
        self.write(cursor)
        self.keep()

    def take(self, stretch: Stretch) -> None:
        """Take what is being appended, so that `write` need not read it; nobody sees it yet.

        It is left to `write` where the index lacks anything before it.
        """
        if stretch.entries.start == self._taken.last + 1:
            self._do(lambda index: self._taken.take(index, stretch))

    def write(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Take what a reader of the ledger sees and was not handed over; nobody sees it yet.

        Args:
            cursor: the writer's, before it commits.

        Raises:
            duckdb.Error: the ledger cannot be read; then the index is given up.
        """
        if self._left is not None:
            self._take_left_away(cursor, self._left)
        try:
            self._do(lambda index: self._catch_up(index, cursor))
        except duckdb.Error:
            self._let_go(self._index)
            raise

    def _take_left_away(self, cursor: duckdb.DuckDBPyConnection, left: int) -> None:
        """Take the files of an index that was given up away, once they hold what is erased."""
        if cursor.execute(f"SELECT 1 FROM erased WHERE decision > {left:d} LIMIT 1").fetchall():  # noqa: S608 - a number
            with suppress(OSError):
                clear(self._folder)
                self._left = None

    def _catch_up(self, index: FactIndex, cursor: duckdb.DuckDBPyConnection) -> None:
        last = _last_after(cursor, self._taken.last)
        while self._taken.last < last:
            self._taken.catch_up(index, cursor, last)

    def keep(self) -> None:
        """Let what was taken be seen."""
        self._do(self._taken.keep)
        self.forget()

    def forget(self) -> None:
        """Take back what was taken and not kept."""
        self._taken.drop()
        self._taken = _Taken(-1 if self._index is None else self._index.reached)

    def _do(self, step: Callable[[FactIndex], None]) -> None:
        index = self._index
        if index is not None:
            try:
                step(index)
            except OSError:
                self._let_go(index)
            except DamagedIndexError:
                self._give_up(index)

    @contextmanager
    def reading(self) -> Iterator[IndexReader | None]:
        """Give a reader of the index; None where there is none, and the ledger is read."""
        index = self._index
        yield None if index is None else index.reading(lambda: self._give_up(index))

    def _give_up(self, index: FactIndex) -> None:
        """Do without an index that is damaged, until it is made anew."""
        with self._giving_up:
            if self._index is not index:
                return
            self._index = None
        index.abandon()
        if self._mending is None and self._is_open:
            self._mending = threading.Thread(target=self._mend, name="new fact index", daemon=True)
            self._mending.start()

    def _mend(self) -> None:
        """Make the index anew, most of it while the ledger is written to."""
        with suppress(OSError, StoreError, DamagedIndexError):
            index = FactIndex(self._folder)
            try:
                self._follow(index)
                with self._writing:
                    self._follow(index)
                    if self._is_open:
                        self._index = index
                        self.forget()
            finally:
                if self._index is not index:
                    index.close()

    def _follow(self, index: FactIndex) -> None:
        """Let a new index catch up with the ledger, unless that is closed meanwhile."""
        taken = _Taken(index.reached)
        try:
            with self._reading() as cursor:
                last = _last_after(cursor, taken.last)
                while self._is_open and taken.last < last:
                    taken.catch_up(index, cursor, last)
            if self._is_open:
                taken.keep(index)
        finally:
            taken.drop()

    def close(self) -> None:
        """Write what is in memory, and let go of the files."""
        self._is_open = False
        if self._mending is not None:
            self._mending.join()
        self._let_go(self._index)

    def _let_go(self, index: FactIndex | None) -> None:
        """Write what an index has in memory, and do without it, unless it was given up before."""
        with self._giving_up:
            if index is None or self._index is not index:
                return
            self._index = None
        self._left = index.reached
        with suppress(OSError):
            index.close()


class _Taken:
    """What one transaction adds; much of it waits on disk.

    Args:
        reached: the sequence up to which the index has come before.
    """

    def __init__(self, reached: int) -> None:
        self._first = reached + 1
        self.last = reached
        self._leaf = b""
        self._entries: list[Entry] = []
        self._size = 0
        self._spilled: list[Segment] = []
        self._erased: set[int] = set()

    def take(self, index: FactIndex, stretch: Stretch) -> None:
        entries = kept_of(stretch)
        self._entries += entries
        self._size += sum(len(entry.record) for entry in entries)
        self.last, self._leaf = stretch.entries[-1], stretch.leaf
        is_much = len(self._entries) >= _AT_ONCE or self._size >= _BYTES
        if is_much or self.last - self._first >= _RUN:
            first, self._first = self._first, self.last + 1
            entries, self._entries, self._size = self._entries, [], 0
            spilled = index.spill(entries, first=first, last=self.last, leaf=self._leaf)
            self._spilled.append(spilled)

    def catch_up(self, index: FactIndex, cursor: duckdb.DuckDBPyConnection, last: int) -> None:
        """Take the next entries of the ledger, up to its last at most."""
        entries = range(self.last + 1, min(self.last + _TOGETHER, last) + 1)
        erased = cursor.execute(
            "SELECT sequence FROM erased "  # noqa: S608 - numbers
            f"WHERE decision BETWEEN {entries[0]:d} AND {entries[-1]:d}"
        ).fetchall()
        self._erased.update(row[0] for row in erased)
        self.take(index, read_stretch(cursor, entries))

    def keep(self, index: FactIndex) -> None:
        if self._erased:  # before the decision is in a file, so that a crash leaves it to be done
            try:
                index.erase(self._erased)
            except OSError as error:
                raise DamagedIndexError("What is erased cannot be taken out") from error
        spilled, self._spilled = self._spilled, []
        if spilled:
            index.publish(spilled)
        if self.last > index.reached:
            index.add(self._entries, self.last, self._leaf)
        if self._erased:  # files of before the decision are not to be taken for all there is
            index.write_soon()

    def drop(self) -> None:
        for one in self._spilled:
            with suppress(OSError):
                one.path.unlink()


def index_folder(ledger: Path) -> Path:
    """Return where the index of a ledger is."""
    return ledger.with_name(f"{ledger.name}.index")


def remove_index(ledger: Path) -> None:
    """Take the index of a ledger that nobody has open away, as an older release kept it, too.

    Raises:
        OSError: the disk refuses.
    """
    folder = index_folder(ledger)
    if folder.is_dir():
        shutil.rmtree(folder)
    for ending in ("", "-wal", "-shm"):
        folder.with_name(f"{folder.name}{ending}").unlink(missing_ok=True)


def _last_after(cursor: duckdb.DuckDBPyConnection, sequence: int) -> int:
    """Return the last entry of the log after a sequence; that where there is none."""
    rows = cursor.execute(
        f"SELECT coalesce(max(sequence), {sequence:d}) FROM entry WHERE sequence > {sequence:d}"  # noqa: S608 - a number
    ).fetchall()
    last: int = rows[0][0]
    return last
