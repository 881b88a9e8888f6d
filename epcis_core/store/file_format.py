"""The format of a ledger file: which one it has, and the steps to the newest.

A format is a number in the file. Each step is a file of SQL under `migrations/`; all steps that a
file lacks run in one transaction, after a copy of the file has been put beside it.
"""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

import duckdb

from epcis_core.errors import IntegrityError, ParseError, StoreError
from epcis_core.store.content import fill_content
from epcis_core.store.durability import sync_folder
from epcis_core.store.identities import fill_identities
from epcis_core.store.tree import fill_tree

_MARK: Final = slice(8, 12)
HEADERS: Final = 3 * 4096
"""With how many bytes each file of DuckDB begins before there is anything in it."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step from a format of the file to the next.

    Attributes:
        format: the format it leads to.
        sql: the statements.
        fill: what is done behind them, of what SQL has no words for.
    """

    format: int
    sql: str
    fill: Callable[[duckdb.DuckDBPyConnection], None] | None = None


_FILLS: Final[Mapping[int, Callable[[duckdb.DuckDBPyConnection], None]]] = {
    3: fill_content,
    4: fill_tree,
    5: fill_identities,
}


def shipped_migrations() -> tuple[Migration, ...]:
    """Return the migrations of this release, oldest first."""
    folder = files("epcis_core.store") / "migrations"
    found = sorted(
        (int(item.name[:4]), item.read_text(encoding="utf-8"))
        for item in folder.iterdir()
        if item.name.endswith(".sql")
    )
    return tuple(Migration(number, sql, _FILLS.get(number)) for number, sql in found)


def is_cut_short(path: Path) -> bool:
    """Return whether a file is what is left where making a ledger was cut short.

    DuckDB writes three headers and synchronises them before it writes anything else. As long as
    there is nothing but them, nor a log, nothing was stored; they need not be whole.

    Args:
        path: a file.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        start, size = file.read(_MARK.stop), file.seek(0, os.SEEK_END)
    if not size:
        return True
    is_ours = not any(start) or start[_MARK] == b"DUCK"
    return is_ours and size <= HEADERS and not path.with_name(f"{path.name}.wal").exists()


def format_of(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Return the format of an open file; 0 for a database without a single table.

    Raises:
        StoreError: it is a database of something else, or damaged.
    """
    try:
        tables = {row[0] for row in connection.execute("SHOW TABLES").fetchall()}
        if not tables:
            return 0
        if tables >= {"ledger", "entry", "event"}:
            row = connection.execute("SELECT value FROM ledger WHERE name = 'format'").fetchone()
            if row is not None:
                return int(row[0])
    except (duckdb.BinderException, ValueError):
        pass  # tables of the same names, but not ours
    except duckdb.Error as error:
        raise StoreError(f"{path} is damaged: {error}") from error
    raise StoreError(f"{path} is a DuckDB file, but not a ledger")


def steps_from(
    current: int, steps: Sequence[Migration], path: Path, *, create: bool
) -> Sequence[Migration]:
    """Return the steps that a file in a format still has to take.

    Args:
        current: its format; 0 for a file without a ledger.
        steps: all there are, oldest first.
        path: the file.
        create: a file without a ledger may become one.

    Raises:
        StoreError: the format is newer than the last step, or there is no ledger.
    """
    newest = steps[-1].format
    if current > newest:
        raise StoreError(
            f"{path} was written by a newer release (format {current}); "
            f"this one reads up to format {newest}. Please update epcis-ledger."
        )
    if not current and not create:
        raise StoreError(f"There is no ledger at {path}")
    return [step for step in steps if step.format > current]


def migrate(connection: duckdb.DuckDBPyConnection, path: Path, steps: Sequence[Migration]) -> None:
    """Take all steps, or none.

    Raises:
        StoreError: one of them failed; the file is as it was.
    """
    step = steps[0]
    try:
        connection.begin()
        for step in steps:
            connection.execute(step.sql)
            if step.fill is not None:
                step.fill(connection)
            connection.execute(
                "INSERT OR REPLACE INTO ledger VALUES ('format', ?)", [str(step.format)]
            )
        connection.commit()
    except (duckdb.Error, ParseError, IntegrityError) as error:
        with suppress(duckdb.Error):
            connection.rollback()
        raise StoreError(
            f"{path} could not be brought to format {step.format} and is as it was: {error}"
        ) from error


def back_up(path: Path, current: int) -> Path:
    """Copy a closed ledger file beside itself, and return where to: `<name>.format-<n>.backup`.

    Raises:
        StoreError: the folder takes no copy.
    """
    copy = path.with_name(f"{path.name}.format-{current}.backup")
    unfinished = copy.with_name(f"{copy.name}.unfinished")
    try:
        shutil.copy2(path, unfinished)
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.replace(copy)
        sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        raise StoreError(
            f"{path} has format {current} and needs a newer one, but no copy could be made "
            f"before that: {error.strerror or error}"
        ) from error
    return copy
