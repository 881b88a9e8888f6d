"""Constraints on what an event of each type must and may hold."""

from collections.abc import Mapping
from typing import Final

from tests.core.rules.both_syntaxes import (
    AGGREGATION,
    ASSOCIATION,
    ITEM,
    LOT,
    OBJECT,
    OUT,
    OWN,
    PLACE,
    SSCC,
    TIME,
    TRANSACTION,
    TRANSFORMATION,
    WHEN,
    changed,
    xml_of,
)
from tests.core.rules.constraint_case import ALL, JSON, NONE, Constraint, one

_NOTHING = "The event names no object: expected one of epcList, quantityList."
_READING = {"type": "Temperature", "value": 4.5, "uom": "CEL"}
_ONE_SIDED = (
    "A transformation needs inputs and outputs, or 'transformationID' and one of them; missing: "
)
_NO_CHILDREN = "With action ADD the event needs 'childEPCs' or 'childQuantityList'."
_UNKNOWN_ELEMENT = (
    "Element '{}' is not known here; an extension needs a namespace of its own and a prefix, such "
    "as 'ex:{}'."
)
_UNKNOWN_FIELD = "Field '{}' is not known here; an extension field needs a prefix, such as 'ex:{}'."
_EVENT_TYPES = (
    "ObjectEvent, AggregationEvent, TransactionEvent, TransformationEvent, AssociationEvent"
)

