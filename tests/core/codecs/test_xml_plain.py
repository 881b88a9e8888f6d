"""An event read without a parser is the event that the parser would have read."""

import re
from dataclasses import fields
from typing import Any, Final
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epcis_core.codecs.document import ReadEvent
from epcis_core.codecs.limits import Limits
from epcis_core.codecs.xml_event import EventReader
from epcis_core.codecs.xml_plain import PlainReader
from tests.conftest import TEST_SCALE
from tests.core.codecs.xml_documents import EVENT, MARKS, WHEN, XSI, document, read

DECLARED: Final = f'xmlns:ex="urn:x:ex#" xmlns:id="urn:x:id#" {XSI} {MARKS}'
PARTS: Final = (
    "<bizStep>shipping</bizStep><disposition>urn:epcglobal:cbv:disp:in_transit</disposition>"
    "<readPoint><id>urn:epc:id:sgln:8930001.00001.0</id></readPoint>"
    "<bizTransactionList>\n"
    '  <bizTransaction type="po">urn:epcglobal:cbv:bt:8930001000011:1</bizTransaction>\n'
    "</bizTransactionList>"
)
QUANTITIES: Final = (
    "<quantityList><quantityElement><epcClass>urn:epc:class:lgtin:8930001.000001.L1</epcClass>"
    "<quantity>1.50</quantity><uom>KGM</uom></quantityElement></quantityList>"
    '<sourceList><source type="location">urn:epc:id:sgln:8930001.00001.0</source></sourceList>'
)
OF_2_0: Final = (
    f"<ObjectEvent>{WHEN}<eventID>urn:uuid:9b2ffd3a-5c8a-4b6e-9c21-3f0f4f0c9a01</eventID>"
    "<errorDeclaration><declarationTime>2026-03-02T08:00:00Z</declarationTime></errorDeclaration>"
    f"<epcList/><action>OBSERVE</action>{PARTS}{QUANTITIES}"
    "<sensorElementList><sensorElement>"
    '<sensorMetadata time="2026-03-01T08:00:00Z"/>'
    '<sensorReport type="Temperature" value="+4.0" uom="CEL"/>'
    "</sensorElement></sensorElementList>"
    "<ilmd><ex:lot>L1</ex:lot><ex:box><ex:a>1</ex:a><b> 2 </b><b/></ex:box></ilmd>"
    "<ex:note>a &amp; b</ex:note><ex:note>b</ex:note><id:c/></ObjectEvent>\n"
)
MEASURED: Final = OF_2_0.replace(
    'uom="CEL"',
    'uom="CEL" minValue="1" maxValue="5" meanValue="3" sDev="1" percRank="50" percValue="4"',
)
OF_1_2: Final = (
    f"<ObjectEvent>{WHEN}<baseExtension>"
    "<eventID>urn:uuid:9b2ffd3a-5c8a-4b6e-9c21-3f0f4f0c9a02</eventID></baseExtension>"
    f"<epcList><epc>urn:epc:id:sscc:8930001.0000000001</epc></epcList><action>ADD</action>{PARTS}"
    f"<extension>{QUANTITIES}</extension>"
    "<ex:note>a</ex:note></ObjectEvent>\n"
)
EVENTS: Final = {"2.0": OF_2_0, "1.2": OF_1_2}

MARKUP: Final = (
    "&amp; &lt; &quot;&apos;&gt; &amp;lt; & &#x41; &x; <!--c--> <![CDATA[x]]> <?p?> ]]> ] é 😀 < > "
    '/ " = x <a/> <a>1</a> <ex:a/> <ex:a>1</ex:a> <ex:note><b/>x</ex:note> <y:a/> <epcis:a/> '
    "<xsi:a/> <json:item/> <id:c>1</id:c> <extension/> <extension><a/></extension> <ilmd/> "
    "<epc>urn:x:y</epc> <uom> </uom> <quantity>1e999999</quantity> <quantity>NaN</quantity> "
    "</ObjectEvent>"
)
ODD: Final = [
    *MARKUP.split(),
    *("\x01", "\x7f", "\ufffe", "\r\n", "\r", "\t", "\n", " ", " x='1'"),
    *(f' {name}="1"' for name in ("x", "type", "ex:x", "xmlns", "xmlns:ex", "xsi:nil", "json:is")),
    *(' value="INF"', ' uom="A&lt;"', ' value="x"', ' type=""'),
]
ELEMENT: Final = re.compile(r"<([\w:]+)[^<>]*>[^<>]*</\1>|<[\w:]+[^<>]*/>|</?[\w:]+[^<>]*>")


