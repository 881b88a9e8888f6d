"""A label as a picture of dots, each module a whole number of them."""

from functools import cache
from io import BytesIO
from math import ceil
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from api.stamps.fonts import BOLD, REGULAR, font_file
from api.stamps.layout import Label

_INCH: Final = 25.4  # millimetres
_DENSITY: Final = 600  # dots in an inch at least


def label_png(label: Label) -> bytes:
    """Return a label as PNG in black and white, which says how large it is on paper."""
    dots = ceil(label.module * _DENSITY / _INCH)  # of a module
    scale = dots / label.module  # dots in a millimetre
    picture = Image.new("L", (round(label.size[0] * scale), round(label.size[1] * scale)), 255)
    draw = ImageDraw.Draw(picture)
    left, top = (round(one * scale) for one in label.at)
    for x, y, dark in label.symbol.runs():
        corner = (left + x * dots, top + y * dots)
        draw.rectangle((*corner, corner[0] + dark * dots - 1, corner[1] + dots - 1), fill=0)
    for line in label.lines:
        font = _font(BOLD if line.is_bold else REGULAR, round(line.size * scale))
        draw.text((line.x * scale, line.y * scale), line.text, fill=0, font=font, anchor="ls")
    out = BytesIO()
    density = scale * _INCH
    picture.save(out, "PNG", dpi=(density, density), optimize=True)
    return out.getvalue()


@cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_file(name), size)
