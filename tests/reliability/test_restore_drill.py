"""A ledger is backed up, goes on, is lost and restored: all is as it was at the backup (F13)."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from api.app import create_app
from api.outward import Allowed
from api.settings import Settings
from epcis_core.proof.checks import read_checkpoint, read_note
from epcis_core.store.backup import LEDGER, back_up_ledger
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.fsck.whole import Checked, check_ledger
from epcis_core.store.jobs import CaptureJob, add_job
from epcis_core.store.ledger import Ledger
from epcis_core.store.restoring import read_backup, restore
from ingest.files import expand
from tests.conftest import ROOT
from tests.ingest.documents import NOW, captured, document, item, observed
from tests.served import served

GRAPE_LOT = "https://id.gs1.org/01/08936099141015/10/DN260311"
GRAPES = [file.read_bytes() for file in expand([ROOT / "samples" / "fresh_grapes"])]
QUERY = {"name": "shipped", "query": {"EQ_bizStep": ["shipping"]}}
YEARLY = {"dest": "http://127.0.0.1:9/in", "schedule": {"month": "1"}}
SETTINGS = Settings(token="of the drill", outward=Allowed.read(("127.0.0.1/32",)))  # noqa: S106
BEARER = {"Authorization": f"Bearer {SETTINGS.token}"}


@contextmanager
def serving(path: Path) -> Iterator[httpx.Client]:
    with (
        Ledger.open(path) as ledger,
        served(create_app(ledger, SETTINGS)) as address,
        httpx.Client(base_url=address, timeout=120) as client,
    ):
        yield client


def state(client: httpx.Client, size: int) -> dict[str, Any]:
    """Everything that a restored ledger must say as the lost one did."""

    def told(path: str, **asked: Any) -> Any:
        return client.get(path, params=asked).raise_for_status().json()

    trace = told("/trace.json", id=GRAPE_LOT)
    trace.pop("as_of")
    events = trace["events"]
    proofs = [told(f"/proof/{one.replace('/', '%2F')}")["records"] for one in events[:5]]
    for record in (one for records in proofs for one in records):
        record.pop("proof")  # its checkpoint is as new as the answer
    consistency = told("/checkpoint/consistency", **{"from": 0, "to": size})
    return {
        "trace": trace,
        "recall": told("/recall.json", id=GRAPE_LOT)["affected"],
        "leaves": [(one["leaf"], one["salt"]) for records in proofs for one in records],
        "root": read_checkpoint(read_note(consistency["checkpoint"])[0])._asdict(),
        "key": client.get("/checkpoint/key").text,
        "queries": told("/epcis/queries"),
        "subscriptions": told("/epcis/queries/shipped/subscriptions"),
    }


def test_a_restored_ledger_is_the_one_that_was_backed_up(tmp_path: Path) -> None:
    path, backup, again = (tmp_path / one for one in ("ledger.duckdb", "backup", "again.duckdb"))
    with serving(path) as client:
        for data in GRAPES:
            client.post("/captures", content=data).raise_for_status()
        assert client.post("/epcis/queries", json=QUERY).status_code == 201
        client.post("/epcis/queries/shipped/subscriptions", json=YEARLY).raise_for_status()
        answer = client.post("/backups", json={"folder": str(backup)}, headers=BEARER)
        manifest = answer.raise_for_status().json()
        before = state(client, manifest["entries"])
        client.post("/captures", content=document(observed(item("later")))).raise_for_status()
        later = client.get("/checkpoint").text
    restore(read_backup(backup), again)
    checked = Checked()
    assert list(check_ledger(again, checked, notes={"manifest": manifest["checkpoint"]})) == []
    root = read_checkpoint(read_note(manifest["checkpoint"])[0]).root
    assert (checked.entries, checked.root) == (manifest["entries"], root)
    with serving(again) as client:
        assert state(client, manifest["entries"]) == before
        report = client.post("/captures", content=GRAPES[0]).json()[0]
        assert report["counts"]["accepted"] == 0
        fresh = client.post("/captures", content=document(observed(item("other")))).json()[0]
        assert fresh["counts"]["accepted"] == 1
    found = [one.code for one in check_ledger(again, Checked(), notes={"later": later})]
    assert found == ["ledger_contradicts"]


def test_a_capture_that_waited_at_the_backup_is_done_after_the_restore(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        jobs = path.with_name("ledger.duckdb.jobs")
        jobs.mkdir()
        (jobs / "waits").write_bytes(document(observed(item("waits"), eventID="urn:x:waits")))
        add_job(books, CaptureJob("waits", "x", "farm", NOW, proceed=False, size=1))
        back_up_ledger(ledger, books, tmp_path / "backup", NOW)
    assert (tmp_path / "backup" / f"{LEDGER}.jobs" / "waits").is_file()
    restore(read_backup(tmp_path / "backup"), tmp_path / "again.duckdb")
    with serving(tmp_path / "again.duckdb") as client:
        for _ in range(600):
            job = client.get("/epcis/capture/waits").json()
            if not job["running"]:
                break
            threading.Event().wait(0.1)
        assert job["success"]
        assert client.get("/epcis/events/urn:x:waits").status_code == 200


def test_backups_while_captures_go_on_are_each_one_state_of_the_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    sizes, stop = [], threading.Event()
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:

        def work() -> None:
            number = 0
            while not stop.is_set():
                two = (observed(item(f"{number}-{one}")) for one in range(2))
                assert captured(ledger, document(*two)).status == "accepted"
                number += 1

        worker = threading.Thread(target=work)
        worker.start()
        try:
            for number in range(3):
                ledger.wait_for_commit(ledger.commits, 10)
                made = back_up_ledger(ledger, books, tmp_path / f"backup {number}", NOW + number)
                sizes.append(made["entries"])
        finally:
            stop.set()
            worker.join()
    assert sizes == sorted({*sizes})
    assert all(size % 3 == 0 for size in sizes)  # whole documents
    for number in range(3):
        copy = tmp_path / f"backup {number}"
        notes = {"manifest": json.loads((copy / "manifest.json").read_text("utf-8"))["checkpoint"]}
        checked = Checked()
        assert list(check_ledger(copy / LEDGER, checked, notes=notes)) == []
        assert checked.entries == sizes[number]


def test_a_backup_keeps_the_lock_on_the_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        back_up_ledger(ledger, books, tmp_path / "backup", NOW)
        locks = Path("/proc/locks").read_text(encoding="utf-8")
        inode = path.stat().st_ino
        assert any(
            f":{inode} " in line and f" {os.getpid()} " in line for line in locks.splitlines()
        )
