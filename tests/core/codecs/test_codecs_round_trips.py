"""What is written is read back the same: events of every shape, numbers digit by digit."""

import io
import json
import math
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.codecs.jsonld import JsonLdReader, read_json_event
from epcis_core.codecs.jsonld_writer import (
    context_of,
    event_bytes,
    json_bytes,
    members,
    write_document,
    write_query_document,
)
from epcis_core.codecs.limits import Limits
from epcis_core.errors import ParseError
from epcis_core.findings import Finding, has_errors
from epcis_core.model.base import Number
from epcis_core.model.documents import DocumentOfEvents
from epcis_core.model.events import EVENT_TYPES, EpcisEvent
from epcis_core.rules import check_event
from tests.strategies.events import (
    CONTEXT,
    NAMESPACES,
    event_members,
    events,
    json_values,
    numbers,
    texts,
)

NOW = "2026-03-01T08:00:00Z"


def plain(value: Any) -> Any:
    """JSON members with every number as its text, so that `==` sees its digits."""
    if isinstance(value, Number):
        return f"number {value.text}"
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def parsed(data: bytes | str) -> Any:
    """The same of JSON text, by Python's own parser."""
    as_written = "number {}".format
    return json.loads(data, parse_float=as_written, parse_int=as_written)


@given(events())
def test_an_event_written_and_read_is_the_same_event(event: EpcisEvent) -> None:
    again = read_json_event(event_bytes(event).decode())
    assert again == event
    assert again.model_fields_set == event.model_fields_set
    assert list(again.extensions) == list(event.extensions)


@given(event_members())
def test_members_come_out_as_they_went_in(given_members: dict[str, Any]) -> None:
    event = EVENT_TYPES[given_members["type"]].model_validate(given_members)
    assert plain(members(event)) == plain(given_members)
    assert parsed(event_bytes(event)) == plain(given_members)


@given(st.lists(events(), max_size=3), st.integers(1, 40))
def test_a_document_written_and_read_in_pieces_holds_the_same_events(
    written: list[EpcisEvent], chunk: int
) -> None:
    pieces = write_document(map(event_bytes, written), creation_date=NOW, prefixes=NAMESPACES)
    reader = JsonLdReader(io.BytesIO(b"".join(pieces)), Limits(chunk=chunk))
    read = list(reader.events())
    assert reader.findings == []
    assert [one.event for one in read] == written
    assert [one.index for one in read] == list(range(len(written)))
    for one in read:
        assert one.event is not None
        assert one.findings == ()
        assert not has_errors(check_event(one.event, one.namespaces, one.syntax))
        assert read_json_event(one.text) == one.event


@given(st.lists(events(), max_size=2))
def test_a_query_document_is_read_back_too(written: list[EpcisEvent]) -> None:
    pieces = write_query_document(map(event_bytes, written), creation_date=NOW, prefixes=NAMESPACES)
    reader = JsonLdReader(io.BytesIO(b"".join(pieces)))
    assert [one.event for one in reader.events()] == written
    assert reader.findings == []
    assert reader.envelope.kind == "EPCISQueryDocument"
    assert reader.envelope.head is not None
    assert reader.envelope.version == "2.0"


@given(events())
def test_a_bare_event_is_read_back_too(event: EpcisEvent) -> None:
    data = json_bytes({"@context": CONTEXT, **members(event)})
    reader = JsonLdReader(io.BytesIO(data))
    (read,) = reader.events()
    assert reader.findings == []
    assert reader.envelope.kind == "event"
    assert (read.pointer, read.findings) == ("", ())
    assert read.event is not None
    assert members(read.event.model_copy(update={"context": None})) == {
        **members(event),
        "@context": None,
    }


SCHEMAS = {
    "modular": "gs1-epcis/EPCIS-JSON-Schema.json",
    "published": "published-2.0.x/epcis-json-schema-2.0.1.json",
}


@pytest.fixture(scope="module", params=list(SCHEMAS.values()), ids=list(SCHEMAS))
def gs1_schema(request: pytest.FixtureRequest, gs1_dir: Path) -> jsonschema_rs.Validator:
    schema = json.loads((gs1_dir / request.param).read_text(encoding="utf-8"))
    return jsonschema_rs.validator_for(schema, validate_formats=True)


def finite(text: str) -> float:
    """A number as the schema's oracle can take it."""
    value = float(text)
    return value if math.isfinite(value) else 0.0


@given(event=events())
def test_gs1s_schema_accepts_every_event_we_write(
    event: EpcisEvent, gs1_schema: jsonschema_rs.Validator
) -> None:
    data = json.loads(event_bytes(event), parse_int=finite, parse_float=finite)
    if event.type not in {"ObjectEvent", "TransformationEvent"}:
        # One of the two schemas knows it on these two alone; its ontology and XSD on all.
        data.pop("persistentDisposition", None)
    errors = [error.message for error in gs1_schema.iter_errors({"@context": CONTEXT, **data})]
    assert errors == []


