"""What became of what: transformation links and membership, walked with time.

Upstream of an object at *t* only what was made at or before *t* counts, and the bound tightens
along the path; downstream mirrors it. A node reached again with a wider bound is walked again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from epcis_core.model.references import Role
from epcis_core.provenance.containment import carriages, contents_at, stays_of
from epcis_core.provenance.evidence import Gathered, is_named
from epcis_core.provenance.facts import EventFacts, Named
from epcis_core.provenance.kinds import kind_of

BEFORE_ALL_TIME: Final = -(1 << 62)
AFTER_ALL_TIME: Final = 1 << 62

Way = Literal["upstream", "downstream"]


@dataclass(frozen=True, slots=True)
class LineageLink:
    """One object went into another, or is a member of it.

    Attributes:
        source: the input, or the member.
        target: the output, or the lot.
        kind: `transformation` or `membership`.
        used: the event that names the input; None for a membership.
        made: the event that names the output; None likewise.
        amount: the input as an event names it, for its quantity.
        disputed: likely, not proven.
    """

    source: str
    target: str
    kind: Literal["transformation", "membership"]
    used: EventFacts | None = None
    made: EventFacts | None = None
    amount: Named | None = None
    disputed: bool = False


@dataclass(slots=True)
class Walk:
    """The result of walking one way from one object.

    Attributes:
        steps: object to the least number of links from the subject; the subject is 0.
        links: every link walked, in the order it was first walked.
        carriers: containers whose content went into something.
        unknown_content: containers that went into something, their content unknown, and where.
        late: links left out because of time alone.
        truncated: there were more objects than allowed.
    """

    steps: dict[str, int]
    links: dict[LineageLink, None] = field(default_factory=dict)
    carriers: dict[str, None] = field(default_factory=dict)
    unknown_content: dict[str, EventFacts] = field(default_factory=dict)
    late: dict[LineageLink, None] = field(default_factory=dict)
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class _Node:
    """An object on the way.

    Attributes:
        object: its identifier.
        as_lot: it was reached as the lot of a member, so that its other members stay out.
    """

    object: str
    as_lot: bool = False


def walk(gathered: Gathered, subject: str, way: Way, *, max_objects: int) -> Walk:
    """Walk the lineage of an object.

    Args:
        gathered: facts; more are loaded level by level.
        subject: canonical identifier.
        way: against or with the flow of goods.
        max_objects: how many objects the walk may reach, the subject included.
    """
    walker = _Upstream(gathered, subject) if way == "upstream" else _Downstream(gathered, subject)
    result = walker.result
    bounds: dict[_Node, int] = {}
    level = {_Node(subject): walker.widest}
    depth = 0
    while level:
        depth += 1
        bounds.update(level)
        gathered.load(node.object for node in level)
        gathered.load_kin(node.object for node in level)
        reached: dict[_Node, int] = {}
        for node, bound in level.items():
            for link, to, its_bound in walker.onward(node, bound):
                if to.object not in result.steps:
                    if len(result.steps) >= max_objects:
                        result.truncated = True
                        continue
                    result.steps[to.object] = depth
                result.links[link] = None
                known = reached.get(to, bounds.get(to))
                if known is None or walker.is_wider(its_bound, known):
                    reached[to] = its_bound
        level = reached
    result.late = {link: None for link in result.late if link not in result.links}
    return result


_Onward = Iterator[tuple[LineageLink, _Node, int]]


class _Upstream:
    """One step against the flow: from what was made to what it was made of."""

    widest = AFTER_ALL_TIME

    def __init__(self, gathered: Gathered, subject: str) -> None:
        self.result = Walk({subject: 0})
        self._gathered = gathered

    @staticmethod
    def is_wider(bound: int, known: int) -> bool:
        """Tell whether a bound lets more links through than another."""
        return bound > known

    def onward(self, node: _Node, bound: int) -> _Onward:
        """Yield each link, the node it leads to, and the bound that holds there."""
        for link, used, made in self._made_from(node.object):
            if made.time > bound:
                self.result.late[link] = None
            else:
                yield link, _Node(link.source), used.time
        for lot in self._gathered.lots(node.object):
            yield LineageLink(node.object, lot, "membership"), _Node(lot, as_lot=True), bound
        if node.as_lot:
            return
        for member in self._gathered.members(node.object):
            if any(is_named(facts, member, Role.OUTPUT) for facts in self._gathered.naming(member)):
                yield LineageLink(member, node.object, "membership"), _Node(member), bound

    def _made_from(self, one: str) -> Iterator[tuple[LineageLink, EventFacts, EventFacts]]:
        for made in self._gathered.naming(one):
            if not is_named(made, one, Role.OUTPUT):
                continue
            inputs = [
                (used, named)
                for used in self._gathered.transformation(made)
                for named in used.objects(Role.INPUT)
                if named.object != one
            ]
            # Back-flushed bookings name the inputs after the output: then all of them, disputed.
            earlier = [pair for pair in inputs if pair[0].time <= made.time]
            for used, named in earlier or inputs:
                link = LineageLink(
                    named.object, one, "transformation", used, made, named, not earlier
                )
                for opened in self._opened(link, used):
                    yield opened, used, made

    def _opened(self, link: LineageLink, used: EventFacts) -> Iterator[LineageLink]:
        """Yield a link as it is, or one per content of the container that was used up."""
        stays = contents_at(self._gathered, link.source, used.time)
        if not stays:
            if kind_of(link.source) == "container":
                self.result.unknown_content.setdefault(link.source, used)
            yield link
            return
        self.result.carriers[link.source] = None
        for stay in stays:
            if contents_at(self._gathered, stay.content, used.time):
                self.result.carriers[stay.content] = None
            else:
                amount = _as_child(stay.opened, stay.content)
                yield replace(link, source=stay.content, amount=amount)


class _Downstream:
    """One step with the flow: from what was used to what was made of it."""

    widest = BEFORE_ALL_TIME

    def __init__(self, gathered: Gathered, subject: str) -> None:
        self.result = Walk({subject: 0})
        self._gathered = gathered

    @staticmethod
    def is_wider(bound: int, known: int) -> bool:
        """Tell whether a bound lets more links through than another."""
        return bound < known

    def onward(self, node: _Node, bound: int) -> _Onward:
        """Yield each link, the node it leads to, and the bound that holds there."""
        for link, used, made in self._made_into(node.object):
            if used.time < bound:
                self.result.late[link] = None
            else:
                yield link, _Node(link.target), made.time
        for member in self._gathered.members(node.object):
            yield LineageLink(member, node.object, "membership"), _Node(member), bound

    def _made_into(self, one: str) -> Iterator[tuple[LineageLink, EventFacts, EventFacts]]:
        for used in self._gathered.naming(one):
            for named in used.objects(Role.INPUT):
                if named.object == one:
                    yield from self._outcomes(used, named)
        for carriage in carriages(self._gathered, one):
            for used in self._gathered.naming(carriage.container):
                if carriage.holds_at(used.time) and is_named(used, carriage.container, Role.INPUT):
                    self.result.carriers[carriage.container] = None
                    yield from self._outcomes(used, self._amount_inside(one, used.time))

    def _outcomes(
        self, used: EventFacts, named: Named
    ) -> Iterator[tuple[LineageLink, EventFacts, EventFacts]]:
        parts = self._gathered.transformation(used)
        for made in parts:
            has_earlier = any(p.time <= made.time and p.objects(Role.INPUT) for p in parts)
            if used.time > made.time and has_earlier:
                continue
            for output in made.objects(Role.OUTPUT):
                if output.object != named.object:
                    disputed = used.time > made.time
                    link = LineageLink(
                        named.object, output.object, "transformation", used, made, named, disputed
                    )
                    yield link, used, made

    def _amount_inside(self, one: str, time: int) -> Named:
        """Return an object as the event names it that put it where it was at an instant."""
        for stay in stays_of(self._gathered, one):
            named = _as_child(stay.opened, one) if stay.holds_at(time) else None
            if named is not None:
                return named
        return Named(one, Role.INPUT)


def _as_child(facts: EventFacts, one: str) -> Named | None:
    return next((named for named in facts.objects(Role.CHILD) if named.object == one), None)
