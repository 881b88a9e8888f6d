"""A link as a QR code, and how large its modules must be to be read by a phone.

Of the eight masks that a code may have the standard wants the one with the fewest penalties. That
is most of the work where there are a hundred thousand codes, so it is done on whole rows: by which
modules two masks differ is the same for all data of one size, and a penalty is a count of bits.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, Literal

import segno

Level = Literal["m", "q"]
"""How much of a code may be lost: a sixth (M) or a quarter (Q)."""

QUIET: Final = 4
"""Modules that stay light around a code (ISO/IEC 18004, 6.3.8)."""

SMALLEST: Final = 0.396
LARGEST: Final = 0.990
"""Width of a module in millimetres, for what is scanned in shops and by consumers.

References:
    GS1 General Specifications, section 5.12 (symbol specification tables)
"""

_MASKS: Final = range(8)
_RUN: Final = re.compile("1+")
_DIGITS: Final = bytes.maketrans(b"\x00\x01", b"01")
_APART: Final = 4  # zeros between rows, as many as are looked at beside a pattern


@dataclass(frozen=True, slots=True)
class Symbol:
    """A QR code.

    Attributes:
        level: how much of it may be lost.
        rows: its modules from top to bottom, each row a number whose highest bit is at the left; a
            set bit is dark.
    """

    level: Level
    rows: tuple[int, ...]

    @property
    def modules(self) -> int:
        """Modules along a side, without those that stay light around it."""
        return len(self.rows)

    @property
    def span(self) -> int:
        """Modules along a side, those that stay light around it included."""
        return len(self.rows) + 2 * QUIET

    def runs(self) -> Iterator[tuple[int, int, int]]:
        """Yield the dark runs of each row: from the left, from the top, and how long."""
        for y, row in enumerate(self.rows):
            for run in _RUN.finditer(f"{row:0{self.modules}b}"):
                yield run.start(), y, run.end() - run.start()


@lru_cache(maxsize=8)  # one label is tried in several sizes
def symbol(text: str, level: Level) -> Symbol:
    """Return the code of a text of ASCII characters, with the mask of the fewest penalties.

    Raises:
        ValueError: the text is longer than a code can be.

    References:
        ISO/IEC 18004, section 7.8.3
    """
    code = segno.make(text, error=level, micro=False, boost_error=False, mask=0)
    rows = _rows(code.matrix)
    size, first = len(rows), _joined(rows)
    masked = (first ^ one for one in _differences(int(code.version), level))
    best = min(masked, key=lambda one: _penalty(one, size))
    shifts = range((size - 1) * (size + _APART), -1, -(size + _APART))
    return Symbol(level, tuple(best >> shift & (1 << size) - 1 for shift in shifts))


def _rows(matrix: Sequence[bytearray]) -> list[int]:
    return [int(bytes(row).translate(_DIGITS), 2) for row in matrix]


def _joined(rows: Sequence[int]) -> int:
    """Return rows as one number, with zeros between them."""
    found = 0
    for row in rows:
        found = found << (len(rows) + _APART) | row
    return found


@cache
def _differences(version: int, level: Level) -> tuple[int, ...]:
    """Return by what a code of each mask differs from one of the first, whatever it holds."""
    found = []
    for mask in _MASKS:
        code = segno.make(
            "0", error=level, version=version, mask=mask, micro=False, boost_error=False
        )
        found.append(_joined(_rows(code.matrix)))
    return tuple(one ^ found[0] for one in found)


@cache
def _valid(size: int) -> int:
    """Return the bits that are modules, not the zeros between rows."""
    return _joined([(1 << size) - 1] * size)


def _penalty(dark: int, size: int) -> int:
    """Return how hard a code is to read: long runs, blocks, false finders, and uneven shares."""
    stride, light = size + _APART, dark ^ _valid(size)
    share = abs(100 * dark.bit_count() / size**2 - 50)
    found = 10 * int(share / 5)
    for colour in (dark, light):
        for step in (1, stride):  # along rows, and along columns
            # Runs of five and more: three points and one for each module above five.
            two = colour & colour >> step
            five = two & two >> 2 * step & colour >> 4 * step
            found += five.bit_count() + 2 * (five & ~(five >> step)).bit_count()
        block = colour & colour >> 1
        found += 3 * (block & block >> stride).bit_count()
    return found + 40 * sum(_finders(dark, light, step) for step in (1, stride))


def _finders(dark: int, light: int, step: int) -> int:
    """Count 1:1:3:1:1 patterns with four modules at one side that are light or beyond the edge."""
    found = dark & light >> step & dark >> 2 * step & dark >> 3 * step & dark >> 4 * step
    found &= light >> 5 * step & dark >> 6 * step
    before = dark << step | dark << 2 * step | dark << 3 * step | dark << 4 * step
    after = dark >> 7 * step | dark >> 8 * step | dark >> 9 * step | dark >> 10 * step
    return (found & ~(before & after)).bit_count()
