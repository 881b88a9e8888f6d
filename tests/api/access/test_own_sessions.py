"""People see where they are logged in, and end what is not theirs."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.clock import now
from epcis_core.access.roles import Role
from epcis_core.store.registry.entries import (
    IDLE,
    LONGEST,
    end_own_session,
    find_session,
    open_session,
    session_id,
    sessions_of,
)
from epcis_core.store.registry.journal import journal
from tests.api.access.members import OTHER, PHRASE, PLACE, RIVAL, Members, email_of, members

LAN = email_of(Role.BUSINESS)
AGENTS = {
    "Chrome": "Mozilla/5.0 (X11; Linux) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36",
    "Firefox": "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
    "Edge": "Mozilla/5.0 (Windows NT 10.0) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0",
    "Safari": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Mobile/15E148 Safari/604.1",
    "Cốc Cốc": "Mozilla/5.0 (Windows NT 10.0) coc_coc_browser/130.0 Chrome/130.0 Safari/537.36",
    "Another browser": "curl/8.5.0",
}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Members]:
    with members(tmp_path) as site:
        yield site


def cards(page: str) -> list[str]:
    """The sessions on a page, each as its text in one line."""
    listed = page.partition("Where you are logged in</h2>")[2].partition("</section>")[0]
    found = re.findall(r'<li class="card">(.*?)</li>', listed, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in found]


def end(page: str, browser: str) -> dict[str, str]:
    """The form behind the button that ends the session of a browser."""
    form = re.search(
        rf'<strong>{browser}</strong>(?:(?!</li>).)*?name="session" value="(\w+)"', page, re.DOTALL
    )
    assert form is not None, page
    return {"action": "end", "session": form[1], "current": PHRASE}


@pytest.mark.parametrize("browser", AGENTS)
def test_a_log_in_is_listed_with_its_browser_place_and_times(site: Members, browser: str) -> None:
    with site.stranger(User_Agent=AGENTS[browser]) as client:
        assert client.post("/log-in", data={"email": LAN, "password": PHRASE}).status_code == 303
        (told,) = cards(client.get("/account").text)
    when = r"\d{1,2} \w{3} \d{4}, \d\d:\d\d"
    assert re.fullmatch(
        rf"{browser} From the address {PLACE} Logged in {when} Last used {when} this browser", told
    )
    with site.books.reading() as connection:
        (row,) = connection.execute("SELECT * FROM session")
    assert not [value for value in row if isinstance(value, str) and "/" in value]  # no whole agent


def test_people_end_one_of_their_sessions_or_all_others(site: Members) -> None:
    account = site.account(Role.BUSINESS)
    began = now()
    stolen, other = (
        open_session(site.books, account, began, place=place, browser=browser)
        for place, browser in (("192.0.2.7", "Edge"), ("2001:db8::/64", "Firefox"))
    )
    foreign = open_session(site.books, site.account(Role.BUSINESS, RIVAL), began)
    with site.browser(Role.BUSINESS) as browser:
        own = browser.cookies["session"]
        page = browser.get("/account").text
        assert len(cards(page)) == 3
        form = end(page, "Edge")
        wrong = browser.post("/account", data=form | {"current": OTHER})
        assert wrong.status_code == 422
        assert "The password until now is another one." in wrong.text
        assert len(cards(wrong.text)) == 3
        answer = browser.post("/account", data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, "/account")
        left = [find_session(site.books, one, now()) is not None for one in (own, stolen, other)]
        assert left == [True, False, True]
        browser.post("/account", data={"action": "end", "session": "", "current": PHRASE})
        assert len(cards(browser.get("/account").text)) == 1
    assert find_session(site.books, other, now()) is None
    assert find_session(site.books, foreign, now()) is not None
    assert [(one.who, one.what, one.about) for one in reversed(journal(site.books))] == [
        (LAN, "log_in_refused", LAN),
        (LAN, "session_ended", "Edge 192.0.2.7"),
        (LAN, "session_ended", "Firefox 2001:db8::/64"),
    ]


def test_nobody_ends_or_sees_the_session_of_another(site: Members) -> None:
    account = site.account(Role.BUSINESS, RIVAL)
    foreign = open_session(site.books, account, now(), place="192.0.2.9")
    form = {"action": "end", "session": session_id(foreign), "current": PHRASE}
    with site.browser(Role.ADMIN) as browser, site.stranger() as stranger:
        assert "192.0.2.9" not in browser.get("/account").text
        assert browser.post("/account", data=form).status_code == 303
        there = stranger.post("/account", data=form)
        assert (there.status_code, there.headers["location"]) == (303, "/log-in?next=/account")
    assert find_session(site.books, foreign, now()) is not None
    assert journal(site.books) == []


def test_only_sessions_that_still_let_somebody_in_are_listed(site: Members) -> None:
    account, began = site.account(Role.BUSINESS), now()
    secret = open_session(site.books, account, began)
    assert [one.id for one in sessions_of(site.books, account, began)] == [session_id(secret)]
    for later in (began + IDLE, began + IDLE + 1, began + LONGEST + 1):
        listed = bool(sessions_of(site.books, account, later))
        assert listed == (later == began + IDLE)
    assert find_session(site.books, secret, began + IDLE) is not None
    assert [one.seen for one in sessions_of(site.books, account, began)] == [began + IDLE]


def test_a_session_ends_once(site: Members) -> None:
    account = site.account(Role.BUSINESS)
    open_session(site.books, account, now())
    (one,) = sessions_of(site.books, account, now())
    assert end_own_session(site.books, one)
    assert not end_own_session(site.books, one)


def test_what_names_a_session_lets_nobody_in(site: Members) -> None:
    account = site.account(Role.BUSINESS)
    secret = open_session(site.books, account, now())
    with site.stranger() as browser:
        browser.cookies.set("session", session_id(secret), domain=PLACE)
        assert browser.get("/account").headers["location"] == "/log-in?next=/account"
