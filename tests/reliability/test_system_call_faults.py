"""Whichever system call fails or is the last, a ledger is whole and has what it told (F2).

`python -m tests.reliability.run --f2` tries every call.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from epcis_core.store.ledger import Ledger
from ingest.capture import capture_bytes
from tests.api.conftest import environment
from tests.conftest import TEST_SCALE
from tests.ingest.documents import NOW, document, observed
from tests.reliability.faults import Point, make_ledger, watched
from tests.reliability.serving import Server
from tests.reliability.trials import NEEDS_STRACE, Trials, has_strace, of_calls
from tests.reliability.wholeness import faults, named

pytestmark = [
    pytest.mark.skipif(not has_strace(), reason=NEEDS_STRACE),
    pytest.mark.timeout(900),
]

SHARE = max(2, round(8 * TEST_SCALE))


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Trials]:
    return of_calls(tmp_path_factory.mktemp("calls"))


@pytest.mark.parametrize("name", ["f2-errors", "f2-kills"])
def test_a_call_that_fails_or_is_the_last_takes_nothing_away(
    calls: dict[str, Trials], name: str
) -> None:
    trials = calls[name]
    wrong = []
    for number in range(trials.count // (2 * SHARE), trials.count, trials.count // SHARE):
        with TemporaryDirectory() as folder:
            wrong.append(trials.trial(Path(folder), number))
    assert [one for one in wrong if one is not None] == []


def test_a_command_whose_disk_fails_ends_with_a_sentence(tmp_path: Path) -> None:
    path, sent = tmp_path / "ledger.duckdb", tmp_path / "sent.jsonld"
    make_ledger(path)
    sent.write_bytes(document(observed()))
    watching = ["strace", "-f", "-o", str(tmp_path / "trace"), "-P", f"{path}.wal"]
    fault = str(Point("fsync", "1", "error=EIO"))
    command = [sys.executable, "-m", "api.cli", "capture", str(sent), "--ledger", str(path)]
    done = subprocess.run(
        [*watching, "-e", "trace=fsync", "-e", fault, *command],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    told = " ".join(done.stderr.split())
    assert done.returncode == 2
    assert told == (
        f"Error: {path} cannot be written until it is opened again, for a server until it is "
        "started again: FATAL Error: fsync failed!"
    )
    assert faults(path, ["before"]) == []


def as_if_killed(path: Path) -> None:
    """Capture into a ledger that is then as a killed process leaves it, with its log beside it."""
    log = path.with_name(f"{path.name}.wal")
    with Ledger.open(path) as ledger:
        capture_bytes(ledger, named("logged", 3), file_name="logged", now=NOW)
        kept = log.read_bytes()
        whole = path.read_bytes()
    path.write_bytes(whole)
    log.write_bytes(kept)


OPENING = """
import sys
from pathlib import Path
from epcis_core.errors import StoreError
from epcis_core.store.ledger import Ledger
try:
    Ledger.open(Path(sys.argv[1]))
except StoreError as error:
    print(error)
"""


@pytest.mark.parametrize("call", ["access", "stat"])
@pytest.mark.parametrize("left", [["before"], ["before", "logged"]])
def test_a_ledger_that_the_disk_does_not_tell_of_is_not_replaced(
    tmp_path: Path, call: str, left: list[str]
) -> None:
    path, log = tmp_path / "ledger.duckdb", tmp_path / "ledger.duckdb.wal"
    make_ledger(path)
    if "logged" in left:
        as_if_killed(path)
    before = [file.read_bytes() if file.exists() else None for file in (path, log)]
    # Python asks by other calls of the system; these are DuckDB's.
    watching = ["strace", "-f", "-o", str(tmp_path / "trace"), "-P", str(path)]
    fault = ["-e", f"trace={call}", "-e", str(Point(call, "1", "error=EIO"))]
    done = subprocess.run(
        [*watching, *fault, sys.executable, "-c", OPENING, str(path)],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "(INJECTED)" in (tmp_path / "trace").read_text("utf-8")
    assert done.stdout.strip() == (
        f"{path} was not opened: the disk failed as it was looked for. Nothing was changed; "
        "try again"
    )
    assert [file.read_bytes() if file.exists() else None for file in (path, log)] == before
    assert faults(path, left) == []


def test_a_server_whose_disk_fails_says_so_until_it_is_started_again(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"

    def statuses(server: Server) -> Iterator[int]:
        with server.client() as client:
            for name in ("first", "second"):
                yield client.post("/captures", content=named(name, 3)).status_code
            yield client.get("/health").status_code

    make_ledger(path)
    with Server(path) as server:
        fault = Point("fsync", "1", "error=EIO")
        with watched(server.pid, path, tmp_path / "trace", "-e", str(fault)):
            assert list(statuses(server)) == [503, 503, 503]
            with server.client() as client:
                told = client.get("/health").json()
            server.kill()
        assert told["type"] == "epcisException:ImplementationException"
        assert told["title"].startswith(f"{path} cannot be read until it is opened again, ")
        server.start()
        assert list(statuses(server)) == [200, 200, 200]
        assert server.stop() == 0
    assert faults(path, ["before", "first", "second"]) == []
