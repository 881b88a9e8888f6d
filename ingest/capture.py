"""Capture: from bytes to an acknowledgement that holds.

A document is stored whole or not at all (`rollback`), or event by event (`proceed`). In both cases
one transaction carries it, so that a crash leaves nothing half done; what is acknowledged is on
disk.
"""

import io
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import BinaryIO, Final, Required, TypedDict, Unpack

from epcis_core.access.ownership import Ownership
from epcis_core.codecs.document import DocumentReader, ReadEvent
from epcis_core.codecs.limits import Limits
from epcis_core.findings import Finding, finding
from epcis_core.store.append import Append, Outcome
from epcis_core.store.captures import record_capture
from epcis_core.store.growing_log import CaptureHead
from epcis_core.store.ledger import Ledger
from ingest.book import Measured, book, measure, record_of
from ingest.earlier import EarlierRecords
from ingest.garbage import NO_LOOKS
from ingest.prepare import (
    Prepared,
    conflict,
    erased,
    events_of,
    findings_at_end,
    opened,
    prepare,
    stays_withdrawn,
)
from ingest.report import CaptureReport, EventReport, EventStatus, Progress, warnings
from ingest.sheets.own import Own
from ingest.sheets.reader import SheetReader

DEFAULT_ORGANISATION: Final = "operator"
"""Who captures as long as there are no accounts."""

_BATCH: Final = 1000
_BATCH_SIZE: Final = 8 * 2**20  # characters; what they are read into takes ten times as much


class _RolledBackError(Exception):
    """Leaves the transaction without committing it."""


class CaptureOptions(TypedDict, total=False):
    """What may be said with a capture; `now` must be. See `capture_into`."""

    now: Required[int]
    organisation: str
    ownership: Ownership | None
    proceed: bool
    lenient: bool
    limits: Limits | None
    progress: Progress | None
    prefixes: Mapping[str, str] | None
    own: Own | None
    give_way: Callable[[], None]


def capture_stream(
    ledger: Ledger, source: BinaryIO, *, file_name: str, **options: Unpack[CaptureOptions]
) -> CaptureReport:
    """Capture one document.

    Args:
        ledger: where to.
        source: its bytes; it must be possible to go back to the start.
        file_name: what the report calls it.
        **options: see `capture_into`.

    Returns:
        The report; its `status` is `rejected` where nothing was stored because of errors.

    Raises:
        StoreError: the ledger cannot be written.
    """
    report = CaptureReport(file_name, str(uuid.uuid4()))
    capture_into(report, ledger, source, **options)
    return report


def capture_bytes(
    ledger: Ledger, data: bytes, *, file_name: str, **options: Unpack[CaptureOptions]
) -> CaptureReport:
    """Capture one document that stands in memory; all else as for `capture_stream`."""
    return capture_stream(ledger, io.BytesIO(data), file_name=file_name, **options)


def capture_into(
    report: CaptureReport,
    ledger: Ledger,
    source: BinaryIO,
    *,
    now: int,
    organisation: str = DEFAULT_ORGANISATION,
    ownership: Ownership | None = None,
    proceed: bool = False,
    lenient: bool = False,
    limits: Limits | None = None,
    progress: Progress | None = None,
    prefixes: Mapping[str, str] | None = None,
    own: Own | None = None,
    give_way: Callable[[], None] = lambda: None,
) -> None:
    """Capture one document and tell in a report what becomes of its events, batch by batch.

    Whatever `source` or `progress` raise leaves nothing of the document in the ledger.

    Args:
        report: an empty one; it names the document and its capture.
        ledger: where to.
        source: the document's bytes; it must be possible to go back to the start.
        now: the clock, microseconds since 1970 UTC.
        organisation: who sends it.
        ownership: what belongs to it; None where it may speak for everybody.
        proceed: store the events without errors even where others have some.
        lenient: turn the errors that the catalogue allows into warnings.
        limits: how much is taken before the document is refused.
        progress: told after every batch.
        prefixes: what prefixes of extensions stand for where a document in JSON does not say.
        own: what a spreadsheet may take for granted of whoever sends it.
        give_way: called before each event; it may wait.

    Raises:
        StoreError: the ledger cannot be written.
    """
    head = CaptureHead(report.capture_id, organisation, now)
    measured = measure(source)
    limits = limits or Limits()
    reader = opened(source, limits, prefixes, own=own)
    if isinstance(reader, Finding):
        report.findings.append(reader)
        report.status = "rejected"
    else:
        if isinstance(reader, SheetReader):
            reader.earlier, reader.now = EarlierRecords(ledger, organisation), now
        events = _giving_way(events_of(reader, limits), give_way)
        with suppress(_RolledBackError), ledger.writing() as cursor:
            append = Append(cursor, head, hand_over=ledger.hand_over, kept_end=ledger.kept_end)
            _append_all(
                append, reader, events, report, ownership, lenient=lenient, progress=progress
            )
            _finish(append, reader, report, measured, proceed=proceed)
    if report.status == "rejected":
        book(ledger, report, head, measured)


