"""Where provenance gets its facts from, level by level, and the facts it has gathered so far."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from epcis_core.model.references import Role
from epcis_core.provenance.facts import EventFacts


class Evidence(Protocol):
    """Answers, for many objects at once, what the ledger holds about them."""

    def naming(self, objects: Collection[str]) -> Sequence[EventFacts]:
        """Return all events that name any of the objects, in any role, in ledger order."""

    def transforming(self, transformation_ids: Collection[str]) -> Sequence[EventFacts]:
        """Return all events of the given transformations."""

    def members(self, lots: Collection[str]) -> Sequence[tuple[str, str]]:
        """Return (instance, lot) for every known member of the lots."""

    def lots(self, instances: Collection[str]) -> Sequence[tuple[str, str]]:
        """Return (instance, lot) for every lot the instances belong to."""


class Gathered:
    """Facts gathered from evidence, each asked for once."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._events: dict[int, EventFacts] = {}
        self._by_object: dict[str, list[EventFacts]] = {}
        self._by_transformation: dict[str, list[EventFacts]] = {}
        self._members: dict[str, tuple[str, ...]] = {}
        self._lots: dict[str, tuple[str, ...]] = {}

    def events(self) -> list[EventFacts]:
        """Return every event gathered so far, by time, then sequence."""
        return sorted(self._events.values(), key=in_time)

    def load(self, objects: Iterable[str]) -> None:
        """Gather the events that name any of the objects."""
        asked = {one for one in objects if one not in self._by_object}
        if not asked:
            return
        found: dict[str, list[EventFacts]] = {one: [] for one in asked}
        for facts in self._evidence.naming(asked):
            kept = self._events.setdefault(facts.sequence, facts)
            for one in {named.object for named in kept.named} & asked:
                found[one].append(kept)
        for one, events in found.items():
            self._by_object[one] = sorted(events, key=in_time)

    def naming(self, one: str) -> list[EventFacts]:
        """Return the events that name an object, by time, then sequence."""
        self.load([one])
        return self._by_object[one]

    def transformation(self, facts: EventFacts) -> list[EventFacts]:
        """Return the events that make up the transformation an event belongs to."""
        key = facts.transformation_id
        if key is None:
            return [facts]
        if key not in self._by_transformation:
            found = [
                self._events.setdefault(one.sequence, one)
                for one in self._evidence.transforming([key])
            ]
            self._by_transformation[key] = sorted(found, key=in_time)
        return self._by_transformation[key]

    def load_kin(self, objects: Iterable[str]) -> None:
        """Gather members of lots and lots of instances."""
        asked = [one for one in objects if one not in self._members]
        if not asked:
            return
        for table, pairs, side in (
            (self._members, self._evidence.members(asked), 1),
            (self._lots, self._evidence.lots(asked), 0),
        ):
            kin = defaultdict(set)
            for pair in pairs:
                kin[pair[side]].add(pair[1 - side])
            table.update({one: tuple(sorted(kin[one])) for one in asked})

    def members(self, lot: str) -> tuple[str, ...]:
        """Return the known instances of a lot."""
        self.load_kin([lot])
        return self._members[lot]

    def lots(self, instance: str) -> tuple[str, ...]:
        """Return the lots an instance belongs to."""
        self.load_kin([instance])
        return self._lots[instance]


class EventList:
    """Evidence held in memory: the plain truth that a store must agree with."""

    def __init__(self, events: Iterable[EventFacts]) -> None:
        self._events = list(events)

    def naming(self, objects: Collection[str]) -> list[EventFacts]:
        """See `Evidence.naming`."""
        wanted = set(objects)
        return [e for e in self._events if any(named.object in wanted for named in e.named)]

    def transforming(self, transformation_ids: Collection[str]) -> list[EventFacts]:
        """See `Evidence.transforming`."""
        return [e for e in self._events if e.transformation_id in transformation_ids]

    def members(self, lots: Collection[str]) -> list[tuple[str, str]]:
        """See `Evidence.members`."""
        return sorted({pair for e in self._events for pair in e.memberships if pair[1] in lots})

    def lots(self, instances: Collection[str]) -> list[tuple[str, str]]:
        """See `Evidence.lots`."""
        return sorted(
            {pair for e in self._events for pair in e.memberships if pair[0] in instances}
        )


def in_time(facts: EventFacts) -> tuple[int, int]:
    """Order events by when they happened; at one instant by their place in the ledger."""
    return facts.time, facts.sequence


def is_named(facts: EventFacts, one: str, *roles: Role) -> bool:
    """Tell whether an event names an object in one of the roles."""
    return any(named.object == one and named.role in roles for named in facts.named)
