"""Reading events back: by id, the latest, all, and what the ledger holds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import duckdb

from epcis_core.codecs.stored import read_stored_event
from epcis_core.findings import Syntax
from epcis_core.model.events import EpcisEvent
from epcis_core.model.namespaces import Namespaces
from epcis_core.store.event_ids import of_id
from epcis_core.store.ledger import Ledger
from epcis_core.store.literals import among, rows_at
from epcis_core.store.reading import Reading
from epcis_core.store.view import View

_AT_ONCE: Final = 1000  # rows


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event as the ledger keeps it.

    Attributes:
        sequence: its place in the ledger, from 0.
        record_time: when the ledger took it, microseconds since 1970 UTC.
        event_id: as given, or minted from its hash.
        hash: its event hash ID.
        organisation: who captured it.
        capture_id: with which document.
        text: its characters exactly as received.
        event_type: the standard's word, or an extension type.
        reading: what it needs beside its text to be read.
    """

    sequence: int
    record_time: int
    event_id: str
    hash: str
    organisation: str
    capture_id: str
    text: str
    event_type: str
    reading: Reading

    @property
    def syntax(self) -> Syntax:
        """How its text is to be parsed."""
        return self.reading.syntax

    @property
    def event(self) -> EpcisEvent:
        """The event, read from its text."""
        return read_stored_event(self.text, self.syntax, self.reading.namespaces)

    @property
    def namespaces(self) -> Namespaces:
        """The prefixes in force inside the event."""
        return Namespaces.of_context(self.event.context, self.reading.namespaces)


def find_events(ledger: Ledger, view: View, event_id: str) -> list[StoredEvent]:
    """Return the event of an id, and after it the error declarations about it."""
    condition = of_id([event_id])
    return select_events(
        ledger, view, condition.text, [*condition.values], "e.retracts IS NOT NULL, e.sequence"
    )


def events_by_id(ledger: Ledger, view: View, event_ids: list[str]) -> list[StoredEvent]:
    """Return the events of several ids, in order of event time."""
    return select_events(
        ledger, view, f"e.event_id {among(event_ids)}", [], "e.event_time, e.sequence"
    )


def events_naming(ledger: Ledger, view: View, objects: Iterable[str]) -> list[StoredEvent]:
    """Return the events that name any of some objects, canonical, in order of event time."""
    condition = (
        f"e.sequence IN (SELECT r.sequence FROM reference r WHERE r.object {among(objects)})"  # noqa: S608 - quoted
    )
    return select_events(ledger, view, condition, [], "e.event_time, e.sequence")


def latest_events(ledger: Ledger, view: View, limit: int = 20) -> list[StoredEvent]:
    """Return the events that were captured last, the newest first."""
    with ledger.reading() as cursor:
        # Only the sequences are sorted, not the rows.
        latest = cursor.execute(
            f"SELECT e.sequence FROM event e WHERE {view.condition('e')} "  # noqa: S608 - ours
            f"ORDER BY e.sequence DESC LIMIT {limit:d}"
        ).fetchall()
        here = rows_at("event", "e", (row[0] for row in latest))
        return events_where(cursor, view, here, [], "e.sequence DESC")


def all_events(ledger: Ledger, view: View, batch: int = 1000) -> Iterator[StoredEvent]:
    """Yield every event in ledger order, in bounded memory."""
    start = 0
    while True:
        here = f"e.sequence BETWEEN {start:d} AND {start + batch - 1:d}"
        with ledger.reading() as cursor:
            last = view.last(cursor)
            found = events_where(cursor, view, here, [], "e.sequence")
        yield from found
        start += batch
        if start > last:
            return


