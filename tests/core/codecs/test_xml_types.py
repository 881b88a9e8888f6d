"""The types of extensions that JSON has no words for: kept beside the event, and no part of it."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.codecs.xml_types import may_hold, types_in
from epcis_core.codecs.xml_values import BUILT_IN_TYPES
from epcis_core.event_hash import HashVariant, content_digest, event_hash
from epcis_core.model.base import Number
from epcis_core.model.namespaces import TYPES, Namespaces
from tests.core.codecs.xml_documents import (
    MASTER_DATA,
    MEMBERS,
    XSD,
    XSI,
    document,
    extensions,
    master_data_document,
    with_extension,
)
from tests.rewriting import Document, as_json, as_xml, json_document, read

WHEN: Final = "2026-03-01T08:00:00Z"


def typed(at: str, name: str) -> list[dict[str, str]]:
    return [{"at": at, "is": name}]


CASES: Final[dict[str, tuple[str, Any, list[dict[str, str]]]]] = {
    "a time": (
        f'<ex:v xsi:type="xsd:dateTime">{WHEN}</ex:v>',
        WHEN,
        typed("/ex:v", "xsd:dateTime"),
    ),
    "a text": ('<ex:v xsi:type="xsd:string">1</ex:v>', "1", typed("/ex:v", "xsd:string")),
    "an empty text": ('<ex:v xsi:type="xsd:string"/>', "", typed("/ex:v", "xsd:string")),
    "anything": ('<ex:v xsi:type="xsd:anyType">1</ex:v>', "1", typed("/ex:v", "xsd:anyType")),
    "a number that JSON has not": (
        '<ex:v xsi:type="xsd:double">-INF</ex:v>',
        "-INF",
        typed("/ex:v", "xsd:double"),
    ),
    "a type of their own": ('<ex:v xsi:type="ex:T">1</ex:v>', "1", typed("/ex:v", "ex:T")),
    "a type of their own on parts": (
        '<ex:v xsi:type="ex:T" b="1"><ex:w xsi:type="xsd:date">2026-03-01</ex:w></ex:v>',
        {"@b": "1", "ex:w": "2026-03-01"},
        [*typed("/ex:v", "ex:T"), *typed("/ex:v/ex:w", "xsd:date")],
    ),
    "a type under a prefix that JSON has not": (
        '<ex:v xmlns:id="urn:x:id#" xsi:type="id:T">1</ex:v>',
        "1",
        typed("/ex:v", "id-2:T"),
    ),
    "a type of a name with letters of Vietnamese": (
        '<ex:v xsi:type="ex:Tên">1</ex:v>',
        "1",
        typed("/ex:v", "ex:T%C3%AAn"),
    ),
    "XML Schema under another prefix": (
        '<ex:v xmlns:s="http://www.w3.org/2001/XMLSchema" xsi:type="s:date">2026-03-01</ex:v>',
        "2026-03-01",
        typed("/ex:v", "xsd:date"),
    ),
    "null": ('<ex:v xsi:nil="true" xsi:type="xsd:date"/>', None, typed("/ex:v", "xsd:date")),
    "one of several": (
        '<ex:v>1</ex:v><ex:v xsi:type="xsd:date">2026-03-01</ex:v>',
        ["1", "2026-03-01"],
        typed("/ex:v/1", "xsd:date"),
    ),
    "mixed content": (
        '<ex:v xsi:type="ex:T">a <b>c</b></ex:v>',
        {"#xml": "a <b>c</b>"},
        typed("/ex:v", "ex:T"),
    ),
}


@pytest.mark.parametrize(("xml", "value", "types"), CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("version", ["2.0", "1.2"])
def test_a_type_is_told_beside_the_value_and_comes_back(
    xml: str, value: Any, types: list[dict[str, str]], version: Any
) -> None:
    whole = with_extension(xml)
    found = extensions(whole)
    assert (found["ex:v"], found[TYPES]) == (value, types)
    there = read(as_json(read(whole.encode())))
    assert there.errors == []
    back = as_xml(there, version)
    assert b"json:" not in back.data
    assert read(back.data).errors == []
    assert read(back.data).meaning == there.meaning
    local = types[0]["is"].partition(":")[2].replace("%C3%AA", "ê")
    assert f":{local}".encode() in back.data


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [("7", "integer", "7"), ("1.50", "decimal", "1.50"), ("true", "boolean", None)],
)
def test_a_number_or_a_boolean_needs_nobody_to_tell_its_type(
    text: str, name: str, value: str | None
) -> None:
    found = extensions(with_extension(f'<ex:v xsi:type="xsd:{name}">{text}</ex:v>'))
    assert found == {"ex:v": True if value is None else Number(value)}


def hashes(given: Document) -> set[Any]:
    found: set[Any] = set()
    for event in given.events:
        namespaces = Namespaces.of_context(event.context, given.envelope.namespaces)
        found.add(content_digest(event, namespaces))
        found |= {(one, event_hash(event, namespaces, one)) for one in HashVariant}
    return found


def test_a_type_is_no_part_of_a_hash_in_any_syntax() -> None:
    with_type = read(with_extension(f'<ex:v xsi:type="xsd:dateTime">{WHEN}</ex:v>').encode())
    without = read(with_extension(f"<ex:v>{WHEN}</ex:v>").encode())
    known = hashes(without)
    assert len(known) == 1 + len(HashVariant)
    for one in (with_type, read(as_json(with_type)), read(as_xml(with_type).data)):
        assert hashes(one) == known


def test_the_types_in_gs1s_documents_come_back(gs1_dir: Path) -> None:
    folder = gs1_dir / "gs1-epcis" / "XML" / "WithFullCombinationOfFields"
    total = 0
    for file in sorted(folder.glob("*.xml")):
        text = file.read_text(encoding="utf-8")
        given_xml = read(text.encode())
        back = as_xml(read(as_json(given_xml))).data
        for name in ("xsd:string", "xsd:dateTime"):
            count = text.count(f'xsi:type="{name}"')
            assert back.decode().count(f'xsi:type="{name}"') == count
            total += count
        assert hashes(read(back)) == hashes(given_xml)
    assert total > 0


def test_types_in_the_head_of_a_document_come_back() -> None:
    seen = '<ex:seen xsi:type="xsd:date">2026-03-01</ex:seen>'
    xml = document(declared=f'{XSI} {XSD} xmlns:ex="urn:x:ex#"')
    given_xml = read(xml.replace("</EPCISBody>", f"</EPCISBody>{seen}").encode())
    assert given_xml.errors == []
    there = as_json(given_xml)
    assert json.loads(there)[TYPES] == typed("/ex:seen", "xsd:date")
    back = as_xml(read(there)).data
    assert seen.encode() in back
    assert read(back).meaning == given_xml.meaning


def test_types_of_master_data_come_back() -> None:
    xml = master_data_document()
    xml = xml.replace("<attribute ", '<attribute xsi:type="ex:Name" ', 1)
    xml = xml.replace(" schemaVersion", f' {XSI} xmlns:ex="urn:x:ex#" schemaVersion', 1)
    assert xml.count("ex:Name") == 1
    given_xml = read(xml.encode())
    assert given_xml.errors == []
    there = as_json(given_xml)
    element = "/epcisHeader/epcisMasterData/vocabularyList/0/vocabularyElementList/0"
    assert json.loads(there)[TYPES] == typed(f"{element}/attributes/0/attribute", "ex:Name")
    back = as_xml(read(there)).data
    assert b' xsi:type="ex:Name"' in back
    assert read(back).meaning == given_xml.meaning


# --- what JSON says of types --------------------------------------------------------------------

POINTERS: Final = ("/ex:a", "/ex:b", "/ex:b/ex:c", "/ex:d/0", "/ex:d/1", "/action", "/nowhere", "x")
NAMES: Final = ("xsd:string", "xsd:date", "xsd:integer", "xsd:anyType", "ex:T", "un:bound", "xsd:T")


def marks() -> st.SearchStrategy[Any]:
    """Marks for values that are there or not, of types that fit or not, and what is no mark."""
    entry = st.fixed_dictionaries({"at": st.sampled_from(POINTERS), "is": st.sampled_from(NAMES)})
    some = st.lists(entry, max_size=4)
    in_order = st.dictionaries(st.sampled_from(POINTERS), st.sampled_from(NAMES)).map(
        lambda types: [{"at": at, "is": types[at]} for at in sorted(types)]
    )
    return some | in_order | st.sampled_from([None, "xsd:date", {}, [1], [{"at": "/ex:a"}]])


@given(marks(), st.sampled_from(["2.0", "1.2"]))
def test_whatever_json_says_of_types_comes_back_from_xml(mark: Any, version: Any) -> None:
    event = {
        "type": "ObjectEvent",
        "eventTime": WHEN,
        "eventTimeZoneOffset": "+07:00",
        "epcList": [],
        "action": "OBSERVE",
        "ex:a": "2026-03-01",
        "ex:b": {"@d": "1", "ex:c": "7"},
        "ex:d": ["x", 8],
        TYPES: mark,
    }
    context = {"ex": "urn:x:ex#"}
    given_json = read(json.dumps(json_document([event], context)).encode())
    assert given_json.errors == []
    back = read(as_xml(given_json, version).data)
    assert back.errors == []
    assert back.meaning == given_json.meaning


def test_a_mark_is_a_list_in_order_of_its_pointers() -> None:
    one, two = {"at": "/a", "is": "xsd:date"}, {"at": "/b", "is": "ex:T"}
    assert types_in([one, two]) == {"/a": "xsd:date", "/b": "ex:T"}
    unknown: dict[str, object] = {**one, "c": ""}
    no_text: dict[str, object] = {**one, "at": 1}
    wrong: tuple[object, ...] = ([two, one], [one, one], [], {}, [unknown], [no_text])
    assert [types_in(each) for each in wrong] == [None] * len(wrong)


@pytest.mark.parametrize("local", sorted(BUILT_IN_TYPES))
def test_an_element_has_a_type_only_where_the_reader_leaves_the_value_as_it_is(local: str) -> None:
    for text in ("", "7", "true", "INF", "2026-03-01", "2026-03-01T08:00:00Z", "x"):
        xml = f'<ex:v xsi:type="xsd:{local}">{text}</ex:v>'
        given_xml = read(with_extension(xml).encode())
        kept = [event.extensions["ex:v"] == text for event in given_xml.events]
        assert may_hold(local, text, is_plain=True) == (kept == [True])


def test_a_mark_of_types_that_is_none_is_told_where_xml_gives_types() -> None:
    xml = (
        '<ex:v xsi:type="xsd:date">2026-03-01</ex:v>'
        f'<j:member xmlns:j="https://epcis-ledger.org/ns/json#" name="{TYPES}">x</j:member>'
    )
    found = read(with_extension(xml).encode())
    message = f"The mark for '{TYPES}' contradicts what the XML says, or is no JSON."
    assert found.errors == [f"/epcisBody/eventList/0 (2:1) {message}"]


# --- an attribute and an element of one name -----------------------------------------------------

TWICE: Final = {
    "an element": ("<ex:a>2</ex:a>", ["1", "2"], None),
    "several elements": ("<ex:a>2</ex:a><ex:a>3</ex:a>", ["1", "2", "3"], None),
    "an element with a type": (
        '<ex:a xsi:type="xsd:date">2026-03-01</ex:a>',
        ["1", "2026-03-01"],
        typed("/ex:a/1", "xsd:date"),
    ),
}


@pytest.mark.parametrize(("xml", "values", "types"), TWICE.values(), ids=TWICE.keys())
def test_an_attribute_of_an_event_and_elements_of_its_name_are_an_array(
    xml: str, values: list[str], types: Any
) -> None:
    whole = document(
        f'<ObjectEvent ex:a="1">{MEMBERS}{xml}</ObjectEvent>',
        declared=f'{XSI} {XSD} xmlns:ex="urn:x:ex#"',
    )
    found = extensions(whole)
    assert (found["ex:a"], found.get(TYPES)) == (values, types)
    given_xml = read(whole.encode())
    there = read(as_json(given_xml))
    assert there.errors == []
    back = read(as_xml(there).data)
    assert back.meaning == there.meaning
    assert hashes(there) == hashes(given_xml) == hashes(back)


def test_inside_an_extension_an_attribute_and_an_element_of_one_name_are_two_members() -> None:
    whole = with_extension('<ex:v ex:a="1"><ex:a>2</ex:a></ex:v>')
    assert extensions(whole) == {"ex:v": {"@ex:a": "1", "ex:a": "2"}}
    there = read(as_json(read(whole.encode())))
    assert read(as_xml(there).data).meaning == there.meaning


def test_master_data_with_an_attribute_and_an_element_of_one_name_keeps_both() -> None:
    xml = master_data_document()
    assert MASTER_DATA in xml
    xml = xml.replace("<VocabularyElement ", '<VocabularyElement ex:a="1" ')
    xml = xml.replace("</VocabularyElement>", "<ex:a>2</ex:a></VocabularyElement>")
    xml = xml.replace(" schemaVersion", ' xmlns:ex="urn:x:ex#" schemaVersion', 1)
    given_xml = read(xml.encode())
    assert given_xml.errors == []
    assert read(as_xml(read(as_json(given_xml))).data).meaning == given_xml.meaning
    assert b"<ex:a>1</ex:a><ex:a>2</ex:a>" in as_xml(given_xml).data
