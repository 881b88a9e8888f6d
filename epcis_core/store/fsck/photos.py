"""The check of photographs: each that an event names is here, and is the one it names."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import duckdb

from epcis_core.findings import Finding, finding
from epcis_core.store.beside import read_only
from epcis_core.store.photos import named_photos
from epcis_core.store.view import EVERYTHING

_IS_THERE: Final = "SELECT 1 FROM sqlite_master WHERE name = 'step_photo'"


def differences_in_photos(cursor: duckdb.DuckDBPyConnection, service: Path) -> Iterator[Finding]:
    """Yield which photographs are missing, or are no longer what an event names.

    That one is missing is a warning: a sender may name what it has never sent here.

    Args:
        cursor: a reader's.
        service: the bookkeeping, where they stand.
    """
    named = named_photos(cursor, EVERYTHING)
    if not named or not service.exists():
        yield from (_missing(*one) for one in named)
        return
    try:
        with closing(read_only(service)) as books:
            knows_photos = books.execute(_IS_THERE).fetchone() is not None
            for organisation, digest in named:
                found = (
                    knows_photos
                    and books.execute(
                        "SELECT bytes FROM step_photo WHERE organisation = ? AND digest = ?",
                        (organisation, digest),
                    ).fetchone()
                )
                if not found:
                    yield _missing(organisation, digest)
                elif hashlib.sha256(found[0]).hexdigest() != digest:
                    yield finding("photo_altered", organisation=organisation, digest=digest)
    except sqlite3.Error as error:
        yield finding("bookkeeping_unreadable", file=service.name, reason=str(error))


def _missing(organisation: str, digest: str) -> Finding:
    return finding("photo_missing", organisation=organisation, digest=digest)
