"""Measures what the tree over the log costs a capture: the same captures with it and without it.

    python bench/proof_cost.py [--events 20000] [--single 300] [--rounds 5]

One document of many events, and many documents of one event, each into a new ledger; runs with and
without the tree take turns, and the smallest time of each counts. Without it no node is worked out,
read or written; the leaves are there in both. On a machine that others use too the difference
drowns in noise, so the tree's own work is timed within a capture as well: all of it but for writing
one column more.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import duckdb

from epcis_core.proof.leaf import Digest
from epcis_core.proof.tree import CompactRange
from epcis_core.store import append
from epcis_core.store.ledger import Ledger
from epcis_core.store.tree import growing_tree
from ingest.capture import capture_bytes

_NOW: Final = 1_800_000_000_000_000
_LOT: Final = "https://id.gs1.org/01/09506000134376/10/"


def document(first: int, count: int) -> bytes:
    """Return a document of events with seven objects each."""
    events = [event(number) for number in range(first, first + count)]
    members: dict[str, Any] = {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-12-31T00:00:00Z",
        "epcisBody": {"eventList": events},
    }
    return json.dumps(members).encode()


def event(number: int) -> dict[str, Any]:
    """Return a shipment of seven lots."""
    lots = [{"epcClass": f"{_LOT}{number}-{one}", "quantity": 7, "uom": "KGM"} for one in range(7)]
    return {
        "type": "ObjectEvent",
        "eventTime": "2026-12-30T08:00:00Z",
        "eventTimeZoneOffset": "+07:00",
        "action": "OBSERVE",
        "bizStep": "shipping",
        "disposition": "in_transit",
        "readPoint": {"id": "urn:epc:id:sgln:9506000.00001.0"},
        "quantityList": lots,
    }


class Stopwatch:
    """Adds up what the tree takes within captures: reading its edge, and its nodes."""

    def __init__(self) -> None:
        self.used = 0.0

    def grow(self, cursor: duckdb.DuckDBPyConnection, size: int) -> CompactRange:
        """Read the edge of the tree."""
        start = time.process_time()
        edge = growing_tree(cursor, size)
        self.used += time.process_time() - start
        return Watched(self, edge)


class Watched(CompactRange):
    """A tree whose growing is timed."""

    def __init__(self, watch: Stopwatch, edge: CompactRange) -> None:
        self._watch = watch
        self._edge = edge

    def append(self, leaf: Digest) -> list[Digest]:
        """Add a leaf."""
        start = time.process_time()
        full = self._edge.append(leaf)
        self._watch.used += time.process_time() - start
        return full


class NoTree(CompactRange):
    """A tree that never has a node."""

    def append(self, _: Digest) -> list[Digest]:
        """Leave a leaf out."""
        return []


def seconds(documents: list[bytes], before: bytes | None = None) -> float:
    """Return how long it takes to capture documents into a new ledger."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Ledger.open(Path(folder) / "ledger.duckdb") as ledger,
    ):
        if before is not None:
            capture_bytes(ledger, before, file_name="before", now=_NOW)
        start = time.process_time(), time.perf_counter()
        for one in documents:
            report = capture_bytes(ledger, one, file_name="bench", now=_NOW)
            if report.status != "accepted":
                raise SystemExit(f"the document was {report.status}")
        used, passed = time.process_time() - start[0], time.perf_counter() - start[1]
    print(f"    {passed:7.3f} s, {used:7.3f} s of processors")
    return used


def compare(name: str, rounds: int, run: Callable[[], float]) -> None:
    """Print what runs with and without the tree take."""
    print(name)
    with_it, without = [], []
    for _ in range(rounds):
        print("  with")
        with_it.append(run())
        print("  without")
        with patch.object(append, "growing_tree", lambda *_: NoTree()):
            without.append(run())
    ratio = min(with_it) / min(without) - 1
    print(f"  the tree adds {ratio:+.1%} ({min(with_it):.3f} s against {min(without):.3f} s)")
    watch = Stopwatch()
    print("  timed within")
    with patch.object(append, "growing_tree", watch.grow):
        used = run()
    print(f"  reading the edge and working out nodes: {watch.used / used:.1%}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000, help="of the large document")
    parser.add_argument("--single", type=int, default=300, help="documents of one event")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    large = document(0, given.events)
    compare(f"a document of {given.events} events", given.rounds, lambda: seconds([large]))
    single = [document(10_000_000 + number, 1) for number in range(given.single)]
    compare(
        f"{given.single} documents of one event, into a ledger of {given.events}",
        given.rounds,
        lambda: seconds(single, large),
    )


if __name__ == "__main__":
    main()
