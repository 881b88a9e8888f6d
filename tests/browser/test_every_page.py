"""Every page on a slow telephone and by the keyboard alone: light, soon there, without traps."""

from collections.abc import Callable
from typing import Final

import pytest
from playwright.sync_api import CDPSession, Page

from tests.browser.conftest import PHONE
from tests.browser.test_pages_in_chromium import PAGES

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
MORE: Final = [
    pytest.param(path, id=path.strip("/"))
    for path in ("/stamps", "/check-stamp", "/templates", "/headings", "/steps", "/steps/harvest")
]
LIGHT: Final = 200_000  # bytes of a page with all that it needs
LIGHTEST: Final = 100_000  # of one for everybody
LONG: Final = 800_000  # of the one that tells programmers of all operations
MOST_KEYS: Final = 40
SLOW: Final = {
    "offline": False,
    "latency": 150,  # milliseconds
    "downloadThroughput": 1_600_000 / 8,  # bytes in a second
    "uploadThroughput": 750_000 / 8,
}
USUAL: Final = 0.6
"""Seconds after which the smallest page is seen on the usual machine."""
PAINTED: Final = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
KEYS_WITHIN: Final = 6
"""More keys than stops: a date has fields of its own, and so has the choice of a file."""
SIZE: Final = """["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind))
    .reduce((all, one) => all + one.decodedBodySize, 0)"""
REACHABLE: Final = """() => {
    const all = document.querySelectorAll("a[href], button, input, select, textarea, summary");
    let number = 0;
    for (const one of all) {
        const hidden = one.type === "hidden" || one.disabled || one.tabIndex < 0;
        if (!hidden && one.checkVisibility({visibilityProperty: true})) one.dataset.stop = number++;
    }
    return number;
}"""
AT: Final = "document.activeElement?.dataset.stop ?? null"


def painted_at(page: Page, line: CDPSession, address: str) -> float:
    """Open a page that nothing is known of yet; return after how many seconds something is seen."""
    line.send("Network.clearBrowserCache")
    page.goto(address)
    for _ in range(200):  # the page lets no other text become a script that could wait there
        milliseconds: float | None = page.evaluate(PAINTED)
        if milliseconds is not None:
            return milliseconds / 1000
        page.wait_for_timeout(50)
    raise AssertionError(f"nothing is seen of {address}")


@pytest.mark.parametrize("path", [*PAGES, *MORE])
def test_a_page_is_light_soon_there_on_a_slow_telephone_and_walked_by_keys_alone(
    open_page: OpenPage, demo: str, path: str
) -> None:
    is_public = path.startswith("/01/")
    page = open_page("about:blank", width=PHONE)
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW)
    soon = 1.0 if is_public else 2.0
    painted = painted_at(page, line, demo + path)
    if painted >= soon:  # a slow or busy machine paints the smallest page late, too
        soon *= max(1.0, painted_at(page, line, f"{demo}/nowhere") / USUAL)
        painted = min(painted, painted_at(page, line, demo + path))
    assert painted < soon
    assert page.evaluate(SIZE) < (LIGHTEST if is_public else LONG if path == "/docs" else LIGHT)

    number = min(page.evaluate(REACHABLE), MOST_KEYS)
    reached = []
    for _ in range(number):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(AT))
    came_to = list(dict.fromkeys(at for at in reached if at is not None))
    assert came_to == [str(at) for at in range(len(came_to))]  # in the order of the page
    assert len(came_to) >= number - KEYS_WITHIN
