"""The pre-hash string as version 1.9 of the reference implementation writes it, byte for byte.

The reference implementation turns an event into a tree of named texts, writes the members it knows
in order while it takes them out of the tree, and then writes what is left, sorted. Many of its ways
come from that and not from the standard, so they are rebuilt here the same way:

- Transactions, sources and destinations are left over, and so are `ilmd`, the members of namespaces
  that do not end in `/`, and everything else it has no place for; their parents are named again.
- Every text that Python reads as a number is written as that number, at a float's precision.
- A text that equals the last word of a vocabulary term used in the same event becomes that term.
- A member whose name ends in `List` becomes a list of members without that ending.

It is not followed where it loses what a document means or fails over it: prefixes that only the
EPCIS context declares are expanded, `@context` inside an event counts as the document's, a
time that rounds up to a full second does so, a number too big for a float keeps its digits, and a
key with a wrong check digit stays as it is written.

References:
    epcis-event-hash-generator 1.9.3
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

from epcis_core.event_hash.spelling import (
    expand,
    gs1_vocabulary,
    number_of,
    utc_milliseconds,
)
from epcis_core.identifiers import hash_form
from epcis_core.model.base import Number
from epcis_core.model.elements import (
    BusinessTransaction,
    Destination,
    ErrorDeclaration,
    PersistentDisposition,
    SensorReport,
    Source,
)
from epcis_core.model.events import EpcisEvent
from epcis_core.model.namespaces import TYPES, Namespaces
from epcis_core.model.times import instant
from epcis_core.vocabulary import VocabularyList, canonical_term


class _Node(NamedTuple):
    """A member: its name, its value as text, and the members inside it."""

    name: str
    text: str = ""
    inside: "tuple[_Node, ...]" = ()


class _Order(dict[str, "_Order"]):
    """Names of members in the order they are written, each with the order inside it."""


def _leaves(names: str) -> _Order:
    return _Order({name: _Order() for name in names.split()})


_EPCS: Final = _leaves("epc")
_QUANTITIES: Final = _Order(quantityElement=_leaves("epcClass quantity uom"))
_SENSOR_ELEMENT: Final = _Order(
    sensorMetadata=_leaves(
        "time startTime endTime deviceID deviceMetadata rawData dataProcessingMethod bizRules"
    ),
    sensorReport=_leaves(
        "type exception deviceID deviceMetadata rawData dataProcessingMethod time microorganism "
        "chemicalSubstance value component stringValue booleanValue hexBinaryValue uriValue "
        "minValue maxValue meanValue sDev percRank percValue uom coordinateReferenceSystem"
    ),
)
_ORDER: Final = _Order(
    {
        **_leaves("eventTime eventTimeZoneOffset certificationInfo parentID"),
        "epcList": _EPCS,
        "inputEPCList": _EPCS,
        "childEPCs": _EPCS,
        "quantityList": _QUANTITIES,
        "childQuantityList": _QUANTITIES,
        "inputQuantityList": _QUANTITIES,
        "outputEPCList": _EPCS,
        "outputQuantityList": _QUANTITIES,
        **_leaves("action transformationID bizStep disposition"),
        "persistentDisposition": _leaves("set unset"),
        "readPoint": _leaves("id"),
        "bizLocation": _leaves("id"),
        "sensorElementList": _Order(sensorElement=_SENSOR_ELEMENT),
    }
)
_LEFT_OUT: Final = frozenset({"type", "eventID", "recordTime", "errorDeclaration"})
_TEXT: Final = "#text"
_COMMENTS: Final = frozenset({"comment", "rdfs:comment", TYPES})
_TERMS: Final[Mapping[tuple[type[BaseModel] | None, str], VocabularyList]] = {
    (None, "biz_step"): VocabularyList.BIZ_STEP,
    (None, "disposition"): VocabularyList.DISPOSITION,
    (PersistentDisposition, "set"): VocabularyList.DISPOSITION,
    (PersistentDisposition, "unset"): VocabularyList.DISPOSITION,
    (BusinessTransaction, "type"): VocabularyList.BUSINESS_TRANSACTION_TYPE,
    (Source, "type"): VocabularyList.SOURCE_DEST_TYPE,
    (Destination, "type"): VocabularyList.SOURCE_DEST_TYPE,
    (ErrorDeclaration, "reason"): VocabularyList.ERROR_REASON,
    (SensorReport, "type"): VocabularyList.MEASUREMENT_TYPE,
    (SensorReport, "exception"): VocabularyList.SENSOR_ALERT_TYPE,
    (SensorReport, "component"): VocabularyList.COMPONENT,
}

_TIMES: Final = frozenset({"eventTime", "time", "startTime", "endTime"})
_PAIRS: Final = frozenset({"bizTransaction", "source", "destination"})
_PAIR_LISTS: Final = frozenset({f"{name}List" for name in _PAIRS})
_ITEM_NAMES: Final = {
    "inputEPC": "epc",
    "outputEPC": "epc",
    "childQuantity": "quantityElement",
    "inputQuantity": "quantityElement",
    "outputQuantity": "quantityElement",
}
_TERM_PREFIXES: Final = {
    "urn:epcglobal:cbv:bizstep:": "https://ref.gs1.org/cbv/BizStep-",
    "urn:epcglobal:cbv:disp:": "https://ref.gs1.org/cbv/Disp-",
    "urn:epcglobal:cbv:btt:": "https://ref.gs1.org/cbv/BTT-",
    "urn:epcglobal:cbv:sdt:": "https://ref.gs1.org/cbv/SDT-",
    "urn:epcglobal:cbv:er:": "https://ref.gs1.org/cbv/ER-",
}
# Digital Links with an escape, or with a character that needs one, are left as they are.
_UNREAD_LINK: Final = re.compile(r"https?://[^/?#]*/[^?#]*[%!()*+,:]")
_VOCABULARIES: Final = ("https://ref.gs1.org/cbv", "https://gs1.org/voc")


def prehash(event: EpcisEvent, namespaces: Namespaces) -> str:
    """Return the pre-hash string of an event.

    Args:
        event: the event, in any spelling.
        namespaces: prefixes in force inside it.
    """
    members = tuple(_of_part(event, namespaces))
    terms = frozenset(text for text in _texts(members) if text.startswith(_VOCABULARIES))
    hashed = (node for node in members if node.name not in _LEFT_OUT)
    known, left = _written(_regrouped(hashed), _ORDER, terms)
    return f"eventType={event.type}{known}{_rest(left, terms)}"


def _of_part(part: BaseModel, namespaces: Namespaces) -> Iterator[_Node]:
    """Yield the members of an event or of a part of it; a list as its member many times."""
    for attribute, field in type(part).model_fields.items():
        value = getattr(part, attribute)
        name = field.alias or attribute
        if name == "@context":
            continue
        vocabulary = _TERMS.get((type(part), attribute)) or _TERMS.get((None, attribute))
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, BaseModel):
                yield _Node(name, inside=tuple(_of_part(item, namespaces)))
            elif vocabulary is not None and isinstance(item, str) and ":" not in item:
                yield _Node(name, canonical_term(vocabulary, item))
            elif item is not None:
                yield _of_value(name, item, namespaces)
    yield from _of_members(part.model_extra or {}, namespaces)


def _of_members(members: Mapping[str, Any], namespaces: Namespaces) -> Iterator[_Node]:
    for key, value in members.items():
        if key in _COMMENTS or key == _TEXT:
            continue
        namespace, local = namespaces.expand(key)
        name = f"{{{gs1_vocabulary(namespace)}}}{local}" if namespace else key
        for item in value if isinstance(value, list | tuple) else (value,):
            yield _of_value(name, item, namespaces)


def _of_value(name: str, value: Any, namespaces: Namespaces) -> _Node:
    match value:
        case str():
            return _Node(name, gs1_vocabulary(expand(value, namespaces)))
        case Number():
            return _Node(name, value.text)
        case Mapping():
            inside = tuple(_of_members(value, namespaces))
            text = _of_value(_TEXT, value.get(_TEXT, ""), namespaces)
            if text.inside:  # it is not text
                return _Node(name, inside=(*inside, text))
            return _Node(name, text.text, inside)
        case list() | tuple():
            return _Node(name, inside=tuple(_of_item(item, namespaces) for item in value))
        case _:
            return _Node(name, str(value))


def _of_item(item: Any, namespaces: Namespaces) -> _Node:
    """Return the member of a list that is itself in a list: it has its type for a name."""
    name = item.get("type", "") if isinstance(item, Mapping) else ""
    return _of_value(str(name), item, namespaces)


def _texts(nodes: Iterable[_Node]) -> Iterator[str]:
    for node in nodes:
        yield node.text
        yield from _texts(node.inside)


def _regrouped(nodes: Iterable[_Node]) -> tuple[_Node, ...]:
    """Put the members of each list under one node, as XML has them."""
    lists: dict[str, list[_Node]] = {}
    others = []
    for node in nodes:
        if node.name in _PAIR_LISTS:
            lists.setdefault(node.name, []).append(node._replace(name=""))
        elif node.name == "childEPCs":
            lists.setdefault(node.name, []).append(node._replace(name="epc"))
        elif node.name.endswith("List"):
            item = node._replace(name=node.name.removesuffix("List"))
            lists.setdefault(node.name, []).append(item)
        else:
            others.append(node)
    grouped = [_Node(name, inside=tuple(items)) for name, items in lists.items()]
    return tuple(
        _Node(_item_name(node), node.text, _regrouped(node.inside)) for node in others + grouped
    )


def _item_name(node: _Node) -> str:
    if node.name == "quantity" and node.inside:
        return "quantityElement"
    return _ITEM_NAMES.get(node.name, node.name)


def _written(
    nodes: Sequence[_Node], order: _Order, terms: frozenset[str]
) -> tuple[str, list[_Node]]:
    """Write the members that have a place in the order.

    Returns:
        What is written, and the members, or parts of them, that are left.
    """
    own = _own_extensions(nodes)
    placed = {node.name for node in own} | order.keys()
    left = [node for node in nodes if node.name not in placed]
    text = ""
    for name, inner in order.items():
        strings = []
        for node in [node for node in nodes if node.name == name]:
            inside, rest = _written(node.inside, inner, terms)
            value = _time(node.text) if name in _TIMES else _value(node.text, terms)
            if value or inside:
                strings.append(f"{name}={value}{inside}" if value else name + inside)
            if rest:
                left.append(node._replace(inside=tuple(rest)))
        text += "".join(sorted(strings))
    return text + _rest(own, terms), left


def _own_extensions(nodes: Sequence[_Node]) -> list[_Node]:
    """Return the extensions that are written at the end of the part they stand in."""
    if len(nodes) <= 1 or any("eventTime" in n.name or "action" in n.name for n in nodes):
        return []
    return [node for node in nodes if "{" in node.name and "/}" in node.name]


def _rest(nodes: Sequence[_Node], terms: frozenset[str]) -> str:
    """Write members that have no place in the order."""
    strings = []
    for node in nodes:
        value = _value(node.text, terms)
        strings.append(node.name + (f"={value}" if value else "") + _rest(node.inside, terms))
    if not any(node.name in _PAIRS for node in nodes):
        strings.sort()
    return "".join(strings)


def _time(text: str) -> str:
    moment = instant(text)
    rounded = round(moment.microsecond, -3)
    return utc_milliseconds(moment, timedelta(microseconds=rounded - moment.microsecond))


def _value(text: str, terms: frozenset[str]) -> str:
    words = [term for term in terms if term.endswith(("-" + text, "/" + text))]
    text = (words[0] if len(words) == 1 else text).strip()
    for urn, web in _TERM_PREFIXES.items():
        text = text.replace(urn, web)
    text = _number(text)
    return text if _UNREAD_LINK.match(text) else hash_form(text)


def _number(text: str) -> str:
    try:
        number = float(text)
    except ValueError:
        return text
    if math.isnan(number):
        return text
    if math.isinf(number):
        return number_of(text)
    return str(int(number) if number.is_integer() else number)
