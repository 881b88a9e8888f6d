"""Capture: from bytes to an acknowledgement that holds.

A document is stored whole or not at all (`rollback`), or event by event (`proceed`). In both cases
one transaction carries it, so that a crash leaves nothing half done; what is acknowledged is on
disk.
"""

import hashlib
import io
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import BinaryIO, Final, TypedDict, Unpack

import orjson

from epcis_core.codecs.document import Envelope
from epcis_core.codecs.jsonld import JsonLdReader
from epcis_core.codecs.sniff import open_document
from epcis_core.findings import Finding, Severity, finding, has_errors, in_mode
from epcis_core.store.append import Append, CaptureHead, Outcome
from epcis_core.store.captures import CaptureRecord, head_digest, record_capture
from epcis_core.store.ledger import Ledger
from ingest.prepare import Prepared, prepare
from ingest.report import MAX_EVENTS_LISTED, CaptureReport, CheckReport, EventReport, EventStatus

DEFAULT_ORGANISATION: Final = "operator"
"""Who captures as long as there are no accounts."""

_BATCH: Final = 1000
_BATCH_SIZE: Final = 8 * 2**20  # characters; what they are read into takes ten times as much

Progress = Callable[[int, int], None]
"""Called with bytes read and events done."""


class _RolledBackError(Exception):
    """Leaves the transaction without committing it."""


class CaptureOptions(TypedDict, total=False):
    """What may be said with a capture; see `capture_stream`."""

    file_name: str
    now: int
    organisation: str
    proceed: bool
    lenient: bool
    progress: Progress | None


def capture_stream(
    ledger: Ledger,
    source: BinaryIO,
    *,
    file_name: str,
    now: int,
    organisation: str = DEFAULT_ORGANISATION,
    proceed: bool = False,
    lenient: bool = False,
    progress: Progress | None = None,
) -> CaptureReport:
    """Capture one document.

    Args:
        ledger: where to.
        source: its bytes; it must be possible to go back to the start.
        file_name: what the report calls it.
        now: the clock, microseconds since 1970 UTC.
        organisation: who sends it.
        proceed: store the events without errors even where others have some.
        lenient: turn the errors that the catalogue allows into warnings.
        progress: told after every batch.

    Returns:
        The report; its `status` is `rejected` where nothing was stored because of errors.

    Raises:
        StoreError: the ledger cannot be written.
    """
    report = CaptureReport(file_name, str(uuid.uuid4()))
    head = CaptureHead(report.capture_id, organisation, now)
    measured = _measured(source)
    reader = open_document(source)
    if isinstance(reader, Finding):
        report.findings.append(reader)
        report.status = "rejected"
    else:
        with suppress(_RolledBackError), ledger.writing() as cursor:
            append = Append(cursor, head)
            _append_all(append, reader, report, lenient=lenient, progress=progress)
            _judge(report, proceed=proceed)
            if report.status == "rejected":
                _take_back(report)
                raise _RolledBackError
            append.finish(reader.envelope)
            record = _record(report, head, append.record_time, measured, reader.envelope)
            record_capture(cursor, record)
    if report.status == "rejected":
        with ledger.writing() as cursor:
            record = _record(report, head, Append(cursor, head).record_time, measured)
            record_capture(cursor, record)
    return report


def capture_bytes(ledger: Ledger, data: bytes, **options: Unpack[CaptureOptions]) -> CaptureReport:
    """Capture one document that stands in memory; options as for `capture_stream`."""
    return capture_stream(ledger, io.BytesIO(data), **options)


def check_stream(source: BinaryIO, *, file_name: str, lenient: bool = False) -> CheckReport:
    """Check one document without storing anything.

    Args:
        source: its bytes; it must be possible to go back to the start.
        file_name: what the report calls it.
        lenient: turn the errors that the catalogue allows into warnings.

    Returns:
        The report. A valid document can be captured, unless the ledger holds other events under
        the ids of its events.
    """
    report = CheckReport(file_name)
    reader = open_document(source)
    if isinstance(reader, Finding):
        report.findings.append(reader)
        return report
    report.format = reader.envelope.syntax
    seen: dict[str, bytes] = {}
    for read in reader.events():
        one = prepare(read, organisation="", lenient=lenient)
        report.events += 1
        report.findings += one.findings
        new = one.new
        if new is not None and seen.setdefault(new.identity, new.content) != new.content:
            report.findings.append(_conflict(one))
    report.findings += in_mode(_of_document(reader, report.events), lenient=lenient)
    report.version = reader.envelope.version
    return report


