"""Identifiers: well formed, with a right check digit, and of the level their field asks for.

References:
    CBV 2.0, section 8; GS1 General Specifications, section 7.9
"""

from collections.abc import Iterator
from typing import Final

from epcis_core.errors import IdentifierError
from epcis_core.findings import Finding, Where, finding, phrase
from epcis_core.identifiers import Level, canonical, level_of
from epcis_core.model.base import json_name
from epcis_core.model.elements import SensorMetadata, SensorReport
from epcis_core.model.events import AssociationEvent, EpcisEvent
from epcis_core.model.references import ObjectReference, Role, object_references

_CLASSES: Final = frozenset({Level.LOT, Level.CLASS})
_PLACES: Final = frozenset({Level.PLACE, Level.PARTY})
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
    for reference in object_references(event):
        at = Where(pointer=reference.pointer)
        try:
            canonical(reference.uri)
        except IdentifierError as error:
            yield finding(error.code, at=at, **error.values)
            continue
        level = level_of(reference.uri)
        if level is not Level.OTHER and not _fits(event, reference, level):
            code = "instance_in_quantity_list" if reference.is_class else "not_an_instance"
            yield finding(code, at=at, actual=reference.uri, level=phrase(f"level_{level}"))


def _fits(event: EpcisEvent, reference: ObjectReference, level: Level) -> bool:
    if reference.is_class:
        return level in _CLASSES
    if reference.role is Role.PARENT and isinstance(event, AssociationEvent):
        return level not in _CLASSES
    return level not in _CLASSES | _PLACES


def places_and_parties_are_identified(event: EpcisEvent) -> Iterator[Finding]:
    """Places, parties, documents and devices that claim to be GS1 keys are well formed."""
    for pointer, uri in (*_named(event), *_measured(event)):
        try:
            canonical(uri)
        except IdentifierError as error:
            yield finding(error.code, at=Where(pointer=pointer), **error.values)


def _named(event: EpcisEvent) -> Iterator[tuple[str, str]]:
    for name, attribute in (("readPoint", "read_point"), ("bizLocation", "biz_location")):
        location = getattr(event, attribute, None)
        if location is not None:
            yield f"/{name}/id", location.id
    for index, source in enumerate(getattr(event, "source_list", None) or ()):
        yield f"/sourceList/{index}/source", source.source
    for index, destination in enumerate(getattr(event, "destination_list", None) or ()):
        yield f"/destinationList/{index}/destination", destination.destination
    for index, transaction in enumerate(getattr(event, "biz_transaction_list", None) or ()):
        yield f"/bizTransactionList/{index}/bizTransaction", transaction.biz_transaction
    transformation = getattr(event, "transformation_id", None)
    if transformation is not None:
        yield "/transformationID", transformation


def _measured(event: EpcisEvent) -> Iterator[tuple[str, str]]:
    """Yield what sensor elements name: devices, data, substances."""
    for index, element in enumerate(getattr(event, "sensor_element_list", None) or ()):
        base = f"/sensorElementList/{index}"
        parts: list[tuple[str, SensorMetadata | SensorReport | None]] = [
            (f"{base}/sensorMetadata", element.sensor_metadata)
        ]
        parts += [(f"{base}/sensorReport/{n}", one) for n, one in enumerate(element.sensor_report)]
        for pointer, part in parts:
            for attribute in _OF_SENSORS:
                if (uri := getattr(part, attribute, None)) is not None:
                    yield f"{pointer}/{json_name(attribute)}", uri
