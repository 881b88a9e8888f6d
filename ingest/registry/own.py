"""What the sheets of an organisation may take for granted: what its lists and headings say."""

from typing import Final

from epcis_core.access.visibility import PARTY
from epcis_core.findings import Language
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.headings import headings_of
from epcis_core.store.registry.organisations import find_organisation
from epcis_core.store.registry.partners import partners_of
from epcis_core.store.registry.places import places_of
from epcis_core.store.registry.products import Product, products_of
from ingest.registry.lines import shown_code
from ingest.sheets.headings import OwnHeadings
from ingest.sheets.known import Known, Thing
from ingest.sheets.own import Own
from ingest.sheets.templates import templates

_GLN: Final = 13  # digits


def own_of(books: Bookkeeping, organisation: str) -> Own:
    """Return what the sheets of an organisation may take for granted."""
    known = templates()
    headings = [
        OwnHeadings(one.template, one.columns)
        for one in headings_of(books, organisation)
        if one.template in known
    ]
    return Own(known_of(books, organisation), headings)


def known_of(books: Bookkeeping, organisation: str, language: Language = "vi") -> Known:
    """Return the products, places and partners in an organisation's lists.

    Args:
        books: where the lists stand.
        organisation: whose; it is the first of the partners, where it has a GLN.
        language: of the names that lists show.
    """
    products = [
        _product(one, language) for one in products_of(books, organisation) if one.retired is None
    ]
    places = [
        Thing(one.name, one.code) for one in places_of(books, organisation) if one.retired is None
    ]
    partners = [
        Thing(one.name, one.code) for one in partners_of(books, organisation) if one.retired is None
    ]
    itself = find_organisation(books, organisation)
    gln = organisation.removeprefix(PARTY)
    if itself is not None and gln.isdecimal() and len(gln) == _GLN:
        partners.insert(0, Thing(itself.name, gln))
    return Known(tuple(products), tuple(places), tuple(partners))


def _product(one: Product, language: Language) -> Thing:
    names = [one.name_vi, one.name_en]
    if language == "en" and one.name_en:
        names.reverse()
    return Thing(names[0], shown_code(one.code), tuple(names[1:]))
