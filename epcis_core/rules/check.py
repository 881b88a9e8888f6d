"""All rules on one event, in a fixed order."""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final

from epcis_core.findings import Finding, Syntax, capped, catalogue
from epcis_core.model.events import EpcisEvent
from epcis_core.model.namespaces import Namespaces
from epcis_core.rules import contents, extensions, identification, sensors, terms

Rule = Callable[[EpcisEvent], Iterator[Finding]]

RULES: Final[tuple[Rule, ...]] = (
    contents.object_event_names_something,
    contents.ilmd_only_when_added,
    contents.parent_is_given,
    contents.children_are_given,
    contents.transaction_names_something,
    contents.transformation_has_both_sides,
    contents.amounts_make_sense,
    contents.dispositions_are_given,
    contents.entries_are_unique,
    identification.objects_are_identified,
    identification.places_and_parties_are_identified,
    terms.terms_are_known,
    sensors.report_says_what_it_measured,
    sensors.device_is_said_once,
    sensors.reading_is_not_later_than_event,
)
"""Every rule that looks at one event alone."""


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
    found = chain.from_iterable(rule(event) for rule in RULES)
    found = chain(found, extensions.prefixes_are_bound(event, namespaces))
    yield from capped(one for one in found if entries[one.code].syntax in {None, syntax})
