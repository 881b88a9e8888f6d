"""The conditions of a query as SQL on `event e`; no body is read to find an event.

Columns of `event` and rows of `reference` answer what they hold; `content` has the rest. Master
data are asked as they are known through the same view.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import duckdb

from epcis_core.query import conditions as asked_for
from epcis_core.query.conditions import Condition, EventQuery
from epcis_core.query.fields import Described, ExtensionField, Objects, OneValue, Within
from epcis_core.store import content_query
from epcis_core.store.amounts import measured
from epcis_core.store.clauses import TRUE, Clause, all_of, any_of, one_of
from epcis_core.store.event_ids import id_key, of_id
from epcis_core.store.hierarchy import keys_below, keys_described
from epcis_core.store.index.reader import IndexReader
from epcis_core.store.index.segment import DamagedIndexError
from epcis_core.store.literals import among, literal, rows_at
from epcis_core.store.numbers import SIGNS, NumberColumn
from epcis_core.store.patterns import matching
from epcis_core.store.view import View
from epcis_core.vocabulary import VocabularyList, canonical_term, words

_LISTS: Final[Mapping[str, str]] = {
    "biz_transaction_list": "transactions",
    "source_list": "sources",
    "destination_list": "destinations",
}
"""Columns with entries `type identifier`, by the model's field."""

_TERMS: Final = {
    "biz_step": VocabularyList.BIZ_STEP,
    "disposition": VocabularyList.DISPOSITION,
}
_SPELLED_OUT: Final = frozenset({"event_type", "biz_step", "disposition", "reason"})
"""Columns with terms, which `content` has too where a prefix had to be spelled out."""

_MOST_FOUND: Final = 1_000
"""Where the index finds more, the rows are read instead."""


def condition_of(
    cursor: duckdb.DuckDBPyConnection,
    view: View,
    query: EventQuery,
    index: IndexReader | None = None,
) -> Clause:
    """Return the condition on `event e` that all conditions of a query hold.

    Args:
        cursor: a reader's, which is asked what master data say and which units there are.
        view: through which master data are seen.
        query: what is asked.
        index: one that has come as far as the view; None where there is none.
    """
    return all_of(
        _match(one, index)
        if isinstance(one, asked_for.Match)
        else _HOLDS[type(one)](cursor, view, one)
        for one in query.conditions
    )


def _one_of(_: duckdb.DuckDBPyConnection, __: View, asked: asked_for.OneOf) -> Clause:
    column = f"e.{asked.field}"
    plain = one_of(column, asked.values)
    if asked.field == "event_id":
        return of_id(asked.values)
    if asked.field in _SPELLED_OUT:
        return any_of([plain, content_query.said(asked.field, asked.values)])
    return plain


def _moment(_: duckdb.DuckDBPyConnection, view: View, asked: asked_for.Moment) -> Clause:
    is_ours = asked.field == "record_time"
    column = view.shown("record_time", "e") if is_ours else f"e.{asked.field}"
    return Clause(f"{column} {SIGNS[asked.comparison]} make_timestamp(?)", (asked.moment,))


def _persistent(_: duckdb.DuckDBPyConnection, __: View, asked: asked_for.Persistent) -> Clause:
    return content_query.said(asked.field, asked.values)


def _entry(_: duckdb.DuckDBPyConnection, __: View, asked: asked_for.Entry) -> Clause:
    entries = [f"{asked.kind} {key}" for key in asked.keys]
    return any_of([_has_any(f"e.{asked.list}", entries), content_query.said(asked.list, entries)])


def _match(asked: asked_for.Match, index: IndexReader | None) -> Clause:
    objects = [one_of("r.object", asked.keys)]
    objects += [matching(one, "r.object", is_class=asked.is_class) for one in asked.patterns]
    here = _by_index(asked, index)
    return _named([here, one_of("r.role", asked.roles), _is_class(asked), any_of(objects)])


def _by_index(asked: asked_for.Match, index: IndexReader | None) -> Clause:
    """Return where the index says that references to objects may be; anywhere, where it cannot."""
    if index is None or asked.patterns:
        return TRUE
    try:
        sequences = index.naming(asked.keys)
    except DamagedIndexError:
        index.give_up()
        return TRUE
    return Clause(rows_at("reference", "r", sequences)) if len(sequences) <= _MOST_FOUND else TRUE


