"""The tree of RFC 9162: published vectors, and the words of the RFC as an oracle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.proof.checks import is_consistent, is_included
from epcis_core.proof.leaf import Digest
from epcis_core.proof.tree import (
    EMPTY_ROOT,
    CompactRange,
    Node,
    Span,
    consistency_spans,
    full_nodes,
    inclusion_spans,
    inner_hash,
    nodes_of,
    proof_of,
    span_hash,
)
from tests.core.proof import ct_vectors, naive_tree

MOST = 70


class Grown:
    """A tree that was grown leaf by leaf, and the full nodes that this gave."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.edge = CompactRange()
        self.nodes: dict[Node, Digest] = {}
        for number, leaf in enumerate(leaves):
            above = self.edge.append(Digest(leaf))
            for level, one in enumerate([Digest(leaf), *above]):
                self.nodes[Node(level, number >> level)] = one

    def root(self, size: int) -> Digest:
        return span_hash(Span(0, size), self.nodes.__getitem__)

    def inclusion(self, leaf: int, size: int) -> list[Digest]:
        return proof_of(inclusion_spans(leaf, size), self.nodes.__getitem__)

    def consistency(self, first: int, second: int) -> list[Digest]:
        return proof_of(consistency_spans(first, second), self.nodes.__getitem__)


def leaves_of(size: int) -> list[bytes]:
    return [naive_tree.leaf(str(number).encode()) for number in range(size)]


PUBLISHED = Grown([naive_tree.leaf(data) for data in ct_vectors.LEAVES])


def test_published_nodes_come_out() -> None:
    found = {node: one.hex() for node, one in PUBLISHED.nodes.items()}
    assert found == {
        Node(level, number): one
        for level, row in enumerate(ct_vectors.LEVELS)
        for number, one in enumerate(row)
    }


@pytest.mark.parametrize("size", range(9))
def test_published_roots_come_out(size: int) -> None:
    assert PUBLISHED.root(size).hex() == ct_vectors.ROOTS[size]
    grown = Grown([naive_tree.leaf(data) for data in ct_vectors.LEAVES[:size]])
    assert grown.edge.root.hex() == ct_vectors.ROOTS[size]


@pytest.mark.parametrize(("leaf", "size", "expected"), ct_vectors.INCLUSION)
def test_published_proofs_of_inclusion_come_out(leaf: int, size: int, expected: list[str]) -> None:
    found = PUBLISHED.inclusion(leaf, size)
    assert [one.hex() for one in found] == expected
    root = bytes.fromhex(ct_vectors.ROOTS[size])
    assert is_included(bytes.fromhex(ct_vectors.LEAF_HASHES[leaf]), leaf, size, [*found], root)


@pytest.mark.parametrize(("first", "second", "expected"), ct_vectors.CONSISTENCY)
def test_published_proofs_of_consistency_come_out(
    first: int, second: int, expected: list[str]
) -> None:
    found = PUBLISHED.consistency(first, second)
    assert [one.hex() for one in found] == expected
    old, new = (bytes.fromhex(ct_vectors.ROOTS[size]) for size in (first, second))
    assert is_consistent(first, second, [*found], old, new)


@given(size=st.integers(0, MOST))
def test_any_root_is_what_the_rfc_says(size: int) -> None:
    leaves = leaves_of(size)
    grown = Grown(leaves)
    assert grown.edge.root == naive_tree.root(leaves)
    assert grown.edge.size == size
    for smaller in range(size + 1):
        assert grown.root(smaller) == naive_tree.root(leaves[:smaller])


