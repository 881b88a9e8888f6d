"""Reading stamps back as a phone does: pages become pictures, and another library reads those."""

from collections.abc import Iterator

import pypdfium2
import zxingcpp
from PIL import Image

DENSITY = 300
"""Dots in an inch, as most printers have them."""


def pictures(pdf: bytes) -> Iterator[Image.Image]:
    """Every page as it is printed."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        for page in document:
            yield page.render(scale=DENSITY / 72).to_pil()
    finally:
        document.close()


def words(pdf: bytes) -> str:
    """What can be selected on all pages."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def links_on(picture: Image.Image) -> list[str]:
    """What all QR codes on a picture say, from above and, in a row, from the left."""
    return [one.text for one in _codes(picture)]


def boxes_on(picture: Image.Image) -> list[tuple[int, int, int, int]]:
    """Where the same codes stand: left, top, right and bottom, in dots."""
    corners = [one.position for one in _codes(picture)]
    return [(p.top_left.x, p.top_left.y, p.bottom_right.x, p.bottom_right.y) for p in corners]


def _codes(picture: Image.Image) -> list[zxingcpp.Barcode]:
    kinds = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    row = DENSITY / 25.4 * 10  # codes of two rows are farther apart than a centimetre

    def place(one: zxingcpp.Barcode) -> tuple[int, int]:
        return round(one.position.top_left.y / row), one.position.top_left.x

    return sorted(zxingcpp.read_barcodes(picture, formats=kinds), key=place)
