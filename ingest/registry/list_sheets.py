"""Lists as spreadsheets: what stands in one, and reading one back.

A sheet that was written here, changed by hand and sent again changes the lines whose codes it has;
lines that it does not name stay as they are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from epcis_core.codecs.limits import Limits
from epcis_core.findings import Finding, Language, Where, finding, has_errors
from epcis_core.store.registry.certificates import Certificate
from ingest.registry.line_reader import read_line
from ingest.registry.lines import Line, ListKey, fields_of, list_of, placed
from ingest.sheets.grid import Sheet, Value
from ingest.sheets.headings import Heading, find_heading, is_beside
from ingest.sheets.reader import open_grid
from ingest.sheets.rows import records
from ingest.sheets.template_writer import template_csv, template_workbook
from ingest.sheets.templates import Column


@dataclass(slots=True)
class Sent:
    """What a sheet of a list says.

    Attributes:
        lines: in order of their rows; without numbers.
        findings: what is wrong or odd.
        cells: where the cells of each line stand, by the keys of columns.
    """

    lines: list[Line] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    cells: list["_Row"] = field(default_factory=list)

    def place(self, index: int, found: Finding) -> Finding:
        """Return what was found about a line, at its cell."""
        return placed(found, self.cells[index].place_of)


@dataclass(frozen=True, slots=True)
class _Row:
    """Where the cells of a row stand."""

    sheet: Sheet
    row: int
    heading: Heading

    def place_of(self, name: str) -> Where:
        """Return the place of a column's cell; that of the row's first where there is none."""
        columns = self.heading.columns
        position = next((at for at, one in columns.items() if one.key == name), min(columns))
        return self.sheet.at(self.row, position)


def list_workbook(
    key: ListKey, lines: Sequence[Line], language: Language, held: Sequence[Certificate] = ()
) -> bytes:
    """Return a workbook with the lines of a list, to change and to add to."""
    return template_workbook(list_of(key), language, rows=_rows(key, lines, language, held))


def list_csv(
    key: ListKey, lines: Sequence[Line], language: Language, held: Sequence[Certificate] = ()
) -> bytes:
    """Return the lines of a list as CSV; an example where there is none."""
    return template_csv(list_of(key), language, rows=list(_rows(key, lines, language, held)))


def read_list(
    source: BinaryIO,
    key: ListKey,
    organisation: str,
    limits: Limits,
    held: Sequence[Certificate] = (),
) -> Sent:
    """Read a sheet of a list.

    Args:
        source: a workbook or CSV.
        key: which list.
        organisation: whose.
        limits: how much is taken.
        held: its certificates.
    """
    sent = Sent()
    opened = open_grid(source, limits)
    if not isinstance(opened, tuple):
        sent.findings.append(opened or finding("workbook_format"))
        return sent
    understood = False
    for sheet in opened[0].sheets:
        heading = None if is_beside(sheet) else find_heading(sheet, only=list_of(key))
        if isinstance(heading, Heading):
            understood = True
            sent.findings += heading.findings
            if not has_errors(heading.findings):
                _take(sent, sheet, heading, key=key, organisation=organisation, held=held)
    if not understood:
        sent.findings.append(finding("list_not_recognised", title=list_of(key).wording))
    return sent


def _take(
    sent: Sent,
    sheet: Sheet,
    heading: Heading,
    *,
    key: ListKey,
    organisation: str,
    held: Sequence[Certificate],
) -> None:
    """Take the rows of a sheet."""
    seen: dict[str, Where] = {}
    for record in records(sheet, heading, sent.findings):
        row = _Row(sheet, record.row, heading)
        line, found = read_line(key, record, row.place_of, organisation, held)
        sent.findings += [*record.findings, *found]
        if line is None:
            continue
        at = row.place_of("code")
        other = seen.setdefault(line.code, at)
        if other is not at:
            actual = fields_of(line)["code"]
            sent.findings.append(finding("listed_twice", at=at, actual=actual, other=other.cell))
        sent.lines.append(line)
        sent.cells.append(row)


def _rows(
    key: ListKey, lines: Sequence[Line], language: Language, held: Sequence[Certificate]
) -> Iterator[list[Value]]:
    for line in lines:
        if line.retired is None:
            fields = fields_of(line, held)
            yield [_cell(column, fields[column.key], language) for column in list_of(key).columns]


def _cell(column: Column, value: str, language: Language) -> Value:
    if column.kind == "number" and value:
        return float(value)
    chosen = next((one for one in column.choices if one.value == value), None)
    return (value if chosen is None else str(getattr(chosen.name, language))) or None
