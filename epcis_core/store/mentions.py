"""What events say of a party, a place or a document, and where things were seen last.

An event of which whoever sent it has said that it did not occur, or which they say another
corrects, is none.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final, Literal

import duckdb

from epcis_core.provenance.facts import EventFacts
from epcis_core.store.fact_rows import read_facts
from epcis_core.store.ledger import Ledger
from epcis_core.store.literals import among, literal, rows_at
from epcis_core.store.names import PARTY, PLACE, Names
from epcis_core.store.view import View

MentionKind = Literal["party", "place", "document"]

MOST: Final = 100
"""So many events and objects are listed."""

_SOURCES: Final = (
    "SELECT r.object AS key, r.sequence FROM reference r WHERE r.object {keys}",
    (
        "SELECT key, sequence FROM (SELECT unnest(list_concat(p.parties, p.places)) AS key, "
        "p.sequence FROM event p) WHERE key {keys}"
    ),
    (
        "SELECT key, sequence FROM (SELECT substr(said, instr(said, ' ') + 1) AS key, sequence "
        "FROM (SELECT unnest(p.transactions) AS said, p.sequence FROM event p)) WHERE key {keys}"
    ),
)


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a ledger says of a party, a place or a document.

    Attributes:
        id: its identifier.
        kind: what it is.
        number: of the events that name it.
        events: the latest of them, the newest first, at most `MOST`.
        objects: what they all name, what was named last first, at most `MOST` and one.
        types: bare words or URIs of the kind of document; none for others.
    """

    id: str
    kind: MentionKind
    number: int
    events: tuple[EventFacts, ...]
    objects: tuple[str, ...]
    types: tuple[str, ...] = ()


def seen_last(ledger: Ledger, view: View, keys: Collection[str]) -> dict[str, EventFacts]:
    """Return the latest event, by event time, that names each of some things.

    Args:
        ledger: where to look.
        view: what may be seen.
        keys: canonical identifiers of objects, parties, places and documents.
    """
    if not keys:
        return {}
    named = " UNION ALL ".join(source.format(keys=among(keys)) for source in _SOURCES)
    with ledger.reading() as cursor:
        rows = cursor.execute(
            "SELECT key, arg_max(e.sequence, (e.event_time, e.event_id)) "  # noqa: S608 - quoted
            f"FROM ({named}) JOIN event e USING (sequence) WHERE {_counts(view)} GROUP BY key"
        ).fetchall()
        last = dict(rows)
        here = rows_at("event", "e", set(last.values())) if last else "false"
        facts = {one.sequence: one for one in read_facts(cursor, view, here)}
    return {key: facts[number] for key, number in last.items()}


def mentions_of(ledger: Ledger, view: View, key: str) -> Mentions | None:
    """Return what events say of a party, a place or a document.

    Args:
        ledger: where to look.
        view: what may be seen.
        key: canonical identifier, or the one of a business transaction as it was written.

    Returns:
        None where no event that may be seen names it as one of these.
    """
    with ledger.reading() as cursor:
        for kind, condition in _ways(cursor, view, key):
            found = _mentions(cursor, view, key, kind, condition)
            if found is not None:
                return found
    return None


def _ways(
    cursor: duckdb.DuckDBPyConnection, view: View, key: str
) -> Iterator[tuple[MentionKind, str]]:
    """Yield what a key may be, with the condition on `event e` under which it is named."""
    if not key.startswith(PLACE):
        owners = Names(cursor, view).owners()
        own = [place for place, owner in owners.items() if owner == key]
        site = f" OR {_within('e.places', PLACE + key.removeprefix(PARTY))}"
        named = f"list_contains(e.parties, {literal(key)}) OR list_has_any(e.places, {_list(own)})"
        yield "party", f"({named}{site if key.startswith(PARTY) else ''})"
    if not key.startswith(PARTY):
        yield "place", _within("e.places", key)
        yield "document", f"len({_documents(key)}) > 0"


def _mentions(
    cursor: duckdb.DuckDBPyConnection, view: View, key: str, kind: MentionKind, condition: str
) -> Mentions | None:
    counted = f"{condition} AND {_counts(view)}"
    rows = cursor.execute(
        f"SELECT e.sequence FROM event e WHERE {counted} ORDER BY e.event_time DESC, e.event_id"  # noqa: S608 - quoted
    ).fetchall()
    if not rows:
        return None
    latest = [row[0] for row in rows[:MOST]]
    facts = {one.sequence: one for one in read_facts(cursor, view, rows_at("event", "e", latest))}
    objects = cursor.execute(
        "SELECT r.object FROM reference r JOIN event e USING (sequence) "  # noqa: S608 - quoted
        f"WHERE {counted} GROUP BY r.object "
        f"ORDER BY max(e.event_time) DESC, r.object LIMIT {MOST + 1:d}"
    ).fetchall()
    types = cursor.execute(
        "SELECT DISTINCT split_part(said, ' ', 1) AS kind FROM "  # noqa: S608 - quoted
        f"(SELECT unnest({_documents(key)}) AS said FROM event e WHERE {counted}) ORDER BY kind"
    ).fetchall()
    return Mentions(
        key,
        kind,
        len(rows),
        tuple(facts[number] for number in latest),
        tuple(row[0] for row in objects),
        tuple(row[0] for row in types if row[0]) if kind == "document" else (),
    )


def _counts(view: View) -> str:
    """Return the condition on `event e`: seen, no error declaration, and not taken back."""
    return (
        f"{view.condition('e')} AND e.retracts IS NULL AND NOT EXISTS (SELECT 1 FROM event d "  # noqa: S608 - quoted
        f"WHERE d.retracts = e.event_id AND {view.shown('organisation', 'd')} = "
        f"{view.shown('organisation', 'e')} "
        f"AND (d.reason = 'did_not_occur' OR len(d.corrective) > 0) AND {view.condition('d')})"
    )


def _documents(key: str) -> str:
    return f"list_filter(e.transactions, lambda one: ends_with(one, {literal(f' {key}')}))"


def _within(column: str, place: str) -> str:
    """Return the condition that a list of places has one, or a part of it."""
    same = f"one = {literal(place)} OR starts_with(one, {literal(f'{place}/')})"
    return f"len(list_filter({column}, lambda one: {same})) > 0"


def _list(values: Collection[str]) -> str:
    return f"[{', '.join(map(literal, values))}]::VARCHAR[]"
