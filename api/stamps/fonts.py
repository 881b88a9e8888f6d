"""The typeface of labels: Barlow Semi Condensed, narrow, with all letters of Vietnamese.

It comes as a package of its own, under the SIL Open Font License 1.1, and becomes part of each PDF
as far as its letters are used, so that texts can be selected and searched.
"""

from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import fontpkg_barlow_semi_condensed
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FAMILY: Final = "Barlow Semi Condensed"
REGULAR: Final = "BarlowSemiCondensed-Medium"
BOLD: Final = "BarlowSemiCondensed-Bold"


def font_file(name: str) -> Path:
    """Return the TrueType file of `REGULAR` or `BOLD`."""
    return Path(fontpkg_barlow_semi_condensed.ROOT) / "files" / f"{name}.ttf"


@cache
def load() -> None:
    """Make both known to the writer of PDF; once is enough."""
    for name in (REGULAR, BOLD):
        pdfmetrics.registerFont(TTFont(name, font_file(name)))


@lru_cache(maxsize=1024)  # most of what stands on the labels of a run is the same
def width_of(text: str, size: float, *, is_bold: bool = False) -> float:
    """Return how wide a text is, in the unit of its size."""
    load()
    found: float = pdfmetrics.stringWidth(text, BOLD if is_bold else REGULAR, size)
    return found