@st.composite
def nearly_plain(draw: st.DrawFn) -> tuple[str, str]:
    """A version, and an event of it that was changed in a few places, mostly between its tags."""
    version = draw(st.sampled_from(sorted(EVENTS)))
    text = EVENTS[version]
    for _ in range(draw(st.integers(1, 2))):
        element = draw(st.sampled_from(list(ELEMENT.finditer(text))))
        start, end = element.span()
        at = draw(st.sampled_from([start, end, end - 1, start + len(element[0]) // 2]))
        odd = draw(st.sampled_from(ODD))
        text = draw(
            st.sampled_from(
                [
                    text[:at] + odd + text[at:],
                    text[:start] + text[end:],
                    text[:end] + element[0] + text[end:],
                    text[:start] + text[end:] + element[0],
                ]
            )
        )
    return version, text


def outcome(text: str, limits: Limits | None = None) -> list[Any]:
    """What is read of a document, and all that is found in it."""
    reader, events = read(text, limits)
    compared = [one.name for one in fields(ReadEvent) if one.name != "locate"]
    return [
        [[getattr(event, name) for name in compared] for event in events],
        reader.findings,
        reader.envelope,
    ]


@settings(max_examples=max(1, int(200 * TEST_SCALE)), deadline=None)
@given(nearly_plain())
def test_with_and_without_a_parser_the_same_is_read(given_event: tuple[str, str]) -> None:
    version, text = given_event
    xml = document(EVENTS[version], text, text, declared=DECLARED, version=version)
    quickly = outcome(xml)
    with patch.object(PlainReader, "event", return_value=None):
        assert quickly == outcome(xml)


@pytest.mark.parametrize(
    ("text", "limits", "found"),
    [
        (
            OF_2_0.replace("b> 2 </b", f"{'b' * 50_001}/").replace("<b/>", ""),
            Limits(),
            ["value_too_large"],
        ),
        (MEASURED, Limits(attributes=8), ["too_many_attributes"]),
        (MEASURED, Limits(attributes=9), []),
    ],
    ids=["a name too long for the parser", "more attributes than allowed", "no more than allowed"],
)
def test_no_limit_is_passed_by_reading_quickly(text: str, limits: Limits, found: list[str]) -> None:
    xml = document(OF_2_0, text, declared=DECLARED)
    _, events = read(xml, limits)
    assert [one.code for one in events[1].findings] == found
    quickly = outcome(xml, limits)
    with patch.object(PlainReader, "event", return_value=None):
        assert quickly == outcome(xml, limits)


@pytest.mark.parametrize("version", EVENTS)
def test_the_parser_is_asked_once_for_the_names_of_extensions(version: str) -> None:
    xml = document(*[EVENTS[version]] * 3, declared=DECLARED, version=version)
    with patch.object(EventReader, "parse", autospec=True, side_effect=EventReader.parse) as parse:
        reader, events = read(xml)
    assert [*reader.findings, *(one for event in events for one in event.findings)] == []
    assert parse.call_count == 1


@pytest.mark.parametrize(
    "xml",
    [
        document(EVENT.replace("<ObjectEvent>", '<ObjectEvent xmlns:e="urn:x:e#">')),
        document(EVENT.replace("OBSERVE", "OBS&#69;RVE")),
        document(EVENT.replace("<action>", "<!-- an action --><action>")),
        document(EVENT, declared='xmlns="urn:x:default#"'),
        document(EVENT.replace("<epcList>", "<epcList>\x01")),
    ],
    ids=["a prefix inside", "a reference", "a comment", "a default namespace", "no character"],
)
def test_what_is_not_plain_is_left_to_the_parser(xml: str) -> None:
    with patch.object(EventReader, "parse", autospec=True, side_effect=EventReader.parse) as parse:
        read(xml)
    assert parse.called