@given(size=st.integers(1, MOST), data=st.data())
def test_any_proof_is_what_the_rfc_says_and_is_accepted(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    leaf = data.draw(st.integers(0, size - 1), "leaf")
    first = data.draw(st.integers(1, size), "smaller tree")
    grown, root = Grown(leaves), naive_tree.root(leaves)
    included, grew = grown.inclusion(leaf, size), grown.consistency(first, size)
    assert included == naive_tree.path(leaf, leaves)
    assert grew == naive_tree.proof(first, leaves)
    assert is_included(leaves[leaf], leaf, size, [*included], root)
    assert is_consistent(first, size, [*grew], naive_tree.root(leaves[:first]), root)


@given(size=st.integers(2, MOST), data=st.data())
def test_a_proof_with_any_bit_flipped_is_refused(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    leaf = data.draw(st.integers(0, size - 1), "leaf")
    first = data.draw(st.integers(1, size - 1), "smaller tree")
    grown, root, old = Grown(leaves), naive_tree.root(leaves), naive_tree.root(leaves[:first])
    bit = data.draw(st.integers(0, 255), "bit")

    def flipped(text: bytes) -> bytes:
        return (int.from_bytes(text, "big") ^ 1 << bit).to_bytes(32, "big")

    included, grew = [*grown.inclusion(leaf, size)], [*grown.consistency(first, size)]
    spoiled = data.draw(st.integers(0, len(included) - 1), "element")
    other = [flipped(one) if n == spoiled else one for n, one in enumerate(included)]
    assert not is_included(leaves[leaf], leaf, size, [*other], root)
    assert not is_included(flipped(leaves[leaf]), leaf, size, [*included], root)
    assert not is_included(leaves[leaf], leaf, size, [*included], flipped(root))
    assert not is_included(leaves[leaf], leaf, size, [*included, root], root)
    assert not is_included(leaves[leaf], leaf, size, [*included[:-1]], root)
    spoiled = data.draw(st.integers(0, len(grew) - 1), "element of the other")
    other = [flipped(one) if n == spoiled else one for n, one in enumerate(grew)]
    assert not is_consistent(first, size, [*other], old, root)
    assert not is_consistent(first, size, [*grew], flipped(old), root)
    assert not is_consistent(first, size, [*grew], old, flipped(root))
    assert not is_consistent(first, size, [*grew, root], old, root)
    assert not is_consistent(first, size, [*grew[:-1]], old, root)


@given(size=st.integers(1, MOST), data=st.data())
def test_a_proof_holds_for_its_own_leaf_and_tree_alone(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    leaf = data.draw(st.integers(0, size - 1), "leaf")
    other = data.draw(st.integers(-1, size + 1).filter(lambda one: one != leaf), "another leaf")
    path, root = [*Grown(leaves).inclusion(leaf, size)], naive_tree.root(leaves)
    assert not is_included(leaves[leaf], other, size, [*path], root)


def test_consistency_with_and_of_nothing_needs_no_proof() -> None:
    root, other = naive_tree.root(leaves_of(3)), naive_tree.root(leaves_of(4))
    assert consistency_spans(0, 3) == consistency_spans(3, 3) == consistency_spans(0, 0) == []
    assert is_consistent(0, 3, [], EMPTY_ROOT, root)
    assert is_consistent(3, 3, [], root, root)
    assert not is_consistent(0, 3, [], root, root)
    assert not is_consistent(0, 3, [root], EMPTY_ROOT, root)
    assert not is_consistent(3, 3, [], root, other)
    assert not is_consistent(3, 3, [root], root, root)
    assert not is_consistent(3, 4, [], root, other)
    assert not is_consistent(4, 3, [], other, root)
    assert not is_consistent(-1, 3, [], EMPTY_ROOT, root)


@given(
    start=st.integers(0, 5), width=st.integers(0, 6), more=st.integers(0, 63), size=st.integers(0)
)
def test_full_nodes_cover_a_span_once_in_order(
    start: int, width: int, more: int, size: int
) -> None:
    """A span of a proof begins where a subtree as large as itself would."""
    begin = start << width
    span = Span(begin, begin + min(more, 1 << width))
    covered = [
        leaf
        for node in full_nodes(span)
        for leaf in range(node.number << node.level, node.last_leaf + 1)
    ]
    assert covered == list(range(*span))
    assert len(full_nodes(Span(0, size))) == size.bit_count()


def test_what_does_not_exist_cannot_be_proven() -> None:
    with pytest.raises(ValueError, match=r"^Expected a leaf of the 3 in the tree, got 3$"):
        inclusion_spans(3, 3)
    with pytest.raises(ValueError, match=r"^Expected a leaf of the 3 in the tree, got -1$"):
        inclusion_spans(-1, 3)
    with pytest.raises(ValueError, match=r"^Expected a size from 0 to 3, got 4$"):
        consistency_spans(4, 3)
    with pytest.raises(ValueError, match=r"^A tree of 3 leaves has 2 nodes at its edge, got 1$"):
        CompactRange(3, [EMPTY_ROOT])


@given(size=st.integers(0, MOST), more=st.integers(0, MOST))
def test_a_tree_grows_on_from_the_nodes_at_its_edge(size: int, more: int) -> None:
    leaves = leaves_of(size + more)
    whole = Grown(leaves)
    edge = [whole.nodes[node] for node in full_nodes(Span(0, size))]
    later = CompactRange(size, edge)
    for leaf in leaves[size:]:
        later.append(Digest(leaf))
    assert later.root == whole.edge.root


def test_nodes_of_a_proof_are_each_named_once() -> None:
    assert nodes_of([Span(0, 4), Span(0, 3)]) == {Node(2, 0), Node(1, 0), Node(0, 2)}
    left, right = leaves_of(2)
    assert inner_hash(left, right) == naive_tree.node(left, right)
