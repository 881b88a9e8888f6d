"""Every entry checked against its leaf, and its rows against what follows from its content."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import duckdb

from epcis_core.codecs.stored import read_stored_event
from epcis_core.errors import EpcisError
from epcis_core.findings import Finding, finding
from epcis_core.model.namespaces import Namespaces
from epcis_core.store.derived import derived_from
from epcis_core.store.fsck.comparison import compared
from epcis_core.store.fsck.places import at_row, differing, missing, shown, unexpected
from epcis_core.store.literals import among
from epcis_core.store.log import LogEntry, entries_between
from epcis_core.store.master_data import stored_version
from epcis_core.store.rows import WRITERS, NewEvent, StoredAs
from epcis_core.store.tables import ELEMENT, ELEMENT_ATTRIBUTE, EVENT, Row, Table
from epcis_core.store.view import EVERYTHING

PART: Final = 500
"""So many sequences are a part; some parts are read at once."""

_PARTS: Final = 4  # at once, if their texts are not too large
_TEXTS: Final = 32 * 2**20  # bytes of texts that are read at once, if they are not one entry's
_LOOKED_UP: Final = 1_000  # identities; more would not be looked up in the index
_IN_LEAF: Final = frozenset({"body"})
"""Columns that the leaf is of, which is compared."""

_UNREADABLE: Final = (EpcisError, ArithmeticError, LookupError, TypeError, ValueError)
"""What reading a row raises that somebody has changed."""

_SIZES: Final = f"""
SELECT part, sum(size)::BIGINT FROM (
  SELECT sequence // {PART:d} AS part, 0 AS size FROM entry
  UNION ALL SELECT sequence // {PART:d}, strlen(body) FROM event
  UNION ALL SELECT sequence // {PART:d}, strlen(body) FROM receipt
  UNION ALL SELECT sequence // {PART:d}, strlen(body) FROM vocabulary_element
  UNION ALL SELECT sequence // {PART:d}, strlen(head) FROM envelope WHERE sequence IS NOT NULL
) SEMI JOIN (SELECT DISTINCT sequence // {PART:d} AS part FROM entry) USING (part)
GROUP BY part ORDER BY part
"""  # noqa: S608 - a number


@dataclass(slots=True)
class Counted:
    """What a check has seen.

    Attributes:
        events: that the ledger holds.
        erased: entries whose content was erased.
    """

    events: int = 0
    erased: int = 0


class EntryCheck:
    """Goes once through all entries, some at a time.

    Args:
        cursor: a reader's.

    Attributes:
        counted: what has been seen.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor
        self.counted = Counted()

    def findings(self, tell: Callable[[int], None]) -> Iterator[Finding]:
        """Yield what is wrong with entries, in their order."""
        done = 0
        for first, last in self._ranges():
            yield from self._part(first, last)
            done += last - first + 1
            tell(done)

    def _ranges(self) -> Iterator[tuple[int, int]]:
        """Yield the first and last sequences of what is read at once, where there is anything."""
        some: list[int] = []
        size = 0
        for part, more in self._cursor.execute(_SIZES).fetchall():
            is_next = not some or part == some[-1] + 1
            if some and not (is_next and len(some) < _PARTS and size + more <= _TEXTS):
                yield some[0] * PART, (some[-1] + 1) * PART - 1
                some, size = [], 0
            some.append(part)
            size += more
        if some:
            yield some[0] * PART, (some[-1] + 1) * PART - 1

    def _part(self, first: int, last: int) -> Iterator[Finding]:
        """Check entries together; where one of them cannot be read, one by one."""
        counted = Counted()
        try:
            found = list(self._checked(first, last, counted))
        except _UNREADABLE as error:
            if first < last:
                middle = (first + last) // 2
                yield from self._part(first, middle)
                yield from self._part(middle + 1, last)
                return
            found = [_unreadable(first, error)]
        self.counted.events += counted.events
        self.counted.erased += counted.erased
        yield from found

    def _checked(self, first: int, last: int, counted: Counted) -> Iterator[Finding]:
        heads = self._heads(first, last)
        known = {
            one.metadata.sequence: one
            for one in entries_between(self._cursor, EVERYTHING, first, last)
        }
        rows: defaultdict[Table, list[Row]] = defaultdict(list)
        events: dict[int, NewEvent] = {}
        at = self._places(first, last)
        for sequence, head in heads.items():
            entry = known.get(sequence)
            if entry is None:
                yield missing(_TABLES.get(head[0], "entry"), sequence, head[0])
                continue
            yield from _against_entry(entry, head)
            if entry.content is None:
                counted.erased += 1
            elif head[0] == "event" and sequence not in at:
                yield missing("event", sequence, entry.metadata.subject)
            elif head[0] == "event":
                counted.events += 1
                events[sequence] = _event(entry, at[sequence][1])
                stored = StoredAs(sequence, head[1], head[2], at[sequence][0], head[3])
                for writer in WRITERS:
                    rows[writer.table].extend(writer.rows(events[sequence], stored))
            elif head[0] == "master_data":
                yield from self._element(entry, rows)
        between = f"BETWEEN {first:d} AND {last:d}"
        for table in (*(writer.table for writer in WRITERS), ELEMENT, ELEMENT_ATTRIBUTE):
            yield from compared(self._cursor, table, rows[table], between, but=_IN_LEAF)
        yield from self._receipts(known, between)
        yield from self._looked_up(events)

    def _heads(self, first: int, last: int) -> dict[int, tuple[Any, ...]]:
        rows = self._cursor.execute(
            "SELECT sequence, kind, epoch_us(record_time), capture_id, organisation FROM entry "  # noqa: S608 - numbers
            f"WHERE sequence BETWEEN {first:d} AND {last:d} ORDER BY sequence"
        ).fetchall()
        return {row[0]: row[1:] for row in rows}

    def _places(self, first: int, last: int) -> dict[int, tuple[int, int]]:
        """Return envelope and position of events, which their text does not tell."""
        rows = self._cursor.execute(
            "SELECT sequence, envelope, position FROM event "  # noqa: S608 - numbers
            f"WHERE sequence BETWEEN {first:d} AND {last:d}"
        ).fetchall()
        return {row[0]: row[1:] for row in rows}

    def _element(self, entry: LogEntry, rows: defaultdict[Table, list[Row]]) -> Iterator[Finding]:
        """Add the rows that an element of master data should have."""
        told, content = entry.metadata, entry.content
        found = self._cursor.execute(
            "SELECT vocabulary, envelope, digest FROM vocabulary_element WHERE sequence = ?",
            [told.sequence],
        ).fetchall()
        for vocabulary, envelope, digest in found[:1]:
            around = entry.reading.namespaces
            version = stored_version(vocabulary, told.subject, content or b"", around)
            if version.digest != digest:
                at = ("vocabulary_element", told.sequence, "digest")
                yield differing(*at, version.digest, digest)
            row = version.row(told.sequence, envelope, told.organisation)
            rows[ELEMENT].append((*row[:9], digest, row[10]))
            rows[ELEMENT_ATTRIBUTE] += version.attribute_rows(told.sequence)

    def _receipts(self, known: dict[int, LogEntry], between: str) -> Iterator[Finding]:
        """Compare what witnesses sent with the events that they are receipts for."""
        found = self._cursor.execute(
            "SELECT r.sequence, r.event_sequence, e.identity, e.content, e.organisation "  # noqa: S608 - numbers
            "FROM receipt r LEFT JOIN event e ON e.sequence = r.event_sequence "
            f"WHERE r.sequence {between} ORDER BY r.sequence"
        ).fetchall()
        before = -1
        for sequence, event, *held in found:
            entry = known.get(sequence) if sequence > before else None
            before = sequence
            if entry is None or entry.metadata.kind != "receipt" or entry.content is None:
                yield unexpected("receipt", sequence, f"event_sequence {event}")
                continue
            new = _event(entry, 0)
            expected = f"{new.identity} {shown(new.content)}"
            actual = f"{held[0]} {shown(held[1])}"
            if expected != actual or event >= sequence or held[2] == entry.metadata.organisation:
                yield differing("receipt", sequence, "event_sequence", expected, actual)

    def _looked_up(self, events: dict[int, NewEvent]) -> Iterator[Finding]:
        """Look events up by their identities, as a capture does."""
        sequences = [*events]
        for start in range(0, len(sequences), _LOOKED_UP):
            some = sequences[start : start + _LOOKED_UP]
            rows = self._cursor.execute(
                "SELECT identity, sequence FROM event WHERE identity "  # noqa: S608 - quoted
                f"{among(events[one].identity for one in some)}"
            ).fetchall()
            found = defaultdict(list)
            for identity, sequence in rows:
                found[identity].append(sequence)
            for one in some:
                identity = events[one].identity
                if found[identity] != [one]:
                    at = at_row("event", one, "identity")
                    told = ", ".join(map(str, sorted(found[identity]))) or "-"
                    yield finding("identity_not_unique", at=at, identity=identity, found=told)


_TABLES: Final = {
    "event": EVENT.name,
    "receipt": "receipt",
    "master_data": ELEMENT.name,
    "document": "envelope",
    "decision": "decision",
}
"""Where the content of an entry stands, by its kind."""


def _against_entry(entry: LogEntry, head: tuple[Any, ...]) -> Iterator[Finding]:
    """Compare an entry with its leaf, and what two tables say of it."""
    told = entry.metadata
    kind, record_time, capture_id, organisation = head
    for column, one, other in (
        ("record_time", told.record_time, record_time),
        ("capture_id", told.capture_id, capture_id),
        ("organisation", told.organisation, organisation),
    ):
        if one != other:
            yield differing("entry", told.sequence, column, one, other)
    leaf = entry.recomputed()
    if leaf is not None and leaf != entry.leaf:
        at = at_row("entry", told.sequence, "leaf")
        table = _TABLES.get(kind, "entry")
        yield finding("leaf_differs", at=at, sequence=told.sequence, table=table)


def _event(entry: LogEntry, position: int) -> NewEvent:
    """Return an event or what a witness sent, read again from its text."""
    text, reading = (entry.content or b"").decode(), entry.reading
    event = read_stored_event(text, reading.syntax, reading.namespaces)
    return derived_from(
        event,
        Namespaces.of_context(event.context, reading.namespaces),
        text=text,
        position=position,
        organisation=entry.metadata.organisation,
    )


def _unreadable(sequence: int, error: Exception) -> Finding:
    at = at_row("entry", sequence)
    return finding("entry_unreadable", at=at, sequence=sequence, reason=str(error))