def _conflict(one: Prepared) -> Finding:
    return finding("event_id_conflict", at=one.locate("/eventID"), event_id=one.event_id)


def _append_all(
    append: Append,
    reader: JsonLdReader,
    report: CaptureReport,
    *,
    lenient: bool,
    progress: Progress | None,
) -> None:
    append.read_with(reader.envelope)
    organisation = append.head.organisation
    prepared = (
        prepare(read, organisation=organisation, lenient=lenient) for read in reader.events()
    )
    done = 0
    for batch in _batches(prepared):
        outcomes = iter(append.events([one.new for one in batch if one.new is not None]))
        for one in batch:
            _tell(report, one, next(outcomes) if one.new is not None else None)
        done += len(batch)
        if progress is not None:
            progress(reader.bytes_read, done)
    report.findings += in_mode(_of_document(reader, done), lenient=lenient)
    report.counts["warnings"] += _warnings(report.findings)


def _of_document(reader: JsonLdReader, events: int) -> list[Finding]:
    """Return what is wrong with the document as a whole, once its events have been read."""
    found = list(reader.findings)
    if not events and not has_errors(found):
        found.append(finding("no_events"))
    return found


def _batches(prepared: Iterable[Prepared]) -> Iterator[list[Prepared]]:
    batch: list[Prepared] = []
    size = 0
    for one in prepared:
        batch.append(one)
        size += one.size
        if len(batch) == _BATCH or size > _BATCH_SIZE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _tell(report: CaptureReport, one: Prepared, outcome: Outcome | None) -> None:
    found = one.findings
    status: EventStatus = "rejected"
    if outcome is not None and outcome.status == "conflict":
        found = (*found, _conflict(one))
    elif outcome is not None and outcome.status != "conflict":
        status = outcome.status
    report.counts["duplicate" if status == "witness" else status] += 1
    report.witnesses += status == "witness"
    report.counts["warnings"] += _warnings(found)
    if len(report.events) < MAX_EVENTS_LISTED or (
        found and len(report.events) < 2 * MAX_EVENTS_LISTED
    ):
        hashed = one.new.hash if one.new is not None else None
        sequence = outcome.sequence if outcome is not None else None
        report.events.append(EventReport(one.index, one.event_id, hashed, status, sequence, found))


def _warnings(found: Iterable[Finding]) -> int:
    return sum(one.severity is Severity.WARNING for one in found)


def _judge(report: CaptureReport, *, proceed: bool) -> None:
    """Decide whether the document stands: findings of its own, and errors unless `proceed`."""
    if has_errors(report.findings):
        report.status = "rejected"
    elif report.counts["rejected"]:
        stays = proceed and (report.counts["accepted"] or report.counts["duplicate"])
        report.status = "partial" if stays else "rejected"


def _take_back(report: CaptureReport) -> None:
    """Say of every event that nothing was stored."""
    report.counts["rejected"] += report.counts["accepted"] + report.witnesses
    report.counts["duplicate"] -= report.witnesses
    report.counts["accepted"] = report.witnesses = 0
    report.events = [
        replace(
            event,
            status="rolled_back",
            sequence=None,
            findings=(*event.findings, finding("rolled_back")),
        )
        if event.status in {"accepted", "witness"}
        else event
        for event in report.events
    ]


def _record(
    report: CaptureReport,
    head: CaptureHead,
    record_time: int,
    measured: tuple[int, bytes],
    envelope: Envelope | None = None,
) -> CaptureRecord:
    """Return what the book of captures keeps of a capture."""
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


def _measured(source: BinaryIO) -> tuple[int, bytes]:
    """Return size and SHA-256 of the bytes, and go back to the start."""
    start = source.tell()
    digest = hashlib.sha256()
    size = 0
    while chunk := source.read(1 << 20):
        digest.update(chunk)
        size += len(chunk)
    source.seek(start)
    return size, digest.digest()
