"""Appending to the ledger: the one place where rows come into being.

An append belongs to one transaction, which its caller opens and commits. Within it documents come
one after the other, and their events in batches of any size. Rows are written some thousand at a
time: each statement costs as much as the rows of several events.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import duckdb

from epcis_core.codecs.document import Envelope
from epcis_core.model.documents import DocumentHead
from epcis_core.model.namespaces import Namespaces
from epcis_core.provenance.facts import EventFacts
from epcis_core.store.captures import has_sent_head, head_digest
from epcis_core.store.declarations import Declarations
from epcis_core.store.erased import erased_events
from epcis_core.store.growing_log import CaptureHead, GrowingLog, KeptEnd, LogEnd
from epcis_core.store.index.records import Receipt
from epcis_core.store.index.stretch import Stretch
from epcis_core.store.literals import among
from epcis_core.store.master_data import ElementCounts, all_known, new_versions
from epcis_core.store.memory import AppendMemory
from epcis_core.store.reading import Reading
from epcis_core.store.rows import WRITERS, NewEvent, StoredAs
from epcis_core.store.tables import ELEMENT, ELEMENT_ATTRIBUTE, ENVELOPE, RECEIPT, Row, Table

Status = Literal["accepted", "duplicate", "witness", "conflict", "erased"]

_EVENTS_TOGETHER: Final = 2000
_TEXTS_TOGETHER: Final = 8 * 2**20  # characters
"""So many events, or so much text of them, are held until their rows are written."""


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


@dataclass(slots=True)
class _Known:
    """An event that the ledger, or this append, already has."""

    content: bytes
    sequence: int
    senders: set[str]


@dataclass(slots=True)
class Append:
    """Adds documents: `read_with`, then `events` as often as needed, then `finish`, for each.

    What was added is in the ledger once `write` was called, after the last one.

    Args:
        cursor: the writer's, inside its transaction.
        head: who sends the first document, and when; `begin` says it of each further one.
        hand_over: gets what was written, for the fact index.
        kept_end: knows where the log ends, and is told where it ends then.

    Attributes:
        record_time: when the ledger takes the document, microseconds since 1970 UTC.
    """

    cursor: duckdb.DuckDBPyConnection
    head: CaptureHead
    hand_over: Callable[[Stretch], None] = lambda _: None
    kept_end: KeptEnd = field(default_factory=KeptEnd)
    record_time: int = field(init=False)
    _log: GrowingLog = field(init=False)
    _first: int = field(init=False)
    _written: int = field(init=False)
    _envelope: int = field(init=False)
    _has_erased: bool = field(init=False)
    _memory: AppendMemory = field(init=False)
    _declarations: Declarations = field(init=False)
    _known: dict[str, _Known | None] = field(init=False, default_factory=dict)
    _rows: defaultdict[Table, list[Row]] = field(
        init=False, default_factory=lambda: defaultdict(list)
    )
    _facts: list[EventFacts] = field(init=False, default_factory=list)
    _receipts: list[Receipt] = field(init=False, default_factory=list)
    _size: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        end = self.kept_end.find(self.cursor)
        self._written, self._envelope, self._has_erased = end.next, end.envelope, end.has_erased
        self._log = GrowingLog(self.cursor, end)
        self._memory = AppendMemory(self.cursor, end.next)
        self.begin(self.head)

    def begin(self, head: CaptureHead) -> None:
        """Say who sends the next document, and when."""
        self.head = head
        self.record_time = max(head.now, self._log.latest)
        self._first = self._log.next
        self._declarations = Declarations(self.cursor, head.organisation)
        self._log.begin(head, self.record_time)

    def read_with(self, envelope: Envelope) -> None:
        """Say what the events that follow need to be read again."""
        reading = Reading.of(envelope)
        self._log.read_with(reading.as_bytes())
        self._declarations.reading = reading

    def events(self, batch: Sequence[NewEvent]) -> list[Outcome]:
        """Append events, and tell what became of each, in the order given."""
        self._memory.take(new.text for new in batch)
        identities = [new.identity for new in batch]
        self.look_up(identities)
        gone: dict[str, int] = {}
        if self._has_erased:
            gone = erased_events(self.cursor, {new.identity_declared for new in batch})
        outcomes = [
            self._outcome(new, identity, gone)
            for new, identity in zip(batch, identities, strict=True)
        ]
        is_much = len(self._known) > _EVENTS_TOGETHER or self._size > _TEXTS_TOGETHER
        if is_much or any(new.declared is not None for new in batch):
            self.write()
        differing = self._declarations.compare(
            [
                (new, outcome.sequence, outcome.status == "accepted")
                for new, outcome in zip(batch, outcomes, strict=True)
            ]
        )
        for position, pointers in differing.items():
            outcomes[position] = replace(outcomes[position], differing=pointers)
        again = {
            position: identities[position]
            for position, outcome in enumerate(outcomes)
            if outcome.status == "duplicate" and not batch[position].facts.retracts
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
        counts = ElementCounts()
        head = envelope.head
        if head is not None and head.vocabularies:
            sent_before = has_sent_head(self.cursor, self.head.organisation, head_digest(envelope))
            counts = (
                all_known(head) if sent_before else self._add_master_data(head, envelope.namespaces)
            )
        if self._log.next != self._first:
            self._add_envelope(envelope)
        return counts

    def write(self) -> None:
        """Write the rows of all that was added."""
        self._known.clear()
        entries = range(self._written, self._log.next)
        if entries:
            self._log.write()
        for table, added in self._rows.items():  # an envelope alone is no entry of the log
            table.insert(self.cursor, added)
        if entries:
            self.hand_over(Stretch(entries, self._log.leaf, self._facts, self._receipts))
        log = self._log
        end = LogEnd(log.next, log.latest, self._envelope, self._has_erased, log.edge)
        self.kept_end.take(end)
        self._written, self._size = log.next, 0
        self._rows.clear()
        self._facts, self._receipts = [], []

    def look_up(self, identities: Collection[str]) -> None:
        """Look up which events the ledger has, where that is not known yet, all at once."""
        unknown = dict.fromkeys(one for one in identities if one not in self._known)
        if not unknown:
            return
        found = self.cursor.execute(
            "SELECT identity, content, sequence, organisation FROM event "  # noqa: S608 - quoted
            f"WHERE identity {among(unknown)}"
        ).fetchall()
        known = {row[0]: _Known(row[1], row[2], {row[3]}) for row in found}
        by_sequence = {one.sequence: one for one in known.values()}
        if by_sequence:
            receipts = self.cursor.execute(
                "SELECT event_sequence, organisation FROM receipt "  # noqa: S608 - numbers
                f"WHERE event_sequence {among(by_sequence)}"
            ).fetchall()
            for sequence, organisation in receipts:
                by_sequence[sequence].senders.add(organisation)
        self._known |= {**dict.fromkeys(unknown), **known}

    def _outcome(self, new: NewEvent, identity: str, gone: dict[str, int]) -> Outcome:
        """Add an event or a receipt for it, if it is to have one, and tell what became of it."""
        earlier = self._known[identity]
        if earlier is None:
            if gone and new.identity_declared in gone:
                return Outcome("erased", gone[new.identity_declared])
            sequence = self._add_event(new)
            self._known[identity] = _Known(new.content, sequence, {self.head.organisation})
            return Outcome("accepted", sequence)
        if new.content != earlier.content:
            return Outcome("conflict", earlier.sequence)
        if self.head.organisation in earlier.senders:
            return Outcome("duplicate", earlier.sequence)
        earlier.senders.add(self.head.organisation)
        return Outcome("witness", self._add_receipt(new, earlier.sequence))

    def _add_event(self, new: NewEvent) -> int:
        """Add the rows of a new event and return its sequence."""
        sequence = self._log.enter("event", new.facts.event_id, new.text.encode())
        head = self.head
        at = StoredAs(
            sequence, self.record_time, head.capture_id, self._envelope, head.organisation
        )
        for writer in WRITERS:
            self._rows[writer.table] += writer.rows(new, at)
        new.facts.take_place(sequence)
        self._facts.append(new.facts)
        self._size += len(new.text)
        return sequence

    def _add_receipt(self, new: NewEvent, event: int) -> int:
        """Add the rows of a receipt for a stored event and return the receipt's sequence."""
        sequence = self._log.enter("receipt", new.facts.event_id, new.text.encode())
        capture, sender = self.head.capture_id, self.head.organisation
        self._rows[RECEIPT].append((sequence, event, capture, self._envelope, sender, new.text))
        self._receipts.append(Receipt(sequence, event, sender))
        self._size += len(new.text)
        return sequence

    def _add_envelope(self, envelope: Envelope) -> None:
        """Append the head itself, and what the entries need to be read again."""
        text = envelope.head_text
        sequence = self._log.enter("document", "", text.encode()) if text else None
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
        self._rows[ENVELOPE].append(row)
        self._envelope += 1

    def _add_master_data(self, head: DocumentHead, namespaces: Namespaces) -> ElementCounts:
        """Append the versions that are new, after all that documents before have brought."""
        self.write()
        sender = self.head.organisation
        found = new_versions(self.cursor, sender, head, namespaces)
        for version in found.versions:
            reading = replace(self._declarations.reading, vocabulary=version.vocabulary)
            sequence = self._log.enter_read_with(
                reading.as_bytes(), "master_data", version.canonical, version.body
            )
            self._rows[ELEMENT].append(version.row(sequence, self._envelope, sender))
            self._rows[ELEMENT_ATTRIBUTE] += version.attribute_rows(sequence)
        return found.counts
