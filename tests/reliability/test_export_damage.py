"""An export that was changed is refused before anything is made of it; nothing is overwritten."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from epcis_core.errors import IntegrityError, StoreError
from epcis_core.proof.checks import (
    Checkpoint,
    read_key,
)
from epcis_core.proof.export_manifest import write_manifest
from epcis_core.proof.keys import Signer, checkpoint_body, key_text, note
from epcis_core.store.ledger import Ledger
from ingest.reimport import import_export
from tests.core.proof import naive_tree
from tests.ingest.documents import NOW, captured, document, item, observed
from tests.reliability.kept_ledgers import (
    exported,
    imported,
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole export of a small ledger."""
    folder = tmp_path_factory.mktemp("small")
    with Ledger.open(folder / "old.duckdb") as ledger:
        for number in range(3):
            event = observed(item(str(number)), eventID=f"urn:x:{number}")
            captured(ledger, document(event), organisation="farm", now=NOW + number)
        exported(ledger, folder / "export")
    return folder / "export"


Spoil = Callable[[Path], None]


def flipped(name: str) -> Spoil:
    def spoil(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        data[len(data) // 2] ^= 1
        (folder / name).write_bytes(data)

    return spoil


def signed_again(change: Callable[[dict[str, Any]], None], *, root: bool = False) -> Spoil:
    """Change rows of the log, and sign all of it with a key of one's own."""

    def spoil(folder: Path) -> None:
        log = folder / "log.parquet"
        table = pq.read_table(log)
        rows = table.to_pylist()
        for row in rows:
            change(row)
        kept = [row for row in rows if row]
        pq.write_table(type(table).from_pylist(kept, schema=table.schema), log)
        manifest = json.loads((folder / "manifest.json").read_bytes())
        signer = Signer("forger", bytes(32))
        body = Checkpoint("forger", manifest["entries_of_log"], bytes.fromhex(manifest["root"]))
        if root:
            leaves = [row["leaf"] for row in kept]
            body = Checkpoint("forger", len(leaves), naive_tree.root(leaves))
        text = checkpoint_body(body)
        (folder / "checkpoint.txt").write_text(note(text, [signer.sign(text)]), encoding="utf-8")
        for name in ("manifest.json", "manifest.note"):
            (folder / name).unlink()
        members = {name: one for name, one in manifest.items() if name not in {"files", "format"}}
        members |= {"key": key_text(signer.key), "root": body.root.hex()}
        members |= {"entries_of_log": body.size}
        write_manifest(folder, members, signer)

    return spoil


def at_three(**changes: Any) -> Callable[[dict[str, Any]], None]:
    def change(row: dict[str, Any]) -> None:
        if row["sequence"] == 3:
            row.update(changes)

    return change


def drop_three(row: dict[str, Any]) -> None:
    if row["sequence"] == 3:
        row.clear()


SPOILS: dict[str, tuple[Spoil, str]] = {
    "log": (flipped("log.parquet"), "The file log.parquet of the export was changed"),
    "captures": (
        flipped("captures.parquet"),
        "The file captures.parquet of the export was changed",
    ),
    "readme": (flipped("README.md"), "The file README.md of the export was changed"),
    "checkpoint": (flipped("checkpoint.txt"), ""),
    "manifest": (flipped("manifest.json"), ""),
    "signature": (flipped("manifest.note"), ""),
    "missing": (
        lambda folder: (folder / "captures.parquet").unlink(),
        "The file captures.parquet of the export is missing",
    ),
    "added": (
        lambda folder: (folder / "documents" / "more.jsonld").touch(),
        "The file documents/more.jsonld was added to the export",
    ),
    "other content": (
        signed_again(at_three(content="{}")),
        "Entry 3 is not what its leaf commits to",
    ),
    "other leaf": (
        signed_again(at_three(leaf=bytes(32))),
        "Entry 3 is not what its leaf commits to",
    ),
    "an entry left out": (signed_again(drop_three), "The exported log lacks entry 3"),
    "erased without a decision": (
        signed_again(at_three(content=None, salt=None, erased_by=4)),
        "Entry 3 was erased by no decision",
    ),
}


@pytest.mark.parametrize(("spoil", "message"), SPOILS.values(), ids=SPOILS)
def test_a_changed_export_is_refused_and_leaves_nothing(
    whole: Path, tmp_path: Path, spoil: Spoil, message: str
) -> None:
    folder, target = tmp_path / "export", tmp_path / "into" / "new.duckdb"
    shutil.copytree(whole, folder)
    target.parent.mkdir()
    spoil(folder)
    with pytest.raises(IntegrityError) as caught:
        imported(folder, target)
    assert message in str(caught.value)
    assert list(target.parent.iterdir()) == []


def test_an_export_that_somebody_else_signed_is_refused_by_the_logs_key(
    whole: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "export"
    shutil.copytree(whole, folder)
    key = read_key(json.loads((whole / "manifest.json").read_bytes())["key"])
    import_export(folder, tmp_path / "right.duckdb", now=NOW, keys=[key])
    signed_again(lambda _: None)(folder)
    with pytest.raises(IntegrityError) as caught:
        import_export(folder, tmp_path / "wrong.duckdb", now=NOW, keys=[key])
    assert str(caught.value) == "The manifest was changed, or is not signed by the log"


def test_nothing_is_overwritten(ledger: Ledger, whole: Path, tmp_path: Path) -> None:
    target = tmp_path / "new.duckdb"
    target.write_text("mine")
    with pytest.raises(StoreError) as caught:
        imported(whole, target)
    assert str(caught.value) == f"{target} is there already; an import never overwrites"
    with pytest.raises(StoreError) as caught:
        exported(ledger, whole)
    assert str(caught.value) == f"{whole} is there already; an export never overwrites"
    assert target.read_text() == "mine"


@pytest.mark.parametrize("ending", [".service", ".jobs", ".wal", ".index", ".server.json"])
def test_nothing_that_stood_beside_another_ledger_becomes_part_of_an_imported_one(
    whole: Path, tmp_path: Path, ending: str
) -> None:
    taken = tmp_path / f"new.duckdb{ending}"
    taken.write_text("mine")
    with pytest.raises(StoreError) as caught:
        imported(whole, tmp_path / "new.duckdb")
    assert str(caught.value) == f"{taken} is there already; an import never overwrites"
    assert [path.name for path in tmp_path.iterdir()] == [taken.name]
    assert taken.read_text() == "mine"


def test_a_document_that_is_no_file_of_the_export_is_not_captured(tmp_path: Path) -> None:
    folder, signer = tmp_path / "export", Signer("forger", bytes(32))
    folder.mkdir()
    (tmp_path / "outside.jsonld").write_bytes(document(observed(eventID="urn:x:1")))
    text = checkpoint_body(Checkpoint("forger", 0, hashlib.sha256().digest()))
    (folder / "checkpoint.txt").write_text(note(text, [signer.sign(text)]), encoding="utf-8")
    outside = {"file": "../outside.jsonld", "organisation": "farm", "events": 1, "elements": 0}
    members = {"kind": "part", "entries_of_log": 0, "root": hashlib.sha256().hexdigest()}
    members |= {"key": key_text(signer.key), "documents": [outside]}
    write_manifest(folder, members, signer)
    with pytest.raises(IntegrityError) as caught:
        imported(folder, tmp_path / "new.duckdb")
    assert str(caught.value) == "The document ../outside.jsonld is no file of the export"
    assert list(tmp_path.glob("*new.duckdb*")) == []


def test_an_entry_that_was_changed_in_the_ledger_is_not_exported(ledger: Ledger) -> None:
    captured(ledger, document(observed(eventID="urn:x:1")))
    with ledger.writing() as cursor:
        cursor.execute("UPDATE event SET body = replace(body, 'OBSERVE', 'DELETE')")
    folder = ledger.path.with_name("export")
    with pytest.raises(IntegrityError) as caught:
        exported(ledger, folder)
    assert str(caught.value) == "Entry 0 is not what its leaf commits to"
    assert [path.name for path in ledger.path.parent.glob("*export*")] == []


def test_what_no_ledger_can_be_made_of_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(IntegrityError) as wrong:
        imported(tmp_path, tmp_path / "new.duckdb")
    assert str(wrong.value) == (
        f"{tmp_path} is no export, as there is no manifest.json in it; "
        "`epcis capture` takes documents"
    )
    captured(ledger, document(observed()), organisation="shop")
    exported(ledger, tmp_path / "part", parties=["shop"], formats=frozenset({"parquet"}))
    with pytest.raises(StoreError) as caught:
        imported(tmp_path / "part", tmp_path / "new.duckdb")
    assert str(caught.value) == (
        f"{tmp_path / 'part'} has a part of the log alone; a ledger needs the documents"
    )
    assert list(tmp_path.glob("*new.duckdb*")) == []
