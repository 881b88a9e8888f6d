"""Backups and restores: whole or not at all, nothing overwritten, nothing taken on trust."""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import duckdb
import pytest

from epcis_core.errors import IntegrityError, StoreError
from epcis_core.store.backup import LEDGER, MANIFEST, back_up_ledger
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.restoring import differences_in_backup, read_backup, restore
from tests.core.store.filled import original, path
from tests.ingest.documents import NOW, captured, document, item, observed

__all__ = ["original", "path"]

PARTS = [LEDGER, f"{LEDGER}.service"]


@pytest.fixture
def backup(path: Path, tmp_path: Path) -> Path:
    return backed_up(path, tmp_path / "backup")


def backed_up(path: Path, folder: Path) -> Path:
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        back_up_ledger(ledger, books, folder, NOW)
    return folder


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def refused(backup: Path, to: Path) -> str:
    with pytest.raises(StoreError) as caught:
        restore(read_backup(backup), to)
    return str(caught.value)


def test_a_backup_holds_the_ledger_and_what_cannot_be_made_anew(backup: Path) -> None:
    assert names(backup) == [
        LEDGER,
        f"{LEDGER}.jobs",
        f"{LEDGER}.service",
        MANIFEST,
        "manifest.sha256",
    ]
    kept = read_backup(backup)
    assert (kept.entries, kept.checkpoint.size, list(kept.parts)) == (12, 12, PARTS)
    assert [path.stat().st_mode & 0o777 for path in (backup, backup / PARTS[1])] == [0o700, 0o600]


def test_a_backup_is_made_beside_readers_and_holds_what_is_in_no_file_yet(
    path: Path, tmp_path: Path
) -> None:
    with Ledger.open(path) as ledger, Bookkeeping(path) as books, ledger.reading() as cursor:
        cursor.execute("SELECT count(*) FROM event")
        captured(ledger, document(observed(item("new"))))
        assert back_up_ledger(ledger, books, tmp_path / "backup", NOW)["entries"] == 14
    restore(read_backup(tmp_path / "backup"), tmp_path / "again.duckdb")


def test_a_backup_never_overwrites(path: Path, backup: Path) -> None:
    before = (backup / MANIFEST).read_bytes()
    with pytest.raises(StoreError, match=r"backup is there already; a backup never overwrites$"):
        backed_up(path, backup)
    assert (backup / MANIFEST).read_bytes() == before


def test_a_backup_that_fails_leaves_nothing(path: Path, tmp_path: Path) -> None:
    path.with_name(f"{path.name}.service").write_bytes(b"x" * 5000)
    before = names(tmp_path)
    with pytest.raises(StoreError):
        backed_up(path, tmp_path / "backup")
    assert names(tmp_path) == before


def test_neither_a_backup_nor_a_restore_takes_away_what_was_there(
    path: Path, tmp_path: Path
) -> None:
    others = ["backup.unfinished", "again.duckdb.restoring", ".backup.unfinished-1"]
    for name in others:
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine").touch()
    kept = backed_up(path, tmp_path / "backup")
    restore(read_backup(kept), tmp_path / "again.duckdb")
    assert all(names(tmp_path / name) == ["mine"] for name in others)
    assert [name for name in names(tmp_path) if "unfinished" in name] == sorted(others[::2])


def test_of_backups_into_one_folder_at_once_one_is_whole_and_the_others_are_refused(
    path: Path, tmp_path: Path
) -> None:
    folder, together = tmp_path / "backup", Barrier(4)

    def back_up(ledger: Ledger, books: Bookkeeping) -> str:
        together.wait()
        try:
            back_up_ledger(ledger, books, folder, NOW)
        except StoreError as error:
            return str(error)
        return "made"

    with Ledger.open(path) as ledger, Bookkeeping(path) as books, ThreadPoolExecutor(4) as pool:
        told = sorted(pool.map(lambda _: back_up(ledger, books), range(4)))
    assert told == [*[f"{folder} is there already; a backup never overwrites"] * 3, "made"]
    assert list(differences_in_backup(read_backup(folder))) == []
    assert [name for name in names(tmp_path) if "unfinished" in name] == []


