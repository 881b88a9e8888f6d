"""In a real browser: after the first minute of an outbreak, and a party that is told by phone."""

import re
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, running
from tests.browser.test_accounts_in_chromium import looked_at
from tests.browser.test_inspection_in_chromium import LOT, NAME, logged_in, looked_at_all_over
from tests.ingest.documents import document, made

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
BOXES = "Nho đỏ Ninh Thuận hộp 500 g, lô CV260313"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A demo for these tests alone: what they add would be in the way of others."""
    with running(tmp_path_factory.mktemp("outbreak"), "demo") as address:
        yield address


def at_work(open_page: OpenPage, demo: str, case: str, *, script: bool = True) -> Page:
    """An inspector on a telephone, who works on a new case."""
    page = logged_in(open_page, demo, "thanh tra", script=script)
    page.goto(f"{demo}/cases")
    page.get_by_label("Số vụ việc").fill(case)
    page.get_by_role("button", name="Mở và bắt đầu làm").click()
    expect(page.get_by_role("heading", name=f"Vụ việc {case}")).to_be_visible()
    return page


def test_cases_lead_to_their_common_source_and_to_what_could_have_spread(
    open_page: OpenPage, demo: str, axe: str
) -> None:
    page = at_work(open_page, demo, "41/NĐ")
    page.goto(f"{demo}/cases")
    page.get_by_role("link", name="Nguồn chung của nhiều trường hợp").click()
    for number, (goods, day) in enumerate([("CV260313", "2026-03-20"), ("CV260313-PP", "")], 1):
        case = page.get_by_role("group", name=f"Trường hợp {number}")
        case.get_by_label("Lô hàng, mã vạch hoặc mã định danh").fill(goods)
        case.get_by_label("Ngày phát hiện").fill(day)
    looked_at(page, axe, "common-sources-asked")
    page.get_by_role("button", name="Tìm nguồn chung").click()
    source = page.get_by_role("row").filter(has=page.get_by_role("link", name=NAME, exact=True))
    expect(source).to_contain_text("2 trên 2")
    expect(source).to_contain_text("Hợp tác xã nho Đồi Nắng")
    looked_at_all_over(page, axe, page.url, "common-sources")

    page.goto(f"{demo}/recall?id={LOT}")
    page.get_by_role("link", name="Giả định lây lan qua thùng, nơi, hoặc đã nấu chín").click()
    expect(page.get_by_text("Trang này không phải là bằng chứng.")).to_be_visible()
    page.get_by_label("Lây qua thùng, khay, pa-lét dùng chung").select_option("after")
    page.get_by_label("Lây qua nơi dùng chung, trong vòng bao nhiêu giờ").fill("24")
    page.get_by_role("button", name="Tính theo giả định").click()
    expect(page.get_by_role("heading", name="Bậc 1")).to_be_visible()
    looked_at_all_over(page, axe, page.url, "what-if")
    page.get_by_label("Lây qua thùng, khay, pa-lét dùng chung").select_option("no")
    page.get_by_label("Lây qua nơi dùng chung, trong vòng bao nhiêu giờ").fill("")
    step = page.get_by_label("Công đoạn diệt mầm bệnh (ví dụ nấu chín)")
    step.select_option(label="Đóng gói lại")
    page.get_by_role("button", name="Tính theo giả định").click()
    spared = page.get_by_role("region", name="Hàng thu hồi được miễn")
    expect(spared.get_by_role("link", name=BOXES, exact=True)).to_be_visible()
    looked_at(page, axe, "what-if-spared")


def test_a_recall_is_opened_a_party_answers_by_its_link_and_what_came_later_is_marked(
    open_page: OpenPage, demo: str, axe: str
) -> None:
    page = at_work(open_page, demo, "42/NĐ")
    page.get_by_label("Số lô, mã vạch hoặc mã định danh").fill(LOT)
    page.get_by_role("button", name="Thêm vào vụ việc").click()
    later = document(made([LOT], [LOT.replace("DN260311", "MUON1")]))
    sent = httpx.post(f"{demo}/captures", content=later, trust_env=False)
    assert sent.json()[0]["counts"]["accepted"] == 1, sent.text
    page.get_by_role("link", name="So với nay: cái gì được ghi sau").click()
    new = page.get_by_role("row", name="MUON1")
    expect(new).to_contain_text("ghi sau khi mở vụ việc")
    known = page.get_by_role("row", name=NAME).first
    expect(known).not_to_contain_text("ghi sau khi mở vụ việc")
    looked_at_all_over(page, axe, page.url, "case-later")

    page.goto(f"{demo}/recall?id={LOT}")
    page.get_by_text("Mở cuộc thu hồi").click()
    page.get_by_label("Các bên phải làm gì").fill("Ngừng bán. Trả về kho lạnh.")
    page.get_by_role("button", name="Mở thu hồi").click()
    expect(page.get_by_role("heading", name=re.compile(r"Thu hồi số \d+"))).to_be_visible()
    board = page.url
    shop = page.get_by_role("listitem").filter(has_text="Quầy trái cây Hẻm Mười Hai")
    expect(shop).to_contain_text("chưa được báo")
    shop.get_by_role("button", name="Tạo đường dẫn").click()
    message = page.get_by_label("Tin nhắn").input_value()
    assert "Kính gửi: Quầy trái cây Hẻm Mười Hai" in message
    looked_at(page, axe, "recall-link-made")
    link = re.search(rf"{re.escape(demo)}/recalled/\S+", message)
    assert link is not None

    party = open_page(link[0], width=PHONE, script=False)
    expect(party.get_by_role("group", name=BOXES)).to_be_visible()
    party.get_by_label("Đang giữ").fill("8")
    party.get_by_label("Đã trả lại").fill("50")
    party.get_by_role("button", name="Đã nhận thông báo, gửi số lượng").click()
    expect(party.get_by_role("status")).to_contain_text("Đã nhận trả lời của bạn")
    party.close()
    looked_at_all_over(open_page(link[0], width=PHONE), axe, link[0], "recalled")

    page.goto(board)
    expect(shop).to_contain_text("đã trả hàng")
    expect(shop).to_contain_text("đang giữ 8 đơn vị · đã trả 50 đơn vị")
    looked_at_all_over(page, axe, board, "recall-board")
    page.get_by_text("Đóng cuộc thu hồi").click()
    page.get_by_role("button", name="Đúng, đóng").click()
    expect(page.get_by_text("Đã đóng lúc")).to_be_visible()


def test_without_javascript_an_exercise_is_begun_and_has_a_report(
    open_page: OpenPage, demo: str
) -> None:
    page = at_work(open_page, demo, "43/NĐ", script=False)
    page.get_by_role("link", name="Bảng thu hồi").click()
    page.get_by_role("button", name="Bắt đầu diễn tập").click()
    expect(page.get_by_text("DIỄN TẬP").first).to_be_visible()
    page.get_by_role("button", name="Đã gọi").first.click()
    page.get_by_role("link", name="Báo cáo").click()
    told = page.get_by_role("row", name="Bên đầu tiên được báo")
    expect(told).to_contain_text(re.compile(r"[\d,]+ giây"))
    expect(page.get_by_text("Đây là diễn tập, không phải thu hồi thật.")).to_be_visible()
    page.get_by_role("link", name="Bảng thu hồi", exact=True).click()
    exercises = page.get_by_role("region", name="Diễn tập")
    expect(exercises.get_by_role("listitem").first).to_contain_text("DIỄN TẬP")


def test_the_report_of_an_exercise_is_looked_at(open_page: OpenPage, demo: str, axe: str) -> None:
    page = at_work(open_page, demo, "44/NĐ")
    page.goto(f"{demo}/recalls")
    page.get_by_label("Lô (để trống: chọn ngẫu nhiên)").fill(LOT)
    page.get_by_role("button", name="Bắt đầu diễn tập").click()
    looked_at_all_over(page, axe, f"{demo}/recalls", "recalls")
    page.get_by_role("region", name="Diễn tập").get_by_role("link", name=NAME).first.click()
    page.get_by_role("link", name="Báo cáo").click()
    looked_at_all_over(page, axe, page.url, "recall-report")
