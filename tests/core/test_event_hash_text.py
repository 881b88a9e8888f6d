"""The pre-hash string by the rules as published, rule by rule, on invented events."""

import json
from hashlib import sha256
from typing import Any

import pytest

from epcis_core.event_hash import (
    HashVariant,
    content_digest,
    event_hash,
    prehash,
)
from epcis_core.model.base import Number
from epcis_core.model.events import EVENT_TYPES, EpcisEvent, ExtensionEvent
from epcis_core.model.namespaces import Namespaces

NAMESPACES = Namespaces.of_context(
    [{"farm": "https://farm.example/epcis/", "hash": "https://farm.example/terms#"}]
)
WHEN = "eventTime=2026-03-01T01:00:00.000ZeventTimeZoneOffset=+07:00"
LOT_1 = "urn:epc:class:lgtin:4012345.012345.L1"
LOT_1_LINK = "https://id.gs1.org/01/04012345123456/10/L1"
ITEM_1 = "urn:epc:id:sgtin:4012345.011111.1"
ITEM_1_LINK = "https://id.gs1.org/01/04012345111118/21/1"


def event(kind: str, members: str) -> EpcisEvent:
    """Read an event from JSON text, numbers as written."""
    text = (
        f'{{"type": "{kind}", "eventTime": "2026-03-01T08:00:00+07:00", '
        f'"eventTimeZoneOffset": "+07:00", {members}}}'
    )
    data = json.loads(text, parse_float=Number, parse_int=Number)
    return EVENT_TYPES.get(kind, ExtensionEvent).model_validate(data)


def object_event(members: str) -> EpcisEvent:
    return event("ObjectEvent", f'"action": "ADD", {members}')


def written(found: EpcisEvent) -> str:
    return prehash(found, NAMESPACES)


def after_action(members: str) -> str:
    """Write an ObjectEvent and return what stands behind its action."""
    begin = f"eventType=ObjectEvent{WHEN}action=ADD"
    text = written(object_event(members))
    assert text.startswith(begin)
    return text.removeprefix(begin)


