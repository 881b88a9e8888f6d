"""A sheet as it was read: rows of values, and what its file says of them beside."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from epcis_core.codecs.document import Format
from epcis_core.errors import EpcisError
from epcis_core.findings import Finding, Where

Value = str | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None
"""What a cell holds; None for nothing. A number is a `float`, however it was written."""


SPREADSHEETS: Final[frozenset[Format]] = frozenset({"xlsx", "csv"})
"""Formats that hold rows."""


class CellError(EpcisError):
    """A cell does not hold what its column is for.

    Attributes:
        found: says what is wrong, and how to mend it.
    """

    def __init__(self, found: Finding) -> None:
        self.found = found
        super().__init__(found.message)


@dataclass(frozen=True, slots=True)
class Range:
    """Cells that were merged into one; rows and columns count from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that holds a formula.

    Attributes:
        has_value: whether the program that saved it left the value that it worked out.
    """

    has_value: bool


@dataclass(slots=True)
class Marks:
    """What a workbook says of the cells of a sheet beside their values.

    Attributes:
        hidden_rows: rows that are not shown.
        hidden_columns: columns that are not shown.
        formulas: cells with formulas, by row and column.
        errors: cells with an error of the spreadsheet program, such as `#REF!`.
        merged: cells that were merged.
        rows: how many rows there are to the last that has a cell.
        columns: how many columns there are likewise.
    """

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    formulas: dict[tuple[int, int], Formula] = field(default_factory=dict)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[Range] = field(default_factory=list)
    rows: int = 0
    columns: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook, or all of a CSV file.

    Attributes:
        name: its name; `CSV` for a CSV file.
        marks: what is said of its cells.
        is_hidden: whether the program shows it.
        counts_from_1904: whether a number that is a date counts days from 1904, not from 1900.
        open: returns its rows from the first, empty ones too, each as a list of values.
    """

    name: str
    open: Callable[[], Iterator[list[Value]]]
    marks: Marks = field(default_factory=Marks)
    is_hidden: bool = False
    counts_from_1904: bool = False

    def at(self, row: int, column: int) -> Where:
        """Return the place of a cell; rows and columns count from 0."""
        return Where(sheet=self.name, cell=cell_name(row, column))


@dataclass(frozen=True, slots=True)
class Grid:
    """A file of sheets.

    Attributes:
        format: what the file is.
        sheets: in their order.
        has_macros: whether programs came with it; they are never run.
    """

    format: Format
    sheets: tuple[Sheet, ...]
    has_macros: bool = False


def cell_name(row: int, column: int) -> str:
    """Return the name of a cell; rows and columns count from 0.

    >>> cell_name(11, 2), cell_name(0, 26), cell_name(0, 701), cell_name(0, 702)
    ('C12', 'AA1', 'ZZ1', 'AAA1')
    """
    letters = ""
    left = column + 1
    while left:
        left, letter = divmod(left - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row + 1}"


def cell_place(name: str) -> tuple[int, int]:
    """Return row and column of a cell by its name, from 0.

    >>> cell_place("C12"), cell_place("AAA1")
    ((11, 2), (0, 702))

    Raises:
        ValueError: it is no name of a cell.
    """
    letters = name.rstrip("0123456789")
    if not letters.isalpha() or not letters.isascii() or len(letters) > 3:  # noqa: PLR2004 - XFD is the last
        raise ValueError(f"Expected the name of a cell, such as C12, got {name!r}")
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(name[len(letters) :]) - 1, column - 1
