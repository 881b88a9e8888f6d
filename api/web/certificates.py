"""The page on the certificates of organisations: which there are, and which end soon."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from api.access.noting import note_done
from api.clock import now
from api.web import times
from api.web.answers import as_json, page, texts_for, wants_page
from api.web.forms import NotDoneError, ShortForm
from epcis_core.model.times import utc_text
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.certificates import (
    Certificate,
    State,
    add_certificate,
    certificates,
    withdraw_certificate,
)
from epcis_core.store.registry.journal import What
from epcis_core.store.registry.organisations import find_organisation, organisations

router = APIRouter(include_in_schema=False)

_LONGEST: Final[Mapping[str, int]] = {
    "standard": 100,
    "number": 100,
    "agency": 200,
    "covers": 1000,
}
"""Characters of each field of words; all but the last must be there."""

_STANDARDS: Final = ("VietGAP", "GlobalGAP", "OCOP", "HACCP", "ISO 22000")
"""What is offered; any other may be typed."""

_FIELDS: Final = ("organisation", *_LONGEST, "issued", "expires")


@dataclass(frozen=True, slots=True)
class Row:
    """A certificate as a page shows it.

    Attributes:
        certificate: it.
        state: how it stands today, in Viet Nam.
        days: until its last day; 0 where it has none.
    """

    certificate: Certificate
    state: State
    days: int


@router.get("/certificates")
@router.get("/certificates.json")
def show(request: Request, organisation: str = "") -> Response:
    """Show certificates, of all organisations or one: first what has ended or ends soon."""
    if not wants_page(request):
        return as_json([_told(one) for one in certificate_rows(request, organisation or None)])
    return _page(request, {"organisation": organisation})


@router.post("/certificates")
def change(request: Request, form: ShortForm) -> Response:
    """Do what one form of the page asks for."""
    action = _ACTIONS.get(form.get("action", ""))
    if action is None:
        raise HTTPException(400, f"Expected action, one of {', '.join(_ACTIONS)}.")
    try:
        action(request, form)
    except NotDoneError as error:
        return _page(request, form, problem=str(error))
    return RedirectResponse("/certificates", 303)


def certificate_rows(request: Request, organisation: str | None) -> list[Row]:
    """Return certificates as a page shows them, of one organisation or all."""
    today = times.here_at(now()).date()
    return [
        Row(one, one.state(today), 0 if one.expires is None else (one.expires - today).days)
        for one in certificates(_books(request), organisation)
    ]


def _add(request: Request, form: Mapping[str, str]) -> None:
    t, books, one = texts_for(request), _books(request), _certificate(request, form)
    if find_organisation(books, one.organisation) is None:
        raise NotDoneError(t("certificates.no_organisation"))
    if one.expires is not None and one.expires < one.issued:
        raise NotDoneError(t("certificates.ends_first"))
    with books.transaction():
        add_certificate(books, one, now())
        note_done(request, What.CERTIFICATE_ADDED, _named(one))


def _certificate(request: Request, form: Mapping[str, str]) -> Certificate:
    """Return the certificate that a form describes.

    Raises:
        NotDoneError: something is missing, too long, or no day.
    """
    t = texts_for(request)
    given = {name: form.get(name, "").strip() for name in _FIELDS}
    if not all(given[name] for name in ("standard", "number", "agency")):
        raise NotDoneError(t("certificates.missing"))
    for name, most in _LONGEST.items():
        if len(given[name]) > most:
            raise NotDoneError(t("certificates.too_long", most=most))
    return Certificate(
        given["organisation"],
        given["standard"],
        given["number"],
        given["agency"],
        _day(request, given["issued"]),
        _day(request, given["expires"]) if given["expires"] else None,
        given["covers"],
    )


def _day(request: Request, text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise NotDoneError(texts_for(request)("certificates.no_day", text=text)) from error
    if found.isoformat() != text:  # a week, or without hyphens
        raise NotDoneError(texts_for(request)("certificates.no_day", text=text))
    return found


def _withdraw(request: Request, form: Mapping[str, str]) -> None:
    books, given = _books(request), form.get("certificate", "")
    number = int(given) if given.isdecimal() and len(given) < _LONG else 0
    with books.transaction():
        one = withdraw_certificate(books, number, now())
        if one is None:
            raise HTTPException(404, texts_for(request)("certificates.unknown"))
        note_done(request, What.CERTIFICATE_WITHDRAWN, _named(one))


_LONG: Final = 18  # digits, more than which no id has
_ACTIONS: Final[Mapping[str, Callable[[Request, Mapping[str, str]], None]]] = {
    "add": _add,
    "withdraw": _withdraw,
}


def _named(one: Certificate) -> str:
    """Return a certificate as the journal names it."""
    return f"{one.standard} {one.number}, {one.organisation}"


def _page(request: Request, form: Mapping[str, str], *, problem: str = "") -> Response:
    known = organisations(_books(request))
    # What was typed stays, and so do all certificates; only an address asks for those of one.
    asked = "" if problem else form.get("organisation", "")
    return page(
        request,
        "certificates.html",
        status=422 if problem else 200,
        rows=certificate_rows(request, asked or None),
        organisations=known,
        names={one.id: one.name for one in known},
        asked=asked,
        longest=_LONGEST,
        standards=_STANDARDS,
        form={name: form.get(name, "") for name in _FIELDS},
        problem=problem,
    )


def _told(row: Row) -> dict[str, Any]:
    """Return a certificate as JSON tells it."""
    withdrawn = row.certificate.withdrawn
    return {
        **asdict(row.certificate),
        "withdrawn": None if withdrawn is None else utc_text(withdrawn),
        "state": row.state,
    }


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
