"""The lists of a farm on its telephone: a product with its photo, and a sheet that is wrong."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from api.clock import now
from epcis_core.access.roles import Role
from epcis_core.store.registry.entries import open_session
from epcis_core.store.registry.products import Product, save_product
from tests.api.access.members import FARM, Members, members
from tests.browser.test_accounts_in_chromium import looked_at
from tests.ingest.sheets.sheet_files import csv_file

pytestmark = pytest.mark.browser

PHONE, DESK = 390, 1280


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    with members(tmp_path_factory.mktemp("lists")) as made:
        yield made


def test_a_farm_keeps_its_lists_on_its_telephone(
    open_page: Callable[..., Page], site: Members, axe: str, tmp_path: Path
) -> None:
    photo = tmp_path / "nho.jpg"
    Image.effect_noise((800, 600), 40).convert("RGB").save(photo)
    page = open_page(site.address, width=PHONE, script=False)
    secret = open_session(site.books, site.account(Role.BUSINESS), now())
    page.context.add_cookies([{"name": "session", "value": secret, "url": site.address}])
    page.goto(site.address)
    page.locator(".menu summary").click()
    page.get_by_role("link", name="Sản phẩm", exact=True).click()
    page.get_by_role("link", name="Thêm sản phẩm").click()
    page.get_by_label("Mã sản phẩm").fill("8936099141016")
    page.get_by_label("Tên sản phẩm").fill("Nho đỏ")
    page.get_by_label("Số sao OCOP").select_option(label="4 sao")
    page.get_by_role("button", name="Lưu").click()
    expect(page.locator("#code-help")).to_contain_text("cần 5, nhưng gặp 6")
    page.get_by_label("Mã sản phẩm").fill("8936099141015")
    page.get_by_label("Ảnh").set_input_files(photo)
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_role("status")).to_have_text("Đã lưu 1 dòng.")
    card = page.locator(".card", has_text="Nho đỏ")
    expect(card).to_contain_text("4 sao")
    assert card.locator("img").evaluate("one => one.naturalWidth") == 800

    save_product(site.books, Product(FARM, "08936099141022", "Nho xanh"), now())
    seen = open_page(site.address, width=PHONE)
    seen.context.add_cookies([{"name": "session", "value": secret, "url": site.address}])
    for width in (PHONE, DESK):
        seen.set_viewport_size({"width": width, "height": 844})
        for language in ("vi", "en"):
            for path in ("products", "places/new", "partners"):
                seen.goto(f"{site.address}/{path}?lang={language}")
                looked_at(seen, axe, f"{path.replace('/', '-')}-{width}-{language}")
    seen.goto(f"{site.address}/products?lang=vi")
    wrong = tmp_path / "a.csv"
    wrong.write_text("Mã sản phẩm;Tên sản phẩm\n8936099141016;\n", encoding="utf-8")
    seen.get_by_label("Tệp bảng tính").set_input_files(wrong)
    seen.get_by_role("button", name="Gửi bảng tính").click()
    expect(seen.get_by_role("alert")).to_have_text("Chưa lưu gì: có 2 chỗ cần sửa.")
    expect(seen.locator(".findings li").first).to_contain_text("CSV A2")
    looked_at(seen, axe, "products-wrong")


def test_a_sheet_of_ones_own_is_explained_once(
    open_page: Callable[..., Page], site: Members, axe: str, tmp_path: Path
) -> None:
    rows = [
        ["Cắt hôm", "Ruộng nào", "Thứ gì", "Ghi lô", "Kí (kg)"],
        ["10/03/2026", "8936099140001", "8936099141015", "L1", "100"],
    ]
    sheet = tmp_path / "cat.csv"
    sheet.write_text(csv_file(rows), encoding="utf-8")
    page = open_page(site.address, width=PHONE)
    secret = open_session(site.books, site.account(Role.BUSINESS), now())
    page.context.add_cookies([{"name": "session", "value": secret, "url": site.address}])
    page.goto(f"{site.address}/upload?lang=vi")
    page.locator("#files").set_input_files(sheet)
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.locator("h1")).to_have_text("Cột nào là cột nào?")
    looked_at(page, axe, "headings-ask")
    expect(page.get_by_label("Ruộng nào")).to_have_value("place")
    page.get_by_label("Thứ gì").select_option(label="Sản phẩm")
    page.get_by_role("button", name="Lưu và gửi bảng tính").click()
    expect(page.locator("h1")).to_have_text("Kết quả gửi tệp")
    expect(page.locator(".capture.accepted")).to_be_visible()
    page.goto(f"{site.address}/headings")
    expect(page.locator(".card")).to_contain_text("Kí (kg)")
    looked_at(page, axe, "headings")
    page.goto(f"{site.address}/templates")
    looked_at(page, axe, "templates")