ORDER = [
    pytest.param(
        event(
            "TransactionEvent",
            f"""
            "bizTransactionList": [{{"type": "po", "bizTransaction": "urn:uuid:b"}},
                                   {{"bizTransaction": "urn:uuid:a"}}],
            "quantityList": [{{"epcClass": "{LOT_1}", "uom": "KGM", "quantity": 12.50}}],
            "epcList": ["{ITEM_1}"], "parentID": "urn:epc:id:sscc:4012345.0000000111",
            "action": "DELETE"
            """,
        ),
        f"eventType=TransactionEvent{WHEN}epcListepc={ITEM_1_LINK}"
        "parentID=https://id.gs1.org/00/040123450000001112"
        f"quantityListquantityElementepcClass={LOT_1_LINK}quantity=12.5uom=KGMaction=DELETE"
        "bizTransactionListbizTransaction=urn:uuid:abizTransaction=urn:uuid:b"
        "type=https://ref.gs1.org/cbv/BTT-po",
        id="TransactionEvent: epcList before parentID, the type behind its transaction",
    ),
    pytest.param(
        event(
            "TransformationEvent",
            f"""
            "outputQuantityList": [{{"epcClass": "{LOT_1}"}}], "outputEPCList": ["urn:x:out"],
            "inputQuantityList": [{{"epcClass": "{LOT_1}", "quantity": 3}}],
            "inputEPCList": ["urn:x:b", "urn:x:a"], "transformationID": "urn:uuid:t",
            "ilmd": {{"cbvmda:lotNumber": "L1"}}
            """,
        ),
        f"eventType=TransformationEvent{WHEN}inputEPCListepc=urn:x:aepc=urn:x:b"
        f"inputQuantityListquantityElementepcClass={LOT_1_LINK}quantity=3"
        "outputEPCListepc=urn:x:out"
        f"outputQuantityListquantityElementepcClass={LOT_1_LINK}"
        "transformationID=urn:uuid:tilmd{urn:epcglobal:cbv:mda}lotNumber=L1",
        id="TransformationEvent",
    ),
    pytest.param(
        event(
            "AggregationEvent",
            f"""
            "childQuantityList": [{{"epcClass": "{LOT_1}", "quantity": 2}},
                                  {{"epcClass": "{LOT_1}", "quantity": 10}}],
            "childEPCs": ["{ITEM_1}"], "parentID": "urn:x:p", "action": "ADD"
            """,
        ),
        f"eventType=AggregationEvent{WHEN}parentID=urn:x:pchildEPCsepc={ITEM_1_LINK}"
        f"childQuantityListquantityElementepcClass={LOT_1_LINK}quantity=10"
        f"quantityElementepcClass={LOT_1_LINK}quantity=2action=ADD",
        id="AggregationEvent: members of a list in order of what is written",
    ),
    pytest.param(
        event(
            "AssociationEvent", '"parentID": "urn:x:p", "childEPCs": ["urn:x:c"], "action": "ADD"'
        ),
        f"eventType=AssociationEvent{WHEN}parentID=urn:x:pchildEPCsepc=urn:x:caction=ADD",
        id="AssociationEvent",
    ),
    pytest.param(
        event("farm:FeedingEvent", '"farm:feed": "hay", "certificationInfo": "urn:x:cert"'),
        f"eventType=https://farm.example/epcis/FeedingEvent{WHEN}certificationInfo=urn:x:cert"
        "{https://farm.example/epcis/}feed=hay",
        id="an extension type in full",
    ),
    pytest.param(
        object_event(
            """
            "farm:note": "N", "ilmd": {"farm:b": "2", "farm:a": "1"},
            "destinationList": [{"type": "location", "destination": "urn:x:d"}],
            "sourceList": [{"type": "farm:kind", "source": "urn:x:s"}],
            "bizTransactionList": [{"type": "po", "bizTransaction": "urn:uuid:b"}],
            "bizLocation": {"id": "urn:x:l", "farm:room": "r"}, "readPoint": {"id": "urn:x:p"},
            "persistentDisposition": {"unset": ["active"], "set": ["recalled", "damaged"]},
            "disposition": "in_transit", "bizStep": "shipping",
            "certificationInfo": ["urn:x:cert2", "urn:x:cert1"], "epcList": ["urn:x:1"]
            """
        ),
        f"eventType=ObjectEvent{WHEN}certificationInfo=urn:x:cert1certificationInfo=urn:x:cert2"
        "epcListepc=urn:x:1action=ADDbizStep=https://ref.gs1.org/cbv/BizStep-shipping"
        "disposition=https://ref.gs1.org/cbv/Disp-in_transit"
        "persistentDispositionset=https://ref.gs1.org/cbv/Disp-damaged"
        "set=https://ref.gs1.org/cbv/Disp-recalledunset=https://ref.gs1.org/cbv/Disp-active"
        "readPointid=urn:x:pbizLocationid=urn:x:l{https://farm.example/epcis/}room=r"
        "bizTransactionListbizTransaction=urn:uuid:btype=https://ref.gs1.org/cbv/BTT-po"
        "sourceListsource=urn:x:stype=https://farm.example/epcis/kind"
        "destinationListdestination=urn:x:dtype=https://ref.gs1.org/cbv/SDT-location"
        "ilmd{https://farm.example/epcis/}a=1{https://farm.example/epcis/}b=2"
        "{https://farm.example/epcis/}note=N",
        id="ObjectEvent: the whole order, ilmd and extensions last",
    ),
]


@pytest.mark.parametrize(("found", "expected"), ORDER)
def test_members_stand_in_the_canonical_order(found: EpcisEvent, expected: str) -> None:
    assert written(found) == expected