def _amount(cursor: duckdb.DuckDBPyConnection, view: View, asked: asked_for.Amount) -> Clause:
    stated = Clause("r.quantity IS NOT NULL")
    column = NumberColumn(cursor, view, "reference r", stated, "r.quantity", "r.uom")
    return _named([stated, measured(column, asked)])


def _declared(_: duckdb.DuckDBPyConnection, __: View, ___: asked_for.Declared) -> Clause:
    return Clause("e.retracts IS NOT NULL")


def _corrected(_: duckdb.DuckDBPyConnection, __: View, asked: asked_for.Corrected) -> Clause:
    keys = f"list_transform(e.corrective, lambda x: {id_key('x')})"
    return _has_any(keys, asked.event_ids)


def _sensed(_: duckdb.DuckDBPyConnection, __: View, ___: asked_for.Sensed) -> Clause:
    return content_query.SENSED


def _sensor(cursor: duckdb.DuckDBPyConnection, view: View, asked: Any) -> Clause:
    return content_query.sensed(cursor, view, asked)


def _extension(cursor: duckdb.DuckDBPyConnection, view: View, asked: asked_for.Extension) -> Clause:
    return content_query.extended(cursor, view, asked)


def _within(cursor: duckdb.DuckDBPyConnection, view: View, asked: Within) -> Clause:
    return Clause(f"e.{asked.field} {among(keys_below(cursor, view, asked.keys))}")


def _described(_: duckdb.DuckDBPyConnection, view: View, asked: Described) -> Clause:
    field, keys = asked.field, keys_described(view, asked.test)
    if isinstance(field, OneValue):
        return _one_value(field, keys)
    if isinstance(field, Objects):
        named = keys.within("r.object IN (", ")")
        return _named([one_of("r.role", field.roles), _is_class(field), named])
    if isinstance(field, ExtensionField):
        return content_query.own_text(field.names, keys.within(f"{content_query.KEY} IN (", ")"))
    return keys.within(
        "e.sequence IN (SELECT sequence FROM ("  # noqa: S608 - text of ours
        f"SELECT n.sequence, unnest(n.{_LISTS[field.list]}) AS entry FROM event n) "
        "WHERE substr(entry, instr(entry, ' ') + 1) IN (",
        "))",
    )


def _one_value(field: OneValue, keys: Clause) -> Clause:
    """Return the condition that a field has one of some keys."""
    vocabulary = _TERMS.get(field.name)
    if vocabulary is None:
        return keys.within(f"e.{field.name} IN (", ")")
    spelled_out = keys.within(
        "e.sequence IN (SELECT c.sequence FROM content c "  # noqa: S608 - text of ours
        f"WHERE c.part = '{field.name}' AND {_term_key('c.value', vocabulary)} IN (",
        "))",
    )
    return any_of(
        [keys.within(f"{_term_key(f'e.{field.name}', vocabulary)} IN (", ")"), spelled_out]
    )


def _named(conditions: list[Clause]) -> Clause:
    """Return the condition that an event names an object of which some conditions hold."""
    inside = all_of(conditions)
    return inside.within("e.sequence IN (SELECT r.sequence FROM reference r WHERE ", ")")


def _is_class(asked: asked_for.Match | Objects) -> Clause:
    return Clause("r.is_class" if asked.is_class else "NOT r.is_class")


def _has_any(column: str, values: Any) -> Clause:
    """Return the condition that a list has one of some values."""
    bound = tuple(values)
    return Clause(f"list_has_any({column}, [{', '.join('?' * len(bound))}])", bound)


def _term_key(column: str, vocabulary: VocabularyList) -> str:
    """Return the SQL for the key of a term; it stands in the ledger as bare word."""
    known = words(vocabulary)
    prefix = canonical_term(vocabulary, known[0]).removesuffix(known[0])
    return f"CASE WHEN {column} {among(known)} THEN {literal(prefix)} || {column} ELSE {column} END"


_HOLDS: Final[
    Mapping[type[Condition], Callable[[duckdb.DuckDBPyConnection, View, Any], Clause]]
] = {
    asked_for.OneOf: _one_of,
    asked_for.Moment: _moment,
    asked_for.Persistent: _persistent,
    asked_for.Entry: _entry,
    asked_for.Amount: _amount,
    asked_for.Declared: _declared,
    asked_for.Corrected: _corrected,
    asked_for.Sensed: _sensed,
    asked_for.SensorOneOf: _sensor,
    asked_for.SensorMoment: _sensor,
    asked_for.SensorNumber: _sensor,
    asked_for.Extension: _extension,
    Within: _within,
    Described: _described,
}
