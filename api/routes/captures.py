"""Capturing over HTTP for the commands of this machine."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.access.asker import asker_of, ownership_of_asker
from api.access.failures import told_of
from api.access.redaction import report_for
from api.bodies import bounded, into_file, refuse_form
from api.clock import now
from api.media_types import LINES
from api.own_sheets import own_of_asker
from epcis_core.errors import EpcisError
from epcis_core.findings import Language
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.uploads import Upload, note_upload
from ingest.intake import Telling, capture_file
from ingest.limits import IntakeLimits
from ingest.sheets.own import Own
from ingest.sheets.own_headings import HeadingsError, read_own_headings

router = APIRouter(tags=["capture"])

_HEADINGS: Final = 4_000  # characters; an address that has four bytes of each is still taken

"""The media type of an answer that comes line by line while the work goes on."""


@router.post("/captures", summary="Capture one file, as `epcis capture` does", response_model=None)
async def capture_document(
    request: Request,
    file_name: Annotated[str, Query(description="what the report calls it")] = "request",
    *,
    proceed: bool = False,
    lenient: bool = False,
    lang: Annotated[Language, Query(description="of the findings' sentences")] = "en",
    headings: Annotated[
        str,
        Query(description="what the headings of a sheet mean, as JSON", max_length=_HEADINGS),
    ] = "",
) -> Response:
    """Take one file as the body of the request and answer with the report of each document in it.

    With `Accept: application/x-ndjson` the answer comes line by line: how far the work has come,
    `{"file", "size", "read", "events"}`, and each report as it is done, `{"report"}`.
    """
    await refuse_form(request)
    own = own_of_asker(request)
    if headings:
        own = _with_headings(own or Own(), headings)
    ledger: Ledger = request.app.state.ledger
    limits: IntakeLimits = request.app.state.settings.limits
    asker = asker_of(request)
    file = await into_file(bounded(request, language=lang))

    def reports(tell: Telling) -> Iterator[dict[str, Any]]:
        with file:
            for report in capture_file(
                ledger,
                file,
                file_name,
                now=now(),
                limits=limits,
                proceed=proceed,
                lenient=lenient,
                tell=tell,
                organisation=asker.organisation,
                ownership=ownership_of_asker(request),
                own=own,
            ):
                if report.capture_id:
                    upload = Upload(report.capture_id, asker.name)
                    note_upload(request.app.state.books, upload)
                yield report_for(asker, report.as_json(lang))

    if LINES in request.headers.get("accept", ""):
        return StreamingResponse(_lines(request, reports), media_type=LINES)
    done = await run_in_threadpool(lambda: list(reports(lambda *_: None)))
    return Response(orjson.dumps(done), media_type="application/json")


def _with_headings(own: Own, headings: str) -> Own:
    """Return what a sheet may take for granted, with what its headings mean before all else.

    Raises:
        HTTPException: 400 where that is not said rightly.
    """
    try:
        return replace(own, headings=(read_own_headings(headings.encode()), *own.headings))
    except HeadingsError as error:
        raise HTTPException(400, f"{error}.") from error


async def _lines(
    request: Request, reports: Callable[[Telling], Iterator[dict[str, Any]]]
) -> AsyncIterator[bytes]:
    """Yield what work in another thread says, line by line.

    The work goes on to its end even where nobody listens any more: the file has arrived whole.
    """
    loop = asyncio.get_running_loop()
    said: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

    def say(line: dict[str, Any] | None) -> None:
        loop.call_soon_threadsafe(said.put_nowait, line)

    def tell(file: str, size: int, read: int, events: int) -> None:
        say({"file": file, "size": size, "read": read, "events": events})

    def work() -> None:
        try:
            for report in reports(tell):
                say({"report": report})
        except EpcisError as error:
            say({"title": told_of(request, error)})
        finally:
            say(None)

    working = asyncio.create_task(run_in_threadpool(work))
    while (line := await said.get()) is not None:
        yield orjson.dumps(line) + b"\n"
    await working
