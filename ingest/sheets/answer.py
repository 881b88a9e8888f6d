"""The answer to a spreadsheet: the same rows with one more column, which says what is to be mended.

Cells stay where they were, so that what is said of `C12` is said beside row 12; wrong ones are
coloured. Values are copied, and how the sheet looked is not; what a formula had worked out stands
in its place.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from xlsxwriter.exceptions import OverlappingRange
from xlsxwriter.format import Format as Form
from xlsxwriter.worksheet import Worksheet

from epcis_core.codecs.limits import Limits
from epcis_core.findings import Finding, Language, Severity, Where
from ingest.sheets.csv_file import read_csv
from ingest.sheets.grid import Sheet, Value, cell_place
from ingest.sheets.headings import Heading, is_answer, is_beside
from ingest.sheets.names import fold
from ingest.sheets.own import Own
from ingest.sheets.sheet_writer import TEXT, Book, put
from ingest.sheets.templates import words
from ingest.sheets.workbook import MAGIC, read_workbook

_COLOURS: Final = {Severity.ERROR: "#FFC7CE", Severity.WARNING: "#FFEB9C"}
_WORDS: Final[Mapping[Language, Mapping[Severity, str]]] = {
    "en": {Severity.ERROR: "wrong", Severity.WARNING: "doubtful", Severity.INFO: "note"},
    "vi": {Severity.ERROR: "sai", Severity.WARNING: "cần xem lại", Severity.INFO: "lưu ý"},
}
_MOST: Final = 20  # findings that are said beside one row
_WIDTH: Final = 18
_ANSWER_WIDTH: Final = 80
_EXTRA_ROWS: Final = 200
_HEADING: Final = "#FCE4D6"


class Told(Protocol):
    """What is said of a place: a finding, as it was found or as a report keeps it."""

    @property
    def severity(self) -> Severity:
        """What it weighs."""

    @property
    def where(self) -> Where:
        """The place."""

    def message_in(self, language: Language, /) -> str:
        """Return the sentence in a language."""


@dataclass(slots=True)
class _Row:
    """What is to be said of one row.

    Attributes:
        told: what was found in it.
        colours: position of a cell to its colour.
    """

    told: list[Told] = field(default_factory=list)
    colours: dict[int, str] = field(default_factory=dict)

    def take(self, found: Told, position: int) -> None:
        """Take a finding about a cell; the heaviest gives the colour."""
        self.told.append(found)
        colour = _COLOURS.get(found.severity)
        if colour is not None and self.colours.get(position) != _COLOURS[Severity.ERROR]:
            self.colours[position] = colour


def answered(
    data: bytes,
    findings: Iterable[Told],
    language: Language,
    limits: Limits | None = None,
    *,
    only: Mapping[str, Collection[int]] | None = None,
    own: Own | None = None,
) -> bytes:
    """Return a spreadsheet with what was found in it, as a workbook.

    Args:
        data: the workbook or CSV file, as it was checked.
        findings: what the check has found.
        language: of what is said.
        limits: how much is taken.
        only: the rows below the headings that are wanted, from 0, by the names of sheets; the
            others are left empty and hidden. None for all.
        own: what the file may take for granted of whoever sent it.

    Raises:
        RefusedError: the file cannot be read.
    """
    limits = limits or Limits()
    is_workbook = data.startswith(MAGIC)
    grid = read_workbook(data, limits) if is_workbook else read_csv(data, limits)
    found = list(findings)
    own = own or Own()
    book = Book(language, own.known)
    for sheet in grid.sheets:
        if is_answer(sheet):
            continue  # it is written anew
        of_sheet = [one for one in found if one.where.sheet == sheet.name and one.where.cell]
        heading = None if is_beside(sheet) else own.heading_of(sheet)
        rows = None if only is None else only.get(sheet.name, ())
        _copy(book, sheet, heading, of_sheet, rows)
    _list(book, found)
    return book.finish()


def _copy(
    book: Book,
    sheet: Sheet,
    heading: Heading | Finding | None,
    findings: Sequence[Told],
    only: Collection[int] | None,
) -> None:
    """Write a sheet again, with what is to be said beside its rows."""
    rows: dict[int, _Row] = defaultdict(_Row)
    for one in findings:
        at, position = cell_place(one.where.cell or "A1")
        rows[at].take(one, position)
    out = book.sheet(sheet.name)
    if sheet.is_hidden:
        out.hide()
    beside = sheet.marks.columns
    if isinstance(heading, Heading):
        beside = _answer_position(sheet, heading)
        _put_heading(book, out, heading, rows.get(heading.row, _Row()), sheet.marks.rows)
    out.set_column(0, max(0, beside - 1), _WIDTH)
    out.set_column(beside, beside, _ANSWER_WIDTH)
    _merge(out, sheet)
    wrapped = book.form(text_wrap=True, valign="top")
    title = getattr(words().answer, book.language)
    for number, values in enumerate(sheet.open()):
        row = rows.get(number, _Row())
        if only is not None and _is_below(heading, number) and number not in only:
            out.set_row(number, None, None, {"hidden": True})
            continue
        for position in range(max(len(values), *(one + 1 for one in row.colours), 0)):
            value = values[position] if position < len(values) else None
            if position != beside:
                put(out, number, position, value, _form(book, value, row.colours.get(position)))
        if isinstance(heading, Heading) and number == heading.row:
            put(out, number, beside, title, book.form(bold=True, bg_color=_HEADING))
        elif row.told:
            put(out, number, beside, _sentence(row.told, book.language), wrapped)


def _is_below(heading: object, row: int) -> bool:
    return isinstance(heading, Heading) and row > heading.row


def _put_heading(book: Book, out: Worksheet, heading: Heading, row: _Row, rows: int) -> None:
    """Give the columns of a template their lists, and say at a heading what is wrong with it."""
    out.freeze_panes(heading.row + 1, 0)
    for position, column in heading.columns.items():
        book.choose(out, column, position, (heading.row + 1, rows + _EXTRA_ROWS))
    for one in row.told:
        _, position = cell_place(one.where.cell or "A1")
        out.write_comment(heading.row, position, one.message_in(book.language))


def _answer_position(sheet: Sheet, heading: Heading) -> int:
    """Return where the column with the answer stands: where an earlier one did, or behind all."""
    names = {fold(words().answer.en), fold(words().answer.vi)}
    for row, values in enumerate(sheet.open()):
        if row == heading.row:
            for place, value in enumerate(values):
                if isinstance(value, str) and fold(value) in names:
                    return place
            break
    return sheet.marks.columns


def _merge(out: Worksheet, sheet: Sheet) -> None:
    for one in sheet.marks.merged:
        if (one.top, one.left) != (one.bottom, one.right):
            try:
                out.merge_range(one.top, one.left, one.bottom, one.right, "")
            except OverlappingRange:
                continue


def _form(book: Book, value: Value, colour: str | None) -> Form | None:
    members: dict[str, Any] = {"bg_color": colour} if colour else {}
    if isinstance(value, str):
        members["num_format"] = TEXT
    return book.form(**members) if members else None


def _sentence(told: Sequence[Told], language: Language) -> str:
    lines = [
        f"{one.where.cell} ({_WORDS[language][one.severity]}): {one.message_in(language)}"
        for one in told[:_MOST]
    ]
    more = len(told) - _MOST
    return "\n".join([*lines, *([f"… +{more}"] if more > 0 else [])])


def _list(book: Book, findings: Sequence[Told]) -> None:
    """Write a sheet with everything that was found, also what is about no row."""
    out = book.sheet(getattr(words().answer, book.language))
    out.set_column(0, 2, _WIDTH)
    out.set_column(3, 3, _ANSWER_WIDTH)
    wrapped = book.form(text_wrap=True, valign="top")
    for row, one in enumerate(findings):
        put(out, row, 0, one.where.sheet)
        put(out, row, 1, one.where.cell)
        put(out, row, 2, _WORDS[book.language][one.severity])
        put(out, row, 3, one.message_in(book.language), wrapped)
