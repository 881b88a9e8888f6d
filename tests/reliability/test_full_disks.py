"""A disk that is full or may not be written to, and a clock that jumps: nothing is damaged (F4).

`python -m tests.reliability.run --f4` fills the disk at sixty points.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from epcis_core.store.ledger import Ledger
from epcis_core.store.log import log_entries
from epcis_core.store.view import EVERYTHING
from ingest.capture import capture_bytes
from tests.api.capturing import JSON, interface
from tests.conftest import TEST_SCALE
from tests.ingest.documents import NOW
from tests.reliability.disk import as_nobody, fill, served_on_full_disk, small_disk
from tests.reliability.faults import make_ledger
from tests.reliability.trials import NEEDS_STRACE, has_strace, of_full_disks
from tests.reliability.wholeness import faults, named

SHARE = max(2, round(6 * TEST_SCALE))
DAY = 86_400_000_000


@pytest.mark.skipif(not has_strace(), reason=NEEDS_STRACE)
def test_a_disk_that_is_full_from_any_write_on_refuses_and_keeps(tmp_path: Path) -> None:
    writes = of_full_disks(tmp_path)["f4-writes"]
    wrong = []
    for number in range(0, writes.count, max(1, writes.count // SHARE)):
        with TemporaryDirectory() as folder:
            wrong.append(writes.trial(Path(folder), number))
    assert [one for one in wrong if one is not None] == []


@contextmanager
def mounted(folder: Path) -> Iterator[None]:
    """Mount a small disk, or skip the test where this user may not."""
    try:
        with small_disk(folder):
            yield
    except PermissionError as error:
        pytest.skip(f"This user may mount no small disk to fill ({error}); run this test as root")


def test_a_server_on_a_full_disk_refuses_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with mounted(tmp_path):
        pass
    assert [served_on_full_disk(tmp_path, number) for number in (1000, 1001)] == [None, None]


@pytest.mark.parametrize("path", ["/epcis/events", "/captures"])
def test_what_is_sent_and_finds_no_room_is_refused_in_a_sentence(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    full = tmp_path / "full"
    full.mkdir()
    with mounted(full), interface(ledger) as client:
        fill(full / "ballast", 0)
        with monkeypatch.context() as changed:
            changed.setattr(tempfile, "tempdir", str(full))
            answer = client.post(path, content=named("large", 2000), headers=JSON)
        again = client.post("/captures", content=named("small", 3))
    assert (answer.status_code, answer.json()) == (
        507,
        {
            "type": "epcisException:ImplementationException",
            "title": "What was sent cannot be written: No space left on device",
            "status": 507,
        },
    )
    assert again.status_code == 200


@pytest.mark.parametrize("command", ["capture", "serve"])
def test_a_folder_that_may_not_be_written_to_is_refused_in_a_sentence(
    tmp_path: Path, command: str
) -> None:
    said = tmp_path / "said"
    with TemporaryDirectory() as name:
        folder = Path(name)
        path, sent = folder / "ledger.duckdb", folder / "sent.jsonld"
        make_ledger(path)
        sent.write_bytes(named("sent", 3))
        index = path.with_name(f"{path.name}.index")
        before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
        for file in before:
            file.chmod(0o444)
        index.chmod(0o555)
        folder.chmod(0o555)
        more = {"capture": [str(sent)], "serve": ["--port", "0"]}[command]
        code = as_nobody([command, "--ledger", str(path), *more], said)
        folder.chmod(0o755)
        after = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
        assert after == before
    told = " ".join(said.read_text("utf-8").split())
    assert (code, told) == (2, f"Error: {path} cannot be opened for writing: no permission")


def test_a_clock_that_jumps_changes_no_order(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    clocks = {"now": NOW, "yesterday": NOW - DAY, "future": NOW + 3653 * DAY, "back": NOW + 1}
    with Ledger.open(path) as ledger:
        for name, now in clocks.items():
            assert capture_bytes(ledger, named(name, 2), file_name=name, now=now).status == (
                "accepted"
            )
        entries = [one.metadata for one in log_entries(ledger, EVERYTHING)]
    of_events = [one for one in entries if one.kind == "event"]
    events = [(one.subject.split(":")[2], one.record_time) for one in of_events]
    future = clocks["future"]
    assert events == [
        *[("now", NOW)] * 2,
        *[("yesterday", NOW)] * 2,
        *[("future", future)] * 2,
        *[("back", future)] * 2,
    ]
    assert [one.sequence for one in entries] == list(range(len(entries)))
    assert faults(path, clocks) == []
