"""What the events that name one container say of its content, each container looked at alone."""

from collections.abc import Iterable
from dataclasses import replace

from epcis_core.model.references import Role
from epcis_core.provenance.carriage import Carriage, carriage_of, within
from epcis_core.provenance.evidence import begins, is_named
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.gathered import Gathered
from epcis_core.provenance.implicit_ends import misplaced_packings, named_ends
from epcis_core.provenance.pairing import pair
from epcis_core.provenance.stays import End, Stay
from epcis_core.provenance.steps import DESTROYING, DISPENSING, GIVING, SELLING, TAKING


class Packings:
    """The aggregation events of containers, and the stays that follow from them.

    Args:
        gathered: the facts; more are loaded where they are needed.
    """

    def __init__(self, gathered: Gathered) -> None:
        self._gathered = gathered
        self._parents: dict[str, list[str]] = {}
        self._marks: dict[str, list[EventFacts]] = {}
        self._ends: dict[str, list[End]] = {}
        self._plain: dict[str, dict[str, list[Stay]]] = {}

    def load_around(self, objects: Iterable[str]) -> set[str]:
        """Load what objects were ever in, and what that was in, level by level; return all."""
        seen: set[str] = set()
        level = set(objects)
        while level:
            self._gathered.load(level)
            seen |= level
            level = {outer for one in level for outer in self.parents(one)} - seen
        return seen

    def parents(self, content: str) -> list[str]:
        """Return the containers that aggregation events put an object into, sorted."""
        if content not in self._parents:
            found = {
                parent.object
                for facts in self._gathered.naming(content)
                if facts.type == "AggregationEvent" and is_named(facts, content, Role.CHILD)
                for parent in facts.objects(Role.PARENT)
                if parent.object != content
            }
            self._parents[content] = sorted(found)
        return self._parents[content]

    def moves(self, content: str) -> list[tuple[EventFacts, str]]:
        """Return the events that show an object in a container, each with it, by time."""
        return [
            (facts, parent.object)
            for facts in self._gathered.naming(content)
            if facts.type == "AggregationEvent"
            and facts.action in {"ADD", "OBSERVE"}
            and is_named(facts, content, Role.CHILD)
            for parent in facts.objects(Role.PARENT)
        ]

    def own_ends(self, content: str) -> list[EventFacts]:
        """Return the events in which one thing itself was used up, sold or destroyed, by time."""
        return [
            facts
            for facts in self._gathered.naming(content)
            if (is_named(facts, content, Role.INPUT) and not is_named(facts, content, Role.OUTPUT))
            or (
                facts.type == "ObjectEvent"
                and is_named(facts, content, Role.EPC)
                and facts.biz_step in SELLING | {DESTROYING, DISPENSING}
            )
        ]

    def sign_of_life(self, one: str, time: int) -> EventFacts | None:
        """Return the event after an instant that shows that one thing was whole and in use then.

        It goes elsewhere, is sold or used, is packed itself, or is opened; and nobody has filled it
        or begun to use it anew before.
        """
        for facts in self._gathered.naming(one):
            if facts.time <= time:
                continue
            is_filled = facts.action == "ADD" and is_named(facts, one, Role.PARENT)
            if is_filled or begins(facts, one):
                return None
            is_packing = facts.type == "AggregationEvent"
            goes_on = facts.biz_step in GIVING | TAKING | SELLING | {DISPENSING}
            if goes_on or is_packing or is_named(facts, one, Role.INPUT):
                return facts
        return None

    def marks(self, container: str) -> list[EventFacts]:
        """Return the events that say what is in a container, by time."""
        if container not in self._marks:
            self._marks[container] = [
                facts
                for facts in self._gathered.naming(container)
                if facts.type == "AggregationEvent" and is_named(facts, container, Role.PARENT)
            ]
        return self._marks[container]

    def ends(self, container: str) -> list[End]:
        """Return what ended the loads of a container, by the events that name it."""
        if container not in self._ends:
            events, marks = self._gathered.naming(container), self.marks(container)
            self._ends[container] = [
                replace(end, disputes=True)
                if end.kind != "emptying" and self._gathered.is_disputed(end.facts)
                else end
                for end in named_ends(container, events, marks)
            ]
        return self._ends[container]

    def plain(self, container: str) -> dict[str, list[Stay]]:
        """Return the stays in a container that follow from its own events alone, by content."""
        if container not in self._plain:
            self._plain[container] = self.paired(container, ())
        return self._plain[container]

    def paired(self, container: str, more: Iterable[End]) -> dict[str, list[Stay]]:
        """Return the stays in a container by content, of each by start.

        Args:
            container: in what.
            more: what else ended its loads.
        """
        events = self._gathered.naming(container)
        stays = pair(
            container,
            self.marks(container),
            ends=[*self.ends(container), *more],
            uses=[f.time for f in events if f.type != "AggregationEvent" or f.action != "DELETE"],
            is_disputed=self._gathered.is_disputed,
        )
        found: dict[str, list[Stay]] = {}
        for stay in stays:
            found.setdefault(stay.content, []).append(stay)
        return found

    def misplaced(self, container: str) -> list[End]:
        """Return the packings of a container somewhere it was not seen last."""
        marks = self.marks(container)
        events = self._gathered.naming(container)
        # Who packs it before anybody has seen it anywhere packs it where it is.
        if all(mark.action != "ADD" or mark.time == events[0].time for mark in marks):
            return []
        if not any(misplaced_packings(container, marks, events)):
            return []
        return list(misplaced_packings(container, marks, self._sightings(container)))

    def around(self, container: str, time: int) -> set[str]:
        """Return the containers around a container at an instant, however far out."""
        found: set[str] = set()
        level = {container}
        while level:
            level = {
                parent
                for one in level
                for parent in self.parents(one)
                for stay in self.plain(parent).get(one, ())
                if stay.overlaps(time, time)
            } - found
            found |= level
        return found

    def _sightings(self, container: str) -> list[EventFacts]:
        """Return the events that name a container, or another one while it was inside that."""
        found = {facts.sequence: facts for facts in self._gathered.naming(container)}
        level = [Carriage(container, -(1 << 62), None)]
        seen = {container}
        while level:
            fresh = [
                within(carriage_of(stay), inner)
                for inner in level
                for parent in self.parents(inner.container)
                for stay in self.plain(parent).get(inner.container, ())
                if stay.overlaps(inner.start, inner.end)
            ]
            level = [one for one in fresh if one.container not in seen]
            seen |= {one.container for one in level}
            for one in level:
                for facts in self._gathered.naming(one.container):
                    if one.holds(facts):
                        found[facts.sequence] = facts
        return list(found.values())
