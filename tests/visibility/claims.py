"""A farm's own records, and what a rival may send to lay claim to what they are about.

For each type of event and each field in which an identifier can stand there is one event of the
rival's that names something of the farm's there: its lot, item, container, document, place, making,
event or certificate. Everything that only the farm has said is marked.
"""

from collections.abc import Iterator
from typing import Any, Final

from tests.visibility.parties import CARRIER, FARM, SHOP, Told
from tests.visibility.story import (
    CERTIFICATES,
    DOCUMENTS,
    ITEMS,
    LOTS,
    MAKINGS,
    PALLETS,
    Members,
    Sending,
)

MARK: Final = "unheard"
"""Stands in all that the farm has said."""

AMOUNT: Final = 47110815
"""How much the farm has of everything, which nobody else has."""

RIVAL: Final = SHOP
LOT, ITEM, PALLET, DOCUMENT = LOTS[0], ITEMS[0], PALLETS[0], DOCUMENTS[0]
PLACE: Final = "https://id.gs1.org/414/8936011000017"
EVENT: Final = f"urn:x:{MARK}:0"
MAKING: Final = MAKINGS[0]
CERTIFICATE: Final = CERTIFICATES[0]

_OWN_LOT: Final = "https://id.gs1.org/01/08936055001018/10/R1"
_OWN_ITEM: Final = "https://id.gs1.org/01/08936055001018/21/1"
_OWN_PALLET: Final = "https://id.gs1.org/00/089360550000000011"


def farms() -> Sending:
    """What the farm sends: its lot is made, packed, ordered, and shipped to a carrier."""
    amount = [{"epcClass": LOT, "quantity": AMOUNT, "uom": "KGM"}]
    juice = [{"epcClass": LOTS[3], "quantity": AMOUNT, "uom": "KGM"}]
    order = [{"type": "po", "bizTransaction": DOCUMENT}]
    certified: Members = {"certificationInfo": CERTIFICATE, "ilmd": {"ex:note": MARK}}
    packed: Members = {"parentID": PALLET, "childEPCs": [ITEM], "childQuantityList": amount}
    events: tuple[Members, ...] = (
        _event("ObjectEvent", action="ADD", quantityList=amount, **certified),
        _event("ObjectEvent", action="ADD", epcList=[ITEM, PALLET], bizStep="commissioning"),
        _event(
            "TransformationEvent",
            inputQuantityList=amount,
            outputQuantityList=juice,
            transformationID=MAKING,
        ),
        _event("AggregationEvent", action="ADD", bizStep="packing", **packed),
        _event("AssociationEvent", action="ADD", parentID=PALLETS[2], childEPCs=[PALLET]),
        _event("TransactionEvent", action="ADD", bizTransactionList=order, epcList=[ITEM, PALLET]),
        _event(
            "ObjectEvent",
            action="OBSERVE",
            bizStep="shipping",
            epcList=[PALLET],
            bizTransactionList=order,
            sourceList=[{"type": "possessing_party", "source": FARM.id}],
            destinationList=[{"type": "possessing_party", "destination": CARRIER.id}],
        ),
    )
    told = [
        Told({**one, "eventID": f"urn:x:{MARK}:{n}", "readPoint": {"id": PLACE}})
        for n, one in enumerate(events)
    ]
    wrong = {"declarationTime": "2025-03-01T00:00:00Z", "reason": "incorrect_data"}
    told.append(Told({**told[1].members, "errorDeclaration": wrong}))
    name = {"id": "urn:epcglobal:cbv:mda:name", "attribute": f"{MARK} place"}
    return Sending(FARM, tuple(told), ({"id": PLACE, "attributes": [name]},))


def claims() -> dict[str, Sending]:
    """What the rival sends, by type and field."""
    found = {}
    for number, (kind, field, members) in enumerate(_claims()):
        event = {**_event(kind, minute=number), **_about(kind), **members}
        if "errorDeclaration" not in members:
            event["eventID"] = f"urn:x:claim:{number}"
        found[f"{kind} {field}"] = Sending(RIVAL, (Told(event),))
    return found


