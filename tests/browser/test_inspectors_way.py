"""The way of an inspector in an outbreak: from a lot number alone to the notice of its recall.

Everything is found by what the pages show, clicks are counted, and the time that the machine takes
is told; a slow or busy machine gets as much more as it needs for the smallest page.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.api.finding.photographs import jpeg, label, taken
from tests.api.stamps.reading import links_on, pictures, words
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_accounts_in_chromium import looked_at
from tests.browser.test_every_page import USUAL, painted_at
from tests.browser.test_inspection_in_chromium import logged_in

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
MOST_CLICKS = 8
SOON = 20.0
"""Seconds of the whole way."""


class Inspector:
    """Somebody with a lot number, whose clicks are counted, and the time that they wait.

    Args:
        page: what they look at.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0
        self.waited = 0.0

    def click(self, name: str, *, role: str = "button") -> None:
        """Click what the page calls so, and wait until the next page stands."""
        found = self.page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
        begun = time.monotonic()
        with self.page.expect_navigation():
            found.first.click()
        self.waited += time.monotonic() - begun
        self.clicks += 1

    def fetch(self, name: str) -> bytes:
        """Click a link to a file, and take the file."""
        begun = time.monotonic()
        link = self.page.get_by_role("link", name=name, exact=True).first
        # What a browser does with a PDF differs: it shows it, or it saves it.
        answer = self.page.context.request.get(link.evaluate("one => one.href"))
        self.waited += time.monotonic() - begun
        self.clicks += 1
        assert answer.status == 200
        return answer.body()


def told_soon(inspector: Inspector, demo: str) -> None:
    """See that the way was short and soon done; tell how short."""
    print(f"{inspector.clicks} clicks, {inspector.waited:.1f} s of the machine")  # noqa: T201
    assert inspector.clicks <= MOST_CLICKS
    soon = SOON
    if inspector.waited >= soon:
        line = inspector.page.context.new_cdp_session(inspector.page)
        soon *= max(1.0, painted_at(inspector.page, line, f"{demo}/nowhere") / USUAL)
    assert inspector.waited < soon


def kept_pictures(pdf: bytes, name: str) -> None:
    """Keep the pages of a PDF as pictures, for who wants to look at them."""
    if "PICTURES" in os.environ:
        document = pypdfium2.PdfDocument(pdf)
        for number, page in enumerate(document, 1):
            file = Path(os.environ["PICTURES"]) / f"{name}-page-{number}.png"
            page.render(scale=2).to_pil().save(file)
        document.close()


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_from_a_lot_number_to_the_recall_notice_as_pdf(
    open_page: OpenPage, demo: str, axe: str, width: int
) -> None:
    page = logged_in(open_page, demo, "thanh tra")
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(demo)
    inspector = Inspector(page)
    # An inspector looks under a case alone, and is asked for it first.
    page.get_by_label("Số vụ việc").fill(f"2026/{width}")
    page.get_by_label("Nội dung").fill("Nho có dư lượng thuốc")
    inspector.click("Mở và bắt đầu làm")
    page.get_by_role("searchbox").fill("DN260311")
    inspector.click("Tìm")
    if "/search" in page.url:
        inspector.click("Nho đỏ Ninh Thuận thùng 5 kg · DN260311", role="link")
    inspector.click("Thu hồi lô này", role="link")
    expect(page.get_by_role("heading", name="Gọi ai trước")).to_be_visible()
    inspector.click("Soạn thông báo thu hồi", role="link")
    looked_at(page, axe, f"notice-{width}")
    inspector.click("Phát hành")
    looked_at(page, axe, f"issued-{width}")
    pdf = inspector.fetch("Mở bản PDF")
    told_soon(inspector, demo)

    text = words(pdf)
    number = page.url.rpartition("/")[2]
    for sentence in (
        f"Số: {number}",
        f"Vụ việc: 2026/{width}",
        "THÔNG BÁO THU HỒI SẢN PHẨM",
        "Nho đỏ Ninh Thuận thùng 5 kg",
        "Ngừng ngay việc bán, giao, chế biến và sử dụng sản phẩm thuộc các lô này.",
    ):
        assert sentence in text, sentence
    codes = [code for picture in pictures(pdf) for code in links_on(picture)]
    sealed = [code for code in codes if code.startswith("epcis-ledger/")]
    assert (len(codes), len(sealed)) == (2, 1)
    assert f"{demo}/01/08936099141015/10/DN260311" in codes
    kept_pictures(pdf, f"notice-{width}")
    page.goto(f"{demo}/cases/2026%2F{width}")
    expect(page.locator("main")).to_contain_text(f"/recall/notices/{number}/1.pdf")


def test_from_a_photograph_of_a_label_to_the_recall_notice_as_pdf(
    open_page: OpenPage, demo: str, axe: str
) -> None:
    page = logged_in(open_page, demo, "thanh tra")
    page.goto(demo)
    inspector = Inspector(page)
    page.get_by_label("Số vụ việc").fill("2026/nhãn")
    inspector.click("Mở và bắt đầu làm")
    photograph = jpeg(taken(label("GS1 DataMatrix"), "from the side"))
    file: FilePayload = {"name": "label.jpg", "mimeType": "image/jpeg", "buffer": photograph}
    begun = time.monotonic()
    with page.expect_navigation(url="**/trace?**"):
        page.get_by_label("Chụp nhãn để tìm").set_input_files(file)
    inspector.waited += time.monotonic() - begun
    inspector.clicks += 1
    expect(page.get_by_role("heading", level=1)).to_contain_text("DN260311")
    inspector.click("Thu hồi lô này", role="link")
    inspector.click("Soạn thông báo thu hồi", role="link")
    inspector.click("Phát hành")
    pdf = inspector.fetch("Mở bản PDF")
    told_soon(inspector, demo)
    assert "Vụ việc: 2026/nhãn" in words(pdf)
    assert "Nho đỏ Ninh Thuận thùng 5 kg" in words(pdf)

    page.goto(demo)
    both = jpeg(label("GS1 DataMatrix", "another lot"))
    with page.expect_navigation(url="**/label?**"):
        page.get_by_label("Chụp nhãn để tìm").set_input_files({**file, "buffer": both})
    looked_at(page, axe, "label-choice")
    page.get_by_role("link", name="Nho đỏ loại 2, lô DN260311-L2").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("DN260311-L2")


def test_without_javascript_a_label_is_read_or_people_are_told_what_to_do(
    open_page: OpenPage, demo: str
) -> None:
    page = open_page(demo, width=PHONE, script=False)
    file: FilePayload = {"name": "l.jpg", "mimeType": "image/jpeg", "buffer": jpeg(label())}
    page.get_by_label("Chụp nhãn để tìm").set_input_files(file)
    page.get_by_role("button", name="Đọc mã trong ảnh").click()
    expect(page.get_by_role("alert")).to_contain_text("Không đọc được mã nào trong ảnh.")
    product = jpeg(label("EAN-13"))
    page.get_by_label("Chụp nhãn để tìm").set_input_files({**file, "buffer": product})
    page.get_by_role("button", name="Đọc mã trong ảnh").click()
    page.get_by_label("Số lô in trên bao bì").fill("DN260311")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("DN260311")
