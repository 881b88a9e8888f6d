"""Where the EPCIS interface begins: which resources it has.

References:
    EPCIS 2.0, section 12.2
"""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.routes.collections import COLLECTIONS, as_collection
from api.wire.discovery import discovery
from api.wire.formats import Prefixes, asked_prefixes
from api.wire.headers import answer_headers, json_only
from api.wire.versions import accepted_versions

router = APIRouter(
    prefix="/epcis", tags=["EPCIS 2.0: discovery"], dependencies=[Depends(accepted_versions)]
)

RESOURCES: Final = ("events", *(each.path for each in COLLECTIONS), "capture", "queries")


@router.get("/", summary="Which resources there are", response_model=None)
def list_resources(
    request: Request, prefixes: Annotated[Prefixes, Depends(asked_prefixes)]
) -> Response:
    """Answer with the names of all resources."""
    return as_collection(RESOURCES, answer_headers(prefixes), json_only(request))


@router.options("/", summary="What the interface offers", status_code=204)
def offer() -> Response:
    """Answer with methods, versions and formats."""
    return discovery("GET")


@router.delete("/nextPageToken/{token}", summary="Give a page up", status_code=204)
def release(token: str) -> Response:  # noqa: ARG001 - there is nothing to look up
    """Do nothing: a token holds nothing on the server that could be released."""
    return Response(status_code=204)
