"""The lists that the province keeps for its reports: read from forms and sheets, and written."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import BinaryIO, Final

from epcis_core.codecs.limits import Limits
from epcis_core.findings import Finding, Language, Where, finding, has_errors
from epcis_core.store.registry.desk import DeskLine, DeskList
from ingest.sheets.goods import Product
from ingest.sheets.grid import Sheet, Value
from ingest.sheets.headings import Heading, find_heading, is_beside
from ingest.sheets.reader import open_grid
from ingest.sheets.rows import Cell, Record, records
from ingest.sheets.template_writer import template_csv, template_workbook
from ingest.sheets.templates import Column, Template, desk_lists
from ingest.sheets.values import Said, read_record

LONGEST: Final = 300
"""Characters of a field of words."""

_LARGEST: Final = 1_000_000


@dataclass(slots=True)
class SentLines:
    """What a sheet of a list says.

    Attributes:
        lines: in order of their rows; without numbers.
        findings: what is wrong or odd.
    """

    lines: list[DeskLine] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def desk_list(key: DeskList) -> Template:
    """Return what a list's columns are."""
    return desk_lists()[key]


def read_fields(
    key: DeskList, fields: Mapping[str, str]
) -> tuple[DeskLine | None, Sequence[Finding]]:
    """Read the fields of a form.

    Returns:
        The line, without a number, None where it cannot be read; and what is wrong, each at the
        pointer of its field.
    """
    cells = {
        column.key: Cell(column, given, _pointed(column.key), position)
        for position, column in enumerate(desk_list(key).columns)
        if (given := fields.get(column.key, "").strip())
    }
    return _read(key, Record(0, cells, Where()), _pointed)


def read_sheet(source: BinaryIO, key: DeskList, limits: Limits) -> SentLines:
    """Read a workbook or CSV of a list.

    Args:
        source: at its start.
        key: which list.
        limits: how much is taken.
    """
    sent = SentLines()
    opened = open_grid(source, limits)
    if not isinstance(opened, tuple):
        sent.findings.append(opened or finding("workbook_format"))
        return sent
    understood = False
    for sheet in opened[0].sheets:
        heading = None if is_beside(sheet) else find_heading(sheet, only=desk_list(key))
        if isinstance(heading, Heading):
            understood = True
            sent.findings += heading.findings
            if not has_errors(heading.findings):
                _take(sent, sheet, heading, key)
    if not understood:
        sent.findings.append(finding("list_not_recognised", title=desk_list(key).wording))
    return sent


def desk_workbook(key: DeskList, lines: Sequence[DeskLine], language: Language) -> bytes:
    """Return a workbook with the lines of a list that are in use, to add to."""
    return template_workbook(desk_list(key), language, rows=_rows(key, lines, language))


def desk_csv(key: DeskList, lines: Sequence[DeskLine], language: Language) -> bytes:
    """Return the lines of a list that are in use as CSV; an example where there is none."""
    return template_csv(desk_list(key), language, rows=list(_rows(key, lines, language)))


def shown_entry(column: Column, value: str, language: Language) -> str:
    """Return what a line says in a column, in words."""
    chosen = next((one for one in column.choices if one.value == value), None)
    return value if chosen is None else str(getattr(chosen.name, language))


def _take(sent: SentLines, sheet: Sheet, heading: Heading, key: DeskList) -> None:
    for record in records(sheet, heading, sent.findings):

        def place(name: str, row: int = record.row) -> Where:
            at = (at for at, one in heading.columns.items() if one.key == name)
            return sheet.at(row, next(at, min(heading.columns)))

        line, found = _read(key, record, place, counts_from_1904=sheet.counts_from_1904)
        sent.findings += found
        if line is not None:
            sent.lines.append(line)


def _read(
    key: DeskList,
    record: Record,
    place: Callable[[str], Where],
    *,
    counts_from_1904: bool = False,
) -> tuple[DeskLine | None, list[Finding]]:
    template = desk_list(key)
    read = read_record(record, {}, counts_from_1904=counts_from_1904)
    found = list(read.findings)
    for column in template.columns:
        cell = record.cells.get(column.key)
        if cell is None and column.required == "always":
            found.append(finding("sheet_cell_missing", at=place(column.key), column=column.wording))
        value = read.values.get(column.key)
        if cell is not None and isinstance(value, str) and len(value) > LONGEST:
            found.append(
                finding("list_text_too_long", at=cell.at, column=column.wording, limit=LONGEST)
            )
        if cell is not None and isinstance(value, Decimal) and not _is_count(value):
            found.append(
                finding("count_not_whole", at=cell.at, actual=value.normalize(), limit=_LARGEST)
            )
    if has_errors(found):
        return None, found
    entries = {name: _text(value) for name, value in read.values.items()}
    return DeskLine(key, entries), found


def _is_count(value: Decimal) -> bool:
    return value == value.to_integral_value() and 0 <= value <= _LARGEST


def _text(value: Said) -> str:
    """Return a value as a line keeps it: days as 2026-05-12, counts in digits, codes canonical."""
    match value:
        case dt.date() | dt.time():
            return value.isoformat()
        case Decimal():
            return str(int(value))
        case Product():
            return value.gtin or (f"{value.gln}:{value.code}" if value.gln else value.code)
    return " ".join(value.split())


def _rows(key: DeskList, lines: Sequence[DeskLine], language: Language) -> Iterator[list[Value]]:
    for line in lines:
        if line.retired is None:
            yield [
                _cell(column, line.entries.get(column.key, ""), language)
                for column in desk_list(key).columns
            ]


def _cell(column: Column, value: str, language: Language) -> Value:
    if not value:
        return None
    if column.kind == "date":
        return dt.date.fromisoformat(value)
    if column.kind == "number":
        return float(value)
    return shown_entry(column, value, language)


def _pointed(name: str) -> Where:
    return Where(pointer=f"/{name}")
