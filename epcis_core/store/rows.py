"""From an event and its facts to the rows of each table, in one ordered list of writers.

What comes later joins the list; capture does not change.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from epcis_core.model.events import EpcisEvent
from epcis_core.model.references import Role
from epcis_core.model.times import microseconds
from epcis_core.provenance.facts import EventFacts

_TEXT = pa.string()
_TEXTS = pa.list_(pa.string())
_TIME = pa.timestamp("us")
_COUNT = pa.int64()
_BYTES = pa.binary()


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that is about to be stored.

    Attributes:
        event: the event.
        facts: what provenance keeps of it; its `event_id` is the one that counts.
        text: its characters as received.
        position: its index in its document.
        hash: event hash ID, of `hash_variant`.
        content: digest of its canonical content, error declaration included.
        identity: what makes it one and the same event.
    """

    event: EpcisEvent
    facts: EventFacts
    text: str
    position: int
    hash: str
    hash_variant: str
    content: bytes

    @property
    def identity(self) -> str:
        """Its id; an error declaration, the one legal repeat, is told apart by its content."""
        if self.facts.retracts:
            return f"{self.facts.event_id} declared {self.content.hex()}"
        return self.facts.event_id


@dataclass(frozen=True, slots=True)
class StoredAs:
    """Where an event stands in the ledger, for its rows."""

    sequence: int
    record_time: int
    capture_id: str
    envelope: int
    organisation: str


Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class RowWriter:
    """Rows of one table per event.

    Attributes:
        table: the table.
        schema: its columns, in the table's order.
        rows: from an event and its place to its rows.
    """

    table: str
    schema: pa.Schema
    rows: Callable[[NewEvent, StoredAs], Iterator[Row]]


def _event(new: NewEvent, at: StoredAs) -> Iterator[Row]:
    facts, declaration = new.facts, new.event.error_declaration
    ends = [end.partition(" ") for end in (*facts.sources, *facts.destinations)]
    places = {key for kind, _, key in ends if kind == "location"}
    places |= {place for place in (facts.read_point, facts.biz_location) if place}
    yield (
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
        sorted({key for kind, _, key in ends if kind != "location"}),
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


def _reference(new: NewEvent, at: StoredAs) -> Iterator[Row]:
    for named in new.facts.named:
        yield (
            named.object, at.sequence, new.facts.time, named.role.value, named.quantity, named.uom
        )  # fmt: skip


def _mark(new: NewEvent, at: StoredAs) -> Iterator[Row]:
    facts = new.facts
    kinds = {"AggregationEvent": "aggregation", "AssociationEvent": "association"}
    if facts.type not in kinds:
        return
    parents = facts.objects(Role.PARENT)
    container = parents[0].object if parents else None
    children = facts.objects(Role.CHILD)
    fixed = (at.sequence, facts.time, kinds[facts.type], facts.action)
    for child in children:
        yield (container, child.object, *fixed, child.quantity, child.uom)
    if not children:
        yield (container, None, *fixed, None, None)


def _membership(new: NewEvent, at: StoredAs) -> Iterator[Row]:
    for member, lot in new.facts.memberships:
        yield member, lot, at.sequence


def _ilmd(new: NewEvent, at: StoredAs) -> Iterator[Row]:
    for subject, name, value in new.facts.attributes:
        yield subject, at.sequence, name, value


def _schema(**columns: pa.DataType) -> pa.Schema:
    return pa.schema(list(columns.items()))


WRITERS: Final[tuple[RowWriter, ...]] = (
    RowWriter(
        "event",
        _schema(
            sequence=_COUNT,
            record_time=_TIME,
            capture_id=_TEXT,
            envelope=_COUNT,
            position=_COUNT,
            organisation=_TEXT,
            identity=_TEXT,
            event_id=_TEXT,
            minted=pa.bool_(),
            event_type=_TEXT,
            event_time=_TIME,
            event_offset=_TEXT,
            action=_TEXT,
            biz_step=_TEXT,
            disposition=_TEXT,
            read_point=_TEXT,
            biz_location=_TEXT,
            transformation_id=_TEXT,
            transactions=_TEXTS,
            sources=_TEXTS,
            destinations=_TEXTS,
            parties=_TEXTS,
            places=_TEXTS,
            retracts=_TEXT,
            declared_at=_TIME,
            reason=_TEXT,
            corrective=_TEXTS,
            hash=_TEXT,
            hash_variant=_TEXT,
            content=_BYTES,
            body=_TEXT,
        ),
        _event,
    ),
    RowWriter(
        "reference",
        _schema(
            object=_TEXT, sequence=_COUNT, event_time=_TIME, role=_TEXT, quantity=_TEXT, uom=_TEXT
        ),
        _reference,
    ),
    RowWriter(
        "mark",
        _schema(
            container=_TEXT,
            content=_TEXT,
            sequence=_COUNT,
            event_time=_TIME,
            kind=_TEXT,
            action=_TEXT,
            quantity=_TEXT,
            uom=_TEXT,
        ),
        _mark,
    ),
    RowWriter("membership", _schema(member=_TEXT, lot=_TEXT, sequence=_COUNT), _membership),
    RowWriter("ilmd", _schema(object=_TEXT, sequence=_COUNT, name=_TEXT, value=_TEXT), _ilmd),
)
"""Every table that gets rows from an event, in order of writing."""

ENTRY: Final = _schema(
    sequence=_COUNT,
    kind=_TEXT,
    record_time=_TIME,
    capture_id=_TEXT,
    organisation=_TEXT,
    salt=_BYTES,
    leaf=_BYTES,
)
"""Columns of the log."""


def table_of(schema: pa.Schema, rows: list[Row]) -> pa.Table:
    """Return rows as an Arrow table with the given columns."""
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    arrays = [
        pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)
