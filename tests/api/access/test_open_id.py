"""People log in by a service that vouches for them: only whom it is right about, and only here."""

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from joserfc.jwk import RSAKey

from api.access.log_in import OF_PLACE
from api.access.passwords import hash_password
from api.app import create_app
from api.base_address import BaseAddress, read_networks
from api.clock import now
from api.open_id.configured import OpenId
from api.open_id.journey import GOOD_FOR, Journey
from api.open_id.provider import Provider
from api.open_id.tokens import TOLERANCE
from api.settings import Settings
from epcis_core.access.roles import Role
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.accounts import account_of, add_account, set_active, set_password
from epcis_core.store.registry.attempts import forget_tries
from epcis_core.store.registry.entries import make_link
from epcis_core.store.registry.organisations import Organisation, add_organisation
from tests.api.access.providers import (
    CLIENT,
    KEYS,
    SECRET,
    Claims,
    Signing,
    TestProvider,
    provider,
    signed_by_what_is_public,
    unsigned,
)
from tests.api.access.test_log_in import problem_of
from tests.served import client_of, served

FARM = "https://id.gs1.org/417/8936099140001"
LAN, HOA = "lan@farm.example", "hoa@farm.example"
HERS = {"sub": "lan-1", "email": LAN, "email_verified": True}


class Site:
    """A served ledger that Lan and Hoa were invited to, and the provider it trusts."""

    def __init__(self, address: str, app: FastAPI, books: Bookkeeping, of: TestProvider) -> None:
        self.address = address
        self.app = app
        self.books = books
        self.provider = of

    def browser(self, language: str = "en") -> httpx.Client:
        """A browser of somebody, who follows where it is led by hand."""
        return client_of(self.address, Accept="text/html", Accept_Language=language)

    def there(self, browser: httpx.Client, following: str = "/") -> str:
        """Begin a log-in; the address that the provider leads back to."""
        sent = browser.get("/log-in/open-id", params={"next": following})
        assert sent.status_code == 303
        with httpx.Client(trust_env=False) as elsewhere:
            return elsewhere.get(sent.headers["location"]).headers["location"]

    def log_in(self, browser: httpx.Client, following: str = "/") -> httpx.Response:
        """Log in; the answer to the browser that comes back."""
        return browser.get(self.there(browser, following))


@contextmanager
def site_of(folder: Path, of: TestProvider, **more: Any) -> Iterator[Site]:
    path = folder / "ledger.duckdb"
    settings = Settings(open_id=OpenId.read(of.address, CLIENT, SECRET, "Cổng tỉnh"), **more)
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        add_organisation(books, Organisation(FARM, "Vườn nho"), now())
        for email in (LAN, HOA):
            add_account(books, email, now(), name="Lan", role=Role.BUSINESS, organisation=FARM)
        app = create_app(ledger, settings)
        with served(app) as address:
            yield Site(address, app, books, of)


@pytest.fixture(scope="module")
def one_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with provider() as of, site_of(tmp_path_factory.mktemp("site"), of) as made:
        yield made


@pytest.fixture
def site(one_site: Site) -> Site:
    """The site as if nobody had come yet."""
    of = one_site.provider
    of.person, of.userinfo, of.signing, of.metadata = HERS, None, Signing(RSA), {}
    of.asked.clear()
    known: Provider = one_site.app.state.provider
    one_site.app.state.provider = Provider(known.configured, known.outward)  # asks anew
    forget_tries(one_site.books, ["from 127.0.0.1"])
    for email in (LAN, HOA):
        account = account_of(one_site.books, email)
        assert account is not None
        for active in (False, True):
            set_active(one_site.books, account.number, active=active)
    return one_site


def is_in(browser: httpx.Client, email: str = LAN) -> bool:
    answer = browser.get("/account")
    return answer.status_code == 200 and email in answer.text


def test_whoever_was_invited_and_is_vouched_for_comes_in_where_they_wanted_to_go(
    site: Site,
) -> None:
    with site.browser() as browser:
        form = browser.get("/log-in", params={"next": "/gaps?lang=en"}).text
        assert 'href="/log-in/open-id?next=/gaps%3Flang%3Den"' in form
        assert "Log in with Cổng tỉnh" in form
        answer = site.log_in(browser, "/gaps?lang=en")
        assert (answer.status_code, answer.headers["location"]) == (303, "/gaps?lang=en")
        assert is_in(browser)
        assert "open-id" not in browser.cookies


