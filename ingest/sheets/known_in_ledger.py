"""What a ledger's master data name: products, places and partners for the lists of a template."""

from collections.abc import Iterator
from typing import Final

from epcis_core.errors import IdentifierError
from epcis_core.identifiers import Identifier, Level, parse_identifier
from epcis_core.model.master_data import value_text
from epcis_core.query.master_data_query import MasterDataQuery
from epcis_core.store.ledger import Ledger
from epcis_core.store.master_data_query import query_master_data
from epcis_core.store.view import View
from ingest.sheets.known import Known, Thing

_NAMES: Final = (
    "urn:epcglobal:cbv:mda:name",
    "urn:epcglobal:cbv:mda:regulatedProductName",
    "urn:epcglobal:cbv:mda:descriptionShort",
)
_MOST: Final = 1000  # of each; nobody chooses from more


def known_in(ledger: Ledger, view: View) -> Known:
    """Return the named products, places and parties of a ledger, each by name.

    Args:
        ledger: where to look.
        view: what may be seen.
    """
    query = MasterDataQuery(include_attributes=True, include_children=False, attribute_names=_NAMES)
    found: dict[Level, set[Thing]] = {Level.CLASS: set(), Level.PLACE: set(), Level.PARTY: set()}
    for vocabulary in query_master_data(ledger, view, query):
        for element in vocabulary.vocabulary_element_list:
            names = {one.id: value_text(one.attribute) for one in element.attributes}
            name = next((names[one] for one in _NAMES if names.get(one)), None)
            for level, code in _codes(element.id):
                if level in found and name:
                    found[level].add(Thing(name, code))
    products, places, partners = (
        tuple(sorted(things, key=lambda one: (one.name, one.code))[:_MOST])
        for things in (found[Level.CLASS], found[Level.PLACE], found[Level.PARTY])
    )
    return Known(products, places, partners)


def _codes(uri: str) -> Iterator[tuple[Level, str]]:
    """Yield what an identifier stands for, and the code that a cell holds for it."""
    try:
        read = parse_identifier(uri)
    except IdentifierError:
        return
    code = _code(read)
    if code is not None:
        yield read.level, code


def _code(read: Identifier) -> str | None:
    if read.gtin is not None:
        return read.gtin.removeprefix("0")
    if read.gln is None:
        return None
    part = next((value for ai, value in read.ais if ai == "254"), None)
    return read.gln if part is None else f"{read.gln}/{part}"
