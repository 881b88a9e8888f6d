"""Many captures at once, and one that is very large."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from epcis_core.store.events import all_events, count_contents
from epcis_core.store.ledger import Ledger
from epcis_core.store.log import log_entries
from epcis_core.store.view import EVERYTHING
from ingest.report import CaptureReport
from tests.conftest import TEST_SCALE
from tests.ingest.documents import NOW, captured, document, item, observed, statuses


def all_at_once(tasks: list[Callable[[], CaptureReport]]) -> list[CaptureReport]:
    """Run tasks in threads that start together."""
    barrier = threading.Barrier(len(tasks))

    def run(task: Callable[[], CaptureReport]) -> CaptureReport:
        barrier.wait(30)
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def test_captures_at_once_are_all_kept_with_sequences_of_their_own(ledger: Ledger) -> None:
    def sender(thread: int) -> CaptureReport:
        reports = [
            captured(
                ledger,
                document(*(observed(item(f"{thread}-{n}-{m}")) for m in range(7))),
                now=NOW - thread * n,
            )
            for n in range(10)
        ]
        assert {report.status for report in reports} == {"accepted"}
        sequences = [event.sequence for report in reports for event in report.events]
        assert sequences == sorted(sequences)  # type: ignore[type-var]
        return reports[-1]

    seen: list[int] = []
    done = threading.Event()

    def reader() -> None:
        while not done.is_set():
            seen.append(sum(1 for _ in all_events(ledger, EVERYTHING)))

    watching = threading.Thread(target=reader)
    watching.start()
    all_at_once([lambda thread=thread: sender(thread) for thread in range(6)])  # type: ignore[misc]
    done.set()
    watching.join(60)
    entries = list(log_entries(ledger, EVERYTHING))
    assert [entry.metadata.sequence for entry in entries] == list(range(6 * 10 * 8))
    assert all(entry.recomputed() == entry.leaf for entry in entries)
    times = [entry.metadata.record_time for entry in entries]
    assert times == sorted(times)
    assert len({stored.event_id for stored in all_events(ledger, EVERYTHING)}) == 6 * 10 * 7
    # A reader sees whole documents, and more and more of them.
    assert seen == sorted(seen)
    assert all(count % 7 == 0 for count in seen)


def test_one_document_sent_many_times_at_once_is_stored_once(ledger: Ledger) -> None:
    data = document(*(observed(item(str(number))) for number in range(50)))
    reports = all_at_once([lambda: captured(ledger, data) for _ in range(6)])
    told = sorted(set(statuses(report)).pop() for report in reports)
    assert told == ["accepted", *["duplicate"] * 5]
    assert count_contents(ledger, EVERYTHING)["events"] == 50


def test_one_document_sent_by_many_at_once_has_one_event_and_receipts(ledger: Ledger) -> None:
    data = document(observed())
    reports = all_at_once(
        [lambda name=name: captured(ledger, data, organisation=name) for name in "abcdef"]  # type: ignore[misc]
    )
    told = sorted(statuses(report)[0] for report in reports)
    assert told == ["accepted", *["witness"] * 5]
    with ledger.reading() as cursor:
        rows = cursor.execute("SELECT count(DISTINCT organisation) FROM receipt").fetchall()
    assert rows == [(5,)]


LARGE = """
import resource, sys
from epcis_core.store.ledger import Ledger
from ingest.capture import capture_stream
from tests.ingest.documents import NOW, captured, document, observed

def megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

with Ledger.open(sys.argv[1]) as ledger, open(sys.argv[2], "rb") as source:
    captured(ledger, document(observed()))
    before = megabytes()
    report = capture_stream(ledger, source, file_name="large", now=NOW)
    print(report.status, report.counts["accepted"], len(report.events), megabytes() - before)
"""


@pytest.mark.no_cover  # the same lines over and over
def test_a_large_document_is_captured_in_bounded_memory(tmp_path: Path) -> None:
    """As objects, its events would take several times what is allowed here."""
    events = max(5_000, int(50_000 * TEST_SCALE))
    path = tmp_path / "large.jsonld"
    empty = document()
    assert empty.endswith(b"]}}")
    with path.open("wb") as file:
        file.write(empty[:-3])
        for number in range(events):
            event = observed(item(str(number)), **{"ex:note": f"{number} " * 300})
            file.write(b"," * bool(number) + json.dumps(event).encode())
        file.write(empty[-3:])
    ended = subprocess.run(
        [sys.executable, "-c", LARGE, str(tmp_path / "ledger.duckdb"), str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    status, accepted, listed, grown = ended.stdout.split()
    assert (status, int(accepted), int(listed)) == ("accepted", events, min(events, 10_000))
    assert float(grown) < 500
