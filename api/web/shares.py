"""The page on what an organisation shows to its partners beyond what names them."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from api.access.asker import asker_of
from api.access.noting import note_done
from api.clock import now
from api.web import times
from api.web.answers import namer_for, page, texts_for
from api.web.forms import ShortForm
from epcis_core.errors import AccessError, IdentifierError
from epcis_core.identifiers.reading import level_of, parse_identifier
from epcis_core.identifiers.schemes import Level
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.journal import What
from epcis_core.store.registry.organisations import organisation_id
from epcis_core.store.registry.shares import Share, share, shares_of, withdraw_share

router = APIRouter(include_in_schema=False)

_SHARED = frozenset({Level.LOT, Level.INSTANCE})


@dataclass(frozen=True, slots=True)
class _Row:
    """A share as it is shown: what, to whom, and the days it held."""

    share: Share
    day: str
    until: str


@router.get("/shares")
def show(request: Request) -> Response:
    """Show what the asker's organisation shares, and once shared."""
    return _page(request, {})


@router.post("/shares")
def change(request: Request, form: ShortForm) -> Response:
    """Share something, or withdraw it."""
    giver, books = _giver(request), _books(request)
    if form.get("action") == "withdraw":
        taker, thing = form.get("taker", ""), form.get("thing", "")
        with books.transaction():
            if withdraw_share(books, giver, taker, thing, now()):
                note_done(request, What.SHARE_WITHDRAWN, f"{thing} → {taker}")
        return RedirectResponse("/shares", 303)
    t = texts_for(request)
    try:
        thing = _thing(form.get("thing", ""))
    except IdentifierError:
        return _page(request, form, problem=t("shares.no_thing", text=form.get("thing", "")))
    try:
        taker = organisation_id(form.get("taker", "").strip())
        with books.transaction():
            share(books, giver, taker, thing, now())
            note_done(request, What.SHARED, f"{thing} → {taker}")
    except AccessError:
        return _page(request, form, problem=t("shares.no_taker", text=form.get("taker", "")))
    return RedirectResponse("/shares", 303)


def _thing(text: str) -> str:
    """Return the canonical identifier of something that can be shared.

    Raises:
        IdentifierError: it is none, or of a whole product.
    """
    found = str(parse_identifier(text).digital_link())
    if level_of(found) not in _SHARED:
        raise IdentifierError("not_an_identifier", value=text)
    return found


def _giver(request: Request) -> str:
    """Return whose records the asker may share.

    Raises:
        HTTPException: 403 for who belongs to no organisation.
    """
    owner = asker_of(request).owner
    if not owner:
        raise HTTPException(403, texts_for(request)("shares.nobody"))
    return owner


def _page(request: Request, form: Mapping[str, str], *, problem: str = "") -> Response:
    language = texts_for(request).language
    rows = [
        _Row(
            one,
            times.day(times.here_at(one.given), language),
            "" if one.withdrawn is None else times.day(times.here_at(one.withdrawn), language),
        )
        for one in shares_of(_books(request), _giver(request))
    ]
    return page(
        request,
        "shares.html",
        status=422 if problem else 200,
        rows=rows,
        n=namer_for(request),
        form={name: form.get(name, "") for name in ("thing", "taker")},
        problem=problem,
    )


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
