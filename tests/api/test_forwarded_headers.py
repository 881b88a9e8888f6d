"""Scheme and host of the request outside: believed from proxies that are named, and no others."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from api.app import create_app
from api.base_address import BaseAddress, read_networks
from api.settings import Settings
from epcis_core.store.ledger import Ledger
from tests.ingest.documents import captured, document, observed
from tests.served import served

BASE = BaseAddress.read("https://truy-xuat.example")
TOKEN = "of this machine"  # noqa: S105 - of the test
PAGE = {"Accept": "text/html", "Authorization": f"Bearer {TOKEN}"}
FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "truy-xuat.example"}
PROXY, STRANGER = "127.0.0.1", "127.0.0.2"  # both are addresses of this machine


@contextmanager
def serving(ledger: Ledger, *proxies: str, base: BaseAddress | None = BASE) -> Iterator[str]:
    """Serve a ledger that believes proxies."""
    settings = Settings(base=base, proxies=read_networks(proxies), token=TOKEN)
    with served(create_app(ledger, settings)) as address:
        yield address


def asked(url: str, *, by: str = PROXY, **headers: str) -> httpx.Response:
    """Ask from an address of this machine."""
    sent = PAGE | {name.replace("_", "-"): value for name, value in headers.items()}
    with httpx.Client(transport=httpx.HTTPTransport(local_address=by), timeout=60) as client:
        return client.get(url, headers=sent)


def is_secure(answer: httpx.Response) -> bool:
    """Tell whether the cookie for the language is for TLS alone."""
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("language=en; HttpOnly; Max-Age=31536000; Path=/; SameSite=lax")
    return cookie.endswith("; Secure")


def test_a_proxy_that_is_named_tells_scheme_and_host(ledger: Ledger) -> None:
    with serving(ledger, PROXY) as address:
        assert is_secure(asked(f"{address}/?lang=en", **FORWARDED))
        captured(ledger, document(observed()))
        pages = asked(f"{address}/epcis/eventTypes?perPage=1", **FORWARDED, Accept="*/*")
        assert pages.status_code == 200


@pytest.mark.parametrize("proxies", [(), (PROXY,), ("10.0.0.0/8", "::1")])
def test_anybody_else_may_say_what_he_likes(ledger: Ledger, proxies: tuple[str, ...]) -> None:
    with serving(ledger, *proxies) as address:
        assert not is_secure(asked(f"{address}/?lang=en", by=STRANGER, **FORWARDED))
        forged = {"X-Forwarded-Host": "elsewhere.example"}
        assert asked(f"{address}/", by=STRANGER, **forged).status_code == 200


def test_a_network_may_be_named(ledger: Ledger) -> None:
    with serving(ledger, "127.0.0.0/30") as address:
        assert is_secure(asked(f"{address}/?lang=en", by=STRANGER, **FORWARDED))


def test_of_several_values_the_last_is_the_proxys_own(ledger: Ledger) -> None:
    with serving(ledger, PROXY) as address:
        several = {
            "X-Forwarded-Proto": "https, http",
            "X-Forwarded-Host": "elsewhere.example, truy-xuat.example",
        }
        answer = asked(f"{address}/?lang=en", **several)
        assert answer.status_code == 200
        assert not is_secure(answer)


def test_of_several_lines_the_last_is_the_proxys_own(ledger: Ledger) -> None:
    with serving(ledger, PROXY) as address:
        several = [
            *PAGE.items(),
            ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Proto", "http"),
            ("X-Forwarded-Host", "elsewhere.example"),
            ("X-Forwarded-Host", "elsewhere.example, truy-xuat.example"),
        ]
        with httpx.Client(timeout=60) as client:
            answer = client.get(f"{address}/?lang=en", headers=several)
            refused = client.get(f"{address}/?lang=en", headers=[*several, several[-2]])
        assert answer.status_code == 200
        assert not is_secure(answer)
        assert refused.status_code == 400


def test_a_scheme_that_is_none_says_nothing(ledger: Ledger) -> None:
    with serving(ledger, PROXY) as address:
        assert not is_secure(asked(f"{address}/?lang=en", **{"X-Forwarded-Proto": "gopher"}))


@pytest.mark.parametrize(
    ("base", "told"),
    [
        (BASE, "Expected truy-xuat.example or this machine as Host, such as 127.0.0.1, got {!r}."),
        (None, "Expected this machine as Host, such as 127.0.0.1, got {!r}."),
    ],
    ids=["with a base address", "without"],
)
def test_a_host_that_is_not_the_servers_is_refused_though_a_proxy_says_it(
    ledger: Ledger, base: BaseAddress | None, told: str
) -> None:
    with serving(ledger, PROXY, base=base) as address:
        for headers in ({"X-Forwarded-Host": "elsewhere.example"}, {"Host": "elsewhere.example"}):
            answer = asked(f"{address}/health", **headers)
            assert answer.status_code == 400
            assert answer.json()["title"] == told.format("elsewhere.example")


def test_a_base_address_without_a_path_needs_no_prefix_and_leads_to_itself(ledger: Ledger) -> None:
    captured(ledger, document(observed()))
    with serving(ledger) as address:
        inside = asked(f"{address}/balance?id=x")
        assert inside.headers["location"].startswith("/trace?id=")
        outside = asked(f"{address}/balance?id=x", Host="Truy-Xuat.example")
        assert outside.headers["location"].startswith("https://truy-xuat.example/trace?id=")
        assert asked(f"{address}//elsewhere.example/").status_code == 404


def test_paths_that_only_begin_like_the_prefix_are_outside(ledger: Ledger) -> None:
    with serving(ledger, base=BaseAddress.read("https://truy-xuat.example/so-cai")) as address:
        for path in ("/", "/so-caiX", "/so-cai%2F", "/%73o-cai/", "/SO-CAI/", "/health"):
            answer = asked(f"{address}{path}")
            assert answer.status_code == 404, path
            assert answer.json()["title"] == "Everything here stands under /so-cai/."
        for path in ("/so-cai", "/so-cai/", "/so-cai/health"):
            assert asked(f"{address}{path}").status_code == 200, path
