"""Documents of every kind in XML and JSON; what EPCIS 1.2 cannot say is reported."""

import io
import json
from typing import Any

import pytest

from epcis_core.codecs.document import Envelope
from epcis_core.codecs.document_forms import DOCUMENT, HEADER
from epcis_core.codecs.jsonld_writer import JsonLdWriter
from epcis_core.codecs.sniff import open_document
from epcis_core.codecs.xml_names import TECHNICAL, XmlVersion
from epcis_core.codecs.xml_writer import XmlWriter
from epcis_core.errors import EpcisError
from epcis_core.findings import Finding
from epcis_core.model.namespaces import Namespaces
from tests.rewriting import CONTEXT, NOW, Document, as_json, as_xml, json_document, read

WHEN = {"eventTime": "2026-03-01T08:00:00.50+07:00", "eventTimeZoneOffset": "+07:00"}
OBJECT = {"type": "ObjectEvent", **WHEN, "action": "ADD", "epcList": ["urn:uuid:1"]}
PREFIXES = {"ex": "https://example.org/ns/"}


def document(*events: dict[str, Any], **head: Any) -> Document:
    found = read(json.dumps(json_document(events, [CONTEXT, PREFIXES], **head)).encode())
    assert found.errors == []
    return found


def body(*events: dict[str, Any], version: XmlVersion = "2.0") -> str:
    """What stands in the list of events, but declarations of `json`, `xsi` and `xsd`."""
    text = as_xml(document(*events), version).data.decode()
    for prefix, namespace in TECHNICAL.items():
        text = text.replace(f' xmlns:{prefix}="{namespace}"', "")
    return text.partition("<EventList>\n")[2].partition("\n</EventList>")[0]


def test_version_1_2_nests_what_came_after_1_0_in_extensions() -> None:
    event = {
        **OBJECT,
        "eventID": "urn:uuid:5",
        "quantityList": [{"epcClass": "urn:uuid:3"}],
        "ilmd": {"ex:lot": "L1"},
        "ex:grade": "A",
    }
    assert body(event, version="1.2") == (
        "<ObjectEvent><eventTime>2026-03-01T08:00:00.50+07:00</eventTime>"
        "<eventTimeZoneOffset>+07:00</eventTimeZoneOffset>"
        "<baseExtension><eventID>urn:uuid:5</eventID></baseExtension>"
        "<epcList><epc>urn:uuid:1</epc></epcList><action>ADD</action>"
        "<extension><quantityList><quantityElement><epcClass>urn:uuid:3</epcClass>"
        "</quantityElement></quantityList><ilmd><ex:lot>L1</ex:lot></ilmd></extension>"
        "<ex:grade>A</ex:grade></ObjectEvent>"
    )


def reported(found: list[Finding]) -> list[tuple[str, str, str | None]]:
    return [(one.severity.value, one.code, one.where.pointer) for one in found]


@pytest.mark.parametrize(
    ("members", "pointer", "expected"),
    [
        (
            {"certificationInfo": "urn:uuid:7"},
            "/certificationInfo",
            (
                "<baseExtension><extension><certificationInfo>urn:uuid:7</certificationInfo>"
                "</extension></baseExtension>"
            ),
        ),
        (
            {"persistentDisposition": {"set": ["damaged"]}},
            "/persistentDisposition",
            (
                "<extension><extension><persistentDisposition><set>urn:epcglobal:cbv:disp:damaged</set>"
                "</persistentDisposition></extension></extension>"
            ),
        ),
        (
            {"sensorElementList": [{"sensorReport": [{"type": "gs1:x"}]}]},
            "/sensorElementList",
            (
                "<extension><extension><sensorElementList><sensorElement>"
                '<sensorReport type="gs1:x"/>'
                "</sensorElement></sensorElementList></extension></extension>"
            ),
        ),
    ],
    ids=["certificationInfo", "persistentDisposition", "sensorElementList"],
)
def test_what_1_2_does_not_have_is_put_into_extensions_and_reported(
    members: dict[str, Any], pointer: str, expected: str
) -> None:
    written = as_xml(document({**OBJECT, **members}), "1.2")
    assert expected in written.data.decode()
    assert reported([*written.findings]) == [("warning", "not_in_epcis_1_2", pointer)]
    assert written.findings[0].message == (
        f"EPCIS 1.2 does not have '{pointer[1:]}'. It is written as an extension, "
        "which readers of 2.0 find and older ones pass over."
    )


