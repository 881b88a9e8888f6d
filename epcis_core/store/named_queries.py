"""Named queries: parameters that somebody has given a name, kept as they were given.

References:
    EPCIS 2.0, section 12.7 (named queries)
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from epcis_core.errors import TooManyError
from epcis_core.store.bookkeeping import Bookkeeping

MOST_QUERIES: Final = 200
"""Named queries that one organisation keeps."""


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A query with a name.

    Attributes:
        number: its place among all that ever were; a name may come again, a number never does.
        name: as its maker wrote it.
        definition: its parameters as they were given, a JSON object as text.
        prefixes: what its maker bound beside the `@context` in it: prefix to namespace.
        created: microseconds since 1970 UTC.
        owner: the organisation whose it is; empty for one of the server itself.
    """

    number: int
    name: str
    definition: str
    prefixes: Mapping[str, str]
    created: int
    owner: str = ""


def add_named_query(
    books: Bookkeeping,
    name: str,
    definition: str,
    prefixes: Mapping[str, str],
    now: int,
    *,
    owner: str = "",
) -> NamedQuery | None:
    """Keep a query; it is on disk afterwards.

    Args:
        books: where.
        name: that no other query of its owner has.
        definition: a JSON object as text.
        prefixes: prefix to namespace.
        now: microseconds since 1970 UTC.
        owner: whose it is.

    Returns:
        None where its owner has a query of that name.

    Raises:
        TooManyError: its owner, an organisation, has as many as it may.
    """
    with books.transaction() as connection:
        kept = connection.execute(
            "SELECT count(*) FROM named_query WHERE owner = ?", (owner,)
        ).fetchone()[0]
        if owner and kept >= MOST_QUERIES:
            title = f"Your organisation has {kept} named queries, as many as it may; remove one."
            raise TooManyError(title)
        added = connection.execute(
            "INSERT INTO named_query (name, definition, prefixes, created, owner) "
            "VALUES (?, ?, ?, ?, ?) ON CONFLICT (owner, name) DO NOTHING RETURNING number",
            (name, definition, json.dumps(dict(prefixes)), now, owner),
        ).fetchone()
    return None if added is None else NamedQuery(added[0], name, definition, prefixes, now, owner)


def find_named_query(books: Bookkeeping, name: str, *, owner: str = "") -> NamedQuery | None:
    """Return the query of a name that somebody owns."""
    with books.transaction() as connection:
        row = connection.execute(
            "SELECT * FROM named_query WHERE owner = ? AND name = ?", (owner, name)
        ).fetchone()
    return None if row is None else _named_query(row)


def named_queries(
    books: Bookkeeping, *, after: int = 0, most: int, owner: str | None = None
) -> list[NamedQuery]:
    """Return queries in the order in which they were made.

    Args:
        books: where they stand.
        after: only those with a larger number.
        most: so many at most.
        owner: only those of one; None for all.
    """
    with books.transaction() as connection:
        rows = connection.execute(
            "SELECT * FROM named_query WHERE number > ? AND owner = coalesce(?, owner) "
            "ORDER BY number LIMIT ?",
            (after, owner, most),
        ).fetchall()
    return [_named_query(row) for row in rows]


def remove_named_query(books: Bookkeeping, name: str, *, owner: str = "") -> int | None:
    """Remove a query that somebody owns, with all its subscriptions.

    Returns:
        Its number; None where there is no such query.
    """
    with books.transaction() as connection:
        row = connection.execute(
            "DELETE FROM named_query WHERE owner = ? AND name = ? RETURNING number", (owner, name)
        ).fetchone()
    return None if row is None else int(row[0])


def _named_query(row: sqlite3.Row) -> NamedQuery:
    return NamedQuery(
        row["number"],
        row["name"],
        row["definition"],
        json.loads(row["prefixes"]),
        row["created"],
        row["owner"],
    )
