"""At `info` a log tells that something was asked, and neither what nor by whom."""

import json
import subprocess
import sys
import time
from urllib.parse import quote

import httpx
import pytest
from websockets.sync.client import connect

from api.server_file import find
from tests.api.conftest import environment
from tests.ingest.documents import document, item, lot, observed, place

GROWER = "Nguyễn Thị Lựu"
PHONE = "+84 259 000 1303"
SITE = "https://id.gs1.org/414/9506000134307"
LOT, SERIAL, EVENT_ID = "LUU-2026-11", "OX-7741", "urn:uuid:0d1f0fc4-5f5f-4f3a-9d6f-9c2a5d7e1b11"
QUERY = "of-the-grower"
SECRETS = (
    *(
        GROWER,
        "Nguy",
        "Th%E1%BB%8B",
        "python-httpx",
        PHONE,
        "000 1303",
        "9506000134307",
        "127.0.0.1",
    ),
    *(LOT, SERIAL, "0d1f0fc4", QUERY, "Phan Rang", "luu.jsonld", "elsewhere"),
)
MEMBERS = {"event", "logger", "level", "time", "request_id", "method", "route", "status"}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a server logs while a grower's goods are captured, sought, traced and listened to."""
    folder = tmp_path_factory.mktemp("logged")
    ledger = folder / "ledger.duckdb"
    with (folder / "log").open("wb") as written:
        server = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "serve", "--ledger", ledger, "--port", "0"],
            cwd=folder,
            env={**environment(), "EPCIS_LOG": "info"},
            stdout=subprocess.DEVNULL,
            stderr=written,
        )
    try:
        while (found := find(ledger)) is None:
            assert server.poll() is None
            time.sleep(0.1)
        with httpx.Client(base_url=found.address, timeout=60) as client:
            ask(client, found.address)
    finally:
        server.terminate()
        server.wait(30)
    return (folder / "log").read_text(encoding="utf-8")


def ask(client: httpx.Client, address: str) -> None:
    """Do what people and machines do, well and badly."""
    attributes = {"name": GROWER, "telephone": PHONE, "city": "Phan Rang"}
    sent = document(
        observed(item(SERIAL), eventID=EVENT_ID, readPoint={"id": SITE}),
        observed(lot(LOT), epcList=[], quantityList=[{"epcClass": lot(LOT)}]),
        elements=[place(SITE, **attributes)],
    )
    broken = document(observed(item(SERIAL), readPoint={"id": GROWER}))
    for content in (sent, broken):
        client.post("/captures", params={"file_name": "luu.jsonld"}, content=content)
        client.post("/epcis/capture", content=content, headers={"Content-Type": "application/json"})
        client.post("/upload", files={"files": ("luu.jsonld", content)})
    client.post("/epcis/queries", json={"name": QUERY, "query": {"EQ_bizLocation": [SITE]}})
    for path in ("trace", "recall", "balance", "gaps"):
        for accept in ("text/html", "application/json"):
            client.get(f"/{path}", params={"id": lot(LOT)}, headers={"Accept": accept})
    for typed in (GROWER, PHONE, LOT):
        client.get("/search", params={"q": typed}, headers={"Accept": "text/html"})
    whole = quote(item(SERIAL), safe="")
    for path in (
        f"/event?id={EVENT_ID}",
        f"/epcis/events?MATCH_epc={whole}",
        f"/epcis/events/{EVENT_ID}",
        f"/epcis/epcs/{whole}/events",
        f"/epcis/bizLocations/{quote(SITE, safe='')}/events",
        f"/epcis/queries/{QUERY}",
        f"/epcis/queries/{QUERY}/events",
        f"/proof/{EVENT_ID}",
        f"/proof.zip?id={quote(lot(LOT), safe='')}",
        f"/captures/{LOT}",
        f"/nowhere/{GROWER}",
        f"/epcis/events?EQ_nothing={GROWER}",
    ):
        client.get(path)
    client.get("/health", headers={"Host": "elsewhere.example", "User-Agent": quote(GROWER)})
    with connect(f"ws{address.removeprefix('http')}/epcis/queries/{QUERY}/events?stream=true"):
        pass


def test_a_log_has_a_line_for_each_request_and_nothing_else_in_it(log: str) -> None:
    lines = [json.loads(line) for line in log.splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    assert len(requests) > 30
    assert {frozenset(line) for line in requests} == {frozenset({*MEMBERS, "milliseconds"})}
    routes = {line["route"] for line in requests}
    assert routes > {"/search", "/trace", "/captures", "/epcis/epcs/{value}/events", "none"}
    assert {line["event"] for line in lines} == {"request"}


@pytest.mark.parametrize("secret", SECRETS)
def test_no_line_has_what_was_sent_or_asked_or_who_it_was(log: str, secret: str) -> None:
    assert secret not in log
