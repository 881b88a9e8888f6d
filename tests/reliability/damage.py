"""Ledgers that are damaged, changed, set back or told twice, by chance; and what a check says.

A trial is made of its number alone. Whatever a file has become, it is looked at in a process of its
own, which may end over it.
"""

import hashlib
import multiprocessing
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import duckdb

from api.checking import check_apart
from epcis_core.errors import IntegrityError
from epcis_core.proof.checks import Key
from epcis_core.store.backup import back_up_ledger
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import log_signer, sign_checkpoint
from epcis_core.store.ledger import Ledger, file_as_it_is
from epcis_core.store.restoring import differences_in_backup, read_backup
from ingest.files import expand
from tests.conftest import ROOT
from tests.core.store.filled import fill
from tests.ingest.documents import NOW, captured, document, item, observed

TABLES: Final = (
    "entry",
    "event",
    "receipt",
    "reference",
    "mark",
    "membership",
    "ilmd",
    "content",
    "envelope",
    "vocabulary_element",
    "element_attribute",
    "capture",
)
BESIDE: Final = ("", ".service", ".index")
_PROCESSES: Final = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload([__name__])  # read once, not for each of two thousand trials


@dataclass(frozen=True, slots=True)
class Originals:
    """What trials are made of.

    Attributes:
        ledger: a ledger that nobody has open, with its bookkeeping and its index.
        older: a copy of it from before its last documents.
        backup: a backup of it.
        crashed: a copy of it from when it was open: its last documents are in DuckDB's log alone.
        note: a checkpoint of it that was kept outside.
        key: that signs its checkpoints, as it was made known.
        content: digest of all its rows.
    """

    ledger: Path
    older: Path
    backup: Path
    crashed: Path
    note: str
    key: Key
    content: str


Trial = Callable[[Originals, Path, int], str | None]
"""Does something to a copy, in an empty folder, as a number says; returns what was not found."""


def make_originals(folder: Path) -> Originals:
    """Make a ledger of sample chains and of an entry of every kind, with what trials need."""
    path, older = folder / "ledger.duckdb", folder / "older.duckdb"
    crashed = folder / "crashed.duckdb"
    with Ledger.open(path) as ledger:
        fill(ledger)
        for file in expand([ROOT / "samples" / "fresh_grapes"]):
            captured(ledger, file.read_bytes(), file_name=file.name)
        with Bookkeeping(path) as books:
            sign_checkpoint(ledger, books, NOW, publish=True)
    copy(path, older)
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        _add(ledger, "last", 20)
        note = sign_checkpoint(ledger, books, NOW + 1, publish=True).note
        key = log_signer(books).key
        copy(path, crashed)
        back_up_ledger(ledger, books, folder / "backup", NOW + 2)
    content = content_apart(path)
    if content is None or content_apart(crashed) != content:
        raise AssertionError("the originals cannot be read, or are not the same")
    return Originals(path, older, folder / "backup", crashed, note, key, content)


def copy(source: Path, target: Path) -> None:
    """Copy a ledger with what stands beside it; one that is open has logs, too."""
    for file in source.parent.glob(f"{source.name}*"):
        _put(file, target.with_name(file.name.replace(source.name, target.name)))


def _put(source: Path, target: Path) -> None:
    """Copy a file, or a folder, to where another may be."""
    if source.is_dir():
        if target.exists():
            shutil.rmtree(target)
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


def verdict(path: Path, note: str | None = None, key: Key | None = None) -> list[str]:
    """Return the codes of what a check in a process of its own finds in a ledger.

    Args:
        path: the ledger.
        note: a checkpoint that was kept outside.
        key: which has signed it; None for the one beside the ledger.
    """
    notes = {"outside": note} if note is not None else {}
    keys = [key] if key is not None else []
    _, found = check_apart(path, notes=notes, keys=keys, processes=_PROCESSES)
    return [one.code for one in found]


def content_apart(path: Path) -> str | None:
    """Return the digest of all rows of a ledger; None where they cannot be read."""
    ours, theirs = _PROCESSES.Pipe(duplex=False)
    process = _PROCESSES.Process(target=_tell_content, args=(theirs, path), daemon=True)
    process.start()
    theirs.close()
    try:
        told: str | None = ours.recv()
    except EOFError:
        told = None
    process.join()
    return told


