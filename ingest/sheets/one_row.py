"""One row of a template, as a form gave it: a workbook like any other, read by the same code."""

from collections.abc import Mapping

from epcis_core.findings import Language, Where
from ingest.sheets.grid import cell_place
from ingest.sheets.sheet_writer import Book, put
from ingest.sheets.template_writer import heading
from ingest.sheets.templates import Column, Template


def sheet_of_row(template: Template, values: Mapping[str, str], language: Language) -> bytes:
    """Return a workbook with headings and one row.

    Args:
        template: whose columns these are.
        values: what was typed, by the keys of columns; what is empty or missing stays empty.
        language: of the headings.
    """
    book = Book(language)
    sheet = book.sheet(getattr(template.title, language))
    for position, column in enumerate(template.columns):
        put(sheet, 0, position, heading(column, language))
        put(sheet, 1, position, values.get(column.key, "").strip() or None)
    return book.finish()


def column_of(template: Template, where: Where) -> Column | None:
    """Return the column of a cell of such a workbook; None for what is about no cell."""
    if not where.cell:
        return None
    position = cell_place(where.cell)[1]
    return template.columns[position] if position < len(template.columns) else None
