"""Labels as PDF: page after page of a format, in letters that can be selected and searched."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import islice
from typing import Any, Final

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from api.stamps.fonts import BOLD, REGULAR, load
from api.stamps.formats import Format, Pair
from api.stamps.layout import Label

rl_config.useA85 = 0  # pages as compressed bytes, not as text: smaller, and sooner done

_POINT: Final = 72 / 25.4  # points in a millimetre


def labels_pdf(labels: Iterable[Label], wanted: Format, title: str) -> bytes:
    """Return pages of labels, row by row; the last one may have room left.

    Args:
        labels: at least one, laid out for the format.
        wanted: the format.
        title: what a viewer shows as the name of the document.
    """
    load()
    out = BytesIO()
    page = (wanted.page[0] * _POINT, wanted.page[1] * _POINT)
    canvas = Canvas(out, pagesize=page, pageCompression=1, invariant=1)
    canvas.setTitle(title)
    canvas.setCreator("epcis-ledger")
    for on_page in _pages(iter(labels), wanted.on_a_page):
        for label, place in zip(on_page, wanted.places(), strict=False):
            _draw(canvas, label, place, wanted.page[1])
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _pages(labels: Iterator[Label], most: int) -> Iterator[list[Label]]:
    while found := list(islice(labels, most)):
        yield found


def _draw(canvas: Any, label: Label, place: Pair, height: float) -> None:
    """Draw a label; PDF counts points from below, the label millimetres from above."""
    left = (place[0] + label.at[0]) * _POINT
    top = (height - place[1] - label.at[1]) * _POINT
    module = label.module * _POINT
    dark = " ".join(f"{x} {y} {width} 1 re" for x, y, width in label.symbol.runs())
    canvas.addLiteral(f"q {module:.5f} 0 0 {-module:.5f} {left:.4f} {top:.4f} cm {dark} f Q")
    for line in label.lines:
        canvas.setFont(BOLD if line.is_bold else REGULAR, line.size * _POINT)
        at = (place[0] + line.x) * _POINT, (height - place[1] - line.y) * _POINT
        canvas.drawString(*at, line.text)
