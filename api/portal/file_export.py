"""A file of what waits for a target: records as JSON, CSV and XLSX, and a manifest that is signed.

It is made aside, of what waits at that moment, and then kept together with what it holds, or not at
all where something of that went out or was replaced meanwhile: then it is made anew.

References:
    C2SP signed-note; docs/portal.md, "A file that somebody hands over"
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from api.portal.about_delivery import about_delivery
from api.portal.file_tables import csv_files, tables_of, workbook
from api.portal.target_parts import TargetError
from api.portal.targets import Target
from epcis_core.codecs.jsonld_writer import json_bytes
from epcis_core.errors import EpcisError
from epcis_core.model.times import utc_text
from epcis_core.proof.keys import Signer, key_text, note
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.portal.deliveries import Delivery, Status, note_back
from epcis_core.store.portal.exports import (
    Export,
    OvertakenError,
    add_export,
    next_export,
    waiting_for_export,
)

STATEMENT: Final = "epcis-ledger portal-export/v1"
"""The first line of what is signed: no checkpoint, proof or other export begins with it."""

MOST: Final = 2_000
"""Lots in one file; what waits beyond that goes into the next."""

_TRIES: Final = 5
_SECOND: Final = 1_000_000  # microseconds


@dataclass(frozen=True, slots=True)
class _Content:
    """What an export is made of.

    Attributes:
        deliveries: that are in it.
        entries: of each, what stands in the JSON.
        refused: deliveries that cannot be told in the target's words, with the reason.
    """

    deliveries: list[Delivery]
    entries: list[dict[str, Any]]
    refused: list[Delivery]


def make_export(
    books: Bookkeeping,
    target: Target,
    signer: Signer,
    now: int,
    who: str,
    *,
    noted: Callable[[Export], None],
) -> Export | None:
    """Make a file of what waits for a target; from then on that is sent.

    What cannot be told in the target's words is rejected with the reason, and the rest goes on.

    Args:
        books: where all is kept.
        target: a file.
        signer: the log's key.
        now: the clock, microseconds since 1970 UTC.
        who: has it made.
        noted: called with the export, in the same transaction.

    Returns:
        The export; None where nothing waits.

    Raises:
        TargetError: the target is no file.
        OvertakenError: what waits changed again and again meanwhile.
    """
    if target.kind != "file":
        raise TargetError(f"{target.name} takes no files: deliveries are sent to it.")
    for left in reversed(range(_TRIES)):
        content = _content(target, waiting_for_export(books, target.name, most=MOST), now)
        try:
            return _made(books, target, content, signer, (now, who, noted))
        except OvertakenError:
            if not left:
                raise
    return None


def _content(target: Target, waiting: list[Delivery], now: int) -> _Content:
    content = _Content([], [], [])
    for one in waiting:
        try:
            record = target.filling.filled(
                target.body, json.loads(one.record or "{}"), about_delivery(one, None, now)
            )
        except EpcisError as error:
            content.refused.append(replace(one, status=Status.REJECTED, reason=str(error)))
            continue
        content.deliveries.append(one)
        content.entries.append(
            {
                "delivery": one.number,
                "operation": str(one.operation),
                "lot": one.lot,
                "record": record or {},
            }
        )
    return content


def _made(
    books: Bookkeeping,
    target: Target,
    content: _Content,
    signer: Signer,
    act: tuple[int, str, Callable[[Export], None]],
) -> Export | None:
    """Make the bytes of an export, and keep it; only the latter holds others up."""
    now, who, noted = act
    number = next_export(books, target.name)
    data = b""
    if content.deliveries:
        data = _zipped(_files(content, target, number, signer, now), now)
    digest = hashlib.sha256(data).hexdigest()
    made = Export(target.name, number, now, who, len(content.deliveries), digest)
    with books.transaction():
        for one in content.refused:
            note_back(books, one)
        if not content.deliveries:
            return None
        add_export(books, made, data, content.deliveries)
        noted(made)
    return made


def _files(
    content: _Content, target: Target, number: int, signer: Signer, now: int
) -> dict[str, bytes]:
    """Return the files of an export by name, the manifest and its signature included."""
    tables = tables_of(content.entries)
    files = {
        "records.json": json_bytes(content.entries, indent=True),
        **dict(csv_files(tables)),
        "records.xlsx": workbook(tables),
    }
    manifest = json_bytes(
        {
            "format": STATEMENT,
            "target": target.name,
            "number": number,
            "time": utc_text(now),
            "key": key_text(signer.key),
            "files": {
                name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
                for name, data in files.items()
            },
            "records": [
                {
                    "delivery": one.number,
                    "lot": one.lot,
                    "operation": str(one.operation),
                    "hash": one.hash,
                    "key": one.key,
                }
                for one in content.deliveries
            ],
        },
        indent=True,
    )
    body = f"{STATEMENT}\n{signer.name}\n{hashlib.sha256(manifest).hexdigest()}\n"
    signed = note(body, [signer.sign(body)])
    return {**files, "manifest.json": manifest, "manifest.note": signed.encode()}


def _zipped(files: Mapping[str, bytes], now: int) -> bytes:
    moment = datetime.fromtimestamp(now / _SECOND, UTC)
    clock = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, clock), data, zipfile.ZIP_DEFLATED)
    return held.getvalue()
