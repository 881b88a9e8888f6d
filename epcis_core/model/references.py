"""Which objects an event names, in which part it names them, and how much of them.

One walk over the five event types, for everybody who needs it: the rules, the hash's look-ups, the
rows of the ledger, provenance.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

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


@dataclass(frozen=True, slots=True)
class ObjectReference:
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


def object_references(event: EpcisEvent) -> Iterator[ObjectReference]:
    """Yield every object an event names, parent first, then in the order of the standard."""
    match event:
        case ObjectEvent():
            yield from _instances(Role.EPC, event.epc_list, "epcList")
            yield from _classes(Role.EPC, event.quantity_list, "quantityList")
        case TransactionEvent():
            yield from _parent(event.parent_id)
            yield from _instances(Role.EPC, event.epc_list, "epcList")
            yield from _classes(Role.EPC, event.quantity_list, "quantityList")
        case AggregationEvent() | AssociationEvent():
            yield from _parent(event.parent_id)
            yield from _instances(Role.CHILD, event.child_epcs, "childEPCs")
            yield from _classes(Role.CHILD, event.child_quantity_list, "childQuantityList")
        case TransformationEvent():
            yield from _instances(Role.INPUT, event.input_epc_list, "inputEPCList")
            yield from _classes(Role.INPUT, event.input_quantity_list, "inputQuantityList")
            yield from _instances(Role.OUTPUT, event.output_epc_list, "outputEPCList")
            yield from _classes(Role.OUTPUT, event.output_quantity_list, "outputQuantityList")


def _parent(uri: str | None) -> Iterator[ObjectReference]:
    if uri is not None:
        yield ObjectReference(Role.PARENT, uri, "/parentID")


def _instances(role: Role, uris: tuple[str, ...] | None, name: str) -> Iterator[ObjectReference]:
    for index, uri in enumerate(uris or ()):
        yield ObjectReference(role, uri, f"/{name}/{index}")


def _classes(
    role: Role, elements: tuple[QuantityElement, ...] | None, name: str
) -> Iterator[ObjectReference]:
    for index, element in enumerate(elements or ()):
        yield ObjectReference(
            role,
            element.epc_class,
            f"/{name}/{index}/epcClass",
            is_class=True,
            quantity=element.quantity,
            uom=element.uom,
        )
