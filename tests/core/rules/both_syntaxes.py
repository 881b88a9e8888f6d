"""Events as members of JSON, and the same written in XML by other hands than the ledger's."""

import json
from typing import Any, Final
from xml.sax.saxutils import escape

SSCC = "urn:epc:id:sscc:8930001.0000000001"
ITEM = "https://id.gs1.org/01/08930001000018/21/S1"
OTHER_ITEM = "urn:epc:id:sgtin:8930001.000001.S2"
LOT = "https://id.gs1.org/01/08930001000018/10/L1"
PLACE = "urn:epc:id:sgln:8930001.00001.0"
PARTY = "urn:epc:id:pgln:8930001.00001"
ORDER = "urn:epc:id:gdti:8930001.00001.7"
OWN = "https://example.org/things/7"
TIME = "2026-03-01T08:00:00+07:00"

Members = dict[str, Any]

WHEN: Members = {"eventTime": TIME, "eventTimeZoneOffset": "+07:00"}
OBJECT: Members = {**WHEN, "type": "ObjectEvent", "action": "OBSERVE", "epcList": [SSCC]}
AGGREGATION: Members = {
    **WHEN,
    "type": "AggregationEvent",
    "action": "ADD",
    "parentID": SSCC,
    "childEPCs": [ITEM],
}
ASSOCIATION: Members = {**AGGREGATION, "type": "AssociationEvent"}
TRANSACTION: Members = {
    **WHEN,
    "type": "TransactionEvent",
    "action": "ADD",
    "bizTransactionList": [{"type": "po", "bizTransaction": ORDER}],
    "epcList": [SSCC],
}
TRANSFORMATION: Members = {
    **WHEN,
    "type": "TransformationEvent",
    "inputQuantityList": [{"epcClass": LOT}],
    "outputEPCList": [OTHER_ITEM],
}
OUT: Final = object()


def changed(event: Members, **members: Any) -> Members:
    """The event with other members; those that are `OUT` are left out."""
    return {name: value for name, value in {**event, **members}.items() if value is not OUT}


def sensors(report: Members, **element: Any) -> Members:
    """An ObjectEvent with one reading."""
    return changed(OBJECT, sensorElementList=[{"sensorReport": [report], **element}])


_ORDER: Final = [
    "eventTime",
    "recordTime",
    "eventTimeZoneOffset",
    "eventID",
    "errorDeclaration",
    "certificationInfo",
    "first:bizTransactionList",
    "parentID",
    "epcList",
    "childEPCs",
    "first:childQuantityList",
    "inputEPCList",
    "inputQuantityList",
    "outputEPCList",
    "outputQuantityList",
    "transformationID",
    "action",
    "bizStep",
    "disposition",
    "readPoint",
    "bizLocation",
    "bizTransactionList",
    "quantityList",
    "childQuantityList",
    "sourceList",
    "destinationList",
    "sensorElementList",
    "persistentDisposition",
    "ilmd",
]
_FIRST: Final = {"TransactionEvent": "bizTransactionList", "AssociationEvent": "childQuantityList"}
_ITEMS: Final = {
    "epcList": "epc",
    "childEPCs": "epc",
    "inputEPCList": "epc",
    "outputEPCList": "epc",
    "quantityList": "quantityElement",
    "childQuantityList": "quantityElement",
    "inputQuantityList": "quantityElement",
    "outputQuantityList": "quantityElement",
    "bizTransactionList": "bizTransaction",
    "sourceList": "source",
    "destinationList": "destination",
    "sensorElementList": "sensorElement",
    "correctiveEventIDs": "correctiveEventID",
}
_FIRST_INSIDE: Final = {"unset", "sensorMetadata"}
_ATTRIBUTES: Final = {"sensorMetadata", "sensorReport"}
_WITH_TEXT: Final = {"bizTransaction", "source", "destination"}
_URNS: Final = {
    "bizStep": "bizstep",
    "disposition": "disp",
    "set": "disp",
    "unset": "disp",
    "reason": "er",
}
_TYPES: Final = {"bizTransaction": "btt", "source": "sdt", "destination": "sdt"}


def xml_of(event: Members) -> str:
    """The event in XML, its members in the order of the standard and the others behind them."""
    name = event["type"]
    ranks = {member: rank for rank, member in enumerate(_ORDER)}
    if (first := _FIRST.get(name)) is not None:
        ranks[first] = _ORDER.index(f"first:{first}")
    members = sorted(event.items(), key=lambda item: ranks.get(item[0], len(ranks)))
    inner = "".join(_element(one, value) for one, value in members if one != "type")
    return f"<{name}>{inner}</{name}>"


def _element(name: str, value: Any) -> str:
    if name in _ITEMS and isinstance(value, list):
        return f"<{name}>{''.join(_element(_ITEMS[name], one) for one in value)}</{name}>"
    if isinstance(value, list):
        return "".join(_element(name, one) for one in value)
    if not isinstance(value, dict):
        text = str(value)
        spelt = f"urn:epcglobal:cbv:{_URNS[name]}:{text}" if name in _URNS else text
        return f"<{name}>{escape(spelt if ':' not in text else text)}</{name}>"
    if name in _ATTRIBUTES:
        shown = " ".join(f'{one}="{_attribute(inner)}"' for one, inner in value.items())
        return f"<{name} {shown}/>"
    if name in _WITH_TEXT:
        kind = value.get("type")
        if kind is not None and ":" not in kind:
            kind = f"urn:epcglobal:cbv:{_TYPES[name]}:{kind}"
        spelt = f' type="{kind}"' if kind else ""
        return f"<{name}{spelt}>{value[name]}</{name}>"
    inner = sorted(value, key=lambda one: one not in _FIRST_INSIDE)
    return f"<{name}>{''.join(_element(one, value[one]) for one in inner)}</{name}>"


def _attribute(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def json_document(*events: Members) -> bytes:
    """A document of events in JSON; the prefix `ex` is declared."""
    return json.dumps(
        {
            "@context": [
                "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
                {"ex": "https://example.org/ns/"},
            ],
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": TIME,
            "epcisBody": {"eventList": events},
        }
    ).encode()


def xml_document(*events: str) -> bytes:
    """A document of events in XML; the prefix `ex` is declared."""
    return (
        '<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" '
        'xmlns:ex="https://example.org/ns/" xmlns:cbvmda="urn:epcglobal:cbv:mda" '
        f'schemaVersion="2.0" creationDate="{TIME}"><EPCISBody><EventList>{"".join(events)}'
        "</EventList></EPCISBody></epcis:EPCISDocument>"
    ).encode()
