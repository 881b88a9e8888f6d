"""Windows on the ledger: new events of a query, read and written once for all who wait for them.

Whoever has got as far in the same query, in the same spelling, gets the same window. A window ends
where its next one begins, so that one who is late goes through the windows that others have gone
through, and two hundred who are told of one capture cost one read. Windows are bounded, and so is
what is kept of them.

No window is kept that leads nowhere: its successor may be larger a moment later.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import anyio
import anyio.to_thread

from api.event_documents import event_in_json
from api.subscriptions.documents import query_document, too_large
from epcis_core.model.epc_format import EpcFormat
from epcis_core.query.conditions import EventQuery, Moment
from epcis_core.query.refusal import QueryTooLargeError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.log import has_entries, last_sequence
from epcis_core.store.query import page_of_events
from epcis_core.store.registry.organisations import view_of_owner
from epcis_core.store.subscriptions import MOST_EVENTS, Position
from epcis_core.store.view import EVERYTHING, View

_READERS: Final = 2
"""Threads that read; more would take too much from the one who writes."""

_MOST_TEXT: Final = 2**20  # characters of the events of a window, unless there is one alone
_KEPT: Final = 2**23  # bytes of windows that are kept
_MOST_KEPT: Final = 1_000  # windows


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose events are asked for: what those have in common who get the same windows.

    Attributes:
        number: of the named query.
        name: of it.
        epc_format: how identifiers are spelled.
        initial: only events that were recorded then or later count, microseconds since 1970 UTC;
            None for all.
        owner: through whose eyes: an organisation; empty for the server itself.
    """

    number: int
    name: str
    epc_format: EpcFormat
    initial: int | None = None
    owner: str = ""


class Window:
    """Some events of a query that come one after another.

    Args:
        asked: whose events they are.
        events: each as JSON.
        position: where the window begins.
        following: where the next one begins.
        too_large: what is said instead of events where there are more than the query wants.
        is_hidden: nothing in it may be seen, so that it is as if nothing had been captured.
    """

    def __init__(
        self,
        asked: Asked,
        events: tuple[bytes, ...],
        position: Position,
        following: Position,
        too_large: str | None = None,
        *,
        is_hidden: bool = False,
    ) -> None:
        self.asked = asked
        self.events = events
        self.position = position
        self.following = following
        self.too_large = too_large
        self.is_hidden = is_hidden

    @property
    def is_last(self) -> bool:
        """Whether the execution of the query ends with it."""
        return self.following.up_to is None

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to tell."""
        return not self.events and self.too_large is None

    @property
    def size(self) -> int:
        """Bytes of all events."""
        return sum(map(len, self.events))

    @cached_property
    def text(self) -> str:
        """What all are told who have no subscription of their own."""
        return self.body().decode()

    def body(self, subscription_id: str | None = None) -> bytes:
        """Return what is told of it: a document of events, or a problem.

        Args:
            subscription_id: to which subscription; None where there is none.
        """
        if self.too_large is not None:
            return too_large(self.too_large, self.asked.name, subscription_id)
        return query_document(self.events, self.asked.name, subscription_id)


class Windows:
    """Reads windows, and keeps the latest.

    Args:
        ledger: where events are.
        books: where it stands what belongs to whom.
    """

    def __init__(self, ledger: Ledger, books: Bookkeeping) -> None:
        self._ledger = ledger
        self._books = books
        self._readers = anyio.CapacityLimiter(_READERS)
        self._kept: OrderedDict[tuple[Asked, View, Position, int], Window] = OrderedDict()
        self._size = 0
        self._under_way: dict[tuple[Asked, View, Position, int], asyncio.Task[Window]] = {}

    async def at(
        self, asked: Asked, query: EventQuery, position: Position, most: int = MOST_EVENTS
    ) -> Window:
        """Return the window that begins at a position.

        Args:
            asked: whose events are asked for.
            query: the query of that number.
            position: where the window begins; where its `up_to` is None, the window is about what
                is in the ledger now, or was a moment ago.
            most: events in it.

        Raises:
            StoreError: the ledger cannot be read.
        """
        key = (asked, view_of_owner(self._books, asked.owner), position, most)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(self._read(key, query))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._ended(key, done))
        return await asyncio.shield(task)  # others may wait for it too

    async def aclose(self) -> None:
        """Stop reading."""
        for task in self._under_way.values():
            task.cancel()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    def _ended(self, key: tuple[Asked, View, Position, int], task: asyncio.Task[Window]) -> None:
        del self._under_way[key]
        if not task.cancelled():
            task.exception()  # whoever waits for it hears of it; nobody may be left

    async def _read(self, key: tuple[Asked, View, Position, int], query: EventQuery) -> Window:
        asked, view, position, most = key
        window = await anyio.to_thread.run_sync(
            read_window, self._ledger, view, asked, query, (position, most), limiter=self._readers
        )
        if window.following != position:
            self._keep(key, window)
        return window

    def _keep(self, key: tuple[Asked, View, Position, int], window: Window) -> None:
        self._kept[key] = window
        self._size += window.size
        while self._size > _KEPT or len(self._kept) > _MOST_KEPT:
            _, dropped = self._kept.popitem(last=False)
            self._size -= dropped.size


def read_window(
    ledger: Ledger, view: View, asked: Asked, query: EventQuery, place: tuple[Position, int]
) -> Window:
    """Read a window from a ledger, from a position and of so many events; see `Windows.at`.

    An execution with more events than the query's `maxEventCount` has none of them, and is done.

    Raises:
        StoreError: the ledger cannot be read.
    """
    position, most = place
    up_to = position.up_to
    if up_to is None:
        up_to = last_sequence(ledger, EVERYTHING)
    done = Position(max(up_to, position.since))
    if up_to <= position.since:
        return Window(asked, (), position, done)
    if asked.initial is not None:
        query = replace(
            query, conditions=(*query.conditions, Moment("record_time", ">=", asked.initial))
        )
    try:
        page = page_of_events(
            ledger,
            view.until(up_to),
            query,
            most,
            position.after,
            since=position.since,
            most_text=_MOST_TEXT,
        )
    except QueryTooLargeError as error:
        return Window(asked, (), position, done, str(error))
    events = tuple(event_in_json(stored, asked.epc_format) for stored in page.events)
    following = done if page.after is None else Position(position.since, up_to, page.after)
    is_hidden = not events and not has_entries(ledger, view.until(up_to), position.since)
    return Window(asked, events, position, following, is_hidden=is_hidden)
