"""What events look like in XML: order, terms, types, extensions, and marks for the rest."""

import json
from typing import Any

import pytest

from epcis_core.codecs.xml_names import TECHNICAL
from tests.rewriting import CONTEXT, Document, as_xml, json_document, read

WHEN = {"eventTime": "2026-03-01T08:00:00.50+07:00", "eventTimeZoneOffset": "+07:00"}
OBJECT = {"type": "ObjectEvent", **WHEN, "action": "ADD", "epcList": ["urn:uuid:1"]}
SHIPPING = "https://ref.gs1.org/cbv/BizStep-shipping"
OWN = "https://example.org/own"
PREFIXES = {"ex": "https://example.org/ns/"}


def document(*events: dict[str, Any], context: Any = None, **head: Any) -> Document:
    given = json_document(events, context or [CONTEXT, PREFIXES], **head)
    found = read(json.dumps(given).encode())
    assert found.errors == []
    return found


def body(*events: dict[str, Any], **options: Any) -> str:
    """What stands in the list of events, but declarations of `json`, `xsi` and `xsd`."""
    text = as_xml(document(*events), **options).data.decode()
    for prefix, namespace in TECHNICAL.items():
        text = text.replace(f' xmlns:{prefix}="{namespace}"', "")
    return text.partition("<EventList>\n")[2].partition("\n</EventList>")[0]


def root(context: Any, **head: Any) -> str:
    """The start tag of the root."""
    text = as_xml(document(OBJECT, context=context, **head)).data.decode()
    return text.splitlines()[1].partition("<EPCISBody>")[0]


def element(**members: Any) -> str:
    """What stands in an event behind what every event here has."""
    text = body({**OBJECT, **members})
    return text.partition("<action>ADD</action>")[2].removesuffix("</ObjectEvent>")


def test_a_whole_document() -> None:
    written = as_xml(
        document({**OBJECT, "bizStep": "shipping", "ex:grade": "A"}, sender="urn:uuid:2")
    )
    assert written.findings == []
    assert written.data.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<epcis:EPCISDocument schemaVersion="2.0" creationDate="2026-03-01T08:00:00Z"'
        ' xmlns:ex="https://example.org/ns/" xmlns:epcis="urn:epcglobal:epcis:xsd:2"'
        ' xmlns:json="https://epcis-ledger.org/ns/json#">'
        "<EPCISBody><EventList>\n"
        "<ObjectEvent><eventTime>2026-03-01T08:00:00.50+07:00</eventTime>"
        "<eventTimeZoneOffset>+07:00</eventTimeZoneOffset>"
        "<epcList><epc>urn:uuid:1</epc></epcList><action>ADD</action>"
        "<bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep>"
        "<ex:grade>A</ex:grade></ObjectEvent>\n"
        '</EventList></EPCISBody><json:member name="sender">urn:uuid:2</json:member>'
        "</epcis:EPCISDocument>\n"
    )


def test_children_stand_in_the_order_of_the_schema_whatever_that_of_the_json() -> None:
    values: dict[str, Any] = {
        "quantityList": [{"uom": "KGM", "quantity": 1.50, "epcClass": "urn:uuid:3"}],
        "bizLocation": {"id": "urn:uuid:4"},
        "eventID": "urn:uuid:5",
        "readPoint": {"id": "urn:uuid:6"},
        "disposition": "active",
        "bizStep": "packing",
        "recordTime": "2026-03-01T08:00:01Z",
    }
    one = body({**values, **OBJECT})
    assert one == body({**OBJECT, **dict(reversed(values.items()))})
    assert one == (
        "<ObjectEvent><eventTime>2026-03-01T08:00:00.50+07:00</eventTime>"
        "<recordTime>2026-03-01T08:00:01Z</recordTime>"
        "<eventTimeZoneOffset>+07:00</eventTimeZoneOffset><eventID>urn:uuid:5</eventID>"
        "<epcList><epc>urn:uuid:1</epc></epcList><action>ADD</action>"
        "<bizStep>urn:epcglobal:cbv:bizstep:packing</bizStep>"
        "<disposition>urn:epcglobal:cbv:disp:active</disposition>"
        "<readPoint><id>urn:uuid:6</id></readPoint><bizLocation><id>urn:uuid:4</id></bizLocation>"
        "<quantityList><quantityElement><epcClass>urn:uuid:3</epcClass><quantity>1.5</quantity>"
        "<uom>KGM</uom></quantityElement></quantityList></ObjectEvent>"
    )