def test_the_log_in_page_says_nothing_of_it_where_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        add_account(books, LAN, now(), name="Lan", role=Role.ADMIN)
        with served(create_app(ledger)) as address, client_of(address) as browser:
            assert "open-id" not in browser.get("/log-in").text
            assert browser.get("/log-in/open-id").status_code == 404
            assert browser.get("/log-in/open-id/back").status_code == 404


@pytest.mark.parametrize("algorithm", KEYS)
def test_each_signature_by_a_pair_of_keys_is_taken(site: Site, algorithm: str) -> None:
    site.provider.signing = Signing(KEYS[algorithm], algorithm)
    with site.browser() as browser:
        site.log_in(browser)
        assert is_in(browser)


def without(name: str) -> Callable[[Claims], Claims]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


def saying(**told: Any) -> Callable[[Claims], Claims]:
    return lambda claims: {**claims, **told}


def at(seconds: float) -> int:
    return int(time.time() + seconds)


RSA: RSAKey = KEYS["RS256"]
SMALL = {**RSA.as_dict(private=False), "n": "r" * 171}  # 1,024 bits
NOT_RELIED_ON: dict[str, Callable[[], Signing]] = {
    "another issuer": lambda: Signing(RSA, change=saying(iss="https://other.example")),
    "no issuer": lambda: Signing(RSA, change=without("iss")),
    "another client": lambda: Signing(RSA, change=saying(aud="other")),
    "no client": lambda: Signing(RSA, change=without("aud")),
    "clients that are no names": lambda: Signing(RSA, change=saying(aud={CLIENT: True})),
    "several clients, none of whom asked": lambda: Signing(RSA, change=saying(aud=[CLIENT, "b"])),
    "asked for by another": lambda: Signing(RSA, change=saying(azp="other")),
    "another log-in": lambda: Signing(RSA, change=saying(nonce="other")),
    "no log-in": lambda: Signing(RSA, change=without("nonce")),
    "a log-in that is no text": lambda: Signing(RSA, change=saying(nonce=["x"])),
    "expired": lambda: Signing(RSA, change=saying(exp=at(-TOLERANCE - 5))),
    "without an end": lambda: Signing(RSA, change=without("exp")),
    "an end that is no number": lambda: Signing(RSA, change=saying(exp="9999999999")),
    "an end that is true": lambda: Signing(RSA, change=saying(exp=True)),
    "without a beginning": lambda: Signing(RSA, change=without("iat")),
    "of the future": lambda: Signing(RSA, change=saying(iat=at(TOLERANCE + 60))),
    "not good yet": lambda: Signing(RSA, change=saying(nbf=at(TOLERANCE + 60))),
    "nobody": lambda: Signing(RSA, change=without("sub")),
    "an empty name": lambda: Signing(RSA, change=saying(sub="")),
    "a name that is a number": lambda: Signing(RSA, change=saying(sub=7)),
    "unsigned": lambda: Signing(RSA, token=unsigned),
    "signed by what is public": lambda: Signing(RSA, token=signed_by_what_is_public(RSA)),
    "signed by another key": lambda: Signing(
        KEYS["PS256"], published=[{**RSA.as_dict(private=False), "kid": "one"}]
    ),
    "a key of another name": lambda: Signing(
        RSA, header={"kid": "two"}, published=[{**RSA.as_dict(private=False), "kid": "one"}]
    ),
    "signed as nobody should": lambda: Signing(RSA, "RS512"),
    "no token": lambda: Signing(RSA, token=lambda _: "no token"),
    "an empty token": lambda: Signing(RSA, token=lambda _: ""),
}


@pytest.mark.parametrize("what", NOT_RELIED_ON)
def test_what_the_provider_says_is_not_relied_on_where_it_is(site: Site, what: str) -> None:
    site.provider.signing = NOT_RELIED_ON[what]()
    with site.browser() as browser:
        answer = site.log_in(browser)
        assert (answer.status_code, problem_of(answer)) == (
            403,
            (
                "What Cổng tỉnh has answered cannot be relied on, so nobody was let in. Begin "
                "again; if that does not help, tell whoever runs this server."
            ),
        )
        assert not is_in(browser)


