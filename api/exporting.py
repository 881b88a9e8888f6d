"""Exporting a ledger into a folder that can be read without it.

The folder appears under its name once all of it is on disk. What is in it is told in its README; a
manifest, signed by the log, has the SHA-256 of every file.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from api.exported_documents import ExportedDocument, write_documents
from api.exported_photos import write_photos
from api.exported_readme import readme
from epcis_core.errors import StoreError
from epcis_core.model.times import utc_text
from epcis_core.proof.export_manifest import CHECKPOINT, write_manifest
from epcis_core.proof.keys import key_text
from epcis_core.store.beside import unfinished_name
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import former_keys, log_signer, sign_checkpoint
from epcis_core.store.exported_log import write_captures, write_log
from epcis_core.store.ledger import Ledger
from epcis_core.store.part import LedgerPart
from epcis_core.store.remains import salt_of_remains
from epcis_core.store.view import View
from ingest.reimport import CAPTURES, LOG

ExportFormat = Literal["parquet", "epcis"]
"""What an export can hold: the log as Parquet, or what was captured as EPCIS documents."""

DOCUMENTS: Final = "documents"

Moving = Callable[[str, int, int], None]
"""Called with what is at hand, how much of it is done, of how much."""


def export_ledger(
    ledger: Ledger,
    books: Bookkeeping,
    target: Path,
    *,
    now: int,
    part: LedgerPart,
    formats: frozenset[ExportFormat],
    tell: Moving = lambda *_: None,
) -> dict[str, Any]:
    """Write a ledger, or a part of it, into a new folder.

    Args:
        ledger: what to export, as it is at a checkpoint that is made for it.
        books: where the log's key stands.
        target: the folder to make.
        now: the clock, microseconds since 1970 UTC.
        part: of the ledger.
        formats: what the folder is to hold.
        tell: told as the work moves on.

    Returns:
        What the manifest says, without the files.

    Raises:
        StoreError: there is something of that name.
        IntegrityError: an entry is not what its leaf commits to.
        OSError: the disk refuses.
    """
    if target.exists():
        raise StoreError(f"{target} is there already; an export never overwrites")
    unfinished = unfinished_name(target)
    unfinished.mkdir()
    try:
        signed = sign_checkpoint(ledger, books, now, publish=True)
        signer = log_signer(books)
        members: dict[str, Any] = {
            "kind": "whole" if part.parties is None else "part",
            "parties": part.parties,
            "made": utc_text(now),
            "entries_of_log": signed.size,
            "root": signed.checkpoint.root.hex(),
            "key": key_text(signer.key),
            "former_keys": [key_text(one) for one in former_keys(books)],
        }
        (unfinished / CHECKPOINT).write_text(signed.note, encoding="utf-8")
        day = datetime.fromtimestamp(now / 1_000_000, UTC).date()
        text = readme(part, formats, signed, day)
        (unfinished / "README.md").write_text(text, encoding="utf-8")
        view = View(up_to_sequence=signed.size - 1)
        if "parquet" in formats:
            members |= _write_parquet(ledger, view, part, unfinished, tell)
        documents: list[ExportedDocument] = []
        if "epcis" in formats:
            (unfinished / DOCUMENTS).mkdir()
            documents = write_documents(
                ledger,
                view,
                part,
                unfinished / DOCUMENTS,
                written=utc_text(now),
                tell=lambda done: tell(DOCUMENTS, done, signed.size),
            )
        members["photos"] = write_photos(ledger, books, view, part, unfinished)
        members["documents"] = [
            {**asdict(one), "file": f"{DOCUMENTS}/{one.file}"} for one in documents
        ]
        write_manifest(unfinished, members, signer)
        _settle(unfinished)
        unfinished.rename(target)
        _settle(target.parent, deep=False)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return members


def _write_parquet(
    ledger: Ledger, view: View, part: LedgerPart, folder: Path, tell: Moving
) -> dict[str, Any]:
    """Write the log and the book of captures, and return how many entries and captures."""
    with ledger.reading() as cursor:
        entries = write_log(
            cursor,
            view,
            folder / LOG,
            condition=part.entries,
            tell=lambda done, of: tell(LOG, done, of),
        )
        path = folder / CAPTURES
        captures = write_captures(cursor, view, path, organisations=part.captures)
        salt = salt_of_remains(cursor)
    return {"entries": entries, "captures": captures, "salt_of_remains": salt}


def _settle(folder: Path, *, deep: bool = True) -> None:
    """Wait until a folder, and all files in it, are on disk."""
    paths = [folder, *folder.rglob("*")] if deep else [folder]
    for path in paths:
        opened = os.open(path, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
