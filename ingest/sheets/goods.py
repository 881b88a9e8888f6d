"""What cells name: products and lots, containers, places, parties, documents.

GS1 keys may be written in any spelling, bare digits included. Who has none for a thing writes the
GLN of whoever gave it a code, a colon, and the code: that becomes a URI of this project's own.

References:
    GS1 General Specifications, section 3; CBV 2.0, sections 8.2 and 8.3 (private URIs);
    RFC 4151 (tag URIs)
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from epcis_core.errors import IdentifierError
from epcis_core.findings import Where, finding, phrase
from epcis_core.identifiers import Identifier, Level, identifier_of, parse_identifier
from epcis_core.identifiers.schemes import QUALIFIERS
from epcis_core.model.elements import is_uri
from ingest.sheets.dates import shown
from ingest.sheets.grid import CellError, Value

_OWN: Final = "tag:epcis-ledger.org,2026:"
_CHOICE: Final = " · "  # between a name and the code that it stands for
_DIGITS: Final = re.compile(r"\d[\d .\-]*\d")
_SIGNS: Final = str.maketrans("", "", " .-")
_ROUNDED: Final = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d+")
_GLN_AND_CODE: Final = re.compile(r"(\d{13})\s*:\s*(\S.*)")
_PLACE: Final = re.compile(r"(\d{13})\s*/\s*(\S+)")
_SERIALS: Final = 15  # digits that a number of a spreadsheet keeps
_GTIN_LENGTHS: Final = frozenset({8, 12, 13, 14})
_GLN: Final = 13
_SSCC: Final = 18
_CACHE_SIZE: Final = 2**12


@dataclass(frozen=True, slots=True)
class Product:
    """Goods without their lot: by GTIN, or by the code that a party gave them.

    Attributes:
        gtin: 14 digits; None for own codes.
        lot: the lot that stood in the same identifier.
        gln: of whoever gave the code; None for a GTIN, or where the cell does not say.
        code: the own code.
    """

    gtin: str | None = None
    lot: str | None = None
    gln: str | None = None
    code: str = ""


def choice(name: str, code: str) -> str:
    """Return what a drop-down list shows of a thing: its name and its code.

    >>> code_of_choice(choice("Nho đỏ", "9506000912004"))
    '9506000912004'
    """
    return f"{name}{_CHOICE}{code}"


def code_of_choice(text: str) -> str:
    """Return the code behind a name that was chosen, or the text as it is."""
    return text.rpartition(_CHOICE)[2].strip()


def read_product(value: Value, at: Where) -> Product:
    """Return the product in a cell.

    Raises:
        CellError: `sheet_product_unreadable`, or what is wrong with its digits.
    """
    text = _code(value, at)
    if _DIGITS.fullmatch(text):
        digits = text.translate(_SIGNS)
        if len(digits) not in _GTIN_LENGTHS:
            raise CellError(finding("sheet_product_unreadable", at=at, actual=repr(text)))
        text = f"(01){digits.zfill(14)}"
    elif own := _GLN_AND_CODE.fullmatch(text):
        return Product(gln=_gln(own[1], at), code=own[2].strip())
    elif not _is_identifier(text):
        return Product(code=text)
    read = _parsed(text, at)
    if read.gtin is None or read.serial is not None:
        raise CellError(finding("sheet_product_unreadable", at=at, actual=repr(text)))
    return Product(gtin=read.gtin, lot=read.lot)


def read_lot(value: Value, at: Where) -> str:
    """Return the lot number in a cell.

    Raises:
        CellError: `sheet_lot_characters`, or what is wrong with its digits.
    """
    text = _code(value, at)
    if QUALIFIERS["10"].pattern.fullmatch(text) is None:
        raise CellError(finding("sheet_lot_characters", at=at, actual=repr(text)))
    return text


def class_of(product: Product, lot: str | None) -> str:
    """Return the class of goods as an event names it.

    Args:
        product: by GTIN, or with the GLN of whoever gave its code.
        lot: None for goods of any lot.

    >>> class_of(Product(gtin="09506000912004"), "L/1")
    'https://id.gs1.org/01/09506000912004/10/L%2F1'
    >>> class_of(Product(gln="9506000911007", code="NHO ĐỎ"), "L1")
    'tag:epcis-ledger.org,2026:goods:9506000911007:NHO%20%C4%90%E1%BB%8E:L1'
    """
    if product.gtin is None:
        return _OWN + ":".join(
            ["goods", product.gln or "", _escaped(product.code), _escaped(lot or "")]
        )
    elements = {"01": product.gtin} | ({"10": lot} if lot else {})
    return identifier_of(elements, text=product.gtin).digital_link()


def read_container(value: Value, at: Where) -> str:
    """Return the URI of a container.

    Raises:
        CellError: `sheet_container_unreadable`, or what is wrong with its digits.
    """
    text = _code(value, at)
    if own := _GLN_AND_CODE.fullmatch(text):
        return _OWN + ":".join(["container", _gln(own[1], at), _escaped(own[2].strip())])
    if _DIGITS.fullmatch(text) and len(digits := text.translate(_SIGNS)) == _SSCC:
        text = f"(00){digits}"
    elif not _is_identifier(text):
        raise CellError(finding("sheet_container_unreadable", at=at, actual=repr(text)))
    read = _parsed(text, at)
    if read.level is not Level.INSTANCE:
        raise CellError(finding("sheet_container_unreadable", at=at, actual=repr(text)))
    return read.digital_link()


def read_place(value: Value, at: Where) -> str:
    """Return the URI of a place: by GLN, with a part of it behind a slash, or by coordinates.

    Raises:
        CellError: `sheet_gln_expected`, or what is wrong with its digits.
    """
    text = _code(value, at)
    if text.startswith("geo:") and is_uri(text):
        return text
    if part := _PLACE.fullmatch(text):
        return _link({"414": part[1], "254": part[2]}, text, at)
    return _by_gln(text, "414", Level.PLACE, at)


def read_party(value: Value, at: Where) -> str:
    """Return the URI of a party, by GLN.

    Raises:
        CellError: as for a place.
    """
    text = _code(value, at)
    return _by_gln(text, "417", Level.PARTY, at)


def gln_of(uri: str) -> str | None:
    """Return the GLN in the URI of a place or party; None for coordinates."""
    return None if uri.startswith("geo:") else _identifier(uri).gln


def read_reference(value: Value, at: Where, gln: str | None) -> str:
    """Return the URI of a document by the number that its issuer gave it.

    Args:
        value: what the cell holds: a number, or the URI itself.
        at: where.
        gln: the issuer's; None where it is not known.

    Raises:
        CellError: `sheet_issuer_unknown`, or what is wrong with its digits.

    References:
        CBV 2.0, section 8.5: business transaction identifiers
    """
    text = _code(value, at)
    if is_uri(text) and ":" in text and text.partition(":")[0].lower() in {"urn", "https", "http"}:
        return text
    if gln is None:
        raise CellError(finding("sheet_issuer_unknown", at=at, actual=repr(text)))
    return f"urn:epcglobal:cbv:bt:{gln}:{_escaped(text)}"


def _code(value: Value, at: Where) -> str:
    """Return the text of a code, none of whose digits the spreadsheet program has lost."""
    if isinstance(value, float) and value == int(value) and value >= 0:
        text = f"{value:.0f}"
        if len(text) > _SERIALS:
            raise CellError(finding("sheet_digits_lost", at=at, actual=text))
        return text
    if not isinstance(value, str):
        raise CellError(finding("sheet_code_is_no_text", at=at, actual=shown(value)))
    text = code_of_choice(value.strip())
    if _ROUNDED.fullmatch(text):
        raise CellError(finding("sheet_digits_lost", at=at, actual=text))
    return text


def _is_identifier(text: str) -> bool:
    return text.startswith(("(", "]", "urn:", "http://", "https://"))


def _by_gln(text: str, ai: str, level: Level, at: Where) -> str:
    expected = phrase("level_place" if level is Level.PLACE else "level_party")
    if _DIGITS.fullmatch(text) and len(digits := text.translate(_SIGNS)) == _GLN:
        return _link({ai: digits}, text, at)
    if not _is_identifier(text):
        raise CellError(finding("sheet_gln_expected", at=at, expected=expected, actual=repr(text)))
    read = _parsed(text, at)
    if read.gln is None or (read.level is not level and level is Level.PLACE):
        raise CellError(finding("sheet_gln_expected", at=at, expected=expected, actual=repr(text)))
    return read.digital_link() if read.level is level else _link({ai: read.gln}, text, at)


def _gln(digits: str, at: Where) -> str:
    """Return a GLN whose check digit is right."""
    _link({"417": digits}, digits, at)
    return digits


def _link(elements: Mapping[str, str], text: str, at: Where) -> str:
    try:
        return _linked(tuple(elements.items()), text)
    except IdentifierError as error:
        raise CellError(finding(error.code, at=at, **error.values)) from None


def _parsed(text: str, at: Where) -> Identifier:
    try:
        return _identifier(text)
    except IdentifierError as error:
        raise CellError(finding(error.code, at=at, **error.values)) from None


@lru_cache(_CACHE_SIZE)
def _linked(elements: tuple[tuple[str, str], ...], text: str) -> str:
    """Return the link of a place or party; a sheet names few of them again and again."""
    return identifier_of(dict(elements), text=text).digital_link()


@lru_cache(_CACHE_SIZE)
def _identifier(text: str) -> Identifier:
    return parse_identifier(text)


def _escaped(text: str) -> str:
    return quote(text, safe="")
