"""Photographs that people send: made small, and without what a camera writes into them.

A photograph of a telephone holds where and when it was taken; of that nothing is kept, since every
image is drawn anew from its dots.
"""

import io
import struct
import threading
from collections.abc import Iterator, Mapping
from typing import Final

from PIL import ExifTags, Image

from epcis_core.errors import EpcisError
from epcis_core.store.registry.products import LARGEST_IMAGE

MOST_BYTES: Final = 20 * 2**20
"""Of an image as it is sent."""

_MOST_DOTS: Final = 60_000_000
_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_SIDES: Final = (1600, 1200, 900, 640, 400, 240)
"""Dots of the longer side, the largest first; the first that is small enough is kept."""

_QUALITY: Final = 82
_TURNS: Final[Mapping[int, Image.Transpose]] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""By the orientation that a camera writes; 1 is upright.

References:
    CIPA DC-008 (Exif 2.32), tag 0x0112
"""

LONGEST_SIDE: Final = 30_000
"""Dots; of an image that is a line of millions the reading takes a gigabyte."""

AT_ONCE: Final = threading.BoundedSemaphore(2)
"""Held while an image is read, which may take hundreds of megabytes: all others wait."""

UNREADABLE: Final = (
    *(OSError, ValueError, SyntaxError),
    *(Image.DecompressionBombError, Image.DecompressionBombWarning),
)
"""What Pillow raises of an image that is none, is damaged, or would be far too large."""


class ImageError(EpcisError):
    """Bytes are no image that can be taken."""


def fitted(data: bytes, most: int = LARGEST_IMAGE) -> tuple[bytes, str]:
    """Return an image that is small enough to be kept, upright, with nothing but its dots.

    Args:
        data: JPEG, PNG or WebP.
        most: bytes that it may have then, 60,000 at least.

    Returns:
        Its bytes, and its media type: JPEG, or WebP where parts of it are transparent.

    Raises:
        ImageError: it is none of these, damaged, or of far too many dots.
    """
    if len(data) > MOST_BYTES:
        raise ImageError(f"An image has {MOST_BYTES} bytes at most, and this has {len(data)}")
    with AT_ONCE:
        try:
            image = _upright(data)
        except UNREADABLE as error:
            raise ImageError(f"Expected JPEG, PNG or WebP, got: {error}") from error
        is_clear = image.mode == "RGBA"
        written = next(one for one in _written(image, is_clear=is_clear) if len(one) <= most)
    return written, "image/webp" if is_clear else "image/jpeg"


def _upright(data: bytes) -> Image.Image:
    """Return an image as it is meant to be seen, with a fourth channel where it is transparent."""
    with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
        if opened.width * opened.height > _MOST_DOTS or max(opened.size) > LONGEST_SIDE:
            raise ValueError(f"{opened.width} × {opened.height} dots")
        opened.draft("RGB", (_SIDES[0], _SIDES[0]))  # of a large JPEG only what is needed
        turn = _turn(opened)
        image = opened.convert("RGBA" if opened.has_transparency_data else "RGB")
    return image if turn is None else image.transpose(turn)


def _turn(opened: Image.Image) -> Image.Transpose | None:
    """Return how a camera says that its image is to be turned; what it wrote may be damaged."""
    try:
        return _TURNS.get(opened.getexif().get(ExifTags.Base.Orientation, 1))
    except (OSError, ValueError, TypeError, SyntaxError, LookupError, struct.error):
        return None


def _written(image: Image.Image, *, is_clear: bool) -> Iterator[bytes]:
    """Yield an image smaller and smaller; of 240 dots none is too large."""
    for side in _SIDES:
        image.thumbnail((side, side))
        file = io.BytesIO()
        clean = Image.new(image.mode, image.size)
        clean.paste(image)
        clean.save(file, "WEBP" if is_clear else "JPEG", quality=_QUALITY)
        yield file.getvalue()
