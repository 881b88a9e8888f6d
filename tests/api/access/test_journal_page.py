"""What is managed and who comes in stands in the journal, and what is secret does not."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.access.log_in import OF_BOTH, OF_PLACE
from api.clock import now
from api.web.csv_cells import value_of_cell
from epcis_core.access.roles import RIGHTS, Right, Role
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.accounts import account_of, accounts
from epcis_core.store.registry.entries import make_link
from epcis_core.store.registry.inspections import open_inspection
from epcis_core.store.registry.journal import Entry, What, journal, note
from epcis_core.store.registry.keys import all_keys, make_key, revoke_key
from tests.api.access.members import (
    FARM,
    OTHER,
    PHRASE,
    PLACE,
    RIVAL,
    Members,
    email_of,
    members,
)
from tests.api.conftest import Run
from tests.served import client_of

ADMIN, LAN = email_of(Role.ADMIN), email_of(Role.BUSINESS)
LOT = "https://id.gs1.org/01/08936099141015/10/L1"
NEW = "8931004017003"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Members]:
    with members(tmp_path) as site:
        yield site


def told(books: Bookkeeping) -> list[tuple[str, str, str]]:
    """The journal in order: who, what, about whom or what."""
    return [(one.who, one.what, one.about) for one in reversed(journal(books))]


def everything(books: Bookkeeping) -> str:
    """All of the journal as it stands in its file."""
    with books.reading() as connection:
        return str([tuple(row) for row in connection.execute("SELECT * FROM journal")])


def test_who_comes_in_goes_and_is_refused_is_noted_with_where_from(site: Members) -> None:
    with site.stranger() as browser:
        for password in (OTHER, PHRASE):
            form = {"email": f" {LAN} ", "password": password}
            browser.post("/log-in", data=form)
        browser.post("/log-out")
        browser.post("/log-out")  # nobody is in any more
    assert told(site.books) == [
        ("", "log_in_refused", LAN),
        (LAN, "logged_in", ""),
        (LAN, "logged_out", ""),
    ]
    assert {one.place for one in journal(site.books)} == {PLACE}
    assert OTHER not in everything(site.books)


def test_what_is_typed_for_an_address_and_is_none_is_not_kept(site: Members) -> None:
    with site.stranger() as browser:
        for typed in (PHRASE, "x@" + "y" * 5000, ""):
            assert browser.post("/log-in", data={"email": typed}).status_code == 403
    assert told(site.books) == [("", "log_in_refused", "")] * 3


def test_whoever_guesses_is_noted_as_often_as_they_may_try(site: Members) -> None:
    with site.stranger() as browser:
        for _ in range(OF_BOTH + 3):
            browser.post("/log-in", data={"email": LAN, "password": OTHER})
    refused = [("", "log_in_refused", LAN)] * OF_BOTH
    assert told(site.books) == [*refused, ("", "too_many_tries", LAN)]


def test_refusals_from_one_place_do_not_fill_the_journal(site: Members) -> None:
    with site.stranger() as browser:
        for number in range(OF_PLACE + 5):
            email = f"{number}@farm.example"
            browser.post("/log-in", data={"email": email, "password": OTHER})
    assert len(journal(site.books)) == OF_PLACE + 1


def test_a_password_is_set_by_a_link_and_changed_by_who_knows_it(site: Members) -> None:
    link = make_link(site.books, "password", site.account(Role.BUSINESS), now())
    with site.stranger() as browser:
        browser.post(f"/password/{link}", data={"password": OTHER})
        for current in (PHRASE, OTHER):
            browser.post("/account", data={"current": current, "password": PHRASE})
    assert told(site.books) == [
        (LAN, "password_set", LAN),
        (LAN, "logged_in", ""),
        (LAN, "log_in_refused", LAN),
        (LAN, "password_set", LAN),
    ]
    kept = everything(site.books)
    assert link not in kept
    assert PHRASE not in kept
    assert OTHER not in kept


def test_the_first_account_is_noted(tmp_path: Path) -> None:
    with members(tmp_path) as site:
        with site.books.transaction() as connection:
            for table in ("session", "account"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - ours
        link = make_link(site.books, "set_up", None, now())
        form = {"email": ADMIN, "name": "Bình", "password": PHRASE}
        with site.stranger() as browser:
            assert browser.post(f"/set-up/{link}", data=form).status_code == 303
        assert told(site.books) == [(ADMIN, "set_up", ADMIN), (ADMIN, "logged_in", "")]
        assert link not in everything(site.books)


def test_what_is_managed_on_pages_is_noted_with_who_did_it(site: Members) -> None:
    new = f"https://id.gs1.org/417/{NEW}"
    firm = {"action": "organisation", "party": NEW, "name": "Trại", "owned": "893100401"}
    hoa = {"email": "hoa@farm.example", "name": "Hoa", "role": "business", "organisation": FARM}
    value = {"giver": new, "taker": FARM, "value": "893100401"}
    with site.browser(Role.ADMIN) as browser:

        def send(path: str, **form: object) -> str:
            answer = browser.post(path, data={name: str(one) for name, one in form.items()})
            assert answer.status_code in {200, 303}, answer.text
            return answer.text

        send("/people", **firm)
        send("/people", **firm)
        shown = send("/people", action="invite", **hoa)
        account = account_of(site.books, hoa["email"])
        assert account is not None
        lan = site.account(Role.BUSINESS).number
        shown += send("/people", action="reset", account=lan)
        for action in ("deactivate", "reactivate"):
            send("/people", action=action, account=account.number)
        send("/capture-rights", action="choose", strictness="reject")
        for action in ("delegate", "withdraw", "withdraw"):
            send("/capture-rights", action=action, **value)
        for action in ("exclude", "admit"):
            send("/people", action=action, party=new)
        send("/cases", number="2026/17", title="Nho")
        for _ in range(2):
            send("/cases/2026%2F17", action="close")
    assert told(site.books) == [
        (ADMIN, "organisation_added", new),
        (ADMIN, "organisation_changed", new),
        (ADMIN, "invited", "hoa@farm.example"),
        (ADMIN, "password_link_made", LAN),
        (ADMIN, "deactivated", "hoa@farm.example"),
        (ADMIN, "reactivated", "hoa@farm.example"),
        (ADMIN, "choice_changed", "reject"),
        (ADMIN, "delegated", f"893100401, {new} → {FARM}"),
        (ADMIN, "delegation_withdrawn", f"893100401, {new} → {FARM}"),
        (ADMIN, "organisation_excluded", new),
        (ADMIN, "organisation_admitted", new),
        (ADMIN, "case_opened", "2026/17"),
        (ADMIN, "case_closed", "2026/17"),
    ]
    links = re.findall(r"/password/([\w-]{43})", shown)
    assert len(links) == 2
    assert not [link for link in links if link in everything(site.books)]


def test_what_a_business_shows_a_partner_is_noted(site: Members) -> None:
    with site.browser(Role.BUSINESS) as browser:
        browser.post("/shares", data={"thing": LOT, "taker": "9506000134307"})
        for _ in range(2):
            browser.post("/shares", data={"action": "withdraw", "thing": LOT, "taker": RIVAL})
    assert told(site.books) == [
        (LAN, "shared", f"{LOT} → {RIVAL}"),
        (LAN, "share_withdrawn", f"{LOT} → {RIVAL}"),
    ]


def test_what_could_not_be_done_is_not_noted_as_done(site: Members) -> None:
    with site.browser(Role.ADMIN) as browser:
        number = str(site.account(Role.ADMIN).number)
        answer = browser.post("/people", data={"action": "deactivate", "account": number})
        assert answer.status_code == 422
        given = {"action": "delegate", "giver": FARM, "taker": RIVAL, "value": "950600"}
        assert browser.post("/capture-rights", data=given).status_code == 422
    assert told(site.books) == []


def test_who_may_not_is_noted_once_for_each_route(site: Members) -> None:
    with site.browser(Role.BUSINESS) as browser:
        for path in ("/people", "/people", "/looks"):
            assert browser.get(path).status_code == 403
    with site.browser(Role.PROVINCE) as browser:
        number = str(site.account(Role.ADMIN).number)
        refused = browser.post("/people", data={"action": "reset", "account": number})
        assert refused.status_code == 403
    with site.browser(Role.INSPECTOR) as browser:
        machine = {"Accept": "application/json"}
        assert browser.get("/epcis/events", headers=machine).status_code == 403
        elsewhere = {"Sec-Fetch-Site": "cross-site"}
        assert browser.post("/cases", data={}, headers=elsewhere).status_code == 403
    assert told(site.books) == [
        (LAN, "not_allowed", "GET /people"),
        (LAN, "not_allowed", "GET /looks"),
        (email_of(Role.PROVINCE), "not_allowed", "POST /people"),
        (email_of(Role.INSPECTOR), "not_allowed", "GET /epcis/events"),
        (email_of(Role.INSPECTOR), "not_allowed", "POST /cases"),
    ]


def test_a_key_that_is_not_good_is_noted_by_its_id_and_without_its_secret(site: Members) -> None:
    key = make_key(site.books, Role.ADMIN, None, now())
    (made,) = all_keys(site.books)
    revoke_key(site.books, made.id, now())
    for shown in (key, key, "epcis_another_one"):
        with client_of(site.address, Authorization=f"Bearer {shown}") as client:
            assert client.get("/epcis/events").status_code == 401
    assert told(site.books) == [(f"key {made.id}", "key_refused", ""), ("", "key_refused", "")]
    assert key not in everything(site.books)
    assert key.rpartition("_")[2] not in everything(site.books)


def test_commands_are_noted_as_such(epcis: Run, tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path):
        pass
    link = epcis("account", "create", LAN, "--role", "business", "--party", FARM).out.strip()
    again = epcis("account", "reset", LAN).out.strip()
    key = epcis("key", "create", "--role", "business", "--party", FARM).out.strip()
    with Bookkeeping(path) as books:
        (made,) = all_keys(books)
        (account,) = accounts(books)
        with books.transaction() as connection:
            connection.execute("UPDATE account SET active = 0")
    epcis("account", "reset", LAN)
    epcis("key", "revoke", made.id)
    assert epcis("key", "revoke", "nothing").code == 1
    with Bookkeeping(path) as books:
        kinds = ["organisation_added", "invited", "password_link_made", "key_made"]
        abouts = [FARM, LAN, LAN, f"key {made.id}"]
        expected = [
            *zip(["command line"] * 4, kinds, abouts, strict=True),
            ("command line", "reactivated", LAN),
            ("command line", "password_link_made", LAN),
            ("command line", "key_revoked", f"key {made.id}"),
        ]
        assert told(books) == expected
        assert {one.place for one in journal(books)} == {""}
        kept = everything(books)
    assert account.email == LAN
    for secret in (link, again):
        assert secret.removeprefix("/password/") not in kept
    assert key not in kept


def test_who_oversees_reads_the_journal_and_nobody_else(site: Members) -> None:
    endings = ("", ".json", ".csv")
    for role in Role:
        with site.browser(role) as browser:
            expected = 200 if Right.AUDIT in RIGHTS[role] else 403
            found = [browser.get(f"/journal{ending}").status_code for ending in endings]
            assert (role, found) == (role, [expected] * 3)
    with site.stranger(Accept="application/json") as browser:
        assert [browser.get(f"/journal{one}").status_code for one in endings] == [401] * 3


def test_the_journal_is_read_in_pages_and_by_kind_and_in_either_language(site: Members) -> None:
    noted = [
        Entry(now(), "", "192.0.2.7", What.LOG_IN_REFUSED, f"{number}@x.example")
        for number in range(205)
    ]
    noted[1:1] = [Entry(now(), "command line", "", What.KEY_MADE, "key <b>")]
    for one in noted:
        note(site.books, one)
    with site.browser(Role.PROVINCE) as browser:
        page = browser.get("/journal").text
        assert page.count("was refused at the log-in</div>") == 200
        assert '<a href="/journal?before=7">Earlier lines</a>' in page
        page = browser.get("/journal", params={"what": "log_in_refused"}).text
        assert 'href="/journal?before=7&amp;what=log_in_refused"' in page
        assert 'href="/journal.csv?what=log_in_refused"' in page
        last = browser.get("/journal", params={"before": 7, "lang": "vi"}).text
        assert "dòng lệnh trên máy chủ" in last
        assert "Các dòng trước đó" not in last
        assert "tạo khóa API</div>" in last
        assert "key &lt;b&gt;" in last
        found = browser.get("/journal.json", params={"what": "key_made"}).json()
        assert [(one["number"], one["who"], one["about"]) for one in found] == [
            (2, "command line", "key <b>")
        ]
        none = browser.get("/journal", params={"what": "shared", "lang": "en"}).text
        assert "There is nothing yet." in none
        wrong = browser.get("/journal.json", params={"what": "x"})
        assert wrong.status_code == 400
        assert json.loads(wrong.text)["title"].startswith("Expected what, one of set_up, ")


def test_no_cell_of_the_export_is_a_formula_and_all_is_in_it(site: Members) -> None:
    note(site.books, Entry(now(), "", PLACE, What.LOG_IN_REFUSED, "=cmd@x.example"))
    open_inspection(site.books, "1", now(), title="", by="", as_of=-1)
    for _ in range(1001):
        note(site.books, Entry(now(), "a@x.example", PLACE, What.LOGGED_IN, ""))
    with site.browser(Role.ADMIN) as browser:
        text = browser.get("/journal.csv").content.decode("utf-8-sig")
        few = browser.get("/journal.csv", params={"what": "log_in_refused"}).text
    rows = list(csv.reader(text.splitlines()))
    assert rows[0] == ["number", "time", "who", "place", "what", "about"]
    assert [row[0] for row in rows[1:]] == [str(number) for number in range(1002, 0, -1)]
    assert rows[-1][-1] == "'=cmd@x.example"
    assert value_of_cell(rows[-1][-1]) == "=cmd@x.example"
    assert len(few.splitlines()) == 2
