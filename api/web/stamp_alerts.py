"""What is unusual about scans of stamps: for whoever ordered them, and for the province."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.web import times
from api.web.answers import as_json, namer_for, page, texts_for, wants_page
from api.web.naming import Namer
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.organisations import organisation_names
from epcis_core.store.registry.products import product_of
from epcis_core.store.registry.unusual_scans import Unusual, unusual_scans

router = APIRouter(include_in_schema=False)

_ON_A_PAGE: Final = 200
_OF_ONE: Final = 20


@dataclass(frozen=True, slots=True)
class Alert:
    """Something unusual as a page shows it.

    Attributes:
        told: it.
        name: what the product is called.
        day: of the last scan, in words.
        owner: what people call whose stamps they are; empty where that is clear.
    """

    told: Unusual
    name: str
    day: str
    owner: str = ""


@router.get("/unusual-scans")
@router.get("/unusual-scans.json")
def show(request: Request) -> Response:
    """Show what is unusual about scans of everybody's stamps, the latest first."""
    found = unusual_scans(_books(request))
    if not wants_page(request):
        return as_json([asdict(one) for one in found])
    names, namer = organisation_names(_books(request)), namer_for(request)
    return page(
        request,
        "unusual_scans.html",
        alerts=[
            _alert(request, one, namer, names.get(one.organisation, one.organisation))
            for one in found[:_ON_A_PAGE]
        ],
        hidden=max(0, len(found) - _ON_A_PAGE),
    )


def alerts_of(request: Request, organisation: str) -> list[Alert]:
    """Return what is unusual about scans of an organisation's stamps, the latest first."""
    namer = namer_for(request)
    found = unusual_scans(_books(request), organisation)
    return [_alert(request, one, namer) for one in found[:_OF_ONE]]


def _alert(request: Request, one: Unusual, namer: Namer, owner: str = "") -> Alert:
    kept = product_of(_books(request), one.gtin)
    t = texts_for(request)
    name = "" if kept is None else (t.language == "en" and kept.name_en) or kept.name_vi
    day = times.calendar_day(date.fromisoformat(one.last), t.language)
    return Alert(one, name or namer.product(one.gtin) or one.gtin, day, owner)


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
