"""A recall notice as people write it: edited, looked at, issued, kept, and issued again."""

import hashlib
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote

import httpx
import pytest

from api.access.exports import DOCUMENTS
from api.clock import now
from epcis_core.access.roles import Role
from epcis_core.store.registry.entries import open_session, work_on
from epcis_core.store.registry.inspections import items_of, open_inspection
from epcis_core.store.registry.journal import What, journal
from tests.api.access.members import RIVAL, Members, email_of, members
from tests.api.stamps.reading import links_on, pictures
from tests.api.stamps.reading import words as printed
from tests.api.test_web_pages import words
from tests.ingest.documents import document, lot, observed

LOT, OTHER = lot("L1"), lot("L2")
LONG = f"urn:x:{'a' * 3000}"
CASE = "17/QĐ-TTr"
HOSTILE = 'Dừng #panic("x") $1 + 1$ ] } \\ <b> = Tiêu đề @x “nguyên văn” // hết'


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    with members(tmp_path_factory.mktemp("notices")) as site:
        open_inspection(site.books, CASE, now(), title="Nho", by="t", as_of=0)
        with site.browser(Role.ADMIN, Accept="application/json") as browser:
            event = observed(quantityList=[{"epcClass": LOT}, {"epcClass": OTHER}])
            event["epcList"] = [LONG]
            sent = browser.post("/captures?file_name=a", content=document(event))
            assert sent.json()[0]["status"] == "accepted"
        yield site


def inspecting(site: Members, browser: httpx.Client) -> None:
    """Let a browser work on the case."""
    secret = open_session(site.books, site.account(Role.INSPECTOR), now())
    work_on(site.books, secret, CASE)
    browser.cookies.set("session", secret, domain="127.0.0.1")


@pytest.fixture
def inspector(site: Members) -> Iterator[httpx.Client]:
    with site.stranger(language="vi") as browser:
        inspecting(site, browser)
        yield browser


def form_of(html: str) -> dict[str, str]:
    """The fields of the form on a page, as they are filled in."""
    found = re.findall(r'<input[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', html)
    found += re.findall(r'(?s)<textarea[^>]*? name="([^"]+)"[^>]*>(.*?)</textarea>', html)
    fields = {name: unescape(value) for name, value in found if name not in {"q", "lang"}}
    return {name: value for name, value in fields.items() if name == "ids" or "-" in name} | {
        "language": fields["language"],
        "as_of": fields["as_of"],
    }


def written(browser: httpx.Client, *ids: str, language: str = "vi") -> dict[str, str]:
    asked = "&".join(f"id={quote(one, safe='')}" for one in ids)
    page = browser.get(f"/recall/notice?{asked}&language={language}")
    assert page.status_code == 200, page.text
    return form_of(page.text)


