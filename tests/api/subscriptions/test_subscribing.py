"""Subscribing over HTTP: what is taken, what is refused, what is told of a subscription."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from epcis_core.model.times import microseconds
from epcis_core.store.ledger import Ledger
from tests.api.subscriptions.servers import named, serving, serving_in, subscribed

DEST = "http://127.0.0.1:9/in"
CONTROLS = "SubscriptionControlsException"
INVALID = "ValidationException"
HOURLY = {"minute": "5"}
NO_TIME = (
    "initialRecordTime: Expected a time with a zone, such as 2026-03-01T08:00:00+07:00: 2026-03-01"
)
NO_MEMBER = (
    "A subscription has no 'url'; it has dest, signatureToken, secret, stream, schedule, "
    "reportIfEmpty, initialRecordTime."
)


@pytest.fixture
def client(ledger: Ledger) -> Iterator[httpx.Client]:
    with serving(ledger) as opened:
        yield opened


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, str]]:
    """A server with one query, and where to subscribe to it."""
    with serving_in(tmp_path_factory.mktemp("refusing")) as opened:
        yield opened, f"{named(opened, 'all')}/subscriptions"


@pytest.mark.parametrize(
    ("wish", "kind", "title"),
    [
        (
            {"dest": DEST}, CONTROLS,
            "A subscription has either a schedule or stream=true; this one has neither.",
        ),
        (
            {"dest": DEST, "stream": False}, CONTROLS,
            "A subscription has either a schedule or stream=true; this one has neither.",
        ),
        (
            {"dest": DEST, "stream": True, "schedule": HOURLY}, CONTROLS,
            "A subscription has either a schedule or stream=true; this one has both.",
        ),
        (
            {"dest": DEST, "stream": "true"}, CONTROLS,
            'stream: expected true or false, got "true".',
        ),
        (
            {"dest": DEST, "schedule": {}}, CONTROLS,
            "A schedule has at least one of second, minute, hour, dayOfMonth, month, dayOfWeek.",
        ),
        (
            {"dest": DEST, "schedule": "hourly"}, CONTROLS,
            'Expected an object as schedule, got "hourly".',
        ),
        (
            {"dest": DEST, "schedule": {"hour": "24"}}, CONTROLS,
            "hour: expected numbers from 0 to 23, got '24'.",
        ),
        (
            {"dest": DEST, "stream": True, "reportIfEmpty": 1}, CONTROLS,
            "reportIfEmpty: expected true or false, got 1.",
        ),
        ({"stream": True}, INVALID, "Expected an address as dest, got nothing."),
        ({"dest": 7, "stream": True}, INVALID, "Expected an address as dest, got 7."),
        (
            {"dest": "ftp://a.example/", "stream": True}, INVALID,
            "dest: Expected an address with http or https and a host, got 'ftp://a.example/'.",
        ),
        (
            {"dest": "http://10.0.0.1/", "stream": True}, INVALID,
            "dest: 10.0.0.1 leads to what is not on the public Internet.",
        ),
        (
            {"dest": "http://[::ffff:169.254.169.254]/", "stream": True}, INVALID,
            "dest: ::ffff:169.254.169.254 leads to what is not on the public Internet.",
        ),
        (
            {"dest": "https://a:b@c.example/", "stream": True}, INVALID,
            "dest: There may be no name and password in an address.",
        ),
        (
            {"dest": DEST, "stream": True, "signatureToken": ""}, INVALID,
            "Expected a text as signatureToken, of 1000 at most.",
        ),
        (
            {"dest": DEST, "stream": True, "signatureToken": "a", "secret": "b"}, INVALID,
            "signatureToken and secret are the same, and differ here.",
        ),
        (
            {"dest": DEST, "stream": True, "initialRecordTime": "2026-03-01"}, INVALID,
            NO_TIME,
        ),
        (
            {"dest": DEST, "stream": True, "url": DEST}, INVALID,
            NO_MEMBER,
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_subscribed_to_is_refused_with_a_sentence(
    refused: tuple[httpx.Client, str], wish: dict[str, Any], kind: str, title: str
) -> None:
    client, path = refused
    answer = client.post(path, json=wish)
    assert answer.status_code == 400
    assert answer.json() == {"type": f"epcisException:{kind}", "title": title, "status": 400}
    assert client.get(path).json() == []


def test_a_subscription_says_what_was_asked_for(client: httpx.Client) -> None:
    path = f"{named(client, 'all')}/subscriptions"
    wish = {"dest": DEST, "secret": "s3cret", "schedule": {"hour": 1, "minute": "5"}}
    made = client.post(path, json=wish, headers={"GS1-EPC-Format": "Never_Translates"})
    assert made.status_code == 201
    members = made.json()
    assert made.headers["location"] == f"{path}/{members['subscriptionID']}"
    assert microseconds(members.pop("createdAt")) == microseconds(members["initialRecordTime"])
    assert members.pop("initialRecordTime") == members.pop("minRecordTime")
    assert members == {
        "subscriptionID": made.headers["location"].rpartition("/")[2],
        "queryName": "all",
        "dest": DEST,
        "epcFormat": "Never_Translates",
        "reportIfEmpty": False,
        "schedule": {"hour": "1", "minute": "5"},
        "delivery": {"next": 1, "failures": 0},
    }
    assert client.get(made.headers["location"]).json() == made.json()
    assert client.get(path).json() == [made.json()]


def test_subscriptions_are_listed_page_by_page_and_each_under_its_own_query(
    client: httpx.Client,
) -> None:
    one, other = named(client, "one"), named(client, "other")
    paths = [subscribed(client, one, DEST) for _ in range(3)]
    elsewhere = subscribed(client, other, DEST)
    first = client.get(f"{one}/subscriptions", params={"perPage": 2})
    second = client.get(first.links["next"]["url"])
    listed = [found["subscriptionID"] for found in (*first.json(), *second.json())]
    assert listed == [path.rpartition("/")[2] for path in paths]
    wrong = f"{one}/subscriptions/{elsewhere.rpartition('/')[2]}"
    for method in ("GET", "DELETE", "OPTIONS"):
        answer = client.request(method, wrong)
        assert (answer.status_code, answer.json()["type"]) == (
            404,
            "epcisException:NoSuchResourceException",
        )
    assert client.get(elsewhere).status_code == 200


def test_there_is_no_subscribing_to_a_query_that_is_not_there(client: httpx.Client) -> None:
    path = "/epcis/queries/none/subscriptions"
    for answer in (
        client.get(path),
        client.options(path),
        client.post(path, json={"dest": DEST, "stream": True}),
        client.get(f"{path}/1"),
        client.delete(f"{path}/1"),
    ):
        assert (answer.status_code, answer.json()["type"], answer.json()["title"]) == (
            404,
            "epcisException:NoSuchNameException",
            "There is no query named 'none'.",
        )
