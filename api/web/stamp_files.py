"""The files of a run of stamps: labels as PDF, one label as a picture, all links as CSV."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Final

from anyio.to_thread import run_sync
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from api.access.asker import asker_of
from api.access.noting import note_done
from api.stamps.formats import formats
from api.stamps.layout import Label, lay_out
from api.stamps.png import label_png
from api.stamps.printing import stamp_files, zipped
from api.stamps.runs import link_rows, part_of, parts_of, stamps_of
from api.stamps.svg import label_svg
from api.stamps.words import label_words
from api.web.answers import texts_for
from api.web.csv_cells import lines
from api.web.stamps import named, run_of
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.journal import What
from epcis_core.store.registry.stamps import Run

router = APIRouter(include_in_schema=False)

AT_ONCE: Final = 1
"""Files of labels that are made at a time; each takes a processor for some seconds."""

OF_ONE: Final = 4
"""Files of one organisation that are made, sent, or wait for it."""

First = Annotated[int, Query(ge=1)]


class _Archive(StreamingResponse):
    """An archive that is sent; whatever ends it, another may begin."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            request = Request(scope)
            request.app.state.stamp_files[asker_of(request).owner] -= 1


@router.get("/stamps/{number}/label.svg")
def picture(request: Request, number: str) -> Response:
    """Answer with the first label of a run, in lines."""
    label = _first(request, run_of(request, number))
    return _answer(label_svg(label), "image/svg+xml")


@router.get("/stamps/{number}/label.png")
def dots(request: Request, number: str) -> Response:
    """Answer with the first label of a run, in dots."""
    run = run_of(request, number)
    return _answer(label_png(_first(request, run)), "image/png", f"{_name(run)}.png")


@router.get("/stamps/{number}/labels.pdf")
async def labels(request: Request, number: str, first: First = 1) -> Response:
    """Answer with labels of a run from a place on: one file of those on its page."""
    run = await run_in_threadpool(run_of, request, number)
    if first not in dict(parts_of(run)):
        raise HTTPException(404, "A file of labels begins at none of this number.")

    _begin(request, run)

    def made() -> bytes:
        _note(request, run, f"labels {first}")
        part = part_of(_books(request), run, first)
        words = label_words(run.language)
        return next(stamp_files(part, formats()[run.format], words, _name(run)))[1]

    try:
        pdf = await run_sync(made, limiter=request.app.state.stamp_limiter)
    finally:
        request.app.state.stamp_files[run.organisation] -= 1
    return _answer(pdf, "application/pdf", f"{_name(run)}-{first}.pdf")


@router.get("/stamps/{number}/labels.zip")
async def archive(request: Request, number: str) -> Response:
    """Answer with all labels of a run, as PDFs in an archive; each is sent when it is made."""
    run = await run_in_threadpool(run_of, request, number)
    await run_in_threadpool(_note, request, run, "all labels")
    stamps, words = stamps_of(_books(request), run), label_words(run.language)
    pieces = zipped(stamp_files(stamps, formats()[run.format], words, _name(run)))

    async def sent() -> AsyncIterator[bytes]:
        limiter = request.app.state.stamp_limiter
        while piece := await run_sync(next, pieces, b"", limiter=limiter):
            yield piece

    _begin(request, run)
    return _Archive(sent(), media_type="application/zip", headers=_headers(f"{_name(run)}.zip"))


@router.get("/stamps/{number}/links.csv")
def links(request: Request, number: str) -> Response:
    """Answer with all links of a run as CSV, for printers with software of their own."""
    run = run_of(request, number)
    _note(request, run, "all links")
    rows: Iterator[str] = lines(link_rows(_books(request), run))
    return StreamingResponse(
        rows, media_type="text/csv; charset=utf-8", headers=_headers(f"{_name(run)}.csv")
    )


def _begin(request: Request, run: Run) -> None:
    """Note that a file of an organisation begins.

    Raises:
        HTTPException: 429 where as many as may be have not ended.
    """
    begun: Counter[str] = request.app.state.stamp_files
    if begun[run.organisation] >= OF_ONE:
        raise HTTPException(429, texts_for(request)("stamps.busy"), {"Retry-After": "60"})
    begun[run.organisation] += 1


def _first(request: Request, run: Run) -> Label:
    one = next(stamps_of(_books(request), run))
    return lay_out(one, formats()[run.format], label_words(run.language))


def _note(request: Request, run: Run, part: str) -> None:
    note_done(request, What.STAMPS_FETCHED, f"{named(run)}: {part}")


def _name(run: Run) -> str:
    return f"stamps-{run.number}"


def _answer(content: str | bytes, media_type: str, name: str = "") -> Response:
    return Response(content, media_type=media_type, headers=_headers(name))


def _headers(name: str) -> dict[str, str]:
    saved = {"Content-Disposition": f'attachment; filename="{name}"'} if name else {}
    return {**saved, "Cache-Control": "no-store"}


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
