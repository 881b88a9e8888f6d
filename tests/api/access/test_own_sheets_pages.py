"""Sheets of an organisation: prefilled with what is in its lists, names for codes, own headings."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from python_calamine import CalamineWorkbook

from api.clock import now
from epcis_core.access.roles import Role
from epcis_core.store.registry import headings
from epcis_core.store.registry.headings import headings_of, save_headings
from epcis_core.store.registry.journal import journal
from epcis_core.store.registry.partners import Partner, save_partner
from epcis_core.store.registry.places import Place, retire_place, save_place
from epcis_core.store.registry.products import Product, save_product
from ingest.sheets.template_writer import template_csv
from ingest.sheets.templates import templates
from tests.api.access.members import FARM, RIVAL, Members, email_of, members
from tests.api.conftest import Run
from tests.ingest.sheets.sheet_files import csv_file
from tests.ingest.sheets.sheet_files import headings as names_of
from tests.served import client_of

GLN = "8936099140001"
OWN = [
    ["Sổ cắt nho 2026", "", "", "", "", ""],
    ["Cắt hôm", "Ruộng nào", "Thứ gì", "Ghi lô", "Kí (kg)", "Ai cắt"],
    ["10/03/2026", "Lô 1", "Nho đỏ", "L1", "100", "Tư"],
    ["11/03/2026", "Lô 1", "nho do", "L2", "82,5", "Tư"],
]
"""A sheet of a farm's own; the second product without accents."""

