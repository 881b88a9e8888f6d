"""Which objects an event names: the walk finds every identifier, each at its pointer."""

from typing import Any

from hypothesis import given

from epcis_core.codecs.jsonld_writer import members
from epcis_core.findings import unescape_pointer
from epcis_core.model.base import Number
from epcis_core.model.events import EVENT_TYPES, EpcisEvent, ExtensionEvent
from epcis_core.model.references import ObjectReference, Role, object_references
from tests.strategies.events import events

NAMES = {
    "epcList": Role.EPC,
    "quantityList": Role.EPC,
    "parentID": Role.PARENT,
    "childEPCs": Role.CHILD,
    "childQuantityList": Role.CHILD,
    "inputEPCList": Role.INPUT,
    "inputQuantityList": Role.INPUT,
    "outputEPCList": Role.OUTPUT,
    "outputQuantityList": Role.OUTPUT,
}


def at(data: Any, pointer: str) -> Any:
    for token in pointer.split("/")[1:]:
        data = data[int(token)] if isinstance(data, list | tuple) else data[unescape_pointer(token)]
    return data


@given(events())
def test_every_object_is_found_once_at_its_pointer(event: EpcisEvent) -> None:
    data = members(event)
    found = list(object_references(event))
    assert len({one.pointer for one in found}) == len(found)
    for one in found:
        name = one.pointer.split("/")[1]
        assert at(data, one.pointer) == one.uri
        assert one.role is NAMES[name]
        assert one.is_class is name.endswith("uantityList")
        if one.is_class:
            element = at(data, one.pointer.removesuffix("/epcClass"))
            assert (one.quantity, one.uom) == (element.get("quantity"), element.get("uom"))
    lists = [data[name] for name in NAMES if name in data]
    assert len(found) == sum(1 if isinstance(value, str) else len(value) for value in lists)


def test_objects_come_parent_first_then_in_the_order_of_the_standard() -> None:
    event = EVENT_TYPES["TransactionEvent"].model_validate(
        {
            "type": "TransactionEvent",
            "eventTime": "2026-03-01T08:00:00Z",
            "eventTimeZoneOffset": "+00:00",
            "action": "ADD",
            "quantityList": [{"epcClass": "urn:x:lot", "quantity": Number("1.50"), "uom": "KGM"}],
            "epcList": ["urn:x:a", "urn:x:b"],
            "bizTransactionList": [{"bizTransaction": "urn:x:po"}],
            "parentID": "urn:x:p",
        }
    )
    assert list(object_references(event)) == [
        ObjectReference(Role.PARENT, "urn:x:p", "/parentID"),
        ObjectReference(Role.EPC, "urn:x:a", "/epcList/0"),
        ObjectReference(Role.EPC, "urn:x:b", "/epcList/1"),
        ObjectReference(
            Role.EPC,
            "urn:x:lot",
            "/quantityList/0/epcClass",
            is_class=True,
            quantity=Number("1.50"),
            uom="KGM",
        ),
    ]


def test_an_extension_event_names_nothing_that_is_understood() -> None:
    event = ExtensionEvent.model_validate(
        {
            "type": "ex:E",
            "eventTime": "2026-03-01T08:00:00Z",
            "eventTimeZoneOffset": "+00:00",
            "epcList": ["urn:x:a"],
        }
    )
    assert list(object_references(event)) == []