def test_every_sensor_field_stands_in_its_place() -> None:
    assert after_action(
        """
        "sensorElementList": [{"farm:rig": "r1",
          "sensorReport": [{
            "type": "Temperature", "exception": "ALARM_CONDITION", "deviceID": "urn:x:d",
            "deviceMetadata": "urn:x:dm", "rawData": "urn:x:raw", "bizRules": "urn:x:rules",
            "dataProcessingMethod": "urn:x:m", "time": "2026-03-01T01:00:00Z",
            "microorganism": "urn:x:bug", "chemicalSubstance": "urn:x:salt", "value": 4.50,
            "component": "x", "stringValue": " s ", "booleanValue": false,
            "hexBinaryValue": "00F0", "uriValue": "urn:x:v", "minValue": -1, "maxValue": 1e2,
            "meanValue": 0.10, "sDev": 2, "percRank": 50, "percValue": 51, "uom": "CEL",
            "coordinateReferenceSystem": "urn:x:crs", "farm:depth": 2}],
          "sensorMetadata": {"time": "2026-03-01T01:00:00Z", "startTime": "2026-03-01T01:00:01Z",
            "endTime": "2026-03-01T01:00:02Z", "deviceID": "urn:x:d", "deviceMetadata": "urn:x:dm",
            "rawData": "urn:x:raw", "dataProcessingMethod": "urn:x:m", "bizRules": "urn:x:rules",
            "farm:probe": "p"}}]
        """
    ) == (
        "sensorElementListsensorElementsensorMetadata"
        "time=2026-03-01T01:00:00.000ZstartTime=2026-03-01T01:00:01.000Z"
        "endTime=2026-03-01T01:00:02.000ZdeviceID=urn:x:ddeviceMetadata=urn:x:dmrawData=urn:x:raw"
        "dataProcessingMethod=urn:x:mbizRules=urn:x:rules{https://farm.example/epcis/}probe=p"
        "sensorReporttype=https://gs1.org/voc/Temperatureexception=https://gs1.org/voc/ALARM_CONDITION"
        "deviceID=urn:x:ddeviceMetadata=urn:x:dmrawData=urn:x:rawdataProcessingMethod=urn:x:m"
        "bizRules=urn:x:rulestime=2026-03-01T01:00:00.000Zmicroorganism=urn:x:bug"
        "chemicalSubstance=urn:x:saltvalue=4.5component=https://ref.gs1.org/cbv/Comp-xstringValue=s"
        "booleanValue=falsehexBinaryValue=00F0uriValue=urn:x:vminValue=-1maxValue=100meanValue=0.1"
        "sDev=2percRank=50percValue=51uom=CELcoordinateReferenceSystem=urn:x:crs"
        "{https://farm.example/epcis/}depth=2{https://farm.example/epcis/}rig=r1"
    )


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param('"epcList": []', "", id="an empty list is left out"),
        pytest.param('"ilmd": {}', "", id="empty master data are left out"),
        pytest.param(
            '"sensorElementList": [{"sensorMetadata": {}, "sensorReport": [{"type": ""}]}]',
            "",
            id="a parent of nothing is left out",
        ),
        pytest.param(
            '"farm:a": "", "farm:b": " ", "farm:c": {}, "farm:d": [], "farm:g": null,'
            ' "farm:e": [[], {"farm:f": ""}]',
            "",
            id="empty extensions are left out",
        ),
        pytest.param(
            '"recordTime": "2026-03-02T00:00:00Z", "eventID": "urn:uuid:e", "errorDeclaration":'
            ' {"declarationTime": "2026-03-02T00:00:00Z", "farm:why": "w"}',
            "",
            id="recordTime, eventID and errorDeclaration are no part of it",
        ),
        pytest.param(
            '"@context": {"farm": "https://farm.example/epcis/"}, "rdfs:comment": "c",'
            ' "farm:a": {"comment": "c", "@context": {"x": "urn:x:"}}',
            "",
            id="context and comments are no part of it",
        ),
    ],
)
def test_what_is_left_out(members: str, expected: str) -> None:
    assert after_action(members) == expected


