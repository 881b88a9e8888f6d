"""Capture: from bytes to an acknowledgement that holds.

A document is stored whole or not at all (`rollback`), or event by event (`proceed`). In both cases
one transaction carries it, so that a crash leaves nothing half done; what is acknowledged is on disk.
"""

import hashlib
import io
import uuid
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import BinaryIO, Final

import orjson

from epcis_core.codecs.jsonld import JsonLdReader
from epcis_core.codecs.sniff import open_document
from epcis_core.findings import Finding, Severity, finding, has_errors, in_mode
from epcis_core.store.append import Append, CaptureHead, Outcome
from epcis_core.store.captures import record_capture
from epcis_core.store.ledger import Ledger
from ingest.prepare import Prepared, findings_of, prepare
from ingest.report import MAX_EVENTS_LISTED, CaptureReport, CheckReport, EventReport, EventStatus

DEFAULT_ORGANISATION: Final = "operator"
"""Who captures as long as there are no accounts."""

_BATCH: Final = 1000

Progress = Callable[[int, int], None]
"""Called with bytes read and events done."""


class _RolledBackError(Exception):
    """Leaves the transaction without committing it."""


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
    size, digest = _measured(source)
    reader = open_document(source)
    if isinstance(reader, JsonLdReader):
        try:
            with ledger.writing() as cursor:
                append = Append(cursor, head)
                _append_all(append, reader, report, lenient=lenient, progress=progress)
                _judge(report, proceed=proceed)
                if report.status == "rejected":
                    raise _RolledBackError
                if append.stored:
                    append.master_data(reader.envelope.head.vocabularies if reader.envelope.head else ())
                    append.document(reader.envelope)
                record_capture(cursor, head, append.record_time, *_bookkeeping(report, size, digest))
        except _RolledBackError:
            _take_back(report)
    else:
        report.findings.append(reader)
        report.status = "rejected"
    if report.status == "rejected":
        with ledger.writing() as cursor:
            record_capture(cursor, head, now, *_bookkeeping(report, size, digest))
    return report


def capture_bytes(ledger: Ledger, data: bytes, **options: object) -> CaptureReport:
    """Capture one document that stands in memory; options as for `capture_stream`."""
    return capture_stream(ledger, io.BytesIO(data), **options)  # type: ignore[arg-type]


def check_stream(source: BinaryIO, *, file_name: str, lenient: bool = False) -> CheckReport:
    """Check one document without storing anything; arguments as for `capture_stream`."""
    report = CheckReport(file_name)
    reader = open_document(source)
    if not isinstance(reader, JsonLdReader):
        report.findings.append(reader)
        return report
    report.format = "json"
    for read in reader.events():
        report.events += 1
        report.findings += findings_of(read, lenient=lenient)
    report.findings += in_mode(_of_document(reader, report.events), lenient=lenient)
    report.version = reader.envelope.version
    return report


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
    report.counts["warnings"] += sum(f.severity is Severity.WARNING for f in report.findings)


def _of_document(reader: JsonLdReader, events: int) -> list[Finding]:
    """Return what is wrong with the document as a whole, once its events have been read."""
    found = list(reader.findings)
    if not events and not has_errors(found):
        found.append(finding("no_events"))
    return found


def _batches(prepared: Iterable[Prepared]) -> Iterator[list[Prepared]]:
    iterator = iter(prepared)
    while batch := list(islice(iterator, _BATCH)):
        yield batch


def _tell(report: CaptureReport, one: Prepared, outcome: Outcome | None) -> None:
    found = one.findings
    status: EventStatus = "rejected"
    if outcome is not None and outcome.status == "conflict":
        found = (*found, finding("event_id_conflict", event_id=one.event_id))
    elif outcome is not None:
        status = outcome.status  # type: ignore[assignment]
    counted = {"accepted": "accepted", "duplicate": "duplicate", "witness": "duplicate"}
    report.counts[counted.get(status, "rejected")] += 1
    report.counts["warnings"] += sum(f.severity is Severity.WARNING for f in found)
    if len(report.events) < MAX_EVENTS_LISTED or found:
        report.events.append(
            EventReport(
                one.index,
                one.event_id,
                one.new.hash if one.new else None,
                status,
                outcome.sequence if outcome is not None else None,
                found,
            )
        )
        del report.events[2 * MAX_EVENTS_LISTED :]


def _judge(report: CaptureReport, *, proceed: bool) -> None:
    """Decide whether the document stands: findings of its own, and errors unless `proceed`."""
    if has_errors(report.findings):
        report.status = "rejected"
    elif report.counts["rejected"]:
        stays = proceed and (report.counts["accepted"] or report.counts["duplicate"])
        report.status = "partial" if stays else "rejected"


def _take_back(report: CaptureReport) -> None:
    """Say of every event that nothing was stored."""
    report.counts["rejected"] += report.counts["accepted"]
    report.counts["accepted"] = 0
    for index, event in enumerate(report.events):
        if event.status in {"accepted", "witness"}:
            report.events[index] = EventReport(
                event.index, event.event_id, event.hash, "rolled_back", None,
                (*event.findings, finding("rolled_back")),
            )  # fmt: skip


def _bookkeeping(report: CaptureReport, size: int, digest: bytes) -> tuple[object, ...]:
    counts = report.counts
    return (
        report.file, digest, size, report.status, counts["accepted"], counts["duplicate"],
        counts["rejected"], counts["warnings"], orjson.dumps(report.as_json()).decode(),
    )  # fmt: skip


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
