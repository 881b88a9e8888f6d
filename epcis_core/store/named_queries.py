"""Named queries: parameters that somebody has given a name, kept as they were given.

References:
    EPCIS 2.0, section 12.7 (named queries)
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from epcis_core.store.bookkeeping import Bookkeeping


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A query with a name.

    Attributes:
        number: its place among all that ever were; a name may come again, a number never does.
        name: as its maker wrote it.
        definition: its parameters as they were given, a JSON object as text.
        prefixes: what its maker bound beside the `@context` in it: prefix to namespace.
        created: microseconds since 1970 UTC.
    """

    number: int
    name: str
    definition: str
    prefixes: Mapping[str, str]
    created: int


def add_named_query(
    books: Bookkeeping, name: str, definition: str, prefixes: Mapping[str, str], now: int
) -> NamedQuery | None:
    """Keep a query; it is on disk afterwards.

    Args:
        books: where.
        name: that no other query has.
        definition: a JSON object as text.
        prefixes: prefix to namespace.
        now: microseconds since 1970 UTC.

    Returns:
        None where there is a query of that name.
    """
    with books.transaction() as connection:
        added = connection.execute(
            "INSERT INTO named_query (name, definition, prefixes, created) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (name) DO NOTHING RETURNING number",
            (name, definition, json.dumps(dict(prefixes)), now),
        ).fetchone()
    return None if added is None else NamedQuery(added[0], name, definition, prefixes, now)


def find_named_query(books: Bookkeeping, name: str) -> NamedQuery | None:
    """Return the query of a name."""
    with books.transaction() as connection:
        row = connection.execute("SELECT * FROM named_query WHERE name = ?", (name,)).fetchone()
    return None if row is None else _named_query(row)


def named_queries(books: Bookkeeping, *, after: int = 0, most: int) -> list[NamedQuery]:
    """Return queries in the order in which they were made.

    Args:
        books: where they stand.
        after: only those with a larger number.
        most: so many at most.
    """
    with books.transaction() as connection:
        rows = connection.execute(
            "SELECT * FROM named_query WHERE number > ? ORDER BY number LIMIT ?", (after, most)
        ).fetchall()
    return [_named_query(row) for row in rows]


def remove_named_query(books: Bookkeeping, name: str) -> int | None:
    """Remove a query with all its subscriptions, and return its number; None for no such query."""
    with books.transaction() as connection:
        row = connection.execute(
            "DELETE FROM named_query WHERE name = ? RETURNING number", (name,)
        ).fetchone()
    return None if row is None else int(row[0])


def _named_query(row: sqlite3.Row) -> NamedQuery:
    return NamedQuery(
        row["number"],
        row["name"],
        row["definition"],
        json.loads(row["prefixes"]),
        row["created"],
    )
