"""Checking a document: everything that capture would say of it, and nothing stored."""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from epcis_core.access.ownership import Ownership
from epcis_core.codecs.document import DocumentReader
from epcis_core.codecs.limits import Limits
from epcis_core.findings import Finding, capped
from epcis_core.rules.profile_check import ProfileCheck
from epcis_core.rules.profiles import Profile
from epcis_core.store.master_data import all_known
from ingest.prepare import conflict, events_of, findings_at_end, opened, prepare
from ingest.report import MAX_LIKE_FINDINGS, CheckReport, Progress
from ingest.seen import Seen
from ingest.sheets.own import Own


def check_stream(
    source: BinaryIO,
    *,
    file_name: str,
    lenient: bool = False,
    profile: Profile | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
    prefixes: Mapping[str, str] | None = None,
    ownership: Ownership | None = None,
    takes_sheets: bool = True,
    own: Own | None = None,
) -> CheckReport:
    """Check one document without storing anything.

    Args:
        source: its bytes; it must be possible to go back to the start.
        file_name: what the report calls it.
        lenient: turn the errors that the catalogue allows into warnings.
        profile: what a law wants to be said beside; its findings weigh what it says in both modes.
        limits: how much is taken before the document is refused.
        progress: told whenever the reader has come further in the file.
        prefixes: what prefixes of extensions stand for where a document in JSON does not say.
        ownership: what belongs to whoever would send it; None where it may speak for everybody.
        takes_sheets: whether it may be a spreadsheet, too.
        own: what a spreadsheet may take for granted of whoever sends it.

    Returns:
        The report. A valid document can be captured, unless the ledger holds other events under
        the ids of its events.
    """
    report = CheckReport(file_name)
    limits = limits or Limits()
    reader = opened(source, limits, prefixes, takes_sheets=takes_sheets, own=own)
    if isinstance(reader, Finding):
        report.findings.append(reader)
        return report
    report.format = reader.format
    judge = ProfileCheck(profile) if profile is not None else None
    found = _checked(reader, report, judge, limits, ownership, lenient=lenient, progress=progress)
    report.findings += capped(found, MAX_LIKE_FINDINGS)
    report.version = reader.envelope.version
    if reader.envelope.head is not None:
        report.elements = all_known(reader.envelope.head).known
    return report


def _checked(
    reader: DocumentReader,
    report: CheckReport,
    judge: ProfileCheck | None,
    limits: Limits,
    ownership: Ownership | None,
    *,
    lenient: bool,
    progress: Progress | None,
) -> Iterator[Finding]:
    """Yield what is wrong with a document, and count its events in the report."""
    seen = Seen()
    told = 0
    for read in events_of(reader, limits):
        one = prepare(read, organisation="", lenient=lenient, ownership=ownership)
        report.events += 1
        yield from one.findings
        if judge is not None and read.event is not None:
            yield from judge.event(read.event, read.namespaces, read.locate)
        if one.new is not None and seen.differs(one.new.identity, one.new.content):
            yield conflict(one)
        if progress is not None and reader.bytes_read != told:
            told = reader.bytes_read
            progress(told, report.events)
    yield from findings_at_end(reader, report.events, lenient=lenient)
    if judge is not None:
        head = reader.envelope.head
        yield from judge.master_data(head.vocabularies if head is not None else ())