SPELLINGS = [
    "1.50",
    "1e2",
    "1E+2",
    "-0",
    "0.0",
    "-0.0e-0",
    "12345678901234567890",
    "1234567890.12345678901234567890",
    "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899",
    "1e-300",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_number_keeps_its_digits_wherever_it_stands(spelling: str) -> None:
    event = f"""{{"type": "ObjectEvent", "eventTime": "{NOW}", "eventTimeZoneOffset": "+07:00",
        "action": "ADD", "epcList": [],
        "quantityList": [{{"epcClass": "urn:x:lot", "quantity": {spelling}}}],
        "sensorElementList": [{{"sensorMetadata": {{"ex:m": {spelling}}}, "sensorReport": [{{
            "type": "Mass", "value": {spelling}, "minValue": {spelling}, "maxValue": {spelling},
            "meanValue": {spelling}, "sDev": {spelling}, "percRank": {spelling},
            "percValue": {spelling}, "ex:r": {spelling}}}], "ex:s": {spelling}}}],
        "readPoint": {{"id": "urn:x:here", "ex:p": {spelling}}},
        "errorDeclaration": {{"declarationTime": "{NOW}", "ex:e": {spelling}}},
        "ilmd": {{"ex:i": {spelling}}},
        "ex:top": {spelling}, "ex:deep": [{{"a": [{spelling}]}}]}}"""
    written = event_bytes(read_json_event(event)).decode()
    assert parsed(written) == parsed(event)
    assert written.count(spelling) == event.count(spelling)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_number_keeps_its_digits_in_the_head_and_in_master_data(spelling: str) -> None:
    head = f"""{{"@context": [], "type": "EPCISDocument", "schemaVersion": "2.0",
        "creationDate": "{NOW}", "ex:n": {spelling}, "epcisHeader": {{"ex:h": {spelling},
        "epcisMasterData": {{"vocabularyList": [{{"type": "urn:epcglobal:epcis:vtype:EPCClass",
        "vocabularyElementList": [{{"id": "urn:x:item", "attributes": [
            {{"id": "urn:x:weight", "attribute": {spelling}}},
            {{"id": "urn:x:size", "attribute": {{"ex:w": {spelling}}}}}]}}]}}]}}}},
        "epcisBody": {{"eventList": []}}}}"""
    reader = JsonLdReader(io.BytesIO(head.encode()))
    assert list(reader.events()) == []
    assert reader.findings == []
    read = reader.envelope.head
    assert isinstance(read, DocumentOfEvents)
    assert read.vocabularies[0].vocabulary_element_list[0].attributes[0].attribute == Number(
        spelling
    )
    assert parsed(json_bytes(read)) == parsed(head)
    assert parsed(reader.envelope.head_text) == parsed(head)


@given(numbers())
def test_every_spelling_of_a_number_survives(number: Number) -> None:
    assert json_bytes([number]).decode() == f"[{number.text}]"


@given(json_values())
def test_any_json_survives_as_an_extension(value: Any) -> None:
    event = {"type": "ex:Event", "eventTime": NOW, "eventTimeZoneOffset": "+07:00", "ex:a": value}
    data = json_bytes(event).decode()
    read = read_json_event(data)
    assert plain(read.extensions["ex:a"]) == plain(value)
    assert event_bytes(read).decode() == data


@given(texts(max_size=40))
def test_the_head_is_kept_exactly_as_written(text: str) -> None:
    name = json.dumps(f"ex:{len(text)}")
    value = json.dumps({"tên": text, "b": [1.50]})
    head = (
        f'{{"@context": [], "type": "EPCISDocument", "schemaVersion": "2.0", '
        f'"creationDate": "{NOW}", {name}: {value}, "epcisBody": {{"eventList": []}}}}'
    )
    reader = JsonLdReader(io.BytesIO(head.replace(": ", " :\n ").encode()))
    assert list(reader.events()) == []
    assert json.loads(reader.envelope.head_text) == json.loads(head.replace(": ", " :\n "))
    assert value.replace(": ", " :\n ") in reader.envelope.head_text


def test_the_context_declares_only_what_the_epcis_context_does_not() -> None:
    assert context_of({"cbv": "https://ref.gs1.org/cbv/"}) == [
        "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
    ]
    assert context_of({"ex": "urn:x:", "cbv": "urn:other:"}) == [
        "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
        {"ex": "urn:x:", "cbv": "urn:other:"},
    ]


def test_indented_json_is_for_people() -> None:
    assert json_bytes({"a": Number("1.50")}, indent=True) == b'{\n  "a": 1.50\n}'


def test_writing_something_else_is_misuse() -> None:
    with pytest.raises(TypeError):
        json_bytes({"a": object()})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Expected an event as stored, got: Expected one JSON value"),
        ("{} {}", "Expected an event as stored, got: Expected nothing behind the JSON value"),
        (
            '{"type": "ObjectEvent"',
            "Expected an event as stored, got: Expecting ',' delimiter: line 1 column 23 (char 22)",
        ),
        ("[" * 10_000, "Expected an event as stored, got: Expected one JSON value"),
        ("[]", "Expected an event as stored, got: Expected an object, got a list."),
        ("{}", "Expected an event as stored, got: Field 'type' is missing."),
    ],
    ids=["nothing", "two values", "cut", "too deep", "a list", "no event"],
)
def test_a_stored_text_that_is_no_event_raises(text: str, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        read_json_event(text)
    assert str(caught.value) == message


def test_a_finding_of_the_rules_gets_its_place_in_the_file() -> None:
    data = b"""{"@context": [], "type": "EPCISDocument", "schemaVersion": "2.0",
 "creationDate": "2026-03-01T08:00:00Z", "epcisBody": {"eventList": [
  {"type": "AggregationEvent", "eventTime": "2026-03-01T08:00:00Z", "action": "OBSERVE",
   "eventTimeZoneOffset": "+07:00",
   "childEPCs": ["urn:x:1",
     "https://id.gs1.org/00/089300010000000011"]}]}}"""
    (event,) = JsonLdReader(io.BytesIO(data)).events()
    assert event.event is not None
    (found,) = map(event.placed, check_event(event.event, event.namespaces, event.syntax))
    assert isinstance(found, Finding)
    assert (found.code, str(found.where)) == (
        "wrong_check_digit",
        "/epcisBody/eventList/0/childEPCs/1 (6:6)",
    )
