"""The commands, as processes: exit codes, the JSON of the contract, and help that teaches."""

import json
from pathlib import Path

import pytest
from lxml import etree

from tests.api.conftest import GRAPE_LOT, GRAPES, Run
from tests.api.test_master_data_on_pages import master_data
from tests.conformance.oracles import xml_complaint
from tests.rewriting import read

EVENT = {
    "@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    "type": "ObjectEvent",
    "eventID": "urn:uuid:6f1f3a2e-3a43-4f57-9b5e-0d0f7f6a0001",
    "eventTime": "2026-03-01T08:00:00.000+07:00",
    "eventTimeZoneOffset": "+07:00",
    "action": "OBSERVE",
    "bizStep": "inspecting",
    "epcList": ["https://id.gs1.org/00/389360991426031110"],
}


@pytest.fixture
def event_file(tmp_path: Path) -> Path:
    path = tmp_path / "event.jsonld"
    path.write_text(json.dumps(EVENT), encoding="utf-8")
    return path


def test_capture_reports_every_event_of_a_document_in_the_contracts_shape(
    epcis: Run, event_file: Path
) -> None:
    done = epcis("capture", event_file, "--json")
    assert done.code == 0, done.err
    (report,) = json.loads(done.out)
    assert list(report) == ["file", "capture_id", "status", "counts", "events", "findings"]
    assert report["status"] == "accepted"
    assert report["counts"] == {"accepted": 1, "duplicate": 0, "rejected": 0, "warnings": 0}
    (event,) = report["events"]
    assert list(event) == ["index", "event_id", "hash", "status", "sequence", "findings"]
    assert (event["index"], event["event_id"], event["status"], event["sequence"]) == (
        0, EVENT["eventID"], "accepted", 0,
    )  # fmt: skip
    assert event["hash"].startswith("ni:///sha-256;")


def test_capture_again_stores_nothing_and_exits_0(epcis: Run, event_file: Path) -> None:
    epcis("capture", event_file)
    done = epcis("capture", event_file, "--json")
    assert done.code == 0
    assert json.loads(done.out)[0]["counts"]["duplicate"] == 1


