"""Measures what a trace of about 200 events costs, and whether unrelated events make it dearer.

    python bench/large_documents.py --events 100000 small.jsonld
    python bench/large_documents.py --events 1000000 large.jsonld
    python bench/trace_cost.py small.jsonld large.jsonld

Each document is captured into a ledger of its own, with the events of twenty supply chains strewn
among its events; then every chain is traced, warm, in this process. What counts is the ratio of the
medians. `--keep FOLDER` keeps the ledgers, and uses those that are there.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

from epcis_core.store.ledger import Ledger
from epcis_core.store.trace import trace_lot
from epcis_core.store.view import EVERYTHING
from ingest.capture import capture_bytes

Members = dict[str, Any]

CHAINS: Final = 20
ROUNDS: Final = 5
_NOW: Final = 1_800_000_000_000_000
_START: Final = datetime(2026, 1, 1, tzinfo=UTC)
_LOT: Final = "https://id.gs1.org/01/09506000134376/10/"
_PALLET: Final = "urn:epc:id:sscc:9506000.1"
_PLACES: Final = tuple(f"urn:epc:id:sgln:9506000.{number:05}.0" for number in range(10))
_PARTIES: Final = tuple(f"urn:epc:id:pgln:9506000.{number:05}" for number in range(10))
_HEAD: Final = {
    "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
    "type": "EPCISDocument",
    "schemaVersion": "2.0",
    "creationDate": "2026-12-31T00:00:00Z",
}


def chain(number: int) -> Iterator[Members]:
    """Yield the events of one supply chain, about 200, in the order in which they happen.

    Twenty harvests are packed, shipped, received, unpacked and turned into one lot, step by step.
    """
    clock = iter(range(10_000))
    product = f"{_LOT}C{number}-P"

    def event(kind: str, place: int, **members: Any) -> Members:
        moment = _START + timedelta(days=number, minutes=next(clock))
        return {
            "type": kind,
            "eventTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventTimeZoneOffset": "+07:00",
            "readPoint": {"id": _PLACES[place]},
            **members,
        }

    for harvest in range(20):
        lot = {"epcClass": f"{_LOT}C{number}-{harvest}", "quantity": 100, "uom": "KGM"}
        pallet = f"{_PALLET}{number:04}{harvest:05}"
        farm, packer = harvest % 8, 8
        ends = {
            "sourceList": [{"type": "owning_party", "source": _PARTIES[farm]}],
            "destinationList": [{"type": "owning_party", "destination": _PARTIES[packer]}],
        }
        yield event("ObjectEvent", farm, action="ADD", bizStep="commissioning", quantityList=[lot])
        inside = {"parentID": pallet, "childQuantityList": [lot]}
        yield event("AggregationEvent", farm, action="ADD", bizStep="packing", **inside)
        for step, place in (("shipping", farm), ("arriving", packer), ("receiving", packer)):
            yield event(
                "ObjectEvent", place, action="OBSERVE", bizStep=step, epcList=[pallet], **ends
            )
        yield event("AggregationEvent", packer, action="DELETE", bizStep="unpacking", **inside)
        yield event(
            "ObjectEvent", packer, action="OBSERVE", bizStep="inspecting", quantityList=[lot]
        )
        made = {"epcClass": f"{_LOT}C{number}-M{harvest}", "quantity": 90, "uom": "KGM"}
        yield event(
            "TransformationEvent", packer, inputQuantityList=[lot], outputQuantityList=[made]
        )
        yield event(
            "TransformationEvent",
            packer,
            inputQuantityList=[made],
            outputQuantityList=[{"epcClass": product, "quantity": 80, "uom": "KGM"}],
        )


def build(ledger: Ledger, document: Path, batch: int = 5_000) -> None:
    """Capture a document with the chains strewn among its events."""
    chains = [list(chain(number)) for number in range(CHAINS)]
    total = sum(len(one) for one in chains)
    with document.open(encoding="utf-8") as file:
        lines = (line.rstrip(",\n") for line in file if line.startswith('{"type": "'))
        count = sum(1 for _ in lines)
    strewn = iter([chains[n][i] for i in range(len(chains[0])) for n in range(CHAINS)])
    with document.open(encoding="utf-8") as file:
        lines = (line.rstrip().rstrip(",") for line in file if line.startswith('{"type": "'))
        done = 0
        while part := list(islice(lines, batch)):
            done += len(part)
            share = list(islice(strewn, -(-total * len(part) // count)))
            events = [json.dumps(one) for one in share] + part
            _capture(ledger, events)
            print(f"{document.name}: {done:,} of {count:,}", flush=True)
    _capture(ledger, [json.dumps(one) for one in strewn])


def _capture(ledger: Ledger, events: list[str]) -> None:
    if not events:
        return
    head = json.dumps(_HEAD)[:-1]
    body = f'{head}, "epcisBody": {{"eventList": [{",".join(events)}]}}}}'
    report = capture_bytes(ledger, body.encode(), file_name="bench.jsonld", now=_NOW)
    if report.status != "accepted":
        raise SystemExit(f"not captured: {str(report.as_json())[:2000]}")


def cost(ledger: Ledger) -> tuple[int, float]:
    """Return how many events an answer has, and the median seconds of a warm trace."""
    seconds, events = [], 0
    for turn in range(ROUNDS + 1):
        for number in range(CHAINS):
            started = time.perf_counter()
            answer = trace_lot(ledger, EVERYTHING, f"{_LOT}C{number}-P")
            if turn > 0:
                seconds.append(time.perf_counter() - started)
            events = len(answer.events)
    return events, statistics.median(seconds)


def main() -> None:
    """Build the ledgers that are not there, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("documents", nargs="+", type=Path)
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        first = None
        for document in asked.documents:
            path = (asked.keep or Path(folder)) / f"{document.stem}.duckdb"
            is_new = not path.exists()
            with Ledger.open(path) as ledger:
                if is_new:
                    build(ledger, document)
                events, median = cost(ledger)
            first = first or median
            print(
                f"{document.name}: {events} events, median {median * 1000:.0f} ms,"
                f" {median / first:.2f} times the first"
            )


if __name__ == "__main__":
    main()
