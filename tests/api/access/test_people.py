"""Organisations and people are managed by those who may, on a page and by command."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.clock import now
from epcis_core.access.roles import RIGHTS, Right, Role
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.accounts import account_of, accounts, add_account, set_active
from epcis_core.store.registry.entries import link_for, open_session
from epcis_core.store.registry.organisations import (
    Organisation,
    add_organisation,
    find_organisation,
)
from tests.api.conftest import Run
from tests.served import client_of, served

GLN = "8936099140001"
FARM = f"https://id.gs1.org/417/{GLN}"
ADMIN = "admin@province.example"
LAN = {"email": "lan@farm.example", "name": "Lan", "role": "business", "organisation": FARM}


NO_ORGANISATION = (
    "An account for a business belongs to an organisation: choose one, or add it below first."
)


@dataclass
class Site:
    address: str
    books: Bookkeeping

    @contextmanager
    def browser(self, role: Role = Role.ADMIN) -> Iterator[httpx.Client]:
        """A browser with a session of somebody of a role."""
        email = ADMIN if role is Role.ADMIN else f"{role}@province.example"
        party = FARM if role is Role.BUSINESS else None
        account = account_of(self.books, email) or add_account(
            self.books, email, now(), name=role, role=role, organisation=party
        )
        headers = {"Accept": "text/html", "Accept-Language": "en", "Origin": self.address}
        with client_of(self.address, **headers) as browser:
            secret = open_session(self.books, account, now())
            browser.cookies.set("session", secret, domain="127.0.0.1")
            yield browser


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        add_organisation(books, Organisation(FARM, "Vườn nho"), now())
        add_account(books, ADMIN, now(), name="Bình", role=Role.ADMIN)
        with served(create_app(ledger)) as address:
            yield Site(address, books)


def told(browser: httpx.Client, expected: int = 200, /, **form: object) -> str:
    """Send a form of the page, and return the page that answers it."""
    answer = browser.post("/people", data={name: str(value) for name, value in form.items()})
    assert answer.status_code == expected, answer.text
    return answer.text


def link_on(page: str) -> str:
    match = re.search(
        r'<input id="link" class="code" readonly value="[^"]+/password/([\w-]{43})"', page
    )
    assert match is not None, page
    return match[1]


def problem_on(page: str) -> str:
    match = re.search(r'<p class="problem" role="alert">(.*?)</p>', page)
    assert match is not None, page
    return match[1]


def number_of(site: Site, email: str) -> int:
    account = account_of(site.books, email)
    assert account is not None
    return account.number


def test_an_organisation_is_added_and_changed_with_all_that_is_known_of_it(site: Site) -> None:
    form = {
        "action": "organisation",
        "party": "8931004017003",
        "name": "Trang trại nho",
        "owned": "8931004017102\n893100401",
        "roles": "grower, packhouse",
        "phone_24h": "+84 259 000 1101",
        "address": "Xã Phước Thuận",
    }
    with site.browser() as browser:
        assert told(browser, 303, **form) == ""
        found = find_organisation(site.books, "https://id.gs1.org/417/8931004017003")
        assert found == Organisation(
            "https://id.gs1.org/417/8931004017003",
            "Trang trại nho",
            ("grower", "packhouse"),
            {"phone_24h": "+84 259 000 1101", "address": "Xã Phước Thuận"},
            ("893100401", "8931004017003", "8931004017102"),
        )
        shown = browser.get("/people", params={"organisation": found.id}).text
        assert 'value="+84 259 000 1101"' in shown
        assert "893100401\n8931004017003\n8931004017102</textarea>" in shown
        told(browser, 303, **{**form, "party": found.id, "owned": ""})
        again = find_organisation(site.books, found.id)
        assert again is not None
        assert again.owned == ("8931004017003",)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"party": "8931004017004"}, "8931004017004 is no GLN and no other identifier of a party."),
        ({"party": ""}, " is no GLN and no other identifier of a party."),
        ({"owned": "123"}, "123 is neither a GLN, of 13 digits, nor a company prefix, of 4 to 12."),
        ({"name": " "}, "An organisation has a name."),
    ],
)
def test_what_an_organisation_cannot_be_is_said_and_what_was_typed_stays(
    site: Site, change: dict[str, str], problem: str
) -> None:
    form = {"action": "organisation", "party": "8931004017003", "name": "Trại", "owned": ""}
    with site.browser() as browser:
        page = told(browser, 422, **{**form, "phone_24h": "115", **change})
        assert problem_on(page) == problem
        assert 'value="115"' in page


def test_a_person_is_invited_by_a_link_that_is_shown_once(site: Site) -> None:
    with site.browser() as browser:
        page = told(browser, action="invite", **LAN)
        assert f"Link for {LAN['email']} to choose a password; good for 7 days, once" in page
        found = link_for(site.books, link_on(page), now())
        assert found is not None
        assert (found[0], found[1]) == ("invitation", account_of(site.books, LAN["email"]))
        again = browser.get("/people").text
        assert "invited, no password yet" in again
        assert "/password/" not in again.replace('href="/password', "")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"email": "lan"}, "lan is no e-mail address."),
        ({"email": ADMIN.upper()}, f"There is an account for {ADMIN.upper()} already."),
        (
            {"organisation": ""},
            NO_ORGANISATION,
        ),
    ],
)
def test_whom_nobody_can_invite(site: Site, change: dict[str, str], problem: str) -> None:
    with site.browser() as browser:
        assert problem_on(told(browser, 422, action="invite", **{**LAN, **change})) == problem
        assert len(accounts(site.books)) == 1


def test_who_is_deactivated_is_out_at_once_and_comes_in_again(site: Site) -> None:
    with site.browser() as browser, site.browser(Role.BUSINESS) as business:
        number = number_of(site, "business@province.example")
        assert business.get("/gaps").status_code == 200
        link = link_on(told(browser, action="reset", account=number))
        told(browser, 303, action="deactivate", account=number)
        assert business.get("/gaps").status_code == 303
        assert link_for(site.books, link, now()) is None
        assert "not let in" in browser.get("/people").text
        told(browser, 303, action="reactivate", account=number)
        assert business.get("/gaps").status_code == 303  # the session has ended
        assert link_on(told(browser, action="reset", account=number)) != link


def test_an_organisation_that_takes_part_no_more_is_out_with_its_people(site: Site) -> None:
    with site.browser() as browser, site.browser(Role.BUSINESS) as business:
        told(browser, 303, action="exclude", party=FARM)
        assert business.get("/gaps").status_code == 303
        told(browser, 303, action="admit", party=FARM)
        assert business.get("/gaps").status_code == 200


def test_the_last_administrator_stays(site: Site) -> None:
    with site.browser() as browser:
        page = told(browser, 422, action="deactivate", account=number_of(site, ADMIN))
        assert problem_on(page) == "The last account of an administrator stays active."
        assert browser.get("/people").status_code == 200


def test_a_province_gains_no_rights_by_accounts_of_administrators(site: Site) -> None:
    refused = "Accounts of administrators are managed by administrators alone."
    with site.browser(Role.PROVINCE) as browser:
        assert refused in told(browser, 403, action="invite", **{**LAN, "role": "admin"})
        for action in ("reset", "deactivate", "reactivate"):
            assert refused in told(browser, 403, action=action, account=number_of(site, ADMIN))
        page = browser.get("/people").text
        assert '<option value="admin"' not in page
        link_on(told(browser, action="invite", **LAN))


@pytest.mark.parametrize("role", [one for one in Role if Right.MANAGE not in RIGHTS[one]])
def test_who_may_not_manage_does_not(site: Site, role: Role) -> None:
    with site.browser(role) as browser:
        told(browser, 403, action="invite", **LAN)
        assert account_of(site.books, LAN["email"]) is None


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"action": "remove"}, 400),
        ({"action": ""}, 400),
        ({"action": "invite", **LAN, "role": "king"}, 400),
        ({"action": "invite", **LAN, "organisation": "urn:x:nobody"}, 404),
        ({"action": "reset", "account": "99"}, 404),
        ({"action": "reset", "account": "x"}, 404),
        ({"action": "exclude", "party": "urn:x:nobody"}, 404),
    ],
)
def test_a_form_that_is_not_of_the_page_is_refused(
    site: Site, form: dict[str, str], status: int
) -> None:
    with site.browser() as browser:
        told(browser, status, **form)


def test_names_are_text_and_no_html(site: Site) -> None:
    with site.browser() as browser:
        told(browser, action="invite", **{**LAN, "name": "<script>alert(1)</script>"})
        page = browser.get("/people").text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_accounts_by_command(epcis: Run, tmp_path: Path) -> None:
    assert epcis("account", "list").code == 2
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path):
        pass
    assert epcis("account", "list").out == "There is no account.\n"
    options = ("--role", "admin", "--name", "Bình")
    made = epcis("account", "create", ADMIN, *options)
    assert re.fullmatch(r"/password/[\w-]{43}\n", made.out)
    taken = epcis("account", "create", ADMIN, "--role", "admin")
    assert (taken.code, taken.err) == (2, f"Error: There is an account for {ADMIN} already\n")
    assert epcis("account", "reset", "nobody@farm.example").code == 1
    with Bookkeeping(path) as books:
        other = add_account(books, "b@province.example", now(), name="B", role=Role.ADMIN)
        (admin,) = (one for one in accounts(books) if one.email == ADMIN)
        set_active(books, admin.number, active=False)
        assert epcis("account", "list").out == (
            f"{ADMIN}  Bình  admin  deactivated\nb@province.example  B  admin  invited\n"
        )
        again = epcis("account", "reset", ADMIN).out
        found = link_for(books, again.strip().removeprefix("/password/"), now())
        assert found is not None
        assert found[0] == "password"
        assert found[1] is not None
        assert (found[1].email, found[1].active) == (ADMIN, True)
        assert other.active
    listed = json.loads(epcis("account", "list", "--json").out)
    assert [one["state"] for one in listed] == ["invited", "invited"]
