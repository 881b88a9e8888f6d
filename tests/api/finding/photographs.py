"""Photographs of labels as a hand takes them: codes drawn here, then turned, dimmed, blurred."""

import io
from collections.abc import Callable, Mapping
from typing import Any, Final

import zxingcpp
from PIL import Image, ImageFilter

LINK: Final = "https://id.gs1.org/01/08936099141015/10/DN260311"
"""A lot of the samples, which are invented."""

PRINTED: Final = "(01)08936099141015(10)DN260311"
GTIN: Final = "8936099141015"
OTHER: Final = "(01)08936099141039(10)DN260311-L2"
_FORMATS: Final = zxingcpp.BarcodeFormat
DRAWN: Final[Mapping[str, tuple[str, zxingcpp.BarcodeFormat, dict[str, Any]]]] = {
    "QR code with a Digital Link": (LINK, _FORMATS.QRCode, {}),
    "GS1 DataMatrix": (PRINTED, _FORMATS.DataMatrix, {"gs1": True}),
    "GS1-128": (PRINTED, _FORMATS.Code128, {"gs1": True}),
    "EAN-13": (GTIN, _FORMATS.EAN13, {}),
    "ITF-14": ("08936099141015", _FORMATS.ITF14, {}),
    "another lot": (OTHER, _FORMATS.DataMatrix, {"gs1": True}),
}
"""What is printed on labels: text, format, how it is drawn."""

_SIDES: Final = (1500, 1100)
_PAPER: Final = 205


def label(*names: str) -> Image.Image:
    """Return a label with codes one below the other."""
    paper = Image.new("L", _SIDES, _PAPER)
    for place, name in enumerate(names):
        text, kind, how = DRAWN[name]
        dots = zxingcpp.create_barcode(text, kind, **how).to_image(scale=4, add_hrt=False)
        paper.paste(Image.fromarray(dots), (120, 100 + place * 420))
    return paper


def taken(picture: Image.Image, how: str) -> Image.Image:
    """Return a photograph of a label, as it was taken."""
    return _WAYS[how](picture)


def _from_the_side(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    corners = (0, 0, 60, height, width - 60, height - 40, width, 40)
    return picture.transform(picture.size, Image.Transform.QUAD, corners, _SMOOTH)


_SMOOTH: Final = Image.Resampling.BICUBIC
_WAYS: Final[Mapping[str, Callable[[Image.Image], Image.Image]]] = {
    "plainly": lambda one: one,
    "turned": lambda one: one.rotate(17, _SMOOTH, expand=True, fillcolor=_PAPER),
    "upright": lambda one: one.rotate(90, expand=True),
    "blurred": lambda one: one.filter(ImageFilter.GaussianBlur(1.6)),
    "dim": lambda one: one.point(lambda shade: shade // 4 + 8),
    "from the side": _from_the_side,
    "far away": lambda one: one.resize((one.width // 2, one.height // 2), _SMOOTH),
}
WAYS: Final = tuple(_WAYS)


def jpeg(picture: Image.Image) -> bytes:
    """Return a picture as a telephone sends it."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=75)
    return file.getvalue()
