"""The way in: any spelling of an identifier, and URIs as events hold them."""

import re
from functools import lru_cache

from epcis_core.errors import IdentifierError
from epcis_core.identifiers import escaping
from epcis_core.identifiers.element_string import read_bracketed, read_scan
from epcis_core.identifiers.identifier import Identifier, identifier_of
from epcis_core.identifiers.schemes import (
    CANONICAL_DOMAIN,
    KEYS,
    SCHEMES,
    SYMBOLOGIES,
    CanonicalUri,
    Level,
)
from epcis_core.identifiers.stems import (
    Stem,
    beginning_of_link,
    beginning_of_urn,
    cut_urn,
    is_plain,
    numbers_of,
    read_uri,
)

# Spaces and line ends that people and scanners leave; not the separator, which is data.
_BLANKS = " \t\r\n"
_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_BARE_AIS = {length: key.ai for key in KEYS.values() for length in key.bare}
_PARTY_AI = SCHEMES["pgln"].key.ai
_CACHE_SIZE = 2**13  # most are asked for again within their event; a larger one costs more
_LONGEST = 256  # of what may fill a cache of stems; no GS1 key comes near it
_ESCAPED_NOWHERE = re.compile(r"[A-Za-z0-9:/.-]*")  # by neither the Digital Link nor the hash

Recognised = tuple[CanonicalUri, str, Level, Identifier | Stem | None, str]
"""What a URI is: its canonical form, its form in the event hash, its level, and for a GS1 key the
identifier or, in two parts, its stem and what follows. Plain, since every new object needs one."""


def parse_identifier(text: str) -> Identifier:
    r"""Return the identifier that a text spells, in whatever spelling.

    Read are EPC URIs; Digital Links on any domain; element strings with brackets, `(01)…(10)…`;
    barcode data as a scanner sends them, with or without a symbology identifier in front; and bare
    digits with a right check digit: 8, 12, 13 or 14 are a GTIN, 18 an SSCC.

    Args:
        text: the text; blanks around it are ignored.

    Raises:
        IdentifierError: `not_an_identifier`, `malformed_identifier`, or `wrong_check_digit` with
            the digit expected and the one that is there.

    >>> parse_identifier("https://farm.example/qr/01/08931234567897/10/L1").lot
    'L1'
    >>> parse_identifier("8931234567897").digital_link()
    'https://id.gs1.org/01/08931234567897'
    """
    scanned = text.strip(_BLANKS)
    if not scanned.startswith(SYMBOLOGIES):
        # Other symbologies hold a plain number or a web address.
        mark = _SYMBOLOGY.match(scanned)
        scanned = scanned[mark.end() :] if mark else scanned
    identifier = read_uri(scanned) or _read_bare(scanned) or read_bracketed(scanned)
    identifier = identifier or read_scan(scanned)
    if identifier is None:
        raise IdentifierError("not_an_identifier", value=text)
    return identifier


def canonical(uri: str) -> CanonicalUri:
    """Return the one spelling of a URI under which the ledger keeps its object.

    GS1 keys become canonical Digital Links, from EPC URIs and Digital Links on any domain; only the
    finest key stays. Every other URI is returned as it is, query patterns such as
    `urn:epc:idpat:sgtin:4012345.*.*` included.

    Raises:
        IdentifierError: `malformed_identifier` or `wrong_check_digit` for a URI that claims to be a
            GS1 key and is none.

    >>> canonical("urn:epc:class:lgtin:4012345.012345.Lot987")
    'https://id.gs1.org/01/04012345123456/10/Lot987'
    >>> canonical("urn:uuid:2e0ab4e5-2b0c-4c5d-8a0e-0a6a0f2d7c11")
    'urn:uuid:2e0ab4e5-2b0c-4c5d-8a0e-0a6a0f2d7c11'
    """
    return recognised(uri)[0]


