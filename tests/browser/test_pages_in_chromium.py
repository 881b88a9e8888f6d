"""The pages in a real browser: what people do, on what they hold, without barriers."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
ROOT = Path(__file__).parents[2]
GRAPES = ROOT / "samples" / "fresh_grapes"
LOT = "https://id.gs1.org/01/08936099141015/10/DN260311"
VAT = "https://id.gs1.org/01/08931007306012/10/HR251006"
SHEEP = "https://id.gs1.org/01/08936299310228/10/CM261008-SUONKHO"
SAUCE = "https://id.gs1.org/01/08935097702013/10/SC261005-40"
OTHER_SAUCE = "https://id.gs1.org/01/08935097702020/10/SC261012-30"
CRATE = "https://id.gs1.org/8003/08936099140070SO0001"
CASE = "https://id.gs1.org/01/08935097702013/21/JP0001"
PAGES = [
    pytest.param("/", id="home"),
    pytest.param("/search?q=nho", id="search"),
    pytest.param("/search?q=zzzzzz", id="search, nothing"),
    pytest.param("/search?q=8936099141015", id="search of a product"),
    pytest.param("/about?id=urn:epcglobal:cbv:bt:8931004017003:GH-0310", id="document"),
    pytest.param(f"/trace?id={LOT}", id="trace of grapes"),
    pytest.param(f"/trace?id={VAT}", id="trace of a landing"),
    pytest.param(f"/completeness?id={LOT}", id="completeness of grapes"),
    pytest.param(f"/trace?id={SHEEP}", id="trace of lamb"),
    pytest.param(f"/trace?id={LOT}&direction=upstream", id="trace upstream"),
    pytest.param("/trace?id=(01)08936099141015(10)DN26O311", id="trace, unknown"),
    pytest.param(f"/trace?id={CASE}", id="trace of an item"),
    pytest.param(f"/trace?id={CRATE}", id="trace of a crate with several loads"),
    pytest.param("/recall", id="recall of nothing"),
    pytest.param(f"/recall?id={LOT}", id="recall of grapes"),
    pytest.param(f"/recall?id={SHEEP}", id="recall of lamb"),
    pytest.param(f"/recall?id={SAUCE}&id={OTHER_SAUCE}&id=DN26O311", id="recall of several"),
    pytest.param("/recall?id=zzzzzz", id="recall, unknown"),
    pytest.param("/gaps", id="gaps"),
    pytest.param(f"/gaps?id={SAUCE}", id="gaps of sauce"),
    pytest.param("/event?id=urn:uuid:403b4a56-c85a-59c9-a63c-5bc02d76f62a", id="event"),
    pytest.param("/portal", id="portals"),
    pytest.param("/upload", id="upload"),
    pytest.param("/uploads", id="history of uploads"),
    pytest.param("/correct?id=urn:uuid:403b4a56-c85a-59c9-a63c-5bc02d76f62a", id="correction"),
    pytest.param("/steps/processing", id="form of a step"),
    pytest.param("/docs", id="operations"),
    pytest.param("/log-in", id="log-in"),
    pytest.param("/password", id="forgotten password"),
    pytest.param("/nowhere", id="no such page"),
    pytest.param("/publications", id="publications"),
    pytest.param("/links", id="links"),
    pytest.param("/01/08936099141015/10/DN260311", id="public page"),
    pytest.param("/01/08936099141015/10/DN260402", id="public page of nothing"),
]
WIDTHS = [pytest.param(360, id="360"), pytest.param(390, id="390"), pytest.param(1280, id="1280")]


def told_barriers(page: Page, axe: str) -> list[str]:
    """Return what axe-core finds on a page, each as rule and element."""
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PAGES)
def test_pages_have_no_barriers_and_fit(
    open_page: OpenPage, demo: str, axe: str, path: str, width: int
) -> None:
    page = open_page(demo + path, width=width)
    for details in page.locator("details").all():
        details.evaluate("one => one.open = true")
    assert told_barriers(page, axe) == []
    size = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert size[0] <= size[1]
    if "PICTURES" in os.environ:  # a folder, for who wants to look at the pages
        name = re.sub(r"\W+", "-", f"{path}-{width}").strip("-")
        page.screenshot(path=Path(os.environ["PICTURES"]) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("path", PAGES)
def test_what_is_touched_is_large_enough(open_page: OpenPage, demo: str, path: str) -> None:
    page = open_page(demo + path, width=390)
    small = page.evaluate(
        """() => [...document.querySelectorAll("a, button, input, summary")]
            .filter(one => one.checkVisibility() && !one.closest("p, .skip, td, .where"))
            .map(one => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
            .filter(([, box]) => box.height < 43.5 && box.height > 0)
            .map(([html, box]) => `${html} ${Math.round(box.height)}`)"""
    )
    # A check box is touched by its label as well.
    assert [one for one in small if 'type="checkbox"' not in one] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_upload_then_find_the_lot_and_see_its_origin(
    open_page: OpenPage, empty_server: str, width: int
) -> None:
    page = open_page(empty_server + "/upload", width=width)
    page.set_input_files("#files", sorted(GRAPES.glob("*.jsonld")))
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.locator("h2", has_text="Đã ghi vào sổ")).to_have_count(8)
    page.get_by_role("link", name="Tra cứu").click()
    page.get_by_label("Số lô, mã vạch hoặc mã QR").fill("dn 260311")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Nho đỏ Ninh Thuận thùng 5 kg · DN260311").first.click()
    expect(page.locator("h1")).to_have_text("Nho đỏ Ninh Thuận thùng 5 kg Lô DN260311")
    expect(page.locator(".coverage").first).to_contain_text(
        "lần giao nhận có xác nhận của cả hai bên"
    )
    expect(page.locator(".gaps li").first).to_contain_text("Quầy trái cây Hẻm Mười Hai")
    picture = page.locator(".picture-wide" if width > 760 else ".picture-tall")
    expect(picture).to_be_visible()
    origin = picture.get_by_role("link", name=re.compile("lô GC260310-L1, Trang trại nho Gió Cát"))
    origin.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Nho đỏ Cardinal xô Lô GC260310-L1")


def test_a_faulty_file_is_refused_with_every_error(
    open_page: OpenPage, empty_server: str, tmp_path: Path
) -> None:
    document = json.loads((GRAPES / "02-farm-suoi-da-vang.jsonld").read_text(encoding="utf-8"))
    document["epcisBody"]["eventList"][1]["bizStep"] = "shiping"
    document["epcisBody"]["eventList"][2]["eventTime"] = "2026-04-02 08:00"
    faulty = tmp_path / "faulty.json"
    faulty.write_text(json.dumps(document), encoding="utf-8")
    page = open_page(empty_server + "/upload", width=390, language="en")
    page.set_input_files("#files", faulty)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("h2")).to_have_text("Not stored: faulty.json")
    expect(page.locator(".findings > li")).to_have_count(2)
    expect(page.locator(".findings > li").first).to_contain_text(
        "'shiping' is not a standard term; did you mean 'shipping'?"
    )
    page.locator("dl.fields a").click()
    expect(page).to_have_url(re.compile("/captures/"))
    expect(page.locator(".findings > li")).to_have_count(2)


def test_the_language_stays_once_chosen(open_page: OpenPage, demo: str) -> None:
    page = open_page(demo + f"/trace?id={LOT}")
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_contain_text("Lot DN260311")
    page.goto(demo + "/upload")
    expect(page.locator("h1")).to_have_text("Upload an event file")


def test_everything_works_without_javascript(open_page: OpenPage, demo: str) -> None:
    page = open_page(demo, width=390, script=False)
    page.get_by_label("Số lô, mã vạch hoặc mã QR").fill("DN260311")
    page.get_by_role("button", name="Tìm", exact=True).click()
    expect(page.locator("h1")).to_have_text("Nho đỏ Ninh Thuận thùng 5 kg Lô DN260311")
    page.locator(".picture-tall").get_by_role("link", name=re.compile("GC260311-L2")).first.click()
    expect(page.locator("h1")).to_have_text("Nho đỏ Cardinal xô Lô GC260311-L2")


def test_a_picture_shows_each_object_and_only_one_form(open_page: OpenPage, demo: str) -> None:
    page = open_page(demo + f"/trace?id={LOT}")
    expect(page.locator(".picture-tall")).to_be_hidden()
    trace = page.request.get(f"{demo}/trace.json?id={LOT}").json()
    lots = [one["lot"] for one in trace["objects"] if one["role"] != "carrier"]
    drawn = page.locator(".picture-wide a.box text.first").all_text_contents()
    assert sorted(drawn) == sorted(lots)


def test_texts_in_the_picture_stay_in_their_boxes(open_page: OpenPage, demo: str) -> None:
    for width, picture in ((1280, ".picture-wide"), (390, ".picture-tall")):
        for lot in (LOT, VAT, SHEEP):
            page = open_page(f"{demo}/trace?id={lot}", width=width)
            outside = page.locator(f"{picture} a.node").evaluate_all(
                """nodes => nodes.flatMap(node => {
                    const box = node.querySelector("rect").getBoundingClientRect();
                    return [...node.querySelectorAll("text.first, text.more")]
                        .filter(text => text.getBoundingClientRect().right > box.right)
                        .map(text => text.textContent);
                })"""
            )
            assert outside == []


def test_lane_names_stay_in_sight_when_the_picture_is_moved(open_page: OpenPage, demo: str) -> None:
    page = open_page(f"{demo}/trace?id={LOT}", width=800)
    name = page.locator(".picture-wide text.party").first
    page.locator(".picture-wide").evaluate("one => one.scrollIntoView()")
    for left in (0, 300):
        page.locator(".picture-wide").evaluate("(one, left) => one.scrollTo(left, 0)", left)
        expect(name).to_have_attribute("x", str(10 + left))
        expect(name).to_be_in_viewport()


@pytest.mark.parametrize("width", WIDTHS)
def test_an_inspector_recalls_a_lot_and_adds_another(
    open_page: OpenPage, demo: str, width: int
) -> None:
    page = open_page(f"{demo}/trace?id={SAUCE}", width=width)
    page.get_by_role("link", name="Thu hồi lô này").click()
    expect(page.locator("h1")).to_have_text("Thu hồi")
    expect(page.locator("h2").first).to_have_text("Gọi ai trước")
    first = page.locator("ol.calls > li").first
    expect(first).to_contain_text("Thực phẩm Mái Ngói Đỏ")
    expect(first.locator("a[href^='tel:']")).to_have_text("+84 258 000 2505")
    page.locator("summary", has_text="Thêm một lô nghi ngờ").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Thêm một lô nghi ngờ").fill("SC261012-30")
    page.keyboard.press("Enter")
    expect(page.locator(".suspects li")).to_have_count(2)
    expect(page.locator("#common")).to_be_visible()
    expect(page.locator(".common tbody tr").first).to_contain_text("2 trên 2")


def test_the_bars_of_a_balance_are_as_long_as_their_amounts(open_page: OpenPage, demo: str) -> None:
    page = open_page(f"{demo}/trace?id={SAUCE}")
    bars = page.locator(".balance svg.bar")
    shares = bars.evaluate_all(
        """bars => bars.map(bar => [...bar.querySelectorAll("rect")].map(rect =>
            [rect.getAttribute("class"),
             Math.round(1000 * rect.getBoundingClientRect().width
                             / bar.getBoundingClientRect().width)]))"""
    )
    # 126 shipped; of 126 received 85 sold and 41 left
    assert shares == [[["b-shipped", 1000]], [["b-shipped", 675], ["b-on-hand", 325]]]


def test_a_recall_on_paper_keeps_what_an_inspector_needs(open_page: OpenPage, demo: str) -> None:
    page = open_page(f"{demo}/recall?id={LOT}")
    page.emulate_media(media="print")
    for shown in ("h1", "ol.calls", "#affected", "#customers", "#gaps", "a[href^='tel:']"):
        expect(page.locator(shown).first).to_be_visible()
    for hidden in (".top", "form", ".print", ".adding"):
        expect(page.locator(hidden).first).to_be_hidden()
