"""Sheets on their way into the ledger: like any other document, and back to the cell."""

import hashlib
import io
import json
from typing import Any

import pytest

from epcis_core.findings import Finding
from epcis_core.rules.profiles import profiles
from epcis_core.store.events import count_contents
from epcis_core.store.fsck.whole import Checked, check_ledger
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import EVERYTHING
from ingest.capture import capture_bytes
from ingest.check import check_stream
from ingest.intake import capture_file, check_file
from ingest.limits import IntakeLimits
from ingest.prepare import opened
from ingest.report import CaptureReport
from tests.ingest.archives import gzipped, zipped
from tests.ingest.documents import NOW, document, observed
from tests.ingest.sheets.sheet_files import FARM, GRAPES, csv_file, harvest, headings

ROWS: tuple[dict[str, Any], ...] = ({}, {"lot": None}, {"lot": "L3"})
AS_CSV = csv_file(
    [headings(), ["10/03/2026", "", FARM, "", GRAPES, "L1", "12,5", "kg", "", "", "", ""]]
).encode()


def captured(ledger: Ledger, data: bytes, *, proceed: bool = False) -> CaptureReport:
    return capture_bytes(ledger, data, file_name="harvest.xlsx", now=NOW, proceed=proceed)


def stored(ledger: Ledger) -> int:
    return count_contents(ledger, EVERYTHING)["events"]


def test_one_wrong_row_keeps_the_sheet_out(ledger: Ledger) -> None:
    report = captured(ledger, harvest(*ROWS))
    assert (report.status, report.counts["rejected"], stored(ledger)) == ("rejected", 3, 0)
    assert [one.status for one in report.events] == ["rolled_back", "rejected", "rolled_back"]


def test_with_proceed_the_good_rows_are_stored(ledger: Ledger) -> None:
    report = captured(ledger, harvest(*ROWS), proceed=True)
    assert (report.status, report.counts["accepted"], stored(ledger)) == ("partial", 2, 2)
    (found,) = report.events[1].findings
    assert found.as_json("vi") == {
        "code": "sheet_cell_missing",
        "severity": "error",
        "message": "'Số lô' còn trống; hãy điền vào.",
        "where": {"sheet": "Thu hoạch", "cell": "F3"},
        "reference": "ledger rule: schemas/templates",
    }


def test_the_book_of_captures_keeps_the_digest_of_the_file_itself(ledger: Ledger) -> None:
    data = harvest()
    report = captured(ledger, data)
    with ledger.reading() as cursor:
        rows = cursor.execute(
            "SELECT digest, size FROM capture WHERE capture_id = ?", [report.capture_id]
        ).fetchall()
    assert rows == [(hashlib.sha256(data).digest(), len(data))]


def test_what_is_kept_as_received_is_the_event_that_the_row_became(ledger: Ledger) -> None:
    captured(ledger, harvest())
    with ledger.reading() as cursor:
        ((body, syntax, kind),) = cursor.execute(
            "SELECT e.body, v.syntax, v.kind FROM event e JOIN envelope v USING (envelope)"
        ).fetchall()
    assert (syntax, kind) == ("json", "event")
    assert json.loads(body)["ilmd"]["cbvmda:lotNumber"] == "L1"


def test_a_ledger_with_sheets_in_it_is_found_whole(ledger: Ledger) -> None:
    captured(ledger, harvest({"note": "nắng"}, {"lot": "L2"}))
    path = ledger.path
    ledger.close()
    assert list(check_ledger(path, Checked(), notes={})) == []


def test_what_a_law_asks_for_is_said_of_the_cell_that_it_is_about() -> None:
    law = profiles()["vn-decree-37-2026"]
    own = harvest({"product": f"{FARM}:NHO", "place": "geo:11.5,108.9"})
    report = check_stream(io.BytesIO(own), file_name="x", profile=law)
    asked = {
        str(found.values["requirement"]): found.where.cell
        for found in report.findings
        if found.code == "profile_requirement"
    }
    assert asked["product_code"] == "E2"
    assert asked["place_code"] == "A2"  # of the event as a whole: its row


def test_an_event_says_which_cell_each_of_its_members_came_from() -> None:
    data = harvest({"time": "05:30", "note": "x"})
    reader = opened(io.BytesIO(data), IntakeLimits().document, None)
    assert not isinstance(reader, Finding)
    (read,) = reader.events()
    pointers = {
        "/eventTime": "A2",
        "/readPoint/id": "C2",
        "/quantityList/0": "E2",
        "/quantityList/0/epcClass": "E2",
        "/quantityList/0/quantity": "G2",
        "/quantityList/0/uom": "H2",
        "/ilmd/cbvmda:lotNumber": "F2",
        "/sheet:note": "L2",
        "/action": "A2",
        "": "A2",
    }
    assert {pointer: read.locate(pointer).cell for pointer in pointers} == pointers


def codes(data: bytes, name: str) -> list[tuple[str, str | None, int]]:
    return [
        (one.file, one.format, one.events)
        for one in check_file(io.BytesIO(data), name, limits=IntakeLimits())
    ]


def test_content_decides_what_a_file_is_and_not_its_name() -> None:
    assert codes(harvest(), "sheet.dat") == [("sheet.dat", "xlsx", 1)]
    assert codes(AS_CSV, "sheet.txt") == [("sheet.txt", "csv", 1)]
    assert codes(document(observed()), "wrong.xlsx") == [("wrong.xlsx", "json", 1)]


def test_sheets_come_in_archives_with_other_documents() -> None:
    data = zipped({"a.xlsx": harvest(), "b.csv": AS_CSV, "c.json": document(observed())})
    assert codes(data, "week.zip") == [
        ("week.zip/a.xlsx", "xlsx", 1),
        ("week.zip/b.csv", "csv", 1),
        ("week.zip/c.json", "json", 1),
    ]
    assert codes(gzipped(AS_CSV), "b.csv.gz") == [("b.csv.gz", "csv", 1)]


def test_progress_is_told_in_bytes_of_the_file(ledger: Ledger) -> None:
    data = harvest(*({"lot": f"L{number}"} for number in range(2500)))
    told: list[tuple[str, int, int, int]] = []
    reports = capture_file(
        ledger,
        io.BytesIO(data),
        "h.xlsx",
        now=NOW,
        limits=IntakeLimits(),
        tell=lambda *one: told.append(one),
    )
    assert [one.counts["accepted"] for one in reports] == [2500]
    assert [one[3] for one in told] == [1000, 2000, 2500]
    read = [one[2] for one in told]
    assert read == sorted(read)
    assert len(data) * 0.9 < read[-1] <= len(data)


@pytest.mark.parametrize("end", [0, 1, 100, 1000, 5000])
def test_a_workbook_that_was_cut_off_is_refused(ledger: Ledger, end: int) -> None:
    data = harvest()[: -1 - end]
    (report,) = capture_file(ledger, io.BytesIO(data), "h.xlsx", now=NOW, limits=IntakeLimits())
    assert (report.status, stored(ledger)) == ("rejected", 0)
    assert [one.code for one in report.findings] == ["workbook_unreadable"]
