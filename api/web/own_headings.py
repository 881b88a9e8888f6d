"""What the headings of an organisation's own sheets mean: asked once, kept, and forgotten again."""

import io
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.access.asker import asker_of, ownership_of_asker
from api.access.noting import note_done
from api.clock import now
from api.own_sheets import own_of_asker
from api.web import times
from api.web.answers import as_json, page, texts_for, wants_page
from api.web.capture_page import found_report
from api.web.forms import ShortForm, number_in
from api.web.texts import Texts
from epcis_core.errors import TooManyError
from epcis_core.findings import Finding, has_errors
from epcis_core.model.times import utc_text
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.headings import (
    MOST,
    SavedHeadings,
    forget_headings,
    headings_of,
    save_headings,
)
from epcis_core.store.registry.journal import What
from epcis_core.store.registry.uploads import Upload, note_upload
from ingest.intake import capture_file
from ingest.report import CaptureReport
from ingest.sheets.known import Known
from ingest.sheets.layout import Layout, layout_of
from ingest.sheets.reader import open_grid
from ingest.sheets.templates import Template, templates

router = APIRouter(include_in_schema=False)

_LAST_ROW: Final = 1000


@router.get("/headings")
@router.get("/headings.json")
def show(request: Request) -> Response:
    """Show what the asker's organisation has said of its own sheets."""
    found = headings_of(_books(request), _owner(request))
    if not wants_page(request):
        return as_json([_told(one) for one in found])
    language = texts_for(request).language
    rows = [
        (one, templates()[one.template], times.day(times.here_at(one.saved), language))
        for one in found
        if one.template in templates()
    ]
    return page(request, "own_headings.html", rows=rows)


@router.get("/headings/{capture_id}")
def ask(
    request: Request,
    capture_id: str,
    template: Annotated[str, Query(max_length=60)] = "",
    row: Annotated[int | None, Query(ge=1, le=_LAST_ROW)] = None,
) -> Response:
    """Ask which column of a sheet that was sent is which."""
    _owner(request)
    layout = _layout(request, capture_id, row)
    chosen = templates().get(template) or layout.guessed_template()
    own = own_of_asker(request)
    guessed = layout.guessed_columns(chosen, own.known if own is not None else Known())
    return _question(request, capture_id, layout, chosen, guessed)


@router.post("/headings")
def change(request: Request, form: ShortForm) -> Response:
    """Save what headings mean and capture the sheet, or forget what was said."""
    match form.get("action"):
        case "save":
            return _save(request, form)
        case "forget":
            return _forget(request, form)
    raise HTTPException(400, "Expected action, one of save, forget.")


def asks_for_headings(request: Request, reports: list[CaptureReport]) -> bool:
    """Tell whether what was sent is one sheet of an organisation's own, which it can explain."""
    if len(reports) != 1 or not asker_of(request).owner:
        return False
    codes = {one.code for one in reports[0].findings if has_errors([one])}
    return codes == {"sheet_not_recognised"} and _kept(request, reports[0].capture_id) is not None


def _save(request: Request, form: Mapping[str, str]) -> Response:
    """Save what headings mean, if they are enough for the template, and capture the sheet."""
    owner, books, t = _owner(request), _books(request), texts_for(request)
    capture_id = form.get("capture_id", "")
    layout = _layout(request, capture_id, number_in(form, "row") or None)
    template = templates().get(form.get("template", ""))
    if template is None:
        raise HTTPException(400, f"Expected template, one of {', '.join(templates())}.")
    chosen = {at: key for at in layout.columns if (key := form.get(f"c{at}", ""))}
    heading = layout.read_as(template, chosen)
    wrong = (
        [t("own_headings.too_few")]
        if heading is None
        else [_problem(one, template, t) for one in heading.findings if has_errors([one])]
    )
    if wrong:
        return _question(request, capture_id, layout, template, chosen, problems=wrong)
    own = layout.own_headings(template, chosen)
    try:
        with books.transaction():
            save_headings(books, owner, own.template, own.columns, now())
            note_done(request, What.HEADINGS_SAVED, f"{owner}, {own.template}")
    except TooManyError:
        wrong = [t("own_headings.too_many", most=MOST)]
        return _question(request, capture_id, layout, template, chosen, problems=wrong)
    reports = _captured(request, capture_id)
    return RedirectResponse(f"/captures/{reports[-1].capture_id}", 303)


