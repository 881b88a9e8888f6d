"""From the text of XML to the values of JSON: numbers and booleans as XML Schema spells them.

A text that is not of its type stays text: what it should have been is then said by whoever asked
for it.

References:
    XML Schema 1.0 part 2, sections 3.2 and 3.3
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from epcis_core.model.base import Number
from epcis_core.vocabulary import VocabularyList, bare_word

Simple = str | Number | bool
"""What the text of an element or attribute can be in JSON."""

Read = Callable[[str], Simple]
"""Reads a text as one kind; gives it back as text where it is not of that kind."""

BLANKS: Final = " \t\n\r"
"""The white space that XML knows."""

# URNs, and Web URIs of drafts and former releases.
_NOT_IN_JSON: Final = re.compile(
    r"urn:epcglobal:cbv|https?://(?:ns\.gs1\.org/cbv|(?:www\.)?gs1\.org/voc)/"
)
_JSON_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?")
_DOUBLE: Final = re.compile(
    r"(?P<sign>[+-]?)(?:(?P<whole>[0-9]++)(?:\.(?P<part>[0-9]*+))?|\.(?P<only>[0-9]++))"
    r"(?P<exponent>[eE][+-]?[0-9]++)?"
)
_DATE: Final = r"-?[0-9]{4,9}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_TIME: Final = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]++)?|24:00:00(?:\.0++)?)"
_ZONE: Final = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}
_NOT_FINITE: Final = frozenset({"INF", "-INF", "NaN"})
_LARGEST_EXPONENT_SIZE: Final = 9


def token(text: str) -> str:
    """Return a text without the blanks around it.

    >>> token("  urn:epc:id:sscc:8930001.0000000001 ")
    'urn:epc:id:sscc:8930001.0000000001'
    """
    return text.strip(BLANKS)


def double(text: str) -> Simple:
    """Read a number that may have an exponent; INF and NaN are no numbers in JSON.

    What JSON would not write so is written as JSON does: no `+`, no zeros in front, digits on both
    sides of the point.

    >>> [double(text) for text in ("26.0", " +.5", "007", "5.", "INF")]
    [Number('26.0'), Number('0.5'), Number('7'), Number('5'), 'INF']
    """
    stripped = text.strip(BLANKS)
    if _JSON_NUMBER.fullmatch(stripped):
        return Number(stripped)
    match = _DOUBLE.fullmatch(stripped)
    if match is None:
        return text
    sign = "-" if match["sign"] == "-" else ""
    whole = (match["whole"] or "0").lstrip("0") or "0"
    part = match["part"] or match["only"]
    point = f".{part}" if part else ""
    return Number(f"{sign}{whole}{point}{match['exponent'] or ''}")


def decimal(text: str) -> Simple:
    """Read a number without an exponent.

    >>> decimal("1.50"), decimal("1e2")
    (Number('1.50'), '1e2')
    """
    return text if "e" in text or "E" in text else double(text)


def integer(text: str) -> Simple:
    """Read a whole number.

    >>> integer("12"), integer("1.5")
    (Number('12'), '1.5')
    """
    return text if "." in text else decimal(text)


def boolean(text: str) -> Simple:
    """Read true or false.

    >>> boolean("1"), boolean("yes")
    (True, 'yes')
    """
    return _BOOLEANS.get(text.strip(BLANKS), text)


def _term(vocabulary: VocabularyList, text: str) -> str:
    """Return the bare word for a term in a spelling that JSON may not have, else the text."""
    stripped = text.strip(BLANKS)
    return bare_word(vocabulary, stripped) if _NOT_IN_JSON.match(stripped) else stripped


def _text(text: str) -> str:
    return text


KINDS: Final[Mapping[str, Read]] = {
    "text": _text,
    "token": token,
    "decimal": decimal,
    "double": double,
    "integer": integer,
    "boolean": boolean,
    **{vocabulary.value: partial(_term, vocabulary) for vocabulary in VocabularyList},
}
"""How a text is read, by the word that the tables in `schemas/xml` use for it."""

_INTEGERS: Final = (
    "integer int long short byte nonNegativeInteger positiveInteger nonPositiveInteger "
    "negativeInteger unsignedLong unsignedInt unsignedShort unsignedByte"
)
BUILT_IN_TYPES: Final = frozenset(
    (
        "anyType anySimpleType string normalizedString token language Name NCName NMTOKEN NMTOKENS "
        "ID IDREF IDREFS ENTITY ENTITIES QName NOTATION anyURI base64Binary hexBinary boolean "
        "decimal double float duration dateTime date time gYear gYearMonth gMonth gMonthDay gDay "
        f"{_INTEGERS}"
    ).split()
)
"""The names of the types that XML Schema has built in."""

_SHAPED: Final = {
    "dateTime": re.compile(f"{_DATE}T{_TIME}{_ZONE}?"),
    "date": re.compile(f"{_DATE}{_ZONE}?"),
    "time": re.compile(f"{_TIME}{_ZONE}?"),
}

SCHEMA_TYPES: Final[Mapping[str, Read]] = {
    "decimal": decimal,
    "double": double,
    "float": double,
    "number": double,
    "boolean": boolean,
    **dict.fromkeys(_INTEGERS.split(), integer),
}
"""How an extension is read, by the local name of its `xsi:type`; the others are text.

`number` is the mark of that name.
"""


def is_not_finite(text: str) -> bool:
    """Tell whether a text is one of the numbers of XML Schema that JSON has not.

    >>> is_not_finite(" -INF "), is_not_finite("inf")
    (True, False)
    """
    return text.strip(BLANKS) in _NOT_FINITE


def is_of_schema_type(name: str, text: str) -> bool:
    """Tell whether a text is well formed for a built-in type of XML Schema.

    >>> is_of_schema_type("integer", "ten"), is_of_schema_type("dateTime", "2026-03-01T08:00:00")
    (False, True)
    """
    stripped = text.strip(BLANKS)
    if name in {"double", "float"} and stripped in _NOT_FINITE:
        return True
    if name in SCHEMA_TYPES:
        return not isinstance(SCHEMA_TYPES[name](text), str)
    shape = _SHAPED.get(name)
    return shape is None or shape.fullmatch(stripped) is not None


def written_size(number: Number) -> int:
    """Return how many characters a number has, at most, when written without an exponent.

    >>> written_size(Number("1e400"))
    401
    """
    mantissa, _, exponent = number.text.lower().partition("e")
    digits = exponent.lstrip("+-0")
    if len(digits) > _LARGEST_EXPONENT_SIZE:
        return 10**_LARGEST_EXPONENT_SIZE
    return len(mantissa) + int(digits or 0)
