"""GS1's own JSON examples and Schemas: every example is read, and nothing GS1 refuses is taken.

The schemas are the oracle, with formats asserted; without that they let typing errors pass.
"""

import io
import json
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from epcis_core.codecs.document import ReadEvent
from epcis_core.codecs.jsonld import JsonLdReader, read_json_event
from epcis_core.codecs.jsonld_writer import event_bytes, json_bytes, members, write_document
from epcis_core.findings import Finding, Severity, escape_pointer
from epcis_core.rules import check_event

SCALE = float(os.environ.get("TEST_SCALE", "1"))
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
            found += [event.placed(one) for one in check_event(event.event, event.namespaces)]
    return Reading(events, found + reader.findings)


def test_the_examples_are_all_there(gs1_dir: Path) -> None:
    assert len(examples(gs1_dir)) == EXAMPLES


def test_every_example_is_accepted(gs1_dir: Path) -> None:
    errors = {
        example.name: [
            str(one)
            for one in read(example.read_bytes()).findings
            if one.severity is Severity.ERROR
        ]
        for example in examples(gs1_dir)
    }
    assert errors == {example.name: [] for example in examples(gs1_dir)}


def test_the_warnings_are_these(gs1_dir: Path) -> None:
    """The only doubts about GS1's own examples, each a slip of the example itself."""
    doubts = {
        (example.stem, one.code)
        for example in examples(gs1_dir)
        for one in read(example.read_bytes()).findings
    }
    full = [
        f"{kind}_event_all_possible_fields"
        for kind in ("aggregation", "association", "object", "transaction", "transformation")
    ]
    assert doubts == {
        ("AssociationEvent-h", "duplicate_event_id"),
        *((name, "said_twice") for name in full),
        *((name, "reading_later_than_event") for name in full if "association" not in name),
    }


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


@dataclass(frozen=True)
class Mutation:
    """One change of one place of an example.

    `at` is the place, with the new name where the change is one; `document` makes the whole.
    """

    example: str
    at: tuple[str | int, ...]
    change: str
    document: Callable[[], Any]

    @property
    def pointer(self) -> str:
        return "".join(f"/{escape_pointer(str(token))}" for token in self.at)

    def __str__(self) -> str:
        return f"{self.example} {self.pointer} {self.change}"


WRONG_VALUES: dict[str, Any] = {
    "null": None,
    "12": 12,
    "'x y'": "x y",
    "''": "",
    "true": True,
    "[]": [],
    "{}": {},
}
TEXT_CHANGES: dict[str, Callable[[str], str]] = {
    "with a tail": lambda text: f"{text}zz",
    "in capitals": str.upper,
    "in small letters": str.lower,
    "without zone": lambda text: text.removesuffix("Z").partition("+")[0],
    "Z": lambda _: "Z",
    "as a URN": lambda text: f"urn:epcglobal:cbv:bizstep:{text}",
    "in the draft's namespace": lambda text: f"https://ns.gs1.org/cbv/BizStep-{text}",
    "in the Web vocabulary": lambda text: f"https://gs1.org/voc/{text}",
    "with a space": lambda text: f"{text[:3]} {text[3:]}",
    "DELETE": lambda _: "DELETE",
    "ADD": lambda _: "ADD",
    "OBSERVE": lambda _: "OBSERVE",
}


