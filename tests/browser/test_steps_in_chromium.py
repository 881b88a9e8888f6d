"""Steps on a phone, in a real browser: with one thumb, by a code, and without a connection."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import segno
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SMALL_PHONE, running
from tests.browser.test_pages_in_chromium import told_barriers

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
GLN, GRAPES = "9506000911007", "9506000912004"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server whose ledger is empty at first."""
    with running(tmp_path_factory.mktemp("steps"), "serve") as address:
        yield address


def check_form(page: Page, axe: str) -> None:
    """See that a form has no barriers, fits, and can be hit with a thumb."""
    for details in page.locator("details").all():
        details.evaluate("one => one.open = true")
    assert told_barriers(page, axe) == []
    size = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert size[0] <= size[1]
    heights = page.locator("main input:visible, main select, main button:visible").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().height)"
    )
    assert min(heights, default=44) >= 44


def fill_sale(page: Page, *, product: str, lot: str) -> None:
    said = {"Sold at": GLN, "Product": product, "Lot number": lot, "Quantity": "2"}
    for label, value in said.items():
        page.get_by_label(label).fill(value)


def test_a_harvest_is_written_down_and_the_next_step_begins_with_it(
    open_page: OpenPage, server: str, axe: str, tmp_path: Path
) -> None:
    page = open_page(server + "/steps", width=SMALL_PHONE)
    check_form(page, axe)
    page.get_by_role("link", name="Thu hoạch").click()
    check_form(page, axe)
    page.get_by_label("Nơi thu hoạch").fill(GLN)
    segno.make(f"https://id.gs1.org/01/0{GRAPES}/10/T1").save(str(tmp_path / "p.png"), scale=8)
    page.get_by_label("Quét mã trên bao bì").set_input_files(tmp_path / "p.png")
    expect(page.get_by_label("Số lô")).to_have_value("T1")
    expect(page.get_by_label("Nơi thu hoạch")).to_have_value(GLN)
    page.get_by_label("Số lượng").fill("1.500")
    page.get_by_role("button", name="Ghi lại").click()
    expect(page.locator("#quantity-problem")).to_contain_text("có thể là 1500 hoặc 1,500")
    assert told_barriers(page, axe) == []
    page.get_by_label("Số lượng").fill("1500")
    page.get_by_role("button", name="Ghi lại").click()
    expect(page.locator("h1")).to_have_text("Đã ghi lại")
    expect(page.locator(".told")).to_contain_text("1.500 kg")
    check_form(page, axe)
    page.get_by_role("link", name="Giao hàng").click()
    expect(page.get_by_label("Số lô")).to_have_value("T1")
    expect(page.get_by_label("Số lượng")).to_have_value("1500")
    check_form(page, axe)


def test_without_a_connection_it_waits_and_is_sent_once(browser: Browser, server: str) -> None:
    context = browser.new_context(locale="en", viewport={"width": SMALL_PHONE, "height": 700})
    page = context.new_page()
    page.goto(server + "/steps")
    page.wait_for_selector("html[data-kept]", state="attached")
    context.set_offline(True)
    page.get_by_role("link", name="Retail sale").click()
    fill_sale(page, product=GRAPES, lot="O1")
    page.get_by_role("button", name="Store it").click()
    expect(page.get_by_role("status")).to_contain_text("It is kept on this phone")
    expect(page.locator(".drafts li")).to_contain_text("O1")
    draft = page.evaluate("localStorage.getItem('drafts')")
    context.set_offline(False)
    expect(page.get_by_role("status")).to_have_text("What was waiting has been sent.")
    expect(page.locator(".drafts")).to_be_hidden()
    page.evaluate("draft => localStorage.setItem('drafts', draft)", draft)
    page.goto(server + "/steps")
    expect(page.get_by_role("status")).to_have_text("What was waiting has been sent.")
    uploads = page.request.get(server + "/uploads.json").json()["uploads"]
    counts = [(one["counts"]["accepted"], one["counts"]["duplicate"]) for one in uploads[:2]]
    assert counts == [(0, 1), (1, 0)]
    assert page.evaluate("caches.keys()") == ["steps"]
    page.goto(server + "/log-in")  # where whoever logs out comes to
    page.wait_for_function("async () => (await caches.keys()).length === 0")
    context.close()


