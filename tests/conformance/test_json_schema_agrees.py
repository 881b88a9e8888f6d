"""Our JSON Schema and GS1's: they refuse the same documents, but for a list of reviewed reasons.

GS1's modular schema and its published one are the oracles, with formats asserted. A reason stands
in the list by its place in a schema, with an example that shows it; no document is an exception.
The rules are cited by the ids of ADR 0011. Our own check is the third judge: whatever it accepts,
our schema accepts.
"""

import io
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import pytest

from epcis_core.codecs.json_schema import json_schemas
from epcis_core.findings import Severity
from ingest.check import check_stream
from tests.conformance.mutations import Mutation, json_mutations, sample

GS1S = {
    "modular": "gs1-epcis/EPCIS-JSON-Schema.json",
    "published": "published-2.0.x/epcis-json-schema-2.0.1.json",
}
EXAMPLES = 47
OURS = jsonschema_rs.validator_for(
    json.loads(json_schemas()["epcis.schema.json"]), validate_formats=True
)


class Reason(NamedTuple):
    """Why our schema refuses what GS1's accepts.

    Attributes:
        keyword: the place in our schema.
        why: the rule, and where it comes from.
        type: the type of an event that shows it.
        members: its members beside time and place.
    """

    keyword: str
    why: str
    type: str
    members: dict[str, Any]


CLASS = "urn:epc:idpat:sgtin:8930001.000001.*"
BARE = (
    "the text: a member of another namespace has a prefix; GS1's schema closes most parts, not all"
)
SENSOR = {"type": "Temperature", "hexBinaryValue": "F"}
STRICTER = (
    Reason(
        "/$defs/Hex/pattern",
        "C24: half a byte; XSD",
        "ObjectEvent",
        {"epcList": [], "sensorElementList": [{"sensorReport": [SENSOR]}]},
    ),
    Reason(
        "/$defs/Location/additionalProperties",
        "C25: a bare member of a place; XSD",
        "ObjectEvent",
        {"epcList": [], "readPoint": {"id": "urn:x:y", "foo": 1}},
    ),
    Reason(
        "/$defs/QuantityElement/properties/quantity/minimum",
        "the text: no amount is less than nothing",
        "ObjectEvent",
        {"quantityList": [{"epcClass": CLASS, "quantity": -1}]},
    ),
    Reason(
        "/$defs/Timestamp/pattern",
        "C3: xsd:dateTimeStamp has no small letters; RFC 3339, which `format` means, has",
        "ObjectEvent",
        {"epcList": [], "recordTime": "2026-03-01t08:00:00z"},
    ),
    Reason(
        "/$defs/AggregationEvent/allOf/0/else/required",
        "C6: the text alone asks for the parent",
        "AggregationEvent",
        {"action": "ADD", "childEPCs": ["urn:epc:id:sscc:8930001.0000000001"]},
    ),
)
"""Reasons that an event shows. More lie in documents around events: `BARE_PARTS`."""

BARE_PARTS = {
    "DocumentBody": "/epcisBody",
    "EpcisMasterData": "/epcisHeader/epcisMasterData",
    "Vocabulary": "/epcisHeader/epcisMasterData/vocabularyList/0",
    "VocabularyElement": "/epcisHeader/epcisMasterData/vocabularyList/0/vocabularyElementList/0",
    "Attribute": (
        "/epcisHeader/epcisMasterData/vocabularyList/0/vocabularyElementList/0/attributes/0"
    ),
}
"""Parts of a document in which our schema refuses a bare member and GS1's does not, as C25."""

PERSISTENT: dict[str, dict[str, Any]] = {
    "AggregationEvent": {"childEPCs": ["urn:epc:id:sscc:8930001.0000000002"]},
    "AssociationEvent": {"childEPCs": ["urn:epc:id:sscc:8930001.0000000002"]},
    "TransactionEvent": {"epcList": [], "bizTransactionList": [{"bizTransaction": "urn:x:y"}]},
}
"""C9: GS1's modular schema has no `persistentDisposition` there; its published one and we have."""

LOOSER = {
    f'/definitions/{kind}/allOf/1/propertyNames "persistentDisposition"' for kind in PERSISTENT
}
"""Where ours accepts what GS1's modular schema refuses: its place, and the name refused there."""

REVIEWED = {reason.keyword for reason in STRICTER} | {
    f"/$defs/{part}/additionalProperties" for part in BARE_PARTS
}


def event(kind: str, **members: Any) -> dict[str, Any]:
    """An event that is right with the members it needs."""
    return {
        "@context": {"ex": "urn:x:"},
        "type": kind,
        "eventTime": "2026-03-01T08:00:00+07:00",
        "eventTimeZoneOffset": "+07:00",
        "action": "OBSERVE",
        **members,
    }


def document() -> dict[str, Any]:
    """A document with master data."""
    element = {"id": "urn:x:y", "attributes": [{"id": "urn:x:name", "attribute": "Y"}]}
    vocabulary = {"type": "urn:x:vtype", "vocabularyElementList": [element]}
    return {
        "@context": {"ex": "urn:x:"},
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T08:00:00Z",
        "epcisHeader": {"epcisMasterData": {"vocabularyList": [vocabulary]}},
        "epcisBody": {"eventList": [event("ObjectEvent", epcList=[])]},
    }


@cache
def schema_of(path: Path) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(
        json.loads(path.read_text(encoding="utf-8")), validate_formats=True
    )


