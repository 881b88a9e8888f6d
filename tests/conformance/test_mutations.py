"""One rule set on both syntaxes, proved by mutation against GS1's own schemas.

Every mutation is one change of one of GS1's documents. What an official schema refuses, the strict
check refuses, at that place or at what holds it; what the check refuses beyond the schema rests on
a clause of the text, which is named here.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from lxml import etree

from epcis_core.findings import Finding
from tests.conformance.mutations import Mutation, json_mutations, sample
from tests.conformance.oracles import (
    MODULAR,
    PUBLISHED,
    XmlVersion,
    errors_in,
    json_complaint,
    json_files,
    xml_complaint,
    xml_files,
)
from tests.conformance.xml_mutations import as_query_document, element_at, parsed, xml_mutations

SEED: Final = 20
COUNTS: Final = {"json": 1500, "2.0": 1200, "1.2": 500}
"""How many mutations of documents of each syntax; those of XML by version."""

AS_QUERY: Final = {
    "2.0 Example_9.6.1-ObjectEvent-2020_06_18a.xml",
    "1.2 ObjectEvent.xml",
}
"""Documents that are mutated as an answer to a query too, for which GS1 has no example."""

_CLAUSE: Final = {
    "RFC": "RFC 7493, section 2.3",
    "key": "GS1 EPC Tag Data Standard, section 6; GS1 Digital Link, section 4",
    "digit": "GS1 General Specifications, section 7.9",
    "level": "EPCIS 2.0, section 7.3.3; CBV 2.0, section 8",
    "term": "CBV 2.0, section 7",
    "time": "EPCIS 2.0, section 7.3.1: xsd:dateTimeStamp",
    "amount": "EPCIS 2.0, section 7.3.3.3",
    "identity": "EPCIS 2.0, section 7.4.1: C20",
    "json": "EPCIS 2.0, section 10: what JSON cannot say, and so no event says",
    "version": "EPCIS 2.0, section 9.3: a version that is read here",
    "1.2": "a 2.0 event inside a 1.2 document, of which the 1.2 schema knows nothing",
}

TEXT_ONLY_JSON: Final = {
    "duplicate_key": _CLAUSE["RFC"],
    "malformed_identifier": _CLAUSE["key"],
    "wrong_check_digit": _CLAUSE["digit"],
    "not_an_instance": _CLAUSE["level"],
    "instance_in_quantity_list": _CLAUSE["level"],
    "misspelt_term": _CLAUSE["term"],
    "unknown_term": _CLAUSE["term"],
    "malformed_time": f"{_CLAUSE['time']}: no small letters",
    "malformed_value": "EPCIS 2.0, section 7.3.7: C24, half a byte",
    "negative_quantity": _CLAUSE["amount"],
    "unknown_field": "EPCIS 2.0, section 10.1: C25, places; and the body of a document",
    "parent_missing": "EPCIS 2.0, section 7.4.3: C6",
    "event_id_conflict": _CLAUSE["identity"],
    "unknown_version": _CLAUSE["version"],
}
"""Codes of errors where the JSON Schema has none, with what they rest on."""

TEXT_ONLY_XML: Final = {
    "unknown_version": _CLAUSE["version"],
    "malformed_identifier": _CLAUSE["key"],
    "wrong_check_digit": _CLAUSE["digit"],
    "not_an_instance": _CLAUSE["level"],
    "instance_in_quantity_list": _CLAUSE["level"],
    "misspelt_term": _CLAUSE["term"],
    "unknown_term": _CLAUSE["term"],
    "malformed_offset": "EPCIS 2.0, section 7.4.1: C1",
    "malformed_time": _CLAUSE["time"],
    "malformed_unit": "EPCIS 2.0, section 7.3.3.3; UN/ECE Recommendation 20",
    "malformed_uri": "EPCIS 2.0, section 6.4: an absolute URI; xsd:anyURI is any text",
    "malformed_value": f"{_CLAUSE['json']}: no bytes at all, a signed version",
    "not_a_finite_number": f"{_CLAUSE['json']}: INF and NaN",
    "unexpected_text": f"{_CLAUSE['json']}: text in sensorMetadata and sensorReport",
    "negative_quantity": _CLAUSE["amount"],
    "nothing_named": "EPCIS 2.0, sections 7.4.2 and 7.4.4: C4, C11",
    "ilmd_without_add": "EPCIS 2.0, section 7.4.2: C5",
    "parent_missing": "EPCIS 2.0, section 7.4.3: C6",
    "children_missing": "EPCIS 2.0, sections 7.4.3 and 7.4.6: C7, C8",
    "one_of_missing": "EPCIS 2.0, section 7.3: C9, an empty persistentDisposition",
    "transformation_one_sided": "EPCIS 2.0, section 7.4.5: C12",
    "missing_field": "EPCIS 2.0, section 7.4.1.2: C18, declarationTime",
    "named_twice": "EPCIS 2.0, section 7.4.2: C19, as the JSON Schema has it",
    "element_repeated": "EPCIS 2.0, section 7.4.1.2: one of each in errorDeclaration",
    "wrong_namespace": "EPCIS 2.0, section 9.5: an extension has a namespace of its own",
    "event_id_conflict": _CLAUSE["identity"],
}
"""Codes of errors where the XML schemas have none."""

TEXT_ONLY_LATER: Final = (
    TEXT_ONLY_XML
    | dict.fromkeys(
        (
            "element_not_allowed",
            "empty_list",
            "event_misplaced",
            "extension_too_early",
            "field_not_allowed",
            "misspelt_field",
            "out_of_order",
            "unknown_attribute",
            "unknown_element",
            "unknown_event_type",
            "wrong_type",
        ),
        _CLAUSE["1.2"],
    )
    | {"namespace_on_wrapper": "a limit of the ledger: prefixes stand on the root or on events"}
)
"""The same for 1.2, whose schema lets everything pass where 2.0 put its new events and fields."""

OF_THE_VALIDATOR: Final = re.compile(
    r"' [^']* ' is not a valid value of the atomic type 'xs:dateTime'|The QName value ' [^']* '"
)
"""libxml2 does not collapse blanks around times and names of types, as XML Schema 1.0 part 2,
section 4.3.6, asks."""

SCHEMAS_DIFFER: Final = {
    "persistentDisposition": "C9: the current JSON Schema knows it on two event types; accepted",
}
"""Members at which the current and the published JSON Schema contradict each other."""


@dataclass(frozen=True)
class Verdict:
    """What an official schema and the check say of one mutation.

    Attributes:
        mutation: the change.
        complaint: what the schema says first; None where it accepts.
        errors: what the check says.
        near: the errors that are at the changed place, in it, or at what holds it.
    """

    mutation: Mutation
    complaint: str | None
    errors: list[Finding]
    near: list[Finding]

    def __str__(self) -> str:
        said = "; ".join(f"{one.code} at {one.where}" for one in self.errors) or "nothing"
        return f"{self.mutation}: the schema says {self.complaint}, the check says {said}"


def of_json(gs1_dir: Path) -> Iterator[Mutation]:
    for name, data in json_files(gs1_dir).items():
        yield from json_mutations(name, json.loads(data))


def json_verdict(gs1_dir: Path, mutation: Mutation) -> Verdict:
    data = mutation.make()
    errors = errors_in(data)
    near = [one for one in errors if is_near(one, mutation.place)]
    document = json.loads(data)
    complaint = json_complaint(gs1_dir, MODULAR, document)
    if complaint is not None and mutation.place.rpartition("/")[2] in SCHEMAS_DIFFER:
        complaint = json_complaint(gs1_dir, PUBLISHED, document)
    return Verdict(mutation, complaint, errors, near)


def is_near(error: Finding, place: str) -> bool:
    """Whether something is told where a change was made, inside of it, or of what it is in.

    An event's type, and its action, say which members may stand beside them; and of two equal
    entries of a list it is the second that is one too many.
    """
    pointer = error.where.pointer or ""
    around, _, name = place.rpartition("/")
    if error.code == "named_twice" and pointer.rpartition("/")[0] == around:
        return True
    if pointer in {place, around} or pointer.startswith(f"{place}/"):
        return True
    return name in {"type", "action"} and pointer.startswith(f"{around}/")


def of_xml(gs1_dir: Path, version: XmlVersion) -> Iterator[tuple[Mutation, str]]:
    """Mutations of the documents of a version, each with the name of its root element."""
    for file in xml_files(gs1_dir):
        if file.version != version:
            continue
        roots = [parsed(file.data)]
        if file.name in AS_QUERY:
            roots.append(as_query_document(roots[0]))
        for root in roots:
            kind = etree.QName(root).localname
            yield from ((one, kind) for one in xml_mutations(f"{file.name} {kind}", root))


def xml_verdict(gs1_dir: Path, version: XmlVersion, kind: str, mutation: Mutation) -> Verdict:
    data = mutation.make()
    root = etree.fromstring(data)
    complaint = xml_complaint(gs1_dir, version, kind, root)
    if complaint is not None and OF_THE_VALIDATOR.search(complaint):
        complaint = None
    errors = errors_in(data)
    near = [
        one
        for one in errors
        if one.where.line is not None
        for way in [element_at(root, data, one.where.line)]
        if any(way[: len(at)] == at or way == at[:-1] for at in mutation.at)
    ]
    return Verdict(mutation, complaint, errors, near)


@pytest.fixture(scope="module", params=list(COUNTS))
def judged(request: pytest.FixtureRequest, gs1_dir: Path) -> tuple[str, list[Verdict]]:
    """A sample of the mutations of documents of one syntax, with what is said of each."""
    which: str = request.param
    if which == "json":
        mutations = sample(of_json(gs1_dir), COUNTS[which], seed=SEED)
        return which, [json_verdict(gs1_dir, one) for one in mutations]
    version: XmlVersion = "1.2" if which == "1.2" else "2.0"
    kinds = dict(of_xml(gs1_dir, version))
    mutations = sample(kinds, COUNTS[which], seed=SEED)
    return which, [xml_verdict(gs1_dir, version, kinds[one], one) for one in mutations]


def test_what_the_schema_refuses_the_check_refuses_at_that_place(
    judged: tuple[str, list[Verdict]],
) -> None:
    which, verdicts = judged
    refused = [one for one in verdicts if one.complaint is not None]
    assert [str(one) for one in refused if not one.near] == []
    assert len(verdicts) >= COUNTS[which]
    assert len(refused) > len(verdicts) / 5


def test_what_the_check_refuses_beyond_the_schema_rests_on_a_clause(
    judged: tuple[str, list[Verdict]],
) -> None:
    which, verdicts = judged
    clauses = {"json": TEXT_ONLY_JSON, "2.0": TEXT_ONLY_XML, "1.2": TEXT_ONLY_LATER}[which]
    beyond = [one for one in verdicts if one.complaint is None and one.errors]
    assert [str(one) for one in beyond if not {e.code for e in one.errors} <= clauses.keys()] == []
    assert len(beyond) > len(verdicts) / 50


def test_the_two_json_schemas_contradict_each_other_where_it_is_known(gs1_dir: Path) -> None:
    """Both are asked about mutations that the check judges too; it sides as the table says."""
    for mutation in sample(of_json(gs1_dir), COUNTS["json"], seed=SEED + 1):
        document = json.loads(mutation.make())
        said = [json_complaint(gs1_dir, schema, document) for schema in (MODULAR, PUBLISHED)]
        if (said[0] is None) != (said[1] is None):
            member = mutation.place.rpartition("/")[2]
            assert member in SCHEMAS_DIFFER, f"{mutation}: {said}"
            assert errors_in(mutation.make()) == []
