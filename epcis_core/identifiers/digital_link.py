"""Reading GS1 Digital Links, on any domain.

    >>> read_digital_link("https://farm.example/qr/gtin/8931234567897/lot/L1?17=270101").ais
    (('01', '08931234567897'), ('10', 'L1'))

References:
    GS1 Digital Link Standard: URI Syntax
"""

import re
from collections.abc import Mapping, Sequence

from epcis_core.identifiers.escaping import decode
from epcis_core.identifiers.identifier import Identifier, identifier_of_key, malformed
from epcis_core.identifiers.schemes import (
    CANONICAL_DOMAIN,
    KEYS,
    KEYS_WITHOUT_SCHEME,
    QUALIFIERS,
    Part,
)

# Scheme, domain, path and fragment. The query holds attributes, which name nothing.
_WEB_URI = re.compile(r"(?i:https?)://([^/?#]*)(/[^?#]*)(?:\\?[^#]*)?(#.*)?", re.DOTALL)

# A link on GS1's own domain in which nothing is escaped: nearly all that a ledger sees.
_PLAIN = re.compile(
    rf"https://{re.escape(CANONICAL_DOMAIN)}/({'|'.join(KEYS)})/([A-Za-z0-9.-]+)"
    rf"(?:/({'|'.join(QUALIFIERS)})/([A-Za-z0-9._-]+))?"
)

_SHORT_GTIN = 8


def _by_segment(parts: Mapping[str, Part]) -> Mapping[str, str]:
    """Map the AI and the old names of each part to the AI."""
    return {segment: ai for ai, part in parts.items() for segment in (ai, *part.names)}


_KEY_AIS = _by_segment(KEYS)
_QUALIFIER_AIS = _by_segment(QUALIFIERS)


def read_digital_link(text: str) -> Identifier | None:
    """Return the identifier in a Digital Link's path.

    The key may follow other path segments; its qualifiers may stand in any order. Query strings are
    ignored.

    Returns:
        None for any other text, and for web addresses that only resemble a Digital Link: those on
        domains other than GS1's own whose key has not the right form.

    Raises:
        IdentifierError: `wrong_check_digit`; `malformed_identifier` for a path on GS1's own domain
            that begins with a key, or for a right key with wrong qualifiers.
    """
    plain = _PLAIN.fullmatch(text)
    if plain is not None and (plain[3] is None or plain[3] in KEYS[plain[1]].qualifiers):
        ai, value, qualifier, qualified = plain.groups()
        elements = {ai: value} if qualifier is None else {ai: value, qualifier: qualified}
        return identifier_of_key(KEYS[ai], elements, text=text)
    found = _WEB_URI.fullmatch(text)
    if found is None:
        return None
    domain, path, fragment = found.groups()
    segments = path.removesuffix("/").split("/")[1:]
    if domain.lower() == CANONICAL_DOMAIN and _claims_a_key(segments):
        if fragment is not None:
            # An unescaped # in a value would cut the identifier short without a trace.
            raise malformed(text, "%23", fragment)
        return _read(segments, text)
    if fragment is None:
        # Pairs of AI and value end the path, so only every second segment can begin them.
        for start in range(len(segments) % 2, len(segments), 2):
            if _is_key_at(segments, start):
                return _read(segments[start:], text)
    return None


def _claims_a_key(segments: Sequence[str]) -> bool:
    """Tell whether a path on GS1's own domain means a key; other pages live there too."""
    first = segments[0] if segments else ""
    return first in _KEY_AIS or (first.isdigit() and first not in KEYS_WITHOUT_SCHEME)


def _is_key_at(segments: Sequence[str], start: int) -> bool:
    """Tell whether a key of the right form, with qualifiers of its own, runs to the path's end."""
    ai = _KEY_AIS.get(segments[start])
    if ai is None:
        return False
    key, value = KEYS[ai], decode(segments[start + 1])
    if any(_QUALIFIER_AIS.get(name) not in key.qualifiers for name in segments[start + 2 :: 2]):
        return False
    if key.pattern.fullmatch(key.filled_up(value)) is None:
        return False
    if start and segments[start] == "01" and len(value) == _SHORT_GTIN:
        # …/2026/01/20260105 is a date and a number, not a GTIN of eight digits.
        return not segments[start - 1].isdigit()
    return True


def _read(segments: Sequence[str], text: str) -> Identifier:
    """Read pairs of AI and value, the key first."""
    ai = _KEY_AIS.get(segments[0])
    if ai is None or len(segments) % 2:
        raise malformed(text, "/AI/value", "/" + "/".join(segments))
    key = KEYS[ai]
    elements = {ai: decode(segments[1])}
    for name, value in zip(segments[2::2], segments[3::2], strict=True):
        qualifier = _QUALIFIER_AIS.get(name)
        if qualifier not in key.qualifiers or qualifier in elements:
            raise malformed(text, "/".join(key.qualifiers), name)
        elements[qualifier] = decode(value)
    return identifier_of_key(key, elements, text=text)
