"""The book of captures: what was sent, by whom, and what its sender was told of it."""

import hashlib
import uuid
from collections.abc import Iterable
from typing import BinaryIO, NamedTuple

import orjson

from epcis_core.codecs.document import Envelope
from epcis_core.findings import Finding
from epcis_core.store.append import Append
from epcis_core.store.captures import CaptureRecord, head_digest, record_capture
from epcis_core.store.growing_log import CaptureHead
from epcis_core.store.ledger import Ledger
from ingest.report import CaptureReport


class Measured(NamedTuple):
    """Which bytes were sent.

    Attributes:
        size: how many.
        digest: their SHA-256.
    """

    size: int
    digest: bytes


def book_file(
    ledger: Ledger,
    source: BinaryIO,
    findings: Iterable[Finding],
    *,
    file_name: str,
    now: int,
    organisation: str,
) -> CaptureReport:
    """Put into the book of captures what is to be said of a file that is no document itself.

    Args:
        ledger: where to.
        source: the file's bytes, at their start.
        findings: about the file; with an error among them it was refused.
        file_name: what the report calls it.
        now: the clock, microseconds since 1970 UTC.
        organisation: who sends it.

    Raises:
        StoreError: the ledger cannot be written.
    """
    head = CaptureHead(str(uuid.uuid4()), organisation, now)
    report = CaptureReport(file_name, head.capture_id, findings=list(findings))
    report.judge(proceed=False)
    book(ledger, report, head, measure(source))
    return report


def book(ledger: Ledger, report: CaptureReport, head: CaptureHead, measured: Measured) -> int:
    """Put a capture into the book that brought nothing into the ledger.

    Returns:
        When the ledger took it, microseconds since 1970 UTC.
    """
    with ledger.writing() as cursor:
        record = record_of(report, head, Append(cursor, head).record_time, measured)
        record_capture(cursor, record)
    return record.record_time


def record_of(
    report: CaptureReport,
    head: CaptureHead,
    record_time: int,
    measured: Measured,
    envelope: Envelope | None = None,
) -> CaptureRecord:
    """Return what the book of captures keeps of a capture.

    Args:
        report: what its sender is told.
        head: who sends, and when.
        record_time: when the ledger takes it, microseconds since 1970 UTC.
        measured: the bytes that were sent.
        envelope: what the document is; None where it could not be read.
    """
    size, digest = measured
    return CaptureRecord(
        capture_id=head.capture_id,
        record_time=record_time,
        organisation=head.organisation,
        file_name=report.file,
        digest=digest,
        size=size,
        head_digest=head_digest(envelope) if envelope is not None else None,
        status=report.status,
        accepted=report.counts["accepted"],
        duplicate=report.counts["duplicate"],
        rejected=report.counts["rejected"],
        warnings=report.counts["warnings"],
        report=orjson.dumps(report.as_told()).decode(),
    )


def measure(source: BinaryIO) -> Measured:
    """Return size and SHA-256 of the bytes, and go back to the start."""
    start = source.tell()
    digest = hashlib.sha256()
    size = 0
    while chunk := source.read(1 << 20):
        digest.update(chunk)
        size += len(chunk)
    source.seek(start)
    return Measured(size, digest.digest())
