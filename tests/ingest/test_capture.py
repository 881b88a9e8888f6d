"""Capturing one document: whole or event by event, and once however often."""

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epcis_core.codecs.jsonld_writer import json_bytes
from epcis_core.store.captures import MAX_EVENTS_LISTED
from epcis_core.store.events import all_events, count_contents, find_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.log import log_entries
from epcis_core.store.view import EVERYTHING
from ingest.capture import capture_stream
from ingest.check import check_stream
from ingest.report import CaptureReport
from tests.conftest import TEST_SCALE
from tests.ingest.documents import (
    NOW,
    SITE,
    captured,
    codes,
    document,
    item,
    observed,
    place,
    statuses,
)
from tests.strategies.events import CONTEXT, event_members

BAD = observed(action="ERASE")


def entries(ledger: Ledger) -> int:
    return sum(1 for _ in log_entries(ledger, EVERYTHING))


def test_a_document_without_fault_is_accepted(ledger: Ledger) -> None:
    data = document(observed(eventID="urn:x:1"), observed(item("2"), eventID="urn:x:2"))
    report = captured(ledger, data)
    assert report.as_json() == {
        "file": "test",
        "capture_id": report.capture_id,
        "status": "accepted",
        "counts": {"accepted": 2, "duplicate": 0, "rejected": 0, "warnings": 0},
        "events": [
            {
                "index": index,
                "event_id": f"urn:x:{index + 1}",
                "hash": report.events[index].hash,
                "status": "accepted",
                "sequence": index,
                "findings": [],
            }
            for index in range(2)
        ],
        "findings": [],
    }
    assert [e.event_id for e in all_events(ledger, EVERYTHING)] == ["urn:x:1", "urn:x:2"]


def test_rollback_stores_nothing_beside_an_error(ledger: Ledger) -> None:
    data = document(observed(), BAD, observed(item("2")), elements=[place(SITE, name="Vườn")])
    report = captured(ledger, data)
    assert report.status == "rejected"
    assert statuses(report) == ["rolled_back", "rejected", "rolled_back"]
    assert [event.sequence for event in report.events] == [None, None, None]
    assert report.counts == {"accepted": 0, "duplicate": 0, "rejected": 3, "warnings": 0}
    assert codes(report) == ["rolled_back", "malformed_value", "rolled_back"]
    assert entries(ledger) == 0


def test_proceed_stores_the_events_without_an_error(ledger: Ledger) -> None:
    data = document(observed(), BAD, observed(item("2")), elements=[place(SITE, name="Vườn")])
    report = captured(ledger, data, proceed=True)
    assert (report.status, statuses(report)) == ("partial", ["accepted", "rejected", "accepted"])
    assert report.counts == {"accepted": 2, "duplicate": 0, "rejected": 1, "warnings": 0}
    kinds = [entry.metadata.kind for entry in log_entries(ledger, EVERYTHING)]
    assert kinds == ["event", "event", "master_data", "document"]


def test_proceed_with_nothing_to_store_is_a_rejection(ledger: Ledger) -> None:
    report = captured(ledger, document(BAD, BAD), proceed=True)
    assert (report.status, entries(ledger)) == ("rejected", 0)


def test_proceed_beside_duplicates_alone_is_partial(ledger: Ledger) -> None:
    captured(ledger, document(observed()))
    report = captured(ledger, document(observed(), BAD), proceed=True)
    assert (report.status, statuses(report)) == ("partial", ["duplicate", "rejected"])


def test_an_error_of_the_document_keeps_everything_out(ledger: Ledger) -> None:
    whole = document(*(observed(item(str(number))) for number in range(1200)))
    report = captured(ledger, whole[:-20], proceed=True)
    assert report.status == "rejected"
    assert report.counts["accepted"] == 0
    assert set(statuses(report)) == {"rolled_back"}
    assert entries(ledger) == 0


def test_duplicates_in_a_rejected_document_stay_duplicates(ledger: Ledger) -> None:
    captured(ledger, document(observed()))
    report = captured(ledger, document(observed(), observed(item("2")), BAD))
    assert statuses(report) == ["duplicate", "rolled_back", "rejected"]
    assert report.counts == {"accepted": 0, "duplicate": 1, "rejected": 2, "warnings": 0}


def test_witnesses_in_a_rejected_document_are_rolled_back(ledger: Ledger) -> None:
    captured(ledger, document(observed()), organisation="farm")
    report = captured(ledger, document(observed(), BAD), organisation="shop")
    assert statuses(report) == ["rolled_back", "rejected"]
    assert report.counts == {"accepted": 0, "duplicate": 0, "rejected": 2, "warnings": 0}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "empty_file", id="nothing"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "unknown_format", id="a picture"),
        pytest.param(b"{}", "not_a_document", id="an empty object"),
        pytest.param(b'{"type": "EPCISDocument"', "truncated", id="half a document"),
    ],
)
def test_what_is_no_document_is_rejected_and_booked(ledger: Ledger, data: bytes, code: str) -> None:
    report = captured(ledger, data)
    assert report.status == "rejected"
    assert code in codes(report)
    with ledger.reading() as cursor:
        rows = cursor.execute("SELECT status, size, head_digest FROM capture").fetchall()
    assert rows == [("rejected", len(data), None)]
    assert entries(ledger) == 0


def test_one_bare_event_is_captured(ledger: Ledger) -> None:
    event = {"@context": CONTEXT, **observed(eventID="urn:x:1")}
    report = captured(ledger, json.dumps(event).encode())
    assert (report.status, statuses(report)) == ("accepted", ["accepted"])
    assert [entry.metadata.kind for entry in log_entries(ledger, EVERYTHING)] == ["event"]
    assert find_events(ledger, EVERYTHING, "urn:x:1")[0].text == json.dumps(event)


