"""Lots as their events, captured by any EPCIS 2.0 repository.

A delivery is a list of documents: master data of the parties, places and products first, then the
events of the lot, of what it was made of and of what carried these, error declarations included. A
repository that has an event already says so, or says nothing; both is well.

References:
    EPCIS 2.0, section 12.6 (capture, capture jobs)
"""

import asyncio
import hashlib
import json
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import httpx

from api.event_documents import event_in_json
from api.exported_documents import master_data_document, together
from api.outward import Answer, Outward, OutwardError
from api.portal.adapter import Asked, Found
from api.portal.answers import Outcome, outcome_of, unanswered
from api.portal.credentials import Credentials
from api.portal.lot_records import sendable
from api.portal.records import Made
from api.portal.target_parts import Answers, TargetError
from api.portal.targets import Target
from api.wire.versions import VERSION
from epcis_core.codecs.jsonld_writer import write_document
from epcis_core.model.times import utc_text
from epcis_core.store.events import StoredEvent, events_by_id, events_naming
from epcis_core.store.ledger import Ledger
from epcis_core.store.names import PRODUCT
from epcis_core.store.part import elements_about
from epcis_core.store.portal.deliveries import Delivery, Status
from epcis_core.store.trace import trace_lot
from epcis_core.store.view import View

_WAITS: Final = (0.05, 0.1, 0.2, 0.4, 0.8, *[1.0] * 60)  # seconds between looks at a job
_PROMISED: Final = 202
_READ: Final = 200
_TAKEN: Final = Answers(duplicate=(409,), reason="/title")
_THERE: Final = "ResourceAlreadyExistsException"
_CONFLICT: Final = "event_id_conflict"
"""What our own repositories call the same eventID with other content; that is no duplicate."""


class EpcisRepository:
    """Speaks EPCIS 2.0 with a target; `api.portal.adapter.Adapter`.

    Args:
        target: where its interface is.
        outward: what it is called by.
    """

    def __init__(self, target: Target, outward: Outward) -> None:
        self._target = target
        self._outward = outward
        self._credentials = Credentials(target.authentication, outward)

    def asked(self, delivery: Delivery, reference: str | None, now: int) -> Asked:  # noqa: ARG002
        """See `Adapter.asked`; there is nothing to send of a lot that nothing is known of."""
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "GS1-EPCIS-Version": VERSION,
            "GS1-CBV-Version": VERSION,
            "GS1-Capture-Error-Behaviour": "proceed",
            "User-Agent": "epcis-ledger",
            **self._target.headers,
        }
        url = f"{self._target.address.rstrip('/')}/capture"
        return Asked("POST", url, headers, (delivery.record or "[]").encode())

    async def send(self, asked: Asked, now: int) -> Outcome:
        """See `Adapter.send`; documents go one after the other, until one is not taken."""
        outcome = Outcome(Status.ACCEPTED, "nothing to tell")
        try:
            for document in json.loads(asked.body):
                outcome = await self._captured(asked, json.dumps(document).encode(), now)
                if outcome.status is not Status.ACCEPTED:
                    break
        except (OutwardError, TargetError, httpx.HTTPError) as error:
            return unanswered(error)
        return self._credentials.hidden(outcome)

    def wants_reference(self, delivery: Delivery) -> bool:  # noqa: ARG002
        """See `Adapter.wants_reference`: there are none."""
        return False

    async def find(self, delivery: Delivery, reference: str | None, now: int) -> Found:  # noqa: ARG002
        """See `Adapter.find`: it is not asked, since sending again does no harm."""
        return Found(None)

    async def _captured(self, asked: Asked, document: bytes, now: int) -> Outcome:
        answer = await self._request("POST", asked.url, asked.headers, document, now)
        if answer.status != _PROMISED or "location" not in answer.headers:
            return outcome_of(answer, _TAKEN, now)
        job = urljoin(asked.url, answer.headers["location"])
        if urlsplit(job)[:2] != urlsplit(asked.url)[:2]:  # who is there is shown no secret
            return Outcome(Status.UNKNOWN, reason="The capture job is said to be elsewhere.")
        headers = {"Accept": "application/json", "GS1-EPCIS-Version": VERSION}
        for wait in _WAITS:
            answer = await self._request("GET", job, headers, None, now)
            if answer.status != _READ:
                return outcome_of(answer, Answers(accepted=(), reason="/title"), now)
            told = _job(answer.body)
            if told is None:
                reason = "What was told of the capture job cannot be read."
                return Outcome(Status.UNKNOWN, reason=reason, is_own_error=True)
            if not told.get("running"):
                return _of_job(told, answer)
            await asyncio.sleep(wait)
        return Outcome(Status.UNKNOWN, reason=f"{job} is not done yet.")

    async def _request(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None, now: int
    ) -> Answer:
        shown = await self._credentials.headers(body or b"", now)
        answer = await self._outward.request(method, url, sendable({**headers, **shown}), body)
        self._credentials.refused(answer.status)
        return answer


