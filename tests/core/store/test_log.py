"""The log: one entry per thing that came in, in order, without holes, each leaf recomputable."""

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epcis_core.codecs.sniff import open_document
from epcis_core.findings import Finding
from epcis_core.proof.leaf import SALT_SIZE
from epcis_core.store.append import Append
from epcis_core.store.growing_log import CaptureHead
from epcis_core.store.ledger import Ledger
from epcis_core.store.log import LogEntry, log_entries
from epcis_core.store.rows import NewEvent
from epcis_core.store.view import EVERYTHING, View
from ingest.prepare import prepare
from tests.conftest import TEST_SCALE
from tests.ingest.documents import NOW, SITE, captured, document, item, observed, place


def entries(ledger: Ledger, view: View = EVERYTHING) -> list[LogEntry]:
    return list(log_entries(ledger, view))


def fill(ledger: Ledger) -> None:
    """One entry of every kind, and error declarations."""
    event = observed(eventID="urn:x:1")
    declared = {**event, "errorDeclaration": {"declarationTime": "2026-03-05T08:00:00Z"}}
    head = document(event, declared, elements=[place(SITE, name="Vườn Gió Cát")])
    captured(ledger, head, organisation="farm")
    captured(ledger, document(event), organisation="shop", now=NOW + 1)


def test_every_kind_of_entry_recomputes_its_leaf(ledger: Ledger) -> None:
    fill(ledger)
    found = entries(ledger)
    assert [(entry.metadata.kind, entry.metadata.subject) for entry in found] == [
        ("event", "urn:x:1"),
        ("event", "urn:x:1"),
        ("master_data", SITE),
        ("document", ""),
        ("receipt", "urn:x:1"),
        ("document", ""),
    ]
    assert [entry.metadata.organisation for entry in found] == ["farm"] * 4 + ["shop"] * 2
    assert [entry.metadata.record_time for entry in found] == [NOW] * 4 + [NOW + 1] * 2
    assert [entry.recomputed() for entry in found] == [entry.leaf for entry in found]
    salts = {entry.salt for entry in found}
    assert len(salts) == len(found)
    assert {len(salt) for salt in salts} == {SALT_SIZE}


@pytest.mark.parametrize(
    ("tampering", "broken"),
    [
        pytest.param(
            "event SET body = replace(body, 'OBSERVE', 'DELETE')", {0, 1}, id="event body"
        ),
        pytest.param("event SET organisation = 'else' WHERE sequence = 0", {0}, id="who sent it"),
        pytest.param("event SET record_time = '2020-01-01'", {0, 1}, id="when it came"),
        pytest.param("event SET event_id = 'urn:x:2' WHERE sequence = 1", {1}, id="event id"),
        pytest.param("receipt SET body = body || ' '", {4}, id="receipt"),
        pytest.param("receipt SET organisation = 'else'", {4}, id="witness"),
        pytest.param("vocabulary_element SET body = replace(body, 'Gió', 'Mưa')", {2}, id="name"),
        pytest.param("vocabulary_element SET canonical = 'urn:x:3'", {2}, id="whose name"),
        pytest.param("vocabulary_element SET vocabulary = 'urn:x:v'", {2}, id="of which type"),
        pytest.param("envelope SET head = replace(head, '2.0', '1.2')", {3, 5}, id="head"),
        pytest.param(
            'envelope SET prefixes = \'{"ex": "https://else.example/"}\' WHERE sequence = 3',
            {0, 1, 2, 3},
            id="meaning of prefixes",
        ),
        pytest.param("entry SET salt = 'x'::BLOB WHERE sequence = 0", {0}, id="salt"),
        pytest.param("entry SET leaf = 'x'::BLOB WHERE sequence = 3", {3}, id="leaf"),
        pytest.param("entry SET kind = 'event' WHERE sequence = 4", {4}, id="kind"),
    ],
)
def test_a_row_changed_after_the_fact_shows(
    ledger: Ledger, tampering: str, broken: set[int]
) -> None:
    fill(ledger)
    with ledger.writing() as cursor:
        cursor.execute(f"UPDATE {tampering}")
    found = entries(ledger)
    assert {e.metadata.sequence for e in found if e.recomputed() != e.leaf} == broken


