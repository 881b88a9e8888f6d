"""What the page of an event shows: its sentence, its fields in words, and what it names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.access.asker import Asker
from api.access.redaction import shows_capture
from api.web import times
from api.web.naming import Namer, event_link
from api.web.words import declaration, sentence
from epcis_core.model.base import Number
from epcis_core.model.events import EpcisEvent
from epcis_core.model.times import utc_text
from epcis_core.provenance.facts import EventFacts, facts_of
from epcis_core.store.events import StoredEvent

_MEASURES: Final = ("value", "min_value", "max_value", "mean_value")


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a field, with an address where there is something to see."""

    text: str
    href: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One row of the table: a label and its values."""

    label: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """An object that the event names.

    Attributes:
        role: in words.
        amount: in words, or empty.
    """

    id: str
    name: str
    role: str
    amount: str


@dataclass(frozen=True, slots=True)
class EventPage:
    """One record of the ledger under an event's id.

    Attributes:
        stored: the record.
        sentence: what happened, or what was declared wrong.
        readings: sensor readings as a sentence, or empty.
        fields: the table.
        objects: what the event names.
    """

    stored: StoredEvent
    sentence: str
    readings: str
    fields: tuple[Field, ...]
    objects: tuple[ObjectRow, ...]


def event_page(stored: StoredEvent, namer: Namer, asker: Asker) -> EventPage:
    """Work out the page of one record."""
    event = stored.event
    facts = facts_of_stored(stored, event)
    readings = "; ".join(_readings(event, namer))
    return EventPage(
        stored,
        told_of(stored, namer),
        namer.texts("event.reading", reading=readings) if readings else "",
        tuple(field for field in _fields(stored, event, facts, namer, asker) if field.values),
        tuple(
            ObjectRow(
                named.object,
                namer.thing(named.object),
                namer.texts(f"event.role_{named.role.value}"),
                namer.texts.amount_or_count(named.quantity, named.uom) if named.quantity else "",
            )
            for named in facts.named
        ),
    )


def told_of(stored: StoredEvent, namer: Namer) -> str:
    """Return a record as a sentence: what happened, or what was declared wrong."""
    event = stored.event
    facts = facts_of_stored(stored, event)
    declared = event.error_declaration
    if declared is None:
        return sentence(facts, namer)
    return declaration(facts, namer, declared_at=declared.declaration_time)


def facts_of_stored(stored: StoredEvent, event: EpcisEvent | None = None) -> EventFacts:
    """Return the facts of a record of the ledger."""
    return facts_of(
        event or stored.event,
        stored.namespaces,
        event_id=stored.event_id,
        sequence=stored.sequence,
        organisation=stored.organisation,
    )


def _fields(
    stored: StoredEvent, event: EpcisEvent, facts: EventFacts, namer: Namer, asker: Asker
) -> Iterator[Field]:
    t = namer.texts
    kind = f"event_type.{facts.type}"
    yield _one(t("event.type"), t(kind) if t.has(kind) else facts.type)
    action = facts.action
    yield _one(t("event.action"), t(f"event.action_{action.lower()}") if action else None)
    yield _term(t("event.biz_step"), "biz_step", facts.biz_step, namer)
    yield _term(t("event.disposition"), "disposition", facts.disposition, namer)
    yield Field(t("event.event_time"), (Value(time_of(facts, namer)),))
    yield _place(t("event.read_point"), facts.read_point, namer)
    yield _place(t("event.biz_location"), facts.biz_location, namer)
    yield Field(t("event.sources"), tuple(_ends(facts.sources, namer)))
    yield Field(t("event.destinations"), tuple(_ends(facts.destinations, namer)))
    yield Field(t("event.transactions"), tuple(_transactions(facts, namer)))
    yield _one(t("event.transformation_id"), facts.transformation_id)
    yield Field(t("event.sensors"), tuple(Value(text) for text in _readings(event, namer)))
    yield Field(t("event.ilmd"), tuple(flattened(getattr(event, "ilmd", None) or {})))
    certificates = _many(event.certification_info)
    yield Field(t("event.certification"), tuple(Value(uri) for uri in certificates))
    yield Field(t("event.extensions"), tuple(flattened(event.extensions)))
    yield Field(
        t("event.corrected_by"), tuple(Value(one, event_link(one)) for one in facts.corrective)
    )
    yield _one(t("event.event_id"), stored.event_id)
    yield _one(t("event.hash"), stored.hash)
    yield _one(t("event.sequence"), str(stored.sequence) if asker.sees_all else None)
    recorded = times.here_at(stored.record_time)
    yield _one(t("event.record_time"), f"{times.date_and_time(recorded, t.language)} (+07:00)")
    yield _one(t("event.organisation"), stored.organisation)
    if shows_capture(asker, stored.organisation):
        capture = Value(stored.capture_id, f"/captures/{stored.capture_id}")
        yield Field(t("event.capture"), (capture,))


def time_of(facts: EventFacts, namer: Namer) -> str:
    """Return the time at the event's own offset and, where that differs, in Viet Nam."""
    own = times.own(utc_text(facts.time), facts.offset)
    here = times.here_at(facts.time)
    text = f"{times.date_and_time(own, namer.texts.language)} ({times.offset_of(own)})"
    if own.utcoffset() == here.utcoffset():
        return text
    return f"{text} = {times.date_and_time(here, namer.texts.language)} (+07:00)"


def _one(label: str, text: str | None) -> Field:
    return Field(label, (Value(text),) if text else ())


def _term(label: str, vocabulary: str, value: str | None, namer: Namer) -> Field:
    if value is None:
        return Field(label, ())
    return Field(label, (Value(namer.texts.term(vocabulary, value), None, value),))


def _place(label: str, place: str | None, namer: Namer) -> Field:
    return Field(label, (Value(namer.place(place), None, place),) if place else ())


def _ends(ends: tuple[str, ...], namer: Namer) -> Iterator[Value]:
    for end in ends:
        kind, _, key = end.partition(" ")
        name = namer.place(key) if kind == "location" else namer.party(key)
        yield Value(f"{namer.texts.term('source_dest_type', kind)}: {name}", None, key)


def _transactions(facts: EventFacts, namer: Namer) -> Iterator[Value]:
    for item in facts.transactions:
        kind, _, key = item.partition(" ")
        label = namer.texts.term("business_transaction_type", kind) if kind else ""
        yield Value(f"{label}: {key}" if label else key)


def _readings(event: EpcisEvent, namer: Namer) -> Iterator[str]:
    elements = getattr(event, "sensor_element_list", None) or ()
    for report in (report for element in elements for report in element.sensor_report):
        label = namer.texts.term("measurement_type", report.type)
        numbers = [getattr(report, name) for name in _MEASURES]
        told = [
            namer.texts.amount(number.text, report.uom)
            for number in numbers
            if isinstance(number, Number)
        ]
        told += [report.string_value] if report.string_value is not None else []
        told += [str(report.boolean_value).lower()] if report.boolean_value is not None else []
        told += [report.uri_value] if report.uri_value is not None else []
        yield f"{label} {' – '.join(told)}".strip()


def flattened(data: Mapping[str, Any], prefix: str = "") -> Iterator[Value]:
    """Yield members of extensions as `name: value`, nested ones with their path."""
    for name, value in data.items():
        for one in value if isinstance(value, list | tuple) else [value]:
            if isinstance(one, Mapping):
                yield from flattened(one, f"{prefix}{name} › ")
            else:
                yield Value(f"{prefix}{name}: {_plain(one)}")


def _plain(value: Any) -> str:
    if isinstance(value, Number):
        return value.text
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return str(value)


def _many(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else value
