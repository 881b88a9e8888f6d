"""Listening over a WebSocket: each event once, to all who listen, until the query is removed."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect as connect_now

from api.subscriptions.windows import Asked, Windows
from epcis_core.model.times import microseconds
from epcis_core.query.parameters import parse_query
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.subscriptions import Position
from tests.api.subscriptions.servers import capture, named, serving, serving_in
from tests.conftest import TEST_SCALE
from tests.ingest.documents import captured, document, item, observed

NO_TIME = "initialRecordTime: Expected a time with a zone, such as 2026-03-01T08:00:00+07:00: now"
NO_PARAMETER = (
    "There is no 'EQ_action' here; there is second, minute, hour, dayOfMonth, month, "
    "dayOfWeek, stream, reportIfEmpty, initialRecordTime."
)
LISTENERS = max(50, min(200, int(50 * TEST_SCALE)))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server with one query, `all`."""
    with serving_in(tmp_path_factory.mktemp("refusing")) as opened:
        named(opened, "all")
        yield opened


def address(client: httpx.Client, path: str) -> str:
    return f"ws{str(client.base_url)[4:]}{path}"


def results(message: str | bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(message)["epcisBody"]["queryResults"]
    return found


def ids(message: str | bytes) -> list[str]:
    return [event["eventID"] for event in results(message)["resultsBody"]["eventList"]]


def test_a_listener_hears_each_new_event_that_matches_once(ledger: Ledger) -> None:
    with serving(ledger) as client:
        capture(client, "old", bizStep="shipping")
        query = named(client, "shipped", EQ_bizStep=["shipping"])
        with connect_now(address(client, f"{query}/events?stream=true")) as socket:
            answer = socket.response
            assert answer is not None
            assert answer.status_code == 101
            assert answer.headers["gs1-epcis-version"] == "2.0"
            since = microseconds(answer.headers["gs1-query-min-record-time"])
            assert abs(time.time() - since / 1e6) < 60
            capture(client, "other")
            first = capture(client, "1", "2", bizStep="shipping")
            message = socket.recv(10)
            assert results(message)["queryName"] == "shipped"
            assert "subscriptionID" not in results(message)
            assert ids(message) == first
            socket.send("nobody hears this")
            socket.send(b"nor this")
            second = capture(client, "3", bizStep="shipping")
            assert ids(socket.recv(10)) == second
            with pytest.raises(TimeoutError):
                socket.recv(0.5)


def test_a_listener_may_ask_for_what_is_older_and_for_another_spelling(ledger: Ledger) -> None:
    with serving(ledger) as client:
        sent = capture(client, "1")
        query = named(client, "all")
        asked = f"{query}/events?stream=true&initialRecordTime=2000-01-01T00:00:00Z"
        headers = {"GS1-EPC-Format": "Always_EPC_URN"}
        with connect_now(address(client, asked), additional_headers=headers) as socket:
            message = socket.recv(10)
            assert ids(message) == sent
            [event] = results(message)["resultsBody"]["eventList"]
            assert event["epcList"] == ["urn:epc:id:sgtin:95060001343.05.1"]


def test_a_listener_with_a_schedule_hears_at_its_times_of_nothing_too(ledger: Ledger) -> None:
    with serving(ledger) as client:
        query = named(client, "all")
        asked = f"{query}/events?second=[0-59]&reportIfEmpty=true"
        with connect_now(address(client, asked)) as socket:
            heard: list[list[str]] = [ids(socket.recv(10))]
            sent = capture(client, "1", "2")
            while not heard[-1]:
                heard.append(ids(socket.recv(10)))
            assert heard[-1] == sent
            assert ids(socket.recv(10)) == []


def test_more_events_than_the_query_wants_are_told_of_and_listening_goes_on(
    ledger: Ledger,
) -> None:
    with serving(ledger) as client:
        query = named(client, "few", maxEventCount=1)
        with connect_now(address(client, f"{query}/events?stream=true")) as socket:
            capture(client, "1", "2")
            assert json.loads(socket.recv(10)) == {
                "type": "epcisException:QueryTooLargeException",
                "title": "More than maxEventCount = 1 match.",
                "status": 413,
                "queryName": "few",
            }
            assert ids_of_next(socket, capture(client, "3"))


def ids_of_next(socket: Any, expected: list[str]) -> bool:
    return ids(socket.recv(10)) == expected


def test_all_who_listen_hear_each_event_once_and_are_let_go_with_the_query(
    ledger: Ledger,
) -> None:
    captures = 20
    with serving(ledger) as client:
        query = named(client, "all")
        url = address(client, f"{query}/events?stream=true")

        async def heard(socket: ClientConnection) -> tuple[list[str], int, str]:
            found: list[str] = []
            try:
                async for message in socket:
                    found += ids(message)
            except ConnectionClosed:
                pass
            return found, socket.close_code or 0, socket.close_reason or ""

        async def listen() -> tuple[list[str], list[tuple[list[str], int, str]]]:
            sockets = await asyncio.gather(*(connect(url) for _ in range(LISTENERS)))
            hearing = [asyncio.create_task(heard(socket)) for socket in sockets]
            sent: list[str] = []
            for number in range(captures):
                sent += await asyncio.to_thread(capture, client, f"{number}-a", f"{number}-b")
            await asyncio.sleep(2)
            removed = await asyncio.to_thread(client.delete, query)
            assert removed.status_code == 204
            return sent, await asyncio.gather(*hearing)

        sent, all_heard = asyncio.run(listen())
        assert len(all_heard) == LISTENERS
        assert all(one == (sent, 1000, "The query has been removed.") for one in all_heard)


def test_one_who_does_not_take_what_is_sent_holds_up_nobody_else(ledger: Ledger) -> None:
    with serving(ledger) as client:
        url = address(client, f"{named(client, 'all')}/events?stream=true")
        with (
            connect_now(url, max_size=None, max_queue=1) as stuck,
            connect_now(url, max_size=None) as socket,
        ):
            sent: list[str] = []
            heard: list[str] = []
            for number in range(40):  # more than what is kept on the way to one who does not read
                sent += capture(client, f"{number}", **{"ex:long": "x" * 400_000})
                while len(heard) < len(sent):
                    heard += ids(socket.recv(10))
            assert heard == sent
            late: list[str] = []
            while len(late) < len(sent):
                late += ids(stuck.recv(10))
            assert late == sent


@pytest.mark.parametrize(
    ("path", "headers", "answer"),
    [
        pytest.param(
            "all/events?stream=true&second=0", {}, (400, "SubscriptionControlsException",
            "A subscription has either a schedule or stream=true; this one has both."), id="both",
        ),
        pytest.param(
            "all/events", {}, (400, "SubscriptionControlsException",
            "A subscription has either a schedule or stream=true; this one has neither."),
            id="neither",
        ),
        pytest.param(
            "all/events?stream=maybe", {}, (400, "SubscriptionControlsException",
            'stream: expected true or false, got "maybe".'), id="no truth",
        ),
        pytest.param(
            "all/events?second=61", {}, (400, "SubscriptionControlsException",
            "second: expected numbers from 0 to 59, got '61'."), id="no second",
        ),
        pytest.param(
            "all/events?second=1&second=2", {}, (400, "SubscriptionControlsException",
            "second is given more than once."), id="twice",
        ),
        pytest.param(
            "all/events?stream=true&initialRecordTime=now", {}, (400, "ValidationException",
            NO_TIME), id="no time",
        ),
        pytest.param(
            "all/events?stream=true&EQ_action=ADD", {}, (400, "QueryParameterException",
            NO_PARAMETER), id="a parameter",
        ),
        pytest.param(
            "none/events?stream=true", {}, (404, "NoSuchNameException",
            "There is no query named 'none'."), id="no such query",
        ),
        pytest.param(
            "all/events?stream=true", {"Origin": "https://other.example"}, (403,
            "SecurityException", "A page of another site may not listen here."), id="other site",
        ),
        pytest.param(
            "all/events?stream=true", {"GS1-EPCIS-Min": "3.0"}, (406, "NotAcceptableException",
            "Answers are in EPCIS 2.0; versions from 3.0 to any are accepted."), id="version",
        ),
    ],
)  # fmt: skip
def test_who_asks_wrongly_is_told_why_before_the_connection_is_made(
    shared: httpx.Client, path: str, headers: dict[str, str], answer: tuple[int, str, str]
) -> None:
    status, kind, title = answer
    url = address(shared, f"/epcis/queries/{path}")
    with pytest.raises(InvalidStatus) as refused, connect_now(url, additional_headers=headers):
        pass
    response = refused.value.response
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert json.loads(response.body or b"") == {
        "type": f"epcisException:{kind}",
        "title": title,
        "status": status,
    }


def test_a_header_that_is_none_is_refused_too(shared: httpx.Client) -> None:
    url = address(shared, "/epcis/queries/all/events?stream=true")
    headers = {"GS1-EPC-Format": "Whatever"}
    with pytest.raises(InvalidStatus) as refused, connect_now(url, additional_headers=headers):
        pass
    assert refused.value.response.status_code == 400


def test_without_an_upgrade_there_is_no_listening(shared: httpx.Client) -> None:
    answer = shared.get("/epcis/queries/all/events?stream=true")
    assert answer.status_code == 400
    assert answer.json()["type"] == "epcisException:SubscriptionControlsException"
    assert answer.json()["title"] == "stream is for a WebSocket, and this request has no Upgrade."


def test_the_server_ends_while_somebody_listens(ledger: Ledger) -> None:
    with ExitStack() as stack:
        with serving(ledger) as client:
            url = address(client, f"{named(client, 'all')}/events?stream=true")
            socket = stack.enter_context(connect_now(url))
        with pytest.raises(ConnectionClosed):
            socket.recv(10)
        assert socket.close_code == 1012  # service restart


def test_those_who_are_equally_far_share_one_reading_and_who_is_late_goes_their_way(
    ledger: Ledger,
) -> None:
    query = parse_query([("eventType", "ObjectEvent")])
    asked = Asked(1, "all", "digital-link")

    async def read(books: Bookkeeping) -> None:
        windows = Windows(ledger, books)  # of the server itself, which sees all
        nothing = await windows.at(asked, query, Position(-1))
        assert (nothing.events, nothing.following) == ((), Position(-1))
        assert captured(ledger, document(observed(item("1")))).status == "accepted"
        first, *others = await asyncio.gather(
            *(windows.at(asked, query, Position(-1)) for _ in range(20))
        )
        assert all(one is first for one in others)
        assert len(first.events) == 1
        assert captured(ledger, document(observed(item("2")))).status == "accepted"
        assert await windows.at(asked, query, Position(-1)) is first
        second = await windows.at(asked, query, first.following)
        assert len(second.events) == 1
        assert second.events != first.events
        both = await windows.at(asked, query, Position(-1, second.following.since))
        assert both.events == (*first.events, *second.events)
        await windows.aclose()

    with Bookkeeping(ledger.path) as kept:
        asyncio.run(read(kept))
