"""Capturing over HTTP for the commands of this machine."""

import secrets
import tempfile
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.concurrency import run_in_threadpool

from api.clock import now
from epcis_core.findings import Language
from ingest.capture import capture_stream

router = APIRouter(tags=["capture"])


@router.post("/captures", summary="Capture one document, as `epcis capture` does")
async def capture_document(
    request: Request,
    file_name: Annotated[str, Query(description="what the report calls it")] = "request",
    *,
    proceed: bool = False,
    lenient: bool = False,
    lang: Annotated[Language, Query(description="of the findings' sentences")] = "en",
) -> dict[str, Any]:
    """Take one document as the body of the request and answer with the capture report."""
    check_token(request)
    limit = request.app.state.settings.max_upload
    with tempfile.TemporaryFile() as file:
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise HTTPException(413, f"The file is larger than {limit} bytes.")
            file.write(chunk)
        file.seek(0)

        report = await run_in_threadpool(
            capture_stream,
            request.app.state.ledger,
            file,
            file_name=file_name,
            now=now(),
            proceed=proceed,
            lenient=lenient,
        )
    return report.as_json(lang)


def check_token(request: Request) -> None:
    """Refuse a token that is not this server's.

    The server is reached from its own machine alone, where the upload page asks for no token
    either; so none is needed, but a wrong one means that the caller takes this server for another.

    Raises:
        HTTPException: 401 for another token.
    """
    shown = request.headers.get("authorization")
    token = f"Bearer {request.app.state.settings.token}"
    if shown is not None and not secrets.compare_digest(shown.encode(), token.encode()):
        raise HTTPException(401, "This token belongs to another server.")
