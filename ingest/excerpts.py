"""What stands in a file where something was found: the lines around it, or the row of a sheet."""

import io
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from epcis_core.codecs.limits import Limits
from epcis_core.findings import Finding, Where
from ingest.sheets.csv_file import read_csv
from ingest.sheets.dates import shown
from ingest.sheets.grid import Grid, Sheet, Value, cell_place
from ingest.sheets.headings import Heading
from ingest.sheets.own import Own
from ingest.sheets.reader import open_sheet
from ingest.sheets.workbook import MAGIC, read_workbook
from ingest.unpacking import RefusedError

_AROUND: Final = 1  # lines before and behind
_WIDTH: Final = 160  # characters of a line or a cell
_ENCODINGS: Final = ("utf-8-sig", "utf-16")


@dataclass(frozen=True, slots=True)
class Piece:
    """A line of a document, or a cell of a row.

    Attributes:
        label: the number of the line, or the heading of the column.
        text: what stands there, cut where it is long.
        is_meant: whether it is what the finding is about.
    """

    label: str
    text: str
    is_meant: bool


Excerpt = tuple[Piece, ...]
"""Lines or cells in their order."""


def excerpts(
    data: bytes, places: Iterable[Where], limits: Limits, own: Own | None = None
) -> dict[Where, Excerpt]:
    """Return what stands around places of a file; of those that are nowhere in it nothing.

    Args:
        data: a document or a spreadsheet.
        places: where something was found.
        limits: how much is taken of a spreadsheet.
        own: what is known of whoever sent it.
    """
    wanted = list(places)
    if any(one.cell for one in wanted):
        return _of_rows(data, [one for one in wanted if one.cell], limits, own or Own())
    if any(one.line for one in wanted):
        return _of_lines(data, [one for one in wanted if one.line])
    return {}


def grid_of(data: bytes, limits: Limits) -> Grid | None:
    """Return the sheets of a file; None where it is no spreadsheet, or cannot be read."""
    if open_sheet(io.BytesIO(data), limits) is None:
        return None
    try:
        return read_workbook(data, limits) if data.startswith(MAGIC) else read_csv(data, limits)
    except RefusedError:
        return None


def _of_lines(data: bytes, places: list[Where]) -> dict[Where, Excerpt]:
    text = _decoded(data)
    lines = [] if text is None else text.split("\n")
    return {one: _lines(lines, one.line or 1, one.column or 1) for one in places if lines}


def _decoded(data: bytes) -> str | None:
    is_wide = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
    try:
        return data.decode(_ENCODINGS[is_wide])
    except UnicodeDecodeError:
        return None


def _lines(lines: list[str], line: int, column: int) -> Excerpt:
    first, last = max(1, line - _AROUND), min(len(lines), line + _AROUND)
    return tuple(
        Piece(
            str(number),
            _cut(lines[number - 1].rstrip("\r"), column if number == line else 1),
            number == line,
        )
        for number in range(first, last + 1)
    )


def _cut(text: str, column: int) -> str:
    """Return so much of a line as can be shown, with a column from 1 in it."""
    if len(text) <= _WIDTH:
        return text
    start = max(0, min(column - 1 - _WIDTH // 2, len(text) - _WIDTH))
    end = start + _WIDTH
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def _of_rows(data: bytes, places: list[Where], limits: Limits, own: Own) -> dict[Where, Excerpt]:
    grid = grid_of(data, limits)
    found: dict[Where, Excerpt] = {}
    for sheet in grid.sheets if grid is not None else ():
        rows: dict[int, list[Where]] = defaultdict(list)
        for one in places:
            if one.sheet == sheet.name and one.cell:
                rows[cell_place(one.cell)[0]].append(one)
        if rows:
            found |= _cells(sheet, own.heading_of(sheet), rows)
    return found


def _cells(
    sheet: Sheet, heading: Heading | Finding | None, rows: dict[int, list[Where]]
) -> dict[Where, Excerpt]:
    labels = dict[int, str]()
    found = {}
    for number, values in enumerate(sheet.open()):
        if isinstance(heading, Heading) and number == heading.row:
            labels = {at: str(value) for at, value in enumerate(values) if value is not None}
        for one in rows.get(number, ()):
            meant = cell_place(one.cell or "A1")[1]
            width = max(len(values), meant + 1)
            cells = [values[at] if at < len(values) else None for at in range(width)]
            found[one] = tuple(
                Piece(labels.get(at, ""), _cut(_text(value), 1), at == meant)
                for at, value in enumerate(cells)
                if value is not None or at == meant
            )
        if number >= max(rows):
            break
    return found


def _text(value: Value) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return shown(value)
