"""From an event as read to an event ready to be stored: rules, identity, hash, facts."""

from dataclasses import dataclass

from epcis_core.codecs.document import ReadEvent
from epcis_core.event_hash import HashVariant, content_digest, event_hash
from epcis_core.findings import Finding, has_errors, in_mode
from epcis_core.provenance.facts import facts_of
from epcis_core.rules import check_event
from epcis_core.store.rows import NewEvent


@dataclass(frozen=True, slots=True)
class Prepared:
    """An event that passed, or what kept it out.

    Attributes:
        index: its position in the document.
        new: the event to store; None where the findings hold an error.
        findings: everything found, in the mode asked for, with places in the file.
        event_id: as given, for the report of an event that did not pass.
    """

    index: int
    new: NewEvent | None
    findings: tuple[Finding, ...]
    event_id: str | None


def findings_of(read: ReadEvent, *, lenient: bool) -> tuple[Finding, ...]:
    """Return everything that is wrong with an event, structure first, then rules."""
    found = list(read.findings)
    if read.event is not None:
        found += [read.placed(one) for one in check_event(read.event, read.namespaces)]
    return tuple(in_mode(found, lenient=lenient))


def prepare(read: ReadEvent, *, organisation: str, lenient: bool = False) -> Prepared:
    """Check an event and work out everything the ledger keeps of it.

    Args:
        read: the event as its codec read it.
        organisation: who captures it.
        lenient: turn the errors that the catalogue allows into warnings.
    """
    found = findings_of(read, lenient=lenient)
    event = read.event
    if event is None or has_errors(found):
        return Prepared(read.index, None, found, event.event_id if event else None)
    hashed = event_hash(event, read.namespaces)
    event_id = event.event_id or hashed
    new = NewEvent(
        event=event,
        facts=facts_of(event, read.namespaces, event_id=event_id, organisation=organisation),
        text=read.text,
        position=read.index,
        hash=hashed,
        hash_variant=HashVariant.CBV_2_0_TEXT.value,
        content=content_digest(event, read.namespaces),
    )
    return Prepared(read.index, new, found, event_id)
