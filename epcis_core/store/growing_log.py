"""The log as one append makes it longer: sequences, leaves and the tree above them."""

import secrets
from dataclasses import InitVar, dataclass, field

import duckdb

from epcis_core.proof.leaf import SALT_SIZE, Digest, EntryKind, EntryMetadata, Leaves, entry_leaf
from epcis_core.proof.tree import CompactRange
from epcis_core.store.tables import ENTRY, Row
from epcis_core.store.tree import growing_tree


@dataclass(frozen=True, slots=True)
class CaptureHead:
    """Who sent something, and when the ledger took it.

    Attributes:
        capture_id: one per document sent.
        organisation: who captured it.
        now: the clock, microseconds since 1970 UTC; the ledger's record time never runs backwards.
    """

    capture_id: str
    organisation: str
    now: int


@dataclass(frozen=True, slots=True)
class LogEnd:
    """Where the log has ended, and what the next append needs to know of what is before it.

    Attributes:
        next: the sequence of the next entry.
        latest: record time of the latest entry, microseconds since 1970 UTC; 0 before the first.
        envelope: the number of the next envelope.
        has_erased: whether the content of any event was erased.
        edge: the hashes of the full nodes at the right edge of the tree.
    """

    next: int
    latest: int
    envelope: int
    has_erased: bool
    edge: tuple[Digest, ...]

    @classmethod
    def read(cls, cursor: duckdb.DuckDBPyConnection) -> "LogEnd":
        """Read it from the ledger."""
        size, latest, envelope, has_erased = cursor.execute(
            "SELECT coalesce(max(sequence) + 1, 0), coalesce(epoch_us(max(record_time)), 0), "
            "(SELECT coalesce(max(envelope) + 1, 0) FROM envelope), "
            "EXISTS (SELECT 1 FROM erased) FROM entry"
        ).fetchall()[0]
        return cls(size, latest, envelope, has_erased, tuple(growing_tree(cursor, size).edge))


class KeptEnd:
    """The end of the log as the last append has left it, so that the next one need not read it.

    It is known only where a transaction that was committed has ended with an append.
    """

    def __init__(self) -> None:
        self._kept: LogEnd | None = None
        self._coming: LogEnd | None = None

    def find(self, cursor: duckdb.DuckDBPyConnection) -> LogEnd:
        """Return where the log ends for the writer."""
        return self._coming or self._kept or LogEnd.read(cursor)

    def take(self, end: LogEnd) -> None:
        """Take note of where an append has ended that is not committed yet."""
        self._coming = end

    def settle(self, *, is_committed: bool) -> None:
        """Take note that a transaction is over."""
        self._kept = self._coming if is_committed else None
        self._coming = None


@dataclass(slots=True)
class GrowingLog:
    """Makes entries, of one document after the other; `write` puts them into the ledger.

    Args:
        cursor: the writer's, inside its transaction.
        end: where the log has ended.

    Attributes:
        next: the sequence of the next entry.
        latest: record time of the latest entry, microseconds since 1970 UTC; 0 before the first.
        leaf: of the latest entry that was made here; empty before the first.
    """

    cursor: duckdb.DuckDBPyConnection
    end: InitVar[LogEnd]
    next: int = field(init=False)
    latest: int = field(init=False)
    leaf: Digest = field(init=False, default=Digest(b""))
    _head: CaptureHead = field(init=False)
    _record_time: int = field(init=False)
    _reading: bytes = field(init=False, default=b"")
    _leaves: dict[EntryKind, Leaves] = field(init=False, default_factory=dict)
    _tree: CompactRange = field(init=False)
    _rows: list[Row] = field(init=False, default_factory=list)

    def __post_init__(self, end: LogEnd) -> None:
        self.next, self.latest = end.next, end.latest
        self._tree = CompactRange(end.next, end.edge)

    @property
    def edge(self) -> tuple[Digest, ...]:
        """The hashes of the full nodes at the right edge of the tree."""
        return tuple(self._tree.edge)

    def begin(self, head: CaptureHead, record_time: int) -> None:
        """Say which document the entries that follow are of.

        Args:
            head: who sends it.
            record_time: when the ledger takes it, microseconds since 1970 UTC.
        """
        self._head, self._record_time = head, record_time
        self._leaves.clear()

    def read_with(self, reading: bytes) -> None:
        """Say how the contents of the entries that follow are read again."""
        self._reading = reading
        self._leaves.clear()

    def enter(self, kind: EntryKind, subject: str, content: bytes) -> int:
        """Make an entry, with its leaf and the tree above it.

        Args:
            kind: what it is about.
            subject: what that is called.
            content: what its leaf commits to.

        Returns:
            Its sequence.
        """
        if kind not in self._leaves:
            self._leaves[kind] = Leaves(self._reading, self._metadata(kind, ""))
        salt = secrets.token_bytes(SALT_SIZE)
        return self._add(kind, salt, self._leaves[kind].leaf(salt, content, self.next, subject))

    def enter_read_with(self, reading: bytes, kind: EntryKind, subject: str, content: bytes) -> int:
        """Make an entry whose content is read in a way of its own; else as `enter`."""
        salt = secrets.token_bytes(SALT_SIZE)
        metadata = self._metadata(kind, subject)
        return self._add(kind, salt, entry_leaf(salt, reading, content, metadata))

    def write(self) -> None:
        """Write the rows of the entries that were made."""
        ENTRY.insert(self.cursor, self._rows)
        self._rows.clear()

    def _metadata(self, kind: EntryKind, subject: str) -> EntryMetadata:
        capture, organisation = self._head.capture_id, self._head.organisation
        return EntryMetadata(self.next, kind, subject, self._record_time, capture, organisation)

    def _add(self, kind: EntryKind, salt: bytes, leaf: Digest) -> int:
        sequence, head = self.next, self._head
        nodes = b"".join(self._tree.append(leaf))
        row = (sequence, kind, self._record_time, head.capture_id, head.organisation)
        self._rows.append((*row, salt, leaf, nodes))
        self.leaf, self.latest = leaf, self._record_time
        self.next += 1
        return sequence
