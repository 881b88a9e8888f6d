"""Constraints on the parts of events: sensors, terms, identifiers, amounts."""

from collections.abc import Mapping
from typing import Final

from tests.core.rules.both_syntaxes import (
    ITEM,
    LOT,
    OBJECT,
    ORDER,
    OWN,
    PARTY,
    PLACE,
    SSCC,
    TIME,
    changed,
    sensors,
    xml_of,
)
from tests.core.rules.constraint_case import ALL, JSON, NONE, XSD, Constraint, doubt, one

_READING = {"type": "Temperature", "value": 4.5, "uom": "CEL"}
_LATER = "2026-03-01T08:00:01+07:00"
_TWICE = "stands in the sensor's metadata and in its report; it belongs in one of them."
_UNKNOWN_ELEMENT = (
    "Element '{}' is not known here; an extension needs a namespace of its own and a prefix, such "
    "as 'ex:{}'."
)
_UNKNOWN_FIELD = "Field '{}' is not known here; an extension field needs a prefix, such as 'ex:{}'."
_NOT_STANDARD = (
    "'{}' is not a standard term; a term of your own is a URI outside the standard's namespaces."
)

OF_PARTS: Final[Mapping[str, Constraint]] = {
    "C14 reports of a sensor": Constraint(
        changed(OBJECT, sensorElementList=[{"sensorMetadata": {"deviceID": OWN}}]),
        sensors(_READING),
        one("missing_field", "/sensorElementList/0", "Field 'sensorReport' is missing."),
        refused_by=ALL,
    ),
    "C15 what was measured": Constraint(
        sensors({"value": 4.5}),
        sensors({"type": "Temperature"}),
        one(
            "report_type_missing",
            "/sensorElementList/0/sensorReport/0",
            "The report does not say what was measured: 'type' is missing.",
        ),
        refused_by=JSON,
        told_xml=(),
    ),
    "C16 said once": Constraint(
        sensors({**_READING, "deviceID": OWN}, sensorMetadata={"deviceID": OWN}),
        sensors({**_READING, "bizRules": OWN}, sensorMetadata={"deviceID": OWN, "bizRules": OWN}),
        (
            doubt(
                "said_twice",
                "/sensorElementList/0/sensorReport/0/deviceID",
                f"'deviceID' {_TWICE}",
            ),
        ),
        refused_by=NONE,
    ),
    "C17 time of a reading": Constraint(
        sensors({**_READING, "time": _LATER}),
        sensors({**_READING, "time": "2026-03-01T01:00:00Z"}),
        (
            doubt(
                "reading_later_than_event",
                "/sensorElementList/0/sensorReport/0/time",
                f"The reading at {_LATER} is later than the event that reports it, at {TIME}.",
            ),
        ),
        refused_by=NONE,
    ),
    "C21 spelling of a term": Constraint(
        changed(OBJECT, bizStep="urn:epcglobal:cbv:bizstep:shipping"),
        changed(OBJECT, bizStep="https://ref.gs1.org/cbv/BizStep-shipping"),
        one(
            "term_not_bare",
            "/bizStep",
            "In JSON this standard term is written 'shipping', "
            "got 'urn:epcglobal:cbv:bizstep:shipping'.",
            lenient="warning",
        ),
        refused_by=JSON,
        told_xml=(),
    ),
    "C21 measurement of the Web vocabulary": Constraint(
        sensors({"type": "https://gs1.org/voc/Temperature"}),
        sensors({"type": "gs1:Temperature"}),
        one(
            "term_not_bare",
            "/sensorElementList/0/sensorReport/0/type",
            "In JSON this standard term is written 'Temperature', "
            "got 'https://gs1.org/voc/Temperature'.",
            lenient="warning",
        ),
        refused_by=JSON,
        told_xml=(),
    ),
    "C22 word of no vocabulary": Constraint(
        changed(OBJECT, bizStep="foo_bar"),
        changed(OBJECT, bizStep="https://example.org/steps/foo_bar"),
        one("unknown_term", "/bizStep", _NOT_STANDARD.format("foo_bar"), lenient="warning"),
        refused_by=JSON,
        breaks_xml=xml_of(changed(OBJECT, bizStep="urn:epcglobal:cbv:bizstep:foo_bar")),
        told_xml=one(
            "unknown_term",
            "/bizStep",
            _NOT_STANDARD.format("urn:epcglobal:cbv:bizstep:foo_bar"),
            lenient="warning",
        ),
    ),
    "C22 word of the open vocabulary": Constraint(
        sensors({"type": "gs1:EffectiveDoseRate"}),
        sensors({"type": "https://ref.gs1.org/voc/Mass"}),
        (
            doubt(
                "unknown_web_term",
                "/sensorElementList/0/sensorReport/0/type",
                "'gs1:EffectiveDoseRate' is not a term of the GS1 Web vocabulary as it is known "
                "here.",
            ),
        ),
        refused_by=NONE,
    ),
    "C23 type of a source": Constraint(
        changed(OBJECT, sourceList=[{"source": PARTY}]),
        changed(
            OBJECT,
            sourceList=[{"type": "owning_party", "source": PARTY}],
            bizTransactionList=[{"bizTransaction": ORDER}],
        ),
        one("missing_field", "/sourceList/0", "Field 'type' is missing."),
        refused_by=ALL,
    ),
    "C23 type of a destination": Constraint(
        changed(OBJECT, destinationList=[{"destination": PARTY}]),
        changed(OBJECT, destinationList=[{"type": "https://example.org/t", "destination": OWN}]),
        one("missing_field", "/destinationList/0", "Field 'type' is missing."),
        refused_by=ALL,
    ),
    "C24 hexadecimal digits": Constraint(
        sensors({"type": "Mass", "hexBinaryValue": "F0F"}),
        sensors({"type": "Mass", "hexBinaryValue": "f0F0"}),
        one(
            "malformed_value",
            "/sensorElementList/0/sensorReport/0/hexBinaryValue",
            "Expected pairs of hexadecimal digits, got 'F0F'.",
        ),
        refused_by=XSD,
    ),
    "C25 extension of a place": Constraint(
        changed(OBJECT, readPoint={"id": PLACE, "block": "A3"}),
        changed(OBJECT, readPoint={"id": PLACE, "ex:block": "A3"}),
        one("unknown_field", "/readPoint/block", _UNKNOWN_FIELD.format("block", "block")),
        refused_by=XSD,
        told_xml=one(
            "unknown_element", "/readPoint/block", _UNKNOWN_ELEMENT.format("block", "block")
        ),
    ),
    "TCR-53 step 29": Constraint(
        sensors(
            {**_READING, "time": TIME, "rawData": OWN, "dataProcessingMethod": OWN},
            sensorMetadata={"time": TIME, "rawData": OWN, "dataProcessingMethod": OWN},
        ),
        sensors(
            {**_READING, "time": TIME, "rawData": OWN},
            sensorMetadata={"dataProcessingMethod": OWN, "startTime": TIME},
        ),
        tuple(
            doubt("said_twice", f"/sensorElementList/0/sensorReport/0/{name}", f"'{name}' {_TWICE}")
            for name in ("rawData", "dataProcessingMethod", "time")
        ),
        refused_by=NONE,
    ),
    "unit of an amount": Constraint(
        changed(OBJECT, quantityList=[{"epcClass": LOT, "quantity": 2, "uom": "kg"}]),
        changed(OBJECT, quantityList=[{"epcClass": LOT, "quantity": 2, "uom": "KGM"}]),
        one(
            "malformed_unit",
            "/quantityList/0/uom",
            "Expected a UN/ECE Rec 20 code such as KGM, got 'kg'.",
        ),
        refused_by=JSON,
    ),
    "amount below zero": Constraint(
        changed(OBJECT, quantityList=[{"epcClass": LOT, "quantity": -0.5}]),
        changed(OBJECT, quantityList=[{"epcClass": LOT, "quantity": 0}]),
        one(
            "negative_quantity",
            "/quantityList/0/quantity",
            "A quantity cannot be below zero, got -0.5.",
        ),
        refused_by=NONE,
    ),
    "level of an EPC": Constraint(
        changed(OBJECT, epcList=[LOT]),
        changed(OBJECT, epcList=[ITEM, OWN]),
        one(
            "not_an_instance",
            "/epcList/0",
            f"Expected the identifier of a single object, got a lot: {LOT}. Lots and classes "
            "belong in a quantity list.",
            lenient="warning",
        ),
        refused_by=NONE,
    ),
    "level of a class": Constraint(
        changed(OBJECT, quantityList=[{"epcClass": SSCC}]),
        changed(OBJECT, quantityList=[{"epcClass": LOT}, {"epcClass": OWN}]),
        one(
            "instance_in_quantity_list",
            "/quantityList/0/epcClass",
            f"Expected a lot or class of objects, got a single object: {SSCC}.",
            lenient="warning",
        ),
        refused_by=NONE,
    ),
    "check digit": Constraint(
        changed(OBJECT, epcList=["https://id.gs1.org/00/189300010000000012"]),
        changed(OBJECT, epcList=["https://id.gs1.org/00/189300010000000015"]),
        one(
            "wrong_check_digit",
            "/epcList/0",
            "Check digit of https://id.gs1.org/00/189300010000000012 is wrong: expected 5, got 2.",
        ),
        refused_by=NONE,
    ),
    "form of a GS1 key": Constraint(
        changed(OBJECT, readPoint={"id": "urn:epc:id:sgln:8930001.0001.0"}),
        changed(OBJECT, readPoint={"id": "geo:11.57,108.99"}),
        one(
            "malformed_identifier",
            "/readPoint/id",
            "urn:epc:id:sgln:8930001.0001.0 is not a well-formed GS1 identifier: "
            "expected C.R N12, got 8930001.0001.",
        ),
        refused_by=NONE,
    ),
    "form of a URI": Constraint(
        changed(OBJECT, readPoint={"id": "my farm"}),
        changed(OBJECT, readPoint={"id": "x:"}),
        one(
            "malformed_uri",
            "/readPoint/id",
            "Expected a URI, such as https://id.gs1.org/414/…, got 'my farm'.",
        ),
        refused_by=JSON,
    ),
}
"""By number and subject."""
