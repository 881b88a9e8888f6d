"""Who goes first: who asks waits seconds for an answer, a document has minutes.

Python runs one of its threads at a time, and reading a document is much work in Python. So whoever
captures one stops between two events for as long as somebody is being answered, up to a limit,
which keeps a document from waiting for ever where somebody always asks.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_LONGEST: Final = 0.006  # seconds that an event gives way; it takes a sixth of that to be captured


class Precedence:
    """Knows whether anybody is being answered.

    Args:
        longest: seconds that an event gives way.
    """

    def __init__(self, longest: float = _LONGEST) -> None:
        self._longest = longest
        self._counting = threading.Lock()
        self._asking = 0
        self._nobody_asks = threading.Event()
        self._nobody_asks.set()

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Be one who asks, until the answer is given."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def give_way(self) -> None:
        """Wait until nobody is being answered, but not for long."""
        self._nobody_asks.wait(self._longest)

    def _count(self, more: int) -> None:
        with self._counting:
            self._asking += more
            if self._asking:
                self._nobody_asks.clear()
            else:
                self._nobody_asks.set()
