"""What is new in the ledger, for those who wait for it.

The ledger calls nobody. A thread waits for its commits, and tells the tasks of the server how far
it has come.
"""

import asyncio
import threading
from typing import Final, Self

from epcis_core.errors import StoreError
from epcis_core.store.ledger import Ledger
from epcis_core.store.log import last_sequence
from epcis_core.store.view import EVERYTHING

_LOOK: Final = 0.25  # seconds; how long the end of a server may have to wait
_TOGETHER: Final = 0.02  # seconds in which commits are taken together


class Commits:
    """How far a ledger has come. Use it as a context manager within an event loop.

    Args:
        ledger: to watch.

    Attributes:
        reached: sequence of the last entry that has been seen; -1 for none.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.reached = last_sequence(ledger, EVERYTHING)
        self._ledger = ledger
        self._moved = asyncio.Event()
        self._ended = threading.Event()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._watch, name="commits", daemon=True)

    async def __aenter__(self) -> Self:
        self._thread.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._ended.set()
        await asyncio.to_thread(self._thread.join)

    async def beyond(self, sequence: int) -> None:
        """Wait until the ledger has an entry behind a sequence."""
        while self.reached <= sequence:
            await self._moved.wait()

    def _watch(self) -> None:
        seen = -1
        while not self._ended.is_set():
            count = self._ledger.wait_for_commit(seen, _LOOK)
            if count == seen:
                continue
            try:
                reached = last_sequence(self._ledger, EVERYTHING)
            except StoreError:  # the disk refuses, or the ledger is being closed
                self._ended.wait(_LOOK)
                continue
            seen = count
            if reached > self.reached:
                self._loop.call_soon_threadsafe(self._tell, reached)
                self._ended.wait(_TOGETHER)

    def _tell(self, reached: int) -> None:
        self.reached = reached
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()