def _tell_content(said: Connection, path: Path) -> None:
    said.send(content_of(path))


def content_of(path: Path) -> str | None:
    """Return the same, in this process; every event is looked up by its identity too."""
    digest = hashlib.sha256()
    try:
        with file_as_it_is(path) as cursor:
            for table in (*TABLES, "ledger", "decision", "erased"):
                rows = cursor.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - ours
                digest.update(repr((table, sorted(map(repr, rows)))).encode())
            for (identity,) in cursor.execute("SELECT identity FROM event").fetchall():
                cursor.execute("SELECT sequence FROM event WHERE identity = ?", [identity])
                digest.update(repr(cursor.fetchall()).encode())
    except Exception:  # noqa: BLE001 - whatever it is, the rows cannot be read
        return None
    return digest.hexdigest()


def flip(path: Path, chance: random.Random) -> str:
    """Flip one bit of a file, and tell which."""
    data = bytearray(path.read_bytes())
    at, bit = chance.randrange(len(data)), chance.randrange(8)
    data[at] ^= 1 << bit
    path.write_bytes(data)
    return f"bit {bit} of byte {at} of {path.name}"


def after_a_flip(originals: Originals, folder: Path, number: int) -> str | None:
    """Flip a bit of a ledger file; return which where that is not found and matters."""
    path = folder / "ledger.duckdb"
    copy(originals.ledger, path)
    flipped = flip(path, random.Random(f"flip {number}"))  # noqa: S311 - a test
    if verdict(path, originals.note, originals.key) or content_apart(path) == originals.content:
        return None
    return flipped


def after_a_flip_in_a_log(originals: Originals, folder: Path, number: int) -> str | None:
    """Flip a bit of what DuckDB has not folded in yet; return which where it is not found."""
    path = folder / "ledger.duckdb"
    copy(originals.crashed, path)
    log = path.with_name(f"{path.name}.wal")
    flipped = flip(log, random.Random(f"log {number}"))  # noqa: S311 - a test
    found = verdict(path, originals.note, originals.key)
    return None if found or content_apart(path) == originals.content else flipped


def after_rows_changed(originals: Originals, folder: Path, number: int) -> str | None:
    """Delete, add or exchange rows; return the statement where a check alone finds nothing."""
    path = folder / "ledger.duckdb"
    copy(originals.ledger, path)
    chance = random.Random(f"rows {number}")  # noqa: S311 - a test
    while True:
        with duckdb.connect(str(path)) as connection:
            statement = _change(connection, chance)
        if statement and content_of(path) != originals.content:
            return None if verdict(path) else statement


def _change(connection: duckdb.DuckDBPyConnection, chance: random.Random) -> str:
    """Change some rows of one table, and return how; nothing where they cannot be changed so."""
    table = chance.choice(TABLES)
    # What brought nothing into the log is bound by nothing in it.
    booked = " WHERE accepted > 0" if table == "capture" else ""
    rows = connection.execute(f"SELECT rowid FROM {table}{booked} ORDER BY rowid").fetchall()  # noqa: S608 - ours
    some = [row[0] for row in chance.sample(rows, min(len(rows), chance.choice((1, 1, 2, 5))))]
    among = ", ".join(map(str, some))
    key = {"capture": "capture_id", "envelope": "envelope"}.get(table, "sequence")
    others = f"SELECT * {_anew(table)} FROM {table} WHERE rowid IN ({among})"  # noqa: S608 - ours
    one = f"CASE {table}.rowid WHEN {some[0]} THEN {some[-1]} ELSE {some[0]} END"
    taken = f"SELECT t.{key} FROM {table} t WHERE t.rowid = {one}"  # noqa: S608 - ours
    statement = chance.choice(
        (
            f"DELETE FROM {table} WHERE rowid IN ({among})",  # noqa: S608 - ours
            f"INSERT INTO {table} {others}",
            f"UPDATE {table} SET {key} = ({taken}) WHERE rowid IN ({some[0]}, {some[-1]})",  # noqa: S608 - ours
        )
    )
    try:
        connection.execute(statement)
    except duckdb.Error:
        return ""  # a constraint of the file does not let it happen
    return statement


