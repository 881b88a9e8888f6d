"""What was committed is there after a crash, its names and its index too; refusals say why."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from epcis_core.errors import DiskFullError, StoppedError, StoreError
from epcis_core.store import durability
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.durability import NamedFile, refused
from epcis_core.store.ledger import Ledger
from tests.conftest import ROOT
from tests.ingest.documents import captured, document, item, observed, statuses

DOCUMENT = document(*(observed(item(str(n)), eventID=f"urn:x:{n}") for n in range(3)))

KILLED = """
import os, sys
from epcis_core.store.ledger import Ledger
from tests.core.store.test_durability import DOCUMENT
from tests.ingest.documents import captured
ledger = Ledger.open(sys.argv[1])
captured(ledger, DOCUMENT)
os.kill(os.getpid(), 9)
"""


def test_a_ledger_that_was_killed_opened_and_closed_knows_its_events_again(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path)], cwd=ROOT, check=False)
    assert killed.returncode == -9
    assert path.with_name("ledger.duckdb.wal").exists()
    Ledger.open(path).close()  # nothing asks for an event meanwhile
    with Ledger.open(path) as ledger:
        assert statuses(captured(ledger, DOCUMENT)) == ["duplicate"] * 3


@pytest.mark.parametrize(
    "left",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(bytes(4096), id="zeros"),
        pytest.param(b"12345678DUCK" + bytes(500), id="the first sector"),
        pytest.param(b"12345678DUCK" + bytes(3 * 4096 - 12), id="the first header"),
    ],
)
def test_a_ledger_whose_making_was_cut_short_is_made_again(tmp_path: Path, left: bytes) -> None:
    path = tmp_path / "ledger.duckdb"
    path.write_bytes(left)
    with pytest.raises(StoreError, match=f"^There is no ledger at {path}$"):
        Ledger.open(path, create=False)
    with Ledger.open(path) as ledger:
        assert statuses(captured(ledger, DOCUMENT)) == ["accepted"] * 3


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b"my notes", "is not a ledger file", id="text"),
        pytest.param(b"12345678DUCK" + bytes(3 * 4096), "is damaged", id="a damaged ledger"),
    ],
)
def test_another_file_is_not_overwritten(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "ledger.duckdb"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=f"^{path} {told}"):
        Ledger.open(path)
    assert path.read_bytes() == content


@pytest.fixture
def synchronised(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that are synchronised, one after the other."""
    folders: list[Path] = []
    monkeypatch.setattr(durability, "sync_folder", folders.append)
    return folders


def test_a_name_is_put_onto_the_disk_once_each_time_that_the_file_is_made(
    tmp_path: Path, synchronised: list[Path]
) -> None:
    file = tmp_path / "log"
    named = NamedFile(file)
    assert synchronised == [tmp_path]
    for made in (2, 3):
        with named.kept():
            file.write_bytes(b"made")
        assert len(synchronised) == made
        with named.kept():
            file.write_bytes(b"made, and more")
        assert len(synchronised) == made
        file.unlink()  # the next one may get its number


def test_a_ledger_puts_the_name_of_each_log_of_duckdb_onto_the_disk(
    tmp_path: Path, synchronised: list[Path]
) -> None:
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        opened = len(synchronised)
        for times in (1, 2):
            captured(ledger, document(observed(item(f"{times}-1"))))
            assert len(synchronised) == opened + times
            captured(ledger, document(observed(item(f"{times}-2"))))
            assert len(synchronised) == opened + times
            with ledger.at_rest():
                pass  # the log is in the file, and gone


def test_a_disk_that_does_not_keep_the_name_refuses_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.duckdb"

    def fail(_: Path) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with Ledger.open(path) as ledger:
        with monkeypatch.context() as failing:
            failing.setattr(durability, "sync_folder", fail)
            told = f"{path}.wal cannot be written: Input/output error"
            for _ in range(2):
                with pytest.raises(StoreError, match=f"^{told}$"):
                    captured(ledger, DOCUMENT)
        assert statuses(captured(ledger, DOCUMENT)) == ["duplicate"] * 3


@pytest.mark.parametrize(
    ("error", "kind", "told"),
    [
        pytest.param(
            OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
            DiskFullError,
            "it cannot be written: No space left on device",
            id="no room",
        ),
        pytest.param(
            duckdb.IOException('IO Error: Could not write file "x": No space left on device'),
            DiskFullError,
            'it cannot be written: IO Error: Could not write file "x": No space left on device',
            id="no room, by DuckDB",
        ),
        pytest.param(
            duckdb.FatalException("FATAL Error: fsync failed!"),
            StoppedError,
            "it cannot be written until it is opened again, for a server until it is started "
            "again: FATAL Error: fsync failed!",
            id="stopped",
        ),
        pytest.param(
            duckdb.IOException("IO Error: no\nStack Trace:"),
            StoreError,
            "it cannot be written: IO Error: no",
            id="another",
        ),
    ],
)
def test_a_refusal_tells_what_failed_and_why(
    error: Exception, kind: type[StoreError], told: str
) -> None:
    refusal = refused("it cannot be written", error)
    assert (type(refusal), str(refusal)) == (kind, told)


def test_a_bookkeeping_without_room_refuses_and_goes_on_when_there_is_some(tmp_path: Path) -> None:
    with Bookkeeping(tmp_path / "ledger.duckdb") as books:
        with books.transaction() as rows:
            pages = rows.execute("PRAGMA page_count").fetchone()[0]
            rows.execute("CREATE TABLE large (content BLOB)")
        books._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        told = f"^{books.path} cannot be used: database or disk is full$"
        with pytest.raises(DiskFullError, match=told), books.transaction() as rows:
            rows.execute("INSERT INTO large VALUES (zeroblob(1000000))")
        books._connection.execute("PRAGMA max_page_count = 100000")
        with books.transaction() as rows:
            rows.execute("INSERT INTO large VALUES (zeroblob(1000000))")


def test_a_transaction_that_cannot_be_committed_is_taken_back(tmp_path: Path) -> None:
    with Bookkeeping(tmp_path / "ledger.duckdb") as books:
        with books.transaction() as rows:
            rows.execute("CREATE TABLE one (number INTEGER PRIMARY KEY)")
            rows.execute(
                "CREATE TABLE other (one INTEGER REFERENCES one DEFERRABLE INITIALLY DEFERRED)"
            )
        with pytest.raises(StoreError, match="FOREIGN KEY"), books.transaction() as rows:
            rows.execute("INSERT INTO other VALUES (1)")  # found wrong when it is committed
        with books.transaction() as rows:
            assert rows.execute("SELECT count(*) FROM other").fetchone()[0] == 0
