"""Reading workbooks of Excel (.xlsx, .xlsm): values by calamine, once the file has been found sane.

Nothing in a workbook is ever run: a formula counts by the value that was saved with it, and macros
are no more than a note that there are some.

References:
    ISO/IEC 29500-1 (Office Open XML); OWASP ASVS 5.0, 5.2
"""

import io
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, TypeVar
from zipfile import ZipFile

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum

from epcis_core.codecs.limits import Limits
from epcis_core.findings import finding
from ingest.sheets.grid import Grid, Marks, Sheet, Value
from ingest.sheets.workbook_parts import (
    WORKBOOK,
    PartError,
    SheetPart,
    TooManyCellsError,
    read_listing,
    read_marks,
)
from ingest.unpacking import RefusedError
from ingest.zip_directory import BROKEN

MAGIC: Final = b"PK\x03\x04"
OLD_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Of Excel's format until 2003, and of workbooks with a password."""

_Done = TypeVar("_Done")

_BINARY: Final = "xl/workbook.bin"
_MACROS: Final = "xl/vbaProject.bin"
_LEAST_PART: Final = 256  # bytes that each part counts at least
_CHUNK: Final = 2**18


def is_workbook(archive: ZipFile) -> bool:
    """Tell whether a zip archive is a workbook, by what is in it."""
    return not {WORKBOOK, _BINARY}.isdisjoint(archive.NameToInfo)


def read_workbook(data: bytes, limits: Limits) -> Grid:
    """Read a workbook.

    Args:
        data: its bytes.
        limits: how much is taken.

    Raises:
        RefusedError: `workbook_format`, `workbook_unreadable`, `workbook_too_large` or
            `sheet_too_large`.
    """
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            if WORKBOOK not in archive.NameToInfo:
                raise RefusedError(finding("workbook_format"))
            _measure(archive, limits.workbook_size)
            listing = read_listing(archive)
            marks = {part.name: _marks_of(archive, part, limits) for part in listing.sheets}
            has_macros = _MACROS in archive.NameToInfo
    except (*BROKEN, PartError) as error:
        raise _unreadable(str(error) or type(error).__name__) from None
    workbook = _guarded(lambda: CalamineWorkbook.from_filelike(io.BytesIO(data)))
    known = {one.name for one in workbook.sheets_metadata if one.typ is SheetTypeEnum.WorkSheet}
    sheets = [
        Sheet(
            part.name,
            _Rows(_guarded(partial(workbook.get_sheet_by_name, part.name))),
            marks[part.name],
            is_hidden=part.is_hidden,
            counts_from_1904=listing.counts_from_1904,
        )
        for part in listing.sheets
        if part.name in known
    ]
    return Grid("xlsx", tuple(sheets), has_macros=has_macros)


class _Rows:
    """Gives the rows of a sheet from the first, as often as asked."""

    def __init__(self, sheet: CalamineSheet) -> None:
        self._sheet = sheet

    def __call__(self) -> Iterator[list[Value]]:
        start = self._sheet.start
        before: list[Value] = [None] * (start[1] if start else 0)
        for row in self._sheet.iter_rows():
            yield before + [value if value != "" else None for value in row]


def _marks_of(archive: ZipFile, part: SheetPart, limits: Limits) -> Marks:
    if part.path not in archive.NameToInfo:
        return Marks()
    with archive.open(part.path) as source:
        try:
            return read_marks(source, limits.cells)
        except TooManyCellsError:
            found = finding("sheet_too_large", sheet=part.name, limit=limits.cells)
            raise RefusedError(found) from None


def _measure(archive: ZipFile, limit: int) -> None:
    """Unpack every part once, and refuse a workbook that is larger than taken.

    What comes out is counted, since what the archive says of it need not be so.
    """
    left = limit
    for member in archive.infolist():
        left -= _LEAST_PART
        with archive.open(member) as part:
            while left >= 0 and (chunk := part.read(_CHUNK)):
                left -= len(chunk)
        if left < 0:
            raise RefusedError(finding("workbook_too_large", limit=limit))


def _guarded(work: Callable[[], _Done]) -> _Done:
    """Return what calamine makes of the workbook.

    Raises:
        RefusedError: it can make nothing of it.
    """
    try:
        return work()
    except BaseException as error:
        # Where calamine panics, what is raised is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise _unreadable(str(error)) from None


def _unreadable(reason: str) -> RefusedError:
    return RefusedError(finding("workbook_unreadable", reason=reason))
