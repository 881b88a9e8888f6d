"""Pages of a query: no event twice, none missing, whatever is captured meanwhile."""

from pathlib import Path

import pytest

from epcis_core.query.conditions import EventQuery
from epcis_core.query.parameters import parse_query
from epcis_core.query.refusal import QueryTooLargeError
from epcis_core.store.ledger import Ledger
from epcis_core.store.query import After, page_of_events, query_events
from epcis_core.store.view import EVERYTHING, View
from tests.ingest.documents import NOW, captured, document, item, observed

ORDERS = {
    "ledger order": [],
    "event time, newest first": [("orderBy", "eventTime")],
    "event time, oldest first": [("orderBy", "eventTime"), ("orderDirection", "ASC")],
    "record time": [("orderBy", "recordTime")],
    "an extension": [("orderBy", "ex:grade"), ("orderDirection", "ASC")],
    "an extension, the greatest first": [("orderBy", "ex:grade")],
}
orders = pytest.mark.parametrize("order", ORDERS.values(), ids=list(ORDERS))


def seen(number: int, *, day: int, **members: object) -> dict[str, object]:
    """An event; several have the same time."""
    time = f"2026-03-{day:02}T08:00:00+07:00"
    return observed(item(str(number)), eventID=f"urn:x:{number}", eventTime=time, **members)


def send(ledger: Ledger, numbers: range) -> None:
    grades: list[object] = [3, "b", "2026-03-01T00:00:00Z", 12.5, "a", -1]
    events = [
        seen(n, day=1 + n % 3, **({"ex:grade": grades[n % 7]} if n % 7 < 6 else {}))
        for n in numbers
    ]
    assert captured(ledger, document(*events), now=NOW + numbers.start).status == "accepted"


def ids(query: list[tuple[str, str]], ledger: Ledger, view: View = EVERYTHING) -> list[str]:
    return [one.event_id for one in query_events(ledger, view, parse_query(query))]


@orders
@pytest.mark.parametrize("size", [1, 2, 7, 19, 20, 21])
def test_pages_are_the_whole(ledger: Ledger, order: list[tuple[str, str]], size: int) -> None:
    send(ledger, range(20))
    pages: list[list[str]] = []
    after: After | None = None
    while not pages or after is not None:
        page = page_of_events(ledger, EVERYTHING, parse_query(order), size, after)
        pages.append([one.event_id for one in page.events])
        after = page.after
    assert [one for page in pages for one in page] == ids(order, ledger)
    assert {len(page) for page in pages[:-1]} <= {size}
    assert 0 < len(pages[-1]) <= size


@orders
def test_what_is_captured_between_pages_is_in_none(
    ledger: Ledger, order: list[tuple[str, str]]
) -> None:
    send(ledger, range(20))
    before = ids(order, ledger)
    found: list[str] = []
    after: After | None = None
    for step in range(99):
        page = page_of_events(ledger, EVERYTHING, parse_query(order), 3, after)
        found += [one.event_id for one in page.events]
        after = page.after
        if after is None:
            break
        send(ledger, range(100 + 10 * step, 105 + 10 * step))
    assert found == before
    assert len(ids(order, ledger)) > len(before)


def test_an_order_by_an_extension_is_by_number_then_time_then_text(ledger: Ledger) -> None:
    send(ledger, range(7))
    ascending = ids([("orderBy", "ex:grade"), ("orderDirection", "ASC")], ledger)
    assert ascending == [f"urn:x:{n}" for n in (6, 5, 0, 3, 2, 4, 1)]
    assert ids([("orderBy", "ex:grade")], ledger) == ascending[::-1]


def test_a_limit_counts_over_all_pages(ledger: Ledger) -> None:
    send(ledger, range(20))
    query = parse_query([("orderBy", "eventTime"), ("eventCountLimit", "5")])
    first = page_of_events(ledger, EVERYTHING, query, 3)
    assert first.after is not None
    second = page_of_events(ledger, EVERYTHING, query, 3, first.after)
    assert [len(first.events), len(second.events), second.after] == [3, 2, None]
    whole = query_events(ledger, EVERYTHING, query)
    assert [one.event_id for one in (*first.events, *second.events)] == [
        one.event_id for one in whole
    ]


def test_too_many_are_told_with_the_first_page(ledger: Ledger) -> None:
    send(ledger, range(6))
    with pytest.raises(QueryTooLargeError) as caught:
        page_of_events(ledger, EVERYTHING, parse_query([("maxEventCount", "5")]), 3)
    assert str(caught.value) == "More than maxEventCount = 5 match."
    assert caught.value.finding.message_in("vi") == "Số kết quả vượt quá maxEventCount = 5."
    page = page_of_events(ledger, EVERYTHING, parse_query([("maxEventCount", "6")]), 3)
    send(ledger, range(10, 12))
    rest = page_of_events(ledger, EVERYTHING, parse_query([("maxEventCount", "6")]), 3, page.after)
    assert (len(rest.events), rest.after) == (3, None)


def test_an_empty_ledger_has_an_empty_page(ledger: Ledger) -> None:
    page = page_of_events(ledger, EVERYTHING, EventQuery(), 3)
    assert (page.events, page.after) == ([], None)


def test_a_page_shows_what_its_view_does(ledger: Ledger) -> None:
    send(ledger, range(3))
    past = View(up_to_sequence=1)
    page = page_of_events(ledger, past, EventQuery(), 1)
    assert page.after == After(up_to_sequence=1, key=0, sequence=0, given=1)
    rest = page_of_events(ledger, past, EventQuery(), 9, page.after)
    assert [one.event_id for one in (*page.events, *rest.events)] == ["urn:x:0", "urn:x:1"]
    assert page_of_events(ledger, View(viewer="nobody"), EventQuery(), 9).events == []


def test_a_page_is_read_again_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    query = parse_query([("orderBy", "ex:grade")])
    with Ledger.open(path) as ledger:
        send(ledger, range(9))
        first = page_of_events(ledger, EVERYTHING, query, 4)
        whole = [one.event_id for one in query_events(ledger, EVERYTHING, query)]
    with Ledger.open(path) as ledger:
        send(ledger, range(20, 25))
        rest = page_of_events(ledger, EVERYTHING, query, 9, first.after)
    assert [one.event_id for one in (*first.events, *rest.events)] == whole
