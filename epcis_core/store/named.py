"""What events name, as SQL: objects, business transactions, parties and places.

The first two say when something was named last, by event time. Each is a SELECT for use as a
subquery; the conditions are on its column `object`.
"""

from epcis_core.store.folding import SQL_FOLDED_NUMBER, pattern_of
from epcis_core.store.literals import literal
from epcis_core.store.view import View


def objects_named(view: View, condition: str) -> str:
    """Return the SQL for the objects of events under a condition, and when each was seen last."""
    return (
        "SELECT object, max(time) AS last FROM ("  # noqa: S608 - conditions of ours
        f"SELECT r.object, r.event_time AS time FROM reference r WHERE {view.condition('r')} "
        f"UNION ALL SELECT m.lot, NULL FROM membership m WHERE {view.condition('m')}) "
        f"WHERE {condition} GROUP BY object"
    )


def documents_named(view: View, condition: str) -> str:
    """Return the SQL for the business transactions of events, likewise."""
    return (
        "SELECT object, max(time) AS last FROM ("  # noqa: S608 - conditions of ours
        "SELECT substr(said, instr(said, ' ') + 1) AS object, time FROM ("
        "SELECT unnest(e.transactions) AS said, e.event_time AS time FROM event e "
        f"WHERE {view.condition('e')})) WHERE {condition} GROUP BY object"
    )


def ends_named(view: View, condition: str) -> str:
    """Return the SQL for the parties and places of events."""
    return (
        "SELECT DISTINCT object FROM (SELECT unnest(list_concat(e.parties, e.places)) AS object "  # noqa: S608 - ours
        f"FROM event e WHERE {view.condition('e')}) WHERE {condition} ORDER BY object"
    )


def folded_numbers(source: str) -> str:
    """Return the SQL for what a source gives with its number, plain and folded.

    Whoever filters by these makes DuckDB work them out of all there is; they are for sorting.
    """
    return (
        f"SELECT object, last, number, {SQL_FOLDED_NUMBER.format('number')} AS folded FROM ("  # noqa: S608 - ours
        "SELECT object, last, CASE WHEN contains(part, '%') "
        "THEN coalesce(try(url_decode(part)), part) ELSE part END AS number FROM ("
        f"SELECT object, last, regexp_extract(object, '[^/:]*$') AS part FROM ({source})))"
    )


def may_match(folded: str, *, is_whole: bool) -> str:
    """Return the SQL that keeps every object whose number may fold to a text, or hold it."""
    pattern = pattern_of(folded, is_whole=is_whole)
    return "true" if pattern is None else f"regexp_matches(object, {literal(pattern)})"
