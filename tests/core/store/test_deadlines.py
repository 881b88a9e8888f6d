"""Reads that may take some time and no longer."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from epcis_core.errors import TooComplexError
from epcis_core.store.ledger import Ledger

ENDLESS = "SELECT sum(a.range * b.range % 7) FROM range(1000000) a, range(1000000) b"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger.open(tmp_path / "ledger.duckdb")) as opened:
        yield opened


def test_a_read_that_takes_longer_is_given_up_and_the_sentence_says_after_how_long(
    ledger: Ledger,
) -> None:
    with pytest.raises(TooComplexError, match=r"more than 0\.2 s"), ledger.reading(0.2) as cursor:
        cursor.execute(ENDLESS).fetchall()


def test_all_reads_of_one_transaction_have_the_time_together(ledger: Ledger) -> None:
    def read_twice() -> None:
        with ledger.reading(0.3) as cursor:
            cursor.execute("SELECT 1").fetchall()
            time.sleep(0.5)  # the time ends between two statements
            cursor.execute(ENDLESS).fetchall()

    with pytest.raises(TooComplexError):
        read_twice()


def test_a_shorter_time_ends_before_a_longer_one_that_began_earlier(ledger: Ledger) -> None:
    with ledger.reading(3600) as patient:
        with pytest.raises(TooComplexError), ledger.reading(0.2) as cursor:
            cursor.execute(ENDLESS).fetchall()
        assert patient.execute("SELECT 7").fetchall() == [(7,)]


def test_each_of_many_at_once_has_its_own_time(ledger: Ledger) -> None:
    ends: dict[int, str] = {}

    def read(number: int) -> None:
        try:
            with ledger.reading(0.2 if number % 2 else 3600) as cursor:
                cursor.execute(ENDLESS if number % 2 else "SELECT 1").fetchall()
            ends[number] = "answered"
        except TooComplexError:
            ends[number] = "given up"

    threads = [threading.Thread(target=read, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ends == {n: "given up" if n % 2 else "answered" for n in range(10)}


def test_the_next_read_is_not_interrupted_for_the_one_before(ledger: Ledger) -> None:
    for _ in range(3):
        with pytest.raises(TooComplexError), ledger.reading(0.1) as cursor:
            cursor.execute(ENDLESS).fetchall()
        with ledger.reading(30) as cursor:
            assert cursor.execute("SELECT sum(range) FROM range(100000)").fetchall()


def test_a_closed_ledger_leaves_no_thread(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger, ledger.reading(30) as cursor:
        cursor.execute("SELECT 1")
        assert "deadlines" in {thread.name for thread in threading.enumerate()}
    assert "deadlines" not in {thread.name for thread in threading.enumerate()}
