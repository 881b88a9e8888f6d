"""Appending to the ledger: the one place where rows come into being.

An append belongs to one capture and to one transaction, which its caller opens and commits. Within
it events come in batches of any size.
"""

import secrets
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import duckdb

from epcis_core.codecs.document import Envelope
from epcis_core.model.documents import DocumentHead
from epcis_core.model.namespaces import Namespaces
from epcis_core.proof.leaf import SALT_SIZE, Digest, EntryKind, EntryMetadata, entry_leaf
from epcis_core.proof.tree import CompactRange
from epcis_core.provenance.facts import EventFacts
from epcis_core.store.captures import has_sent_head, head_digest
from epcis_core.store.declarations import Declarations
from epcis_core.store.erased import erased_events
from epcis_core.store.literals import among
from epcis_core.store.master_data import ElementCounts, all_known, new_versions
from epcis_core.store.memory import AppendMemory
from epcis_core.store.reading import Reading
from epcis_core.store.rows import WRITERS, NewEvent, StoredAs
from epcis_core.store.tables import (
    ELEMENT,
    ELEMENT_ATTRIBUTE,
    ENTRY,
    ENVELOPE,
    RECEIPT,
    Row,
    Table,
)
from epcis_core.store.tree import growing_tree

_Rows = defaultdict[Table, list[Row]]
Status = Literal["accepted", "duplicate", "witness", "conflict", "erased"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one event.

    Attributes:
        status: `accepted`: stored. `duplicate`: this organisation had sent it before. `witness`:
            another organisation had, and this one now has a receipt. `conflict`: its id belongs to
            another event, and nothing was stored. `erased`: an event of its id was here until its
            content was erased, and nothing was stored.
        sequence: its place in the ledger, or its receipt's; of a conflict, the other event's.
        differing: pointers of the members in which an error declaration and the event that it is
            about differ; said of whichever of the two comes second.
        withdrawn: it is a duplicate of what this organisation declared wrong, and stays so.
    """

    status: Status
    sequence: int
    differing: tuple[str, ...] = ()
    withdrawn: bool = False


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
class _Known:
    """An event that the ledger, or this append, already has."""

    content: bytes
    sequence: int
    senders: set[str]


@dataclass(slots=True)
class Append:
    """Adds one document: `read_with`, then `events` as often as needed, then `finish`.

    Args:
        cursor: the writer's, inside its transaction.
        head: who sends, and when.
        salt: makes the salt of a leaf.
        hand_over: gets the sequences of what was appended, the facts of those that are events, and
            the last one's leaf: once after each batch, and at the end.

    Attributes:
        record_time: when the ledger takes the document, microseconds since 1970 UTC.
    """

    cursor: duckdb.DuckDBPyConnection
    head: CaptureHead
    salt: Callable[[], bytes] = field(default=lambda: secrets.token_bytes(SALT_SIZE))
    hand_over: Callable[[range, Sequence[EventFacts], Digest], None] = lambda *_: None
    record_time: int = field(init=False)
    _first: int = field(init=False)
    _next: int = field(init=False)
    _envelope: int = field(init=False)
    _memory: AppendMemory = field(init=False)
    _declarations: Declarations = field(init=False)
    _tree: CompactRange = field(init=False)
    _reading: bytes = field(init=False, default=b"")
    _handed_over: int = field(init=False)
    _leaf: Digest = field(init=False)

    def __post_init__(self) -> None:
        sequence, latest, envelope = self.cursor.execute(
            "SELECT coalesce(max(sequence) + 1, 0), coalesce(epoch_us(max(record_time)), 0), "
            "(SELECT coalesce(max(envelope) + 1, 0) FROM envelope) FROM entry"
        ).fetchall()[0]
        self._first = self._next = self._handed_over = sequence
        self._envelope = envelope
        self._memory = AppendMemory(self.cursor, sequence)
        self._declarations = Declarations(self.cursor, self.head.organisation)
        self._tree = growing_tree(self.cursor, sequence)
        self.record_time = max(self.head.now, latest)

    def read_with(self, envelope: Envelope) -> None:
        """Say what the events that follow need to be read again."""
        reading = Reading.of(envelope)
        self._reading = reading.as_bytes()
        self._declarations.reading = reading

    def events(self, batch: Sequence[NewEvent]) -> list[Outcome]:
        """Append events, and tell what became of each, in the order given."""
        self._memory.take(new.text for new in batch)
        known = self._known({new.identity for new in batch})
        gone = erased_events(self.cursor, {new.identity_declared for new in batch})
        rows: _Rows = defaultdict(list)
        outcomes = []
        for new in batch:
            earlier = known.get(new.identity)
            if earlier is None and new.identity_declared in gone:
                outcome = Outcome("erased", gone[new.identity_declared])
            elif earlier is None:
                sequence = self._add_event(new, rows)
                known[new.identity] = _Known(new.content, sequence, {self.head.organisation})
                outcome = Outcome("accepted", sequence)
            elif new.content != earlier.content:
                outcome = Outcome("conflict", earlier.sequence)
            elif self.head.organisation in earlier.senders:
                outcome = Outcome("duplicate", earlier.sequence)
            else:
                outcome = Outcome("witness", self._add_receipt(new, earlier.sequence, rows))
                earlier.senders.add(self.head.organisation)
            outcomes.append(outcome)
        self._insert(rows)
        self._hand_over(
            [
                replace(new.facts, sequence=outcome.sequence)
                for new, outcome in zip(batch, outcomes, strict=True)
                if outcome.status == "accepted"
            ]
        )
        differing = self._declarations.compare(
            [
                (new, outcome.sequence, outcome.status == "accepted")
                for new, outcome in zip(batch, outcomes, strict=True)
            ]
        )
        for position, pointers in differing.items():
            outcomes[position] = replace(outcomes[position], differing=pointers)
        again = {
            position: new.identity
            for position, new in enumerate(batch)
            if outcomes[position].status == "duplicate" and not new.facts.retracts
        }
        wrong = self._declarations.withdrawn(set(again.values()))
        for position, identity in again.items():
            if identity in wrong:
                outcomes[position] = replace(outcomes[position], withdrawn=True)
        return outcomes

    def finish(self, envelope: Envelope) -> ElementCounts:
        """Append what the document says beside its events, once these are all in.

        Its master data are left out where the same head has brought them before, so that sending an
        old document again does not bring back what a later one has changed. A document that brought
        nothing new leaves no trace in the log.

        Returns:
            How many elements of master data it speaks of.
        """
        sent_before = has_sent_head(self.cursor, self.head.organisation, head_digest(envelope))
        counts = ElementCounts()
        if envelope.head is not None:
            counts = (
                all_known(envelope.head)
                if sent_before
                else self._add_master_data(envelope.head, envelope.namespaces)
            )
        if self._next != self._first:
            self._add_envelope(envelope)
        self._hand_over(())
        return counts

    def _add_envelope(self, envelope: Envelope) -> None:
        """Append the head itself, and what the entries need to be read again."""
        rows: _Rows = defaultdict(list)
        text = envelope.head_text
        sequence = self._enter("document", "", text.encode(), rows) if text else None
        reading = Reading.of(envelope)
        row = (
            self._envelope,
            sequence,
            self.head.capture_id,
            reading.syntax,
            envelope.kind,
            envelope.version,
            reading.prefixes_text(),
            reading.contexts,
            text,
        )
        rows[ENVELOPE].append(row)
        self._insert(rows)

    def _known(self, identities: set[str]) -> dict[str, _Known]:
        """Return what the ledger has under the identities."""
        found = self.cursor.execute(
            "SELECT identity, content, sequence, organisation FROM event "  # noqa: S608 - quoted
            f"WHERE identity {among(identities)}"
        ).fetchall()
        known = {row[0]: _Known(row[1], row[2], {row[3]}) for row in found}
        by_sequence = {one.sequence: one for one in known.values()}
        receipts = self.cursor.execute(
            "SELECT event_sequence, organisation FROM receipt "  # noqa: S608 - numbers
            f"WHERE event_sequence {among(by_sequence)}"
        ).fetchall()
        for sequence, organisation in receipts:
            by_sequence[sequence].senders.add(organisation)
        return known

    def _add_event(self, new: NewEvent, rows: _Rows) -> int:
        """Add the rows of a new event and return its sequence."""
        sequence = self._enter("event", new.facts.event_id, new.text.encode(), rows)
        at = StoredAs(
            sequence,
            self.record_time,
            self.head.capture_id,
            self._envelope,
            self.head.organisation,
        )
        for writer in WRITERS:
            rows[writer.table].extend(writer.rows(new, at))
        return sequence

    def _add_receipt(self, new: NewEvent, event: int, rows: _Rows) -> int:
        """Add the rows of a receipt for a stored event and return the receipt's sequence."""
        sequence = self._enter("receipt", new.facts.event_id, new.text.encode(), rows)
        capture, sender = self.head.capture_id, self.head.organisation
        rows[RECEIPT].append((sequence, event, capture, self._envelope, sender, new.text))
        return sequence

    def _add_master_data(self, head: DocumentHead, namespaces: Namespaces) -> ElementCounts:
        sender = self.head.organisation
        rows: _Rows = defaultdict(list)
        found = new_versions(self.cursor, sender, head, namespaces)
        for version in found.versions:
            reading = replace(self._declarations.reading, vocabulary=version.vocabulary)
            sequence = self._enter(
                "master_data", version.canonical, version.body, rows, reading=reading.as_bytes()
            )
            rows[ELEMENT].append(version.row(sequence, self._envelope, sender))
            rows[ELEMENT_ATTRIBUTE] += version.attribute_rows(sequence)
        self._insert(rows)
        return found.counts

    def _enter(
        self,
        kind: EntryKind,
        subject: str,
        content: bytes,
        rows: _Rows,
        *,
        reading: bytes | None = None,
    ) -> int:
        """Add the rows of an entry of the log, with its leaf and the tree above it.

        Args:
            kind: what it is about.
            subject: what that is called.
            content: what its leaf commits to.
            rows: takes them.
            reading: how to read it; None for how the events are read.

        Returns:
            Its sequence.
        """
        sequence, salt = self._next, self.salt()
        self._next += 1
        head = self.head
        metadata = EntryMetadata(
            sequence, kind, subject, self.record_time, head.capture_id, head.organisation
        )
        self._leaf = leaf = entry_leaf(salt, reading or self._reading, content, metadata)
        nodes = b"".join(self._tree.append(leaf))
        head_row = (sequence, kind, self.record_time, head.capture_id, head.organisation)
        rows[ENTRY].append((*head_row, salt, leaf, nodes))
        return sequence

    def _hand_over(self, facts: Sequence[EventFacts]) -> None:
        entries = range(self._handed_over, self._next)
        if entries:
            self.hand_over(entries, facts, self._leaf)
            self._handed_over = self._next

    def _insert(self, rows: _Rows) -> None:
        for table, added in rows.items():
            table.insert(self.cursor, added)
