"""The pre-hash string by the rules as published.

One table says, for every part of an event, in which order its members stand and how each is
written; the five event types share it.

References:
    CBV 2.0, section 8.9.1 (order) and 8.9.2 (rules)
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import BaseModel

from epcis_core.event_hash.spelling import (
    IS_COMMENT,
    Spell,
    member_name,
    number_of,
    term_of,
    text_of,
    time_of,
    uri_of,
    uris_of,
)
from epcis_core.model.base import Number
from epcis_core.model.events import EVENT_TYPES, EpcisEvent, ExtensionEvent
from epcis_core.model.namespaces import Namespaces
from epcis_core.vocabulary import VocabularyList

_Write = Callable[[Any, Namespaces], str]
_Rows = tuple[tuple[str, _Write], ...]


def prehash(event: EpcisEvent, namespaces: Namespaces) -> str:
    """Return the pre-hash string of an event.

    Args:
        event: the event, in any spelling.
        namespaces: prefixes in force inside it.
    """
    return _members(event, _ROWS[type(event)], namespaces)


def _extensions(members: Mapping[str, Any], namespaces: Namespaces) -> str:
    """Write members of other namespaces, in order of what is written.

    Each value stands on its own: a list is its member as often as it has values.
    """
    if "@context" in members:
        namespaces = Namespaces.of_context(members["@context"], namespaces)
    pieces = []
    for name, value in members.items():
        full = member_name(name, namespaces)
        if full not in IS_COMMENT:
            for item in value if isinstance(value, list | tuple) else (value,):
                content = _content(item, namespaces)
                if content:
                    pieces.append(full + content)
    pieces.sort()
    return "".join(pieces)


def _content(value: Any, namespaces: Namespaces) -> str:
    """Write what stands behind a name; nothing for what is empty."""
    if isinstance(value, str):
        text = text_of(value, namespaces)
    elif isinstance(value, Mapping):
        return _extensions(value, namespaces)
    elif isinstance(value, list | tuple):
        return "".join(sorted([_content(item, namespaces) for item in value]))
    elif isinstance(value, bool):
        text = _boolean(value)
    elif value is None:
        return ""
    else:
        text = number_of(value.text if isinstance(value, Number) else str(value))
    return f"={text}" if text else ""


def _boolean(value: bool) -> str:  # noqa: FBT001 - it is the value
    return "true" if value else "false"


def _leaf(key: str, spell: Spell) -> _Write:
    def write(value: Any, namespaces: Namespaces) -> str:
        text = spell(value, namespaces)
        return f"{key}={text}" if text else ""

    return write


def _uri(key: str) -> _Write:
    return lambda value, namespaces: f"{key}={uri_of(value, namespaces)}"


def _uris(key: str) -> _Write:
    """Write a list of URIs."""

    def write_all(values: Any, namespaces: Namespaces) -> str:
        start = f"{key}="
        written = [start + uri for uri in uris_of(values, namespaces)]
        written.sort()
        return "".join(written)

    return write_all


def _plain(key: str) -> _Write:
    return _leaf(key, lambda text, _: text.strip())


def _word(key: str) -> _Write:
    """Write a text that the model takes without blanks only."""
    return lambda text, _: f"{key}={text}"


def _time(key: str) -> _Write:
    return lambda value, _: f"{key}={time_of(value)}"


def _number(key: str) -> _Write:
    return lambda value, _: f"{key}={number_of(value.text)}"


def _term(key: str, vocabulary: VocabularyList) -> _Write:
    return _leaf(key, term_of(vocabulary))


def _sorted(write: _Write) -> _Write:
    """Write the members of a list, each by itself, in order of what is written."""

    def write_all(values: Any, namespaces: Namespaces) -> str:
        return "".join(sorted([write(value, namespaces) for value in values]))

    return write_all


def _under(key: str, write: _Write) -> _Write:
    """Write a parent: its name, once, and what is in it; nothing if there is nothing."""

    def write_parent(value: Any, namespaces: Namespaces) -> str:
        text = write(value, namespaces)
        return key + text if text else ""

    return write_parent


def _part(*rows: tuple[str, _Write]) -> _Write:
    return lambda part, namespaces: _members(part, rows, namespaces)


def _members(part: BaseModel, rows: _Rows, namespaces: Namespaces) -> str:
    """Write the members of a part of an event in the order given, its extensions at the end."""
    members = vars(part)
    text = "".join(
        [
            write(value, namespaces)
            for attribute, write in rows
            if (value := members[attribute]) is not None
        ]
    )
    extensions = part.model_extra
    return text + _extensions(extensions, namespaces) if extensions else text


def _quantities(elements: Any, namespaces: Namespaces) -> str:
    """Write amounts of classes: many events hold nothing else."""
    written = []
    for element in elements:
        text = f"quantityElementepcClass={uri_of(element.epc_class, namespaces)}"
        if element.quantity is not None:
            text += f"quantity={number_of(element.quantity.text)}"
        if element.uom is not None:
            text += f"uom={element.uom}"
        written.append(text)
    written.sort()
    return "".join(written)


def _location(location: Any, namespaces: Namespaces) -> str:
    text = f"id={uri_of(location.id, namespaces)}"
    extensions = location.model_extra
    return text + _extensions(extensions, namespaces) if extensions else text


def _one_or_many(values: str | tuple[str, ...], namespaces: Namespaces) -> str:
    return _certifications((values,) if isinstance(values, str) else values, namespaces)


_certifications: Final = _uris("certificationInfo")
_epcs: Final = _uris("epc")
_sensor_metadata: Final = _part(
    ("time", _time("time")),
    ("start_time", _time("startTime")),
    ("end_time", _time("endTime")),
    ("device_id", _uri("deviceID")),
    ("device_metadata", _uri("deviceMetadata")),
    ("raw_data", _uri("rawData")),
    ("data_processing_method", _uri("dataProcessingMethod")),
    ("biz_rules", _uri("bizRules")),
)
_sensor_report: Final = _part(
    ("type", _term("type", VocabularyList.MEASUREMENT_TYPE)),
    ("exception", _term("exception", VocabularyList.SENSOR_ALERT_TYPE)),
    ("device_id", _uri("deviceID")),
    ("device_metadata", _uri("deviceMetadata")),
    ("raw_data", _uri("rawData")),
    ("data_processing_method", _uri("dataProcessingMethod")),
    # The standard's list passes this one over; it stands where sensorMetadata has it.
    ("biz_rules", _uri("bizRules")),
    ("time", _time("time")),
    ("microorganism", _uri("microorganism")),
    ("chemical_substance", _uri("chemicalSubstance")),
    ("value", _number("value")),
    ("component", _term("component", VocabularyList.COMPONENT)),
    ("string_value", _leaf("stringValue", text_of)),
    ("boolean_value", lambda value, _: f"booleanValue={_boolean(value)}"),
    ("hex_binary_value", _plain("hexBinaryValue")),
    ("uri_value", _uri("uriValue")),
    ("min_value", _number("minValue")),
    ("max_value", _number("maxValue")),
    ("mean_value", _number("meanValue")),
    ("s_dev", _number("sDev")),
    ("perc_rank", _number("percRank")),
    ("perc_value", _number("percValue")),
    ("uom", _plain("uom")),
    ("coordinate_reference_system", _uri("coordinateReferenceSystem")),
)
_sensor_element: Final = _part(
    ("sensor_metadata", _under("sensorMetadata", _sensor_metadata)),
    ("sensor_report", _sorted(_under("sensorReport", _sensor_report))),
)
_transaction: Final = _part(
    ("biz_transaction", _uri("bizTransaction")),
    ("type", _term("type", VocabularyList.BUSINESS_TRANSACTION_TYPE)),
)
_source: Final = _part(
    ("source", _uri("source")), ("type", _term("type", VocabularyList.SOURCE_DEST_TYPE))
)
_destination: Final = _part(
    ("destination", _uri("destination")), ("type", _term("type", VocabularyList.SOURCE_DEST_TYPE))
)
_persistent_disposition: Final = _part(
    ("set", _sorted(_term("set", VocabularyList.DISPOSITION))),
    ("unset", _sorted(_term("unset", VocabularyList.DISPOSITION))),
)

_ORDER: Final[_Rows] = (
    ("type", _uri("eventType")),
    ("event_time", _time("eventTime")),
    ("event_time_zone_offset", _word("eventTimeZoneOffset")),
    ("certification_info", _one_or_many),
    ("epc_list", _under("epcList", _epcs)),
    ("parent_id", _uri("parentID")),
    ("input_epc_list", _under("inputEPCList", _epcs)),
    ("child_epcs", _under("childEPCs", _epcs)),
    ("quantity_list", _under("quantityList", _quantities)),
    ("child_quantity_list", _under("childQuantityList", _quantities)),
    ("input_quantity_list", _under("inputQuantityList", _quantities)),
    ("output_epc_list", _under("outputEPCList", _epcs)),
    ("output_quantity_list", _under("outputQuantityList", _quantities)),
    ("action", _word("action")),
    ("transformation_id", _uri("transformationID")),
    ("biz_step", _term("bizStep", VocabularyList.BIZ_STEP)),
    ("disposition", _term("disposition", VocabularyList.DISPOSITION)),
    ("persistent_disposition", _under("persistentDisposition", _persistent_disposition)),
    ("read_point", _under("readPoint", _location)),
    ("biz_location", _under("bizLocation", _location)),
    ("biz_transaction_list", _under("bizTransactionList", _sorted(_transaction))),
    ("source_list", _under("sourceList", _sorted(_source))),
    ("destination_list", _under("destinationList", _sorted(_destination))),
    (
        "sensor_element_list",
        _under("sensorElementList", _sorted(_under("sensorElement", _sensor_element))),
    ),
    ("ilmd", _under("ilmd", _extensions)),
)

_MODELS: Final[tuple[type[EpcisEvent], ...]] = (*EVENT_TYPES.values(), ExtensionEvent)
_ROWS: Final[Mapping[type[EpcisEvent], _Rows]] = {
    model: tuple(row for row in _ORDER if row[0] in model.model_fields) for model in _MODELS
}
