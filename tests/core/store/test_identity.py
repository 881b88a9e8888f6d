"""When two events are one: duplicates, witnesses, conflicts, error declarations, minted ids."""

from typing import Any

import pytest

from epcis_core.store.events import find_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import EVERYTHING
from tests.ingest.documents import captured, codes, document, item, observed, statuses

ID = "urn:uuid:5a7bbd2b-1f0b-4b6e-9c0a-2f6f3c1d9e10"
DECLARED = {"declarationTime": "2026-03-05T08:00:00+07:00", "reason": "did_not_occur"}


def send(ledger: Ledger, *events: dict[str, Any], **options: Any) -> list[str]:
    return statuses(captured(ledger, document(*events), **options))


def rows(ledger: Ledger, table: str) -> int:
    with ledger.reading() as cursor:
        count: int = cursor.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]  # noqa: S608
    return count


def test_the_same_event_again_is_a_duplicate(ledger: Ledger) -> None:
    event = observed(eventID=ID)
    assert send(ledger, event) == ["accepted"]
    before = rows(ledger, "entry")
    report = captured(ledger, document(event))
    assert (report.status, statuses(report)) == ("accepted", ["duplicate"])
    assert report.events[0].sequence == 0
    assert rows(ledger, "entry") == before


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"eventTime": "2026-03-01T01:00:00Z"}, id="time in another zone"),
        pytest.param({"epcList": ["urn:epc:id:sgtin:9506000.013435.1"]}, id="EPC as a URN"),
        pytest.param({"recordTime": "2026-03-01T09:00:00Z"}, id="record time of the sender"),
        pytest.param({"eventID": ID.upper()}, id="UUID in capital letters"),
    ],
)
def test_the_same_event_in_another_spelling_is_a_duplicate(
    ledger: Ledger, changed: dict[str, Any]
) -> None:
    assert send(ledger, observed(eventID=ID)) == ["accepted"]
    assert send(ledger, observed(**{"eventID": ID, **changed})) == ["duplicate"]


def test_other_content_under_the_same_id_is_a_conflict(ledger: Ledger) -> None:
    captured(ledger, document(observed(eventID=ID)))
    data = document(observed(eventID=ID, disposition="damaged"))
    report = captured(ledger, data)
    assert (report.status, statuses(report), codes(report)) == (
        "rejected",
        ["rejected"],
        ["event_id_conflict"],
    )
    found = report.events[0].findings[0]
    assert found.message == (
        f"Event {ID} is already in the ledger, or stands earlier in this document, "
        "with other content; correct an event by an error declaration."
    )
    assert found.where.pointer == "/epcisBody/eventList/0/eventID"
    column = data.decode().index(f'"{ID}"') + 1
    assert (found.where.line, found.where.column) == (1, column)
    assert rows(ledger, "event") == 1


@pytest.mark.parametrize("distance", [1, 1200], ids=["one batch", "batches apart"])
def test_one_document_is_judged_like_many(ledger: Ledger, distance: int) -> None:
    between = [observed(item(f"b{number}")) for number in range(distance - 1)]
    first = observed(eventID=ID)
    report = captured(ledger, document(first, *between, first))
    assert statuses(report)[0] == "accepted"
    assert statuses(report)[-1] == "duplicate"
    other = observed(eventID=f"{ID}#2")
    conflict = {**other, "disposition": "damaged"}
    report = captured(ledger, document(other, *between, conflict))
    assert (report.status, codes(report)[-1]) == ("rejected", "event_id_conflict")


def test_an_event_of_another_organisation_gets_a_receipt_of_its_own(ledger: Ledger) -> None:
    event = observed(eventID=ID)
    assert send(ledger, event, organisation="farm") == ["accepted"]
    report = captured(ledger, document(event), organisation="shop")
    assert statuses(report) == ["witness"]
    assert report.counts == {"accepted": 0, "duplicate": 1, "rejected": 0, "warnings": 0}
    with ledger.reading() as cursor:
        found = cursor.execute(
            "SELECT r.sequence, r.event_sequence, r.organisation, n.kind, n.organisation "
            "FROM receipt r JOIN entry n USING (sequence)"
        ).fetchall()
    assert found == [(report.events[0].sequence, 0, "shop", "receipt", "shop")]
    assert report.events[0].sequence == 2
    for organisation in ("shop", "farm"):
        before = rows(ledger, "entry")
        assert send(ledger, event, organisation=organisation) == ["duplicate"]
        assert rows(ledger, "entry") == before
    assert rows(ledger, "event") == 1


