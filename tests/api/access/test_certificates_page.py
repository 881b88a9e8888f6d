"""Certificates of organisations are kept by who manages, and read by whose they are."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from api.clock import now
from api.web import times
from epcis_core.access.roles import RIGHTS, Right, Role
from epcis_core.store.registry.certificates import Certificate, add_certificate, certificates
from epcis_core.store.registry.journal import journal
from tests.api.access.members import FARM, RIVAL, Members, email_of, members

ADMIN = email_of(Role.ADMIN)
TODAY = times.here_at(now()).date()
FORM = {
    "action": "add",
    "organisation": FARM,
    "standard": "VietGAP",
    "number": "VG-26-17",
    "agency": "Trung tâm Kiểm định Mặt Trời",
    "issued": "2026-01-15",
    "expires": "2028-01-14",
    "covers": "nho tươi, 12 ha",
}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Members]:
    with members(tmp_path) as site:
        yield site


def given(site: Members, number: str, days: int | None, party: str = FARM) -> Certificate:
    """A certificate that ends so many days from today."""
    ends = None if days is None else TODAY + timedelta(days=days)
    one = Certificate(party, "HACCP", number, "Agency", date(2020, 1, 1), ends)
    return add_certificate(site.books, one, now())


def problem_of(answer: httpx.Response) -> str:
    match = re.search(r'<p class="problem" role="alert">(.*?)</p>', answer.text)
    assert match is not None, answer.text
    return match[1]


def test_a_certificate_is_added_and_withdrawn_and_both_stand_in_the_journal(site: Members) -> None:
    with site.browser(Role.PROVINCE) as browser:
        assert browser.post("/certificates", data=FORM).status_code == 303
        (one,) = certificates(site.books)
        assert one == Certificate(
            FARM,
            "VietGAP",
            "VG-26-17",
            "Trung tâm Kiểm định Mặt Trời",
            date(2026, 1, 15),
            date(2028, 1, 14),
            "nho tươi, 12 ha",
            None,
            1,
        )
        page = browser.get("/certificates").text
        assert "From 15 Jan 2026 to 14 Jan 2028" in page
        assert "nho tươi, 12 ha" in page
        away = {"action": "withdraw", "certificate": "1"}
        assert browser.post("/certificates", data=away).status_code == 303
        assert ">withdrawn</span>" in browser.get("/certificates").text
        again = browser.post("/certificates", data=away)
        assert again.status_code == 404
        assert "There is no such certificate, or it was withdrawn already." in again.text
    who = email_of(Role.PROVINCE)
    assert [(one.who, one.what, one.about) for one in reversed(journal(site.books))] == [
        (who, "certificate_added", f"VietGAP VG-26-17, {FARM}"),
        (who, "certificate_withdrawn", f"VietGAP VG-26-17, {FARM}"),
    ]


@pytest.mark.parametrize(
    ("change", "english", "vietnamese"),
    [
        (
            {"issued": "15/01/2026"},
            "This is no day: 15/01/2026. Write it like 2026-12-31.",
            "Đây không phải một ngày: 15/01/2026. Hãy viết như 2026-12-31.",
        ),
        (
            {"issued": ""},
            "This is no day: . Write it like 2026-12-31.",
            "Đây không phải một ngày: . Hãy viết như 2026-12-31.",
        ),
        (
            {"expires": "2026-02-30"},
            "This is no day: 2026-02-30. Write it like 2026-12-31.",
            "Đây không phải một ngày: 2026-02-30. Hãy viết như 2026-12-31.",
        ),
        (
            {"expires": "20280114"},
            "This is no day: 20280114. Write it like 2026-12-31.",
            "Đây không phải một ngày: 20280114. Hãy viết như 2026-12-31.",
        ),
        (
            {"expires": "2026-01-14"},
            "The last day cannot be before the first on which it is valid.",
            "Ngày cuối cùng không thể trước ngày bắt đầu có hiệu lực.",
        ),
        (
            {"agency": " "},
            "A certificate has a standard, a number, and who issued it.",
            "Chứng nhận cần có tiêu chuẩn, số và tổ chức cấp.",
        ),
        (
            {"covers": "x" * 1001},
            "This is too long: at most 1000 characters.",
            "Quá dài: nhiều nhất 1000 ký tự.",
        ),
        (
            {"organisation": "urn:x:nobody"},
            "Choose one of the organisations in the list.",
            "Hãy chọn một doanh nghiệp trong danh sách.",
        ),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    site: Members, change: dict[str, str], english: str, vietnamese: str
) -> None:
    with site.browser(Role.ADMIN) as browser:
        for language, sentence in (("en", english), ("vi", vietnamese)):
            answer = browser.post("/certificates", params={"lang": language}, data=FORM | change)
            assert (answer.status_code, problem_of(answer)) == (422, sentence)
            assert 'value="VG-26-17"' in answer.text
    assert certificates(site.books) == []
    assert journal(site.books) == []


def test_what_has_ended_or_ends_soon_stands_first_and_is_marked_in_words(site: Members) -> None:
    given(site, "holds", 61)
    given(site, "endless", None)
    given(site, "month", 30, RIVAL)
    given(site, "today", 0)
    given(site, "one", 1)
    given(site, "over", -1, RIVAL)
    with site.browser(Role.ADMIN) as browser:
        found = browser.get("/certificates.json").json()
        assert [(one["number"], one["state"]) for one in found] == [
            ("over", "expired"),
            ("today", "soon"),
            ("one", "soon"),
            ("month", "soon"),
            ("holds", "holds"),
            ("endless", "holds"),
        ]
        assert found[5]["expires"] is None
        page = browser.get("/certificates").text
        assert re.findall(r'<span class="tag \w+">([^<]+)</span>', page) == [
            "expired",
            "expires soon: today is the last day",
            "expires soon: 1 day left",
            "expires soon: 30 days left",
            "valid",
            "valid",
        ]
        of_rival = browser.get("/certificates", params={"organisation": RIVAL}).text
        assert re.findall(r'HACCP <span class="code">(\w+)</span>', of_rival) == ["over", "month"]
        as_json = browser.get("/certificates.json", params={"organisation": RIVAL}).json()
        assert [one["number"] for one in as_json] == ["over", "month"]


def test_a_business_reads_its_own_under_its_account_and_not_those_of_others(site: Members) -> None:
    given(site, "ours", 3)
    given(site, "theirs", 3, RIVAL)
    with site.browser(Role.BUSINESS) as browser:
        page = browser.get("/account").text
        assert "<h2>Certificates of Vườn nho Đồi Nắng</h2>" in page
        assert "ours" in page
        assert "theirs" not in page
        assert "expires soon: 3 days left" in page
        assert 'action="/certificates"' not in page
    with site.browser(Role.PROVINCE) as browser:
        assert "<h2>Certificates" not in browser.get("/account").text


def test_who_manages_keeps_certificates_and_nobody_else(site: Members) -> None:
    given(site, "ours", 3)
    for role in Role:
        manages = Right.MANAGE in RIGHTS[role]
        with site.browser(role) as browser:
            for path in ("/certificates", "/certificates.json"):
                answer = browser.get(path)
                assert (role, answer.status_code) == (role, 200 if manages else 403)
                assert ("ours" in answer.text) == manages
            for form in (FORM, {"action": "withdraw", "certificate": "1"}):
                if not manages:
                    assert browser.post("/certificates", data=form).status_code == 403
    with site.stranger(Accept="application/json") as browser:
        assert browser.get("/certificates").status_code == 401
        assert browser.post("/certificates", data=FORM).status_code == 401
    assert [one.withdrawn for one in certificates(site.books)] == [None]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"action": "remove"}, 400),
        ({"action": ""}, 400),
        ({"action": "withdraw", "certificate": "2"}, 404),
        ({"action": "withdraw", "certificate": "x"}, 404),
        ({"action": "withdraw", "certificate": "9" * 40}, 404),
    ],
)
def test_a_form_that_is_not_of_the_page_is_refused(
    site: Members, form: dict[str, str], status: int
) -> None:
    with site.browser(Role.ADMIN) as browser:
        assert browser.post("/certificates", data=form).status_code == status


def test_names_are_text_and_no_html(site: Members) -> None:
    with site.browser(Role.ADMIN) as browser:
        browser.post("/certificates", data=FORM | {"agency": "<script>alert(1)</script>"})
        page = browser.get("/certificates").text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
