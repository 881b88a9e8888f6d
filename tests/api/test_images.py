"""Photographs: turned as they are meant to be seen, and whatever is damaged is refused or read."""

import io
import random
import threading
from collections.abc import Callable

import pytest
from PIL import Image, ImageOps

from api.barcodes import read_codes
from api.images import AT_ONCE, ImageError, fitted

ORIENTATION = 0x0112


def photo(kind: str, orientation: int) -> bytes:
    """An image of 32 by 16 dots whose upper left quarter is white."""
    image = Image.new("RGB", (32, 16))
    image.paste((255, 255, 255), (0, 0, 16, 8))
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    file = io.BytesIO()
    image.save(file, kind, exif=exif, quality=95)
    return file.getvalue()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_image_is_turned_as_its_camera_says(orientation: int) -> None:
    data = photo("JPEG", orientation)
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    written, kind = fitted(data)
    found = Image.open(io.BytesIO(written))
    assert (kind, found.size) == ("image/jpeg", expected.size)
    for x, y in ((4, 4), (-4, 4), (4, -4), (-4, -4)):
        at = x % found.width, y % found.height
        bright = [one.convert("L").getpixel(at) for one in (found, expected)]
        assert (bright[0] > 128) == (bright[1] > 128)  # type: ignore[operator]


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_damaged_image_is_read_or_refused_and_nothing_else(kind: str) -> None:
    chance = random.Random(kind)  # noqa: S311 - the same damage each time
    good = photo(kind, 6)
    for _ in range(400):
        damaged = bytearray(good)
        for _ in range(chance.choice((1, 2, 5))):
            damaged[chance.randrange(len(good))] = chance.randrange(256)
        try:
            _, told = fitted(bytes(damaged[: chance.randrange(len(good)) or None]))
        except ImageError:
            continue
        assert told in {"image/jpeg", "image/webp"}


@pytest.mark.parametrize("read", [fitted, read_codes], ids=["kept", "scanned"])
def test_few_images_are_read_at_once(read: Callable[[bytes], object]) -> None:
    done = threading.Event()

    def work() -> None:
        read(photo("PNG", 1))
        done.set()

    with AT_ONCE, AT_ONCE:
        waiting = threading.Thread(target=work)
        waiting.start()
        assert not done.wait(0.05)
    waiting.join()
    assert done.is_set()


@pytest.mark.parametrize("size", [(1, 30_001), (30_001, 1)])
def test_an_image_that_is_a_line_is_none(size: tuple[int, int]) -> None:
    file = io.BytesIO()
    Image.new("RGB", size).save(file, "PNG")
    with pytest.raises(ImageError, match=f"{size[0]} × {size[1]} dots"):
        fitted(file.getvalue())
    assert read_codes(file.getvalue()) == []
