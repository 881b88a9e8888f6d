"""What is kept of named queries and subscriptions, and what the ledger tells of new events."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from epcis_core.query.parameters import parse_query
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.events import StoredEvent
from epcis_core.store.ledger import Ledger
from epcis_core.store.named_queries import add_named_query, find_named_query, remove_named_query
from epcis_core.store.query import After, page_of_events
from epcis_core.store.subscriptions import (
    Position,
    Progress,
    Subscription,
    add_subscription,
    all_subscriptions,
    find_subscription,
    position_before,
    save_progress,
)
from epcis_core.store.view import EVERYTHING
from tests.ingest.documents import NOW, captured, document, item, observed

NEW = Subscription(
    "one", 1, "http://a.example/", "s", "urn", {"hour": "1"}, False, NOW, NOW,
    Progress(Position(-1), NOW),
)  # fmt: skip


@pytest.fixture
def books(ledger: Ledger) -> Iterator[Bookkeeping]:
    with Bookkeeping(ledger.path) as opened:
        yield opened


def test_a_subscription_comes_back_as_it_was_with_all_its_progress(
    ledger: Ledger, books: Bookkeeping
) -> None:
    named = add_named_query(books, "all", "{}", {"ex": "urn:ex:"}, NOW)
    assert named is not None
    assert find_named_query(books, "all") == named
    kept = add_subscription(books, replace(NEW, query=named.number))
    assert kept is not None
    progress = Progress(
        Position(7, 20, After(20, "Nho đỏ", 12, 5)),
        NOW + 1, NOW + 2, 500, 9, NOW + 3, 2, "no", NOW + 4,
    )  # fmt: skip
    save_progress(books, kept.number, progress)
    books.close()
    with Bookkeeping(ledger.path) as again:
        assert all_subscriptions(again) == [replace(kept, progress=progress)]


def test_a_query_takes_its_subscriptions_with_it_and_its_number_never_comes_back(
    books: Bookkeeping,
) -> None:
    named = add_named_query(books, "all", "{}", {}, NOW)
    assert named is not None
    kept = add_subscription(books, replace(NEW, query=named.number))
    assert kept is not None
    assert add_named_query(books, "all", "{}", {}, NOW) is None
    assert remove_named_query(books, "all") == named.number
    assert find_subscription(books, named.number, "one") is None
    save_progress(books, kept.number, kept.progress)
    assert all_subscriptions(books) == []
    again = add_named_query(books, "all", "{}", {}, NOW)
    assert again is not None
    assert again.number > named.number
    assert add_subscription(books, replace(NEW, query=named.number)) is None


def test_who_waits_for_a_commit_hears_of_it_and_of_one_that_he_has_missed(ledger: Ledger) -> None:
    before = ledger.commits
    assert ledger.wait_for_commit(before, 0.05) == before
    later = threading.Timer(0.2, lambda: captured(ledger, document(observed())))
    later.start()
    started = time.monotonic()
    after = ledger.wait_for_commit(before, 30)
    later.join()
    assert after > before
    assert time.monotonic() - started < 25
    assert ledger.wait_for_commit(before, 0) >= after


def test_a_position_is_behind_all_that_was_taken_before_a_time(ledger: Ledger) -> None:
    assert position_before(ledger, EVERYTHING, NOW) == Position(-1)
    for number in range(3):
        data = document(observed(item(f"{number}")))
        assert captured(ledger, data, now=NOW + number).status == "accepted"
    first, second, third = serials(ledger)
    assert position_before(ledger, EVERYTHING, NOW) == Position(-1)
    assert first.sequence <= position_before(ledger, EVERYTHING, NOW + 1).since < second.sequence
    assert position_before(ledger, EVERYTHING, NOW + 10).since >= third.sequence


def serials(ledger: Ledger) -> list[StoredEvent]:
    return page_of_events(ledger, EVERYTHING, parse_query([]), 100).events


@pytest.mark.parametrize("order", [[], [("orderBy", "eventTime"), ("orderDirection", "ASC")]])
def test_pages_hold_only_what_is_newer_and_no_more_text_than_they_may(
    ledger: Ledger, order: list[tuple[str, str]]
) -> None:
    events = [observed(item(f"{n}"), **{"ex:long": "x" * 1000 * (n % 3)}) for n in range(12)]
    assert captured(ledger, document(*events)).status == "accepted"
    stored = serials(ledger)
    since = stored[2].sequence
    query = parse_query(order)
    found: list[StoredEvent] = []
    after: After | None = None
    while True:
        page = page_of_events(ledger, EVERYTHING, query, 5, after, since=since, most_text=2500)
        sizes = [len(event.text) for event in page.events]
        assert len(sizes) == 1 or sum(sizes) <= 2500
        found += page.events
        after = page.after
        if after is None:
            break
    assert found == stored[3:]
