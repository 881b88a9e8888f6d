"""Parameters whose name says more than which parameter it is: a type, a unit, or a field.

Each family has a form of its own, and what stands behind the family's words is taken whole: the
name of an extension field is never cut at its underscores.

References:
    EPCIS 2.0, section 8.2.7.1
"""

import difflib
import re
from collections.abc import Callable
from typing import Final

from epcis_core.findings import phrase
from epcis_core.identifiers import party_of, place_of
from epcis_core.model.namespaces import Namespaces
from epcis_core.query.attributes import DESCRIBED, described
from epcis_core.query.conditions import (
    Amount,
    Comparison,
    Condition,
    Entry,
    EntryList,
    Extension,
    Part,
    SensorNumber,
)
from epcis_core.query.names import QUALIFIED, field_names, is_field_name
from epcis_core.query.refusal import unknown_parameter
from epcis_core.query.values import identifier, numbers, operand, refused, single, term
from epcis_core.vocabulary import VocabularyList

COMPARISONS: Final[dict[str, Comparison]] = {
    "EQ": "=",
    "GT": ">",
    "GE": ">=",
    "LT": "<",
    "LE": "<=",
}
_ENTRY: Final = re.compile("EQ_(bizTransaction|source|destination)_(.+)")
_LISTS: Final[dict[str, tuple[EntryList, VocabularyList]]] = {
    "bizTransaction": ("transactions", VocabularyList.BUSINESS_TRANSACTION_TYPE),
    "source": ("sources", VocabularyList.SOURCE_DEST_TYPE),
    "destination": ("destinations", VocabularyList.SOURCE_DEST_TYPE),
}
_AMOUNT: Final = re.compile("(EQ|GT|GE|LT|LE)_quantity(?:_([A-Z0-9]{2,4}))?")
# The test cases of the standard leave out the unit of these; the rank of a percentile has none.
_READING: Final = re.compile(
    "(EQ|GT|GE|LT|LE)_(?:(value|minValue|maxValue|meanValue)_([A-Z0-9]{2,4})"
    "|(sDev|percValue)(?:_([A-Z0-9]{2,4}))?|(percRank))"
)
PARTS: Final[dict[str, Part]] = {
    "ILMD": Part.ILMD,
    "ERROR_DECLARATION": Part.ERROR_DECLARATION,
    "SENSORELEMENT": Part.SENSOR_ELEMENT,
    "SENSORMETADATA": Part.SENSOR_METADATA,
    "SENSORREPORT": Part.SENSOR_REPORT,
    "readPoint": Part.READ_POINT,
    "bizLocation": Part.BIZ_LOCATION,
}
_FIELD: Final = re.compile(f"(EQ|GT|GE|LT|LE|EXISTS)_(INNER_)?(?:({'|'.join(PARTS)})_)?(.+)")
_CAPITALS: Final = re.compile("[A-Z]{3,}(?:_[A-Z]+)*(?=_)")

FAMILIES: Final[dict[str, str]] = {
    _ENTRY.pattern: "with an entry of this type that has one of these identifiers",
    _AMOUNT.pattern: "with such a quantity; with a unit of UN/ECE Rec 20 at the end, converted",
    _READING.pattern: "with such a reading of a sensor, converted to the unit at the end",
    DESCRIBED: "whose field names something that master data describe so",
    f"(EQ|GT|GE|LT|LE|EXISTS)_(INNER_)?(({'|'.join(PARTS)})_)?{QUALIFIED}": (
        "with such an extension field, `prefix:local` or `namespace#local`: in the event itself or "
        "in the part before it, with `INNER_` at any depth below a field there"
    ),
}
"""What the parameters of each family find, by the pattern of their names."""

Flag = Callable[[str, list[str]], bool]


def of_family(
    name: str, given: list[str], namespaces: Namespaces, flag: Flag
) -> list[Condition] | None:
    """Read a parameter of any family.

    Args:
        name: of the parameter.
        given: its values.
        namespaces: the prefixes that the query knows.
        flag: reads the value of a parameter that asks whether something is there.

    Returns:
        What it asks for, which may be nothing; None for a parameter of no family.

    Raises:
        ParameterError: the name is nearly one of a family, or a value is none.
    """
    if match := _ENTRY.fullmatch(name):
        return [_entry(match[1], match[2], name, given, namespaces)]
    if match := _AMOUNT.fullmatch(name):
        comparison = COMPARISONS[match[1]]
        return [Amount(comparison, numbers(name, _one(comparison, name, given)), match[2])]
    if match := _READING.fullmatch(name):
        comparison = COMPARISONS[match[1]]
        field = match[2] or match[4] or match[6]
        compared = numbers(name, _one(comparison, name, given))
        return [SensorNumber(field, comparison, compared, match[3] or match[5])]
    about = described(name, given, namespaces)
    if about is not None:
        return [about]
    return _extension(name, given, namespaces, flag)


def _one(comparison: Comparison, name: str, given: list[str]) -> list[str]:
    """Return the values: several for `=`, else the only one."""
    return given if comparison == "=" else [single(name, given)]


def _entry(which: str, kind: str, name: str, given: list[str], namespaces: Namespaces) -> Entry:
    entries, vocabulary = _LISTS[which]
    known = term(vocabulary, kind, namespaces)
    uris = (identifier(value, name) for value in given)
    if entries == "transactions":
        return Entry(entries, known, tuple(uris))
    named = place_of if known == "location" else party_of
    return Entry(entries, known, tuple(named(uri) or uri for uri in uris))


def _extension(
    name: str, given: list[str], namespaces: Namespaces, flag: Flag
) -> list[Condition] | None:
    match = _FIELD.fullmatch(name)
    if match is None:
        return None
    kind, inner, part, field = match.groups()
    is_inner = bool(inner)
    if not is_field_name(field, is_inner=is_inner):
        return None
    _check_part(name, kind, inner or "", field)
    found = Extension(PARTS[part] if part else Part.EVENT, is_inner, field_names(field, namespaces))
    if kind == "EXISTS":
        return [found] if flag(name, given) else []
    comparison = COMPARISONS[kind]
    operands = tuple(operand(value) for value in _one(comparison, name, given))
    if comparison != "=" and operands[0].number is None and operands[0].moment is None:
        raise refused(name, phrase("a_number_or_moment"), given[0])
    return [Extension(found.part, is_inner, found.names, comparison, operands)]


def _check_part(name: str, kind: str, inner: str, field: str) -> None:
    """Refuse a field whose name begins with what is nearly the name of a part."""
    capitals = _CAPITALS.match(field)
    if capitals is None:
        return
    near = difflib.get_close_matches(capitals[0], [*PARTS, "INNER"], n=1, cutoff=0.6)
    if near:
        rest = field[capitals.end() :]
        raise unknown_parameter(name, [f"{kind}_{inner}{near[0]}{rest}"], cutoff=0.0)
