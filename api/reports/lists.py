"""The lists that the province keeps itself: trainings, needs surveys and priority products."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from api.access.noting import note_done
from api.clock import now
from api.web import times
from api.web.answers import as_json, page, texts_for, wants_page
from api.web.forms import number_in
from api.web.own_lists import attached
from api.web.uploads import sent_form
from epcis_core.findings import Finding, has_errors
from epcis_core.model.times import utc_text
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.desk import (
    MOST,
    DeskLine,
    DeskList,
    desk_lines,
    retire_desk_line,
    save_desk_lines,
)
from epcis_core.store.registry.journal import What
from ingest.desk import desk_csv, desk_list, desk_workbook, read_fields, read_sheet, shown_entry

router = APIRouter(include_in_schema=False)

Sent = Annotated[FormData, Depends(sent_form)]
_Key = Annotated[DeskList, Path(description="Which list.")]
_MOST_SHOWN: Final = 300
_MOST_TOLD: Final = 100
_MOST_NUMBER: Final = 2**63 - 1


@router.get("/desk/{key}.{ending}")
def send_list(request: Request, key: _Key, ending: Literal["xlsx", "csv", "json"]) -> Response:
    """Send a list as a file, to add to."""
    lines, language = desk_lines(_books(request), key), texts_for(request).language
    if ending == "json":
        return as_json([_as_json(one) for one in lines])
    write = desk_csv if ending == "csv" else desk_workbook
    return attached(write(key, lines, language), f"{key}.{ending}")


@router.get("/desk/{key}")
def show_list(
    request: Request,
    key: _Key,
    line: Annotated[int, Query(ge=0, le=_MOST_NUMBER)] = 0,
    saved: Annotated[int | None, Query(ge=0, le=_MOST_NUMBER)] = None,
) -> Response:
    """Show a list with the form for a line: a new one, or one that is changed."""
    if not wants_page(request):
        return as_json([_as_json(one) for one in desk_lines(_books(request), key)])
    given: Mapping[str, str] = {}
    if line:
        kept = [one for one in desk_lines(_books(request), key) if one.number == line]
        if not kept or kept[0].retired is not None:
            raise HTTPException(404, texts_for(request)("own_list.unknown"))
        given = kept[0].entries
    return _page(request, key, number=line, given=given, saved=saved)


@router.post("/desk/{key}")
def change_list(request: Request, key: _Key, form: Sent) -> Response:
    """Do what one form of the page asks for."""
    given = {name: value for name, value in form.items() if isinstance(value, str)}
    match given.get("action"):
        case "save":
            return _save(request, key, given)
        case "retire":
            return _retire(request, key, number_in(given, "number"))
        case "sheet":
            return _save_sheet(request, key, form.get("sheet"))
    raise HTTPException(400, "Expected action, one of save, retire, sheet.")


def _save(request: Request, key: DeskList, given: Mapping[str, str]) -> Response:
    number = number_in(given, "number")
    line, found = read_fields(key, given)
    if line is None:
        return _wrong(request, key, found, number=number, given=given)
    return _stored(request, key, [line], number=number)


def _save_sheet(request: Request, key: DeskList, file: object) -> Response:
    """Take the lines of a spreadsheet, all or none; those that the list has already are left."""
    t = texts_for(request)
    if not isinstance(file, UploadFile) or not file.filename:
        return _page(request, key, problem=t("own_list.no_file"))
    sent = read_sheet(file.file, key, request.app.state.settings.limits.document)
    if has_errors(sent.findings):
        return _wrong(request, key, sent.findings)
    with _books(request).transaction():  # so that of two who send it at once one adds it
        held = [one.entries for one in desk_lines(_books(request), key) if one.retired is None]
        return _stored(request, key, [one for one in sent.lines if one.entries not in held])


def _stored(request: Request, key: DeskList, lines: list[DeskLine], *, number: int = 0) -> Response:
    books = _books(request)
    with books.transaction():
        saved = save_desk_lines(books, lines, now(), number=number) if lines else []
        if saved:
            what = What.LIST_CHANGED if number else What.LIST_ADDED
            note_done(request, what, f"{desk_list(key).title.en} ({len(saved)})")
    if saved is None:
        told = "own_list.unknown" if number else "desk.list_full"
        raise HTTPException(404 if number else 409, texts_for(request)(told, number=MOST))
    if not wants_page(request):
        return as_json({"saved": len(saved)})
    return RedirectResponse(f"/desk/{key}?saved={len(saved)}", 303)


def _retire(request: Request, key: DeskList, number: int) -> Response:
    books = _books(request)
    with books.transaction():
        if retire_desk_line(books, key, number, now()) is None:
            raise HTTPException(404, texts_for(request)("own_list.unknown"))
        note_done(request, What.LIST_RETIRED, f"{desk_list(key).title.en} (1)")
    return RedirectResponse(f"/desk/{key}", 303)


def _wrong(
    request: Request,
    key: DeskList,
    found: Sequence[Finding],
    *,
    number: int = 0,
    given: Mapping[str, str] | None = None,
) -> Response:
    wrong = [one for one in found if has_errors([one])]
    if wants_page(request):
        return _page(request, key, number=number, given=given or {}, findings=wrong)
    language = texts_for(request).language
    return as_json({"findings": [one.as_json(language) for one in wrong]}, status=422)


def _page(
    request: Request,
    key: DeskList,
    *,
    number: int = 0,
    given: Mapping[str, str] | None = None,
    findings: Sequence[Finding] = (),
    problem: str = "",
    saved: int | None = None,
) -> Response:
    """Return the page of a list.

    Args:
        request: what it answers.
        key: which list.
        number: of the line in the form; 0 for a new one.
        given: what stands in the form.
        findings: what is wrong with what was sent.
        problem: what is wrong beside.
        saved: how many lines were saved just now; None where none were sent.
    """
    t = texts_for(request)
    lines = [one for one in desk_lines(_books(request), key) if one.retired is None]
    wrong: dict[str, list[str]] = {}
    rows: list[tuple[str, str]] = []
    for one in findings:
        told = one.message_in(t.language)
        if one.where.sheet or one.where.line:
            at = ", ".join(str(part) for part in (one.where.sheet, one.where.cell) if part)
            rows.append((at, told))
        else:
            wrong.setdefault((one.where.pointer or "").removeprefix("/"), []).append(told)
    return page(
        request,
        "desk_list.html",
        status=422 if findings or problem else 200,
        key=key,
        asks=desk_list(key),
        lines=[_shown(request, one) for one in lines[:_MOST_SHOWN]],
        hidden=max(0, len(lines) - _MOST_SHOWN),
        number=number,
        given=given or {},
        wrong=wrong,
        rows=rows[:_MOST_TOLD],
        count=len(rows),
        problem=problem,
        saved=saved,
    )


def _shown(request: Request, line: DeskLine) -> dict[str, Any]:
    """Return a line as the page shows it: what it is called, and the other columns in words."""
    t = texts_for(request)
    facts = []
    name = ""
    for column in desk_list(line.list).columns:
        value = line.entries.get(column.key, "")
        if not value:
            continue
        if column.kind == "date":
            value = times.calendar_day_of(value, t.language)
        shown = shown_entry(column, value, t.language)
        if column.key in {"title", "name"}:
            name = shown
        else:
            facts.append((getattr(column.name, t.language), shown))
    return {"number": line.number, "name": name, "facts": facts}


def _as_json(line: DeskLine) -> dict[str, Any]:
    retired = None if line.retired is None else utc_text(line.retired)
    return {
        "number": line.number,
        **line.entries,
        "added": utc_text(line.added),
        "retired": retired,
    }


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