def test_what_waits_and_is_wrong_is_told_and_opened_again(browser: Browser, server: str) -> None:
    context = browser.new_context(locale="en")
    page = context.new_page()
    page.goto(server + "/steps")
    page.wait_for_selector("html[data-kept]", state="attached")
    page.goto(server + "/steps/sale?lot=OLD")
    expect(page.get_by_label("Lot number")).to_have_value("OLD")
    context.set_offline(True)
    page.clock.set_fixed_time("2099-01-01T20:04:00Z")
    page.goto(server + "/steps/sale")
    expect(page.get_by_label("Lot number")).to_have_value("")
    expect(page.get_by_label("Sale date")).to_have_value("2099-01-02")
    expect(page.get_by_label("Time")).to_have_value("03:04")
    fill_sale(page, product="1234", lot="O2")
    page.get_by_role("button", name="Store it").click()
    expect(page.locator(".drafts li")).to_contain_text("O2")
    context.route("**/steps/sale", lambda route: route.fulfill(status=503))
    context.set_offline(False)
    expect(page.get_by_role("status")).to_contain_text("everything is still kept on this phone")
    expect(page.locator(".drafts li")).to_contain_text("O2")
    context.unroute_all()
    page.get_by_role("button", name="Send now").click()
    expect(page.locator(".drafts .problem")).to_contain_text("1234")
    page.get_by_role("link", name="Open it to mend it").click()
    expect(page.locator("form.step").get_by_label("Lot number")).to_have_value("O2")
    draft = page.evaluate("localStorage.getItem('drafts')")
    page.get_by_label("Product").fill(GRAPES)
    page.get_by_label("Sale date").fill("2026-03-10")
    page.get_by_role("button", name="Store it").click()
    expect(page.locator("h1")).to_have_text("Stored")
    assert page.evaluate("localStorage.getItem('drafts')") == "[]"
    page.evaluate("draft => localStorage.setItem('drafts', draft)", draft)
    page.goto(server + "/steps")
    page.get_by_role("button", name="Remove").click()
    expect(page.locator(".drafts")).to_be_hidden()
    context.close()


def test_without_javascript_a_code_and_a_form_do_the_same(
    open_page: OpenPage, server: str, tmp_path: Path
) -> None:
    picture = io.BytesIO()
    segno.make("(01)0950600091200410X7").save(picture, kind="png", scale=8)
    (tmp_path / "p.png").write_bytes(picture.getvalue())
    page = open_page(server + "/steps/destruction", width=SMALL_PHONE, language="en", script=False)
    page.get_by_label("Scan the code on the package").set_input_files(tmp_path / "p.png")
    page.get_by_role("button", name="Read the code in the photograph").click()
    page.get_by_label("Destroyed at").fill(GLN)
    page.get_by_label("Product").fill(GRAPES)
    page.get_by_label("Lot number").fill("X7")
    page.get_by_label("Quantity").fill("3")
    page.get_by_label("Reason for destruction").fill("spoilt")
    page.get_by_label("Photo of this step").set_input_files(photograph(tmp_path / "q.jpg", 20))
    page.get_by_role("button", name="Store it").click()
    expect(page.locator("h1")).to_have_text("Stored")


def photograph(path: Path, colour: int) -> Path:
    """What the camera of a phone makes."""
    Image.effect_noise((3200, 2400), colour).convert("RGB").save(path, "JPEG", quality=95)
    return path


