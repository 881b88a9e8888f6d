"""Clients of the EPCIS interface that capture and ask at once, and take note of what they got.

Each does one thing after the other: it captures a document and follows its job to the end, captures
one event, or asks for something that the ledger has said it holds. An answer that is not as it must
be is wrong, and told in a sentence.
"""

import asyncio
import multiprocessing
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, TypeVar

import httpx

from tests.load.making import STEPS, Sent, made_document, made_event

BY_ID: Final = "events by `EQ_eventID`"
BY_EPC: Final = "events by `MATCH_anyEPC`"
BY_STEP: Final = "a page of events by `EQ_bizStep`"
COLLECTION: Final = "a collection, such as `/epcis/bizSteps`"
TRACE: Final = "the trace of a lot"
EVENT: Final = "an event captured: `POST /epcis/events`"
TAKEN: Final = "a document taken: `POST /epcis/capture`"
JOB: Final = "how a capture job stands"
CAPTURED: Final = "a document captured, from its first byte to the end of its job"

_MEDIA: Final = {"json": "application/json", "xml": "application/xml"}
_PATIENCE: Final = 300.0  # seconds
_REMEMBERED: Final = 500
_SHARES: Final = (35, 35, 10, 10, 10)
_COLLECTIONS: Final = ("eventTypes", "bizSteps", "epcs", "readPoints", "dispositions")

_T = TypeVar("_T")

Seconds = dict[str, list[float]]
"""How long requests took, by what they asked for."""


class WrongError(Exception):
    """An answer that is not as it must be."""


@dataclass
class Tally:
    """What clients have done and found.

    Attributes:
        acknowledged: ids of the events that the ledger has said it holds, as often as it said so.
        seconds: how long it took, by what was done.
        wrong: what was not as it must be.
    """

    acknowledged: list[str] = field(default_factory=list)
    seconds: Seconds = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def took(self, what: str, seconds: float) -> None:
        """Take note of something done."""
        self.seconds.setdefault(what, []).append(seconds)

    def add(self, other: "Tally") -> None:
        """Add what other clients have done and found."""
        self.acknowledged += other.acknowledged
        self.wrong += other.wrong
        for what, seconds in other.seconds.items():
            self.seconds.setdefault(what, []).extend(seconds)


