"""The fact index: where things are named and what events say of them, beside the ledger file.

DuckDB reads whole blocks, and a trace needs a few events from everywhere. So the facts are kept
once more in an SQLite file, `<ledger>.index`, by sequence and by what they name. It is derived, and
never trusted over the ledger: it says how far it has come and which leaf the log has there, and is
made anew where that is not so. Losing it costs the time to make it again and nothing else.
"""

import hashlib
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import orjson

from epcis_core.model.references import ROLES
from epcis_core.provenance.facts import EventFacts, Named
from epcis_core.store.names import PRODUCT

_FORMAT: Final = 1
_TABLES: Final = """
CREATE TABLE reached (format INTEGER, sequence INTEGER, leaf BLOB);
CREATE TABLE fact (sequence INTEGER PRIMARY KEY, facts BLOB NOT NULL);
CREATE TABLE named (key INTEGER, sequence INTEGER, PRIMARY KEY (key, sequence)) WITHOUT ROWID;
"""
_LOWER: Final = (1 << 32) - 1
_PRODUCT_SIZE: Final = len(PRODUCT) + 14
_CACHE: Final = 16 * 1024  # KiB
_TOGETHER: Final = 500
"""SQLite takes no more than some thousand values in a statement."""


def member_of(lot: str) -> str:
    """Return the name under which the events are found that say what belongs to a lot."""
    return f"member of {lot}"


def part_of(transformation_id: str) -> str:
    """Return the name under which the events of a transformation are found."""
    return f"transformation {transformation_id}"


def declaring(event_id: str) -> str:
    """Return the name under which the error declarations about an event are found."""
    return f"declares {event_id}"


def key_of(name: str) -> int:
    """Return the key of a name, 64 bits with a sign.

    Two names may share a key. The upper half is made of the product alone, so that its lots and
    instances lie together; the lower half of the whole name.
    """
    whole = _digest(name)
    product = _digest(name[:_PRODUCT_SIZE]) if name.startswith(PRODUCT) else whole
    return int.from_bytes(product[:4] + whole[4:], "big", signed=True)


def _digest(name: str) -> bytes:
    return hashlib.blake2b(name.encode(), digest_size=8).digest()


def keys_of(facts: EventFacts) -> set[int]:
    """Return the keys under which an event is found."""
    names = {named.object for named in facts.named}
    names |= {member_of(lot) for _, lot in facts.memberships}
    if facts.transformation_id is not None:
        names.add(part_of(facts.transformation_id))
    if facts.retracts:
        names.add(declaring(facts.event_id))
    return {key_of(name) for name in names}


