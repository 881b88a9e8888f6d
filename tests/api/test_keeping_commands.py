"""The commands that keep a ledger safe: fsck, backup, restore; on the file and beside a server."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import httpx
import pytest

from tests.api.conftest import GRAPES, Run

Serve = Callable[[Path], str]


@pytest.fixture
def ledger(epcis: Run, tmp_path: Path) -> Path:
    path = tmp_path / "ledger.duckdb"
    assert epcis("capture", GRAPES).code == 0
    return path


def test_a_sound_ledger_exits_0_and_tells_its_root(epcis: Run, ledger: Path) -> None:
    done = epcis("fsck", "--json")
    assert (done.code, done.err) == (0, "")
    told = json.loads(done.out)
    assert told["sound"]
    assert told["readable"]
    assert told["findings"] == []
    assert (told["erased"], told["checkpoints"]) == (0, 0)
    plain = epcis("fsck", ledger)
    assert plain.code == 0
    assert plain.out == (
        f"sound {ledger}: {told['entries']} entries, {told['events']} events; "
        f"0 checkpoints compared; root {told['root']}\n"
    )


def test_a_ledger_that_was_changed_exits_1_and_tells_where(epcis: Run, ledger: Path) -> None:
    with duckdb.connect(str(ledger)) as connection:
        connection.execute("UPDATE event SET biz_step = 'selling' WHERE sequence = 0")
    done = epcis("fsck", "--json")
    assert done.code == 1
    told = json.loads(done.out)
    assert not told["sound"]
    first = told["findings"][0]
    assert (first["code"], first["where"]) == ("row_differs", {"pointer": "/event/0/biz_step"})
    shown = epcis("fsck", EPCIS_LANGUAGE="vi")
    assert shown.code == 1
    assert "not sound ledger.duckdb: " in shown.out
    assert "error /event/0/biz_step Trong 'event', 0, cột biz_step là selling" in shown.out


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("none.duckdb", "none.duckdb cannot be read: There is no ledger at {}/none.duckdb."),
        ("photo.duckdb", "photo.duckdb cannot be read: {}/photo.duckdb is not a ledger file."),
    ],
)
def test_what_cannot_be_read_exits_2(epcis: Run, tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / "photo.duckdb").write_bytes(b"%PDF-1.7 " * 1000)
    done = epcis("fsck", tmp_path / name, "--json")
    assert done.code == 2
    (found,) = json.loads(done.out)["findings"]
    assert (found["code"], found["message"]) == ("ledger_unreadable", told.format(tmp_path))


def test_a_checkpoint_from_outside_shows_a_ledger_that_was_set_back(
    epcis: Run, ledger: Path, tmp_path: Path
) -> None:
    epcis("checkpoint")
    older = tmp_path / "older.duckdb"
    shutil.copyfile(ledger, older)
    shutil.copyfile(f"{ledger}.service", f"{older}.service")
    epcis("capture", GRAPES.parent / "fish_sauce")
    (tmp_path / "monday.txt").write_text(epcis("checkpoint").out, encoding="utf-8")
    assert epcis("fsck", "--checkpoint", "monday.txt").code == 0
    assert epcis("fsck", older).code == 0
    done = epcis("fsck", older, "--checkpoint", "monday.txt", "--json")
    assert done.code == 1
    assert [one["code"] for one in json.loads(done.out)["findings"]] == ["ledger_set_back"]


def test_backup_and_restore_bring_back_the_same_ledger(
    epcis: Run, ledger: Path, tmp_path: Path
) -> None:
    done = epcis("backup", ledger, "-o", "kept", "--json")
    assert done.code == 0, done.err
    manifest = json.loads(done.out)
    assert [part["name"] for part in manifest["parts"]] == [
        "ledger.duckdb",
        "ledger.duckdb.service",
    ]
    assert epcis("fsck", "kept").code == 0
    again = epcis("restore", "kept", "-o", "again.duckdb")
    assert (again.code, again.out) == (
        0, f"restored again.duckdb: {manifest['entries']} entries\n",
    )  # fmt: skip
    roots = [
        json.loads(epcis("fsck", one, "--json").out)["root"] for one in (ledger, "again.duckdb")
    ]
    assert roots[0] == roots[1]
    refused = epcis("restore", "kept", "-o", "again.duckdb")
    assert (refused.code, refused.err) == (
        2, "Error: again.duckdb is there already; a restore never overwrites\n",
    )  # fmt: skip
    assert epcis("backup", "-o", "kept").code == 2
    assert sorted(one.name for one in tmp_path.iterdir() if "unfinished" in one.name) == []


def test_a_damaged_backup_exits_1_and_names_the_file(epcis: Run, ledger: Path) -> None:
    folder = ledger.with_name("kept")
    epcis("backup", "-o", "kept")
    with (folder / "ledger.duckdb.service").open("r+b") as file:
        file.seek(200)
        file.write(b"?")
    done = epcis("restore", "kept", "-o", "again.duckdb")
    assert done.code == 1
    assert "error ledger.duckdb.service is not what the backup was made of: SHA-256 " in done.out
    assert not ledger.with_name("again.duckdb").exists()
    told = json.loads(epcis("fsck", "kept", "--json").out)["findings"]
    assert told[0]["code"] == "backup_differs"


def test_beside_a_server_the_commands_work_through_it(
    epcis: Run, ledger: Path, serving: Serve, tmp_path: Path
) -> None:
    serving(ledger)
    done = epcis("backup", "-o", "kept")
    assert done.code == 0, done.err
    assert (tmp_path / "kept" / "ledger.duckdb").is_file()
    done = epcis("fsck", "--json")
    assert done.code == 0, done.out
    assert json.loads(done.out)["entries"] > 0
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith("epcis-fsck")] == []
    refused = epcis("backup", "-o", "kept")
    assert refused.code == 2
    assert "kept is there already; a backup never overwrites" in " ".join(refused.err.split())


def test_a_ledger_that_was_set_back_is_told_beside_its_server_and_not_backed_up(
    epcis: Run, ledger: Path, serving: Serve, tmp_path: Path
) -> None:
    older = ledger.read_bytes()
    epcis("capture", GRAPES.parent / "fish_sauce")
    epcis("checkpoint")
    ledger.write_bytes(older)
    serving(ledger)
    done = epcis("fsck", "--json")
    assert (done.code, done.err) == (1, "")
    told = json.loads(done.out)
    assert [one["code"] for one in told["findings"]] == ["ledger_set_back"]
    refused = epcis("backup", "-o", "kept")
    assert refused.code == 2
    assert "the ledger is an older copy. Nothing is signed." in " ".join(refused.err.split())
    assert not (tmp_path / "kept").exists()


def test_a_check_beside_a_server_signs_and_publishes_nothing(
    epcis: Run, ledger: Path, serving: Serve
) -> None:
    serving(ledger)
    assert epcis("fsck").code == 0
    with closing(sqlite3.connect(f"{ledger}.service")) as books:
        assert books.execute("SELECT count(*) FROM checkpoint").fetchone() == (0,)


@pytest.mark.parametrize("token", [None, "Bearer x"], ids=["none", "another"])
def test_a_backup_is_made_for_whoever_has_the_token_alone(
    serving: Serve, tmp_path: Path, token: str | None
) -> None:
    address = serving(tmp_path / "ledger.duckdb")
    answer = httpx.post(
        f"{address}/backups",
        json={"folder": str(tmp_path / "stolen")},
        headers={"Authorization": token} if token else {},
    )
    assert answer.status_code == 401
    assert not (tmp_path / "stolen").exists()
