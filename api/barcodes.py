"""Reading barcodes from a photograph, for phones whose browser cannot; nothing of it is kept.

A photograph by hand is turned, dim, blurred or taken from the side. What is not read at once is
tried again with more contrast, sharper, larger, turned, or with one threshold for all of it.
"""

import io
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import zxingcpp
from fastapi import HTTPException, Request
from PIL import Image, ImageFilter, ImageOps
from starlette.datastructures import FormData

from api.images import AT_ONCE, LONGEST_SIDE, UNREADABLE
from api.web.answers import texts_for

MOST: Final = 10 * 2**20
"""Bytes of a photograph."""

_PIXELS: Final = 50_000_000
_SIDE: Final = 2000  # pixels to which a large photograph is brought
_SMALL: Final = 900  # pixels of a photograph that is tried larger, too
_ANGLES: Final = (-15, 15, -30, 30)
_FORMATS: Final = ("JPEG", "PNG", "WEBP")


@dataclass(frozen=True, slots=True)
class Code:
    """A barcode in a photograph.

    Attributes:
        text: what it says; of GS1 codes with brackets, `(01)…(10)…`.
        format: its name, such as `QR Code`.
    """

    text: str
    format: str


def read_codes(data: bytes) -> list[Code]:
    """Return what the barcodes in a photograph say, each once, from top to bottom.

    Args:
        data: a picture as JPEG, PNG or WebP; anything else has no codes.
    """
    try:
        with AT_ONCE, Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            if picture.width * picture.height > _PIXELS or max(picture.size) > LONGEST_SIDE:
                return []
            picture.draft("L", (_SIDE, _SIDE))
            grey = picture.convert("L")
            grey.thumbnail((_SIDE, _SIDE))
            for attempt, binarizer in _attempts(grey):
                found = zxingcpp.read_barcodes(attempt, binarizer=binarizer)
                if codes := _codes(found):
                    return codes
    except UNREADABLE:
        pass
    return []


@asynccontextmanager
async def photograph_in(request: Request, fields: int) -> AsyncIterator[FormData]:
    """Read a form with a photograph, no further than it may be large.

    Args:
        request: the request.
        fields: so many others the form may have.

    Raises:
        HTTPException: 413 for what is larger.
    """
    taken = 0

    async def receive() -> object:
        nonlocal taken
        message = await request.receive()
        taken += len(message.get("body", b""))
        if taken > MOST:
            raise HTTPException(413, texts_for(request)("steps.scan_large"))
        return message

    form = Request(request.scope, receive).form(max_files=1, max_fields=fields)  # type: ignore[arg-type] # a message
    async with form as read:
        yield read


def _attempts(grey: Image.Image) -> Iterator[tuple[Image.Image, zxingcpp.Binarizer]]:
    local, whole = zxingcpp.Binarizer.LocalAverage, zxingcpp.Binarizer.GlobalHistogram
    yield grey, local
    clear = ImageOps.autocontrast(grey, cutoff=2)
    yield clear, whole
    yield clear.filter(ImageFilter.UnsharpMask(radius=4, percent=300, threshold=0)), local
    if max(grey.size) < _SMALL:
        yield clear.resize((grey.width * 2, grey.height * 2), Image.Resampling.BICUBIC), local
    for angle in _ANGLES:  # long bars are found only where they are about upright
        yield clear.rotate(angle, Image.Resampling.BILINEAR, expand=True, fillcolor=128), local


def _codes(found: list[zxingcpp.Barcode]) -> list[Code]:
    read = [one for one in found if one.valid and one.text]
    read.sort(key=lambda one: (one.position.top_left.y, one.position.top_left.x))
    return [*{one.text: Code(one.text, str(one.format)) for one in read}.values()]