def test_a_bare_event_and_the_same_in_a_document_are_one(ledger: Ledger) -> None:
    captured(ledger, json.dumps({"@context": CONTEXT, **observed()}).encode())
    assert statuses(captured(ledger, document(observed()))) == ["duplicate"]


def test_lenient_takes_what_strict_refuses(ledger: Ledger) -> None:
    data = document(observed(bizStep="urn:epcglobal:cbv:bizstep:shipping"))
    strict = captured(ledger, data)
    assert (strict.status, codes(strict)) == ("rejected", ["term_not_bare"])
    lenient = captured(ledger, data, lenient=True)
    assert (lenient.status, codes(lenient)) == ("accepted", ["term_not_bare"])
    assert lenient.counts == {"accepted": 1, "duplicate": 0, "rejected": 0, "warnings": 1}


def test_progress_is_told_batch_by_batch(ledger: Ledger) -> None:
    data = document(*(observed(item(str(number))) for number in range(2500)))
    told: list[tuple[int, int]] = []
    captured(ledger, data, progress=lambda done, events: told.append((done, events)))
    assert [events for _, events in told] == [1000, 2000, 2500]
    assert told[-1][0] == len(data)


def test_large_events_come_in_smaller_batches(ledger: Ledger) -> None:
    padding = "x" * 3_000_000
    data = document(*(observed(item(str(n)), **{"ex:note": padding}) for n in range(7)))
    told: list[int] = []
    captured(ledger, data, progress=lambda _, events: told.append(events))
    assert told == [3, 6, 7]
    assert count_contents(ledger, EVERYTHING)["events"] == 7


def test_a_long_report_keeps_the_events_with_findings(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.report.MAX_EVENTS_LISTED", 10)
    events = [observed(item(str(number))) for number in range(50)]
    events[40:40] = [BAD] * 15
    report = captured(ledger, document(*events), proceed=True)
    assert report.total == 65
    assert report.counts == {"accepted": 50, "duplicate": 0, "rejected": 15, "warnings": 0}
    assert [event.index for event in report.events] == [*range(10), *range(40, 50)]
    assert MAX_EVENTS_LISTED == 10_000


def test_a_stream_is_read_from_where_it_stands(ledger: Ledger) -> None:
    source = io.BytesIO(b"before" + document(observed()))
    source.seek(6)
    report = capture_stream(ledger, source, file_name="x", now=NOW)
    assert report.status == "accepted"


def image(ledger: Ledger) -> list[tuple[Any, ...]]:
    """Everything the log holds, without what a second ledger would choose otherwise by chance."""
    return [
        (
            entry.metadata.sequence,
            entry.metadata.kind,
            entry.metadata.subject,
            entry.metadata.record_time,
            entry.metadata.organisation,
            entry.content,
        )
        for entry in log_entries(ledger, EVERYTHING)
    ]


@settings(max_examples=max(1, int(20 * TEST_SCALE)))
@given(batch=st.lists(event_members(), max_size=5), proceed=st.booleans(), pieces=st.data())
def test_capturing_twice_is_capturing_once(
    tmp_path_factory: pytest.TempPathFactory,
    batch: list[dict[str, Any]],
    proceed: bool,  # noqa: FBT001 - a drawn value
    pieces: st.DataObject,
) -> None:
    texts = [json_bytes(members).decode() for members in batch]
    elements = [place(SITE, name="Vườn")]
    data = document(*texts, elements=elements, **{"@context": CONTEXT})
    again = pieces.draw(st.lists(st.sampled_from(texts), max_size=5)) if texts else []
    with Ledger.open(tmp_path_factory.mktemp("twice") / "ledger.duckdb") as ledger:
        first = captured(ledger, data, proceed=proceed)
        before = image(ledger)
        second = captured(ledger, data, proceed=proceed, now=NOW + 5)
        # Two of the events may have drawn one id, and then a document is in conflict with itself.
        if first.status == "rejected":
            assert (second.status, before) == ("rejected", [])
        else:
            assert second.counts["accepted"] == 0
            assert second.counts["rejected"] == first.counts["rejected"]
            captured(ledger, document(*again, **{"@context": CONTEXT}), proceed=True, now=NOW + 9)
        assert image(ledger) == before


def checked(data: bytes) -> Any:
    return check_stream(io.BytesIO(data), file_name="test")


@pytest.mark.parametrize(
    ("data", "found"),
    [
        pytest.param(document(observed()), [], id="without fault"),
        pytest.param(document(observed(), BAD), ["malformed_value"], id="a wrong action"),
        pytest.param(document(), ["no_events"], id="without events"),
        pytest.param(b"%PDF", ["unknown_format"], id="another file"),
        pytest.param(
            document(observed(eventID="urn:x:1"), observed(item("2"), eventID="urn:x:1")),
            ["event_id_conflict"],
            id="one id for two events",
        ),
        pytest.param(document(observed(), observed()), [], id="one event twice"),
    ],
)
def test_a_check_finds_what_a_capture_would(ledger: Ledger, data: bytes, found: list[str]) -> None:
    check = checked(data)
    assert [one.code for one in check.findings] == found
    report: CaptureReport = captured(ledger, data)
    assert check.valid == (report.status == "accepted")
    assert [code for code in codes(report) if code != "rolled_back"] == found


def test_a_check_report_has_the_shape_of_the_contract() -> None:
    report = checked(document(observed(), BAD)).as_json()
    assert {name: report[name] for name in ("file", "format", "version", "valid", "events")} == {
        "file": "test",
        "format": "json",
        "version": "2.0",
        "valid": False,
        "events": 2,
    }
    assert report["findings"][0]["where"]["pointer"] == "/epcisBody/eventList/1/action"
