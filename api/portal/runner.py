"""All connectors of a server, in a thread of their own with its own event loop.

What they note waits for the disk; no page and no subscription is to wait with them.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from typing import Final, Self

from api.clock import now
from api.outward import Allowed, Outward
from api.portal.adapter import Adapter
from api.portal.batches import Batches
from api.portal.connector import Connector
from api.portal.credentials import tls_of
from api.portal.epcis_repository import EpcisRepository, events_record
from api.portal.lot_records import LotRecords
from api.portal.records import Made, record_of
from api.portal.targets import Target
from api.subscriptions.webhook import Pace
from epcis_core.errors import EpcisError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import EVERYTHING

_log: Final = logging.getLogger("epcis.portal")
_SECOND: Final = 1_000_000  # microseconds
_LOOK: Final = 0.5  # seconds between two looks for what is new, and the end of a server
_LONGEST: Final = 5.0  # seconds after which a connector looks anew in any case
_WARN: Final = 60 * _SECOND


@dataclass(frozen=True, slots=True)
class Means:
    """What all connectors of a server share.

    Attributes:
        ledger: where lots come from.
        books: where everything is noted.
        allowed: which addresses may be called beside the public Internet.
        pace: when what failed is tried again.
        clock: the time, microseconds since 1970 UTC.
    """

    ledger: Ledger
    books: Bookkeeping
    allowed: Allowed
    pace: Pace
    clock: Callable[[], int] = now


class Connectors:
    """Carries lots to targets. Use it as a context manager.

    Args:
        means: what they use.
        targets: to whom.
    """

    def __init__(self, means: Means, targets: Sequence[Target]) -> None:
        self._means = means
        self._targets = targets
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="portal", daemon=True)

    def __enter__(self) -> Self:
        if self._targets:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        if self._targets:
            self._thread.join()

    def _run(self) -> None:
        asyncio.run(self._follow_all())

    async def _follow_all(self) -> None:
        async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
            for target in self._targets:
                try:
                    to = outward_to(target, self._means.allowed)
                except EpcisError as error:
                    _log.error("%s: %s Nothing is carried there.", target.name, error)
                    continue
                outward = await stack.enter_async_context(to)
                adapter = adapter_for(target, outward)
                tasks.create_task(self._follow(target, adapter), name=f"portal {target.name}")

    async def _follow(self, target: Target, adapter: Adapter | None) -> None:
        """Carry lots to one target until the server ends."""
        connector = connector_to(target, adapter, self._means)
        warned = 0
        while not self._ended.is_set():
            pause = _LONGEST
            moment = self._means.clock()
            if moment - warned > _WARN:
                warned = moment
                with _going_on(target):
                    connector.warn(moment)
            # What is found goes out even where nothing more can be found.
            with _going_on(target):
                if connector.look(moment):
                    pause = 0.0
            with _going_on(target):
                if connector.prepare(moment):
                    pause = 0.0
            with _going_on(target):
                again = await connector.deliver(moment)
                if again is not None:
                    pause = min(pause, max(again - self._means.clock(), 0) / _SECOND)
            await self._wait(pause)

    async def _wait(self, seconds: float) -> None:
        """Wait until a time has come, something is new in the ledger, or the server ends."""
        seen = self._means.ledger.commits
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while (left := until - loop.time()) > 0 and not self._ended.is_set():
            if self._means.ledger.commits != seen:
                return
            await asyncio.sleep(min(left, _LOOK))


@contextmanager
def _going_on(target: Target) -> Iterator[None]:
    """Show what went wrong with one step, after which the next is taken."""
    try:
        yield
    except EpcisError as error:
        _log.warning("%s: %s", target.name, error)
    except Exception:  # noqa: BLE001 - it goes on, and is shown
        _log.exception("The connector to %s", target.name)


def connector_to(target: Target, adapter: Adapter | None, means: Means) -> Connector:
    """Return the connector to a target."""

    def make(lot: str) -> Made | None:
        if target.kind == "epcis":
            return events_record(means.ledger, EVERYTHING, lot, means.clock())
        return record_of(means.ledger, means.books, EVERYTHING, lot, means.clock())

    together = None
    if target.batch is not None and isinstance(adapter, LotRecords):
        together = Batches(target, target.batch, adapter)
    return Connector(
        means.ledger, means.books, target, adapter, make=make, pace=means.pace, together=together
    )


def outward_to(target: Target, allowed: Allowed) -> Outward:
    """Return what a target is called by."""
    return Outward(allowed, tls=tls_of(target.tls))


def adapter_for(target: Target, outward: Outward) -> Adapter | None:
    """Return what speaks a target's language; None where it takes files alone."""
    if target.kind == "file":
        return None
    return (EpcisRepository if target.kind == "epcis" else LotRecords)(target, outward)
