"""Which objects an event names, in which part it names them, and how much of them.

One walk over the five event types, for everybody who needs it: the rules, the hash's look-ups, the
rows of the ledger, provenance.
"""

from enum import StrEnum
from typing import Final, NamedTuple

from epcis_core.model.base import Number
from epcis_core.model.elements import QuantityElement
from epcis_core.model.events import (
    AggregationEvent,
    AssociationEvent,
    EpcisEvent,
    ObjectEvent,
    TransactionEvent,
    TransformationEvent,
)


class Role(StrEnum):
    """The part an object plays in an event."""

    EPC = "epc"
    PARENT = "parent"
    CHILD = "child"
    INPUT = "input"
    OUTPUT = "output"


ROLES: Final = {role.value: role for role in Role}
"""The roles by their values; ten times as fast as asking the enumeration."""


class ObjectReference(NamedTuple):
    """One object or class that an event names.

    Attributes:
        role: the part it plays.
        uri: its identifier as written.
        pointer: JSON Pointer of the identifier from the event's root.
        is_class: it stands in a quantity list, and so should be a class and not an instance.
        quantity: how much of the class; None where none is given.
        uom: the quantity's unit, UN/ECE Rec 20; None for a count.
    """

    role: Role
    uri: str
    pointer: str
    is_class: bool = False
    quantity: Number | None = None
    uom: str | None = None


def object_references(event: EpcisEvent) -> list[ObjectReference]:
    """Return every object an event names, parent first, then in the order of the standard."""
    match event:
        case ObjectEvent():
            return [
                *_instances(Role.EPC, event.epc_list, "epcList"),
                *_classes(Role.EPC, event.quantity_list, "quantityList"),
            ]
        case TransactionEvent():
            return [
                *_parent(event.parent_id),
                *_instances(Role.EPC, event.epc_list, "epcList"),
                *_classes(Role.EPC, event.quantity_list, "quantityList"),
            ]
        case AggregationEvent() | AssociationEvent():
            return [
                *_parent(event.parent_id),
                *_instances(Role.CHILD, event.child_epcs, "childEPCs"),
                *_classes(Role.CHILD, event.child_quantity_list, "childQuantityList"),
            ]
        case TransformationEvent():
            return [
                *_instances(Role.INPUT, event.input_epc_list, "inputEPCList"),
                *_classes(Role.INPUT, event.input_quantity_list, "inputQuantityList"),
                *_instances(Role.OUTPUT, event.output_epc_list, "outputEPCList"),
                *_classes(Role.OUTPUT, event.output_quantity_list, "outputQuantityList"),
            ]
    return []


def _parent(uri: str | None) -> list[ObjectReference]:
    return [] if uri is None else [ObjectReference(Role.PARENT, uri, "/parentID")]


def _instances(role: Role, uris: tuple[str, ...] | None, name: str) -> list[ObjectReference]:
    return [ObjectReference(role, uri, f"/{name}/{index}") for index, uri in enumerate(uris or ())]


def _classes(
    role: Role, elements: tuple[QuantityElement, ...] | None, name: str
) -> list[ObjectReference]:
    return [
        ObjectReference(
            role,
            element.epc_class,
            f"/{name}/{index}/epcClass",
            is_class=True,
            quantity=element.quantity,
            uom=element.uom,
        )
        for index, element in enumerate(elements or ())
    ]
