"""The values of the model: URIs, times, offsets, numbers, names."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from epcis_core.model.base import Number, json_name
from epcis_core.model.documents import DOCUMENT_TYPES
from epcis_core.model.elements import Hex, Unit, Uri, is_uri
from epcis_core.model.events import EVENT_TYPES, ExtensionEvent
from epcis_core.model.times import (
    Offset,
    Timestamp,
    instant,
    instant_by_parts,
    microseconds,
    utc_text,
)
from tests.strategies.events import numbers, offsets, timestamps

DRAFT_7 = "http://json-schema.org/draft-07/schema#"
URI_ORACLE = jsonschema_rs.validator_for(
    {"$schema": DRAFT_7, "type": "string", "format": "uri"}, validate_formats=True
)
TIME_ORACLE = jsonschema_rs.validator_for(
    {"$schema": DRAFT_7, "type": "string", "format": "date-time"}, validate_formats=True
)


@given(
    st.one_of(
        st.text("ax1:/?#[]@%4v.é\n -_", max_size=14),
        st.text("a:/?#[]@%1 ", max_size=10).map("http://".__add__),
        st.text(":1af.%v", max_size=20).map(lambda address: f"x://[{address}]/"),
        st.text(),
    )
)
def test_a_uri_is_what_rfc_3986_says(text: str) -> None:
    assert is_uri(text) is URI_ORACLE.is_valid(text)


@pytest.mark.parametrize(
    "text",
    [
        "urn:epc:id:sgtin:8930001.000001.S%2F1",
        "https://id.gs1.org/01/08930001000018/10/L%C3%B4",
        "geo:11.5675,108.9886",
        "ex:grade",
        "http://[::1]:8080/a?b#c",
        "http://[v1.x]/",
    ],
)
def test_uris(text: str) -> None:
    assert is_uri(text)


@pytest.mark.parametrize(
    "text",
    ["", "lot 1", "/01/08930001000018", "urn:lô", "http://[1]/", "http://[fe80::1%25e]/", "a:%zz"],
)
def test_no_uris(text: str) -> None:
    assert not is_uri(text)


def test_a_uri_has_at_most_4096_characters() -> None:
    assert is_uri("urn:" + "x" * 4092)
    assert not is_uri("urn:" + "x" * 4093)


def accepts(kind: Any, text: str) -> bool:
    try:
        TypeAdapter(kind).validate_python(text)
    except ValidationError:
        return False
    return True


@given(st.one_of(timestamps(), st.text("0123456789-:TtZz+. ", max_size=30)))
def test_a_timestamp_is_an_rfc_3339_date_time(text: str) -> None:
    assert not accepts(Timestamp, text) or TIME_ORACLE.is_valid(text)


@given(timestamps())
def test_an_instant_is_what_python_reads(text: str) -> None:
    assert accepts(Timestamp, text)
    head, dot, rest = text.partition(".")
    digits = rest.rstrip("Z").partition("+")[0].partition("-")[0]
    zone = rest[len(digits) :] if dot else ""
    expected = datetime.fromisoformat(f"{head}{dot}{digits[:6].ljust(6, '0') if dot else ''}{zone}")
    assert instant(text) == expected
    assert instant(text).tzinfo is UTC


ODD_TIMES = [
    "2026-02-29T08:00:00Z",
    "2026-03-01T24:00:00+07:00",
    "2026-03-01T23:59:60Z",
    "2026-03-01T08:00:00.123+14:00",
    "0001-01-01T00:00:00+07:00",
    "9999-12-31T23:59:59-07:00",
    "2026-03-01 08:00:00Z",
    "2026-W09-7T08:00:00Z",
    "2026-03-01T08:00:00.123456789-00:00",
    "2026-03-01T08:00:00",
]


@given(
    st.sampled_from(ODD_TIMES) | timestamps((1, 9999)), st.integers(0, 40), st.text("0129:-+.ZT ")
)
def test_a_common_time_is_read_as_by_its_parts(text: str, at: int, put: str) -> None:
    for one in (text, f"{text[:at]}{put[:1]}{text[at + 1 :]}"):
        try:
            expected: object = instant_by_parts(one)
        except ValueError as error:
            with pytest.raises(ValueError, match="^" + re.escape(str(error)) + "$"):
                instant(one)
        else:
            assert instant(one) == expected
            assert instant(one).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T08:00:00",
        "2026-03-01",
        "2026-03-01 08:00:00Z",
        "2026-03-01t08:00:00z",
        "2026-02-29T08:00:00Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T08:00:60Z",
        "2026-03-01T08:00Z",
        "2026-03-01T08:00:00.Z",
        "2026-03-01T08:00:00+14:01",
        "2026-03-01T08:00:00+07:60",
        "2026-03-01T08:00:00+7:00",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "2026-03-01T08:00:00Z\n",
        "２０２６-03-01T08:00:00Z",
        f"2026-03-01T08:00:00.{'1' * 61}Z",
    ],
)
def test_no_timestamps(text: str) -> None:
    assert not accepts(Timestamp, text)


@given(st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999))
def test_microseconds_survive_their_text(value: int) -> None:
    assert microseconds(utc_text(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T07:00:00.000001+07:00", 1),
        ("1969-12-31T23:59:59.9999999Z", -1),
        ("2026-03-01T08:00:00.5+07:00", 1_772_326_800_500_000),
    ],
)
def test_microseconds(text: str, value: int) -> None:
    assert microseconds(text) == value


@given(offsets())
def test_offsets(text: str) -> None:
    assert accepts(Offset, text)


@pytest.mark.parametrize(
    "text", ["Z", "+7:00", "+14:01", "-14:30", "+15:00", "+07:60", "07:00", ""]
)
def test_no_offsets(text: str) -> None:
    assert not accepts(Offset, text)


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        (Unit, ["KGM", "C62", "2N", "X8"], ["kgm", "K", "KGMS", "", "K M"]),
        (Hex, ["00", "deadBEEF"], ["", "0", "0G", "00 "]),
        (Uri, ["urn:x:y"], ["", "y"]),
    ],
    ids=["unit", "hexadecimal", "URI"],
)
def test_spellings(kind: Any, right: list[str], wrong: list[str]) -> None:
    assert [text for text in right if not accepts(kind, text)] == []
    assert [text for text in wrong if accepts(kind, text)] == []


@given(numbers(), numbers())
def test_numbers_are_equal_when_written_alike(one: Number, other: Number) -> None:
    assert (one == other) is (one.text == other.text)
    assert one == Number(one.text)
    assert hash(one) == hash(Number(one.text))
    assert one.value == Decimal(one.text)
    assert one != one.text


def test_a_number_shows_its_text() -> None:
    assert repr(Number("1.50")) == "Number('1.50')"
    assert TypeAdapter(Number).json_schema() == {"type": "number"}


@pytest.mark.parametrize("value", ["1.50", 1, 1.5, True, None])
def test_only_a_codec_makes_numbers(value: object) -> None:
    assert not accepts(Number, value)  # type: ignore[arg-type]


def models(model: type[BaseModel], seen: set[type[BaseModel]]) -> set[type[BaseModel]]:
    if model not in seen:
        seen.add(model)
        for field in model.model_fields.values():
            for part in parts_of(field.annotation):
                models(part, seen)
    return seen


def parts_of(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [part for inner in getattr(annotation, "__args__", ()) for part in parts_of(inner)]


def test_members_have_the_names_of_the_standard(gs1_schema_names: set[str]) -> None:
    """The names in our models and the names in GS1's JSON Schema are the same set."""
    seen: set[type[BaseModel]] = set()
    for model in [*EVENT_TYPES.values(), *DOCUMENT_TYPES.values()]:
        models(model, seen)
    ours = {
        field.alias or json_name(name)
        for model in seen
        for name, field in model.model_fields.items()
    }
    assert ours == gs1_schema_names


def test_an_event_cannot_be_changed() -> None:
    event = ExtensionEvent.model_validate(
        {
            "type": "ex:E",
            "eventTime": "2026-03-01T08:00:00Z",
            "eventTimeZoneOffset": "+00:00",
            "any": 1,
        }
    )
    assert event.extensions == {"any": 1}
    with pytest.raises(ValidationError):
        event.event_time = "2027-03-01T08:00:00Z"  # type: ignore[misc]


def test_every_model_has_a_json_schema() -> None:
    every: list[type[BaseModel]] = [ExtensionEvent, *EVENT_TYPES.values(), *DOCUMENT_TYPES.values()]
    for model in every:
        assert model.model_json_schema()["type"] == "object"
