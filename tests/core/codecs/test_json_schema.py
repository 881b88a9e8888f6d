"""The published JSON Schemas: what the files are, and what they say by themselves."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from epcis_core.codecs.json_schema import SCHEMA_BASE, json_schemas
from epcis_core.codecs.json_schema_text import described
from epcis_core.model.base import Frozen
from epcis_core.model.elements import ErrorDeclaration
from epcis_core.vocabulary import VocabularyList, words

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "schemas" / "json"
SCHEMAS: dict[str, dict[str, Any]] = {n: json.loads(text) for n, text in json_schemas().items()}
WHOLE = SCHEMAS["epcis.schema.json"]
DEFINITIONS: dict[str, dict[str, Any]] = WHOLE["$defs"]
REGISTRY = jsonschema_rs.Registry([(schema["$id"], schema) for schema in SCHEMAS.values()])

each_schema = pytest.mark.parametrize("name", list(SCHEMAS))

EVENT: dict[str, Any] = {
    "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
    "type": "ObjectEvent",
    "eventTime": "2026-03-01T08:00:00+07:00",
    "eventTimeZoneOffset": "+07:00",
    "action": "OBSERVE",
    "epcList": ["urn:epc:id:sscc:8930001.0000000001"],
}
DOCUMENT: dict[str, Any] = {
    "@context": EVENT["@context"],
    "type": "EPCISDocument",
    "schemaVersion": "2.0",
    "creationDate": "2026-03-01T09:00:00+07:00",
    "epcisBody": {"eventList": [EVENT]},
}
RESULTS: dict[str, Any] = {
    "@context": EVENT["@context"],
    "type": "EPCISQueryDocument",
    "epcisBody": {
        "queryResults": {"queryName": "SimpleEventQuery", "resultsBody": {"eventList": [EVENT]}}
    },
}


def validator(name: str, *, formats: bool = True) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(SCHEMAS[name], registry=REGISTRY, validate_formats=formats)


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Every object inside a schema."""
    if isinstance(schema, dict):
        yield schema
    for part in schema.values() if isinstance(schema, dict) else schema:
        if isinstance(part, dict | list):
            yield from parts(part)


def test_the_files_are_what_the_model_gives() -> None:
    """After a change of the model: `UPDATE_DOCS=1 pytest tests/core/codecs/test_json_schema.py`."""
    if os.environ.get("UPDATE_DOCS"):
        for name, text in json_schemas().items():
            (FOLDER / name).write_text(text, encoding="utf-8")
    files = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.iterdir()}
    assert files == json_schemas()


@each_schema
def test_a_schema_obeys_its_dialect_and_names_itself(name: str) -> None:
    schema = SCHEMAS[name]
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == SCHEMA_BASE + name
    assert jsonschema_rs.meta.is_valid(schema)


def test_every_reference_leads_to_a_definition_and_every_definition_is_used() -> None:
    named = [
        part["$ref"] for schema in SCHEMAS.values() for part in parts(schema) if "$ref" in part
    ]
    targets = {reference.removeprefix("epcis.schema.json") for reference in named}
    assert targets == {f"#/$defs/{name}" for name in DEFINITIONS}


def test_everything_is_described() -> None:
    """Each definition says what it is, in a sentence with the standard's names."""
    for name, definition in DEFINITIONS.items():
        assert definition["description"].endswith("."), name
    texts = [
        part["description"] for part in parts(WHOLE) if isinstance(part.get("description"), str)
    ]
    assert re.findall(r"\b[a-z]+_[a-z]+\b", " ".join(texts)) == []


def test_one_part_in_full() -> None:
    assert DEFINITIONS["QuantityElement"] == {
        "title": "QuantityElement",
        "description": "An amount of a class of objects.",
        "type": "object",
        "required": ["epcClass"],
        "properties": {
            "epcClass": {
                "description": "The class: GTIN, GTIN with lot, or another class URI.",
                "$ref": "#/$defs/Uri",
            },
            "quantity": {
                "description": "How much; absent means an amount that was not stated.",
                "type": "number",
                "minimum": 0,
            },
            "uom": {
                "description": "UN/ECE Rec 20 code of the unit; absent means a count of items.",
                "$ref": "#/$defs/Unit",
            },
        },
        "additionalProperties": False,
    }


