"""A server whose registry has links, pages and recalls. All firms and numbers are invented."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from api.app import create_app
from api.web.public_content import Origin, PublicContent, Stage
from epcis_core.access.roles import Role
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.keys import make_key
from epcis_core.store.registry.organisations import Organisation, add_organisation
from tests.ingest.documents import NOW
from tests.served import client_of, served

FARM = "https://id.gs1.org/417/9506000911007"
RIVAL = "https://id.gs1.org/417/8936099140001"
PREFIX = "9506000"
GTIN = "09506000134352"
PRODUCT = f"https://id.gs1.org/01/{GTIN}"
PAGE = PublicContent(
    name_vi="Nho đỏ Vườn Cát",
    name_en="Red grapes of Sand Garden",
    maker="Vườn Cát",
    address="Thôn Cát, Xã Ninh Phước, Khánh Hòa",
    origin=Origin(country="VN", place="Lô số 1, Xã Ninh Phước", latitude=11.52, longitude=108.91),
    brand="Vườn Cát Gold",
    gtin=GTIN,
    lot="L1",
    produced="2026-03-11",
    expires="2026-03-25",
    harvested="2026-03-10",
    stages=(
        Stage(
            what="harvested",
            party="Vườn Cát",
            place="Lô số 1, Xã Ninh Phước",
            day="2026-03-10",
            until="2026-03-11",
        ),
    ),
    kept_until="2031-03-11",
)


@dataclass
class Site:
    """A running server, its books, and a key of each who may ask."""

    address: str
    ledger: Ledger
    books: Bookkeeping
    keys: dict[str, str]

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask as anybody, without following where one is led."""
        with client_of(self.address, **headers) as client:
            return client.get(path)

    def post(self, path: str, who: str, **form: str) -> httpx.Response:
        """Send a form as somebody who looks at pages."""
        headers = {"Authorization": f"Bearer {self.keys[who]}", "Accept": "text/html"}
        with client_of(self.address, **headers) as client:
            return client.post(path, data=form)


@contextmanager
def site_in(folder: Path) -> Iterator[Site]:
    """Serve a ledger in a folder, with two organisations and a key of each, and of the province."""
    path = folder / "ledger.duckdb"
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        farm = Organisation(FARM, "Vườn Cát", contact={"address": "Ninh Phước"}, owned=(PREFIX,))
        add_organisation(books, farm, NOW)
        add_organisation(books, Organisation(RIVAL, "Hợp tác xã Đồi"), NOW)
        keys = {one: make_key(books, Role.BUSINESS, one, NOW) for one in (FARM, RIVAL)}
        keys["province"] = make_key(books, Role.PROVINCE, None, NOW)
        with served(create_app(ledger)) as address:
            yield Site(address, ledger, books, keys)
