"""A photograph of a label: its codes are read, and lead to what they name; none is kept.

Several codes are a choice. A product's code without a lot gives way to one that has the lot too.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from api.barcodes import Code, photograph_in, read_codes
from api.finding.links import hit_link
from api.finding.search_page import found, surely
from api.web.answers import as_json, namer_for, page, wants_page
from api.web.naming import Namer
from epcis_core.provenance.kinds import key_of
from epcis_core.store.trace import subject_of

router = APIRouter(include_in_schema=False)

_MOST_CODES: Final = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """A code of several in a photograph.

    Attributes:
        text: what it says.
        name: what that is called.
        is_known: something is recorded of it.
        href: where it leads to.
    """

    text: str
    name: str
    is_known: bool
    href: str


async def _photograph(request: Request) -> AsyncIterator[bytes]:
    async with photograph_in(request, fields=1) as form:
        picture = form.get("picture")
        yield await picture.read() if isinstance(picture, UploadFile) else b""


@router.post("/label")
def read_label(request: Request, data: Annotated[bytes, Depends(_photograph)]) -> Response:
    """Read the codes in a photograph, and lead to what they name."""
    codes = _told_apart(read_codes(data))[:_MOST_CODES]
    if not wants_page(request):
        told = [{"text": one.text, "format": one.format} for one in codes]
        return as_json({"codes": told}, status=200 if codes else 422)
    if not codes:
        return page(request, "label.html", status=422, choices=())
    if len(codes) == 1:
        return RedirectResponse(f"/search?{urlencode({'q': codes[0].text})}", 303)
    asked = urlencode([("code", one.text) for one in codes])
    return RedirectResponse(f"/label?{asked}", 303)


@router.get("/label")
def choose_code(request: Request, code: Annotated[list[str] | None, Query()] = None) -> Response:
    """Show the codes of a label, of which one is to be chosen."""
    namer = namer_for(request)
    choices = [_choice(request, one, namer) for one in (code or ())[:_MOST_CODES]]
    return page(request, "label.html", choices=choices)


def _choice(request: Request, text: str, namer: Namer) -> Choice:
    hits = found(request, text)
    sure = surely(hits)
    href = f"/search?{urlencode({'q': text})}" if sure is None else hit_link(sure)
    return Choice(text, namer.thing(subject_of(text)), bool(hits), href)


def _told_apart(codes: Sequence[Code]) -> list[Code]:
    """Return the codes without those of a product of which another has the lot or serial number."""
    keys = {one.text: key_of(subject_of(one.text)) for one in codes}
    whole = {key.gtin for key in keys.values() if key and (key.lot or key.serial)}
    seen: set[str] = set()
    kept = []
    for one in codes:
        key, subject = keys[one.text], subject_of(one.text)
        is_part = key is not None and key.gtin in whole and not (key.lot or key.serial)
        if subject not in seen and not is_part:
            kept.append(one)
        seen.add(subject)
    return kept
