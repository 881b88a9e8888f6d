"""What an event says, as bytes that no other event has: the digest behind duplicates and conflicts.

The pre-hash string of the CBV has no separators, cuts a time to milliseconds and an identifier to
its finest key, so different events can share a hash. Here every part is led by its length, times
keep all digits, and the lot in the identifier of an instance counts, since the ledger learns from
it which lot the instance belongs to. What is alike there however it is spelled is alike here:
identifiers, terms, numbers, time zones, the order of members and lists, an array of one and its
only value.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from hashlib import sha256
from typing import Any, Final

from pydantic import BaseModel

from epcis_core.errors import IdentifierError
from epcis_core.event_hash.spelling import (
    IS_COMMENT,
    Spell,
    member_name,
    number_of,
    term_of,
    text_of,
)
from epcis_core.identifiers import parse_identifier
from epcis_core.model.base import Number
from epcis_core.model.elements import BusinessTransaction, Destination, SensorReport, Source
from epcis_core.model.events import EpcisEvent
from epcis_core.model.namespaces import Namespaces
from epcis_core.model.times import exact_utc_text
from epcis_core.vocabulary import VocabularyList

_OTHER: Final = frozenset({"record_time", "context"})
_TIMES: Final = frozenset({"event_time", "declaration_time", "time", "start_time", "end_time"})
_TERMS: Final[Mapping[str, Spell]] = {
    "biz_step": term_of(VocabularyList.BIZ_STEP),
    "disposition": term_of(VocabularyList.DISPOSITION),
    "set": term_of(VocabularyList.DISPOSITION),
    "unset": term_of(VocabularyList.DISPOSITION),
    "reason": term_of(VocabularyList.ERROR_REASON),
    "exception": term_of(VocabularyList.SENSOR_ALERT_TYPE),
    "component": term_of(VocabularyList.COMPONENT),
}
_TYPES: Final[Mapping[type[BaseModel], Spell]] = {
    BusinessTransaction: term_of(VocabularyList.BUSINESS_TRANSACTION_TYPE),
    Source: term_of(VocabularyList.SOURCE_DEST_TYPE),
    Destination: term_of(VocabularyList.SOURCE_DEST_TYPE),
    SensorReport: term_of(VocabularyList.MEASUREMENT_TYPE),
}


_UUID: Final = "urn:uuid:"


def content_digest(event: EpcisEvent, namespaces: Namespaces) -> bytes:
    """Return what two sendings of one event have in common, and no other event has.

    It covers `eventID` and the error declaration too; `recordTime`, `@context` and comments are no
    part of it, and an empty list says nothing.

    Args:
        event: the event, in any spelling.
        namespaces: prefixes in force inside it.

    Returns:
        32 raw bytes, SHA-256.
    """
    return sha256(_part(event, namespaces)).digest()


def _framed(*parts: bytes) -> bytes:
    """Join parts, each led by its length, so that nothing can move from one into the next."""
    return b"".join([b"%d:%s" % (len(part), part) for part in parts])


def _part(part: BaseModel, namespaces: Namespaces) -> bytes:
    """Write a part of an event; extension members stand beside its own."""
    written = []
    for name, value in vars(part).items():
        if value is not None and not (type(value) is tuple and not value):
            written += _member(type(part), name, value, namespaces)
    if part.model_extra:
        written.append(_framed(b"", _members(part.model_extra, namespaces)))
    return _framed(*sorted(written))


def standard_member(part: BaseModel, name: str, namespaces: Namespaces) -> list[bytes]:
    """Write a member that the standard has, by the model's name: each of its values on its own.

    Nothing is written of what is not there, of an empty list, and of what is no content.
    """
    value = getattr(part, name, None)
    if value is None or value == ():
        return []
    return _member(type(part), name, value, namespaces)


def _member(part: type[BaseModel], name: str, value: Any, namespaces: Namespaces) -> list[bytes]:
    if name in _OTHER:
        return []
    framed_name, write = _name_and_writer(part, name)
    if name == "ilmd":
        return [framed_name + _framed(_members(value, namespaces))]
    values = (
        [write(value, namespaces)] if isinstance(value, str) else _values(value, write, namespaces)
    )
    return [b"%s%d:%s" % (framed_name, len(each), each) for each in values]


_Write = Callable[[str, Namespaces], bytes]


@cache
def _name_and_writer(part: type[BaseModel], name: str) -> tuple[bytes, _Write]:
    """Return the name of a member as it is written, and what writes the texts in it."""
    spell = _TYPES.get(part) if name == "type" else _TERMS.get(name)
    write = _time if name in _TIMES else _speller(spell or _identifying)
    return _framed(name.encode()), write


def _values(value: Any, write: _Write, namespaces: Namespaces) -> Iterator[bytes]:
    """Write the value of a standard member: one, or several in any order."""
    if isinstance(value, tuple | list):
        for one in value:
            if isinstance(one, str):
                yield write(one, namespaces)
            else:
                yield from _values(one, write, namespaces)
    elif isinstance(value, BaseModel):
        yield _part(value, namespaces)
    elif isinstance(value, str):
        yield write(value, namespaces)
    else:
        yield _scalar(value)


def _members(members: Mapping[str, Any], namespaces: Namespaces) -> bytes:
    """Write extension members under their full names; an array is its values, in any order."""
    return _framed(*sorted(each for _, _, each in extension_members(members, namespaces)))


def extension_members(
    members: Mapping[str, Any], namespaces: Namespaces
) -> Iterator[tuple[str, str, bytes]]:
    """Write extension members: of each value the member's name, its full name, and the value."""
    if "@context" in members:
        namespaces = Namespaces.of_context(members["@context"], namespaces)
    for name, value in members.items():
        full = member_name(name, namespaces)
        if full not in IS_COMMENT:
            for one in _extension(value, namespaces):
                yield name, full, _framed(full.encode(), one)


def _extension(value: Any, namespaces: Namespaces) -> Iterator[bytes]:
    if isinstance(value, list | tuple):
        for one in value:
            yield from (
                [_framed(b"[", *sorted(_extension(one, namespaces)))]
                if isinstance(one, list | tuple)
                else _extension(one, namespaces)
            )
    elif isinstance(value, Mapping):
        yield _framed(b"{", _members(value, namespaces))
    elif isinstance(value, str):
        yield _framed(b"=", _identifying(value, namespaces).encode())
    else:
        yield _framed(b"=", _scalar(value))


def _scalar(value: Any) -> bytes:
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if value is None:
        return b"null"
    return number_of(value.text if isinstance(value, Number) else str(value)).encode()


def _speller(spell: Spell) -> _Write:
    return lambda text, namespaces: spell(text, namespaces).encode()


def _time(text: str, _: Namespaces) -> bytes:
    return exact_utc_text(text).encode()


def _identifying(text: str, namespaces: Namespaces) -> str:
    """Return a text in its canonical spelling; behind a serial number the lot that it came with.

    A UUID is the same in capital letters (RFC 9562, section 4).
    """
    spelled = text_of(text, namespaces)
    if spelled[: len(_UUID)].lower() == _UUID:
        return spelled.lower()
    if "/10/" not in text or "/21/" not in spelled:
        return spelled
    try:
        lot = parse_identifier(text).lot
    except IdentifierError:
        return spelled
    return spelled if lot is None else f"{spelled} {lot}"
