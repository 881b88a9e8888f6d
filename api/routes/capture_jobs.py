"""Capturing over the EPCIS interface: a document is taken, and a job captures it.

A document that could not be captured whatever the ledger holds is refused at once, without a job,
as far as a first look shows (`ingest/first_look.py`): 415 for another media type than JSON and XML,
or another than the body has, 413 for more bytes or events than are taken, 400 with the findings for
what is no document, or holds no event that could be read. Everything else is answered with 202 once
document and job are on disk, and comes out in the job.

References:
    EPCIS 2.0, section 12.6
"""

from typing import Annotated, Final

import orjson
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from api.access.asker import asker_of, view_of
from api.capture_job_documents import job_members, job_xml
from api.clock import now
from api.errors import Refusal
from api.wire.discovery import discovery
from api.wire.formats import Prefixes, asked_prefixes
from api.wire.headers import answer_headers, json_only, json_or_xml
from api.wire.pages import PER_PAGE, NextPageToken, PerPage, Place, next_page, opened_page
from api.wire.paths import value_of
from api.wire.posted import (
    ErrorBehaviour,
    announced_syntax,
    check_syntax,
    limit_headers,
    limits_of,
    too_large,
    unusable,
    write_body,
)
from api.wire.versions import accepted_versions, posted_versions
from epcis_core.store.jobs import CaptureJob
from ingest.first_look import FirstLook, first_look
from ingest.job_states import JobState, JobStates
from ingest.jobs import CaptureJobs

router = APIRouter(prefix="/epcis", tags=["EPCIS 2.0: capture"])

LOOKS_AT_ONCE: Final = 2
"""Documents looked at before they are taken; more would only keep Python from those who read."""

_ERRORS_OF_ONE: Final = 1000
_ERRORS_IN_LIST: Final = 20
_MOST_IN_LIST: Final = 200

Extensions = Annotated[Prefixes, Depends(asked_prefixes)]


@router.options("/capture", summary="How much is taken, and what errors do", status_code=204)
def offer(request: Request) -> Response:
    """Answer with methods, versions and limits; errors may do all that the standard knows."""
    limits = {k.replace("-", "_"): v for k, v in limit_headers(limits_of(request)).items()}
    return discovery("GET", "POST", **limits, GS1_Capture_Error_Behaviour="all")


@router.post(
    "/capture",
    summary="Capture a document",
    status_code=202,
    response_model=None,
    dependencies=[Depends(posted_versions)],
)
async def capture(
    request: Request,
    extensions: Extensions,
    gs1_capture_error_behaviour: Annotated[
        ErrorBehaviour, Header(description="What an error in one event means for the others.")
    ] = "rollback",
) -> Response:
    """Take an EPCISDocument or EPCISQueryDocument in JSON or XML; a job captures it."""
    announced = await announced_syntax(request)
    jobs: CaptureJobs = request.app.state.jobs
    capture_id = jobs.new_id()
    file = jobs.spool.create(capture_id)
    try:
        with file:
            await write_body(request, file)
            size = await run_in_threadpool(jobs.spool.keep, file)
        limiter: CapacityLimiter = request.app.state.look_limiter
        look = await to_thread.run_sync(_look, request, capture_id, limiter=limiter)
        check_syntax(announced, look.syntax)
        _check(request, look)
        job = CaptureJob(
            capture_id,
            client=_client(request),
            organisation=asker_of(request).organisation,
            created=now(),
            proceed=gs1_capture_error_behaviour == "proceed",
            size=size,
            prefixes=extensions.by_name,
        )
        await run_in_threadpool(jobs.promise, job)
    except BaseException:
        jobs.spool.drop(capture_id)
        raise
    headers = {"Location": f"/epcis/capture/{capture_id}", **answer_headers(extensions)}
    return Response(status_code=202, headers=headers)


@router.get(
    "/capture",
    summary="Capture jobs, the newest first",
    response_model=None,
    dependencies=[Depends(accepted_versions)],
)
def list_jobs(
    request: Request,
    extensions: Extensions,
    per_page: PerPage = PER_PAGE,
    next_page_token: NextPageToken = None,
) -> Response:
    """Answer with jobs, and with captures that a command or a page of this server brought."""
    media_type = json_only(request)
    size, place = opened_page(request, per_page, next_page_token)
    size = min(size, _MOST_IN_LIST)
    before = (int(place.after[0]), str(place.after[1])) if place and place.after else None
    found = _states(request, _ERRORS_IN_LIST).before(before, size + 1)
    headers = answer_headers(extensions)
    if len(found) > size:
        headers |= next_page(request, Place(0, found[size - 1].key), size)
    body = orjson.dumps([job_members(state) for state in found[:size]])
    return Response(body, media_type=media_type, headers=headers)


@router.options("/capture/{capture_id}", summary="What a capture job offers", status_code=204)
def offer_job(request: Request, capture_id: str) -> Response:
    """Answer with methods and versions."""
    _found(request, capture_id)
    return discovery("GET")


@router.get(
    "/capture/{capture_id}",
    summary="How a capture job stands",
    response_model=None,
    dependencies=[Depends(accepted_versions)],
)
def show_job(request: Request, capture_id: str, extensions: Extensions) -> Response:
    """Answer with a job, in JSON or as `Accept` asks in XML."""
    syntax, media_type = json_or_xml(request)
    state = _found(request, capture_id)
    body = job_xml(state) if syntax == "xml" else orjson.dumps(job_members(state))
    return Response(body, media_type=media_type, headers=answer_headers(extensions))


def _look(request: Request, capture_id: str) -> FirstLook:
    jobs: CaptureJobs = request.app.state.jobs
    with jobs.spool.open(capture_id) as source:
        return first_look(source, limits_of(request).document)


def _check(request: Request, look: FirstLook) -> None:
    """Refuse a document that no job could capture.

    Raises:
        Refusal: 400 or 413.
    """
    for found in look.refused:
        if found.code == "too_many_events":
            raise too_large(limits_of(request), found.message)
    if look.refused:
        raise unusable(
            "The document cannot be captured; `findings` says what is wrong.", look.refused
        )
    if look.kind == "event":
        title = "A single event goes to /epcis/events; here a document of events is taken."
        raise Refusal(400, "ValidationException", title)


def _client(request: Request) -> str:
    """Return who takes turns with others: an organisation, or whose address it is."""
    if owner := asker_of(request).owner:
        return owner
    return request.client.host if request.client is not None else ""


def _states(request: Request, most_errors: int) -> JobStates:
    state = request.app.state
    return JobStates(state.ledger, state.books, state.jobs, view_of(request), most_errors)


def _found(request: Request, segment: str) -> JobState:
    """Return how the job stands that a path names.

    Raises:
        Refusal: 404 where there is none.
    """
    capture_id = value_of(segment)
    found = _states(request, _ERRORS_OF_ONE).find(capture_id)
    if found is None:
        title = f"There is no capture job {capture_id!r}."
        raise Refusal(404, "NoSuchResourceException", title)
    return found