def test_a_ledger_that_was_set_back_is_not_backed_up(
    path: Path, original: Path, tmp_path: Path
) -> None:
    with Ledger.open(path) as ledger:
        captured(ledger, document(observed(item("new"))))
    backed_up(path, tmp_path / "one")
    shutil.copyfile(original, path)
    with pytest.raises(IntegrityError, match=r"the ledger is an older copy\. Nothing is signed\.$"):
        backed_up(path, tmp_path / "other")
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("ending", ["", ".service", ".jobs", ".index", ".wal", ".server.json"])
def test_a_restore_never_overwrites(backup: Path, tmp_path: Path, ending: str) -> None:
    taken = tmp_path / f"again.duckdb{ending}"
    taken.write_bytes(b"mine")
    assert refused(backup, tmp_path / "again.duckdb") == (
        f"{taken} is there already; a restore never overwrites"
    )
    assert taken.read_bytes() == b"mine"


def no_manifest(backup: Path) -> None:
    (backup / MANIFEST).unlink()


def changed_manifest(backup: Path) -> None:
    text = (backup / MANIFEST).read_text("utf-8")
    (backup / MANIFEST).write_text(text.replace('"entries": 12', '"entries": 11'), "utf-8")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (no_manifest, "{} is no backup, or not whole: "),
        (changed_manifest, "{}/manifest.json does not have the digest of manifest.sha256"),
    ],
    ids=["no manifest", "a manifest that was changed"],
)
def test_what_is_no_whole_backup_is_refused(
    backup: Path, change: Callable[[Path], None], told: str
) -> None:
    change(backup)
    with pytest.raises(IntegrityError) as caught:
        read_backup(backup)
    assert str(caught.value).startswith(told.format(backup))


def test_a_file_that_was_changed_is_told_and_not_restored(backup: Path, tmp_path: Path) -> None:
    kept = read_backup(backup)
    assert list(differences_in_backup(kept)) == []
    data = bytearray((backup / PARTS[1]).read_bytes())
    data[100] ^= 1
    (backup / PARTS[1]).write_bytes(data)
    (backup / LEDGER).unlink()
    ledger, service = differences_in_backup(kept)
    assert ledger.message == (
        "ledger.duckdb is not what the backup was made of: No such file or directory."
    )
    assert service.values["file"] == PARTS[1]
    before = names(tmp_path)
    assert refused(backup, tmp_path / "again.duckdb").endswith("No such file or directory")
    assert names(tmp_path) == before


def test_a_backup_whose_ledger_leads_elsewhere_is_not_restored(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the manifest fits the files, and these do not fit each other."""

    def other(_: Path, target: Path) -> None:
        shutil.copyfile(path.with_name("elsewhere.duckdb"), target)

    shutil.copyfile(path, path.with_name("elsewhere.duckdb"))
    with duckdb.connect(str(path.with_name("elsewhere.duckdb"))) as connection:
        connection.execute("UPDATE entry SET nodes = repeat('x', octet_length(nodes))::BLOB")
        connection.execute("UPDATE entry SET leaf = repeat('x', 32)::BLOB")
    monkeypatch.setattr("epcis_core.store.backup._copy_ledger", other)
    backup = backed_up(path, tmp_path / "backup")
    assert refused(backup, tmp_path / "again.duckdb") == (
        f"The ledger in {backup} does not lead to the checkpoint of its manifest"
    )
    assert not (tmp_path / "again.duckdb").exists()


def test_a_restore_opens_as_the_same_ledger(backup: Path, path: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.duckdb"
    restore(read_backup(backup), again)
    assert [one for one in names(tmp_path) if one.startswith("again")] == [
        "again.duckdb",
        "again.duckdb.jobs",
        "again.duckdb.service",
    ]
    rows = []
    for file in (path, again):
        with Ledger.open(file) as ledger, ledger.reading() as cursor:
            rows.append(cursor.execute("SELECT * FROM event ORDER BY sequence").fetchall())
    assert rows[0] == rows[1]
