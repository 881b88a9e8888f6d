"""Cells of CSV that no spreadsheet takes for a formula, and that can be read back as they were."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

_MARK: Final = "'"
_BEGIN: Final = (*"=+-@\t\r\n", *"＝＋－＠", _MARK)
"""What may begin a formula, in full width too, and the mark itself."""

_BYTE_ORDER_MARK: Final = "\ufeff"
"""By which Excel knows that a file is UTF-8."""


def cell(value: str) -> str:
    """Return a value as a cell: one that could begin a formula, or with the mark, gets the mark.

    >>> cell("=1+1"), cell("2026/17")
    ("'=1+1", '2026/17')

    References:
        OWASP, CSV Injection; RFC 4180
    """
    return f"{_MARK}{value}" if value.startswith(_BEGIN) else value


def value_of_cell(text: str) -> str:
    """Return what a cell was made of: without the mark in front of it.

    >>> value_of_cell("'=1+1")
    '=1+1'
    """
    return text.removeprefix(_MARK)


def lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a file, the first with the byte order mark; each ends with CR and LF."""
    mark = _BYTE_ORDER_MARK
    for row in rows:
        text = io.StringIO()
        csv.writer(text).writerow([cell(value) for value in row])
        yield mark + text.getvalue()
        mark = ""
