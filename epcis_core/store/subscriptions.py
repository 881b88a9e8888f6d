"""Subscriptions: to whom the new events of a named query are sent, and how far that has come.

How far is a sequence of the ledger: every event up to it has been sent and taken, or does not
match. It moves only after the receiver has said so, and outlives the server.

References:
    EPCIS 2.0, sections 8.2.5 and 12.7 (subscriptions)
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from epcis_core.errors import TooManyError
from epcis_core.model.epc_format import EpcFormat
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.query import After
from epcis_core.store.view import View

MOST_EVENTS: Final = 1_000
"""Events that are sent at once where the receiver can take as many."""

MOST_SUBSCRIPTIONS: Final = 200
"""Subscriptions that one organisation has, to all its queries."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far the events of a query have been given out.

    Attributes:
        since: the last entry of the ledger that is done with; -1 for none.
        up_to: the last entry that the execution which is under way is about; None where none is.
        after: the last event of that execution that was given out; None where none was.
    """

    since: int
    up_to: int | None = None
    after: After | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a subscription has come.

    Attributes:
        position: what has been sent and taken.
        min_record_time: when the query was last executed, at first since when events count;
            microseconds since 1970 UTC, as all times here.
        next_run: when it is executed next; None where new events say so.
        batch: events that are sent at once.
        delivery: number of the delivery that is next, from 1.
        notified: when the receiver last took one.
        failures: deliveries that have failed since.
        failure: why the last one failed.
        retry: when it is tried again.
    """

    position: Position
    min_record_time: int
    next_run: int | None = None
    batch: int = MOST_EVENTS
    delivery: int = 1
    notified: int | None = None
    failures: int = 0
    failure: str | None = None
    retry: int | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who is sent the new events of a query, and when.

    Attributes:
        id: names it, to its receiver too.
        query: the number of the query.
        dest: the address to which events are sent.
        token: with which what is sent is signed; None for no signature.
        epc_format: how identifiers are spelled.
        schedule: when the query is executed, field by field; None for whenever there are events.
        report_if_empty: tell of executions that found nothing.
        initial: since when events count, microseconds since 1970 UTC; None for those that come in
            after the subscription.
        created: when it was made, likewise.
        progress: how far it has come.
        number: its place among all.
    """

    id: str
    query: int
    dest: str
    token: str | None
    epc_format: EpcFormat
    schedule: Mapping[str, str] | None
    report_if_empty: bool
    initial: int | None
    created: int
    progress: Progress
    number: int = field(default=0)


def position_before(ledger: Ledger, view: View, moment: int) -> Position:
    """Return the position behind all that a ledger took before a time.

    Args:
        ledger: where entries are.
        view: what may be seen.
        moment: microseconds since 1970 UTC.
    """
    with ledger.reading() as cursor:
        rows = cursor.execute(
            "SELECT coalesce(max(n.sequence), -1) FROM entry n "  # noqa: S608 - no text of users in it
            f"WHERE n.record_time < make_timestamp(?) AND {view.condition('n')}",
            [moment],
        ).fetchall()
    return Position(rows[0][0])


def add_subscription(books: Bookkeeping, new: Subscription) -> Subscription | None:
    """Keep a subscription; it is on disk afterwards.

    Returns:
        It with its number; None where the query is no longer there.

    Raises:
        TooManyError: the owner of the query, an organisation, has as many as it may.
    """
    with books.transaction() as connection:
        kept = connection.execute(
            "SELECT count(s.number) FROM named_query q "
            "JOIN named_query other ON other.owner = q.owner AND q.owner <> '' "
            "JOIN subscription s ON s.query = other.number WHERE q.number = ?",
            (new.query,),
        ).fetchone()[0]
        if kept >= MOST_SUBSCRIPTIONS:
            title = f"Your organisation has {kept} subscriptions, as many as it may; remove one."
            raise TooManyError(title)
        added = connection.execute(
            "INSERT INTO subscription (id, query, dest, token, epc_format, schedule, "
            "report_if_empty, initial, created, progress) "
            "SELECT ?, number, ?, ?, ?, ?, ?, ?, ?, ? FROM named_query WHERE number = ? "
            "RETURNING number",
            (
                new.id,
                new.dest,
                new.token,
                new.epc_format,
                None if new.schedule is None else json.dumps(dict(new.schedule)),
                new.report_if_empty,
                new.initial,
                new.created,
                _progress_text(new.progress),
                new.query,
            ),
        ).fetchone()
    return None if added is None else replace(new, number=added[0])


def find_subscription(books: Bookkeeping, query: int, subscription_id: str) -> Subscription | None:
    """Return a subscription to a query by its id."""
    found = _subscriptions(books, "query = ? AND id = ?", (query, subscription_id))
    return found[0] if found else None


def subscriptions_of(
    books: Bookkeeping, query: int, *, after: int = 0, most: int
) -> list[Subscription]:
    """Return the subscriptions to a query in the order in which they were made.

    Args:
        books: where they stand.
        query: its number.
        after: only those with a larger number.
        most: so many at most.
    """
    condition = "query = ? AND number > ? ORDER BY number LIMIT ?"
    return _subscriptions(books, condition, (query, after, most))


def all_subscriptions(books: Bookkeeping) -> list[Subscription]:
    """Return all subscriptions in the order in which they were made."""
    return _subscriptions(books, "true ORDER BY number", ())


def remove_subscription(books: Bookkeeping, query: int, subscription_id: str) -> int | None:
    """Remove a subscription to a query, and return its number; None where there is none."""
    with books.transaction() as connection:
        row = connection.execute(
            "DELETE FROM subscription WHERE query = ? AND id = ? RETURNING number",
            (query, subscription_id),
        ).fetchone()
    return None if row is None else int(row[0])


def save_progress(books: Bookkeeping, number: int, progress: Progress) -> None:
    """Keep how far a subscription has come; one that was removed meanwhile stays so."""
    with books.transaction() as connection:
        connection.execute(
            "UPDATE subscription SET progress = ? WHERE number = ?",
            (_progress_text(progress), number),
        )


def _subscriptions(
    books: Bookkeeping, condition: str, values: tuple[object, ...]
) -> list[Subscription]:
    """Return subscriptions under a condition; its text must be ours, values bound."""
    with books.transaction() as connection:
        rows = connection.execute(
            f"SELECT * FROM subscription WHERE {condition}",  # noqa: S608 - no text of users in it
            values,
        ).fetchall()
    return [_subscription(row) for row in rows]


def _subscription(row: sqlite3.Row) -> Subscription:
    members: dict[str, Any] = dict(row)
    members["report_if_empty"] = bool(members["report_if_empty"])
    members["schedule"] = json.loads(members["schedule"] or "null")
    members["progress"] = _progress(json.loads(members["progress"]))
    return Subscription(**members)


def _progress_text(progress: Progress) -> str:
    return json.dumps(asdict(progress))


def _progress(members: dict[str, Any]) -> Progress:
    position = dict(members["position"])
    if position["after"] is not None:
        position["after"] = After(**position["after"])
    return Progress(**{**members, "position": Position(**position)})
