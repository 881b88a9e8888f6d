"""A business shows a partner its own records about one thing, until it withdraws that."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from epcis_core.access.roles import Role
from epcis_core.errors import AccessError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.keys import make_key
from epcis_core.store.registry.organisations import Organisation, add_organisation
from epcis_core.store.registry.shares import LONGEST, MOST, share, shares_of, withdraw_share
from tests.ingest.documents import NOW, captured, document, lot, observed
from tests.served import client_of, served

FARM, SHOP, RIVAL = (
    "https://id.gs1.org/417/8936099140001",
    "https://id.gs1.org/417/9506000134307",
    "https://id.gs1.org/417/9506000134314",
)


@dataclass
class Site:
    address: str
    books: Bookkeeping
    keys: dict[str, str]

    def client(self, who: str) -> httpx.Client:
        return client_of(self.address, Authorization=f"Bearer {self.keys[who]}")

    def seen(self, who: str) -> list[str]:
        """Ids of all events that somebody sees."""
        with self.client(who) as client:
            found = client.get("/all-events").json()
        events = found["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        return sorted(one["eventID"].removeprefix("urn:x:") for one in events)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        for party in (FARM, SHOP, RIVAL):
            add_organisation(books, Organisation(party, party), NOW)
        for party, name, thing in (
            (FARM, "grapes", "L1"),
            (FARM, "jujube", "L2"),
            (RIVAL, "resold", "L1"),
        ):
            event = observed(lot(thing), eventID=f"urn:x:{name}")
            event = {**event, "quantityList": [{"epcClass": lot(thing)}]}
            event.pop("epcList")
            captured(ledger, document(event), organisation=party)
        keys = {one: make_key(books, Role.BUSINESS, one, NOW) for one in (FARM, SHOP, RIVAL)}
        keys["admin"] = make_key(books, Role.ADMIN, None, NOW)
        with served(create_app(ledger)) as address:
            yield Site(address, books, keys)


def test_what_is_shared_is_seen_until_it_is_withdrawn(site: Site) -> None:
    assert site.seen(SHOP) == []
    share(site.books, FARM, SHOP, lot("L1"), NOW)
    assert site.seen(SHOP) == ["grapes"]  # neither another lot, nor what others recorded of it
    assert site.seen(RIVAL) == ["resold"]
    assert withdraw_share(site.books, FARM, SHOP, lot("L1"), NOW + 5)
    assert not withdraw_share(site.books, FARM, SHOP, lot("L1"), NOW + 6)
    assert site.seen(SHOP) == []


def test_who_got_a_share_cannot_hand_it_on(site: Site) -> None:
    share(site.books, FARM, SHOP, lot("L1"), NOW)
    share(site.books, SHOP, RIVAL, lot("L1"), NOW)
    assert site.seen(RIVAL) == ["resold"]


def test_a_trace_of_what_is_shared_shows_the_givers_part(site: Site) -> None:
    with site.client(SHOP) as client:
        before = client.get("/trace.json", params={"id": lot("L1")})
        share(site.books, FARM, SHOP, lot("L1"), NOW)
        after = client.get("/trace.json", params={"id": lot("L1")})
    assert before.status_code == 404
    assert after.json()["events"] == ["urn:x:grapes"]


def test_a_business_shares_and_withdraws_on_its_page(site: Site) -> None:
    with site.client(FARM) as client:
        wanted = {"thing": f"{lot('L1')}", "taker": "9506000134307"}
        assert client.post("/shares", data=wanted).status_code == 303
        assert site.seen(SHOP) == ["grapes"]
        page = client.get("/shares", params={"lang": "en"}).text
        assert "to GLN 9506000134307, since " in page
        assert (
            client.post(
                "/shares", data={"action": "withdraw", "thing": lot("L1"), "taker": SHOP}
            ).headers["location"]
            == "/shares"
        )
        assert "shown to GLN 9506000134307, " in client.get("/shares", params={"lang": "en"}).text
    assert site.seen(SHOP) == []
    assert [one.withdrawn is None for one in shares_of(site.books, FARM)] == [False]


@pytest.mark.parametrize(
    ("thing", "taker", "told"),
    [
        ("nho", SHOP, "That is no lot, item or container: nho"),
        ("09506000134352", SHOP, "That is no lot, item or container: 09506000134352"),
        (lot("L1"), "cửa hàng", "That names no partner: cửa hàng"),
        (lot("L1"), FARM, f"That names no partner: {FARM}"),
    ],
)
def test_what_cannot_be_shared_is_said(site: Site, thing: str, taker: str, told: str) -> None:
    with site.client(FARM) as client:
        answer = client.post("/shares?lang=en", data={"thing": thing, "taker": taker})
    assert answer.status_code == 422
    assert told in answer.text
    assert shares_of(site.books, FARM) == []


def test_a_partner_of_a_name_without_end_is_not_kept_nor_said_again_whole(site: Site) -> None:
    wanted = {"thing": lot("L1"), "taker": f"urn:x:{'a' * 60_000}"}
    with site.client(FARM) as client:
        answer = client.post("/shares?lang=en", data=wanted)
    assert answer.status_code == 422
    assert f"That names no partner: {wanted['taker'][:LONGEST]}<" in answer.text
    assert shares_of(site.books, FARM) == []
    with pytest.raises(AccessError, match="have 200 characters at most"):
        share(site.books, FARM, wanted["taker"], lot("L1"), NOW)


def test_so_many_shares_hold_at_once_and_a_page_shows_fifty(site: Site) -> None:
    with site.books.transaction():
        for number in range(MOST):
            share(site.books, FARM, SHOP, lot(f"N{number}"), NOW)
    wanted = {"thing": lot("L1"), "taker": SHOP}
    with site.client(FARM) as client:
        refused = client.post("/shares?lang=en", data=wanted)
        assert refused.status_code == 422
        assert "An organisation shows 1000 things at most at a time." in refused.text
        again = client.post("/shares", data={**wanted, "thing": lot("N0")})
        assert again.status_code == 303  # it is shared already
        share(site.books, RIVAL, SHOP, lot("L1"), NOW)  # others have their own
        assert withdraw_share(site.books, FARM, SHOP, lot("N7"), NOW)
        assert client.post("/shares", data=wanted).status_code == 303
        page = client.get("/shares?lang=en").text
        assert page.count('name="thing" value="https://') == 50
        assert lot("L1") in page
        following = re.search(r'href="(/shares\?before=\d+)">Earlier lines', page)
        assert following is not None
        page = client.get(following[1]).text
        assert f'value="{lot(f"N{MOST - 50}")}"' in page
        assert f'value="{lot(f"N{MOST - 49}")}"' not in page


def test_a_partner_that_is_not_known_is_taken_like_one_that_is(site: Site) -> None:
    with site.client(FARM) as client:
        wanted = {"thing": lot("L1"), "taker": "8936099140018"}
        known = client.post("/shares", data={**wanted, "taker": SHOP})
        unknown = client.post("/shares", data={**wanted, "taker": "9506000134321"})
    assert (known.status_code, known.headers["location"]) == (
        unknown.status_code,
        unknown.headers["location"],
    )


def test_only_an_organisation_shares(site: Site) -> None:
    with site.client("admin") as client:
        assert client.get("/shares").status_code == 403
    with pytest.raises(AccessError, match="need not be shared with itself"):
        share(site.books, FARM, FARM, lot("L1"), NOW)