def test_an_association_is_buried_two_deep_in_1_2_and_reported_once() -> None:
    event = {
        "type": "AssociationEvent",
        **WHEN,
        "parentID": "urn:uuid:1",
        "action": "DELETE",
        "persistentDisposition": {"set": ["damaged"]},
    }
    written = as_xml(document(event), "1.2")
    assert "<EventList>\n<extension><extension><AssociationEvent>" in written.data.decode()
    assert reported([*written.findings]) == [("warning", "not_in_epcis_1_2", "/type")]


def test_an_event_of_another_vocabulary_cannot_be_written_as_1_2() -> None:
    written = as_xml(document({"type": "ex:Inspection", **WHEN}), "1.2")
    assert "Inspection" not in written.data.decode()
    assert reported([*written.findings]) == [("error", "event_not_in_epcis_1_2", "/type")]


def test_the_list_that_1_2_must_have_is_empty_and_marked() -> None:
    event = {**OBJECT, "quantityList": [{"epcClass": "urn:uuid:3"}]}
    del event["epcList"]
    text = body(event, version="1.2")
    assert text.startswith('<ObjectEvent json:without="/epcList">')
    assert "<epcList/><action>" in text
    assert as_xml(document(event), "1.2").findings == []


def test_a_header_of_1_2_gets_the_sbdh_that_it_must_have() -> None:
    written = as_xml(
        document(OBJECT, epcisHeader={}, sender="a", receiver="b", instanceIdentifier="7"), "1.2"
    )
    assert (
        "<EPCISHeader><sbdh:StandardBusinessDocumentHeader"
        ' xmlns:sbdh="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader">'
        "<sbdh:HeaderVersion>1.0</sbdh:HeaderVersion>"
        "<sbdh:Sender><sbdh:Identifier>a</sbdh:Identifier></sbdh:Sender>"
        "<sbdh:Receiver><sbdh:Identifier>b</sbdh:Identifier></sbdh:Receiver>"
        "<sbdh:DocumentIdentification><sbdh:Standard>EPCglobal</sbdh:Standard>"
        "<sbdh:TypeVersion>1.0</sbdh:TypeVersion>"
        "<sbdh:InstanceIdentifier>7</sbdh:InstanceIdentifier><sbdh:Type>Events</sbdh:Type>"
        "<sbdh:CreationDateAndTime>2026-03-01T08:00:00Z</sbdh:CreationDateAndTime>"
        "</sbdh:DocumentIdentification></sbdh:StandardBusinessDocumentHeader></EPCISHeader>"
    ) in written.data.decode()
    assert reported([*written.findings]) == [("info", "header_made_up", "/epcisHeader")]


QUERY = {
    "@context": CONTEXT,
    "type": "EPCISQueryDocument",
    "epcisBody": {"queryResults": {"queryName": "SimpleEventQuery", "resultsBody": {}}},
}
LOCATIONS = [{"type": "urn:epcglobal:epcis:vtype:Location"}]


def query(**results: Any) -> Document:
    answer = {"queryName": "SimpleMasterDataQuery", "resultsBody": results}
    return read(json.dumps({**QUERY, "epcisBody": {"queryResults": answer}}).encode())


def test_an_answer_holds_events_or_master_data() -> None:
    both = as_xml(query(eventList=[OBJECT], vocabularyList=LOCATIONS)).data.decode()
    assert "<VocabularyList>" not in both
    assert '<json:value at="/epcisBody/queryResults/resultsBody/vocabularyList">' in both
    data = as_xml(query(eventList=[], vocabularyList=LOCATIONS)).data.decode()
    assert data.startswith(
        '<?xml version="1.0" encoding="UTF-8"?>\n<epcisq:EPCISQueryDocument schemaVersion="2.0"'
        ' creationDate="2026-03-01T08:00:00Z" json:without="/schemaVersion /creationDate"'
    )
    assert data.endswith(
        "<EPCISBody><epcisq:QueryResults><queryName>SimpleMasterDataQuery</queryName><resultsBody>"
        '<VocabularyList><Vocabulary type="urn:epcglobal:epcis:vtype:Location"/></VocabularyList>'
        "</resultsBody></epcisq:QueryResults></EPCISBody>\n</epcisq:EPCISQueryDocument>\n"
    )


