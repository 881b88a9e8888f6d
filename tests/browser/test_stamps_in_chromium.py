"""A farm orders stamps on its telephone, and its province looks at their scans."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from api.clock import now
from epcis_core.access.roles import Role
from epcis_core.store.registry.entries import open_session
from epcis_core.store.registry.organisations import Organisation, add_organisation
from epcis_core.store.registry.products import Product, save_product
from epcis_core.store.registry.scans import count_scans
from epcis_core.store.registry.stamp_pins import pin_key, pin_of
from epcis_core.store.registry.stamps import (
    Run,
    Serials,
    count_labels,
    find_run,
    order_stamps,
    serials_of,
)
from tests.api.access.members import FARM, Members, members
from tests.api.stamps.reading import links_on, pictures
from tests.browser.test_accounts_in_chromium import looked_at

pytestmark = pytest.mark.browser

PHONE, SMALL_PHONE, DESK = 390, 360, 1280
GTIN = "08936099141015"
OpenPage = Callable[..., Page]
RUN = Run(
    FARM,
    GTIN,
    "L1",
    3,
    Serials.RANDOM,
    "https://tem.example",
    "roll-50x30",
    "vi",
    "Nho xanh Cổ Bình",
    pin_digits=6,
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    with members(tmp_path_factory.mktemp("stamps")) as made:
        firm = Organisation(FARM, "Vườn nho Đồi Nắng", owned=("8936099140001", "89360991"))
        add_organisation(made.books, firm, now())
        save_product(made.books, Product(FARM, GTIN, "Nho xanh Cổ Bình", "Green grapes"), now())
        yield made


def entered(open_page: OpenPage, site: Members, role: Role, *, script: bool = False) -> Page:
    """A telephone in which somebody is logged in."""
    page = open_page(site.address, width=PHONE, script=script)
    secret = open_session(site.books, site.account(role), now())
    page.context.add_cookies([{"name": "session", "value": secret, "url": site.address}])
    page.goto(site.address)
    return page


def looked_at_all_over(page: Page, axe: str, *addresses: str) -> None:
    """See pages on telephones and on a desk, in both languages."""
    for width in (SMALL_PHONE, PHONE, DESK):
        page.set_viewport_size({"width": width, "height": 844})
        for address in addresses:
            for language in ("vi", "en"):
                page.goto(f"{address}?lang={language}")
                looked_at(page, axe, f"{address.rpartition('/')[2]}-{width}-{language}")


def test_a_farm_orders_and_prints_stamps_and_declares_them_void(
    open_page: OpenPage, site: Members
) -> None:
    page = entered(open_page, site, Role.BUSINESS)
    page.get_by_role("link", name="Tem", exact=True).click()
    page.get_by_label("Sản phẩm").fill(f"Nho xanh Cổ Bình · {GTIN}")
    page.get_by_label("Số lô").fill("nho")
    page.get_by_label("Số tem").fill("3")
    page.get_by_label("Mã dưới lớp cào").select_option(label="6 chữ số")
    page.get_by_label("Khổ tem").select_option(label="Cuộn, tem 40 × 40 mm")
    page.get_by_label("Hạn sử dụng").fill("2026-12-31")
    page.get_by_role("button", name="Xem thử").click()
    expect(page.locator("figure.label svg")).to_contain_text("HSD 31/12/2026")
    page.get_by_role("button", name="Đặt tem").click()
    expect(page.locator("h1")).to_have_text("Nho xanh Cổ Bình, lô nho")
    assert page.locator("figure.label img").evaluate("one => one.naturalWidth") > 0
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Tem để in (PDF)").click()
    pdf = waiting.value.path().read_bytes()
    run = find_run(site.books, FARM, int(page.url.rpartition("/")[2]))
    assert run is not None
    printed = [link for one in pictures(pdf) for link in links_on(one)]
    begin = f"{site.address}/01/{GTIN}/10/nho/21/"
    assert printed == [f"{begin}{one}?17=261231" for one in serials_of(site.books, run)]
    page.get_by_label("Đã in", exact=True).fill("2")
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_label("Đã in", exact=True)).to_have_value("2")
    page.get_by_text("Hủy đợt tem này").click()
    page.get_by_role("button", name="Hủy đợt tem", exact=True).click()
    expect(page.locator(".problem")).to_contain_text("Đợt tem này đã hủy ngày")


def test_scans_are_watched_and_pins_are_checked(
    open_page: OpenPage, site: Members, axe: str
) -> None:
    run = order_stamps(site.books, RUN, None, now())
    count_labels(site.books, run, printed=2, spoiled=0, used=0)
    first, _, third = serials_of(site.books, run)
    things = [f"https://id.gs1.org/01/{GTIN}/21/{one}" for one in (third, "0000")]
    count_scans(site.books, "2026-09-21", {(one, one): 3 for one in things})
    over = entered(open_page, site, Role.PROVINCE, script=True)
    over.locator(".menu summary").first.click()
    over.get_by_role("link", name="Quét bất thường").click()
    expect(over.locator(".card", has_text=third)).to_contain_text("Quét tem chưa báo đã in")
    expect(over.locator(".card", has_text="0000")).to_contain_text("Quét số chưa từng cấp")
    looked_at_all_over(over, axe, f"{site.address}/unusual-scans")

    page = entered(open_page, site, Role.BUSINESS, script=True)
    pages = [f"{site.address}/{one}" for one in ("stamps", f"stamps/{run.number}", "check-stamp")]
    looked_at_all_over(page, axe, *pages)

    buyer = open_page(f"{site.address}/check-stamp", width=SMALL_PHONE, script=False)
    buyer.get_by_label("Liên kết trong mã QR").fill(f"(01){GTIN}(21){first}")
    buyer.get_by_label("Mã dưới lớp cào").fill(pin_of(pin_key(site.books), GTIN, first, 6))
    buyer.get_by_role("button", name="Kiểm tra").click()
    expect(buyer.get_by_role("status")).to_have_text(
        "Mã đúng, và đây là lần đầu tiên mã này được nhập."
    )
