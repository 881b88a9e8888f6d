"""The journal and the log of looks tell in words what was done, by whom and to what."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.access.rights import RIGHTS_OF_ROUTES
from api.clock import now
from api.web.noted_words import asked_in_words
from api.web.texts import LANGUAGES, Texts, sentences
from epcis_core.access.roles import Role
from epcis_core.findings import Language
from epcis_core.store.registry.journal import Entry, What, note
from epcis_core.store.registry.looks import Look, note_look
from tests.api.access.members import FARM, PLACE, RIVAL, Members, email_of, members

ADMIN, LAN = email_of(Role.ADMIN), email_of(Role.BUSINESS)
LOT = "https://id.gs1.org/01/08936099141015/10/L1"
SHOP = "https://id.gs1.org/417/9506000134314"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Members]:
    with members(tmp_path) as site:
        yield site


def told_in_words(page: str) -> list[tuple[str, ...]]:
    """The lines of a journal or of looks on a page: of each its cells but the time."""
    rows = re.findall(r"<tr>(.*?)</tr>", page.partition("<tbody>")[2], re.DOTALL)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)[1:] for row in rows]
    return [tuple(" ".join(re.sub("<[^>]+>", " ", one).split()) for one in row) for row in cells]


def test_the_journal_is_told_in_words_with_names_and_their_numbers(site: Members) -> None:
    noted = [
        (
            LAN,
            What.SHARED,
            f"{LOT} → {RIVAL}",
            "GTIN 08936099141015, lô L1 → Vườn táo Gió (GLN 9506000134307)",
        ),
        (LAN, What.SHARED, f"{LOT} → {SHOP}", "GTIN 08936099141015, lô L1 → GLN 9506000134314"),
        (
            ADMIN,
            What.ORGANISATION_CHANGED,
            f"{FARM} +89360",
            "Vườn nho Đồi Nắng (GLN 8936099140001) +89360",
        ),
        (ADMIN, What.CHOICE_CHANGED, "reject", "không được nhận"),
        (ADMIN, What.INVITED, LAN, f"business ({LAN})"),
        (ADMIN, What.DEACTIVATED, "gone@farm.example", "gone@farm.example"),
        (ADMIN, What.NOT_ALLOWED, "GET /cases/{number}", "xem vụ việc"),
        ("key 7f", What.NOT_ALLOWED, "GET /nowhere", "GET /nowhere"),
        ("command line", What.KEY_MADE, "key 7f", "khóa API 7f"),
        ("", What.LOG_IN_REFUSED, "", "—"),
    ]
    for who, what, about, _ in noted:
        note(site.books, Entry(now(), who, PLACE, what, about))
    with site.browser(Role.PROVINCE, language="vi") as browser:
        told = told_in_words(browser.get("/journal").text)
    assert [row[3] for row in reversed(told)] == [words for *_, words in noted]
    assert [row[0] for row in told][:4] == [
        "—",
        "dòng lệnh trên máy chủ",
        "khóa API 7f",
        f"admin {ADMIN}",
    ]


def test_the_journal_shows_seconds_and_what_one_person_did(site: Members) -> None:
    at = 1_772_323_205_000_000  # 1 March 2026, 07:00:05 in Viet Nam
    for who in (LAN, ADMIN, LAN):
        note(site.books, Entry(at, who, PLACE, What.LOGGED_IN, ""))
    with site.browser(Role.PROVINCE) as browser:
        page = browser.get("/journal", params={"who": f" {LAN.upper()} "}).text
        as_json = browser.get("/journal.json", params={"who": LAN}).json()
        as_csv = browser.get("/journal.csv", params={"who": LAN}).text.splitlines()
        nobody = browser.get("/journal", params={"who": "x@farm.example"}).text
    assert page.count("1 Mar 2026, 07:00:05") == 2
    assert f'name="who" value="{LAN}"' in page
    assert 'href="/journal.csv?who=business%40farm.example"' in page
    assert [one["number"] for one in as_json] == [3, 1]
    assert len(as_csv) == 3
    assert "There is nothing yet." in nobody


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_route_that_may_be_noted_has_words(language: Language) -> None:
    noted = [route for route, right in RIGHTS_OF_ROUTES.items() if right or "POST" in route]
    assert [route for route in noted if "/" in asked_in_words(route, Texts(language))] == []


def test_no_words_are_for_a_route_that_is_not_there() -> None:
    t = Texts("en")
    said = {asked_in_words(route, t) for route in RIGHTS_OF_ROUTES}
    kept = {
        text.replace("{name}", t("collection.epcs"))
        for key, text in sentences("en").items()
        if key.startswith("asked.")
    }
    assert kept - said == set()


def test_looks_are_told_in_words_with_seconds(site: Members) -> None:
    at = 1_772_323_205_000_000  # 1 March 2026, 07:00:05 in Viet Nam
    inspector = email_of(Role.INSPECTOR)
    for asked, about in (
        ("GET /gaps", ()),
        ("GET /trace", (LOT, "direction=upstream")),
        ("GET /epcis/eventTypes/{value}/events", ("ObjectEvent", f"MATCH_epc={LOT}")),
    ):
        note_look(site.books, Look(at, inspector, "inspector", "2026/17", asked, about))
    with site.browser(Role.PROVINCE, language="vi") as browser:
        page = browser.get("/looks").text
    thing = "GTIN 08936099141015, lô L1"
    who = f"inspector {inspector}, thanh tra"
    assert told_in_words(page) == [
        (who, "2026/17", "hỏi sự kiện theo loại sự kiện", f"ObjectEvent MATCH_epc={thing}"),
        (who, "2026/17", "xem truy xuất", f"{thing} direction=upstream"),
        (who, "2026/17", "xem chỗ thiếu", "—"),
    ]
    assert page.count("01/03/2026 07:00:05") == 3