def test_an_erased_body_cannot_be_recomputed_and_says_so(ledger: Ledger) -> None:
    fill(ledger)
    with ledger.writing() as cursor:
        cursor.execute("UPDATE event SET body = NULL WHERE sequence = 0")
    found = entries(ledger)
    assert len(found) == 6
    assert found[0].recomputed() is None
    assert found[1].recomputed() == found[1].leaf


def test_entries_are_read_in_batches_of_any_size(ledger: Ledger) -> None:
    fill(ledger)
    whole = entries(ledger)
    for batch in (1, 2, 5, 6, 7):
        assert list(log_entries(ledger, EVERYTHING, batch)) == whole
    assert list(log_entries(ledger, View(up_to_sequence=2), 2)) == whole[:3]


def test_record_time_stands_still_when_the_clock_steps_back(ledger: Ledger) -> None:
    times = [NOW, NOW - 60_000_000, NOW + 5, NOW + 4, 0]
    reports = [
        captured(ledger, document(observed(item(str(index)))), now=now)
        for index, now in enumerate(times)
    ]
    assert [report.status for report in reports] == ["accepted"] * len(times)
    recorded = [entry.metadata.record_time for entry in entries(ledger)]
    expected = [NOW, NOW, NOW + 5, NOW + 5, NOW + 5]
    assert recorded == [time for time in expected for _ in ("event", "document")]


def test_a_rejected_capture_has_a_record_time_in_order_too(ledger: Ledger) -> None:
    captured(ledger, document(observed()))
    captured(ledger, b"{", now=NOW - 1)
    with ledger.reading() as cursor:
        found = cursor.execute("SELECT epoch_us(record_time), status FROM capture").fetchall()
    assert found == [(NOW, "accepted"), (NOW, "rejected")]


def ready(event: dict[str, object]) -> NewEvent:
    reader = open_document(io.BytesIO(document(event)))
    assert not isinstance(reader, Finding)
    new = prepare(next(reader.events()), organisation="operator").new
    assert new is not None
    return new


def interrupted(ledger: Ledger, events: list[dict[str, object]]) -> None:
    """Append events, and leave without committing them."""
    with ledger.writing() as cursor:
        append = Append(cursor, CaptureHead("crash", "operator", NOW))
        append.events([ready(event) for event in events])
        raise KeyboardInterrupt


Step = tuple[str, int]


@settings(max_examples=max(1, int(15 * TEST_SCALE)))
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["store", "repeat", "witness", "reject", "broken", "crash"]),
            st.integers(1, 5),
        ),
        max_size=12,
    )
)
def test_sequences_have_no_holes_whatever_happens(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Step]
) -> None:
    path: Path = tmp_path_factory.mktemp("log") / "ledger.duckdb"
    made = 0
    with Ledger.open(path) as ledger:
        for step, count in steps:
            fresh = [observed(item(f"s{made + number}")) for number in range(count)]
            if step == "store":
                captured(ledger, document(*fresh))
                made += count
            elif step == "repeat" and made:
                captured(ledger, document(observed(item("s0"))))
            elif step == "witness" and made:
                captured(ledger, document(observed(item("s0"))), organisation=f"shop {count}")
            elif step == "reject":
                report = captured(ledger, document(*fresh, observed(action="ERASE")))
                assert report.status == "rejected"
            elif step == "broken":
                assert captured(ledger, document(*fresh)[:-3]).status == "rejected"
            elif step == "crash":
                with pytest.raises(KeyboardInterrupt):
                    interrupted(ledger, fresh)
        found = entries(ledger)
    assert [entry.metadata.sequence for entry in found] == list(range(len(found)))
    assert sum(entry.metadata.kind == "event" for entry in found) == made
    assert all(entry.recomputed() == entry.leaf for entry in found)
