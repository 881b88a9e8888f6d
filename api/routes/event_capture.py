"""Capturing one event over the EPCIS interface, while its sender waits.

The event is JSON with its `@context`, or a document of one event in JSON or XML. The answer comes
when it is on disk. The ledger has one writer: behind a large document that is being captured an
event waits. Whoever does not wait for the answer may send the event again, and is then told that it
is there.

References:
    EPCIS 2.0, section 12.7 (POST /events)
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any, BinaryIO, Final, cast

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.access.asker import asker_of, ownership_of_asker
from api.clock import now
from api.errors import Refusal
from api.wire.formats import Prefixes, asked_prefixes
from api.wire.headers import answer_headers, json_only
from api.wire.paths import segment_of
from api.wire.posted import announced_syntax, check_syntax, limits_of, unusable, write_body
from api.wire.versions import posted_versions
from epcis_core.codecs.jsonld_writer import context_of, json_bytes, members
from epcis_core.findings import Syntax, capped, has_errors
from epcis_core.model.events import EpcisEvent
from epcis_core.model.namespaces import Namespaces
from epcis_core.model.times import utc_text
from epcis_core.store.events import find_events
from epcis_core.store.ledger import Ledger
from ingest.limits import IntakeLimits
from ingest.report import MAX_LIKE_FINDINGS
from ingest.single import SingleEvent, capture_single, read_single

router = APIRouter(prefix="/epcis", tags=["EPCIS 2.0: capture"])

AT_ONCE: Final = 64
"""Events captured at a time; the others wait without keeping a thread from those who read."""

_INVALID: Final = "The event cannot be captured; `findings` says what is wrong."
_NAME: Final = "request"
_IN_MEMORY: Final = 2**16  # bytes of a body; more go to disk


@dataclass(frozen=True, slots=True)
class _Sent:
    """An event as it was sent.

    Attributes:
        body: its bytes.
        announced: the syntax its media type says it has.
        prefixes: what prefixes of extensions stand for where it does not say.
        limits: how much is taken.
    """

    body: BinaryIO
    announced: Syntax | None
    prefixes: Mapping[str, str]
    limits: IntakeLimits


@router.post(
    "/events",
    summary="Capture one event",
    status_code=201,
    response_model=None,
    dependencies=[Depends(posted_versions)],
)
async def capture_event(
    request: Request, extensions: Annotated[Prefixes, Depends(asked_prefixes)]
) -> Response:
    """Take one event in JSON or XML, and answer with the event as the ledger has it."""
    media_type = json_only(request)
    announced = await announced_syntax(request)
    limiter: CapacityLimiter = request.app.state.event_limiter
    with SpooledTemporaryFile(_IN_MEMORY) as file:
        body = cast("BinaryIO", file)
        await write_body(request, body)
        sent = _Sent(body, announced, extensions.by_name, limits_of(request))
        stored = await to_thread.run_sync(_captured, request, sent, limiter=limiter)
    location = f"/epcis/events/{segment_of(stored.event_id)}"
    headers = {"Location": location, **answer_headers(extensions)}
    return Response(as_event(stored), 201, headers, media_type)


@dataclass(frozen=True, slots=True)
class Given:
    """An event as it is given back.

    Attributes:
        event: as it was sent.
        namespaces: the prefixes in force inside it.
        event_id: its own or minted.
        record_time: when the ledger took it, microseconds since 1970 UTC.
    """

    event: EpcisEvent
    namespaces: Namespaces
    event_id: str
    record_time: int


def as_event(given: Given) -> bytes:
    """Return an event as JSON of its own: with its `@context`, its id and our record time."""
    namespaces = given.namespaces
    context = [*context_of(namespaces.prefixes), *namespaces.unknown]
    body: dict[str, Any] = {"@context": context, **members(given.event)}
    body |= {
        "@context": context,
        "recordTime": utc_text(given.record_time),
        "eventID": given.event_id,
    }
    return json_bytes(body)


def _captured(request: Request, sent: _Sent) -> Given:
    """Capture an event and return it as the ledger has it.

    Raises:
        Refusal: 400 for what is not one valid event, 409 for one that is there already, or whose id
            belongs to another, 415 for another syntax than was announced.
        StoreError: the ledger cannot be written.
    """
    ledger: Ledger = request.app.state.ledger
    asker, ownership = asker_of(request), ownership_of_asker(request)
    sent.body.seek(0)
    single = read_single(
        sent.body,
        file_name=_NAME,
        now=now(),
        limits=replace(sent.limits.document, events=1),
        prefixes=sent.prefixes,
        organisation=asker.organisation,
        ownership=ownership,
    )
    _check(sent, single)
    captured = capture_single(ledger, single)
    (event,) = captured.report.events
    event_id = event.event_id or ""
    if event.status == "duplicate":
        title = f"The event {event_id!r} has been captured before."
        raise Refusal(409, "ResourceAlreadyExistsException", title, eventID=event_id)
    if event.status == "rejected":
        told = [found.as_json() for found in event.findings]
        title = f"The eventID {event_id!r} belongs to another event."
        if any(found.code == "event_erased" for found in event.findings):
            title = f"The event {event_id!r} was here until its time was up, and was erased."
        raise Refusal(409, "ResourceAlreadyExistsException", title, findings=told)
    new = single.prepared[0].new
    if event.status == "accepted" and new is not None:
        return Given(new.event, new.namespaces, event_id, captured.record_time)
    found = find_events(ledger, asker.view, event_id)
    own = (stored for stored in found if stored.sequence == event.sequence)
    there = next(own, found[0])  # a receipt of a witness is for the event that was there
    return Given(there.event, there.namespaces, there.event_id, there.record_time)


def _check(sent: _Sent, single: SingleEvent) -> None:
    """Refuse what is not one valid event, before it waits for the writer.

    Raises:
        Refusal: 400 or 415.
    """
    findings = tuple(capped(single.all_findings, MAX_LIKE_FINDINGS))
    check_syntax(sent.announced, single.format)
    if any(found.code == "too_many_events" for found in findings):
        title = "Here one event is taken; several go to /epcis/capture in one document."
        raise Refusal(400, "ValidationException", title)
    if has_errors(findings) or not single.prepared:
        raise unusable(_INVALID, findings)
