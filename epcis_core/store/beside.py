"""What stands beside a ledger file, and tells of a ledger that should be there.

DuckDB takes a log beside no file for nothing and puts its own in its place; a new ledger would thus
destroy what was committed to the old one, and take over its key and its subscriptions.
"""

import secrets
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

from epcis_core.errors import StoreError

SERVICE: Final = ".service"
JOBS: Final = ".jobs"
UPLOADS: Final = ".uploads"
"""Endings of what belongs to a ledger."""

_LOGS: Final = (".wal", ".wal.checkpoint", ".wal.recovery")
_BESIDE: Final = ("", SERVICE, JOBS, UPLOADS, *_LOGS, ".index", ".server.json")
_SIGNED: Final = "SELECT max(size) FROM checkpoint"


def check_free(path: Path, doing: str) -> None:
    """See that neither a ledger stands at a path nor anything beside it.

    Args:
        path: of the ledger file to make.
        doing: what makes it, such as `a restore`.

    Raises:
        StoreError: something is there.
    """
    for ending in _BESIDE:
        if (taken := path.with_name(f"{path.name}{ending}")).exists():
            raise StoreError(f"{taken} is there already; {doing} never overwrites")


def check_lost(path: Path) -> None:
    """See that no ledger has been lost where there is no file, or an empty one.

    Args:
        path: of the ledger file.

    Raises:
        StoreError: what stands beside it says that there was one, or cannot be read.
    """
    for ending in _LOGS:
        log = path.with_name(f"{path.name}{ending}")
        if log.exists() and log.stat().st_size:
            raise _lost(path, f"{log.name} beside it has what was last committed to it")
    service = path.with_name(f"{path.name}{SERVICE}")
    try:
        if service.exists() and (signed := _signed(service)):
            raise _lost(path, f"{service.name} beside it has signed {signed} entries")
    except sqlite3.Error as error:
        raise _lost(path, f"{service.name} beside it cannot be read: {error}") from error


def unfinished_name(path: Path) -> Path:
    """Return a name beside a path for what is not whole yet; nothing else has that name."""
    return path.with_name(f".{path.name}.unfinished-{secrets.token_hex(8)}")


def read_only(path: Path) -> sqlite3.Connection:
    """Return a connection to an SQLite file that writes neither to it nor beside it.

    Raises:
        sqlite3.Error: there is none, or it cannot be read.
    """
    # Without a log of its own nobody has it open; that of a server that was killed is read too.
    is_left_open = path.with_name(f"{path.name}-wal").exists()
    how = "mode=ro" if is_left_open else "immutable=1"
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?{how}", uri=True)


def _signed(service: Path) -> int:
    """Return of how many entries a bookkeeping has signed a checkpoint; 0 for none."""
    with closing(read_only(service)) as books:
        named = "SELECT 1 FROM sqlite_master WHERE name = 'checkpoint'"
        if books.execute(named).fetchone() is None:
            return 0
        return int(books.execute(_SIGNED).fetchone()[0] or 0)


def _lost(path: Path, why: str) -> StoreError:
    return StoreError(
        f"The ledger {path} is gone: {why}. Move that away, and bring a backup back with "
        "`epcis restore`"
    )
