"""Asks a server for pages and answers while a writer captures, and says how long each took.

    python -m bench.programs.ask_pages ADDRESS TOKEN LOTS READERS SECONDS REST

Each reader asks for one thing after the other, in turn, and rests between. The writer sends a
document of 200 events each second.
"""

import asyncio
import json
import random
import ssl
import sys
import time
from collections.abc import Iterator
from itertools import count, islice

import httpx

from bench.large_documents import JSON_END, JSON_HEAD, as_json, events
from bench.stopwatch import tell

_EVENTS = 200
_PERIOD = 1.0  # seconds between two documents
_PAGE = {"Accept": "text/html"}
_JSON = {"Accept": "application/json"}
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

Times = dict[str, list[float]]


def asked(lots: list[str], chance: random.Random) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield without end what is asked for, by name: path, and headers."""
    for turn in count(chance.randrange(5)):
        lot = chance.choice(lots)
        named = str(httpx.QueryParams({"id": lot}))
        found = str(httpx.QueryParams({"MATCH_anyEPCClass": lot}))
        typed = str(httpx.QueryParams({"q": lot.rpartition("/")[2].removesuffix("-0")}))
        questions = (
            ("trace page", f"/trace?{named}", _PAGE),
            ("trace as JSON", f"/trace.json?{named}", _JSON),
            ("search", f"/search?{typed}", _PAGE),
            ("home page", "/", _PAGE),
            ("SimpleEventQuery", f"/epcis/events?{found}", _JSON),
        )
        yield questions[turn % len(questions)]


async def reader(
    http: httpx.AsyncClient, lots: list[str], chance: random.Random, until: float, rest: float
) -> Times:
    """Ask until the time is over, and return how long it took."""
    times: Times = {}
    for name, path, headers in asked(lots, chance):
        await asyncio.sleep(chance.expovariate(1 / rest))
        if time.monotonic() > until:
            break
        started = time.monotonic()
        answer = await http.get(path, headers=headers)
        times.setdefault(name, []).append(time.monotonic() - started)
        if answer.is_error:
            raise SystemExit(f"{path} answers {answer.status_code}")
    return times


async def writer(http: httpx.AsyncClient, until: float) -> int:
    """Send documents until the time is over, and return how many events they had."""
    sent = 0
    told = events(1_000_000, 11)
    while time.monotonic() < until:
        began = time.monotonic()
        text = ",".join(map(as_json, islice(told, _EVENTS)))
        answer = await http.post(
            "/epcis/capture",
            content=f"{JSON_HEAD}{text}{JSON_END}",
            headers={"Content-Type": "application/json"},
        )
        answer.raise_for_status()
        sent += _EVENTS
        await asyncio.sleep(max(0.0, _PERIOD - (time.monotonic() - began)))
    return sent


async def ask(given: list[str]) -> tuple[Times, int]:
    """Let readers and the writer work side by side, and return the times and what was sent."""
    address, token, lots = given[0], given[1], json.loads(given[2])
    readers, seconds, rest = int(given[3]), float(given[4]), float(given[5])
    async with httpx.AsyncClient(
        base_url=address,
        headers={"Authorization": f"Bearer {token}"},
        timeout=120,
        verify=_NO_TLS,
        trust_env=False,
    ) as http:
        until = time.monotonic() + seconds
        chances = map(random.Random, range(readers))  # the same again for the same number
        work = [reader(http, lots, chance, until, rest) for chance in chances]
        sent, told = await asyncio.gather(writer(http, until), asyncio.gather(*work))
    times: Times = {}
    for each in told:
        for name, took in each.items():
            times.setdefault(name, []).extend(took)
    return times, sent


def main() -> None:
    """Ask, and tell."""
    times, sent = asyncio.run(ask(sys.argv[1:]))
    tell(times=times, captured=sent)


if __name__ == "__main__":
    main()
