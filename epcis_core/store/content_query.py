"""Conditions on what the rows of `content` keep: extensions, sensors, spelled-out terms."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

import duckdb

from epcis_core.query.conditions import (
    Comparison,
    Extension,
    Operand,
    SensorMoment,
    SensorNumber,
    SensorOneOf,
)
from epcis_core.store.amounts import measured
from epcis_core.store.clauses import Clause, all_of, any_of, one_of
from epcis_core.store.content import rank_of_moment
from epcis_core.store.numbers import SIGNS, NumberColumn, holds
from epcis_core.store.view import View

SENSED = Clause(
    "e.sequence IN (SELECT c.sequence FROM content c "
    "WHERE c.part = 'sensor' AND c.name = 'sensorElement')"
)
"""The condition that `event e` has a sensor element."""

KEY = "coalesce(c.key, c.value)"
"""The one spelling of a text in `content c`."""

_TEXTS = "('text', 'numeral', 'time')"
_ORDERED = "c.kind IN ('number', 'numeral')"


def said(part: str, values: Iterable[str]) -> Clause:
    """Return the condition that a row of a part, which has no names, has one of some values."""
    return _in_event(all_of([Clause("c.part = ?", (part,)), one_of("c.value", values)]))


def sensed(
    cursor: duckdb.DuckDBPyConnection, view: View, asked: SensorOneOf | SensorMoment | SensorNumber
) -> Clause:
    """Return the condition that a sensor's metadata, or a report, say what is asked for."""
    field = Clause("c.part = 'sensor' AND c.name = ?", (asked.field,))
    match asked:
        case SensorOneOf():
            return _in_event(all_of([field, one_of("c.value", asked.values)]))
        case SensorMoment():
            at = Clause(f"c.rank {SIGNS[asked.comparison]} ?", (rank_of_moment(asked.moment),))
            return _in_event(all_of([field, at]))
        case SensorNumber():
            return _in_event(all_of([field, measured(_numbers(cursor, view, field), asked)]))


def extended(cursor: duckdb.DuckDBPyConnection, view: View, asked: Extension) -> Clause:
    """Return the condition that an event has an extension field that is as asked."""
    field = all_of(
        [
            Clause("c.part = ? AND c.inside = ?", (asked.part.value, asked.is_inner)),
            field_named(asked.names),
        ]
    )
    if asked.comparison is None:
        return _in_event(all_of([field, Clause("(c.value IS NULL OR c.value <> '')")]))
    is_number = Clause("c.kind = 'number'" if asked.comparison == "=" else _ORDERED)
    numbers = _numbers(cursor, view, all_of([field, is_number]))
    alternatives = any_of(
        one for operand in asked.operands for one in _compared(numbers, asked.comparison, operand)
    )
    return _in_event(all_of([field, alternatives]))


def own_text(names: Iterable[str], condition: Clause) -> Clause:
    """Return the condition that a text of an extension field of the event itself passes another."""
    return _in_event(
        all_of(
            [
                Clause(f"c.part = 'event' AND NOT c.inside AND c.kind IN {_TEXTS}"),
                field_named(names),
                condition,
            ]
        )
    )


def field_named(names: Iterable[str]) -> Clause:
    """Return the condition that a row of `content c` is of a field of one of some names."""
    known = tuple(names)
    return any_of([one_of("c.name", known), one_of("c.written", known)])


def _compared(numbers: NumberColumn, comparison: Comparison, operand: Operand) -> Iterator[Clause]:
    """Yield the ways in which a value of a field may be as asked, by its kind."""
    if comparison == "=":
        yield Clause(f"(c.kind IN {_TEXTS} OR c.kind = 'boolean') AND {KEY} = ?", (operand.key,))
    if operand.moment is not None:
        rank = rank_of_moment(operand.moment)
        yield Clause(f"c.kind = 'time' AND c.rank {SIGNS[comparison]} ?", (rank,))
    if operand.number is not None:
        number = operand.number

        def judge(text: str) -> bool:
            return holds(Decimal(text), comparison, number)

        yield all_of([numbers.where, numbers.compared(comparison, number, judge)])


def _numbers(cursor: duckdb.DuckDBPyConnection, view: View, field: Clause) -> NumberColumn:
    return NumberColumn(cursor, view, "content c", field, "c.value", "c.uom")


def _in_event(condition: Clause) -> Clause:
    return condition.within("e.sequence IN (SELECT c.sequence FROM content c WHERE ", ")")