def events_record(ledger: Ledger, view: View, lot: str, now: int) -> Made | None:
    """Return what a repository is to be told of a lot; None where nothing is known of it.

    Args:
        ledger: where the events are.
        view: what may be seen.
        lot: canonical.
        now: when the documents are written, microseconds since 1970 UTC.
    """
    trace = trace_lot(ledger, view, lot, direction="upstream")
    if not trace.objects:
        return None
    carriers = [one.id for one in trace.objects if one.role == "carrier"]
    passed = {one.event_id for one in events_naming(ledger, view, carriers)} if carriers else set()
    events = _told(ledger, view, {*trace.events, *trace.retracted, *passed})
    keys = {*trace.parties, *trace.places}
    keys |= {f"{PRODUCT}{one.gtin}" for one in trace.objects if one.gtin}
    written = utc_text(now)
    with ledger.reading() as cursor:
        parts = list(together(elements_about(cursor, view, sorted(keys))))
    documents = [master_data_document(elements, prefixes, written) for prefixes, elements in parts]
    texts = (event_in_json(one) for one in events)
    documents.append(b"".join(write_document(texts, creation_date=written, prefixes={})))
    said = [element.text for _, elements in parts for element in elements]
    digest = hashlib.sha256(
        json.dumps([[one.event_id, one.text] for one in events] + [said]).encode()
    ).hexdigest()
    up = tuple(one.id for one in trace.objects if one.kind == "lot" and one.role == "upstream")
    return Made([json.loads(one) for one in documents], digest, up)


def _told(ledger: Ledger, view: View, ids: Iterable[str]) -> list[StoredEvent]:
    """Return events, what declares them wrong, and what stands in their place, in ledger order.

    Who declares what another has sent does not count, and is left out: a repository might not know
    one from the other.
    """
    found = _by_id(ledger, view, ids)
    corrective = {
        one
        for stored in found
        if (declared := stored.event.error_declaration) is not None
        for one in declared.corrective_event_ids or ()
    }
    found += _by_id(ledger, view, corrective - {stored.event_id for stored in found})
    senders = {
        stored.event_id: stored.organisation
        for stored in found
        if stored.event.error_declaration is None
    }
    return sorted(
        (
            stored
            for stored in found
            if stored.organisation == senders.get(stored.event_id, stored.organisation)
        ),
        key=lambda stored: stored.sequence,
    )


def _by_id(ledger: Ledger, view: View, ids: Iterable[str]) -> list[StoredEvent]:
    wanted = sorted(ids)
    return events_by_id(ledger, view, wanted) if wanted else []


def _job(body: bytes) -> dict[str, Any] | None:
    """Read a capture job; None where it is none, or so long that it was cut."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _of_job(told: dict[str, Any], answer: Answer) -> Outcome:
    """Return what became of a delivery whose capture job is done."""
    wrong = [
        problem
        for problem in told.get("errors") or ()
        if isinstance(problem, dict)
        if _THERE not in str(problem.get("type")) or problem.get("code") == _CONFLICT
    ]
    shown = f"{answer.status} {answer.body.decode(errors='replace')}"[:2_000]
    if wrong:
        reasons = "; ".join(str(problem.get("title")) for problem in wrong[:5])
        return Outcome(Status.REJECTED, shown, reasons)
    if told.get("success") or told.get("errors"):
        return Outcome(Status.ACCEPTED, shown)
    return Outcome(Status.REJECTED, shown, "The capture job failed without a reason.")