def test_a_witness_of_an_event_twice_in_one_document_gets_one_receipt(ledger: Ledger) -> None:
    event = observed(eventID=ID)
    captured(ledger, document(event), organisation="farm")
    assert send(ledger, event, event, organisation="shop") == ["witness", "duplicate"]
    assert rows(ledger, "receipt") == 1


def test_another_organisation_with_other_content_is_in_conflict(ledger: Ledger) -> None:
    captured(ledger, document(observed(eventID=ID)), organisation="farm")
    changed = observed(eventID=ID, disposition="damaged")
    assert send(ledger, changed, organisation="shop") == ["rejected"]
    assert rows(ledger, "receipt") == 0


def test_an_error_declaration_is_the_one_legal_repeat(ledger: Ledger) -> None:
    event = observed(eventID=ID)
    declaration = {**event, "errorDeclaration": DECLARED}
    assert send(ledger, event, declaration) == ["accepted", "accepted"]
    assert send(ledger, declaration) == ["duplicate"]
    later = {**event, "errorDeclaration": {**DECLARED, "reason": "incorrect_data"}}
    assert send(ledger, later) == ["accepted"]
    found = find_events(ledger, EVERYTHING, ID)
    assert [stored.event.error_declaration is not None for stored in found] == [False, True, True]


def test_an_error_declaration_may_come_before_its_event(ledger: Ledger) -> None:
    event = observed(eventID=ID)
    assert send(ledger, {**event, "errorDeclaration": DECLARED}) == ["accepted"]
    assert send(ledger, event) == ["accepted"]
    found = find_events(ledger, EVERYTHING, ID)
    assert [stored.sequence for stored in found] == [2, 0]


def test_an_event_without_an_id_gets_its_hash(ledger: Ledger) -> None:
    event = observed()
    report = captured(ledger, document(event))
    assert report.events[0].event_id == report.events[0].hash
    assert send(ledger, event) == ["duplicate"]
    with ledger.reading() as cursor:
        assert cursor.execute("SELECT minted, event_id = hash FROM event").fetchall() == [
            (True, True)
        ]
    with_its_id = {**event, "eventID": report.events[0].event_id}
    assert send(ledger, with_its_id) == ["duplicate"]


def test_a_minted_id_may_come_first_in_writing(tmp_path: Any, ledger: Ledger) -> None:
    event = observed()
    with Ledger.open(tmp_path / "other.duckdb") as other:
        minted = captured(other, document(event)).events[0].event_id
    assert send(ledger, {**event, "eventID": minted}) == ["accepted"]
    assert send(ledger, event) == ["duplicate"]


def test_a_declaration_without_an_id_is_about_the_event_without_one(ledger: Ledger) -> None:
    event = observed()
    report = captured(ledger, document(event, {**event, "errorDeclaration": DECLARED}))
    assert statuses(report) == ["accepted", "accepted"]
    assert report.events[0].event_id == report.events[1].event_id
    found = find_events(ledger, EVERYTHING, str(report.events[0].event_id))
    assert [stored.event.error_declaration is not None for stored in found] == [False, True]


def test_ids_with_quotes_are_ids(ledger: Ledger) -> None:
    event = observed(eventID="urn:x:it's")
    assert send(ledger, event) == ["accepted"]
    assert send(ledger, event) == ["duplicate"]
    assert len(find_events(ledger, EVERYTHING, "urn:x:it's")) == 1


def test_events_without_id_that_differ_only_in_the_lot_of_a_serial_are_not_one(
    ledger: Ledger,
) -> None:
    first, second = (
        observed(epcList=[f"https://id.gs1.org/01/09506000134352/10/{lot}/21/S1"])
        for lot in ("AAA", "BBB")
    )
    assert send(ledger, first) == ["accepted"]
    # They share the standard's hash, and so the name it would get: said, not silently dropped.
    report = captured(ledger, document(second))
    assert codes(report) == ["event_id_conflict"]
    assert send(ledger, {**second, "eventID": ID}) == ["accepted"]
