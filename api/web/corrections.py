"""Withdrawing and correcting what one's own organisation recorded, from the page of a record."""

import threading
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.access.asker import asker_of, ownership_of_asker, view_of
from api.access.redaction import report_for
from api.clock import now
from api.web.answers import as_json, namer_for, page, texts_for, wants_page
from api.web.capture_page import found_report, report_page
from api.web.correctable import MOST, others_of, stored_by, withdrawable
from api.web.event_page import facts_of_stored
from api.web.forms import ShortForm
from api.web.words import sentence
from epcis_core.store.events import StoredEvent, find_events
from epcis_core.store.registry.uploads import Upload, note_upload
from ingest.capture import capture_bytes
from ingest.corrections import (
    Reason,
    another_id,
    changed,
    fields_of,
    is_withdrawn,
    minted_id,
    refusal,
    replacement,
    withdrawal,
)
from ingest.sheets.sheet_writer import unit_words

router = APIRouter()

_TURN: Final = threading.Lock()
"""Held from the look at a record until its correction is stored, so that it is corrected once."""

_STATUS: Final = {"not_own": 403, "already": 409, "declaration": 409}


@router.post("/withdraw", summary="Declare own events wrong", include_in_schema=False)
def withdraw(request: Request, form: ShortForm) -> Response:
    """Withdraw an event, or all that an upload brought, in one capture: all or nothing."""
    reason = form.get("reason", Reason.DID_NOT_OCCUR)
    if reason not in [*Reason]:
        raise HTTPException(400, f"Expected reason, one of {', '.join(Reason)}.")
    with _TURN:
        if capture_id := form.get("capture", ""):
            report = found_report(request, capture_id)
            if len(stored_by(report)) > MOST:
                raise HTTPException(409, texts_for(request)("correct.too_many"))
            events = withdrawable(request, report, MOST)
            if not events:
                raise HTTPException(409, texts_for(request)("correct.nothing"))
        else:
            events = [_own(request, form.get("id", ""))]
        data = withdrawal(events, Reason(reason), now())
        return _captured(request, data, texts_for(request)("correct.withdrawal_file"))


@router.get("/correct", include_in_schema=False)
def correct_form(request: Request, id: Annotated[str, Query(min_length=1)]) -> Response:  # noqa: A002
    """Show the short form in which a record is corrected."""
    return _form(request, _own(request, id), {}, {})


@router.post("/correct", include_in_schema=False)
def correct(request: Request, form: ShortForm) -> Response:
    """Declare a record wrong and store the right one in its place: both or neither."""
    with _TURN:
        return _correct(request, form)


def _correct(request: Request, form: Mapping[str, str]) -> Response:
    stored = _own(request, form.get("id", ""))
    t = texts_for(request)
    event, found = changed(stored, form)
    if found:
        return _form(request, stored, form, {n: one.message_in(t.language) for n, one in found})
    minted = minted_id(stored, event)
    if minted == stored.hash:
        return _form(request, stored, form, {"": t("correct.unchanged")})
    earlier = find_events(request.app.state.ledger, view_of(request), minted)
    if is_withdrawn(earlier, asker_of(request).organisation):
        event["eventID"] = another_id(minted, stored)
    return _captured(request, replacement(stored, event, now()), t("correct.correction_file"))


def _own(request: Request, event_id: str) -> StoredEvent:
    """Return an event that the asker may correct.

    Raises:
        HTTPException: 404 where there is none, 403 where it is another organisation's, 409 where
            it was corrected before, or is itself a correction.
    """
    t, asker = texts_for(request), asker_of(request)
    records = find_events(request.app.state.ledger, view_of(request), event_id)
    if not records:
        raise HTTPException(404, t("event.not_found", id=event_id))
    refused = refusal(records, asker.organisation)
    if refused is not None:
        raise HTTPException(_STATUS[refused], t(f"correct.{refused}"))
    return records[0]


def _form(
    request: Request, stored: StoredEvent, form: Mapping[str, str], problems: Mapping[str, str]
) -> Response:
    t, n = texts_for(request), namer_for(request)
    fields: list[dict[str, Any]] = [
        {
            "name": one.name,
            "kind": one.kind,
            "goods": n.thing(one.goods) if one.goods else None,
            "value": form.get(one.name, one.value),
            "problem": problems.get(one.name),
        }
        for one in fields_of(stored)
    ]
    return page(
        request,
        "correct.html",
        status=422 if problems else 200,
        event_id=stored.event_id,
        told=sentence(facts_of_stored(stored), n),
        fields=fields,
        problem=problems.get("") or (t("correct.problems") if problems else None),
        others=others_of(stored, n),
        units=unit_words(t.language),
    )


def _captured(request: Request, data: bytes, file_name: str) -> Response:
    """Capture a correction, and lead to its receipt; or say why it was not taken."""
    asker, state = asker_of(request), request.app.state
    report = capture_bytes(
        state.ledger,
        data,
        file_name=file_name,
        now=now(),
        organisation=asker.organisation,
        ownership=ownership_of_asker(request),
        limits=state.settings.limits.document,
    )
    note_upload(state.books, Upload(report.capture_id, asker.name))
    shown = report_for(asker, report.as_json(texts_for(request).language))
    status = 200 if report.status == "accepted" else 422
    if not wants_page(request):
        return as_json([shown], status=status)
    if status == 200:  # noqa: PLR2004 - as above
        return RedirectResponse(f"/captures/{report.capture_id}/receipt", 303)
    return report_page(request, [shown], status=status)
