"""The pre-hash string of the reference implementation, on invented events.

The expected strings in `event_hash_reference_1_9.json` are what epcis-event-hash-generator 1.9.3
wrote for these events.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from epcis_core.event_hash import HashVariant, prehash
from epcis_core.model.base import Number
from epcis_core.model.events import EVENT_TYPES
from epcis_core.model.namespaces import Namespaces

RECORDED = json.loads(
    Path(__file__).with_name("event_hash_reference_1_9.json").read_text(encoding="utf-8"),
    parse_float=Number,
    parse_int=Number,
)
NAMESPACES = Namespaces.of_context(RECORDED["context"])
EVENT = {
    "type": "ObjectEvent",
    "eventTime": "2026-03-01T08:00:00+07:00",
    "eventTimeZoneOffset": "+07:00",
    "action": "ADD",
}


def written(event: dict[str, Any]) -> str:
    model = EVENT_TYPES[event["type"]].model_validate(event)
    return prehash(model, NAMESPACES, HashVariant.REFERENCE_1_9)


def extension(value: Any) -> str:
    """Write one extension and return what stands behind its name."""
    return written({**EVENT, "farm:a": value}).partition("{https://farm.example/epcis/}a")[2]


@pytest.mark.parametrize("case", RECORDED["cases"].values(), ids=RECORDED["cases"])
def test_it_writes_what_the_reference_implementation_wrote(case: dict[str, Any]) -> None:
    assert written(case["event"]) == case["prehash"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(Number("1e400"), f"=1{'0' * 400}", id="a number no float can hold"),
        pytest.param("Infinity", "=Infinity", id="a word that Python takes for a number"),
        pytest.param(
            "https://id.gs1.org/01/04012345111119",
            "=https://id.gs1.org/01/04012345111119",
            id="a wrong check digit",
        ),
        pytest.param(
            "https://ref.gs1.org/voc/Food", "=https://gs1.org/voc/Food", id="WebVoc 2.0.1"
        ),
    ],
)
def test_where_the_reference_implementation_fails_the_rules_are_followed(
    value: Any, expected: str
) -> None:
    assert extension(value) == expected


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        pytest.param("2026-03-01T00:59:59.9995Z", "2026-03-01T01:00:00.000Z", id="a full second"),
        pytest.param("9999-12-31T23:59:59.9999Z", "9999-12-31T23:59:59.999Z", id="the end of time"),
    ],
)
def test_a_time_that_rounds_up_to_a_full_second(time: str, expected: str) -> None:
    assert f"eventTime={expected}event" in written({**EVENT, "eventTime": time})


def test_a_word_that_two_terms_end_like_stays_a_word() -> None:
    event = {
        **EVENT,
        "bizStep": "shipping",
        "disposition": "https://ref.gs1.org/cbv/Disp-shipping",
        "farm:a": "shipping",
    }
    assert written(event).endswith("{https://farm.example/epcis/}a=shipping")


def test_the_context_inside_an_event_counts_as_the_documents() -> None:
    own = {"own": "https://own.example/"}
    event = EVENT_TYPES["ObjectEvent"].model_validate({**EVENT, "@context": own, "own:a": "1"})
    namespaces = Namespaces.of_context(own)
    assert prehash(event, namespaces, HashVariant.REFERENCE_1_9).endswith(
        "action=ADD{https://own.example/}a=1"
    )


def test_text_that_is_an_object_is_written_as_its_members_in_their_order() -> None:
    one = {"#text": {"b": Number("1.5"), "@c": "x"}}
    other = {"#text": {"@c": "x", "b": Number("1.5")}}
    assert extension(one) == extension(other) == "#text@c=xb=1.5"
    assert extension({"#text": Number("1.5"), "@c": "x"}) == "=1.5@c=x"
