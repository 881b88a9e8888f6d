"""Reading CSV: whatever encoding and separator a spreadsheet program has saved it with.

References:
    RFC 4180
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from epcis_core.codecs.limits import Limits
from epcis_core.findings import finding
from ingest.sheets.encodings import decoded
from ingest.sheets.grid import Grid, Marks, Sheet, Value
from ingest.unpacking import RefusedError

NAME: Final = "CSV"
"""What findings call the one sheet of a CSV file."""

_SEPARATORS: Final = ",;\t"
_SAID: Final = re.compile(r"sep=([,;\t])\r?\n?", re.IGNORECASE)  # Excel's own first line
_LINES: Final = 40
_LEAST_LINES: Final = 2
_MARKED: Final = re.compile(r"'(?=[=+\-@＝＋－＠\t\r\n'])")


def read_csv(data: bytes, limits: Limits) -> Grid:
    """Read a CSV file.

    Args:
        data: its bytes.
        limits: how much is taken.

    Raises:
        RefusedError: `csv_encoding`, `sheet_too_large` or `csv_malformed`.
    """
    text = decoded(data)
    if text is None:
        raise RefusedError(finding("csv_encoding"))
    said = _SAID.match(text)
    separator = said[1] if said else separator_of(text)
    marks = Marks()
    try:
        for row in _records(text, separator):
            marks.rows += 1
            marks.columns = max(marks.columns, len(row))
            if marks.rows * marks.columns > limits.cells:
                raise RefusedError(finding("sheet_too_large", sheet=NAME, limit=limits.cells))
    except csv.Error as error:
        raise RefusedError(
            finding("csv_malformed", line=marks.rows + 1, reason=str(error))
        ) from None

    def rows() -> Iterator[list[Value]]:
        for number, row in enumerate(_records(text, separator)):
            is_said = number == 0 and said is not None
            yield [] if is_said else [_MARKED.sub("", cell, count=1) or None for cell in row]

    return Grid("csv", (Sheet(NAME, rows, marks),))


def looks_like_csv(data: bytes) -> bool:
    """Tell whether the start of a file can be that of a CSV file: text in columns, line by line.

    Args:
        data: its first bytes; the last line may be cut off.
    """
    # Its encoding is told once all of it is read; what stands between columns is the same in all.
    lines = data[: data.rfind(b"\n") + 1]
    text = decoded(data) or decoded(lines) or lines.decode("latin-1")
    if not text or any(ord(one) < ord(" ") and one not in "\t\r\n" for one in text):
        return False
    return len(text.splitlines()) >= _LEAST_LINES and _columns(text, separator_of(text))[0] > 1


def separator_of(text: str) -> str:
    r"""Return what stands between the columns of a text, by its first lines.

    >>> separator_of("a;b;c\n1,5;2;3\n"), separator_of("a\tb\n1\t2,5\n")
    (';', '\t')
    """

    def weight(separator: str) -> int:
        columns, lines = _columns(text, separator)
        return (columns - 1) * lines

    return max(_SEPARATORS, key=weight)


def _columns(text: str, separator: str) -> tuple[int, int]:
    """Return how many columns most of the first lines have, and how many lines these are."""
    start = "\n".join(text.splitlines()[:_LINES])
    try:
        counts = Counter(len(row) for row in _records(start, separator) if row)
    except csv.Error:
        return 1, 0
    several = {count: lines for count, lines in counts.items() if count > 1}
    if not several:
        return 1, 0
    return max(several.items(), key=lambda one: (one[0] - 1) * one[1])


def _records(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)
