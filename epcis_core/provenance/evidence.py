"""Where provenance gets its facts from: a few questions about many objects at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from epcis_core.model.references import Role
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.kinds import key_of, kind_of
from epcis_core.provenance.steps import GIVING, TAKING


class Evidence(Protocol):
    """Answers, for many objects at once, what the ledger holds about them."""

    def naming(self, objects: Collection[str]) -> Sequence[EventFacts]:
        """Return all events that name any of the objects, in any role, in ledger order."""

    def transforming(self, transformation_ids: Collection[str]) -> Sequence[EventFacts]:
        """Return all events of the given transformations."""

    def members(self, lots: Collection[str]) -> Sequence[tuple[str, str]]:
        """Return (instance, lot) for every known member of the lots."""

    def declaring(self, event_ids: Collection[str]) -> Sequence[EventFacts]:
        """Return the error declarations about any of the events, in ledger order."""

    def recorded(self, event_ids: Collection[str]) -> Collection[str]:
        """Return which of the ids are events here, an error declaration alone being none."""

    def of_products(self, gtins: Collection[str]) -> Sequence[str]:
        """Return the lots and instances of the GTINs that any event names, sorted."""

    def at_sites(self, spans: Collection[tuple[str, int, int]]) -> Sequence[EventFacts]:
        """Return the events at any of the sites within its span of time, both ends included.

        Args:
            spans: site without extension, and from when to when, microseconds since 1970 UTC.
        """

    def objects(self, most: int) -> Sequence[str]:
        """Return up to so many of the objects that events name, in the order they came."""


class EventList:
    """Evidence held in memory: the plain truth that a store must agree with."""

    def __init__(self, events: Iterable[EventFacts]) -> None:
        self._events = list(events)
        self._by_object = defaultdict(list)
        self._by_transformation = defaultdict(list)
        self._members: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self._declaring = defaultdict(list)
        for place, facts in enumerate(self._events):
            for one in dict.fromkeys(named.object for named in facts.named):
                self._by_object[one].append(place)
            self._by_transformation[facts.transformation_id].append(place)
            for pair in facts.memberships:
                self._members[pair[1]].add(pair)
            if facts.retracts:
                self._declaring[facts.event_id].append(place)
        self._ids = {facts.event_id for facts in self._events if not facts.retracts}

    def naming(self, objects: Collection[str]) -> list[EventFacts]:
        """See `Evidence.naming`."""
        return self._at({place for one in objects for place in self._by_object.get(one, ())})

    def transforming(self, transformation_ids: Collection[str]) -> list[EventFacts]:
        """See `Evidence.transforming`."""
        found = (self._by_transformation.get(one, ()) for one in transformation_ids)
        return self._at({place for places in found for place in places})

    def members(self, lots: Collection[str]) -> list[tuple[str, str]]:
        """See `Evidence.members`."""
        return sorted({pair for lot in lots for pair in self._members.get(lot, ())})

    def declaring(self, event_ids: Collection[str]) -> list[EventFacts]:
        """See `Evidence.declaring`."""
        return self._at({place for one in event_ids for place in self._declaring.get(one, ())})

    def recorded(self, event_ids: Collection[str]) -> set[str]:
        """See `Evidence.recorded`."""
        return self._ids.intersection(event_ids)

    def of_products(self, gtins: Collection[str]) -> list[str]:
        """See `Evidence.of_products`."""
        keys = ((one, key_of(one)) for one in self._by_object if kind_of(one) != "class")
        return sorted(one for one, key in keys if key is not None and key.gtin in gtins)

    def at_sites(self, spans: Collection[tuple[str, int, int]]) -> list[EventFacts]:
        """See `Evidence.at_sites`."""
        return [
            facts
            for facts in self._events
            if any(facts.site == site and a <= facts.time <= b for site, a, b in spans)
        ]

    def objects(self, most: int) -> list[str]:
        """See `Evidence.objects`."""
        return list(self._by_object)[:most]

    def _at(self, places: Iterable[int]) -> list[EventFacts]:
        return [self._events[place] for place in sorted(places)]


def in_time(facts: EventFacts) -> tuple[int, str]:
    """Order events by when they happened, at one instant by their ids, however they arrived."""
    return facts.time, facts.event_id


def is_named(facts: EventFacts, one: str, *roles: Role) -> bool:
    """Tell whether an event names an object in one of the roles."""
    for named in facts.of(one):  # noqa: SIM110 - asked thousands of times per answer
        if named.role in roles:
            return True
    return False


def begins(facts: EventFacts, one: str) -> bool:
    """Tell whether an object came into being in an event: commissioned, or made of others.

    Who gives or takes it adds it to books of its own; it was there before.
    """
    is_added = facts.type == "ObjectEvent" and facts.action == "ADD"
    if is_added and facts.biz_step not in GIVING | TAKING and is_named(facts, one, Role.EPC):
        return True
    return is_named(facts, one, Role.OUTPUT)
