"""A server for subscriptions: in a thread of this process, or as a process that can be killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from api.app import create_app
from api.outward import Allowed
from api.server_file import find
from api.settings import Settings
from api.subscriptions.webhook import Pace
from epcis_core.store.ledger import Ledger
from tests.api.conftest import environment
from tests.ingest.documents import document, item, observed
from tests.served import client_of, served

QUICK = Pace(first=0.05, most=0.2)
LOOPBACK = Allowed.read(["127.0.0.1"])


@contextmanager
def serving(
    ledger: Ledger, *, pace: Pace = QUICK, outward: Allowed = LOOPBACK
) -> Iterator[httpx.Client]:
    """Serve a ledger in a thread, with all that a running server has."""
    with (
        served(create_app(ledger, Settings(outward=outward, pace=pace))) as address,
        client_of(address) as client,
    ):
        yield client


@contextmanager
def serving_in(folder: Path) -> Iterator[httpx.Client]:
    """Serve an empty ledger in a folder, for tests that need none of their own."""
    with Ledger.open(folder / "ledger.duckdb") as ledger, serving(ledger) as client:
        yield client


@contextmanager
def running(ledger: Path) -> Iterator[tuple[httpx.Client, int]]:
    """Serve a ledger as a process; gives its number too. At the end it is killed."""
    command = [sys.executable, "-m", "api.cli", "serve", "--ledger", str(ledger), "--port", "0"]
    with subprocess.Popen(
        [*command, "--allow-outward", "127.0.0.1"], env=environment(), stdout=subprocess.DEVNULL
    ) as server:
        try:
            for _ in range(600):
                found = find(ledger)
                if found is not None and found.pid == server.pid:
                    break
                assert server.poll() is None
                time.sleep(0.05)
            assert found is not None
            with client_of(found.address) as client:
                while client.get("/health").status_code != 200:
                    time.sleep(0.05)
                yield client, server.pid
        finally:
            if server.poll() is None:
                os.kill(server.pid, signal.SIGKILL)


def named(client: httpx.Client, name: str, **query: Any) -> str:
    """Make a named query and return its path."""
    answer = client.post("/epcis/queries", json={"name": name, "query": query})
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


def subscribed(client: httpx.Client, query: str, dest: str, **controls: Any) -> str:
    """Subscribe to a query by its path, as a stream if nothing else is said; return the path."""
    if "schedule" not in controls:
        controls["stream"] = True
    answer = client.post(f"{query}/subscriptions", json={"dest": dest, **controls})
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


def capture(client: httpx.Client, *serials: str, **members: Any) -> list[str]:
    """Capture an event for each serial number, all in one document; return their ids."""
    ids = [f"urn:x:{serial}" for serial in serials]
    events = [
        observed(item(serial), eventID=event_id, **members)
        for serial, event_id in zip(serials, ids, strict=True)
    ]
    answer = client.post("/captures", content=document(*events))
    assert answer.status_code == 200, answer.text
    [report] = json.loads(answer.text)
    assert report["counts"]["accepted"] == len(serials), report
    return ids


def until(condition: Any, seconds: float = 30) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
