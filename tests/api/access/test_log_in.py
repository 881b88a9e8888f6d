"""People log in and out: sessions and their cookie, guesses, links, and pages of other sites."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from api.access import passwords
from api.access.log_in import OF_ACCOUNT, OF_BOTH, OF_PLACE
from api.access.passwords import hash_password
from api.app import create_app
from api.base_address import BaseAddress, read_networks
from api.clock import now
from api.settings import LogIn, Settings
from epcis_core.access.roles import Role
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.accounts import account_of, add_account, set_active, set_password
from epcis_core.store.registry.entries import IDLE, LONGEST, find_session, make_link, open_session
from epcis_core.store.registry.journal import journal
from epcis_core.store.registry.organisations import Organisation, add_organisation
from tests.served import client_of, served

FARM = "https://id.gs1.org/417/8936099140001"
LAN, HOA, BINH = "lan@farm.example", "hoa@farm.example", "binh@province.example"
PHRASE = "bốn con cừu trắng"
OTHER = "năm quả nho đỏ tươi"
HASHED = hash_password(PHRASE)


@dataclass
class Site:
    """A served ledger with Lan of the farm, Hoa who was deactivated, and Bình of the province."""

    address: str
    books: Bookkeeping

    def browser(self, language: str = "en", **headers: str) -> httpx.Client:
        """A client that asks for pages, keeps cookies, and says where its forms come from."""
        kept = {"Accept": "text/html", "Accept-Language": language}
        return client_of(self.address, **kept, Origin=self.address, **headers)

    @contextmanager
    def logged_in(self, email: str = LAN) -> Iterator[httpx.Client]:
        """A browser with a session of somebody, who has logged in before."""
        account = account_of(self.books, email)
        assert account is not None
        with self.browser() as browser:
            secret = open_session(self.books, account, now())
            browser.cookies.set("session", secret, domain="127.0.0.1", path="/")
            yield browser


def log_in(
    browser: httpx.Client, email: str = LAN, password: str = PHRASE, **more: str
) -> httpx.Response:
    return browser.post("/log-in", data={"email": email, "password": password, **more})


def problem_of(answer: httpx.Response) -> str:
    match = re.search(r'<p class="problem" role="alert">(.*?)</p>', answer.text)
    assert match is not None, answer.text
    return match[1]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        add_organisation(books, Organisation(FARM, "Vườn nho"), now())
        for email, role in ((LAN, Role.BUSINESS), (HOA, Role.BUSINESS), (BINH, Role.ADMIN)):
            party = FARM if role is Role.BUSINESS else None
            made = add_account(books, email, now(), name="Lan", role=role, organisation=party)
            set_password(books, made.number, HASHED)
            if email == HOA:
                set_active(books, made.number, active=False)
        with served(create_app(ledger)) as address:
            yield Site(address, books)


def test_who_knows_the_password_comes_in_where_they_wanted_to_go(site: Site) -> None:
    with site.browser() as browser:
        sent = browser.get("/gaps", params={"lang": "en"})
        assert sent.headers["location"] == "/log-in?next=%2Fgaps%3Flang%3Den"
        form = browser.get(sent.headers["location"])
        assert '<input type="hidden" name="next" value="/gaps?lang=en">' in form.text
        answer = log_in(browser, next="/gaps?lang=en")
        assert (answer.status_code, answer.headers["location"]) == (303, "/gaps?lang=en")
        page = browser.get("/gaps")
        assert page.status_code == 200
        assert LAN in page.text
        assert 'action="/log-out"' in page.text


@pytest.mark.parametrize(
    "elsewhere",
    ["https://x.example/", "//x.example", "/\\x.example", "javascript:alert(1)", "x", "/\n/x", ""],
)
def test_after_the_log_in_nobody_is_led_to_another_site(site: Site, elsewhere: str) -> None:
    with site.browser() as browser:
        assert log_in(browser, next=elsewhere).headers["location"] == "/"
        assert browser.get("/log-in", params={"next": elsewhere}).headers["location"] == "/"


def test_the_cookie_is_for_this_server_alone_and_no_script_reads_it(site: Site) -> None:
    with site.browser() as browser:
        cookie = log_in(browser).headers["set-cookie"]
        assert re.fullmatch(r"session=[\w-]{43}; HttpOnly; Path=/; SameSite=lax", cookie)


def test_by_tls_the_cookie_is_bound_to_the_host_and_named_by_the_path(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    base = BaseAddress.read("https://truy-xuat.example/so-cai")
    settings = Settings(base=base, proxies=read_networks(["127.0.0.1"]))
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "truy-xuat.example"}
    with Ledger.open(path) as ledger, served(create_app(ledger, settings)) as address:
        with Bookkeeping(path) as books:
            lan = add_account(books, LAN, now(), name="Lan", role=Role.ADMIN)
            set_password(books, lan.number, HASHED)
        with client_of(address, Accept="text/html", **forwarded) as browser:
            form = {"email": LAN, "password": PHRASE, "next": "/gaps"}
            answer = browser.post("/so-cai/log-in", data=form)
            cookie = answer.headers["set-cookie"]
            assert answer.headers["location"] == "https://truy-xuat.example/so-cai/gaps"
            assert re.fullmatch(
                r"__Host-session-so-cai=[\w-]{43}; HttpOnly; Path=/; SameSite=lax; Secure", cookie
            )
            shown = {"Cookie": cookie.partition(";")[0]}
            assert LAN in browser.get("/so-cai/gaps", headers=shown).text


def test_each_log_in_is_a_new_session_and_ends_the_one_before(site: Site) -> None:
    with site.browser() as browser:
        browser.cookies.set("session", "chosen by somebody else", domain="127.0.0.1")
        log_in(browser)
        first = browser.cookies["session"]
        assert first != "chosen by somebody else"
        log_in(browser)
        assert browser.cookies["session"] != first
        assert find_session(site.books, first, now()) is None


def test_who_logs_out_is_out_and_so_is_who_had_the_cookie(site: Site) -> None:
    with site.logged_in() as browser:
        kept = browser.cookies["session"]
        answer = browser.post("/log-out")
        assert (answer.status_code, answer.headers["location"]) == (303, "/log-in")
        assert "session" not in browser.cookies
        browser.cookies.set("session", kept)
        assert browser.get("/gaps").status_code == 303


def test_a_session_ends_when_nobody_uses_it_and_after_a_week(site: Site) -> None:
    account = account_of(site.books, LAN)
    assert account is not None
    began = now()
    secret = open_session(site.books, account, began)
    assert find_session(site.books, secret, began + IDLE) is not None  # and now it was used
    assert find_session(site.books, secret, began + 2 * IDLE) is not None
    assert find_session(site.books, secret, began + 3 * IDLE + 1) is None
    busy = open_session(site.books, account, began)
    for used in range(began, began + LONGEST, IDLE):
        assert find_session(site.books, busy, used) is not None
    assert find_session(site.books, busy, began + LONGEST + 1) is None


@pytest.mark.parametrize(
    ("email", "password"),
    [
        pytest.param(LAN, OTHER, id="another password"),
        pytest.param(LAN, "", id="no password"),
        pytest.param(LAN, "x" * 60_000, id="a long one"),
        pytest.param("nobody@farm.example", PHRASE, id="no such account"),
        pytest.param(HOA, OTHER, id="another password of who was deactivated"),
    ],
)
def test_what_does_not_belong_together_is_told_in_one_way(
    site: Site, email: str, password: str
) -> None:
    with site.browser() as browser:
        answer = log_in(browser, email, password)
        assert answer.status_code == 403
        assert problem_of(answer) == (
            "This e-mail address and password do not belong together. Check both and try again."
        )
        assert "set-cookie" not in answer.headers


def test_capitals_of_an_address_and_ways_to_write_an_accent_do_not_matter(site: Site) -> None:
    with site.browser() as browser:
        apart = PHRASE.replace("ố", "o\u0302\u0301")
        assert apart != PHRASE
        assert log_in(browser, " LAN@Farm.Example ", apart).status_code == 303


def test_who_was_deactivated_or_whose_organisation_was_is_not_let_in(site: Site) -> None:
    told = (
        "This account, or its organisation, is not let in any more. "
        "Ask the province or your administrator."
    )
    with site.browser() as browser, site.logged_in() as before:
        assert problem_of(log_in(browser, HOA)) == told
        add_organisation(site.books, Organisation(FARM, "Vườn nho", active=False), now())
        assert problem_of(log_in(browser, LAN)) == told
        assert before.get("/gaps").status_code == 303


def test_one_place_guesses_ten_times_and_shuts_out_nobody_else(site: Site) -> None:
    with site.browser() as browser, site.logged_in() as before:
        assert [log_in(browser, LAN, OTHER).status_code for _ in range(OF_BOTH)] == [403] * OF_BOTH
        answer = log_in(browser)  # now right, but too late
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= 15 * 60
        assert problem_of(answer) == "Too many attempts. Try again in 15 minutes."
        assert log_in(browser, BINH).status_code == 303
        assert before.get("/gaps").status_code == 200


def test_guesses_sent_at_once_are_counted_as_well(site: Site) -> None:
    def guess(number: int) -> int:
        with site.browser() as browser:
            return log_in(browser, LAN, f"{OTHER} {number}").status_code

    with ThreadPoolExecutor(20) as threads:
        found = sorted(threads.map(guess, range(20)))
    assert found == [403] * OF_BOTH + [429] * (20 - OF_BOTH)


def test_who_comes_in_has_not_guessed(site: Site) -> None:
    with site.browser() as browser:
        for _ in range(2):
            wrong = [log_in(browser, LAN, OTHER).status_code for _ in range(OF_BOTH - 1)]
            assert wrong == [403] * (OF_BOTH - 1)
            assert log_in(browser).status_code == 303


def test_limits_let_who_guesses_from_one_place_be_stopped_first() -> None:
    assert OF_BOTH < OF_ACCOUNT < OF_PLACE


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="says nothing"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, id="another port or subdomain"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, id="another site"),
        pytest.param({"Sec-Fetch-Site": "none"}, id="no page"),
        pytest.param({"Origin": "https://elsewhere.example"}, id="an origin elsewhere"),
        pytest.param({"Origin": "null"}, id="a page in a box"),
    ],
)
def test_a_page_of_another_site_writes_nothing_in_the_name_of_who_is_logged_in(
    site: Site, headers: dict[str, str]
) -> None:
    with site.logged_in() as browser, client_of(site.address, **headers) as elsewhere:
        elsewhere.cookies.set("session", browser.cookies["session"])
        for path in ("/upload", "/log-out", "/account", "/epcis/queries", "/captures"):
            answer = elsewhere.post(path, data={"x": "y"})
            assert (answer.status_code, answer.json()["title"]) == (
                403,
                "A page of another site may not write here.",
            )
        assert browser.get("/gaps").status_code == 200


def test_a_page_of_this_site_says_so_in_either_way(site: Site) -> None:
    with site.logged_in() as browser, client_of(site.address, Sec_Fetch_Site="same-origin") as own:
        own.cookies.set("session", browser.cookies["session"])
        assert own.post("/log-out").status_code == 303


def test_only_a_page_of_this_site_listens_in_the_name_of_who_is_logged_in(site: Site) -> None:
    with site.logged_in() as browser:
        query = {"name": "all", "query": {}}
        made = browser.post("/epcis/queries", json=query, headers={"Accept": "*/*"})
        assert made.status_code == 201
        cookie = {"Cookie": f"session={browser.cookies['session']}"}
    address = f"ws{site.address.removeprefix('http')}/epcis/queries/all/events?stream=true"
    for origin in (None, Origin("https://elsewhere.example"), Origin("null")):
        with pytest.raises(InvalidStatus) as refused:
            connect(address, additional_headers=cookie, origin=origin, proxy=None)
        assert refused.value.response.status_code == 403
    with connect(address, additional_headers=cookie, origin=Origin(site.address), proxy=None):
        pass


def test_the_first_account_is_made_once_and_closes_the_server(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger, served(create_app(ledger)) as address:
        with Bookkeeping(path) as books:
            older, link = (make_link(books, "set_up", None, now()) for _ in range(2))
        site = Site(address, Bookkeeping(path))
        with site.books, site.browser() as browser, site.browser() as stranger:
            assert stranger.get("/gaps").status_code == 200  # open, as it is on this machine alone
            assert stranger.get(f"/set-up/{older}").status_code == 404
            form = {"email": BINH, "name": "Bình", "password": "too short"}
            answer = browser.post(f"/set-up/{link}", data=form)
            assert answer.status_code == 422
            assert problem_of(answer) == (
                "The password is too short: it has at least 12 characters."
            )
            done = browser.post(f"/set-up/{link}", data={**form, "password": PHRASE})
            assert (done.status_code, done.headers["location"]) == (303, "/people")
            assert browser.get("/people").status_code == 200
            assert stranger.get("/gaps").status_code == 303
            again = stranger.post(f"/set-up/{link}", data={**form, "password": OTHER})
            assert again.status_code == 404
            assert "This set-up link is not good, or not any more." in again.text


def test_a_server_with_an_address_outside_waits_for_its_first_account(tmp_path: Path) -> None:
    base = BaseAddress.read("https://truy-xuat.example")
    with (
        Ledger.open(tmp_path / "ledger.duckdb") as ledger,
        served(create_app(ledger, Settings(base=base))) as address,
    ):
        told = "Nobody has an account yet: open the set-up link that epcis serve has printed."
        with client_of(address, Accept="text/html", Accept_Language="en") as browser:
            for path in ("/", "/gaps", "/people", "/upload"):
                assert told in browser.get(path).text
            assert told in browser.get("/log-in").text
        with client_of(address) as machine:
            answer = machine.get("/epcis/events")
            assert (answer.status_code, answer.json()["title"]) == (
                401,
                "Nobody has an account yet: open the set-up link that `epcis serve` has printed.",
            )


def test_who_forgot_the_password_learns_nothing_and_is_seen_by_who_manages(site: Site) -> None:
    with site.browser() as browser, site.logged_in(BINH) as manager:
        known, unknown = (
            browser.post("/password", data={"email": email}).text
            for email in (LAN, "nobody@farm.example")
        )
        assert known == unknown
        assert "If there is an account of this address" in known
        assert manager.get("/people").text.count("asks for a new password") == 1


def test_a_link_for_a_password_is_good_once_and_ends_all_sessions(site: Site) -> None:
    account = account_of(site.books, LAN)
    assert account is not None
    link = make_link(site.books, "password", account, now())
    with site.logged_in() as before, site.browser() as browser:
        assert browser.get(f"/password/{link}").status_code == 200  # to look uses nothing up
        own = browser.post(f"/password/{link}", data={"password": "Lan 123456789"})
        assert problem_of(own) == (
            "The password is your own name or address, so it is soon guessed. Choose another."
        )
        done = browser.post(f"/password/{link}", data={"password": OTHER})
        assert (done.status_code, done.headers["location"]) == (303, "/")
        assert browser.get("/gaps").status_code == 200
        assert before.get("/gaps").status_code == 303
        assert browser.post(f"/password/{link}", data={"password": PHRASE}).status_code == 404
    with site.browser() as browser:
        assert log_in(browser).status_code == 403
        assert log_in(browser, LAN, OTHER).status_code == 303


def test_who_knows_their_password_changes_it_and_is_out_elsewhere(site: Site) -> None:
    with site.logged_in() as elsewhere, site.logged_in() as browser:
        wrong = browser.post("/account", data={"current": OTHER, "password": OTHER})
        assert problem_of(wrong) == "The current password is another one."
        done = browser.post("/account", data={"current": PHRASE, "password": OTHER})
        assert done.headers["location"] == "/account?changed=yes"
        assert "The password is changed." in browser.get("/account?changed=yes").text
        assert elsewhere.get("/gaps").status_code == 303


def test_a_page_that_does_not_exist_tells_who_is_logged_in_as_well(site: Site) -> None:
    with site.logged_in() as browser:
        answer = browser.get("/nowhere")
        assert answer.status_code == 404
        assert LAN in answer.text


def test_a_business_is_offered_what_it_may_use(site: Site) -> None:
    with site.logged_in() as lan, site.logged_in(BINH) as binh:
        assert 'href="/people"' not in lan.get("/gaps").text
        assert 'href="/upload"' in lan.get("/gaps").text
        assert 'href="/people"' in binh.get("/gaps").text
        refused = lan.get("/people")
        assert refused.status_code == 403
        assert "With the role business you may not do this." in refused.text


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param({"json": {"email": LAN, "password": PHRASE}}, 415, id="no form"),
        pytest.param({"data": {"email": "x" * 70_000}}, 413, id="too long"),
    ],
)
def test_a_form_is_a_short_form(site: Site, sent: dict[str, object], status: int) -> None:
    with site.browser() as browser:
        assert browser.post("/log-in", **sent).status_code == status  # type: ignore[arg-type] # httpx's own


def test_a_demo_is_read_by_anybody_and_managed_by_who_is_logged_in(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    shown = LogIn("admin", LAN, PHRASE)
    settings = Settings(demo=True, log_ins=(shown,))
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        lan = add_account(books, LAN, now(), name="Lan", role=Role.ADMIN)
        set_password(books, lan.number, HASHED)
        with served(create_app(ledger, settings)) as address:
            site = Site(address, books)
            with site.browser() as browser:
                assert browser.get("/gaps").status_code == 200
                assert PHRASE in browser.get("/log-in").text
                assert browser.get("/people").headers["location"] == "/log-in?next=/people"
                assert browser.post("/people", data={"action": "reset"}).status_code == 403
                log_in(browser)
                assert browser.get("/people").status_code == 200
            with client_of(address, X_Forwarded_For="192.0.2.7") as outside:
                assert outside.get("/gaps.json").status_code == 401


def given_another_password(site: Site) -> None:
    account = account_of(site.books, LAN)
    assert account is not None
    set_password(site.books, account.number, hash_password(OTHER))


def organisation_shut_out(site: Site) -> None:
    add_organisation(site.books, Organisation(FARM, "Vườn nho", active=False), now())


@pytest.mark.parametrize(
    "meanwhile", [given_another_password, organisation_shut_out], ids=lambda one: one.__name__
)
def test_what_was_right_when_it_was_shown_lets_nobody_in_afterwards(
    site: Site, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[Site], None]
) -> None:
    """A password is being worked out while it is changed, or its organisation is shut out."""
    is_right = passwords.is_right

    def slowly(password: str, hashed: str | None) -> bool:
        found = is_right(password, hashed)
        meanwhile(site)
        return found

    monkeypatch.setattr(passwords, "is_right", slowly)
    with site.browser() as browser:
        answer = log_in(browser)
        assert "session" not in browser.cookies
        assert answer.status_code in {303, 403}
        assert browser.get("/account").status_code == 303
    assert "logged_in" not in {one.what for one in journal(site.books)}


def test_a_password_that_was_changed_meanwhile_is_not_changed_by_who_knew_the_one_before(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_right = passwords.is_right

    def slowly(password: str, hashed: str | None) -> bool:
        found = is_right(password, hashed)
        given_another_password(site)
        return found

    with site.logged_in() as browser:
        monkeypatch.setattr(passwords, "is_right", slowly)
        browser.post("/account", data={"current": PHRASE, "password": "sáu con chim trên cây"})
    account = account_of(site.books, LAN)
    assert account is not None
    assert is_right(OTHER, account.password)
