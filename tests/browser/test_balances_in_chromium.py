"""Balances and anomalies as people walk through them, and as they look."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from api.clock import now
from epcis_core.access.roles import Role
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.entries import open_session
from tests.api.access.members import Members, members
from tests.browser.test_accounts_in_chromium import looked_at
from tests.core.store.odd_ledger import SHORT, fill_with_oddities

pytestmark = pytest.mark.browser

PHONE, DESK = 390, 1280


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    folder = tmp_path_factory.mktemp("odd")
    with Ledger.open(folder / "ledger.duckdb") as ledger:
        fill_with_oddities(ledger)
    with members(folder) as site:
        yield site


@pytest.fixture
def province(open_page: Callable[..., Page], site: Members) -> Page:
    """A telephone of the province."""
    page = open_page(f"{site.address}/log-in", width=PHONE)
    secret = open_session(site.books, site.account(Role.PROVINCE), now())
    page.context.add_cookies([{"name": "session", "value": secret, "url": site.address}])
    return page


def test_the_province_goes_from_an_anomaly_to_the_balance_and_to_the_record_behind_it(
    province: Page, site: Members, axe: str
) -> None:
    province.goto(site.address)
    province.locator(".menu summary").click()
    province.get_by_role("link", name="Điểm bất thường", exact=True).click()
    expect(province.get_by_role("heading", level=1)).to_have_text("Điểm bất thường")
    province.get_by_text("Chọn loại, cơ sở, thời gian").click()
    province.get_by_label("Loại", exact=True).select_option(label="Ra nhiều hơn vào")
    province.get_by_role("button", name="Xem", exact=True).click()
    expect(province.get_by_text("1 điểm bất thường", exact=True)).to_be_visible()
    province.get_by_role("link", name="Quầy", exact=True).click()
    expect(province.get_by_role("heading", level=1)).to_have_text("Quầy")
    province.get_by_role("link", name="Xem theo từng lô").click()
    province.get_by_role("link", name="lô SHORT").click()
    row = province.get_by_role("row").filter(has_text="Quầy")
    expect(row).to_contain_text("-50")
    row.get_by_text("150", exact=True).click()
    row.get_by_role("link", name="Bán lẻ, 01/03/2026").click()
    expect(province.get_by_role("main")).to_contain_text("150 kg")

    for path in ("/anomalies?state=all", f"/balance?id={SHORT}", "/parties/9506000134314"):
        for width in (PHONE, DESK):
            for language in ("vi", "en"):
                province.set_viewport_size({"width": width, "height": 844})
                mark = "&" if "?" in path else "?"
                province.goto(f"{site.address}{path}{mark}lang={language}")
                looked_at(province, axe, f"{path.split('?')[0].strip('/')}-{width}-{language}")


def test_a_balance_is_asked_for_some_days(province: Page, site: Members) -> None:
    province.goto(f"{site.address}/parties/9506000134314/balance?lang=vi")
    expect(province.get_by_role("link", name="lô SHORT")).to_be_visible()
    province.get_by_label("Từ ngày").fill("2026-03-03")
    province.get_by_role("button", name="Xem", exact=True).click()
    expect(province.get_by_label("Từ ngày")).to_have_value("2026-03-03")
    row = province.get_by_role("row").filter(has_text="EXPIRED")
    expect(row).to_contain_text("90")  # at the start of the third day
    with province.expect_download() as saved:
        province.get_by_role("link", name="Tải Excel").click()
    assert saved.value.suggested_filename == "balance.xlsx"


def test_what_is_explained_goes_to_the_explained(province: Page, site: Members) -> None:
    province.goto(f"{site.address}/anomalies?kind=lot_made_twice&lang=vi")
    province.get_by_text("Đã rõ nguyên nhân? Ghi lại").click()
    province.get_by_label("Cơ sở giải thích thế nào").fill("Hai ruộng của một chủ")
    province.get_by_role("button", name="Lưu lời giải thích").click()
    expect(province.get_by_text("Không có điểm bất thường nào như vậy.")).to_be_visible()
    province.get_by_label("Tình trạng").select_option(label="Đã giải thích")
    province.get_by_role("button", name="Xem", exact=True).click()
    expect(province.get_by_text("Hai ruộng của một chủ")).to_be_visible()
    province.get_by_role("button", name="Mở lại").click()
    expect(province.get_by_text("Không có điểm bất thường nào như vậy.")).to_be_visible()
