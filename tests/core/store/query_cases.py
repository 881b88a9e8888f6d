"""Events, and for each query parameter about them what it finds and what it does not."""

from tests.ingest.documents import ITEM, SITE, item, lot, made, observed, packed

PALLET = "https://id.gs1.org/00/095060001343520017"
SHED = f"{SITE}/254/shed"
DECLARED = {"declarationTime": "2026-03-05T08:00:00+07:00", "reason": "did_not_occur"}

EVENTS = {
    "seen": observed(
        item("1"),
        quantityList=[{"epcClass": lot("L1")}],
        bizStep="receiving",
        disposition="in_progress",
        readPoint={"id": SHED},
        bizLocation={"id": SITE},
    ),
    "born": observed(item("2"), action="ADD", eventTime="2026-03-02T00:00:00Z"),
    "packed": packed(PALLET, item("1"), childQuantityList=[{"epcClass": lot("L2")}]),
    "made": made(
        [lot("L1")],
        [lot("L3")],
        inputEPCList=[item("3")],
        outputEPCList=[item("4")],
        transformationID="https://id.gs1.org/253/9506000134369RUN1",
        eventTime="2026-03-04T08:00:00+07:00",
    ),
    "wrong": observed(item("5"), errorDeclaration=DECLARED),
    "own": {
        "type": "ex:Inspection",
        "eventTime": "2026-03-06T08:00:00+07:00",
        "eventTimeZoneOffset": "+07:00",
    },
}

RECORD_TIMES = [f"2026-09-21T14:13:{20 + second}Z" for second in range(6)]
CASES: dict[str, list[tuple[str, list[str]]]] = {
    "eventType": [
        ("ObjectEvent", ["seen", "born", "wrong"]),
        ("ex:Inspection", ["own"]),
        ("AssociationEvent", []),
    ],
    "EQ_action": [("ADD", ["born", "packed"]), ("OBSERVE", ["seen", "wrong"]), ("DELETE", [])],
    "EQ_bizStep": [("https://ref.gs1.org/cbv/BizStep-receiving", ["seen"]), ("shipping", [])],
    "EQ_disposition": [("in_progress", ["seen"]), ("damaged", [])],
    "EQ_readPoint": [("urn:epc:id:sgln:9506000.13430.shed", ["seen"]), (SITE, [])],
    "EQ_bizLocation": [("urn:epc:id:sgln:9506000.13430.0", ["seen"]), (SHED, [])],
    "WD_readPoint": [("urn:epc:id:sgln:9506000.13430.0", ["seen"]), (f"{SITE}/254/gate", [])],
    "WD_bizLocation": [(SITE, ["seen"]), (SHED, [])],
    "EQ_eventID": [("urn:x:made", ["made"]), ("urn:x:mad", [])],
    "EQ_transformationID": [
        ("urn:epc:id:gdti:9506000.13436.RUN1", ["made"]),
        ("urn:epc:id:gdti:9506000.13436.RUN2", []),
    ],
    "EQ_errorReason": [
        ("https://ref.gs1.org/cbv/ER-did_not_occur", ["wrong"]),
        ("incorrect_data", []),
    ],
    "GE_eventTime": [
        ("2026-03-04T01:00:00Z", ["made", "own"]),
        ("2026-03-06T08:00:00.000001+07:00", []),
    ],
    "LT_eventTime": [
        ("2026-03-02T07:00:00+07:00", ["seen", "wrong"]),
        ("2026-03-01T01:00:00Z", []),
    ],
    "GE_recordTime": [(RECORD_TIMES[4], ["wrong", "own"]), ("2026-09-21T14:13:25.000001Z", [])],
    "LT_recordTime": [(RECORD_TIMES[1], ["seen"]), (RECORD_TIMES[0], [])],
    "GE_errorDeclarationTime": [
        ("2026-03-05T01:00:00Z", ["wrong"]),
        ("2026-03-05T01:00:01Z", []),
    ],
    "LT_errorDeclarationTime": [
        ("2026-03-05T01:00:01Z", ["wrong"]),
        ("2026-03-05T01:00:00Z", []),
    ],
    "EXISTS_errorDeclaration": [
        ("true", ["wrong"]),
        ("", ["wrong"]),
        ("false", ["seen", "born", "packed", "made", "wrong", "own"]),
    ],
    "MATCH_epc": [
        (item("1"), ["seen", "packed"]),
        ("urn:epc:id:sgtin:9506000.013435.2", ["born"]),
        ("urn:epc:idpat:sgtin:9506000.013435.*", ["seen", "born", "packed", "wrong"]),
        ("urn:epc:idpat:sgtin:9506000.013436.*", []),
        ("urn:epc:idpat:sgtin:9506000.*.*", ["seen", "born", "packed", "wrong"]),
        ("urn:epc:idpat:sgtin:9506001.*.*", []),
        ("urn:epc:idpat:sgtin:*.*.*", ["seen", "born", "packed", "wrong"]),
        ("urn:epc:idpat:sscc:*.*", []),
        ("urn:epc:idpat:sgtin:9506000.013435.[2-5]", ["born", "wrong"]),
        ("urn:epc:idpat:sgtin:9506000.[013430-013435].*", ["seen", "born", "packed", "wrong"]),
        ("urn:epc:idpat:sgtin:9506000.[013430-013434].*", []),
        ("urn:epc:idpat:sgtin:9506000.013435.2", ["born"]),
        (item("3"), []),
        (lot("L1"), []),
        (PALLET, []),
    ],
    "MATCH_parentID": [
        (PALLET, ["packed"]),
        ("urn:epc:idpat:sscc:9506000.*", ["packed"]),
        (item("1"), []),
    ],
    "MATCH_inputEPC": [(item("3"), ["made"]), (item("4"), []), (lot("L1"), [])],
    "MATCH_outputEPC": [(item("4"), ["made"]), (item("3"), []), (lot("L3"), [])],
    "MATCH_anyEPC": [
        (PALLET, ["packed"]),
        (item("1"), ["seen", "packed"]),
        (item("4"), ["made"]),
        (lot("L1"), []),
        (lot("L3"), []),
    ],
    "MATCH_epcClass": [
        (lot("L1"), ["seen"]),
        ("urn:epc:class:lgtin:9506000.013435.L2", ["packed"]),
        (lot("L3"), []),
        (item("1"), []),
        (ITEM, []),
        ("urn:epc:idpat:lgtin:9506000.013435.*", ["seen", "packed"]),
        ("urn:epc:idpat:sgtin:9506000.013435.*", []),
    ],
    "MATCH_inputEPCClass": [(lot("L1"), ["made"]), (lot("L3"), []), (item("3"), [])],
    "MATCH_outputEPCClass": [(lot("L3"), ["made"]), (lot("L1"), []), (item("4"), [])],
    "MATCH_anyEPCClass": [(lot("L1"), ["seen", "made"]), (lot("L9"), []), (item("1"), [])],
}
