"""A served ledger with people of each role, two firms, and browsers in which they are logged in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from fastapi import FastAPI

from api.access.passwords import hash_password
from api.app import create_app
from api.clock import now
from api.settings import Settings
from epcis_core.access.roles import Role
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.accounts import Account, account_of, add_account, set_password
from epcis_core.store.registry.entries import open_session
from epcis_core.store.registry.organisations import Organisation, add_organisation
from tests.served import client_of, served

FARM, RIVAL = "https://id.gs1.org/417/8936099140001", "https://id.gs1.org/417/9506000134307"
PHRASE, OTHER = "bốn con cừu trắng", "năm quả nho đỏ tươi"
PLACE = "127.0.0.1"
"""Where all requests of the tests come from."""

_HASHED = hash_password(PHRASE)


def email_of(role: Role, party: str = FARM) -> str:
    return f"{role}@{'farm' if party == FARM else 'rival'}.example"


@dataclass
class Members:
    """A served ledger; of each role there is somebody, of business at both firms."""

    address: str
    books: Bookkeeping
    path: Path
    ledger: Ledger
    app: FastAPI

    def account(self, role: Role, party: str = FARM) -> Account:
        found = account_of(self.books, email_of(role, party))
        assert found is not None
        return found

    @contextmanager
    def stranger(self, language: str = "en", **headers: str) -> Iterator[httpx.Client]:
        """A browser in which nobody is logged in."""
        kept = {"Accept": "text/html", "Accept-Language": language, "Origin": self.address}
        with client_of(self.address, **{**kept, **headers}) as browser:
            yield browser

    @contextmanager
    def browser(self, role: Role, party: str = FARM, **more: str) -> Iterator[httpx.Client]:
        """A browser with a session of somebody, who came in unnoted."""
        with self.stranger(**more) as browser:
            secret = open_session(self.books, self.account(role, party), now())
            browser.cookies.set("session", secret, domain=PLACE)
            yield browser


@contextmanager
def members(folder: Path, settings: Settings | None = None) -> Iterator[Members]:
    """Serve a ledger of a folder, whose people all have the same password."""
    path = folder / "ledger.duckdb"
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        add_organisation(books, Organisation(FARM, "Vườn nho Đồi Nắng"), now())
        add_organisation(books, Organisation(RIVAL, "Vườn táo Gió"), now())
        people = [(role, FARM) for role in Role] + [(Role.BUSINESS, RIVAL)]
        for role, party in people:
            member = party if role is Role.BUSINESS else None
            email = email_of(role, party)
            made = add_account(books, email, now(), name=role, role=role, organisation=member)
            set_password(books, made.number, _HASHED)
        app = create_app(ledger, settings)
        with served(app) as address:
            yield Members(address, books, path, ledger, app)
