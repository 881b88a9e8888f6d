"""Clients of the EPCIS interface that capture and ask at once, and take note of what they got.

Each does one thing after the other: it captures a document and follows its job to the end, captures
one event, or asks for something that the ledger has said it holds. An answer that is not as it must
be is an error, in a sentence.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import httpx

from tests.load.making import STEPS, Maker, Sent

POINT: Final = ("an event by eventID", "events by MATCH_anyEPC")
"""The kinds of requests that are point queries."""

_MEDIA: Final = {"json": "application/json", "xml": "application/xml"}
_PATIENCE: Final = 120.0
_REMEMBERED: Final = 500
_COLLECTIONS: Final = ("eventTypes", "bizSteps", "epcs", "readPoints", "dispositions")


class WrongError(Exception):
    """An answer that is not as it must be."""


@dataclass
class Tally:
    """What clients have done and found.

    Attributes:
        acknowledged: ids of the events that the ledger has said it holds, as often as it said so.
        captured: events of documents, and how many documents there were.
        seconds: how long requests took, by kind.
        wrong: what was not as it must be.
    """

    acknowledged: list[str] = field(default_factory=list)
    documents: int = 0
    seconds: dict[str, list[float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def took(self, kind: str, seconds: float) -> None:
        """Take note of a request."""
        self.seconds.setdefault(kind, []).append(seconds)

    def add(self, other: "Tally") -> None:
        """Add what other clients have done."""
        self.acknowledged += other.acknowledged
        self.documents += other.documents
        self.wrong += other.wrong
        for kind, seconds in other.seconds.items():
            self.seconds.setdefault(kind, []).extend(seconds)


class Client:
    """One client.

    Args:
        number: which one, from 0.
        http: where it asks.
        tally: where it takes note.
    """

    def __init__(self, number: int, http: httpx.AsyncClient, tally: Tally) -> None:
        self._maker = Maker(number)
        self._chance = Random(number)  # noqa: S311 - the same again for the same number
        self._http = http
        self._tally = tally
        self._known: list[Sent] = []
        self._does: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (15, self._capture_document),
            (20, self._capture_event),
            (25, self._find_by_id),
            (25, self._find_by_epc),
            (5, self._page_by_step),
            (5, self._collection),
            (5, self._trace),
        ]

    async def work(self, until: float, pause: float) -> None:
        """Do one thing after the other.

        Args:
            until: reading of the monotonic clock at which nothing new is begun.
            pause: seconds between two things on average.
        """
        weights, deeds = zip(*self._does, strict=True)
        deed = self._capture_event
        await self._rest(pause)
        while time.monotonic() < until:
            try:
                await deed()
            except (httpx.HTTPError, WrongError) as error:
                self._tally.wrong.append(f"{deed.__name__.lstrip('_')}: {error!r}")
            await self._rest(pause)
            if self._known:
                (deed,) = self._chance.choices(deeds, weights)

    async def _rest(self, pause: float) -> None:
        await asyncio.sleep(self._chance.expovariate(1 / pause))

    async def _ask(self, kind: str, method: str, path: str, **given: Any) -> httpx.Response:
        started = time.monotonic()
        answer = await self._http.request(method, path, **given)
        self._tally.took(kind, time.monotonic() - started)
        if answer.is_error:
            raise WrongError(f"{kind}: {answer.status_code} {answer.text}")
        return answer

    async def _capture_document(self) -> None:
        sent = self._maker.document()
        started = time.monotonic()
        headers = {"Content-Type": _MEDIA[sent.syntax]}
        answer = await self._ask(
            "a document taken", "POST", "/epcis/capture", content=sent.body, headers=headers
        )
        place, wait = answer.headers["Location"], 0.1
        while (job := (await self._ask("a job", "GET", place)).json())["running"]:
            if time.monotonic() - started > _PATIENCE:
                raise WrongError(f"{place} is not done after {_PATIENCE} s")
            await asyncio.sleep(wait)
            wait = min(2 * wait, 1.0)
        if not job["success"]:
            raise WrongError(f"{place} ended with {job}")
        self._tally.took("a document captured", time.monotonic() - started)
        self._tally.documents += 1
        self._holds(sent)

    async def _capture_event(self) -> None:
        sent = self._maker.event()
        headers = {"Content-Type": "application/json"}
        answer = await self._ask(
            "an event captured", "POST", "/epcis/events", content=sent.body, headers=headers
        )
        if answer.status_code != httpx.codes.CREATED or answer.json()["eventID"] != (
            *sent.event_ids,
        )[0]:
            raise WrongError(f"an event captured: {answer.status_code} {answer.text}")
        self._holds(sent)

    def _holds(self, sent: Sent) -> None:
        self._tally.acknowledged += sent.event_ids
        self._known = [*self._known[-_REMEMBERED:], sent]

    async def _find_by_id(self) -> None:
        event_id = self._chance.choice(self._chance.choice(self._known).event_ids)
        await self._find(POINT[0], {"EQ_eventID": event_id}, {event_id})

    async def _find_by_epc(self) -> None:
        naming = self._chance.choice([one for one in self._known if one.naming] or [_NOTHING])
        if naming.naming:
            item, event_ids = self._chance.choice([*naming.naming.items()])
            await self._find(POINT[1], {"MATCH_anyEPC": item}, set(event_ids))

    async def _find(self, kind: str, asked: dict[str, str], expected: set[str]) -> None:
        answer = await self._ask(kind, "GET", "/epcis/events", params=asked)
        if missing := expected - {event["eventID"] for event in _events(answer)}:
            raise WrongError(f"{asked} does not find {missing}")

    async def _page_by_step(self) -> None:
        step = self._chance.choice(STEPS)
        asked = {"EQ_bizStep": step, "orderBy": "eventTime"}
        answer = await self._ask(
            "a page of events by bizStep", "GET", "/epcis/events", params=asked
        )
        if others := {event["bizStep"] for event in _events(answer)} - {step}:
            raise WrongError(f"{asked} finds {others}")

    async def _collection(self) -> None:
        name = self._chance.choice(_COLLECTIONS)
        answer = await self._ask("a collection", "GET", f"/epcis/{name}")
        if name == "epcs" and not answer.json()["member"]:
            raise WrongError(f"{name} is empty")

    async def _trace(self) -> None:
        lots = [lot for sent in self._known for lot in sent.lots]
        if not lots:
            return
        lot = self._chance.choice(lots)
        answer = await self._ask("a trace of a lot", "GET", "/trace.json", params={"id": lot})
        if answer.json()["subject"] != lot or not answer.json()["links"]:
            raise WrongError(f"the trace of {lot} has no links")


_NOTHING: Final = Sent(b"", "json", (), {}, ())


def _events(answer: httpx.Response) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer.json()["epcisBody"]["queryResults"]["resultsBody"][
        "eventList"
    ]
    return found


def drive(address: str, numbers: list[int], seconds: float, pause: float) -> Tally:
    """Let clients work side by side, and return what they found.

    Args:
        address: of the server.
        numbers: which clients.
        seconds: how long they begin new things.
        pause: seconds between two things of one client on average.
    """
    return asyncio.run(_drive(address, numbers, seconds, pause))


async def _drive(address: str, numbers: list[int], seconds: float, pause: float) -> Tally:
    tally = Tally()
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=address, timeout=_PATIENCE, limits=limits) as http:
        until = time.monotonic() + seconds
        clients = (Client(number, http, tally).work(until, pause) for number in numbers)
        await asyncio.gather(*clients)
    return tally
