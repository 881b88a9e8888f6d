"""Cases of inspectors over HTTP: opened, worked on, what they collect, and what was looked at."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.clock import now
from api.web.csv_cells import value_of_cell
from epcis_core.access.roles import Role
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.accounts import account_of, add_account
from epcis_core.store.registry.entries import open_session
from epcis_core.store.registry.inspections import items_of
from epcis_core.store.registry.keys import make_key
from epcis_core.store.registry.looks import looks
from epcis_core.store.registry.organisations import Organisation, add_organisation
from ingest.capture import capture_bytes
from tests.ingest.documents import ITEM, document, item, lot, made, observed, place
from tests.served import client_of, served

FARM = "https://id.gs1.org/417/8936099140001"
NUMBER, PATH = "2026/17", "/cases/2026%2F17"
PEOPLE = {role: f"{role}@a.example" for role in Role}


@dataclass
class Site:
    """A served ledger with a lot, and somebody of each role."""

    address: str
    ledger: Ledger
    books: Bookkeeping

    @contextmanager
    def session(self, role: Role, language: str = "en") -> Iterator[httpx.Client]:
        """A browser with a session of somebody."""
        account = account_of(self.books, PEOPLE[role])
        assert account is not None
        kept = {"Accept": "text/html", "Accept-Language": language, "Origin": self.address}
        with client_of(self.address, **kept) as browser:
            secret = open_session(self.books, account, now())
            browser.cookies.set("session", secret, domain="127.0.0.1", path="/")
            yield browser

    @contextmanager
    def machine(self, role: Role, **headers: str) -> Iterator[httpx.Client]:
        """A client with a key of a role."""
        party = FARM if role is Role.BUSINESS else None
        key = make_key(self.books, role, party, now())
        shown = {"Authorization": f"Bearer {key}", "Accept": "application/json", **headers}
        with client_of(self.address, **shown) as client:
            yield client

    def capture(self, *numbers: str, hour: int = 8) -> None:
        for number in numbers:
            event = observed(
                quantityList=[{"epcClass": lot(number)}],
                eventTime=f"2026-03-01T{hour:02d}:00:00+07:00",
            )
            del event["epcList"]
            stored = capture_bytes(self.ledger, document(event), file_name="a", now=now())
            assert stored.counts["accepted"] == 1


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        add_organisation(books, Organisation(FARM, "Vườn nho"), now())
        for role, email in PEOPLE.items():
            party = FARM if role is Role.BUSINESS else None
            add_account(books, email, now(), name=email, role=role, organisation=party)
        with served(create_app(ledger)) as address:
            found = Site(address, ledger, books)
            found.capture("L1", "L2")
            yield found


def test_an_inspector_is_led_to_the_cases_and_from_there_to_where_they_wanted(site: Site) -> None:
    with site.session(Role.INSPECTOR) as browser:
        sent = browser.get("/trace", params={"id": lot("L1")})
        assert sent.status_code == 303
        cases = browser.get(sent.headers["location"])
        assert "inspectors look at records under its number" in cases.text
        following = re.search(r'name="next" value="([^"]+)"', cases.text)
        assert following is not None
        form = {"number": NUMBER, "title": "Nho", "next": following[1].replace("&amp;", "&")}
        opened = browser.post("/cases", data=form)
        assert opened.status_code == 303
        trace = browser.get(opened.headers["location"])
        assert (trace.status_code, trace.url.path) == (200, "/trace")
        assert f"Add to case {NUMBER}" in trace.text


def test_a_case_collects_lots_notes_and_exports_and_marks_what_came_later(site: Site) -> None:
    with site.session(Role.INSPECTOR) as browser:
        browser.post("/cases", data={"number": NUMBER, "title": "Nho"})
        for value in (lot("L1"), "(01)09506000134352(10)L2", lot("L1")):
            added = browser.post(PATH, data={"action": "lot", "value": value})
            assert (added.status_code, added.headers["location"]) == (303, PATH)
        browser.post(PATH, data={"action": "note", "value": "Cân thiếu <b>5 kg</b>"})
        assert browser.get("/proof.zip", params={"id": lot("L1")}).status_code == 200
        assert browser.get(PATH).text.count("Nothing came later.") == 2
        site.capture("L1", hour=9)
        site.capture("L1", hour=10)
        page = browser.get(PATH).text
        assert page.count("2 events came later") == page.count("Nothing came later.") == 1
        assert "Cân thiếu &lt;b&gt;5 kg&lt;/b&gt;" in page
        frozen = re.search(r'href="(/trace\?id=[^"]+as_of=[^"]+)"', page)
        assert frozen is not None
        then = browser.get(frozen[1].replace("&amp;", "&"), headers={"Accept": "application/json"})
        today = browser.get("/trace.json", params={"id": lot("L1")})
        assert (len(then.json()["events"]), len(today.json()["events"])) == (1, 3)
        told = browser.get(f"{PATH}.json").json()
    assert told["lots"] == [{"id": lot("L1"), "later": 2}, {"id": lot("L2"), "later": 0}]
    assert [(one["kind"], one["value"][:12], one["added_by"]) for one in told["items"]] == [
        ("lot", lot("L1")[:12], PEOPLE[Role.INSPECTOR]),
        ("lot", lot("L2")[:12], PEOPLE[Role.INSPECTOR]),
        ("note", "Cân thiếu <b", PEOPLE[Role.INSPECTOR]),
        ("export", "/proof.zip?i", PEOPLE[Role.INSPECTOR]),
    ]


def test_a_member_of_a_lot_that_came_later_counts_for_the_lot(site: Site) -> None:
    with site.machine(Role.PROVINCE) as client:
        client.post("/cases", data={"number": NUMBER})
        client.post(PATH, data={"action": "lot", "value": lot("L9")})
        event = made([lot("L1")], [lot("L9")])
        capture_bytes(site.ledger, document(event), file_name="b", now=now())
        assert client.get(f"{PATH}.json").json()["lots"] == [{"id": lot("L9"), "later": 1}]


def test_a_closed_case_takes_nothing_and_nobody_looks_under_it(site: Site) -> None:
    with site.session(Role.INSPECTOR) as browser:
        browser.post("/cases", data={"number": NUMBER})
        assert browser.get("/gaps").status_code == 200
        browser.post(PATH, data={"action": "close"})
        assert browser.get("/gaps").headers["location"].startswith("/cases?next=")
        for form in ({"action": "lot", "value": lot("L1")}, {"action": "work"}):
            refused = browser.post(PATH, data=form)
            assert refused.status_code == 422
            assert "The case is closed; nothing is added to it any more." in refused.text
    assert items_of(site.books, NUMBER) == []


def test_a_closed_case_tells_nothing_of_what_came_after(site: Site) -> None:
    with site.session(Role.INSPECTOR) as browser:
        browser.post("/cases", data={"number": NUMBER})
        browser.post(PATH, data={"action": "lot", "value": lot("L1")})
        site.capture("L1", hour=9)
        browser.post(PATH, data={"action": "close"})
        before = browser.get(f"{PATH}.json").json()
        assert before["lots"] == [{"id": lot("L1"), "later": 1}]
        page = browser.get(PATH).text
        site.capture("L1", hour=10)
        name = place(ITEM, descriptionShort="Nho Đồi Nắng")
        vocabulary = {
            "type": "urn:epcglobal:epcis:vtype:EPCClass",
            "vocabularyElementList": [name],
        }
        head = {"epcisMasterData": {"vocabularyList": [vocabulary]}}
        named = document(observed(item("1")), epcisHeader=head)
        capture_bytes(site.ledger, named, file_name="b", now=now())
        assert browser.get(f"{PATH}.json").json() == before
        assert browser.get(PATH).text == page
        browser.post("/cases", data={"number": "2"})
        browser.post("/cases/2", data={"action": "lot", "value": lot("L1")})
        assert "Nho Đồi Nắng" in browser.get("/cases/2").text  # an open case does tell


def test_a_person_works_on_one_case_and_may_leave_it(site: Site) -> None:
    with site.session(Role.INSPECTOR) as browser:
        for number in ("1", "2"):
            browser.post("/cases", data={"number": number})
        assert browser.get("/cases/2").text.count("You work on it") == 1
        browser.post("/cases/1", data={"action": "work"})
        assert browser.get("/cases/1").text.count("You work on it") == 1
        assert browser.get("/cases/2").text.count("You work on it") == 0
        browser.post("/cases/1", data={"action": "leave"})
        assert browser.get("/gaps").status_code == 303


@pytest.mark.parametrize(
    ("form", "told"),
    [
        pytest.param({"number": " "}, "A case has a number.", id="no number"),
        pytest.param({"number": NUMBER}, f"There is a case {NUMBER} already.", id="taken"),
        pytest.param({"number": "x" * 101}, "It has 100 characters at most.", id="too long"),
    ],
)
def test_a_case_that_cannot_be_is_not_opened(site: Site, form: dict[str, str], told: str) -> None:
    with site.machine(Role.INSPECTOR) as client:
        assert client.post("/cases", data={"number": NUMBER}).status_code == 201
        refused = client.post("/cases", data=form)
        assert (refused.status_code, refused.json()["title"]) == (409, told)
        assert [one["number"] for one in client.get("/cases.json").json()] == [NUMBER]


def test_a_machine_looks_under_the_case_that_its_header_names(site: Site) -> None:
    with site.machine(Role.INSPECTOR) as client:
        client.post("/cases", data={"number": NUMBER})
        assert client.get("/gaps.json").status_code == 403
        assert client.get("/gaps.json", headers={"Case-Number": NUMBER}).status_code == 200
        client.post("/cases", data={"number": "17/QĐ-TTr"})
        named = {b"Case-Number": "17/QĐ-TTr".encode()}
        assert client.get("/gaps.json", headers=named).status_code == 200
        assert client.get("/cases/none.json").status_code == 404
        assert client.post(PATH, data={"action": "burn"}).status_code == 400


@pytest.mark.parametrize("role", Role)
def test_cases_are_for_who_inspects_and_looks_for_who_oversees(site: Site, role: Role) -> None:
    inspects = role in {Role.INSPECTOR, Role.PROVINCE, Role.ADMIN}
    oversees = role in {Role.PROVINCE, Role.ADMIN}
    with site.machine(role) as client:
        assert client.get("/cases.json").status_code == (200 if inspects else 403)
        opened = client.post("/cases", data={"number": NUMBER})
        assert opened.status_code == (201 if inspects else 403)
        for ending in ("", ".json", ".csv"):
            assert client.get(f"/looks{ending}").status_code == (200 if oversees else 403)


def test_each_look_is_told_with_its_case_and_a_csv_has_no_formula(site: Site) -> None:
    with site.session(Role.INSPECTOR) as browser:
        browser.post("/cases", data={"number": "=1+1"})
        browser.get("/search", params={"q": "@L1"})
        browser.get("/cases/%3D1%2B1")
    with site.session(Role.PROVINCE) as browser:
        page = browser.get("/looks").text
        told = browser.get("/looks.json").json()
        text = browser.get("/looks.csv", params={"case": "=1+1"}).content.decode("utf-8-sig")
    inspector = PEOPLE[Role.INSPECTOR]
    expected = [("GET /cases/{number}", ["=1+1"]), ("GET /search", ["@L1"])]
    assert [(one["asked"], one["about"]) for one in told] == expected
    assert {(one["who"], one["case_number"]) for one in told} == {(inspector, "=1+1")}
    assert page.count(inspector) == 2
    head, *rows = csv.reader(io.StringIO(text, newline=""))
    assert head == ["number", "time", "who", "role", "case", "asked", "about"]
    assert [row[4:] for row in rows] == [
        ["'=1+1", "GET /cases/{number}", "'=1+1"],
        ["'=1+1", "GET /search", "'@L1"],
    ]
    assert [value_of_cell(row[4]) for row in rows] == ["=1+1", "=1+1"]


def test_looks_come_in_pages_and_by_case(site: Site) -> None:
    with site.machine(Role.INSPECTOR) as client:
        for number in ("1", "2"):
            client.post("/cases", data={"number": number})
            for _ in range(3):
                client.get("/gaps.json", headers={"Case-Number": number})
    assert [one.number for one in looks(site.books, before=5, most=2)] == [4, 3]
    assert [one.number for one in looks(site.books, case_number="1")] == [3, 2, 1]
    with site.machine(Role.ADMIN) as client:
        found = client.get("/looks.json", params={"before": 3, "case": "1"}).json()
        assert [one["number"] for one in found] == [2, 1]
