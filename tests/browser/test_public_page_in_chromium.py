"""The public page as a telephone has it: small, whole without scripts, and on paper."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Response, expect

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
LOT = "/01/08936099141015/10/DN260311"


def test_it_is_read_without_scripts_in_both_languages(open_page: OpenPage, demo: str) -> None:
    page = open_page(demo + LOT, width=360, script=False)
    expect(page.locator("h1")).to_have_text("Nho đỏ Ninh Thuận thùng 5 kg")
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Tới nội dung chính")).to_be_focused()
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("Red grapes, 5 kg case")
    expect(page.get_by_role("heading", name="Where it has been")).to_be_visible()
    point, land = (page.locator(f".sketch {one}").bounding_box() for one in (".here", ".land"))
    assert point is not None
    assert land is not None
    assert land["x"] < point["x"] < land["x"] + land["width"]


def test_it_takes_few_requests_and_less_than_a_hundred_kilobytes(
    open_page: OpenPage, demo: str
) -> None:
    page = open_page(f"{demo}/health", width=390)
    answers: list[Response] = []
    page.on("response", lambda one: answers.append(one))  # noqa: PLW0108 - no built-in is taken
    page.goto(demo + LOT)
    page.wait_for_load_state("networkidle")
    assert all(one.url.startswith(demo) for one in answers)
    assert len(answers) <= 3  # and a photo, of 60 kB at most
    assert sum(len(one.body()) for one in answers) < 40_000


def test_on_paper_are_the_facts_without_the_bar(open_page: OpenPage, demo: str) -> None:
    page = open_page(demo + LOT, width=1280)
    page.emulate_media(media="print")
    expect(page.locator(".top")).to_be_hidden()
    expect(page.locator(".facts")).to_contain_text("DN260311")
    expect(page.locator(".sketch")).to_be_visible()


def test_who_has_published_sees_the_page_and_its_looks(
    open_page: OpenPage, empty_server: str
) -> None:
    page = open_page(f"{empty_server}/publications", width=390)
    page.get_by_label("Lô hoặc sản phẩm", exact=True).first.fill("(01)08936099141015(10)DN260311")
    page.get_by_role("button", name="Công bố", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Chưa có gì để công bố")
    page.get_by_label("Lô hoặc sản phẩm", exact=True).last.fill("(01)08936099141015(10)DN260311")
    page.get_by_label("Người mua cần làm gì").fill("Đừng ăn.")
    page.get_by_role("button", name="Thông báo thu hồi").click()
    page.get_by_role("link", name=re.compile("DN260311")).click()
    expect(page.locator(".recalled")).to_contain_text("Đừng ăn.")
