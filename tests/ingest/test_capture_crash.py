"""A capturing process is killed, or its disk is full: nothing is half stored, nothing lost."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from epcis_core.store.captures import find_capture
from epcis_core.store.ledger import Ledger
from epcis_core.store.log import log_entries
from epcis_core.store.view import EVERYTHING

EVENTS = 2300  # three batches

CHILD = """
import sys
from epcis_core.errors import StoreError
from epcis_core.store.ledger import Ledger
from ingest.capture import capture_bytes
from tests.ingest.documents import NOW, SITE, document, item, observed, place

path, events, most = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
if most:
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
with Ledger.open(path) as ledger:
    with ledger.reading() as cursor:
        first = cursor.execute("SELECT count(*) FROM capture").fetchall()[0][0]
    for number in range(first, first + 1000):
        data = document(
            *(observed(item(f"{number}-{n}")) for n in range(events)),
            elements=[place(SITE, name=f"Name {number}")],
            creationDate=f"2026-03-04T08:00:00.{number:03}+07:00",
        )
        def progress(_, done):
            print("batch", done, flush=True)
        try:
            report = capture_bytes(
                ledger, data, file_name=str(number), now=NOW + number, progress=progress
            )
        except StoreError as error:
            print("refused", error, flush=True)
            break
        print(report.status, report.capture_id, flush=True)
"""


@contextmanager
def capturing(path: Path, most: int = 0) -> Iterator[subprocess.Popen[str]]:
    """A process that captures document after document and says what it has done."""
    command = [sys.executable, "-c", CHILD, str(path), str(EVENTS), str(most)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            yield child
        finally:
            child.kill()


def lines(child: subprocess.Popen[str]) -> Iterator[list[str]]:
    assert child.stdout is not None
    for line in child.stdout:
        yield line.split(maxsplit=1)


def check(path: Path, acknowledged: list[str]) -> int:
    """Check that a ledger is whole and holds what was acknowledged; return its captures."""
    with Ledger.open(path, create=False) as ledger:
        entries = list(log_entries(ledger, EVERYTHING))
        assert [entry.metadata.sequence for entry in entries] == list(range(len(entries)))
        assert all(entry.recomputed() == entry.leaf for entry in entries)
        with ledger.reading() as cursor:
            in_log = cursor.execute("SELECT count(*) FROM entry").fetchall()[0][0]
            rows = cursor.execute(
                "SELECT c.capture_id, c.accepted, "
                "(SELECT count(*) FROM event e WHERE e.capture_id = c.capture_id), "
                "(SELECT count(*) FROM reference r JOIN event e USING (sequence)"
                " WHERE e.capture_id = c.capture_id), "
                "(SELECT count(*) FROM entry n WHERE n.capture_id = c.capture_id) FROM capture c"
            ).fetchall()
        assert in_log == len(entries)
        assert {row[1:] for row in rows} <= {(EVENTS, EVENTS, EVENTS, EVENTS + 2)}
        assert in_log == len(rows) * (EVENTS + 2)
        for capture_id in acknowledged:
            found = find_capture(ledger, EVERYTHING, capture_id)
            assert found is not None
            assert found["status"] == "accepted"
    return len(rows)


def test_a_killed_capture_leaves_whole_documents_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    acknowledged: list[str] = []
    # When to kill: after so many documents, and so many batches of the next one.
    rounds = ((0, 1), (1, 2), (1, 0), (1, 3), (0, 2))
    for killed, (documents, batches) in enumerate(rounds, start=1):
        with capturing(path) as child:
            seen = 0
            reports = 0
            for kind, said in lines(child):
                if kind == "accepted":
                    acknowledged.append(said.strip())
                    reports += 1
                seen += kind == "batch" and reports == documents
                if (reports, seen) == (documents, batches):
                    child.kill()
                    break
        # A document that was just being finished may be in, without its sender having heard of it.
        kept = check(path, acknowledged)
        assert len(acknowledged) <= kept <= len(acknowledged) + killed
    assert len(acknowledged) >= 3


def test_a_full_disk_refuses_with_a_sentence_and_keeps_what_was_acknowledged(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.duckdb"
    acknowledged = []
    with capturing(path, most=6 * 2**20) as child:
        for kind, said in lines(child):
            if kind == "accepted":
                acknowledged.append(said.strip())
            last = (kind, said)
    assert acknowledged
    assert last[0] == "refused"
    assert last[1].startswith(f"{path} cannot be written: ")
    kept = check(path, acknowledged)
    assert kept == len(acknowledged)
    with capturing(path) as child:
        after = next(said for kind, said in lines(child) if kind == "accepted")
    assert check(path, [*acknowledged, after.strip()]) > kept


def test_a_ledger_killed_while_it_was_made_can_be_made_again(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    script = (
        "import os, sys; from epcis_core.store import ledger, opening\n"
        "def killed(*_): os.kill(os.getpid(), 9)\n"
        "opening.migrate = killed\n"
        "ledger.Ledger.open(sys.argv[1])"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert ended.returncode == -9
    assert path.exists()
    Ledger.open(path).close()