def test_a_photo_is_made_small_on_the_phone_waits_with_its_step_and_is_sent_once(
    browser: Browser, server: str, axe: str, tmp_path: Path
) -> None:
    context = browser.new_context(locale="en", viewport={"width": SMALL_PHONE, "height": 700})
    page = context.new_page()
    page.goto(server + "/steps")
    page.wait_for_selector("html[data-kept]", state="attached")
    page.goto(server + "/steps/sale")
    context.set_offline(True)
    fill_sale(page, product=GRAPES, lot="P1")
    page.get_by_label("Photo of this step").set_input_files(photograph(tmp_path / "p.jpg", 40))
    expect(page.locator(".ready")).to_contain_text("The photo is ready")
    kilobytes = int(page.locator(".ready").inner_text().split()[-2])
    assert 0 < kilobytes * 1000 < (tmp_path / "p.jpg").stat().st_size / 2
    check_form(page, axe)
    page.get_by_role("button", name="Store it").click()
    expect(page.locator(".drafts li")).to_contain_text("P1 · 2 · kg · with a photo")
    expect(page.locator(".ready")).to_be_empty()
    context.set_offline(False)
    expect(page.get_by_role("status").first).to_have_text("What was waiting has been sent.")
    expect(page.locator(".drafts")).to_be_hidden()
    assert photos_waiting(page) == 0
    last = page.request.get(server + "/uploads.json").json()["uploads"][0]
    page.goto(f"{server}/captures/{last['capture_id']}/receipt")
    image = page.get_by_role("img", name="Photo with the record")
    expect(image).to_be_visible()
    shown = image.evaluate("one => one.decode().then(() => [one.naturalWidth, one.naturalHeight])")
    assert 240 <= shown[0] <= 1600
    assert shown[0] * 3 == shown[1] * 4
    assert told_barriers(page, axe) == []
    context.close()


def photos_waiting(page: Page) -> object:
    """How many photographs wait on a phone."""
    return page.evaluate(
        """() => new Promise((done) => {
            const opening = indexedDB.open("steps", 1);
            opening.onsuccess = () => {
                const work = opening.result.transaction("photos");
                work.objectStore("photos").count().onsuccess = ({ target }) => done(target.result);
            };
        })"""
    )


def test_a_photo_goes_on_with_what_is_mended_and_one_that_is_lost_is_told(
    browser: Browser, server: str, tmp_path: Path
) -> None:
    context = browser.new_context(locale="en")
    page = context.new_page()
    page.goto(server + "/steps/sale")
    context.set_offline(True)
    for lot in ("P2", "P3"):
        fill_sale(page, product="1234", lot=lot)
        page.get_by_label("Photo of this step").set_input_files(photograph(tmp_path / "p.jpg", 9))
        expect(page.locator(".ready")).to_contain_text("The photo is ready")
        page.get_by_role("button", name="Store it").click()
        expect(page.locator(".drafts")).to_contain_text(lot)
    second = page.evaluate("JSON.parse(localStorage.getItem('drafts'))[1].id")
    page.evaluate(
        """(id) => new Promise((done) => {
            const opening = indexedDB.open("steps", 1);
            opening.onsuccess = () => {
                const work = opening.result.transaction("photos", "readwrite");
                work.objectStore("photos").delete(id);
                work.oncomplete = done;
            };
        })""",
        second,
    )
    context.set_offline(False)
    lost = "The photo is no longer on this phone."
    expect(page.locator(".drafts li", has_text="P3").locator(".problem")).to_contain_text(lost)
    expect(page.locator(".drafts li", has_text="P2").locator(".problem")).to_contain_text("1234")
    page.locator(".drafts li", has_text="P2").get_by_role("link").click()
    expect(page.locator(".ready")).to_contain_text("The photo is ready")
    page.locator("form.step").get_by_label("Product").fill(GRAPES)
    page.get_by_role("button", name="Store it").click()
    expect(page.locator("h1")).to_have_text("Stored")
    expect(page.get_by_role("img", name="Photo with the record")).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    expect(page.locator(".drafts")).to_be_hidden()
    assert photos_waiting(page) == 0
    context.close()
