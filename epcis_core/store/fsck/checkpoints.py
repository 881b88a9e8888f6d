"""Checkpoints that were signed of a ledger, against what it is now.

Those that it has signed itself stand in its bookkeeping; others were kept outside, where nobody who
can change the ledger could change them. A ledger that has fewer entries than a checkpoint says was
set back; one that has another root was changed, or is one of two that grew out of one.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import duckdb

from epcis_core.errors import ParseError
from epcis_core.findings import Finding, finding
from epcis_core.proof.checks import (
    Checkpoint,
    Key,
    as_typed,
    read_checkpoint,
    read_key,
    read_note,
    signers,
)
from epcis_core.proof.keys import Signer, checkpoint_body
from epcis_core.proof.leaf import Digest
from epcis_core.store.beside import read_only
from epcis_core.store.checkpoints import LOG_KEY, signer_of

_NOTE: Final = re.compile(r"[^\n](?:[^\n]|\n(?!\n))*\n\n(?:— [^\n]*\n)+")


class Kept(NamedTuple):
    """A checkpoint that was kept.

    Attributes:
        where: in which file.
        checkpoint: what it says.
    """

    where: str
    checkpoint: Checkpoint


@dataclass(slots=True)
class Saved:
    """What the bookkeeping of a ledger tells of it.

    Attributes:
        signer: what signs its checkpoints; None where it has signed none yet.
        kept: the checkpoints that it has signed.
        findings: what is wrong with the file.
        promised: captures that were promised and are not noted as done.
        former: keys that have signed decisions where the log was exported from.
    """

    signer: Signer | None = None
    kept: list[Kept] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    promised: list[str] = field(default_factory=list)
    former: list[Key] = field(default_factory=list)

    @property
    def keys(self) -> list[Key]:
        """The keys of the log: its own, and former ones."""
        return [*([] if self.signer is None else [self.signer.key]), *self.former]


def saved_beside(path: Path) -> Saved:
    """Read the bookkeeping of a ledger, and change nothing in it.

    Args:
        path: the bookkeeping; there may be none.
    """
    saved = Saved()
    if not path.exists():
        return saved
    try:
        with closing(read_only(path)) as books:
            for (told,) in books.execute("PRAGMA integrity_check(10)"):
                if told != "ok":
                    saved.findings.append(_unreadable(path, told))
            for table, *_ in books.execute("PRAGMA foreign_key_check").fetchall():
                saved.findings.append(_unreadable(path, f"FOREIGN KEY {table}"))
            _read(books, path.name, saved)
    except (sqlite3.Error, ParseError, ValueError) as error:
        saved.findings.append(_unreadable(path, str(error)))
    return saved


def outside(texts: Mapping[str, str], keys: list[Key]) -> tuple[list[Kept], list[Finding]]:
    """Read checkpoints that were kept outside.

    Args:
        texts: of files by their name, each with one signed note or several; typed ones too.
        keys: one of which must have signed each.

    Returns:
        The checkpoints, and what is wrong with others.
    """
    kept, findings = [], []
    for name, text in ((name, as_typed(text)) for name, text in texts.items()):
        notes = _NOTE.findall(text)
        if not notes or _NOTE.sub("", text).strip():
            findings.append(finding("checkpoint_unreadable", file=name))
        for note in notes:
            try:
                is_signed = bool(signers(note, keys))
                checkpoint = read_checkpoint(read_note(note)[0])
            except ValueError:
                is_signed = False
            if is_signed:
                kept.append(Kept(name, checkpoint))
            else:
                findings.append(finding("checkpoint_not_signed", file=name))
    return kept, findings


def contradictions(
    kept: Iterable[Kept], size: int, roots: Mapping[int, Digest]
) -> Iterator[Finding]:
    """Yield which checkpoints a log contradicts.

    Args:
        kept: the checkpoints.
        size: how many entries the log has.
        roots: that it had at the sizes of the checkpoints.
    """
    for where, checkpoint in kept:
        if checkpoint.size > size:
            yield finding("ledger_set_back", size=size, signed=checkpoint.size, file=where)
        elif roots.get(checkpoint.size) != checkpoint.root:
            yield finding("ledger_contradicts", signed=checkpoint.size, file=where)


def broken_promises(
    cursor: duckdb.DuckDBPyConnection, promised: Iterable[str], spool: Path
) -> Iterator[Finding]:
    """Yield which captures were promised, are not done, and can be done no more.

    Args:
        cursor: a reader's.
        promised: ids of captures.
        spool: the folder of documents that wait.
    """
    for capture_id in promised:
        if not (spool / capture_id).is_file():
            booked = cursor.execute("SELECT 1 FROM capture WHERE capture_id = ?", [capture_id])
            if not booked.fetchall():
                yield finding("promise_without_document", capture=capture_id, folder=spool.name)


def _read(books: sqlite3.Connection, name: str, saved: Saved) -> None:
    saved.promised = [
        row[0] for row in books.execute("SELECT capture_id FROM capture_job WHERE finished IS NULL")
    ]
    if books.execute("SELECT 1 FROM sqlite_master WHERE name = 'former_key'").fetchone():
        saved.former = [read_key(row[0]) for row in books.execute("SELECT key FROM former_key")]
    seed = books.execute("SELECT value FROM secret WHERE name = ?", (LOG_KEY,)).fetchone()
    if seed is None:
        return
    origin = books.execute("SELECT origin FROM log_name").fetchone()
    signer = saved.signer = signer_of(seed[0], origin[0] if origin else None)
    rows = books.execute("SELECT size, root, signature FROM checkpoint ORDER BY size")
    for size, root, signature in rows:
        checkpoint = Checkpoint(signer.name, size, root)
        # Ed25519 gives one signature alone.
        if signer.sign(checkpoint_body(checkpoint)) == signature:
            saved.kept.append(Kept(name, checkpoint))
        else:
            saved.findings.append(finding("checkpoint_not_signed", file=f"{name}, {size}"))


def _unreadable(path: Path, reason: str) -> Finding:
    return finding("bookkeeping_unreadable", file=path.name, reason=reason)
