"""GS1's own documents in both syntaxes: the strict check and capture accept every one of them."""

import io
import json
from pathlib import Path

from epcis_core.findings import Severity
from epcis_core.store.ledger import Ledger
from ingest.capture import capture_bytes
from ingest.check import check_stream
from tests.conformance.oracles import MODULAR, jobs, json_complaint, json_files, xml_files

NOW = 1_772_500_000_000_000
IN_THE_WRONG_FOLDER = "gs1-epcis/XML/WithEventHashID/event_with_identical_hash_id_7.json"

DOUBTS: dict[str, set[str]] = {
    "duplicate_event_id": {"AssociationEvent/AssociationEvent-h.jsonld"},
    "unknown_web_term": {
        "2.0 WithExtension/TransactionEvent.xml",
        "2.0 WithSensorData/SensorDataExamples.xml",
    },
    "said_twice": {
        *(
            f"{folder}WithFullCombinationOfFields/{kind}_event_all_possible_fields.{ending}"
            for kind in ("aggregation", "association", "object", "transaction", "transformation")
            for folder, ending in (("", "jsonld"), ("2.0 ", "xml"))
        ),
        *(
            f"2.0 WithEventHashID/event_with_identical_hash_id_{number}.xml"
            for number in range(1, 7)
        ),
    },
}
"""What is doubtful in GS1's own examples, and in which; each is a slip of the example itself."""
DOUBTS["reading_later_than_event"] = {
    name for name in DOUBTS["said_twice"] if "association_event" not in name
}


def documents(gs1_dir: Path) -> dict[str, bytes]:
    files = json_files(gs1_dir) | {file.name: file.data for file in xml_files(gs1_dir)}
    assert len(files) == 47 + 33 + 5
    return files


def test_the_strict_check_finds_no_error_in_any(gs1_dir: Path) -> None:
    for name, data in documents(gs1_dir).items():
        report = check_stream(io.BytesIO(data), file_name=name)
        errors = [one for one in report.findings if one.severity is Severity.ERROR]
        assert (name, [f"{one.code} {one.message}" for one in errors]) == (name, [])


def test_the_doubts_are_these(gs1_dir: Path) -> None:
    found: dict[str, set[str]] = {}
    for name, data in documents(gs1_dir).items():
        for one in check_stream(io.BytesIO(data), file_name=name).findings:
            found.setdefault(one.code, set()).add(name)
    assert found == DOUBTS


def test_capture_takes_every_document_in_xml(gs1_dir: Path, tmp_path: Path) -> None:
    """Each alone; those in JSON are captured in tests/ingest/test_capture_official.py."""
    for number, file in enumerate(xml_files(gs1_dir)):
        with Ledger.open(tmp_path / f"{number}.duckdb") as ledger:
            report = capture_bytes(ledger, file.data, file_name=file.name, now=NOW)
        checked = check_stream(io.BytesIO(file.data), file_name=file.name)
        assert (file.name, report.status) == (file.name, "accepted")
        assert report.counts["accepted"] + report.counts["duplicate"] == checked.events
        assert report.counts["rejected"] == 0


def test_the_report_of_a_capture_job_is_no_document(gs1_dir: Path) -> None:
    assert len(jobs(gs1_dir)) == 4
    for path in jobs(gs1_dir):
        report = check_stream(io.BytesIO(path.read_bytes()), file_name=path.name)
        message = (
            "Expected an EPCISDocument, an EPCISQueryDocument, an event or, in XML, an "
            "EPCISMasterDataDocument, got 'EPCISCaptureJob'."
        )
        assert [one.message for one in report.findings] == [message]


def test_the_one_file_in_json_among_those_in_xml_is_refused_as_gs1s_schema_does(
    gs1_dir: Path,
) -> None:
    data = (gs1_dir / IN_THE_WRONG_FOLDER).read_bytes()
    assert json_complaint(gs1_dir, MODULAR, json.loads(data)) is not None
    errors = [
        one.code
        for one in check_stream(io.BytesIO(data), file_name="7").findings
        if one.severity is Severity.ERROR
    ]
    assert set(errors) == {"term_not_bare"}
