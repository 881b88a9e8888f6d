"""Several small pieces of work of several threads, done by the one writer in one transaction.

A transaction costs some ten times what one event costs in it, and while one goes on the next ones
wait. So whoever gets to write also does what others have brought meanwhile. Each piece is done or
not by itself: where one cannot be done with the others, all are done one by one.
"""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Final, TypeVar

import duckdb

_MOST: Final = 64

Cursor = duckdb.DuckDBPyConnection
"""The writer's, inside its transaction."""

T = TypeVar("T")


class _Piece:
    """Work of one thread, and what came of it."""

    def __init__(self, work: Callable[[Cursor], Any]) -> None:
        self.work = work
        self.is_done = False
        self.result: Any = None
        self.error: BaseException | None = None


class Together:
    """Does pieces of work in shared transactions.

    Args:
        writing: gives the writer's cursor; what is done with it is committed at the end.
    """

    def __init__(self, writing: Callable[[], AbstractContextManager[Cursor]]) -> None:
        self._writing = writing
        self._leading = threading.Lock()
        self._waiting: deque[_Piece] = deque()

    def do(self, work: Callable[[Cursor], T]) -> T:
        """Do a piece of work; what it has written is on disk when this returns.

        Args:
            work: gets the writer's cursor. It may be called again, after a rollback.

        Raises:
            StoreError: the ledger cannot be written.
            BaseException: whatever the work raises; then nothing of it is in the ledger.
        """
        mine = _Piece(work)
        self._waiting.append(mine)
        with self._leading:
            while not mine.is_done:
                self._lead(mine)
        if mine.error is not None:
            raise mine.error
        result: T = mine.result
        return result

    def _lead(self, mine: _Piece) -> None:
        """Do what waits by now: the thread's own piece, and those of others."""
        taken: list[_Piece] = []
        try:
            with self._writing() as cursor:
                while self._waiting and len(taken) < _MOST:
                    taken.append(self._waiting.popleft())
                for piece in taken:
                    piece.result = piece.work(cursor)
        except BaseException as error:  # noqa: BLE001 - each piece tells its own thread
            if not taken:
                self._waiting.remove(mine)
                taken = [mine]
            if len(taken) == 1:
                taken[0].error = error
            else:
                for piece in taken:
                    self._do_alone(piece)
        for piece in taken:
            piece.is_done = True

    def _do_alone(self, piece: _Piece) -> None:
        try:
            with self._writing() as cursor:
                piece.result = piece.work(cursor)
        except BaseException as error:  # noqa: BLE001 - it tells its own thread
            piece.error = error
