"""Sending files, mending what was wrong, and the receipt, in a real browser."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, SMALL_PHONE, running
from tests.browser.test_pages_in_chromium import told_barriers
from tests.ingest.sheets.sheet_files import harvest

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
DROP = """(place, name) => {
    const carried = new DataTransfer();
    carried.items.add(new File(["{}"], name));
    place.dispatchEvent(new DragEvent("drop", {dataTransfer: carried, bubbles: true}));
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server whose ledger is empty at first."""
    with running(tmp_path_factory.mktemp("uploads"), "serve") as address:
        yield address


def test_a_sheet_is_sent_mended_and_sent_again_and_the_history_ties_both(
    open_page: OpenPage, server: str, axe: str, tmp_path: Path
) -> None:
    wrong, mended = tmp_path / "thu-hoach.xlsx", tmp_path / "da-sua.xlsx"
    wrong.write_bytes(harvest({"lot": "A1"}, {"lot": None}))
    mended.write_bytes(harvest({"lot": "A1"}, {"lot": "A2"}))
    page = open_page(server + "/upload", width=PHONE)
    page.get_by_label("Tệp cần gửi").set_input_files(wrong)
    page.get_by_label("Vẫn ghi các sự kiện đúng").check()
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.locator("h2")).to_have_text("Chỉ ghi được một phần: thu-hoach.xlsx")
    expect(page.locator("main")).to_be_focused()
    expect(page.locator(".row .meant")).to_have_text("Số lô—")
    assert told_barriers(page, axe) == []
    with page.expect_download() as begun:
        page.get_by_role("link", name="Chỉ tải những dòng bị từ chối").click()
    assert re.fullmatch(r"to-mend-[0-9a-f]{8}\.xlsx", begun.value.suggested_filename)
    page.get_by_label("Tệp đã sửa").set_input_files(mended)
    page.get_by_role("button", name="Gửi phần đã sửa").click()
    expect(page).to_have_url(re.compile("/captures/"))
    expect(page.locator("h2")).to_have_text("Đã ghi vào sổ: da-sua.xlsx")
    page.get_by_role("link", name="Biên nhận").click()
    expect(page.locator(".letter")).to_contain_text("ghi nhận hàng mới")
    expect(page.get_by_role("button", name="In biên nhận")).to_be_visible()
    assert told_barriers(page, axe) == []
    page.goto(server + "/uploads")
    rows = page.get_by_role("row")
    expect(rows.nth(1)).to_contain_text("da-sua.xlsx sửa lần gửi trước")
    expect(rows.nth(2)).to_contain_text("1 đã ghi, 0 đã có, 1 bị từ chối")
    assert told_barriers(page, axe) == []
    size = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert size[0] <= size[1]


def test_a_file_is_dragged_in_and_told_beside_its_line(open_page: OpenPage, server: str) -> None:
    page = open_page(server + "/upload", language="en")
    expect(page.get_by_text("You can drag files into this box.")).to_be_visible()
    page.locator(".drop").evaluate(DROP, "dragged.json")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("h2")).to_have_text("Not stored: dragged.json")
    expect(page.locator(".lines mark").first).to_have_text("{}")


def test_without_a_connection_it_is_told_and_can_be_sent_again(
    browser: Browser, server: str, tmp_path: Path
) -> None:
    (file := tmp_path / "a.json").write_text("{}")
    page = browser.new_page(locale="en")  # which may complain of what it lacks
    page.goto(server + "/upload")
    page.get_by_label("Files to send").set_input_files(file)
    page.route("**/upload", lambda route: route.abort())
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("nothing is stored twice")
    page.unroute("**/upload")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("h2")).to_have_text("Not stored: a.json")
    page.close()


def test_without_javascript_a_sheet_is_mended_all_the_same(
    open_page: OpenPage, server: str, tmp_path: Path
) -> None:
    (file := tmp_path / "b.xlsx").write_bytes(harvest({"lot": None}))
    page = open_page(server + "/upload", script=False)
    page.get_by_label("Tệp cần gửi").set_input_files(file)
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.locator("h2")).to_have_text("Không ghi được: b.xlsx")
    file.write_bytes(harvest({"lot": "B1"}))
    page.get_by_label("Tệp đã sửa").set_input_files(file)
    page.get_by_role("button", name="Gửi phần đã sửa").click()
    expect(page.locator("dl.fields")).to_contain_text("Lần gửi này sửa lần gửi")


def test_a_record_is_corrected_and_the_new_one_is_withdrawn_in_two_touches(
    open_page: OpenPage, server: str, axe: str, tmp_path: Path
) -> None:
    (file := tmp_path / "c.xlsx").write_bytes(harvest({"lot": "C1", "quantity": 1000.0}))
    page = open_page(server + "/upload", width=SMALL_PHONE)
    page.get_by_label("Tệp cần gửi").set_input_files(file)
    page.get_by_role("button", name="Gửi", exact=True).click()
    page.get_by_text("Từng sự kiện (1)").click()
    page.locator(".outcomes a").click()
    page.get_by_role("link", name="Sửa", exact=True).click()
    page.get_by_label("Số lượng").fill("100")
    assert told_barriers(page, axe) == []
    page.get_by_role("button", name="Ghi bản đã sửa").click()
    expect(page.locator("h1")).to_have_text("Biên nhận")
    expect(page.locator(".letter li").first).to_contain_text("báo sự kiện này sai")
    expect(page.locator(".letter li").nth(1)).to_contain_text("100 kg")
    page.get_by_role("link", name="Kết quả gửi tệp").click()
    page.get_by_text("Rút lại bản ghi của lần gửi này").click()
    expect(page.get_by_text("Bản ghi vẫn nằm trong sổ")).to_be_visible()
    assert told_barriers(page, axe) == []
    size = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert size[0] <= size[1]
    page.get_by_role("button", name="Đúng, rút lại").click()
    expect(page.locator(".letter li").first).to_contain_text("sự kiện này sai: Không xảy ra")
