"""The events a query asks for, and pages of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

import duckdb

from epcis_core.query.conditions import EventQuery
from epcis_core.query.refusal import QueryTooLargeError
from epcis_core.store.clauses import Clause, all_of
from epcis_core.store.events import StoredEvent, events_where, streamed_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.literals import among
from epcis_core.store.ordering import key_of, order_of
from epcis_core.store.predicate import condition_of
from epcis_core.store.view import View


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
    key, order = key_of(query), order_of(query)
    if query.limit is not None:
        order += f" LIMIT {query.limit:d}"
    with ledger.reading() as cursor:
        condition = condition_of(cursor, view, query)
        _check_ceiling(cursor, view, query, condition)
        # The order's values stand behind those of the condition.
        values = [*condition.values, *key.values]
        yield from streamed_events(cursor, view, condition.text, values, order)


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
        seen = view if after is None else View(view.viewer, after.up_to_sequence)
        condition = condition_of(cursor, seen, query)
        if since >= 0:
            condition = all_of([Clause(f"e.sequence > {since:d}"), condition])
        if after is None:
            _check_ceiling(cursor, seen, query, condition)
        where = all_of([Clause(seen.condition("e")), condition])
        found = _keys(cursor, query, where, most + 1, after)
        here = found[:most]
        if most_text is not None:
            here = here[: _fitting(cursor, [sequence for sequence, _ in here], most_text)]
        places = {sequence: place for place, (sequence, _) in enumerate(here)}
        events = events_where(cursor, seen, f"e.sequence {among(places)}", [], "e.sequence")
        events.sort(key=lambda stored: places[stored.sequence])
        given += len(here)
        if len(here) == len(found) or given == query.limit:
            return Page(events, None)
        sequence, key = here[-1]
        return Page(events, After(seen.last(cursor), key, sequence, given))


def _fitting(cursor: duckdb.DuckDBPyConnection, sequences: list[int], most_text: int) -> int:
    """Return how many events, the first among them, have no more text than a page may have."""
    if len(sequences) < 2:  # noqa: PLR2004 - one alone fits in any case
        return len(sequences)
    rows = cursor.execute(
        f"SELECT sequence, length(body) FROM event WHERE sequence {among(sequences)}"  # noqa: S608 - numbers
    ).fetchall()
    sizes = dict(rows)
    sums = accumulate(sizes[sequence] for sequence in sequences)
    return sum(1 for place, total in enumerate(sums) if not place or total <= most_text)


def _keys(
    cursor: duckdb.DuckDBPyConnection,
    query: EventQuery,
    where: Clause,
    most: int,
    after: After | None,
) -> list[tuple[int, int | str]]:
    """Return sequence and key of the events of a query, in its order, from some place on."""
    descends = query.order_by is not None and not query.ascending
    sign, turn = ("<", "DESC") if descends else (">", "ASC")
    behind = Clause("true")
    if after is not None:
        bound = (after.key, after.key, after.sequence)
        behind = Clause(f"(key {sign} ? OR (key = ? AND sequence {sign} ?))", bound)
    key = key_of(query)
    return cursor.execute(
        f"SELECT sequence, key FROM (SELECT e.sequence, {key.text} AS key FROM event e "  # noqa: S608 - text of ours
        f"WHERE {where.text}) WHERE {behind.text} ORDER BY key {turn}, sequence {turn} "
        f"LIMIT {most:d}",
        [*key.values, *where.values, *behind.values],
    ).fetchall()
