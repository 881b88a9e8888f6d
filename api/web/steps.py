"""Writing down a step on a phone: a short form makes one row of a sheet, and that the event."""

import io
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from api.access.asker import asker_of, ownership_of_asker, view_of
from api.access.redaction import report_for
from api.clock import now
from api.own_sheets import own_of_asker
from api.web import times
from api.web.answers import as_json, namer_for, page, static_file, texts_for, wants_page
from api.web.capture_page import found_report
from api.web.event_page import told_of
from api.web.offers import offers_for
from api.web.step_fields import (
    first_values,
    step_fields,
    takes_lots,
    typed,
    values_of_event,
    values_of_scan,
)
from api.web.step_photos import FIELD, PhotoError, photo_links, stands, taken
from api.web.uploads import sent_form
from epcis_core.findings import Language, Severity
from epcis_core.model.photo import NamedPhoto
from epcis_core.store.events import events_by_id
from epcis_core.store.registry.uploads import Upload, note_upload
from ingest.capture import capture_stream
from ingest.report import CaptureReport
from ingest.sheets.one_row import column_of, sheet_of_row
from ingest.sheets.own import Own
from ingest.sheets.templates import Template, templates, words

router = APIRouter(include_in_schema=False)

_LONGEST: Final = 200  # characters of a value in an address
_MOST_EVENTS: Final = 20
_WORKER_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-cache",
}


@router.get("/steps")
def show_steps(request: Request) -> Response:
    """Show the steps that can be written down."""
    return page(request, "steps.html", steps=[templates()[key] for key in words().steps])


@router.get("/steps/worker.js")
def worker(request: Request) -> Response:
    """Answer with what keeps the forms on a phone; it may do so for these pages alone."""
    root = request.app.state.settings.root
    headers = {**_WORKER_HEADERS, "Service-Worker-Allowed": f"{root}/steps"}
    return Response(static_file("worker.js"), media_type="text/javascript", headers=headers)


@router.get("/steps/done/{capture_id}")
def show_done(request: Request, capture_id: str, step: str = "") -> Response:
    """Show in words what was written down, and which step often follows."""
    report = found_report(request, capture_id)
    ids = [one["event_id"] for one in report["events"] if one["event_id"]][:_MOST_EVENTS]
    stored = events_by_id(request.app.state.ledger, view_of(request), list(dict.fromkeys(ids)))
    known = templates().get(step)
    following = [
        (templates()[key], values_of_event(templates()[key], stored[0]))
        for key in (known.next if known is not None and stored else ())
    ]
    n = namer_for(request)
    return page(
        request,
        "step_done.html",
        capture_id=capture_id,
        step=known,
        is_new=report["counts"]["accepted"] > 0,
        told=[told_of(one, n) for one in stored],
        events=[one.event_id for one in stored],
        photos=photo_links(request, stored),
        following=following,
    )


@router.get("/steps/{key}")
def show_step(request: Request, key: str, scanned: str = "") -> Response:
    """Show the form of a step; the address may say what stands in it, or what was scanned."""
    template = _template(request, key)
    given = {
        name: value[:_LONGEST]
        for name, value in request.query_params.items()
        if name in template.by_key
    }
    if scanned:
        given |= values_of_scan(template, scanned[:_LONGEST])
    return _form(request, template, given, {}, is_new=True)


@router.post("/steps/{key}")
def write_down(
    request: Request, key: str, form: Annotated[FormData, Depends(sent_form)]
) -> Response:
    """Store what the form says; the same said again is known already, and harmless."""
    template, t = _template(request, key), texts_for(request)
    values = typed(template, form)
    try:
        photo = taken(request, form)
    except PhotoError as error:
        problems = {FIELD: str(error)}
        if not wants_page(request):
            return as_json({"problems": problems}, status=422)
        return _form(request, template, values, problems)
    report = _captured(request, template, values, photo)
    problems = _problems(template, report, t.language)
    is_stored = report.status == "accepted" and not problems
    if is_stored:
        stands(request, photo)
    if not wants_page(request):
        shown = report_for(asker_of(request), report.as_json(t.language))
        return as_json({**shown, "problems": problems}, status=200 if is_stored else 422)
    if is_stored:
        return RedirectResponse(f"/steps/done/{report.capture_id}?step={key}", 303)
    return _form(request, template, values, problems, photo=photo)


def _captured(
    request: Request, template: Template, values: Mapping[str, str], photo: NamedPhoto | None
) -> CaptureReport:
    asker, state, t = asker_of(request), request.app.state, texts_for(request)
    # What headings mean in sheets of one's own is not what they mean in this form.
    own = replace(
        own_of_asker(request) or Own(), headings=(), members=photo.members if photo else {}
    )
    report = capture_stream(
        state.ledger,
        io.BytesIO(sheet_of_row(template, values, t.language)),
        file_name=str(getattr(template.title, t.language)),
        now=now(),
        organisation=asker.organisation,
        ownership=ownership_of_asker(request),
        own=own,
        limits=state.settings.limits.document,
    )
    note_upload(state.books, Upload(report.capture_id, asker.name))
    return report


def _problems(template: Template, report: CaptureReport, language: Language) -> dict[str, str]:
    """Return what is wrong with a row by the names of its fields; what is about none under ''.

    That it was withdrawn before is wrong too: whoever writes it down again wants it to stand.
    """
    found: dict[str, str] = {}
    every = (*report.findings, *(one for event in report.events for one in event.findings))
    for one in every:
        is_wrong = one.severity is Severity.ERROR and one.code != "rolled_back"
        if is_wrong or one.code == "event_withdrawn":
            column = column_of(template, one.where)
            name, told = column.key if column else "", one.message_in(language)
            found[name] = f"{found[name]} {told}" if name in found else told
    return found


def _form(
    request: Request,
    template: Template,
    given: Mapping[str, str],
    problems: Mapping[str, str],
    *,
    is_new: bool = False,
    photo: NamedPhoto | None = None,
) -> Response:
    offers, t = offers_for(request), texts_for(request)
    here = times.here_at(now())
    values: dict[str, Any] = dict(given)
    begins_now: list[str] = []
    if is_new:
        begins_now = [name for name in ("date", "time") if name not in given]
        day, clock = here.date().isoformat(), times.clock(here)
        first = first_values(template, offers, day=day, clock=clock, language=t.language)
        values = {**first, **given}
    fields = step_fields(template, values, offers, problems, t.language)
    return page(
        request,
        "step.html",
        status=422 if problems else 200,
        step=template,
        first=[one for one in fields if one.is_first],
        more=[replace(one, is_first=False) for one in fields if not one.is_first],
        lots=offers.lots if takes_lots(template) else (),
        product_field=next(iter(template.goods.values()))["product"].key,
        lot_field=next(iter(template.goods.values()))["lot"].key,
        photo_problem=problems.get(FIELD),
        photo_again=photo is not None,
        problem=problems.get("") or (t("steps.problems") if problems else None),
        begins_now=begins_now,
        zone=times.ZONE.key,
        n=namer_for(request),
    )


def _template(request: Request, key: str) -> Template:
    found = templates().get(key)
    if found is None:
        raise HTTPException(404, texts_for(request)("steps.unknown"))
    return found
