"""How the lists of an organisation are shown: as cards, and each line as a form."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from fastapi import Request
from fastapi.responses import Response

from api.access.asker import asker_of
from api.dossier.product_lots import LotRow, latest_of_each, lots_of_product
from api.web.answers import namer_for, page, texts_for
from api.web.contacts import dialled
from epcis_core.findings import Finding, Language
from epcis_core.model.times import utc_text
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.certificates import Certificate, certificates
from epcis_core.store.registry.organisations import Organisation, organisations
from epcis_core.store.registry.partners import Partner
from epcis_core.store.registry.places import Place
from epcis_core.store.registry.products import Product
from ingest.registry.lines import KEYS, Line, ListKey, fields_of, key_of, list_of, name_of
from ingest.registry.saving import lines_of
from ingest.sheets.grid import cell_place

_FACTS: Final[Mapping[ListKey, Sequence[str]]] = {
    "products": ("brand", "ocop_stars", "indication", "sector"),
    "places": ("address", "unit_now", "growing_area", "point"),
    "partners": ("role", "person", "note"),
}
"""The columns that a card shows beside name and code."""

_MOST_TOLD: Final = 200

_MOST_JUDGED: Final = 24
"""Of so many products, the first, the list tells how complete the latest lot's records are."""


@dataclass(frozen=True, slots=True)
class Card:
    """A line as a card shows it.

    Attributes:
        line: it.
        name: what it is called.
        code: as people know it.
        facts: what else is said, in words.
        phone: of a partner, as written; empty for none.
        dial: what a `tel:` link of it dials; None where it is no number.
        lots: of a product the latest lot and how complete its records are, or nothing.
    """

    line: Line
    name: str
    code: str
    facts: str
    phone: str
    dial: str | None
    lots: tuple[LotRow, ...] = ()


def list_page(
    request: Request,
    key: ListKey,
    whose: Organisation | None,
    *,
    saved: int = 0,
    findings: Sequence[Finding] = (),
    problem: str = "",
) -> Response:
    """Return the page of a list.

    Args:
        request: what it answers.
        key: which list.
        whose: None where one is yet to be chosen.
        saved: how many lines were saved just now.
        findings: what is wrong with a sheet that was sent; nothing of it was saved.
        problem: what is wrong with what was asked for.
    """
    language = texts_for(request).language
    books = _books(request)
    lines = [] if whose is None else lines_of(books, key, whose.id)
    cards = [_card(one, language) for one in lines]
    used = [one for one in lines if isinstance(one, Product) and one.retired is None]
    latest = latest_of_each(request, used[:_MOST_JUDGED])
    cards = [replace(one, lots=latest.get(one.line.number, ())) for one in cards]
    return page(
        request,
        "own_list.html",
        status=422 if findings or problem else 200,
        key=key,
        **_around(request, whose),
        cards=[one for one in cards if one.line.retired is None],
        retired=[one for one in cards if one.line.retired is not None],
        saved=saved,
        told=[(one, _place_of(one)) for one in sorted(findings, key=_row)[:_MOST_TOLD]],
        count=len(findings),
        problem=problem,
        n=namer_for(request),
    )


def line_page(
    request: Request,
    key: ListKey,
    whose: Organisation,
    line: Line | None,
    *,
    given: Mapping[str, str] | None = None,
    findings: Sequence[Finding] = (),
    problem: str = "",
) -> Response:
    """Return the page of a line, with its form.

    Args:
        request: what it answers.
        key: of which list.
        whose: organisation.
        line: None for a new one.
        given: what was typed; None for what is kept.
        findings: what is wrong with it.
        problem: what is wrong with its photograph.
    """
    language = texts_for(request).language
    held = certificates(_books(request), whose.id)
    kept = {} if line is None else fields_of(line, held)
    wrong: dict[str, list[str]] = {}
    for one in findings:
        name = (one.where.pointer or "").removeprefix("/")
        wrong.setdefault(name, []).append(one.message_in(language))
    return page(
        request,
        "own_line.html",
        status=422 if findings or problem else 200,
        key=key,
        **_around(request, whose),
        columns=list_of(key).columns,
        line=line,
        name="" if line is None else name_of(line),
        fields=kept if given is None else given,
        held=[one.number for one in held if one.withdrawn is None] if key == "products" else [],
        wrong=wrong,
        count=len(findings),
        problem=problem,
        lots=lots_of_product(request, line) if isinstance(line, Product) else (),
        n=namer_for(request),
    )


def line_as_json(line: Line, held: Sequence[Certificate]) -> dict[str, Any]:
    """Return a line as JSON tells it; certificates by their numbers, an image by its address."""
    told = {name: value for name, value in asdict(line).items() if name != "organisation"}
    if isinstance(line, Product):
        del told["image"]
        numbers = {one.id: one.number for one in held}
        told["gtin"] = line.gtin
        told["certificates"] = [numbers.get(one, str(one)) for one in line.certificates]
        told["image"] = f"/products/{line.number}/image" if line.image_type else None
    if isinstance(line, Place):
        told["gln"] = line.gln
    told["retired"] = None if line.retired is None else utc_text(line.retired)
    return told


def _around(request: Request, whose: Organisation | None) -> dict[str, Any]:
    """Return what both pages show around: all lists, and whose they are."""
    chooses = not asker_of(request).owner
    return {
        "keys": [one for one in KEYS if one != "partners" or not chooses],
        "titles": {one: list_of(one).title for one in KEYS},
        "whose": whose,
        "chooses": chooses,
        "organisations": organisations(_books(request)) if chooses else [],
        "asked": f"?organisation={whose.id}" if chooses and whose is not None else "",
    }


def _card(line: Line, language: Language) -> Card:
    fields = _worded(line, language)
    facts = " · ".join(fields[one] for one in _FACTS[key_of(line)] if fields[one])
    phone = line.phone if isinstance(line, Partner) else ""
    return Card(line, name_of(line), fields["code"], facts, phone, dialled(phone))


def _worded(line: Line, language: Language) -> dict[str, str]:
    """Return the fields of a line; choices in the words of the page."""
    fields = fields_of(line)
    for column in list_of(key_of(line)).columns:
        chosen = next((one for one in column.choices if one.value == fields[column.key]), None)
        if chosen is not None:
            fields[column.key] = getattr(chosen.name, language)
    return fields


def _row(found: Finding) -> tuple[str, tuple[int, int]]:
    """Return what puts findings in order of sheets and rows; those of no cell come first."""
    where = found.where
    return where.sheet or "", (-1, -1) if where.cell is None else cell_place(where.cell)


def _place_of(found: Finding) -> str:
    """Return where in a sheet something was found."""
    return " ".join(part for part in (found.where.sheet, found.where.cell) if part)


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
