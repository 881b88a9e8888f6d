"""Each rule on events that break it and events that do not: code, pointer, sentence and weight."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from epcis_core.codecs.structure import read_event
from epcis_core.findings import Severity, in_mode
from epcis_core.model.base import Number
from epcis_core.model.events import EpcisEvent
from epcis_core.model.namespaces import Namespaces
from epcis_core.rules import check_event
from epcis_core.rules.check import RULES

SSCC = "urn:epc:id:sscc:8930001.0000000001"
ITEM = "https://id.gs1.org/01/08930001000018/21/S1"
OTHER_ITEM = "urn:epc:id:sgtin:8930001.000001.S2"
LOT = "https://id.gs1.org/01/08930001000018/10/L1"
CLASS = "urn:epc:idpat:sgtin:8930001.000001.*"
PLACE = "urn:epc:id:sgln:8930001.00001.0"
PARTY = "urn:epc:id:pgln:8930001.00001"
DOCUMENT = "urn:epc:id:gdti:8930001.00001.7"
OWN = "https://example.org/things/7"

WHEN: dict[str, Any] = {
    "eventTime": "2026-03-01T08:00:00+07:00",
    "eventTimeZoneOffset": "+07:00",
}
OBJECT: dict[str, Any] = {**WHEN, "type": "ObjectEvent", "action": "ADD", "epcList": [SSCC]}
AGGREGATION: dict[str, Any] = {
    **WHEN,
    "type": "AggregationEvent",
    "action": "ADD",
    "parentID": SSCC,
    "childEPCs": [ITEM],
}
ASSOCIATION: dict[str, Any] = {**AGGREGATION, "type": "AssociationEvent"}
TRANSACTION: dict[str, Any] = {
    **WHEN,
    "type": "TransactionEvent",
    "action": "ADD",
    "bizTransactionList": [{"type": "po", "bizTransaction": DOCUMENT}],
    "epcList": [SSCC],
}
TRANSFORMATION: dict[str, Any] = {
    **WHEN,
    "type": "TransformationEvent",
    "inputQuantityList": [{"epcClass": LOT}],
    "outputQuantityList": [{"epcClass": CLASS}],
}
EXTENSION: dict[str, Any] = {**WHEN, "type": "ex:Harvest", "action": "whatever", "epcList": "all"}
OUT = object()


def changed(event: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {name: value for name, value in {**event, **members}.items() if value is not OUT}


def sensors(report: dict[str, Any], **element: Any) -> dict[str, Any]:
    """An ObjectEvent with one reading."""
    reports = [{"type": "Temperature", **report}]
    return changed(OBJECT, sensorElementList=[{"sensorReport": reports, **element}])


@dataclass(frozen=True)
class Case:
    event: dict[str, Any]
    expected: list[tuple[str, str, str]] = field(default_factory=list)


RIGHT: dict[str, dict[str, Any]] = {
    "object": OBJECT,
    "object, no EPC in its list": changed(OBJECT, epcList=[]),
    "object, amounts alone": changed(OBJECT, epcList=OUT, quantityList=[{"epcClass": LOT}]),
    "object, a reading at a place": changed(
        sensors({}), epcList=OUT, readPoint={"id": PLACE}, action="OBSERVE"
    ),
    "object begun with master data": changed(OBJECT, ilmd={"cbvmda:lotNumber": "L1"}),
    "aggregation": AGGREGATION,
    "aggregation seen without parent": changed(AGGREGATION, action="OBSERVE", parentID=OUT),
    "aggregation of amounts": changed(
        AGGREGATION, childEPCs=OUT, childQuantityList=[{"epcClass": LOT}]
    ),
    "aggregation, all taken out": changed(AGGREGATION, action="DELETE", childEPCs=OUT),
    "association": ASSOCIATION,
    "association, all taken off": changed(ASSOCIATION, action="DELETE", childEPCs=OUT),
    "association to a place": changed(ASSOCIATION, parentID=PLACE),
    "transaction": TRANSACTION,
    "transaction of no EPC": changed(TRANSACTION, epcList=[]),
    "transaction of amounts": changed(TRANSACTION, epcList=OUT, quantityList=[{"epcClass": LOT}]),
    "transaction, all taken out": changed(TRANSACTION, epcList=OUT, action="DELETE"),
    "transaction naming one object twice": changed(TRANSACTION, epcList=[SSCC, SSCC]),
    "transformation": TRANSFORMATION,
    "transformation, inputs by its ID": changed(
        TRANSFORMATION, outputQuantityList=OUT, transformationID=OWN
    ),
    "transformation, outputs by its ID": changed(
        TRANSFORMATION, inputQuantityList=OUT, transformationID=OWN
    ),
    "transformation with master data": changed(TRANSFORMATION, ilmd={"cbvmda:lotNumber": "L1"}),
    "an extension type": EXTENSION,
    "children named twice": changed(AGGREGATION, childEPCs=[ITEM, ITEM]),
    "an amount of zero": changed(OBJECT, quantityList=[{"epcClass": LOT, "quantity": 0}]),
    "an amount with a unit": changed(
        OBJECT, quantityList=[{"epcClass": LOT, "quantity": 1.5, "uom": "KGM"}]
    ),
    "identifiers of another system": changed(
        OBJECT, epcList=[OWN], quantityList=[{"epcClass": "urn:uuid:x"}]
    ),
    "persistent dispositions": changed(
        OBJECT, persistentDisposition={"set": ["completeness_verified"], "unset": ["recalled"]}
    ),
    "persistent dispositions of an aggregation": changed(
        AGGREGATION, persistentDisposition={"unset": ["recalled"]}
    ),
    "terms in all right spellings": changed(
        OBJECT,
        bizStep="https://ref.gs1.org/cbv/BizStep-shipping",
        disposition="cbv:Disp-in_transit",
        sourceList=[{"type": "owning_party", "source": PARTY}],
        destinationList=[{"type": "https://example.org/terms/broker", "destination": PLACE}],
        bizTransactionList=[{"bizTransaction": DOCUMENT}, {"type": "po", "bizTransaction": OWN}],
        errorDeclaration={"declarationTime": WHEN["eventTime"], "reason": "did_not_occur"},
    ),
    "measurements in all right spellings": changed(
        OBJECT,
        sensorElementList=[
            {
                "sensorReport": [
                    {"type": "gs1:Temperature", "exception": "ALARM_CONDITION"},
                    {"type": "https://ref.gs1.org/voc/Mass", "component": "cbv:Comp-latitude"},
                    {"type": "https://example.org/brix", "component": "x"},
                ]
            }
        ],
    ),
    "device in the metadata alone": sensors({"value": 1}, sensorMetadata={"deviceID": OWN}),
    "a reading at the event's time": sensors({"time": "2026-03-01T01:00:00Z"}),
    "extensions of declared prefixes": changed(
        OBJECT, **{"ex:a": [{"ex:b": {"plain": 1}}], "https://example.org/x": 1, "cbvmda:y": 1}
    ),
}


WRONG: dict[str, Case] = {
    "object naming nothing": Case(
        changed(OBJECT, epcList=OUT),
        [
            (
                "nothing_named",
                "",
                "The event names no object: expected one of epcList, quantityList.",
            )
        ],
    ),
    "object with no amount in its list": Case(
        changed(OBJECT, epcList=OUT, quantityList=[]),
        [
            (
                "nothing_named",
                "/quantityList",
                "The event names no object: expected one of epcList, quantityList.",
            )
        ],
    ),
    "object with a reading nowhere": Case(
        changed(sensors({}), epcList=OUT, bizLocation={"id": PLACE}),
        [
            (
                "nothing_named",
                "",
                "The event names no object: expected one of epcList, quantityList.",
            )
        ],
    ),
    "master data of what was only seen": Case(
        changed(OBJECT, action="OBSERVE", ilmd={"cbvmda:lotNumber": "L1"}),
        [("ilmd_without_add", "/ilmd", "'ilmd' belongs to action ADD, got OBSERVE.")],
    ),
    "empty master data of what ended": Case(
        changed(OBJECT, action="DELETE", ilmd={}),
        [("ilmd_without_add", "/ilmd", "'ilmd' belongs to action ADD, got DELETE.")],
    ),
    "aggregation begun without parent": Case(
        changed(AGGREGATION, parentID=OUT),
        [("parent_missing", "", "An aggregation with action ADD needs 'parentID'.")],
    ),
    "aggregation ended without parent": Case(
        changed(AGGREGATION, parentID=OUT, action="DELETE"),
        [("parent_missing", "", "An aggregation with action DELETE needs 'parentID'.")],
    ),
    "aggregation without children": Case(
        changed(AGGREGATION, childEPCs=OUT),
        [
            (
                "children_missing",
                "",
                "With action ADD the event needs 'childEPCs' or 'childQuantityList'.",
            )
        ],
    ),
    "association with an empty list": Case(
        changed(ASSOCIATION, action="OBSERVE", childEPCs=[]),
        [
            (
                "children_missing",
                "/childEPCs",
                "With action OBSERVE the event needs 'childEPCs' or 'childQuantityList'.",
            )
        ],
    ),
    "transaction naming nothing": Case(
        changed(TRANSACTION, epcList=OUT),
        [
            (
                "nothing_named",
                "",
                "The event names no object: expected one of epcList, quantityList.",
            )
        ],
    ),
    "transformation without outputs": Case(
        changed(TRANSFORMATION, outputQuantityList=OUT),
        [
            (
                "transformation_one_sided",
                "",
                (
                    "A transformation needs inputs and outputs, or 'transformationID' and one of "
                    "them; missing: outputs."
                ),
            )
        ],
    ),
    "transformation without inputs": Case(
        changed(TRANSFORMATION, inputQuantityList=[]),
        [
            (
                "transformation_one_sided",
                "/inputQuantityList",
                (
                    "A transformation needs inputs and outputs, or 'transformationID' and one of "
                    "them; missing: inputs."
                ),
            )
        ],
    ),
    "transformation with an ID alone": Case(
        changed(
            TRANSFORMATION, inputQuantityList=OUT, outputQuantityList=OUT, transformationID=OWN
        ),
        [
            (
                "transformation_one_sided",
                "",
                (
                    "A transformation needs inputs and outputs, or 'transformationID' and one of "
                    "them; missing: inputs and outputs."
                ),
            )
        ],
    ),
    "less than nothing": Case(
        changed(OBJECT, quantityList=[{"epcClass": LOT}, {"epcClass": LOT, "quantity": -0.5}]),
        [
            (
                "negative_quantity",
                "/quantityList/1/quantity",
                "A quantity cannot be below zero, got -0.5.",
            )
        ],
    ),
    "a unit of no amount": Case(
        changed(TRANSFORMATION, outputQuantityList=[{"epcClass": LOT, "uom": "KGM"}]),
        [
            (
                "unit_without_quantity",
                "/outputQuantityList/0/uom",
                "Unit KGM stands without a quantity.",
            )
        ],
    ),
    "no disposition": Case(
        changed(OBJECT, persistentDisposition={}),
        [("one_of_missing", "/persistentDisposition", "Expected at least one of set, unset.")],
    ),
    "an object twice": Case(
        changed(OBJECT, epcList=[SSCC, ITEM, SSCC]),
        [("named_twice", "/epcList/2", f"{SSCC} is named twice in one list.")],
    ),
    "an input and an output twice": Case(
        changed(TRANSFORMATION, inputEPCList=[ITEM, ITEM], outputEPCList=[SSCC, SSCC]),
        [
            ("named_twice", "/inputEPCList/1", f"{ITEM} is named twice in one list."),
            ("named_twice", "/outputEPCList/1", f"{SSCC} is named twice in one list."),
        ],
    ),
    "a disposition twice": Case(
        changed(OBJECT, persistentDisposition={"unset": ["recalled", "recalled"]}),
        [
            (
                "named_twice",
                "/persistentDisposition/unset/1",
                "recalled is named twice in one list.",
            )
        ],
    ),
    "a wrong check digit": Case(
        changed(AGGREGATION, childEPCs=[ITEM, ITEM.replace("18/21", "19/21")]),
        [
            (
                "wrong_check_digit",
                "/childEPCs/1",
                (
                    "Check digit of https://id.gs1.org/01/08930001000019/21/S1 is wrong: "
                    "expected 8, got 9."
                ),
            )
        ],
    ),
    "a wrong check digit of a place": Case(
        changed(OBJECT, readPoint={"id": "https://id.gs1.org/414/8930001000010"}),
        [
            (
                "wrong_check_digit",
                "/readPoint/id",
                "Check digit of https://id.gs1.org/414/8930001000010 is wrong: expected 8, got 0.",
            )
        ],
    ),
    "a wrong check digit of parties, documents and a transformation": Case(
        changed(
            TRANSFORMATION,
            bizLocation={"id": "https://id.gs1.org/414/8930001000010"},
            sourceList=[{"type": "owning_party", "source": "https://id.gs1.org/417/8930001000010"}],
            destinationList=[
                {"type": "location", "destination": "https://id.gs1.org/414/8930001000010"}
            ],
            bizTransactionList=[{"bizTransaction": "https://id.gs1.org/253/8930001000010"}],
            transformationID="https://id.gs1.org/253/8930001000010",
        ),
        [
            (
                "wrong_check_digit",
                pointer,
                (
                    f"Check digit of https://id.gs1.org/{ai}/8930001000010 is wrong: "
                    "expected 8, got 0."
                ),
            )
            for pointer, ai in (
                ("/bizLocation/id", 414),
                ("/sourceList/0/source", 417),
                ("/destinationList/0/destination", 414),
                ("/bizTransactionList/0/bizTransaction", 253),
                ("/transformationID", 253),
            )
        ],
    ),
    "an SSCC that is too short": Case(
        changed(OBJECT, epcList=["urn:epc:id:sscc:8930001.12"]),
        [
            (
                "malformed_identifier",
                "/epcList/0",
                (
                    "urn:epc:id:sscc:8930001.12 is not a well-formed GS1 identifier: "
                    "expected C.R N17, got 8930001.12."
                ),
            )
        ],
    ),
    "a lot among single objects": Case(
        changed(OBJECT, epcList=[LOT]),
        [
            (
                "not_an_instance",
                "/epcList/0",
                (
                    f"Expected the identifier of a single object, got a lot: {LOT}. "
                    "Lots and classes belong in a quantity list."
                ),
            )
        ],
    ),
    "a class as parent": Case(
        changed(AGGREGATION, parentID=CLASS),
        [
            (
                "not_an_instance",
                "/parentID",
                (
                    f"Expected the identifier of a single object, got a class of objects: {CLASS}. "
                    "Lots and classes belong in a quantity list."
                ),
            )
        ],
    ),
    "a place as parent of an aggregation": Case(
        changed(AGGREGATION, parentID=PLACE),
        [
            (
                "not_an_instance",
                "/parentID",
                (
                    f"Expected the identifier of a single object, got a place: {PLACE}. "
                    "Lots and classes belong in a quantity list."
                ),
            )
        ],
    ),
    "a party among children": Case(
        changed(ASSOCIATION, childEPCs=[PARTY]),
        [
            (
                "not_an_instance",
                "/childEPCs/0",
                (
                    f"Expected the identifier of a single object, got a party: {PARTY}. "
                    "Lots and classes belong in a quantity list."
                ),
            )
        ],
    ),
    "a single object among amounts": Case(
        changed(TRANSFORMATION, inputQuantityList=[{"epcClass": OTHER_ITEM}]),
        [
            (
                "instance_in_quantity_list",
                "/inputQuantityList/0/epcClass",
                f"Expected a lot or class of objects, got a single object: {OTHER_ITEM}.",
            )
        ],
    ),
    "a document among amounts": Case(
        changed(OBJECT, quantityList=[{"epcClass": "urn:epc:id:gsin:8930001.000000001"}]),
        [
            (
                "instance_in_quantity_list",
                "/quantityList/0/epcClass",
                (
                    "Expected a lot or class of objects, got a document: "
                    "urn:epc:id:gsin:8930001.000000001."
                ),
            )
        ],
    ),
    "a step as a URN": Case(
        changed(OBJECT, bizStep="urn:epcglobal:cbv:bizstep:shipping"),
        [
            (
                "term_not_bare",
                "/bizStep",
                (
                    "In JSON this standard term is written 'shipping', "
                    "got 'urn:epcglobal:cbv:bizstep:shipping'."
                ),
            )
        ],
    ),
    "a disposition in the draft's namespace": Case(
        changed(OBJECT, disposition="https://ns.gs1.org/cbv/Disp-active"),
        [
            (
                "term_not_bare",
                "/disposition",
                (
                    "In JSON this standard term is written 'active', "
                    "got 'https://ns.gs1.org/cbv/Disp-active'."
                ),
            )
        ],
    ),
    "a measurement in the Web vocabulary": Case(
        sensors({"type": "https://gs1.org/voc/Temperature"}),
        [
            (
                "term_not_bare",
                "/sensorElementList/0/sensorReport/0/type",
                (
                    "In JSON this standard term is written 'Temperature', "
                    "got 'https://gs1.org/voc/Temperature'."
                ),
            )
        ],
    ),
    "a misspelt step": Case(
        changed(OBJECT, bizStep="shiping"),
        [
            (
                "misspelt_term",
                "/bizStep",
                "'shiping' is not a standard term; did you mean 'shipping'?",
            )
        ],
    ),
    "a misspelt step in the standard's namespace": Case(
        changed(OBJECT, bizStep="https://ref.gs1.org/cbv/BizStep-Shipping"),
        [
            (
                "misspelt_term",
                "/bizStep",
                (
                    "'https://ref.gs1.org/cbv/BizStep-Shipping' is not a standard term; "
                    "did you mean 'shipping'?"
                ),
            )
        ],
    ),
    "a step of one's own without a URI": Case(
        changed(OBJECT, bizStep="thu_hoach"),
        [
            (
                "unknown_term",
                "/bizStep",
                (
                    "'thu_hoach' is not a standard term; "
                    "a term of your own is a URI outside the standard's namespaces."
                ),
            )
        ],
    ),
    "a step of the wrong list": Case(
        changed(OBJECT, disposition="commissioning"),
        [
            (
                "unknown_term",
                "/disposition",
                (
                    "'commissioning' is not a standard term; "
                    "a term of your own is a URI outside the standard's namespaces."
                ),
            )
        ],
    ),
    "no step": Case(
        changed(OBJECT, bizStep=""),
        [
            (
                "unknown_term",
                "/bizStep",
                (
                    "'' is not a standard term; "
                    "a term of your own is a URI outside the standard's namespaces."
                ),
            )
        ],
    ),
    "wrong terms everywhere": Case(
        changed(
            sensors({"type": "Temprature", "exception": "ALARM_CONDITON", "component": "Latitude"}),
            persistentDisposition={"set": ["recaled"], "unset": ["Recalled"]},
            errorDeclaration={"declarationTime": WHEN["eventTime"], "reason": "did_not_ocur"},
            bizTransactionList=[{"type": "PO", "bizTransaction": OWN}],
            sourceList=[{"type": "owning", "source": PARTY}],
            destinationList=[{"type": "locations", "destination": PLACE}],
        ),
        [
            ("misspelt_term", pointer, f"'{given}' is not a standard term; did you mean '{right}'?")
            for pointer, given, right in (
                ("/persistentDisposition/set/0", "recaled", "recalled"),
                ("/persistentDisposition/unset/0", "Recalled", "recalled"),
                ("/errorDeclaration/reason", "did_not_ocur", "did_not_occur"),
                ("/bizTransactionList/0/type", "PO", "po"),
                ("/sourceList/0/type", "owning", "owning_party"),
                ("/destinationList/0/type", "locations", "location"),
                ("/sensorElementList/0/sensorReport/0/type", "Temprature", "Temperature"),
                (
                    "/sensorElementList/0/sensorReport/0/exception",
                    "ALARM_CONDITON",
                    "ALARM_CONDITION",
                ),
                ("/sensorElementList/0/sensorReport/0/component", "Latitude", "latitude"),
            )
        ],
    ),
    "a measurement that the Web vocabulary may have by now": Case(
        sensors({"type": "https://gs1.org/voc/EffectiveDoseRate"}),
        [
            (
                "term_not_bare",
                "/sensorElementList/0/sensorReport/0/type",
                (
                    "In JSON this standard term is written 'gs1:EffectiveDoseRate', "
                    "got 'https://gs1.org/voc/EffectiveDoseRate'."
                ),
            ),
            (
                "unknown_web_term",
                "/sensorElementList/0/sensorReport/0/type",
                (
                    "'https://gs1.org/voc/EffectiveDoseRate' is not a term of the GS1 Web "
                    "vocabulary as it is known here."
                ),
            ),
        ],
    ),
    "a reading of nothing named": Case(
        changed(OBJECT, sensorElementList=[{"sensorReport": [{"type": "Mass"}, {"value": 1}]}]),
        [
            (
                "report_type_missing",
                "/sensorElementList/0/sensorReport/1",
                "The report does not say what was measured: 'type' is missing.",
            )
        ],
    ),
    "a device in metadata and report": Case(
        sensors(
            {
                "deviceID": OWN,
                "deviceMetadata": OWN,
                "rawData": OWN,
                "dataProcessingMethod": OWN,
                "time": "2026-03-01T00:00:00Z",
                "bizRules": OWN,
            },
            sensorMetadata={
                "deviceID": OWN,
                "deviceMetadata": OWN,
                "rawData": OWN,
                "dataProcessingMethod": OWN,
                "time": "2026-03-01T00:00:00Z",
                "bizRules": OWN,
            },
        ),
        [
            (
                "said_twice",
                f"/sensorElementList/0/sensorReport/0/{name}",
                (
                    f"'{name}' stands in the sensor's metadata and in its report; "
                    "it belongs in one of them."
                ),
            )
            for name in ("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "time")
        ],
    ),
    "readings from the future": Case(
        sensors(
            {"time": "2026-03-01T08:00:00.001+07:00"},
            sensorMetadata={
                "startTime": "2026-03-01T01:00:00Z",
                "endTime": "2026-03-01T02:00:00Z",
            },
        ),
        [
            (
                "reading_later_than_event",
                pointer,
                (
                    f"The reading at {time} is later than the event that reports it, "
                    "at 2026-03-01T08:00:00+07:00."
                ),
            )
            for pointer, time in (
                ("/sensorElementList/0/sensorMetadata/endTime", "2026-03-01T02:00:00Z"),
                ("/sensorElementList/0/sensorReport/0/time", "2026-03-01T08:00:00.001+07:00"),
            )
        ],
    ),
    "metadata from the future": Case(
        sensors({"value": 1}, sensorMetadata={"time": "2027-01-01T00:00:00Z"}),
        [
            (
                "reading_later_than_event",
                "/sensorElementList/0/sensorMetadata/time",
                (
                    "The reading at 2027-01-01T00:00:00Z is later than the event that reports it, "
                    "at 2026-03-01T08:00:00+07:00."
                ),
            )
        ],
    ),
    "prefixes that nobody declared": Case(
        changed(
            OBJECT,
            **{"a:x": 1, "a:y": 2},
            readPoint={"id": PLACE, "b:x": 1},
            bizLocation={"id": PLACE, "c:x/y": 1},
            ilmd={"d:x": 1},
            errorDeclaration={"declarationTime": WHEN["eventTime"], "e:x": 1},
            sensorElementList=[
                {
                    "sensorReport": [{"type": "Mass", "f:x": 1}],
                    "sensorMetadata": {"g:x": 1},
                    "h:x": [{"plain": {"i:x": 1}}],
                }
            ],
        ),
        [
            (
                "unbound_prefix",
                pointer,
                f"Prefix '{prefix}' stands for no namespace; declare it in the '@context'.",
            )
            for pointer, prefix in (
                ("/a:x", "a"),
                ("/errorDeclaration/e:x", "e"),
                ("/readPoint/b:x", "b"),
                ("/bizLocation/c:x~1y", "c"),
                ("/sensorElementList/0/h:x", "h"),
                ("/sensorElementList/0/h:x/0/plain/i:x", "i"),
                ("/sensorElementList/0/sensorMetadata/g:x", "g"),
                ("/sensorElementList/0/sensorReport/0/f:x", "f"),
                ("/ilmd/d:x", "d"),
            )
        ],
    ),
    "an extension type of a prefix that nobody declared": Case(
        changed(EXTENSION, type="my:Harvest"),
        [
            (
                "unbound_prefix",
                "/type",
                "Prefix 'my' stands for no namespace; declare it in the '@context'.",
            )
        ],
    ),
}
DECLARED = Namespaces.of_context({"ex": "https://example.org/ns/"})


def numbered(value: Any) -> Any:
    """JSON members with numbers as a codec reads them."""
    if isinstance(value, dict):
        return {name: numbered(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [numbered(inner) for inner in value]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Number(str(value)) if is_number else value


def event_of(members: dict[str, Any]) -> EpcisEvent:
    event, found = read_event(numbered(members))
    assert found == []
    assert event is not None
    return event


@pytest.mark.parametrize("members", RIGHT.values(), ids=RIGHT.keys())
def test_a_right_event_has_no_findings(members: dict[str, Any]) -> None:
    assert list(check_event(event_of(members), DECLARED, "json")) == []


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG.keys())
def test_what_breaks_a_rule_is_told(case: Case) -> None:
    found = list(check_event(event_of(case.event), DECLARED, "json"))
    assert [(one.code, one.where.pointer, one.message) for one in found] == case.expected


WARNINGS = {
    "unit_without_quantity",
    "said_twice",
    "reading_later_than_event",
    "unbound_prefix",
    "unknown_web_term",
}
NEVER_LENIENT = {
    "negative_quantity",
    "wrong_check_digit",
    "malformed_identifier",
    "one_of_missing",
    "report_type_missing",
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG.keys())
def test_lenient_mode_turns_named_rules_into_warnings(case: Case) -> None:
    found = list(check_event(event_of(case.event), DECLARED, "json"))
    for strict, lenient in zip(found, in_mode(found, lenient=True), strict=True):
        is_warning = strict.code in WARNINGS
        assert strict.severity is (Severity.WARNING if is_warning else Severity.ERROR)
        stays = strict.code in NEVER_LENIENT
        assert lenient.severity is (Severity.ERROR if stays else Severity.WARNING)
        assert (lenient.code, lenient.where) == (strict.code, strict.where)


OF_JSON = {"term_not_bare", "report_type_missing"}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG.keys())
def test_in_xml_the_same_is_told_but_for_what_json_alone_asks(case: Case) -> None:
    event = event_of(case.event)
    in_json = list(check_event(event, DECLARED, "json"))
    in_xml = list(check_event(event, DECLARED, "xml"))
    assert in_xml == [one for one in in_json if one.code not in OF_JSON]


def test_every_rule_has_an_event_that_breaks_it() -> None:
    events = [event_of(case.event) for case in WRONG.values()]
    idle = [
        rule.check.__name__
        for rule in RULES
        if not any(list(rule.check(event)) for event in events)
    ]
    assert idle == []


def test_every_rule_says_which_clause_it_is() -> None:
    assert all(rule.check.__doc__ for rule in RULES)


def test_rules_leave_an_unknown_context_alone() -> None:
    event = event_of(changed(OBJECT, **{"a:x": 1}))
    unknown = Namespaces.of_context("https://example.org/context.jsonld")
    assert list(check_event(event, unknown, "json")) == []


def test_many_findings_of_one_code_are_counted_and_others_still_told() -> None:
    wrong = [f"urn:epc:id:sscc:8930001.{n}" for n in range(100)]
    event = event_of(changed(OBJECT, epcList=[*wrong, LOT]))
    found = list(check_event(event, DECLARED, "json"))
    codes = ["malformed_identifier"] * 20 + ["not_an_instance", "more_findings"]
    assert [one.code for one in found] == codes
    assert found[-1].where.pointer == "/epcList/20"
    assert found[-1].message == "There are 80 more findings 'malformed_identifier' like this one."


def test_a_hundred_wrong_terms_get_twenty_suggestions() -> None:
    terms = [f"recalle{n:02}" for n in range(100)]
    found = list(
        check_event(
            event_of(changed(OBJECT, persistentDisposition={"set": terms})), DECLARED, "json"
        )
    )
    assert [one.code for one in found] == [
        *["misspelt_term"] * 20,
        *["unknown_term"] * 20,
        "more_findings",
    ]


DEVICE = "https://id.gs1.org/8003/09506000134355"
SAYS = f"Check digit of {DEVICE} is wrong: expected 2, got 5."


def findings(members: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Code, pointer and sentence of what the rules find."""
    found = check_event(event_of(members), Namespaces(), "json")
    return [(one.code, one.where.pointer or "", one.message) for one in found]


@pytest.mark.parametrize(
    "name",
    ["deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules"],
)
def test_what_sensors_name_has_a_right_check_digit_in_metadata_and_reports(name: str) -> None:
    def found(of_report: str, of_metadata: str) -> list[tuple[str, str, str]]:
        event = sensors({name: of_report}, sensorMetadata={name: of_metadata})
        return [one for one in findings(event) if one[0] != "said_twice"]

    right = DEVICE[:-1] + "2"
    base = "/sensorElementList/0"
    assert found(right, "urn:epc:id:giai:4012345.7") == []
    assert found(OWN, DEVICE) == [("wrong_check_digit", f"{base}/sensorMetadata/{name}", SAYS)]
    assert found(DEVICE, OWN) == [("wrong_check_digit", f"{base}/sensorReport/0/{name}", SAYS)]


@pytest.mark.parametrize(
    "name", ["microorganism", "chemicalSubstance", "coordinateReferenceSystem", "uriValue"]
)
def test_what_a_report_names_has_a_right_check_digit(name: str) -> None:
    pointer = f"/sensorElementList/0/sensorReport/0/{name}"
    assert findings(sensors({name: DEVICE})) == [("wrong_check_digit", pointer, SAYS)]
    assert findings(sensors({name: OWN})) == []
