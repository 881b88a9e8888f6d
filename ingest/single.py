"""Documents of one event: each is read by itself, and stored together with those that wait.

Reading and judging take no turn of the writer. Whoever gets to write then stores what others have
brought meanwhile, too: with one look-up, one statement for each table and one commit for all. Each
document keeps its own capture and its own report, and one that is refused leaves the others as they
are.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from epcis_core.access.ownership import Ownership
from epcis_core.codecs.document import DocumentReader, Format
from epcis_core.codecs.limits import Limits
from epcis_core.findings import Finding
from epcis_core.store.append import Append
from epcis_core.store.captures import CaptureRecord, record_captures
from epcis_core.store.growing_log import CaptureHead
from epcis_core.store.ledger import Ledger
from epcis_core.store.together import Cursor
from ingest.book import Measured, book, measure, record_of
from ingest.capture import DEFAULT_ORGANISATION, tell_outcome
from ingest.prepare import Prepared, events_of, findings_at_end, opened, prepare
from ingest.report import CaptureReport, warnings


@dataclass(frozen=True, slots=True)
class SingleEvent:
    """A document of one event that has been read, and waits to be stored.

    Attributes:
        file_name: what its report calls it.
        head: who sends it, and when.
        measured: its bytes.
        reader: what has read it; None where nothing could.
        prepared: its event, or what kept it out; empty where it has none.
        findings: what is wrong with the document as a whole.
    """

    file_name: str
    head: CaptureHead
    measured: Measured
    reader: DocumentReader | None
    prepared: tuple[Prepared, ...]
    findings: tuple[Finding, ...]

    @property
    def format(self) -> Format | None:
        """What the document is; None where it could not be told."""
        return None if self.reader is None else self.reader.format

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """What is wrong with the event, and with the document."""
        return (*(found for one in self.prepared for found in one.findings), *self.findings)


class Captured(NamedTuple):
    """What became of a document.

    Attributes:
        report: what its sender is told.
        record_time: when the ledger took it, microseconds since 1970 UTC.
    """

    report: CaptureReport
    record_time: int


class _NotStandingError(Exception):
    """A document does not stand, and something of it has been added."""


def read_single(
    source: BinaryIO,
    *,
    file_name: str,
    now: int,
    organisation: str = DEFAULT_ORGANISATION,
    ownership: Ownership | None = None,
    limits: Limits,
    prefixes: Mapping[str, str] | None = None,
) -> SingleEvent:
    """Read a document of one event.

    Args:
        source: its bytes; it must be possible to go back to the start.
        file_name: what the report calls it.
        now: the clock, microseconds since 1970 UTC.
        organisation: who sends it.
        ownership: what belongs to it; None where it may speak for everybody.
        limits: how much is taken.
        prefixes: what prefixes of extensions stand for where a document in JSON does not say.
    """
    head = CaptureHead(str(uuid.uuid4()), organisation, now)
    measured = measure(source)
    reader = opened(source, limits, prefixes, takes_sheets=False)
    if isinstance(reader, Finding):
        return SingleEvent(file_name, head, measured, None, (), (reader,))
    prepared = tuple(
        prepare(read, organisation=organisation, ownership=ownership)
        for read in events_of(reader, limits)
    )
    findings = tuple(findings_at_end(reader, len(prepared), lenient=False))
    return SingleEvent(file_name, head, measured, reader, prepared, findings)


def capture_single(ledger: Ledger, single: SingleEvent) -> Captured:
    """Store a document of one event, in one transaction with those of others who wait.

    Returns:
        What became of it; it is on disk by then.

    Raises:
        StoreError: the ledger cannot be written.
    """
    try:
        return ledger.together.do(_store, (ledger, single))
    except _NotStandingError as refused:
        report: CaptureReport = refused.args[0]
        return Captured(report, book(ledger, report, single.head, single.measured))


def _store(cursor: Cursor, waiting: Sequence[tuple[Ledger, SingleEvent]]) -> list[Captured]:
    """Store documents in the order in which they came."""
    ledger, first = waiting[0]
    append = Append(cursor, first.head, hand_over=ledger.hand_over, kept_end=ledger.kept_end)
    append.look_up(
        [one.new.identity for _, single in waiting for one in single.prepared if one.new]
    )
    done: list[Captured] = []
    records: list[CaptureRecord] = []
    for _, single in waiting:
        append.begin(single.head)
        if _has_master_data(single):  # whether its sender has sent them before stands in the book
            record_captures(cursor, records)
            records.clear()
        report = _append(append, single)
        records.append(_record(report, single, append.record_time))
        done.append(Captured(report, append.record_time))
    append.write()
    record_captures(cursor, records)
    return done


def _append(append: Append, single: SingleEvent) -> CaptureReport:
    """Add a document, or nothing of it where it does not stand, and tell what became of it.

    Raises:
        _NotStandingError: it does not stand, and has been added.
    """
    report = CaptureReport(single.file_name, single.head.capture_id)
    if single.reader is not None:
        append.read_with(single.reader.envelope)
    outcomes = iter(append.events([one.new for one in single.prepared if one.new is not None]))
    for one in single.prepared:
        tell_outcome(report, one, next(outcomes) if one.new is not None else None)
    report.findings += single.findings
    report.counts["warnings"] += warnings(single.findings)
    report.judge(proceed=False)
    if report.status == "rejected":
        has_added = report.counts["accepted"] or report.witnesses
        report.take_back()
        if has_added:
            raise _NotStandingError(report)
    elif single.reader is not None:
        report.master_data = append.finish(single.reader.envelope)
    return report


def _record(report: CaptureReport, single: SingleEvent, record_time: int) -> CaptureRecord:
    stored = None if report.status == "rejected" else single.reader
    envelope = None if stored is None else stored.envelope
    return record_of(report, single.head, record_time, single.measured, envelope)


def _has_master_data(single: SingleEvent) -> bool:
    head = None if single.reader is None else single.reader.envelope.head
    return head is not None and bool(head.vocabularies)
