"""What a lot is judged by, read through a view: see `epcis_core.dossier`."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Final

import duckdb

from epcis_core.access.visibility import PARTY
from epcis_core.codecs.stored import read_stored_event
from epcis_core.dossier.data import keys_of_party, keys_of_place
from epcis_core.dossier.lot_chain import product_of
from epcis_core.dossier.material import Material, Recorded, Said
from epcis_core.findings import Syntax
from epcis_core.model.events import ExtensionEvent
from epcis_core.model.namespaces import Namespaces
from epcis_core.provenance.result import Trace
from epcis_core.rules.seen_event import PRODUCT, SeenEvent, value_words
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.events import events_where
from epcis_core.store.ledger import Ledger
from epcis_core.store.literals import among, literal
from epcis_core.store.names import Names
from epcis_core.store.reading import Reading
from epcis_core.store.registry.lot_facts import lot_facts
from epcis_core.store.trace import as_known, trace_lot
from epcis_core.store.view import View

_SHORT: Final = 1 << 14
"""Characters of an event; longer ones are not remembered."""

MOST_EVENTS = 3000
"""Of a lot with more events so many are judged, the first."""


def lot_material(
    ledger: Ledger,
    view: View,
    books: Bookkeeping,
    text: str,
    *,
    as_of: str | None = None,
    max_objects: int = 10_000,
) -> Material:
    """Read what a lot is judged by.

    Args:
        ledger: where to look.
        view: what may be seen.
        books: the registry, which knows of now alone.
        text: any spelling of the lot's identifier.
        as_of: ledger time, a timestamp: what was known then. None is everything known.
        max_objects: how many objects of its trace are looked at.

    Returns:
        What is known; where nothing is, its trace has no objects, but identifiers `near` it.

    Raises:
        QueryError: `as_of` is no timestamp.
    """
    with ledger.reading() as cursor:
        seen = view if as_of is None else as_known(cursor, view, as_of)
        seen = seen.until(seen.last(cursor))
    trace = trace_lot(ledger, seen, text, max_objects=max_objects)
    return material_of(ledger, seen, books, trace)


def material_of(ledger: Ledger, view: View, books: Bookkeeping, trace: Trace) -> Material:
    """Read what a lot is judged by, whose trace is at hand.

    Args:
        ledger: where to look.
        view: what may be seen, through which the trace was made.
        books: the registry.
        trace: both ways.
    """
    visited = list(dict.fromkeys(visit.event for visit in trace.visits))
    if len(visited) > MOST_EVENTS:
        trace = trace.model_copy(update={"truncated": True})
    with ledger.reading() as cursor:
        events = _events(cursor, view, visited[:MOST_EVENTS])
        names = ledger.names(cursor, view)
    products = list(dict.fromkeys(product_of(one.id) for one in trace.objects if one.gtin))
    recorders = {one.recorded_by for one in events.values() if one.recorded_by}
    parties = sorted(recorders.union(trace.parties))
    places = list(
        dict.fromkeys(key for v in trace.visits if v.place for key in keys_of_place(v.place))
    )
    keys = {*products, *places, *(key for one in parties for key in keys_of_party(one))}
    keys |= {PARTY + place.rpartition("/")[2] for place in places if "/254/" not in place}
    subject = product_of(trace.subject)
    facts = lot_facts(
        books,
        view.viewer,
        products=products,
        parties=parties,
        places=places,
        subject=subject if subject.startswith(PRODUCT) else None,
    )
    return Material(
        trace,
        events,
        _master_data(names, keys),
        facts.registry,
        facts.certificates,
        facts.sectors,
        facts.owners,
    )


def latest_lots(
    ledger: Ledger, view: View, beginnings: Collection[str], most: int
) -> dict[str, list[str]]:
    """Return the lots of some products, that of the latest event first.

    Args:
        ledger: where to look.
        view: what may be seen.
        beginnings: with what the canonical identifiers of each product's lots begin.
        most: how many of each.

    Returns:
        By its beginning; a product without lots is not among them.
    """
    if not beginnings:
        return {}
    found: dict[str, list[str]] = {}
    begins = [literal(one) for one in sorted(beginnings)]
    is_asked = " OR ".join(f"starts_with(r.object, {one})" for one in begins)
    with ledger.reading() as cursor:
        # However many they are, what events name is looked through once.
        rows = cursor.execute(
            "WITH seen AS (SELECT r.object, max(e.event_time) AS last "  # noqa: S608 - quoted
            f"FROM reference r JOIN event e USING (sequence) WHERE ({is_asked}) "
            f"AND {view.condition('r')} AND {view.condition('e')} GROUP BY r.object) "
            "SELECT b.begins, s.object FROM seen s "
            f"JOIN (VALUES ({'), ('.join(begins)})) b(begins) "
            "ON starts_with(s.object, b.begins) AND s.object <> b.begins "
            "QUALIFY row_number() OVER (PARTITION BY b.begins "
            f"ORDER BY s.last DESC, s.object) <= {most:d} ORDER BY s.last DESC, s.object"
        ).fetchall()
    for beginning, lot in rows:
        found.setdefault(beginning, []).append(lot)
    return found


def _events(
    cursor: duckdb.DuckDBPyConnection, view: View, event_ids: list[str]
) -> dict[str, Recorded]:
    """Return what the events say, without error declarations and events of other vocabularies."""
    found = {}
    here = f"e.event_id {among(event_ids)}"
    for stored in events_where(cursor, view, here, [], "e.event_time, e.sequence"):
        reading, sender = stored.reading, stored.organisation
        read = _seen if len(stored.text) <= _SHORT else _seen.__wrapped__
        seen = read(stored.text, reading.syntax, tuple(reading.prefixes.items()), reading.contexts)
        if seen is not None:
            found[stored.event_id] = Recorded(seen, sender if sender.startswith(PARTY) else None)
    return found


@lru_cache(maxsize=1 << 10)
def _seen(
    text: str, syntax: Syntax, prefixes: tuple[tuple[str, str], ...], contexts: tuple[str, ...]
) -> SeenEvent | None:
    """Read an event of which nothing but its text counts: lots of one maker have many in common."""
    around = Reading(syntax, dict(prefixes), contexts).namespaces
    event = read_stored_event(text, syntax, around)
    if event.error_declaration is not None or isinstance(event, ExtensionEvent):
        return None
    return SeenEvent(event, Namespaces.of_context(event.context, around))


def _master_data(names: Names, keys: Collection[str]) -> dict[str, Mapping[str, Said]]:
    """Return key to attribute to what holds, of the elements of some keys."""
    return {
        key: {
            name: Said(value_words(value), version)
            for name, (value, version) in names.noted(key).items()
            if value not in (None, "", {})
        }
        for key in sorted(keys)
        if names.is_described(key)
    }
