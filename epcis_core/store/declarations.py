"""Error declarations and the events they are about: whether they say the same, as they arrive.

A declaration repeats its event but for the declaration itself and `recordTime`. It is compared with
the event if that is in the ledger before or stands in the same document, in front of it or behind.
A batch needs one look-up, however many declarations are in it.

References:
    EPCIS 2.0, section 7.4.1.2
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import duckdb

from epcis_core.codecs.stored import read_stored_event
from epcis_core.event_hash.differences import Within, differing_members
from epcis_core.model.namespaces import Namespaces
from epcis_core.store.event_ids import id_key
from epcis_core.store.literals import among, rows_at
from epcis_core.store.reading import Reading
from epcis_core.store.rows import NewEvent

Stored = tuple[NewEvent, int, bool]
"""An event that was appended, its sequence, and whether it is new in the ledger."""

_MOST_AWAITED: Final = 100_000
"""So many declarations of one document wait for events that may stand behind them."""

_TOGETHER: Final = 2**24  # bytes of the texts that are read at once


@dataclass(slots=True)
class Declarations:
    """Compares the error declarations of one append with the events they are about.

    Only events of the same sender count: nobody learns from it what another one has said.

    Args:
        cursor: the writer's.
        organisation: the sender.

    Attributes:
        reading: how the events of the document are read again.
    """

    cursor: duckdb.DuckDBPyConnection
    organisation: str
    reading: Reading = field(init=False, default=Reading("json", {}, ()))
    _awaited: dict[str, list[int]] = field(init=False, default_factory=dict)

    def compare(self, batch: Sequence[Stored]) -> dict[int, tuple[str, ...]]:
        """Return what differs, as pointers, by the position in the batch of what came second.

        Args:
            batch: events whose rows have been written.
        """
        found: dict[int, tuple[str, ...]] = {}
        pairs = [*self._declared_before(batch), *self._declared_earlier_here(batch)]
        for position, other in self._texts(pairs):
            new = batch[position][0]
            namespaces = Namespaces.of_context(new.event.context, self.reading.namespaces)
            pointers = differing_members(Within(new.event, namespaces), other)
            found[position] = tuple(dict.fromkeys((*found.get(position, ()), *pointers)))
        return {position: pointers for position, pointers in found.items() if pointers}

    def withdrawn(self, identities: Collection[str]) -> set[str]:
        """Return which events, by their identities, the sender has declared wrong."""
        if not identities:
            return set()
        key = id_key("event_id")
        rows = self.cursor.execute(
            f"SELECT DISTINCT {key} FROM event WHERE retracts IS NOT NULL "  # noqa: S608 - quoted
            f"AND organisation = ? AND {key} {among(identities)}",
            [self.organisation],
        ).fetchall()
        return {row[0] for row in rows}

    def _declared_before(self, batch: Sequence[Stored]) -> Iterator[tuple[int, int]]:
        """Yield position of each declaration whose event says something else, and its sequence."""
        given = [(n, new, at) for n, (new, at, _) in enumerate(batch) if new.declared is not None]
        if not given:
            return
        wanted = {new.identity_declared for _, new, _ in given}
        rows = self.cursor.execute(
            "SELECT identity, content, sequence FROM event "  # noqa: S608 - quoted
            f"WHERE organisation = ? AND identity {among(wanted)}",
            [self.organisation],
        ).fetchall()
        known = {identity: (content, sequence) for identity, content, sequence in rows}
        for position, new, at in given:
            content, sequence = known.get(new.identity_declared, (None, -1))
            if content is None and len(self._awaited) < _MOST_AWAITED:
                self._awaited.setdefault(new.identity_declared, []).append(at)
            elif content not in {None, new.declared}:
                yield position, sequence

    def _declared_earlier_here(self, batch: Sequence[Stored]) -> Iterator[tuple[int, int]]:
        """Yield position of each event that the document declared wrong before it came."""
        for position, (new, _, is_new) in enumerate(batch if self._awaited else ()):
            if is_new and new.declared is None:
                for declaration in self._awaited.pop(new.identity_declared, ()):
                    yield position, declaration

    def _texts(self, pairs: Sequence[tuple[int, int]]) -> Iterator[tuple[int, Within]]:
        """Yield the events that stand second in the pairs, read again, a few at a time."""
        if not pairs:
            return
        here = rows_at("event", "e", {sequence for _, sequence in pairs})
        rows = self.cursor.execute(
            "SELECT e.sequence, strlen(e.body) FROM event e "  # noqa: S608 - numbers
            f"WHERE e.body IS NOT NULL AND {here}"
        ).fetchall()
        left = dict(rows)
        while left:
            size = 0
            together: list[int] = []
            for sequence, length in left.items():
                if together and size + length > _TOGETHER:
                    break
                together.append(sequence)
                size += length
            events = self._read(together)
            for position, sequence in pairs:
                if sequence in events:
                    yield position, events[sequence]
            for sequence in together:
                del left[sequence]

    def _read(self, sequences: Sequence[int]) -> dict[int, Within]:
        """Read stored events again; those of this document have no envelope yet."""
        rows = self.cursor.execute(
            "SELECT e.sequence, e.body, v.syntax, v.prefixes, v.contexts "  # noqa: S608 - numbers
            "FROM event e LEFT JOIN envelope v USING (envelope) "
            f"WHERE {rows_at('event', 'e', sequences)}"
        ).fetchall()
        found = {}
        for sequence, text, syntax, prefixes, contexts in rows:
            reading = Reading.stored(syntax, prefixes, contexts) if syntax else self.reading
            event = read_stored_event(text, reading.syntax, reading.namespaces)
            namespaces = Namespaces.of_context(event.context, reading.namespaces)
            found[sequence] = Within(event, namespaces)
        return found