MASTER_DATA = (
    '<m:EPCISMasterDataDocument xmlns:m="urn:epcglobal:epcis-masterdata:xsd:2" schemaVersion="2.0"'
    ' creationDate="2026-03-01T08:00:00Z"><EPCISHeader><s:StandardBusinessDocumentHeader'
    ' xmlns:s="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader">'
    "<s:HeaderVersion>1.0</s:HeaderVersion><s:Sender><s:Identifier>a</s:Identifier></s:Sender>"
    "<s:Receiver><s:Identifier>b</s:Identifier></s:Receiver><s:DocumentIdentification>"
    "<s:Standard>EPCglobal</s:Standard><s:TypeVersion>1.0</s:TypeVersion>"
    "<s:InstanceIdentifier>7</s:InstanceIdentifier><s:Type>MasterData</s:Type>"
    "<s:CreationDateAndTime>2026-03-01T08:00:00Z</s:CreationDateAndTime>"
    "</s:DocumentIdentification></s:StandardBusinessDocumentHeader></EPCISHeader>"
    '<EPCISBody><VocabularyList><Vocabulary type="urn:epcglobal:epcis:vtype:Location"/>'
    "</VocabularyList></EPCISBody></m:EPCISMasterDataDocument>"
)


def test_a_document_of_master_data_is_a_document_without_events_in_json() -> None:
    given = read(MASTER_DATA.encode())
    assert given.errors == []
    as_written = json.loads(as_json(given))
    header = as_written.pop(HEADER)
    assert list(header) == ["s:StandardBusinessDocumentHeader"]
    assert as_written == {
        "@context": [
            CONTEXT,
            {"s": "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"},
        ],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": NOW,
        "epcisHeader": {"epcisMasterData": {"vocabularyList": LOCATIONS}},
        "epcisBody": {"eventList": []},
        DOCUMENT: "EPCISMasterDataDocument",
    }


@pytest.mark.parametrize("version", ["2.0", "1.2"])
def test_and_back_it_is_a_document_of_master_data(version: XmlVersion) -> None:
    given = read(MASTER_DATA.encode())
    again = read(as_xml(read(as_json(given)), version).data)
    assert again.errors == []
    assert again.meaning == given.meaning


@pytest.mark.parametrize(
    "change",
    [
        {"epcisBody": {"eventList": [OBJECT]}},
        {"epcisHeader": {"ex:more": 1}},
        {"epcisHeader": {"epcisMasterData": {"ex:more": 1}}},
    ],
    ids=["events", "in the header", "beside the master data"],
)
def test_what_a_document_of_master_data_cannot_hold_keeps_it_another_document(
    change: dict[str, Any],
) -> None:
    flagged = json.loads(as_json(read(MASTER_DATA.encode())))
    flagged["@context"].append(PREFIXES)
    given = read(json.dumps({**flagged, **change}).encode())
    assert given.errors == []
    again = read(as_xml(given).data)
    assert again.envelope.kind == "EPCISDocument"
    assert again.meaning == given.meaning


def test_the_header_of_an_answer_is_kept_in_json() -> None:
    header = '<EPCISHeader xmlns:ex="https://example.org/ns/" ex:seen="yes"/>'
    without = as_xml(query(eventList=[OBJECT])).data.decode()
    given = read(without.replace("<EPCISBody>", f"{header}<EPCISBody>").encode())
    assert given.errors == []
    document_in_json = as_json(given)
    assert json.loads(document_in_json)[HEADER] == {"ex:seen": "yes"}
    again = read(as_xml(read(document_in_json)).data)
    assert again.errors == []
    assert again.meaning == given.meaning


def test_a_document_of_an_older_version_is_written_as_the_one_that_is_asked_for() -> None:
    old = as_xml(document(OBJECT), "1.2").data
    assert b'schemaVersion="1.2"' in old
    assert b"urn:epcglobal:epcis:xsd:1" in old
    assert json.loads(as_json(read(old)))["schemaVersion"] == "2.0"
    assert b'schemaVersion="2.0"' in as_xml(read(old)).data


def bare(members: dict[str, Any]) -> Document:
    return read(json.dumps({"@context": [CONTEXT, PREFIXES], **members}).encode())


