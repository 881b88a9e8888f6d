"""Sheets by command, over HTTP and on the page."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from python_calamine import CalamineWorkbook

from epcis_core.store.ledger import Ledger
from tests.api.capturing import interface
from tests.api.conftest import Run
from tests.ingest.sheets.sheet_files import csv_file, harvest, headings


@pytest.fixture
def client(ledger: Ledger) -> Iterator[httpx.Client]:
    """A server of an empty ledger."""
    with interface(ledger) as opened:
        yield opened


def test_a_template_is_written_filled_in_checked_answered_and_captured(
    epcis: Run, tmp_path: Path
) -> None:
    assert epcis("template", "harvest", "--language", "vi").out == "harvest.xlsx: Thu hoạch\n"
    again = epcis("template", "harvest", "--language", "vi")
    assert again.code == 2
    assert "harvest.xlsx is there already" in again.err
    (tmp_path / "mine.xlsx").write_bytes(harvest({}, {"lot": None}))
    done = epcis("check", "mine.xlsx", "--answer", "to-mend.xlsx", "--json")
    assert done.code == 1
    (report,) = json.loads(done.out)
    assert (report["format"], report["valid"], report["events"]) == ("xlsx", False, 2)
    assert [one["where"] for one in report["findings"]] == [{"sheet": "Thu hoạch", "cell": "F3"}]
    answer = CalamineWorkbook.from_path(tmp_path / "to-mend.xlsx").get_sheet_by_index(0)
    assert answer.to_python()[2][-1] == "F3 (wrong): 'Lot number' is empty; fill it in."
    kept = epcis("capture", "mine.xlsx", "--proceed")
    first, second = kept.out.splitlines()
    assert first == "partial mine.xlsx: 1 accepted, 0 duplicate, 1 rejected, 0 warnings"
    assert second.startswith("  error Thu hoạch F3 'Lot number' is empty; fill it in. sheet_cell_")


def test_without_a_key_the_templates_are_listed_and_a_wrong_one_is_told(epcis: Run) -> None:
    assert "Retail sale" in epcis("template", "--language", "en").out
    assert "Tiêu hủy" in epcis("template", "--language", "vi").out
    wrong = epcis("template", "harvst")
    assert wrong.code == 2
    assert "There is no template 'harvst'" in wrong.err


def test_only_a_spreadsheet_is_answered(epcis: Run, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    done = epcis("check", "a.json", "--answer", "b.xlsx")
    assert done.code == 2
    assert "--answer takes one spreadsheet" in done.err
    assert not (tmp_path / "b.xlsx").exists()
    data = harvest()
    (tmp_path / "a.xlsx").write_bytes(data)
    done = epcis("check", "a.xlsx", "--answer", "./a.xlsx")
    assert (done.code, (tmp_path / "a.xlsx").read_bytes()) == (2, data)


def test_a_sheet_is_captured_over_http_and_answered_in_the_language_asked_for(
    client: httpx.Client,
) -> None:
    data = harvest({}, {"lot": None})
    (report,) = client.post("/captures?file_name=h.xlsx&lang=vi", content=data).json()
    assert report["status"] == "rejected"
    assert report["events"][1]["findings"][0]["message"] == "'Số lô' còn trống; hãy điền vào."
    (report,) = client.post("/captures?proceed=true", content=data).json()
    assert (report["status"], report["counts"]["accepted"]) == ("partial", 1)


def test_the_page_names_the_cell_that_is_wrong(client: httpx.Client) -> None:
    data = harvest({"lot": None})
    page = client.post(
        "/upload", files={"files": ("h.xlsx", data)}, headers={"Accept": "text/html"}
    )
    assert page.status_code == 422
    assert "trang tính Thu hoạch, ô F2" in page.text
    assert ".xlsx" in client.get("/upload", headers={"Accept": "text/html"}).text


@pytest.mark.parametrize("address", ["/epcis/capture", "/epcis/events"])
def test_the_interface_of_the_standard_takes_no_sheets(client: httpx.Client, address: str) -> None:
    text = csv_file([headings(), ["10/03/2026"] * 12])
    for data in (harvest(), text.encode()):
        answer = client.post(address, content=data, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400
