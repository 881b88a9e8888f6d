"""Identifiers: well formed, with a right check digit, and of the level their field asks for.

References:
    CBV 2.0, section 8; GS1 General Specifications, section 7.9
"""

from collections.abc import Iterator
from itertools import chain
from typing import Final

from epcis_core.errors import IdentifierError
from epcis_core.findings import Finding, Path, Where, finding, phrase, pointer_of
from epcis_core.identifiers import Level, canonical, parse_level
from epcis_core.model.base import json_name
from epcis_core.model.elements import SensorMetadata, SensorReport
from epcis_core.model.events import AssociationEvent, EpcisEvent
from epcis_core.model.references import ObjectList, Role, object_lists

_CLASSES: Final = frozenset({Level.LOT, Level.CLASS})
_PLACES: Final = frozenset({Level.PLACE, Level.PARTY})
_OBJECTS: Final = frozenset(Level) - _CLASSES - _PLACES
_OBJECTS_OR_PLACES: Final = frozenset(Level) - _CLASSES
_CLASSES_OR_UNKNOWN: Final = _CLASSES | {Level.OTHER}
_OF_SENSORS: Final = (
    "device_id",
    "device_metadata",
    "raw_data",
    "data_processing_method",
    "biz_rules",
    "microorganism",
    "chemical_substance",
    "coordinate_reference_system",
    "uri_value",
)
"""Members of sensor elements that are URIs."""


def objects_are_identified(event: EpcisEvent) -> Iterator[Finding]:
    """Lists of EPCs hold single objects, quantity lists hold classes.

    The parent of an AssociationEvent may also be a place. Identifiers of other systems are taken as
    they are.
    """
    for listed in object_lists(event):
        right = _levels(event, listed)
        for index, uri in enumerate(listed.uris(event)):
            try:
                level = parse_level(uri)
            except IdentifierError as error:
                yield finding(error.code, at=Where(pointer=listed.pointer(index)), **error.values)
                continue
            if level not in right:
                code = "instance_in_quantity_list" if listed.is_class else "not_an_instance"
                at = Where(pointer=listed.pointer(index))
                yield finding(code, at=at, actual=uri, level=phrase(f"level_{level}"))


def _levels(event: EpcisEvent, listed: ObjectList) -> frozenset[Level]:
    """Return what identifiers in a list may stand for."""
    if listed.is_class:
        return _CLASSES_OR_UNKNOWN
    if listed.role is Role.PARENT and isinstance(event, AssociationEvent):
        return _OBJECTS_OR_PLACES
    return _OBJECTS


def places_and_parties_are_identified(event: EpcisEvent) -> Iterator[Finding]:
    """Places, parties, documents and devices that claim to be GS1 keys are well formed."""
    for uri, path in chain(_named(event), _measured(event)):
        try:
            canonical(uri)
        except IdentifierError as error:
            yield finding(error.code, at=Where(pointer=pointer_of(path)), **error.values)


def _named(event: EpcisEvent) -> Iterator[tuple[str, Path]]:
    """Yield identifiers of places, parties and documents, each with its path from the event."""
    given = vars(event).get
    for name, attribute in (("readPoint", "read_point"), ("bizLocation", "biz_location")):
        location = given(attribute)
        if location is not None:
            yield location.id, (name, "id")
    for index, source in enumerate(given("source_list") or ()):
        yield source.source, ("sourceList", index, "source")
    for index, destination in enumerate(given("destination_list") or ()):
        yield destination.destination, ("destinationList", index, "destination")
    for index, transaction in enumerate(given("biz_transaction_list") or ()):
        yield transaction.biz_transaction, ("bizTransactionList", index, "bizTransaction")
    transformation = given("transformation_id")
    if transformation is not None:
        yield transformation, ("transformationID",)


def _measured(event: EpcisEvent) -> Iterator[tuple[str, Path]]:
    """Yield what sensor elements name: devices, data, substances."""
    for index, element in enumerate(vars(event).get("sensor_element_list") or ()):
        parts: list[tuple[Path, SensorMetadata | SensorReport | None]] = [
            (("sensorMetadata",), element.sensor_metadata)
        ]
        parts += [(("sensorReport", n), one) for n, one in enumerate(element.sensor_report)]
        for path, part in parts:
            given = {} if part is None else vars(part)
            for attribute in _OF_SENSORS:
                if (uri := given.get(attribute)) is not None:
                    yield uri, ("sensorElementList", index, *path, json_name(attribute))
