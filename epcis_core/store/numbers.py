"""Comparing numbers that are kept as text with the digits they were written with.

DuckDB compares them in binary64, which is right unless two numbers are so near each other that
binary64 makes one of them. Those are few; they are fetched and compared exactly.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

import duckdb

from epcis_core.query.conditions import Comparison
from epcis_core.store.clauses import Clause, all_of, any_of, one_of
from epcis_core.store.view import View

SIGNS: Final[dict[Comparison, str]] = {"=": "=", ">": ">", ">=": ">=", "<": "<", "<=": "<="}
"""Comparisons in SQL."""


def holds(value: Decimal | Fraction, comparison: Comparison, other: Decimal | Fraction) -> bool:
    """Tell whether a number stands to another of its kind as asked."""
    sign = (value > other) - (value < other)
    wanted = {"=": (0,), ">": (1,), ">=": (0, 1), "<": (-1,), "<=": (-1, 0)}
    return sign in wanted[comparison]


def near(value: Decimal | Fraction) -> float:
    """Return the number of binary64 next to a number; infinity where it has none so large."""
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """A column of numbers as text, read through a view.

    Attributes:
        cursor: a reader's.
        view: what may be seen.
        table: the table and its alias, such as `reference r`.
        where: which of its rows count.
        text: the column, with the alias.
        uom: the column of the numbers' unit, likewise.
    """

    cursor: duckdb.DuckDBPyConnection
    view: View
    table: str
    where: Clause
    text: str
    uom: str

    def of_unit(self, code: str) -> "NumberColumn":
        """Return the numbers of a unit alone."""
        return replace(self, where=all_of([self.where, Clause(f"{self.uom} = ?", (code,))]))

    def units(self) -> list[str]:
        """Return the units that there are."""
        return self._distinct(self.uom, Clause(f"{self.uom} IS NOT NULL"))

    def compared(
        self, comparison: Comparison, other: Decimal | Fraction, judge: Callable[[str], bool]
    ) -> Clause:
        """Return the condition that a number stands to another as asked.

        Args:
            comparison: of the column with the number.
            other: the number.
            judge: tells of a number as written whether it stands so to the other, exactly.
        """
        number = f"TRY_CAST({self.text} AS DOUBLE)"
        # Below the least number of binary64 all are 0, and above the greatest infinite.
        doubtful = Clause(
            f"({number} IS NULL OR {number} = 0 OR isinf({number}) OR {number} = ?)",
            (near(other),),
        )
        written = self._distinct(self.text, doubtful)
        exact = one_of(self.text, [one for one in written if judge(one)])
        if comparison == "=":
            return exact
        surely = Clause(f"{number} {SIGNS[comparison]} ?", (near(other),))
        return any_of([exact, all_of([doubtful.within("NOT "), surely])])

    def _distinct(self, column: str, condition: Clause) -> list[str]:
        alias = self.table.rpartition(" ")[2]
        rows = all_of([Clause(self.view.condition(alias)), self.where, condition])
        text = f"SELECT DISTINCT {column} FROM {self.table} WHERE {rows.text}"  # noqa: S608 - text of ours
        return [one for (one,) in self.cursor.execute(text, list(rows.values)).fetchall()]