@pytest.mark.parametrize(
    "keys",
    [
        [],
        [{"kty": "oct", "k": "c2VjcmV0", "kid": "one"}],
        [{**RSA.as_dict(private=False), "use": "enc", "kid": "one"}],
        [{**SMALL, "kid": "one"}],
        [{"kty": "RSA", "n": 1, "kid": "one"}, None, "x"],
    ],
    ids=["none", "a secret", "for another use", "a small one", "broken"],
)
def test_a_provider_without_a_key_to_sign_by_lets_nobody_in(
    site: Site, keys: list[dict[str, Any]]
) -> None:
    site.provider.signing = Signing(RSA, published=keys)
    with site.browser() as browser:
        assert problem_of(site.log_in(browser)) == (
            "Cổng tỉnh does not answer now. Try again later, or log in with a password."
        )


def test_clocks_may_differ_by_a_minute(site: Site) -> None:
    site.provider.signing = Signing(
        RSA, change=saying(exp=at(-TOLERANCE / 2), iat=at(TOLERANCE / 2))
    )
    with site.browser() as browser:
        site.log_in(browser)
        assert is_in(browser)


def test_the_keys_are_asked_for_again_when_the_provider_signs_by_a_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.open_id.provider._NEW_KEYS", -1)
    with provider() as of, site_of(tmp_path, of) as site:
        of.person = HERS
        with site.browser() as browser:
            site.log_in(browser)
            of.signing = Signing(KEYS["ES256"], "ES256", {"kid": "new"})
            browser.post("/log-out", headers={"Origin": site.address})
            site.log_in(browser)
            assert is_in(browser)
        assert of.asked.count("keys") == 2
        assert of.asked.count("metadata") == 1


def test_a_code_is_taken_from_the_browser_alone_that_has_begun(site: Site) -> None:
    """Whoever gets somebody to open an address with a code of theirs logs nobody in as them."""
    with site.browser() as theirs, site.browser() as hers:
        back = site.there(theirs)
        for begun in (False, True):
            if begun:
                site.there(hers)
            answer = hers.get(back)
            assert (answer.status_code, problem_of(answer)) == (
                403,
                "This log-in has taken too long, or was begun elsewhere. Begin again.",
            )
        assert not is_in(hers)
        assert site.provider.asked.count("token") == 0


def test_a_way_back_is_good_once(site: Site) -> None:
    with site.browser() as browser:
        back = site.there(browser)
        kept = browser.cookies["open-id"]
        assert browser.get(back).status_code == 303
        browser.cookies.clear()
        browser.cookies.set("open-id", kept)
        answer = browser.get(back)
        assert (answer.status_code, problem_of(answer)) == (
            403,
            "Cổng tỉnh did not let you in. Begin again, or log in with a password.",
        )


def test_a_log_in_ends_after_ten_minutes_and_cannot_be_made_outside(site: Site) -> None:
    key = site.books.secret("open_id")
    with site.browser() as browser:
        site.there(browser)
        begun = Journey.begin("/", now() - GOOD_FOR * 1_000_000 - 1)
        for kept in (begun.kept(key), replace(begun, begun=now()).kept(bytes(32)), "x", "", "ế"):
            cookie = f"open-id={kept}".encode()
            browser.cookies.clear()
            answer = browser.get(
                "/log-in/open-id/back",
                params={"code": "code-0", "state": begun.state},
                headers=[(b"cookie", cookie)],
            )
            assert answer.status_code == 403
            assert "Begin again" in problem_of(answer)
    assert site.provider.asked.count("token") == 0


@pytest.mark.parametrize("given", ["https://other.example", ""])
def test_an_answer_of_another_provider_is_not_taken(site: Site, given: str) -> None:
    with site.browser() as browser:
        back = urlsplit(site.there(browser))
        told = {name: value[0] for name, value in parse_qs(back.query).items()}
        answer = browser.get(back.path, params={**told, "iss": given})
        assert "cannot be relied on" in problem_of(answer)
    assert site.provider.asked.count("token") == 0


def test_who_says_no_at_the_provider_is_told_so(site: Site) -> None:
    with site.browser("vi") as browser:
        back = urlsplit(site.there(browser))
        told = {name: value[0] for name, value in parse_qs(back.query).items()}
        told = {"error": "access_denied", "state": told["state"], "iss": told["iss"]}
        assert problem_of(browser.get(back.path, params=told)) == (
            "Cổng tỉnh không cho bạn vào. Hãy bắt đầu lại, hoặc đăng nhập bằng mật khẩu."
        )