def count_contents(ledger: Ledger, view: View) -> dict[str, int]:
    """Return how many `events`, `captures`, `lots`, `parties` and `places` the ledger holds."""
    with ledger.reading() as cursor:
        row = cursor.execute(
            "SELECT count(*), count(DISTINCT capture_id), "  # noqa: S608 - no text of users in it
            "(SELECT count(DISTINCT object) FROM reference r "
            f" WHERE r.object LIKE '%/10/%' AND {view.condition('r')}), "
            "(SELECT count(DISTINCT p) FROM (SELECT unnest(parties) AS p FROM event e2 "
            f" WHERE {view.condition('e2')})), "
            "(SELECT count(DISTINCT p) FROM (SELECT unnest(places) AS p FROM event e3 "
            f" WHERE {view.condition('e3')})) "
            f"FROM event e WHERE {view.condition('e')}"
        ).fetchone()
    names = ("events", "captures", "lots", "parties", "places")
    return dict(zip(names, row or (0,) * len(names), strict=True))


def select_events(
    ledger: Ledger, view: View, condition: str, values: list[Any], order: str
) -> list[StoredEvent]:
    """Return events under a condition on `event e`; the text of both must be ours, values bound."""
    with ledger.reading() as cursor:
        return events_where(cursor, view, condition, values, order)


def events_where(
    cursor: duckdb.DuckDBPyConnection, view: View, condition: str, values: list[Any], order: str
) -> list[StoredEvent]:
    """Return the same as `select_events`, from the state of the ledger that a reader sees."""
    # Few events are of fewer envelopes, and to join these costs more than to ask for them.
    rows = cursor.execute(
        f"SELECT {_own(view)}, {view.shown('envelope', 'e')} FROM event e "  # noqa: S608 - conditions of ours
        f"WHERE {view.condition('e')} AND {condition} ORDER BY {order}",
        values,
    ).fetchall()
    readings = _readings(cursor, {row[-1] for row in rows})
    return [stored_event((*row[:-1], *readings[row[-1]])) for row in rows]


def streamed_events(
    cursor: duckdb.DuckDBPyConnection, view: View, condition: str, values: list[Any], order: str
) -> Iterator[StoredEvent]:
    """Yield the same one by one, in bounded memory; meanwhile the cursor can do nothing else."""
    found = cursor.execute(
        f"SELECT {_own(view)}, v.syntax, v.prefixes, v.contexts FROM event e "  # noqa: S608 - ours
        f"JOIN envelope v ON v.envelope = {view.shown('envelope', 'e')} "
        f"WHERE {view.condition('e')} AND {condition} ORDER BY {order}",
        values,
    )
    while rows := found.fetchmany(_AT_ONCE):
        yield from map(stored_event, rows)


def _own(view: View) -> str:
    """Return the columns of an event beside its reading."""
    return (
        f"e.sequence, epoch_us({view.shown('record_time', 'e')}), e.event_id, e.hash, "
        f"{view.shown('organisation', 'e')}, {view.shown('capture_id', 'e')}, "
        f"{view.shown('body', 'e')}, e.event_type"
    )


def _readings(cursor: duckdb.DuckDBPyConnection, envelopes: set[int]) -> dict[int, tuple[Any, ...]]:
    """Return the columns of `Reading.stored` of some envelopes."""
    if not envelopes:
        return {}
    rows = cursor.execute(
        "SELECT envelope, syntax, prefixes, contexts FROM envelope "  # noqa: S608 - numbers
        f"WHERE envelope {among(sorted(envelopes))}"
    ).fetchall()
    return {row[0]: row[1:] for row in rows}


def stored_event(row: tuple[Any, ...]) -> StoredEvent:
    """Return an event of its columns: those of `StoredEvent` in order, its reading's last."""
    sequence, record_time, event_id, hashed, organisation, capture_id, text, event_type = row[:8]
    return StoredEvent(
        sequence=sequence,
        record_time=record_time,
        event_id=event_id,
        hash=hashed,
        organisation=organisation,
        capture_id=capture_id,
        text=text,
        event_type=event_type,
        reading=Reading.stored(*row[8:]),
    )
