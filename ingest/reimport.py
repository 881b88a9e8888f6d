"""Making a ledger of an export: of a whole one the same ledger again, of a part by capture.

Nothing is there under the ledger's name before all of it is: it is made under another name, and
compared with the export's checkpoint. An existing file is never touched.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from epcis_core.errors import IntegrityError, StoreError
from epcis_core.proof.checks import Key, read_key
from epcis_core.proof.export_manifest import read_manifest
from epcis_core.store.beside import check_free, unfinished_name
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import note_former_keys
from epcis_core.store.exported_log import count_log, put_captures, read_log
from epcis_core.store.index.upkeep import remove_index
from epcis_core.store.ledger import Ledger
from epcis_core.store.log import last_sequence
from epcis_core.store.registry.products import IMAGE_TYPES
from epcis_core.store.registry.publications import Photo
from epcis_core.store.registry.step_photos import put_photos
from epcis_core.store.replay import Replay
from epcis_core.store.view import EVERYTHING
from ingest.capture import capture_stream
from ingest.report import CaptureReport

LOG: Final = "log.parquet"
CAPTURES: Final = "captures.parquet"
_TOGETHER: Final = 20
"""Batches of entries that one transaction takes."""
_ENDINGS: Final = (".wal", ".service", ".service-wal", ".service-shm")
"""Of files that stand beside a ledger while it is open."""

Moving = Callable[[str, int, int], None]
"""Called with what is at hand, how much of it is done, of how much."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import has made.

    Attributes:
        is_same: the ledger is the exported one again, entry by entry; else what was in the
            documents was captured anew.
        entries: of the log.
        reports: what became of each document that was captured.
    """

    is_same: bool
    entries: int
    reports: tuple[CaptureReport, ...] = ()


def import_export(
    folder: Path, target: Path, *, now: int, keys: list[Key], tell: Moving = lambda *_: None
) -> Imported:
    """Make a ledger of an export.

    Args:
        folder: the export.
        target: the ledger file to make.
        now: the clock, microseconds since 1970 UTC; of captures.
        keys: the log's, as the reader knows it; none to take the one in the export.
        tell: told as the work moves on.

    Raises:
        IntegrityError: the export was changed, or what it holds does not lead to its checkpoint.
        StoreError: there is such a file, the disk refuses, or it is a part of the log alone.
        OSError: the export cannot be read.
    """
    check_free(target, "an import")
    manifest = read_manifest(folder, keys)
    with _made_whole(target) as unfinished:
        if manifest["kind"] == "whole" and (folder / LOG).is_file():
            return _replayed(folder, unfinished, manifest, keys, now=now, tell=tell)
        if not manifest["documents"] and manifest.get("entries"):
            raise StoreError(f"{folder} has a part of the log alone; a ledger needs the documents")
        return _captured(folder, unfinished, manifest, now, tell)


def _replayed(
    folder: Path,
    path: Path,
    manifest: dict[str, Any],
    keys: list[Key],
    *,
    now: int,
    tell: Moving,
) -> Imported:
    named = (manifest["key"], *manifest.get("former_keys", ()))
    replay = Replay([*keys, *map(read_key, named)])
    total = count_log(folder / LOG)
    batches = read_log(folder / LOG)
    with Ledger.open(path) as ledger:
        with ledger.writing() as cursor:
            put_captures(cursor, folder / CAPTURES)
        while some := list(islice(batches, _TOGETHER)):
            with ledger.writing() as cursor:
                for entries in some:
                    replay.add(cursor, entries)
                    tell(LOG, replay.size, total)
        with ledger.writing() as cursor:
            replay.finish(cursor, manifest.get("salt_of_remains"))
    expected = (manifest["entries_of_log"], manifest["root"])
    if (replay.size, replay.root.hex()) != expected:
        raise IntegrityError(
            f"The {replay.size} entries of the export do not lead to the root of its checkpoint "
            f"of {expected[0]}"
        )
    if replay.deciding or manifest.get("photos"):
        with Bookkeeping(path) as books:
            note_former_keys(books, map(read_key, replay.deciding))
            put_photos(books, _photos(folder, manifest), now)
    return Imported(is_same=True, entries=replay.size)


def _captured(
    folder: Path, path: Path, manifest: dict[str, Any], now: int, tell: Moving
) -> Imported:
    reports = []
    for one in manifest["documents"]:
        if one["file"] not in manifest["files"]:  # which alone have been compared
            raise IntegrityError(f"The document {one['file']} is no file of the export")
    with Ledger.open(path) as ledger:
        for number, one in enumerate(manifest["documents"]):
            with (folder / one["file"]).open("rb") as source:
                report = capture_stream(
                    ledger,
                    source,
                    file_name=one["file"],
                    now=now,
                    organisation=one["organisation"],
                    proceed=True,
                    lenient=True,
                )
            reports.append(report)
            tell(one["file"], number + 1, len(manifest["documents"]))
        entries = last_sequence(ledger, EVERYTHING) + 1
        if manifest.get("photos"):
            with Bookkeeping(path) as books:
                put_photos(books, _photos(folder, manifest), now)
    return Imported(is_same=False, entries=entries, reports=tuple(reports))


def _photos(folder: Path, manifest: dict[str, Any]) -> Iterator[tuple[str, Photo]]:
    """Yield the photographs of steps in an export, each with who took it.

    Raises:
        IntegrityError: one is none of the files that the manifest has the digests of, or no image.
    """
    for one in manifest["photos"]:
        if one["file"] not in manifest["files"] or one["media_type"] not in IMAGE_TYPES:
            raise IntegrityError(f"The photo {one['file']} is no photo of the export")
        yield one["organisation"], Photo(one["media_type"], (folder / one["file"]).read_bytes())


@contextmanager
def _made_whole(target: Path) -> Iterator[Path]:
    """Give another name to make a ledger under; it gets its own once all of it is on disk."""
    unfinished = unfinished_name(target)
    beside = [unfinished.with_name(f"{unfinished.name}{end}") for end in _ENDINGS]
    try:
        yield unfinished
        with unfinished.open("rb") as made:
            os.fsync(made.fileno())
        os.link(unfinished, target)  # unlike a renaming it takes the place of nothing
        _settle(target.parent)
        for ending in (".index", ".service"):
            made_beside = unfinished.with_name(f"{unfinished.name}{ending}")
            if made_beside.exists():
                made_beside.replace(target.with_name(f"{target.name}{ending}"))
    except FileExistsError as error:
        raise StoreError(f"{target} is there already; an import never overwrites") from error
    finally:
        for path in (unfinished, *beside):
            path.unlink(missing_ok=True)
        remove_index(unfinished)


def _settle(folder: Path) -> None:
    """Wait until the names in a folder are on disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
