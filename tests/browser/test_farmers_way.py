"""The way of a new farmer: from a blank template to a stamp on the box and the page behind it.

Everything is found by what the pages show, and clicks are counted: whoever has to search gives up.
"""

import datetime as dt
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from python_calamine import CalamineWorkbook

from api.clock import now
from epcis_core.access.roles import Role
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.accounts import add_account
from epcis_core.store.registry.entries import make_link
from epcis_core.store.registry.organisations import Organisation, add_organisation
from tests.api.stamps.reading import links_on, pictures
from tests.browser.conftest import PHONE, running
from tests.ingest.sheets.sheet_files import workbook

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
FARM = "https://id.gs1.org/417/9506000911007"
MOST_CLICKS = 25
PHRASE = "năm quả nho đỏ tươi"


class Farmer:
    """Somebody with a phone, whose clicks are counted.

    Args:
        page: what they look at.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def click(self, role: str, name: str | re.Pattern[str], *, exact: bool = True) -> None:
        """Click what the page calls so."""
        self.look()
        found = self.page.get_by_role(role, name=name, exact=exact)  # type: ignore[arg-type]
        self._click(found.first)

    def open_menu(self) -> None:
        """Open the menu that holds the other pages."""
        self._click(self.page.locator("summary", has_text="Thêm").first)

    def choose(self, label: str, file: Path) -> None:
        """Choose a file of the phone."""
        self.page.get_by_label(label).set_input_files(file)
        self.clicks += 1

    def download(self, name: str, file: Path) -> None:
        """Click a link to a file and keep it."""
        with self.page.expect_download() as begun:
            self.click("link", name, exact=False)
        begun.value.save_as(file)

    def _click(self, found: Locator) -> None:
        found.click()
        self.clicks += 1

    def look(self) -> None:
        """Keep a picture of the page, for who wants to look at the way."""
        if "PICTURES" in os.environ:  # a folder
            place = Path(os.environ["PICTURES"]) / f"way-{self.clicks:02}.png"
            self.page.screenshot(path=place, full_page=True)


@pytest.fixture
def invited(tmp_path: Path) -> Iterator[str]:
    """Give the link by which the farmer comes to a new server, which the province has sent."""
    with Bookkeeping(tmp_path / "ledger.duckdb") as books:
        contact = {"phone_24h": "+84 259 000 1303", "address": "Thôn Bến Mơ, xã Ninh Phước"}
        farm = Organisation(FARM, "Trang trại nho Bến Mơ", ("farm",), contact, ("95060009",))
        add_organisation(books, farm, now())
        lan = add_account(
            books, "lan@farm.example", now(), name="Lan", role=Role.BUSINESS, organisation=FARM
        )
        secret = make_link(books, "invitation", lan, now())
    with running(tmp_path, "serve") as address:
        yield f"{address}/password/{secret}"


def fill_in(template: Path, into: Path, values: dict[str, object]) -> None:
    """Write a row below the headings of a template, as a person does in a spreadsheet."""
    (headings, *_) = CalamineWorkbook.from_path(template).get_sheet_by_index(0).to_python()
    row = [values.pop(str(heading).rstrip(" *"), None) for heading in headings]
    assert not values
    into.write_bytes(workbook([headings, row]))


def test_a_new_farmer_comes_from_a_blank_template_to_a_stamp_and_its_page(
    open_page: OpenPage, invited: str, tmp_path: Path
) -> None:
    lan = Farmer(open_page(invited, width=PHONE))
    page = lan.page
    page.get_by_label("Mật khẩu mới").fill(PHRASE)
    lan.click("button", "Lưu và đăng nhập")

    lan.open_menu()
    lan.click("link", "Sản phẩm")
    lan.click("link", "Thêm sản phẩm")
    page.get_by_label("Mã sản phẩm").fill("9506000912004")
    page.get_by_label("Tên sản phẩm").fill("Nho đỏ Bến Mơ")
    lan.click("button", "Lưu")

    lan.click("link", "Gửi dữ liệu")
    lan.click("link", "Mẫu bảng tính để điền")
    lan.download("Excel Thu hoạch", tmp_path / "harvest.xlsx")
    sent = tmp_path / "thu-hoach.xlsx"
    harvest: dict[str, object] = {
        "Ngày thu hoạch": dt.date(2026, 3, 10),
        "Nơi thu hoạch": "9506000911007",
        "Sản phẩm": "Nho đỏ Bến Mơ",  # by its name, as the list in the cell offers it
        "Số lô": "BM0310",
        "Số lượng": 120.0,
        "Đơn vị": "kg",
    }
    fill_in(tmp_path / "harvest.xlsx", sent, harvest)
    lan.click("link", "Gửi dữ liệu")
    lan.choose("Tệp cần gửi", sent)
    lan.click("button", "Gửi")
    expect(page.locator("h2").first).to_have_text("Đã ghi vào sổ: thu-hoach.xlsx")

    lan.click("link", re.compile("Nho đỏ Bến Mơ, lô BM0310"), exact=False)
    expect(page.locator("main")).to_contain_text("Trang trại nho Bến Mơ")
    lan.click("link", "In tem cho lô này")
    page.get_by_label("Số tem").fill("24")
    lan.click("button", "Đặt tem")
    lan.download("PDF", tmp_path / "stamps.pdf")

    lan.click("link", "Công bố trang của lô này")
    lan.click("button", "Công bố")
    lan.click("link", "Nho đỏ Bến Mơ, lô BM0310")
    lan.look()

    sheet = (tmp_path / "stamps.pdf").read_bytes()
    links = {link for picture in pictures(sheet) for link in links_on(picture)}
    assert len(links) == 24  # each item has a number of its own
    buyer = open_page(links.pop(), width=PHONE)
    expect(buyer.locator("h1")).to_have_text("Nho đỏ Bến Mơ")
    expect(buyer.locator("main")).to_contain_text("Trang trại nho Bến Mơ")
    expect(buyer.locator("main")).to_contain_text("BM0310")
    assert lan.clicks <= MOST_CLICKS, lan.clicks
