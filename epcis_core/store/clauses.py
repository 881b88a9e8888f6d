"""Conditions in SQL with the values that go with them: the values are bound, never spliced."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Bound = str | int | float | bool
"""What may be bound."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of SQL.

    Attributes:
        text: the SQL, all of it ours, with a `?` for each value.
        values: in the order of the `?`.
    """

    text: str
    values: tuple[Bound, ...] = ()

    def within(self, before: str, after: str = "") -> "Clause":
        """Return it with text of ours around it."""
        return Clause(f"{before}{self.text}{after}", self.values)


TRUE = Clause("true")
FALSE = Clause("false")


def all_of(clauses: Iterable[Clause]) -> Clause:
    """Return the condition that all conditions hold, of which there may be none."""
    return _joined(" AND ", clauses) or TRUE


def any_of(clauses: Iterable[Clause]) -> Clause:
    """Return the condition that one of some conditions holds, of which there may be none."""
    return _joined(" OR ", clauses) or FALSE


def one_of(expression: str, values: Iterable[Bound]) -> Clause:
    """Return the condition that an expression is one of some values, of which there may be none.

    >>> one_of("e.action", ["ADD", "DELETE"])
    Clause(text='e.action IN (?, ?)', values=('ADD', 'DELETE'))
    """
    bound = tuple(values)
    return Clause(f"{expression} IN ({', '.join('?' * len(bound)) or 'NULL'})", bound)


def _joined(sign: str, clauses: Iterable[Clause]) -> Clause | None:
    parts = list(clauses)
    if not parts:
        return None
    text = sign.join(f"({part.text})" for part in parts)
    return Clause(text, tuple(_values(parts)))


def _values(parts: list[Clause]) -> Iterator[Bound]:
    for part in parts:
        yield from part.values
