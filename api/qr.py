"""A text as a QR code, drawn as one path of SVG."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Final

import segno

QUIET: Final = 4
"""Modules that stay light around a code (ISO/IEC 18004, 6.3.8)."""


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code as a square picture.

    Attributes:
        size: modules along a side, those that stay light around it included.
        path: its dark modules, as the `d` of a path; a unit is a module.
    """

    size: int
    path: str


@lru_cache(maxsize=16)  # many pages carry the same
def qr_code(text: str) -> QrCode:
    """Return the code of a text, in UTF-8, with a sixth of it to spare for damage (level M).

    Raises:
        ValueError: the text is longer than a code can be.

    References:
        ISO/IEC 18004
    """
    code = segno.make(text, error="m", micro=False, encoding="utf-8", boost_error=False)
    rows = code.matrix
    return QrCode(len(rows) + 2 * QUIET, "".join(_runs(rows)))


def _runs(rows: Sequence[Sequence[int]]) -> Iterator[str]:
    """Yield a rectangle for each run of dark modules in a row."""
    for y, row in enumerate(rows, QUIET):
        for is_dark, run in groupby(enumerate(row, QUIET), key=lambda module: bool(module[1])):
            if is_dark:
                columns = [x for x, _ in run]
                yield f"M{columns[0]} {y}h{len(columns)}v1h-{len(columns)}z"
