"""Many parties at the end of a chain, drawn as one: hundreds of shops that one maker supplies."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from api.web.chain_parts import Edge, EdgeKind, Key, Node

_MOST: Final = 6
"""So many parties that were given the same by the same are drawn one by one, but no more."""

Edges = Mapping[tuple[Key, Key, EdgeKind], Edge]
Crowds = dict[str | None, tuple[str | None, ...]]


def crowded(nodes: Mapping[Key, Node], edges: Edges) -> tuple[dict[Key, Node], Edges, Crowds]:
    """Return a graph in which parties stand together that were given the same by the same.

    Only those do that nothing leads on from. Whoever recorded no receipt stands apart from those
    who did.

    Args:
        nodes: by object and party.
        edges: by both ends and kind.

    Returns:
        The graph, and the first party of each crowd to all of it, by the time they were given it.
    """
    crowds: Crowds = {}
    of: dict[str | None, str | None] = {}
    for parties in _alike(nodes, edges):
        crowds[parties[0]] = tuple(parties)
        of.update(dict.fromkeys(parties, parties[0]))
    if not crowds:
        return dict(nodes), edges, crowds

    def moved(key: Key) -> Key:
        return key[0], of.get(key[1], key[1])

    gathered: dict[Key, Node] = {}
    for key, node in nodes.items():
        known = gathered.get(moved(key))
        if known is None:
            gathered[moved(key)] = replace(node, party=moved(key)[1])
        else:
            times = [time for time in (known.time, node.time) if time is not None]
            gathered[moved(key)] = replace(known, time=min(times, default=None))
    joined: dict[tuple[Key, Key, EdgeKind], Edge] = {}
    for (start, end, kind), edge in edges.items():
        ends = (start, moved(end), kind)
        joined[ends] = edge if ends not in joined else _both(joined[ends], edge)
    return gathered, joined, crowds


def _alike(nodes: Mapping[Key, Node], edges: Edges) -> list[Sequence[str | None]]:
    """Return the parties to draw as one, each crowd by time."""
    own: dict[str | None, list[Node]] = {}
    for node in nodes.values():
        own.setdefault(node.party, []).append(node)
    given: dict[str | None, set[tuple[Key, EdgeKind]]] = {}
    busy = {start[1] for start, _, _ in edges}
    unconfirmed = {end[1] for (_, end, _), edge in edges.items() if not edge.confirmed}
    for start, end, kind in edges:
        given.setdefault(end[1], set()).add((start, kind))
    found: dict[object, list[str | None]] = {}
    for party, its in own.items():
        if party not in busy and all(node.is_stop for node in its):
            came = all(node.arrived for node in its)
            alike = (frozenset(given.get(party, ())), came, party in unconfirmed)
            found.setdefault(alike, []).append(party)
    return [
        sorted(its, key=lambda one: (min(node.time or "~" for node in own[one]), one or ""))
        for its in found.values()
        if len(its) > _MOST
    ]


def _both(one: Edge, other: Edge) -> Edge:
    times = [time for time in (one.time, other.time) if time is not None]
    return replace(
        one,
        disputed=one.disputed or other.disputed,
        confirmed=one.confirmed and other.confirmed,
        count=one.count + other.count,
        time=min(times, default=None),
    )
