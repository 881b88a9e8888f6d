"""Events with transactions, amounts, sensors and extensions, and what parameters find of them."""

from typing import Any, Final

from tests.ingest.documents import SITE, item, lot, observed

FARM: Final = "https://id.gs1.org/417/9506000134307"
SHOP: Final = "https://id.gs1.org/417/9506000134314"
SHED: Final = f"{SITE}/254/shed"
ORDER: Final = "https://id.gs1.org/253/9506000134369PO1"
PROBE: Final = "https://id.gs1.org/8004/9506000COLD7"
PROBE_URN: Final = "urn:epc:id:giai:9506000.COLD7"

EVENTS: Final[dict[str, dict[str, Any]]] = {
    "traded": observed(
        item("1"),
        bizTransactionList=[
            {"type": "po", "bizTransaction": "urn:epc:id:gdti:9506000.13436.PO1"},
            {"type": "inv", "bizTransaction": "urn:x:inv"},
            {"bizTransaction": "urn:x:untyped"},
            {"type": "ex:contract", "bizTransaction": "urn:x:deal"},
        ],
        sourceList=[
            {"type": "owning_party", "source": "urn:epc:id:pgln:9506000.13430"},
            {"type": "location", "source": SHED},
        ],
        destinationList=[
            {"type": "owning_party", "destination": SHOP},
            {"type": "possessing_party", "destination": "urn:epc:id:sgln:9506000.13430.shed"},
        ],
    ),
    "kept": observed(
        item("2"),
        bizStep="ex:drying",
        persistentDisposition={"set": ["expired"], "unset": ["damaged", "ex:wet"]},
    ),
    "weighed": observed(
        item("3"),
        quantityList=[
            {"epcClass": lot("L1"), "quantity": 2.50, "uom": "TNE"},
            {"epcClass": lot("L2"), "quantity": 40},
        ],
    ),
    "said": observed(
        item("4"),
        **{
            "action": "ADD",
            "ex:grade": "A",
            "ex:farm_a": ["north", "south"],
            "ex:brix": 12.5,
            "ex:picked": "2026-03-01T00:00:00Z",
            "ex:ripe": True,
            "ex:from": "urn:epc:id:sgln:9506000.13430.0",
            "ex:empty": "",
            "ex:numeral": "15",
            "ex:box": {
                "ex:colour": "red",
                "size": 4,
                "ex:weight": 0.75,
                "ex:at": "2026-03-02T00:00:00Z",
            },
            "readPoint": {"id": SHED, "ex:row": 3, "ex:rack": {"ex:bin": "b1"}},
            "bizLocation": {"id": SITE, "ex:row": 5, "ex:rack": {"ex:bin": "b2"}},
            "ilmd": {
                "cbvmda:lotNumber": "L9",
                "ex:trees": 120,
                "ex:harvest": {"ex:row": 7, "ex:at": "2026-03-01T00:00:00Z"},
            },
        },
    ),
    "wrong": observed(
        item("5"),
        errorDeclaration={
            "declarationTime": "2026-03-05T08:00:00+07:00",
            "reason": "ex:typing_error",
            "correctiveEventIDs": ["urn:uuid:2E0AB4E5-2b0c-4c5d-8a0e-0a6a0f2d7c11"],
            "ex:by": "Lan",
            "ex:times": 2,
            "ex:why": {"ex:code": 7},
        },
    ),
    "sensed": observed(
        item("6"),
        sensorElementList=[
            {
                "sensorMetadata": {
                    "time": "2026-03-01T00:30:00Z",
                    "startTime": "2026-03-01T00:00:00Z",
                    "endTime": "2026-03-01T00:45:00Z",
                    "deviceID": PROBE_URN,
                    "deviceMetadata": "urn:x:meta",
                    "rawData": "urn:x:raw",
                    "dataProcessingMethod": "urn:x:method",
                    "bizRules": "urn:x:rules",
                    "ex:probe": 1,
                    "ex:battery": {"ex:volt": 3},
                },
                "sensorReport": [
                    {
                        "type": "Temperature",
                        "value": -18,
                        "minValue": -20,
                        "maxValue": -15.5,
                        "meanValue": -17.8,
                        "sDev": 0.5,
                        "percRank": 50,
                        "percValue": -16,
                        "uom": "CEL",
                        "ex:calibrated": 2,
                        "ex:notes": {"ex:page": 9},
                    },
                    {"type": "RelativeHumidity", "value": 300, "uom": "P1"},
                ],
                "ex:shelf": 4,
                "ex:rack": {"ex:level": 6},
            },
        ],
    ),
    "tested": observed(
        item("7"),
        sensorElementList=[
            {
                "sensorReport": [
                    {
                        "type": "ex:Sweetness",
                        "deviceID": "urn:x:meter",
                        "time": "2026-03-01T00:50:00Z",
                        "value": 5,
                        "uom": "XYZ",
                        "stringValue": "sweet",
                        "booleanValue": True,
                        "hexBinaryValue": "F0a1",
                        "uriValue": "urn:x:answer",
                        "microorganism": "urn:x:yeast",
                        "chemicalSubstance": "urn:x:sugar",
                    }
                ]
            }
        ],
    ),
}
"""By the last part of their eventID; all have an object each, and most fields are in one alone."""

