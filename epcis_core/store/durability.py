"""What DuckDB leaves to whoever opens a file, for what was committed to be there after anything.

A name in a folder is on the disk once the folder was synchronised; DuckDB synchronises files alone.
And an index that nobody has used since its file was opened loses, when the file is closed or
checkpointed, what DuckDB's log had brought for it.
"""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

from epcis_core.errors import DiskFullError, StoppedError, StoreError

_FULL: Final = tuple(os.strerror(code) for code in (errno.ENOSPC, errno.EDQUOT))
_STOPPED: Final = "invalidated"


def refused(said: str, error: Exception) -> StoreError:
    """Return how an error of the disk is told: what has failed, why, and what may help.

    Args:
        said: what cannot be done, such as `farm.duckdb cannot be written`.
        error: of DuckDB, SQLite or the operating system.
    """
    why = str(error).partition("\n")[0]
    if isinstance(error, OSError) and error.strerror:
        why = error.strerror
    if any(text in str(error) for text in _FULL) or _is_full(error):
        return DiskFullError(f"{said}: {why}")
    if isinstance(error, duckdb.FatalException) or _STOPPED in why:
        return StoppedError(
            f"{said} until it is opened again, for a server until it is started again: {why}"
        )
    return StoreError(f"{said}: {why}")


def _is_full(error: Exception) -> bool:
    return isinstance(error, sqlite3.Error) and (
        getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    )


def sync_folder(folder: Path) -> None:
    """Put onto the disk which files a folder has.

    Raises:
        OSError: the disk refuses.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class NamedFile:
    """A file that somebody makes, takes away and makes again, and whose name is to be on the disk.

    Args:
        path: the file; what its folder has by now is put onto the disk.

    Raises:
        OSError: the disk refuses.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        sync_folder(path.parent)
        self._on_disk = self._number()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Put the name onto the disk where the file was made in the block; nowhere else it may be.

        Raises:
            StoreError: the disk refuses.
        """
        with self._refusing():
            if self._number() != self._on_disk:
                self._on_disk = None  # before another file gets its number
        yield
        with self._refusing():
            number = self._number()
            if number != self._on_disk:
                sync_folder(self._path.parent)
                self._on_disk = number

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise refused(f"{self._path} cannot be written", error) from error

    def _number(self) -> int | None:
        """Return by which number the disk knows the file; None where there is none."""
        try:
            return self._path.stat().st_ino
        except FileNotFoundError:
            return None


def load_indexes(connection: duckdb.DuckDBPyConnection) -> None:
    """Let DuckDB load all indexes, and add to them what its log had for them.

    To be done before anything is committed or the connection is closed.

    Raises:
        duckdb.Error: the file cannot be read.

    References:
        https://github.com/duckdb/duckdb/pull/25771
    """
    found = connection.execute("SELECT DISTINCT table_name FROM duckdb_indexes()").fetchall()
    for (table,) in found:
        connection.begin()
        connection.execute(f'INSERT INTO "{table}" SELECT * FROM "{table}" WHERE false')  # noqa: S608 - a name in the file
        connection.rollback()
