"""The tree stands in the ledger file, written with the entries, and is right at any size."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epcis_core.errors import IntegrityError, StoreError
from epcis_core.proof.checks import is_consistent, is_included
from epcis_core.store.file_format import shipped_migrations
from epcis_core.store.ledger import Ledger
from epcis_core.store.log import log_entries
from epcis_core.store.tree import Tree
from epcis_core.store.view import EVERYTHING
from tests.conftest import TEST_SCALE
from tests.core.proof import naive_tree
from tests.core.store.test_ledger_formats import FIXTURES, old
from tests.ingest.documents import SITE, captured, document, item, observed, place

__all__ = ["FIXTURES", "old"]


def leaves_of(ledger: Ledger) -> list[bytes]:
    return [entry.leaf for entry in log_entries(ledger, EVERYTHING)]


def check_whole(ledger: Ledger) -> int:
    """Compare every root, and proofs of every entry, with the oracle; return the tree's size."""
    leaves = leaves_of(ledger)
    size = len(leaves)
    with ledger.reading() as cursor:
        tree = Tree(cursor)
        assert tree.size == size
        roots = [tree.root(smaller) for smaller in range(size + 1)]
        assert roots == [naive_tree.root(leaves[:smaller]) for smaller in range(size + 1)]
        paths = tree.inclusion(range(size), size)
        for leaf, path in paths.items():
            assert is_included(leaves[leaf], leaf, size, [*path], roots[size])
        for first in range(size + 1):
            proof = tree.consistency(first, size)
            assert is_consistent(first, size, [*proof], roots[first], roots[size])
    return size


def events(first: int, count: int) -> bytes:
    return document(*(observed(item(str(first + number))) for number in range(count)))


def test_an_empty_ledger_has_the_empty_tree(ledger: Ledger) -> None:
    assert check_whole(ledger) == 0


def test_every_kind_of_entry_is_in_the_tree(ledger: Ledger) -> None:
    event = observed(eventID="urn:x:1")
    captured(ledger, document(event, elements=[place(SITE, name="Vườn")]), organisation="farm")
    captured(ledger, document(event), organisation="shop")
    kinds = [entry.metadata.kind for entry in log_entries(ledger, EVERYTHING)]
    assert kinds == ["event", "master_data", "document", "receipt", "document"]
    assert check_whole(ledger) == 5


@settings(max_examples=max(1, int(10 * TEST_SCALE)))
@given(counts=st.lists(st.integers(1, 12), min_size=1, max_size=5), data=st.data())
def test_the_tree_is_whole_after_captures_of_any_size_and_reopening(
    tmp_path_factory: pytest.TempPathFactory, counts: list[int], data: st.DataObject
) -> None:
    path: Path = tmp_path_factory.mktemp("tree") / "ledger.duckdb"
    made = 0
    for count in counts:
        with Ledger.open(path) as ledger:
            captured(ledger, events(made, count))
            made += count
            if data.draw(st.booleans(), "rejected"):
                captured(ledger, document(observed(item("x")), observed(action="ERASE")))
            if data.draw(st.booleans(), "sent again"):
                captured(ledger, events(0, made))
    with Ledger.open(path) as ledger:
        assert check_whole(ledger) == made + len(counts)


def test_a_capture_of_many_batches_grows_one_tree(ledger: Ledger) -> None:
    captured(ledger, events(0, 2_300))
    leaves = leaves_of(ledger)
    with ledger.reading() as cursor:
        tree = Tree(cursor)
        assert tree.root(tree.size) == naive_tree.root(leaves)
        rows = cursor.execute("SELECT sum(octet_length(nodes)) FROM entry").fetchall()
        size = len(leaves)
        assert rows == [(32 * (size - size.bit_count()),)]


def test_a_ledger_of_an_older_format_gets_its_tree(old: Path) -> None:
    with Ledger.open(old) as ledger:
        assert check_whole(ledger) == 49
        captured(ledger, events(0, 3))
        assert check_whole(ledger) == 53


def test_a_ledger_of_format_3_gets_its_tree(old: Path) -> None:
    Ledger.open(old, migrations=shipped_migrations()[:3]).close()
    with duckdb.connect(str(old)) as connection:
        rows = connection.execute("SELECT leaf FROM entry ORDER BY sequence").fetchall()
    leaves = [row[0] for row in rows]
    with Ledger.open(old) as ledger:
        assert leaves_of(ledger) == leaves
        assert check_whole(ledger) == 49


def test_a_ledger_with_a_hole_is_not_brought_up(old: Path) -> None:
    with duckdb.connect(str(old)) as connection:
        connection.execute("DELETE FROM entry WHERE sequence = 7")
    before = old.read_bytes()
    with pytest.raises(StoreError) as caught:
        Ledger.open(old)
    assert str(caught.value) == (
        f"{old} could not be brought to format 4 and is as it was: The log lacks entry 7"
    )
    assert old.read_bytes() == before


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda tree: tree.root(4), "Expected a size from 0 to 3, got 4"),
        (lambda tree: tree.root(-1), "Expected a size from 0 to 3, got -1"),
        (lambda tree: tree.inclusion([0], 4), "Expected a size of at most 3, got 4"),
        (lambda tree: tree.inclusion([2], 2), "Expected a leaf of the 2 in the tree, got 2"),
        (lambda tree: tree.consistency(1, 4), "Expected a size of at most 3, got 4"),
        (lambda tree: tree.consistency(3, 2), "Expected a size from 0 to 2, got 3"),
    ],
    ids=["root", "negative root", "tree", "leaf", "later tree", "earlier tree"],
)
def test_what_the_tree_has_not_got_cannot_be_asked(ledger: Ledger, ask: Any, message: str) -> None:
    captured(ledger, events(0, 2))
    with ledger.reading() as cursor, pytest.raises(ValueError, match=f"^{message}$"):
        ask(Tree(cursor))


def test_a_missing_node_is_told(ledger: Ledger) -> None:
    captured(ledger, events(0, 2))
    with ledger.writing() as cursor:
        cursor.execute("UPDATE entry SET nodes = ''::BLOB")
    with (
        ledger.reading() as cursor,
        pytest.raises(IntegrityError, match=r"^The tree lacks node 0 of level 1$"),
    ):
        Tree(cursor).root(3)
    with pytest.raises(IntegrityError, match=r"^The tree lacks node 0 of level 1$"):
        captured(ledger, events(2, 1))
    assert len(leaves_of(ledger)) == 3
