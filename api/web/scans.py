"""Reading a barcode from a photograph into the form of a step."""

from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from api.barcodes import photograph_in, read_codes
from api.web.answers import as_json, texts_for, wants_page
from ingest.sheets.templates import templates

router = APIRouter(include_in_schema=False)

Sent = tuple[bytes, str]
"""A photograph, and the step whose form it is for."""


async def _photograph(request: Request) -> AsyncIterator[Sent]:
    async with photograph_in(request, fields=4) as form:
        picture, step = form.get("picture"), form.get("step")
        data = await picture.read() if isinstance(picture, UploadFile) else b""
        yield data, step if isinstance(step, str) else ""


@router.post("/scan")
def scan(request: Request, sent: Annotated[Sent, Depends(_photograph)]) -> Response:
    """Read the code in a photograph, and lead to the form with what it says; keep nothing."""
    data, step = sent
    text = next((code.text for code in read_codes(data)), None)
    if not wants_page(request):
        return as_json({"text": text}, status=200 if text else 422)
    if step not in templates():
        raise HTTPException(404, texts_for(request)("steps.unknown"))
    if not text:
        raise HTTPException(422, texts_for(request)("steps.scan_failed"))
    return RedirectResponse(f"/steps/{step}?{urlencode({'scanned': text})}", 303)
