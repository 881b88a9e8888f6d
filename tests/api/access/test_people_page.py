"""The page of organisations and people: who has what from whom, found, in pages, asked twice."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.clock import now
from epcis_core.access.roles import Role
from epcis_core.store.registry.accounts import add_account
from epcis_core.store.registry.delegations import Delegation, delegate
from epcis_core.store.registry.organisations import (
    Organisation,
    add_organisation,
    find_organisation,
)
from tests.api.access.members import FARM, RIVAL, Members, email_of, members

NEW = "https://id.gs1.org/417/8931004017003"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Members]:
    with members(tmp_path) as site:
        yield site


def cards(page: str) -> list[str]:
    """The cards of a page, each as its text in one line."""
    found = re.findall(r'<li class="card[^"]*">(.*?)</li>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in found]


def names(page: str) -> list[str]:
    """What stands first on each card."""
    return re.findall(r'<li class="card[^"]*">\s*<strong>([^<]+)', page)


def test_a_delegated_gln_says_who_delegated_it(site: Members) -> None:
    add_organisation(site.books, Organisation(FARM, "Vườn nho", owned=("8936099140018",)), now())
    delegate(site.books, Delegation(FARM, RIVAL, "8936099140018"))
    with site.browser(Role.PROVINCE) as browser:
        for language, told in (
            ("en", "Delegated by Vườn nho: 8936099140018"),
            ("vi", "Được ủy quyền từ Vườn nho: 8936099140018"),
        ):
            page = browser.get("/people", params={"lang": language}).text
            (rival,) = (one for one in cards(page) if one.startswith("Vườn táo Gió"))
            assert rival.startswith(f"Vườn táo Gió GLN 9506000134307 {told} ")
            assert rival.count("8936099140018") == 1
        form = browser.get("/people", params={"organisation": RIVAL}).text
    assert ">9506000134307</textarea>" in form  # what is its own alone


def test_what_an_organisation_does_is_told_in_the_language_of_the_page(site: Members) -> None:
    add_organisation(site.books, Organisation(FARM, "Vườn", ("farm", "packer", "vựa ớt")), now())
    with site.browser(Role.PROVINCE) as browser:
        page = browser.get("/people", params={"lang": "vi"}).text
    assert "<span>nông trại, cơ sở đóng gói, vựa ớt</span>" in page


@pytest.mark.parametrize(
    ("action", "whose", "told"),
    [
        ("exclude", FARM, "All people and API keys of Vườn nho Đồi Nắng are shut out at once"),
        ("deactivate", "", "business is logged out at once, and not let in any more"),
    ],
)
def test_shutting_out_asks_once_more(site: Members, action: str, whose: str, told: str) -> None:
    value = whose or str(site.account(Role.BUSINESS).number)
    with site.browser(Role.PROVINCE) as browser:
        page = browser.get("/people").text
    asking = re.findall(r'<details class="ask">(.*?)</details>', page, re.DOTALL)
    (one,) = (each for each in asking if f'value="{value}"><button' in each)
    assert f'name="action" value="{action}">Yes, deactivate<' in one
    assert told in one
    outside = re.sub(r'<details class="ask">.*?</details>', "", page, flags=re.DOTALL)
    assert f'value="{action}"' not in outside


def test_firms_stand_first_and_both_come_in_pages_of_fifty(site: Members) -> None:
    with site.books.transaction():
        for number in range(60):
            party, email = f"urn:x:farm:{number}", f"{number:02}@z.example"
            add_organisation(site.books, Organisation(party, f"Z {number:02}"), now())
            add_account(site.books, email, now(), name=email, role=Role.INSPECTOR)
    with site.browser(Role.PROVINCE) as browser:
        first = browser.get("/people").text
        second = browser.get("/people", params={"firms": 2, "persons": 2}).text
        beyond = browser.get("/people", params={"firms": 99, "q": "z"}).text
        assert browser.get("/people", params={"firms": 0}).status_code == 400
    assert len(names(first)) == 100
    assert names(first)[:3] == ["Vườn nho Đồi Nắng", "Vườn táo Gió", "Z 00"]
    assert names(first)[49:51] == ["Z 47", "00@z.example"]
    assert 'href="/people?firms=2" rel="next"' in first
    assert "Page 1 of 2" in first
    assert names(second)[:12] == [f"Z {number}" for number in range(48, 60)]
    assert 'href="/people?persons=2" rel="prev"' in second
    assert names(beyond)[:10] == [f"Z {number}" for number in range(50, 60)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("doi nang", ["Vườn nho Đồi Nắng", "business"]),
        ("9506000134307", ["Vườn táo Gió"]),
        (email_of(Role.INSPECTOR).upper(), ["inspector"]),
        ("táo nho", []),
    ],
)
def test_firms_and_people_are_found_by_name_number_and_address(
    site: Members, typed: str, found: list[str]
) -> None:
    with site.browser(Role.PROVINCE) as browser:
        page = browser.get("/people", params={"q": typed}).text
    assert names(page) == found
    assert page.count("Nothing was found.") == (0 if len(found) == 2 else 1 if found else 2)


def saved(browser: httpx.Client, **form: str) -> httpx.Response:
    wanted = {"action": "organisation", "party": NEW, "name": "Trại", "owned": "", **form}
    return browser.post("/people", data=wanted)


@pytest.mark.parametrize("value", ["8936099140001", "8936099", "8936"])
def test_what_is_anothers_too_is_asked_about_before_it_is_saved(site: Members, value: str) -> None:
    with site.browser(Role.PROVINCE) as browser:
        asked = saved(browser, owned=value)
        assert asked.status_code == 422
        assert (
            f"{value} is the same as, holds or lies within 8936099140001 of Vườn nho Đồi Nắng. "
            "Once saved, both see every record that names it."
        ) in asked.text
        assert f'name="confirmed" type="checkbox" required value="{value}"' in asked.text
        assert find_organisation(site.books, NEW) is None
        other = saved(browser, owned=f"{value} 9506000134307", confirmed=value)
        assert other.status_code == 422  # what was confirmed is not what is asked for now
        assert saved(browser, owned=value, confirmed=value).status_code == 303
        assert saved(browser, owned=value, name="Trại nho").status_code == 303  # its own by now
    found = find_organisation(site.books, NEW)
    assert found is not None
    assert found.owned == tuple(sorted({value, "8931004017003"}))


def test_a_firm_under_the_prefix_of_another_is_asked_about(site: Members) -> None:
    add_organisation(site.books, Organisation(FARM, "Liên minh", owned=("8931004",)), now())
    with site.browser(Role.PROVINCE) as browser:
        asked = saved(browser)
        assert asked.status_code == 422
        assert "8931004017003 is the same as, holds or lies within 8931004 of Liên minh." in (
            asked.text
        )
        assert saved(browser, confirmed="8931004017003").status_code == 303


def test_what_is_nobodys_is_saved_at_once(site: Members) -> None:
    with site.browser(Role.PROVINCE) as browser:
        assert saved(browser, owned="893100401 8931004017102").status_code == 303


def test_who_acts_on_a_page_of_the_list_comes_back_to_it(site: Members) -> None:
    with site.browser(Role.PROVINCE) as browser:
        page = browser.get("/people", params={"q": "nho", "persons": 1}).text
        assert (
            '<form method="post" action="/people?q=nho"><input type="hidden" name="party"' in page
        )
        done = browser.post("/people?q=nho", data={"action": "exclude", "party": FARM})
    assert done.headers["location"] == "/people?q=nho"
