"""Parameters with fixed names about what sensors reported.

A field that may stand in the metadata of a sensor element or in a report is looked for in both.

References:
    EPCIS 2.0, section 8.2.7.1; conformance requirements, TCR-53
"""

from collections.abc import Callable, Mapping
from typing import Final

from epcis_core.findings import phrase
from epcis_core.model.namespaces import Namespaces
from epcis_core.query.conditions import Comparison, Condition, SensorMoment, SensorOneOf
from epcis_core.query.values import TRUTH, chosen, identifier, moment, refused, term
from epcis_core.vocabulary import VocabularyList

SensorReader = Callable[[str, list[str], Namespaces], Condition]
_TIMES: Final = ("time", "startTime", "endTime")
_URIS: Final = (
    "deviceID",
    "deviceMetadata",
    "rawData",
    "dataProcessingMethod",
    "bizRules",
    "microorganism",
    "chemicalSubstance",
    "uriValue",
)


def _type(_: str, given: list[str], namespaces: Namespaces) -> Condition:
    kinds = (term(VocabularyList.MEASUREMENT_TYPE, value, namespaces) for value in given)
    return SensorOneOf("type", tuple(kinds))


def _uri(field: str) -> SensorReader:
    def reader(name: str, given: list[str], _: Namespaces) -> Condition:
        return SensorOneOf(field, tuple(identifier(value, name) for value in given))

    return reader


def _text(_: str, given: list[str], __: Namespaces) -> Condition:
    return SensorOneOf("stringValue", tuple(given))


def _hexadecimal(name: str, given: list[str], _: Namespaces) -> Condition:
    for value in given:
        if not value or len(value) % 2 or set(value) - set("0123456789abcdefABCDEF"):
            raise refused(name, phrase("hexadecimal"), value)
    return SensorOneOf("hexBinaryValue", tuple(value.upper() for value in given))


def _boolean(name: str, given: list[str], _: Namespaces) -> Condition:
    return SensorOneOf("booleanValue", ("true" if chosen(TRUTH, name, given) else "false",))


def _time(field: str, comparison: Comparison) -> SensorReader:
    def reader(name: str, given: list[str], _: Namespaces) -> Condition:
        return SensorMoment(field, comparison, moment(name, given))

    return reader


SENSOR_PARAMETERS: Final[Mapping[str, SensorReader]] = {
    **{f"GE_{field}": _time(field, ">=") for field in _TIMES},
    **{f"LT_{field}": _time(field, "<") for field in _TIMES},
    "EQ_time": _time("time", "="),
    "EQ_type": _type,
    **{f"EQ_{field}": _uri(field) for field in _URIS},
    "EQ_stringValue": _text,
    "EQ_booleanValue": _boolean,
    "EQ_hexBinaryValue": _hexadecimal,
}
"""Each by its name."""