def _problem(found: Finding, template: Template, t: Texts) -> str:
    """Return what is wrong with what was chosen: a column is missing, or there twice."""
    column = next(one for one in template.columns if one.wording == found.values["column"])
    name = getattr(column.name, t.language)
    if found.code == "sheet_column_twice":
        return t("own_headings.twice", column=name)
    if column.kind == "unit":
        return t("own_headings.missing_unit", column=name)
    return t("own_headings.missing", column=name)


def _captured(request: Request, capture_id: str) -> list[CaptureReport]:
    """Capture the sheet of an upload again, now that its headings are known."""
    asker, state = asker_of(request), request.app.state
    reports = list(
        capture_file(
            state.ledger,
            io.BytesIO(state.kept.find(capture_id) or b""),
            found_report(request, capture_id)["file"],
            now=now(),
            limits=state.settings.limits,
            organisation=asker.organisation,
            ownership=ownership_of_asker(request),
            own=own_of_asker(request),
            keep=lambda report, source: state.kept.keep(report.capture_id, source),
        )
    )
    for one in reports:
        note_upload(state.books, Upload(one.capture_id, asker.name, capture_id))
    return reports


def _forget(request: Request, form: Mapping[str, str]) -> Response:
    owner, books = _owner(request), _books(request)
    with books.transaction():
        gone = forget_headings(books, owner, number_in(form, "number"))
        if gone is None:
            raise HTTPException(404, texts_for(request)("own_headings.unknown"))
        note_done(request, What.HEADINGS_FORGOTTEN, f"{owner}, {gone.template}")
    return RedirectResponse("/headings", 303)


def _question(
    request: Request,
    capture_id: str,
    layout: Layout,
    template: Template,
    chosen: Mapping[int, str],
    *,
    problems: Sequence[str] = (),
) -> Response:
    return page(
        request,
        "own_headings_ask.html",
        status=422 if problems else 200,
        capture_id=capture_id,
        layout=layout,
        templates=templates().values(),
        meant=template,
        chosen=chosen,
        needed=[one for one in template.columns if one.required == "always"],
        problems=problems,
    )


def _layout(request: Request, capture_id: str, row: int | None) -> Layout:
    """Return how a sheet that was sent is laid out.

    Args:
        request: what is answered.
        capture_id: of its capture.
        row: of its headings, from 1; None where that is to be told.

    Raises:
        HTTPException: 404 where no sheet of the asker is kept under the id.
    """
    found_report(request, capture_id)
    data, limits = _kept(request, capture_id), request.app.state.settings.limits.document
    opened = None if data is None else open_grid(io.BytesIO(data), limits)
    if isinstance(opened, tuple):
        layout = layout_of(opened[0], None if row is None else row - 1)
        if layout is not None:
            return layout
    raise HTTPException(404, texts_for(request)("own_headings.not_kept"))


def _kept(request: Request, capture_id: str) -> bytes | None:
    data: bytes | None = request.app.state.kept.find(capture_id)
    return data


def _owner(request: Request) -> str:
    """Return whose sheets these are.

    Raises:
        HTTPException: 403 for who belongs to no organisation.
    """
    owner = asker_of(request).owner
    if not owner:
        raise HTTPException(403, texts_for(request)("own_headings.nobody"))
    return owner


def _told(one: SavedHeadings) -> dict[str, Any]:
    """Return what was saved as JSON tells it, in the form that `--headings` of commands reads."""
    return {
        "number": one.number,
        "saved": utc_text(one.saved),
        "headings": {"template": one.template, "columns": dict(one.columns)},
    }


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
