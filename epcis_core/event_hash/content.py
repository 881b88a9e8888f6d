"""What an event says, as bytes that no other event has: the digest behind duplicates and conflicts.

The pre-hash string of the CBV has no separators, cuts a time to milliseconds and an identifier to
its finest key, so different events can share a hash. Here every part is led by its length, times
keep all digits, and the lot in the identifier of an instance counts, since the ledger learns from
it which lot the instance belongs to. What is alike there however it is spelled is alike here:
identifiers, terms, numbers, time zones, the order of members and lists, an array of one and its
only value.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from hashlib import sha256
from typing import Any, Final

from pydantic import BaseModel

from epcis_core.event_hash.content_texts import (
    framed,
    identifying,
    identifying_all,
    joined,
    scalar,
)
from epcis_core.event_hash.spelling import (
    IS_COMMENT,
    Spell,
    member_name,
    number_of,
    term_of,
)
from epcis_core.model.elements import (
    BusinessTransaction,
    Destination,
    Location,
    QuantityElement,
    SensorReport,
    Source,
)
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

_REPEATED_PARTS: Final = frozenset({Location, Source, Destination})
_REPEATED_WORDS: Final = frozenset(
    {"type", "action", "biz_step", "disposition", "event_time_zone_offset"}
)
_LONGEST_REMEMBERED: Final = 256
_NO_PREFIXES: Final = Namespaces({})


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
    return sha256(_part(event, namespaces).encode()).digest()


def _part(part: BaseModel, namespaces: Namespaces) -> str:
    """Write a part of an event; extension members stand beside its own, in front of them all."""
    text = _standard(type(part), vars(part), namespaces)
    extensions = part.model_extra
    if not extensions:
        return text
    return framed("0:" + framed(_members(extensions, namespaces))) + text


def _standard(part: type[BaseModel], members: Mapping[str, Any], namespaces: Namespaces) -> str:
    """Write the members of a part that the standard has, each framed, in order."""
    written = []
    for name, start, spell, remembered in _rows(part):
        value = members[name]
        if value is None:
            continue
        if isinstance(value, str):
            if remembered is not None and _is_whole(value, namespaces):
                written.append(remembered(value))
            else:
                written.append(framed(start + framed(spell(value, namespaces))))
        elif isinstance(value, tuple):
            written.append(joined(_written(start, spell, value, namespaces)))
        else:
            written.append(framed(start + framed(_value(value, namespaces))))
    return "".join(written)


def _value(value: Any, namespaces: Namespaces) -> str:
    """Write what is neither a text nor a list; of parts, remember those that events repeat."""
    if isinstance(value, dict):  # the ilmd
        return _members(value, namespaces)
    if not isinstance(value, BaseModel):
        return scalar(value)
    if type(value) not in _REPEATED_PARTS or value.model_extra:
        return _part(value, namespaces)
    members = tuple(vars(value).items())
    for _, text in members:
        if not _is_whole(text, namespaces):
            return _part(value, namespaces)
    return _remembered_part(type(value), members)


def _is_whole(text: str, namespaces: Namespaces) -> bool:
    """Tell whether a text means the same whatever prefixes stand for, and is not too long.

    A prefix may have blanks in front of it, which are left out before it is looked for.
    """
    if ":" in text and text.partition(":")[0].lstrip() in namespaces.prefixes:
        return False
    return len(text) <= _LONGEST_REMEMBERED


@lru_cache(1 << 12)
def _remembered_part(part: type[BaseModel], members: tuple[tuple[str, str], ...]) -> str:
    return _standard(part, dict(members), _NO_PREFIXES)


def standard_member(part: BaseModel, name: str, namespaces: Namespaces) -> list[str]:
    """Write a member that the standard has, by the model's name: each of its values on its own.

    Nothing is written of what is not there, of an empty list, and of what is no content.
    """
    value = getattr(part, name, None)
    if value is None or name in _OTHER:
        return []
    start, spell = _start_and_spelling(type(part), name)
    return _written(start, spell, value, namespaces)


_Row = tuple[str, str, Spell, Callable[[str], str] | None]


@cache
def _rows(part: type[BaseModel]) -> tuple[_Row, ...]:
    """Return of each member of a kind of part its name, how it begins, and what spells its texts.

    What is written of a member begins with its framed name, so what is written of the part is in
    order when its members are. The last tells of a member with few values what is written of one.
    """
    names = [name for name in part.model_fields if name not in _OTHER]
    names.sort(key=framed)
    return tuple(_row(part, name) for name in names)


def _row(part: type[BaseModel], name: str) -> _Row:
    start, spell = _start_and_spelling(part, name)
    if name not in _REPEATED_WORDS:
        return name, start, spell, None

    @lru_cache(1 << 8)
    def remembered(text: str) -> str:
        return framed(start + framed(spell(text, _NO_PREFIXES)))

    return name, start, spell, remembered


@cache
def _start_and_spelling(part: type[BaseModel], name: str) -> tuple[str, Spell]:
    """Return the name of a member as it is written, and what spells the texts in it."""
    spell = _TYPES.get(part) if name == "type" else _TERMS.get(name)
    if name in _TIMES:
        spell = _time
    return framed(name), spell or identifying


def _written(start: str, spell: Spell, value: Any, namespaces: Namespaces) -> list[str]:
    """Write the value of a standard member: one, or several in any order."""
    if isinstance(value, str):
        texts = [spell(value, namespaces)]
    elif isinstance(value, tuple):
        texts = _values(value, spell, namespaces)
    else:
        texts = [_value(value, namespaces)]
    written = [f"{start}{len(t) if t.isascii() else len(t.encode())}:{t}" for t in texts]
    written.sort()
    return written


def _values(values: Sequence[Any], spell: Spell, namespaces: Namespaces) -> list[str]:
    """Write the members of a list; the two that most events have many of in one go."""
    if not values:
        return []
    if isinstance(values[0], QuantityElement):
        return _quantities(values, namespaces)
    if not isinstance(values[0], str):
        return [_value(one, namespaces) for one in values]
    if spell is identifying:
        return identifying_all(values, namespaces)
    return [spell(one, namespaces) for one in values]


def _quantities(elements: Sequence[QuantityElement], namespaces: Namespaces) -> list[str]:
    """Write amounts of classes as `_part` does."""
    uris = identifying_all([element.epc_class for element in elements], namespaces)
    found = []
    for element, uri in zip(elements, uris, strict=True):
        if not uri.isascii():  # a prefix may stand for what is not
            found.append(_part(element, namespaces))
            continue
        member = f"9:epc_class{len(uri)}:{uri}"
        text = f"{len(member)}:{member}"
        if element.quantity is not None:
            number = number_of(element.quantity.text)
            member = f"8:quantity{len(number)}:{number}"
            text = f"{len(member)}:{member}{text}"
        if element.uom is not None:
            member = f"3:uom{len(element.uom)}:{element.uom}"
            text = f"{len(member)}:{member}{text}"
        found.append(text)
    return found


def _members(members: Mapping[str, Any], namespaces: Namespaces) -> str:
    """Write extension members under their full names; an array is its values, in any order."""
    written = []
    for _, full, values in extension_members(members, namespaces):
        start = framed(full)
        written += [start + framed(value) for value in values]
    written.sort()
    return joined(written)


def extension_members(
    members: Mapping[str, Any], namespaces: Namespaces
) -> Iterator[tuple[str, str, list[str]]]:
    """Write extension members: the name of each, its full name, and its values."""
    if "@context" in members:
        namespaces = Namespaces.of_context(members["@context"], namespaces)
    for name, value in members.items():
        full = member_name(name, namespaces)
        if full not in IS_COMMENT:
            yield name, full, _extension(value, namespaces)


def _extension(value: Any, namespaces: Namespaces) -> list[str]:
    if isinstance(value, str):
        return ["1:=" + framed(identifying(value, namespaces))]
    if isinstance(value, list | tuple):
        found = []
        for one in value:
            each = _extension(one, namespaces)
            found += ["1:[" + joined(sorted(each))] if isinstance(one, list | tuple) else each
        return found
    if isinstance(value, Mapping):
        return ["1:{" + framed(_members(value, namespaces))]
    return ["1:=" + framed(scalar(value))]


def _time(text: str, _: Namespaces) -> str:
    return exact_utc_text(text)
