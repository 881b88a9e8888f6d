"""Small spreadsheets for tests, written by another library than the one that reads them."""

import datetime as dt
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook

from epcis_core.findings import Finding
from ingest.check import check_stream
from ingest.report import CheckReport
from ingest.sheets.template_writer import example_rows
from ingest.sheets.templates import templates

FARM = "9506000911007"
GRAPES = "9506000912004"
GOOD: dict[str, Any] = {
    "date": dt.date(2026, 3, 10),
    "place": f"{FARM}/LO-1",
    "product": GRAPES,
    "lot": "L1",
    "quantity": 100.0,
    "unit": "kg",
}
"""A row of the harvest without fault."""

Touch = Callable[[Workbook, Any], None]


@dataclass(frozen=True)
class Formula:
    """A cell with a formula, and the value that was saved with it."""

    text: str
    value: Any = 0


def workbook(
    rows: Sequence[Sequence[Any]],
    name: str = "Thu hoạch",
    *,
    touch: Touch = lambda *_: None,
    **options: Any,
) -> bytes:
    """A workbook of one sheet; `touch` may do more to it."""
    file = io.BytesIO()
    book = Workbook(file, {"in_memory": True, "strings_to_formulas": False, **options})
    sheet = book.add_worksheet(name)
    dates, times = (
        book.add_format({"num_format": "dd/mm/yyyy"}),
        book.add_format({"num_format": "hh:mm"}),
    )
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            match value:
                case None:
                    pass
                case Formula():
                    sheet.write_formula(row, column, value.text, None, value.value)
                case str():
                    sheet.write_string(row, column, value)
                case bool():
                    sheet.write_boolean(row, column, value)
                case float() | int():
                    sheet.write_number(row, column, value)
                case dt.time():
                    sheet.write_datetime(row, column, value, times)
                case _:
                    sheet.write_datetime(row, column, value, dates)
    touch(book, sheet)
    book.close()
    return file.getvalue()


def headings(key: str = "harvest", language: str = "vi") -> list[str]:
    return [getattr(column.name, language) for column in templates()[key].columns]


def line(values: Mapping[str, Any], key: str = "harvest") -> list[Any]:
    """A row of a template's sheet, by the keys of its columns."""
    return [values.get(column.key) for column in templates()[key].columns]


def harvest(*rows: Mapping[str, Any], touch: Touch = lambda *_: None, **options: Any) -> bytes:
    """A sheet of the harvest whose rows differ from a good one by what is given."""
    lines = [line({**GOOD, **row}) for row in rows or ({},)]
    return workbook([headings(), *lines], touch=touch, **options)


def csv_file(rows: Sequence[Sequence[str]], separator: str = ";") -> str:
    return "\r\n".join(separator.join(row) for row in rows) + "\r\n"


def filled(key: str, years: int = 1) -> bytes:
    """The sheet of a template with its worked example as records, of some years later."""
    template = templates()[key]
    rows = [[_later(value, years) for value in row] for row in example_rows(template, "vi")]
    return workbook([headings(key), *rows], template.title.vi)


def checked(data: bytes) -> CheckReport:
    return check_stream(io.BytesIO(data), file_name="sheet")


def told(report: CheckReport) -> list[tuple[str, str | None]]:
    """Codes and cells of what was found, but what stands beside every case."""
    return [(one.code, one.where.cell) for one in report.findings if one.code != "no_events"]


def only(report: CheckReport) -> Finding:
    (found,) = report.findings
    return found


def _later(value: Any, years: int) -> Any:
    return value.replace(year=value.year + years) if isinstance(value, dt.date) else value