class IndexReader:
    """Reads one state of the index.

    Attributes:
        reached: the sequence up to which the index has come; -1 where it has nothing.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.reached: int = connection.execute("SELECT sequence FROM reached").fetchone()[0]

    def naming(self, names: Iterable[str]) -> list[int]:
        """Return the sequences of events that may name any of the things, in ledger order."""
        found: set[int] = set()
        for keys in _parts(sorted({key_of(name) for name in names})):
            marks = ", ".join("?" * len(keys))
            rows = self._connection.execute(
                f"SELECT sequence FROM named WHERE key IN ({marks})",  # noqa: S608 - marks
                keys,
            )
            found.update(row[0] for row in rows)
        return sorted(found)

    def of_product(self, gtin: str, most: int) -> list[int]:
        """Return the sequences of up to so many events that may name anything of a product."""
        first = key_of(f"{PRODUCT}{gtin}") & ~_LOWER
        rows = self._connection.execute(
            "SELECT DISTINCT sequence FROM named WHERE key BETWEEN ? AND ? "
            "ORDER BY sequence DESC LIMIT ?",
            (first, first | _LOWER, most),
        )
        return sorted(row[0] for row in rows)

    def facts(self, sequences: Sequence[int]) -> Iterator[EventFacts]:
        """Yield the facts of those sequences that are events."""
        for some in _parts(sequences):
            marks = ", ".join("?" * len(some))
            rows = self._connection.execute(
                f"SELECT sequence, facts FROM fact WHERE sequence IN ({marks})",  # noqa: S608 - marks
                some,
            )
            yield from (read(sequence, text) for sequence, text in rows)


class FactIndex:
    """The index of one ledger; its one writer is the ledger's.

    Args:
        path: the file; it is made, and made anew if it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._has_erased = False
        try:
            self._connection = self._open()
        except sqlite3.DatabaseError:
            self._connection = self._anew()

    def _open(self) -> sqlite3.Connection:
        connection = self._connect()
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    @staticmethod
    def _prepare(connection: sqlite3.Connection) -> None:
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
            connection.executescript(_TABLES)
            connection.execute("INSERT INTO reached VALUES (?, -1, NULL)", (_FORMAT,))
            connection.commit()
        if connection.execute("SELECT format FROM reached").fetchone() != (_FORMAT,):
            raise sqlite3.DatabaseError("it has another format")

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute(f"PRAGMA cache_size = -{_CACHE}")
        return connection

    def _anew(self) -> sqlite3.Connection:
        for ending in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                Path(f"{self._path}{ending}").unlink()
        return self._open()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def start_again(self) -> None:
        """Forget everything."""
        self._connection.close()
        self._connection = self._anew()

    @property
    def reached(self) -> tuple[int, bytes | None]:
        """Return how far the index has come, and the leaf that the log has there."""
        row: tuple[int, bytes | None] = self._connection.execute(
            "SELECT sequence, leaf FROM reached"
        ).fetchone()
        return row

    def add(
        self,
        facts: Collection[EventFacts],
        sequence: int,
        leaf: bytes,
        *,
        erased: Sequence[int] = (),
    ) -> None:
        """Add events, and say how far the index has come with them; `keep` makes it last.

        Args:
            facts: of all events after `reached` up to the sequence.
            sequence: up to where.
            leaf: the one that the log has there.
            erased: events that decisions on the way have erased.
        """
        connection = self._connection
        self._has_erased |= bool(erased)
        _remove(connection, erased)
        connection.executemany(
            "INSERT INTO fact VALUES (?, ?)", [(one.sequence, written(one)) for one in facts]
        )
        pairs = sorted((key, one.sequence) for one in facts for key in keys_of(one))
        connection.executemany("INSERT INTO named VALUES (?, ?)", pairs)
        connection.execute("UPDATE reached SET sequence = ?, leaf = ?", (sequence, leaf))

    def keep(self) -> None:
        """Let what was added last, and be seen."""
        self._connection.commit()
        if self._has_erased:  # what they said shall not stay in what SQLite has written before
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._has_erased = False

    def forget(self) -> None:
        """Take back what was added and not kept."""
        self._connection.rollback()
        self._has_erased = False

    @contextmanager
    def reading(self) -> Iterator[IndexReader]:
        """Give a reader that sees one state, whatever is added meanwhile."""
        with closing(sqlite3.connect(self._path, check_same_thread=False)) as connection:
            connection.execute("BEGIN")
            yield IndexReader(connection)


def _remove(connection: sqlite3.Connection, sequences: Sequence[int]) -> None:
    for some in _parts(sequences):
        marks = ", ".join("?" * len(some))
        rows = connection.execute(
            f"SELECT sequence, facts FROM fact WHERE sequence IN ({marks})",  # noqa: S608 - marks
            some,
        ).fetchall()
        pairs = [(key, number) for number, text in rows for key in keys_of(read(number, text))]
        connection.executemany("DELETE FROM named WHERE key = ? AND sequence = ?", pairs)
        connection.execute(f"DELETE FROM fact WHERE sequence IN ({marks})", some)  # noqa: S608 - marks


def _parts(values: Sequence[int]) -> Iterator[Sequence[int]]:
    yield from (values[at : at + _TOGETHER] for at in range(0, len(values), _TOGETHER))


def written(facts: EventFacts) -> bytes:
    """Return facts as the index keeps them."""
    return orjson.dumps(
        (
            facts.event_id,
            facts.type,
            facts.time,
            facts.offset,
            facts.action,
            facts.biz_step,
            facts.disposition,
            facts.read_point,
            facts.biz_location,
            facts.transformation_id,
            facts.transactions,
            facts.sources,
            facts.destinations,
            [(one.object, one.role, one.quantity, one.uom) for one in facts.named],
            facts.memberships,
            facts.attributes,
            facts.organisation,
            facts.retracts,
            facts.reason,
            facts.corrective,
        )
    )


def read(sequence: int, text: bytes) -> EventFacts:
    """Return the facts that the index keeps under a sequence."""
    said: list[Any] = orjson.loads(text)
    values = [_frozen(value) for value in said]
    values[13] = tuple([Named(one, ROLES[role], *amount) for one, role, *amount in said[13]])
    return EventFacts(sequence, *values)


def _frozen(value: Any) -> Any:
    """Return a value with its lists as tuples, two deep."""
    if not isinstance(value, list):
        return value
    return tuple([tuple(one) if isinstance(one, list) else one for one in value])
