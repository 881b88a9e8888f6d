"""What is left of erased events: that they were there, and what they named of what others name.

A trace tells of it as gap `erased`, so that nobody takes for never recorded what a law let go.

References:
    docs/retention.md
"""

from collections.abc import Collection, Iterator
from typing import Any, Final

import duckdb
import orjson

from epcis_core.provenance.result import Gap
from epcis_core.store.event_ids import id_key
from epcis_core.store.literals import among, literal
from epcis_core.store.view import View

_MOST_EVENTS: Final = 20


def erased_gaps(
    cursor: duckdb.DuckDBPyConnection, view: View, objects: Collection[str] | None
) -> Iterator[Gap]:
    """Yield a gap for each object that erased events named, by object.

    Args:
        cursor: a reader's.
        view: what may be seen; an event counts from when it came, not from when it was erased.
        objects: which; None for all.
    """
    if not cursor.execute("SELECT 1 FROM erased LIMIT 1").fetchall():
        return
    rows = cursor.execute(
        "SELECT o.object, list(o.event_id ORDER BY o.sequence) FILTER (o.event_id IS NOT NULL) "  # noqa: S608 - quoted
        "FROM (SELECT g.sequence, g.event_id, unnest(g.objects) AS object FROM erased g "
        f"WHERE {view.condition('g')} AND {_naming(objects)}) o "
        f"WHERE {_wanted(objects)} GROUP BY o.object ORDER BY o.object"
    ).fetchall()
    for one, event_ids in rows:
        yield Gap(
            code="erased",
            message=f"Records that named {one} were erased when the time to keep them was over.",
            objects=(one,),
            events=tuple(dict.fromkeys(event_ids or ()))[:_MOST_EVENTS],
        )


def erased_naming(
    cursor: duckdb.DuckDBPyConnection, view: View, objects: Collection[str]
) -> dict[int, str | None]:
    """Return the sequences of erased events that named objects, with eventIDs as far as known.

    Args:
        cursor: a reader's.
        view: what may be seen.
        objects: which.
    """
    rows = cursor.execute(
        "SELECT g.sequence, g.event_id FROM erased g "  # noqa: S608 - quoted
        f"WHERE {view.condition('g')} AND {_naming(objects)} ORDER BY g.sequence"
    ).fetchall()
    return dict(rows)


def erased_events(cursor: duckdb.DuckDBPyConnection, identities: Collection[str]) -> dict[str, int]:
    """Return which of some events were erased, and their sequences.

    Only an eventID that a sender gave is known still; see the decision about erasing.

    Args:
        cursor: the writer's.
        identities: of events that are no error declarations.
    """
    rows = cursor.execute(
        f"SELECT {id_key('g.event_id')} AS id, min(g.sequence) FROM erased g "  # noqa: S608 - quoted
        f"WHERE g.event_id IS NOT NULL AND {id_key('g.event_id')} {among(identities)} GROUP BY id"
    ).fetchall()
    return dict(rows)


def erased_without_decision(cursor: duckdb.DuckDBPyConnection) -> Iterator[int]:
    """Yield the sequences of what has lost its content without being named by its decision.

    Args:
        cursor: a reader's or the writer's.
    """
    rows = cursor.execute(
        "SELECT g.decision, any_value(d.body), list(g.sequence ORDER BY g.sequence) "
        "FROM erased g LEFT JOIN decision d ON d.sequence = g.decision AND d.kind = 'erase' "
        "GROUP BY g.decision ORDER BY g.decision"
    )
    while row := rows.fetchone():
        named = [span for part in _erased_by(row[1]) for span in part["sequences"]]
        numbers = {number for first, last in named for number in range(first, last + 1)}
        yield from (sequence for sequence in row[2] if sequence not in numbers)


def _erased_by(body: str | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [] if body is None else orjson.loads(body)["erased"]
    return found


def _listed(objects: Collection[str]) -> str:
    return f"[{', '.join(map(literal, objects))}]::VARCHAR[]"


def _naming(objects: Collection[str] | None) -> str:
    return "true" if objects is None else f"list_has_any(g.objects, {_listed(objects)})"


def _wanted(objects: Collection[str] | None) -> str:
    return "true" if objects is None else f"list_contains({_listed(objects)}, o.object)"