def test_a_file_with_an_error_exits_1_and_stores_nothing(epcis: Run, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.jsonld"
    wrong.write_text(json.dumps({**EVENT, "epcList": ["https://id.gs1.org/00/389360991426031111"]}))
    done = epcis("capture", wrong, "--json")
    assert done.code == 1
    (report,) = json.loads(done.out)
    assert report["status"] == "rejected"
    (found,) = report["events"][0]["findings"]
    assert found["code"] == "wrong_check_digit"
    assert found["where"]["pointer"] == "/epcList/0"
    assert json.loads(epcis("events").out)["epcisBody"]["queryResults"]["resultsBody"] == {
        "eventList": []
    }


@pytest.mark.parametrize("command", ["capture", "check"])
def test_a_missing_file_is_a_finding_and_exit_2_and_the_others_are_done(
    epcis: Run, event_file: Path, command: str
) -> None:
    done = epcis(command, "nowhere.json", event_file, "--json")
    assert done.code == 2
    missing, there = json.loads(done.out)
    assert [one["message"] for one in missing["findings"]] == [
        "The file cannot be read: No such file or directory."
    ]
    assert there["findings"] == []


@pytest.mark.parametrize("more", [["hash"], ["convert", "--to", "xml"]], ids=["hash", "convert"])
def test_a_missing_file_is_a_sentence_and_exit_2(
    epcis: Run, tmp_path: Path, more: list[str]
) -> None:
    for file, reason in (("nowhere.json", "No such file or directory"), (".", "Is a directory")):
        done = epcis(more[0], file, *more[1:])
        assert (done.code, done.out, done.err) == (2, "", f"Error: {file}: {reason}\n")
    assert list(tmp_path.iterdir()) == []


def test_capture_counts_the_master_data_of_a_document(epcis: Run, tmp_path: Path) -> None:
    (tmp_path / "names.xml").write_bytes(master_data())
    other = master_data().replace("Quầy Bến Gạch".encode(), b"Ben Gach")
    (tmp_path / "other.xml").write_bytes(other)
    for file, told in (
        ("names.xml", "3 new, 0 changed, 0 already known"),
        ("other.xml", "0 new, 1 changed, 2 already known"),
        ("names.xml", "0 new, 0 changed, 3 already known"),
    ):
        assert epcis("capture", file).out == (
            f"accepted {file}: 0 accepted, 0 duplicate, 0 rejected, 0 warnings\n"
            f"  master data: {told}\n"
        )
    (report,) = json.loads(epcis("capture", "other.xml", "--json").out)
    assert report["master_data"] == {"new": 0, "changed": 0, "known": 3}
    assert epcis("check", "names.xml").out == "valid names.xml: 0 events, 3 of master data\n"


def test_trace_asks_about_a_mistyped_check_digit(epcis: Run) -> None:
    epcis("capture", GRAPES)
    asks = (
        "The check digit of (01)08936099141010(10)DN260311 should be 5, not 0; "
        f"did you mean {GRAPE_LOT}?"
    )
    done = epcis("trace", "(01)08936099141010(10)DN260311")
    assert done.code == 1
    assert done.out.splitlines()[:3] == [
        "Nothing is known of (01)08936099141010(10)DN260311",
        f"  {asks}",
        f"  did you mean {GRAPE_LOT}",
    ]
    trace = json.loads(epcis("trace", "(01)08936099141010(10)DN260311", "--json").out)
    assert trace["hint"] == {"code": "mistyped_check_digit", "message": asks, "id": GRAPE_LOT}
    done = epcis("trace", "(01)08936099141010(10)DN260311", EPCIS_LANGUAGE="vi")
    assert "có phải ý bạn là" in done.out


def test_events_in_xml_say_what_those_in_json_say(epcis: Run, gs1_dir: Path) -> None:
    epcis("capture", GRAPES)
    in_json, in_xml = (epcis("events", *more) for more in ([], ["--format", "xml"]))
    assert (in_json.code, in_xml.code) == (0, 0), in_xml.err
    root = etree.fromstring(in_xml.out.encode())
    assert xml_complaint(gs1_dir, "2.0", "EPCISQueryDocument", root) is None
    there, here = read(in_json.out.encode()), read(in_xml.out.encode())
    assert len(here.events) > 50
    assert here.meaning["events"] == there.meaning["events"]


@pytest.mark.parametrize(
    "more", [["check"], ["capture"], ["hash"], ["convert", "--to", "xml"]], ids=lambda more: more[0]
)
@pytest.mark.parametrize(
    ("limit", "says"),
    [
        ("file_size=99", "The file is larger than 99 bytes (limit file_size); split it up."),
        (
            "value_size=30",
            "The value here is larger than 30 characters (limit value_size); split it up.",
        ),
        (
            "events_size=99",
            (
                "2048 events in a row, or fewer, are larger than 99 bytes together "
                "(limit events_size); split the document up."
            ),
        ),
    ],
)
def test_limits_are_set_and_told_alike_for_every_command_that_takes_files(
    epcis: Run, event_file: Path, more: list[str], limit: str, says: str
) -> None:
    done = epcis(more[0], event_file, *more[1:], "--limit", limit)
    assert done.code == 1
    assert says in " ".join((done.out + done.err).split())
    wrong = epcis(more[0], event_file, *more[1:], "--limit", "size=5")
    assert wrong.code == 2
    assert "There is no limit 'size'" in wrong.err


def test_check_tells_place_and_expectation_in_vietnamese_where_asked(
    epcis: Run, tmp_path: Path
) -> None:
    naive = tmp_path / "naive.jsonld"
    naive.write_text(json.dumps({**EVENT, "eventTime": "2026-03-01T08:00:00"}, indent=1))
    done = epcis("check", naive, "--json", EPCIS_LANGUAGE="vi")
    assert done.code == 1
    (report,) = json.loads(done.out)
    assert (report["format"], report["valid"], report["events"]) == ("json", False, 1)
    (found,) = report["findings"]
    assert found["code"] == "malformed_time"
    assert found["where"] == {"pointer": "/eventTime", "line": 5, "column": 15}
    assert found["message"].startswith("Cần thời điểm kèm múi giờ")
    assert not (tmp_path / "ledger.duckdb").exists()


def test_trace_of_the_grape_lot_reaches_the_farm_and_the_shops(epcis: Run) -> None:
    assert epcis("capture", GRAPES).code == 0
    done = epcis("trace", "(01)08936099141015(10)DN260311", "--json")
    assert done.code == 0, done.err
    trace = json.loads(done.out)
    assert trace["subject"] == GRAPE_LOT
    roles = {one["id"]: one["role"] for one in trace["objects"]}
    assert roles["https://id.gs1.org/01/08931004017010/10/GC260310-L1"] == "upstream"
    assert roles["https://id.gs1.org/01/08931004017010/10/GC260311-L2"] == "upstream"
    assert roles["https://id.gs1.org/01/08934907020019/10/CV260313"] == "downstream"
    receivers = {one["to_party"] for one in trace["handovers"]}
    assert {
        "https://id.gs1.org/417/8937099330003",
        "https://id.gs1.org/417/8938099210005",
    } <= receivers
    farm_blocks = {visit["place"] for visit in trace["visits"]}
    assert any("8931004017" in place for place in farm_blocks if place)
    assert [gap["code"] for gap in trace["gaps"]] == ["shipped_not_received"]


def test_trace_of_an_unknown_lot_exits_1_with_near_matches(epcis: Run) -> None:
    epcis("capture", GRAPES)
    done = epcis("trace", "(01)08936099141015(10)DN26O311", "--json")
    assert done.code == 1
    trace = json.loads(done.out)
    assert trace["objects"] == []
    assert GRAPE_LOT in trace["near"]


def test_events_answers_a_query_with_a_query_document(epcis: Run) -> None:
    epcis("capture", GRAPES)
    done = epcis("events", "EQ_bizStep=shipping", f"MATCH_anyEPCClass={GRAPE_LOT}")
    assert done.code == 0, done.err
    body = json.loads(done.out)["epcisBody"]["queryResults"]
    assert body["queryName"] == "SimpleEventQuery"
    assert {event["bizStep"] for event in body["resultsBody"]["eventList"]} <= {"shipping"}


def test_an_unknown_query_parameter_exits_2_and_names_the_nearest(
    epcis: Run, event_file: Path
) -> None:
    epcis("capture", event_file)
    done = epcis("events", "EQ_bizstep=shipping")
    assert done.code == 2
    assert "did you mean 'EQ_bizStep'?" in done.err


def test_hash_prints_one_line_per_event(epcis: Run, event_file: Path) -> None:
    done = epcis("hash", event_file)
    assert done.code == 0, done.err
    (line,) = done.out.splitlines()
    assert line.startswith("ni:///sha-256;")
    assert line.endswith("?ver=CBV2.0")
    assert epcis("hash", event_file, "--prehash").out.startswith("eventType=ObjectEvent")


@pytest.mark.parametrize(
    "command", ["demo", "serve", "capture", "check", "hash", "events", "trace"]
)
def test_help_of_each_command_teaches_with_an_example(epcis: Run, command: str) -> None:
    done = epcis(command, "--help")
    assert done.code == 0
    assert f"epcis {command}" in done.out.partition("Examples:")[2]


def test_no_ledger_is_a_sentence_and_exit_2(epcis: Run) -> None:
    done = epcis("trace", GRAPE_LOT)
    assert done.code == 2
    assert done.err.strip() == "Error: There is no ledger at ledger.duckdb"


def test_a_host_that_others_can_reach_is_refused(epcis: Run) -> None:
    done = epcis("serve", "--host", "0.0.0.0")  # noqa: S104 - that is what is refused
    assert done.code == 2
    assert "Refused" in done.err


@pytest.mark.parametrize("command", ["check", "capture"])
def test_a_folder_without_documents_is_no_success(epcis: Run, tmp_path: Path, command: str) -> None:
    folder = tmp_path / "uploads"
    folder.mkdir()
    (folder / "notes.txt").write_text("nothing", encoding="utf-8")
    ledger = ["--ledger", tmp_path / "ledger.duckdb"] if command == "capture" else []
    done = epcis(command, folder, *ledger)
    assert (done.code, done.out) == (2, "")
    assert " ".join(done.err.split()).endswith(
        "uploads: no file ends in .csv .gz .json .jsonld .xlsm .xlsx .xml .zip."
    )


def test_an_identifier_is_shown_as_it_is(epcis: Run, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.duckdb"
    epcis("capture", GRAPES / "01-farm-gio-cat.jsonld", "--ledger", ledger)
    done = epcis("trace", "urn:x:id:5", "--ledger", ledger)
    assert done.out.startswith("Nothing is known of urn:x:id:5")