def places(
    value: Any, at: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if at:
        yield at, value
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(part, (*at, key))


def changed(document: Any, at: tuple[str | int, ...], name: Any, value: Any) -> Any:
    """The document with another name and value at a place; `...` leaves both out."""
    copy = json.loads(json.dumps(document))
    parent = copy
    for token in at[:-1]:
        parent = parent[token]
    if name == at[-1] and value is not ...:
        parent[name] = value
        return copy
    del parent[at[-1]]
    if value is not ...:
        parent[name] = value
    return copy


def mutations(example: str, document: Any) -> Iterator[Mutation]:
    """Every change of every place, but of what a prefix stands for, which is free."""
    for at, value in places(document):
        if at[0] == "@context" and len(at) > 2:
            continue
        name = at[-1]
        for change, new_name, new_value in changes(name, value):
            make = partial(changed, document, at, new_name, new_value)
            yield Mutation(example, (*at[:-1], new_name), change, make)


def changes(name: str | int, value: Any) -> Iterator[tuple[str, Any, Any]]:
    yield "left out", name, ...
    for label, wrong in WRONG_VALUES.items():
        yield f"becomes {label}", name, wrong
    if isinstance(name, str):
        yield "misspelt", f"{name}x", value
        yield "in other case", name[0].swapcase() + name[1:], value
        yield "of a prefix", f"ex:{name}", value
    if isinstance(value, str):
        for label, change in TEXT_CHANGES.items():
            yield f"becomes {label}", name, change(value)
    if isinstance(value, list) and value:
        yield "doubles an entry", name, [*value, value[0]]
        yield "nested", name, [value]
    if isinstance(value, dict):
        yield "with a bare member", name, {**value, "foo": 1}
        yield "with an extension", name, {**value, "ex:foo": 1}
        yield "in a list", name, [value]


def some(everything: list[Mutation], count: int) -> list[Mutation]:
    """The same sample every time."""
    chosen = random.Random(20)  # noqa: S311 - no secret
    return chosen.sample(everything, min(len(everything), int(count * SCALE)))


def test_whatever_gs1s_schema_refuses_we_refuse_at_the_same_place(gs1_dir: Path) -> None:
    """A sample of some 50,000 single changes of the examples; `TEST_SCALE=25` tries them all.

    Every document that the modular schema refuses has an error of ours at the changed place, below
    it, or at what holds it. Only `ilmd` is blamed where the action beside it was changed.
    """
    schema = schema_of(gs1_dir / SCHEMAS["modular"])
    everything = [
        mutation
        for example in examples(gs1_dir)
        for mutation in mutations(example.stem, json.loads(example.read_bytes()))
    ]
    sample = some(everything, 2000)
    refused, missed = 0, []
    for mutation in sample:
        document = mutation.document()
        if schema.is_valid(document):
            continue
        refused += 1
        pointer = mutation.pointer
        around = pointer.rpartition("/")[0]
        near = {pointer, around, f"{around}/ilmd"}
        found = [
            one.where.pointer or ""
            for one in read(json.dumps(document).encode()).findings
            if one.severity is Severity.ERROR
        ]
        if not any(one in near or one.startswith(f"{pointer}/") for one in found):
            missed.append(f"{mutation}: {found}")
    assert missed == []
    assert refused > len(sample) / 2


def test_what_we_refuse_beyond_gs1s_schema_are_rules_of_the_text(gs1_dir: Path) -> None:
    """The schema leaves out check digits, parents, extensions of places; nothing else is ours."""
    schema = schema_of(gs1_dir / SCHEMAS["modular"])
    ours: set[str] = set()
    for example in examples(gs1_dir):
        for mutation in some(list(mutations(example.stem, json.loads(example.read_bytes()))), 40):
            document = mutation.document()
            if schema.is_valid(document):
                ours |= {
                    one.code
                    for one in read(json.dumps(document).encode()).findings
                    if one.severity is Severity.ERROR
                }
    assert ours <= {
        "malformed_identifier",  # a GS1 key that breaks its scheme, such as `URN:EPC:…`
        "wrong_check_digit",
        "malformed_time",  # `t` and `z` for `T` and `Z`, which xsd:dateTimeStamp has not
        "malformed_value",  # half a byte
        "unknown_field",  # bare members of places and of an EPCISDocument's body
        "unknown_term",  # terms that the standard's namespaces do not have
        "misspelt_term",
        "parent_missing",
        "missing_field",
    }
