"""Measures the page of a lot with 5,000 events: what it costs the server and a browser.

    python bench/large_trace_page.py
    python bench/large_trace_page.py --shops 10 --deliveries 10

A packhouse packs one lot into a crate for each delivery, and shops receive and unpack the crates:
four events a delivery. Firms, people and numbers are invented. The page is asked for over HTTP, as
whoever sees all gets it, and opened in Chromium.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx
from playwright.sync_api import sync_playwright

from api.app import create_app
from api.settings import Settings
from epcis_core.store.ledger import Ledger
from ingest.capture import capture_bytes
from tests.served import client_of, served

Members = dict[str, Any]

LOT: Final = "https://id.gs1.org/01/09506000134376/10/B2611"
"""The lot that is delivered."""
DELIVERIES: Final = 60
SHOPS: Final = 20
SILENT: Final = 7
"""The shop that leaves every second receipt unrecorded."""
_HARVESTS: Final = 100
_NOW: Final = 1_800_000_000_000_000
_START: Final = datetime(2026, 1, 1, tzinfo=UTC)
_CRATE: Final = "urn:epc:id:sscc:9506000.1"
_FARM, _PACKER = 0, 1
_HEAD: Final = {
    "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
    "type": "EPCISDocument",
    "schemaVersion": "2.0",
    "creationDate": "2026-12-31T00:00:00Z",
}


def document(shops: int = SHOPS, deliveries: int = DELIVERIES) -> bytes:
    """Return an EPCIS document of `4 × shops × deliveries + 200` events."""
    masters = [
        {
            "id": f"urn:epc:id:pgln:9506000.{number:05}",
            "attributes": [{"id": "urn:epcglobal:cbv:mda#name", "attribute": name}],
        }
        for number, name in enumerate(_names(shops))
    ]
    header = {
        "epcisMasterData": {
            "vocabularyList": [
                {"type": "urn:epcglobal:epcis:vtype:Party", "vocabularyElementList": masters}
            ]
        }
    }
    events = [*_events(shops, deliveries)]
    body = {"epcisHeader": header, "epcisBody": {"eventList": events}}
    return json.dumps(_HEAD | body).encode()


def _names(shops: int) -> list[str]:
    return ["Nông trại Mẫu", "Nhà đóng gói Mẫu", *(f"Cửa hàng Mẫu {n + 1}" for n in range(shops))]


def _events(shops: int, deliveries: int) -> Iterator[Members]:
    harvested = [f"{LOT}-H{number}" for number in range(_HARVESTS)]
    amount = shops * deliveries * 20
    for number, harvest in enumerate(harvested):
        lot = {"epcClass": harvest, "quantity": amount / _HARVESTS, "uom": "KGM"}
        when = _START + timedelta(minutes=number)
        yield _event(
            "ObjectEvent", _FARM, when, action="ADD", bizStep="commissioning", quantityList=[lot]
        )
        yield _event(
            "ObjectEvent",
            _FARM,
            when + timedelta(hours=3),
            action="OBSERVE",
            bizStep="shipping",
            quantityList=[lot],
            **_between(_FARM, _PACKER),
        )
    inputs = [{"epcClass": one, "quantity": amount / _HARVESTS, "uom": "KGM"} for one in harvested]
    made = {"epcClass": LOT, "quantity": amount, "uom": "KGM"}
    yield _event(
        "ObjectEvent",
        _PACKER,
        _START + timedelta(hours=20),
        action="OBSERVE",
        bizStep="receiving",
        quantityList=inputs,
        **_between(_FARM, _PACKER),
    )
    yield _event(
        "TransformationEvent",
        _PACKER,
        _START + timedelta(days=1),
        inputQuantityList=inputs,
        outputQuantityList=[made],
    )
    for delivery in range(deliveries):
        for shop in range(shops):
            yield from _delivery(2 + shop, delivery, delivery * shops + shop)


def _delivery(shop: int, delivery: int, number: int) -> Iterator[Members]:
    crate = f"{_CRATE}{number:09}"
    goods = {
        "parentID": crate,
        "childQuantityList": [{"epcClass": LOT, "quantity": 20, "uom": "KGM"}],
    }
    when = _START + timedelta(days=2, hours=12 * delivery, minutes=7 * shop)
    ends = _between(_PACKER, shop)
    yield _event("AggregationEvent", _PACKER, when, action="ADD", bizStep="packing", **goods)
    when += timedelta(hours=1)
    yield _event(
        "ObjectEvent", _PACKER, when, action="OBSERVE", bizStep="shipping", epcList=[crate], **ends
    )
    if number % (2 * SHOPS) == SILENT:
        return
    when += timedelta(hours=4)
    yield _event(
        "ObjectEvent", shop, when, action="OBSERVE", bizStep="receiving", epcList=[crate], **ends
    )
    when += timedelta(hours=1)
    yield _event("AggregationEvent", shop, when, action="DELETE", bizStep="unpacking", **goods)


def _between(giver: int, taker: int) -> Members:
    party = "urn:epc:id:pgln:9506000."
    return {
        "sourceList": [{"type": "owning_party", "source": f"{party}{giver:05}"}],
        "destinationList": [{"type": "owning_party", "destination": f"{party}{taker:05}"}],
    }


def _event(kind: str, place: int, when: datetime, **members: Any) -> Members:
    return {
        "type": kind,
        "eventTime": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventTimeZoneOffset": "+07:00",
        "readPoint": {"id": f"urn:epc:id:sgln:9506000.{place:05}.0"},
        **members,
    }


def fill(ledger: Ledger, shops: int = SHOPS, deliveries: int = DELIVERIES) -> None:
    """Capture the document.

    Raises:
        SystemExit: it was not accepted.
    """
    made = document(shops, deliveries)
    report = capture_bytes(ledger, made, file_name="deliveries.jsonld", now=_NOW)
    if report.status != "accepted":
        raise SystemExit(f"not captured: {str(report.as_json())[:2000]}")


def answered(client: httpx.Client, address: str) -> tuple[float, float, float, int]:
    """Return when the head and the whole came, what the processor took, in seconds, and bytes."""
    began, busy = time.perf_counter(), time.process_time()
    with client.stream("GET", address) as answer:
        chunks = answer.iter_raw()
        size = len(next(chunks))
        head = time.perf_counter() - began
        size += sum(map(len, chunks))
    return head, time.perf_counter() - began, time.process_time() - busy, size


def seen(address: str) -> dict[str, float]:
    """Return what Chromium says of the page: seconds, megabytes and elements."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 390, "height": 844})
        line = page.context.new_cdp_session(page)
        line.send("Performance.enable")
        page.goto(address)
        told = {one["name"]: one["value"] for one in line.send("Performance.getMetrics")["metrics"]}
        painted, loaded = page.evaluate(
            "[performance.getEntriesByName('first-contentful-paint')[0].startTime,"
            " performance.getEntriesByType('navigation')[0].loadEventEnd]"
        )
        processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
        drawing = [one["id"] for one in processes["processInfo"] if one["type"] == "renderer"]
        memory = max(map(own_memory, drawing))
        browser.close()
    return {
        "first paint, s": painted / 1000,
        "whole page, s": loaded / 1000,
        "memory of the browser's process for it, MB": memory / 1e6,
        "heap of scripts, MB": told["JSHeapTotalSize"] / 1e6,
        "elements and texts": told["Nodes"],
    }


def own_memory(number: int) -> int:
    """Return the bytes of memory that a process shares with no file.

    Raises:
        LookupError: the system does not tell.
    """
    for line in Path(f"/proc/{number}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    raise LookupError(f"/proc/{number}/status tells no RssAnon")


def main() -> None:
    """Fill a ledger, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shops", type=int, default=SHOPS)
    parser.add_argument("--deliveries", type=int, default=DELIVERIES)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        Ledger.open(Path(folder) / "ledger.duckdb") as ledger,
    ):
        fill(ledger, asked.shops, asked.deliveries)
        with (
            served(create_app(ledger, Settings(demo=True))) as address,
            client_of(address, Accept="text/html") as client,
        ):
            path = f"{address}/trace?id={quote(LOT, safe='')}"
            runs = [answered(client, path) for _ in range(5)]
            heads, wholes, processor, sizes = zip(*runs, strict=True)
            print(f"head, s: {statistics.median(heads):.2f}")
            print(f"all of it, s: {statistics.median(wholes):.2f}")
            print(f"processor, s: {statistics.median(processor):.2f}")
            print(f"bytes: {sizes[0]:,}")
            for name, number in seen(path).items():
                print(f"{name}: {number:,.2f}")


if __name__ == "__main__":
    main()
