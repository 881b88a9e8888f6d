"""Following one subscription: when its query is executed, what is sent, and what is noted of it.

An execution of a query is about the entries of the ledger between the last one that is done with
and the last one there is. It is sent in windows. Before a window is sent for the first time, the
bounds of its execution are noted, so that it is the same events with the same number when it is
sent again; after the receiver has taken it, the position moves behind it.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

import anyio
import anyio.to_thread

from api.clock import now
from api.subscriptions.commits import Commits
from api.subscriptions.schedule import parse_schedule, wait_until
from api.subscriptions.webhook import Delivery, Outcome, Pace, Webhooks
from api.subscriptions.windows import Asked, Window, Windows
from epcis_core.errors import EpcisError, StoreError
from epcis_core.query.conditions import EventQuery
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.named_queries import NamedQuery
from epcis_core.store.subscriptions import Position, Progress, Subscription, save_progress

_log: Final = logging.getLogger("epcis.subscriptions")

_UNNOTED: Final = 1_000
"""Entries that a stream may pass over in silence before it notes how far it is."""


@dataclass(frozen=True, slots=True)
class Means:
    """What all subscriptions of a server share.

    Attributes:
        books: where progress is noted.
        commits: tells of what is new.
        windows: reads it.
        webhooks: sends it.
        pace: when what failed is tried again.
        notes: who notes something; one at a time, and in no thread that others need.
    """

    books: Bookkeeping
    commits: Commits
    windows: Windows
    webhooks: Webhooks
    pace: Pace
    notes: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(1))


class Following:
    """The course of one subscription.

    Args:
        means: what it uses.
        subscription: as it was kept.
        named: its query, as it was named.
        query: the same, read.

    Attributes:
        progress: how far it has come, what is not noted yet included.
    """

    def __init__(
        self, means: Means, subscription: Subscription, named: NamedQuery, query: EventQuery
    ) -> None:
        self.progress = subscription.progress
        self._means = means
        self._subscription = subscription
        self._query = query
        self._schedule = (
            None if subscription.schedule is None else parse_schedule(subscription.schedule)
        )
        self._asked = Asked(
            subscription.query,
            named.name,
            subscription.epc_format,
            subscription.initial,
            named.owner,
        )
        self._noted = subscription.progress
        self._is_waiting = False
        self._is_ending = False

    async def run(self) -> None:
        """Follow it until it is ended, or the task is cancelled."""
        while not self._is_ending:
            self._is_waiting = True
            await self._due()
            self._is_waiting = False
            try:
                await self._execute()
            except Exception as error:  # noqa: BLE001 - it is tried again, and shown
                if not isinstance(error, EpcisError):
                    _log.exception("Subscription %s", self._subscription.id)
                with suppress(StoreError):
                    await self._fail(f"The ledger could not be read, or noted in: {error}")

    def end(self, task: asyncio.Task[None]) -> None:
        """End the task that follows it as soon as what is being sent has been answered."""
        self._is_ending = True
        if self._is_waiting:
            task.cancel()

    def note(self) -> None:
        """Note how far it has come, where that has not been done."""
        if self.progress != self._noted:
            save_progress(self._means.books, self._subscription.number, self.progress)
            self._noted = self.progress

    async def _due(self) -> None:
        """Wait until there is something to do."""
        progress = self.progress
        if progress.retry is not None:
            await wait_until(progress.retry)
        elif progress.position.up_to is not None:
            return
        elif progress.next_run is not None:
            await wait_until(progress.next_run)
        else:
            await self._means.commits.beyond(progress.position.since)

    async def _execute(self) -> None:
        """Send the next window, if there is anything to tell."""
        position = self.progress.position
        if self._schedule is not None and position.up_to is None:
            reached = max(self._means.commits.reached, position.since)
            position = Position(position.since, reached)
        window = await self._means.windows.at(
            self._asked, self._query, position, self.progress.batch
        )
        is_nothing = window.is_hidden and self._schedule is None
        if window.is_silent and (is_nothing or not self._subscription.report_if_empty):
            await self._move(window, replace(self.progress, failures=0, failure=None, retry=None))
            return
        up_to = window.following.up_to
        await self._note(
            replace(
                self.progress,
                position=replace(
                    position, up_to=window.following.since if up_to is None else up_to
                ),
            )
        )
        outcome = await self._send(window)
        if outcome.failure is None:
            await self._move(
                window,
                replace(
                    self.progress,
                    delivery=self.progress.delivery + 1,
                    notified=now(),
                    failures=0,
                    failure=None,
                    retry=None,
                ),
            )
        elif outcome.is_too_large and len(window.events) > 1:
            await self._note(
                replace(
                    self.progress,
                    batch=(len(window.events) + 1) // 2,
                    delivery=self.progress.delivery + 1,
                )
            )
        else:
            await self._fail(outcome.failure)

    async def _send(self, window: Window) -> Outcome:
        subscription = self._subscription
        delivery = Delivery(
            subscription.dest,
            window.body(subscription.id),
            f"{subscription.id}/{self.progress.delivery}",
            subscription.token,
            is_problem=window.too_large is not None,
        )
        return await self._means.webhooks.send(delivery, has_failed=self.progress.failures > 0)

    async def _move(self, window: Window, progress: Progress) -> None:
        """Go behind a window; an execution that ends with it has been at this time.

        What others captured, unseen, is no reason for a stream to execute its query.
        """
        progress = replace(progress, position=window.following)
        if window.is_last and not (window.is_hidden and self._schedule is None):
            progress = replace(progress, min_record_time=now(), next_run=self._next_run())
        is_quiet = progress.delivery == self._noted.delivery and self._schedule is None
        passed = progress.position.since - self._noted.position.since
        if is_quiet and window.is_last and passed < _UNNOTED and self._noted.failures == 0:
            self.progress = progress
        else:
            await self._note(progress)

    def _next_run(self) -> int | None:
        return None if self._schedule is None else self._schedule.next_after(now())

    async def _fail(self, failure: str) -> None:
        failures = self.progress.failures + 1
        await self._note(
            replace(
                self.progress,
                failures=failures,
                failure=failure,
                retry=now() + self._means.pace.wait(failures),
            )
        )

    async def _note(self, progress: Progress) -> None:
        self.progress = progress
        await anyio.to_thread.run_sync(self.note, limiter=self._means.notes)
