"""Amounts and readings compared with numbers in any unit of the same physical quantity.

What is asked for is converted into each unit that the ledger has seen, so that the rows keep their
digits and their unit, and the comparison is exact.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from epcis_core.query.conditions import Amount, Comparison, SensorNumber
from epcis_core.store.clauses import Clause, all_of, any_of
from epcis_core.store.numbers import NumberColumn, holds
from epcis_core.vocabulary import to_base, unit


def measured(column: NumberColumn, asked: Amount | SensorNumber) -> Clause:
    """Return the condition that a row's number, in its unit, compares as asked.

    Args:
        column: the numbers.
        asked: with what they are compared.
    """
    is_difference = isinstance(asked, SensorNumber) and asked.is_difference
    return any_of(
        one
        for number in asked.numbers
        for one in _alternatives(column, _Asked(asked.comparison, number, asked.uom, is_difference))
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """One number that others are compared with."""

    comparison: Comparison
    number: Decimal
    uom: str | None
    is_difference: bool

    def plainly(self, text: str) -> bool:
        """Tell whether a number as written compares so, in the same unit."""
        return holds(Decimal(text), self.comparison, self.number)

    def in_base(self, number: Decimal, code: str) -> tuple[str, Fraction] | None:
        """Return quantity and amount in its base unit; None without a unit of a fixed size."""
        known, found = unit(code), to_base(number, code)
        if known is None or found is None:
            return None
        return found[0], found[1] - known.offset if self.is_difference else found[1]


def _alternatives(column: NumberColumn, asked: _Asked) -> Iterator[Clause]:
    """Yield the condition for each unit in which a number may be kept."""
    if asked.uom is None:
        yield column.compared(asked.comparison, asked.number, asked.plainly)
        return
    theirs = asked.in_base(asked.number, asked.uom)
    if theirs is None:
        alike = column.of_unit(asked.uom).compared(asked.comparison, asked.number, asked.plainly)
        yield all_of([Clause(f"{column.uom} = ?", (asked.uom,)), alike])
        return
    for code in column.units():
        known = unit(code)
        if known is None or known.quantity != theirs[0]:
            continue
        amount = theirs[1] if asked.is_difference else theirs[1] - known.offset

        def judge(text: str, code: str = code, amount: Fraction = theirs[1]) -> bool:
            mine = asked.in_base(Decimal(text), code)
            return mine is not None and holds(mine[1], asked.comparison, amount)

        same_amount = amount / known.factor
        alike = column.of_unit(code).compared(asked.comparison, same_amount, judge)
        yield all_of([Clause(f"{column.uom} = ?", (code,)), alike])
