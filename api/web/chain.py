"""From a trace to the graph that its pictures draw: parties in order, objects in them, arrows.

An object stands once, at the party where the records first show it. Where it was handed on to
somebody else, a *stop* of it stands there, and what was made of it there starts from that stop.
Many single items that went the same way stand together in one box.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Final, TypeVar

from api.web.chain_parts import Chain, Edge, EdgeKind, Key, Node
from api.web.crowds import crowded
from epcis_core.provenance.result import Trace, TracedObject

__all__ = ["MAX_DRAWN", "Chain", "Edge", "Node", "chain_of", "in_order"]

MAX_DRAWN: Final = 40
"""A picture of more boxes than this helps nobody; the lists beside it hold all."""

_TOGETHER: Final = 3


Item = TypeVar("Item", bound=Hashable)


def chain_of(trace: Trace, *, max_drawn: int = MAX_DRAWN) -> Chain:
    """Return the graph of a trace; containers that merely carried are left out.

    Args:
        trace: the answer.
        max_drawn: how many boxes to draw, the nearest to the subject first.
    """
    first = _first_seen(trace)
    candidates = [one for one in trace.objects if one.role != "carrier"]
    groups = _together(trace, candidates, first, is_crowded=len(candidates) > max_drawn)
    groups.sort(key=lambda group: (_distance(group[0]), group[0].kind != "lot", group[0].id))
    drawn = {group[0].id: group for group in groups[:max_drawn]}
    # Every member of a group is drawn as its first.
    box_of = {one.id: group[0].id for group in drawn.values() for one in group}
    homes = {one: _home(trace, one, first) for one in drawn}
    gapped = {box_of.get(named) for gap in trace.gaps for named in gap.objects}
    nodes: dict[Key, Node] = {}
    for one, group in drawn.items():
        time = first.get(one, {}).get(homes[one])
        nodes[one, homes[one]] = Node(group[0], group, homes[one], time=time, has_gap=one in gapped)
    edges: dict[tuple[Key, Key, EdgeKind], Edge] = {}
    _add_handovers(trace, drawn, box_of, nodes, edges)
    _add_links(trace, box_of, homes, nodes, edges)
    return _ordered(nodes, edges, hidden=len(candidates) - len(box_of))


def _together(
    trace: Trace,
    candidates: Sequence[TracedObject],
    first: Mapping[str, Mapping[str | None, str]],
    *,
    is_crowded: bool,
) -> list[tuple[TracedObject, ...]]:
    """Return objects, single items of one product with the same relations and hands together.

    Where there are more objects than a picture has room for, lots of one product stand together as
    well, if they have the same relations and went the same way.
    """
    relations: dict[str, list[tuple[str, ...]]] = {found.id: [] for found in candidates}
    for link in trace.links:
        relations.setdefault(link.from_, []).append(("to", link.kind, link.to))
        relations.setdefault(link.to, []).append(("from", link.kind, link.from_))
    for at, handover in enumerate(trace.handovers):
        for named in handover.objects:
            ends = (str(handover.from_party), str(handover.to_party), handover.confirmed)
            way = ends if is_crowded else (str(at),)
            relations.setdefault(named, []).append(("handover", *way))
    for gap in trace.gaps:
        for named in gap.objects:
            relations.setdefault(named, []).append(("gap", gap.code))
    groups: dict[object, list[TracedObject]] = {}
    for one in candidates:
        alike: object = (
            one.gtin,
            one.role,
            one.disputed,
            tuple(sorted(relations[one.id])),
            tuple(first.get(one.id, {})),
        )
        single = one.kind == "instance" or (is_crowded and one.kind == "lot")
        single = single and one.role != "subject"
        groups.setdefault(alike if single else one.id, []).append(one)
    found: list[tuple[TracedObject, ...]] = []
    for group in groups.values():
        found += [tuple(group)] if len(group) >= _TOGETHER else [(one,) for one in group]
    return found


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
        came = handover.to_party == party and handover.received_at == time
        if came and handover.shipped_at is None:
            return handover.from_party  # its first trace is a receipt
    return party


def _add_handovers(
    trace: Trace,
    drawn: Mapping[str, tuple[TracedObject, ...]],
    box_of: Mapping[str, str],
    nodes: dict[Key, Node],
    edges: dict[tuple[Key, Key, EdgeKind], Edge],
) -> None:
    # Sales end the chain; who bought is nobody's to know.
    sales = {id(sale) for sale in trace.sales}
    for handover in trace.handovers:
        if handover.from_party == handover.to_party or id(handover) in sales:
            continue
        for one in dict.fromkeys(box_of[one] for one in handover.objects if one in box_of):
            start, end = (one, handover.from_party), (one, handover.to_party)
            came = handover.received_at
            _stop_at(nodes, drawn[one], start[1], handover.shipped_at, arrived=True)
            _stop_at(nodes, drawn[one], end[1], came or handover.shipped_at, arrived=bool(came))
            before = edges.get((start, end, "handover"))
            edges[start, end, "handover"] = Edge(
                0,
                0,
                "handover",
                disputed=handover.disputed or (before is not None and before.disputed),
                confirmed=(handover.confirmed == "both" or handover.unseen)
                and (before is None or before.confirmed),
                count=1 if before is None else before.count + 1,
                time=handover.shipped_at or handover.received_at,
            )


def _stop_at(
    nodes: dict[Key, Node],
    group: tuple[TracedObject, ...],
    party: str | None,
    time: str | None,
    *,
    arrived: bool,
) -> None:
    key = (group[0].id, party)
    known = nodes.get(key)
    if known is None:
        nodes[key] = Node(group[0], group, party, is_stop=True, time=time, arrived=arrived)
    elif arrived and not known.arrived:
        nodes[key] = Node(group[0], group, party, is_stop=True, time=time)


def _add_links(
    trace: Trace,
    box_of: Mapping[str, str],
    homes: Mapping[str, str | None],
    nodes: Mapping[Key, Node],
    edges: dict[tuple[Key, Key, EdgeKind], Edge],
) -> None:
    for link in trace.links:
        source, target = box_of.get(link.from_), box_of.get(link.to)
        if source is None or target is None or source == target:
            continue
        end = (target, homes[target])
        start = (source, end[1])
        if start not in nodes:
            start = (source, homes[source])
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
    nodes, edges, crowds = crowded(nodes, edges)
    parties = _party_order(nodes, edges)
    rank = {party: index for index, party in enumerate(parties)}
    keys = sorted(nodes, key=lambda key: (rank[key[1]], nodes[key].time or "", key[0]))
    index = {key: at for at, key in enumerate(keys)}
    arrows = [
        Edge(index[start], index[end], kind, edge.disputed, edge.confirmed, edge.count, edge.time)
        for (start, end, kind), edge in edges.items()
    ]
    arrows.sort(key=lambda edge: (edge.start, edge.end, edge.kind))
    return Chain(parties, tuple(nodes[key] for key in keys), tuple(arrows), hidden, crowds)


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
    earliest = sorted(begins, key=lambda party: (begins[party], party or ""))
    return tuple(in_order(earliest, givers))


def in_order(items: Iterable[Item], before: Mapping[Item, set[Item]]) -> list[Item]:
    """Return items so that each comes after those before it, else as they were given.

    Where they run in a circle its first item begins, and only the circle is cut.
    """
    order: list[Item] = []
    left = dict.fromkeys(items)
    while left:
        chosen = next((one for one in left if not before[one] & left.keys()), None)
        if chosen is None:
            # What has the fewest before it stands in a circle that nothing outside leads to.
            chosen = min(left, key=lambda one: len(_with_all_before(one, before, left)))
        order.append(chosen)
        del left[chosen]
    return order


def _with_all_before(
    one: Item, before: Mapping[Item, set[Item]], left: Mapping[Item, None]
) -> set[Item]:
    found = {one}
    todo = [one]
    while todo:
        new = (before[todo.pop()] & left.keys()) - found
        found |= new
        todo += new
    return found
