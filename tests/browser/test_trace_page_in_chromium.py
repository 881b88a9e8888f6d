"""The page of a trace in a real browser: what comes first, what is folded, and very large ones."""

import re
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from api.web.paging import ON_A_PAGE
from bench.large_trace_page import LOT as LARGE
from bench.large_trace_page import SHOPS, fill, own_memory
from epcis_core.store.ledger import Ledger
from tests.browser.conftest import DESK, PHONE, running
from tests.browser.test_pages_in_chromium import told_barriers

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
LOT: Final = "https://id.gs1.org/01/08936099141015/10/DN260311"
SILENT: Final = "Quầy trái cây Hẻm Mười Hai"
SCREEN: Final = 844
MOST_BYTES: Final = 400_000
MOST_MEMORY: Final = 200_000_000
OFTEN: Final = 6
"""A large page may be seen so many times as late as the smallest, however busy the machine is."""
BYTES: Final = "performance.getEntriesByType('navigation')[0].decodedBodySize"
PAINTED: Final = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


def top_of(page: Page, name: str) -> float:
    """How far below the top of the page a link or button begins."""
    found = page.get_by_role("group", name="Việc có thể làm").get_by_text(name, exact=True)
    box = found.bounding_box()
    assert box is not None
    return box["y"]


def test_the_first_screens_of_a_telephone_say_what_matters(open_page: OpenPage, demo: str) -> None:
    page = open_page(f"{demo}/trace?id={LOT}", width=PHONE)
    head = page.locator("header.headline")
    expect(head).to_contain_text("Không có thông báo thu hồi; hồ sơ có 1 chỗ thiếu hoặc mâu thuẫn.")
    expect(head).to_contain_text(
        "Từ Trang trại nho Gió Cát, qua Hợp tác xã nho Đồi Nắng và Kho lạnh Cầu Vồng Xám, đến"
    )
    expect(head.get_by_role("definition").nth(1)).to_have_text("30 đơn vị")
    # The banner of the demo takes a tenth of a screen; fonts of other systems run wider.
    assert top_of(page, "Thu hồi lô này") < 1.1 * SCREEN
    assert page.evaluate("document.documentElement.scrollHeight") <= 6.5 * SCREEN
    expect(page.get_by_role("status")).to_be_hidden()  # what was being worked out is there


def test_what_is_not_known_says_whom_to_ask(open_page: OpenPage, demo: str) -> None:
    page = open_page(f"{demo}/trace?id={LOT}", width=PHONE)
    page.get_by_role("link", name="Xem chỗ thiếu").click()
    section = page.get_by_role("region", name="Điều gì chắc, điều gì chưa")
    expect(section.get_by_role("heading", level=3)).to_have_text(
        ["Chưa rõ, cần hỏi thêm", "Có thể, nhưng chưa chắc", "Chắc chắn, theo hồ sơ của các bên"]
    )
    expect(section.get_by_role("heading", level=3).first).to_be_in_viewport()
    expect(section).to_contain_text(f"Hãy hỏi {SILENT}")
    expect(section.get_by_role("link", name="+84 28 0000 1808")).to_be_visible()
    expect(section).to_contain_text(
        "Trang trại nho Gió Cát giao cho Hợp tác xã nho Đồi Nắng: 2 lần, cả hai bên cùng ghi."
    )
    expect(section).to_contain_text("Bạn xem toàn bộ hồ sơ đã gửi")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_folded_lists_open_by_keys_and_hold_all(
    open_page: OpenPage, demo: str, *, script: bool
) -> None:
    page = open_page(f"{demo}/trace?id={LOT}", width=PHONE, script=script)
    region = page.get_by_role("region", name="Từng việc theo thời gian")
    events = region.get_by_role("listitem")
    expect(events.first).to_be_hidden()
    region.locator("summary").first.focus()
    page.keyboard.press("Enter")
    days = region.locator("summary", has_text="việc ·")
    assert days.count() > 3
    days.first.focus()
    page.keyboard.press("Enter")
    expect(events.first).to_be_visible()
    trace = page.request.get(f"{demo}/trace.json?id={LOT}").json()
    events = region.get_by_role("listitem", include_hidden=True)
    assert events.count() == len({visit["event"] for visit in trace["visits"]})
    packing = page.get_by_role("region", name="Vật gì nằm trong vật gì")
    packing.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(packing.locator("summary", has_text="thùng quay vòng").first).to_be_visible()


