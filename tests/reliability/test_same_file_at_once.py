"""Fifty clients send the same file at once: it is stored once, and all hear the same (F12)."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from epcis_core.store.fsck.whole import Checked, check_ledger
from epcis_core.store.ledger import Ledger
from tests.ingest.documents import SITE, document, item, lot, made, observed, place
from tests.served import client_of, served

CLIENTS = 50
DATA = document(
    *(observed(item(str(one))) for one in range(5)),
    made([lot("1")], [lot("9")], eventID="urn:x:made"),
    elements=[place(SITE, name="Vườn Gió Cát")],
)
EVENTS = 6


def uploaded(address: str) -> dict[str, Any]:
    """Send the file, and return the report without what differs from sender to sender."""
    with client_of(address) as client:
        answer = client.post("/captures", content=DATA)
    ((report),) = answer.raise_for_status().json()
    assert report["counts"]["rejected"] == report["counts"]["warnings"] == 0
    told = [(one["event_id"], one["hash"], one["sequence"]) for one in report["events"]]
    return {"status": report["status"], "events": told, "new": report["counts"]["accepted"]}


def promised(address: str) -> dict[str, Any]:
    """Send the file as a capture job, wait until it is done, and return what is told of it."""
    headers = {"Content-Type": "application/json"}
    with client_of(address) as client:
        answer = client.post("/epcis/capture", content=DATA, headers=headers)
        assert answer.status_code == 202, answer.text
        job = answer.headers["location"]
        while True:
            told: dict[str, Any] = client.get(job).json()
            if not told["running"]:
                break
            time.sleep(0.1)
        report = client.get(f"/captures/{told['captureID']}.json").json()
    return {
        "status": (answer.status_code, told["success"], told["errors"]),
        "events": [(one["event_id"], one["hash"], one["sequence"]) for one in report["events"]],
        "new": report["counts"]["accepted"],
    }


@pytest.mark.parametrize("send", [uploaded, promised], ids=["upload", "capture job"])
def test_the_same_file_from_fifty_at_once_is_stored_once_and_answered_alike(
    tmp_path: Path, send: Callable[[str], dict[str, Any]]
) -> None:
    path = tmp_path / "ledger.duckdb"
    with (
        Ledger.open(path) as ledger,
        served(create_app(ledger)) as address,
        ThreadPoolExecutor(CLIENTS) as pool,
    ):
        answers = list(pool.map(send, [address] * CLIENTS))
    assert sorted(answer.pop("new") for answer in answers) == [0] * (CLIENTS - 1) + [EVENTS]
    assert answers == [answers[0]] * CLIENTS
    assert len(answers[0]["events"]) == EVENTS
    checked = Checked()
    assert list(check_ledger(path, checked)) == []
    assert (checked.events, checked.entries) == (EVENTS, EVENTS + 2)
