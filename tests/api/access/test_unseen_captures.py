"""A stream says nothing, and nothing new of itself, when others capture what it may not see."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from api.app import create_app
from api.settings import Settings
from epcis_core.access.roles import Role
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.keys import make_key
from epcis_core.store.registry.organisations import Organisation, add_organisation
from tests.api.subscriptions.receivers import receiving
from tests.api.subscriptions.servers import LOOPBACK, QUICK, named, subscribed, until
from tests.ingest.documents import NOW, document, item, observed
from tests.served import client_of, served
from tests.visibility.parties import FARM, PACKER, Party

_LONG_ENOUGH = 1.0  # seconds until a stream has long heard of a capture
TO_FARM = [{"type": "possessing_party", "destination": FARM.id}]


@dataclass
class Site:
    """A server with a client of each of two organisations."""

    address: str
    farm: httpx.Client
    packer: httpx.Client
    farm_key: str


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        keys = [_key(books, one) for one in (FARM, PACKER)]
        settings = Settings(outward=LOOPBACK, pace=QUICK)
        with (
            served(create_app(ledger, settings)) as address,
            client_of(address, Authorization=f"Bearer {keys[0]}") as farm,
            client_of(address, Authorization=f"Bearer {keys[1]}") as packer,
        ):
            yield Site(address, farm, packer, keys[0])


def _key(books: Bookkeeping, one: Party) -> str:
    add_organisation(books, Organisation(one.id, one.name, owned=one.owned), NOW)
    return make_key(books, Role.BUSINESS, one.id, NOW)


def send(client: httpx.Client, serial: str, **members: Any) -> None:
    event = observed(item(serial), eventID=f"urn:x:{serial}", **members)
    answer = client.post("/captures", content=document(event))
    assert answer.json()[0]["status"] == "accepted", answer.text


def ids(message: str | bytes) -> list[str]:
    results = json.loads(message)["epcisBody"]["queryResults"]["resultsBody"]
    return [event["eventID"] for event in results["eventList"]]


def test_a_listener_hears_nothing_of_captures_that_it_may_not_see(site: Site) -> None:
    query = named(site.farm, "all")
    address = f"ws{site.address[4:]}{query}/events?stream=true&reportIfEmpty=true"
    with connect(address, additional_headers={"Authorization": f"Bearer {site.farm_key}"}) as heard:
        send(site.packer, "unseen")
        with pytest.raises(TimeoutError):
            heard.recv(_LONG_ENOUGH)
        send(site.packer, "seen", destinationList=TO_FARM)
        assert ids(heard.recv(10)) == ["urn:x:seen"]


def test_a_listener_still_hears_of_captures_in_which_its_query_finds_nothing(site: Site) -> None:
    query = named(site.farm, "none", EQ_bizStep=["packing"])
    address = f"ws{site.address[4:]}{query}/events?stream=true&reportIfEmpty=true"
    with connect(address, additional_headers={"Authorization": f"Bearer {site.farm_key}"}) as heard:
        send(site.packer, "seen", destinationList=TO_FARM)
        assert ids(heard.recv(10)) == []


def test_a_subscription_does_not_show_when_others_captured(site: Site) -> None:
    with receiving() as receiver:
        query = named(site.farm, "all")
        path = subscribed(site.farm, query, receiver.url, reportIfEmpty=True)
        before = site.farm.get(path).json()
        for number in range(3):
            send(site.packer, f"unseen{number}")
        time.sleep(_LONG_ENOUGH)
        assert site.farm.get(path).json() == before
        send(site.packer, "seen", destinationList=TO_FARM)
        until(lambda: receiver.event_ids)
        assert [one.event_ids for one in receiver.requests] == [["urn:x:seen"]]
        until(lambda: site.farm.get(path).json()["minRecordTime"] > before["minRecordTime"])
