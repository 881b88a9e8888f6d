"""What was inside what: stays of all containers, nested to any depth, each worked out once.

Stays follow from the aggregation events that name a container or its contents; nothing of them is
stored. What nobody recorded to be taken out ends all the same where something shows it: see
`epcis_core.provenance.implicit_ends`. What uses up or destroys a container does so to what lies in
the containers inside it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from epcis_core.model.references import Role
from epcis_core.provenance.carriage import Carriage, carriage_of, within
from epcis_core.provenance.draws import but_for_draws
from epcis_core.provenance.evidence import in_time, is_named
from epcis_core.provenance.gathered import Gathered
from epcis_core.provenance.implicit_ends import but_for_what_was_left
from epcis_core.provenance.kinds import AMOUNTS, kind_of
from epcis_core.provenance.packings import Packings
from epcis_core.provenance.stays import End, Load, Stay
from epcis_core.provenance.steps import DESTROYING


class Containment:
    """The stays of containers and contents.

    Args:
        gathered: the facts; more are loaded where they are needed.
    """

    def __init__(self, gathered: Gathered) -> None:
        self._gathered = gathered
        self._packings = Packings(gathered)
        self._around: set[str] = set()
        self._outer: dict[str, list[End]] = {}
        self._by_content: dict[str, dict[str, list[Stay]]] = {}
        self._stays_of: dict[str, list[Stay]] = {}
        self._stays_under: dict[str, dict[str, list[Stay]]] = {}
        self._carriages: dict[str, list[Carriage]] = {}

    def load_around(self, objects: Iterable[str]) -> None:
        """Load what objects were ever in, and what that was in, level by level."""
        fresh = {one for one in objects if one not in self._around}
        if fresh:
            self._packings.load_around(fresh)
            self._around |= fresh

    def load_contents(self, used: Iterable[tuple[str, int]]) -> set[str]:
        """Load what lay in containers at instants, or nearest to them, however deep; return it."""
        found: set[tuple[str, int]] = set()
        units = {pair for pair in used if _is_unit(pair[0])}
        self.load_around({one for one, _ in units})
        level = {(one, _nearest(self._all_in(one), time)) for one, time in units}
        while level:
            held = {
                (stay.content, time)
                for container, time in level
                for stay in self._all_in(container)
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
            stay for stay in self._all_in(container) if start is None or stay.overlaps(start, end)
        ]
        self.load_around({stay.content for stay in held})
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
                for container in self._packings.parents(content)
                for stay in self._stays_by_content(container).get(content, ())
            ]
            if not found:
                self._stays_of[content] = found
                return found
            if _is_unit(content):
                found = self._cut_short(content, found)
            else:
                found = but_for_draws(content, found, self._gathered, self.carriages)
            self._stays_of[content] = sorted(found, key=lambda stay: (stay.start, stay.container))
        return self._stays_of[content]

    def stays_under(self, content: str, unit: str) -> list[Stay]:
        """Return the stays of an object in a container, or in what was in that at any time."""
        if content not in self._stays_under:
            found: dict[str, list[Stay]] = {}
            for stay in self.stays_of(content):
                around = {one.container for one in self.carriages(stay.container)}
                for outer in {stay.container, *around}:
                    found.setdefault(outer, []).append(stay)
            self._stays_under[content] = found
        return self._stays_under[content].get(unit, [])

    def contents_at(self, container: str, time: int) -> list[Stay]:
        """Return what was inside when a container was used, nested ones opened, nearest first.

        What lies in several of them is there once for each.
        """
        found: list[Stay] = []
        opened = {container}
        level = [container]
        while level:
            stays = [s for one in level for s in self.stays_in(one, time, time) if s.holds_at(time)]
            inner = [stay for stay in stays if stay.content != container]
            level = list(dict.fromkeys(s.content for s in inner if s.content not in opened))
            opened.update(level)
            found += inner
        return found

    def loads(self, container: str) -> list[Load]:
        """Return what a container held load by load, by start."""
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
        return [Load(tuple(stays)) for stays in loads]

    def nearest_load(self, container: str, time: int) -> list[Stay]:
        """Return what a container held at the instant nearest to another at which it held any."""
        stays = self.stays_in(container)
        moment = _nearest(stays, time)
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

    def around(self, container: str, time: int) -> set[str]:
        """Return the containers around a container at an instant, however far out."""
        return self._packings.around(container, time)

    def _all_in(self, container: str) -> list[Stay]:
        """Return the stays in a container, whatever else was put into another one meanwhile."""
        return [stay for stays in self._stays_by_content(container).values() for stay in stays]

    def _stays_by_content(self, container: str) -> dict[str, list[Stay]]:
        self._look_outward(container)
        if container not in self._by_content:
            more = [*self._outer.get(container, ()), *self._packings.misplaced(container)]
            plain = self._packings.plain(container)
            self._by_content[container] = self._packings.paired(container, more) if more else plain
        return self._by_content[container]

    def _look_outward(self, container: str) -> None:
        """Find what ended the loads of a container with those of one around it.

        In order of time, for what was emptied with an outer container was in it no longer.
        """
        if container in self._outer or not self._packings.marks(container):
            return
        inner: dict[str, list[str]] = defaultdict(list)
        for one in self._packings.load_around([container]) - self._outer.keys():
            self._outer[one] = []
            for parent in self._packings.parents(one):
                inner[parent].append(one)
        ends = [
            (end, outer)
            for outer in list(inner)
            for end in (*self._packings.ends(outer), *self._outer[outer])
            if end.kind != "emptying"
        ]
        for first in sorted(ends, key=lambda pair: (*in_time(pair[0].facts), pair[1])):
            reached = [first]
            while reached:
                end, outer = reached.pop()
                for one in inner[outer]:
                    passed = self._passed_on(end, outer, one)
                    if passed:
                        self._outer[one] += passed
                        self._by_content.pop(one, None)
                        for content in inner[one]:
                            self._stays_of.pop(content, None)
                    reached += [(each, one) for each in passed]

    def _passed_on(self, end: End, outer: str, one: str) -> list[End]:
        """Return how the end of an outer container's load ended those of a container inside it.

        Args:
            end: of the outer load.
            outer: the outer container.
            one: what may have been inside.
        """
        passed = {
            End(end.time, end.facts, end.kind, end.disputes or stay.disputed)
            for stay in self.stays_of(one)
            if stay.container == outer
            and stay.end == end.time
            and stay.holds_at(end.time)
            and stay.outlived is None
            and (end.kind == "use" or stay.closed == end.facts)
        }
        if not passed:
            return []
        passed -= {replace(known, spares=frozenset()) for known in self._outer[one]}
        if end.kind == "destruction":
            return list(passed)
        marks = self._packings.marks(one)
        return [left for each in passed for left in but_for_what_was_left(each, marks)]

    def _settled(self, content: str, container: str) -> list[Stay]:
        return [stay for stay in self.stays_of(content) if stay.container == container]

    def _cut_short(self, content: str, stays: list[Stay]) -> list[Stay]:
        """End the stays of what can be in one container only where it went without that.

        It was put into another container; or it was itself used up, sold or destroyed.
        """
        stays = [self._outlived(content, self._ended(content, stay)) for stay in stays]
        moves = self._packings.moves(content)
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
                else stay._replace(end=ending.time, closed=ending, unclosed=not stay.observed)
            )
        return found

    def _ended(self, content: str, stay: Stay) -> Stay:
        """End a stay of one thing where an event says what became of itself; it is no gap."""
        if kind_of(content) != "instance":
            return stay  # a container that was emptied may stand where it stood
        for facts in self._packings.own_ends(content):
            if stay.start <= facts.time and (stay.end is None or facts.time < stay.end):
                return stay._replace(end=facts.time, closed=facts, unclosed=False)
        return stay

    def _outlived(self, content: str, stay: Stay) -> Stay:
        """Mark a stay that ended when its container was destroyed, if the content goes on."""
        if stay.closed is None or stay.end is None or stay.closed.biz_step != DESTROYING:
            return stay
        if is_named(stay.closed, content, Role.EPC):
            return stay
        return stay._replace(outlived=self._packings.sign_of_life(content, stay.end))

    def _are_nested(self, one: str, other: str, time: int) -> bool:
        """Tell whether one of two containers was inside the other at an instant."""
        return other in self.around(one, time) or one in self.around(other, time)


def _nearest(stays: Sequence[Stay], time: int) -> int:
    """Return an instant if anything was inside then, else the nearest at which anything was."""
    if any(stay.overlaps(time, time) for stay in stays):
        return time
    edges = (edge for stay in stays for edge in (stay.start, stay.end) if edge is not None)
    return min(edges, key=lambda edge: (abs(edge - time), edge), default=time)


def _is_unit(content: str) -> bool:
    """Tell whether an object can be in one container at a time only; lots may be in many."""
    return kind_of(content) not in AMOUNTS
