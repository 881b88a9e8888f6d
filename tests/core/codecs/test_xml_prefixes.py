"""Prefixes that XML may have and JSON may not, and the other way round: what they mean is kept."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from lxml import etree

from epcis_core.codecs.xml_iri import is_iri
from epcis_core.codecs.xml_names import XmlVersion
from epcis_core.codecs.xml_prefixes import is_usable, namespaces_of
from epcis_core.codecs.xml_scope import Scope, Surroundings
from epcis_core.event_hash import event_hash
from epcis_core.model.namespaces import BUILT_IN, Namespaces
from epcis_core.store.reading import Reading
from tests.core.codecs.xml_documents import (
    EVENT,
    MARKS,
    MEMBERS,
    document,
    the_event,
    with_extension,
)
from tests.rewriting import CONTEXT, as_json, as_xml, json_document, read

MINE: Final = "urn:x:mine#"
OTHER: Final = "urn:x:other#"
TERMS: Final = (
    "id",
    "type",
    "action",
    "ilmd",
    "epcList",
    "baseURL",
    "shipping",
    "x",
    "Temperature",
)
SCHEMES: Final = ("urn", "http", "https", "ni", "geo", "tag", "URN")
BUILT_IN_MEANING_ELSE: Final = ("gs1", "cbv", "epcis", "cbvmda", "rdfs", "dcterms", "owl", "xsd")
RESERVED: Final = (*TERMS, *SCHEMES, *BUILT_IN_MEANING_ELSE)

each_reserved = pytest.mark.parametrize("prefix", RESERVED)


def using(prefix: str, declared: str = "") -> str:
    """An event with an element, an attribute and an element in it that have a prefix."""
    start, end = f"<{prefix}:a {declared} {prefix}:b='1'>", f"</{prefix}:a>"
    return f"<ObjectEvent>{MEMBERS}{start}<{prefix}:c/>{end}</ObjectEvent>"


def on_root(prefix: str) -> str:
    xml = document(using(prefix), declared=f'xmlns:{prefix}="{MINE}"')
    return re.sub("(</?|xmlns:)epcis(:EPCISDocument|=.urn:epc)", r"\1e\2", xml)


def on_element(prefix: str) -> str:
    return document(using(prefix, f"xmlns:{prefix}='{MINE}'"))


def declared_in(part: Any) -> Iterator[str]:
    """Every prefix that an `@context` in a document declares."""
    if isinstance(part, dict):
        context = part.get("@context", [])
        for one in context if isinstance(context, list) else [context]:
            yield from one if isinstance(one, dict) else ()
        for inner in part.values():
            yield from declared_in(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from declared_in(inner)


# --- XML to JSON --------------------------------------------------------------------------------


@each_reserved
@pytest.mark.parametrize("place", [on_root, on_element])
def test_a_prefix_that_means_something_in_json_is_renamed_there(
    place: Callable[[str], str], prefix: str
) -> None:
    given_xml = place(prefix)
    event = the_event(given_xml)
    made = f"{prefix}-2"
    assert event.event is not None
    assert event.event.extensions == {f"{made}:a": {f"@{made}:b": "1", f"{made}:c": ""}}
    assert event.namespaces.prefixes[made] == MINE
    assert event.namespaces.prefixes.get(prefix) == BUILT_IN.get(prefix)
    there = as_json(read(given_xml.encode()))
    assert set(declared_in(json.loads(there))) == {made}
    document_there = read(there)
    assert document_there.errors == []
    back = as_xml(document_there)
    assert (back.findings, read(back.data).errors) == ([], [])
    element = etree.fromstring(back.data).find(f".//{{{MINE}}}a")
    assert element is not None
    assert element.items() == [(f"{{{MINE}}}b", "1")]
    assert [child.tag for child in element] == [f"{{{MINE}}}c"]


def test_no_term_or_prefix_of_the_epcis_context_is_a_prefix_of_somebody_else(
    gs1_dir: Path,
) -> None:
    context = json.loads((gs1_dir / "gs1-epcis" / "epcis-context.jsonld").read_text())["@context"]

    def terms(part: Any) -> Iterator[str]:
        for one in part if isinstance(part, list) else [part]:
            for name, value in one.items() if isinstance(one, dict) else ():
                if not name.startswith("@"):
                    yield name
                if isinstance(value, dict):
                    yield from terms(value.get("@context", []))

    found = set(terms(context))
    assert len(found) > 200
    assert {name for name in found if is_usable(name, MINE)} == set()


def test_a_prefix_of_the_epcis_context_that_means_what_it_means_there_stays() -> None:
    event = the_event(with_extension("<gs1:a/>", 'xmlns:gs1="https://gs1.org/voc/"'))
    assert event.event is not None
    assert event.event.extensions == {"gs1:a": ""}


def test_the_new_name_is_one_that_nobody_has() -> None:
    declared = f'xmlns:id="{MINE}" xmlns:id-2="{OTHER}"'
    event = the_event(with_extension("<id:a/><id-2:a/>", declared))
    assert event.event is not None
    assert event.event.extensions == {"id-3:a": "", "id-2:a": ""}
    assert event.event.context is None


def test_a_prefix_that_the_list_of_events_binds_again_does_not_change_what_is_before_it() -> None:
    xml = document(
        EVENT.replace("</Obj", "<ex:a/></Obj"),
        declared=f'xmlns:ex="{MINE}" ex:b="1"',
    ).replace("<EventList>", f'<EventList xmlns:ex="{OTHER}">')
    there = json.loads(as_json(read(xml.encode())))
    assert there["@context"] == [CONTEXT, {"ex": MINE, "ex-2": OTHER}]
    assert there["ex:b"] == "1"
    assert there["epcisBody"]["eventList"][0]["ex-2:a"] == ""
    again = etree.fromstring(as_xml(read(as_json(read(xml.encode())))).data)
    assert again.find(f".//{{{OTHER}}}a") is not None


def test_a_value_that_begins_with_such_a_prefix_stays_the_uri_it_is() -> None:
    """An event hash of both syntaxes, and one of the same event under another prefix."""

    def hashed(prefix: str) -> set[str]:
        where = "<readPoint><id>geo:10.8,106.6</id></readPoint>"
        xml = document(
            f"<ObjectEvent>{MEMBERS}{where}<{prefix}:a>geo:10.8,106.6</{prefix}:a></ObjectEvent>",
            declared=f'xmlns:{prefix}="{MINE}"',
        )
        given_xml = read(xml.encode())
        documents = [given_xml, read(as_json(given_xml)), read(as_xml(given_xml).data)]
        assert [one.errors for one in documents] == [[], [], []]
        return {
            event_hash(event, Namespaces.of_context(event.context, one.envelope.namespaces))
            for one in documents
            for event in one.events
        }

    assert len(hashed("geo") | hashed("ex")) == 1


def test_what_is_stored_with_an_event_tells_both_meanings_of_a_prefix() -> None:
    reader = read(on_root("id").encode())
    reading = Reading.of(reader.envelope)
    again = Reading.stored("xml", reading.prefixes_text(), [])
    assert again.namespaces == reader.envelope.namespaces
    assert again.as_bytes() == reading.as_bytes()
    assert (again.namespaces.prefixes["id-2"], dict(again.namespaces.in_xml)) == (
        MINE,
        {"id": MINE},
    )


@given(
    st.dictionaries(
        st.sampled_from([*RESERVED, "ex", "id-2", "urn-2", "e_x"]),
        st.sampled_from([MINE, OTHER, "https://gs1.org/voc/"]),
    )
)
def test_every_namespace_has_a_prefix_that_json_can_have(declared: dict[str, str]) -> None:
    found = namespaces_of(dict[str | None, str](declared.items()))
    assert BUILT_IN.items() <= found.prefixes.items()
    for prefix, uri in declared.items():
        assert found.in_xml.get(prefix, found.prefixes.get(prefix)) == uri
    usable = {uri for prefix, uri in found.prefixes.items() if is_usable(prefix, uri)}
    assert usable >= {uri for prefix, uri in declared.items() if prefix != "e_x"}


# --- JSON to XML --------------------------------------------------------------------------------

OF_XML: Final = ("xml", "xmlns", "xmlfoo", "xsi", "xsd", "xs", "json", "local")
OF_THE_WRITER: Final = ("epcis", "epcis-", "epcisq", "epcismd", "cbvmda", "sbdh")


@pytest.mark.parametrize("version", ["2.0", "1.2"])
@pytest.mark.parametrize("place", ["of the document", "of the event"])
@pytest.mark.parametrize("prefix", [*OF_XML, *OF_THE_WRITER, *RESERVED, "e_x"])
def test_a_prefix_that_means_something_in_xml_comes_back_as_it_was(
    prefix: str, version: XmlVersion, place: str
) -> None:
    event: dict[str, Any] = {
        "type": "ObjectEvent",
        "eventTime": "2026-03-01T08:00:00Z",
        "eventTimeZoneOffset": "+07:00",
        "epcList": ["urn:epc:id:sscc:8930001.0000000001"],
        "action": "OBSERVE",
        "bizStep": "shipping",
    }
    if prefix != "e_x":  # no URI begins with it
        event[f"{prefix}:a"] = {f"@{prefix}:b": "1", f"{prefix}:c": 7}
    own = {prefix: MINE}
    in_event = place == "of the event"
    event |= {"@context": own} if in_event else {}
    given_json = json_document([event], CONTEXT if in_event else [CONTEXT, own])
    before = read(json.dumps(given_json).encode())
    assert before.errors == []
    there = as_xml(before, version)
    after = read(there.data)
    assert after.errors == []
    assert after.meaning == before.meaning
    assert etree.fromstring(there.data).tag.endswith("}EPCISDocument")


def test_a_term_of_a_vocabulary_as_prefix_is_a_prefix_in_xml_too() -> None:
    """`x` is a term in `component` alone, and else anybody's prefix: others see the element."""
    event = {
        "type": "ObjectEvent",
        "eventTime": "2026-03-01T08:00:00Z",
        "eventTimeZoneOffset": "+07:00",
        "epcList": [],
        "action": "OBSERVE",
        "x:a": "1",
    }
    there = as_xml(read(json.dumps(json_document([event], [CONTEXT, {"x": MINE}])).encode()))
    assert b"<x:a>1</x:a>" in there.data
    assert f'xmlns:x="{MINE}"'.encode() in there.data


