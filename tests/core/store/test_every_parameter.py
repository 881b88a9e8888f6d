"""Every parameter that the standard names, with something it finds and something it does not.

The standard's own files say which parameters there are; their schema of queries, with the
backslashes in its patterns halved, tells what extension parameters look like.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from epcis_core.query.parameters import PARAMETERS, parse_query
from epcis_core.store.events import all_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.query import query_events
from epcis_core.store.view import EVERYTHING, View
from tests.core.store import more_query_cases as more
from tests.core.store import query_cases as basic
from tests.ingest.documents import SITE, captured, document, item, lot, observed, place

CONTROLS = {
    *("orderBy", "orderDirection", "eventCountLimit", "maxEventCount", "perPage"),
    "nextPageToken",
}
"""Parameters that find nothing by themselves."""

TESTED = {
    name: [*basic.CASES.get(name, ()), *more.CASES.get(name, ())]
    for name in (*basic.CASES, *more.CASES)
}


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A ledger with the events of `more_query_cases`, and some master data."""
    with Ledger.open(tmp_path_factory.mktemp("every") / "ledger.duckdb") as ledger:
        events = [{**event, "eventID": f"urn:x:{name}"} for name, event in more.EVENTS.items()]
        site = {**place(SITE, name="Vườn"), "children": [more.SHED]}
        drying = place("https://ns.example.com/drying", name="Sấy")
        report = captured(ledger, document(*events, elements=[site, drying]))
        assert report.status == "accepted", report
        yield ledger


def found(ledger: Ledger, *pairs: tuple[str, str], view: View = EVERYTHING) -> list[str]:
    events = query_events(ledger, view, parse_query(pairs))
    return [stored.event_id.removeprefix("urn:x:") for stored in events]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        pytest.param(name, value, expected, id=f"{name}={value}")
        for name, cases in more.CASES.items()
        for value, expected in cases
    ],
)
def test_a_parameter_finds_what_it_says(
    known: Ledger, name: str, value: str, expected: list[str]
) -> None:
    assert found(known, (name, value)) == expected


@pytest.mark.parametrize("name", sorted({*PARAMETERS} - CONTROLS))
def test_every_parameter_is_tested_with_and_without_a_match(name: str) -> None:
    pattern = re.escape(name).replace("…", ".+").replace("_CEL", "(_[A-Z0-9]+)?")
    cases = [
        one for other, found in TESTED.items() if re.fullmatch(pattern, other) for one in found
    ]
    assert any(expected for _, expected in cases)
    assert any(not expected or value in {"false", "0"} for value, expected in cases)


def names_of_the_interface(gs1_dir: Path) -> set[str]:
    """The query parameters of `GET /events` in the standard's description of its interface."""
    source = gs1_dir / "gs1-epcis" / "REST Bindings" / "openapi.json"
    described: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    shared = described["components"]["parameters"]
    given = described["paths"]["/events"]["get"]["parameters"]
    whole = [shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in given]
    return {one["name"] for one in whole if one["in"] == "query"}


def schema_of_queries(gs1_dir: Path) -> dict[str, Any]:
    source = gs1_dir / "gs1-epcis" / "REST Bindings" / "query-schema.json"
    schema: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    found: dict[str, Any] = schema["definitions"]["EPCIS-Query"]
    return found


def test_every_name_of_the_standard_is_tested(gs1_dir: Path) -> None:
    names = names_of_the_interface(gs1_dir)
    names |= set(schema_of_queries(gs1_dir)["properties"]) - {"@context"}
    assert len(names) > 55
    assert names - CONTROLS <= set(TESTED)


def test_every_family_of_the_standard_is_tested(gs1_dir: Path) -> None:
    patterns = [
        one.replace("\\\\", "\\") for one in schema_of_queries(gs1_dir)["patternProperties"]
    ]
    assert len(patterns) > 90
    untested = [one for one in patterns if not any(re.search(one, name) for name in TESTED)]
    assert untested == []


CROSSED = {
    "the type of one transaction with the identifier of another": [
        ("EQ_bizTransaction_po", "urn:x:inv"),
        ("EQ_bizTransaction_inv", more.ORDER),
        ("EQ_bizTransaction_po", "urn:x:untyped"),
    ],
    "the type of one source with the party of another": [("EQ_source_location", more.FARM)],
    "a source where a destination is asked for": [("EQ_destination_owning_party", more.FARM)],
    "the amount of one class with the unit of another": [
        ("EQ_quantity_TNE", "40"),
        ("GE_quantity_KGM", "2501"),
    ],
    "the value of one report with the unit of another": [
        ("EQ_value_CEL", "300"),
        ("EQ_value_P1", "-18"),
        ("GT_value_KEL", "256"),
    ],
    "the least value where the value is asked for": [("EQ_value_CEL", "-20")],
    "an extension of a report where one of the metadata is asked for": [
        ("EXISTS_SENSORMETADATA_ex:calibrated", ""),
        ("EXISTS_SENSORREPORT_ex:probe", ""),
        ("EXISTS_SENSORELEMENT_ex:probe", ""),
    ],
    "a field of the event where one of its ilmd is asked for": [
        ("EXISTS_ILMD_ex:grade", ""),
        ("EXISTS_ex:trees", ""),
    ],
    "a field below an extension where one of its own is asked for": [("EXISTS_ex:at", "")],
    "a field of one's own where one below is asked for": [("EXISTS_INNER_ex:brix", "")],
    "what is below the ilmd where what is below an extension is asked for": [
        ("EQ_INNER_ex:row", "7"),
        ("EQ_INNER_ILMD_ex:colour", "red"),
    ],
    "what one place has where the other is asked for": [("EQ_readPoint_ex:row", "5")],
}


