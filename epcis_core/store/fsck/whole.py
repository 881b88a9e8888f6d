"""The check of a whole ledger: each part of it after the other, in bounded memory.

What cannot be read is told, and the next part is read. DuckDB may end the process over a damaged
file, so whoever must not end with it lets another process check.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from epcis_core.errors import StoreError
from epcis_core.findings import Finding, capped, finding
from epcis_core.proof.checks import Key
from epcis_core.proof.leaf import Digest
from epcis_core.store.fsck.book import differences_in_book, differences_in_heads
from epcis_core.store.fsck.checkpoints import (
    broken_promises,
    contradictions,
    outside,
    saved_beside,
)
from epcis_core.store.fsck.decided import differences_in_decisions
from epcis_core.store.fsck.entries import EntryCheck
from epcis_core.store.fsck.index import differences_in_index
from epcis_core.store.fsck.log import LogCheck
from epcis_core.store.fsck.photos import differences_in_photos
from epcis_core.store.fsck.relations import Relations
from epcis_core.store.fsck.shape import differences_in_shape
from epcis_core.store.ledger import file_as_it_is

_MOST_ALIKE: Final = 100
"""Findings of one code that are told one by one."""

Telling = Callable[[str, int, int], None]
"""Called with what is at hand, how much of it is done, and of how much."""


@dataclass(slots=True)
class Checked:
    """What a check has seen.

    Attributes:
        is_readable: the file could be opened and read to its end.
        entries: how many the log has.
        events: how many of them are events that the ledger holds.
        erased: how many entries have lost their content by a decision.
        root: of the tree over all entries; None where the file could not be read.
        checkpoints: how many were compared with it.
    """

    is_readable: bool = False
    entries: int = 0
    events: int = 0
    erased: int = 0
    root: Digest | None = None
    checkpoints: int = 0


def check_ledger(
    path: Path,
    checked: Checked,
    *,
    notes: Mapping[str, str] | None = None,
    keys: Iterable[Key] = (),
    tell: Telling = lambda *_: None,
) -> Iterator[Finding]:
    """Work out again all that a ledger file holds, and yield what is otherwise there.

    The text of the events, what witnesses sent, the heads of documents and the elements of master
    data are what everything follows from; they are bound by the leaves, these by the tree, and that
    by checkpoints.

    Args:
        path: the file; nobody may have it open to write. Nothing is changed.
        checked: takes what is seen.
        notes: checkpoints from outside: text of files by their name.
        keys: that sign them, beside the one of the ledger itself.
        tell: told as the check goes on.
    """
    yield from capped(_everything(path, checked, notes or {}, [*keys], tell), _MOST_ALIKE)


def _everything(
    path: Path, checked: Checked, notes: Mapping[str, str], keys: list[Key], tell: Telling
) -> Iterator[Finding]:
    saved = saved_beside(path.with_name(f"{path.name}.service"))
    yield from saved.findings
    keys = [*keys, *saved.keys]
    brought, wrong = outside(notes, keys)
    yield from wrong
    kept = [*saved.kept, *brought]
    try:
        with file_as_it_is(path) as cursor:
            checked.is_readable = True
            log = LogCheck({one.checkpoint.size for one in kept})
            for found in _parts(cursor, path, log, checked, keys=keys, tell=tell):
                yield found
                checked.is_readable &= found.code != "ledger_unreadable"
            checked.entries, checked.root = log.size, log.root
            checked.checkpoints = len(kept)
            if checked.is_readable:  # what cannot be read is not taken for what is not there
                yield from contradictions(kept, log.size, log.roots)
            spool = path.with_name(f"{path.name}.jobs")
            yield from _read("capture", broken_promises(cursor, saved.promised, spool))
    except StoreError as error:
        checked.is_readable = False
        yield finding("ledger_unreadable", part=path.name, reason=str(error))
    except duckdb.Error as error:  # of closing it
        checked.is_readable = False
        yield _unreadable(path.name, error)


def _parts(
    cursor: duckdb.DuckDBPyConnection,
    path: Path,
    log: LogCheck,
    checked: Checked,
    *,
    keys: list[Key],
    tell: Telling,
) -> Iterator[Finding]:
    """Yield what is wrong with each part of a ledger."""
    total = cursor.execute("SELECT count(*) FROM entry").fetchall()[0][0]

    def telling(part: str) -> Callable[[int], None]:
        return lambda done: tell(part, done, total)

    yield from _read("duckdb_columns", differences_in_shape(cursor))
    yield from _read("entry", log.findings(cursor, telling("log")))
    entries = EntryCheck(cursor)
    yield from _read("event", entries.findings(telling("entries")))
    checked.events, checked.erased = entries.counted.events, entries.counted.erased
    yield from _read("envelope", Relations(cursor).findings())
    yield from _read("decision", differences_in_decisions(cursor, keys))
    yield from _read("envelope", differences_in_heads(cursor))
    yield from _read("capture", differences_in_book(cursor))
    service = path.with_name(f"{path.name}.service")
    yield from _read("content", differences_in_photos(cursor, service))
    index = path.with_name(f"{path.name}.index")
    yield from _read("entry", differences_in_index(cursor, index, telling("index")))


def _read(part: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield findings as far as what they are about can be read."""
    try:
        yield from findings
    except duckdb.Error as error:
        yield _unreadable(part, error)


def _unreadable(part: str, error: duckdb.Error) -> Finding:
    reason = str(error).partition("\n")[0]
    return finding("ledger_unreadable", part=part, reason=reason)
