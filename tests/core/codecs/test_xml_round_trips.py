"""What is written as XML says the same when it is read again, and GS1's own schemas accept it."""

import json
from pathlib import Path
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from epcis_core.codecs.jsonld_writer import json_bytes, members
from epcis_core.codecs.xml_names import XmlVersion
from epcis_core.event_hash import HashVariant, event_hash
from epcis_core.findings import Severity
from epcis_core.model.namespaces import Namespaces
from tests.conftest import TEST_SCALE
from tests.rewriting import (
    CONTEXT,
    Document,
    as_json,
    as_xml,
    json_document,
    plain,
    read,
    xsd_complaint,
)
from tests.strategies.documents import documents
from tests.strategies.events import NAMESPACES, event_members

versions: st.SearchStrategy[XmlVersion] = st.sampled_from(["2.0", "1.2"])
costly = settings(max_examples=max(1, int(40 * TEST_SCALE)))
"""To draw a document takes ten times as long as to convert it."""


def read_json(given_members: dict[str, Any]) -> Document:
    document = read(json_bytes(given_members))
    assert document.errors == []
    return document


def around(events: list[dict[str, Any]]) -> Document:
    return read_json(json_document(events, [CONTEXT, NAMESPACES]))


def writable(document: Document, version: XmlVersion) -> bytes:
    """A document as XML; examples that 1.2 cannot hold as they are are left out."""
    written = as_xml(document, version)
    assume(all(one.severity is not Severity.ERROR for one in written.findings))
    assume("header_made_up" not in {one.code for one in written.findings})
    return written.data


@given(st.lists(event_members(), max_size=2), versions)
def test_members_come_back_from_xml_as_they_went_in(
    written: list[dict[str, Any]], version: XmlVersion
) -> None:
    """Every number digit by digit, every extension, and so every hash."""
    document = around(written)
    again = read(as_xml(document, version).data)
    assert again.errors == []
    assert [plain(members(event)) for event in again.events] == [plain(one) for one in written]
    in_json = json.loads(as_json(again), parse_float=str, parse_int=str)
    assert in_json["epcisBody"]["eventList"] == json.loads(
        json_bytes(written), parse_float=str, parse_int=str
    )
    for variant in HashVariant:
        assert hashes(again, variant) == hashes(document, variant)


def hashes(document: Document, variant: HashVariant) -> list[str]:
    outer = document.envelope.namespaces
    return [
        event_hash(event, Namespaces.of_context(event.context, outer), variant)
        for event in document.events
    ]


@costly
@given(documents(), versions)
def test_documents_of_every_kind_come_back_from_xml_and_by_way_of_json(
    written: dict[str, Any], version: XmlVersion
) -> None:
    """Whatever their names, prefixes and contexts are, and what stands in their heads."""
    document = read_json(written)
    again = read(writable(document, version))
    assert again.errors == []
    assert again.meaning == document.meaning
    in_json = read(as_json(again))
    assert in_json.errors == []
    assert in_json.meaning == document.meaning


@costly
@given(documents(), versions)
def test_gs1s_own_schema_accepts_what_is_written(
    gs1_dir: Path, written: dict[str, Any], version: XmlVersion
) -> None:
    assert xsd_complaint(gs1_dir, writable(read_json(written), version), version) is None


@costly
@given(st.lists(event_members(), max_size=2))
def test_terms_as_web_uris_are_the_same_terms(written: list[dict[str, Any]]) -> None:
    document = around(written)
    again = read(as_xml(document, cbv_format="web-uri").data)
    assert again.errors == []
    assert again.meaning == document.meaning
