"""Uploading files in the browser: the form, what becomes of each file, and how far that is."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Annotated, BinaryIO, Final
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from api.access.asker import asker_of, ownership_of_asker, view_of
from api.access.redaction import report_for
from api.bodies import bounded
from api.clock import now
from api.own_sheets import own_of_asker
from api.web.answers import as_json, page, texts_for, wants_page
from api.web.capture_page import report_page
from api.web.own_headings import asks_for_headings
from epcis_core.store.captures import capture_outcomes
from epcis_core.store.registry.uploads import Upload, note_upload
from ingest.intake import Telling, capture_file
from ingest.report import CaptureReport

router = APIRouter()

_MOST_FILES: Final = 200
_MOST_WATCHED: Final = 1000


@router.get("/upload", summary="Files from a browser")
def upload_form(request: Request) -> Response:
    """Show the form."""
    return page(request, "upload.html", problem=None, corrects=None)


async def sent_form(request: Request) -> AsyncIterator[FormData]:
    """Read the form; large files go to disk as they come, and from there when it is done."""
    language = texts_for(request).language if wants_page(request) else "en"
    body = bounded(request, language=language, is_form=True)
    async with body.form(max_files=_MOST_FILES) as form:
        yield form


@router.post("/upload", summary="Files from a browser")
@router.post("/upload.json", summary="Files from a browser")
def upload(request: Request, form: Annotated[FormData, Depends(sent_form)]) -> Response:
    """Capture the files of the form, one after the other, and show what became of each."""
    t, asker = texts_for(request), asker_of(request)
    chosen = [
        part for part in form.getlist("files") if isinstance(part, UploadFile) and part.filename
    ]
    if not chosen:
        if wants_page(request):
            return page(request, "upload.html", status=400, problem=t("upload.none"), corrects=None)
        raise HTTPException(400, "The form holds no file.")
    corrects = _corrects(request, form)
    with _watched(request, form) as tell:
        reports = list(_captured(request, form, chosen, tell))
    for report in reports:
        if report.capture_id:
            upload = Upload(report.capture_id, asker.name, corrects)
            note_upload(request.app.state.books, upload)
    status = 422 if all(report.status == "rejected" for report in reports) else 200
    shown = [report_for(asker, report.as_json(t.language)) for report in reports]
    if not wants_page(request):
        return as_json(shown, status=status)
    if asks_for_headings(request, reports):
        return RedirectResponse(f"/headings/{reports[0].capture_id}", 303)
    if len(reports) == 1 and not (
        reports[0].findings or any(one.findings for one in reports[0].events)
    ):
        # Nothing but the receipt: show it at its own address, so that it can be kept.
        return RedirectResponse(f"/captures/{reports[0].capture_id}", 303)
    return report_page(request, shown, status=status)


@router.get("/upload/progress/{token}.json", include_in_schema=False)
def show_progress(request: Request, token: UUID) -> Response:
    """Tell how far the server is with an upload of the asker's, under the token it came with."""
    watched: dict[tuple[str, str], tuple[str, int, int]] = request.app.state.uploading
    file, size, read = watched.get((asker_of(request).name, str(token)), ("", 0, 0))
    return as_json({"file": file, "size": size, "read": read})


def _captured(
    request: Request, form: FormData, chosen: list[UploadFile], tell: Telling
) -> Iterator[CaptureReport]:
    """Yield the reports of all documents in the files of a form."""
    state = request.app.state

    def keep(report: CaptureReport, source: BinaryIO) -> None:
        if report.findings or any(one.findings for one in report.events):
            state.kept.keep(report.capture_id, source)

    for file in chosen:
        yield from capture_file(
            state.ledger,
            file.file,
            file.filename or "",
            now=now(),
            limits=state.settings.limits,
            proceed=form.get("proceed") == "true",
            lenient=form.get("lenient") == "true",
            organisation=asker_of(request).organisation,
            ownership=ownership_of_asker(request),
            own=own_of_asker(request),
            tell=tell,
            keep=keep,
        )


def _corrects(request: Request, form: FormData) -> str | None:
    """Return the capture of the asker's organisation that a form sends again, mended."""
    named = form.get("corrects")
    if not isinstance(named, str) or not named:
        return None
    found = capture_outcomes(request.app.state.ledger, view_of(request), [named]).get(named)
    if found is None or found.organisation != asker_of(request).organisation:
        return None
    return found.capture_id


@contextmanager
def _watched(request: Request, form: FormData) -> Iterator[Telling]:
    """Let the asker watch how far an upload is, where the form has a token for it."""
    watched: dict[tuple[str, str], tuple[str, int, int]] = request.app.state.uploading
    token = form.get("token")
    if not isinstance(token, str) or not token or len(watched) >= _MOST_WATCHED:
        yield lambda *_: None
        return
    key = asker_of(request).name, token

    def tell(file: str, size: int, read: int, _: int) -> None:
        watched[key] = file, size, read

    try:
        yield tell
    finally:
        watched.pop(key, None)
