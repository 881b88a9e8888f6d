"""What went in comes out: events byte for byte, by id, in order, counted."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epcis_core.codecs.jsonld_writer import json_bytes
from epcis_core.provenance.facts import facts_of
from epcis_core.store.captures import find_capture
from epcis_core.store.events import (
    all_events,
    count_contents,
    events_by_id,
    find_events,
    latest_events,
)
from epcis_core.store.ledger import Ledger
from epcis_core.store.rows import WRITERS, NewEvent, StoredAs
from epcis_core.store.tables import Table
from epcis_core.store.view import EVERYTHING, View
from ingest.capture import capture_stream
from ingest.files import expand
from tests.conftest import TEST_SCALE
from tests.ingest.documents import (
    ITEM,
    NOW,
    SITE,
    captured,
    document,
    item,
    lot,
    observed,
    packed,
    statuses,
)
from tests.strategies.events import CONTEXT, event_members

SAMPLES = Path(__file__).parents[3] / "samples"

AS_WRITTEN = """{
   "type" : "ObjectEvent",\t"eventID": "urn:x:1",
   "eventTime": "2026-03-01T08:00:00.500+07:00", "eventTimeZoneOffset": "+07:00",
   "action": "OBSERVE", "epcList": [ ],
   "quantityList": [{"epcClass": "https://id.gs1.org/01/09506000134352/10/L1",
      "quantity": 1.50, "uom": "KGM"},
      {"epcClass": "https://id.gs1.org/01/09506000134352/10/L2", "quantity": 1e2, "uom": "KGM"}],
   "ex:amount": 123456789012345678.901234567890,
   "ex:note": "Ph\\u01b0\\u1edbc Dinh \\/ Phước Dinh"
}"""


def test_an_event_comes_back_byte_for_byte(ledger: Ledger) -> None:
    assert statuses(captured(ledger, document(AS_WRITTEN))) == ["accepted"]
    stored = find_events(ledger, EVERYTHING, "urn:x:1")[0]
    assert stored.text == AS_WRITTEN
    assert json_bytes(stored.event.extensions["ex:amount"]) == b"123456789012345678.901234567890"
    assert stored.namespaces.expand("ex:amount") == ("https://ns.example.com/", "amount")
    with ledger.reading() as cursor:
        rows = cursor.execute("SELECT quantity FROM reference ORDER BY position").fetchall()
    assert rows == [("1.50",), ("1e2",)]


@settings(max_examples=max(1, int(15 * TEST_SCALE)))
@given(batch=st.lists(event_members(), min_size=1, max_size=6))
def test_any_valid_event_comes_back_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, batch: list[dict[str, Any]]
) -> None:
    texts = [json_bytes(members).decode() for members in batch]
    with Ledger.open(tmp_path_factory.mktemp("back") / "ledger.duckdb") as ledger:
        data = document(*texts, **{"@context": CONTEXT})
        report = captured(ledger, data, proceed=True)
        # Two of the events may have drawn one id.
        kept = [
            text
            for text, status in zip(texts, statuses(report), strict=True)
            if status == "accepted"
        ]
        assert {
            code.code
            for event in report.events
            for code in event.findings
            if code.severity == "error"
        } <= {"event_id_conflict"}
        assert [stored.text for stored in all_events(ledger, EVERYTHING)] == kept
        assert_rows_can_be_made_again(ledger)


def test_the_rows_of_the_samples_can_be_made_again_from_their_bodies(samples: Ledger) -> None:
    assert_rows_can_be_made_again(samples)


@pytest.fixture
def samples(ledger: Ledger) -> Ledger:
    for file in expand([SAMPLES]):
        with file.open("rb") as source:
            assert capture_stream(ledger, source, file_name=file.name, now=NOW).status == "accepted"
    return ledger


def assert_rows_can_be_made_again(ledger: Ledger) -> None:
    """Every row of an event follows from its body, so that later formats can add tables."""
    made: dict[Table, list[tuple[Any, ...]]] = {writer.table: [] for writer in WRITERS}
    with ledger.reading() as cursor:
        kept = {
            row[0]: row[1:]
            for row in cursor.execute(
                "SELECT sequence, envelope, position, hash_variant, content FROM event"
            ).fetchall()
        }
    for stored in all_events(ledger, EVERYTHING):
        envelope, position, variant, content = kept[stored.sequence]
        event = stored.event
        facts = facts_of(event, stored.namespaces, event_id=stored.event_id)
        new = NewEvent(
            event, stored.namespaces, facts, stored.text, position, stored.hash, variant, content
        )
        at = StoredAs(
            stored.sequence, stored.record_time, stored.capture_id, envelope, stored.organisation
        )
        for writer in WRITERS:
            made[writer.table].extend(writer.rows(new, at))
    with ledger.reading() as cursor:
        for table, rows in made.items():
            again = table.arrow(rows)
            cursor.register("again", again)
            for one, other in ((table.name, "again"), ("again", table.name)):
                differing = cursor.execute(f"FROM {one} EXCEPT ALL FROM {other}").fetchall()
                assert differing == []


def test_events_are_found_by_id_and_ids_alone(ledger: Ledger) -> None:
    events = [observed(item(name), eventID=f"urn:x:{name}") for name in ("a", "b", "c'")]
    captured(ledger, document(*events))
    assert [e.event_id for e in find_events(ledger, EVERYTHING, "urn:x:b")] == ["urn:x:b"]
    assert find_events(ledger, EVERYTHING, "urn:x:") == []
    wanted = ["urn:x:c'", "urn:x:nobody", "urn:x:a"]
    assert [e.event_id for e in events_by_id(ledger, EVERYTHING, wanted)] == ["urn:x:a", "urn:x:c'"]
    assert events_by_id(ledger, EVERYTHING, []) == []


def test_events_by_id_are_in_order_of_time(ledger: Ledger) -> None:
    late = observed(eventID="urn:x:late", eventTime="2026-03-09T08:00:00+07:00")
    early = observed(eventID="urn:x:early", eventTime="2026-03-01T23:00:00Z")
    captured(ledger, document(late, early))
    found = events_by_id(ledger, EVERYTHING, ["urn:x:late", "urn:x:early"])
    assert [one.event_id for one in found] == ["urn:x:early", "urn:x:late"]
    assert [e.event_id for e in latest_events(ledger, EVERYTHING)] == ["urn:x:early", "urn:x:late"]
    assert [e.event_id for e in latest_events(ledger, EVERYTHING, 1)] == ["urn:x:early"]


def test_all_events_come_in_ledger_order_in_batches_of_any_size(samples: Ledger) -> None:
    whole = list(all_events(samples, EVERYTHING))
    assert len(whole) == 280
    assert [e.sequence for e in whole] == sorted(e.sequence for e in whole)
    for batch in (1, 7, 140, 280, 281):
        assert list(all_events(samples, EVERYTHING, batch)) == whole


def test_contents_are_counted(ledger: Ledger) -> None:
    names = ("events", "captures", "lots", "parties", "places")
    assert count_contents(ledger, EVERYTHING) == dict.fromkeys(names, 0)
    shipped = observed(
        quantityList=[{"epcClass": lot("A")}, {"epcClass": lot("B")}, {"epcClass": ITEM}],
        readPoint={"id": SITE},
        bizLocation={"id": f"{SITE}/254/shed"},
        sourceList=[{"type": "location", "source": "https://id.gs1.org/414/9506000134314"}],
        destinationList=[
            {"type": "owning_party", "destination": "urn:epc:id:pgln:9506000.13432"},
            {"type": "possessing_party", "destination": "https://id.gs1.org/417/9506000134321"},
        ],
    )
    captured(ledger, document(shipped, observed(quantityList=[{"epcClass": lot("B")}])))
    captured(ledger, document(packed("https://id.gs1.org/00/095060001343520017", item("1"))))
    expected = dict(zip(names, (3, 2, 2, 1, 3), strict=True))
    assert count_contents(ledger, EVERYTHING) == expected
    assert count_contents(ledger, View(up_to_sequence=1))["captures"] == 1


def test_the_report_of_a_capture_can_be_asked_for_again(ledger: Ledger) -> None:
    good = captured(ledger, document(observed()), file_name="tốt.json")
    bad = captured(ledger, b"{", now=NOW + 1, organisation="farm")
    assert find_capture(ledger, EVERYTHING, good.capture_id) == {
        **json.loads(json.dumps(good.as_json())),
        "record_time": NOW,
    }
    found = find_capture(ledger, EVERYTHING, bad.capture_id)
    assert found is not None
    assert (found["status"], found["record_time"]) == ("rejected", NOW + 1)
    assert find_capture(ledger, EVERYTHING, "nobody's") is None
    assert find_capture(ledger, View(viewer="farm"), bad.capture_id) is not None
    assert find_capture(ledger, View(viewer="farm"), good.capture_id) is None
    assert find_capture(ledger, View(up_to_sequence=1), good.capture_id) is not None
    assert find_capture(ledger, View(up_to_sequence=1), bad.capture_id) is None
