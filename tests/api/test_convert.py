"""The command `convert`, as a process: what it writes and says, and that files come whole."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import GRAPES, Run
from tests.ingest.archives import gzipped, zipped
from tests.rewriting import read

KNOWN_PREFIX = "urn:epc:id:sgtin:4012345.011111.9876"
KNOWN_LINK = "https://id.gs1.org/01/04012345111118/21/9876"
UNKNOWN_LINK = "https://id.gs1.org/00/389500000000000001"
EVENT = {
    "type": "ObjectEvent",
    "eventTime": "2026-03-01T08:00:00.500+07:00",
    "eventTimeZoneOffset": "+07:00",
    "action": "OBSERVE",
    "bizStep": "inspecting",
    "epcList": [KNOWN_PREFIX, UNKNOWN_LINK],
    "readPoint": {"id": "urn:epc:id:sgln:4012345.00005.0"},
}


def document(*events: dict[str, Any], **head: Any) -> bytes:
    return json.dumps(
        {
            "@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-03-01T08:00:00Z",
            **head,
            "epcisBody": {"eventList": events},
        },
        indent=1,
    ).encode()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file.jsonld"
    path.write_bytes(document(EVENT))
    return path


def test_json_becomes_xml_and_json_again(epcis: Run, tmp_path: Path) -> None:
    for sample in sorted(GRAPES.glob("*.jsonld")):
        assert epcis("convert", sample, "--to", "xml", "-o", "there.xml").code == 0
        assert epcis("convert", "there.xml", "--to", "json", "-o", "back.jsonld").code == 0
        given, again = (read(path.read_bytes()) for path in (sample, tmp_path / "back.jsonld"))
        assert again.errors == []
        assert again.meaning == given.meaning


def test_without_o_it_goes_to_standard_output(epcis: Run, file: Path) -> None:
    done = epcis("convert", file, "--to", "xml")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<epcis:EPCISDocument ')
    assert "<bizStep>urn:epcglobal:cbv:bizstep:inspecting</bizStep>" in done.out


def test_what_1_2_does_not_have_is_said_with_its_place(epcis: Run, file: Path) -> None:
    file.write_bytes(document({**EVENT, "persistentDisposition": {"set": ["damaged"]}}))
    done = epcis("convert", file, "--to", "xml-1.2", "-o", "old.xml")
    assert done.code == 0
    assert done.err.strip() == (
        f"{file}: /epcisBody/eventList/0/persistentDisposition (21:30) EPCIS 1.2 does not have "
        "'persistentDisposition'. It is written as an extension, which readers of 2.0 find and "
        "older ones pass over."
    )
    assert read((file.parent / "old.xml").read_bytes()).envelope.version == "1.2"


def test_identifiers_as_digital_links(epcis: Run, file: Path) -> None:
    done = epcis("convert", file, "--to", "json", "--epc-format", "digital-link")
    assert (done.code, done.err) == (0, "")
    [event] = json.loads(done.out)["epcisBody"]["eventList"]
    assert event == {
        **EVENT,
        "epcList": [KNOWN_LINK, UNKNOWN_LINK],
        "readPoint": {"id": "https://id.gs1.org/414/4012345000054"},
    }


def test_identifiers_as_urns_where_the_length_of_the_prefix_is_known(
    epcis: Run, file: Path
) -> None:
    file.write_bytes(document({**EVENT, "epcList": [KNOWN_LINK, UNKNOWN_LINK]}))
    done = epcis("convert", file, "--to", "json", "--epc-format", "urn")
    assert done.code == 0
    [event] = json.loads(done.out)["epcisBody"]["eventList"]
    assert event == EVENT
    assert done.err.strip() == (
        f"{file}: /epcisBody/eventList/0/epcList/1 (16:6) '{UNKNOWN_LINK}' cannot be written in "
        "the other format without loss and stays as it is."
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"eventTime": "2026-03-01T08:00:00"},
            "eventTime (24:18) Expected a time with its zone",
        ),
        (
            {"epcList": ["https://id.gs1.org/00/389500000000000002"]},
            (
                "epcList/0 (29:6) Check digit of https://id.gs1.org/00/389500000000000002 "
                "is wrong: expected 1, got 2.\n"
            ),
        ),
    ],
    ids=["structure", "rule"],
)
def test_a_file_with_an_error_is_not_converted(
    epcis: Run, file: Path, change: dict[str, Any], message: str
) -> None:
    file.write_bytes(document(EVENT, {**EVENT, **change}))
    (file.parent / "out.xml").write_text("what was there")
    for arguments in (("-o", "out.xml"), ()):
        done = epcis("convert", file, "--to", "xml", *arguments)
        assert (done.code, done.out) == (1, "")
        assert done.err.startswith(f"{file}: /epcisBody/eventList/1/{message}")
    assert names(file.parent) == ["file.jsonld", "out.xml"]
    assert (file.parent / "out.xml").read_text() == "what was there"


def test_lenient_converts_what_can_be_forgiven(epcis: Run, file: Path) -> None:
    file.write_bytes(document({**EVENT, "bizStep": "urn:epcglobal:cbv:bizstep:inspecting"}))
    assert epcis("convert", file, "--to", "xml").code == 1
    done = epcis("convert", file, "--to", "xml", "--lenient")
    assert done.code == 0
    assert "<bizStep>urn:epcglobal:cbv:bizstep:inspecting</bizStep>" in done.out


def test_what_1_2_cannot_hold_at_all_is_not_half_written(epcis: Run, file: Path) -> None:
    own = {
        "type": "https://example.org/terms/Inspection",
        "eventTime": EVENT["eventTime"],
        "eventTimeZoneOffset": "+07:00",
    }
    file.write_bytes(document(EVENT, own))
    for arguments in (("-o", "out.xml"), ()):
        done = epcis("convert", file, "--to", "xml-1.2", *arguments)
        assert (done.code, done.out) == (1, "")
        assert "EPCIS 1.2 has no place for an event of type" in done.err
    assert names(file.parent) == ["file.jsonld"]


def test_a_file_can_be_converted_into_itself(epcis: Run, file: Path) -> None:
    before = read(file.read_bytes())
    assert epcis("convert", file, "--to", "xml", "-o", file).code == 0
    assert file.read_bytes().startswith(b"<?xml ")
    assert read(file.read_bytes()).meaning == before.meaning


def test_a_document_can_be_piped(epcis: Run) -> None:
    done = epcis("convert", "/dev/stdin", "--to", "xml", stdin=document(EVENT))
    assert done.code == 0
    assert "<ObjectEvent>" in done.out


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("nowhere/out.xml", "No such file or directory"),
        ("folder", "Is a directory"),
        ("file.jsonld/out.xml", "Not a directory"),
    ],
)
def test_what_cannot_be_written_is_told_by_the_name_that_was_given(
    epcis: Run, file: Path, output: str, reason: str
) -> None:
    (file.parent / "folder").mkdir()
    done = epcis("convert", file, "--to", "xml", "-o", output)
    assert (done.code, done.out, done.err) == (2, "", f"Error: {output}: {reason}\n")
    assert names(file.parent) == ["file.jsonld", "folder"]


def test_a_document_in_an_archive_is_converted(epcis: Run, tmp_path: Path) -> None:
    (tmp_path / "one.gz").write_bytes(gzipped(document(EVENT)))
    (tmp_path / "one.zip").write_bytes(zipped({"a/file.json": document(EVENT)}))
    for archive in ("one.gz", "one.zip"):
        done = epcis("convert", archive, "--to", "xml")
        assert (done.code, done.err) == (0, "")
        assert "<ObjectEvent>" in done.out


def test_an_archive_of_several_documents_is_wrong_use(epcis: Run, tmp_path: Path) -> None:
    both = {name: document(EVENT) for name in ("a.json", "b.json")}
    (tmp_path / "both.zip").write_bytes(zipped(both))
    done = epcis("convert", "both.zip", "--to", "xml")
    assert (done.code, done.out) == (2, "")
    assert "'both.zip' holds 2 documents; convert takes one" in done.err


def test_a_version_that_is_not_read_is_not_converted(epcis: Run, file: Path) -> None:
    file.write_bytes(document(EVENT, schemaVersion="3.0"))
    done = epcis("convert", file, "--to", "xml")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        f"{file}: /schemaVersion (4:19) The document follows EPCIS 3.0: expected 2.0 in JSON, or "
        "1.0, 1.1, 1.2 or 2.0 in XML.\n"
    )
    assert epcis("convert", file, "--to", "xml", "--lenient").code == 0


@pytest.mark.parametrize(
    "arguments",
    [("nowhere.xml", "--to", "json"), ("file.jsonld",), ("file.jsonld", "--to", "pdf")],
    ids=["no such file", "no target", "unknown target"],
)
def test_wrong_use_exits_2(epcis: Run, file: Path, arguments: tuple[str, ...]) -> None:
    done = epcis("convert", *arguments)
    assert (done.code, done.out) == (2, "")
    assert names(file.parent) == ["file.jsonld"]


def test_help_teaches_with_examples(epcis: Run) -> None:
    done = epcis("convert", "--help")
    assert done.code == 0
    assert "epcis convert harvest.jsonld --to xml" in done.out.partition("Examples:")[2]


def test_what_json_refuses_is_said_and_terms_become_bare_words(epcis: Run, tmp_path: Path) -> None:
    event = (
        "<ObjectEvent><eventTime>2026-03-01T08:00:00Z</eventTime>"
        "<eventTimeZoneOffset>+07:00</eventTimeZoneOffset><epcList/><action>OBSERVE</action>"
        "<bizStep>https://ns.gs1.org/cbv/BizStep-shipping</bizStep>"
        "<sensorElementList><sensorElement>"
        '<sensorReport type="https://www.gs1.org/voc/Temperature" value="7"/>'
        '<sensorReport exception="https://gs1.org/voc/ALARM_CONDITION"/>'
        "</sensorElement></sensorElementList></ObjectEvent>"
    )
    source = tmp_path / "readings.xml"
    source.write_text(event, encoding="utf-8")
    done = epcis("convert", source, "--to", "json")
    assert done.code == 0
    column = event.index("<sensorReport ex") + 1
    assert done.err == (
        f"{source}: /sensorElementList/0/sensorReport/1 (1:{column}) "
        "The report does not say what was measured: 'type' is missing.\n"
    )
    written = json.loads(done.out)
    assert written["bizStep"] == "shipping"
    assert written["sensorElementList"][0]["sensorReport"] == [
        {"type": "Temperature", "value": 7},
        {"exception": "ALARM_CONDITION"},
    ]