ALL: Final = list(EVENTS)

Case = tuple[str, list[str]]


def compared(name: str, number: str, less: str, more: str, event: str) -> dict[str, list[Case]]:
    """The five comparisons of a number of one event, with it, less than it and more than it."""
    return {
        f"EQ_{name}": [(number, [event]), (less, [])],
        f"GT_{name}": [(less, [event]), (number, [])],
        f"GE_{name}": [(number, [event]), (more, [])],
        f"LT_{name}": [(more, [event]), (number, [])],
        f"LE_{name}": [(number, [event]), (less, [])],
    }


def there(name: str, event: str) -> dict[str, list[Case]]:
    """That a field is there, and a flag that asks for nothing."""
    return {f"EXISTS_{name}": [("true", [event]), ("", [event]), ("false", ALL)]}


CASES: Final[dict[str, list[Case]]] = {
    "EQ_persistentDisposition_set": [
        ("urn:epcglobal:cbv:disp:expired", ["kept"]),
        ("damaged", []),
    ],
    "EQ_persistentDisposition_unset": [
        ("damaged", ["kept"]),
        ("https://ns.example.com/wet", ["kept"]),
        ("expired", []),
    ],
    "EQ_bizStep": [("https://ns.example.com/drying", ["kept"]), ("ex:drying", ["kept"])],
    "EQ_bizTransaction_po": [(ORDER, ["traded"]), ("urn:x:inv", []), ("urn:x:untyped", [])],
    "EQ_bizTransaction_urn:epcglobal:cbv:btt:inv": [("urn:x:inv", ["traded"]), (ORDER, [])],
    "EQ_bizTransaction_https://ns.example.com/contract": [
        ("urn:x:deal", ["traded"]),
        ("urn:x:inv", []),
    ],
    "EQ_source_owning_party": [(FARM, ["traded"]), (SHOP, []), (SHED, ["traded"])],
    "EQ_source_location": [
        ("urn:epc:id:sgln:9506000.13430.shed", ["traded"]),
        (SITE, []),
        (FARM, []),
    ],
    "EQ_source_possessing_party": [(FARM, []), (SHED, [])],
    "EQ_destination_owning_party": [("urn:epc:id:pgln:9506000.13431", ["traded"]), (FARM, [])],
    "EQ_destination_possessing_party": [(FARM, ["traded"]), (SHOP, [])],
    **compared("quantity", "40", "2.4", "41", "weighed"),
    "LT_quantity": [("2.6", ["weighed"]), ("2.5", [])],
    "LE_quantity": [("2.5", ["weighed"]), ("2.4", [])],
    **compared("quantity_KGM", "2500", "2499.9", "2500.1", "weighed"),
    "EQ_quantity_C62": [("40", []), ("2.5", [])],
    "EQ_errorReason": [("https://ns.example.com/typing_error", ["wrong"]), ("did_not_occur", [])],
    "EQ_correctiveEventID": [
        ("urn:uuid:2e0ab4e5-2b0c-4c5d-8a0e-0a6a0f2d7c11", ["wrong"]),
        ("urn:x:wrong", []),
    ],
    "EQ_ERROR_DECLARATION_Reason": [("ex:typing_error", ["wrong"]), ("incorrect_data", [])],
    "GE_ERROR_DECLARATION_Time": [
        ("2026-03-05T01:00:00Z", ["wrong"]),
        ("2026-03-06T00:00:00Z", []),
    ],
    "LT_ERROR_DECLARATION_Time": [
        ("2026-03-06T00:00:00Z", ["wrong"]),
        ("2026-03-05T01:00:00Z", []),
    ],
    "GE_errorDeclaration_Time": [("2026-03-05T01:00:00Z", ["wrong"]), ("2026-03-06T00:00:00Z", [])],
    "LT_errorDeclaration_Time": [("2026-03-06T00:00:00Z", ["wrong"]), ("2026-03-05T01:00:00Z", [])],
    "EXISTS_ERROR_DECLARATION": [("", ["wrong"]), ("false", ALL)],
    # --- extensions of the event
    **compared("ex:brix", "12.50", "12.4", "12.6", "said"),
    **there("ex:brix", "said"),
    "EQ_ex:grade": [("A", ["said"]), ("a", []), ("B", [])],
    "EQ_https://ns.example.com/#grade": [("A", ["said"]), ("B", [])],
    "EQ_https://ns.example.com/grade": [("A", ["said"]), ("B", [])],
    "EQ_ex:farm_a": [("south", ["said"]), ("a", [])],
    "EQ_ex:ripe": [("true", ["said"]), ("false", [])],
    "EQ_ex:picked": [("2026-03-01T07:00:00+07:00", ["said"]), ("2026-03-01", [])],
    "GE_ex:picked": [
        ("2026-03-01T07:00:00+07:00", ["said"]),
        ("2026-03-01T00:00:01Z", []),
        ("1", []),
    ],
    "EQ_ex:from": [(SITE, ["said"]), (SHED, [])],
    "EXISTS_ex:empty": [("true", [])],
    "EQ_ex:empty": [("", ["said"])],
    **compared("ex:numeral", "15", "9", "100", "said"),
    "EQ_ex:numeral": [("15", ["said"]), ("15.0", []), ("015", [])],
    "EXISTS_ex:box": [("true", ["said"])],
    "EQ_ex:colour": [("red", [])],
    "GT_ex:grade": [("1", [])],
    # --- below an extension
    "EQ_INNER_ex:colour": [("red", ["said"]), ("A", [])],
    "EQ_INNER_ex:grade": [("A", [])],
    **compared("INNER_size", "4", "3", "5", "said"),
    **there("INNER_size", "said"),
    **compared("INNER_ex:weight", "0.750", "0.7", "0.8", "said"),
    **there("INNER_ex:weight", "said"),
    "GE_INNER_ex:at": [("2026-03-02T00:00:00Z", ["said"]), ("2026-03-02T00:00:01Z", [])],
    # --- ilmd
    "EQ_ILMD_cbvmda:lotNumber": [("L9", ["said"]), ("L8", [])],
    "EQ_ILMD_urn:epcglobal:cbv:mda#lotNumber": [("L9", ["said"]), ("L8", [])],
    **compared("ILMD_ex:trees", "120", "119", "121", "said"),
    **there("ILMD_ex:trees", "said"),
    "EQ_ILMD_ex:row": [("7", [])],
    **compared("INNER_ILMD_ex:row", "7", "6", "8", "said"),
    **there("INNER_ILMD_ex:row", "said"),
    # --- places
    **compared("readPoint_ex:row", "3", "2", "4", "said"),
    **there("readPoint_ex:row", "said"),
    **compared("bizLocation_ex:row", "5", "3", "6", "said"),
    **there("bizLocation_ex:row", "said"),
    "EQ_INNER_readPoint_ex:bin": [("b1", ["said"]), ("b2", [])],
    "EQ_INNER_bizLocation_ex:bin": [("b2", ["said"]), ("b1", [])],
    # --- error declarations
    "EQ_ERROR_DECLARATION_ex:by": [("Lan", ["wrong"]), ("An", [])],
    **compared("ERROR_DECLARATION_ex:times", "2", "1", "3", "wrong"),
    **there("ERROR_DECLARATION_ex:times", "wrong"),
    **compared("INNER_ERROR_DECLARATION_ex:code", "7", "6", "8", "wrong"),
    **there("INNER_ERROR_DECLARATION_ex:code", "wrong"),
    # --- sensors
    "EXISTS_sensorElementList": [("true", ["sensed", "tested"]), ("false", ALL)],
    "EXISTS_sensorElement": [("", ["sensed", "tested"]), ("0", ALL)],
    "GE_time": [("2026-03-01T00:40:00Z", ["tested"]), ("2026-03-01T00:50:01Z", [])],
    "LT_time": [("2026-03-01T00:40:00Z", ["sensed"]), ("2026-03-01T00:30:00Z", [])],
    "EQ_time": [("2026-03-01T07:30:00+07:00", ["sensed"]), ("2026-03-01T00:30:01Z", [])],
    "GE_startTime": [("2026-03-01T00:00:00Z", ["sensed"]), ("2026-03-01T00:00:01Z", [])],
    "LT_startTime": [("2026-03-01T00:00:01Z", ["sensed"]), ("2026-03-01T00:00:00Z", [])],
    "GE_endTime": [("2026-03-01T00:45:00Z", ["sensed"]), ("2026-03-01T00:45:01Z", [])],
    "LT_endTime": [("2026-03-01T00:45:01Z", ["sensed"]), ("2026-03-01T00:45:00Z", [])],
    "EQ_type": [
        ("gs1:Temperature", ["sensed"]),
        ("https://gs1.org/voc/RelativeHumidity", ["sensed"]),
        ("https://ns.example.com/Sweetness", ["tested"]),
        ("Mass", []),
    ],
    "EQ_deviceID": [(PROBE, ["sensed"]), ("urn:x:meter", ["tested"]), ("urn:x:raw", [])],
    "EQ_deviceMetadata": [("urn:x:meta", ["sensed"]), ("urn:x:raw", [])],
    "EQ_rawData": [("urn:x:raw", ["sensed"]), ("urn:x:meta", [])],
    "EQ_dataProcessingMethod": [("urn:x:method", ["sensed"]), ("urn:x:rules", [])],
    "EQ_bizRules": [("urn:x:rules", ["sensed"]), ("urn:x:method", [])],
    "EQ_microorganism": [("urn:x:yeast", ["tested"]), ("urn:x:sugar", [])],
    "EQ_chemicalSubstance": [("urn:x:sugar", ["tested"]), ("urn:x:yeast", [])],
    "EQ_uriValue": [("urn:x:answer", ["tested"]), ("urn:x:sugar", [])],
    "EQ_stringValue": [("sweet", ["tested"]), ("Sweet", [])],
    "EQ_booleanValue": [("true", ["tested"]), ("false", [])],
    "EQ_hexBinaryValue": [("f0A1", ["tested"]), ("00", [])],
    # A value of 300 stands beside a unit of another quantity, and one of 5 beside an unknown unit.
    **compared("value_KEL", "255.15", "255", "256", "sensed"),
    **compared("value_XYZ", "5", "4", "6", "tested"),
    **compared("value_P1", "300", "299", "301", "sensed"),
    **compared("minValue_CEL", "-20", "-21", "-19", "sensed"),
    **compared("maxValue_FAH", "4.1", "4", "4.2", "sensed"),
    **compared("meanValue_KEL", "255.35", "255", "256", "sensed"),
    **compared("sDev_KEL", "0.5", "0.4", "0.6", "sensed"),
    **compared("sDev", "0.5", "0.4", "0.6", "sensed"),
    **compared("percValue_CEL", "-16", "-17", "-15", "sensed"),
    **compared("percValue", "-16", "-17", "-15", "sensed"),
    **compared("percRank", "50.0", "49", "51", "sensed"),
    # --- extensions of sensors
    **compared("SENSORELEMENT_ex:shelf", "4", "3", "5", "sensed"),
    **there("SENSORELEMENT_ex:shelf", "sensed"),
    **compared("INNER_SENSORELEMENT_ex:level", "6", "5", "7", "sensed"),
    **there("INNER_SENSORELEMENT_ex:level", "sensed"),
    **compared("SENSORMETADATA_ex:probe", "1", "0", "2", "sensed"),
    **there("SENSORMETADATA_ex:probe", "sensed"),
    **compared("INNER_SENSORMETADATA_ex:volt", "3", "2", "4", "sensed"),
    **there("INNER_SENSORMETADATA_ex:volt", "sensed"),
    **compared("SENSORREPORT_ex:calibrated", "2", "1", "3", "sensed"),
    **there("SENSORREPORT_ex:calibrated", "sensed"),
    **compared("INNER_SENSORREPORT_ex:page", "9", "8", "10", "sensed"),
    **there("INNER_SENSORREPORT_ex:page", "sensed"),
    # --- master data: the site has the name Vườn, drying has Sấy, and the shed lies in the site
    "HASATTR_bizLocation": [("name", ["said"]), ("city", [])],
    "EQATTR_bizStep_name": [("Sấy", ["kept"]), ("Vườn", [])],
    "HASATTR_ex:from": [("cbvmda:name", ["said"]), ("city", [])],
    "EQATTR_bizLocation_name": [("Vườn", ["said"]), ("Nhà", [])],
    "EQ_ATTR_bizLocation_cbvmda:name": [("Vườn", ["said"]), ("Nhà", [])],
    "EQ_ATTR_bizLocation_name": [("Vườn", ["said"]), ("Nhà", [])],
    "EQATTR_ex:from_urn:epcglobal:cbv:mda:name": [("Vườn", ["said"]), ("Nhà", [])],
    "WD_readPoint": [(SITE, ["said"]), (f"{SITE}/254/x", [])],
}
"""By parameter: values, and the events found."""
