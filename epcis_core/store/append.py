"""Appending to the ledger: the one place where rows come into being.

An append belongs to one capture and to one transaction, which its caller opens and commits. Within
it events come in batches of any size.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import duckdb
import orjson
import pyarrow as pa

from epcis_core.codecs.document import Envelope
from epcis_core.codecs.jsonld_writer import json_bytes
from epcis_core.errors import IdentifierError
from epcis_core.identifiers import canonical
from epcis_core.model.master_data import Vocabulary, VocabularyElement
from epcis_core.proof.leaf import SALT_SIZE, content_digest, leaf_hash
from epcis_core.store.rows import ENTRY, WRITERS, NewEvent, Row, StoredAs, table_of

Status = Literal["accepted", "duplicate", "witness", "conflict"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one event.

    Attributes:
        status: `accepted`: stored. `duplicate`: this organisation had sent it before. `witness`:
            another organisation had, and this one now has a receipt. `conflict`: its id belongs to
            another event, and nothing was stored.
        sequence: its place in the ledger, or its receipt's; of a conflict, the other event's.
    """

    status: Status
    sequence: int


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


@dataclass(slots=True)
class Append:
    """Adds the events of one document to the ledger.

    Args:
        cursor: the writer's, inside its transaction.
        head: who sends, and when.
        salt: makes the salt of a leaf.
    """

    cursor: duckdb.DuckDBPyConnection
    head: CaptureHead
    salt: Callable[[], bytes] = field(default=lambda: secrets.token_bytes(SALT_SIZE))
    record_time: int = field(init=False)
    stored: int = field(init=False, default=0)
    _next: int = field(init=False)
    _envelope: int = field(init=False)
    _reading: bytes = field(init=False, default=b"")

    def __post_init__(self) -> None:
        row = _one(
            self.cursor,
            "SELECT coalesce(max(sequence) + 1, 0), coalesce(epoch_us(max(record_time)), 0) FROM entry",
        )
        self._next = int(row[0])
        self.record_time = max(self.head.now, int(row[1]))
        self._envelope = int(_one(self.cursor, "SELECT coalesce(max(envelope) + 1, 0) FROM envelope")[0])

    def read_with(self, envelope: Envelope) -> None:
        """Say what the events that follow need to be read again."""
        self._reading = _reading(envelope)

    def events(self, batch: Sequence[NewEvent]) -> list[Outcome]:
        """Append events, and tell what became of each, in the order given."""
        known = self._known({new.identity for new in batch})
        outcomes: list[Outcome] = []
        rows: dict[str, list[Row]] = {writer.table: [] for writer in WRITERS}
        entries: list[Row] = []
        receipts: list[Row] = []
        for new in batch:
            earlier = known.get(new.identity)
            if earlier is not None:
                outcome = self._seen_before(new, earlier, entries, receipts)
            else:
                at = StoredAs(
                    self._next,
                    self.record_time,
                    self.head.capture_id,
                    self._envelope,
                    self.head.organisation,
                )
                entries.append(self._entry("event", new.facts.event_id, new.text.encode()))
                for writer in WRITERS:
                    rows[writer.table].extend(writer.rows(new, at))
                known[new.identity] = _Known(
                    new.content, self.head.organisation, at.sequence, frozenset()
                )
                outcome = Outcome("accepted", at.sequence)
                self.stored += 1
            outcomes.append(outcome)
        self._insert("entry", table_of(ENTRY, entries))
        for writer in WRITERS:
            self._insert(writer.table, table_of(writer.schema, rows[writer.table]))
        for receipt in receipts:
            self.cursor.execute("INSERT INTO receipt VALUES (?, ?, ?, ?)", list(receipt))
        return outcomes

    def master_data(self, vocabularies: Iterable[Vocabulary]) -> int:
        """Append the elements that differ from what the ledger knows, and return how many."""
        added = 0
        for vocabulary in vocabularies:
            for element in vocabulary.vocabulary_element_list:
                added += self._element(vocabulary.type, element)
        return added

    def document(self, envelope: Envelope) -> None:
        """Append what the document said beside its events, once they are all in."""
        head = envelope.head_text
        if head:
            self._insert("entry", table_of(ENTRY, [self._entry("document", "", head.encode())]))
        self.cursor.execute(
            "INSERT INTO envelope VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                self._envelope,
                self.head.capture_id,
                envelope.syntax,
                envelope.kind,
                envelope.version,
                orjson.dumps(dict(envelope.namespaces.prefixes)).decode(),
                head,
                content_digest(self._reading, head.encode()),
            ],
        )

    def _known(self, identities: set[str]) -> dict[str, "_Known"]:
        found = self.cursor.execute(
            "SELECT identity, content, organisation, sequence, "
            "(SELECT list(r.organisation) FROM receipt r WHERE r.event_sequence = event.sequence) "
            "FROM event WHERE identity IN (SELECT unnest(?))",
            [list(identities)],
        ).fetchall()
        return {row[0]: _Known(row[1], row[2], row[3], frozenset(row[4] or ())) for row in found}

    def _seen_before(
        self, new: NewEvent, earlier: "_Known", entries: list[Row], receipts: list[Row]
    ) -> Outcome:
        if new.content != earlier.content:
            return Outcome("conflict", earlier.sequence)
        organisation = self.head.organisation
        if organisation == earlier.organisation or organisation in earlier.witnesses:
            return Outcome("duplicate", earlier.sequence)
        entry = self._entry("receipt", new.facts.event_id, new.text.encode())
        entries.append(entry)
        receipts.append((entry[0], earlier.sequence, organisation, self.head.capture_id))
        earlier.witnesses |= {organisation}
        return Outcome("witness", int(entry[0]))

    def _entry(self, kind: str, subject: str, content: bytes) -> Row:
        """Return the log's row for the next sequence, with its leaf."""
        sequence, salt = self._next, self.salt()
        self._next += 1
        metadata = orjson.dumps(
            {
                "capture_id": self.head.capture_id,
                "kind": kind,
                "organisation": self.head.organisation,
                "record_time": self.record_time,
                "sequence": sequence,
                "subject": subject,
            },
            option=orjson.OPT_SORT_KEYS,
        )
        leaf = leaf_hash(salt, content_digest(self._reading, content), metadata)
        return (
            sequence, kind, self.record_time, self.head.capture_id,
            self.head.organisation, salt, leaf,
        )  # fmt: skip

    def _element(self, vocabulary: str, element: VocabularyElement) -> bool:
        body = json_bytes(element)
        try:
            key: str = canonical(element.id)
        except IdentifierError:
            key = element.id
        digest = content_digest(vocabulary.encode(), body)
        latest = self.cursor.execute(
            "SELECT digest FROM vocabulary_element WHERE canonical = ? AND vocabulary = ? "
            "ORDER BY sequence DESC LIMIT 1",
            [key, vocabulary],
        ).fetchone()
        if latest is not None and latest[0] == digest:
            return False
        entry = self._entry("master_data", key, body)
        self._insert("entry", table_of(ENTRY, [entry]))
        self.cursor.execute(
            "INSERT INTO vocabulary_element VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                entry[0],
                vocabulary,
                element.id,
                key,
                [attribute.id.replace("#", ":") for attribute in element.attributes],
                list(element.children),
                digest,
                body.decode(),
            ],
        )
        return True

    def _insert(self, table: str, batch: pa.Table) -> None:
        if batch.num_rows:
            self.cursor.register("batch", batch)
            self.cursor.execute(f"INSERT INTO {table} SELECT * FROM batch")  # noqa: S608 - a name of ours
            self.cursor.unregister("batch")


@dataclass(slots=True)
class _Known:
    """An event that the ledger, or this append, already has."""

    content: bytes
    organisation: str
    sequence: int
    witnesses: frozenset[str]


def _reading(envelope: Envelope) -> bytes:
    """Return what a reader needs beside an event's own bytes, as canonical JSON."""
    return orjson.dumps(
        {"prefixes": dict(envelope.namespaces.prefixes), "syntax": envelope.syntax},
        option=orjson.OPT_SORT_KEYS,
    )


def _one(cursor: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    row = cursor.execute(sql).fetchone()
    assert row is not None  # noqa: S101 - an aggregate always gives a row
    return row
