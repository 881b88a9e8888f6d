"""The canonical spelling of single values: identifiers, terms, names, numbers and times.

References:
    CBV 2.0, section 8.9.2
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Final

from epcis_core.errors import IdentifierError
from epcis_core.identifiers import recognised
from epcis_core.model.namespaces import TYPES, Namespaces
from epcis_core.model.times import exact_utc_text, instant
from epcis_core.vocabulary import VocabularyList, canonical_term

Spell = Callable[[str, Namespaces], str]
"""Gives the canonical spelling of a text with the prefixes in force around it."""

_CACHE_SIZE: Final = 1 << 12
_CACHED_LENGTH: Final = 256

# Prefixes nobody may bind: what follows them is an absolute URI already.
_ABSOLUTE: Final = ("urn:", "http")

# The GS1 Web Vocabulary moved; published contexts differ on where to.
_GS1_VOCABULARY: Final = re.compile(r"\Ahttps?://(?:www\.|ref\.)?gs1\.org/voc/")
_GS1: Final = "https://gs1.org/voc/"
# Business transactions, `bt`, and GS1 keys share the beginning and are no terms.
_LIKE_A_TERM: Final = re.compile(
    r"urn:epcglobal:cbv:(?!bt:)|https?://(?!id\.)(?:[a-z]+\.)?gs1\.org/"
)
# JSON-LD needs the colon to join names with; in XML the namespace has none.
_MASTER_DATA: Final = "urn:epcglobal:cbv:mda"

IS_COMMENT: Final = frozenset(
    {"@context", "comment", "{http://www.w3.org/2000/01/rdf-schema#}comment", TYPES}
)
"""Full names of extension members that say nothing about what happened."""

# At least one digit, in front of the point or behind it: what JSON and XSD call a number.
_NUMBER: Final = re.compile(
    r"([+-]?)(?=\.?[0-9])([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?", re.ASCII
)
_MOST_ZEROS: Final = 400

_HALF: Final = timedelta(microseconds=500)
_LATEST: Final = datetime.max.replace(tzinfo=UTC)


def expand(text: str, namespaces: Namespaces) -> str:
    """Return a compact URI in full, and any other text as it is.

    >>> expand("ex:organic", Namespaces({"ex": "https://example.org/"}))
    'https://example.org/organic'
    """
    prefix, colon, local = text.partition(":")
    if not colon or prefix not in namespaces.prefixes or local.startswith("//"):
        return text
    return namespaces.prefixes[prefix] + local


def text_of(text: str, namespaces: Namespaces) -> str:
    """Return a text without blanks around it; identifiers and terms in it as one canonical URI.

    >>> text_of(" gs1:Temperature ", Namespaces())
    'https://gs1.org/voc/Temperature'
    >>> text_of("urn:epcglobal:cbv:bizstep:shipping", Namespaces())
    'https://ref.gs1.org/cbv/BizStep-shipping'
    """
    return uri_of(text.strip(), namespaces)


def uri_of(text: str, namespaces: Namespaces) -> str:
    """Return the canonical spelling of a URI: GS1 keys as Digital Links, CBV terms as Web URIs."""
    if not text.startswith(_ABSOLUTE):
        if ":" not in text:
            return text
        text = expand(text, namespaces)
        if text[: len("http")].lower() not in _ABSOLUTE:
            return text
    kept = len(text) <= _CACHED_LENGTH
    try:
        known = recognised(text) if kept else recognised.__wrapped__(text)
    except IdentifierError:  # it stays as it is, unless it is a term as well
        pass
    else:
        if known[3] is not None:
            return known[1]
    if _LIKE_A_TERM.match(text) is None:
        return text
    return _any_term(text) if kept else _any_term.__wrapped__(text)


def uris_of(texts: Iterable[str], namespaces: Namespaces) -> list[str]:
    """Return URIs as `uri_of` does; the keys among them, which most are, without a step between."""
    found = []
    for text in texts:
        if text.startswith(_ABSOLUTE) and len(text) <= _CACHED_LENGTH:
            try:
                known = recognised(text)
            except IdentifierError:
                pass
            else:
                if known[3] is not None:
                    found.append(known[1])
                    continue
        found.append(uri_of(text, namespaces))
    return found


@lru_cache(_CACHE_SIZE)
def _any_term(uri: str) -> str:
    """Return the Web URI of a term of any list."""
    for vocabulary in VocabularyList:
        found = canonical_term(vocabulary, uri)
        if found != uri:
            return found
    return gs1_vocabulary(uri)


def gs1_vocabulary(uri: str) -> str:
    """Return a URI of the GS1 Web Vocabulary where the CBV expects it; any other URI as it is.

    >>> gs1_vocabulary("https://ref.gs1.org/voc/Temperature")
    'https://gs1.org/voc/Temperature'
    """
    return _GS1_VOCABULARY.sub(_GS1, uri)


def term_of(vocabulary: VocabularyList) -> Spell:
    """Return what spells the terms of one list as Web URIs.

    >>> term_of(VocabularyList.BIZ_STEP)("shipping", Namespaces())
    'https://ref.gs1.org/cbv/BizStep-shipping'
    """
    found_in = partial(canonical_term, vocabulary)
    remembered = lru_cache(1 << 10)(found_in)

    def web_uri(text: str) -> str:
        return remembered(text) if len(text) <= _CACHED_LENGTH else found_in(text)

    def spell(text: str, namespaces: Namespaces) -> str:
        text = text.strip()
        found = web_uri(text)
        if found != text or ":" not in text:
            return found
        full = expand(text, namespaces)
        found = web_uri(full)
        return found if found != full else uri_of(full, namespaces)

    return spell


def member_name(name: str, namespaces: Namespaces) -> str:
    """Return the full name of an extension member; a name without a bound prefix as it is.

    >>> member_name("cbvmda:lotNumber", Namespaces())
    '{urn:epcglobal:cbv:mda}lotNumber'
    """
    namespace, local = namespaces.expand(name)
    if not namespace:
        return name
    kept = len(namespace) <= _CACHED_LENGTH
    return (_in_braces(namespace) if kept else _in_braces.__wrapped__(namespace)) + local


@lru_cache(_CACHE_SIZE)
def _in_braces(namespace: str) -> str:
    if namespace == _MASTER_DATA + ":":
        namespace = _MASTER_DATA
    return f"{{{gs1_vocabulary(namespace)}}}"


def number_of(text: str) -> str:
    """Return a number with no sign, zero or exponent it could do without.

    Digits are never lost: nothing is rounded, however long the number is. Where writing the
    exponent out would take more than 400 digits, it stays.

    >>> [number_of(text) for text in ("1.50", "+007", "1e2", "-0.0", "25E-3", "1e999999999")]
    ['1.5', '7', '100', '0', '0.025', '1e999999999']
    """
    if text.isdigit() and text.isascii() and text[0] != "0" and len(text) <= _MOST_ZEROS:
        return text
    return _number(text) if len(text) <= _CACHED_LENGTH else _number.__wrapped__(text)


@lru_cache(_CACHE_SIZE)
def _number(text: str) -> str:
    text = text.strip()
    found = _NUMBER.fullmatch(text)
    if found is None:
        return text
    sign = "-" if found[1] == "-" else ""
    written = (found[2] + (found[3] or "")).lstrip("0")
    digits = written.rstrip("0")
    if not digits:
        return "0"
    power = int(found[4] or 0) - len(found[3] or "") + len(written) - len(digits)
    if power > _MOST_ZEROS or power + len(digits) < -_MOST_ZEROS:
        return f"{sign}{digits}e{power}"
    if power >= 0:
        return f"{sign}{digits}{'0' * power}"
    digits = digits.rjust(1 - power, "0")
    return f"{sign}{digits[:power]}.{digits[power:]}"


def time_of(text: str) -> str:
    """Return a point in time in UTC, with milliseconds, rounded half up at the fourth decimal.

    >>> time_of("2026-03-01T08:00:00.9995+07:00")
    '2026-03-01T01:00:01.000Z'
    """
    exact = exact_utc_text(text)
    return utc_milliseconds(instant(text), _HALF) if "." in exact else f"{exact[:-1]}.000Z"


def utc_milliseconds(moment: datetime, moved: timedelta) -> str:
    """Return an instant as text in UTC, cut to milliseconds.

    Args:
        moment: the instant, in UTC.
        moved: how far to move it first, as rounding needs; not beyond the year 9999.
    """
    if moved and moved <= _LATEST - moment:
        moment += moved
    return moment.isoformat(timespec="milliseconds")[: -len("+00:00")] + "Z"