def test_a_notice_is_issued_in_both_languages_with_lots_codes_and_checkpoint(
    site: Members, inspector: httpx.Client
) -> None:
    form = written(inspector, LOT, OTHER, language="both")
    sent = inspector.post("/recall/notice", data={**form, "action": "issue", "customers": "on"})
    assert sent.status_code == 303
    shown = inspector.get(sent.headers["location"])
    number = sent.headers["location"].rpartition("/")[2]
    assert f"Thông báo thu hồi số {number}" in words(shown.text)
    answer = inspector.get(f"{sent.headers['location']}/1.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    text = printed(answer.content)
    for sentence in (
        "THÔNG BÁO THU HỒI SẢN PHẨM",
        f"Số: {number}",
        f"Vụ việc: {CASE}",
        "Ngừng ngay việc bán, giao, chế biến và sử dụng sản phẩm thuộc các lô này.",
        "PRODUCT RECALL NOTICE",
        "Stop at once selling, delivering, processing and using goods of these lots.",
        f"Thông báo thu hồi số {number}, bản 1",
    ):
        assert sentence in text, sentence
    assert {"L1", "L2"} <= {*text.split()}
    checkpoint = httpx.get(f"{site.address}/checkpoint").text
    codes = [code for picture in pictures(answer.content) for code in links_on(picture)]
    links = [f"{site.address}{one.removeprefix('https://id.gs1.org')}" for one in (LOT, OTHER)]
    (sealed,) = {code for code in codes if "\n" in code}
    assert {code for code in codes if code != sealed} == {*links}
    assert sealed.splitlines()[:3] == checkpoint.splitlines()[:3]
    digest = hashlib.sha256(answer.content).hexdigest()
    assert digest in shown.text
    noted = journal(site.books, what=What.NOTICE_ISSUED, most=1)[0]
    assert (noted.who, noted.about) == (email_of(Role.INSPECTOR), f"{number}.1 {digest}")
    kept = [one.value for one in items_of(site.books, CASE) if one.kind == "export"]
    assert f"/recall/notices/{number}/1.pdf" in kept


def test_what_is_downloaded_under_a_case_stands_with_it(
    site: Members, inspector: httpx.Client
) -> None:
    asked = f"id={quote(LOT, safe='')}"
    for name in DOCUMENTS:
        assert inspector.get(f"/recall/{name}?{asked}").status_code == 200, name
    kept = [one.value for one in items_of(site.books, CASE) if one.kind == "export"]
    assert [one for one in kept if not one.startswith("/recall/notices/")] == [
        f"/recall/{name}?{asked}" for name in DOCUMENTS
    ]


def test_hostile_text_is_printed_as_it_is_and_does_nothing(inspector: httpx.Client) -> None:
    form = written(inspector, LOT) | {"vi-reason": HOSTILE, "vi-issuer": '"#]'}
    draft = inspector.post("/recall/notice", data={**form, "action": "preview"})
    assert draft.status_code == 200
    text = printed(draft.content)
    assert HOSTILE in text
    assert '"#]' in text
    assert "BẢN NHÁP" in text


def test_signs_that_the_form_has_no_letters_for_do_not_keep_a_notice_from_being_issued(
    inspector: httpx.Client,
) -> None:
    form = written(inspector, LOT) | {"vi-to": "葡萄有限公司, องุ่น, 🍇, ﷽, \ufffe"}
    sent = inspector.post("/recall/notice", data={**form, "action": "draft"})
    assert sent.status_code == 200, sent.text
    assert "Thông báo thu hồi" in printed(sent.content)


def test_what_is_too_long_for_a_code_is_recalled_without_one(inspector: httpx.Client) -> None:
    sent = inspector.post("/recall/notice", data={**written(inspector, LONG), "action": "draft"})
    assert sent.status_code == 200, sent.text
    assert "Thông báo thu hồi" in printed(sent.content)


def test_a_notice_is_mended_and_issued_again_under_its_number(inspector: httpx.Client) -> None:
    form = written(inspector, LOT)
    sent = inspector.post("/recall/notice", data={**form, "action": "issue", "calls": "on"})
    number = sent.headers["location"].rpartition("/")[2]
    page = inspector.get(f"/recall/notice?number={number}").text
    assert f"Bản mới của thông báo số {number}" in words(page)
    assert re.search(r'name="calls" checked', page)
    again = {**form_of(page), "number": number, "vi-reason": "Nhiễm khuẩn.", "action": "issue"}
    sent = inspector.post("/recall/notice", data=again)
    assert sent.headers["location"].endswith(f"/{number}")
    text = printed(inspector.get(f"{sent.headers['location']}/2.pdf").content)
    assert "Bản 2, thay cho các bản trước" in text
    assert "Nhiễm khuẩn." in text
    assert "Nhiễm khuẩn." not in printed(inspector.get(f"{sent.headers['location']}/1.pdf").content)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"vi-reason": " "}, "Mục “Lý do thu hồi” còn trống."),
        ({"vi-to": "x" * 1501}, "Mục “Kính gửi” dài quá: tối đa 1500 ký tự."),
    ],
)
def test_what_is_missing_or_too_long_is_told_and_the_text_stays(
    inspector: httpx.Client, change: dict[str, str], told: str
) -> None:
    form = written(inspector, LOT) | {"vi-hazard": "Lời đã sửa"} | change
    answer = inspector.post("/recall/notice", data={**form, "action": "issue"})
    assert answer.status_code == 422
    assert told in words(answer.text)
    assert form_of(answer.text)["vi-hazard"] == "Lời đã sửa"


def test_a_business_issues_for_what_it_sees_and_nobody_else_sees_its_notice(
    site: Members, inspector: httpx.Client
) -> None:
    with site.browser(Role.BUSINESS) as firm, site.browser(Role.BUSINESS, RIVAL) as rival:
        unseen = firm.get(f"/recall/notice?id={quote(LOT, safe='')}")
        assert (unseen.status_code, unseen.headers["location"][:8]) == (303, "/recall?")
        event = observed(quantityList=[{"epcClass": lot("OWN")}])
        del event["epcList"]
        firm.post("/captures?file_name=a", content=document(event))
        form = written(firm, lot("OWN"))
        assert form["vi-issuer"] == "Vườn nho Đồi Nắng"
        sent = firm.post("/recall/notice", data={**form, "action": "issue"})
        assert sent.headers["location"] == "/recall/notices/1"
        assert printed(firm.get("/recall/notices/1/1.pdf").content).startswith("Vườn nho Đồi Nắng")
        assert rival.get("/recall/notices/1").status_code == 404
        assert rival.get("/recall/notices/1/1.pdf").status_code == 404
    assert "Vườn nho" not in printed(inspector.get("/recall/notices/1/1.pdf").content)


def test_a_role_that_recalls_nothing_issues_nothing(site: Members) -> None:
    with site.browser(Role.CONNECTOR) as browser:
        asked = f"id={quote(LOT, safe='')}"
        assert browser.get(f"/recall/notice?{asked}").status_code == 403
        assert browser.post("/recall/notice", data={"ids": LOT}).status_code == 403
        assert "/recall/notice" not in browser.get(f"/recall?{asked}").text
