"""Reads that may take some time and no longer: one thread interrupts those that are late."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import duckdb

from epcis_core.errors import TooComplexError

_AGAIN: Final = 0.1  # seconds; DuckDB forgets an interruption that comes between two statements
_NEVER: Final = float("inf")


class Deadlines:
    """Knows by when cursors are to be done.

    A thread for each read would have to be started before the read can begin, which takes long
    where many threads want to run. Where all may take equally long, this one is woken by the first.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due: dict[int, tuple[float, duckdb.DuckDBPyConnection]] = {}
        self._looks_at = _NEVER
        self._thread: threading.Thread | None = None
        self._ends = False

    @contextmanager
    def within(self, cursor: duckdb.DuckDBPyConnection, seconds: float | None) -> Iterator[None]:
        """Interrupt what a cursor is doing after some time.

        Args:
            cursor: a reader's own.
            seconds: that it has; None for ever.

        Raises:
            TooComplexError: it was interrupted.
        """
        if seconds is None:
            yield
            return
        self._add(cursor, time.monotonic() + seconds)
        try:
            yield
        except duckdb.InterruptException as error:
            raise TooComplexError(f"The answer took more than {seconds:g} s to find.") from error
        finally:
            with self._changed:
                del self._due[id(cursor)]

    def close(self) -> None:
        """Let the thread end; nothing is interrupted any more."""
        with self._changed:
            self._ends = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _add(self, cursor: duckdb.DuckDBPyConnection, due: float) -> None:
        with self._changed:
            self._due[id(cursor)] = (due, cursor)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="deadlines", daemon=True)
                self._thread.start()
            if due < self._looks_at:
                self._changed.notify()

    def _watch(self) -> None:
        with self._changed:
            while not self._ends:
                now = time.monotonic()
                late = [cursor for due, cursor in self._due.values() if due <= now]
                for cursor in late:
                    cursor.interrupt()
                first = min((due for due, _ in self._due.values()), default=_NEVER)
                self._looks_at = max(first, now + _AGAIN) if self._due else _NEVER
                self._changed.wait(self._looks_at - now if self._due else None)
