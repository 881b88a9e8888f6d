"""Listening to a named query: its new events come over a WebSocket, each once.

Each message is an EPCISQueryDocument as text. Nothing that a listener sends is heard. Who listens
too slowly holds up nobody: a listener takes the next window when the last one has left, and is
let go if that takes too long.

References:
    EPCIS 2.0, section 12.7 (WebSocket); RFC 6455, section 7.4
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from fastapi import WebSocket, WebSocketDisconnect

from api.access.failures import told_of
from api.clock import now
from api.subscriptions.controls import Controls
from api.subscriptions.runner import Runner
from api.subscriptions.schedule import wait_until
from api.subscriptions.windows import Asked
from epcis_core.errors import EpcisError
from epcis_core.query.conditions import EventQuery
from epcis_core.store.subscriptions import Position

NORMAL: Final = 1000
TRY_LATER: Final = 1013
BROKEN: Final = 1011
POLICY: Final = 1008
_PATIENCE: Final = 60.0  # seconds until a message has left
_LOOKED: Final = 60.0  # seconds after which it is looked again whether a listener is let in
_REASON: Final = 120  # bytes of a reason


class ShutOutError(Exception):
    """Whoever listens is not let in any more."""


class Listener:
    """One who listens, over a WebSocket that has been accepted.

    Args:
        runner: reads events.
        socket: where they go.
        asked: whose events they are.
        query: the query of that number.
        controls: when they are told of.
        is_let_in: tells whether whoever listens still may.
    """

    def __init__(
        self,
        runner: Runner,
        socket: WebSocket,
        asked: Asked,
        query: EventQuery,
        *,
        controls: Controls,
        is_let_in: Callable[[], Awaitable[bool]],
    ) -> None:
        self._is_let_in = is_let_in
        self._runner = runner
        self._socket = socket
        self._asked = asked
        self._query = query
        self._controls = controls

    async def listen(self, position: Position, removed: asyncio.Event) -> None:
        """Send events until the listener leaves, is shut out, or the query is removed.

        Args:
            position: behind which they begin.
            removed: set when the query is removed.
        """
        telling = asyncio.create_task(self._tell(position))
        leaving = asyncio.create_task(self._leave())
        gone = asyncio.create_task(removed.wait())
        shut_out = asyncio.create_task(self._be_shut_out())
        tasks = (telling, leaving, gone, shut_out)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if gone.done() and not gone.cancelled():
            await self._close(NORMAL, "The query has been removed.")
        elif shut_out.done() and not shut_out.cancelled():
            await self._close_after(shut_out.exception())
        elif telling.done() and not telling.cancelled():
            await self._close_after(telling.exception())

    async def _tell(self, position: Position) -> None:
        """Send windows as they come."""
        schedule = self._controls.schedule
        while True:
            if schedule is None or position.up_to is not None:
                if position.up_to is None:
                    await self._runner.commits.beyond(position.since)
            else:
                await wait_until(schedule.next_after(now()))
                reached = max(self._runner.commits.reached, position.since)
                position = Position(position.since, reached)
            window = await self._runner.windows.at(self._asked, self._query, position)
            is_nothing = window.is_hidden and schedule is None
            if not window.is_silent or (self._controls.report_if_empty and not is_nothing):
                await self._check_let_in()
                async with asyncio.timeout(_PATIENCE):
                    await self._socket.send_text(window.text)
            position = window.following

    async def _be_shut_out(self) -> None:
        """Wait until whoever listens is let in no more, though there may be nothing to tell."""
        while True:
            await asyncio.sleep(_LOOKED)
            await self._check_let_in()

    async def _check_let_in(self) -> None:
        if not await self._is_let_in():
            raise ShutOutError

    async def _leave(self) -> None:
        """Wait until the listener leaves."""
        while (await self._socket.receive())["type"] != "websocket.disconnect":
            pass

    async def _close_after(self, error: BaseException | None) -> None:
        match error:
            case ShutOutError():
                await self._close(POLICY, "You are not let in any more.")
            case TimeoutError():
                await self._close(TRY_LATER, "The listener takes too long.")
            case EpcisError():
                await self._close(BROKEN, told_of(self._socket, error))
            case WebSocketDisconnect() | None:
                pass  # it has left while it was told something
            case _:
                raise error

    async def _close(self, code: int, reason: str) -> None:
        text = reason.encode()[:_REASON].decode(errors="ignore")
        with suppress(RuntimeError):  # it has left
            await self._socket.close(code, text)
