"""The tree over the leaves of the log: it grows leaf by leaf, and every part of it can be proven.

A tree is known by its full nodes alone: those whose leaves are all there. Such a node never changes
again, so it is written once and kept; every root and every proof is made of full nodes. Level 0 are
the leaves; a node of a level stands over `1 << level` leaves, from `number << level` on.

Functions that need hashes take a reader of full nodes, so that the store can answer from its rows.
How a proof is checked stands in `epcis_core/proof/checks.py`.

References:
    RFC 9162, section 2.1
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import Final, NamedTuple

from epcis_core.proof.leaf import Digest

EMPTY_ROOT: Final = Digest(hashlib.sha256().digest())
"""The root of a tree without leaves."""


class Node(NamedTuple):
    """Where a full node stands.

    Attributes:
        level: its height above the leaves.
        number: its place in its level, from 0.
    """

    level: int
    number: int

    @property
    def last_leaf(self) -> int:
        """The leaf with which it became full."""
        return ((self.number + 1) << self.level) - 1


class Span(NamedTuple):
    """A run of leaves whose subtree has a hash.

    Attributes:
        start: the first leaf.
        end: the one behind the last.
    """

    start: int
    end: int


NodeReader = Callable[[Node], Digest]
"""Returns the hash of a full node."""


def inner_hash(left: bytes, right: bytes) -> Digest:
    """Hash an inner node.

    Args:
        left: 32 bytes, the older subtree.
        right: 32 bytes, the newer subtree.

    Returns:
        32 bytes, SHA-256 over `0x01 ‖ left ‖ right`.

    References:
        RFC 9162, section 2.1.1
    """
    return Digest(hashlib.sha256(b"\x01" + left + right).digest())


class CompactRange:
    """A tree as far as it is needed to grow: the hashes of the full nodes at its right edge.

    Args:
        size: how many leaves it has.
        hashes: of the nodes that `full_nodes(Span(0, size))` names, in that order.

    Attributes:
        size: how many leaves it has by now.

    Raises:
        ValueError: a tree of this size has another number of such nodes.
    """

    def __init__(self, size: int = 0, hashes: Iterable[Digest] = ()) -> None:
        self.size = size
        self._hashes = list(hashes)
        if len(self._hashes) != size.bit_count():
            raise ValueError(
                f"A tree of {size} leaves has {size.bit_count()} nodes at its edge, "
                f"got {len(self._hashes)}"
            )

    def append(self, leaf: Digest) -> list[Digest]:
        """Add a leaf.

        Returns:
            The hashes of the nodes above it that are full now: of level 1, 2 and so on; none for
            every other leaf, one for each leaf on average.
        """
        full = []
        above, node = self.size, leaf
        while above & 1:
            node = inner_hash(self._hashes.pop(), node)
            full.append(node)
            above >>= 1
        self._hashes.append(node)
        self.size += 1
        return full

    @property
    def edge(self) -> list[Digest]:
        """The hashes of the full nodes at its right edge, in the order of `full_nodes`."""
        return [*self._hashes]

    @property
    def root(self) -> Digest:
        """The root of the tree as it is."""
        return _folded(self._hashes)


def full_nodes(span: Span) -> list[Node]:
    """Return the full nodes that stand over a span, from left to right, as few as possible."""
    found = []
    start = span.start
    while start < span.end:
        level = (span.end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        found.append(Node(level, start >> level))
        start += 1 << level
    return found


def span_hash(span: Span, read: NodeReader) -> Digest:
    """Return the hash of the subtree over a span of a proof; the root, of a whole tree.

    References:
        RFC 9162, section 2.1.1
    """
    return _folded([read(node) for node in full_nodes(span)])


def inclusion_spans(leaf: int, size: int) -> list[Span]:
    """Return the spans whose hashes prove that a tree has a leaf, from the leaf's sibling up.

    Raises:
        ValueError: the tree has no such leaf.

    References:
        RFC 9162, section 2.1.3.1
    """
    if not 0 <= leaf < size:
        raise ValueError(f"Expected a leaf of the {size} in the tree, got {leaf}")
    start, end, found = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if leaf < middle:
            found.append(Span(middle, end))
            end = middle
        else:
            found.append(Span(start, middle))
            start = middle
    return found[::-1]


def consistency_spans(first: int, second: int) -> list[Span]:
    """Return the spans whose hashes prove that a tree has grown out of a smaller one.

    Args:
        first: leaves of the smaller tree.
        second: leaves of the larger one.

    Returns:
        The spans from the bottom up; none where one of the trees is empty or they are the same.

    Raises:
        ValueError: the first tree is the larger one, or smaller than nothing.

    References:
        RFC 9162, section 2.1.4.1
    """
    if not 0 <= first <= second:
        raise ValueError(f"Expected a size from 0 to {second}, got {first}")
    if first in {0, second}:
        return []
    start, end, found = 0, second, []
    while end != first:
        middle = start + _split(end - start)
        if first <= middle:
            found.append(Span(middle, end))
            end = middle
        else:
            found.append(Span(start, middle))
            start = middle
    if start:  # a tree that is itself a subtree is known to whoever asks
        found.append(Span(start, end))
    return found[::-1]


def proof_of(spans: Sequence[Span], read: NodeReader) -> list[Digest]:
    """Return the hashes of spans, which are a proof."""
    return [span_hash(span, read) for span in spans]


def nodes_of(spans: Iterable[Span]) -> set[Node]:
    """Return all full nodes that the hashes of spans are made of."""
    return {node for span in spans for node in full_nodes(span)}


def _split(size: int) -> int:
    """Return the largest power of two below a size of at least two."""
    return 1 << ((size - 1).bit_length() - 1)


def _folded(hashes: Sequence[Digest]) -> Digest:
    """Return the hash over neighbours of falling height."""
    if not hashes:
        return EMPTY_ROOT
    return reduce(lambda right, left: inner_hash(left, right), reversed(hashes))
