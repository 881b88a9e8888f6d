"""The lists of an organisation on pages: its products, its places, its partners.

A business keeps its own. Who belongs to none, as the province, names an organisation; but whom an
organisation deals with it knows alone.
"""

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
from api.web.own_list_page import line_as_json, line_page, list_page
from api.web.uploads import sent_form
from epcis_core.codecs.limits import Limits
from epcis_core.findings import Finding, has_errors
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.certificates import Certificate, certificates
from epcis_core.store.registry.choices import ownership_of
from epcis_core.store.registry.journal import What
from epcis_core.store.registry.organisations import Organisation, find_organisation
from epcis_core.store.registry.partners import retire_partner
from epcis_core.store.registry.places import retire_place
from epcis_core.store.registry.products import Product, retire_product, set_image
from ingest.registry.line_reader import read_line, record_of
from ingest.registry.lines import KEYS, Line, ListKey, key_of, list_of, placed, pointed, shown_code
from ingest.registry.list_sheets import list_csv, list_workbook, read_list
from ingest.registry.saving import Faults, find_line, lines_of, matched, save_lines

router = APIRouter(include_in_schema=False)

Sent = Annotated[FormData, Depends(sent_form)]
Chosen = Annotated[str, Query(max_length=200)]
"""The organisation that is meant by who belongs to none."""

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_NUMBER: Final = 2**63 - 1
_RETIRE: Final = {
    "products": retire_product,
    "places": retire_place,
    "partners": retire_partner,
}


def _list(request: Request) -> ListKey:
    """Return which list an address is of."""
    first = request.url.path.split("/")[1].partition(".")[0]
    return next(one for one in KEYS if one == first)


def show_list(
    request: Request,
    organisation: Chosen = "",
    saved: Annotated[int, Query(ge=0, le=_MOST_NUMBER)] = 0,
) -> Response:
    """Show a list."""
    key, whose = _list(request), _whose(request, organisation)
    if wants_page(request):
        return list_page(request, key, whose, saved=saved)
    if whose is None:
        raise HTTPException(422, texts_for(request)("own_list.choose_first"))
    held = _held(request, whose)
    lines = lines_of(_books(request), key, whose.id)
    return as_json([line_as_json(one, held) for one in lines])


def show_sheet(request: Request, organisation: Chosen = "") -> Response:
    """Send a list as a spreadsheet, to change and to add to."""
    key, whose = _list(request), _chosen(request, organisation)
    language, held = texts_for(request).language, _held(request, whose)
    lines = lines_of(_books(request), key, whose.id)
    if request.url.path.endswith(".csv"):
        return attached(list_csv(key, lines, language, held), f"{key}.csv")
    return attached(list_workbook(key, lines, language, held), f"{key}.xlsx")


def show_new(request: Request, organisation: Chosen = "") -> Response:
    """Show the form for a new line."""
    return line_page(request, _list(request), _chosen(request, organisation), None)


def show_line(request: Request, number: int, organisation: Chosen = "") -> Response:
    """Show a line with the form that changes it."""
    key, whose = _list(request), _chosen(request, organisation)
    line = _found(request, key, whose, number)
    if wants_page(request):
        return line_page(request, key, whose, line)
    return as_json(line_as_json(line, _held(request, whose)))


@router.get("/products/{number}/image")
def show_image(request: Request, number: int, organisation: Chosen = "") -> Response:
    """Show the photograph of a product to its own organisation."""
    line = _found(request, "products", _chosen(request, organisation), number)
    if not isinstance(line, Product) or line.image is None:
        raise HTTPException(404, texts_for(request)("own_list.unknown"))
    headers = {"Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}
    return Response(line.image, media_type=line.image_type, headers=headers)


def change(request: Request, form: Sent, organisation: Chosen = "") -> Response:
    """Do what one form of the pages asks for."""
    key, whose = _list(request), _chosen(request, organisation)
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
    given = {name: value for name, value in form.items() if isinstance(value, str)}
    number = int(given["number"]) if given.get("number", "").isdecimal() else 0
    old = _found(request, key, whose, number) if number else None
    if old is not None and old.retired is not None:
        raise HTTPException(404, texts_for(request)("own_list.unknown"))
    held = _held(request, whose)
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
    held = _held(request, whose)
    sent = read_list(file.file, key, whose.id, limits, held)
    found = sent.findings
    if not has_errors(found):
        lines = matched(sent.lines, lines_of(_books(request), key, whose.id))
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
    number = form.get("number")
    given = int(number) if isinstance(number, str) and number.isdecimal() else 0
    books = _books(request)
    with books.transaction():
        line = _RETIRE[key](books, whose.id, min(given, _MOST_NUMBER), now())
        if line is None:
            raise HTTPException(404, texts_for(request)("own_list.unknown"))
        note_done(request, What.LIST_RETIRED, _named(key, [line], whose))
    return RedirectResponse(_address(request, key, whose), 303)


def _stored(
    request: Request,
    whose: Organisation,
    lines: Sequence[Line],
    note: partial[None],
) -> Faults:
    ledger: Ledger = request.app.state.ledger
    books = _books(request)
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
            set_image(_books(request), whose.id, line.number, *image)
        elif removes:
            set_image(_books(request), whose.id, line.number, None, "")
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
    if _list(request) != "products" or not isinstance(file, UploadFile) or not file.filename:
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


def _whose(request: Request, given: str) -> Organisation | None:
    """Return whose list is meant; None where who belongs to no organisation named none.

    Raises:
        HTTPException: 404 for an organisation that is not known, 403 for partners of another.
    """
    owner = asker_of(request).owner
    if not owner and _list(request) == "partners":
        raise HTTPException(403, texts_for(request)("own_list.partners_own"))
    party = owner or given
    found = find_organisation(_books(request), party) if party else None
    if party and found is None:
        raise HTTPException(404, texts_for(request)("people.unknown"))
    return found


def _chosen(request: Request, given: str) -> Organisation:
    """Return whose list is meant.

    Raises:
        HTTPException: 422 where none was named.
    """
    found = _whose(request, given)
    if found is None:
        raise HTTPException(422, texts_for(request)("own_list.choose_first"))
    return found


def _found(request: Request, key: ListKey, whose: Organisation, number: int) -> Line:
    """Return a line of a list.

    Raises:
        HTTPException: 404 where there is none such.
    """
    line = find_line(_books(request), key, whose.id, min(number, _MOST_NUMBER))
    if line is None:
        raise HTTPException(404, texts_for(request)("own_list.unknown"))
    return line


def _held(request: Request, whose: Organisation) -> list[Certificate]:
    return certificates(_books(request), whose.id)


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
