"""Which photographs the events of a ledger name, and the erasing of those that none names."""

import duckdb

from epcis_core.model.photo import DIGEST
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.literals import literal
from epcis_core.store.part import LedgerPart
from epcis_core.store.registry.step_photos import (
    forget_photos,
    forget_waiting,
    left_waiting,
    note_named,
    photos_kept,
)
from epcis_core.store.view import EVERYTHING, View


def named_photos(
    cursor: duckdb.DuckDBPyConnection, view: View, part: LedgerPart | None = None
) -> list[tuple[str, str]]:
    """Return organisation and digest of the photographs that events name, sorted.

    An event that several have sent names that of each.

    Args:
        cursor: a reader's.
        view: what may be seen.
        part: of the ledger; None for all.
    """
    rows = cursor.execute(
        "SELECT e.organisation, c.value FROM content c JOIN event e USING (sequence) "  # noqa: S608 - quoted
        f"WHERE {_IS_PHOTO} AND {_of(part)} AND {view.condition('e')} UNION "
        "SELECT w.organisation, c.value FROM content c JOIN event e USING (sequence) "
        "JOIN receipt w ON w.event_sequence = e.sequence "
        f"WHERE {_IS_PHOTO} AND {_of(part)} AND {view.condition('w')} ORDER BY 1, 2"
    ).fetchall()
    return [(row[0], row[1]) for row in rows]


def forget_unnamed(ledger: Ledger, books: Bookkeeping) -> int:
    """Erase the photographs that no event names any more; nobody may be sending any meanwhile.

    Returns:
        How many there were.
    """
    kept = photos_kept(books)
    if not kept:
        return 0
    with ledger.reading() as cursor:
        named = {*named_photos(cursor, EVERYTHING)}
    gone = forget_photos(books, [one[:2] for one in kept if one[:2] not in named])
    if gone:
        books.rewrite()
    return gone


def forget_left_waiting(ledger: Ledger, books: Bookkeeping, now: int) -> None:
    """Erase the photographs that were sent more than a day ago with what was not stored.

    Args:
        ledger: whose events may name them.
        books: where they stand.
        now: microseconds since 1970 UTC.
    """
    waiting = left_waiting(books, now)
    if not waiting:
        return
    with ledger.reading() as cursor:
        named = {*named_photos(cursor, EVERYTHING)}
    for one in waiting:
        if one in named:  # the server ended before it could note so
            note_named(books, *one)
    forget_waiting(books, [one for one in waiting if one not in named], now)


_IS_PHOTO = f"c.part = 'event' AND c.inside AND c.name = {literal(DIGEST)} AND c.value IS NOT NULL"


def _of(part: LedgerPart | None) -> str:
    return "true" if part is None else part.events
