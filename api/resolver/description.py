"""What the resolver says of itself, to whom its answers are open, and the photos of its pages."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from api.resolver.choosing import VOCABULARY
from api.web.answers import as_json
from epcis_core.identifiers.schemes import KEYS
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.publications import find_image

router = APIRouter(tags=["resolver"])

METHODS: Final = "OPTIONS, GET, HEAD"
"""What a Digital Link may be asked by."""

FOR_ALL: Final[Mapping[str, str]] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Expose-Headers": "Link, Content-Location, ETag",
}
"""Headers by which pages of any site may read an answer."""

_IMMUTABLE: Final = "public, max-age=31536000, immutable"


@router.get("/.well-known/gs1resolver", summary="What this resolver can do")
def describe(request: Request) -> Response:
    """Answer with the description that resolvers of GS1's keys have."""
    body = {
        "name": request.app.title,
        "resolverRoot": base_of(request),
        "supportedPrimaryKeys": [*KEYS],
        "supportedLinkType": [{"namespace": VOCABULARY, "prefix": "gs1:"}],
        "linkTypeDefaultCanBeLinkset": False,
    }
    answer = as_json(body)
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return for_all(answer)


@router.get("/public-images/{digest}", summary="A photo of a public page", response_class=Response)
def image(request: Request, digest: str) -> Response:
    """Answer with a photo that was published, by the SHA-256 of its bytes."""
    found = find_image(_books(request), digest)
    if found is None:
        raise HTTPException(404, "There is no such photo.")
    return Response(found.content, media_type=found.kind, headers={"Cache-Control": _IMMUTABLE})


def for_all(answer: Response) -> Response:
    """Let pages of any site read an answer: what is public is public."""
    answer.headers.update(FOR_ALL)
    return answer


def base_of(request: Request) -> str:
    """Return where this server is found, without a slash at its end."""
    settings: Any = request.app.state.settings
    return str(settings.base or request.base_url).rstrip("/")


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
