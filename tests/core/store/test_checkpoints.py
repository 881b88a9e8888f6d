"""Checkpoints: signed once per size, never against an earlier one, kept where they were sent."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from epcis_core.errors import IntegrityError, ParseError, StoreError
from epcis_core.proof.checks import Checkpoint, read_checkpoint, read_note, signers
from epcis_core.proof.keys import Signer, checkpoint_body
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import (
    SignedCheckpoint,
    add_cosignatures,
    log_signer,
    name_log,
    note_sent,
    published_sizes,
    sent_size,
    sign_checkpoint,
)
from epcis_core.store.ledger import Ledger
from epcis_core.store.log import log_entries
from epcis_core.store.view import EVERYTHING
from tests.core.proof import naive_tree
from tests.ingest.documents import NOW, captured, document, item, observed

WITNESS = Signer("witness.example", bytes(range(32)))


@pytest.fixture
def books(ledger: Ledger) -> Iterator[Bookkeeping]:
    with Bookkeeping(ledger.path) as opened:
        yield opened


def sizes(books: Bookkeeping) -> list[tuple[int, int]]:
    with books.transaction() as rows:
        found = rows.execute("SELECT size, published FROM checkpoint ORDER BY size").fetchall()
    return [tuple(row) for row in found]


def more(ledger: Ledger, serial: str) -> None:
    captured(ledger, document(observed(item(serial))))


def cosigned(checkpoint: SignedCheckpoint, by: Signer = WITNESS) -> str:
    return by.cosign(checkpoint_body(checkpoint.checkpoint), 1_790_000_000)


def test_a_checkpoint_tells_size_and_root_and_is_signed(ledger: Ledger, books: Bookkeeping) -> None:
    more(ledger, "1")
    made = sign_checkpoint(ledger, books, NOW)
    leaves = [entry.leaf for entry in log_entries(ledger, EVERYTHING)]
    key = log_signer(books).key
    assert re.fullmatch(r"epcis-ledger/[0-9a-f]{16}", key.name)
    assert made.checkpoint == Checkpoint(key.name, 2, naive_tree.root([*leaves]))
    assert made.made == NOW
    assert signers(made.note, [key]) == [(key, None)]
    assert read_checkpoint(read_note(made.note)[0]) == made.checkpoint


def test_the_empty_log_has_a_checkpoint(ledger: Ledger, books: Bookkeeping) -> None:
    made = sign_checkpoint(ledger, books, NOW)
    assert (made.size, made.checkpoint.root) == (0, naive_tree.root([]))


def test_a_checkpoint_is_signed_once_where_nothing_is_new(
    ledger: Ledger, books: Bookkeeping
) -> None:
    more(ledger, "1")
    first = sign_checkpoint(ledger, books, NOW)
    assert sign_checkpoint(ledger, books, NOW + 1) == first
    more(ledger, "2")
    second = sign_checkpoint(ledger, books, NOW + 2)
    assert (second.size, second.made) == (4, NOW + 2)


def test_what_was_sent_is_kept_and_what_nobody_got_is_not(
    ledger: Ledger, books: Bookkeeping
) -> None:
    for serial, publish in (("1", False), ("2", True), ("3", False), ("4", False)):
        more(ledger, serial)
        sign_checkpoint(ledger, books, NOW, publish=publish)
    assert sizes(books) == [(4, 1), (8, 0)]
    sign_checkpoint(ledger, books, NOW, publish=True)
    assert sizes(books) == [(4, 1), (8, 1)]
    assert published_sizes(books, 10) == [4, 8]
    assert published_sizes(books, 1) == [8]


def test_the_key_stays_the_same(ledger: Ledger) -> None:
    with Bookkeeping(ledger.path) as books:
        first = log_signer(books)
    with Bookkeeping(ledger.path) as books:
        assert log_signer(books) == first


def test_a_log_gets_its_name_before_it_signs(ledger: Ledger, books: Bookkeeping) -> None:
    name_log(books, "ledger.example/one")
    name_log(books, "ledger.example/two")
    assert sign_checkpoint(ledger, books, NOW).checkpoint.origin == "ledger.example/two"
    name_log(books, "ledger.example/two")
    with pytest.raises(
        StoreError,
        match=r"^The log has signed checkpoints as 'ledger.example/two' and keeps that name$",
    ):
        name_log(books, "ledger.example/three")


def test_a_name_with_spaces_is_none(books: Bookkeeping) -> None:
    with pytest.raises(
        ParseError, match=r"^Expected a name without spaces and plus signs, got 'two words'$"
    ):
        name_log(books, "two words")


def test_a_ledger_set_back_to_an_older_copy_signs_nothing(tmp_path: Path) -> None:
    path, copy = tmp_path / "ledger.duckdb", tmp_path / "copy.duckdb"
    with Ledger.open(path) as ledger:
        more(ledger, "1")
    shutil.copy2(path, copy)
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        more(ledger, "2")
        sign_checkpoint(ledger, books, NOW)
    shutil.copy2(copy, path)
    told = (
        "The log has 2 entries, and has signed a checkpoint of 4: the ledger is an older copy. "
        "Nothing is signed."
    )
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        with pytest.raises(IntegrityError, match=f"^{told}$"):
            sign_checkpoint(ledger, books, NOW)
        more(ledger, "3")
        with pytest.raises(IntegrityError, match=r"^The first 4 entries of the log are not those "):
            sign_checkpoint(ledger, books, NOW)


def test_a_log_whose_tree_was_changed_signs_nothing(ledger: Ledger, books: Bookkeeping) -> None:
    more(ledger, "1")
    sign_checkpoint(ledger, books, NOW)
    with ledger.writing() as cursor:
        cursor.execute("UPDATE entry SET nodes = repeat('x', octet_length(nodes))::BLOB")
    told = (
        "The first 2 entries of the log are not those that its last checkpoint was signed of: "
        "they were changed. Nothing is signed."
    )
    with pytest.raises(IntegrityError, match=f"^{told}$"):
        sign_checkpoint(ledger, books, NOW)


def test_cosignatures_are_kept_and_shown(ledger: Ledger, books: Bookkeeping) -> None:
    made = sign_checkpoint(ledger, books, NOW, publish=True)
    line, known = cosigned(made), [WITNESS.cosigning_key]
    assert add_cosignatures(books, made, [line, line], known) == 1
    assert add_cosignatures(books, made, [line], known) == 0
    again = sign_checkpoint(ledger, books, NOW)
    assert again.note == f"{made.note}{line}\n"
    assert signers(again.note, known) == [(WITNESS.cosigning_key, 1_790_000_000)]


def test_cosignatures_that_are_none_or_wrong_are_left_out(
    ledger: Ledger, books: Bookkeeping
) -> None:
    made = sign_checkpoint(ledger, books, NOW, publish=True)
    more(ledger, "1")
    later = sign_checkpoint(ledger, books, NOW, publish=True)
    own = log_signer(books).sign(checkpoint_body(later.checkpoint))
    lines = ["", "thank you", "— x", cosigned(made), own]
    assert add_cosignatures(books, later, lines, [WITNESS.cosigning_key]) == 0
    many = [cosigned(later, Signer(f"w{number}", bytes(32))) for number in range(20)]
    assert add_cosignatures(books, later, many, []) == 16


def test_what_a_receiver_has_taken_is_noted(books: Bookkeeping) -> None:
    assert sent_size(books, "https://a.example") == -1
    note_sent(books, "https://a.example", 0)
    note_sent(books, "https://a.example", 7)
    assert sent_size(books, "https://a.example") == 7
    assert sent_size(books, "https://b.example") == -1
