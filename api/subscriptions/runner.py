"""All subscriptions of a server: each is followed by a task of its own.

It is made when the server starts, goes on with what was kept, and lives in the server's event loop.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Final, Self

import anyio.to_thread

from api.definitions import query_of
from api.errors import Refusal
from api.outward import Outward
from api.subscriptions.commits import Commits
from api.subscriptions.following import Following, Means
from api.subscriptions.webhook import Pace, Webhooks
from api.subscriptions.windows import Windows
from epcis_core.errors import EpcisError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.named_queries import NamedQuery, named_queries, remove_named_query
from epcis_core.store.subscriptions import (
    Progress,
    Subscription,
    add_subscription,
    all_subscriptions,
    remove_subscription,
)

_log: Final = logging.getLogger("epcis.subscriptions")
_ENDING: Final = 3.0  # seconds that what is being sent is waited for at the end
_AT_ONCE: Final = 1_000  # named queries


Note = Callable[[str], None]
"""Notes what becomes of the subscription of an id, in the transaction in which it does."""


class Runner:
    """Follows subscriptions. Use it as a context manager within an event loop.

    Args:
        ledger: where events come from.
        books: where subscriptions stand.
        outward: what they are sent by.
        pace: when what failed is tried again.

    Attributes:
        commits: tells of what is new in the ledger.
        windows: reads it.
        outward: the same.
        listeners: how many listen over a WebSocket, by the owner of their query.
    """

    def __init__(self, ledger: Ledger, books: Bookkeeping, outward: Outward, pace: Pace) -> None:
        self.commits = Commits(ledger)
        self.windows = Windows(ledger, books)
        self.outward = outward
        self.listeners: Counter[str] = Counter()
        self._books = books
        self._means = Means(books, self.commits, self.windows, Webhooks(outward), pace)
        self._followed: dict[int, tuple[Subscription, Following, asyncio.Task[None]]] = {}
        self._removed: dict[int, asyncio.Event] = {}
        self._changing = asyncio.Lock()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.commits)
            stack.push_async_callback(self.windows.aclose)
            stack.push_async_callback(self._end)
            await self._go_on()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def subscribe(
        self, new: Subscription, named: NamedQuery, note: Note
    ) -> Subscription | None:
        """Keep a subscription to a query and follow it; None where the query is gone.

        Raises:
            QueryError: the query cannot be asked.
            TooManyError: the owner of the query has as many subscriptions as it may.
            StoreError: the disk refuses.
        """
        async with self._changing:
            kept = await anyio.to_thread.run_sync(self._add, new, note)
            if kept is not None:
                self._follow(kept, named)
        return kept

    async def unsubscribe(self, query: int, subscription_id: str, note: Note) -> bool:
        """Remove a subscription; what is being sent is broken off. False where there is none."""
        async with self._changing:
            number = await anyio.to_thread.run_sync(self._remove, query, subscription_id, note)
            if number is not None:
                self._forget(number)
        return number is not None

    async def remove_query(self, name: str, owner: str, note: Note) -> bool:
        """Remove an owner's query, its subscriptions and listeners; False where there is none."""
        async with self._changing:
            query = await anyio.to_thread.run_sync(self._remove_query, name, owner, note)
            if query is not None:
                for number, (subscription, _, _) in list(self._followed.items()):
                    if subscription.query == query:
                        self._forget(number)
                if (removed := self._removed.pop(query, None)) is not None:
                    removed.set()
        return query is not None

    def removed(self, query: int) -> asyncio.Event:
        """Return what is set when a query is removed."""
        return self._removed.setdefault(query, asyncio.Event())

    def progress_of(self, subscription: Subscription) -> Progress:
        """Return how far a subscription has come by now."""
        found = self._followed.get(subscription.number)
        return subscription.progress if found is None else found[1].progress

    def _add(self, new: Subscription, note: Note) -> Subscription | None:
        with self._books.transaction():
            kept = add_subscription(self._books, new)
            if kept is not None:
                note(kept.id)
        return kept

    def _remove(self, query: int, subscription_id: str, note: Note) -> int | None:
        with self._books.transaction():
            number = remove_subscription(self._books, query, subscription_id)
            if number is not None:
                note(subscription_id)
        return number

    def _remove_query(self, name: str, owner: str, note: Note) -> int | None:
        with self._books.transaction():
            before = all_subscriptions(self._books)
            query = remove_named_query(self._books, name, owner=owner)
            for one in before:
                if one.query == query:
                    note(one.id)
        return query

    def _follow(self, subscription: Subscription, named: NamedQuery) -> None:
        following = Following(self._means, subscription, named, query_of(named))
        task = asyncio.create_task(following.run(), name=f"subscription {subscription.id}")
        self._followed[subscription.number] = (subscription, following, task)

    def _forget(self, number: int) -> None:
        found = self._followed.pop(number, None)
        if found is not None:
            found[2].cancel()

    async def _go_on(self) -> None:
        """Follow what is kept."""
        by_number = await anyio.to_thread.run_sync(_all_queries, self._books)
        for subscription in await anyio.to_thread.run_sync(all_subscriptions, self._books):
            try:
                self._follow(subscription, by_number[subscription.query])
            except (EpcisError, Refusal):  # of a release that knew more
                _log.exception("Subscription %s cannot be followed", subscription.id)

    async def _end(self) -> None:
        """End all tasks and note how far they have come."""
        followed = list(self._followed.values())
        self._followed.clear()
        for _, following, task in followed:
            following.end(task)
        tasks = [task for *_, task in followed]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_ENDING)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for _, following, _ in followed:
            await anyio.to_thread.run_sync(following.note)


def _all_queries(books: Bookkeeping) -> dict[int, NamedQuery]:
    found: dict[int, NamedQuery] = {}
    while more := named_queries(books, after=max(found, default=0), most=_AT_ONCE):
        found.update({named.number: named for named in more})
    return found
