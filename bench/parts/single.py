"""Single events captured over HTTP: how many a second, by one client and by many at once."""

import statistics
import uuid
from functools import partial
from typing import Final

from bench.recorder import Samples
from bench.results import Goal
from bench.serving import serving
from bench.workplace import Workplace

TITLE = "Single events over HTTP"
OURS = "this ledger"
CLIENTS: Final = (1, 32)
_RATE = "captures a second"
_COST = "processor time of the server for a capture, µs"
_OWN_COST = "processor time of the clients for a capture, µs"

_HOW: Final = """\
`POST /epcis/events` to a server as a process of its own, into a new ledger; each client sends its
next event when the one before has been acknowledged as durable. Clients and server share the
machine, so that what the clients take is taken from the server."""


def about(_: Workplace) -> str:
    """Return how it is measured."""
    return _HOW


def measure(place: Workplace) -> None:
    """Measure with one client, then with many."""
    for clients in CLIENTS:
        systems = {OURS: partial(_ours, place, clients)}
        place.recorder.compare(_case(clients), systems, rounds=1 if place.is_quick else 5)


def goals(place: Workplace) -> tuple[Goal, ...]:
    """Return what the figures are held against."""
    most = CLIENTS[-1]
    return (
        Goal(
            what=f"captures a second, {_case(most)}",
            aim=2_000,
            at_least=True,
            reached=place.recorder.median(_case(most), OURS, _RATE),
        ),
    )


def versions(_: Workplace) -> dict[str, str]:
    """Return nothing: it is compared with nobody."""
    return {}


def _case(clients: int) -> str:
    return f"{clients} client{'s' if clients > 1 else ''}"


def _ours(place: Workplace, clients: int) -> Samples:
    events = (50 if place.is_quick else 1_000) * (1 if clients == 1 else 8)
    folder = place.scratch / uuid.uuid4().hex
    folder.mkdir()
    with serving(folder / "ledger.duckdb") as server:
        for seed, count in ((8, 2 * clients), (9, events)):  # first what warms it up
            told = place.environments.run(
                None,
                "post_events",
                *(server.address, server.token, server.pid),
                *(clients, count, seed),
                alone=False,
            )
    cuts = statistics.quantiles(told["each"], n=100, method="inclusive")
    return {
        _RATE: events / told["seconds"],
        _COST: 1e6 * told["served"] / events,
        _OWN_COST: 1e6 * told["processor"] / events,
        "until acknowledged, median, ms": 1000 * cuts[49],
        "until acknowledged, p99, ms": 1000 * cuts[98],
    }
