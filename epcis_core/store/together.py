"""Several small pieces of work of several threads, done by the one writer in one transaction.

A transaction costs some ten times what one event costs in it, and while one goes on the next ones
wait. So whoever gets to write also does what others have brought meanwhile. Each piece is done or
not by itself: where one cannot be done with the others, all are done one by one.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, TypeVar

import duckdb

_MOST: Final = 64

Cursor = duckdb.DuckDBPyConnection
"""The writer's, inside its transaction."""

T = TypeVar("T")
R = TypeVar("R")


class _Piece:
    """Work of one thread, and what came of it."""

    def __init__(self, work: Callable[[Cursor, Sequence[Any]], Sequence[Any]], item: Any) -> None:
        self.work = work
        self.item = item
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

    def do(self, work: Callable[[Cursor, Sequence[T]], Sequence[R]], item: T) -> R:
        """Do a piece of work; what it has written is on disk when this returns.

        Args:
            work: gets the writer's cursor and the items of all for whom it is done now, in the
                order in which they came, and returns what becomes of each. It may be called again,
                after a rollback, with each of them alone.
            item: what it is to be done with here.

        Raises:
            StoreError: the ledger cannot be written.
            BaseException: whatever the work raises; then nothing of it is in the ledger.
        """
        mine = _Piece(work, item)
        self._waiting.append(mine)
        with self._leading:
            while not mine.is_done:
                self._lead(mine)
        if mine.error is not None:
            raise mine.error
        result: R = mine.result
        return result

    def _lead(self, mine: _Piece) -> None:
        """Do what waits by now: the thread's own piece, and those of others."""
        taken: list[_Piece] = []
        try:
            with self._writing() as cursor:
                while self._waiting and len(taken) < _MOST:
                    taken.append(self._waiting.popleft())
                _do(cursor, taken)
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
                _do(cursor, [piece])
        except BaseException as error:  # noqa: BLE001 - it tells its own thread
            piece.error = error


def _do(cursor: Cursor, pieces: Sequence[_Piece]) -> None:
    """Do pieces of work, those of one kind together."""
    kinds: dict[Callable[..., Any], list[_Piece]] = {}
    for piece in pieces:
        kinds.setdefault(piece.work, []).append(piece)
    for work, alike in kinds.items():
        results = work(cursor, [piece.item for piece in alike])
        for piece, result in zip(alike, results, strict=True):
            piece.result = result
