"""Where in a ledger file something is wrong, and the findings that say so of rows."""

from epcis_core.findings import Finding, Where, finding


def at_row(table: str, sequence: int | str, column: str | None = None) -> Where:
    """Return the place of a row, by its sequence or what else names it, or of a value in it."""
    row = f"/{table}/{sequence}"
    return Where(pointer=row if column is None else f"{row}/{column}")


def differing(
    table: str, sequence: int | str, column: str, expected: object, actual: object
) -> Finding:
    """Return that a value is not what follows from what was received."""
    return finding(
        "row_differs",
        at=at_row(table, sequence, column),
        table=table,
        sequence=sequence,
        column=column,
        expected=shown(expected),
        actual=shown(actual),
    )


def missing(table: str, sequence: int | str, row: object) -> Finding:
    """Return that a row is not there that follows from what was received."""
    at = at_row(table, sequence)
    return finding("row_missing", at=at, table=table, sequence=sequence, row=shown(row))


def unexpected(table: str, sequence: int | str, row: object) -> Finding:
    """Return that a row is there that does not follow from what was received."""
    at = at_row(table, sequence)
    return finding("row_unexpected", at=at, table=table, sequence=sequence, row=shown(row))


def shown(value: object) -> str:
    """Return a value as a finding shows it; the same in every language."""
    if value is None:
        return "NULL"
    return value.hex() if isinstance(value, bytes) else str(value)
