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
    found = zxingcpp.read_barcodes(
        picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    )
    row = DENSITY / 25.4 * 10  # codes of two rows are farther apart than a centimetre
    placed = [
        (round(one.position.top_left.y / row), one.position.top_left.x, one.text) for one in found
    ]
    return [text for _, _, text in sorted(placed)]
