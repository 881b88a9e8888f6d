"""Subscriptions by webhook: who is sent what, once each, signed, and again where it fails."""

import random
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.subscriptions.webhook import Pace
from epcis_core.model.times import microseconds
from epcis_core.store.ledger import Ledger
from tests.api.subscriptions.receivers import BREAK, HANG, receiving
from tests.api.subscriptions.servers import (
    QUICK,
    capture,
    named,
    running,
    serving,
    subscribed,
    until,
)
from tests.conftest import TEST_SCALE
from tests.ingest.documents import captured, document, item, observed

SHIPPED = {"EQ_bizStep": ["shipping"]}


def state(client: httpx.Client, subscription: str) -> dict[str, Any]:
    members: dict[str, Any] = client.get(subscription).json()
    return members


def test_a_stream_brings_what_matches_soon_after_its_capture_and_once(ledger: Ledger) -> None:
    with serving(ledger) as client, receiving() as receiver:
        capture(client, "old", bizStep="shipping")
        query = named(client, "shipped", **SHIPPED)
        subscription = subscribed(client, query, receiver.url)
        capture(client, "other", bizStep="receiving")
        started = time.monotonic()
        first = capture(client, "1", "2", bizStep="shipping")
        receiver.wait_for(lambda r: len(r.event_ids) == 2)
        assert receiver.requests[-1].at - started < 5
        second = capture(client, "3", bizStep="shipping")
        receiver.wait_for(lambda r: len(r.event_ids) == 3)
        receiver.quiet_for(0.5)
        assert receiver.event_ids == [*first, *second]
        assert [one.headers["epcis-delivery"] for one in receiver.requests] == [
            f"{subscription.rpartition('/')[2]}/{number}" for number in (1, 2)
        ]


def test_what_is_sent_is_a_document_of_results_of_the_query_and_the_subscription(
    ledger: Ledger,
) -> None:
    with serving(ledger) as client, receiving() as receiver:
        query = named(client, "a/b ở đâu?", **SHIPPED)
        answer = client.post(
            f"{query}/subscriptions",
            json={"dest": f"{receiver.url}in?x=1", "stream": True},
            headers={"GS1-EPC-Format": "Always_EPC_URN"},
        )
        assert answer.json()["epcFormat"] == "Always_EPC_URN"
        capture(client, "1", bizStep="shipping")
        receiver.wait_for(lambda r: len(r.requests) == 1)
        [one] = receiver.requests
        assert one.path == "/in?x=1"
        assert one.headers["content-type"] == "application/json"
        assert one.headers["gs1-epcis-version"] == "2.0"
        assert "gs1-signature" not in one.headers
        assert one.document["type"] == "EPCISQueryDocument"
        assert one.results["queryName"] == "a/b ở đâu?"
        assert one.results["subscriptionID"] == answer.json()["subscriptionID"]
        [event] = one.results["resultsBody"]["eventList"]
        assert event["epcList"] == ["urn:epc:id:sgtin:95060001343.05.1"]
        assert microseconds(event["recordTime"]) > 0


def test_each_delivery_is_signed_with_the_token_and_the_secret_is_never_told(
    ledger: Ledger,
) -> None:
    with serving(ledger) as client, receiving() as receiver:
        query = named(client, "all")
        made = client.post(
            f"{query}/subscriptions",
            json={"dest": receiver.url, "stream": True, "signatureToken": "s3cret"},
        )
        capture(client, "1")
        receiver.wait_for(lambda r: len(r.requests) == 1)
        assert receiver.requests[0].is_signed("s3cret")
        assert not receiver.requests[0].is_signed("another")
        listed = client.get(f"{query}/subscriptions")
        shown = client.get(made.headers["location"])
        assert all("s3cret" not in answer.text for answer in (made, listed, shown))
        sent = int(receiver.requests[0].headers["gs1-signature"].split(",")[0].partition("=")[2])
        assert abs(sent - time.time()) < 60


