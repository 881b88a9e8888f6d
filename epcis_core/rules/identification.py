"""Identifiers: well formed, with a right check digit, and of the level their field asks for.

References:
    CBV 2.0, section 8; GS1 General Specifications, section 7.9
"""

from collections.abc import Iterator
from typing import Final

from epcis_core.errors import IdentifierError
from epcis_core.findings import Finding, Where, finding
from epcis_core.identifiers import Level, canonical, level_of
from epcis_core.model.events import AssociationEvent, EpcisEvent
from epcis_core.model.references import Role, object_references

_CLASSES: Final = frozenset({Level.LOT, Level.CLASS})
_SHOWN: Final = {
    Level.INSTANCE: "one object (with a serial number)",
    Level.LOT: "a lot",
    Level.CLASS: "a class of objects",
    Level.PLACE: "a place",
    Level.PARTY: "a party",
    Level.DOCUMENT: "a document",
    Level.OTHER: "another thing",
}


def objects_are_identified(event: EpcisEvent) -> Iterator[Finding]:
    """Lists of EPCs hold single objects, quantity lists hold classes."""
    for reference in object_references(event):
        where = Where(pointer=reference.pointer)
        try:
            level = level_of(canonical(reference.uri))
        except IdentifierError as error:
            yield finding(error.code, at=where, **error.values)
            continue
        if level is Level.OTHER:
            continue
        is_parent = reference.role is Role.PARENT
        if reference.is_class:
            if level not in _CLASSES:
                yield finding(
                    "instance_in_quantity_list", at=where, actual=reference.uri, level=_SHOWN[level]
                )
        elif level in _CLASSES or (
            level in {Level.PLACE, Level.PARTY}
            and not (is_parent and isinstance(event, AssociationEvent))
        ):
            yield finding("not_an_instance", at=where, actual=reference.uri, level=_SHOWN[level])


def places_and_parties_are_identified(event: EpcisEvent) -> Iterator[Finding]:
    """Places, parties and documents that claim to be GS1 keys are well formed."""
    for pointer, uri in _named(event):
        try:
            canonical(uri)
        except IdentifierError as error:
            yield finding(error.code, at=Where(pointer=pointer), **error.values)


def _named(event: EpcisEvent) -> Iterator[tuple[str, str]]:
    for name, location in (
        ("readPoint", getattr(event, "read_point", None)),
        ("bizLocation", getattr(event, "biz_location", None)),
    ):
        if location is not None:
            yield f"/{name}/id", location.id
    for index, item in enumerate(getattr(event, "source_list", None) or ()):
        yield f"/sourceList/{index}/source", item.source
    for index, item in enumerate(getattr(event, "destination_list", None) or ()):
        yield f"/destinationList/{index}/destination", item.destination
    for index, item in enumerate(getattr(event, "biz_transaction_list", None) or ()):
        yield f"/bizTransactionList/{index}/bizTransaction", item.biz_transaction
    transformation = getattr(event, "transformation_id", None)
    if transformation is not None:
        yield "/transformationID", transformation