COLUMNS = {"c0": "date", "c1": "place", "c2": "product", "c3": "lot", "c4": "quantity"}
MEANT = {
    "Cắt hôm": "date",
    "Ruộng nào": "place",
    "Thứ gì": "product",
    "Ghi lô": "lot",
    "Kí (kg)": "quantity",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    """A server with two firms; of the first there are two products of nearly one name."""
    with members(tmp_path_factory.mktemp("own")) as made:
        for code, name, english in (
            ("08936099141015", "Nho đỏ", "Red grapes"),
            ("08936099141022", "Nho xanh", ""),
            ("8936099140001:TAO", "Táo", "Apples"),
            ("8936099140001:TAO-2", "Táo", ""),
        ):
            save_product(made.books, Product(FARM, code, name, english), now())
        save_place(made.books, Place(FARM, f"{GLN}/LO-1", "Lô 1"), now())
        gone = save_place(made.books, Place(FARM, f"{GLN}/LO-2", "Lô cũ"), now())
        retire_place(made.books, FARM, gone.number, now())
        save_partner(made.books, Partner(FARM, "9506000134307", "Cửa hàng Gió"), now())
        yield made


@pytest.fixture
def site(served: Members) -> Members:
    """The server, with no headings of anybody's own."""
    with served.books.transaction() as connection:
        connection.execute("DELETE FROM own_headings")
    return served


def upload(browser: httpx.Client, rows: list[list[str]], **more: str) -> httpx.Response:
    return browser.post("/upload", files={"files": ("cat.csv", csv_file(rows).encode())}, data=more)


def lists_of(data: bytes) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return book.get_sheet_by_name(book.sheet_names[-1]).to_python()


def offered(data: bytes) -> set[str]:
    return {str(one) for row in lists_of(data) for one in row if one}


def test_a_sheet_offers_what_is_in_the_lists_of_its_own_organisation(site: Members) -> None:
    with site.browser(Role.BUSINESS, language="vi") as browser:
        page = browser.get("/templates").text
        assert page.count('.xlsx" download>') == len(templates())
        assert 'href="/templates">' in browser.get("/upload").text
        sheet = browser.get("/templates/harvest.xlsx")
        assert sheet.headers["content-disposition"] == 'attachment; filename="harvest.xlsx"'
        mine = {"Nho đỏ · 8936099141015", "Táo · 8936099140001:TAO", f"Lô 1 · {GLN}/LO-1"}
        assert offered(sheet.content) >= mine
        assert not any("Lô cũ" in one for one in offered(sheet.content))
        parties = offered(browser.get("/templates/shipping.xlsx").content)
        assert {f"Vườn nho Đồi Nắng · {GLN}", "Cửa hàng Gió · 9506000134307"} <= parties
        english = browser.get("/templates/harvest.xlsx", params={"lang": "en"}).content
        assert "Red grapes · 8936099141015" in offered(english)
        assert "Nho xanh · 8936099141022" in offered(english)
        csv = browser.get("/templates/harvest.csv", params={"lang": "vi"})
        assert csv.content == template_csv(templates()["harvest"], "vi")
        assert browser.get("/templates/harvst.xlsx").status_code == 404
        told = browser.get("/templates.json").json()
        assert {one["name"] for one in told} == set(templates())
    with site.browser(Role.BUSINESS, RIVAL, language="vi") as browser:
        theirs = offered(browser.get("/templates/harvest.xlsx").content)
        assert not mine & theirs
    with site.browser(Role.ADMIN, language="vi") as browser:
        assert not mine & offered(browser.get("/templates/harvest.xlsx").content)


def harvest(product: str, lot: str) -> list[list[str]]:
    values = {
        "date": "10/03/2026",
        "place": "Lô 1",
        "product": product,
        "lot": lot,
        "quantity": "100",
        "unit": "kg",
    }
    return [names_of(), [values.get(one.key, "") for one in templates()["harvest"].columns]]


@pytest.mark.parametrize("name", ["Nho đỏ", "nho do", "RED GRAPES", "Nho đỏ · 8936099141015"])
def test_a_cell_may_hold_the_name_for_the_code(site: Members, name: str) -> None:
    with site.browser(Role.BUSINESS, Accept="application/json") as browser:
        (report,) = upload(browser, harvest(name, f"N-{len(name)}")).json()
        event = browser.get("/event.json", params={"id": report["events"][0]["event_id"]}).json()
    written = event["records"][0]["event"]
    assert written["quantityList"][0]["epcClass"].startswith("https://id.gs1.org/01/08936099141015")
    assert written["readPoint"]["id"] == f"https://id.gs1.org/414/{GLN}/254/LO-1"


def test_a_name_of_two_is_told_and_one_of_others_is_none(site: Members) -> None:
    with site.browser(Role.BUSINESS, Accept="application/json") as browser:
        (report,) = upload(browser, harvest("táo", "L1")).json()
        (found,) = report["events"][0]["findings"]
        assert found["message"] == (
            "'táo' is the name of several in your list: 8936099140001:TAO, 8936099140001:TAO-2; "
            "write the code, or choose from the list of the cell."
        )
    with site.browser(Role.BUSINESS, RIVAL, Accept="application/json") as browser:
        (report,) = upload(browser, harvest("Nho đỏ", "L1")).json()
        assert report["status"] == "rejected"
        codes = {one["code"] for one in report["events"][0]["findings"]}
        assert codes == {"sheet_gln_expected", "sheet_code_alone"} or "sheet_gln_expected" in codes


def asked(browser: httpx.Client) -> tuple[str, str]:
    """Send a sheet of one's own, and return the id of its capture and the page that asks."""
    sent = upload(browser, OWN)
    assert sent.status_code == 303
    path = sent.headers["location"]
    assert path.startswith("/headings/")
    return path.removeprefix("/headings/"), browser.get(path).text


def chosen(page: str) -> list[tuple[str, str]]:
    """The headings that a page asks about, and what it takes each for."""
    return [
        (label, picked[0] if (picked := re.findall(r'value="(\w+)" selected', select)) else "")
        for label, select in re.findall(
            r'<label for="c\d+">([^<]+)</label>\s*<select[^>]*>(.*?)</select>', page, re.DOTALL
        )
    ]


def test_headings_of_ones_own_are_asked_once_and_used_from_then_on(site: Members) -> None:
    since = len(journal(site.books))
    with site.browser(Role.BUSINESS, language="en") as browser:
        capture_id, page = asked(browser)
        assert '<option value="harvest" selected>' in page
        # Two by their headings, the others by what stands in their rows.
        guessed = ["date", "place", "product", "lot", "quantity", ""]
        assert chosen(page) == [*zip(OWN[1], guessed, strict=True)]
        assert "10/03/2026 · 11/03/2026" in page
        form = {"action": "save", "capture_id": capture_id, "template": "harvest", "row": "2"}
        done = browser.post("/headings", data=form | COLUMNS)
        assert done.status_code == 303, done.text
        report = browser.get(f"{done.headers['location']}.json").json()
        assert (report["status"], report["counts"]["accepted"]) == ("accepted", 2)
        (saved,) = headings_of(site.books, FARM)
        assert (saved.template, dict(saved.columns)) == ("harvest", MEANT)

        later = [OWN[0], OWN[1], ["12/03/2026", "Lô 1", "Nho xanh", "L3", "7", ""]]
        again = upload(browser, later)
        assert again.status_code == 200
        assert "The column &#39;Ai cắt&#39; is none of the template&#39;s" in again.text

        page = browser.get("/headings").text
        assert "<dt>Ruộng nào</dt><dd>Plot or place</dd>" in page
        assert browser.get("/headings.json").json()[0]["headings"] == {
            "template": "harvest",
            "columns": MEANT,
        }
        forget = {"action": "forget", "number": str(saved.number)}
        assert browser.post("/headings", data=forget).status_code == 303
        assert headings_of(site.books, FARM) == []
        assert browser.post("/headings", data=forget).status_code == 404
        assert upload(browser, OWN).headers["location"].startswith("/headings/")
    who = email_of(Role.BUSINESS)
    noted = [(one.who, one.what, one.about) for one in reversed(journal(site.books))][since:]
    assert noted == [
        (who, "headings_saved", f"{FARM}, harvest"),
        (who, "headings_forgotten", f"{FARM}, harvest"),
    ]


def test_what_is_chosen_must_be_enough_for_the_template(site: Members) -> None:
    with site.browser(Role.BUSINESS, language="vi") as browser:
        capture_id, _ = asked(browser)
        form = {"action": "save", "capture_id": capture_id, "template": "harvest", "row": "2"}
        for change, sentence in (
            ({"c3": ""}, "Cột nào là &#39;Số lô&#39;? Chưa có cột nào được chọn."),
            ({"c3": "", "c4": "lot"}, "Cột nào là &#39;Số lượng&#39;? Chưa có cột nào được chọn."),
            ({"c5": "lot"}, "Có hai cột được chọn cho &#39;Số lô&#39;; hãy bỏ qua một cột."),
            (dict.fromkeys(COLUMNS, ""), "Hãy chọn ít nhất hai cột."),
        ):
            answer = browser.post("/headings", data=form | COLUMNS | change)
            assert (answer.status_code, f"<p>{sentence}</p>" in answer.text) == (422, True)
        assert dict(chosen(answer.text)) == dict.fromkeys(OWN[1], "")
        other = browser.get(f"/headings/{capture_id}", params={"template": "sale", "row": "3"})
        assert [heading for heading, _ in chosen(other.text)] == OWN[2]
        assert browser.post("/headings", data=form | {"template": "x"}).status_code == 400
        assert browser.post("/headings", data={"action": "x"}).status_code == 400
    assert headings_of(site.books, FARM) == []


def test_nobody_else_sees_a_sheet_or_its_headings(site: Members) -> None:
    with site.browser(Role.BUSINESS) as browser:
        capture_id, _ = asked(browser)
    made = save_headings(site.books, FARM, "harvest", MEANT, now())
    form = {"action": "save", "capture_id": capture_id, "template": "harvest", "row": "2"}
    with site.browser(Role.BUSINESS, RIVAL) as browser:
        none = "00000000-0000-4000-8000-000000000000"
        answers = [browser.get(f"/headings/{one}") for one in (capture_id, none)]
        assert [one.status_code for one in answers] == [404, 404]
        told = {one.text.replace(capture_id, none) for one in answers}
        assert len(told) == 1
        assert browser.post("/headings", data=form | COLUMNS).status_code == 404
        forget = {"action": "forget", "number": str(made.number)}
        assert browser.post("/headings", data=forget).status_code == 404
        assert browser.get("/headings.json").json() == []
    with site.browser(Role.ADMIN) as browser:
        assert browser.get("/headings").status_code == 403
        assert upload(browser, OWN).status_code == 422
    assert headings_of(site.books, FARM) == [made]


def test_an_organisation_has_so_many_sheets_of_its_own(site: Members) -> None:
    with site.books.transaction():
        for number in range(headings.MOST):
            save_headings(site.books, FARM, "sale", {f"A{number}": "date", "B": "lot"}, now())
    save_headings(site.books, FARM, "sale", {"A0": "lot", "B": "date"}, now())  # the same again
    assert len(headings_of(site.books, FARM)) == headings.MOST
    with site.browser(Role.BUSINESS) as browser:
        capture_id, _ = asked(browser)
        form = {"action": "save", "capture_id": capture_id, "template": "harvest", "row": "2"}
        full = browser.post("/headings", data=form | COLUMNS)
        assert full.status_code == 422
        assert "You have 100 sheets of your own, as many as you may" in full.text
    assert len(headings_of(site.books, FARM)) == headings.MOST


def test_headings_are_said_by_a_file_on_the_command_line(
    site: Members, epcis: Run, tmp_path: Path
) -> None:
    codes = [one[:] for one in OWN]
    for row in codes[2:]:
        row[1:3] = [f"{GLN}/LO-1", "8936099141015"]
    (tmp_path / "mine.csv").write_text(csv_file(codes), encoding="utf-8")
    said = {"template": "harvest", "columns": MEANT}
    (tmp_path / "mine.json").write_text(json.dumps(said), encoding="utf-8")
    assert epcis("check", "mine.csv").code == 1
    assert epcis("check", "mine.csv", "--headings", "mine.json").code == 0
    kept = epcis("capture", "mine.csv", "--headings", "mine.json", "--ledger", "own.duckdb")
    assert kept.out.startswith("accepted mine.csv: 2 accepted")
    with site.browser(Role.BUSINESS) as browser:
        cookies = dict(browser.cookies)
    with client_of(site.address, Origin=site.address) as client:
        client.cookies.update(cookies)
        data = (tmp_path / "mine.csv").read_bytes()
        for text, status in ((json.dumps(said), 200), ('{"template": "x"}', 400)):
            answer = client.post("/captures", params={"headings": text}, content=data)
            assert answer.status_code == status, answer.text
        assert answer.json()["title"].startswith("Expected a template, one of destruction,")
    wrong = epcis("check", "mine.csv", "--headings", "none.json")
    assert (wrong.code, "none.json: No such file" in wrong.err) == (2, True)
    (tmp_path / "bad.json").write_text("{}", encoding="utf-8")
    assert "Expected a template" in epcis("check", "mine.csv", "--headings", "bad.json").err

    ledger = str(site.path)
    done = epcis("template", "harvest", "--ledger", ledger, "--party", GLN, "--language", "vi")
    assert done.code == 0, done.err
    assert "Nho đỏ · 8936099141015" in offered((tmp_path / "harvest.xlsx").read_bytes())
    for party, told in (("9506000911007", "There is no organisation"), ("x", "names no party")):
        wrong = epcis("template", "sale", "--ledger", ledger, "--party", party)
        assert (wrong.code, told in wrong.err) == (2, True)
