"""The JSON Schemas over HTTP: what the ledger takes as JSON, for those who send it."""

from functools import cache
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException
from fastapi.responses import Response

from api.negotiation import is_held, tag_of

router = APIRouter(prefix="/schemas", tags=["schemas"])


@router.get("/json/{name}", summary="A JSON Schema", response_class=Response)
def get_schema(name: str, if_none_match: Annotated[str, Header()] = "") -> Response:
    """Answer with a schema of `schemas/json/`, or only say that the asker has it already."""
    schema = _schemas().get(name)
    if schema is None:
        raise HTTPException(404, f"There is no schema {name!r}; there are {', '.join(_schemas())}.")
    tag = tag_of(schema)
    headers = {"ETag": tag, "Cache-Control": "public, max-age=3600"}
    if is_held(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    return Response(schema, media_type="application/schema+json", headers=headers)


@cache
def _schemas() -> dict[str, bytes]:
    """Return every schema by its file name, in their order."""
    folder = files("schemas") / "json"
    return {
        file.name: file.read_bytes()
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".schema.json")
    }
