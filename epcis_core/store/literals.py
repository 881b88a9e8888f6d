"""Values as SQL text, for sets of keys.

Only a list of literals is looked up in an index, and DuckDB takes a bound Python list a value at a
time, which is slower by a factor of twenty. Single values are bound.
"""

from collections.abc import Iterable


def literal(value: str | int) -> str:
    """Return a value as SQL.

    >>> print(literal("Phan Rang's"), literal(7))
    'Phan Rang''s' 7
    """
    if isinstance(value, int):
        return f"{value:d}"
    # A NUL would end the statement.
    quoted = value.replace("'", "''").replace("\0", "' || chr(0) || '")
    return f"'{quoted}'"


def rows_at(table: str, alias: str, sequences: Iterable[int]) -> str:
    """Return the condition that a row of a table has one of some sequences.

    A list alone is taken for advice: from the first sequence to the last all columns of all rows
    are read. So the rows are found by their sequences first, then fetched by their places.

    >>> print(rows_at("event", "e", [3, 5]))
    e.rowid IN (SELECT rowid FROM event WHERE sequence IN (3, 5))
    """
    numbers = sorted(sequences)
    if len(numbers) == 1:
        return f"{alias}.sequence = {numbers[0]:d}"
    return f"{alias}.rowid IN (SELECT rowid FROM {table} WHERE sequence {among(numbers)})"  # noqa: S608 - numbers


def among(values: Iterable[str | int]) -> str:
    """Return the condition that what stands before it is one of the values, of which may be none.

    >>> print("role", among(["epc", "child"]))
    role IN ('epc', 'child')
    """
    return f"IN ({', '.join(map(literal, values)) or 'NULL'})"