def test_a_context_that_a_mark_gives_must_not_contradict_what_is_declared() -> None:
    mark = f'{MARKS} json:context=\'{{"id": "{OTHER}"}}\''
    found = read(document(EVENT, declared=f'xmlns:id="{MINE}" {mark}').encode())
    assert found.errors == [
        "/@context (1:1) The mark for '/@context' contradicts what the XML says, or is no JSON."
    ]


# --- names of namespaces -------------------------------------------------------------------------

IRIS: Final = ("http://ví-dụ.vn/ns", "urn:x:nước-mắm#", "https://example.org/\U0001f347/", "ví-dụ")


@pytest.mark.parametrize("namespace", IRIS)
@pytest.mark.parametrize("place", ["of the document", "of the element"])
def test_a_namespace_may_have_letters_of_any_language(namespace: str, place: str) -> None:
    around, inside = f'xmlns:ex="{namespace}"', ""
    if place == "of the element":
        around, inside = inside, around
    xml = with_extension(f"<ex:a {inside} ex:b='1'/>", around)
    event = the_event(xml)
    assert event.namespaces.prefixes["ex"] == namespace
    before = read(xml.encode())
    there = read(as_json(before))
    back = as_xml(there)
    assert (there.errors, read(back.data).errors) == ([], [])
    assert read(back.data).meaning == there.meaning
    if ":" in namespace:  # else it is no absolute one, which JSON-LD needs, and a mark tells it
        assert f'xmlns:ex="{namespace}"' in back.data.decode()
        assert "<ex:a" in back.data.decode()


URIS: Final = st.text("ab:/?#[]@%2F!$&'()*+,;=|\\^`{}\"<> \t-._~09", max_size=12)


@given(URIS | URIS.map("http://{}".format))
def test_what_is_called_an_iri_is_a_uri_for_libxml2_where_it_is_ascii(name: str) -> None:
    assume(name and is_iri(name))
    assert etree.fromstring(f"<a xmlns:x={quoteattr(name)}/>").nsmap == {"x": name}


def test_a_name_in_a_long_namespace_is_not_kept_in_memory() -> None:
    namespace = "urn:x:" + "n" * 2000
    around = Surroundings(Namespaces({"ex": namespace, "y": "urn:x:y"}))
    scope = Scope(around)
    assert scope.key("ex", f"{{{namespace}}}a") == "ex:a"
    assert scope.key("y", "{urn:x:y}a") == "y:a"
    assert around.name("ex", f"{{{namespace}}}a") is None
    assert around.name("y", "{urn:x:y}a") == "y:a"