def test_one_root_in_full() -> None:
    assert SCHEMAS["epcis-event.schema.json"] == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://epcis-ledger.org/schemas/json/epcis-event.schema.json",
        "title": "EPCIS event",
        "description": "One event that stands alone, with its own context.",
        "$ref": "epcis.schema.json#/$defs/Event",
        "required": ["@context"],
    }


def test_docstrings_become_descriptions() -> None:
    found = described(ErrorDeclaration)
    assert found.summary == (
        "A statement that an event recorded before is wrong as of `declarationTime`."
    )
    assert found.reference == "EPCIS 2.0, section 7.4.1.2"
    assert found.members == {}


def test_members_are_described_over_several_lines_and_inherited() -> None:
    class Crate(Frozen):
        """A crate.

        Attributes:
            tare_weight: empty,
                without `lid_id`.
        """

        tare_weight: str

    class Pallet(Crate):
        """A pallet,
        in two lines.
        """

    found = described(Pallet)
    assert found.summary == "A pallet, in two lines."
    assert found.members == {"tareWeight": "Empty, without `lidID`."}
    assert found.reference == ""


@pytest.mark.parametrize("vocabulary", list(VocabularyList))
def test_each_vocabulary_is_one_definition(vocabulary: VocabularyList) -> None:
    name = "".join(part.capitalize() for part in vocabulary.split("_"))
    assert DEFINITIONS[name]["else"] == {"enum": list(words(vocabulary))}


def test_null_is_never_allowed() -> None:
    assert [part for part in parts(WHOLE) if part.get("type") == "null" or "default" in part] == []


def test_a_sensor_report_needs_its_type() -> None:
    assert DEFINITIONS["SensorReport"]["required"] == ["type"]


KINDS = {
    "epcis-document.schema.json": DOCUMENT,
    "epcis-query-document.schema.json": RESULTS,
    "epcis-event.schema.json": EVENT,
}


@pytest.mark.parametrize("name", list(KINDS))
def test_a_root_allows_its_own_kind_alone(name: str) -> None:
    valid = [kind for kind, document in KINDS.items() if validator(name).is_valid(document)]
    assert valid == [name]
    assert validator("epcis.schema.json").is_valid(KINDS[name])


@pytest.mark.parametrize("name", ["epcis.schema.json", "epcis-event.schema.json"])
def test_an_event_that_stands_alone_needs_its_context(name: str) -> None:
    bare = {key: value for key, value in EVENT.items() if key != "@context"}
    assert [error.message for error in validator(name).iter_errors(bare)] == [
        '"@context" is a required property'
    ]
    within = DOCUMENT | {"epcisBody": {"eventList": [bare]}}
    assert validator("epcis-document.schema.json").is_valid(within)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"foo": 1},
            "Additional properties are not allowed ('foo' was unexpected)",
        ),
        (
            {"type": "TransactionEvent", "bizTransactionList": [], "ilmd": {}},
            "Additional properties are not allowed ('ilmd' was unexpected)",
        ),
        ({"bizStep": "a_step_of_ours"}, '"a_step_of_ours" is not one of '),
        ({"eventTime": "2026-03-01T08:00:00"}, '"2026-03-01T08:00:00" does not match '),
        ({"epcList": ["a crate"]}, '"a crate" does not match '),
        (
            {"readPoint": {"id": "urn:x:y", "foo": 1}},
            "Additional properties are not allowed ('foo'",
        ),
        ({"ilmd": {"lot": "A"}, "action": "ADD"}, "Additional properties are not allowed ('lot'"),
        ({"type": "QuantityEvent"}, '"QuantityEvent" does not match '),
    ],
    ids=[
        "bare member",
        "member of another type",
        "unknown word",
        "time without zone",
        "no URI",
        "bare member of a place",
        "bare master data",
        "unknown type",
    ],
)
def test_slips_are_found_without_formats(change: dict[str, Any], message: str) -> None:
    """Most validators take `format` for a comment; GS1's schema then lets these pass."""
    errors = [
        error.message
        for error in validator("epcis-event.schema.json", formats=False).iter_errors(EVENT | change)
    ]
    assert [error for error in errors if error.startswith(message)] != [], errors


@pytest.mark.parametrize(
    "file", sorted((ROOT / "samples").rglob("*.jsonld")), ids=lambda file: file.stem
)
def test_every_sample_is_valid(file: Path) -> None:
    document = json.loads(file.read_text(encoding="utf-8"))
    assert [error.message for error in validator("epcis.schema.json").iter_errors(document)] == []
