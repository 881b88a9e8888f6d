"""The journal takes lines and keeps them, together with the change that they tell of."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from epcis_core.errors import AccessError, StoreError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.journal import Entry, What, journal, note
from epcis_core.store.registry.organisations import (
    Organisation,
    add_organisation,
    find_organisation,
)

NOW = 1_790_000_000_000_000
FARM = Organisation("https://id.gs1.org/417/8936099140001", "Vườn nho")


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Bookkeeping]:
    with Bookkeeping(tmp_path / "ledger.duckdb") as books:
        yield books


def entry(number: int, what: What = What.LOGGED_IN, about: str = "") -> Entry:
    return Entry(NOW + number, "lan@farm.example", "192.0.2.7", what, about, number)


def execute(books: Bookkeeping, statement: str) -> None:
    with books.transaction() as connection:
        connection.execute(statement)


def test_entries_come_back_as_they_were_noted_the_newest_first(books: Bookkeeping) -> None:
    kinds = [What.LOGGED_IN, What.LOGGED_OUT, What.LOGGED_IN, What.SHARED]
    noted = [entry(number, what) for number, what in enumerate(kinds, 1)]
    for one in noted:
        note(books, one)
    assert journal(books) == noted[::-1]
    assert journal(books, before=4, most=2) == [noted[2], noted[1]]
    assert journal(books, what=What.LOGGED_IN) == [noted[2], noted[0]]
    assert journal(books, what=What.LOGGED_IN, before=3) == [noted[0]]


@pytest.mark.parametrize("change", ["UPDATE journal SET who = 'x'", "DELETE FROM journal"])
def test_no_line_is_changed_or_removed(books: Bookkeeping, change: str) -> None:
    note(books, entry(1))
    with pytest.raises(StoreError, match="what stands in the journal is never"):
        execute(books, change)
    with sqlite3.connect(books.path) as other, pytest.raises(sqlite3.Error, match="is never"):
        other.execute(change)
    assert journal(books) == [entry(1)]


def test_what_something_was_about_is_bounded(books: Bookkeeping) -> None:
    note(books, entry(1, about="x" * 5000))
    assert journal(books)[0].about == "x" * 1000


def test_a_line_stands_there_with_the_change_or_not_at_all(books: Bookkeeping) -> None:
    told = entry(1, What.ORGANISATION_ADDED, FARM.id)

    def add(*, fails: bool) -> None:
        with books.transaction():
            add_organisation(books, FARM, NOW)
            note(books, told)
            assert journal(books) == []  # nobody else sees it yet
            if fails:
                raise AccessError("it cannot be")

    with pytest.raises(AccessError):
        add(fails=True)
    assert (journal(books), find_organisation(books, FARM.id)) == ([], None)
    add(fails=False)
    assert journal(books) == [told]
    assert find_organisation(books, FARM.id) is not None


def test_of_a_transaction_within_another_nothing_holds_that_the_disk_refused(
    books: Bookkeeping,
) -> None:
    def change() -> None:
        with books.transaction():
            note(books, entry(1))
            execute(books, "INSERT INTO nowhere VALUES (1)")

    with pytest.raises(StoreError, match="no such table"):
        change()
    assert journal(books) == []
    note(books, entry(1))
    assert len(journal(books)) == 1
