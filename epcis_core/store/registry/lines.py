"""Lines of the tables that only take more: the newest first, by what an index finds them by."""

import sqlite3
from collections.abc import Mapping

from epcis_core.store.bookkeeping import Bookkeeping


def newest(
    books: Bookkeeping, table: str, conditions: Mapping[str, object], most: int
) -> list[sqlite3.Row]:
    """Return rows of a table by their `number`, the largest first.

    Args:
        books: where it stands.
        table: it; no text of users.
        conditions: in SQL, no text of users either, each with the value of its one parameter; one
            whose value is None holds for all. So a condition that is asked for is one an index
            knows.
        most: so many at most.
    """
    asked = {condition: value for condition, value in conditions.items() if value is not None}
    where = " AND ".join(asked) or "true"
    with books.reading() as connection:
        return connection.execute(
            f"SELECT * FROM {table} WHERE {where} ORDER BY number DESC LIMIT ?",  # noqa: S608 - ours
            (*asked.values(), most),
        ).fetchall()
