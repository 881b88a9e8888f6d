"""Each query parameter with what it finds and what it does not; and against a second evaluation."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.errors import QueryError
from epcis_core.model.times import microseconds
from epcis_core.query.parameters import PARAMETERS, EventQuery, parse_query
from epcis_core.store.events import StoredEvent, all_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.query import query_events
from epcis_core.store.view import EVERYTHING, View
from ingest.capture import capture_stream
from ingest.files import expand
from tests.ingest.documents import (
    ITEM,
    NOW,
    SITE,
    captured,
    document,
    item,
    lot,
    made,
    observed,
    packed,
)

SAMPLES = Path(__file__).parents[3] / "samples"
PALLET = "https://id.gs1.org/00/095060001343520017"
SHED = f"{SITE}/254/shed"
DECLARED = {"declarationTime": "2026-03-05T08:00:00+07:00", "reason": "did_not_occur"}

EVENTS = {
    "seen": observed(
        item("1"),
        quantityList=[{"epcClass": lot("L1")}],
        bizStep="receiving",
        disposition="in_progress",
        readPoint={"id": SHED},
        bizLocation={"id": SITE},
    ),
    "born": observed(item("2"), action="ADD", eventTime="2026-03-02T00:00:00Z"),
    "packed": packed(PALLET, item("1"), childQuantityList=[{"epcClass": lot("L2")}]),
    "made": made(
        [lot("L1")],
        [lot("L3")],
        inputEPCList=[item("3")],
        outputEPCList=[item("4")],
        transformationID="https://id.gs1.org/253/9506000134369RUN1",
        eventTime="2026-03-04T08:00:00+07:00",
    ),
    "wrong": observed(item("5"), errorDeclaration=DECLARED),
    "own": {
        "type": "ex:Inspection",
        "eventTime": "2026-03-06T08:00:00+07:00",
        "eventTimeZoneOffset": "+07:00",
    },
}


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


RECORD_TIMES = [f"2026-09-21T14:13:{20 + second}Z" for second in range(6)]
CASES: dict[str, list[tuple[str, list[str]]]] = {
    "eventType": [
        ("ObjectEvent", ["seen", "born", "wrong"]),
        ("ex:Inspection", ["own"]),
        ("AssociationEvent", []),
    ],
    "EQ_action": [("ADD", ["born", "packed"]), ("OBSERVE", ["seen", "wrong"]), ("DELETE", [])],
    "EQ_bizStep": [("https://ref.gs1.org/cbv/BizStep-receiving", ["seen"]), ("shipping", [])],
    "EQ_disposition": [("in_progress", ["seen"]), ("damaged", [])],
    "EQ_readPoint": [("urn:epc:id:sgln:9506000.13430.shed", ["seen"]), (SITE, [])],
    "EQ_bizLocation": [("urn:epc:id:sgln:9506000.13430.0", ["seen"]), (SHED, [])],
    "WD_readPoint": [("urn:epc:id:sgln:9506000.13430.0", ["seen"]), (f"{SITE}/254/gate", [])],
    "WD_bizLocation": [(SITE, ["seen"]), (SHED, [])],
    "EQ_eventID": [("urn:x:made", ["made"]), ("urn:x:mad", [])],
    "EQ_transformationID": [
        ("urn:epc:id:gdti:9506000.13436.RUN1", ["made"]),
        ("urn:epc:id:gdti:9506000.13436.RUN2", []),
    ],
    "EQ_errorReason": [
        ("https://ref.gs1.org/cbv/ER-did_not_occur", ["wrong"]),
        ("incorrect_data", []),
    ],
    "GE_eventTime": [
        ("2026-03-04T01:00:00Z", ["made", "own"]),
        ("2026-03-06T08:00:00.000001+07:00", []),
    ],
    "LT_eventTime": [
        ("2026-03-02T07:00:00+07:00", ["seen", "wrong"]),
        ("2026-03-01T01:00:00Z", []),
    ],
    "GE_recordTime": [(RECORD_TIMES[4], ["wrong", "own"]), ("2026-09-21T14:13:25.000001Z", [])],
    "LT_recordTime": [(RECORD_TIMES[1], ["seen"]), (RECORD_TIMES[0], [])],
    "GE_errorDeclarationTime": [
        ("2026-03-05T01:00:00Z", ["wrong"]),
        ("2026-03-05T01:00:01Z", []),
    ],
    "LT_errorDeclarationTime": [
        ("2026-03-05T01:00:01Z", ["wrong"]),
        ("2026-03-05T01:00:00Z", []),
    ],
    "EXISTS_errorDeclaration": [
        ("true", ["wrong"]),
        ("false", ["seen", "born", "packed", "made", "own"]),
    ],
    "MATCH_epc": [
        (item("1"), ["seen", "packed"]),
        ("urn:epc:id:sgtin:9506000.013435.2", ["born"]),
        ("urn:epc:idpat:sgtin:9506000.013435.*", ["seen", "born", "packed", "wrong"]),
        ("urn:epc:idpat:sgtin:9506000.013436.*", []),
        (item("3"), []),
        (lot("L1"), []),
        (PALLET, []),
    ],
    "MATCH_parentID": [(PALLET, ["packed"]), (item("1"), [])],
    "MATCH_inputEPC": [(item("3"), ["made"]), (item("4"), []), (lot("L1"), [])],
    "MATCH_outputEPC": [(item("4"), ["made"]), (item("3"), []), (lot("L3"), [])],
    "MATCH_anyEPC": [
        (PALLET, ["packed"]),
        (item("1"), ["seen", "packed"]),
        (item("4"), ["made"]),
        (lot("L1"), []),
        (lot("L3"), []),
    ],
    "MATCH_epcClass": [
        (lot("L1"), ["seen"]),
        ("urn:epc:class:lgtin:9506000.013435.L2", ["packed"]),
        (lot("L3"), []),
        (item("1"), []),
        (ITEM, []),
    ],
    "MATCH_inputEPCClass": [(lot("L1"), ["made"]), (lot("L3"), []), (item("3"), [])],
    "MATCH_outputEPCClass": [(lot("L3"), ["made"]), (lot("L1"), []), (item("4"), [])],
    "MATCH_anyEPCClass": [(lot("L1"), ["seen", "made"]), (lot("L9"), []), (item("1"), [])],
}


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


def test_every_parameter_is_tested_with_and_without_a_match() -> None:
    others = {"orderBy", "orderDirection", "eventCountLimit", "maxEventCount"}
    assert set(CASES) | others == set(PARAMETERS)
    for name, cases in CASES.items():
        assert any(expected for _, expected in cases), name
        assert any(len(expected) < len(EVENTS) for _, expected in cases), name


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
    with pytest.raises(QueryError, match=r"^More than maxEventCount = 5 events match$") as caught:
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


def holds(stored: StoredEvent, query: EventQuery) -> bool:
    """A second evaluation, on the event as it was written, of the conditions tried below."""
    body: dict[str, Any] = stored.event.model_dump(by_alias=True, exclude_unset=True)
    written = {"event_type": "type", "action": "action", "biz_step": "bizStep"}
    equal = all(body.get(written[column]) in values for column, values in query.equal)
    moment = microseconds(body["eventTime"])
    times = all(moment >= at if sign == ">=" else moment < at for _, sign, at in query.times)
    return equal and times and query.declared in {None, "errorDeclaration" in body}


@given(
    pairs=st.lists(
        st.one_of(
            st.tuples(st.just("eventType"), st.sampled_from(["ObjectEvent", "AggregationEvent"])),
            st.tuples(st.just("EQ_action"), st.sampled_from(["ADD", "OBSERVE", "DELETE"])),
            st.tuples(st.just("EQ_bizStep"), st.sampled_from(["packing", "shipping", "receiving"])),
            st.tuples(
                st.sampled_from(["GE_eventTime", "LT_eventTime"]),
                st.sampled_from(["2026-01-15T00:00:00Z", "2026-03-12T08:00:00+07:00"]),
            ),
            st.tuples(st.just("EXISTS_errorDeclaration"), st.sampled_from(["true", "false"])),
        ),
        unique=True,
        max_size=5,
    )
)
def test_sql_agrees_with_a_look_at_every_event(
    samples: Ledger, pairs: list[tuple[str, str]]
) -> None:
    single = {"GE_eventTime", "LT_eventTime", "EXISTS_errorDeclaration"}
    kept = {name if name in single else f"{name} {value}": (name, value) for name, value in pairs}
    query = parse_query(kept.values())
    expected = [one.event_id for one in all_events(samples, EVERYTHING) if holds(one, query)]
    assert [one.event_id for one in query_events(samples, EVERYTHING, query)] == expected
