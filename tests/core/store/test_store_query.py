"""Queries of the ledger: what each parameter finds, order, limits, and what a view hides."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from epcis_core.query.parameters import parse_query
from epcis_core.query.refusal import QueryTooLargeError
from epcis_core.store.events import all_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.query import query_events
from epcis_core.store.view import EVERYTHING, View
from ingest.capture import capture_stream
from ingest.files import expand
from tests.core.store.query_cases import CASES, EVENTS, PALLET, SHED
from tests.ingest.documents import (
    NOW,
    SITE,
    captured,
    document,
    item,
)

SAMPLES = Path(__file__).parents[3] / "samples"


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A ledger with `EVENTS`, each captured a second after the one before, and a hierarchy."""
    with Ledger.open(tmp_path_factory.mktemp("query") / "ledger.duckdb") as ledger:
        for second, (name, event) in enumerate(EVENTS.items()):
            site = [{"id": SITE, "children": [SHED]}] if name == "own" else None
            data = document({**event, "eventID": f"urn:x:{name}"}, elements=site)
            assert captured(ledger, data, now=NOW + second * 1_000_000).status == "accepted"
        yield ledger


def found(ledger: Ledger, *pairs: tuple[str, str], view: View = EVERYTHING) -> list[str]:
    events = query_events(ledger, view, parse_query(pairs))
    return [stored.event_id.removeprefix("urn:x:") for stored in events]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        pytest.param(name, value, expected, id=f"{name}={value}")
        for name, cases in CASES.items()
        for value, expected in cases
    ],
)
def test_a_parameter_finds_what_it_says(
    known: Ledger, name: str, value: str, expected: list[str]
) -> None:
    assert found(known, (name, value)) == expected


def test_values_of_a_list_widen_and_parameters_narrow(known: Ledger) -> None:
    two = [("EQ_action", "ADD"), ("EQ_action", "OBSERVE")]
    assert found(known, *two) == ["seen", "born", "packed", "wrong"]
    assert found(known, *two, ("MATCH_epc", item("1"))) == ["seen", "packed"]
    both = [("MATCH_epc", item("1")), ("MATCH_parentID", PALLET)]
    assert found(known, *both) == ["packed"]
    assert found(known, ("MATCH_epc", item("2")), ("MATCH_epc", item("5"))) == ["born", "wrong"]
    span = [("GE_eventTime", "2026-03-02T00:00:00Z"), ("LT_eventTime", "2026-03-04T01:00:00Z")]
    assert found(known, *span) == ["born", "packed"]


def test_a_quote_in_a_value_is_a_letter(known: Ledger) -> None:
    assert found(known, ("EQ_eventID", "' OR '1' = '1")) == []
    assert found(known, ("MATCH_epc", "urn:x:' OR '1' = '1")) == []


def test_order_is_by_time_newest_first_unless_told(known: Ledger) -> None:
    newest_first = ["own", "made", "packed", "born", "wrong", "seen"]
    assert found(known) == list(EVENTS)
    assert found(known, ("orderBy", "eventTime")) == newest_first
    assert found(known, ("orderBy", "eventTime"), ("orderDirection", "DESC")) == newest_first
    ascending = [("orderBy", "eventTime"), ("orderDirection", "ASC")]
    assert found(known, *ascending) == newest_first[::-1]
    assert found(known, ("orderBy", "recordTime")) == list(EVENTS)[::-1]


def test_a_limit_takes_the_first_in_order(known: Ledger) -> None:
    limit = [("orderBy", "eventTime"), ("eventCountLimit", "2")]
    assert found(known, *limit) == ["own", "made"]
    assert found(known, *limit, ("orderDirection", "ASC")) == ["seen", "wrong"]
    assert len(found(known, ("orderBy", "eventTime"), ("eventCountLimit", "99"))) == len(EVENTS)


def test_more_events_than_the_ceiling_are_an_error(known: Ledger) -> None:
    assert len(found(known, ("maxEventCount", "6"))) == len(EVENTS)
    with pytest.raises(
        QueryTooLargeError, match=r"^More than maxEventCount = 5 match\.$"
    ) as caught:
        found(known, ("maxEventCount", "5"))
    assert caught.value.parameter == "maxEventCount"


def test_a_query_sees_what_its_view_shows(known: Ledger) -> None:
    assert found(known, view=View(up_to_sequence=3)) == ["seen", "born"]
    assert found(known, ("MATCH_epc", item("1")), view=View(up_to_sequence=3)) == ["seen"]
    assert found(known, view=View(viewer="somebody")) == []


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """All sample chains."""
    with Ledger.open(tmp_path_factory.mktemp("samples") / "ledger.duckdb") as ledger:
        for file in expand([SAMPLES]):
            with file.open("rb") as source:
                capture_stream(ledger, source, file_name=file.name, now=NOW)
        yield ledger


def test_an_event_is_found_by_everything_it_says(samples: Ledger) -> None:
    """Every event of the samples, asked for by its own values in its own spelling."""
    lists = {
        "epcList": "MATCH_epc",
        "childEPCs": "MATCH_epc",
        "inputEPCList": "MATCH_inputEPC",
        "outputEPCList": "MATCH_outputEPC",
        "quantityList": "MATCH_epcClass",
        "childQuantityList": "MATCH_epcClass",
        "inputQuantityList": "MATCH_inputEPCClass",
        "outputQuantityList": "MATCH_outputEPCClass",
    }
    for stored in all_events(samples, EVERYTHING):
        body: dict[str, Any] = stored.event.model_dump(by_alias=True, exclude_unset=True)
        pairs = [("eventType", body["type"]), ("GE_eventTime", body["eventTime"])]
        pairs += [(f"EQ_{n}", body[n]) for n in ("action", "bizStep", "disposition") if n in body]
        pairs += [(f"EQ_{n}", body[n]["id"]) for n in ("readPoint", "bizLocation") if n in body]
        pairs += [("MATCH_parentID", body["parentID"])] if "parentID" in body else []
        for member, name in lists.items():
            for one in body.get(member, [])[:2]:
                pairs.append((name, one if isinstance(one, str) else one["epcClass"]))
        ids = [one.event_id for one in query_events(samples, EVERYTHING, parse_query(pairs))]
        assert stored.event_id in ids, pairs
