"""Cells of CSV that no spreadsheet takes for a formula, and that can be read back as they were."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

_MARK: Final = "'"
_BEGIN: Final = "=+\\-@＝＋－＠\t\r\n\"'"
"""What may begin a formula, in full width too, a quote that hides it, and the mark itself."""

_SEPARATING: Final = ",;|\t\r\n"
"""What ends a cell in some spreadsheet: a file is read with the separator that is set there."""

_BEGINS: Final = re.compile(rf"\A(?=[{_BEGIN}])|(?<=[{_SEPARATING}])(?=[{_BEGIN}]|\Z)")
_MARKED: Final = re.compile(rf"(?:\A|(?<=[{_SEPARATING}])){_MARK}")

_BYTE_ORDER_MARK: Final = "\ufeff"
"""By which Excel knows that a file is UTF-8."""


def cell(value: str) -> str:
    """Return a value as a cell: the mark stands before whatever could begin a formula.

    That is at its begin, and behind what another separator would make the end of a cell.

    >>> cell("=1+1"), cell("x@y;=1+1;"), cell("2026/17")
    ("'=1+1", "x@y;'=1+1;'", '2026/17')

    References:
        OWASP, CSV Injection; RFC 4180
    """
    return _BEGINS.sub(_MARK, value)


def value_of_cell(text: str) -> str:
    """Return what a cell was made of: without one mark at its begin and behind each separator.

    >>> value_of_cell("'=1+1"), value_of_cell("x@y;'=1+1;'")
    ('=1+1', 'x@y;=1+1;')
    """
    return _MARKED.sub("", text)


def lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a file, the first with the byte order mark; each ends with CR and LF."""
    mark = _BYTE_ORDER_MARK
    for row in rows:
        text = io.StringIO()
        csv.writer(text, quoting=csv.QUOTE_ALL).writerow([cell(value) for value in row])
        yield mark + text.getvalue()
        mark = ""
