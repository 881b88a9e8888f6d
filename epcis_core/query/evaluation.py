"""A query evaluated in memory, event by event: the plain meaning of what the store says in SQL.

Nothing here is fast. It reads the event as its sender wrote it, and shares with the store nothing
but the types of `epcis_core.query.conditions`.

References:
    EPCIS 2.0, section 8.2.7.1
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Protocol

from epcis_core.identifiers import canonical, place_of
from epcis_core.model.elements import Location
from epcis_core.model.events import EpcisEvent
from epcis_core.model.namespaces import Namespaces
from epcis_core.model.references import object_references
from epcis_core.model.times import microseconds
from epcis_core.query import conditions as asked_for
from epcis_core.query.conditions import Condition, EventQuery, FieldOrder
from epcis_core.query.evaluation_names import TERMS, has_entry, names_object, passes
from epcis_core.query.evaluation_sensors import senses
from epcis_core.query.evaluation_values import (
    compares,
    first_value,
    has_field,
    measures,
    spelled,
)
from epcis_core.query.fields import Described, Within
from epcis_core.query.master_data import MasterData
from epcis_core.query.refusal import QueryTooLargeError
from epcis_core.query.values import event_key
from epcis_core.vocabulary import VocabularyList


class Recorded(Protocol):
    """An event with what the ledger knows of it beside its text."""

    @property
    def sequence(self) -> int:
        """Its place in the ledger."""

    @property
    def record_time(self) -> int:
        """When the ledger took it, microseconds since 1970 UTC."""

    @property
    def event_id(self) -> str:
        """As given, or minted."""

    @property
    def event(self) -> EpcisEvent:
        """What was said."""

    @property
    def namespaces(self) -> Namespaces:
        """The prefixes in force inside it."""


def selected(
    recorded: Iterable[Recorded], query: EventQuery, master_data: MasterData
) -> list[Recorded]:
    """Return the events that a query asks for, in its order.

    Args:
        recorded: all there are, in ledger order.
        query: what is asked.
        master_data: what is known of what the events name.

    Raises:
        QueryTooLargeError: there are more than `maxEventCount`.
    """
    found = [one for one in recorded if satisfies(one, query, master_data)]
    if query.ceiling is not None and len(found) > query.ceiling:
        raise QueryTooLargeError("maxEventCount", query.ceiling)
    if query.order_by is not None:
        found.sort(key=lambda one: (_rank(one, query), one.sequence), reverse=not query.ascending)
    return found[: query.limit]


def satisfies(one: Recorded, query: EventQuery, master_data: MasterData) -> bool:
    """Tell whether an event is one that a query asks for."""
    return all(_holds(one, condition, master_data) for condition in query.conditions)


def _holds(one: Recorded, condition: Condition, known: MasterData) -> bool:
    if isinstance(condition, Within | Described):
        return passes(one.event, one.namespaces, condition, known)
    return _HOLDS[type(condition)](one, condition)


def _one_of(one: Recorded, asked: asked_for.OneOf) -> bool:
    return not _values_of(one, asked.field).isdisjoint(asked.values)


def _moment(one: Recorded, asked: asked_for.Moment) -> bool:
    at = _moment_of(one, asked.field)
    return at is not None and compares(at, asked.comparison, asked.moment)


def _persistent(one: Recorded, asked: asked_for.Persistent) -> bool:
    kept = getattr(one.event, "persistent_disposition", None)
    words = (getattr(kept, asked.field) if kept is not None else None) or ()
    said = (spelled(VocabularyList.DISPOSITION, word, one.namespaces) for word in words)
    return any(not word.isdisjoint(asked.values) for word in said)


def _amount(one: Recorded, asked: asked_for.Amount) -> bool:
    return any(
        measures(reference.quantity, reference.uom, asked)
        for reference in object_references(one.event)
        if reference.quantity is not None
    )


def _corrected(one: Recorded, asked: asked_for.Corrected) -> bool:
    declared = one.event.error_declaration
    ids = (declared.corrective_event_ids if declared is not None else None) or ()
    return any(event_key(event_id) in asked.event_ids for event_id in ids)


def _sensor(one: Recorded, asked: Any) -> bool:
    return senses(one.event, asked, one.namespaces)


_HOLDS: Final[Mapping[type[Condition], Callable[[Recorded, Any], bool]]] = {
    asked_for.OneOf: _one_of,
    asked_for.Moment: _moment,
    asked_for.Persistent: _persistent,
    asked_for.Entry: lambda one, asked: has_entry(one.event, asked, one.namespaces),
    asked_for.Match: lambda one, asked: names_object(one.event, asked),
    asked_for.Amount: _amount,
    asked_for.Declared: lambda one, _: one.event.error_declaration is not None,
    asked_for.Corrected: _corrected,
    asked_for.Sensed: lambda one, _: bool(getattr(one.event, "sensor_element_list", None)),
    asked_for.SensorOneOf: _sensor,
    asked_for.SensorMoment: _sensor,
    asked_for.SensorNumber: _sensor,
    asked_for.Extension: lambda one, asked: has_field(one.event, asked, one.namespaces),
}


def _values_of(one: Recorded, field: asked_for.Column) -> set[str]:
    """Return what a field of an event may be called."""
    event, namespaces = one.event, one.namespaces
    match field:
        case "event_id":
            return {event_key(one.event_id)}
        case "event_type":
            return {event.type, "".join(namespaces.expand(event.type))}
        case "reason":
            declared = event.error_declaration
            reason = declared.reason if declared is not None else None
            return spelled(VocabularyList.ERROR_REASON, reason, namespaces) if reason else set()
    value = getattr(event, field, None)
    return set() if value is None else _called(field, value, namespaces)


def _called(field: asked_for.Column, value: Any, namespaces: Namespaces) -> set[str]:
    if isinstance(value, Location):
        return {place_of(value.id) or canonical(value.id)}
    if field in TERMS:
        return spelled(TERMS[field], value, namespaces)
    return {value if field == "action" else canonical(value)}


def _moment_of(one: Recorded, field: str) -> int | None:
    if field == "record_time":
        return one.record_time
    if field == "event_time":
        return microseconds(one.event.event_time)
    declared = one.event.error_declaration
    return microseconds(declared.declaration_time) if declared is not None else None


def _rank(one: Recorded, query: EventQuery) -> tuple[int, Any]:
    """Return what an event is ordered by."""
    if isinstance(query.order_by, FieldOrder):
        return first_value(one.event, query.order_by.names, one.namespaces)
    return (0, _moment_of(one, query.order_by or "event_time"))
