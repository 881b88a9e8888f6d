"""The reports themselves: as a page with the province's remarks, as PDF, spreadsheet and JSON."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.access.asker import view_of
from api.access.noting import note_done
from api.clock import now
from api.paper_checkpoint import latest_on_paper
from api.reports.desk import asked_period, bars_of, in_words
from api.reports.layout import Name, layouts
from api.reports.made import Report, make_report
from api.reports.paper import report_pdf
from api.reports.workbook import report_workbook
from api.web import times
from api.web.answers import as_json, page, texts_for
from api.web.forms import ShortForm
from api.web.own_lists import attached
from epcis_core.store.registry.desk import remarks_of, save_remarks
from epcis_core.store.registry.journal import What

router = APIRouter(include_in_schema=False)

LONGEST: Final = 5000
"""Characters of one remark."""

Ending = Literal["pdf", "xlsx", "json"]
_Name = Annotated[Name, Path(description="Which report.")]
_Period = Annotated[str, Query(max_length=10, description="`2026` or `2026-Q3`.")]


@router.get("/reports/{name}.{ending}")
def send_report(request: Request, name: _Name, ending: Ending, period: _Period = "") -> Response:
    """Send a report as a file."""
    report = _report(request, name, period)
    t = texts_for(request)
    if ending == "json":
        return as_json(report.as_json())
    called = f"{name}-{report.period}-{t.language}.{ending}"
    if ending == "xlsx":
        return attached(report_workbook(report, t), called)
    state = request.app.state
    paper = latest_on_paper(state.ledger, state.books, now())
    answer = attached(report_pdf(report, t, paper), called)
    answer.headers["Content-Type"] = "application/pdf"
    return answer


@router.get("/reports/{name}")
def show_report(
    request: Request,
    name: _Name,
    period: _Period = "",
    *,
    saved: Annotated[bool, Query()] = False,
) -> Response:
    """Show a report, with the form for what the province says beside it."""
    return _page(request, name, period, saved=saved)


def _page(
    request: Request,
    name: Name,
    period: str,
    *,
    saved: bool = False,
    problem: str = "",
    given: Mapping[str, str] | None = None,
    others: Mapping[str, str] | None = None,
) -> Response:
    """Return the page of a report.

    Args:
        request: what it answers.
        name: which report.
        period: its name.
        saved: remarks were saved just now.
        problem: why they were not.
        given: remarks that are not kept, as typed.
        others: what others wrote in their place.
    """
    report = _report(request, name, period)
    t = texts_for(request)
    due: date = report.layout.due(report.period)
    return page(
        request,
        "report.html",
        status=409 if problem else 200,
        report=report,
        problem=problem,
        given=given or {},
        others=others or {},
        mark=_mark,
        sections=[
            (section, [(row, bars_of(row, t) if row.figure.by else []) for row in rows])
            for section, rows in zip(report.layout.sections, report.sections, strict=True)
        ],
        period_words=in_words(report.period, t),
        made=times.date_and_time(times.here_at(report.made), t.language),
        due=times.calendar_day(due, t.language),
        saved=saved,
        longest=LONGEST,
        before=str(report.period.before),
        next=str(report.period.next),
    )


@router.post("/reports/{name}")
def save_words(request: Request, name: _Name, form: ShortForm, period: _Period = "") -> Response:
    """Keep what the province says beside the figures."""
    chosen = asked_period(request, period, layouts()[name].kind)
    books = request.app.state.books
    with books.transaction():
        kept = remarks_of(books, str(chosen))
        words, others = _changed(name, form, kept)
        if others:
            told = texts_for(request)("report.changed_by_another")
            return _page(request, name, period, problem=told, given=words, others=others)
        save_remarks(books, str(chosen), words)
        note_done(request, What.LIST_CHANGED, f"{name} report, {chosen}")
    return RedirectResponse(f"/reports/{name}?period={chosen}&saved=true", 303)


def _changed(
    name: Name, form: Mapping[str, str], kept: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the remarks that a form changes; and what others wrote of them since it was shown."""
    words, others = {}, {}
    for one in layouts()[name].remarks:
        if one.key not in form:
            continue
        text, held = _plain(form[one.key])[:LONGEST], kept.get(one.key, "")
        shown = form.get(f"{one.key}-before") or _mark(held)
        if _mark(text) not in {shown, _mark(held)}:
            words[one.key] = text
            if shown != _mark(held):
                others[one.key] = held
    return words, others


def _mark(text: str) -> str:
    """Return what tells whether a remark is still as it was shown."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _report(request: Request, name: Name, period: str) -> Report:
    state = request.app.state
    chosen = asked_period(request, period, layouts()[name].kind)
    return make_report(state.ledger, state.books, view_of(request), name, period=chosen, now=now())
