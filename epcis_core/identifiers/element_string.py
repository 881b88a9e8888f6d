r"""Reading element strings: with brackets as printed, and without as a scanner sends them.

    >>> read_bracketed("(01)08931234567897(10)L1").ais
    (('01', '08931234567897'), ('10', 'L1'))
    >>> read_scan("]C1010893123456789710L1\x1d17270101").ais
    (('01', '08931234567897'), ('10', 'L1'))

References:
    GS1 General Specifications, section 7.8 (processing of data from a GS1 symbology)
"""

import re

from epcis_core.errors import IdentifierError
from epcis_core.identifiers.identifier import BRACKET, Identifier, identifier_of, malformed
from epcis_core.identifiers.schemes import AI_DIGITS, FIXED_LENGTHS, KEYS, SYMBOLOGIES

SEPARATOR = "\x1d"
"""What a scanner sends for FNC1: group separator, GS."""

_AI = re.compile(r"(?<!\\)\(([0-9]{2,4})\)")


def read_bracketed(text: str) -> Identifier | None:
    r"""Return the identifier in `(01)…(10)…`.

    Blanks around a value are dropped, for they cannot belong to it. An opening bracket that belongs
    to a value is written `\(`, or stands where no AI can be read.

    Returns:
        None where the text does not begin with an AI in brackets.

    Raises:
        IdentifierError: as `identifier_of`, and `malformed_identifier` for an AI that does not
            exist or comes twice with two values.
    """
    before, *pairs = _AI.split(text)
    if before or not pairs:
        return None
    elements: dict[str, str] = {}
    for ai, raw in zip(pairs[::2], pairs[1::2], strict=True):
        _add(elements, ai, raw.strip().replace(BRACKET, "("), text)
    return identifier_of(elements, text=text)


def read_scan(text: str) -> Identifier | None:
    """Return the identifier in barcode data without brackets.

    Data that a scanner marked as GS1 data, by a symbology identifier or a leading separator, are
    read as such. Without a mark only a key is believed that proves itself by its check digit.

    Returns:
        None where unmarked text is no element string.

    Raises:
        IdentifierError: as `read_bracketed`, and `not_an_identifier` for marked data without a key.
    """
    data = text
    for mark in (*SYMBOLOGIES, SEPARATOR):
        data = data.removeprefix(mark)
    marked = data != text
    try:
        elements = _cut(data, text)
        identifier = identifier_of(elements, text=text)
    except IdentifierError as error:
        if marked or error.code == "wrong_check_digit":
            raise
        return None
    return identifier if marked or KEYS[identifier.ais[0][0]].check_at is not None else None


def _cut(data: str, text: str) -> dict[str, str]:
    """Cut barcode data into values by AI."""
    elements: dict[str, str] = {}
    while data:
        two = data[:2]
        digits = AI_DIGITS.get(two, len(two))
        length = FIXED_LENGTHS.get(two)
        if length is None:
            element, _, data = data.partition(SEPARATOR)
        else:
            # A separator is not needed here; some printers put one nevertheless.
            element, data = data[:length], data[length:].removeprefix(SEPARATOR)
            if len(element) < length:
                # Cut short on the way; eight digits left of a GTIN would pass for a shorter one.
                raise malformed(text, f"({element[:digits]}) {length - digits}", element[digits:])
        _add(elements, element[:digits], element[digits:], text)
    return elements


def _add(elements: dict[str, str], ai: str, value: str, text: str) -> None:
    if AI_DIGITS.get(ai[:2]) != len(ai):
        raise malformed(text, "AI", ai)
    if elements.setdefault(ai, value) != value:
        raise malformed(text, f"({ai}) {elements[ai]}", f"({ai}) {value}")
