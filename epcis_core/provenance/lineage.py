"""What became of what: transformation links and membership, walked with time.

Upstream of an object at *t* only what was made at or before *t* counts, and the bound tightens
along the path; downstream mirrors it. A node reached again with a wider bound is walked again. A
use before its object was ever made leads to every maker, and the bound is that link's own again.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from epcis_core.model.references import Role
from epcis_core.provenance.evidence import is_named
from epcis_core.provenance.gathered import Gathered
from epcis_core.provenance.kinds import kind_of
from epcis_core.provenance.transformations import LineageLink, Transformations

BEFORE_ALL_TIME: Final = -(1 << 62)
AFTER_ALL_TIME: Final = 1 << 62

Way = Literal["upstream", "downstream"]


@dataclass(slots=True)
class Room:
    """How many objects an answer may still take in.

    Attributes:
        most: of any role.
        objects: those taken in.
        truncated: something was left out.
    """

    most: int
    objects: dict[str, None] = field(default_factory=dict)
    truncated: bool = False

    def takes(self, one: str) -> bool:
        """Take an object in if there is room for it, and tell whether it is in."""
        if one in self.objects:
            return True
        if len(self.objects) >= self.most:
            self.truncated = True
            return False
        self.objects[one] = None
        return True


@dataclass(slots=True)
class Walk:
    """The result of walking one way.

    Attributes:
        steps: object to the least number of links from the subject, or from what was in it.
        links: every link walked, in the order it was first walked.
        whole: the objects reached for themselves; the others are lots of which a member alone was.
        late: links left out because of time alone.
    """

    steps: dict[str, int]
    links: dict[LineageLink, None] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    late: dict[LineageLink, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Node:
    """An object on the way.

    Attributes:
        object: its identifier.
        as_lot: it was reached as the lot of a member, so that its other members stay out.
    """

    object: str
    as_lot: bool = False


class Lineage:
    """Walks lineage either way.

    Args:
        gathered: facts; more are loaded level by level.
        transformations: the links.
    """

    def __init__(self, gathered: Gathered, transformations: Transformations) -> None:
        self._gathered = gathered
        self._transformations = transformations

    def walk(
        self, starts: Collection[str], way: Way, room: Room, *, bound: int | None = None
    ) -> Walk:
        """Walk the lineage of objects.

        Args:
            starts: the subject, and what was in it.
            way: against or with the flow of goods.
            room: for the objects that are reached.
            bound: upstream, only what was made at or before it counts; downstream, only what was
                used at or after it. Microseconds since 1970 UTC; None for all.
        """
        result = Walk({one: 0 for one in starts if room.takes(one)})
        widest = AFTER_ALL_TIME if way == "upstream" else BEFORE_ALL_TIME
        if bound is not None:
            widest = bound
        bounds: dict[Node, int] = {}
        level = {Node(one): widest for one in result.steps if kind_of(one) != "class"}
        depth = 0
        while level:
            depth += 1
            bounds.update(level)
            result.whole.update(node.object for node in level if not node.as_lot)
            self._gathered.load_kin({node.object for node in level})
            self._transformations.load({node.object for node in level})
            reached: dict[Node, int] = {}
            for node, its in level.items():
                for link, to, its_bound in self.onward(node, its, way, result, widest):
                    if not room.takes(to.object):
                        continue
                    result.steps.setdefault(to.object, depth)
                    result.links[link] = None
                    known = reached.get(to, bounds.get(to))
                    wider = known is None or (
                        its_bound > known if way == "upstream" else its_bound < known
                    )
                    if wider and kind_of(to.object) != "class":
                        reached[to] = its_bound
            level = reached
        return result

    def onward(
        self, node: Node, bound: int, way: Way, result: Walk, widest: int
    ) -> Iterator[tuple[LineageLink, Node, int]]:
        """Yield each link, the node it leads to, and the bound that holds there.

        Args:
            node: where from.
            bound: what counts there.
            way: against or with the flow of goods.
            result: takes what time alone leaves out.
            widest: what counts anew before a use of what nobody had made yet.
        """
        one = node.object
        if way == "upstream":
            result.late.update(self._transformations.too_late_for(one))
            for made in self._transformations.into(one):
                if made.made.time > bound:
                    result.late[made.link] = None
                    continue
                source = made.link.source
                orphan = self._transformations.is_orphan(source, made.used.time)
                yield made.link, Node(source), widest if orphan else made.used.time
        else:
            result.late.update(self._transformations.made_before(one))
            for made in self._transformations.out_of(one):
                orphan = self._transformations.is_orphan(one, made.used.time)
                if made.used.time < bound and not orphan:
                    result.late[made.link] = None
                    continue
                yield made.link, Node(made.link.target), made.made.time
        yield from self._kin(node, bound, way)

    def _kin(self, node: Node, bound: int, way: Way) -> Iterator[tuple[LineageLink, Node, int]]:
        """Yield the memberships that lead on: to lots, and to members where all of a lot counts.

        A member comes from what its lot was made of. A lot comes from what its members were made
        of, where something made them; and never one member from another.
        """
        one = node.object
        up = way == "upstream"
        for lot in self._gathered.lots(one):
            if up or self._is_made(one):
                yield LineageLink(one, lot, "membership"), Node(lot, as_lot=True), bound
        if not node.as_lot:
            for member in self._gathered.members(one):
                if not up or self._is_made(member):
                    yield LineageLink(member, one, "membership"), Node(member), bound

    def _is_made(self, member: str) -> bool:
        """Tell whether a transformation made an instance itself."""
        return any(is_named(f, member, Role.OUTPUT) for f in self._gathered.naming(member))
