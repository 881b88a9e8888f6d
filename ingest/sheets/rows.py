"""The rows of a sheet below its headings: which of them are records, and what is odd about a cell.

Left out, and told, are rows that add others up and the worked example. Rows and columns that are
not shown count like others, and are told. A cell that was merged with those below stands for all of
them, unless it is an amount.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from epcis_core.findings import Finding, Where, finding
from ingest.sheets.dates import read_date, read_time, shown
from ingest.sheets.grid import CellError, Sheet, Value
from ingest.sheets.headings import Heading
from ingest.sheets.names import fold
from ingest.sheets.numbers import plain, read_number, unit_of
from ingest.sheets.templates import Column, Template, template_of, words


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a record.

    Attributes:
        column: which column of the template it stands in.
        value: what it holds, never nothing.
        at: where it stands.
        position: of its column in the sheet, from 0.
    """

    column: Column
    value: Value
    at: Where
    position: int


@dataclass(frozen=True, slots=True)
class Record:
    """One row that says something.

    Attributes:
        row: its position in the sheet, from 0.
        cells: what is filled in, by the keys of columns.
        at: its first cell.
        findings: what is odd or wrong about its cells beside their values.
    """

    row: int
    cells: Mapping[str, Cell]
    at: Where
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class _Merges:
    """Cells that were merged with cells above or beside them, while the rows go by."""

    first: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    wide: set[tuple[int, int]] = field(default_factory=set)
    values: dict[tuple[int, int], Value] = field(default_factory=dict)

    def see(
        self, here: tuple[int, int], value: Value, column: Column, at: Where
    ) -> tuple[Value, list[Finding]]:
        """Return what a merged cell stands for, and what is told of it."""
        anchor = self.first[here]
        if here == anchor:
            self.values[here] = value
            return value, [finding("sheet_merged_columns", at=at)] if here in self.wide else []
        held = self.values.get(anchor)
        if here in self.wide or held is None:
            return value, []
        if column.kind == "number":
            return None, [finding("sheet_merged_amount", at=at, column=column.wording)]
        return held, [finding("sheet_merged_rows", at=at, value=shown(held))]


def records(sheet: Sheet, heading: Heading, beside: list[Finding]) -> Iterator[Record]:
    """Yield the records of a sheet in order.

    Args:
        sheet: the sheet.
        heading: its headings.
        beside: takes what is told of rows that are left out, and of the sheet as a whole.
    """
    beside += _hidden_columns(sheet, heading)
    merges = _merges(sheet, heading)
    first = min(heading.columns, default=0)
    for number, values in enumerate(sheet.open()):
        if number <= heading.row:
            continue
        found: list[Finding] = []
        cells = _cells(sheet, heading, number, values, merges=merges, found=found)
        if not cells and not found:
            continue
        at = sheet.at(number, first)
        if _is_total(values):
            beside.append(finding("sheet_totals_row", at=at))
        elif is_example(heading.template, cells):
            beside.append(finding("sheet_example_row", at=at))
        else:
            if number in sheet.marks.hidden_rows:
                found.append(finding("sheet_hidden_row", at=at, row=number + 1))
            yield Record(number, cells, at, tuple(found))


def is_example(template: Template, cells: Mapping[str, Cell]) -> bool:
    """Tell whether a row says what a row of the worked example says."""
    return bool(cells) and any(
        cells.keys() == row.keys()
        and all(_as_text(cells[key].column, cells[key].value) == text for key, text in row.items())
        for row in _examples(template.key)
    )


def _cells(
    sheet: Sheet,
    heading: Heading,
    row: int,
    values: Sequence[Value],
    *,
    merges: _Merges,
    found: list[Finding],
) -> dict[str, Cell]:
    """Return what is filled in in a row, and tell of what is odd about it."""
    cells = {}
    marks = sheet.marks
    for position, column in heading.columns.items():
        value = values[position] if position < len(values) else None
        here = row, position
        is_odd = here in merges.first or here in marks.errors or here in marks.formulas
        if value is None and not is_odd:
            continue
        at = sheet.at(row, position)
        if is_odd:
            if here in merges.first:
                value, told = merges.see(here, value, column, at)
                found += told
            found += _oddities(sheet, here, value, at)
        if isinstance(value, str):
            value = value.strip() or None
        if value is not None:
            cells[column.key] = Cell(column, value, at, position)
    return cells


def _oddities(sheet: Sheet, here: tuple[int, int], value: Value, at: Where) -> Iterator[Finding]:
    marks = sheet.marks
    if here in marks.errors:
        yield finding("sheet_error_value", at=at, actual=marks.errors[here])
    elif here in marks.formulas:
        if marks.formulas[here].has_value:
            yield finding("sheet_formula", at=at, value=shown(value))
        else:
            yield finding("sheet_formula_without_value", at=at)


def _merges(sheet: Sheet, heading: Heading) -> _Merges:
    """Return the merged cells below the headings, by each cell they cover."""
    merges = _Merges()
    columns = heading.columns
    last = sheet.marks.rows
    for one in sheet.marks.merged:
        if one.bottom <= heading.row:
            continue
        covered = [position for position in columns if one.left <= position <= one.right]
        for row in range(one.top, min(one.bottom, last) + 1):
            for position in covered:
                merges.first[row, position] = (one.top, covered[0])
                if one.left != one.right:
                    merges.wide.add((row, position))
    return merges


def _hidden_columns(sheet: Sheet, heading: Heading) -> Iterator[Finding]:
    for position, column in heading.columns.items():
        if position in sheet.marks.hidden_columns:
            at = sheet.at(heading.row, position)
            yield finding("sheet_hidden_column", at=at, column=column.wording)


def _is_total(values: list[Value]) -> bool:
    text = next((one for one in values if one is not None), None)
    return isinstance(text, str) and fold(text.rstrip(" :")) in words().totals


@cache
def _examples(key: str) -> tuple[Mapping[str, str], ...]:
    """Return the rows of a worked example, what tells them apart soonest first."""
    template = template_of(key)

    def order(name: str) -> bool:
        return template.column(name).kind not in {"lot", "reference"}

    return tuple(
        {name: _as_text(template.column(name), row[name]) for name in sorted(row, key=order)}
        for row in template.example
    )


def _as_text(column: Column, value: Value) -> str:
    """Return a value in one spelling, to compare what was filled in with the example."""
    try:
        return _spelled(column, value)
    except CellError:
        return str(value)


def _spelled(column: Column, value: Value) -> str:
    nowhere, text = Where(), fold(shown(value)) if not isinstance(value, str) else fold(value)
    match column.kind:
        case "date":
            return read_date(value, nowhere)[0].isoformat()
        case "time":
            return read_time(value, nowhere).isoformat()
        case "number":
            return plain(read_number(value, nowhere)[0].normalize())
        case "unit":
            return unit_of(str(value)) or text
        case "choice":
            named = (one for one in column.choices if text in map(fold, one.spellings))
            return next((one.value for one in named), text)
    return text
