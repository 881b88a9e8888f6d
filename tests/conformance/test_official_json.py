"""GS1's own JSON examples and Schemas: every example is read, and what we write is valid.

The schemas are the oracle, with formats asserted; without that they let typing errors pass.
"""

import io
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from epcis_core.codecs.document import ReadEvent
from epcis_core.codecs.jsonld import JsonLdReader, read_json_event
from epcis_core.codecs.jsonld_writer import event_bytes, json_bytes, members, write_document
from epcis_core.findings import Finding
from epcis_core.rules import check_event

EXAMPLES = 47
NOW = "2026-03-01T08:00:00Z"
SCHEMAS = {
    "modular": "gs1-epcis/EPCIS-JSON-Schema.json",
    "published": "published-2.0.x/epcis-json-schema-2.0.1.json",
}


@cache
def schema_of(path: Path) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(
        json.loads(path.read_text(encoding="utf-8")), validate_formats=True
    )


@pytest.fixture(params=list(SCHEMAS.values()), ids=list(SCHEMAS))
def schema(request: pytest.FixtureRequest, gs1_dir: Path) -> jsonschema_rs.Validator:
    return schema_of(gs1_dir / request.param)


def examples(gs1_dir: Path) -> list[Path]:
    return sorted((gs1_dir / "gs1-epcis" / "JSON").rglob("*.jsonld"))


@dataclass
class Reading:
    events: list[ReadEvent]
    findings: list[Finding]


def read(data: bytes) -> Reading:
    """The events of a document and everything found, each with its place."""
    reader = JsonLdReader(io.BytesIO(data))
    events: list[ReadEvent] = []
    found: list[Finding] = []
    for event in reader.events():
        events.append(event)
        found += event.findings
        if event.event is not None:
            found += [
                event.placed(one)
                for one in check_event(event.event, event.namespaces, event.syntax)
            ]
    return Reading(events, found + reader.findings)


def test_the_examples_are_all_there(gs1_dir: Path) -> None:
    assert len(examples(gs1_dir)) == EXAMPLES


def test_every_event_is_the_same_after_model_and_json(gs1_dir: Path) -> None:
    count = 0
    for example in examples(gs1_dir):
        for one in read(example.read_bytes()).events:
            assert one.event is not None
            again = read_json_event(event_bytes(one.event).decode())
            assert again == one.event
            assert parsed(event_bytes(again)) == parsed(one.text)
            count += 1
    assert count == 56


def parsed(data: bytes | str) -> Any:
    """JSON with every number as its text; of two equal keys the last."""
    return json.loads(data, parse_float=str, parse_int=str)


def allowed(event: dict[str, Any]) -> dict[str, Any]:
    """An event without what one of the two schemas forbids and the other allows.

    The modular schema knows `persistentDisposition` on two event types alone, the published one,
    the XSD and the ontology on all five, and so do we.
    """
    if event["type"] in {"ObjectEvent", "TransformationEvent"}:
        return event
    return {name: value for name, value in event.items() if name != "persistentDisposition"}


def test_every_event_we_write_is_valid_with_its_context(
    gs1_dir: Path, schema: jsonschema_rs.Validator
) -> None:
    for example in examples(gs1_dir):
        context = json.loads(example.read_bytes())["@context"]
        for one in read(example.read_bytes()).events:
            assert one.event is not None
            event = {"@context": context, **allowed(members(one.event))}
            errors = [error.message for error in schema.iter_errors(json.loads(json_bytes(event)))]
            assert errors == [], example.name


def test_every_document_we_write_is_valid(gs1_dir: Path, schema: jsonschema_rs.Validator) -> None:
    for example in examples(gs1_dir):
        reading = read(example.read_bytes())
        events = [one.event for one in reading.events if one.event is not None]
        prefixes = dict(reading.events[0].namespaces.prefixes)
        written = b"".join(
            write_document(
                [json_bytes(allowed(members(event))) for event in events],
                creation_date=NOW,
                prefixes=prefixes,
            )
        )
        assert [error.message for error in schema.iter_errors(json.loads(written))] == []
        again = read(written)
        assert [json_bytes(allowed(members(event))) for event in events] == [
            event_bytes(one.event) for one in again.events if one.event is not None
        ]
