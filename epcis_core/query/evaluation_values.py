"""Values of an event compared in memory: extensions of any shape, amounts, terms.

The store works out the same from rows, in another way; see `epcis_core.query.evaluation`.

References:
    EPCIS 2.0, section 8.2.7.1
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from epcis_core.model.base import Number
from epcis_core.model.events import EpcisEvent
from epcis_core.model.master_data import attribute_name, element_key
from epcis_core.model.namespaces import TYPES, Namespaces
from epcis_core.query.conditions import Amount, Comparison, Extension, Operand, Part, SensorNumber
from epcis_core.query.values import moment_in, number_in
from epcis_core.vocabulary import VocabularyList, bare_word, to_base, unit

_CONTENT: Final = ("#text", "@value")
"""Members that hold what an extension element or a value object of JSON-LD says."""


def compares(value: Any, comparison: Comparison, other: Any) -> bool:
    """Tell whether a value stands to another as asked."""
    match comparison:
        case "=":
            return bool(value == other)
        case ">":
            return bool(value > other)
        case ">=":
            return bool(value >= other)
        case "<":
            return bool(value < other)
        case "<=":
            return bool(value <= other)


def spelled(vocabulary: VocabularyList, written: str, namespaces: Namespaces) -> set[str]:
    """Return what a term may be called: as written, and with its prefix spelled out."""
    whole = "".join(namespaces.expand(written))
    return {bare_word(vocabulary, written), bare_word(vocabulary, whole)}


def measures(number: Number, uom: str | None, asked: Amount | SensorNumber) -> bool:
    """Tell whether an amount compares with one of some numbers as asked, in their unit."""
    if asked.uom is None:
        return any(compares(number.value, asked.comparison, one) for one in asked.numbers)
    if uom is None:
        return False
    is_difference = isinstance(asked, SensorNumber) and asked.is_difference
    mine = _in_base(number.value, uom, is_difference=is_difference)
    for one in asked.numbers:
        theirs = _in_base(one, asked.uom, is_difference=is_difference)
        if mine is None or theirs is None:
            if uom == asked.uom and compares(number.value, asked.comparison, one):
                return True
        elif mine[0] == theirs[0] and compares(mine[1], asked.comparison, theirs[1]):
            return True
    return False


def _in_base(value: Decimal, uom: str, *, is_difference: bool) -> tuple[str, Fraction] | None:
    known = unit(uom)
    found = to_base(value, uom)
    if known is None or found is None:
        return None
    return found[0], found[1] - known.offset if is_difference else found[1]


def has_field(event: EpcisEvent, asked: Extension, namespaces: Namespaces) -> bool:
    """Tell whether an event has an extension field that is as asked."""
    for members in _standing_in(event, asked.part):
        for value in _named(members, asked.names, namespaces, is_inner=asked.is_inner):
            if asked.comparison is None:
                if _is_something(value):
                    return True
            elif any(_is_as_asked(one, asked) for one in _scalars(value)):
                return True
    return False


def own_values(event: EpcisEvent, names: tuple[str, ...], namespaces: Namespaces) -> Iterator[Any]:
    """Yield the plain values of an extension field that stands directly in an event."""
    for value in _named(event.extensions, names, namespaces, is_inner=False):
        yield from _scalars(value)


def first_value(
    event: EpcisEvent, names: tuple[str, ...], namespaces: Namespaces
) -> tuple[int, Any]:
    """Return by what an event is ordered: the first value of a field, behind its kind."""
    for value in own_values(event, names, namespaces):
        if isinstance(value, Number):
            return 1, float(value.value)
        if isinstance(value, bool):
            return 3, str(value).lower()
        number, at = number_in(value), moment_in(value)
        if number is not None:
            return 1, float(number)
        return (2, at) if at is not None else (3, value)
    return 0, 0


def _standing_in(event: EpcisEvent, part: Part) -> Iterator[Mapping[str, Any]]:
    """Yield the extension members of each thing in an event that is of a part."""
    elements = getattr(event, "sensor_element_list", None) or ()
    things: Iterable[Any]
    match part:
        case Part.ILMD:
            yield getattr(event, "ilmd", None) or {}
            return
        case Part.EVENT:
            things = [event]
        case Part.ERROR_DECLARATION:
            things = [event.error_declaration]
        case Part.READ_POINT | Part.BIZ_LOCATION:
            things = [getattr(event, part.value, None)]
        case Part.SENSOR_ELEMENT:
            things = elements
        case Part.SENSOR_METADATA:
            things = [element.sensor_metadata for element in elements]
        case Part.SENSOR_REPORT:
            things = [report for element in elements for report in element.sensor_report]
    for thing in things:
        if thing is not None:
            yield {name: value for name, value in thing.extensions.items() if name != TYPES}


def _named(
    members: Mapping[str, Any], names: tuple[str, ...], namespaces: Namespaces, *, is_inner: bool
) -> Iterator[Any]:
    """Yield the values of the members of some names: directly there, or below all that are."""
    for written, value in members.items():
        if is_inner:
            yield from _below(value, names, namespaces)
        elif {written, attribute_name(written, namespaces)} & {*names}:
            yield value


def _below(value: Any, names: tuple[str, ...], namespaces: Namespaces) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        for one in value:
            yield from _below(one, names, namespaces)
    elif isinstance(value, dict):
        inner = {name: one for name, one in value.items() if not _is_content(name, one)}
        yield from _named(inner, names, namespaces, is_inner=False)
        yield from _named(inner, names, namespaces, is_inner=True)


def _scalars(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        for one in value:
            yield from _scalars(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if _is_content(name, one):
                yield one
    elif value is not None:
        yield value


def _is_content(name: str, value: Any) -> bool:
    """Tell whether a member is what its element says, and no field of its own."""
    return name in _CONTENT and isinstance(value, str | bool | Number)


def _is_something(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_is_something(one) for one in value)
    return isinstance(value, bool | Number) or bool(value)


def _is_as_asked(value: Any, asked: Extension) -> bool:
    comparison = asked.comparison or "="
    return any(_compares_with(value, comparison, one) for one in asked.operands)


def _compares_with(value: Any, comparison: Comparison, other: Operand) -> bool:
    if isinstance(value, Number):
        return other.number is not None and compares(value.value, comparison, other.number)
    if isinstance(value, bool):
        return comparison == "=" and other.key == ("true" if value else "false")
    if comparison == "=" and element_key(value) == other.key:
        return True
    number, at = number_in(value), moment_in(value)
    if comparison != "=" and number is not None and other.number is not None:
        return compares(number, comparison, other.number)
    return at is not None and other.moment is not None and compares(at, comparison, other.moment)