def test_each_event_arrives_once_where_every_third_delivery_fails(ledger: Ledger) -> None:
    with (
        serving(ledger) as client,
        receiving(lambda before, _: 500 if before % 3 == 2 else 200) as receiver,
    ):
        subscription = subscribed(client, named(client, "all"), receiver.url)
        sent = []
        for number in range(0, 200, 4):
            sent += capture(client, *(f"{number + one}" for one in range(4)))
        receiver.wait_for(lambda r: len(r.event_ids) >= 200)
        receiver.quiet_for(0.5)
        assert receiver.event_ids == sent
        failed = [one for one in receiver.requests if one.status == 500]
        assert len(failed) >= 3
        for before, again in pairwise(receiver.requests):
            if before.status == 500:
                assert again.headers["epcis-delivery"] == before.headers["epcis-delivery"]
                assert again.event_ids == before.event_ids
        until(lambda: state(client, subscription)["delivery"]["failures"] == 0)


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (500, "The receiver answered 500."),
        (302, "The receiver answered 302; redirects are not followed."),
        (404, "The receiver answered 404."),
        (
            BREAK,
            (
                "The receiver could not be reached: "
                "Server disconnected without sending a response."
            ),
        ),
    ],
)  # fmt: skip
def test_what_fails_is_seen_in_the_subscription_and_tried_again_ever_more_slowly(
    ledger: Ledger, status: int, failure: str
) -> None:
    with serving(ledger) as client, receiving(lambda n, _: status if n < 5 else 200) as receiver:
        subscription = subscribed(client, named(client, "all"), receiver.url)
        before = state(client, subscription)
        assert before["delivery"] == {"next": 1, "failures": 0}
        assert "lastNotifiedAt" not in before
        capture(client, "1")
        receiver.wait_for(lambda r: len(r.requests) >= 2)
        shown = state(client, subscription)
        assert shown["minRecordTime"] == before["minRecordTime"]
        assert shown["delivery"]["failures"] >= 1
        assert shown["delivery"]["lastFailure"] == failure
        assert microseconds(shown["delivery"]["nextAttemptAt"]) > 0
        receiver.wait_for(lambda r: len(r.taken) == 1)
        times = [one.at for one in receiver.requests]
        waits = [after - first for first, after in pairwise(times)]
        for wait, longest in zip(waits, (0.05, 0.1, 0.2, 0.2, 0.2), strict=True):
            assert longest / 2 <= wait + 0.002
        until(lambda: state(client, subscription)["delivery"] == {"next": 2, "failures": 0})
        after = state(client, subscription)
        assert microseconds(after["lastNotifiedAt"]) > microseconds(before["createdAt"])
        assert microseconds(after["minRecordTime"]) > microseconds(before["minRecordTime"])


def test_pauses_double_up_to_a_bound_with_chance_in_them() -> None:
    waits = [[QUICK.wait(failures) for _ in range(50)] for failures in range(1, 40)]
    for failures, some in enumerate(waits, start=1):
        longest = min(200_000, 50_000 * 2 ** (failures - 1))
        assert all(longest / 2 <= wait <= longest for wait in some)
        assert len(set(some)) > 10
    seeded = [Pace(chance=random.Random(5).uniform) for _ in range(2)]  # noqa: S311
    first, second = ([pace.wait(failures) for failures in range(1, 20)] for pace in seeded)
    assert first == second


def test_receivers_that_hang_hold_up_nobody_else(ledger: Ledger) -> None:
    with (
        serving(ledger) as client,
        receiving(lambda *_: HANG) as hanging,
        receiving() as receiver,
    ):
        query = named(client, "all")
        for _ in range(20):
            subscribed(client, query, hanging.url)
        subscribed(client, query, receiver.url)
        sent = capture(client, "1")
        hanging.wait_for(lambda r: len(r.requests) == 20)
        sent += capture(client, "2")
        receiver.wait_for(lambda r: len(r.event_ids) == 2, 5)
        assert receiver.event_ids == sent


