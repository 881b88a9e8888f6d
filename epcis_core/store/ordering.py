"""By what the events of a query are ordered, in SQL."""

from typing import Literal

from epcis_core.query.conditions import EventQuery, FieldOrder
from epcis_core.store.clauses import Clause
from epcis_core.store.content_query import field_named
from epcis_core.store.view import View


def key_of(view: View, query: EventQuery) -> Clause:
    """Return what each `event e` is ordered by, before its sequence.

    A number for a time, in microseconds since 1970 UTC; a text for an extension field, which is
    empty where the event has none; nothing but 0 for ledger order.
    """
    if query.order_by is None:
        return Clause("0")
    if isinstance(query.order_by, FieldOrder):
        named = field_named(query.order_by.names)
        return named.within(
            "coalesce((SELECT arg_min(coalesce(c.rank, '3' || c.value), c.position) "
            "FROM content c WHERE c.sequence = e.sequence AND c.part = 'event' "
            "AND NOT c.inside AND c.kind <> 'object' AND (",
            ")), '')",
        )
    return Clause(f"epoch_us({_time(view, query.order_by)})")


def order_of(view: View, query: EventQuery) -> str:
    """Return the order of events, for use after ORDER BY; its values are those of `key_of`."""
    if query.order_by is None:
        return "e.sequence"
    turn = "ASC" if query.ascending else "DESC"
    if isinstance(query.order_by, FieldOrder):
        return f"{key_of(view, query).text} {turn}, e.sequence {turn}"
    return f"{_time(view, query.order_by)} {turn}, e.sequence {turn}"


def _time(view: View, column: Literal["event_time", "record_time"]) -> str:
    return view.shown("record_time", "e") if column == "record_time" else f"e.{column}"
