"""How long pages and answers take while eight read and one writes."""

import json
import statistics
from functools import partial
from typing import Any, Final

from bench.chains import chains
from bench.recorder import Samples
from bench.results import Goal
from bench.serving import copied, serving
from bench.stopwatch import memory_of
from bench.workplace import Workplace

TITLE = "Pages and answers, with eight readers and a writer"
OURS = "this ledger"
READERS: Final = 8
REST: Final = 0.5
"""Seconds that a reader rests on average."""

_HOW: Final = f"""\
A server as a process of its own, with a copy of a large ledger. {READERS} readers ask in turn for
the page of a trace of about 200 events, the same as JSON, a search by the beginning of the lot's
number, the home page, and the events that name the lot by SimpleEventQuery. Each waits for its
answer and rests for {REST} s on average. All the while one sends a document of 200 events each
second. Readers and writer are one process on the same machine."""


def about(_: Workplace) -> str:
    """Return how it is measured."""
    return _HOW


def measure(place: Workplace) -> None:
    """Measure once; there are many samples in it."""
    events = 20_000 if place.is_quick else 1_000_000
    case = f"{events:,} other events in the ledger"
    place.recorder.compare(case, {OURS: partial(_ours, place, events)}, rounds=1)


def goals(_: Workplace) -> tuple[Goal, ...]:
    """Return nothing: nothing was aimed at."""
    return ()


def versions(_: Workplace) -> dict[str, str]:
    """Return nothing: it is compared with nobody."""
    return {}


def _ours(place: Workplace, events: int) -> Samples:
    lots = [chain.subject for chain in chains(events) if chain.size == 200]  # noqa: PLR2004 - of three sizes
    with serving(copied(place, events)) as server:
        told = place.environments.run(
            None,
            "ask_pages",
            *(server.address, server.token, json.dumps(lots), READERS),
            *(10 if place.is_quick else 180, REST),
            alone=False,
        )
        _, memory = memory_of(server.pid)
    samples: dict[str | tuple[str, str], Any] = {
        "events captured meanwhile": told["captured"],
        "most memory of the server, MiB": memory,
    }
    for name, seconds in told["times"].items():
        cuts = statistics.quantiles(seconds, n=100, method="inclusive")
        samples[name, "ms"] = [1000 * one for one in seconds]
        samples[name, "p99, ms"] = 1000 * cuts[98]
    return samples
