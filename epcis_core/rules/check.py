"""All rules on one event, in a fixed order."""

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import chain
from typing import Final, NamedTuple

from epcis_core.findings import Finding, Syntax, capped, catalogue
from epcis_core.model.events import (
    AggregationEvent,
    AssociationEvent,
    EpcisEvent,
    ExtensionEvent,
    ObjectEvent,
    TransactionEvent,
    TransformationEvent,
)
from epcis_core.model.namespaces import Namespaces
from epcis_core.rules import contents, extensions, identification, sensors, terms

_TYPES: Final = (
    ObjectEvent,
    AggregationEvent,
    TransactionEvent,
    TransformationEvent,
    AssociationEvent,
    ExtensionEvent,
)


class Rule(NamedTuple):
    """A rule, and which events it can say something about; it is not asked about others.

    Attributes:
        check: from an event, whichever, to what the rule finds in it.
        types: the types of these events.
        members: they have at least one of these; any event if there are none.
    """

    check: Callable[[EpcisEvent], Iterator[Finding]]
    types: Collection[type[EpcisEvent]] = _TYPES
    members: frozenset[str] = frozenset()


def _having(*members: str) -> frozenset[str]:
    return frozenset(members)


_QUANTITIES: Final = _having(
    "quantity_list", "child_quantity_list", "input_quantity_list", "output_quantity_list"
)
_OBJECTS: Final = _QUANTITIES | {
    "parent_id",
    "epc_list",
    "child_epcs",
    "input_epc_list",
    "output_epc_list",
}
_SENSORS: Final = _having("sensor_element_list")
_ENDS: Final = _having("source_list", "destination_list", "biz_transaction_list")
_STATES: Final = _having("persistent_disposition")

RULES: Final[tuple[Rule, ...]] = (
    Rule(contents.object_event_names_something, [ObjectEvent]),
    Rule(contents.ilmd_only_when_added, [ObjectEvent], _having("ilmd")),
    Rule(contents.parent_is_given, [AggregationEvent]),
    Rule(contents.children_are_given, [AggregationEvent, AssociationEvent]),
    Rule(contents.transaction_names_something, [TransactionEvent]),
    Rule(contents.transformation_has_both_sides, [TransformationEvent]),
    Rule(contents.amounts_make_sense, members=_QUANTITIES),
    Rule(contents.dispositions_are_given, members=_STATES),
    Rule(
        contents.entries_are_unique,
        members=_STATES | {"epc_list", "input_epc_list", "output_epc_list"},
    ),
    Rule(identification.objects_are_identified, members=_OBJECTS),
    Rule(
        identification.places_and_parties_are_identified,
        members=_ENDS | _SENSORS | {"read_point", "biz_location", "transformation_id"},
    ),
    Rule(
        terms.terms_are_known,
        members=_ENDS | _SENSORS | _STATES | {"biz_step", "disposition", "error_declaration"},
    ),
    Rule(sensors.report_says_what_it_measured, members=_SENSORS),
    Rule(sensors.device_is_said_once, members=_SENSORS),
    Rule(sensors.reading_is_not_later_than_event, members=_SENSORS),
)
"""Every rule that looks at one event alone."""

_OF_TYPE: Final[Mapping[type[EpcisEvent], tuple[Rule, ...]]] = {
    each: tuple(rule for rule in RULES if each in rule.types) for each in _TYPES
}


def check_event(event: EpcisEvent, namespaces: Namespaces, syntax: Syntax) -> Iterator[Finding]:
    """Yield what the rules find in an event, with pointers from the event's root.

    All rules run on both syntaxes. What is right in one of them alone, because the standard has it
    so or its schemas contradict each other, the catalogue says of its code.

    Args:
        event: an event whose structure is right.
        namespaces: the prefixes in force inside it.
        syntax: how it is written.
    """
    entries = catalogue()
    found = chain.from_iterable(rule.check(event) for rule in rules_for(event))
    found = chain(found, extensions.prefixes_are_bound(event, namespaces))
    yield from capped(one for one in found if entries[one.code].syntax in {None, syntax})


def rules_for(event: EpcisEvent) -> list[Rule]:
    """Return the rules that can say something about an event, in their order."""
    present = {name for name, value in vars(event).items() if value is not None}
    return [
        rule
        for rule in _OF_TYPE.get(type(event), RULES)
        if not rule.members or not rule.members.isdisjoint(present)
    ]
