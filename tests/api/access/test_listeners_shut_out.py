"""Whoever listens hears nothing more when they are let in no more; and no firm takes all."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from api.access.passwords import hash_password
from api.clock import now
from api.routes import subscriptions
from api.subscriptions import sockets
from epcis_core.access.roles import Role
from epcis_core.store.registry.accounts import set_active, set_password
from epcis_core.store.registry.entries import end_session, open_session
from epcis_core.store.registry.keys import id_in, make_key, revoke_key
from epcis_core.store.registry.organisations import Organisation, add_organisation
from tests.api.access.members import FARM, RIVAL, Members, members
from tests.ingest.documents import document, item, observed
from tests.served import client_of

ENDED = (1008, "You are not let in any more.")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Members]:
    with members(tmp_path) as made:
        yield made


def listening(site: Members, **shown: str) -> ClientConnection:
    """Listen to all events of somebody, from now on."""
    headers = {**shown, "Origin": site.address}
    with client_of(site.address, **headers) as client:
        client.post("/epcis/queries", json={"name": "mine", "query": {}})
    address = f"ws{site.address[4:]}/epcis/queries/mine/events?stream=true"
    return connect(address, additional_headers=headers)


def send(site: Members, serial: str) -> None:
    key = make_key(site.books, Role.BUSINESS, FARM, now())
    with client_of(site.address, Authorization=f"Bearer {key}") as client:
        answer = client.post("/captures", content=document(observed(item(serial))))
    assert answer.json()[0]["status"] == "accepted", answer.text


def closing(heard: ClientConnection) -> tuple[int, str]:
    """Wait until a listener is let go; with which code and words."""
    with pytest.raises(ConnectionClosed) as caught:
        heard.recv(20)
    assert caught.value.rcvd is not None
    return caught.value.rcvd.code, caught.value.rcvd.reason


def test_a_revoked_key_hears_nothing_more(site: Members) -> None:
    key = make_key(site.books, Role.BUSINESS, FARM, now())
    with listening(site, Authorization=f"Bearer {key}") as heard:
        send(site, "before")
        assert "before" in str(heard.recv(20))
        assert revoke_key(site.books, id_in(key), now())
        send(site, "after")
        assert closing(heard) == ENDED


def new_password(site: Members, _: str) -> None:
    made = site.account(Role.BUSINESS)
    set_password(site.books, made.number, hash_password("ba con dê đen trên núi"))


def deactivated(site: Members, _: str) -> None:
    set_active(site.books, site.account(Role.BUSINESS).number, active=False)


def logged_out(site: Members, secret: str) -> None:
    end_session(site.books, secret)


@pytest.mark.parametrize(
    "way", [new_password, deactivated, logged_out], ids=lambda one: one.__name__
)
def test_a_person_who_is_out_hears_nothing_more(
    site: Members, way: Callable[[Members, str], None]
) -> None:
    secret = open_session(site.books, site.account(Role.BUSINESS), now())
    with listening(site, Cookie=f"session={secret}") as heard:
        send(site, "before")
        assert "before" in str(heard.recv(20))
        way(site, secret)
        send(site, "after")
        assert closing(heard) == ENDED


def test_whoever_is_out_is_let_go_though_nothing_happens(
    site: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "_LOOKED", 0.05)
    secret = open_session(site.books, site.account(Role.BUSINESS), now())
    with listening(site, Cookie=f"session={secret}") as heard:
        add_organisation(site.books, Organisation(FARM, "Vườn nho", active=False), now())
        assert closing(heard) == ENDED


def test_one_organisation_leaves_room_for_others(
    site: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "MOST_OF_ONE", 2)
    keys = [make_key(site.books, Role.BUSINESS, party, now()) for party in (FARM, RIVAL)]
    shown = [{"Authorization": f"Bearer {key}"} for key in keys]
    with listening(site, **shown[0]), listening(site, **shown[0]):
        with pytest.raises(InvalidStatus) as refused, listening(site, **shown[0]):
            pass
        assert refused.value.response.status_code == 503
        with listening(site, **shown[1]):
            pass
    with listening(site, **shown[0]):
        pass
