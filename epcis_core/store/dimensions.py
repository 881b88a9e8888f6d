"""What the events of a ledger speak of, dimension by dimension: types, objects, steps, places.

References:
    EPCIS 2.0, section 12.2 (top-level resources)
"""

from typing import Final, Literal

from epcis_core.store.ledger import Ledger
from epcis_core.store.literals import literal
from epcis_core.store.view import View

Dimension = Literal["event_type", "epc", "biz_step", "biz_location", "read_point", "disposition"]
"""One of the ways to look at events; `epc` is any object, of an instance or a class."""

_TERMS: Final = frozenset({"event_type", "biz_step", "disposition"})
"""Dimensions of terms, which may have a prefix; `content` has these spelled out."""


def values_of(
    ledger: Ledger, view: View, dimension: Dimension, *, after: str | None = None, most: int
) -> list[str]:
    """Return the values of a dimension that events have, each once, in order of their text.

    Args:
        ledger: where to look.
        view: what may be seen.
        dimension: of what.
        after: only values behind this one; None for all.
        most: so many at most.
    """
    further = "" if after is None else f"AND value > {literal(after)}"
    with ledger.reading() as cursor:
        rows = cursor.execute(
            f"SELECT DISTINCT value FROM ({_values(view, dimension)}) "  # noqa: S608 - quoted
            f"WHERE value IS NOT NULL {further} ORDER BY value LIMIT {most:d}"
        ).fetchall()
    return [row[0] for row in rows]


def has_value(ledger: Ledger, view: View, dimension: Dimension, value: str) -> bool:
    """Tell whether any event has a value, as the ledger spells it."""
    with ledger.reading() as cursor:
        rows = cursor.execute(
            f"SELECT 1 FROM ({_values(view, dimension)}) "  # noqa: S608 - quoted
            f"WHERE value = {literal(value)} LIMIT 1"
        ).fetchall()
    return bool(rows)


def _values(view: View, dimension: Dimension) -> str:
    """Return the SQL for every value of a dimension, a term in its one spelling."""
    seen = view.condition("t")
    if dimension == "epc":
        return f"SELECT t.object AS value FROM reference t WHERE {seen}"  # noqa: S608 - ours
    if dimension not in _TERMS:
        return f"SELECT t.{dimension} AS value FROM event t WHERE {seen}"  # noqa: S608 - ours
    return (
        f"SELECT coalesce(c.value, t.{dimension}) AS value FROM event t "  # noqa: S608 - ours
        f"LEFT JOIN content c ON c.sequence = t.sequence AND c.part = '{dimension}' WHERE {seen}"
    )
