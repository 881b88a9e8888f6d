"""The lists of an organisation on pages: its products, its places, its partners."""

import io
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from api.access.asker import asker_of
from api.access.noting import note_done
from api.clock import now
from api.images import MOST_BYTES, ImageError, fitted
from api.web.answers import as_json, texts_for, wants_page
from api.web.forms import number_in
from api.web.own_list_asked import (
    MOST_NUMBER,
    Chosen,
    books_of,
    certificates_held,
    line_asked,
    list_asked,
    organisation_asked,
    organisation_chosen,
)
from api.web.own_list_page import line_as_json, line_page, list_page
from api.web.uploads import sent_form
from epcis_core.codecs.limits import Limits
from epcis_core.findings import Finding, has_errors
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.choices import ownership_of
from epcis_core.store.registry.journal import What
from epcis_core.store.registry.organisations import Organisation
from epcis_core.store.registry.partners import retire_partner
from epcis_core.store.registry.places import retire_place
from epcis_core.store.registry.products import Product, retire_product, set_image
from ingest.registry.line_reader import read_line, record_of
from ingest.registry.lines import KEYS, Line, ListKey, key_of, list_of, placed, pointed, shown_code
from ingest.registry.list_sheets import list_csv, list_workbook, read_list
from ingest.registry.saving import Faults, lines_of, matched, save_lines

router = APIRouter(include_in_schema=False)

Sent = Annotated[FormData, Depends(sent_form)]
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_RETIRE: Final = {
    "products": retire_product,
    "places": retire_place,
    "partners": retire_partner,
}


def show_list(
    request: Request,
    organisation: Chosen = "",
    saved: Annotated[int, Query(ge=0, le=MOST_NUMBER)] = 0,
) -> Response:
    """Show a list."""
    key, whose = list_asked(request), organisation_asked(request, organisation)
    if wants_page(request):
        return list_page(request, key, whose, saved=saved)
    if whose is None:
        raise HTTPException(422, texts_for(request)("own_list.choose_first"))
    held = certificates_held(request, whose)
    lines = lines_of(books_of(request), key, whose.id)
    return as_json([line_as_json(one, held) for one in lines])


def show_sheet(request: Request, organisation: Chosen = "") -> Response:
    """Send a list as a spreadsheet, to change and to add to."""
    key, whose = list_asked(request), organisation_chosen(request, organisation)
    language, held = texts_for(request).language, certificates_held(request, whose)
    lines = lines_of(books_of(request), key, whose.id)
    if request.url.path.endswith(".csv"):
        return attached(list_csv(key, lines, language, held), f"{key}.csv")
    return attached(list_workbook(key, lines, language, held), f"{key}.xlsx")


def show_new(request: Request, organisation: Chosen = "") -> Response:
    """Show the form for a new line."""
    return line_page(request, list_asked(request), organisation_chosen(request, organisation), None)


def show_line(request: Request, number: int, organisation: Chosen = "") -> Response:
    """Show a line with the form that changes it."""
    key, whose = list_asked(request), organisation_chosen(request, organisation)
    line = line_asked(request, key, whose, number)
    if wants_page(request):
        return line_page(request, key, whose, line)
    return as_json(line_as_json(line, certificates_held(request, whose)))


