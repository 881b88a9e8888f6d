"""The events a query asks for, and pages of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import duckdb

from epcis_core.query.conditions import EventQuery, Match
from epcis_core.query.refusal import QueryTooLargeError
from epcis_core.store.clauses import Clause, all_of
from epcis_core.store.events import StoredEvent, events_where, streamed_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.literals import rows_at
from epcis_core.store.ordering import key_of, order_of
from epcis_core.store.predicate import condition_of
from epcis_core.store.view import View

_TOGETHER: Final = 100
"""Events whose texts are read at once."""


@dataclass(frozen=True, slots=True)
class After:
    """Where a page has ended, and the state of the ledger that the pages are of.

    Attributes:
        up_to_sequence: entries behind it came after the first page was asked for, and do not count.
        key: what the last event is ordered by: microseconds since 1970 UTC, a text, or 0.
        sequence: of the last event.
        given: how many events the pages have had so far.
    """

    up_to_sequence: int
    key: int | str
    sequence: int
    given: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some events of a query, in its order.

    Attributes:
        events: at most as many as were asked for.
        after: where the next page begins; None behind the last.
    """

    events: list[StoredEvent]
    after: After | None


def query_events(ledger: Ledger, view: View, query: EventQuery) -> list[StoredEvent]:
    """Return the events a query asks for.

    Args:
        ledger: where to look.
        view: what may be seen.
        query: the conditions, and the order.

    Raises:
        QueryTooLargeError: there are more than the query's `maxEventCount`.
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
        QueryTooLargeError: there are more than the query's `maxEventCount`; before the first is
            given.
    """
    key, order = key_of(view, query), order_of(view, query)
    if query.limit is not None:
        order += f" LIMIT {query.limit:d}"
    with ledger.reading() as cursor:
        condition = _condition(ledger, cursor, view, query)
        _check_ceiling(cursor, view, query, condition)
        # The order's values stand behind those of the condition.
        values = [*condition.values, *key.values]
        yield from streamed_events(cursor, view, condition.text, values, order)


def _condition(
    ledger: Ledger, cursor: duckdb.DuckDBPyConnection, view: View, query: EventQuery
) -> Clause:
    """Return the condition that events match, by the fact index if it has come far enough."""
    if any(isinstance(one, Match) for one in query.conditions):
        with ledger.index() as index:
            if index is not None and index.reached >= view.last(cursor):
                return condition_of(cursor, view, query, index)
    return condition_of(cursor, view, query)


def _check_ceiling(
    cursor: duckdb.DuckDBPyConnection, view: View, query: EventQuery, condition: Clause
) -> None:
    """Make sure that no more events match than a query wants to hear of.

    Raises:
        QueryTooLargeError: there are more than the query's `maxEventCount`.
    """
    if query.ceiling is None:
        return
    rows = cursor.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM event e WHERE {view.condition('e')} "  # noqa: S608 - text of ours
        f"AND {condition.text} LIMIT {query.ceiling + 1:d})",
        list(condition.values),
    ).fetchall()
    if rows[0][0] > query.ceiling:
        raise QueryTooLargeError("maxEventCount", query.ceiling)


def page_of_events(
    ledger: Ledger,
    view: View,
    query: EventQuery,
    size: int,
    after: After | None = None,
    *,
    since: int = -1,
    most_text: int | None = None,
    seconds: float | None = None,
) -> Page:
    """Return a page of the events a query asks for.

    All pages are of the state of the ledger that the first was of: whatever is captured meanwhile,
    no event is there twice and none is missing.

    Args:
        ledger: where to look.
        view: what may be seen.
        query: the conditions and the order, the same for all pages.
        size: events at most, above 0.
        after: where the page before has ended; None for the first.
        since: only events behind this entry, the same for all pages.
        most_text: characters of all events together, unless there is one alone; None for any.
        seconds: that finding them may take; None for ever.

    Raises:
        QueryTooLargeError: there are more than the query's `maxEventCount`.
        TooComplexError: it took longer.
    """
    given = after.given if after is not None else 0
    most = size if query.limit is None else min(size, query.limit - given)
    with ledger.reading(seconds) as cursor:
        # A bound that leaves nothing out would only keep DuckDB from looking events up.
        seen = view if after is None else view.until(after.up_to_sequence)
        condition = _condition(ledger, cursor, seen, query)
        if since >= 0:
            condition = all_of([Clause(f"e.sequence > {since:d}"), condition])
        if after is None:
            _check_ceiling(cursor, seen, query, condition)
        where = all_of([Clause(seen.condition("e")), condition])
        found = _keys(cursor, seen, query, where, most + 1, after=after)
        events = _fitting(cursor, seen, [sequence for sequence, _ in found[:most]], most_text)
        given += len(events)
        if len(events) == len(found) or given == query.limit:
            return Page(events, None)
        sequence, key = found[len(events) - 1]
        return Page(events, After(seen.last(cursor), key, sequence, given))


def _fitting(
    cursor: duckdb.DuckDBPyConnection, view: View, sequences: list[int], most_text: int | None
) -> list[StoredEvent]:
    """Return the events of some sequences, the first and as many more as have no more text."""
    fitting: list[StoredEvent] = []
    text = 0
    for start in range(0, len(sequences), _TOGETHER):
        some = sequences[start : start + _TOGETHER]
        read = events_where(cursor, view, rows_at("event", "e", some), [], "e.sequence")
        by_sequence = {stored.sequence: stored for stored in read}
        for stored in map(by_sequence.__getitem__, some):
            text += len(stored.text)
            if fitting and most_text is not None and text > most_text:
                return fitting
            fitting.append(stored)
    return fitting


def _keys(
    cursor: duckdb.DuckDBPyConnection,
    view: View,
    query: EventQuery,
    where: Clause,
    most: int,
    *,
    after: After | None,
) -> list[tuple[int, int | str]]:
    """Return sequence and key of the events of a query, in its order, from some place on."""
    descends = query.order_by is not None and not query.ascending
    sign, turn = ("<", "DESC") if descends else (">", "ASC")
    behind = Clause("true")
    if after is not None:
        bound = (after.key, after.key, after.sequence)
        behind = Clause(f"(key {sign} ? OR (key = ? AND sequence {sign} ?))", bound)
    key = key_of(view, query)
    return cursor.execute(
        f"SELECT sequence, key FROM (SELECT e.sequence, {key.text} AS key FROM event e "  # noqa: S608 - text of ours
        f"WHERE {where.text}) WHERE {behind.text} ORDER BY key {turn}, sequence {turn} "
        f"LIMIT {most:d}",
        [*key.values, *where.values, *behind.values],
    ).fetchall()