@pytest.mark.parametrize(
    ("person", "told"),
    [
        (
            {"sub": "x", "email": "x@x.example", "email_verified": True},
            (
                "Nobody was invited under x@x.example. Ask the province, or whoever manages "
                "accounts, for an invitation to this address."
            ),
        ),
        (
            {"sub": "x", "email": "<b>@x.example", "email_verified": True},
            (
                "Nobody was invited under &lt;b&gt;@x.example. Ask the province, or whoever "
                "manages accounts, for an invitation to this address."
            ),
        ),
        *(
            (
                {"sub": "x", **of},
                (
                    "Cổng tỉnh does not say which e-mail address is yours. Let it confirm your "
                    "address, or log in with a password."
                ),
            )
            for of in (
                {},
                {"email": LAN},
                {"email": LAN, "email_verified": False},
                {"email": LAN, "email_verified": "false"},
                {"email": LAN, "email_verified": 1.5},
                {"email": [LAN], "email_verified": True},
            )
        ),
    ],
)
def test_whoever_was_not_invited_is_told_why_they_are_not_in(
    site: Site, person: Claims, told: str
) -> None:
    site.provider.person = person
    with site.browser() as browser:
        answer = site.log_in(browser)
        assert (answer.status_code, problem_of(answer)) == (403, told)
        assert not is_in(browser)


def test_what_the_token_does_not_say_is_asked_for_and_is_of_the_same_person(site: Site) -> None:
    site.provider.person = {"sub": "lan-1"}
    with site.browser() as browser:
        site.provider.userinfo = {**HERS, "sub": "other"}
        assert "cannot be relied on" in problem_of(site.log_in(browser))
        site.provider.userinfo = HERS
        site.log_in(browser)
        assert is_in(browser)


def test_an_account_stays_with_the_person_who_came_first(site: Site) -> None:
    """A provider may give an address to somebody else, and a person another address."""
    with site.browser() as hers, site.browser() as theirs:
        site.log_in(hers)
        site.provider.person = {**HERS, "sub": "other-2"}
        assert problem_of(site.log_in(theirs)) == (
            "This account is already used through another log-in at Cổng tỉnh. Ask whoever manages "
            "accounts."
        )
        site.provider.person = {"sub": "lan-1", "email": HOA, "email_verified": True}
        site.log_in(theirs)
        assert is_in(theirs, LAN)


def test_who_is_deactivated_is_told_and_the_account_is_given_anew_afterwards(site: Site) -> None:
    account = account_of(site.books, LAN)
    assert account is not None
    with site.browser() as browser, site.browser() as other:
        site.log_in(browser)
        set_active(site.books, account.number, active=False)
        assert not is_in(browser)
        answer = site.log_in(browser)
        assert answer.status_code == 403
        assert problem_of(answer).startswith("This account, or its organisation, is not let in")
        set_active(site.books, account.number, active=True)
        site.provider.person = {**HERS, "sub": "other-2"}
        site.log_in(other)
        assert is_in(other)


def test_an_invitation_ends_when_its_person_comes_in_otherwise(site: Site) -> None:
    account = account_of(site.books, LAN)
    assert account is not None
    secret = make_link(site.books, "invitation", account, now())
    with site.browser() as browser:
        assert browser.get(f"/password/{secret}").status_code == 200
        site.log_in(browser)
        assert browser.get(f"/password/{secret}").status_code == 404


def test_a_password_goes_on_being_good(site: Site) -> None:
    account = account_of(site.books, LAN)
    assert account is not None
    with site.browser() as browser:
        site.log_in(browser)
        set_password(site.books, account.number, hash_password("bốn con cừu trắng"))
        assert not is_in(browser)
        given = {"email": LAN, "password": "bốn con cừu trắng"}
        browser.post("/log-in", data=given, headers={"Origin": site.address})
        assert is_in(browser)
        browser.post("/log-out", headers={"Origin": site.address})
        site.log_in(browser)
        assert is_in(browser)


@pytest.mark.parametrize("elsewhere", ["https://x.example/", "//x.example", "/\\x.example"])
def test_nobody_is_led_to_another_site(site: Site, elsewhere: str) -> None:
    with site.browser() as browser:
        assert site.log_in(browser, elsewhere).headers["location"] == "/"
        again = browser.get("/log-in/open-id", params={"next": elsewhere})
        assert again.headers["location"] == "/"


