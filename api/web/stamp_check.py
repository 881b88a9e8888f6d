"""The page on which whoever bought something tells the PIN under the scratch-off layer.

It is open to everybody, and answers the same for a wrong PIN, an item without one, one of another
lot than its link says, and one that never was. Under one item and from one place there may be so
many tries in a quarter of an hour.
"""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.access.log_in import TooManyTriesError, begin, place_of
from api.clock import now
from api.web import times
from api.web.answers import page, texts_for
from api.web.forms import ShortForm
from api.web.texts import Texts
from epcis_core.errors import IdentifierError
from epcis_core.identifiers import Identifier, parse_identifier
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.stamp_pins import CheckedPin, check_pin

router = APIRouter(include_in_schema=False)

OF_ITEM: Final = 10
"""Tries under one item in a quarter of an hour, wherever from."""

OF_PLACE: Final = 60
"""Tries from one place in a quarter of an hour, for whatever items."""

_LONGEST: Final = 300  # characters of a link


@router.get("/check-stamp")
def ask(request: Request, item: str = "") -> Response:
    """Show the form; `item` is the link that was scanned."""
    return _page(request, {"item": item[:_LONGEST]})


@router.post("/check-stamp")
def answer(request: Request, form: ShortForm) -> Response:
    """Tell whether a PIN is right, and since when somebody knows it."""
    t = texts_for(request)
    item = _item(form.get("item", "").strip()[:_LONGEST])
    if item is None or item.gtin is None or item.serial is None:
        return _page(request, form, status=422, problem=t("stamp_check.no_item"))
    books, at = _books(request), now()
    names = {
        f"pin of {item.digital_link()}": OF_ITEM,
        f"pins from {place_of(request)}": OF_PLACE,
    }
    try:
        begin(books, names, at)
    except TooManyTriesError as error:
        told = t("stamp_check.later", minutes=-(-error.seconds // 60))
        return _page(request, form, status=429, problem=told)
    pin = "".join(form.get("pin", "").split())
    found = check_pin(books, item.gtin, item.serial, pin[:_LONGEST], at, lot=item.lot)
    if found is None:
        return _page(request, form, status=422, problem=t("stamp_check.wrong"))
    return _page(request, form, told=_told(found, t), is_good=_is_good(found))


def _item(text: str) -> Identifier | None:
    try:
        return parse_identifier(text)
    except IdentifierError:
        return None


def _told(found: CheckedPin, t: Texts) -> str:
    if found.run.voided is not None:
        return t("stamp_check.void")
    if found.is_first:
        return t("stamp_check.first")
    when = times.date_and_time(times.here_at(found.first), t.language)
    return t("stamp_check.again", when=when)


def _is_good(found: CheckedPin) -> bool:
    return found.is_first and found.run.voided is None


def _page(
    request: Request,
    form: Mapping[str, str],
    *,
    status: int = 200,
    problem: str = "",
    told: str = "",
    is_good: bool = False,
) -> Response:
    return page(
        request,
        "stamp_check.html",
        status=status,
        item=form.get("item", "")[:_LONGEST],
        problem=problem,
        told=told,
        is_good=is_good,
    )


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
