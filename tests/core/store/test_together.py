"""Small pieces of work of several threads in one transaction, and the order in which one writes."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import duckdb
import pytest

from epcis_core.errors import StoreError
from epcis_core.store.fair_lock import FairLock
from epcis_core.store.ledger import Ledger


@pytest.fixture
def numbers(ledger: Ledger) -> Ledger:
    with ledger.writing() as cursor:
        cursor.execute("CREATE TABLE numbers (number INTEGER)")
    return ledger


def kept(ledger: Ledger) -> list[int]:
    with ledger.reading() as cursor:
        return [row[0] for row in cursor.execute("FROM numbers ORDER BY number").fetchall()]


Work = Callable[[duckdb.DuckDBPyConnection, Sequence[int]], Sequence[int]]


def add(cursor: duckdb.DuckDBPyConnection, some: Sequence[int]) -> Sequence[int]:
    cursor.executemany("INSERT INTO numbers VALUES (?)", [(number,) for number in some])
    return some


def fail(_: duckdb.DuckDBPyConnection, __: Sequence[int]) -> Sequence[int]:
    raise LookupError("nothing there")


@contextmanager
def brought_while_another_writes(
    ledger: Ledger, works: list[tuple[Work, int]]
) -> Iterator[list[Future[int]]]:
    """Bring all works while the writer is busy, and let it go then."""
    begun = threading.Semaphore(0)

    def bring(work: Work, number: int) -> int:
        begun.release()
        return ledger.together.do(work, number)

    with ThreadPoolExecutor(len(works)) as pool:
        with ledger.writing():
            brought = [pool.submit(bring, *work) for work in works]
            for _ in works:
                begun.acquire()
            while len(ledger.together._waiting) < len(works):
                pass
        yield brought


def test_what_is_brought_while_another_writes_is_stored_in_one_transaction(numbers: Ledger) -> None:
    before = numbers.commits
    with brought_while_another_writes(numbers, [(add, n) for n in range(8)]) as brought:
        assert [one.result() for one in brought] == [*range(8)]
    assert kept(numbers) == [*range(8)]
    assert numbers.commits - before == 2  # the writer that was busy, and all eight


def test_what_fails_fails_alone(numbers: Ledger) -> None:
    works = [(add, 1), (fail, 0), (add, 2)]
    with brought_while_another_writes(numbers, works) as brought:
        assert (brought[0].result(), brought[2].result()) == (1, 2)
        with pytest.raises(LookupError, match="nothing there"):
            brought[1].result()
    assert kept(numbers) == [1, 2]


def test_what_fails_leaves_nothing_of_itself(numbers: Ledger) -> None:
    def half(cursor: duckdb.DuckDBPyConnection, some: Sequence[int]) -> Sequence[int]:
        add(cursor, some)
        return fail(cursor, some)

    with pytest.raises(LookupError):
        numbers.together.do(half, 7)
    assert kept(numbers) == []
    assert numbers.together.do(add, 1) == 1


def test_a_closed_ledger_refuses_the_work(ledger: Ledger) -> None:
    ledger.close()
    for _ in range(2):
        with pytest.raises(StoreError):
            ledger.together.do(fail, 0)


def test_many_threads_lose_nothing(numbers: Ledger) -> None:
    with ThreadPoolExecutor(16) as pool:
        done = pool.map(lambda number: numbers.together.do(add, number), range(200))
        assert [*done] == [*range(200)]
    assert kept(numbers) == [*range(200)]


def test_who_waits_longest_gets_the_lock() -> None:
    lock, order, waiting = FairLock(), list[int](), list[threading.Thread]()

    def take(number: int) -> None:
        with lock:
            order.append(number)

    with lock:
        for number in range(5):
            thread = threading.Thread(target=take, args=(number,))
            thread.start()
            waiting.append(thread)
            while len(lock._waiting) <= number:
                pass
    with lock:  # comes after all of them, though it asks at once
        order.append(5)
    for thread in waiting:
        thread.join()
    assert order == [0, 1, 2, 3, 4, 5]