def test_a_bare_event_is_written_bare() -> None:
    xml = as_xml(bare({**OBJECT, "ex:a": "x"})).data.decode()
    assert xml == (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ObjectEvent'
        ' xmlns:ex="https://example.org/ns/" xmlns:json="https://epcis-ledger.org/ns/json#">'
        "<eventTime>2026-03-01T08:00:00.50+07:00</eventTime>"
        "<eventTimeZoneOffset>+07:00</eventTimeZoneOffset><epcList><epc>urn:uuid:1</epc></epcList>"
        '<action>ADD</action><ex:a>x</ex:a><json:value at="/@context">'
        f'["{CONTEXT}",{{"ex":"https://example.org/ns/"}}]</json:value></ObjectEvent>\n'
    )
    again = read(xml.encode())
    assert again.errors == []
    assert again.meaning == bare({**OBJECT, "ex:a": "x"}).meaning


def test_a_bare_event_in_json_has_a_context() -> None:
    xml = (
        "<ObjectEvent><eventTime>2026-03-01T08:00:00Z</eventTime>"
        "<eventTimeZoneOffset>+07:00</eventTimeZoneOffset><epcList/><action>ADD</action>"
        "</ObjectEvent>"
    )
    assert json.loads(as_json(read(xml.encode())))["@context"] == [CONTEXT]


def test_documents_come_in_pieces() -> None:
    """Neither writer holds more than one event."""
    reader = open_document(io.BytesIO(json.dumps(json_document([OBJECT])).encode()))
    assert not isinstance(reader, Finding)
    [one] = [found.event for found in reader.events()]
    assert one is not None
    xml = XmlWriter(reader.envelope, now=NOW)
    before = xml.start()
    assert before.endswith(b"<EventList>")
    assert [xml.event(one).data for _ in range(3)] == [b"\n" + body(OBJECT).encode()] * 3
    assert xml.end() == b"\n</EventList></EPCISBody></epcis:EPCISDocument>\n"
    in_json = JsonLdWriter(reader.envelope)
    assert in_json.start().endswith(b'"epcisBody":{"eventList":[')
    pieces = [in_json.event(one) for _ in range(2)]
    assert pieces[1] == b",\n" + pieces[0]
    assert in_json.end() == b"]}}\n"


def test_a_head_that_could_not_be_read_is_refused() -> None:
    broken = Envelope("xml", "EPCISDocument", Namespaces())
    expected = "Expected a document whose head was read, got: EPCISDocument"
    with pytest.raises(EpcisError, match=expected):
        XmlWriter(broken, now=NOW)
    with pytest.raises(EpcisError, match=expected):
        JsonLdWriter(broken)


@pytest.mark.parametrize(
    ("right", "wrong", "pointer"),
    [
        ('json:without="/epcList"', 'json:without="/epcList /action"', "/action"),
        ('json:without="/epcList"', 'json:without="/nowhere"', "/nowhere"),
        ("&quot;urn:x:y z&quot;", "7", None),
        ("ex&quot;:&quot;https://example.org/ns/", "ex&quot;:&quot;urn:x:", "/@context"),
        ('json:context="[', 'json:context="[[', "/@context"),
    ],
    ids=["not empty", "not there", "a term that is no prefix", "another meaning", "no JSON"],
)
def test_marks_that_contradict_the_xml_are_refused(
    right: str, wrong: str, pointer: str | None
) -> None:
    event = {**OBJECT, "quantityList": [{"epcClass": "urn:uuid:3"}]}
    del event["epcList"]
    context = [CONTEXT, {**PREFIXES, "own": "urn:x:y z"}]
    given = read(json.dumps(json_document([event], context)).encode())
    text = as_xml(given, "1.2").data.decode()
    assert read(text.encode()).errors == []
    assert right in text
    errors = read(text.replace(right, wrong).encode()).errors
    if pointer is None:
        assert errors == []
    else:
        assert [error.partition(") ")[2] for error in errors] == [
            f"The mark for '{pointer}' contradicts what the XML says, or is no JSON."
        ]


@pytest.mark.parametrize("value", ["shipping", " shipping\n"], ids=["word", "blanks around it"])
def test_a_term_comes_back_as_it_was_spelled(value: str) -> None:
    given = read(json.dumps(json_document([{**OBJECT, "bizStep": value}])).encode())
    again = read(as_xml(given).data)
    assert again.errors == []
    assert again.meaning == given.meaning
