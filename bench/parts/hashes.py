"""Event hashes: how many a second, beside the reference tool."""

from functools import partial
from typing import Final

from bench.environments import NotRunError
from bench.recorder import Samples
from bench.results import Goal
from bench.workplace import Workplace

TITLE = "Event hashes"
OURS = "this ledger"
REFERENCE = "epcis-event-hash-generator"
_RATE = "hashes a second of processor time"


_HOW: Final = """\
The events are read first, each system in a process of its own on one core; then what is measured is
the hashing alone. Both systems work out the same hashes, which is checked event by event, by the
reading of the standard that the reference tool has."""


def about(_: Workplace) -> str:
    """Return how it is measured."""
    return _HOW


def measure(place: Workplace) -> None:
    """Measure both side by side."""
    document = place.document("json", _events(place))
    files = {name: place.scratch / name for name in ("ours", "reference")}

    def run(environment: str | None, name: str) -> Samples:
        files[name].unlink(missing_ok=True)
        told = place.environments.run(environment, f"hash_{name}", document, files[name])
        if all(file.exists() for file in files.values()):
            ours, theirs = (file.read_text(encoding="utf-8") for file in files.values())
            if ours != theirs:
                raise NotRunError("the hashes differ")
        return {_RATE: told["events"] / told["processor"]}

    systems = {OURS: partial(run, None, "ours"), REFERENCE: partial(run, "peers", "reference")}
    place.recorder.compare(_case(place), systems, rounds=2 if place.is_quick else 5)


def goals(place: Workplace) -> tuple[Goal, ...]:
    """Return what the figures are held against."""
    return (
        Goal(
            what="hashes a second",
            aim=100_000,
            at_least=True,
            reached=place.recorder.median(_case(place), OURS, _RATE),
        ),
    )


def versions(place: Workplace) -> dict[str, str]:
    """Return the versions of those that the ledger is compared with."""
    return place.environments.versions(REFERENCE)


def _case(place: Workplace) -> str:
    return f"{_events(place):,} events"


def _events(place: Workplace) -> int:
    return 1_000 if place.is_quick else 10_000