@pytest.mark.parametrize(
    ("given", "urn", "web"),
    [
        ("shipping", "urn:epcglobal:cbv:bizstep:shipping", SHIPPING),
        (OWN, OWN, OWN),
        (SHIPPING, SHIPPING, SHIPPING),
        ("no_such_term", "no_such_term", "no_such_term"),
    ],
    ids=["standard", "own", "already a Web URI", "unknown"],
)
def test_terms_are_urns_or_web_uris(given: str, urn: str, web: str) -> None:
    event = {**OBJECT, "bizStep": given}
    assert f"<bizStep>{urn}</bizStep>" in body(event)
    assert f"<bizStep>{web}</bizStep>" in body(event, cbv_format="web-uri")


def test_what_sensors_measure_is_a_curie_and_its_bare_word_a_mark() -> None:
    reports = [
        {"type": "Temperature", "value": 26.0, "uom": "CEL"},
        {"type": "gs1:Temperature", "exception": "gs1:ALARM_CONDITION"},
    ]
    written = element(sensorElementList=[{"sensorReport": reports}])
    assert written == (
        "<sensorElementList><sensorElement>"
        '<sensorReport type="gs1:Temperature" value="26.0" uom="CEL"/>'
        '<sensorReport type="gs1:Temperature" exception="gs1:ALARM_CONDITION"/>'
        "</sensorElement></sensorElementList>"
        '<json:value at="/sensorElementList/0/sensorReport/0/type">"Temperature"</json:value>'
    )


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"ex:a": "x < y & z > \r\n"}, "<ex:a>x &lt; y &amp; z &gt; &#13;\n</ex:a>"),
        ({"ex:a": 1}, '<ex:a xsi:type="xsd:integer">1</ex:a>'),
        ({"ex:a": 1.50}, '<ex:a xsi:type="xsd:decimal">1.5</ex:a>'),
        ({"ex:a": 1e22}, '<ex:a xsi:type="xsd:double">1e+22</ex:a>'),
        ({"ex:a": True}, '<ex:a xsi:type="xsd:boolean">true</ex:a>'),
        ({"ex:a": None}, '<ex:a xsi:nil="true"/>'),
        ({"ex:a": ["x", "y"]}, "<ex:a>x</ex:a><ex:a>y</ex:a>"),
        ({"ex:a": ["x"]}, '<ex:a json:is="item">x</ex:a>'),
        ({"ex:a": [1]}, '<ex:a json:is="item number">1</ex:a>'),
        ({"ex:a": []}, '<ex:a json:is="array"></ex:a>'),
        (
            {"ex:a": [["x"], []]},
            '<ex:a json:is="array"><json:item>x</json:item></ex:a><ex:a json:is="array"></ex:a>',
        ),
        ({"ex:a": {}}, '<ex:a json:is="object"/>'),
        ({"ex:a": {"b": "x", "ex:c": "y"}}, "<ex:a><b>x</b><ex:c>y</ex:c></ex:a>"),
        ({"ex:a": {"@unit": 'k"g\n', "#text": "5"}}, '<ex:a unit="k&quot;g&#10;">5</ex:a>'),
        ({"ex:a": {"#text": "5"}}, '<ex:a json:is="object">5</ex:a>'),
        ({"ex:a": {"#xml": "see <b>this</b>"}}, "<ex:a>see <b>this</b></ex:a>"),
        (
            {"ex:a": {"#xml": "<b>"}},
            '<ex:a><json:member name="#xml">&lt;b&gt;</json:member></ex:a>',
        ),
        ({"ex:a": {"2nd": "x"}}, '<ex:a><json:member name="2nd">x</json:member></ex:a>'),
        ({"ex:t%C3%AAn": "x"}, "<ex:tên>x</ex:tên>"),
        ({"un:bound": "x"}, '<json:member name="un:bound">x</json:member>'),
        (
            {"https://example.org/a#b": ["x"]},
            '<json:member name="https://example.org/a#b" json:is="item">x</json:member>',
        ),
        ({"cbvmda:lotNumber": "0012"}, "<cbvmda:lotNumber>0012</cbvmda:lotNumber>"),
    ],
    ids=[
        "text", "integer", "decimal", "double", "boolean", "null", "array", "array of one",
        "array of one number", "empty array", "array of arrays", "empty object", "object",
        "attribute and text", "text in an object", "mixed content", "no XML", "no name",
        "name beyond ASCII", "prefix that nobody declared", "URI", "prefix of the EPCIS context",
    ],
)  # fmt: skip
def test_extensions(members: dict[str, Any], expected: str) -> None:
    assert element(**members) == expected


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"bizTransactionList": []}, '<json:value at="/bizTransactionList">[]</json:value>'),
        ({"quantityList": []}, "<quantityList/>"),
        (
            {"certificationInfo": ["urn:uuid:7", "urn:uuid:8"]},
            '<json:value at="/certificationInfo">["urn:uuid:7","urn:uuid:8"]</json:value>',
        ),
        (
            {"quantityList": [{"epcClass": "urn:uuid:3", "quantity": 1e22}]},
            ("<quantityList><quantityElement><epcClass>urn:uuid:3</epcClass>"
            "<quantity>10000000000000000000000</quantity></quantityElement></quantityList>"
            '<json:value at="/quantityList/0/quantity">1e+22</json:value>'),
        ),
        (
            {"quantityList": [{"epcClass": "urn:uuid:3", "uom": "KGM"}]},
            ("<quantityList><quantityElement><epcClass>urn:uuid:3</epcClass>"
            '<quantity xsi:nil="true"/><uom>KGM</uom></quantityElement></quantityList>'),
        ),
        (
            {"sensorElementList": [{"sensorReport": [{"type": "gs1:x", "ex:a": 1, "ex:b": "x"}]}]},
            ('<sensorElementList><sensorElement><sensorReport type="gs1:x" ex:b="x"/>'
            "</sensorElement></sensorElementList>"
            '<json:value at="/sensorElementList/0/sensorReport/0/ex:a">1</json:value>'),
        ),
        ({"@context": ["https://example.org/c"]},
         '<json:value at="/@context">["https://example.org/c"]</json:value>'),
    ],
    ids=["empty list", "list that may be empty", "several certificates", "exponent",
         "unit without a quantity", "number in an attribute", "context"],
)  # fmt: skip
def test_what_xml_has_no_words_for_is_marked(members: dict[str, Any], expected: str) -> None:
    assert element(**members) == expected


