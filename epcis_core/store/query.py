"""A query as SQL on the ledger's rows."""

from collections.abc import Iterator, Mapping
from typing import Final

import duckdb

from epcis_core.errors import QueryError
from epcis_core.query.fields import Described, Objects, OneValue
from epcis_core.query.parameters import EventQuery, Match
from epcis_core.store.events import StoredEvent, streamed_events
from epcis_core.store.hierarchy import keys_below, keys_described
from epcis_core.store.ledger import Ledger
from epcis_core.store.literals import among, literal
from epcis_core.store.view import View
from epcis_core.vocabulary import VocabularyList, canonical_term, words

_LISTS: Final[Mapping[str, str]] = {
    "biz_transaction_list": "transactions",
    "source_list": "sources",
    "destination_list": "destinations",
}
"""Columns with entries `type identifier`, by the model's field."""

_TERMS: Final = {
    "biz_step": VocabularyList.BIZ_STEP,
    "disposition": VocabularyList.DISPOSITION,
}


def query_events(ledger: Ledger, view: View, query: EventQuery) -> list[StoredEvent]:
    """Return the events a query asks for.

    Args:
        ledger: where to look.
        view: what may be seen.
        query: the conditions, and the order.

    Raises:
        QueryError: there are more than the query's `maxEventCount`.
    """
    return list(stream_events(ledger, view, query))


def stream_events(ledger: Ledger, view: View, query: EventQuery) -> Iterator[StoredEvent]:
    """Yield the events a query asks for, in bounded memory however many there are.

    The state of the ledger that they come from is held until the last one is taken.

    Args:
        ledger: where to look.
        view: what may be seen.
        query: the conditions, and the order.

    Raises:
        QueryError: there are more than the query's `maxEventCount`; before the first is given.
    """
    turn = "ASC" if query.ascending else "DESC"
    order = f"e.{query.order_by} {turn}, e.sequence {turn}" if query.order_by else "e.sequence"
    if query.limit is not None:
        order += f" LIMIT {query.limit:d}"
    with ledger.reading() as cursor:
        condition = " AND ".join(_conditions(cursor, view, query)) or "true"
        if query.ceiling is not None:
            _check_ceiling(cursor, f"{view.condition('e')} AND {condition}", query.ceiling)
        yield from streamed_events(cursor, view, condition, [], order)


def _check_ceiling(cursor: duckdb.DuckDBPyConnection, condition: str, ceiling: int) -> None:
    """Raise if more events match than a query wants to hear of."""
    rows = cursor.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM event e WHERE {condition} LIMIT {ceiling + 1:d})"  # noqa: S608 - quoted
    ).fetchall()
    if rows[0][0] > ceiling:
        raise QueryError(
            f"More than maxEventCount = {ceiling} events match", parameter="maxEventCount"
        )


def _conditions(cursor: duckdb.DuckDBPyConnection, view: View, query: EventQuery) -> Iterator[str]:
    """Yield SQL conditions on `event e`; the values in them are quoted."""
    for column, allowed in query.equal:
        yield f"e.{column} {among(allowed)}"
    for time, comparison, moment in query.times:
        yield f"e.{time} {comparison} make_timestamp({moment:d})"
    for match in query.matches:
        yield _named(match)
    for within in query.within:
        yield f"e.{within.field} {among(keys_below(cursor, view, within.keys))}"
    for described in query.described:
        yield _described(view, described)
    if query.declared is not None:
        yield f"e.retracts IS {'NOT ' if query.declared else ''}NULL"


def _named(match: Match) -> str:
    objects = [f"r.object {among(match.keys)}"]
    objects += [f"starts_with(r.object, {literal(start)})" for start in match.below]
    return (
        f"e.sequence IN (SELECT r.sequence FROM reference r WHERE r.role {among(match.roles)} "  # noqa: S608 - quoted
        f"AND {'' if match.is_class else 'NOT '}r.is_class AND ({' OR '.join(objects)}))"
    )


def _described(view: View, described: Described) -> str:
    field, keys = described.field, keys_described(view, described.test)
    if isinstance(field, OneValue):
        return f"{_key(field)} IN ({keys})"
    if isinstance(field, Objects):
        return (
            f"e.sequence IN (SELECT r.sequence FROM reference r WHERE r.role {among(field.roles)} "  # noqa: S608 - quoted
            f"AND {'' if field.is_class else 'NOT '}r.is_class AND r.object IN ({keys}))"
        )
    return (
        "e.sequence IN (SELECT sequence FROM ("  # noqa: S608 - quoted
        f"SELECT n.sequence, unnest(n.{_LISTS[field.list]}) AS entry FROM event n) "
        f"WHERE substr(entry, instr(entry, ' ') + 1) IN ({keys}))"
    )


def _key(field: OneValue) -> str:
    """Return the SQL for the key of a field's value; terms stand in the ledger as bare words."""
    vocabulary = _TERMS.get(field.name)
    if vocabulary is None:
        return f"e.{field.name}"
    known = words(vocabulary)
    prefix = canonical_term(vocabulary, known[0]).removesuffix(known[0])
    column = f"e.{field.name}"
    return f"CASE WHEN {column} {among(known)} THEN {literal(prefix)} || {column} ELSE {column} END"