def _anew(table: str) -> str:
    """Return what must be another in a further row for the file to take it."""
    return {
        "event": "REPLACE (identity || ' again' AS identity)",
        "capture": "REPLACE (capture_id || ' again' AS capture_id)",
    }.get(table, "")


def after_a_rollback(originals: Originals, folder: Path, number: int) -> str | None:
    """Set a ledger back; return how where what was kept outside does not show it."""
    path = folder / "ledger.duckdb"
    chance = random.Random(f"rollback {number}")  # noqa: S311 - a test
    copy(originals.ledger, path)
    how = chance.choice(("the file", "all files", "its last rows"))
    if how == "its last rows":
        _cut(path, chance)
    else:
        for ending in BESIDE if how == "all files" else ("",):
            _put(Path(f"{originals.older}{ending}"), Path(f"{path}{ending}"))
    if chance.random() < 0.5:
        _grow(path, chance, "later")
    codes = verdict(path, originals.note, originals.key)
    return None if {"ledger_set_back", "ledger_contradicts"} & {*codes} else f"{how}: {codes}"


def _cut(path: Path, chance: random.Random) -> None:
    """Delete the last document of a ledger, as if it had never come, and its checkpoint."""
    with duckdb.connect(str(path)) as connection:
        last = connection.execute("SELECT max(envelope), max(sequence) FROM envelope").fetchall()
        first = connection.execute(
            "SELECT min(sequence), any_value(capture_id) FROM event WHERE envelope = ?",
            [last[0][0]],
        ).fetchall()
        for table in TABLES[:-1]:
            connection.execute(f"DELETE FROM {table} WHERE sequence >= {first[0][0]}")  # noqa: S608 - ours
        connection.execute("DELETE FROM capture WHERE capture_id = ?", [first[0][1]])
    shutil.rmtree(f"{path}.index")
    if chance.random() < 0.5:
        Path(f"{path}.service").unlink()


def _grow(path: Path, chance: random.Random, what: str) -> None:
    with Ledger.open(path) as ledger:
        _add(ledger, what, chance.randrange(1, 40))


def _add(ledger: Ledger, what: str, count: int) -> None:
    report = captured(ledger, document(*(observed(item(f"{what}-{n}")) for n in range(count))))
    if report.status != "accepted":
        raise AssertionError(report)


def after_a_split(originals: Originals, folder: Path, number: int) -> str | None:
    """Let two ledgers grow out of one; return what shows nothing where both pass for one."""
    chance = random.Random(f"split {number}")  # noqa: S311 - a test
    views = []
    for name in ("one", "other"):
        path = folder / f"{name}.duckdb"
        copy(originals.older, path)
        _grow(path, chance, name)
        with Ledger.open(path) as ledger, Bookkeeping(path) as books:
            note = sign_checkpoint(ledger, books, NOW + 5, publish=True).note
        views.append((path, note))
    (one, of_one), (other, of_other) = views
    if verdict(one, of_one) or verdict(other, of_other):
        return "a view contradicts itself"
    shown = [verdict(one, of_other), verdict(other, of_one)]
    wrong = [codes for codes in shown if codes not in (["ledger_set_back"], ["ledger_contradicts"])]
    return f"{wrong}" if wrong else None


def after_a_flip_in_a_backup(originals: Originals, folder: Path, number: int) -> str | None:
    """Flip a bit of any file of a backup; return which where its manifest does not show it."""
    shutil.copytree(originals.backup, folder / "backup")
    chance = random.Random(f"backup {number}")  # noqa: S311 - a test
    files = sorted(file for file in (folder / "backup").rglob("*") if file.is_file())
    flipped = flip(chance.choice(files), chance)
    try:
        found = list(differences_in_backup(read_backup(folder / "backup")))
    except IntegrityError:
        return None
    return None if found else flipped


TRIALS: Final[dict[str, Trial]] = {
    "bit flips": after_a_flip,
    "bit flips in a log": after_a_flip_in_a_log,
    "bit flips in a backup": after_a_flip_in_a_backup,
    "rows changed": after_rows_changed,
    "rollbacks": after_a_rollback,
    "split views": after_a_split,
}
"""What is done to ledgers, by name."""
