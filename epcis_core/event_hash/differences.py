"""Where two events say different things, however each of them is spelled.

What is compared is what `epcis_core.event_hash.content` makes a digest of.

References:
    EPCIS 2.0, section 7.4.1.2 (an error declaration repeats the event that it is about)
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

from epcis_core.event_hash.content import content_digest, extension_members, standard_member
from epcis_core.findings import escape_pointer
from epcis_core.model.base import json_name
from epcis_core.model.events import EpcisEvent
from epcis_core.model.namespaces import Namespaces

_OF_THE_DECLARATION: Final = frozenset({"event_id", "error_declaration"})


class Within(NamedTuple):
    """An event with the prefixes in force inside it."""

    event: EpcisEvent
    namespaces: Namespaces


def declared_digest(event: EpcisEvent, namespaces: Namespaces) -> bytes:
    """Return the digest of the content that the event must have which an event declares wrong.

    Args:
        event: the error declaration; its `eventID` must be there.
        namespaces: prefixes in force inside it.
    """
    return content_digest(event.model_copy(update={"error_declaration": None}), namespaces)


def differing_members(one: Within, other: Within) -> tuple[str, ...]:
    """Return the pointers of the members in which two events of one id differ.

    The error declaration, `recordTime`, `@context` and comments may differ.

    Args:
        one: an event.
        other: an event of the same id.

    Returns:
        Pointers from the event's root, in the order of the standard, extensions behind. They lead
        into objects, and to the beginning of a list.
    """
    return tuple(dict.fromkeys(_differing(one.event, other.event, one, other, "")))


def _differing(
    part: BaseModel, its_like: BaseModel, one: Within, other: Within, pointer: str
) -> Iterator[str]:
    """Yield what two parts differ in that stand at one place of their events."""
    for name in dict.fromkeys([*vars(part), *vars(its_like)]):
        here = f"{pointer}/{_name(part, its_like, name)}"
        if name in _OF_THE_DECLARATION and not pointer:
            continue
        written = (
            standard_member(part, name, one.namespaces),
            standard_member(its_like, name, other.namespaces),
        )
        if sorted(written[0]) == sorted(written[1]):
            continue
        mine, others = getattr(part, name, None), getattr(its_like, name, None)
        if isinstance(mine, BaseModel) and isinstance(others, BaseModel):
            yield from _differing(mine, others, one, other, here)
        elif name == "ilmd":
            yield from _differing_extensions(mine or {}, others or {}, one, other, here)
        else:
            yield here
    yield from _differing_extensions(
        part.model_extra or {}, its_like.model_extra or {}, one, other, pointer
    )


def _differing_extensions(
    members: Mapping[str, Any],
    others: Mapping[str, Any],
    one: Within,
    other: Within,
    pointer: str,
) -> Iterator[str]:
    mine, theirs = _by_name(members, one.namespaces), _by_name(others, other.namespaces)
    for full in dict.fromkeys([*mine, *theirs]):
        (name, values), (their_name, their_values) = (
            found.get(full, ("", ())) for found in (mine, theirs)
        )
        if sorted(values) != sorted(their_values):
            yield f"{pointer}/{escape_pointer(name or their_name)}"


def _by_name(
    members: Mapping[str, Any], namespaces: Namespaces
) -> dict[str, tuple[str, list[str]]]:
    """Return by full name how a member is written, and its values."""
    found: dict[str, tuple[str, list[str]]] = {}
    for name, full, values in extension_members(members, namespaces):
        if values:
            found.setdefault(full, (name, []))[1].extend(values)
    return found


def _name(part: BaseModel, its_like: BaseModel, name: str) -> str:
    """Return the standard's name of a member."""
    for one in (part, its_like):
        if (field := type(one).model_fields.get(name)) is not None:
            return field.alias or name
    return json_name(name)
