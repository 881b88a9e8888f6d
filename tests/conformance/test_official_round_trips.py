"""GS1's own documents in every other syntax and back: nothing is lost, all of it is valid."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from epcis_core.codecs.xml_names import XmlVersion
from epcis_core.event_hash import HashVariant, event_hash
from epcis_core.model.namespaces import Namespaces
from tests.conformance.oracles import MODULAR, PUBLISHED, json_complaint, json_files, xml_files
from tests.rewriting import Document, as_json, as_xml, read, xsd_complaint

VERSIONS: list[XmlVersion] = ["2.0", "1.2"]
each_version = pytest.mark.parametrize("version", VERSIONS)

MADE_UP_HEADER = "2.0 WithFullCombinationOfFields/masterdata_all_possible_fields.xml"
"""Has a header without the SBDH that 1.2 asks for."""

NO_TYPE = '"type" is a required property'
NO_DISPOSITION = (
    "\"persistentDisposition\" is not valid under any of the schemas listed in the 'anyOf' keyword"
)
ONLY_IN_XML = {
    # Sensor reports with an exception and no type, which the XSD allows and JSON does not.
    (MODULAR, "2.0 WithSensorData/SensorDataExamples.xml", NO_TYPE),
    (PUBLISHED, "2.0 WithSensorData/SensorDataExamples.xml", NO_TYPE),
    # persistentDisposition of an AggregationEvent, which the XSD and the published schema allow.
    (MODULAR, "2.0 Example-PersistentDisposition.xml", NO_DISPOSITION),
}
"""What of GS1's XML is against its own JSON Schemas, and why."""


@dataclass(frozen=True)
class Example:
    """One of GS1's documents."""

    name: str
    document: Document


@pytest.fixture(scope="module")
def examples(gs1_dir: Path) -> list[Example]:
    files = json_files(gs1_dir) | {file.name: file.data for file in xml_files(gs1_dir)}
    assert len(files) == 47 + 33 + 5
    return [Example(name, read(data)) for name, data in files.items()]


@each_version
def test_as_xml_they_say_the_same(examples: list[Example], version: XmlVersion) -> None:
    """Also as 1.2, where what it does not have stands in extensions."""
    for one in examples:
        written = as_xml(one.document, version)
        again = read(written.data)
        assert (one.name, again.errors) == (one.name, [])
        if version == "1.2" and one.name == MADE_UP_HEADER:
            assert [found.code for found in written.findings] == ["header_made_up"]
            assert again.meaning["events"] == one.document.meaning["events"]
        else:
            assert (one.name, again.meaning) == (one.name, one.document.meaning)


def test_as_json_and_as_xml_again_they_say_the_same(examples: list[Example]) -> None:
    for one in examples:
        in_json = read(as_json(one.document))
        assert (one.name, in_json.errors) == (one.name, [])
        again = read(as_xml(in_json).data)
        assert (one.name, again.errors) == (one.name, [])
        assert (one.name, again.meaning) == (one.name, one.document.meaning)


@each_version
def test_as_xml_gs1s_schemas_accept_them(
    gs1_dir: Path, examples: list[Example], version: XmlVersion
) -> None:
    for one in examples:
        complaint = xsd_complaint(gs1_dir, as_xml(one.document, version).data, version)
        assert (one.name, complaint) == (one.name, None)


def test_as_json_gs1s_schemas_accept_them_but_for_what_only_xml_allows(
    gs1_dir: Path, examples: list[Example]
) -> None:
    refused = {
        (schema, one.name, complaint)
        for one in examples
        for schema in (MODULAR, PUBLISHED)
        if (complaint := json_complaint(gs1_dir, schema, json.loads(as_json(one.document))))
    }
    assert refused == ONLY_IN_XML


def test_they_have_the_same_event_hashes_in_all_syntaxes(examples: list[Example]) -> None:
    for one in examples:
        expected = hashes(one.document)
        for data in (*(as_xml(one.document, v).data for v in VERSIONS), as_json(one.document)):
            assert (one.name, hashes(read(data))) == (one.name, expected)


def hashes(document: Document) -> list[str]:
    outer = document.envelope.namespaces
    return [
        event_hash(event, Namespaces.of_context(event.context, outer), variant)
        for event in document.events
        for variant in HashVariant
    ]


def test_what_1_2_does_not_have_is_reported_of_these(examples: list[Example]) -> None:
    """Of all others the 1.2 that is written says everything to every reader of 1.2."""
    reported = {
        one.name: {found.values.get("name") for found in as_xml(one.document, "1.2").findings}
        for one in examples
    }
    for one in examples:
        wanted = {
            name
            for event in one.document.meaning["events"]
            for name in (
                {"AssociationEvent"}
                if event["type"] == "AssociationEvent"
                else event.keys()
                & {"certificationInfo", "persistentDisposition", "sensorElementList"}
            )
        }
        assert (one.name, reported[one.name] - {None}) == (one.name, wanted)
