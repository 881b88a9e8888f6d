"""The ledger file: opening it, migrating it, and the one writer.

One process holds the file. Readers take a cursor each and never wait for the writer; a writer has
the ledger to itself until its transaction ends.
"""

import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

import duckdb

from epcis_core.errors import StoreError

_STORAGE: Final = {"storage_compatibility_version": "v1.5.0"}


@dataclass(frozen=True, slots=True)
class Migration:
    """One step from a format of the file to the next.

    Attributes:
        format: the format it leads to.
        sql: the statements.
    """

    format: int
    sql: str


def shipped_migrations() -> tuple[Migration, ...]:
    """Return the migrations of this release, oldest first."""
    folder = files("epcis_core.store") / "migrations"
    found = sorted(
        (int(item.name[:4]), item.read_text(encoding="utf-8"))
        for item in folder.iterdir()
        if item.name.endswith(".sql")
    )
    return tuple(Migration(number, sql) for number, sql in found)


class Ledger:
    """An open ledger file. Use `Ledger.open`, and close it, or use it as a context manager.

    Attributes:
        path: the file.
    """

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.path = path
        self._connection = connection
        self._writing = threading.Lock()

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
            create: make the file where there is none.
            migrations: instead of the ones of this release.

        Raises:
            StoreError: there is no file, another process holds it, it is no ledger, or a newer
                release wrote it.
        """
        path = Path(path)
        steps = tuple(migrations if migrations is not None else shipped_migrations())
        is_new = not path.exists()
        if is_new and not create:
            raise StoreError(f"There is no ledger at {path}")
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = _connect(path)
        try:
            current = 0 if is_new else _format_of(connection, path)
            newest = steps[-1].format
            if current > newest:
                raise StoreError(
                    f"{path} was written by a newer release (format {current}); "
                    f"this one reads up to format {newest}. Please update epcis-ledger."
                )
            if current < newest:
                if not is_new:
                    connection.close()
                    shutil.copy2(path, path.with_name(f"{path.name}.format-{current}.backup"))
                    connection = _connect(path)
                _migrate(connection, [step for step in steps if step.format > current])
        except BaseException:
            connection.close()
            raise
        return cls(path, connection)

    def close(self) -> None:
        """Let go of the file; what was committed is in it."""
        self._connection.close()

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a cursor of one's own whose reads all see the same state of the ledger."""
        cursor = self._connection.cursor()
        try:
            cursor.begin()
            yield cursor
        finally:
            cursor.rollback()
            cursor.close()

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give the one writer's cursor; committed at the end, rolled back on any error.

        Committed means on disk. Raises `StoreError` where the disk refuses.
        """
        with self._writing:
            cursor = self._connection.cursor()
            try:
                cursor.begin()
                yield cursor
                cursor.commit()
            except BaseException as error:
                with suppress(duckdb.Error):
                    cursor.rollback()
                if isinstance(error, duckdb.IOException):
                    raise StoreError(f"{self.path} cannot be written: {error}") from error
                raise
            finally:
                cursor.close()


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(str(path), config=_STORAGE)
    except duckdb.IOException as error:
        text = str(error)
        if "lock" in text.lower():
            raise StoreError(f"{path} is in use by another process") from error
        if "not a valid DuckDB database" in text:
            raise StoreError(f"{path} is not a ledger file") from error
        raise StoreError(f"{path} cannot be opened: {text}") from error


def _format_of(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    try:
        row = connection.execute("SELECT value FROM ledger WHERE name = 'format'").fetchone()
    except duckdb.CatalogException as error:
        raise StoreError(f"{path} is a DuckDB file, but not a ledger") from error
    if row is None:
        raise StoreError(f"{path} names no format")
    return int(row[0])


def _migrate(connection: duckdb.DuckDBPyConnection, steps: Sequence[Migration]) -> None:
    connection.begin()
    for step in steps:
        connection.execute(step.sql)
        connection.execute(
            "INSERT OR REPLACE INTO ledger VALUES ('format', ?)", [str(step.format)]
        )
    connection.commit()