@router.get("/products/{number}/image")
def show_image(request: Request, number: int, organisation: Chosen = "") -> Response:
    """Show the photograph of a product to its own organisation."""
    line = line_asked(request, "products", organisation_chosen(request, organisation), number)
    if not isinstance(line, Product) or line.image is None:
        raise HTTPException(404, texts_for(request)("own_list.unknown"))
    headers = {"Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}
    return Response(line.image, media_type=line.image_type, headers=headers)


def change(request: Request, form: Sent, organisation: Chosen = "") -> Response:
    """Do what one form of the pages asks for."""
    key, whose = list_asked(request), organisation_chosen(request, organisation)
    match form.get("action"):
        case "save":
            return _save(request, form, key, whose)
        case "retire":
            return _retire(request, form, key, whose)
        case "sheet":
            return _save_sheet(request, form, key, whose)
    raise HTTPException(400, "Expected action, one of save, retire, sheet.")


for _key in KEYS:
    for _ending in ("", ".json"):
        router.add_api_route(f"/{_key}{_ending}", show_list, methods=["GET"])
    for _ending in (".xlsx", ".csv"):
        router.add_api_route(f"/{_key}{_ending}", show_sheet, methods=["GET"])
    router.add_api_route(f"/{_key}", change, methods=["POST"])
    router.add_api_route(f"/{_key}/new", show_new, methods=["GET"])
    router.add_api_route(f"/{_key}/{{number}}", show_line, methods=["GET"])


def attached(data: bytes, name: str) -> Response:
    """Return a spreadsheet as a file to be kept."""
    kind = "text/csv; charset=utf-8" if name.endswith(".csv") else XLSX
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(data, media_type=kind, headers=headers)


def _save(request: Request, form: FormData, key: ListKey, whose: Organisation) -> Response:
    """Add a line or change one, with its photograph."""
    given = _texts_of(form)
    number = number_in(given, "number")
    old = line_asked(request, key, whose, number) if given.get("number") else None
    if old is not None and old.retired is not None:
        raise HTTPException(404, texts_for(request)("own_list.unknown"))
    held = certificates_held(request, whose)
    line, found = read_line(key, record_of(key, given), pointed, whose.id, held)
    try:
        image = _image(request, form)
    except ImageError:
        text = texts_for(request)("own_list.photo_unreadable", most=MOST_BYTES // 2**20)
        return line_page(request, key, whose, old, given=given, findings=found, problem=text)
    faults: Faults = []
    if line is not None:
        removes = given.get("remove_image") == "true"
        note = partial(_note, request, whose, image=image, removes=removes)
        faults = _stored(request, whose, [replace(line, number=number)], note)
        found += [placed(one, pointed) for _, one in faults]
    if line is None or faults:
        if wants_page(request):
            return line_page(request, key, whose, old, given=given, findings=found)
        return _wrong(request, found)
    return _done(request, key, whose, 1)


def _save_sheet(request: Request, form: FormData, key: ListKey, whose: Organisation) -> Response:
    """Take the lines of a spreadsheet, all or none."""
    file = form.get("sheet")
    if not isinstance(file, UploadFile) or not file.filename:
        problem = texts_for(request)("own_list.no_file")
        return list_page(request, key, whose, problem=problem)
    limits: Limits = request.app.state.settings.limits.document
    held = certificates_held(request, whose)
    sent = read_list(file.file, key, whose.id, limits, held)
    found = sent.findings
    if not has_errors(found):
        lines = matched(sent.lines, lines_of(books_of(request), key, whose.id))
        faults = _stored(request, whose, lines, partial(_note, request, whose))
        if not faults:
            return _done(request, key, whose, len(lines))
        found = [sent.place(index, one) for index, one in faults]
    wrong = [one for one in found if has_errors([one])]
    if wants_page(request):
        return list_page(request, key, whose, findings=wrong)
    return _wrong(request, wrong)


def _retire(request: Request, form: FormData, key: ListKey, whose: Organisation) -> Response:
    """Mark a line as used no more."""
    number, books = number_in(_texts_of(form), "number"), books_of(request)
    with books.transaction():
        line = _RETIRE[key](books, whose.id, number, now())
        if line is None:
            raise HTTPException(404, texts_for(request)("own_list.unknown"))
        note_done(request, What.LIST_RETIRED, _named(key, [line], whose))
    return RedirectResponse(_address(request, key, whose), 303)


def _texts_of(form: FormData) -> dict[str, str]:
    """Return the fields of a form that are no files."""
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _stored(
    request: Request,
    whose: Organisation,
    lines: Sequence[Line],
    note: partial[None],
) -> Faults:
    ledger: Ledger = request.app.state.ledger
    books = books_of(request)
    ownership = ownership_of(books, whose.id)
    return save_lines(ledger, books, lines, now=now(), ownership=ownership, note=note)


def _note(
    request: Request,
    whose: Organisation,
    saved: Sequence[tuple[Line, Line | None]],
    *,
    image: tuple[bytes, str] | None = None,
    removes: bool = False,
) -> None:
    """Keep the photograph of a line that was saved, and note what was done."""
    for line, _ in saved:
        if image is not None:
            set_image(books_of(request), whose.id, line.number, *image)
        elif removes:
            set_image(books_of(request), whose.id, line.number, None, "")
    added = [line for line, before in saved if before is None]
    changed = [line for line, before in saved if before is not None]
    for what, lines in ((What.LIST_ADDED, added), (What.LIST_CHANGED, changed)):
        if lines:
            note_done(request, what, _named(key_of(lines[0]), lines, whose))


def _named(key: ListKey, lines: Sequence[Line], whose: Organisation) -> str:
    """Return lines as the journal names them; partners are nobody else's business."""
    codes = "" if key == "partners" else " " + " ".join(shown_code(one.code) for one in lines)
    return f"{whose.id}, {list_of(key).title.en} ({len(lines)}){codes}"


def _image(request: Request, form: FormData) -> tuple[bytes, str] | None:
    """Return the photograph in a form, small enough to be kept; None for none.

    Raises:
        ImageError: it cannot be taken.
    """
    file = form.get("image")
    if list_asked(request) != "products" or not isinstance(file, UploadFile) or not file.filename:
        return None
    stream: io.IOBase = file.file  # type: ignore[assignment]
    return fitted(stream.read(MOST_BYTES + 1))


def _done(request: Request, key: ListKey, whose: Organisation, count: int) -> Response:
    if wants_page(request):
        return RedirectResponse(_address(request, key, whose, saved=count), 303)
    return as_json({"saved": count})


def _wrong(request: Request, found: Sequence[Finding]) -> Response:
    language = texts_for(request).language
    return as_json({"findings": [one.as_json(language) for one in found]}, status=422)


def _address(request: Request, key: ListKey, whose: Organisation, *, saved: int = 0) -> str:
    """Return the address of a list, with the organisation where it is none's own."""
    asked = {"saved": str(saved)} if saved else {}
    if not asker_of(request).owner:
        asked["organisation"] = whose.id
    return f"/{key}?{urlencode(asked)}" if asked else f"/{key}"
