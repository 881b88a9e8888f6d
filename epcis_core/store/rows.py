"""From an event and its facts to the rows of each table, in one ordered list of writers.

What comes later joins the list; capture does not change.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from epcis_core.model.events import EpcisEvent
from epcis_core.model.namespaces import Namespaces
from epcis_core.model.references import Role, has_classes, object_references
from epcis_core.model.times import microseconds
from epcis_core.provenance.facts import EventFacts
from epcis_core.store.content import content_of
from epcis_core.store.fact_rows import ends_of
from epcis_core.store.tables import CONTENT, EVENT, ILMD, MARK, MEMBERSHIP, REFERENCE, Row, Table

_UUID: Final = "urn:uuid:"
_MARKS: Final = {"AggregationEvent": "aggregation", "AssociationEvent": "association"}


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that is about to be stored.

    Attributes:
        event: the event.
        namespaces: the prefixes in force inside it.
        facts: what provenance keeps of it; its `event_id` is the one that counts.
        text: its characters as received.
        position: its index in its document.
        hash: event hash ID, of `hash_variant`.
        content: digest of its canonical content, error declaration included.
        declared: of an error declaration, the content that the event must have which it is about;
            None for all other events.
    """

    event: EpcisEvent
    namespaces: Namespaces
    facts: EventFacts
    text: str
    position: int
    hash: str
    hash_variant: str
    content: bytes
    declared: bytes | None = None

    @property
    def identity(self) -> str:
        """What makes it one and the same event: its id.

        An error declaration, the one legal repeat of an id, is told apart by its content.
        """
        own = self.identity_declared
        return f"{own} declared {self.content.hex()}" if self.facts.retracts else own

    @property
    def identity_declared(self) -> str:
        """The identity of the event of its id that is no error declaration.

        A UUID is the same in capital letters (RFC 9562, section 4).
        """
        event_id = self.facts.event_id
        return event_id.lower() if event_id[: len(_UUID)].lower() == _UUID else event_id


class StoredAs(NamedTuple):
    """Where an event stands in the ledger, for its rows.

    Attributes:
        sequence: its place in the log.
        record_time: when the ledger took it, microseconds since 1970 UTC.
        capture_id: the capture it came with.
        envelope: what it needs to be read again.
        organisation: who sent it.
    """

    sequence: int
    record_time: int
    capture_id: str
    envelope: int
    organisation: str


@dataclass(frozen=True, slots=True)
class RowWriter:
    """Rows of one table per event.

    Attributes:
        table: where to.
        rows: from an event and its place to its rows.
    """

    table: Table
    rows: Callable[[NewEvent, StoredAs], Iterable[Row]]


def _event(new: NewEvent, at: StoredAs) -> Iterable[Row]:
    facts, declaration = new.facts, new.event.error_declaration
    parties, places = ends_of(facts)
    row = (
        at.sequence,
        at.record_time,
        at.capture_id,
        at.envelope,
        new.position,
        at.organisation,
        new.identity,
        facts.event_id,
        new.event.event_id is None,
        facts.type,
        facts.time,
        facts.offset,
        facts.action,
        facts.biz_step,
        facts.disposition,
        facts.read_point,
        facts.biz_location,
        facts.transformation_id,
        facts.transactions,
        facts.sources,
        facts.destinations,
        sorted(parties),
        sorted(places),
        facts.event_id if facts.retracts else None,
        microseconds(declaration.declaration_time) if declaration else None,
        facts.reason,
        facts.corrective,
        new.hash,
        new.hash_variant,
        new.content,
        new.text,
    )
    return (row,)


def _reference(new: NewEvent, at: StoredAs) -> Iterable[Row]:
    sequence, time, named = at.sequence, new.facts.time, new.facts.named
    if not has_classes(new.event):
        return [
            (one, sequence, position, time, role, False, quantity, uom)
            for position, (one, role, quantity, uom) in enumerate(named)
        ]
    written = object_references(new.event)
    return [
        (one.object, sequence, position, time, one.role, said.is_class, one.quantity, one.uom)
        for position, (said, one) in enumerate(zip(written, named, strict=True))
    ]


def _mark(new: NewEvent, at: StoredAs) -> Iterable[Row]:
    facts = new.facts
    kind = _MARKS.get(facts.type)
    if kind is None:
        return ()
    container = next((one.object for one in facts.named if one.role is Role.PARENT), None)
    fixed = (at.sequence, facts.time, kind, facts.action)
    children = [
        (container, one.object, *fixed, one.quantity, one.uom)
        for one in facts.named
        if one.role is Role.CHILD
    ]
    return children or ((container, None, *fixed, None, None),)


def _membership(new: NewEvent, at: StoredAs) -> Iterable[Row]:
    return [(member, lot, at.sequence) for member, lot in new.facts.memberships]


def _ilmd(new: NewEvent, at: StoredAs) -> Iterable[Row]:
    return [
        (subject, at.sequence, position, name, value)
        for position, (subject, name, value) in enumerate(new.facts.attributes)
    ]


def _content(new: NewEvent, at: StoredAs) -> Iterable[Row]:
    return [
        (at.sequence, position, *row)
        for position, row in enumerate(content_of(new.event, new.namespaces))
    ]


WRITERS: Final[tuple[RowWriter, ...]] = (
    RowWriter(EVENT, _event),
    RowWriter(REFERENCE, _reference),
    RowWriter(MARK, _mark),
    RowWriter(MEMBERSHIP, _membership),
    RowWriter(ILMD, _ilmd),
    RowWriter(CONTENT, _content),
)
"""Every table that gets rows from an event, in order of writing."""
