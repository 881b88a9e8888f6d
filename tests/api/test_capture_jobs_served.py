"""Capture jobs of a server that is a process of its own: killed, stopped, asked by many at once."""

import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.server_file import find
from epcis_core.store.events import all_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.log import log_entries
from epcis_core.store.view import EVERYTHING
from tests.api.capturing import JSON, ended, promised
from tests.api.conftest import environment
from tests.conftest import TEST_SCALE
from tests.ingest.documents import document, item, observed

pytestmark = pytest.mark.no_cover  # the same lines over and over

KILLS = max(2, round(6 * TEST_SCALE))
CLIENTS = 100
EVENTS = 200  # of a document that is sent while the server is killed


@contextmanager
def server(ledger: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A server, and its address; killed at the end if it still runs."""
    command = [sys.executable, "-m", "api.cli", "serve", "--ledger", str(ledger), "--port", "0"]
    process = subprocess.Popen(
        command,
        cwd=ledger.parent,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while (found := find(ledger)) is None or found.pid != process.pid:
            assert process.poll() is None, process.returncode
            time.sleep(0.05)
        yield process, found.address
    finally:
        process.kill()
        process.wait()


@contextmanager
def client_from(address: str, number: int = 1) -> Iterator[httpx.Client]:
    """A client with an address of its own on loopback."""
    transport = httpx.HTTPTransport(local_address=f"127.0.0.{number}")
    with httpx.Client(base_url=address, transport=transport, timeout=120) as client:
        yield client


def named(name: str, events: int) -> bytes:
    """A document whose events name it."""
    return document(
        *(observed(item(f"{name}.{n}"), eventID=f"urn:x:{name}:{n}") for n in range(events))
    )


def stored(ledger: Ledger) -> dict[str, int]:
    """How many events of each document a ledger has; each of them once."""
    found = [one.event_id for one in all_events(ledger, EVERYTHING)]
    assert len(found) == len(set(found))
    counts: dict[str, int] = {}
    for event_id in found:
        name = event_id.split(":")[2]
        counts[name] = counts.get(name, 0) + 1
    return counts


def test_what_was_promised_outlives_every_kill_and_is_there_once(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    chance = random.Random(5)  # noqa: S311 - the moments differ anyway
    locations: dict[str, str] = {}
    sent: list[str] = []
    for kill in range(KILLS):
        with server(path) as (process, address), client_from(address) as client:
            killing = threading.Timer(chance.uniform(0.2, 4), process.kill)
            killing.start()
            with suppress(httpx.TransportError):
                for number in range(8):
                    sent.append(f"{kill}-{number}")
                    locations[sent[-1]] = promised(client, named(sent[-1], EVENTS))
            killing.join()
            process.wait()
    assert len(locations) >= KILLS
    with server(path) as (process, address), client_from(address) as client:
        for location in locations.values():
            job = ended(client, location, 240)
            assert (job["success"], job["counts"]["accepted"]) == (True, EVENTS)
        listed = client.get("/epcis/capture", params={"perPage": 200}).json()
        for job in listed:
            ended(client, f"/epcis/capture/{job['captureID']}")
        process.terminate()
        assert process.wait(60) == 0
    assert {*locations.values()} <= {f"/epcis/capture/{job['captureID']}" for job in listed}
    assert [*path.with_name("ledger.duckdb.jobs").iterdir()] == []
    with Ledger.open(path) as ledger:
        # What was being promised when the kill came may be there, and then is there whole.
        assert locations.keys() <= stored(ledger).keys() <= {*sent}
        assert set(stored(ledger).values()) == {EVENTS}
        entries = list(log_entries(ledger, EVERYTHING))
        assert [entry.metadata.sequence for entry in entries] == list(range(len(entries)))
        assert all(entry.recomputed() == entry.leaf for entry in entries)


def test_a_hundred_clients_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    barrier = threading.Barrier(CLIENTS)

    def send(number: int) -> str:
        with client_from(address, number + 2) as client:
            barrier.wait(60)
            return promised(client, named(f"client{number}", 5))

    with server(path) as (process, address):
        with ThreadPoolExecutor(CLIENTS) as pool:
            locations = list(pool.map(send, range(CLIENTS)))
        assert len(set(locations)) == CLIENTS
        with client_from(address) as client:
            assert all(ended(client, location)["success"] for location in locations)
        process.terminate()
        assert process.wait(60) == 0
    with Ledger.open(path) as ledger:
        assert stored(ledger) == {f"client{number}": 5 for number in range(CLIENTS)}


def test_a_client_with_one_document_does_not_wait_for_all_of_another(tmp_path: Path) -> None:
    many = 40
    with (
        server(tmp_path / "ledger.duckdb") as (_, address),
        client_from(address, 2) as busy,
        client_from(address, 3) as calm,
    ):
        before = [promised(busy, named(f"busy{number}", 150)) for number in range(many)]
        single = ended(calm, promised(calm, named("calm", 150)))
        jobs = [ended(busy, location) for location in before]
    overtaking = [
        job for job in jobs if single["createdAt"] < job["finishedAt"] < single["finishedAt"]
    ]
    behind = [job for job in jobs if job["finishedAt"] > single["finishedAt"]]
    assert all(job["success"] for job in (single, *jobs))
    # The one that was being done, and the next one, whose turn it was.
    assert len(overtaking) <= 2
    assert len(behind) > 2


def test_the_progress_of_a_large_document_is_seen(tmp_path: Path) -> None:
    events = max(4000, int(20_000 * TEST_SCALE))
    data = named("large", events)
    seen: list[Any] = []
    with server(tmp_path / "ledger.duckdb") as (_, address), client_from(address) as client:
        location = promised(client, data)
        while not seen or seen[-1]["running"]:
            seen.append(client.get(location).json())
            time.sleep(0.05)
        asked = client.get("/epcis/events", params={"perPage": 1})
    assert asked.status_code == 200
    done = [job["progress"]["events"] for job in seen]
    assert done == sorted(done)
    assert len({count for count in done if 0 < count < events}) >= 3
    read = [job["progress"]["bytesRead"] for job in seen]
    assert read == sorted(read)
    assert seen[-1]["progress"] == {"events": events, "bytesRead": len(data), "size": len(data)}
    assert seen[-1]["success"]
    assert {job["success"] for job in seen} == {True}


def test_a_server_that_is_told_to_stop_takes_a_long_job_back_and_goes_on_with_it_later(
    tmp_path: Path,
) -> None:
    """Also while an event waits for the job to let the ledger go."""
    path = tmp_path / "ledger.duckdb"
    event = {"@context": {}, **observed(item("waiting"))}
    with server(path) as (process, address), client_from(address) as client:
        location = promised(client, named("large", 150_000))
        while not client.get(location).json()["progress"]["events"]:
            time.sleep(0.05)

        def wait_for_event() -> None:
            with suppress(httpx.TransportError), client_from(address) as other:
                other.post("/epcis/events", json=event, headers=JSON)

        waiting = threading.Thread(target=wait_for_event)
        waiting.start()
        time.sleep(0.5)
        began = time.monotonic()
        process.terminate()
        assert process.wait(60) == 0
        assert time.monotonic() - began < 30
        waiting.join(60)
    with Ledger.open(path) as ledger:
        kept = [one.event_id for one in all_events(ledger, EVERYTHING)]
    assert not any(event_id.startswith("urn:x:large:") for event_id in kept)
    with server(path) as (_, address), client_from(address) as client:
        while not (job := client.get(location).json())["progress"]["events"]:
            time.sleep(0.05)
    assert (job["running"], job["success"]) == (True, True)
