"""Records as tables, for those who read them in a spreadsheet: as CSV, and as one workbook.

The first table has a line for each record; each list within a record is a table of its own, whose
lines say by `#delivery` and `#position` where they belong. A column is called by the JSON Pointer
that leads to it (RFC 6901), without the first slash. Text stays text in both.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from api.web.csv_cells import lines
from ingest.sheets.grid import Value
from ingest.sheets.sheet_writer import Book, put

LOTS: Final = "lots"
DELIVERY: Final = "#delivery"
POSITION: Final = "#position"
VALUE: Final = "#value"
"""The column of a list that has no names in it."""

_ROWS: Final = 1_000_000  # of a sheet; a program takes 1,048,576
_EXACT: Final = 2**53  # up to which a spreadsheet has whole numbers
_NOT_IN_NAMES: Final = re.compile(r"[^\w.-]+")

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Table:
    """Lines with named columns.

    Attributes:
        columns: their names, in the order in which they were met.
        rows: of each what is known, by the column's name.
    """

    columns: dict[str, None] = field(default_factory=dict)
    rows: list[dict[str, Scalar]] = field(default_factory=list)

    def add(self, row: dict[str, Scalar]) -> None:
        """Add a line."""
        self.columns.update(dict.fromkeys(row))
        self.rows.append(row)

    def lines(self) -> Iterator[list[Scalar]]:
        """Yield the names of the columns, and then line by line what stands in them."""
        yield list(self.columns)
        for row in self.rows:
            yield [row.get(name) for name in self.columns]


def tables_of(entries: Sequence[Mapping[str, Any]]) -> dict[str, Table]:
    """Return the tables of an export's entries, by what they are called; that of the lots first.

    Args:
        entries: each with `delivery`, a number, `operation`, `lot` and `record`, JSON.
    """
    tables = {LOTS: Table()}
    for one in entries:
        row: dict[str, Scalar] = {
            DELIVERY: one["delivery"],
            "#operation": one["operation"],
            "#lot": one["lot"],
        }
        _fill(tables, _Place(LOTS, row, one["delivery"]), one["record"], "")
        tables[LOTS].add(row)
    return tables


def csv_files(tables: Mapping[str, Table]) -> Iterator[tuple[str, bytes]]:
    """Yield each table as CSV that no spreadsheet takes for formulas, with the name of its file."""
    for number, (name, table) in enumerate(tables.items(), start=1):
        rows = ([_text(value) for value in line] for line in table.lines())
        yield f"{number}-{_NOT_IN_NAMES.sub('_', name)}.csv", "".join(lines(rows)).encode()


def workbook(tables: Mapping[str, Table]) -> bytes:
    """Return a workbook with a sheet for each table, or several where it is too long for one."""
    book = Book("vi")
    for name, table in tables.items():
        head, *rows = table.lines()
        for start in range(0, max(len(rows), 1), _ROWS):
            sheet = book.sheet(name)
            for number, line in enumerate([head, *rows[start : start + _ROWS]]):
                for position, value in enumerate(line):
                    put(sheet, number, position, _cell(value))
    return book.finish()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a part of a record is written.

    Attributes:
        table: the name of the table.
        row: the line.
        delivery: its number.
        position: of the line, with those of the lines above it; empty for a record itself.
    """

    table: str
    row: dict[str, Scalar]
    delivery: int
    position: str = ""


def _fill(tables: dict[str, Table], at: _Place, part: Any, name: str) -> None:
    """Write a part of a record into its line, and its lists into their tables.

    Args:
        tables: all, by name.
        at: where it belongs.
        part: JSON.
        name: JSON Pointer to it within the line, without the first slash.
    """
    if isinstance(part, Mapping):
        for key, value in part.items():
            member = key.replace("~", "~0").replace("/", "~1")
            _fill(tables, at, value, f"{name}/{member}" if name else member)
    elif isinstance(part, list):
        below = f"{at.table}/{name or VALUE}"
        for number, one in enumerate(part, start=1):
            place = f"{at.position}.{number}" if at.position else str(number)
            line: dict[str, Scalar] = {DELIVERY: at.delivery, POSITION: place}
            _fill(tables, _Place(below, line, at.delivery, place), one, "")
            tables.setdefault(below, Table()).add(line)
    else:
        at.row[name or VALUE] = part


def _text(value: Scalar) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _cell(value: Scalar) -> Value:
    if value is None or isinstance(value, str | bool):
        return value
    is_exact = math.isfinite(value) and abs(value) <= _EXACT
    return float(value) if is_exact else json.dumps(value)
