"""The server is killed at a chosen moment of a job, or its disk is full: the promise is kept."""

import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from epcis_core.store import bookkeeping
from epcis_core.store.events import count_contents
from epcis_core.store.jobs import unfinished_jobs
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import EVERYTHING
from tests.ingest.documents import document, observed
from tests.ingest.test_capture_jobs import opened

EVENTS = 300

# Named are a function and whether the process is killed before it or once it has done its work.
CHILD = """
import os, sys, time
from epcis_core.store.ledger import Ledger
from ingest import capture, jobs, spool
from tests.ingest.documents import document, item, observed
from tests.ingest.test_capture_jobs import opened

path, name, when, events = sys.argv[1:]
owner = {"keep": spool.Spool, "drop": spool.Spool, "record_capture": capture}.get(name, jobs)
whole = getattr(owner, name)

def killed(*arguments, **options):
    done = whole(*arguments, **options) if when == "after" else None
    os.kill(os.getpid(), 9)
    return done

setattr(owner, name, killed)
data = document(*(observed(item(str(number))) for number in range(int(events))))
with Ledger.open(path) as ledger, opened(ledger) as desk:
    desk.send(data)
    time.sleep(60)
"""


@pytest.mark.parametrize(
    ("function", "when", "promised", "stored"),
    [
        ("keep", "before", False, False),
        ("keep", "after", False, False),
        ("add_job", "before", False, False),
        ("add_job", "after", True, False),
        ("capture_into", "before", True, False),
        ("record_capture", "after", True, False),
        ("capture_into", "after", True, True),
        ("finish_job", "after", True, True),
        ("drop", "before", True, True),
    ],
)
def test_a_promise_outlives_the_process(
    tmp_path: Path, function: str, when: str, *, promised: bool, stored: bool
) -> None:
    path = tmp_path / "ledger.duckdb"
    command = [sys.executable, "-c", CHILD, str(path), function, when, str(EVENTS)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == -9, ended.stderr
    with Ledger.open(path) as ledger:
        assert count_contents(ledger, EVERYTHING)["events"] == EVENTS * stored
        with opened(ledger) as desk:
            listed = desk.states.before(None, 10)
            assert len(listed) == promised
            for state in listed:
                done = desk.wait(state.capture_id)
                assert (done.success, done.counts["accepted"]) == (True, EVENTS)
            assert unfinished_jobs(desk.books) == []
        assert desk.kept() == []
        assert count_contents(ledger, EVERYTHING) == {
            **count_contents(ledger, EVERYTHING),
            "events": EVENTS * promised,
            "captures": 1 * promised,
        }


FULL = """
import resource, sys, time
from epcis_core.store.ledger import Ledger
from tests.ingest.documents import document, item, observed
from tests.ingest.test_capture_jobs import opened

small = document(observed())
large = document(*(observed(item(f"{n}"), **{"ex:note": "x" * 400}) for n in range(4000)))
with Ledger.open(sys.argv[1]) as ledger, opened(ledger) as desk:
    desk.wait(desk.send(small))
    capture_id = desk.send(large)
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, most))
    deadline = time.monotonic() + 60
    while capture_id not in desk.jobs._tried and time.monotonic() < deadline:
        time.sleep(0.01)
    state = desk.state(capture_id)
    print(state.finished, state.success, flush=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    state = desk.wait(capture_id)
    print(state.success, state.counts["accepted"], flush=True)
"""


def test_a_job_waits_for_a_full_disk_to_have_room_again(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FULL, str(tmp_path / "ledger.duckdb")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert ended.stdout.splitlines() == ["None True", "True 4000"], ended.stderr


def test_a_job_is_not_done_again_because_its_end_could_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bookkeeping, "_PATIENCE", 0.1)
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger, opened(ledger) as desk:
        with ledger.writing():
            capture_id = desk.send(document(observed()))
            other = sqlite3.connect(desk.books.path, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
        while capture_id not in desk.jobs._tried:
            time.sleep(0.01)
        assert count_contents(ledger, EVERYTHING)["captures"] == 1
        other.close()
        assert desk.wait(capture_id).counts["accepted"] == 1
        assert count_contents(ledger, EVERYTHING)["captures"] == 1