FARM = "{https://farm.example/epcis/}"


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param(
            '"farm:b": "2", "farm:a": "1", "hash:c": "3"',
            f"{FARM}a=1{FARM}b=2{{https://farm.example/terms#}}c=3",
            id="sorted by full name",
        ),
        pytest.param(
            '"farm:a": ["3", "1", "2"]',
            f"{FARM}a=1{FARM}a=2{FARM}a=3",
            id="a list repeats its name",
        ),
        pytest.param(
            '"farm:a": {"farm:z": "1", "farm:b": {"farm:c": true}}',
            f"{FARM}a{FARM}b{FARM}c=true{FARM}z=1",
            id="a parent, then what is in it",
        ),
        pytest.param(
            '"farm:a": [{"farm:b": "2"}, {"farm:b": "1"}]',
            f"{FARM}a{FARM}b=1{FARM}a{FARM}b=2",
            id="a list of objects",
        ),
        pytest.param(
            '"farm:a": [["b", "a"], ["c", ["d"]]]',
            f"{FARM}a=a=b{FARM}a=c=d",
            id="a list of lists keeps what belongs together",
        ),
        pytest.param(
            '"farm:a": 1.50, "farm:b": "1.50", "farm:c": -0.0, "farm:d": 1E2, "farm:e": "+7"',
            f"{FARM}a=1.5{FARM}b=1.50{FARM}c=0{FARM}d=100{FARM}e=+7",
            id="numbers are numbers, text stays text",
        ),
        pytest.param(
            '"farm:a": " padded ", "farm:b": "2026-03-01T08:00:00+07:00"',
            f"{FARM}a=padded{FARM}b=2026-03-01T08:00:00+07:00",
            id="blanks around it go, text that looks like a time stays",
        ),
        pytest.param(
            f'"farm:a": "{ITEM_1}", "farm:b": "gs1:Food", "farm:c": "other:x",'
            ' "farm:d": "urn:epcglobal:cbv:disp:active", "farm:e": "shipping"',
            f"{FARM}a={ITEM_1_LINK}{FARM}b=https://gs1.org/voc/Food{FARM}c=other:x"
            f"{FARM}d=https://ref.gs1.org/cbv/Disp-active{FARM}e=shipping",
            id="identifiers, compact URIs and URNs of terms are spelled out, words are not",
        ),
        pytest.param(
            '"other:a": "1", "https://farm.example/epcis/a": "2"',
            "https://farm.example/epcis/a=2other:a=1",
            id="a name without a bound prefix stays whole",
        ),
        pytest.param(
            '"farm:a": {"@context": {"n": "https://new.example/"}, "n:b": "1"}',
            f"{FARM}a{{https://new.example/}}b=1",
            id="a context inside counts inside",
        ),
    ],
)
def test_extensions(members: str, expected: str) -> None:
    assert after_action(members) == expected


def test_a_python_number_in_an_extension_is_a_number() -> None:
    plain = ExtensionEvent.model_validate(
        {
            "type": "https://farm.example/E",
            "eventTime": "2026-03-01T08:00:00+07:00",
            "eventTimeZoneOffset": "+07:00",
            "farm:a": (2.50, 1),
        }
    )
    assert written(plain).endswith(f"{FARM}a=1{FARM}a=2.5")


@pytest.mark.parametrize(
    "address",
    [
        "https://gs1.org/voc/",
        "https://ref.gs1.org/voc/",
        "https://www.gs1.org/voc/",
        "http://www.gs1.org/voc/",
    ],
)
def test_the_addresses_of_the_gs1_vocabulary_are_one(address: str) -> None:
    members = '"sensorElementList": [{"sensorReport": [{"type": "%s"}]}], "gs1:grade": "%s"'
    found = prehash(
        object_event(members % ("gs1:Temperature", f"{address}Food")),
        Namespaces.of_context({"gs1": address}),
    )
    assert found == written(object_event(members % ("Temperature", "https://gs1.org/voc/Food")))
    assert "type=https://gs1.org/voc/Temperature" in found
    assert found.endswith("{https://gs1.org/voc/}grade=https://gs1.org/voc/Food")


@pytest.mark.parametrize("variant", HashVariant)
def test_the_hash_is_a_named_information_uri(variant: HashVariant) -> None:
    found = object_event('"epcList": ["urn:x:1"]')
    digest = sha256(f"eventType=ObjectEvent{WHEN}epcListepc=urn:x:1action=ADD".encode()).hexdigest()
    assert event_hash(found, NAMESPACES, variant) == f"ni:///sha-256;{digest}?ver=CBV2.0"


def test_the_hash_covers_utf_8() -> None:
    found = object_event('"farm:a": "cừu"')
    digest = sha256(f"eventType=ObjectEvent{WHEN}action=ADD{FARM}a=cừu".encode()).hexdigest()
    assert event_hash(found, NAMESPACES) == f"ni:///sha-256;{digest}?ver=CBV2.0"


DECLARED: dict[str, Any] = {
    "declarationTime": '"2026-03-02T08:00:00+07:00"',
    "reason": '"incorrect_data"',
    "correctiveEventIDs": '["urn:uuid:1", "urn:uuid:2"]',
    "farm:why": '"w"',
}