def test_one_place_comes_back_so_often_and_no_more(site: Site) -> None:
    site.provider.person = {"sub": "x"}
    with site.browser() as browser:
        for _ in range(OF_PLACE):
            assert site.log_in(browser).status_code == 403
        asked = site.provider.asked.count("token")
        answer = site.log_in(browser)
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) <= 15 * 60
        assert site.provider.asked.count("token") == asked


@pytest.mark.parametrize(
    "published",
    [
        {"issuer": "https://other.example"},
        {"token_endpoint": "http://sso.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
    ],
    ids=str,
)
def test_a_provider_that_does_not_publish_what_it_should_is_not_asked(
    site: Site, published: Claims
) -> None:
    site.provider.metadata = published
    with site.browser() as browser:
        answer = browser.get("/log-in/open-id")
        assert answer.status_code == 403
        assert "does not answer now" in problem_of(answer)


def test_what_the_provider_publishes_leads_nowhere_inside(site: Site) -> None:
    site.provider.metadata = {"token_endpoint": "https://169.254.169.254/token"}
    with site.browser() as browser:
        assert "does not answer now" in problem_of(site.log_in(browser))


def test_a_provider_that_is_not_there_lets_nobody_in_and_hinders_nobody(tmp_path: Path) -> None:
    with provider() as of:
        pass
    with site_of(tmp_path, of) as site, site.browser() as browser:
        answer = browser.get("/log-in/open-id")
        assert (answer.status_code, problem_of(answer)) == (
            403,
            "Cổng tỉnh does not answer now. Try again later, or log in with a password.",
        )
        assert 'name="password"' in answer.text


def test_a_client_without_a_secret_shows_what_only_it_knows(tmp_path: Path) -> None:
    with provider() as of, site_of(tmp_path, of) as made:
        of.has_to_show, of.person = False, HERS
        configured = OpenId.read(of.address, CLIENT)
        path = tmp_path / "other.duckdb"
        with (
            Ledger.open(path) as ledger,
            served(app := create_app(ledger, Settings(open_id=configured))) as address,
        ):
            with Bookkeeping(path) as books:
                add_account(books, LAN, now(), name="Lan", role=Role.PROVINCE)
            site = Site(address, app, made.books, of)
            with site.browser() as browser:
                site.log_in(browser)
                assert is_in(browser)


def test_by_tls_the_cookie_is_bound_to_the_host_and_the_way_back_is_outside(
    tmp_path: Path,
) -> None:
    base = BaseAddress.read("https://truy-xuat.example/so-cai")
    proxies = read_networks(["127.0.0.1"])
    with provider() as of, site_of(tmp_path, of, base=base, proxies=proxies) as site:
        headers = {"Host": base.host, "X-Forwarded-Proto": "https", "X-Forwarded-Host": base.host}
        with site.browser() as browser:
            answer = browser.get("/so-cai/log-in/open-id", headers=headers)
    asked = parse_qs(urlsplit(answer.headers["location"]).query)
    assert asked["redirect_uri"] == ["https://truy-xuat.example/so-cai/log-in/open-id/back"]
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-open-id-so-cai=")
    assert cookie.endswith("; HttpOnly; Max-Age=600; Path=/; SameSite=lax; Secure")


def test_the_log_tells_the_operator_why_and_no_secret(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.provider.signing = Signing(RSA, change=saying(aud="other"))
    with caplog.at_level(logging.INFO), site.browser() as browser:
        back = site.there(browser)
        browser.get(back)
    told = [one.getMessage() for one in caplog.records if one.name == "api.web.open_id"]
    assert told == [
        "log-in by OpenID Connect: The ID token cannot be relied on: it is for another."
    ]


@pytest.mark.parametrize(
    "issuer",
    [
        "http://sso.example",
        "sso.example",
        "https://",
        "https://a:b@sso.example",
        "https://sso.example?x=1",
        "https://sso.example#x",
        "https://sso.example:x",
        "ftp://x.example",
    ],
)
def test_an_issuer_has_to_be_an_address_that_is_read_there_alone(issuer: str) -> None:
    with pytest.raises(ValueError, match=re.escape("Expected an address like https://sso.example")):
        OpenId.read(issuer, CLIENT)


def test_a_client_has_to_have_a_name() -> None:
    with pytest.raises(ValueError, match=r"Expected how https://sso\.example knows this server"):
        OpenId.read("https://sso.example", " ")
