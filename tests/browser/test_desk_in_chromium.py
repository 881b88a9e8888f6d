"""The province's desk and a class in practice mode, as people of each see them."""

from collections.abc import Callable, Iterator

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from api.app import create_app
from api.clock import now
from api.practice.made import TRAINER, make_class
from epcis_core.access.roles import Role
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.accounts import account_of
from epcis_core.store.registry.entries import open_session
from tests.api.access.members import Members, members
from tests.browser.test_accounts_in_chromium import looked_at
from tests.served import served

pytestmark = pytest.mark.browser

PHONE, DESK = 390, 1280


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    with members(tmp_path_factory.mktemp("desk-pages")) as made:
        yield made


def test_the_province_notes_a_training_and_takes_its_report(
    open_page: Callable[..., Page], site: Members, axe: str
) -> None:
    page = open_page(site.address, width=DESK)
    secret = open_session(site.books, site.account(Role.PROVINCE), now())
    page.context.add_cookies([{"name": "session", "value": secret, "url": site.address}])
    page.goto(site.address)
    page.get_by_text("Quản lý", exact=True).click()
    page.get_by_role("link", name="Bàn điều hành, báo cáo").click()
    page.get_by_role("link", name="Tập huấn").click()
    page.get_by_label("Ngày").fill("2026-05-12")
    page.get_by_label("Tên lớp").fill("Ghi nhật ký")
    page.get_by_label("Nội dung").select_option(label="Ghi chép, gửi dữ liệu")
    page.get_by_label("Số người dự").fill("50")
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_role("status")).to_have_text("Đã lưu 1 dòng.")
    page.get_by_role("link", name="Bàn điều hành của tỉnh").click()
    page.get_by_role("link", name="Báo cáo năm").click()
    page.goto(f"{site.address}/reports/annual?period=2026")
    page.get_by_label("Khó khăn, vướng mắc").fill("Thiếu máy in tem.")
    page.get_by_role("button", name="Lưu nhận xét").click()
    expect(page.get_by_role("status")).to_have_text("Đã lưu nhận xét.")
    with page.expect_download() as begun:
        page.get_by_role("link", name="Tải PDF").click()
    text = " ".join(
        one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(begun.value.path())
    )
    assert "Thiếu máy in tem." in text
    assert "Lượt người được tập huấn 50" in " ".join(text.split())
    for width in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": 844})
        for language in ("vi", "en"):
            for path in ("desk", "reports/quarterly", "desk/priorities"):
                page.goto(f"{site.address}/{path}?lang={language}")
                looked_at(page, axe, f"{path.replace('/', '-')}-{width}-{language}")


def test_a_class_is_seen_by_its_trainees_and_its_trainer(
    open_page: Callable[..., Page], axe: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("class-pages") / "class.duckdb"
    with Ledger.open(path, create=True) as ledger, Bookkeeping(path) as books:
        made = make_class(ledger, books, 2, now())
        trainee = made.cards[1].trainee
        with served(create_app(ledger)) as address:
            for email, width in ((trainee.email, PHONE), (TRAINER, DESK)):
                account = account_of(books, email)
                assert account is not None
                page = open_page(address, width=width)
                secret = open_session(books, account, now())
                page.context.add_cookies([{"name": "session", "value": secret, "url": address}])
                page.goto(address)
                page.get_by_role("link", name="Bài thực hành").click()
                looked_at(page, axe, f"practice-{width}")
                if email == TRAINER:
                    expect(page.get_by_role("row")).to_have_count(3)
                    expect(page.get_by_role("row").last).to_contain_text("1 / 2")
                    continue
                page.get_by_label("Câu trả lời của bạn").fill(str(trainee.plot + 1))
                page.get_by_role("button", name="Trả lời").click()
                expect(page.get_by_role("alert")).to_contain_text("Chưa đúng.")
                page.get_by_label("Câu trả lời của bạn").fill(f"vườn số {trainee.plot}")
                page.get_by_role("button", name="Trả lời").click()
                expect(page.get_by_role("status")).to_have_text("Đúng rồi.")
                expect(page.locator("#plot")).to_contain_text("✓ Xong")
