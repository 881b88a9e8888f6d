"""The addresses of a lot's completeness and of its lot record."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.access.asker import view_of
from api.clock import now
from api.dossier.completeness_page import (
    completeness_link,
    record_rows,
    rows_of,
    shown_value,
)
from api.dossier.told import profile_asked, unknown_lot
from api.hints import hint
from api.web.answers import as_json, namer_for, page, texts_for, wants_page
from api.web.trace_page import MOST_ROWS
from epcis_core.dossier.completeness import completeness
from epcis_core.dossier.lot_record import lot_record
from epcis_core.dossier.material import Material
from epcis_core.rules.profiles import profiles
from epcis_core.store.dossier import lot_material

router = APIRouter(include_in_schema=False)

Id = Annotated[str, Query(min_length=1)]
AsOf = Annotated[str | None, Query()]
MaxObjects = Annotated[int, Query(ge=1)]


@router.get("/completeness")
@router.get("/completeness.json")
def show_completeness(
    request: Request,
    id: Id,  # noqa: A002 - the contract's name
    *,
    profile: str | None = None,
    as_of: AsOf = None,
    max_objects: MaxObjects = 10_000,
) -> Response:
    """Show how complete the records of a lot are by a profile."""
    material = _material(request, id, as_of, max_objects)
    law = profile_asked(profile, material, now())
    if not material.trace.objects:
        return _unknown(request, id, material)
    judged = completeness(material, law, now())
    if not wants_page(request):
        return as_json(judged.as_json(texts_for(request).language))
    namer = namer_for(request, as_of=as_of or None)
    record = lot_record(material, now())
    return page(
        request,
        "completeness.html",
        judged=judged,
        law=law,
        laws=list(profiles().values()),
        rows=list(rows_of(judged.requirements, namer)),
        record=record,
        fields=record_rows(record),
        subject=material.trace.subject,
        as_of=as_of or None,
        n=namer,
        most=MOST_ROWS,
        shown=shown_value,
    )


@router.get("/lot-record")
@router.get("/lot-record.json")
def show_lot_record(
    request: Request,
    id: Id,  # noqa: A002 - the contract's name
    *,
    as_of: AsOf = None,
    max_objects: MaxObjects = 10_000,
) -> Response:
    """Show the minimum data of a lot; people find it on the page of its completeness."""
    material = _material(request, id, as_of, max_objects)
    if not material.trace.objects:
        return _unknown(request, id, material)
    if wants_page(request):
        link = completeness_link(material.trace.subject, as_of=as_of)
        return RedirectResponse(f"{request.app.state.settings.root}{link}#record", 303)
    return as_json(lot_record(material, now()).as_json())


def _material(request: Request, text: str, as_of: str | None, most: int) -> Material:
    state = request.app.state
    return lot_material(
        state.ledger, view_of(request), state.books, text, as_of=as_of or None, max_objects=most
    )


def _unknown(request: Request, text: str, material: Material) -> Response:
    if not wants_page(request):
        return as_json({**unknown_lot(material), **hint(text)}, status=404)
    return page(
        request,
        "trace_unknown.html",
        status=404,
        trace=material.trace,
        asked=text,
        n=namer_for(request),
        hint=hint(text, texts_for(request).language).get("hint"),
    )