def together(some: dict[str, Sending]) -> Sending:
    """All of some documents as one."""
    return Sending(RIVAL, tuple(told for one in some.values() for told in one.events))


def _event(kind: str, *, minute: int = 0, **members: Any) -> Members:
    when = f"2025-02-03T{8 + minute // 60:02d}:{minute % 60:02d}:00+07:00"
    return {"type": kind, "eventTime": when, "eventTimeZoneOffset": "+07:00", **members}


def _about(kind: str) -> Members:
    """An event of a type is about things of the rival's own, where nothing else is said."""
    if kind == "TransformationEvent":
        return {"inputEPCList": [_OWN_ITEM], "outputQuantityList": [{"epcClass": _OWN_LOT}]}
    if kind == "TransactionEvent":
        own = [{"type": "po", "bizTransaction": "urn:x:order:own"}]
        return {"action": "ADD", "bizTransactionList": own, "epcList": [_OWN_ITEM]}
    if kind == "ObjectEvent":
        return {"action": "ADD", "epcList": [_OWN_ITEM]}
    return {"action": "ADD", "parentID": _OWN_PALLET, "childEPCs": [_OWN_ITEM]}


def _claims() -> Iterator[tuple[str, str, Members]]:
    amount = [{"epcClass": LOT, "quantity": 1, "uom": "KGM"}]
    things: dict[str, tuple[str, ...]] = {"ObjectEvent": ("epcList", "quantityList")}
    for kind in ("AggregationEvent", "AssociationEvent"):
        things[kind] = ("parentID", "childEPCs", "childQuantityList")
    things["TransactionEvent"] = ("parentID", "epcList", "quantityList")
    sides = ("input", "output")
    things["TransformationEvent"] = tuple(
        f"{side}{what}List" for side in sides for what in ("EPC", "Quantity")
    )
    for kind, fields in things.items():
        for field in fields:
            is_list = field != "parentID"
            named: Any = amount if "uantity" in field else [ITEM, PALLET] if is_list else PALLET
            yield kind, field, {field: named}
        for field, members in _everywhere():
            yield kind, field, members
        if kind in {"ObjectEvent", "TransformationEvent"}:
            yield kind, "ilmd", {"ilmd": {"ex:from": [LOT, PALLET, {"ex:making": MAKING}]}}
    yield "TransformationEvent", "transformationID", {"transformationID": MAKING}
    yield "ObjectEvent", "all of a lot", {"epcList": [], "quantityList": amount, "action": "DELETE"}


def _everywhere() -> Iterator[tuple[str, Members]]:
    """Yield the fields that events of every type have."""
    order = [{"type": "po", "bizTransaction": DOCUMENT}]
    wrong = {"declarationTime": "2025-03-02T00:00:00Z", "reason": "did_not_occur"}
    device = {"deviceID": PALLET, "deviceMetadata": PLACE, "bizRules": CERTIFICATE, "rawData": LOT}
    report = {"type": "Temperature", "uriValue": LOT, "deviceID": ITEM}
    yield "bizTransactionList", {"bizTransactionList": order}
    for name in ("source", "destination"):
        yield f"{name} party", {f"{name}List": [{"type": "owning_party", name: FARM.id}]}
        yield f"{name} place", {f"{name}List": [{"type": "location", name: PLACE}]}
    for name in ("readPoint", "bizLocation"):
        yield name, {name: {"id": PLACE}}
        yield f"{name} inside", {name: {"id": "urn:x:own:place", "ex:of": PLACE}}
    yield "certificationInfo", {"certificationInfo": CERTIFICATE}
    yield "sensors", {"sensorElementList": [{"sensorMetadata": device, "sensorReport": [report]}]}
    yield "extension", {"ex:about": [LOT, PALLET, {"ex:event": EVENT}]}
    yield "errorDeclaration", {"errorDeclaration": wrong, "eventID": EVENT}
    yield (
        "correctiveEventIDs",
        {"errorDeclaration": {**wrong, "correctiveEventIDs": [EVENT]}, "eventID": "urn:x:claim:0"},
    )
