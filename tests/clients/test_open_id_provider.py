"""A certified OpenID provider, of others, in front of a served ledger: a person logs in by it."""

import html
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest
from fastapi import FastAPI

from api.app import create_app
from api.clock import now
from api.open_id.configured import OpenId
from api.open_id.provider import Provider
from api.settings import Settings
from epcis_core.access.roles import Role
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.accounts import add_account
from tests.clients.others import library_of
from tests.served import client_of, served

SCRIPT = Path(__file__).with_name("open_id_provider.mjs")
SECRET = "of a test, and long enough for it"  # noqa: S105 - of a test
UNKNOWN = OpenId.read("http://127.0.0.1:1", "ledger")


@pytest.fixture
def library() -> Path:
    """The folder of the provider; tests that need it skip without."""
    return library_of(
        "oidc-provider", "OIDC_PROVIDER", "run `npm install --no-save oidc-provider@9`"
    )


@contextmanager
def provider(library: Path, back: str) -> Iterator[str]:
    """Run the provider for a ledger at an address, and give its own."""
    with subprocess.Popen(
        ["node", SCRIPT, library, SECRET, back],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            address = process.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:"), "the provider did not start"
            yield address
        finally:
            process.kill()


def trust(app: FastAPI, issuer: str) -> None:
    """Let a server ask a provider that was started after it, since it has to know the server."""
    configured = OpenId.read(issuer, "ledger", SECRET, "SSO")
    app.state.provider = Provider(configured, app.state.provider.outward)


def logged_in(browser: httpx.Client, address: str, person: str) -> httpx.Response:
    """Log in as somebody, through the provider's own forms; the answer when the browser is back."""
    answer = browser.get(f"{address}/log-in/open-id", follow_redirects=True)
    for _ in range(3):
        form = re.search(r'<form[^>]* action="([^"]+)"', answer.text)
        if form is None or str(answer.url).startswith(address):
            break
        hidden = re.search(r'name="prompt" value="(\w+)"', answer.text)
        assert hidden is not None, answer.text
        answer = browser.post(
            urljoin(str(answer.url), html.unescape(form[1])),
            data={"prompt": hidden[1], "login": person, "password": "any"},
            follow_redirects=True,
        )
    return answer


def test_a_person_logs_in_by_a_certified_provider(library: Path, tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        for person in ("lan", "hoa"):
            add_account(books, f"{person}@farm.example", now(), name=person, role=Role.PROVINCE)
        app = create_app(ledger, Settings(open_id=UNKNOWN))
        with (
            served(app) as address,
            provider(library, f"{address}/log-in/open-id/back") as issuer,
        ):
            trust(app, issuer)
            for person, told in (
                ("lan", ""),
                ("binh", "Nobody was invited under binh@farm.example."),
                ("hoa", "SSO does not say which e-mail address is yours."),
            ):
                with client_of(address, Accept="text/html", Accept_Language="en") as browser:
                    answer = logged_in(browser, address, person)
                    assert str(answer.url).startswith(address)
                    assert (answer.status_code, told in answer.text) == (403 if told else 200, True)
                    has_come = f"{person}@farm.example" in browser.get("/account").text
                    assert has_come == (not told)
