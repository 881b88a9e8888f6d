"""People in a real browser on a telephone: the first account, an invitation, log-in and log-out."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_pages_in_chromium import told_barriers

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
PHONE, DESK = 390, 1280
ADMIN, LAN = "binh@province.example", "lan@farm.example"
PHRASE, OTHER = "bốn con cừu trắng", "năm quả nho đỏ tươi"


def looked_at(page: Page, axe: str, name: str) -> None:
    """See that a page has no barriers, fits, and can be touched."""
    for details in page.locator("details").all():
        details.evaluate("one => one.open = true")
    assert told_barriers(page, axe) == []
    size = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert size[0] <= size[1]
    small = page.evaluate(
        """() => [...document.querySelectorAll("a, button, input, select, textarea, summary")]
            .filter(one => one.checkVisibility() && !one.closest(".skip"))
            .map(one => [one.outerHTML.slice(0, 80), one.getBoundingClientRect().height])
            .filter(([, height]) => height < 43.5 && height > 0)"""
    )
    assert small == []
    if "PICTURES" in os.environ:  # a folder, for who wants to look at the pages
        page.screenshot(path=Path(os.environ["PICTURES"]) / f"{name}.png", full_page=True)


def test_the_first_account_invites_somebody_who_logs_in_and_out(
    open_page: OpenPage, empty_server: str, tmp_path: Path, axe: str
) -> None:
    printed = re.search(r"/set-up/\S+", (tmp_path / "log").read_text(encoding="utf-8"))
    assert printed is not None
    page = open_page(empty_server + printed[0], width=PHONE)
    looked_at(page, axe, "set-up")
    page.get_by_label("Địa chỉ e-mail").fill(ADMIN)
    page.get_by_label("Họ tên").fill("Bình")
    page.get_by_label("Mật khẩu mới").fill(PHRASE)
    page.get_by_role("button", name="Tạo tài khoản").click()
    expect(page.locator("h1")).to_have_text("Doanh nghiệp và người dùng")
    looked_at(page, axe, "people")

    page.get_by_label("Mã GLN", exact=True).fill("8936099140001")
    page.get_by_label("Tên doanh nghiệp").fill("Hợp tác xã nho Đồi Nắng")
    page.get_by_label("Điện thoại trực 24 giờ").fill("+84 259 000 1303")
    page.get_by_role("button", name="Lưu").click()
    expect(page.locator(".card", has_text="Hợp tác xã nho Đồi Nắng")).to_be_visible()

    page.locator("summary", has_text="Mời một người").click()
    page.get_by_label("Địa chỉ e-mail", exact=True).fill(LAN)
    page.get_by_label("Họ tên").fill("Lan")
    page.get_by_label("Vai trò", exact=True).select_option("business")
    page.locator("select#organisation").select_option(label="Hợp tác xã nho Đồi Nắng")
    page.get_by_role("button", name="Tạo lời mời").click()
    looked_at(page, axe, "invited")
    link = page.locator("#link").input_value()

    page.get_by_role("button", name="Đăng xuất").click()
    expect(page.locator("h1")).to_have_text("Đăng nhập")
    looked_at(page, axe, "log-in")

    hers = open_page(link, width=PHONE)
    looked_at(hers, axe, "password")
    hers.get_by_label("Mật khẩu mới").fill(OTHER)
    hers.get_by_role("button", name="Lưu và đăng nhập").click()
    expect(hers.locator("header")).to_contain_text(LAN)
    expect(hers.get_by_role("link", name="Người dùng")).to_have_count(0)
    hers.get_by_role("link", name=LAN).click()
    looked_at(hers, axe, "account")
    hers.get_by_role("button", name="Đăng xuất").click()
    hers.goto(f"{empty_server}/gaps")  # leads to the log-in, and back
    hers.get_by_label("Địa chỉ e-mail").fill(LAN)
    hers.get_by_label("Mật khẩu").fill(PHRASE)
    hers.get_by_role("button", name="Đăng nhập").click()
    expect(hers.locator(".problem")).to_contain_text("không khớp")
    looked_at(hers, axe, "wrong")
    hers.get_by_label("Mật khẩu").fill(OTHER)
    hers.get_by_role("button", name="Đăng nhập").click()
    expect(hers).to_have_url(f"{empty_server}/gaps")

    page.get_by_role("link", name="Quên mật khẩu?").click()
    looked_at(page, axe, "forgotten")
    page.get_by_label("Địa chỉ e-mail").fill(LAN)
    page.get_by_role("button", name="Yêu cầu mật khẩu mới").click()
    expect(page.get_by_role("status")).to_contain_text("yêu cầu mật khẩu mới")


def test_who_manages_keeps_certificates_and_reads_the_journal(
    open_page: OpenPage, empty_server: str, tmp_path: Path, axe: str
) -> None:
    printed = re.search(r"/set-up/\S+", (tmp_path / "log").read_text(encoding="utf-8"))
    assert printed is not None
    page = open_page(empty_server + printed[0], width=PHONE)
    page.get_by_label("Địa chỉ e-mail").fill(ADMIN)
    page.get_by_label("Họ tên").fill("Bình")
    page.get_by_label("Mật khẩu mới").fill(PHRASE)
    page.get_by_role("button", name="Tạo tài khoản").click()
    page.locator("#organisation-form summary").click()
    page.get_by_label("Mã GLN", exact=True).fill("8936099140001")
    page.get_by_label("Tên doanh nghiệp").fill("Hợp tác xã nho Đồi Nắng")
    page.get_by_role("button", name="Lưu").click()

    page.get_by_role("link", name="Chứng nhận", exact=True).click()
    add = page.locator("form", has=page.locator("#standard"))
    add.get_by_label("Doanh nghiệp").select_option(label="Hợp tác xã nho Đồi Nắng")
    add.get_by_label("Tiêu chuẩn").fill("VietGAP")
    add.get_by_label("Số chứng nhận").fill("VG-26-17")
    add.get_by_label("Tổ chức cấp").fill("Trung tâm Kiểm định Mặt Trời")
    add.get_by_label("Có hiệu lực từ ngày").fill("2024-01-15")
    add.get_by_label("Đến hết ngày").fill("2025-01-14")
    add.get_by_role("button", name="Lưu").click()
    expect(page.locator(".card")).to_contain_text("đã hết hạn")

    page.get_by_role("link", name="Nhật ký", exact=True).click()
    page.get_by_label("Việc").select_option(label="thêm chứng nhận")
    page.get_by_role("button", name="Lọc").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("VietGAP VG-26-17")

    elsewhere = open_page(f"{empty_server}/log-in?next=/account")
    elsewhere.get_by_label("Địa chỉ e-mail").fill(ADMIN)
    elsewhere.get_by_label("Mật khẩu").fill(PHRASE)
    elsewhere.get_by_role("button", name="Đăng nhập").click()
    expect(elsewhere.get_by_role("button", name="Kết thúc Chrome 127.0.0.1")).to_have_count(1)

    for width in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": 844})
        for language in ("vi", "en"):
            for path in ("journal", "certificates", "account"):
                page.goto(f"{empty_server}/{path}?lang={language}")
                looked_at(page, axe, f"{path}-{width}-{language}")

    page.locator("#ending").fill(PHRASE)
    page.get_by_role("button", name="End all others").click()
    expect(page.get_by_role("button", name="End all others")).to_have_count(0)
    elsewhere.reload()
    expect(elsewhere.locator("h1")).to_have_text("Đăng nhập")