def test_a_receiver_that_finds_it_too_much_gets_smaller_batches(ledger: Ledger) -> None:
    with (
        serving(ledger) as client,
        receiving(lambda _, events: 413 if events > 3 else 200) as receiver,
    ):
        subscribed(client, named(client, "all"), receiver.url)
        ids = capture(client, *(f"{number}" for number in range(10)))
        receiver.wait_for(lambda r: len(r.event_ids) == 10)
        assert receiver.event_ids == ids
        assert [len(one.event_ids) for one in receiver.requests] == [10, 5, 3, 3, 3, 1]
        numbers = [one.headers["epcis-delivery"] for one in receiver.requests]
        assert len(set(numbers)) == len(numbers)


def test_only_events_since_the_initial_record_time_count(ledger: Ledger) -> None:
    with serving(ledger) as client, receiving() as receiver:
        capture(client, "1")
        second = capture(client, "2")
        events = client.get("/epcis/events").json()
        listed = events["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        since = next(event["recordTime"] for event in listed if event["eventID"] == second[0])
        query = named(client, "all")
        subscription = subscribed(client, query, receiver.url, initialRecordTime=since)
        assert state(client, subscription)["initialRecordTime"] == since
        third = capture(client, "3")
        receiver.wait_for(lambda r: len(r.event_ids) == 2)
        later = subscribed(
            client, query, f"{receiver.url}later", initialRecordTime="2999-01-01T00:00:00+07:00"
        )
        assert state(client, later)["minRecordTime"] == "2998-12-31T17:00:00Z"
        fourth = capture(client, "4")
        receiver.wait_for(lambda r: len(r.event_ids) == 3)
        receiver.quiet_for(0.5)
        assert receiver.event_ids == [*second, *third, *fourth]
        assert {one.path for one in receiver.requests} == {"/"}


def test_who_has_unsubscribed_is_sent_nothing_more(ledger: Ledger) -> None:
    with serving(ledger) as client, receiving(lambda *_: 500) as receiver:
        query = named(client, "all")
        for remove in ("subscription", "query"):
            subscription = subscribed(client, query, receiver.url)
            capture(client, remove)
            count = len(receiver.requests)
            receiver.wait_more_than(count)
            gone = subscription if remove == "subscription" else query
            assert client.delete(gone).status_code == 204
            time.sleep(0.1)
            receiver.quiet_for(0.6)
            assert client.get(subscription).status_code == 404


@pytest.mark.parametrize("kills", [max(2, int(2 * TEST_SCALE))])
def test_a_server_that_is_killed_while_it_sends_repeats_one_delivery_at_most(
    tmp_path: Path, kills: int
) -> None:
    path = tmp_path / "ledger.duckdb"
    sent: list[str] = []
    with receiving(lambda before, _: 500 if before % 3 == 2 else 200) as receiver:
        with running(path) as (client, _):
            subscribed(client, named(client, "all"), receiver.url, signatureToken="s")
        for kill in range(kills):
            with running(path) as (client, _):
                before = len(receiver.requests)
                for turn in range(10):
                    sent += capture(client, f"{kill}-{turn}-a", f"{kill}-{turn}-b")
                receiver.wait_more_than(before + kill)
        with running(path) as (client, _):
            receiver.wait_for(lambda r: set(r.event_ids) >= set(sent))
            receiver.quiet_for(2.5)
    by_number: dict[str, list[str]] = {}
    repeated = 0
    for one in receiver.taken:
        assert one.is_signed("s")
        number = one.headers["epcis-delivery"]
        repeated += number in by_number
        assert by_number.setdefault(number, one.event_ids) == one.event_ids
    assert [event_id for ids in by_number.values() for event_id in ids] == sent
    assert repeated <= kills + 1


def test_what_comes_in_while_the_server_is_down_is_sent_when_it_is_back(ledger: Ledger) -> None:
    schedule = {"second": "[0-59]"}
    with receiving() as stream, receiving() as scheduled:
        with serving(ledger) as client:
            query = named(client, "all")
            subscribed(client, query, stream.url)
            subscribed(client, query, scheduled.url, schedule=schedule)
            sent = capture(client, "1")
            for receiver in (stream, scheduled):
                receiver.wait_for(lambda r: len(r.event_ids) == 1)
        for number in range(2, 5):
            event_id = f"urn:x:{number}"
            data = document(observed(item(f"{number}"), eventID=event_id))
            assert captured(ledger, data).status == "accepted"
            sent.append(event_id)
        with serving(ledger):
            for receiver in (stream, scheduled):
                receiver.wait_for(lambda r: len(r.event_ids) == 4)
                receiver.quiet_for(0.3)
                assert receiver.event_ids == sent


def test_a_schedule_brings_what_has_come_in_since_its_last_execution(ledger: Ledger) -> None:
    with serving(ledger) as client, receiving() as receiver, receiving() as told:
        query = named(client, "all")
        subscription = subscribed(client, query, receiver.url, schedule={"second": "[0-59]"})
        subscribed(client, query, told.url, schedule={"second": "0/1"}, reportIfEmpty=True)
        assert state(client, subscription)["schedule"] == {"second": "[0-59]"}
        sent = capture(client, "1", "2")
        receiver.wait_for(lambda r: len(r.event_ids) == 2)
        assert receiver.event_ids == sent
        told.wait_for(lambda r: len(r.requests) >= 4)
        assert told.event_ids == sent
        assert [] in [one.event_ids for one in told.requests]
        receiver.quiet_for(1.5)
        since = microseconds(state(client, subscription)["minRecordTime"])
        assert 0 <= time.time() - since / 1e6 < 2
        offered = client.options(subscription)
        assert offered.status_code == 204
        assert offered.headers["allow"] == "OPTIONS, GET, DELETE"
        assert microseconds(offered.headers["gs1-query-min-record-time"]) >= since
        assert item("1") in str(receiver.requests[0].document)


def test_a_long_backlog_comes_in_batches_in_order(ledger: Ledger) -> None:
    with serving(ledger) as client, receiving() as receiver:
        ids = capture(client, *(f"{number}" for number in range(2300)))
        subscribed(
            client, named(client, "all"), receiver.url, initialRecordTime="2000-01-01T00:00:00Z"
        )
        receiver.wait_for(lambda r: len(r.event_ids) >= 2300)
        assert receiver.event_ids == ids
        assert [len(one.event_ids) for one in receiver.requests] == [1000, 1000, 300]


def test_an_execution_keeps_the_order_and_limit_of_its_query(ledger: Ledger) -> None:
    with serving(ledger) as client, receiving() as receiver:
        for number, hour in enumerate((3, 1, 2)):
            capture(client, f"{number}", eventTime=f"2026-03-01T0{hour}:00:00+07:00")
        query = named(
            client, "latest", orderBy="eventTime", orderDirection="DESC", eventCountLimit=2
        )
        subscribed(client, query, receiver.url, initialRecordTime="2000-01-01T00:00:00Z")
        receiver.wait_for(lambda r: len(r.event_ids) == 2)
        assert receiver.event_ids == ["urn:x:0", "urn:x:2"]
        capture(client, "4", eventTime="2026-03-01T00:00:00+07:00")
        receiver.wait_for(lambda r: len(r.event_ids) == 3)
        assert receiver.event_ids[2:] == ["urn:x:4"]


def test_more_events_than_the_query_wants_are_told_of_as_an_exception(ledger: Ledger) -> None:
    with serving(ledger) as client, receiving() as receiver:
        query = named(client, "few", maxEventCount=2)
        subscription = subscribed(client, query, receiver.url)
        capture(client, "1", "2", "3")
        receiver.wait_for(lambda r: len(r.requests) == 1)
        [one] = receiver.requests
        assert one.headers["content-type"] == "application/problem+json"
        assert one.document == {
            "type": "epcisException:QueryTooLargeException",
            "title": "More than maxEventCount = 2 match.",
            "status": 413,
            "queryName": "few",
            "subscriptionID": subscription.rpartition("/")[2],
        }
        capture(client, "4")
        receiver.wait_for(lambda r: len(r.requests) == 2)
        assert receiver.requests[1].event_ids == ["urn:x:4"]
