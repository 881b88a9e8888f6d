"""What was inside what, and when, derived from marks in whatever order they arrived.

A stay is one object in one container from its start to its end, both included. Stays are computed
from all aggregation events that name the container or its contents; nothing of them is stored.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from epcis_core.model.references import Role
from epcis_core.provenance.evidence import Gathered
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.kinds import kind_of


@dataclass(frozen=True, slots=True)
class Stay:
    """An object inside a container.

    Attributes:
        content: what was inside.
        container: in what.
        start: microseconds since 1970 UTC, included.
        end: the same; None while it lasts.
        opened: the event that put it in.
        closed: the event that ended it, if one did.
    """

    content: str
    container: str
    start: int
    end: int | None
    opened: EventFacts
    closed: EventFacts | None = None

    def holds_at(self, time: int) -> bool:
        """Tell whether the object was inside at an instant."""
        return self.start <= time and (self.end is None or time <= self.end)


@dataclass(frozen=True, slots=True)
class _Mark:
    content: str | None
    facts: EventFacts


def stays_in(gathered: Gathered, container: str) -> list[Stay]:
    """Return what was in a container and when, by start."""
    marks = list(_marks(gathered.naming(container), container))
    contents = {mark.content for mark in marks if mark.content is not None}
    gathered.load(contents)
    moved = {one: _moves(gathered, one, container) for one in contents}
    stays = [_cut_short(stay, moved[stay.content]) for stay in _paired(marks, container)]
    return sorted(stays, key=lambda stay: (stay.start, stay.content))


def stays_of(gathered: Gathered, content: str) -> list[Stay]:
    """Return in which containers an object was and when, by start."""
    containers = {
        parent.object
        for facts in gathered.naming(content)
        if facts.type == "AggregationEvent"
        for parent in facts.objects(Role.PARENT)
        if parent.object != content
    }
    gathered.load(containers)
    found = [
        stay
        for container in sorted(containers)
        for stay in stays_in(gathered, container)
        if stay.content == content
    ]
    return sorted(found, key=lambda stay: (stay.start, stay.container))


def contents_at(gathered: Gathered, container: str, time: int) -> list[Stay]:
    """Return what a container held at an instant, nested containers opened, nearest first."""
    found: list[Stay] = []
    opened = {container}
    level = [container]
    while level:
        stays = [s for one in level for s in stays_in(gathered, one) if s.holds_at(time)]
        level = []
        for stay in stays:
            if stay.content not in opened:
                opened.add(stay.content)
                level.append(stay.content)
                found.append(stay)
    return found


@dataclass(frozen=True, slots=True)
class Carriage:
    """A time in which an object was inside a container, directly or inside another one.

    Attributes:
        container: in what.
        start: microseconds since 1970 UTC, included.
        end: the same; None while it lasts.
    """

    container: str
    start: int
    end: int | None

    def holds_at(self, time: int) -> bool:
        """Tell whether the object was inside at an instant."""
        return self.start <= time and (self.end is None or time <= self.end)


def carriages(gathered: Gathered, content: str) -> list[Carriage]:
    """Return every time an object was carried by a container, however deep it lay inside."""
    found: dict[Carriage, None] = {}
    level = [Carriage(stay.container, stay.start, stay.end) for stay in stays_of(gathered, content)]
    while level:
        fresh = [one for one in level if one not in found]
        found.update(dict.fromkeys(fresh))
        level = []
        for inner in fresh:
            for outer in stays_of(gathered, inner.container):
                start, end = max(inner.start, outer.start), _earlier(inner.end, outer.end)
                if outer.container != content and (end is None or start <= end):
                    level.append(Carriage(outer.container, start, end))
    return list(found)


def _earlier(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _marks(events: Iterable[EventFacts], container: str) -> Iterator[_Mark]:
    for facts in events:
        if facts.type != "AggregationEvent" or facts.action not in {"ADD", "DELETE"}:
            continue
        if all(parent.object != container for parent in facts.objects(Role.PARENT)):
            continue
        children = facts.objects(Role.CHILD)
        for child in children:
            yield _Mark(child.object, facts)
        if not children:
            yield _Mark(None, facts)


def _paired(marks: list[_Mark], container: str) -> Iterator[Stay]:
    """Pair what opens with what closes; at one instant: close what was open, add, remove."""
    inside: dict[str, Stay] = {}
    for time, group in groupby(marks, key=lambda mark: mark.facts.time):
        at_once = list(group)
        removals = [mark for mark in at_once if mark.facts.action == "DELETE"]
        for mark in removals:
            yield from _close(inside, mark, only_before=time)
        for mark in at_once:
            if mark.facts.action == "ADD" and mark.content is not None:
                inside.setdefault(
                    mark.content, Stay(mark.content, container, time, None, mark.facts)
                )
        if any(mark.facts.action == "ADD" for mark in at_once):
            for mark in removals:
                if mark.content is not None:
                    yield from _close(inside, mark, only_before=None)
    yield from inside.values()


def _close(inside: dict[str, Stay], mark: _Mark, only_before: int | None) -> Iterator[Stay]:
    for content in list(inside) if mark.content is None else [mark.content]:
        stay = inside.get(content)
        if stay is not None and (only_before is None or stay.start < only_before):
            yield replace(inside.pop(content), end=mark.facts.time, closed=mark.facts)


def _moves(gathered: Gathered, content: str, container: str) -> list[EventFacts]:
    """Return when an instance was put into another container; a lot may be in many at once."""
    if kind_of(content) in {"lot", "class"}:
        return []
    return [
        facts
        for facts in gathered.naming(content)
        if facts.type == "AggregationEvent"
        and facts.action == "ADD"
        and any(child.object == content for child in facts.objects(Role.CHILD))
        and any(parent.object != container for parent in facts.objects(Role.PARENT))
    ]


def _cut_short(stay: Stay, moves: list[EventFacts]) -> Stay:
    for facts in moves:
        if facts.time > stay.start and (stay.end is None or facts.time < stay.end):
            return replace(stay, end=facts.time, closed=facts)
    return stay
