"""Checkpoints on their way out: to addresses, and into a file, whenever the log has grown.

What outsiders keep makes a proof worth something: a log alone can hide that it was set back or
rewritten. Each receiver is served by a task of its own, from the last checkpoint it has taken; an
answer may bring cosignatures, which are kept. The file always holds the latest checkpoint whole,
and `<file>.history` all of them, one after the other.
"""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, Self

import anyio.to_thread
import httpx

from api.clock import now
from api.outward import Outward, OutwardError
from api.settings import Outsiders
from api.subscriptions.commits import Commits
from api.subscriptions.webhook import Pace
from epcis_core.errors import EpcisError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import (
    SignedCheckpoint,
    add_cosignatures,
    note_sent,
    sent_size,
    sign_checkpoint,
)
from epcis_core.store.ledger import Ledger

_log: Final = logging.getLogger("epcis.checkpoints")
_TAKEN: Final = range(200, 300)
_SECOND: Final = 1_000_000  # microseconds
_HEADERS: Final = {"Content-Type": "text/plain; charset=utf-8", "User-Agent": "epcis-ledger"}

Give = Callable[[SignedCheckpoint], Awaitable[str | None]]
"""Gives a checkpoint to an outsider, and returns why that failed; None where it did not."""


class Publisher:
    """Gives checkpoints to outsiders. Use it as a context manager within an event loop.

    Args:
        ledger: the log.
        books: where the key stands, and how far each receiver has come.
        outward: what addresses are called by.
        commits: tells of what is new in the ledger.
        outsiders: who gets them.
        pace: when what failed is tried again.
    """

    def __init__(
        self,
        ledger: Ledger,
        books: Bookkeeping,
        outward: Outward,
        commits: Commits,
        *,
        outsiders: Outsiders,
        pace: Pace,
    ) -> None:
        self._ledger = ledger
        self._books = books
        self._outward = outward
        self._commits = commits
        self._outsiders = outsiders
        self._pace = pace
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        tasks = [
            asyncio.create_task(self._follow(url, self._sender(url)), name=f"checkpoints to {url}")
            for url in self._outsiders.addresses
        ]
        if self._outsiders.file is not None:
            file = self._outsiders.file
            following = self._follow(file.absolute().as_uri(), self._writer(file))
            tasks.append(asyncio.create_task(following, name=f"checkpoints into {file}"))
        self._tasks = tasks
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _follow(self, dest: str, give: Give) -> None:
        """Give each new checkpoint to an outsider, again and again where that fails."""
        size = await anyio.to_thread.run_sync(sent_size, self._books, dest)
        failures = 0
        while True:
            await self._commits.beyond(size - 1)
            try:
                checkpoint = await anyio.to_thread.run_sync(self._signed)
                failure = await give(checkpoint)
                if failure is None:
                    size = checkpoint.size
                    await anyio.to_thread.run_sync(note_sent, self._books, dest, size)
            except (EpcisError, OSError) as error:
                failure = str(error)
            failures = 0 if failure is None else failures + 1
            if failure is not None:
                _log.warning("The checkpoint could not be given to %s: %s", dest, failure)
            pause = self._pace.wait(failures) / _SECOND if failures else self._outsiders.every
            await asyncio.sleep(pause)

    def _signed(self) -> SignedCheckpoint:
        return sign_checkpoint(self._ledger, self._books, now(), publish=True)

    def _sender(self, url: str) -> Give:
        async def send(checkpoint: SignedCheckpoint) -> str | None:
            try:
                status, answer = await self._outward.exchange(
                    url, checkpoint.note.encode(), _HEADERS
                )
            except (OutwardError, httpx.HTTPError) as error:
                return str(error) or type(error).__name__
            if status not in _TAKEN:
                return f"The receiver answered {status}."
            lines = answer.decode(errors="replace").splitlines()
            await anyio.to_thread.run_sync(
                add_cosignatures, self._books, checkpoint, lines, [*self._outsiders.witnesses]
            )
            return None

        return send

    def _writer(self, file: Path) -> Give:
        async def write(checkpoint: SignedCheckpoint) -> None:
            await anyio.to_thread.run_sync(write_checkpoint, file, checkpoint.note)

        return write


def write_checkpoint(file: Path, note: str) -> None:
    """Put a checkpoint into a file, in place of the one in it, and behind all in its history.

    Raises:
        OSError: the disk refuses.
    """
    content = note.encode()
    with file.with_name(f"{file.name}.history").open("ab") as history:
        history.write(content + b"\n")
        history.flush()
        os.fsync(history.fileno())
    unfinished = file.with_name(f"{file.name}.unfinished")
    with unfinished.open("wb") as written:
        written.write(content)
        written.flush()
        os.fsync(written.fileno())
    unfinished.replace(file)
