"""From a trace to the graph that its pictures draw: parties in order, objects in them, arrows.

An object stands once, at the party where the records first show it. Where it was handed on to
somebody else, a *stop* of it stands there, and what was made of it there starts from that stop.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from epcis_core.provenance.result import Handover, Trace, TracedObject

EdgeKind = Literal["transformation", "membership", "containment", "association", "handover"]

MAX_DRAWN: Final = 40
"""A picture of more objects than this helps nobody; the lists beside it hold all."""


@dataclass(frozen=True, slots=True)
class Node:
    """One object at one party.

    Attributes:
        object: the object.
        party: where; None is a party that nobody names.
        is_stop: it came here from another party, and its own box stands there.
        time: when it is first seen here, UTC; None if unknown.
        arrived: for a stop, that its receipt is recorded.
        has_gap: a gap of the trace names the object.
    """

    object: TracedObject
    party: str | None
    is_stop: bool = False
    time: str | None = None
    arrived: bool = True
    has_gap: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow from one node to another, by their indexes.

    Attributes:
        confirmed: of a handover, whether both sides recorded every one that the arrow stands for.
        count: how many handovers the arrow stands for.
        time: when, UTC; of several the first.
    """

    start: int
    end: int
    kind: EdgeKind
    disputed: bool = False
    confirmed: bool = True
    count: int = 1
    time: str | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """What a picture shows.

    Attributes:
        parties: in order, shippers before receivers as far as goods do not go in circles.
        nodes: in order of time within each party.
        edges: in order of start, then end.
        hidden: how many objects the picture leaves to the lists.
    """

    parties: tuple[str | None, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    hidden: int = 0

    def into(self, node: int) -> list[Edge]:
        """Return the arrows that end at a node."""
        return [edge for edge in self.edges if edge.end == node]


Key = tuple[str, str | None]


def chain_of(trace: Trace, *, max_drawn: int = MAX_DRAWN) -> Chain:
    """Return the graph of a trace; containers that merely carried are left out.

    Args:
        trace: the answer.
        max_drawn: how many objects to draw, the nearest to the subject first.
    """
    candidates = [one for one in trace.objects if one.role != "carrier"]
    ranked = sorted(candidates, key=lambda one: (_distance(one), one.kind != "lot", one.id))
    drawn = {one.id: one for one in ranked[:max_drawn]}
    first = _first_seen(trace)
    homes = {one: _home(trace, one, first) for one in drawn}
    nodes: dict[Key, Node] = {}
    gapped = {named for gap in trace.gaps for named in gap.objects}
    for one, found in drawn.items():
        nodes[one, homes[one]] = Node(
            found, homes[one], time=first.get(one, {}).get(homes[one]), has_gap=one in gapped
        )
    edges: dict[tuple[Key, Key, EdgeKind], Edge] = {}
    _add_handovers(trace, drawn, homes, nodes, edges)
    _add_links(trace, homes, nodes, edges)
    return _ordered(nodes, edges, hidden=len(candidates) - len(drawn))


def _distance(one: TracedObject) -> int:
    return one.steps if one.steps is not None else 1


def _first_seen(trace: Trace) -> dict[str, dict[str | None, str]]:
    """Return object to party to the first time it is seen there, earliest party first."""
    first: dict[str, dict[str | None, str]] = {}
    for visit in sorted(trace.visits, key=lambda visit: visit.time):
        first.setdefault(visit.object, {}).setdefault(visit.party, visit.time)
    return first


def _home(trace: Trace, one: str, first: Mapping[str, Mapping[str | None, str]]) -> str | None:
    """Return the party where an object begins, as far as the records say."""
    given = [handover for handover in trace.handovers if one in handover.objects]
    given.sort(key=lambda handover: handover.shipped_at or handover.received_at or "")
    seen = first.get(one)
    if seen is None:
        return given[0].from_party if given else None
    party, time = next(iter(seen.items()))
    for handover in given:
        # Its first trace is a receipt: it began with whoever sent it.
        if handover.shipped_at is None and handover.to_party == party and handover.received_at == time:
            return handover.from_party
    return party


def _add_handovers(
    trace: Trace,
    drawn: Mapping[str, TracedObject],
    homes: Mapping[str, str | None],
    nodes: dict[Key, Node],
    edges: dict[tuple[Key, Key, EdgeKind], Edge],
) -> None:
    for handover in trace.handovers:
        for one in handover.objects:
            if one not in drawn or handover.from_party == handover.to_party:
                continue
            start, end = (one, handover.from_party), (one, handover.to_party)
            _stop_at(nodes, drawn[one], start[1], handover.shipped_at, arrived=True)
            _stop_at(nodes, drawn[one], end[1], _arrival(handover), arrived=handover.received_at is not None)
            before = edges.get((start, end, "handover"))
            edges[start, end, "handover"] = Edge(
                0,
                0,
                "handover",
                disputed=handover.disputed or (before is not None and before.disputed),
                confirmed=handover.confirmed == "both" and (before is None or before.confirmed),
                count=1 if before is None else before.count + 1,
                time=handover.shipped_at or handover.received_at,
            )


def _arrival(handover: Handover) -> str | None:
    return handover.received_at or handover.shipped_at


def _stop_at(
    nodes: dict[Key, Node], one: TracedObject, party: str | None, time: str | None, *, arrived: bool
) -> None:
    key = (one.id, party)
    known = nodes.get(key)
    if known is None:
        nodes[key] = Node(one, party, is_stop=True, time=time, arrived=arrived)
    elif arrived and not known.arrived:
        nodes[key] = Node(one, party, is_stop=True, time=time)


def _add_links(
    trace: Trace,
    homes: Mapping[str, str | None],
    nodes: Mapping[Key, Node],
    edges: dict[tuple[Key, Key, EdgeKind], Edge],
) -> None:
    for link in trace.links:
        if link.from_ not in homes or link.to not in homes or link.from_ == link.to:
            continue
        end = (link.to, homes[link.to])
        start = (link.from_, end[1])
        if start not in nodes:
            start = (link.from_, homes[link.from_])
        before = edges.get((start, end, link.kind))
        # Several events say the same: it is certain where one of them is.
        edges[start, end, link.kind] = Edge(
            0,
            0,
            link.kind,
            disputed=link.disputed and (before is None or before.disputed),
            time=before.time if before is not None else link.time,
        )


def _ordered(
    nodes: Mapping[Key, Node], edges: Mapping[tuple[Key, Key, EdgeKind], Edge], *, hidden: int
) -> Chain:
    parties = _party_order(nodes, edges)
    rank = {party: index for index, party in enumerate(parties)}
    keys = sorted(nodes, key=lambda key: (rank[key[1]], nodes[key].time or "", key[0]))
    index = {key: at for at, key in enumerate(keys)}
    arrows = [
        Edge(
            index[start], index[end], kind, edge.disputed, edge.confirmed, edge.count, edge.time
        )
        for (start, end, kind), edge in edges.items()
    ]
    arrows.sort(key=lambda edge: (edge.start, edge.end, edge.kind))
    return Chain(parties, tuple(nodes[key] for key in keys), tuple(arrows), hidden)


def _party_order(
    nodes: Mapping[Key, Node], edges: Iterable[tuple[Key, Key, EdgeKind]]
) -> tuple[str | None, ...]:
    """Return parties, givers before takers; where goods go in circles, the earliest first."""
    begins: dict[str | None, str] = {}
    for node in nodes.values():
        time = node.time or "~"
        begins[node.party] = min(begins.get(node.party, time), time)
    givers: dict[str | None, set[str | None]] = {party: set() for party in begins}
    for start, end, _ in edges:
        if start[1] != end[1]:
            givers[end[1]].add(start[1])
    order: list[str | None] = []
    left = dict.fromkeys(sorted(begins, key=lambda party: (begins[party], party or "")))
    while left:
        ready = [party for party in left if not givers[party] & left.keys()]
        chosen = ready[0] if ready else next(iter(left))
        order.append(chosen)
        del left[chosen]
    return tuple(order)
