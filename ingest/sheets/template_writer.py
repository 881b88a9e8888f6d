"""Writing a template: a workbook to fill in, with lists, notes and a worked example; or as CSV."""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from xlsxwriter.worksheet import Worksheet

from epcis_core.findings import Language
from ingest.sheets.grid import Value
from ingest.sheets.known import Known
from ingest.sheets.numbers import unit_choices, unit_of
from ingest.sheets.sheet_writer import Book, put
from ingest.sheets.templates import Column, Template, words

_ROWS: Final = 5000
"""Rows below the headings that have lists and forms."""

_BYTE_ORDER_MARK: Final = "\ufeff"
_SEPARATORS: Final[Mapping[Language, str]] = {"en": ",", "vi": ";"}
"""As Excel has them where a comma is in numbers, and where it is not."""

_FORMULA: Final = re.compile(r"\A(?=[=+\-@＝＋－＠\t\r\n'])")
"""Before what would be a formula a mark stands, which the reader of CSV takes away again."""

_HEAD: Final = {"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True}
_WIDTHS: Final = {"date": 13, "time": 8, "number": 11, "unit": 10}
_WIDTH: Final = 22
_LISTED_FROM: Final = 3  # empty rows between the example and the notes


def template_workbook(
    template: Template,
    language: Language,
    known: Known | None = None,
    rows: Iterable[Sequence[Value]] = (),
) -> bytes:
    """Return a workbook to fill in.

    Args:
        template: which one.
        language: of its headings, lists and notes.
        known: what the lists offer.
        rows: what is filled in already, a value for each column.
    """
    book = Book(language, known or Known())
    sheet = book.sheet(getattr(template.title, language))
    _put_headings(book, sheet, template, 0)
    sheet.freeze_panes(1, 0)
    for position, column in enumerate(template.columns):
        width = _WIDTHS.get(column.kind, _WIDTH)
        sheet.set_column(position, position, width, book.form_of(column.kind))
        sheet.write_comment(0, position, getattr(column.note, language))
        book.choose(sheet, column, position, (1, _ROWS))
    for row, values in enumerate(rows, start=1):
        for position, (column, value) in enumerate(zip(template.columns, values, strict=True)):
            put(sheet, row, position, value, book.form_of(column.kind))
    _put_example(book, template)
    return book.finish()


def template_csv(
    template: Template, language: Language, rows: Sequence[Sequence[Value]] = ()
) -> bytes:
    """Return headings and rows as CSV, in UTF-8 with a byte order mark.

    Args:
        template: which one.
        language: of its headings.
        rows: what is filled in; none for those of the worked example.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=_SEPARATORS[language])
    writer.writerow([heading(column, language) for column in template.columns])
    for row in rows or example_rows(template, language):
        writer.writerow([_as_text(value, language) for value in row])
    return (_BYTE_ORDER_MARK + text.getvalue()).encode()


def heading(column: Column, language: Language) -> str:
    """Return the heading of a column; a star behind it says that it must be filled in."""
    name: str = getattr(column.name, language)
    return f"{name} *" if column.required == "always" else name


def example_rows(template: Template, language: Language) -> Iterator[list[Value]]:
    """Yield the rows of the worked example, a value for each column."""
    for row in template.example:
        yield [_example(column, row.get(column.key), language) for column in template.columns]


def _example(column: Column, value: str | dt.date | None, language: Language) -> Value:
    if value is None or isinstance(value, dt.date):
        return value
    if column.kind == "number":
        return float(value)
    if column.kind == "time":
        return dt.time.fromisoformat(value)
    if column.kind == "choice":
        chosen = next(one for one in column.choices if one.value == value)
        return str(getattr(chosen.name, language))
    if column.kind == "unit":
        pairs = (pair for pair in unit_choices() if unit_of(pair[1]) == unit_of(value))
        english, vietnamese = next((one for one in pairs if value in one), (value, value))
        return english if language == "en" else vietnamese
    return value


def _put_headings(book: Book, sheet: Worksheet, template: Template, row: int) -> None:
    for position, column in enumerate(template.columns):
        put(sheet, row, position, heading(column, book.language), book.form(**_HEAD))


def _put_example(book: Book, template: Template) -> None:
    """Write the sheet that shows how it is done, and says what each column is for."""
    language = book.language
    sheet = book.sheet(getattr(words().example, language))
    put(sheet, 0, 0, getattr(template.about, language), book.form(italic=True))
    _put_headings(book, sheet, template, 1)
    row = 2
    for row, values in enumerate(example_rows(template, language), start=2):
        for position, (column, value) in enumerate(zip(template.columns, values, strict=True)):
            put(sheet, row, position, value, book.form_of(column.kind))
    for position, column in enumerate(template.columns):
        sheet.set_column(position, position, _WIDTHS.get(column.kind, _WIDTH))
        here = row + _LISTED_FROM + position
        put(sheet, here, 0, heading(column, language), book.form(bold=True))
        put(sheet, here, 1, getattr(column.note, language))


def _as_text(value: Value, language: Language) -> str:
    if isinstance(value, dt.date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, dt.time):
        return value.strftime("%H:%M")
    if isinstance(value, float):
        text = f"{value:.15g}"
        return text.replace(".", ",") if language == "vi" else text
    return "" if value is None else _FORMULA.sub("'", str(value))
