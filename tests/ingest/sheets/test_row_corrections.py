"""Rows that withdraw or replace what was recorded before, through a ledger on disk."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from epcis_core.store.events import StoredEvent, find_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import EVERYTHING
from ingest.capture import capture_bytes
from ingest.report import CaptureReport
from tests.ingest.sheets.sheet_files import checked, harvest, headings, line, told, workbook

NOW = 1_790_000_000_000_000
OTHER = "https://id.gs1.org/417/9506000134307"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        yield ledger


def sent(ledger: Ledger, *rows: dict[str, Any], **options: Any) -> CaptureReport:
    return capture_bytes(ledger, harvest(*rows), file_name="h.xlsx", now=NOW, **options)


def ids(report: CaptureReport) -> list[str]:
    return [one.event_id or "" for one in report.events]


def codes(report: CaptureReport) -> list[tuple[str, str | None]]:
    return [
        (found.code, found.where.cell)
        for event in report.events
        for found in event.findings
        if found.code != "rolled_back"
    ]


def records(ledger: Ledger, event_id: str) -> list[StoredEvent]:
    return find_events(ledger, EVERYTHING, event_id)


@pytest.mark.parametrize("word", ["Rút lại", "rut lai", "Withdraw", "RÚT"])
def test_a_row_that_stands_as_it_was_sent_is_withdrawn(ledger: Ledger, word: str) -> None:
    first = sent(ledger, {"lot": "A1"}, {"lot": "A2"})
    done = sent(ledger, {"lot": "A1", "correction": word}, {"lot": "A2"})
    assert done.counts == {"accepted": 1, "duplicate": 1, "rejected": 0, "warnings": 0}
    original, declaration = records(ledger, ids(first)[0])
    declared = declaration.event.error_declaration
    assert declared is not None
    assert (declared.reason, declared.corrective_event_ids) == ("did_not_occur", None)
    assert original.event.error_declaration is None
    assert len(records(ledger, ids(first)[1])) == 1


@pytest.mark.parametrize("by", ["hash", "receipt"])
def test_a_row_takes_the_place_of_a_record(ledger: Ledger, by: str) -> None:
    first = sent(ledger, {"lot": "B1", "quantity": 1000.0})
    named = ids(first)[0] if by == "hash" else first.capture_id
    done = sent(ledger, {"lot": "B1", "quantity": 100.0, "correction": f"Thay {named}"})
    assert done.counts["accepted"] == 2
    declared_id, corrective = ids(done)
    assert declared_id == ids(first)[0]
    (_, declaration) = records(ledger, declared_id)
    declared = declaration.event.error_declaration
    assert declared is not None
    assert (declared.reason, declared.corrective_event_ids) == ("incorrect_data", (corrective,))
    (new,) = records(ledger, corrective)
    assert '"quantity":100,' in new.text


def test_a_record_that_is_withdrawn_twice_or_was_never_sent_is_told(ledger: Ledger) -> None:
    sent(ledger, {"lot": "C1"})
    sent(ledger, {"lot": "C1", "correction": "Rút lại"})
    done = sent(
        ledger, {"lot": "C1", "correction": "Rút lại"}, {"lot": "C2", "correction": "Rút lại"}
    )
    cell = f"{'ABCDEFGHIJKLMNOPQ'[headings().index('Rút lại / Thay')]}"
    assert codes(done) == [
        ("sheet_correction_refused", f"{cell}2"),
        ("sheet_correction_unknown", f"{cell}3"),
    ]
    refused = done.events[0].findings[0]
    assert refused.message == (
        "This row changes nothing: the record was corrected or withdrawn already."
    )
    assert refused.message_in("vi") == (
        "Dòng này không sửa được gì: bản ghi này đã được sửa hoặc rút lại rồi."
    )


def test_records_of_others_are_not_there_for_a_row(ledger: Ledger) -> None:
    first = sent(ledger, {"lot": "D1"})
    done = sent(ledger, {"lot": "D1", "correction": "Rút lại"}, organisation=OTHER)
    assert [code for code, _ in codes(done)] == ["sheet_correction_unknown"]
    named = f"Thay {first.capture_id}"
    done = sent(ledger, {"lot": "D2", "correction": named}, organisation=OTHER)
    assert [code for code, _ in codes(done)] == ["sheet_correction_unknown"]
    assert len(records(ledger, ids(first)[0])) == 1


def test_a_receipt_of_several_records_names_none_of_them(ledger: Ledger) -> None:
    first = sent(ledger, {"lot": "E1"}, {"lot": "E2"})
    done = sent(ledger, {"lot": "E3", "correction": f"Replace {first.capture_id}"})
    assert [code for code, _ in codes(done)] == ["sheet_correction_unknown"]


def test_a_sheet_with_a_wrong_row_withdraws_nothing(ledger: Ledger) -> None:
    first = sent(ledger, {"lot": "F1"})
    done = sent(ledger, {"lot": "F1", "correction": "Rút lại"}, {"lot": None})
    assert (done.status, done.counts["rejected"]) == ("rejected", 2)
    assert len(records(ledger, ids(first)[0])) == 1


@pytest.mark.parametrize("text", ["không", "Thay", "Withdrawal", "12"])
def test_what_means_nothing_in_the_column_is_told(text: str) -> None:
    report = checked(harvest({"correction": text}))
    assert [code for code, _ in told(report)] == ["sheet_correction_unreadable"]


def test_a_check_says_that_it_asks_no_ledger() -> None:
    report = checked(harvest({"correction": "Rút lại"}))
    assert [code for code, _ in told(report)] == ["sheet_correction_unchecked"]
    assert report.valid


def test_outputs_with_different_dates_take_the_place_of_nothing(ledger: Ledger) -> None:
    base = {
        "date": "10/03/2026",
        "place": "9506000911007",
        "process": "M1",
        "step": "creating_class_instance",
        "output_product": "9506000912004",
        "output_quantity": 5.0,
        "output_unit": "kg",
    }
    goods = {"input_product": "9506000912004", "input_lot": "I1", "input_quantity": 9.0}
    rows = [
        {**base, **goods, "input_unit": "kg", "output_lot": "O1", "best_before": "01/04/2026"},
        {**base, "output_lot": "O2", "best_before": "02/04/2026"},
    ]
    rows[0]["correction"] = "Thay x"
    data = workbook(
        [headings("processing"), *(line(one, "processing") for one in rows)], "Chế biến"
    )
    done = capture_bytes(ledger, data, file_name="p.xlsx", now=NOW)
    assert [code for code, _ in codes(done)] == ["sheet_correction_several"]


def test_rows_of_one_delivery_that_want_different_things_disagree(ledger: Ledger) -> None:
    base = {
        "date": "12/03/2026",
        "from_party": "9506000911007",
        "from_place": "9506000911007",
        "to_party": "9506000941004",
        "delivery_note": "P1",
        "product": "9506000912004",
        "quantity": 1.0,
        "unit": "kg",
    }
    rows = [
        {**base, "lot": "G1", "correction": "Rút lại"},
        {**base, "lot": "G2", "correction": "Thay x"},
    ]
    data = workbook([headings("shipping"), *(line(one, "shipping") for one in rows)], "Giao hàng")
    done = capture_bytes(ledger, data, file_name="s.xlsx", now=NOW)
    assert [code for code, _ in codes(done)] == ["sheet_rows_disagree"]


def test_a_file_looks_back_for_so_many_rows(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.earlier._MOST", 1)
    sent(ledger, {"lot": "H1"}, {"lot": "H2"})
    done = sent(ledger, *({"lot": one, "correction": "Rút lại"} for one in ("H1", "H2")))
    assert [code for code, _ in codes(done)] == ["sheet_corrections_too_many"]


def test_what_was_recorded_in_another_document_is_replaced_with_its_prefixes(
    ledger: Ledger,
) -> None:
    event = (
        '{"@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", '
        '{"ex": "https://ns.example.com/"}], "type": "ObjectEvent", "action": "OBSERVE", '
        '"eventTime": "2026-03-01T08:00:00.50+07:00", "eventTimeZoneOffset": "+07:00", '
        '"epcList": ["https://id.gs1.org/01/09506000134352/21/1"], "eventID": "urn:x:other", '
        '"ex:grade": 1.50}'
    )
    capture_bytes(ledger, event.encode(), file_name="e.json", now=NOW)
    done = sent(ledger, {"lot": "J1", "correction": "Thay urn:x:other"})
    assert (done.status, codes(done)) == ("accepted", [])
    (_, declaration) = records(ledger, "urn:x:other")
    assert '"ex:grade":1.50' in declaration.text
    assert "https://ns.example.com/" in declaration.text


def test_one_record_is_replaced_once_in_a_sheet_and_not_by_itself(ledger: Ledger) -> None:
    first = sent(ledger, {"lot": "U1", "quantity": 90.0})
    by = {"lot": "U1", "correction": f"Thay {ids(first)[0]}"}
    done = sent(ledger, {**by, "quantity": 100.0}, {**by, "quantity": 110.0})
    told = [found.message for event in done.events for found in event.findings]
    assert "This row changes nothing: the record was corrected or withdrawn already." in told
    same = sent(ledger, {**by, "quantity": 90.0})
    (refused,) = same.events[0].findings
    assert refused.message == (
        "This row changes nothing: it says the same as the record that it is to replace."
    )
    assert len(records(ledger, ids(first)[0])) == 1


def test_what_a_row_puts_back_as_it_was_once_stands_again(ledger: Ledger) -> None:
    first = sent(ledger, {"lot": "V1", "quantity": 90.0})
    by = {"lot": "V1", "quantity": 100.0, "correction": f"Thay {ids(first)[0]}"}
    wrong = ids(sent(ledger, by))[1]
    done = sent(ledger, {"lot": "V1", "quantity": 90.0, "correction": f"Thay {wrong}"})
    assert done.counts == {"accepted": 2, "duplicate": 0, "rejected": 0, "warnings": 0}
    (stands,) = records(ledger, ids(done)[1])
    assert stands.hash == ids(first)[0]
    (_, declaration) = records(ledger, wrong)
    assert declaration.event.error_declaration is not None
    assert declaration.event.error_declaration.corrective_event_ids == (stands.event_id,)


def test_what_is_sent_again_after_it_was_withdrawn_stays_so_and_this_is_told(
    ledger: Ledger,
) -> None:
    sent(ledger, {"lot": "W1"}, {"lot": "W2"})
    sent(ledger, {"lot": "W1", "correction": "Rút lại"})
    again = sent(ledger, {"lot": "W1"}, {"lot": "W2"})
    assert again.counts == {"accepted": 0, "duplicate": 2, "rejected": 0, "warnings": 1}
    (found,) = again.events[0].findings
    assert (found.code, found.where.cell, again.events[1].findings) == ("event_withdrawn", "A2", ())
    assert found.message == (
        "This record was withdrawn or corrected before, and stays so: to send it again does not "
        "bring it back. If it did happen, write it down again with a time that differs by a minute."
    )
