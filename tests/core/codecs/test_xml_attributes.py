"""Attributes of XML that JSON has other words for, or none: kept, or told that they are not."""

import json
from typing import Any, Final

import pytest

from epcis_core.codecs.xml_names import KEYWORDS
from epcis_core.codecs.xml_types import usual_type
from epcis_core.event_hash import EventHash, HashVariant, event_hash
from epcis_core.model.base import Number
from epcis_core.model.namespaces import Namespaces
from tests.core.codecs.xml_documents import (
    MEMBERS,
    XSD,
    XSI,
    document,
    extensions,
    master_data_document,
    with_extension,
)
from tests.core.codecs.xml_documents import read as read_all
from tests.rewriting import Document, as_json, as_xml, json_document, read

AT: Final = "/epcisBody/eventList/0"
ESCAPED: Final = {f"@.{name}": name for name in sorted(KEYWORDS)}


def told(text: str) -> list[str]:
    """What is found in a document: severity, pointer and sentence."""
    reader, events = read_all(text)
    found = [*reader.findings, *(one for event in events for one in event.findings)]
    return [f"{one.severity.value} {one.where.pointer}: {one.message}" for one in found]


def hashes(given: Document) -> list[EventHash]:
    found = []
    for event in given.events:
        namespaces = Namespaces.of_context(event.context, given.envelope.namespaces)
        found += [event_hash(event, namespaces, variant) for variant in HashVariant]
    return found


# --- attributes of XML itself --------------------------------------------------------------------

OF_XML: Final = {
    "an event": document(f'<ObjectEvent xml:lang="vi">{MEMBERS}</ObjectEvent>'),
    "a sensor report": document(
        f"<ObjectEvent>{MEMBERS}<sensorElementList><sensorElement>"
        '<sensorReport type="gs1:Temperature" value="1" xml:lang="vi"/>'
        "</sensorElement></sensorElementList></ObjectEvent>",
    ),
    "the root": document(f"<ObjectEvent>{MEMBERS}</ObjectEvent>", declared='xml:lang="vi"'),
    "the header": document(
        f"<ObjectEvent>{MEMBERS}</ObjectEvent>", header='<EPCISHeader xml:lang="vi"/>'
    ),
    "master data": master_data_document().replace(
        "<VocabularyElement ", '<VocabularyElement xml:lang="vi" '
    ),
    "a vocabulary": master_data_document().replace("<Vocabulary ", '<Vocabulary xml:lang="vi" '),
}


@pytest.mark.parametrize("text", OF_XML.values(), ids=OF_XML.keys())
def test_the_language_of_an_element_of_the_standard_is_kept(text: str) -> None:
    given = read(text.encode())
    assert (given.errors, told(text)) == ([], [])
    there = read(as_json(given))
    assert b'"xml:lang":"vi"' in as_json(given)
    back = as_xml(there)
    assert b' xml:lang="vi"' in back.data
    assert read(back.data).meaning == given.meaning
    assert hashes(read(back.data)) == hashes(there) == hashes(given)


def test_the_language_of_an_element_that_has_no_attributes_is_refused() -> None:
    text = document(
        f"<ObjectEvent>{MEMBERS}</ObjectEvent>".replace("<action>", '<action xml:lang="vi">')
    )
    assert told(text) == [f"error {AT}/action: Attribute 'xml:lang' may not stand here."]


def test_an_attribute_that_is_not_carried_over_is_told_by_its_whole_name() -> None:
    text = document(declared='xmlns:ex="urn:x:ex#"').replace(
        "<EventList>", '<EventList ex:a="1" xml:lang="vi">'
    )
    assert told(text) == [
        f"warning /epcisBody/eventList: Attribute '{name}' means nothing here; the text as "
        "received keeps it, but it is not read and not carried over in conversion."
        for name in ("ex:a", "xml:lang")
    ]


# --- attributes of extensions --------------------------------------------------------------------


