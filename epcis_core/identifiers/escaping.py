"""Percent-encoding of values in URIs.

Three sets of characters are escaped (`schemas/identifiers/key_schemes.toml`): those of a canonical
Digital Link, those of an EPC URI, and those of the CBV event hash.
"""

import re
from collections.abc import Mapping

from epcis_core.identifiers.schemes import ESCAPED

Escapes = Mapping[int, str]
"""Code point to its escape, for `str.translate`."""


def _escapes(characters: str) -> Escapes:
    return {ord(character): f"%{ord(character):02X}" for character in characters}


DIGITAL_LINK = _escapes(ESCAPED["digital_link"])
EPC_URI = _escapes(ESCAPED["epc_uri"])
EVENT_HASH = _escapes(ESCAPED["event_hash"])

_ESCAPE = re.compile("%([0-9A-Fa-f]{2})?")
_NOT_IN_EPC_URI = re.compile("[" + re.escape(ESCAPED["epc_uri"].replace("%", "")) + "]")

# The replacement character stands for what cannot be decoded. No GS1 character set has it, so the
# value fails there.
_UNREADABLE = "\ufffd"


def escaped(text: str, escapes: Escapes) -> str:
    """Return a value with its characters of a set percent-encoded.

    >>> escaped("L/1", DIGITAL_LINK)
    'L%2F1'
    """
    return text if text.isalnum() else text.translate(escapes)


def decode(text: str) -> str:
    """Return a Digital Link's path segment with its escapes read, one byte each.

    A broken escape becomes the replacement character, which no GS1 value can hold.

    >>> decode("L%2F1"), decode("L%2")
    ('L/1', 'L�2')
    """
    if "%" not in text:
        return text
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else _UNREADABLE, text)


def decode_epc_uri(text: str) -> str:
    """Return a component of an EPC URI with its escapes read.

    As `decode`, and a character that must be escaped becomes the replacement character where it
    stands unescaped.

    References:
        GS1 EPC Tag Data Standard, section 5.4

    >>> decode_epc_uri("a%2Fb"), decode_epc_uri("a/b")
    ('a/b', 'a�b')
    """
    return decode(_NOT_IN_EPC_URI.sub(_UNREADABLE, text))
