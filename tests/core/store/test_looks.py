"""Looks are kept: each line stays as it was noted, and those under a case are found at once."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from epcis_core.errors import StoreError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.attempts import begin_try
from epcis_core.store.registry.looks import Look, looks, note_look

NOW = 1_790_000_000_000_000


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Bookkeeping]:
    with Bookkeeping(tmp_path / "ledger.duckdb") as books:
        yield books


def look(number: int, case_number: str | None = "1") -> Look:
    about = ("https://id.gs1.org/01/08936099141015/10/L1", "EQ_bizStep=shipping")
    route = "GET /epcis/events"
    return Look(NOW, "an@a.example", "inspector", case_number, route, about, number)


def test_looks_come_back_as_they_were_noted_the_newest_first(books: Bookkeeping) -> None:
    noted = [look(1), look(2, None), look(3, "2"), look(4)]
    for one in noted:
        note_look(books, one)
    assert looks(books) == noted[::-1]
    assert looks(books, before=4, most=2) == [noted[2], noted[1]]
    assert looks(books, case_number="1") == [noted[3], noted[0]]
    assert looks(books, case_number="1", before=4) == [noted[0]]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE look SET who = 'x'",
        "DELETE FROM look",
        "INSERT OR REPLACE INTO look SELECT 1, 0, 'x', role, case_number, asked, about FROM look",
        "REPLACE INTO look VALUES (1, 0, 'x', '', NULL, '', '[]')",
    ],
)
def test_no_line_is_changed_removed_or_replaced(books: Bookkeeping, change: str) -> None:
    note_look(books, look(1))
    with pytest.raises(StoreError, match="what was looked at is never"), books.transaction() as own:
        own.execute(change)
    with sqlite3.connect(books.path) as other, pytest.raises(sqlite3.Error, match="is never"):
        other.execute(change)
    assert looks(books) == [look(1)]
    note_look(books, look(2))
    assert looks(books) == [look(2), look(1)]


def test_looks_under_a_case_and_old_tries_are_found_by_an_index(books: Bookkeeping) -> None:
    asked: list[str] = []
    with books.reading() as reader, books.transaction() as writer:
        reader.set_trace_callback(asked.append)
        writer.set_trace_callback(asked.append)
    looks(books, case_number="1", before=7)
    begin_try(books, {"a": 1}, NOW, 1)
    found = [one for one in asked if one.startswith(("SELECT * FROM look", "DELETE FROM attempt"))]
    with books.reading() as reader:
        plans = [reader.execute(f"EXPLAIN QUERY PLAN {one}").fetchone()["detail"] for one in found]
    assert plans == [
        "SEARCH look USING INDEX look_under (case_number=? AND number<?)",
        "SEARCH attempt USING INDEX attempt_at (time<?)",
    ]
