"""What the pictures of a trace draw: objects at parties, and arrows between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from epcis_core.provenance.result import TracedObject

EdgeKind = Literal["transformation", "membership", "containment", "association", "handover"]

Key = tuple[str, str | None]
"""An object and where it is."""


@dataclass(frozen=True, slots=True)
class Node:
    """One object at one party, or several single items that went the same way.

    Attributes:
        object: the object, or the first of several.
        members: all of them, in order.
        party: where; None is a party that nobody names.
        is_stop: it came here from another party, and its own box stands there.
        time: when it is first seen here, UTC; None if unknown.
        arrived: for a stop, that its receipt is recorded.
        has_gap: a gap of the trace names the object.
    """

    object: TracedObject
    members: tuple[TracedObject, ...]
    party: str | None
    is_stop: bool = False
    time: str | None = None
    arrived: bool = True
    has_gap: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow from one node to another, by their indexes.

    Attributes:
        confirmed: of a handover, whether both sides recorded every one that the arrow stands for,
            as far as whoever asks can know.
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
        crowds: party to all that its lane stands for, itself among them, where these are many.
    """

    parties: tuple[str | None, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    hidden: int = 0
    crowds: Mapping[str | None, tuple[str | None, ...]] = field(default_factory=dict)

    @property
    def everybody(self) -> list[str | None]:
        """The parties in order, those of a crowd one by one."""
        return [one for party in self.parties for one in self.crowd(party)]

    def crowd(self, party: str | None) -> tuple[str | None, ...]:
        """Return the parties that a lane stands for: many, or the one."""
        return self.crowds.get(party, (party,))

    def into(self, node: int) -> list[Edge]:
        """Return the arrows that end at a node."""
        return [edge for edge in self.edges if edge.end == node]
