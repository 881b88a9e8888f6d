"""How a ledger file comes to a connection: found or made, in the newest format, and never replaced.

Where the disk fails to say that a file is there, DuckDB makes a new one over it.
"""

import os
import re
import shutil
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import BinaryIO, Final

import duckdb

from epcis_core.errors import StoreError
from epcis_core.store.beside import check_lost
from epcis_core.store.durability import load_indexes, refused, sync_folder
from epcis_core.store.file_format import (
    HEADERS,
    Migration,
    back_up,
    format_of,
    is_cut_short,
    migrate,
    steps_from,
)
from epcis_core.store.memory import set_usual_memory

_CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    "storage_compatibility_version": "v1.5.0",
    # Most questions are small, and sharing one out costs more than it saves.
    "threads": max(1, (os.cpu_count() or 1) // 2),
}
_HOLDER: Final = re.compile(r"\(PID (\d+)\)")


def check_path(path: Path, *, create: bool) -> None:
    """See that there is a ledger file at a path, or that one may be made there.

    What is left where making one was cut short is taken away.

    Args:
        path: of the file.
        create: where there is none, one is to be made.

    Raises:
        StoreError: there is neither, or one that was there has been lost.
        OSError: the disk refuses.
    """
    if path.is_dir():
        raise StoreError(f"{path} is a folder, not a ledger file")
    if path.exists() and not is_cut_short(path):
        return
    check_lost(path)
    if not create:
        raise StoreError(f"There is no ledger at {path}")
    if not path.parent.is_dir():
        raise StoreError(f"There is no folder {path.parent} for the ledger {path.name}")
    if path.exists():
        path.unlink()  # DuckDB would take it for damaged


def open_current(
    path: Path, steps: Sequence[Migration], *, create: bool
) -> duckdb.DuckDBPyConnection:
    """Return a connection to a file in the newest format; an older one is copied first.

    Args:
        path: the file; made where there is none.
        steps: all migrations there are, oldest first.
        create: a file without a ledger may become one.

    Raises:
        StoreError: it cannot be opened, it is no ledger, a newer release wrote it, or the disk
            refuses.
        OSError: the disk refuses.
    """
    connection = connect(path)
    try:
        current = format_of(connection, path)
        load_indexes(connection)
        missing = steps_from(current, steps, path, create=create)
        if missing and current:
            # Only a closed file may be copied: closing any handle on it gives up DuckDB's lock.
            connection.close()
            back_up(path, current)
            connection = connect(path)
        if missing:
            if not current:
                sync_folder(path.parent)  # so that no log is ever there without its file
            migrate(connection, path, missing)
            connection.execute("CHECKPOINT")  # DuckDB's log holds rows alone, and no definitions
        set_usual_memory(connection)
    except duckdb.Error as error:
        connection.close()
        raise refused(f"{path} cannot be opened", error) from error
    except BaseException:
        connection.close()
        raise
    return connection


def connect(path: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Return a connection to a file, in its own format.

    Args:
        path: the file; made where there is none, unless it is only read.
        read_only: nothing is changed, in it or beside it.

    Raises:
        StoreError: another process has it open, it is no database, it is damaged, or the disk
            refuses.
    """
    if read_only:
        return _opened(path, read_only=True)
    with closing(_Before(path)) as before:
        connection = _opened(path, read_only=False)
        if not before.had_content or _has_tables(connection, path):
            return connection
        connection.close()
        if not before.put_back():
            return _opened(path, read_only=False)
    raise StoreError(
        f"{path} was not opened: the disk failed as it was looked for. Nothing was changed; "
        "try again"
    )


class _Before:
    """What a file was before DuckDB opened it, for where DuckDB takes it for missing.

    Then DuckDB writes the headers of a new file over the old ones, and takes away the log beside
    it. It changes no other byte before something is stored.

    Args:
        path: the file.

    Raises:
        OSError: the disk refuses.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log_path = path.with_name(f"{path.name}.wal")
        self._headers = b""
        with suppress(FileNotFoundError), path.open("rb") as file:
            self._headers = file.read(HEADERS + 1)
        self.had_content = len(self._headers) > HEADERS
        self._log: BinaryIO | None = None
        with suppress(FileNotFoundError):
            # Its content stays as long as this is open, even where its name is taken away.
            self._log = self._log_path.open("rb")

    def put_back(self) -> bool:
        """Make a closed file what it was; return whether it was anything else.

        Raises:
            OSError: the disk refuses.
        """
        headers = self._headers[:HEADERS]
        with self._path.open("r+b") as file:
            if file.read(HEADERS) == headers:
                return False
            if self._log is not None and not self._log_path.exists():
                with self._log_path.open("xb") as log:
                    shutil.copyfileobj(self._log, log)
                    log.flush()
                    os.fsync(log.fileno())
                sync_folder(self._path.parent)
            file.seek(0)
            file.write(headers)
            file.flush()
            os.fsync(file.fileno())
        return True

    def close(self) -> None:
        """Let go of the log."""
        if self._log is not None:
            self._log.close()


def _has_tables(connection: duckdb.DuckDBPyConnection, path: Path) -> bool:
    try:
        return connection.execute("SELECT 1 FROM duckdb_tables() LIMIT 1").fetchone() is not None
    except duckdb.Error as error:
        connection.close()
        raise refused(f"{path} cannot be opened", error) from error


def _opened(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(str(path), read_only=read_only, config=_CONFIG)
    except duckdb.Error as error:
        text = str(error)
        if "Could not set lock" in text:
            holder = _HOLDER.search(text)
            by = f" (process {holder[1]})" if holder else ""
            raise StoreError(f"{path} is in use by another process{by}") from error
        if "not a valid DuckDB database" in text:
            raise StoreError(f"{path} is not a ledger file") from error
        if "Corrupt" in text:
            raise StoreError(f"{path} is damaged: {text}") from error
        if "Permission denied" in text or "Read-only file system" in text:
            raise StoreError(f"{path} cannot be opened for writing: no permission") from error
        raise refused(f"{path} cannot be opened", error) from error
