"""A workbook of tables: frozen headings with filters, numbers as numbers, text never a formula."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from epcis_core.findings import Language
from ingest.sheets.grid import Value
from ingest.sheets.sheet_writer import TEXT, Book, put

Cell = Value | Decimal
"""What a cell holds; an amount is a `Decimal`."""

_NARROW: Final = 12
_WIDE: Final = 42
_HEADING: Final = 32
"""Points of a row of headings, which have two lines."""

_A4: Final = 9  # as programs for sheets number it


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet.

    Attributes:
        name: of the sheet.
        headings: of its columns.
        rows: as many cells each.
    """

    name: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def workbook(tables: Sequence[Table], language: Language) -> bytes:
    """Return a workbook with a sheet for each table.

    Args:
        tables: in their order; at least one.
        language: of the ledger's own words in it.
    """
    book = Book(language)
    for table in tables:
        write_table(book, table)
    return book.finish()


def write_table(book: Book, table: Table) -> None:
    """Add a table as a sheet."""
    sheet = book.sheet(table.name)
    last = len(table.headings) - 1
    heading = book.form(bold=True, text_wrap=True, valign="top", bg_color="#E3EFE7")
    for position, text in enumerate(table.headings):
        put(sheet, 0, position, text, heading)
    for place, row in enumerate(table.rows, start=1):
        for position, value in enumerate(row):
            put(sheet, place, position, plain(value), _form(book, value))
    for position in range(len(table.headings)):
        sheet.set_column(position, position, _width(table, position))
    sheet.set_row(0, _HEADING)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(table.rows), 1), last)
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def plain(value: Cell) -> Value:
    """Return what a sheet keeps of a value: an amount as text where a sheet would round it."""
    if not isinstance(value, Decimal):
        return value
    return float(value) if Decimal(repr(float(value))) == value else format(value, "f")


def amount(digits: str | None) -> Cell:
    """Return digits as an amount; nothing where there are none, text where they are no number."""
    if digits is None:
        return None
    try:
        found = Decimal(digits)
    except InvalidOperation:
        return digits
    return found if found.is_finite() else digits


def day(text: str | None) -> Cell:
    """Return a day as a sheet sorts it; text where it is none.

    >>> day("2026-03-11T07:00:00Z"), day("soon"), day(None)
    (datetime.date(2026, 3, 11), 'soon', None)
    """
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return text


def _form(book: Book, value: Cell) -> object:
    if isinstance(value, dt.datetime):
        return book.form(num_format="yyyy-mm-dd hh:mm")
    if isinstance(value, dt.date):
        return book.form(num_format="yyyy-mm-dd")
    return book.form(num_format=TEXT) if isinstance(value, str) else None


def _width(table: Table, position: int) -> int:
    longest = max((len(str(row[position] or "")) for row in table.rows), default=0)
    heading = len(table.headings[position]) // 2 + 4  # on two lines, with the sign of the filter
    return min(_WIDE, max(_NARROW, longest + 2, heading))
