"""How lots get to a portal that takes files, as somebody of the province sees it."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from api.clock import now
from api.settings import Settings
from epcis_core.access.roles import Role
from epcis_core.store.portal.exports import waiting_for_export
from epcis_core.store.registry.entries import open_session
from tests.api.access.members import Members, members
from tests.api.subscriptions.servers import until
from tests.browser.test_accounts_in_chromium import looked_at
from tests.browser.test_pages_in_chromium import told_barriers
from tests.ingest.documents import captured, document
from tests.portal.test_carrying_lots import new
from tests.portal.test_portal_files import NAME, TARGET

pytestmark = pytest.mark.browser

PHONE, DESK = 390, 1280


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    with members(tmp_path_factory.mktemp("portals"), Settings(targets=(TARGET,))) as made:
        captured(made.ledger, document(new("L1"), new("L2")))
        until(lambda: len(waiting_for_export(made.books, NAME, most=9)) == 2)
        yield made


def test_a_file_is_made_and_its_answer_noted(
    open_page: Callable[..., Page], site: Members, axe: str
) -> None:
    page = open_page(site.address, width=PHONE)
    secret = open_session(site.books, site.account(Role.PROVINCE), now())
    page.context.add_cookies([{"name": "session", "value": secret, "url": site.address}])
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": 844})
        for language in ("en", "vi"):
            page.goto(f"{site.address}/portal?lang={language}")
            looked_at(page, axe, f"portal-{width}-{language}")
    page.goto(f"{site.address}/portal?lang=vi")
    page.get_by_role("button", name="Xuất tệp các lô đang chờ").click()
    expect(page).to_have_url(f"{site.address}/portal/exports/{NAME}/1")
    for language in ("en", "vi"):
        page.goto(f"{site.address}/portal/exports/{NAME}/1?lang={language}")
        assert told_barriers(page, axe) == []
        size = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert size[0] <= size[1]
    page.get_by_role("button", name="Cổng đã nhận").click()
    expect(page.get_by_role("main")).to_contain_text("Mọi lô trong tệp này đã có kết quả.")
