"""A lock that is given to those who wait for it in the order in which they came."""

import threading
from collections import deque
from typing import Self


class FairLock:
    """A lock that nobody gets before those who have waited for it longer.

    A thread that lets go of a plain lock and takes it again at once gets it before all who wait.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_held = False
        self._waiting: deque[threading.Lock] = deque()

    def __enter__(self) -> Self:
        with self._guard:
            if not self._is_held:
                self._is_held = True
                return self
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()  # until the one before hands it on
        return self

    def __exit__(self, *_: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_held = False
