"""The ledger file: opening it, and the one writer.

One process holds the file. Readers take a cursor each and never wait for the writer; a writer has
the ledger to itself until its transaction ends.
"""

import threading
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import ClassVar, Self
from weakref import WeakValueDictionary

import duckdb

from epcis_core.errors import StoreError
from epcis_core.store.deadlines import Deadlines
from epcis_core.store.durability import NamedFile, refused
from epcis_core.store.fair_lock import FairLock
from epcis_core.store.file_format import (
    Migration,
    format_of,
    shipped_migrations,
    steps_from,
)
from epcis_core.store.growing_log import KeptEnd
from epcis_core.store.index.reader import IndexReader
from epcis_core.store.index.stretch import Stretch
from epcis_core.store.index.upkeep import KeptIndex
from epcis_core.store.memory import UsualMemory, set_usual_memory
from epcis_core.store.names import KeptNames
from epcis_core.store.opening import check_path, connect, open_current
from epcis_core.store.together import Together


class Ledger:
    """An open ledger file. Use `Ledger.open`, and close it, or use it as a context manager.

    Attributes:
        path: the file.
        commits: how often something was committed since it was opened.
        together: does small pieces of several threads' work in one transaction.
        names: what master data call parties, places and products.
        kept_end: knows where the log ends, for appends.
    """

    _opened: ClassVar["MutableMapping[Path, Ledger]"] = WeakValueDictionary()
    _opening: ClassVar = threading.Lock()

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.path = path
        self._connection = connection
        self._writing = FairLock()
        self._committed = threading.Condition()
        self.commits = 0
        self.together = Together(self.writing)
        self.names = KeptNames()
        self.kept_end = KeptEnd()
        self._memory = UsualMemory()
        self._index = KeptIndex(path, self.reading, self._writing)
        self._deadlines = Deadlines()
        self._wal = NamedFile(path.with_name(f"{path.name}.wal"))

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        create: bool = True,
        migrations: Sequence[Migration] | None = None,
    ) -> "Ledger":
        """Open a ledger file, make it, or bring an older one up to this release's format.

        An older file is first copied beside itself, as `<name>.format-<n>.backup`.

        Args:
            path: the file.
            create: make the file where there is none; its folder must exist.
            migrations: instead of the ones of this release.

        Raises:
            StoreError: there is no file or folder, it is open already, here or in another process,
                it is no ledger, a newer release wrote it, or the disk refuses.
        """
        path = Path(path)
        steps = tuple(migrations if migrations is not None else shipped_migrations())
        try:
            check_path(path, create=create)
            with cls._opening:
                # DuckDB would share the file within one process, and there would be two writers.
                if path.resolve() in cls._opened:
                    raise StoreError(f"{path} is open already")
                connection = open_current(path, steps, create=create)
                try:
                    ledger = cls(path, connection)
                except OSError:
                    connection.close()
                    raise
                cls._opened[path.resolve()] = ledger
        except OSError as error:
            raise refused(f"{path} cannot be opened", error) from error
        ledger._bring_index_up()
        return ledger

    def close(self) -> None:
        """Let go of the file; what was committed is in it."""
        with self._opening:
            if self._opened.get(self.path.resolve()) is self:
                del self._opened[self.path.resolve()]
            self._deadlines.close()
            self._index.close()
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def reading(self, seconds: float | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a cursor of one's own whose reads all see the same state of the ledger.

        Args:
            seconds: how long its reads may take together; None for ever.

        Raises:
            TooComplexError: they took longer, and were given up.
            StoreError: the ledger is closed, or the disk refuses.
        """
        with self._transaction("read") as cursor, self._deadlines.within(cursor, seconds):
            yield cursor

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give the one writer's cursor; committed at the end, rolled back on any error.

        Committed means on disk.

        Raises:
            StoreError: the ledger is closed, or the disk refuses.
        """
        with self._writing:
            is_committed = False
            try:
                with self._transaction("written") as cursor, self._wal.kept():
                    yield cursor
                    self._index.write(cursor)
                    cursor.commit()
                    is_committed = True
                    self._index.keep()
                with self._committed:
                    self.commits += 1
                    self._committed.notify_all()
            finally:
                self.kept_end.settle(is_committed=is_committed)
                self._index.forget()
                with suppress(duckdb.Error), self._connection.cursor() as cursor:
                    self._memory.restore(cursor)

    @contextmanager
    def at_rest(self) -> Iterator[Path]:
        """Hold the writer back, with all that was committed in the one file, to copy that.

        Only another process may open it meanwhile: closing any handle on it gives up DuckDB's lock.

        Raises:
            StoreError: the ledger is closed, or the disk refuses.
        """
        with self._writing:
            try:
                with self._connection.cursor() as cursor:
                    cursor.execute("CHECKPOINT")
            except duckdb.Error as error:
                raise refused(f"{self.path} cannot be written", error) from error
            yield self.path

    def wait_for_commit(self, seen: int, seconds: float) -> int:
        """Wait until something has been committed, and return how often that has happened.

        Args:
            seen: what `commits` was; where it is more by now, nothing is waited for.
            seconds: to wait at most.
        """
        with self._committed:
            self._committed.wait_for(lambda: self.commits > seen, seconds)
            return self.commits

    def index(self) -> AbstractContextManager[IndexReader | None]:
        """Give a reader of the fact index; None where there is none, and the ledger is read."""
        return self._index.reading()

    def hand_over(self, stretch: Stretch) -> None:
        """Take what the writer appends, for the fact index; see `Append`."""
        self._index.take(stretch)

    def _bring_index_up(self) -> None:
        """Let the fact index catch up with the ledger; it is given up where it cannot."""
        with suppress(StoreError), self.reading() as cursor:
            self._index.bring_up(cursor)

    @contextmanager
    def _transaction(self, done: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a cursor in a transaction, which is rolled back unless it has been committed."""
        try:
            with self._connection.cursor() as cursor:
                cursor.begin()
                try:
                    yield cursor
                finally:
                    with suppress(duckdb.Error):  # there is nothing left to roll back
                        cursor.rollback()
        except duckdb.Error as error:
            raise refused(f"{self.path} cannot be {done}", error) from error


@contextmanager
def file_as_it_is(path: Path, *, oldest: int | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a cursor that reads a ledger file and changes nothing, neither in it nor beside it.

    Args:
        path: the file.
        oldest: format that it may have; None for that of this release alone.

    Raises:
        StoreError: there is none, another process has it open, it is no ledger of such a format, or
            it is damaged.
    """
    check_path(path, create=False)
    newest = shipped_migrations()[-1].format
    with connect(path, read_only=True) as connection, connection.cursor() as cursor:
        current = format_of(cursor, path)
        steps_from(current, shipped_migrations(), path, create=False)
        if current < (oldest or newest):
            raise StoreError(
                f"{path} has format {current}, and this release checks format {newest}; "
                "any command that opens it, such as `epcis gaps`, brings it there"
            )
        set_usual_memory(cursor)
        yield cursor
