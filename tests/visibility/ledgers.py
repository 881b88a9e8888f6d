"""Ledgers of stories, served, and asked through the eyes of a party."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import httpx
from fastapi import FastAPI

from api.access.quota import Quota
from api.app import create_app
from api.metrics import Metrics
from api.settings import DAILY_QUOTA
from epcis_core.access.roles import Role
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.keys import make_key
from epcis_core.store.registry.organisations import Organisation, add_organisation
from ingest.capture import capture_into
from ingest.report import CaptureReport
from tests.served import client_of, served
from tests.visibility.parties import PARTIES, Party
from tests.visibility.story import HOUR, START, Sending


@dataclass(frozen=True)
class Site:
    """A ledger that is served.

    Attributes:
        address: of the server.
        keys: of the parties, by id.
        reports: what became of each document.
    """

    address: str
    keys: dict[str, str]
    reports: list[CaptureReport]

    def client(self, party: Party) -> httpx.Client:
        """Return a client that shows the key of a party.

        No connection is kept: on a busy machine the server may let go of it when it is used again.
        """
        key = f"Bearer {self.keys[party.id]}"
        return client_of(self.address, Authorization=key, Connection="close")


def capture_id(place: int) -> str:
    """What the capture of a document is called by its place in a story."""
    return f"00000000-0000-4000-8000-{place:012d}"


@contextmanager
def site_of(
    sendings: Iterable[tuple[int, Sending]], only: Sequence[Party] = PARTIES
) -> Iterator[Site]:
    """Serve a ledger of documents, each with its place in a story, which gives time and name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.duckdb"
        with Ledger.open(path) as ledger, Bookkeeping(path) as books:
            reports = [_captured(ledger, place, sending) for place, sending in sendings]
            for one in PARTIES:
                add_organisation(books, Organisation(one.id, one.name, owned=one.owned), START)
            keys = {one.id: make_key(books, Role.BUSINESS, one.id, START) for one in only}
            with served(_app_of(ledger)) as address:
                yield Site(address, keys, reports)


def _app_of(ledger: Ledger) -> FastAPI:
    """Return the one application of this process, for a ledger: to make it takes a second."""
    app = _application()
    app.state.ledger, app.state.quota = ledger, Quota(ledger, DAILY_QUOTA)
    app.state.metrics = Metrics()  # each server measures its own ledger
    return app


@cache
def _application() -> FastAPI:
    with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder) / "none") as ledger:
        return create_app(ledger)


def _captured(ledger: Ledger, place: int, sending: Sending) -> CaptureReport:
    report = CaptureReport(f"document {place}", capture_id(place))
    capture_into(
        report,
        ledger,
        BytesIO(sending.document()),
        now=START + place * HOUR,
        organisation=sending.sender.id,
        proceed=sending.proceed,
    )
    return report