@pytest.fixture(params=list(GS1S.values()), ids=list(GS1S))
def gs1(request: pytest.FixtureRequest, gs1_dir: Path) -> jsonschema_rs.Validator:
    return schema_of(gs1_dir / request.param)


def keywords(value: Any) -> set[str]:
    """The places in our schema that refuse a document; empty if it is valid."""
    return {place(error) for error in OURS.iter_errors(value)}


def place(error: jsonschema_rs.ValidationError) -> str:
    return (error.absolute_keyword_location or "").partition("#")[2]


def place_and_name(error: jsonschema_rs.ValidationError) -> str:
    """The place that refuses, and the first word of the message, which is the name refused."""
    return f"{place(error)} {error.message.partition(' ')[0]}"


def examples(gs1_dir: Path) -> Iterator[tuple[str, Any]]:
    for path in sorted((gs1_dir / "gs1-epcis" / "JSON").rglob("*.jsonld")):
        yield path.stem, json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def mutations(gs1_dir: Path) -> list[Mutation]:
    """Every single change of every example, and of its first event as one that stands alone."""
    changes: list[Mutation] = []
    for name, whole in examples(gs1_dir):
        changes += json_mutations(name, whole)
        body = whole["epcisBody"]
        events = (body if "eventList" in body else body["queryResults"]["resultsBody"])["eventList"]
        changes += json_mutations(f"{name}, alone", {"@context": whole["@context"], **events[0]})
    return changes


def test_every_example_is_valid(gs1_dir: Path) -> None:
    found = {
        name: [error.message for error in OURS.iter_errors(x)] for name, x in examples(gs1_dir)
    }
    assert len(found) == EXAMPLES
    assert {name: errors for name, errors in found.items() if errors} == {}


@pytest.mark.parametrize("reason", STRICTER, ids=[reason.keyword for reason in STRICTER])
def test_where_ours_is_stricter_it_has_a_reason(
    gs1: jsonschema_rs.Validator, reason: Reason
) -> None:
    shown = event(reason.type, **reason.members)
    assert gs1.is_valid(shown)
    assert keywords(shown) == {reason.keyword}


@pytest.mark.parametrize("part", list(BARE_PARTS))
def test_ours_refuses_bare_members_everywhere(gs1: jsonschema_rs.Validator, part: str) -> None:
    whole = document()
    assert OURS.is_valid(whole)
    holder: Any = whole
    for token in BARE_PARTS[part].split("/")[1:]:
        holder = holder[int(token) if token.isdigit() else token]
    holder["foo"] = 1
    assert gs1.is_valid(whole)
    assert keywords(whole) == {f"/$defs/{part}/additionalProperties"}


def test_ours_is_as_the_published_one_where_gs1s_contradict_each_other(gs1_dir: Path) -> None:
    refused: set[str] = set()
    for kind, members in PERSISTENT.items():
        parent = "urn:epc:id:sscc:8930001.0000000001"
        shown = event(kind, parentID=parent, persistentDisposition={"set": ["damaged"]}, **members)
        assert keywords(shown) == set()
        assert schema_of(gs1_dir / GS1S["published"]).is_valid(shown)
        errors = schema_of(gs1_dir / GS1S["modular"]).iter_errors(shown)
        refused |= {place_and_name(error) for error in errors}
    assert refused == LOOSER


def test_single_changes_are_judged_alike(
    gs1: jsonschema_rs.Validator, mutations: list[Mutation]
) -> None:
    """Some of about 135,000 changes; `TEST_SCALE=50` tries them all."""
    refused = 0
    looser: dict[str, set[str]] = {}
    stricter: dict[str, set[str]] = {}
    chosen = sample(mutations, 3000, seed=8)
    for mutation in chosen:
        changed = json.loads(mutation.make())
        found = keywords(changed)
        theirs = set() if found else {place_and_name(error) for error in gs1.iter_errors(changed)}
        if theirs - LOOSER:
            looser[str(mutation)] = theirs - LOOSER
        if found and gs1.is_valid(changed) and not found <= REVIEWED:
            stricter[str(mutation)] = found - REVIEWED
        refused += bool(found)
    assert looser == {}
    assert stricter == {}
    assert refused > len(chosen) / 3


BEYOND_A_SCHEMA = {
    "duplicate_key",  # a parser takes the last of two equal members
    "malformed_identifier",  # a GS1 key that breaks its scheme
    "wrong_check_digit",
    "not_an_instance",  # a class where an instance belongs
    "instance_in_quantity_list",  # and the other way round
    "event_id_conflict",  # two events of one id
    "unknown_term",  # terms that the namespaces of the standard do not have
    "misspelt_term",
    "unknown_version",  # a version that is none of those that are read
}
"""What our check refuses, and no schema can tell or GS1's does not."""


def test_whatever_our_check_accepts_is_valid(mutations: list[Mutation]) -> None:
    beyond: dict[str, str] = {}
    wrong: list[str] = []
    for mutation in sample(mutations, 1500, seed=9):
        data = mutation.make()
        report = check_stream(io.BytesIO(data), file_name="changed.jsonld")
        if OURS.is_valid(json.loads(data)):
            codes = (one.code for one in report.findings if one.severity is Severity.ERROR)
            beyond |= {code: str(mutation) for code in codes}
        elif report.valid:
            wrong.append(str(mutation))
    assert wrong == []
    assert {code: example for code, example in beyond.items() if code not in BEYOND_A_SCHEMA} == {}
