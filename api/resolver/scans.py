"""Counts how often public pages are looked at, and writes it down now and then.

To write each look down by itself would let anybody keep the disk busy. What was counted and not yet
written is lost where the machine fails, which is some seconds' worth.
"""

import threading
from collections import Counter
from typing import Final

from api.web import times
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.scans import count_scans

PACE: Final = 5_000_000
"""Microseconds between two writings."""

MOST_AT_ONCE: Final = 1000
"""Things counted until they are written, however short a time it is since the last writing."""


class ScanCounter:
    """Counts looks by what was asked for, what answered, and the day in Viet Nam.

    Args:
        books: where the numbers are written.
    """

    def __init__(self, books: Bookkeeping) -> None:
        self._books = books
        self._turn = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()
        self._day = ""
        self._written = 0

    def count(self, thing: str, shown: str, now: int) -> None:
        """Count one look.

        Args:
            thing: what was asked for, canonical.
            shown: what answered.
            now: microseconds since 1970 UTC.
        """
        day = times.here_at(now).date().isoformat()
        with self._turn:
            before = self._taken() if day != self._day else None
            self._day = day
            self._counts[thing, shown] += 1
            is_due = now - self._written >= PACE or len(self._counts) >= MOST_AT_ONCE
            if is_due:
                self._written = now
            due = self._taken() if is_due else None
        self._write(before)
        self._write(due)

    def write(self) -> None:
        """Write down what was counted."""
        with self._turn:
            due = self._taken()
        self._write(due)

    def _taken(self) -> tuple[str, Counter[tuple[str, str]]]:
        found, self._counts = self._counts, Counter()
        return self._day, found

    def _write(self, due: tuple[str, Counter[tuple[str, str]]] | None) -> None:
        # Others count meanwhile: a large order of stamps may keep who writes waiting for seconds.
        if due is not None and due[1]:
            count_scans(self._books, *due)
