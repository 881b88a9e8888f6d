"""The event hash ID: one name for an event, however it is spelled and wherever it is stored.

The members of an event are written one after the other into the *pre-hash string*, each in its
canonical spelling, and that string is hashed. Order of members and lists, JSON or XML, EPC URN or
Digital Link, and the time zone of a timestamp do not matter; any other change of the event gives
another hash. `eventID`, `recordTime`, the whole `errorDeclaration`, `@context` and comments are no
part of it.

    >>> from epcis_core.model.events import ObjectEvent
    >>> from epcis_core.model.namespaces import Namespaces
    >>> event = ObjectEvent.model_validate(
    ...     {
    ...         "type": "ObjectEvent",
    ...         "eventTime": "2026-03-01T08:00:00+07:00",
    ...         "eventTimeZoneOffset": "+07:00",
    ...         "epcList": ["urn:epc:id:sscc:4012345.0000000111"],
    ...         "action": "OBSERVE",
    ...     }
    ... )
    >>> prehash(event, Namespaces()).partition("epcList")[2]
    'epc=https://id.gs1.org/00/040123450000001112action=OBSERVE'
    >>> event_hash(event, Namespaces())
    'ni:///sha-256;323774f2ccd947958f94bca83bba44e153235f735269658647d8a298aee4c763?ver=CBV2.0'

References:
    CBV 2.0, section 8.9; RFC 6920 (the ni: form)
"""

from enum import StrEnum
from hashlib import sha256
from typing import Final, NewType

from epcis_core.event_hash import cbv_text, reference
from epcis_core.event_hash.content import content_digest
from epcis_core.model.events import EpcisEvent
from epcis_core.model.namespaces import Namespaces

__all__ = ["EventHash", "HashVariant", "content_digest", "event_hash", "prehash"]

EventHash = NewType("EventHash", str)
"""An event hash ID: `ni:///sha-256;`, 64 lower-case hexadecimal digits, `?ver=CBV2.0`."""


class HashVariant(StrEnum):
    """Which reading of the standard a hash follows; the hash itself does not tell.

    Attributes:
        CBV_2_0_TEXT: the rules as published.
        REFERENCE_1_9: what version 1.9 of the reference implementation does where it differs:
            the types of transactions, sources and destinations come first and their lists last,
            `parentID` precedes `epcList`, every text that reads as a number is one, a time is
            rounded half to even.
    """

    CBV_2_0_TEXT = "cbv2.0-text"
    REFERENCE_1_9 = "reference-1.9"


_WRITERS: Final = {
    HashVariant.CBV_2_0_TEXT: cbv_text.prehash,
    HashVariant.REFERENCE_1_9: reference.prehash,
}


def prehash(
    event: EpcisEvent,
    namespaces: Namespaces,
    variant: HashVariant = HashVariant.CBV_2_0_TEXT,
) -> str:
    """Return the text that is hashed.

    Args:
        event: the event, in any spelling.
        namespaces: prefixes in force inside it.
        variant: which reading of the standard.
    """
    return _WRITERS[variant](event, namespaces)


def event_hash(
    event: EpcisEvent,
    namespaces: Namespaces,
    variant: HashVariant = HashVariant.CBV_2_0_TEXT,
) -> EventHash:
    """Return the event hash ID.

    Args:
        event: the event, in any spelling.
        namespaces: prefixes in force inside it.
        variant: which reading of the standard.
    """
    return _hash_of(prehash(event, namespaces, variant))


def _hash_of(text: str) -> EventHash:
    return EventHash(f"ni:///sha-256;{sha256(text.encode()).hexdigest()}?ver=CBV2.0")
