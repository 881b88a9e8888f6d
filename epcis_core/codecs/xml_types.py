"""The types that XML gives to extensions and JSON has no words for, kept beside the event.

A number or a boolean of XML Schema is one in JSON; the type of a number is told beside it where
`usual_type` would give it another one. With any other `xsi:type` the value in JSON is what it is
without, as in GS1's own documents in both syntaxes. The type is told by the member `TYPES` of the
event or document, a list of objects in order of their `at`:

    {"at": "/ex:harvested", "is": "xsd:date"}

`at` is the JSON Pointer of the value. `is` is the type: `xsd:` and the name of a type of XML
Schema, or the name of another type with a prefix, as extensions have it. The mark says nothing of
what happened and is no part of a hash.

References:
    EPCIS 2.0, section 9.5; XML Schema 1.0 part 1, section 2.6.1 (xsi:type)
"""

from collections.abc import Mapping
from typing import Any, Final

from epcis_core.codecs.xml_values import BUILT_IN_TYPES, SCHEMA_TYPES, is_of_schema_type
from epcis_core.model.base import Number
from epcis_core.model.namespaces import TYPES

_SCHEMA: Final = "xsd:"
_ANY: Final = "anyType"


def types_in(value: Any) -> dict[str, str] | None:
    """Return the type of each value by its pointer; None for what is no mark as it is made here.

    >>> types_in([{"at": "/ex:a", "is": "xsd:date"}]), types_in("xsd:date")
    ({'/ex:a': 'xsd:date'}, None)
    """
    if not isinstance(value, list | tuple) or not value:
        return None
    found: dict[str, str] = {}
    for one in value:
        if not isinstance(one, dict) or one.keys() != {"at", "is"}:
            return None
        if not (isinstance(one["at"], str) and isinstance(one["is"], str)):
            return None
        found[one["at"]] = one["is"]
    return found if list(value) == mark_of(found) else None


def mark_of(types: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the value of the mark for the types of values by their pointers."""
    return [{"at": at, "is": types[at]} for at in sorted(types)]


def add_types(members: dict[str, Any], types: Mapping[str, str]) -> bool:
    """Put the mark into an event or document, and tell whether it fits what stands there."""
    if not types:
        return True
    told = types_in(members[TYPES]) if TYPES in members else {}
    if told is None:
        return False
    members[TYPES] = mark_of({**told, **types})
    return True


def schema_type(name: str) -> str | None:
    """Return the local name of a type of XML Schema; None for another type.

    >>> schema_type("xsd:date"), schema_type("ex:Grade")
    ('date', None)
    """
    local = name.removeprefix(_SCHEMA)
    return local if local != name and local in BUILT_IN_TYPES else None


def usual_type(number: str) -> str:
    """Return the local name of the type that a number is written with, unless another is told.

    >>> [usual_type(number) for number in ("7", "7.0", "7e0")]
    ['integer', 'decimal', 'double']
    """
    if "e" in number or "E" in number:
        return "double"
    return "decimal" if "." in number else "integer"


def may_hold(local: str, value: Any, *, is_plain: bool) -> bool:
    """Tell whether an element of a type of XML Schema is read as a value, with its type kept.

    Args:
        local: name of the type.
        value: what the element says.
        is_plain: it has no attributes beside `xsi:type`.

    >>> may_hold("double", "INF", is_plain=True), may_hold("double", "7", is_plain=True)
    (True, False)
    >>> [may_hold(local, Number("7"), is_plain=True) for local in ("double", "integer", "date")]
    [True, False, False]
    """
    if local == _ANY:
        return value is None or isinstance(value, str | dict)
    if not is_plain or not (value is None or isinstance(value, str | Number)):
        return False
    if value is None:
        return True
    read = SCHEMA_TYPES.get(local)
    if isinstance(value, Number):
        return read is not None and read(value.text) == value and local != usual_type(value.text)
    return is_of_schema_type(local, value) and (read is None or isinstance(read(value), str))
