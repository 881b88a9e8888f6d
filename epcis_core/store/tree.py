"""The tree over the log, in rows: nodes are added as it grows, and read for roots and proofs.

A row of `entry` has the leaf, and the hashes of the nodes above it that became full with it: so the
tree grows with the log, in the same rows, and few blocks of them are read for a proof.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import duckdb
import pyarrow as pa

from epcis_core.errors import IntegrityError
from epcis_core.proof.leaf import Digest
from epcis_core.proof.tree import (
    CompactRange,
    Node,
    NodeReader,
    Span,
    consistency_spans,
    full_nodes,
    inclusion_spans,
    nodes_of,
    proof_of,
    span_hash,
)
from epcis_core.store.literals import rows_at
from epcis_core.store.tables import Table
from epcis_core.store.view import EVERYTHING

_SIZE: Final = 32  # bytes of a hash
_GROWN: Final = Table("grown", pa.schema([("sequence", pa.int64()), ("nodes", pa.binary())]))
_TOGETHER: Final = 10_000  # leaves that a migration reads, or sequences that are asked for, at once


class Tree:
    """The tree as one reader of the ledger sees it.

    Args:
        cursor: of a reader.

    Attributes:
        size: how many leaves it has.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor
        self.size = EVERYTHING.last(cursor) + 1

    def root(self, size: int) -> Digest:
        """Return the root that the tree had at a size.

        Raises:
            ValueError: it was never so large.
            IntegrityError: a node is missing.
        """
        if not 0 <= size <= self.size:
            raise ValueError(f"Expected a size from 0 to {self.size}, got {size}")
        whole = Span(0, size)
        return span_hash(whole, self._reader([whole]))

    def inclusion(self, leaves: Iterable[int], size: int) -> dict[int, list[Digest]]:
        """Return the proof of each of some leaves in the tree of a size.

        Raises:
            ValueError: a leaf is not in that tree, or it was never so large.
            IntegrityError: a node is missing.
        """
        if size > self.size:
            raise ValueError(f"Expected a size of at most {self.size}, got {size}")
        spans = {leaf: inclusion_spans(leaf, size) for leaf in leaves}
        read = self._reader({span for proof in spans.values() for span in proof})
        return {leaf: proof_of(proof, read) for leaf, proof in spans.items()}

    def consistency(self, first: int, second: int) -> list[Digest]:
        """Return the proof that the tree of one size has grown out of that of another.

        Raises:
            ValueError: the first is larger than the second, or the tree was never so large.
            IntegrityError: a node is missing.
        """
        if second > self.size:
            raise ValueError(f"Expected a size of at most {self.size}, got {second}")
        spans = consistency_spans(first, second)
        return proof_of(spans, self._reader(spans))

    def _reader(self, spans: Iterable[Span]) -> NodeReader:
        return node_reader(self._cursor, nodes_of(spans))


def node_reader(cursor: duckdb.DuckDBPyConnection, wanted: Iterable[Node]) -> NodeReader:
    """Return a reader of some full nodes.

    Raises:
        IntegrityError: by the reader, that a node is missing.
    """
    sequences = sorted({node.last_leaf for node in wanted})
    found: dict[int, bytes] = {}
    for start in range(0, len(sequences), _TOGETHER):
        rows = cursor.execute(
            "SELECT n.sequence, n.leaf || n.nodes FROM entry n "  # noqa: S608 - numbers
            f"WHERE {rows_at('entry', 'n', sequences[start : start + _TOGETHER])}"
        ).fetchall()
        found.update(rows)

    def read(node: Node) -> Digest:
        start = node.level * _SIZE
        digest = found.get(node.last_leaf, b"")[start : start + _SIZE]
        if len(digest) != _SIZE:
            raise IntegrityError(f"The tree lacks node {node.number} of level {node.level}")
        return Digest(digest)

    return read


def growing_tree(cursor: duckdb.DuckDBPyConnection, size: int) -> CompactRange:
    """Return the tree as far as it is needed to add leaves.

    Args:
        cursor: the writer's.
        size: how many entries the log has.

    Raises:
        IntegrityError: a node is missing.
    """
    edge = full_nodes(Span(0, size))
    return CompactRange(size, map(node_reader(cursor, edge), edge))


def fill_tree(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the nodes over the leaves that a ledger of an older format has.

    Raises:
        IntegrityError: the log has a hole.
    """
    tree = CompactRange()
    connection.execute("CREATE TEMP TABLE grown (sequence BIGINT, nodes BLOB)")
    while leaves := _leaves(connection, tree.size):
        _GROWN.insert(connection, [(tree.size, b"".join(tree.append(one))) for one in leaves])
    connection.execute(
        "UPDATE entry SET nodes = grown.nodes FROM grown WHERE grown.sequence = entry.sequence"
    )
    connection.execute("DROP TABLE grown")


def _leaves(connection: duckdb.DuckDBPyConnection, start: int) -> Sequence[Digest]:
    """Return the next leaves of the log.

    Raises:
        IntegrityError: the log has a hole.
    """
    rows = connection.execute(
        "SELECT sequence, leaf FROM entry WHERE sequence >= ? AND sequence < ? ORDER BY sequence",
        [start, start + _TOGETHER],
    ).fetchall()
    for expected, (sequence, _) in enumerate(rows, start):
        if sequence != expected:
            raise IntegrityError(f"The log lacks entry {expected}")
    return [Digest(leaf) for _, leaf in rows]
