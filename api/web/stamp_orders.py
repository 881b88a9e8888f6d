"""What the page of stamps asks for: a run of them, read from its form."""

from collections.abc import Mapping
from datetime import date
from typing import Final
from urllib.parse import urlencode

from fastapi import Request

from api.access.asker import asker_of, ownership_of_asker, view_of
from api.stamps.formats import formats
from api.stamps.layout import Label, TooSmallError, lay_out
from api.stamps.runs import example, widest
from api.stamps.words import label_words
from api.web.answers import namer_for, texts_for
from api.web.event_page import facts_of_stored
from api.web.forms import NotDoneError
from api.web.texts import LANGUAGES
from epcis_core.access.ownership import Ownership
from epcis_core.access.roles import Right
from epcis_core.errors import IdentifierError
from epcis_core.identifiers import parse_identifier
from epcis_core.identifiers.schemes import CANONICAL_DOMAIN
from epcis_core.provenance.kinds import key_of
from epcis_core.rules.ownership import covers
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.events import latest_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.products import products_of
from epcis_core.store.registry.stamps import MOST, PIN_DIGITS, Run, Serials
from ingest.sheets.known_in_ledger import known_in

FIELDS: Final = ("product", "lot", "expiry", "count", "serials", "pin", "format", "language")

BETWEEN: Final = " · "
"""What stands between the name and the GTIN of a product in the list."""

_DIGITS: Final = 14  # of a GTIN
_LATEST: Final = 50  # events that are looked at for lots
_OFFERED: Final = 5  # lots
_LONGEST_COUNT: Final = 6  # digits


def products_for(request: Request) -> dict[str, str]:
    """Return what whoever asks may put stamps on: names by GTIN of 14 digits, by name.

    What its organisation has in its list comes first, then what the ledger knows of its products.
    """
    asker, t = asker_of(request), texts_for(request)
    ownership, books = ownership_of_asker(request), _books(request)
    ledger: Ledger = request.app.state.ledger
    found: dict[str, str] = {}
    for one in products_of(books, asker.owner) if asker.owner else ():
        if one.gtin is not None and one.retired is None:
            name = one.name_en if t.language == "en" and one.name_en else one.name_vi
            found.setdefault(one.gtin, name)
    for thing in known_in(ledger, view_of(request)).products:
        if thing.code.isdecimal():
            found.setdefault(thing.code.zfill(_DIGITS), thing.name)
    return {
        gtin: name
        for gtin, name in sorted(found.items(), key=lambda pair: (pair[1], pair[0]))
        if ownership is None or covers(ownership.owned, f"https://{CANONICAL_DOMAIN}/01/{gtin}")
    }


def stamps_link(request: Request, thing: str) -> str:
    """Return where whoever asks orders stamps for a lot; empty where they may not.

    Args:
        request: who asks.
        thing: canonical.
    """
    if Right.CAPTURE not in asker_of(request).rights:
        return ""
    return _link(ownership_of_asker(request), thing)


def recent_lots(request: Request) -> dict[str, str]:
    """Return where stamps for lots of late are ordered, by address: what people call each.

    They are those of the asker's own products in the latest events that the asker sees.
    """
    ledger: Ledger = request.app.state.ledger
    ownership, namer = ownership_of_asker(request), namer_for(request)
    found: dict[str, str] = {}
    for stored in latest_events(ledger, view_of(request), _LATEST):
        for named in facts_of_stored(stored).named:
            link = _link(ownership, named.object)
            if link and len(found) < _OFFERED:
                found.setdefault(link, namer.thing(named.object))
    return found


def _link(ownership: Ownership | None, thing: str) -> str:
    key = key_of(thing)
    if key is None or key.gtin is None or key.lot is None:
        return ""
    if ownership is not None and not covers(ownership.owned, thing):
        return ""
    return "/stamps?" + urlencode({"product": key.gtin, "lot": key.lot})


def run_in(request: Request, form: Mapping[str, str]) -> Run:
    """Return the run that a form asks for; it is not ordered yet.

    Raises:
        NotDoneError: something in it cannot be.
    """
    t, asker = texts_for(request), asker_of(request)
    gtin = _gtin(request, form.get("product", "").strip())
    count = form.get("count", "").strip()
    if not (count.isdecimal() and len(count) <= _LONGEST_COUNT and 1 <= int(count) <= MOST):
        raise NotDoneError(t("stamps.no_count", most=t.number(MOST)))
    serials, pin = form.get("serials", ""), form.get("pin", "0")
    language = form.get("language", "") or t.language
    known = (
        serials in [*Serials]
        and pin in map(str, PIN_DIGITS)
        and form.get("format") in formats()
        and language in LANGUAGES
    )
    if not known:
        raise NotDoneError(t("stamps.no_choice"))
    if pin != "0" and serials == Serials.NONE:
        raise NotDoneError(t("stamps.pin_of_item"))
    run = Run(
        asker.owner,
        gtin,
        form.get("lot", "").strip(),
        int(count),
        Serials(serials),
        base_of(request),
        form["format"],
        "en" if language == "en" else "vi",
        products_for(request).get(gtin, ""),
        _day(request, form.get("expiry", "").strip()),
        int(pin),
        asker.name,
    )
    try:
        run.identifier()
    except IdentifierError as error:
        raise NotDoneError(t("stamps.no_lot", lot=run.lot[:40])) from error
    return run


def label_of(request: Request, run: Run) -> Label:
    """Return an example of the labels of a run.

    Raises:
        NotDoneError: the format is too small for it.
    """
    t, wanted, words = texts_for(request), formats()[run.format], label_words(run.language)
    try:
        return lay_out(example(run), wanted, words, lay_out(widest(run), wanted, words))
    except TooSmallError as error:
        fitting = "; ".join(formats()[key].named(t.language) for key in error.fitting)
        told = t("stamps.too_small", fitting=fitting) if fitting else t("stamps.too_long")
        raise NotDoneError(told) from error


def base_of(request: Request) -> str:
    """Return the address of this server, under which links are answered."""
    base = request.app.state.settings.base
    return str(request.base_url).rstrip("/") if base is None else str(base)


def _gtin(request: Request, text: str) -> str:
    try:
        found = parse_identifier(text.rpartition(BETWEEN)[2]).gtin
    except IdentifierError:
        found = None
    if found is None:
        raise NotDoneError(texts_for(request)("stamps.no_product", text=text[:40]))
    return found


def _day(request: Request, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotDoneError(texts_for(request)("stamps.no_day", text=text[:40])) from error


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