def test_a_link_into_a_folded_part_opens_it(open_page: OpenPage, demo: str) -> None:
    page = open_page(f"{demo}/trace?id={LOT}", width=PHONE)
    page.get_by_role("link", name="Cân đối", exact=True).click()
    table = page.get_by_role("region", name="Cân đối").get_by_role("table")
    expect(table).to_be_visible()
    expect(table).to_contain_text("Kho lạnh Cầu Vồng Xám")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_on_paper_nothing_is_folded(open_page: OpenPage, demo: str, *, script: bool) -> None:
    page = open_page(f"{demo}/trace?id={LOT}", script=script)
    page.emulate_media(media="print")
    for name in ("visits", "handovers", "objects", "places", "balance"):
        rows = page.locator(f"section[aria-labelledby={name}]").locator("li, tr")
        expect(rows.last).to_be_visible()
    expect(page.get_by_role("group", name="Việc có thể làm")).to_be_hidden()


def test_the_arrow_keys_follow_the_goods(open_page: OpenPage, demo: str) -> None:
    page = open_page(f"{demo}/trace?id={LOT}")
    picture = page.locator(".picture-wide")
    subject = picture.get_by_role("link", name=re.compile("DN260311.*Hợp tác xã")).first
    subject.focus()

    def at() -> str:
        return page.evaluate("document.activeElement.getAttribute('aria-label')") or ""

    page.keyboard.press("ArrowRight")
    assert "Kho lạnh Cầu Vồng Xám" in at()
    page.keyboard.press("ArrowLeft")
    assert at() == subject.get_attribute("aria-label")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    assert at() == subject.get_attribute("aria-label")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Lô DN260311")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that holds a lot with 5,000 events."""
    folder = tmp_path_factory.mktemp("large")
    with Ledger.open(folder / "ledger.duckdb") as ledger:
        fill(ledger)
    with running(folder, "serve") as address:
        yield address


def trace_of(address: str) -> str:
    return f"{address}/trace?id={quote(LARGE, safe='')}"


def test_five_thousand_events_are_counted_by_party_and_by_day(
    open_page: OpenPage, large: str, axe: str
) -> None:
    page = open_page(trace_of(large))
    for part in page.locator("details").all():
        part.evaluate("one => one.open = true")
    for width, form in ((PHONE, ".picture-tall"), (DESK, ".picture-wide")):
        page.set_viewport_size({"width": width, "height": SCREEN})
        picture = page.locator(form)
        expect(picture).to_contain_text("và 18 bên khác")  # shops that all recorded what they got
        expect(picture).to_contain_text("Cửa hàng Mẫu 8")  # the one that did not
        assert told_barriers(page, axe) == []
        size = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert size[0] <= size[1]
    handovers = page.get_by_role("region", name="Các lần giao nhận")
    expect(handovers.get_by_role("row")).to_have_count(1 + 1 + SHOPS)
    silent = handovers.get_by_role("row", name=re.compile("Cửa hàng Mẫu 8"))
    expect(silent).to_contain_text("60 lần trong 30 ngày")
    expect(silent).to_contain_text("30 / 60")
    expect(silent).to_contain_text("1.200 kg")
    silent.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Các lần giao nhận")
    expect(page.get_by_text("60 dòng · Cửa hàng Mẫu 8")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(1 + ON_A_PAGE)
    page.get_by_role("link", name="Trang sau").click()
    expect(page.get_by_role("row")).to_have_count(1 + 60 - ON_A_PAGE)
    assert told_barriers(page, axe) == []


def test_a_day_of_a_large_trace_is_a_list_of_its_own(open_page: OpenPage, large: str) -> None:
    page = open_page(trace_of(large), width=PHONE)
    region = page.get_by_role("region", name="Từng việc theo thời gian")
    region.locator("summary").first.click()
    region.get_by_role("link", name="05/01/2026 · 158 việc").click()
    expect(page.get_by_text("158 dòng · ngày 05/01/2026")).to_be_visible()
    expect(page.get_by_role("listitem")).to_have_count(ON_A_PAGE)
    answer = page.request.get(page.url.replace("/trace/list?", "/trace/list.json?")).json()
    assert (answer["total"], answer["pages"], len(answer["rows"])) == (158, 4, ON_A_PAGE)
    page.get_by_role("link", name=re.compile("lô B2611$")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Lô B2611", timeout=60_000)


def test_a_large_trace_is_seen_soon_and_is_light(browser: Browser, large: str) -> None:
    context = browser.new_context(viewport={"width": PHONE, "height": SCREEN})
    page = context.new_page()
    small = painted_at(page, f"{large}/nowhere")
    assert painted_at(page, trace_of(large)) < OFTEN * small
    assert page.evaluate(BYTES) < MOST_BYTES
    assert memory_of(browser) < MOST_MEMORY
    context.close()


def painted_at(page: Page, address: str) -> float:
    """Open a page, and return after how many milliseconds something of it was seen."""
    page.goto(address)
    page.wait_for_function(f"{PAINTED} !== null")
    return float(page.evaluate(PAINTED))


def memory_of(browser: Browser) -> int:
    """Return the bytes that the greatest process that draws pages has for itself."""
    told = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    numbers = [one["id"] for one in told if one["type"] == "renderer"]
    return max(map(own_memory, numbers))
