"""What an operator sees of a running server: its numbers, its log, ids of requests."""

import json
import logging
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from api.logs import as_json
from api.server_file import find
from epcis_core.store.ledger import Ledger
from tests.api.conftest import environment
from tests.ingest.documents import captured, document, item, observed


def numbers(client: httpx.Client) -> dict[str, float]:
    answer = client.get(str(client.base_url.join("/metrics")))
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = (line for line in answer.text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_requests_are_counted_by_the_pattern_of_their_path(client: httpx.Client) -> None:
    for name in ("a", "b", "c"):
        client.get(f"/events/{name}")
    client.get("/events")
    found = numbers(client)
    missing = '{method="GET",route="/epcis/events/{event_id}",status="404"}'
    assert found[f"epcis_http_requests_total{missing}"] == 3
    there = '{method="GET",route="/epcis/events",status="200"}'
    assert found[f"epcis_http_requests_total{there}"] == 1
    assert not any("/events/a" in name for name in found)


def test_what_the_ledger_holds_is_told(ledger: Ledger, client: httpx.Client) -> None:
    captured(ledger, document(observed(item("A")), observed(item("B"))))
    found = numbers(client)
    assert found['epcis_ledger{of="events"}'] == 2
    assert found['epcis_waiting{of="capture jobs"}'] == 0
    assert found['epcis_waiting{of="subscriptions"}'] == 0


@pytest.mark.parametrize(
    ("given", "kept"), [("abc-1.2_3", True), ("a b", False), ("x" * 65, False), (None, False)]
)
def test_a_request_has_an_id_of_its_own_or_its_callers(
    client: httpx.Client, given: str | None, *, kept: bool
) -> None:
    answer = client.get("/", headers={"X-Request-ID": given} if given else {})
    assert (answer.headers["x-request-id"] == given) == kept
    assert answer.headers["x-request-id"]


def test_a_failure_is_told_by_its_id_and_nothing_of_its_cause(
    ledger: Ledger, client: httpx.Client
) -> None:
    ledger.path.with_name(f"{ledger.path.name}.service").unlink()
    captured(ledger, document(observed(item("A")), observed(item("B"))))
    ledger.close()
    answer = client.get("/events", headers={"X-Request-ID": "mine"})
    assert (answer.status_code, answer.json()["type"]) == (
        500,
        "epcisException:ImplementationException",
    )
    assert answer.headers["x-request-id"] == "mine"


def test_a_failure_is_logged_without_the_values_of_variables() -> None:
    try:
        phone = "+84 259 000 1303"
        phone.index("x")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "failed", None, sys.exc_info())
    line = as_json().format(record)
    told = json.loads(line)
    assert (told["event"], told["level"]) == ("failed", "error")
    assert told["exception"][0]["exc_type"] == "ValueError"
    assert "259" not in line


def test_the_log_has_one_json_object_a_line(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "api.cli",
            "serve",
            "--ledger",
            path,
            "--port",
            "0",
            "--log",
            "info",
        ],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while (found := find(path)) is None:
            assert server.poll() is None
            time.sleep(0.1)
        httpx.get(
            f"{found.address}/epcis/events?EQ_bizStep=secret", headers={"X-Request-ID": "mine"}
        )
    finally:
        server.terminate()
        _, told = server.communicate(timeout=30)
    lines = [json.loads(line) for line in told.splitlines()]
    (line,) = (line for line in lines if line.get("request_id") == "mine")
    assert {key: line[key] for key in ("event", "method", "route", "status", "level")} == {
        "event": "request",
        "method": "GET",
        "route": "/epcis/events",
        "status": 200,
        "level": "info",
    }
    assert "secret" not in told
