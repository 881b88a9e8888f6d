"""The README of an export: what is in the folder, column by column, for whoever finds it."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from epcis_core.store.checkpoints import SignedCheckpoint
from epcis_core.store.exported_log import COLUMNS
from epcis_core.store.part import LedgerPart

_ABOUT: Final = """
Supply-chain events of EPCIS 2.0 (GS1), as an event ledger took them. Everything here can be read
without the software that wrote it.

Sổ ghi sự kiện chuỗi cung ứng (EPCIS 2.0), xuất nguyên trạng. Mọi tệp ở đây đều đọc được mà không
cần phần mềm đã tạo ra chúng.
"""
_PART: Final = """
This is what these parties sent, witnessed, or are named in as an end of a source or destination or
by their places, and the master data of what those events name:
"""
_FILES: Final = """
## Files

| file | is |
|---|---|
| `manifest.json` | every file with size and SHA-256, and whose each document is |
| `manifest.note` | the log's signature (Ed25519, C2SP signed-note) under the SHA-256 of that |
| `checkpoint.txt` | size and root of the log's Merkle tree (RFC 9162), signed |"""
_EPCIS: Final = """\
| `documents/` | EPCIS 2.0 documents in JSON-LD, sender by sender: master data, then events |"""
_PARQUET: Final = """\
| `log.parquet` | entries of the log, as they were received |
| `captures.parquet` | documents that were sent, and what their senders were told |"""
_PHOTOS: Final = """\
| `photos/` | photos of steps, by their SHA-256, which events name as `photo` of \
`https://epcis-ledger.org/ns/ledger#`; there if there are any |"""
_COLUMNS: Final = """
## Columns of log.parquet

| column | type | is |
|---|---|---|"""
_LEAF: Final = """
A leaf is worked out again from its row:

```
leaf     = SHA-256(0x00 ‖ salt ‖ digest ‖ metadata)
digest   = SHA-256(length ‖ reading ‖ length ‖ content)
reading  = {"contexts", "prefixes", "syntax"}
metadata = {"capture_id", "kind", "organisation", "record_time", "sequence", "subject"}
```

The reading of master data has `vocabulary` too; that of entries that earlier releases took has not.
Lengths are 8 bytes, big-endian; `reading` and `metadata` JSON in UTF-8, members by name, without
white space; `record_time` there is in microseconds since 1970 UTC. The root over all leaves of a
whole export, in order, is that of `checkpoint.txt` (RFC 9162, section 2.1.1).

Anything that reads Parquet can ask it, such as DuckDB:

```sql
SELECT event_time, biz_step, subject FROM 'log.parquet' WHERE kind = 'event' ORDER BY 1;
```"""
_END: Final = """
## Use it

`epcis import FOLDER -o LEDGER` makes a ledger of it again."""


def readme(part: LedgerPart, formats: frozenset[str], signed: SignedCheckpoint, day: date) -> str:
    """Return the README as Markdown.

    Args:
        part: of the ledger that was exported.
        formats: what the folder holds: `parquet`, `epcis`.
        signed: the checkpoint that it is of.
        day: when it was made, in UTC.
    """
    return "\n".join(_lines(part, formats, signed, day)) + "\n"


def _lines(
    part: LedgerPart, formats: frozenset[str], signed: SignedCheckpoint, day: date
) -> Iterator[str]:
    what = "A whole event ledger" if part.parties is None else "A part of an event ledger"
    yield f"# {what}, exported on {day.isoformat()}"
    yield _ABOUT
    yield f"The log had {signed.size} entries; its checkpoint is `checkpoint.txt`."
    if part.parties is not None:
        yield _PART
        yield from (f"- {party}" for party in part.parties)
    yield _FILES
    yield _PHOTOS
    if "epcis" in formats:
        yield _EPCIS
    if "parquet" in formats:
        yield _PARQUET
        yield _COLUMNS
        for name, (kind, meaning) in COLUMNS.items():
            yield f"| `{name}` | {kind} | {meaning} |"
        yield _LEAF
    yield _END
