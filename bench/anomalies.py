"""Measures how long the list of anomalies takes, in a ledger where all is well and where it is not.

    python -m bench.anomalies --events 100000 [--keep FOLDER]

Supply chains are captured, 180 events each: lots that are packed, handed on, unpacked and used up.
In a second ledger of a quarter of the events nobody records a receipt.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bench.large_documents import Members
from epcis_core.store.anomalies import anomalies
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import EVERYTHING
from ingest.capture import capture_bytes

_NOW: Final = 1_800_000_000_000_000
_TOGETHER: Final = 25
_TAKING: Final = frozenset({"arriving", "receiving"})
_HEAD: Final = {
    "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
    "type": "EPCISDocument",
    "schemaVersion": "2.0",
    "creationDate": "2026-12-31T00:00:00Z",
}
_START: Final = datetime(2026, 1, 1, tzinfo=UTC)
_LOT: Final = "https://id.gs1.org/01/09506000134376/10/"
_PALLET: Final = "urn:epc:id:sscc:9506000.1"
_PLACES: Final = tuple(f"urn:epc:id:sgln:9506000.{number:05}.0" for number in range(10))
_PARTIES: Final = tuple(f"urn:epc:id:pgln:9506000.{number:05}" for number in range(10))


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


def fill(ledger: Ledger, least: int, *, with_receipts: bool) -> int:
    """Capture chains until there are so many events; return how many there are."""
    captured, number = 0, 0
    while captured < least:
        events = [
            one
            for place in range(number, number + _TOGETHER)
            for one in chain(place)
            if with_receipts or one.get("bizStep") not in _TAKING
        ]
        body: dict[str, Any] = {**_HEAD, "epcisBody": {"eventList": events}}
        told = capture_bytes(ledger, json.dumps(body).encode(), file_name="chains", now=_NOW)
        if told.status != "accepted":
            raise SystemExit(f"not captured: {str(told.as_json())[:2000]}")
        captured, number = captured + len(events), number + _TOGETHER
    return captured


def measure(path: Path, least: int, *, with_receipts: bool) -> None:
    """Fill a ledger that is not there, and tell how long its list takes."""
    is_new = not path.exists()
    with Ledger.open(path) as ledger:
        if is_new:
            fill(ledger, least, with_receipts=with_receipts)
        for turn in ("first", "again"):
            started = time.perf_counter()
            found = anomalies(ledger, EVERYTHING, now=_NOW)
            seconds = time.perf_counter() - started
            cut = ", and there are more" if found.truncated else ""
            print(f"{path.stem}, {turn}: {seconds:.1f} s, {len(found.anomalies):,} anomalies{cut}")


def main() -> None:
    """Measure both ledgers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        kept = asked.keep or Path(folder)
        measure(kept / "well.duckdb", asked.events, with_receipts=True)
        measure(kept / "unwell.duckdb", asked.events // 4, with_receipts=False)


if __name__ == "__main__":
    main()
