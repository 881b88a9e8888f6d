"""What was inside what: stays of all containers, nested to any depth, each worked out once.

Stays follow from the aggregation events that name a container or its contents; nothing of them is
stored. What nobody recorded to be taken out ends all the same where something shows it: see
`epcis_core.provenance.implicit_ends`.
"""

from collections.abc import Iterable
from dataclasses import replace

from epcis_core.model.references import Role
from epcis_core.provenance.carriage import Carriage, carriage_of, within
from epcis_core.provenance.evidence import is_named
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.gathered import Gathered
from epcis_core.provenance.implicit_ends import ends_of_use, misplaced_packings
from epcis_core.provenance.kinds import AMOUNTS, kind_of
from epcis_core.provenance.pairing import pair
from epcis_core.provenance.stays import Stay
from epcis_core.provenance.steps import TAKING


class Containment:
    """The stays of containers and contents.

    Args:
        gathered: the facts; more are loaded where they are needed.
    """

    def __init__(self, gathered: Gathered) -> None:
        self._gathered = gathered
        self._plain: dict[str, list[Stay]] = {}
        self._by_content: dict[str, dict[str, list[Stay]]] = {}
        self._stays_of: dict[str, list[Stay]] = {}
        self._carriages: dict[str, list[Carriage]] = {}

    def load_around(self, objects: Iterable[str]) -> None:
        """Load what objects were ever in, and what that was in, level by level."""
        seen: set[str] = set()
        level = set(objects)
        while level:
            self._gathered.load(level)
            seen |= level
            level = {outer for one in level for outer in self._parents(one)} - seen

    def load_contents(self, used: Iterable[tuple[str, int]]) -> set[str]:
        """Load what lay in containers at instants, however deep, and return it."""
        found: set[tuple[str, int]] = set()
        level = {pair for pair in used if _is_unit(pair[0])}
        self.load_around({one for one, _ in level})
        while level:
            held = {
                (stay.content, time)
                for container, time in level
                for stays in self._stays_by_content(container).values()
                for stay in stays
                if stay.overlaps(time, time)
            }
            self.load_around({one for one, _ in held})
            level = {pair for pair in held if _is_unit(pair[0])} - found
            found |= held
        return {one for one, _ in found}

    def stays_in(
        self, container: str, start: int | None = None, end: int | None = None
    ) -> list[Stay]:
        """Return what was in a container and when, by start; in a span of time if given.

        Args:
            container: in what.
            start: microseconds since 1970 UTC, included; None for ever.
            end: the same.
        """
        held = [
            stay
            for stays in self._stays_by_content(container).values()
            for stay in stays
            if start is None or stay.overlaps(start, end)
        ]
        self.load_around({stay.content for stay in held if _is_unit(stay.content)})
        found = [
            stay
            for content in {stay.content for stay in held}
            for stay in self._settled(content, container)
            if start is None or stay.overlaps(start, end)
        ]
        return sorted(found, key=lambda stay: (stay.start, stay.content))

    def stays_of(self, content: str) -> list[Stay]:
        """Return in which containers an object was and when, by start."""
        if content not in self._stays_of:
            self.load_around([content])
            found = [
                stay
                for container in self._parents(content)
                for stay in self._stays_by_content(container).get(content, ())
            ]
            if _is_unit(content):
                found = self._cut_short(content, found)
            self._stays_of[content] = sorted(found, key=lambda stay: (stay.start, stay.container))
        return self._stays_of[content]

    def contents_at(self, container: str, time: int) -> list[Stay]:
        """Return what was inside when a container was used, nested ones opened, nearest first."""
        found: list[Stay] = []
        opened = {container}
        level = [container]
        while level:
            stays = [s for one in level for s in self.stays_in(one, time, time) if s.holds_at(time)]
            level = []
            for stay in stays:
                if stay.content not in opened:
                    opened.add(stay.content)
                    level.append(stay.content)
                    found.append(stay)
        return found

    def loads(self, container: str) -> list[list[Stay]]:
        """Return the stays of a container load by load: from empty to empty, by start."""
        loads: list[list[Stay]] = []
        end: int | None = 0
        for stay in self.stays_in(container):
            is_new = not loads or (
                end is not None and stay.start >= end and stay.start > loads[-1][-1].start
            )
            if is_new:
                loads.append([stay])
                end = stay.end
            else:
                loads[-1].append(stay)
                end = None if end is None or stay.end is None else max(end, stay.end)
        return loads

    def nearest_load(self, container: str, time: int) -> list[Stay]:
        """Return what a container held at the instant nearest to another at which it held any."""
        stays = self.stays_in(container)
        if not stays:
            return []
        moment = min(
            (edge for stay in stays for edge in (stay.start, stay.end) if edge is not None),
            key=lambda edge: (abs(edge - time), edge),
        )
        found = self.contents_at(container, moment)
        return found or [stay for stay in stays if stay.overlaps(moment, moment)]

    def carriages(self, content: str) -> list[Carriage]:
        """Return every time an object was carried by a container, however deep it lay inside."""
        if content in self._carriages:
            return self._carriages[content]
        found: dict[Carriage, None] = {}
        level = [carriage_of(stay) for stay in self.stays_of(content)]
        while level:
            fresh = [one for one in level if one not in found]
            found.update(dict.fromkeys(fresh))
            level = [
                within(carriage_of(outer), inner)
                for inner in fresh
                for outer in self.stays_of(inner.container)
                if outer.container != content and outer.overlaps(inner.start, inner.end)
            ]
        self._carriages[content] = list(found)
        return self._carriages[content]

    def _parents(self, content: str) -> list[str]:
        """Return the containers that aggregation events put an object into, sorted."""
        return sorted(
            {
                parent.object
                for facts in self._gathered.naming(content)
                if facts.type == "AggregationEvent" and is_named(facts, content, Role.CHILD)
                for parent in facts.objects(Role.PARENT)
                if parent.object != content
            }
        )

    def _marks(self, container: str) -> list[EventFacts]:
        return [
            facts
            for facts in self._gathered.naming(container)
            if facts.type == "AggregationEvent" and is_named(facts, container, Role.PARENT)
        ]

    def _plain_stays(self, container: str) -> list[Stay]:
        """Return the stays that follow from the container's own events alone."""
        if container not in self._plain:
            self._plain[container] = self._paired(container)
        return self._plain[container]

    def _paired(self, container: str, *, misplaced: bool = False) -> list[Stay]:
        events = self._gathered.naming(container)
        marks = self._marks(container)
        ends = list(ends_of_use(container, events, marks))
        if misplaced:
            ends += misplaced_packings(container, marks, self._arrivals(container))
        return pair(
            container,
            marks,
            ends=ends,
            uses=[f.time for f in events if f.type != "AggregationEvent" or f.action != "DELETE"],
            is_disputed=self._gathered.is_disputed,
        )

    def _stays_by_content(self, container: str) -> dict[str, list[Stay]]:
        if container not in self._by_content:
            stays = self._plain_stays(container)
            marks = self._marks(container)
            own = [f for f in self._gathered.naming(container) if f.biz_step in TAKING]
            if any(misplaced_packings(container, marks, own)):
                stays = self._paired(container, misplaced=True)
            by_content: dict[str, list[Stay]] = {}
            for stay in stays:
                by_content.setdefault(stay.content, []).append(stay)
            self._by_content[container] = by_content
        return self._by_content[container]

    def _arrivals(self, container: str) -> list[EventFacts]:
        """Return the events by which a container arrived somewhere, itself or inside another."""
        found = {f.sequence: f for f in self._gathered.naming(container) if f.biz_step in TAKING}
        level = [Carriage(container, -(1 << 62), None)]
        seen = {container}
        while level:
            fresh = [
                within(carriage_of(stay), inner)
                for inner in level
                for parent in self._parents(inner.container)
                for stay in self._plain_stays(parent)
                if stay.content == inner.container and stay.overlaps(inner.start, inner.end)
            ]
            level = [one for one in fresh if one.container not in seen]
            seen |= {one.container for one in level}
            for one in level:
                for facts in self._gathered.naming(one.container):
                    if facts.biz_step in TAKING and one.holds(facts):
                        found[facts.sequence] = facts
        return list(found.values())

    def _settled(self, content: str, container: str) -> list[Stay]:
        if _is_unit(content):
            return [stay for stay in self.stays_of(content) if stay.container == container]
        return self._stays_by_content(container).get(content, [])

    def _cut_short(self, content: str, stays: list[Stay]) -> list[Stay]:
        """End the stays of what can be in one container only where it was put into another."""
        moves = [
            (facts, parent.object)
            for facts in self._gathered.naming(content)
            if facts.type == "AggregationEvent"
            and facts.action in {"ADD", "OBSERVE"}
            and is_named(facts, content, Role.CHILD)
            for parent in facts.objects(Role.PARENT)
        ]
        if len({container for _, container in moves}) < 2:  # noqa: PLR2004 - there is no other
            return stays
        found = []
        for stay in stays:
            ending = next(
                (
                    facts
                    for facts, container in moves
                    if container != stay.container
                    and (facts.action == "ADD" or stay.observed)
                    and stay.start < facts.time
                    and (stay.end is None or facts.time < stay.end)
                    and not self._are_nested(container, stay.container, facts.time)
                ),
                None,
            )
            found.append(
                stay
                if ending is None
                else replace(stay, end=ending.time, closed=ending, unclosed=not stay.observed)
            )
        return found

    def _are_nested(self, one: str, other: str, time: int) -> bool:
        """Tell whether one of two containers was inside the other at an instant."""
        return other in self.around(one, time) or one in self.around(other, time)

    def around(self, container: str, time: int) -> set[str]:
        """Return the containers around a container at an instant, however far out."""
        found: set[str] = set()
        level = {container}
        while level:
            level = {
                parent
                for one in level
                for parent in self._parents(one)
                for stay in self._plain_stays(parent)
                if stay.content == one and stay.overlaps(time, time)
            } - found
            found |= level
        return found


def _is_unit(content: str) -> bool:
    """Tell whether an object can be in one container at a time only; lots may be in many."""
    return kind_of(content) not in AMOUNTS