def test_prefixes_of_an_event_are_declared_on_it() -> None:
    event = {**OBJECT, "@context": {"own": "https://example.org/own/"}, "own:a": "x"}
    assert body(event).startswith('<ObjectEvent xmlns:own="https://example.org/own/"><eventTime>')


def test_a_prefix_with_another_meaning_inside_is_told_by_marks() -> None:
    event = {**OBJECT, "@context": {"ex": "https://example.org/other/"}, "ex:a": "x"}
    assert body(event).endswith(
        '<json:member name="ex:a">x</json:member><json:value at="/@context">'
        '{"ex":"https://example.org/other/"}</json:value></ObjectEvent>'
    )


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ([CONTEXT, {"ex": "urn:x:"}], 'xmlns:ex="urn:x:" xmlns:epcis="urn:epcglobal:epcis:xsd:2"'),
        (CONTEXT, 'xmlns:epcis="urn:epcglobal:epcis:xsd:2"'),
        (
            {"epcis": "urn:x:"},
            (
                'json:context="[{&quot;epcis&quot;:&quot;urn:x:&quot;}]" xmlns:epcis="urn:x:"'
                ' xmlns:epcis-="urn:epcglobal:epcis:xsd:2"'
                ' xmlns:json="https://epcis-ledger.org/ns/json#"'
            ),
        ),
        (
            [CONTEXT, "https://example.org/c"],
            (
                f'json:context="[&quot;{CONTEXT}&quot;,&quot;https://example.org/c&quot;]"'
                ' xmlns:epcis="urn:epcglobal:epcis:xsd:2"'
                ' xmlns:json="https://epcis-ledger.org/ns/json#"'
            ),
        ),
    ],
    ids=["own prefix", "EPCIS alone", "a prefix of ours", "another context"],
)
def test_prefixes_of_a_document_are_declared_on_its_root(context: Any, expected: str) -> None:
    tag = root(context)
    assert tag.partition(' creationDate="2026-03-01T08:00:00Z" ')[2] == f"{expected}>"


def test_an_event_of_another_vocabulary_stands_in_an_extension() -> None:
    event = {"type": "ex:Inspection", **WHEN, "bizStep": "inspecting", "result": "good", "2nd": "x"}
    assert body(event) == (
        "<extension><ex:Inspection><eventTime>2026-03-01T08:00:00.50+07:00</eventTime>"
        "<eventTimeZoneOffset>+07:00</eventTimeZoneOffset>"
        "<bizStep>urn:epcglobal:cbv:bizstep:inspecting</bizStep>"
        '<result>good</result><json:member name="2nd">x</json:member></ex:Inspection></extension>'
    )


def test_a_standard_name_with_another_meaning_in_an_event_of_another_vocabulary() -> None:
    event = {"type": "https://example.org/t#Inspection", **WHEN, "epcList": "none", "action": 1}
    assert body(event) == (
        '<extension><json:member name="https://example.org/t#Inspection">'
        "<eventTime>2026-03-01T08:00:00.50+07:00</eventTime>"
        "<eventTimeZoneOffset>+07:00</eventTimeZoneOffset>"
        '<json:member name="action" json:is="number">1</json:member>'
        '<json:member name="epcList">none</json:member></json:member></extension>'
    )
