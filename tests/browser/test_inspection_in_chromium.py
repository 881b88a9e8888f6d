"""In a real browser: an inspector at work, who oversees them, and a firm with a partner."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accounts_in_chromium import DESK, PHONE, looked_at

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
LOT = "https://id.gs1.org/01/08936099141015/10/DN260311"
NAME = "Nho đỏ Ninh Thuận thùng 5 kg, lô DN260311"


def logged_in(open_page: OpenPage, demo: str, role: str, *, script: bool = True) -> Page:
    """A telephone in which somebody of the demo has logged in as it says they do."""
    page = open_page(f"{demo}/log-in", width=PHONE, script=script)
    row = page.locator("tr, li", has_text=role).first
    email, password = row.locator(".code").all_inner_texts()[:2]
    page.get_by_label("Địa chỉ e-mail").fill(email)
    page.get_by_label("Mật khẩu").fill(password)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    expect(page.locator("header")).to_contain_text(email)
    return page


def looked_at_all_over(page: Page, axe: str, address: str, name: str) -> None:
    """See a page on a telephone and on a desk, in both languages; then it is as it was."""
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": 844})
        for language in ("en", "vi"):
            page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
            looked_at(page, axe, f"{name}-{width}-{language}")
    page.goto(address)


def test_an_inspector_opens_a_case_looks_adds_a_lot_and_closes_it(
    open_page: OpenPage, demo: str, axe: str
) -> None:
    page = logged_in(open_page, demo, "thanh tra")
    page.goto(f"{demo}/trace?id={LOT}")  # leads to the cases, and back
    expect(page.locator(".note")).to_contain_text("thanh tra viên xem dữ liệu theo số vụ việc")
    looked_at(page, axe, "cases-needed")
    page.get_by_label("Số vụ việc").fill("17/QĐ-TTr")
    page.get_by_label("Nội dung").fill("Nho có dư lượng thuốc")
    page.get_by_role("button", name="Mở và bắt đầu làm").click()
    expect(page.locator("h1")).to_contain_text("Lô DN260311")
    page.get_by_role("button", name="Thêm vào vụ việc 17/QĐ-TTr").click()
    expect(page.locator("h1")).to_have_text("Vụ việc 17/QĐ-TTr")
    expect(page.get_by_role("link", name=NAME, exact=True)).to_have_count(1)
    page.get_by_label("Ghi chú mới").fill("Lấy mẫu tại quầy")
    page.get_by_role("button", name="Thêm ghi chú").click()
    expect(page.locator(".kept")).to_have_text("Lấy mẫu tại quầy")
    case = page.url
    looked_at_all_over(page, axe, case, "case")
    looked_at_all_over(page, axe, f"{demo}/cases", "cases")
    page.goto(case)
    page.get_by_role("button", name="Đóng vụ việc").click()
    expect(page.locator(".note")).to_contain_text("Đã đóng lúc")
    looked_at(page, axe, "case-closed")

    over = logged_in(open_page, demo, "cơ quan tỉnh")
    over.locator(".menu summary").click()
    over.get_by_role("link", name="Lượt xem", exact=True).click()
    expect(over.locator("tbody tr", has_text="xem truy xuất").first).to_contain_text(NAME)
    looked_at_all_over(over, axe, f"{demo}/looks", "looks")
    over.get_by_role("link", name="17/QĐ-TTr").first.click()
    expect(over.locator(".note")).to_contain_text("Vụ việc 17/QĐ-TTr")
    for path in ("people", "journal", "capture-rights", "certificates"):
        looked_at_all_over(over, axe, f"{demo}/{path}", f"demo-{path}")


def test_a_firm_shows_a_partner_more_and_withdraws_it(
    open_page: OpenPage, demo: str, axe: str
) -> None:
    page = logged_in(open_page, demo, "doanh nghiệp")
    page.locator(".menu summary").click()
    page.get_by_role("link", name="Chia sẻ", exact=True).click()
    looked_at(page, axe, "shares-none")
    page.get_by_label("Lô, sản phẩm hoặc kiện hàng").fill(LOT)
    page.get_by_label("GLN của đối tác").fill("9506000134307")
    page.get_by_role("button", name="Cho xem", exact=True).click()
    expect(page.locator(".card")).to_contain_text("cho GLN 9506000134307 xem, từ")
    looked_at_all_over(page, axe, f"{demo}/shares", "shares")
    page.get_by_role("button", name="Rút lại").click()
    expect(page.locator(".card")).to_contain_text("đã cho GLN 9506000134307 xem, từ")


def test_without_javascript_and_by_keyboard_who_manages_shuts_out_after_being_asked(
    open_page: OpenPage, demo: str
) -> None:
    page = logged_in(open_page, demo, "cơ quan tỉnh", script=False)
    menu = page.locator(".menu summary")
    menu.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Doanh nghiệp và người dùng")
    page.get_by_label("Tìm doanh nghiệp hoặc người").fill("trang trai nho gio cat")
    page.keyboard.press("Enter")
    card = page.locator("section", has=page.locator("#organisations")).locator(".card").first
    now = card.get_by_role("button", name="Đúng, khóa")
    expect(now).to_be_hidden()
    card.locator(".ask summary").focus()
    page.keyboard.press("Enter")
    expect(card.locator(".ask p")).to_contain_text("sẽ bị ngắt ngay")
    now.focus()
    page.keyboard.press("Enter")
    expect(card.locator(".tag")).to_have_text("đã khóa")
    card.get_by_role("button", name="Mở lại").click()
    expect(card.locator(".tag")).to_have_count(0)
