"""The checkpoint at the end of a page, as a browser draws and prints it."""

import os
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import httpx
import pytest
import segno
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
LOT = "https://id.gs1.org/01/08936099141015/10/DN260311"
PAGES = [pytest.param(f"/{name}?id={LOT}", id=name) for name in ("trace", "recall")]
A4 = 794  # pixels of CSS, 210 mm
MILLIMETRE = 96 / 25.4
DRAWN = """svg => {
    const size = svg.viewBox.baseVal.width, path = svg.querySelector("path");
    const dark = (x, y) => path.isPointInFill(new DOMPoint(x + 0.5, y + 0.5)) ? 1 : 0;
    return Array.from({length: size}, (_, y) => Array.from({length: size}, (_, x) => dark(x, y)));
}"""


def matrix(text: str) -> list[list[int]]:
    """Return the modules of a code with its margin, as they should be drawn."""
    code = segno.make(text, error="m", micro=False, encoding="utf-8", boost_error=False)
    return [[int(module) for module in row] for row in code.matrix_iter(border=4)]


@pytest.mark.parametrize("path", PAGES)
def test_the_code_that_is_drawn_is_that_of_the_text_beside_it(
    open_page: OpenPage, demo: str, path: str
) -> None:
    page = open_page(demo + path)
    text = page.locator(".checkpoint pre").text_content()
    assert text is not None
    assert text == page.request.get(f"{demo}/checkpoint").text()
    assert page.locator("svg.qr").evaluate(DRAWN) == matrix(text)


@pytest.mark.parametrize("path", PAGES)
def test_on_paper_the_code_is_large_enough_and_stands_beside_its_text_on_one_page(
    open_page: OpenPage, demo: str, path: str
) -> None:
    page = open_page(demo + path, width=A4)
    page.emulate_media(media="print")
    code, text = page.locator("svg.qr"), page.locator(".checkpoint pre")
    expect(code).to_be_visible()
    expect(text).to_be_visible()
    box, words = code.bounding_box(), text.bounding_box()
    assert box is not None
    assert words is not None
    assert box["width"] == box["height"] == pytest.approx(44 * MILLIMETRE, abs=1)
    modules = int((code.get_attribute("viewBox") or "").split()[2])
    assert box["width"] / modules > 0.5 * MILLIMETRE  # what cameras of phones read
    assert words["x"] >= box["x"] + box["width"]
    breaks = "one => getComputedStyle(one).breakInside"
    assert page.locator(".checkpoint").evaluate(breaks) == "avoid"
    if "PICTURES" in os.environ:  # a folder, for who wants to look at it
        page.pdf(path=Path(os.environ["PICTURES"]) / f"{path[1:6]}.pdf", format="A4")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_report_of_a_proof_draws_the_same(
    open_page: OpenPage, demo: str, tmp_path: Path, width: int
) -> None:
    bundle = httpx.get(f"{demo}/proof.zip", params={"id": LOT}, timeout=60).content
    with zipfile.ZipFile(BytesIO(bundle)) as proof:
        report = Path(proof.extract("report.en.html", tmp_path))
        note = proof.read("checkpoint.txt").decode()
    page = open_page(report.as_uri(), width=width)
    assert page.locator("section svg").evaluate(DRAWN) == matrix(note)
    assert page.locator("section pre").text_content() == note
    size = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert size[0] <= size[1]
    if "PICTURES" in os.environ:
        name = f"report-{width}.png"
        page.screenshot(path=Path(os.environ["PICTURES"]) / name, full_page=True)
