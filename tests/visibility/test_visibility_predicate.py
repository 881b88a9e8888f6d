"""Three ways to say who may see an event agree: the sentence in Python, the view's SQL, an oracle.

The oracle takes identifiers apart by itself, and looks at nothing else than what stands in the
decision "Who asks, and what they see": an organisation sees what it captured, and what another
captured and named it in, as a party of a source or destination, or by a place of its own; and what
who captured it first shows to it, thing by thing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pytest

from epcis_core.access.visibility import sees
from epcis_core.store.view import View
from tests.conftest import TEST_SCALE
from tests.world.chance import Chooser, Seeded, happens, some

EVENTS: Final = max(1000, int(100_000 * TEST_SCALE / 4))
"""A hundred thousand in the full tier, by `TEST_SCALE=4`."""

_GLNS: Final = ("8936011000017", "8936011000024", "8936022000013", "8936022007777", "8936033000019")
_PREFIXES: Final = ("8936011", "89360220", "8936022007", "893603")
_URIS: Final = (
    *("https://coop.example/party/1", "https://coop.example/party/10", "https://coop.example/p"),
    *("urn:x:8936011000017", "https://id.gs1.org/414/8936022007777/254/shop"),
    *("https://id.gs1.org/01/08936011001014", 'it\'s "quoted"', "100%_", ""),
)
_PARTIES: Final = (*(f"https://id.gs1.org/417/{one}" for one in _GLNS), *_URIS)
_PLACES: Final = (
    *(f"https://id.gs1.org/414/{one}{part}" for one in _GLNS for part in ("", "/254/shop")),
    *_URIS,
)
_ORGANISATIONS: Final = (
    *_PARTIES[: len(_GLNS)],
    "https://coop.example/party/1",
    "operator",
    "it's",
)
_THINGS: Final = ("urn:x:lot:1", "urn:x:lot:2", "it's a lot", "urn:x:crate")
_TOGETHER: Final = 1000
"""So many events are looked at through one view."""


@dataclass(frozen=True)
class Kept:
    """An event as far as it matters who may see it."""

    sender: str
    witnesses: tuple[str, ...]
    parties: tuple[str, ...]
    places: tuple[str, ...]
    objects: tuple[str, ...]


@dataclass(frozen=True)
class Reader:
    """An organisation, and what belongs to it."""

    id: str
    owned: tuple[str, ...]
    shared: tuple[tuple[str, str], ...]

    def may_see(self, kept: Kept) -> bool:
        """Say it in the words of the decision."""
        captured = {kept.sender, *kept.witnesses}
        named = {*kept.parties, *kept.places}
        return (
            self.id in captured
            or self.id in kept.parties
            or not named.isdisjoint(self.owned)
            or any((kept.sender, one) in self.shared for one in kept.objects)
            or any(_gln_of(one).startswith(self._numbers) for one in named if _gln_of(one))
        )

    @property
    def _numbers(self) -> tuple[str, ...]:
        return tuple(one for one in self.owned if one.isdecimal())


def _gln_of(identifier: str) -> str:
    """Return the GLN of a party or place, in the spelling of the ledger; empty for none."""
    parts = identifier.split("/")
    is_gs1 = parts[:3] == ["https:", "", "id.gs1.org"] and parts[3] in {"414", "417"}
    return parts[4] if is_gs1 else ""


def _event(chooser: Chooser) -> Kept:
    return Kept(
        chooser.pick(_ORGANISATIONS),
        tuple(some(chooser, _ORGANISATIONS, most=2)) if happens(chooser, 10) else (),
        tuple(some(chooser, _PARTIES, most=2)) if happens(chooser, 60) else (),
        tuple(some(chooser, _PLACES, most=2)) if happens(chooser, 60) else (),
        tuple(some(chooser, _THINGS, most=2)),
    )


def _reader(chooser: Chooser) -> Reader:
    owned = (*_GLNS, *_PREFIXES, *(one for one in _URIS if one))
    chosen = some(chooser, owned, most=3) if happens(chooser, 80) else []
    shown = [(chooser.pick(_ORGANISATIONS), one) for one in some(chooser, _THINGS, most=2)]
    shared = shown if happens(chooser, 50) else []
    return Reader(chooser.pick(_ORGANISATIONS), tuple(chosen), tuple(shared))


def _fill(connection: duckdb.DuckDBPyConnection, events: Sequence[Kept]) -> None:
    """Write events as capture does, and behind them a receipt for each witness."""
    receipts = [(n, by) for n, one in enumerate(events) for by in one.witnesses if by != one.sender]
    texts = pa.list_(pa.string())
    entry = pa.table(
        {
            "sequence": range(len(events) + len(receipts)),
            "organisation": [*(one.sender for one in events), *(by for _, by in receipts)],
        }
    )
    event = pa.table(
        {
            "sequence": range(len(events)),
            "organisation": [one.sender for one in events],
            "parties": pa.array([one.parties for one in events], texts),
            "places": pa.array([one.places for one in events], texts),
        }
    )
    receipt = pa.table(
        {
            "sequence": pa.array(range(len(events), len(entry)), pa.int64()),
            "event_sequence": pa.array([n for n, _ in receipts], pa.int64()),
            "organisation": pa.array([by for _, by in receipts], pa.string()),
        }
    )
    named = [(n, thing) for n, one in enumerate(events) for thing in one.objects]
    reference = pa.table(
        {"sequence": [n for n, _ in named], "object": [thing for _, thing in named]}
    )
    tables = {"entry": entry, "event": event, "receipt": receipt, "reference": reference}
    for name, rows in tables.items():
        connection.register("rows", rows)
        connection.execute(f"CREATE OR REPLACE TABLE {name} AS FROM rows")


@pytest.mark.timeout(120 * max(1.0, TEST_SCALE))
def test_python_and_sql_say_what_the_decision_says(tmp_path: Path) -> None:
    seen = 0
    with duckdb.connect(tmp_path / "events.duckdb") as connection:
        for seed in range(EVENTS // _TOGETHER):
            chooser = Seeded(seed)
            events = [_event(chooser) for _ in range(_TOGETHER)]
            _fill(connection, events)
            for _ in range(3):
                seen += _check(connection, _reader(chooser), events)
    assert EVENTS // 10 < seen < 3 * EVENTS * 9 // 10  # neither nothing nor all


def _check(connection: duckdb.DuckDBPyConnection, reader: Reader, events: Sequence[Kept]) -> int:
    view = View(reader.id, owned=reader.owned, shared=reader.shared)
    in_python = [
        n
        for n, one in enumerate(events)
        if sees(
            reader.id,
            reader.owned,
            captured_by=(one.sender, *one.witnesses),
            parties=one.parties,
            places=one.places,
            objects=one.objects,
            shared=reader.shared,
        )
    ]
    expected = [n for n, one in enumerate(events) if reader.may_see(one)]
    assert in_python == expected, reader
    assert _in_sql(connection, view) == expected, reader
    unwitnessed = [replace(one, witnesses=()) for one in events]
    assert _in_sql(connection, view.until(len(events) - 1)) == [
        n for n, one in enumerate(unwitnessed) if reader.may_see(one)
    ]
    return len(expected)


def _in_sql(connection: duckdb.DuckDBPyConnection, view: View) -> list[int]:
    rows = connection.execute(
        f"SELECT e.sequence FROM event e WHERE {view.condition('e')} ORDER BY ALL"  # noqa: S608 - ours
    ).fetchall()
    return [row[0] for row in rows]