@pytest.mark.parametrize(
    "pair",
    [
        pytest.param(pair, id=f"{why}: {pair[0]}={pair[1]}")
        for why, pairs in CROSSED.items()
        for pair in pairs
    ],
)
def test_what_one_element_says_is_not_mixed_with_another(
    known: Ledger, pair: tuple[str, str]
) -> None:
    assert found(known, pair) == []


def test_parameters_may_hold_of_different_elements(known: Ledger) -> None:
    """Each parameter is about the event: one report may have the type, and another the value."""
    assert found(known, ("EQ_type", "RelativeHumidity"), ("EQ_value_CEL", "-18")) == ["sensed"]


def test_an_event_in_celsius_is_found_in_kelvin(known: Ledger) -> None:
    """The standard's own case for units: TCR-53, step 26."""
    by_type = ("EQ_type", "gs1:Temperature")
    assert found(known, by_type, ("GE_value_KEL", "250")) == ["sensed"]
    assert found(known, by_type, ("GE_value_KEL", "256")) == []


@pytest.mark.parametrize(
    ("written", "asked", "matches"),
    [
        ("0.1", "0.1000000000000000000001", False),
        ("0.1000000000000000000001", "0.1000000000000000000001", True),
        ("9007199254740993", "9007199254740992", False),
        ("1.50", "1.5", True),
        ("15e-1", "1.5", True),
        ("-0.0", "0", True),
        ("1e-350", "0", False),
        ("1e-350", "1e-350", True),
        ("1e350", "1e351", False),
    ],
)
def test_numbers_are_compared_exactly(
    ledger: Ledger, written: str, asked: str, *, matches: bool
) -> None:
    event = json.dumps(observed(item("1"), eventID="urn:x:n", **{"ex:n": "…"})).replace(
        '"…"', written
    )
    event = event.replace('"\\u2026"', written)
    amount = json.dumps(
        observed(item("1"), eventID="urn:x:q", quantityList=[{"epcClass": lot("L"), "quantity": 0}])
    ).replace('"quantity": 0', f'"quantity": {written.removeprefix("-")}')
    assert captured(ledger, document(event, amount)).status == "accepted"
    assert found(ledger, ("EQ_ex:n", asked)) == (["n"] if matches else [])
    assert found(ledger, ("EQ_quantity", asked)) == (["q"] if matches else [])
    for sign, other in (("GE", "LT"), ("LE", "GT")):
        for field, event_id in (("ex:n", "n"), ("quantity", "q")):
            both = (
                found(ledger, (f"{sign}_{field}", asked)),
                found(ledger, (f"{other}_{field}", asked)),
            )
            assert sorted(map(tuple, both)) == [(), (event_id,)]


def test_a_reading_is_converted_exactly(ledger: Ledger) -> None:
    """212 °F are 100 °C, and a third of a degree Fahrenheit is no decimal of a kelvin."""
    report = {"type": "Temperature", "value": 212, "uom": "FAH"}
    hot = observed(item("1"), eventID="urn:x:hot", sensorElementList=[{"sensorReport": [report]}])
    assert captured(ledger, document(hot)).status == "accepted"
    assert found(ledger, ("EQ_value_CEL", "100")) == ["hot"]
    assert found(ledger, ("EQ_value_KEL", "373.15")) == ["hot"]
    assert found(ledger, ("GT_value_CEL", "99.99999999999999999999")) == ["hot"]
    assert found(ledger, ("GT_value_CEL", "100")) == []


def test_a_prefix_stands_for_what_the_event_says(ledger: Ledger) -> None:
    other = {"@context": {"ex": "https://other.example/"}}
    mine = observed(item("1"), eventID="urn:x:mine", **{"ex:grade": "A", "bizStep": "ex:drying"})
    theirs = {**mine, "eventID": "urn:x:theirs", **other}
    assert captured(ledger, document(mine, theirs)).status == "accepted"
    assert found(ledger, ("EQ_https://ns.example.com/grade", "A")) == ["mine"]
    assert found(ledger, ("EQ_https://other.example/#grade", "A")) == ["theirs"]
    assert found(ledger, ("EQ_bizStep", "https://other.example/drying")) == ["theirs"]
    # Nothing is bound in these queries, so the prefix stands for itself.
    assert found(ledger, ("EQ_ex:grade", "A")) == ["mine", "theirs"]
    assert found(ledger, ("EQ_bizStep", "ex:drying")) == ["mine", "theirs"]


def test_what_a_view_hides_is_not_found(known: Ledger) -> None:
    last = max(one.sequence for one in all_events(known, EVERYTHING))
    for pair in (("EQ_type", "Temperature"), ("GE_ex:brix", "1"), ("GE_quantity_KGM", "1")):
        assert found(known, pair)
        assert found(known, pair, view=View(up_to_sequence=-1)) == []
        assert found(known, pair, view=View(viewer="nobody")) == []
        assert found(known, pair, view=View(up_to_sequence=last)) == found(known, pair)


def test_a_quote_in_a_name_is_a_letter(known: Ledger) -> None:
    for name in ("EQ_ex:a'x", "EXISTS_INNER_') OR true --".replace(" ", ""), "EQATTR_ex:a'b_name"):
        assert found(known, (name, "' OR '1' = '1" if name[:2] == "EQ" else "")) == []
