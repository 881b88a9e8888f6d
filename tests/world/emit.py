"""Events as EPCIS 2.0 JSON-LD documents, the way the businesses of the simulated world write them.

One function says one event; `tests.world.emit_xml` gives the same another form.

References:
    EPCIS 2.0, sections 7.4 (event types) and 10 (JSON-LD binding)
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Final

import orjson

from tests.world.acts import (
    Amount,
    Commission,
    Pack,
    Receive,
    Remove,
    Ship,
    Site,
    Transform,
    Unpack,
)
from tests.world.keys import Key
from tests.world.reporters import Report, Teller

CONTEXT: Final = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
_NAMES: Final = uuid.UUID("6f8f5a3e-52a5-4f0c-9f43-0a2d5d3f7c11")

Json = dict[str, Any]


def document(reports: Sequence[Report], *, salt: str) -> bytes:
    """Write reports of one business as one EPCISDocument.

    Args:
        reports: at least one, all of one teller, in the order wanted in the document.
        salt: makes the eventIDs of this world its own.
    """
    return orjson.dumps(
        {
            "@context": [CONTEXT, {"cbvmda": "urn:epcglobal:cbv:mda:"}],
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-12-31T00:00:00Z",
            "epcisHeader": {"epcisMasterData": {"vocabularyList": master_data(reports)}},
            "epcisBody": {"eventList": [event(report, salt=salt) for report in reports]},
        }
    )


def event(report: Report, *, salt: str) -> Json:
    """Write one report as an event."""
    told: Json = {"type": _type(report)}
    if report.declared:
        told["errorDeclaration"] = {
            "declarationTime": "2026-12-30T00:00:00Z",
            "reason": "did_not_occur",
        }
    if report.teller.habits.named or report.wrong:
        told["eventID"] = f"urn:uuid:{uuid.uuid5(_NAMES, f'{salt}/{report.name}')}"
    return told | _when(report) | _what(report) | {"readPoint": _place(report)}


def _type(report: Report) -> str:
    match report.act:
        case Pack() | Unpack():
            return "AggregationEvent"
        case Transform():
            return "AggregationEvent" if report.box else "TransformationEvent"
    return "ObjectEvent"


def _when(report: Report) -> Json:
    offset = report.teller.habits.offset
    zone = timezone(timedelta(minutes=offset))
    sign = "-" if offset < 0 else "+"
    hours, minutes = divmod(abs(offset), 60)
    return {
        "eventTime": datetime.fromtimestamp(report.time, UTC).astimezone(zone).isoformat(),
        "eventTimeZoneOffset": f"{sign}{hours:02d}:{minutes:02d}",
    }


def _place(report: Report) -> Json:
    return {"id": report.teller.spelled(report.act.site.key)}


def _what(report: Report) -> Json:
    teller = report.teller
    match report.act:
        case Pack() | Unpack() as act:
            told = _packing(teller, act)
        case Transform() as act:
            told = _emptied(teller, report.box) if report.box else _transformation(teller, act)
        case Ship() | Receive() as act:
            told = _moved(teller, act, report.step)
        case Commission() as act:
            told = {"action": "ADD", "bizStep": "commissioning"} | _begun(teller, act)
        case Remove() as act:
            told = _removed(teller, act)
        case _:
            raise TypeError(report.act)
    return told


def _packing(teller: Teller, act: Pack | Unpack) -> Json:
    action, step = ("ADD", "packing") if isinstance(act, Pack) else ("DELETE", "unpacking")
    return {"action": action, "bizStep": step} | _children(teller, act)


def _emptied(teller: Teller, box: Key) -> Json:
    return {"action": "DELETE", "bizStep": "unpacking", "parentID": teller.spelled(box)}


def _moved(teller: Teller, act: Ship | Receive, other_step: str | None) -> Json:
    if isinstance(act, Ship):
        step, state, shipment = "shipping", "in_transit", act
    else:
        step, state, shipment = "receiving", "in_progress", act.shipment
    told = {"action": "OBSERVE", "bizStep": other_step or step, "disposition": state}
    return told | _objects(teller, act.goods, act.boxes) | _handover(teller, shipment)


def _removed(teller: Teller, act: Remove) -> Json:
    step, end = ("retail_selling", "retail_sold") if act.sold else ("destroying", "destroyed")
    told = {"action": "DELETE", "bizStep": step, "disposition": end}
    return told | _objects(teller, act.goods, act.boxes)


def _quantities(teller: Teller, amounts: Iterable[Amount]) -> list[Json]:
    return [
        {"epcClass": teller.spelled(amount.label), **_weight(teller, amount.grams)}
        for amount in amounts
    ]


def _weight(teller: Teller, grams: int) -> Json:
    if teller.habits.unit == "GRM":
        return {"quantity": grams, "uom": "GRM"}
    kilograms = Decimal(grams) / 1000
    return {"quantity": float(kilograms), "uom": "KGM"}


def _keys(teller: Teller, keys: Iterable[Key]) -> list[str]:
    return [teller.spelled(key) for key in keys]


def _filled(members: Json) -> Json:
    return {name: value for name, value in members.items() if value}


def _goods(
    teller: Teller, goods: Iterable[Amount], boxes: Iterable[Key], *, names: tuple[str, str]
) -> Json:
    """Tell instances, items and containers, by one name and amounts by another."""
    listed = list(goods)
    items = [amount.label for amount in listed if amount.label.is_item]
    amounts = [amount for amount in listed if not amount.label.is_item]
    return _filled(
        {
            names[0]: _keys(teller, [*boxes, *items]),
            names[1]: _quantities(teller, amounts),
        }
    )


def _objects(teller: Teller, goods: Iterable[Amount], boxes: Iterable[Key]) -> Json:
    return _goods(teller, goods, boxes, names=("epcList", "quantityList"))


def _begun(teller: Teller, act: Commission) -> Json:
    return _objects(teller, act.made, ()) | _lot(teller, act)


def _lot(teller: Teller, act: Commission | Transform) -> Json:
    """Tell which lot items are of, unless their identifiers do."""
    if act.lot is None or teller.habits.spells_lots:
        return {}
    return {"ilmd": {"cbvmda:lotNumber": act.lot.lot_number}}


def _children(teller: Teller, act: Pack | Unpack) -> Json:
    told = {"parentID": teller.spelled(act.parent)}
    if isinstance(act, Unpack) and act.whole and not teller.habits.lists_content:
        return told
    return told | _goods(teller, act.goods, act.boxes, names=("childEPCs", "childQuantityList"))


def _transformation(teller: Teller, act: Transform) -> Json:
    used = _goods(teller, act.used, act.boxes, names=("inputEPCList", "inputQuantityList"))
    made = _goods(teller, act.made, (), names=("outputEPCList", "outputQuantityList"))
    run = _filled({"transformationID": act.run})
    return {"bizStep": "assembling"} | used | made | run | _lot(teller, act)


def _handover(teller: Teller, shipment: Ship) -> Json:
    ends = {"source": shipment.site, "destination": shipment.to}
    told: Json = {
        f"{end}List": [
            {"type": kind, end: teller.spelled(_named(site, kind))} for kind in teller.habits.lists
        ]
        for end, site in ends.items()
    }
    if teller.habits.cites:
        gln = shipment.site.party.key.path.rpartition("/")[2]
        paper = f"urn:epcglobal:cbv:bt:{gln}:PX{shipment.number}"
        told["bizTransactionList"] = [{"type": "desadv", "bizTransaction": paper}]
    return _filled(told)


def _named(site: Site, kind: str) -> Key:
    return site.key if kind == "location" else site.party.key


def master_data(reports: Sequence[Report]) -> list[Json]:
    """Tell whose the places are: a business's own, and those it ships to or gets goods from.

    Args:
        reports: at least one, all of one teller.
    """
    teller = reports[0].teller
    sites = {site.key: site for site in teller.sites}
    for report in reports:
        if isinstance(report.act, Ship | Receive):
            shipment = report.act.shipment if isinstance(report.act, Receive) else report.act
            sites |= {site.key: site for site in (shipment.site, shipment.to)}
    name = {"id": "urn:epcglobal:cbv:mda:name", "attribute": f"{teller.party.name} (invented)"}
    parties = [{"id": teller.spelled(teller.party.key), "attributes": [name]}]
    places = [
        {
            "id": teller.spelled(site.key),
            "attributes": [
                {
                    "id": "urn:epcglobal:cbv:owning_party",
                    "attribute": teller.spelled(site.party.key),
                }
            ],
        }
        for site in sites.values()
    ]
    return [
        {"type": "urn:epcglobal:epcis:vtype:Party", "vocabularyElementList": parties},
        {"type": "urn:epcglobal:epcis:vtype:Location", "vocabularyElementList": places},
    ]
