"""Making a ledger anew from its exported log: the same entries, so the same root.

Nothing is judged again. What stands in an entry is stored as the first ledger stored it, under the
same sequence, time and salt; what can be worked out from it is worked out by the code that capture
uses.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace

import duckdb
import orjson

from epcis_core.codecs.stored import read_stored_event
from epcis_core.errors import IntegrityError, ParseError
from epcis_core.model.namespaces import Namespaces
from epcis_core.proof.checks import Key
from epcis_core.proof.leaf import Digest
from epcis_core.proof.tree import CompactRange
from epcis_core.store.decisions import Decision
from epcis_core.store.derived import derived_from
from epcis_core.store.erased import erased_without_decision
from epcis_core.store.exported_log import ExportedEntry
from epcis_core.store.master_data import stored_version
from epcis_core.store.remains import is_as_decided, put_salt
from epcis_core.store.rows import WRITERS, NewEvent, StoredAs
from epcis_core.store.tables import (
    DECISION,
    ELEMENT,
    ELEMENT_ATTRIBUTE,
    ENTRY,
    ENVELOPE,
    ERASED,
    RECEIPT,
    Row,
    Table,
)

_Rows = defaultdict[Table, list[Row]]


class Replay:
    """Puts the entries of an exported log into an empty ledger: `add` them in order, then `finish`.

    Args:
        keys: those that the log has had; one of them must have signed each decision.

    Attributes:
        size: how many entries have been added.
        deciding: the keys under which decisions are signed, as text.
    """

    def __init__(self, keys: Collection[Key]) -> None:
        self.deciding: set[str] = set()
        self._keys = keys
        self._tree = CompactRange()
        self._envelope: ExportedEntry | None = None
        self._head: tuple[int | None, str] = (None, "")

    @property
    def size(self) -> int:
        """How many entries have been added."""
        return self._tree.size

    @property
    def root(self) -> Digest:
        """The root of the tree over them."""
        return self._tree.root

    def add(self, cursor: duckdb.DuckDBPyConnection, entries: Iterable[ExportedEntry]) -> None:
        """Add entries.

        Args:
            cursor: the writer's.
            entries: in order.

        Raises:
            IntegrityError: an entry is missing, or is not what its leaf commits to or kind says.
        """
        rows: _Rows = defaultdict(list)
        for entry in entries:
            if entry.sequence != self.size:
                raise IntegrityError(f"The exported log lacks entry {self.size}")
            entry.check()
            self._enter(entry, rows)
            self._follow(entry, rows)
            try:
                _add_content(entry, rows)
                is_ours = entry.kind != "decision" or self._is_decided(entry)
            except (ParseError, LookupError, ValueError, TypeError) as error:
                raise IntegrityError(f"Entry {entry.sequence} cannot be read: {error}") from error
            if not is_ours:
                raise IntegrityError(
                    f"Decision {entry.sequence} is signed with no key of the log; "
                    "if it had another key before, give both with --key"
                )
        for table, added in rows.items():
            table.insert(cursor, added)

    def finish(self, cursor: duckdb.DuckDBPyConnection, salt: str | None) -> None:
        """Add what the last entries need to be read again.

        Args:
            cursor: the writer's.
            salt: of what is left of erased events, if the log has one.

        Raises:
            IntegrityError: an entry has no content, and no decision says so, or what is left of
                erased events is not what the last of them says.
        """
        rows: _Rows = defaultdict(list)
        self._close(rows)
        for table, added in rows.items():
            table.insert(cursor, added)
        for sequence in erased_without_decision(cursor):
            raise IntegrityError(f"Entry {sequence} was erased by no decision")
        if salt is not None:
            put_salt(cursor, salt)
        if not is_as_decided(cursor):
            raise IntegrityError(
                "What is left of erased events is not what the last decision to erase says was left"
            )

    def _is_decided(self, entry: ExportedEntry) -> bool:
        """Tell whether a decision is signed by the log, and note with which key."""
        text, signature = entry.content or "", entry.signature or ""
        said = orjson.loads(text)
        made = Decision(
            entry.sequence, said["decision"], entry.record_time, entry.organisation, text, signature
        )
        self.deciding.add(said["key"])
        return made.is_signed_with(self._keys)

    def _enter(self, entry: ExportedEntry, rows: _Rows) -> None:
        nodes = b"".join(self._tree.append(entry.leaf))
        head = (entry.sequence, entry.kind, entry.record_time)
        who = (entry.capture_id, entry.organisation)
        rows[ENTRY].append((*head, *who, entry.salt, entry.leaf, nodes))

    def _follow(self, entry: ExportedEntry, rows: _Rows) -> None:
        """Take note of the document that an entry came with; those of one stand together."""
        if entry.envelope is None:
            return
        if self._envelope is None or self._envelope.envelope != entry.envelope:
            self._close(rows)
            self._envelope = entry
        if entry.kind == "document":
            self._head = (entry.sequence, entry.content or "")

    def _close(self, rows: _Rows) -> None:
        """Add the row of the document whose entries have all come."""
        if (of := self._envelope) is None:
            return
        sequence, head = self._head
        rows[ENVELOPE].append(
            (
                of.envelope,
                sequence,
                of.capture_id,
                of.syntax,
                of.document_kind,
                of.document_version,
                of.prefixes,
                of.contexts,
                head,
            )
        )
        self._envelope, self._head = None, (None, "")


def _add_content(entry: ExportedEntry, rows: _Rows) -> None:
    """Add the rows of what stands in an entry."""
    sequence, envelope, text = entry.sequence, entry.envelope, entry.content or ""
    came = (entry.capture_id, envelope, entry.organisation)
    if entry.erased_by is not None:
        event_id, rest = (
            entry.subject or None,
            (bool(entry.declares), envelope, entry.objects or []),
        )
        rows[ERASED].append((sequence, entry.erased_by, event_id, *rest))
    elif entry.kind == "event" and envelope is not None:
        new = _new_event(entry, text)
        who = (entry.capture_id, envelope, entry.organisation)
        at = StoredAs(sequence, entry.record_time, *who)
        for writer in WRITERS:
            rows[writer.table].extend(writer.rows(new, at))
    elif entry.kind == "receipt":
        rows[RECEIPT].append((sequence, entry.event_sequence, *came, text))
    elif entry.kind == "master_data" and envelope is not None:
        around = entry.reading.namespaces
        version = stored_version(entry.vocabulary or "", entry.subject, text.encode(), around)
        rows[ELEMENT].append(version.row(sequence, envelope, entry.organisation))
        rows[ELEMENT_ATTRIBUTE] += version.attribute_rows(sequence)
    elif entry.kind == "decision":
        rows[DECISION].append((sequence, orjson.loads(text)["decision"], text, entry.signature))


def _new_event(entry: ExportedEntry, text: str) -> NewEvent:
    """Return what is kept of an event, under the id that its leaf commits to."""
    around = entry.reading.namespaces
    event = read_stored_event(text, entry.syntax, around)
    new = derived_from(
        event,
        Namespaces.of_context(event.context, around),
        text=text,
        position=entry.position or 0,
        organisation=entry.organisation,
    )
    if new.facts.event_id == entry.subject:
        return new
    return replace(new, facts=replace(new.facts, event_id=entry.subject))