class Client:
    """One client: of five, one captures documents, one captures single events, and three ask.

    Args:
        number: which one, from 0; it says what the client does.
        http: where it asks.
        workshop: one process, which makes what is sent: the answers to others do not wait for that.
        tally: where it takes note.
        known: what the ledger has said it holds; clients side by side share it.
    """

    def __init__(
        self,
        number: int,
        http: httpx.AsyncClient,
        workshop: Executor,
        tally: Tally,
        known: deque[Sent],
    ) -> None:
        self._number = number
        self._workshop = workshop
        self._chance = Random(number)  # noqa: S311 - the same again for the same number
        self._http = http
        self._tally = tally
        self._known = known
        deeds = (self._capture_document, self._capture_event, *[self._ask_something] * 3)
        self._does: Callable[[], Awaitable[None]] = deeds[number % len(deeds)]

    async def work(self, until: float, pause: float) -> None:
        """Do one thing after the other.

        Args:
            until: reading of the monotonic clock at which nothing new is begun.
            pause: seconds between two things on average.
        """
        await self._rest(pause)
        while time.monotonic() < until:
            try:
                await self._does()
            except (httpx.HTTPError, WrongError) as error:
                self._tally.wrong.append(f"client {self._number}: {error!r}")
            await self._rest(pause)

    async def _rest(self, pause: float) -> None:
        await asyncio.sleep(self._chance.expovariate(1 / pause))

    async def _made(self, make: Callable[[int], Sent]) -> Sent:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._workshop, make, self._number)

    async def _request(self, what: str, method: str, path: str, **given: Any) -> httpx.Response:
        started = time.monotonic()
        answer = await self._http.request(method, path, **given)
        self._tally.took(what, time.monotonic() - started)
        if answer.is_error:
            raise WrongError(f"{what}: {answer.status_code} {answer.text}")
        return answer

    async def _post(self, what: str, path: str, sent: Sent) -> httpx.Response:
        headers = {"Content-Type": _MEDIA[sent.syntax]}
        return await self._request(what, "POST", path, content=sent.body, headers=headers)

    async def _capture_document(self) -> None:
        sent = await self._made(made_document)
        started = time.monotonic()
        place = (await self._post(TAKEN, "/epcis/capture", sent)).headers["Location"]
        wait = 0.1
        while (job := (await self._request(JOB, "GET", place)).json())["running"]:
            if time.monotonic() - started > _PATIENCE:
                raise WrongError(f"{place} is not done after {_PATIENCE} s")
            await asyncio.sleep(wait)
            wait = min(2 * wait, 1.0)
        if not job["success"]:
            raise WrongError(f"{place} ended with {job}")
        self._tally.took(CAPTURED, time.monotonic() - started)
        self._is_held(sent)

    async def _capture_event(self) -> None:
        sent = await self._made(made_event)
        answer = await self._post(EVENT, "/epcis/events", sent)
        if answer.status_code != httpx.codes.CREATED or answer.json()["eventID"] != sent.ids[0]:
            raise WrongError(f"{EVENT}: {answer.status_code} {answer.text}")
        self._is_held(sent)

    def _is_held(self, sent: Sent) -> None:
        self._tally.acknowledged += sent.ids
        self._known.append(sent)

    async def _ask_something(self) -> None:
        asks = (self._find_by_id, self._find_by_epc, self._page, self._collection, self._trace)
        (ask,) = self._chance.choices(asks, _SHARES)
        await ask()

    async def _find_by_id(self) -> None:
        for event_id in self._one(lambda sent: sent.ids):
            await self._find(BY_ID, {"EQ_eventID": event_id}, {event_id})

    async def _find_by_epc(self) -> None:
        for epc, ids in self._one(lambda sent: sent.naming):
            await self._find(BY_EPC, {"MATCH_anyEPC": epc}, set(ids))

    async def _find(self, what: str, asked: dict[str, str], expected: set[str]) -> None:
        found = await self._events(what, asked)
        if missing := expected - {event["eventID"] for event in found}:
            raise WrongError(f"{asked} does not find {missing}")

    async def _page(self) -> None:
        step = self._chance.choice(STEPS)
        found = await self._events(BY_STEP, {"EQ_bizStep": step, "orderBy": "eventTime"})
        if others := {event["bizStep"] for event in found} - {step}:
            raise WrongError(f"{step} finds {others}")

    async def _events(self, what: str, asked: dict[str, str]) -> list[dict[str, Any]]:
        answer = await self._request(what, "GET", "/epcis/events", params=asked)
        results = answer.json()["epcisBody"]["queryResults"]["resultsBody"]
        found: list[dict[str, Any]] = results["eventList"]
        return found

    async def _collection(self) -> None:
        name = self._chance.choice(_COLLECTIONS)
        answer = await self._request(COLLECTION, "GET", f"/epcis/{name}")
        if answer.json()["type"] != "Collection":
            raise WrongError(f"{name}: {answer.text}")

    async def _trace(self) -> None:
        for lot in self._one(lambda sent: sent.lots):
            answer = await self._request(TRACE, "GET", "/trace.json", params={"id": lot})
            if answer.json()["subject"] != lot or not answer.json()["links"]:
                raise WrongError(f"the trace of {lot} has no links: {answer.text}")

    def _one(self, of: Callable[[Sent], Sequence[_T]]) -> list[_T]:
        """Return one of what the ledger holds, by chance; none where it holds none yet."""
        some = [found for sent in self._known if (found := of(sent))]
        return [self._chance.choice(self._chance.choice(some))] if some else []


def drive(address: str, numbers: list[int], seconds: float, pause: float) -> Tally:
    """Let clients work side by side, and return what they did and found.

    Args:
        address: of the server.
        numbers: which clients.
        seconds: how long they begin new things.
        pause: seconds between two things of one client on average.
    """
    return asyncio.run(_drive(address, numbers, seconds, pause))


async def _drive(address: str, numbers: list[int], seconds: float, pause: float) -> Tally:
    tally, known = Tally(), deque[Sent](maxlen=_REMEMBERED)
    limits = httpx.Limits(max_connections=None)
    spawning = multiprocessing.get_context("spawn")
    async with httpx.AsyncClient(base_url=address, timeout=_PATIENCE, limits=limits) as http:
        with ProcessPoolExecutor(1, mp_context=spawning) as workshop:
            clients = [Client(number, http, workshop, tally, known) for number in numbers]
            until = time.monotonic() + seconds
            await asyncio.gather(*(client.work(until, pause) for client in clients))
    return tally