OF_EVENTS: Final[Mapping[str, Constraint]] = {
    "C1 offset": Constraint(
        changed(OBJECT, eventTimeZoneOffset="Z"),
        changed(OBJECT, eventTimeZoneOffset="-14:00"),
        one(
            "malformed_offset",
            "/eventTimeZoneOffset",
            "Expected an offset such as +07:00, from -14:00 to +14:00, got 'Z'.",
        ),
        refused_by=JSON,
    ),
    "C3 zone of a time": Constraint(
        changed(OBJECT, eventTime="2026-03-01T08:00:00"),
        changed(OBJECT, eventTime="2026-03-01T01:00:00Z"),
        one(
            "malformed_time",
            "/eventTime",
            "Expected a time with its zone, such as 2026-03-01T08:00:00+07:00, "
            "got '2026-03-01T08:00:00'.",
        ),
        refused_by=ALL,
    ),
    "C4 object named": Constraint(
        changed(OBJECT, epcList=OUT, sensorElementList=[{"sensorReport": [_READING]}]),
        changed(
            OBJECT,
            epcList=OUT,
            sensorElementList=[{"sensorReport": [_READING]}],
            readPoint={"id": PLACE},
        ),
        one("nothing_named", "", _NOTHING, lenient="warning"),
        refused_by=JSON,
    ),
    "C5 ilmd": Constraint(
        changed(OBJECT, ilmd={"cbvmda:lotNumber": "L1"}),
        changed(OBJECT, ilmd={"cbvmda:lotNumber": "L1"}, action="ADD"),
        one(
            "ilmd_without_add",
            "/ilmd",
            "'ilmd' belongs to action ADD, got OBSERVE.",
            lenient="warning",
        ),
        refused_by=JSON,
    ),
    "C6 parent of an aggregation": Constraint(
        changed(AGGREGATION, parentID=OUT, action="DELETE"),
        changed(AGGREGATION, parentID=OUT, action="OBSERVE"),
        one(
            "parent_missing",
            "",
            "An aggregation with action DELETE needs 'parentID'.",
            lenient="warning",
        ),
        refused_by=NONE,
    ),
    "C7 children of an aggregation": Constraint(
        changed(AGGREGATION, childEPCs=OUT),
        changed(AGGREGATION, childEPCs=OUT, action="DELETE"),
        one("children_missing", "", _NO_CHILDREN, lenient="warning"),
        refused_by=JSON,
    ),
    "C8 parent of an association": Constraint(
        changed(ASSOCIATION, parentID=OUT),
        changed(ASSOCIATION, parentID=PLACE),
        one("missing_field", "", "Field 'parentID' is missing."),
        refused_by=ALL,
    ),
    "C8 children of an association": Constraint(
        changed(ASSOCIATION, childEPCs=OUT),
        changed(ASSOCIATION, childEPCs=OUT, action="DELETE"),
        one("children_missing", "", _NO_CHILDREN, lenient="warning"),
        refused_by=JSON,
    ),
    "C9 persistent disposition": Constraint(
        changed(OBJECT, persistentDisposition={}),
        changed(OBJECT, persistentDisposition={"unset": ["recalled"]}),
        one("one_of_missing", "/persistentDisposition", "Expected at least one of set, unset."),
        refused_by=JSON,
    ),
    "C9 persistent disposition of an aggregation": Constraint(
        changed(AGGREGATION, persistentDisposition={}),
        changed(AGGREGATION, persistentDisposition={"set": ["recalled"]}),
        one("one_of_missing", "/persistentDisposition", "Expected at least one of set, unset."),
        refused_by=frozenset({"json"}),
        keeping_refused_by=frozenset({"json"}),
    ),
    "C10 transactions": Constraint(
        changed(TRANSACTION, bizTransactionList=[]),
        TRANSACTION,
        one(
            "empty_list",
            "/bizTransactionList",
            "'bizTransactionList' needs at least one entry.",
        ),
        refused_by=ALL,
    ),
    "C11 objects of a transaction": Constraint(
        changed(TRANSACTION, epcList=OUT),
        changed(TRANSACTION, epcList=[]),
        one("nothing_named", "", _NOTHING, lenient="warning"),
        refused_by=JSON,
    ),
    "C12 both sides of a transformation": Constraint(
        changed(TRANSFORMATION, outputEPCList=OUT),
        changed(TRANSFORMATION, outputEPCList=OUT, transformationID=OWN),
        one("transformation_one_sided", "", f"{_ONE_SIDED}outputs.", lenient="warning"),
        refused_by=JSON,
    ),
    "C12 transformation with its id alone": Constraint(
        changed(TRANSFORMATION, inputQuantityList=OUT, outputEPCList=OUT, transformationID=OWN),
        changed(TRANSFORMATION, inputQuantityList=OUT, transformationID=OWN),
        one(
            "transformation_one_sided",
            "",
            f"{_ONE_SIDED}inputs and outputs.",
            lenient="warning",
        ),
        refused_by=JSON,
    ),
    "C13 no action of a transformation": Constraint(
        changed(TRANSFORMATION, action="ADD"),
        TRANSFORMATION,
        one("unknown_field", "/action", _UNKNOWN_FIELD.format("action", "action")),
        refused_by=ALL,
        told_xml=one("unknown_element", "/action", _UNKNOWN_ELEMENT.format("action", "action")),
    ),
    "C18 time of a declaration": Constraint(
        changed(OBJECT, errorDeclaration={"reason": "incorrect_data"}),
        changed(OBJECT, errorDeclaration={"declarationTime": TIME}),
        one("missing_field", "/errorDeclaration", "Field 'declarationTime' is missing."),
        refused_by=JSON,
    ),
    "C19 each object once": Constraint(
        changed(OBJECT, epcList=[SSCC, ITEM, SSCC]),
        changed(OBJECT, epcList=[SSCC, ITEM]),
        one("named_twice", "/epcList/2", f"{SSCC} is named twice in one list.", lenient="warning"),
        refused_by=JSON,
    ),
    "C19 not of children": Constraint(
        changed(TRANSFORMATION, outputEPCList=[ITEM, ITEM]),
        changed(AGGREGATION, childEPCs=[ITEM, ITEM]),
        one(
            "named_twice",
            "/outputEPCList/1",
            f"{ITEM} is named twice in one list.",
            lenient="warning",
        ),
        refused_by=JSON,
    ),
    "C26 event of an extension": Constraint(
        {**WHEN, "type": "HarvestEvent", "crop": "grape"},
        {**WHEN, "type": "ex:HarvestEvent", "crop": "grape"},
        one(
            "unknown_event_type",
            "/type",
            f"Event type 'HarvestEvent' is not known: expected one of {_EVENT_TYPES}; an "
            "extension type needs a prefix.",
        ),
        refused_by=ALL,
        breaks_xml=xml_of({**WHEN, "type": "HarvestEvent", "crop": "grape"}),
        keeps_xml=(
            "<extension>"
            + xml_of({**WHEN, "type": "ex:HarvestEvent", "crop": "grape"})
            + "</extension>"
        ),
        told_xml=one(
            "unknown_event_type",
            "",
            f"Event type 'HarvestEvent' is not known: expected one of {_EVENT_TYPES}; an "
            "extension type needs a prefix.",
        ),
    ),
    "TCR-54 step 3": Constraint(
        changed(ASSOCIATION, parentID=OUT, action="DELETE"),
        changed(ASSOCIATION, parentID="urn:epc:id:sgln:8930001.00001.0", action="DELETE"),
        one("missing_field", "", "Field 'parentID' is missing."),
        refused_by=ALL,
    ),
    "TCR-54 step 4": Constraint(
        changed(ASSOCIATION, childEPCs=[], childQuantityList=[], action="OBSERVE"),
        changed(ASSOCIATION, childEPCs=OUT, childQuantityList=[{"epcClass": LOT}]),
        one(
            "children_missing",
            "/childEPCs",
            "With action OBSERVE the event needs 'childEPCs' or 'childQuantityList'.",
            lenient="warning",
        ),
        refused_by=JSON,
    ),
}
"""By number and subject."""