def hash_form(uri: str) -> str:
    """Return a URI as the CBV event hash wants it.

    It differs from `canonical` in the characters it escapes, and a malformed key stays as it is
    instead of raising.

    References:
        CBV 2.0, section 8.9.2: GS1 keys as constrained canonical Digital Links

    >>> hash_form("urn:epc:id:ginc:0614141.xyz=47%2F11")
    'https://id.gs1.org/401/0614141xyz=47%2F11'
    """
    try:
        return recognised(uri)[1]
    except IdentifierError:
        return uri


def level_of(uri: str) -> Level:
    """Return what a URI, in any spelling, stands for; `OTHER` also for malformed keys.

    >>> level_of("https://id.gs1.org/414/4012345000054")
    <Level.PLACE: 'place'>
    """
    try:
        return parse_level(uri)
    except IdentifierError:
        return Level.OTHER


def parse_level(uri: str) -> Level:
    """Return what a URI, in any spelling, stands for.

    Raises:
        IdentifierError: as `canonical`.
    """
    return recognised(uri)[2]


@lru_cache(_CACHE_SIZE)
def party_of(uri: str) -> CanonicalUri | None:
    """Return the party that the GLN in a URI names: a PGLN, or an SGLN without its extension.

    >>> party_of("urn:epc:id:sgln:4012345.00005.shed-2")
    'https://id.gs1.org/417/4012345000054'
    """
    identifier = identifier_in(uri)
    if identifier is None or identifier.gln is None:
        return None
    return CanonicalUri(f"https://{CANONICAL_DOMAIN}/{_PARTY_AI}/{identifier.gln}")


@lru_cache(_CACHE_SIZE)
def place_of(uri: str) -> CanonicalUri | None:
    """Return the place that a URI names, with its extension; None for all but an SGLN.

    >>> place_of("urn:epc:id:sgln:4012345.00005.shed-2")
    'https://id.gs1.org/414/4012345000054/254/shed-2'
    """
    identifier = identifier_in(uri)
    if identifier is None or identifier.level is not Level.PLACE:
        return None
    return identifier.digital_link()


def identifier_in(uri: str) -> Identifier | None:
    """Return the GS1 key that a URI spells; None for any other URI, and for malformed keys.

    >>> identifier_in("https://id.gs1.org/01/08931234567897/10/L1/21/7").lot
    'L1'
    """
    try:
        *_, held, last = recognised(uri)
    except IdentifierError:
        return None
    return held.identifier(last) if isinstance(held, Stem) else held


@lru_cache(_CACHE_SIZE)
def recognised(uri: str) -> Recognised:
    """Return what `canonical`, `hash_form` and `parse_level` say of a URI, in one look.

    Raises:
        IdentifierError: as `canonical`.
    """
    return (_by_stem(uri) if len(uri) <= _LONGEST else None) or _read_whole(uri)


def _by_stem(uri: str) -> Recognised | None:
    start, slash, last = uri.rpartition("/")
    if not slash:
        start, last = cut_urn(uri)
        numbers = numbers_of(start)
        number = None if numbers is None else numbers.with_reference(last)
        if numbers is not None and number is not None:
            link = CanonicalUri(numbers.stem.canonical + number)
            return link, link, numbers.stem.level, numbers.stem, number
    if last.isalnum() or is_plain(last):
        beginning = beginning_of_link(start) if slash else beginning_of_urn(start)
        stem = beginning.stem or beginning.again()
        if stem is not None and stem.takes(stem.value + last):
            link = CanonicalUri(stem.canonical + last)
            form = link if stem.hash_form == stem.canonical else stem.hash_form + last
            return link, form, stem.level, stem, last
    return None


def _read_whole(uri: str) -> Recognised:
    identifier = read_uri(uri)
    if identifier is None:
        return CanonicalUri(uri), uri, Level.OTHER, None, ""
    link = identifier.digital_link()
    form = link
    if not _ESCAPED_NOWHERE.fullmatch(link):
        form = identifier.digital_link(escaping.EVENT_HASH)
    return link, form, identifier.level, identifier, ""


def _read_bare(text: str) -> Identifier | None:
    """Read a GTIN or SSCC that stands alone."""
    ai = _BARE_AIS.get(len(text))
    if ai is None or not (text.isascii() and text.isdigit()):
        return None
    return identifier_of({ai: text}, text=text)
