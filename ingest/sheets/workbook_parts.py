"""The parts of a workbook: what its XML says that a reader of values does not tell.

Which rows and columns are hidden, which cells hold formulas or errors, how large a sheet is: all
this is read as a stream, before anything is built of it. A workbook whose XML declares a document
type is refused; spreadsheet programs write none, and only such a one can hold entities.

References:
    ISO/IEC 29500-1, sections 18.2 and 18.3
"""

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Final
from xml.parsers import expat
from zipfile import ZipFile

from epcis_core.errors import EpcisError
from ingest.sheets.grid import Formula, Marks, Range, cell_place

WORKBOOK: Final = "xl/workbook.xml"

_MAIN: Final = frozenset(
    {
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
    }
)
_TRUE: Final = frozenset({"1", "true", "on"})
_CHUNK: Final = 2**16
_MOST_COLUMNS: Final = 2**14

Attributes = Mapping[str, str]


class PartError(EpcisError):
    """A part of a workbook is no well-formed XML."""


class TooManyCellsError(PartError):
    """A sheet reaches over more cells than are taken."""


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet as the workbook lists it.

    Attributes:
        name: its name.
        path: of its part; empty where the workbook does not say.
        is_hidden: whether it is shown.
    """

    name: str
    path: str
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """What the workbook itself says.

    Attributes:
        sheets: in their order.
        counts_from_1904: whether numbers of dates count days from 1904.
    """

    sheets: tuple[SheetPart, ...]
    counts_from_1904: bool


def read_listing(archive: ZipFile) -> Listing:
    """Return the sheets of a workbook.

    Raises:
        PartError: the XML is broken.
    """
    targets: dict[str, str] = {}

    def relation(name: str, given: Attributes) -> None:
        if name == "Relationship":
            targets[given.get("Id", "")] = given.get("Target", "")

    relations = "xl/_rels/workbook.xml.rels"
    if relations in archive.NameToInfo:
        with archive.open(relations) as part:
            _parse(part, relation)
    listed: list[tuple[str, str, bool]] = []
    from_1904 = False

    def element(name: str, given: Attributes) -> None:
        nonlocal from_1904
        if name == "sheet":
            state = given.get("state", "visible")
            number = next((value for key, value in given.items() if key.endswith(" id")), "")
            listed.append((given.get("name", ""), number, state != "visible"))
        elif name == "workbookPr":
            from_1904 = given.get("date1904") in _TRUE

    with archive.open(WORKBOOK) as part:
        _parse(part, element)
    sheets = [
        SheetPart(name, _path(targets.get(number, "")), hidden) for name, number, hidden in listed
    ]
    return Listing(tuple(sheets), from_1904)


def read_marks(source: IO[bytes], most_cells: int) -> Marks:
    """Return what a sheet's part says beside its values.

    Args:
        source: the part.
        most_cells: how many cells the sheet may reach over, empty ones too.

    Raises:
        PartError: the XML is broken.
        TooManyCellsError: the sheet is too large.
    """
    scan = _Scan(most_cells)
    _parse(source, scan.start, scan.end, scan)
    return scan.marks


class _Scan:
    """Takes the elements of a sheet as they come."""

    def __init__(self, most_cells: int) -> None:
        self.marks = Marks()
        self.parser: expat.XMLParserType | None = None
        self._most = most_cells
        self._covered = 0
        self._row = self._column = -1
        self._type = ""
        self._has_formula = False
        self._text = ""

    def start(self, name: str, given: Attributes) -> None:
        if name == "c":
            self._cell(given)
        elif name == "row":
            self._row = int(given["r"]) - 1 if given.get("r", "").isdigit() else self._row + 1
            self._column = -1
            if given.get("hidden") in _TRUE:
                self.marks.hidden_rows.add(self._row)
        elif name == "f":
            self._has_formula = True
            self._listen(on=True)
        elif name == "v":
            self._text = ""
        elif name == "col" and given.get("hidden") in _TRUE:
            first, last = int(given.get("min", "1")), int(given.get("max", "1"))
            self.marks.hidden_columns.update(range(first - 1, min(last, _MOST_COLUMNS)))
        elif name == "mergeCell":
            self._merged(given.get("ref", ""))

    def end(self, name: str) -> None:
        if name != "c":
            return
        here = self._row, self._column
        if self._has_formula:
            # Programs that work nothing out leave an empty value; one that is text says so.
            has_value = self._type == "str" or bool(self._text.strip())
            self.marks.formulas[here] = Formula(has_value)
        if self._type == "e":
            self.marks.errors[here] = self._text.strip() or "#?"
        self._listen(on=False)

    def _cell(self, given: Attributes) -> None:
        self._column += 1
        if place := given.get("r"):
            self._row, self._column = cell_place(place)
        self._type, self._has_formula, self._text = given.get("t", ""), False, ""
        self._listen(on=self._type == "e")
        marks = self.marks
        marks.rows = max(marks.rows, self._row + 1)
        marks.columns = max(marks.columns, self._column + 1)
        if marks.rows * marks.columns > self._most:
            raise TooManyCellsError("too many cells")

    def _merged(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        (top, left), (bottom, right) = cell_place(first), cell_place(last or first)
        self._covered += max(0, bottom - top + 1) * max(0, right - left + 1)
        if self._covered > self._most:
            raise TooManyCellsError("too many merged cells")
        self.marks.merged.append(Range(top, left, bottom, right))

    def _listen(self, *, on: bool) -> None:
        """Hear text only where it is needed: most of it is not, and each piece costs a call."""
        if self.parser is not None:
            self.parser.CharacterDataHandler = self._hear if on else None

    def _hear(self, text: str) -> None:
        self._text += text


def _parse(
    source: IO[bytes],
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    scan: _Scan | None = None,
) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = lambda name, given: start(_local(name), given)
    if end is not None:
        parser.EndElementHandler = lambda name: end(_local(name))
    if scan is not None:
        scan.parser = parser
    try:
        while chunk := source.read(_CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise PartError(str(error)) from None
    finally:
        if scan is not None:
            scan.parser = None


def _refuse(*_: object) -> None:
    raise PartError("a document type")


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _path(target: str) -> str:
    """Return the path in the archive of what a relationship of the workbook points to."""
    if target.startswith("/"):
        return target.lstrip("/")
    return posixpath.normpath(posixpath.join("xl", target)) if target else ""