def test_an_attribute_named_like_a_keyword_of_json_ld_is_none_in_json() -> None:
    attributes = "".join(f' {name}="{name}"' for name in ESCAPED.values())
    text = with_extension(f"<ex:v{attributes}/>")
    assert extensions(text) == {"ex:v": ESCAPED}
    given = read(text.encode())
    there = read(as_json(given))
    back = as_xml(there)
    assert f"<ex:v{attributes}/>".encode() in back.data
    assert read(back.data).meaning == there.meaning
    assert hashes(read(back.data)) == hashes(there) == hashes(given)


@pytest.mark.parametrize("name", ["@id", "@.id", "@..id", "@.", "@.unit", "@", "@context"])
def test_a_member_like_a_keyword_comes_back_from_xml(name: str) -> None:
    event = {
        "type": "ObjectEvent",
        "eventTime": "2026-03-01T08:00:00Z",
        "eventTimeZoneOffset": "+07:00",
        "epcList": [],
        "action": "OBSERVE",
        "ex:a": {name: "x", "@unit": "kg"},
    }
    given = read(json.dumps(json_document([event], {"ex": "urn:x:ex#"})).encode())
    assert given.errors == []
    assert read(as_xml(given).data).meaning == given.meaning


@pytest.mark.parametrize(
    ("content", "actual"), [("lost", "'lost'"), ("<ex:c>1</ex:c>", "'<ex:c>'")]
)
def test_an_extension_that_is_null_has_no_content(content: str, actual: str) -> None:
    text = with_extension(f'<ex:v xsi:nil="true">{content}</ex:v>')
    assert told(text) == [f"error {AT}/ex:v: Expected no content beside xsi:nil, got {actual}."]


# --- values and numbers with a type --------------------------------------------------------------


def test_a_qualified_name_in_a_value_is_told_where_its_prefix_is_not_kept() -> None:
    declared = 'xmlns:ex="urn:x:ex#" xmlns:id="urn:x:id#" xmlns="urn:x:none#"'
    text = "".join(
        f'<ex:v xsi:type="xsd:QName">{value}</ex:v>' for value in ("ex:kg", "id:kg", "kg")
    )
    event = f"<ObjectEvent>{MEMBERS}<ex:w {declared}>{text}</ex:w></ObjectEvent>"
    assert told(document(event, declared=f'{XSI} {XSD} xmlns:ex="urn:x:ex#"')) == [
        f"warning {AT}/ex:w/ex:v/{number}: The value {value!r} is a name in namespace "
        f"'{namespace}' by a prefix that JSON does not keep: after conversion it no longer means "
        "that."
        for number, value, namespace in ((1, "id:kg", "urn:x:id#"), (2, "kg", "urn:x:none#"))
    ]


NUMBERS: Final[dict[str, tuple[str, Any]]] = {
    "float": ("1.5", Number("1.5")),
    "double": ("7", Number("7")),
    "long": ("7", Number("7")),
    "unsignedByte": ("7", Number("7")),
    "decimal": ("7", Number("7")),
}


@pytest.mark.parametrize("version", ["2.0", "1.2"])
@pytest.mark.parametrize("local", NUMBERS)
def test_the_type_of_a_number_comes_back(local: str, version: Any) -> None:
    written, value = NUMBERS[local]
    element = f'<ex:v xsi:type="xsd:{local}">{written}</ex:v>'
    text = with_extension(element)
    assert extensions(text)["ex:v"] == value
    given = read(text.encode())
    there = read(as_json(given))
    back = as_xml(there, version)
    assert element.encode() in back.data
    assert read(back.data).meaning == there.meaning
    plain = read(with_extension(element.replace(local, usual_type(written))).encode())
    assert hashes(there) == hashes(given) == hashes(plain)


def test_a_document_of_1_0_is_written_as_1_2() -> None:
    text = document(f"<ObjectEvent>{MEMBERS}</ObjectEvent>", version="1.0")
    assert b' schemaVersion="1.2"' in as_xml(read(text.encode()), "1.2").data
