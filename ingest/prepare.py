"""From an event as read to an event ready to be stored: rules, identity, hash, facts."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO

from epcis_core.access.ownership import Ownership
from epcis_core.codecs.document import DocumentReader, ReadEvent
from epcis_core.codecs.limits import Limits
from epcis_core.codecs.sniff import open_document
from epcis_core.findings import Finding, Where, finding, has_errors, in_mode
from epcis_core.rules import check_event, check_head
from epcis_core.rules.ownership import foreign_claims
from epcis_core.store.derived import derived_from
from epcis_core.store.memory import ROWS_TOGETHER, Together
from epcis_core.store.rows import NewEvent
from ingest.sheets.own import Own
from ingest.sheets.reader import open_sheet


@dataclass(frozen=True, slots=True)
class Prepared:
    """An event that passed, or what kept it out.

    Attributes:
        index: its position in the document.
        new: the event to store; None where the findings hold an error.
        findings: everything found, in the mode asked for, with places in the file.
        event_id: as given or minted; None where an event without one did not pass.
        size: of its text, in characters.
        locate: turns a pointer from the event's root into a place in the file.
    """

    index: int
    new: NewEvent | None
    findings: tuple[Finding, ...]
    event_id: str | None
    size: int
    locate: Callable[[str], Where]


def opened(
    source: BinaryIO,
    limits: Limits,
    prefixes: Mapping[str, str] | None,
    *,
    takes_sheets: bool = True,
    own: Own | None = None,
) -> DocumentReader | Finding:
    """Open a document.

    Args:
        source: its bytes; it must be possible to go back to the start.
        limits: how much is taken.
        prefixes: what prefixes stand for where a document in JSON does not say.
        takes_sheets: whether it may be a spreadsheet, too.
        own: what a spreadsheet may take for granted of whoever sends it.

    Returns:
        What reads it, or why nothing can.
    """
    sheet = open_sheet(source, limits, own) if takes_sheets else None
    if sheet is not None:
        return sheet
    reader = open_document(source, limits)
    if prefixes and not isinstance(reader, Finding) and reader.envelope.syntax == "json":
        namespaces = reader.envelope.namespaces
        namespaces = replace(namespaces, prefixes={**prefixes, **namespaces.prefixes})
        reader.envelope = replace(reader.envelope, namespaces=namespaces)
    return reader


def events_of(reader: DocumentReader, limits: Limits) -> Iterator[ReadEvent]:
    """Yield a document's events, as long as they are not too many, or too large in a row.

    If they are, the reader's findings say so.
    """
    together = Together()
    for number, read in enumerate(reader.events()):
        if number == limits.events:
            found = finding("too_many_events", at=read.locate(""), limit=limits.events)
            reader.findings.append(found)
            return
        together.add(len(read.text.encode()))
        if together.size > limits.events_size:
            at, limit = read.locate(""), limits.events_size
            reader.findings.append(
                finding("events_too_large", at=at, number=ROWS_TOGETHER, limit=limit)
            )
            return
        yield read


def findings_of(read: ReadEvent, *, lenient: bool) -> tuple[Finding, ...]:
    """Return everything that is wrong with an event, structure first, then rules."""
    found = list(read.findings)
    if read.event is not None:
        found += [read.placed(one) for one in check_event(read.event, read.namespaces, read.syntax)]
    return tuple(in_mode(found, lenient=lenient))


def findings_of_document(reader: DocumentReader, *, lenient: bool) -> list[Finding]:
    """Return what is wrong with a document beside its events, once these have all been read."""
    envelope = reader.envelope
    found = list(reader.findings)
    if envelope.head is not None:
        by_rules = list(check_head(envelope.head, envelope.namespaces, envelope.syntax))
        locate = reader.locate_head() if by_rules else Where
        found += [replace(one, where=locate(one.where.pointer or "")) for one in by_rules]
    return in_mode(found, lenient=lenient)


def prepare(
    read: ReadEvent,
    *,
    organisation: str,
    lenient: bool = False,
    ownership: Ownership | None = None,
) -> Prepared:
    """Check an event and work out everything the ledger keeps of it.

    Args:
        read: the event as its codec read it.
        organisation: who captures it.
        lenient: turn the errors that the catalogue allows into warnings.
        ownership: what belongs to it; None where it may speak for everybody.
    """
    found = findings_of(read, lenient=lenient)
    event, namespaces = read.event, read.namespaces
    if event is not None and ownership is not None:
        # How heavy these are is the province's choice, which nobody's request softens.
        found += tuple(read.placed(one) for one in foreign_claims(event, ownership))
    if event is None or has_errors(found):
        given = event.event_id if event is not None else None
        return Prepared(read.index, None, found, given, len(read.text), read.locate)
    new = derived_from(
        event, namespaces, text=read.text, position=read.index, organisation=organisation
    )
    event_id = new.facts.event_id
    return Prepared(read.index, new, found, event_id, len(read.text), read.locate)


def findings_at_end(reader: DocumentReader, events: int, *, lenient: bool) -> list[Finding]:
    """Return what is wrong with the document as a whole, once its events have been read."""
    found = findings_of_document(reader, lenient=lenient)
    head = reader.envelope.head
    # In JSON a document without events is how master data are sent.
    has_master_data = reader.envelope.kind == "EPCISMasterDataDocument" or (
        head is not None and any(one.vocabulary_element_list for one in head.vocabularies)
    )
    if not events and not has_master_data and not has_errors(found):
        found.append(finding("no_events"))
    return found


def conflict(one: Prepared) -> Finding:
    """Return that there is another event under the id of an event."""
    return finding("event_id_conflict", at=one.locate("/eventID"), event_id=one.event_id)


def erased(one: Prepared) -> Finding:
    """Return that an event was here until its content was erased, and is not taken again."""
    return finding("event_erased", at=one.locate("/eventID"), event_id=one.event_id)


def stays_withdrawn(one: Prepared) -> Finding:
    """Return that an event was declared wrong before, and that to send it again changes nothing."""
    return finding("event_withdrawn", at=one.locate(""))
