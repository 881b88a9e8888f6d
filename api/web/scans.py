"""Reading a barcode from a photograph, for phones whose browser cannot."""

import io
from collections.abc import AsyncIterator
from typing import Annotated, Final
from urllib.parse import urlencode

import zxingcpp
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from PIL import Image
from starlette.datastructures import UploadFile

from api.images import AT_ONCE, UNREADABLE
from api.web.answers import as_json, texts_for, wants_page
from ingest.sheets.templates import templates

router = APIRouter(include_in_schema=False)

MOST: Final = 10 * 2**20
"""Bytes of a photograph."""

_PIXELS: Final = 50_000_000
_SIDE: Final = 2000  # pixels to which a large photograph is brought
_FORMATS: Final = ("JPEG", "PNG", "WEBP")

Sent = tuple[bytes, str]
"""A photograph, and the step whose form it is for."""


async def _photograph(request: Request) -> AsyncIterator[Sent]:
    """Read a form with a photograph, no further than it may be large."""
    taken = 0

    async def receive() -> object:
        nonlocal taken
        message = await request.receive()
        taken += len(message.get("body", b""))
        if taken > MOST:
            raise HTTPException(413, texts_for(request)("steps.scan_large"))
        return message

    async with Request(request.scope, receive).form(max_files=1, max_fields=4) as form:  # type: ignore[arg-type] # a message
        picture, step = form.get("picture"), form.get("step")
        data = await picture.read() if isinstance(picture, UploadFile) else b""
        yield data, step if isinstance(step, str) else ""


@router.post("/scan")
def scan(request: Request, sent: Annotated[Sent, Depends(_photograph)]) -> Response:
    """Read the code in a photograph, and lead to the form with what it says; keep nothing."""
    data, step = sent
    text = read_code(data)
    if not wants_page(request):
        return as_json({"text": text}, status=200 if text else 422)
    if step not in templates():
        raise HTTPException(404, texts_for(request)("steps.unknown"))
    if not text:
        raise HTTPException(422, texts_for(request)("steps.scan_failed"))
    return RedirectResponse(f"/steps/{step}?{urlencode({'scanned': text})}", 303)


def read_code(data: bytes) -> str | None:
    """Return what the first barcode or QR code in a photograph says; None where there is none.

    Args:
        data: a picture as JPEG, PNG or WebP; anything else has no code.
    """
    try:
        with AT_ONCE, Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            if picture.width * picture.height > _PIXELS:
                return None
            picture.draft("L", (_SIDE, _SIDE))
            grey = picture.convert("L")
            grey.thumbnail((_SIDE, _SIDE))
    except UNREADABLE:
        return None
    found = zxingcpp.read_barcodes(grey)
    return next((one.text for one in found if one.valid and one.text), None)