def declared(**changed: str) -> EpcisEvent:
    members = {**DECLARED, **{key.replace("__", ":"): value for key, value in changed.items()}}
    text = ", ".join(f'"{key}": {value}' for key, value in members.items())
    return object_event(f'"eventID": "urn:uuid:e", "errorDeclaration": {{{text}}}')


@pytest.mark.parametrize(
    "same",
    [
        pytest.param(declared(declarationTime='"2026-03-02T01:00:00.000Z"'), id="time zone"),
        pytest.param(declared(reason='"urn:epcglobal:cbv:er:incorrect_data"'), id="spelling"),
        pytest.param(declared(correctiveEventIDs='["urn:uuid:2", "urn:uuid:1"]'), id="list order"),
    ],
)
def test_a_declaration_written_otherwise_has_the_same_digest(same: EpcisEvent) -> None:
    assert content_digest(same, NAMESPACES) == content_digest(declared(), NAMESPACES)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(declared(declarationTime='"2026-03-02T01:00:00.001Z"'), id="time"),
        pytest.param(declared(reason='"did_not_occur"'), id="reason"),
        pytest.param(declared(correctiveEventIDs='["urn:uuid:1"]'), id="corrective events"),
        pytest.param(declared(correctiveEventIDs="[]"), id="no corrective event"),
        pytest.param(declared(farm__why='"x"'), id="extension"),
        pytest.param(object_event('"eventID": "urn:uuid:e"'), id="no declaration"),
        pytest.param(object_event('"eventID": "urn:uuid:f"'), id="another event"),
        pytest.param(object_event('"farm:a": "urn:uuid:e"'), id="no eventID"),
    ],
)
def test_another_declaration_or_event_id_has_another_digest(other: EpcisEvent) -> None:
    assert content_digest(other, NAMESPACES) != content_digest(declared(), NAMESPACES)


def test_a_declaration_does_not_touch_the_hash() -> None:
    plain = object_event('"eventID": "urn:uuid:f"')
    assert event_hash(declared(), NAMESPACES) == event_hash(plain, NAMESPACES)


def test_nothing_moves_from_one_part_of_the_digest_into_the_next() -> None:
    in_event = object_event('"farm:a": "1urn:uuid:e"')
    in_id = object_event('"farm:a": "1", "eventID": "urn:uuid:e"')
    assert content_digest(in_event, NAMESPACES) != content_digest(in_id, NAMESPACES)


def with_epc(uri: str) -> EpcisEvent:
    return object_event(f'"epcList": ["{uri}"]')


def test_the_lot_of_a_serial_number_is_no_part_of_the_hash_but_of_the_content() -> None:
    key = "https://id.gs1.org/01/04012345123456"
    bare, first, second = (with_epc(f"{key}{lot}/21/S1") for lot in ("", "/10/AAA", "/10/BBB"))
    assert len({event_hash(one, NAMESPACES) for one in (bare, first, second)}) == 1
    assert len({content_digest(one, NAMESPACES) for one in (bare, first, second)}) == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            '"farm:a": "1{https://farm.example/epcis/}b=2"',
            '"farm:a": "1", "farm:b": "2"',
            id="a text that looks like the next member",
        ),
        pytest.param('"farm:a": ""', '"farm:b": ""', id="empty texts under two names"),
        pytest.param('"farm:a": [["1", "2"], "3"]', '"farm:a": ["1", "2", "3"]', id="nesting"),
        pytest.param('"farm:a": {"farm:b": "1"}', '"farm:a": "1", "farm:b": "1"', id="an object"),
    ],
)
def test_different_contents_have_different_digests(one: str, other: str) -> None:
    first, second = object_event(one), object_event(other)
    assert content_digest(first, NAMESPACES) != content_digest(second, NAMESPACES)


@pytest.mark.parametrize("fraction", ["", ".0", ".1", ".1001", ".10010000001"])
def test_the_digest_keeps_every_decimal_of_a_time(fraction: str) -> None:
    def declared_at(decimals: str) -> EpcisEvent:
        return declared(declarationTime=f'"2026-03-02T08:00:00{decimals}+07:00"')

    for other in (".2", ".1002", ".10010000002"):
        assert content_digest(declared_at(fraction), NAMESPACES) != content_digest(
            declared_at(other), NAMESPACES
        )
    longer = declared_at((fraction or ".") + "000")
    assert content_digest(declared_at(fraction), NAMESPACES) == content_digest(longer, NAMESPACES)
