"""Which objects an event names, in which part it names them, and how much of them.

One walk over the five event types, for everybody who needs it: the rules, the hash's look-ups, the
rows of the ledger, provenance.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

from epcis_core.model.base import Number
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

    __hash__ = str.__hash__  # roles are looked up often, and the enumeration's is written in Python


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


class ObjectList(NamedTuple):
    """A member of events that names objects.

    Attributes:
        role: the part that its objects play.
        member: the field of the event.
        name: what JSON calls it.
        is_class: it holds quantities of classes, and not identifiers.
    """

    role: Role
    member: str
    name: str
    is_class: bool = False

    def pointer(self, index: int) -> str:
        """Return the JSON Pointer of an identifier in it from the event's root."""
        if self.role is Role.PARENT:
            return f"/{self.name}"
        return f"/{self.name}/{index}/epcClass" if self.is_class else f"/{self.name}/{index}"

    def uris(self, event: EpcisEvent) -> Sequence[str]:
        """Return the identifiers that an event has in it, as written."""
        given: Any = getattr(event, self.member)
        if not given:
            return ()
        if self.is_class:
            return [element.epc_class for element in given]
        return (given,) if self.role is Role.PARENT else given


_PARENT: Final = ObjectList(Role.PARENT, "parent_id", "parentID")
_OBJECTS: Final = (
    ObjectList(Role.EPC, "epc_list", "epcList"),
    ObjectList(Role.EPC, "quantity_list", "quantityList", is_class=True),
)
_CHILDREN: Final = (
    ObjectList(Role.CHILD, "child_epcs", "childEPCs"),
    ObjectList(Role.CHILD, "child_quantity_list", "childQuantityList", is_class=True),
)
_LISTS: Final[Mapping[type[EpcisEvent], tuple[ObjectList, ...]]] = {
    ObjectEvent: _OBJECTS,
    TransactionEvent: (_PARENT, *_OBJECTS),
    AggregationEvent: (_PARENT, *_CHILDREN),
    AssociationEvent: (_PARENT, *_CHILDREN),
    TransformationEvent: (
        ObjectList(Role.INPUT, "input_epc_list", "inputEPCList"),
        ObjectList(Role.INPUT, "input_quantity_list", "inputQuantityList", is_class=True),
        ObjectList(Role.OUTPUT, "output_epc_list", "outputEPCList"),
        ObjectList(Role.OUTPUT, "output_quantity_list", "outputQuantityList", is_class=True),
    ),
}


def object_lists(event: EpcisEvent) -> tuple[ObjectList, ...]:
    """Return what of an event names objects, parent first, then in the order of the standard."""
    return _LISTS.get(type(event), ())


def object_references(event: EpcisEvent) -> list[ObjectReference]:
    """Return every object an event names, parent first, then in the order of the standard."""
    found: list[ObjectReference] = []
    for listed in object_lists(event):
        given = getattr(event, listed.member)
        if not given:
            continue
        role, name = listed.role, listed.name
        if listed.is_class:
            found += [
                ObjectReference(
                    role,
                    element.epc_class,
                    f"/{name}/{index}/epcClass",
                    is_class=True,
                    quantity=element.quantity,
                    uom=element.uom,
                )
                for index, element in enumerate(given)
            ]
        elif role is Role.PARENT:
            found.append(ObjectReference(role, given, f"/{name}"))
        else:
            found += [
                ObjectReference(role, uri, f"/{name}/{index}") for index, uri in enumerate(given)
            ]
    return found


def has_classes(event: EpcisEvent) -> bool:
    """Tell whether an event names anything in a quantity list."""
    return any(one.is_class and getattr(event, one.member) for one in object_lists(event))
