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


def among(values: Iterable[str | int]) -> str:
    """Return the condition that what stands before it is one of the values, of which may be none.

    >>> print("role", among(["epc", "child"]))
    role IN ('epc', 'child')
    """
    return f"IN ({', '.join(map(literal, values)) or 'NULL'})"
