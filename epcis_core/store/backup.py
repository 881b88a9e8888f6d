"""Backups: a ledger with all that belongs to it, as it was at one moment, in a folder.

The writer waits while the files are copied, and readers do not. The bookkeeping is copied before
the ledger, so that nothing in it is ahead of the log. What can be made anew is left out. The files
are called as they are beside a ledger `ledger.duckdb`, so that the backup can be opened as it is;
`manifest.json` tells their sizes and digests, and the checkpoint that the ledger leads to.

References:
    docs/adr/0022-a-backup-is-a-copy-of-the-file.md
"""

import errno
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from epcis_core.errors import StoreError
from epcis_core.store.beside import JOBS, SERVICE, unfinished_name
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import sign_checkpoint
from epcis_core.store.ledger import Ledger

FORMAT: Final = 1
LEDGER: Final = "ledger.duckdb"
"""What the ledger is called in a backup."""

MANIFEST: Final = "manifest.json"
DIGEST: Final = "manifest.sha256"
"""The digest of the manifest, as `sha256sum --check` takes it."""

_COPY: Final = "import shutil, sys; shutil.copyfile(*sys.argv[1:])"
_WAITING: Final = "SELECT capture_id FROM capture_job WHERE finished IS NULL"
_TAKEN: Final = (errno.EEXIST, errno.ENOTEMPTY)


def back_up_ledger(ledger: Ledger, books: Bookkeeping, folder: Path, now: int) -> dict[str, Any]:
    """Make a backup; the folder is there when it is whole, and not before.

    Args:
        ledger: what to back up; captures wait meanwhile.
        books: its bookkeeping.
        folder: where to; there must be nothing.
        now: the clock, microseconds since 1970 UTC.

    Returns:
        The manifest.

    Raises:
        IntegrityError: the log does not go on from its last checkpoint.
        StoreError: something stands there, or the disk refuses.
    """
    with made_whole(folder) as unfinished:
        with ledger.at_rest() as file:
            signed = sign_checkpoint(ledger, books, now, publish=True)
            _copy(file, books, unfinished)
        manifest = {
            "format": FORMAT,
            "made": datetime.fromtimestamp(now / 1_000_000, UTC).isoformat(timespec="seconds"),
            "entries": signed.size,
            "checkpoint": signed.note,
            "parts": [
                {"name": name, "size": size, "sha256": digest}
                for name, size, digest in _parts(unfinished)
            ],
        }
        text = json.dumps(manifest, indent=1, ensure_ascii=False)
        (unfinished / MANIFEST).write_text(text, encoding="utf-8")
        digest = hashlib.sha256(text.encode()).hexdigest()
        (unfinished / DIGEST).write_text(f"{digest}  {MANIFEST}\n", encoding="utf-8")
    return manifest


def copy_to_check(ledger: Ledger, books: Bookkeeping, folder: Path) -> None:
    """Copy what a backup has, and sign nothing; so it is done with a ledger that was set back, too.

    Args:
        ledger: what to copy; captures wait meanwhile.
        books: its bookkeeping.
        folder: where to; there must be nothing.

    Raises:
        StoreError: something stands there, or the disk refuses.
    """
    with made_whole(folder) as unfinished, ledger.at_rest() as file:
        _copy(file, books, unfinished)


@contextmanager
def made_whole(folder: Path) -> Iterator[Path]:
    """Give an empty folder that gets its name, on disk with all that is in it, only at the end.

    Raises:
        StoreError: something has that name already, or the disk refuses.
    """
    if folder.exists():
        raise StoreError(f"{folder} is there already; a backup never overwrites")
    unfinished = unfinished_name(folder)
    try:
        unfinished.mkdir(mode=0o700)  # the key of the log comes into it
        yield unfinished
        for one in [*unfinished.rglob("*"), unfinished]:
            put_on_disk(one)
        unfinished.rename(folder)
        put_on_disk(folder.parent)
    except OSError as error:
        if error.errno in _TAKEN:  # another backup was whole before this one
            raise StoreError(f"{folder} is there already; a backup never overwrites") from error
        raise StoreError(f"{folder} cannot be made: {error.strerror or error}") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def put_on_disk(path: Path) -> None:
    """Wait until a file, or which files a folder has, would outlive a power cut.

    Raises:
        OSError: the disk refuses.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _parts(folder: Path) -> Iterator[tuple[str, int, str]]:
    """Yield name, size and digest of each file in a folder, by name."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.stat().st_size, digest_of(path)


def _copy(file: Path, books: Bookkeeping, folder: Path) -> None:
    """Copy a ledger that is at rest, after what belongs to it.

    Raises:
        StoreError: it cannot be read.
        OSError: the disk refuses.
    """
    waiting = _copy_books(books.path, folder / f"{LEDGER}{SERVICE}")
    _copy_jobs(file.with_name(f"{file.name}{JOBS}"), folder, waiting)
    _copy_ledger(file, folder / LEDGER)


def _copy_books(source: Path, target: Path) -> list[str]:
    """Copy the bookkeeping, as it is at one moment, and return which captures wait in it.

    Raises:
        StoreError: it cannot be read.
    """
    target.touch(mode=0o600)
    try:
        with closing(sqlite3.connect(source)) as books, closing(sqlite3.connect(target)) as copy:
            books.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, not three
            return [row[0] for row in copy.execute(_WAITING)]
    except sqlite3.Error as error:
        raise StoreError(f"{source} cannot be copied: {error}") from error


def _copy_jobs(source: Path, folder: Path, waiting: list[str]) -> None:
    """Copy documents that wait; one that is gone was captured before the ledger is copied."""
    target = folder / f"{LEDGER}{JOBS}"
    target.mkdir(mode=0o700)
    for capture_id in waiting:
        with suppress(FileNotFoundError):
            shutil.copyfile(source / capture_id, target / capture_id)


def _copy_ledger(source: Path, target: Path) -> None:
    """Copy the ledger file in another process: this one would lose DuckDB's lock on it.

    Raises:
        StoreError: it could not be copied.
    """
    command = [sys.executable, "-I", "-c", _COPY, str(source), str(target)]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - files of ours
    if done.returncode != 0:
        reason = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise StoreError(f"{source} could not be copied: {reason}")
