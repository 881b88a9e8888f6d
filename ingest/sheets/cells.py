"""How a cell writes what an event names: the way back from the URIs of `ingest.sheets.goods`."""

from typing import Final
from urllib.parse import quote, unquote

from epcis_core.errors import IdentifierError
from epcis_core.identifiers import Identifier, parse_identifier
from ingest.sheets.goods import Product, class_of

_OWN: Final = "tag:epcis-ledger.org,2026:"
_GOODS: Final = f"{_OWN}goods:"
_CODE_AND_LOT: Final = 2  # parts behind the GLN
_CONTAINER: Final = f"{_OWN}container:"


def cell_of(uri: str) -> str:
    """Return a place, party or container as a cell holds it; another URI as it is.

    >>> cell_of("https://id.gs1.org/414/9506000911007/254/LO-1"), cell_of("geo:11.5,108.9")
    ('9506000911007/LO-1', 'geo:11.5,108.9')
    """
    if uri.startswith(_CONTAINER):
        gln, _, code = uri.removeprefix(_CONTAINER).partition(":")
        return f"{gln}:{unquote(code)}"
    read = _read(uri)
    if read is None:
        return uri
    if read.gln is None:
        return read.element_string()
    part = next((value for ai, value in read.ais if ai == "254"), None)
    return read.gln if part is None else f"{read.gln}/{part}"


def product_of(uri: str) -> str | None:
    """Return the product of a class of goods as a cell holds it; None for another URI.

    >>> product_of("https://id.gs1.org/01/09506000912004/10/L1")
    '09506000912004'
    >>> product_of("tag:epcis-ledger.org,2026:goods:9506000911007:NHO%20DO:L1")
    '9506000911007:NHO DO'
    >>> product_of("tag:epcis-ledger.org,2026:goods:of somebody else's making") is None
    True
    """
    if uri.startswith(_GOODS):
        gln, *rest = uri.removeprefix(_GOODS).split(":")
        return f"{gln}:{unquote(rest[0])}" if len(rest) == _CODE_AND_LOT else None
    read = _read(uri)
    return None if read is None else read.gtin


def lot_of(uri: str) -> str | None:
    """Return the lot of a class of goods; None for another URI.

    >>> lot_of("tag:epcis-ledger.org,2026:goods:9506000911007:NHO-DO:L%2F1")
    'L/1'
    """
    if uri.startswith(_GOODS):
        return unquote(uri.rpartition(":")[2])
    read = _read(uri)
    return None if read is None else read.lot


def with_lot(uri: str, lot: str) -> str:
    """Return a class of goods that has a lot with another one.

    >>> with_lot("https://id.gs1.org/01/09506000912004/10/L1", "L/2")
    'https://id.gs1.org/01/09506000912004/10/L%2F2'
    """
    if uri.startswith(_GOODS):
        return f"{uri.rpartition(':')[0]}:{quote(lot, safe='')}"
    return class_of(Product(gtin=parse_identifier(uri).gtin), lot)


def _read(uri: str) -> Identifier | None:
    try:
        return parse_identifier(uri)
    except IdentifierError:
        return None
