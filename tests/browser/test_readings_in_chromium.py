"""The map of a chain and what was measured of it, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SMALL_PHONE
from tests.browser.test_pages_in_chromium import LOT, told_barriers

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]


def test_too_warm_a_ride_is_told_in_words_and_marked_in_red(open_page: OpenPage, demo: str) -> None:
    page = open_page(f"{demo}/trace?id={LOT}", width=SMALL_PHONE, script=False)
    section = page.locator("section[aria-labelledby=readings]")
    expect(section.locator("summary").first).to_contain_text("có lúc vượt ngưỡng")
    section.locator("summary").first.click()
    first = section.locator("article").first
    expect(first.locator("h3")).to_have_text("Nhiệt độ: GIAI 89350991TL0042")
    # From 4.6 at 01:00 to 9.4 at 02:30, and to 5.2 at 03:30: above 8 from 02:03:45 to 02:50.
    expect(first.locator(".away")).to_have_text(
        "Trên 8 °C suốt 46 phút, từ 13/03/2026 02:03 đến 13/03/2026 02:50; cao nhất 9,4 °C, cộng "
        "lại 0,5 °C·giờ."
    )
    line = first.locator("svg .line").get_attribute("d")
    assert (line or "").count("L") == 3
    red, good = (first.locator(f"svg .{name}") for name in ("red", "good"))
    box = red.bounding_box()
    alarm = first.locator("svg .alarm").bounding_box()
    assert box is not None
    assert alarm is not None
    assert box["x"] < alarm["x"] + alarm["width"] / 2 < box["x"] + box["width"]
    expect(good).to_have_count(1)
    first.locator("summary").click()
    expect(first.locator("tbody tr")).to_have_count(4)
    expect(first.locator("tbody tr").nth(2)).to_contain_text("9,4 °C báo động")
    expect(section.locator("article").nth(2)).to_contain_text("Mọi lần đo đều trong mức cho phép.")


def test_dots_of_the_map_lead_to_the_list_by_keys_alone(
    open_page: OpenPage, demo: str, axe: str
) -> None:
    page = open_page(f"{demo}/trace?id={LOT}", width=SMALL_PHONE, language="en")
    section = page.locator("section[aria-labelledby=map]")
    section.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(section.locator("svg a").first).to_be_focused()
    page.keyboard.press("Tab")
    dot = section.locator("svg a").nth(1)
    expect(dot).to_be_focused()
    names = dot.get_attribute("aria-label") or ""
    page.keyboard.press("Enter")
    entry = section.locator("li#map-2")
    expect(entry).to_be_focused()
    expect(entry).to_contain_text(names.partition(": ")[2])
    expect(section).to_contain_text("1 → 2: 12 Mar 2026, 16:00")
    assert told_barriers(page, axe) == []
