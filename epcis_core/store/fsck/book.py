"""The book of captures and the heads of documents, against what stands in them."""

import io
import re
from collections.abc import Iterator
from typing import Any, Final

import duckdb
import orjson

from epcis_core.codecs.document import Envelope
from epcis_core.codecs.limits import Limits
from epcis_core.codecs.sniff import open_document
from epcis_core.errors import ParseError
from epcis_core.findings import Finding, finding
from epcis_core.proof.leaf import content_digest
from epcis_core.store.fsck.places import at_row, differing
from epcis_core.store.fsck.reports import Told, differences_in_reports
from epcis_core.store.reading import Reading

_AT_ONCE: Final = 200  # documents; a report may be large
_UNBOUNDED: Final = 2**62
_LIMITS: Final = Limits(
    value_size=_UNBOUNDED, entries=_UNBOUNDED, attributes=_UNBOUNDED, context_size=_UNBOUNDED
)
"""What was taken once is read again, whatever the limits were then."""

_DECLARATION: Final = re.compile(r"\s*<\?xml\s[^>]*\?>")
_COUNTS: Final = ("accepted", "duplicate", "rejected", "warnings")
_BARE: Final = ("event", "2.0")

_ENVELOPES: Final = (
    "SELECT v.envelope, v.syntax, v.kind, v.version, v.prefixes, v.contexts, v.head, "
    "c.head_digest, v.sequence FROM envelope v LEFT JOIN capture c USING (capture_id) "
    "WHERE v.envelope > ? ORDER BY v.envelope LIMIT ?"
)


def differences_in_book(cursor: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    """Yield where a capture is booked otherwise than its report says, and this than the log.

    Args:
        cursor: a reader's.
    """
    rows = cursor.execute(
        "SELECT capture_id, report, coalesce(n.receipts, 0), file_name, status, accepted, "
        "duplicate, rejected, warnings FROM capture LEFT JOIN (SELECT capture_id, count(*) AS "
        "receipts FROM entry WHERE kind = 'receipt' GROUP BY capture_id) n USING (capture_id)"
    )
    beside = cursor.cursor()
    while some := rows.fetchmany(_AT_ONCE):
        readable: list[Told] = []
        for capture_id, report, receipts, *booked in some:
            try:
                told: dict[str, Any] = orjson.loads(report)
                counts = told["counts"]
                said = [told["file"], told["status"], *(counts[name] for name in _COUNTS)]
                readable.append(Told.read(capture_id, told, receipts))
            except (ValueError, LookupError, TypeError) as error:
                at = at_row("capture", capture_id, "report")
                yield finding("report_unreadable", at=at, capture=capture_id, reason=str(error))
                continue
            if told.get("capture_id") != capture_id:
                yield differing("capture", capture_id, "capture_id", told.get("capture_id"), "")
            for name, one, other in zip(
                ("file_name", "status", *_COUNTS), said, booked, strict=True
            ):
                if one != other:
                    yield differing("capture", capture_id, name, one, other)
        yield from differences_in_reports(beside, readable)


def differences_in_heads(cursor: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    """Yield where a document's head says something else than the ledger says of it.

    Args:
        cursor: a reader's.
    """
    after = -1
    while rows := cursor.execute(_ENVELOPES, [after, _AT_ONCE]).fetchall():
        for envelope, *row in rows:
            try:
                yield from _differences(f"envelope {envelope}", tuple(row))
            except (ParseError, ValueError, LookupError, TypeError) as error:
                at = at_row("envelope", f"envelope {envelope}")
                yield finding("entry_unreadable", at=at, sequence=row[-1], reason=str(error))
        after = rows[-1][0]


def _differences(row: str, kept: tuple[Any, ...]) -> Iterator[Finding]:
    syntax, kind, version, prefixes, contexts, head, booked, sequence = kept
    text = head or ""
    digest = content_digest(Reading.stored(syntax, prefixes, contexts).as_bytes(), text.encode())
    if digest != booked:
        yield differing("envelope", row, "head", booked, digest)
    if bool(text) != (sequence is not None):
        yield differing("envelope", row, "sequence", len(text), sequence)
    found = _BARE if not text else _said_by(text)
    for column, expected, actual in zip(("kind", "version"), found, (kind, version), strict=True):
        if expected != actual:
            yield differing("envelope", row, column, expected, actual)


def _said_by(head: str) -> tuple[str, str]:
    """Return which document a head is of, and its version.

    Raises:
        ParseError: it is none.
    """
    text = _DECLARATION.sub("", head, count=1)  # it names the encoding that the file had
    reader = open_document(io.BytesIO(text.encode()), _LIMITS)
    if isinstance(reader, Finding):
        raise ParseError(reader.message)
    for _ in reader.events():
        pass
    envelope: Envelope = reader.envelope
    return envelope.kind, envelope.version