def _finish(
    append: Append,
    reader: DocumentReader,
    report: CaptureReport,
    measured: Measured,
    *,
    proceed: bool,
) -> None:
    """Store what stands beside the events, and the capture itself.

    Raises:
        _RolledBackError: the document does not stand.
    """
    report.judge(proceed=proceed)
    if report.status == "rejected":
        report.take_back()
        raise _RolledBackError
    report.master_data = append.finish(reader.envelope)
    append.write()
    record = record_of(report, append.head, append.record_time, measured, reader.envelope)
    record_capture(append.cursor, record)


def _differing(one: Prepared, outcome: Outcome) -> Iterator[Finding]:
    """Yield what is wrong with an error declaration beside the event that it is about."""
    if outcome.differing:
        at = one.locate("/errorDeclaration" if one.new and one.new.declared else "/eventID")
        members = ", ".join(outcome.differing)
        yield finding("declaration_differs", at=at, event_id=one.event_id, members=members)


def _append_all(
    append: Append,
    reader: DocumentReader,
    events: Iterable[ReadEvent],
    report: CaptureReport,
    ownership: Ownership | None,
    *,
    lenient: bool,
    progress: Progress | None,
) -> None:
    append.read_with(reader.envelope)
    organisation = append.head.organisation
    prepared = (
        prepare(read, organisation=organisation, lenient=lenient, ownership=ownership)
        for read in events
    )
    done = 0
    while True:
        with NO_LOOKS:
            added = _append(append, _batch(prepared), report)
        if not added:
            break
        done += added
        if progress is not None:
            progress(reader.bytes_read, done)
    report.findings += findings_at_end(reader, done, lenient=lenient)
    report.counts["warnings"] += warnings(report.findings)


def _append(append: Append, batch: Sequence[Prepared], report: CaptureReport) -> int:
    """Append events, tell what became of them, and return how many they are."""
    if batch:
        outcomes = iter(append.events([one.new for one in batch if one.new is not None]))
        for one in batch:
            tell_outcome(report, one, next(outcomes) if one.new is not None else None)
    return len(batch)


def _giving_way(events: Iterable[ReadEvent], give_way: Callable[[], None]) -> Iterator[ReadEvent]:
    for read in events:
        give_way()
        yield read


def _batch(prepared: Iterator[Prepared]) -> list[Prepared]:
    """Return the next events; none where there are no more."""
    batch: list[Prepared] = []
    size = 0
    for one in prepared:
        batch.append(one)
        size += one.size
        if len(batch) == _BATCH or size > _BATCH_SIZE:
            break
    return batch


def tell_outcome(report: CaptureReport, one: Prepared, outcome: Outcome | None) -> None:
    """Tell in a report what became of an event; `outcome` is None where it did not pass."""
    found = one.findings
    status: EventStatus = "rejected"
    if outcome is not None:
        if outcome.status == "conflict":
            found = (*found, conflict(one))
        elif outcome.status == "erased":
            found = (*found, erased(one))
        else:
            status = outcome.status
            found = (*found, *_differing(one, outcome))
            if outcome.withdrawn:
                found = (*found, stays_withdrawn(one))
    hashed = one.new.hash if one.new is not None else None
    sequence = outcome.sequence if outcome is not None else None
    report.add(EventReport(one.index, one.event_id, hashed, status, sequence, found))
