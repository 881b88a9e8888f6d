"""The description of the interface is whole, valid, and says what the standard's own one says."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from api.app import routed
from api.openapi.document import document_of
from epcis_core.query import master_data_query
from epcis_core.query.families import FAMILIES
from epcis_core.query.parameters import CONTROLS, FIXED, SPELLINGS, parse_query
from epcis_core.query.refusal import ParameterError

DOCUMENT = document_of(routed())
METHODS = ("get", "post", "delete", "options")
LARGEST = 1_000_000


def whole(part: Any, document: dict[str, Any] = DOCUMENT) -> Any:
    """Follow references within a description."""
    while isinstance(part, dict) and "$ref" in part:
        found: Any = document
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def operations(document: dict[str, Any] = DOCUMENT) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation with its method and path."""
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield method, path, methods[method]


def parameters(
    operation: dict[str, Any], document: dict[str, Any] = DOCUMENT
) -> dict[str, dict[str, Any]]:
    """The parameters of an operation by name, those of headers in lower case."""
    found = [whole(one, document) for one in operation.get("parameters", ())]
    return {one["name"].lower() if one["in"] == "header" else one["name"]: one for one in found}


def shape(path: str) -> str:
    """A path with the names of its values left out."""
    return re.sub(r"{\w+}", "{}", path)


def test_it_is_valid_by_the_schema_of_openapi() -> None:
    assert [error.message for error in OPENAPI_31_VALIDATOR.iter_errors(DOCUMENT)] == []


def test_every_schema_in_it_is_valid_and_its_references_lead_somewhere() -> None:
    def schemas(part: Any) -> Iterator[Any]:
        if isinstance(part, dict):
            for name, inner in part.items():
                if name == "schema":
                    yield inner
                yield from schemas(inner)
        elif isinstance(part, list):
            for one in part:
                yield from schemas(one)

    named = DOCUMENT["components"]["schemas"]
    found = [*schemas(DOCUMENT["paths"]), *schemas(DOCUMENT["components"]), *named.values()]
    for schema in found:
        jsonschema_rs.Draft202012Validator({**schema, "components": DOCUMENT["components"]})
    assert len(found) > 300


def test_it_is_given_out_as_it_is(client: httpx.Client) -> None:
    answer = client.get(str(client.base_url.join("/openapi.json")))
    assert answer.json() == json.loads(json.dumps(DOCUMENT))
    assert len(answer.content) < LARGEST


def test_every_operation_says_what_it_does() -> None:
    groups = {tag["name"]: tag["description"] for tag in DOCUMENT["tags"]}
    silent = [
        (method, path)
        for method, path, one in operations()
        if not (one["summary"] and one.get("description") and len(one["tags"]) == 1)
    ]
    assert silent == []
    assert {tag for _, _, one in operations() for tag in one["tags"]} == set(groups)
    names = [one["operationId"] for _, _, one in operations()]
    assert len(names) == len(set(names)) > 90


def test_every_parameter_has_a_type_and_a_meaning() -> None:
    silent = [
        (method, path, name)
        for method, path, operation in operations()
        for name, one in parameters(operation).items()
        if not one.get("description") or not one.get("schema")
    ]
    assert silent == []


def test_every_answer_has_a_meaning_and_whatever_has_content_a_schema() -> None:
    for method, path, operation in operations():
        for status, answer in operation["responses"].items():
            told = whole(answer)
            where = f"{method} {path} {status}"
            assert told["description"], where
            assert told["headers"], where
            assert all(one["schema"] for one in told.get("content", {}).values()), where
            if int(status) >= 400 and "application/problem+json" in told["content"]:
                schema = told["content"]["application/problem+json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}, where
        assert {"400", "500"} <= set(operation["responses"]), f"{method} {path}"


def test_every_parameter_of_the_query_is_there_and_no_other() -> None:
    found = set(parameters(DOCUMENT["paths"]["/epcis/events"]["get"]))
    headers = {name for name in found if name.startswith("gs1-")}
    assert found - headers == {*FIXED, *CONTROLS, *SPELLINGS, "families"}
    asked = set(parameters(DOCUMENT["paths"]["/epcis/masterData"]["get"]))
    known = {*master_data_query.FIXED, *master_data_query.REQUIRED, "attributes"}
    assert {name for name in asked if not name.startswith("gs1-")} == known


FORMS = [
    ("EQ_bizTransaction_po", "urn:x:1"),
    ("EQ_source_owning_party", "urn:x:1"),
    ("GT_quantity", "1"),
    ("GT_quantity_KGM", "1"),
    ("LE_maxValue_CEL", "1"),
    ("EQ_percRank", "1"),
    ("EQ_sDev", "1"),
    ("HASATTR_readPoint", "name"),
    ("EQATTR_bizLocation_name", "x"),
    ("EQ_ATTR_ex:field_cbvmda:name", "x"),
    ("EQ_ex:grade", "A"),
    ("EXISTS_INNER_ILMD_ex:grade", ""),
    ("GE_SENSORREPORT_ex:grade", "1"),
    ("EQ_https://ns.example.com/#grade", "A"),
    ("EQ_readPoint_ex:grade", "A"),
    ("EQ_grade", "A"),
    ("GT_quantity_kilogram", "1"),
    ("EQ_bizTransaction", "urn:x:1"),
    ("HASATTR_nothing", "name"),
]


@pytest.mark.parametrize(("name", "value"), FORMS, ids=[name for name, _ in FORMS])
def test_a_family_takes_the_names_that_its_pattern_takes(name: str, value: str) -> None:
    schema = whole({"$ref": "#/components/parameters/QueryFamilies"})["schema"]
    is_taken = jsonschema_rs.Draft202012Validator(schema).is_valid({name: value})
    try:
        parse_query([(name, value)])
    except ParameterError:
        assert not is_taken
    else:
        assert is_taken
    assert len(schema["patternProperties"]) == len(FAMILIES)


def test_its_schemas_of_documents_are_those_that_are_served() -> None:
    file = Path(__file__).parents[3] / "schemas" / "json" / "epcis.schema.json"
    served = json.loads(file.read_text(encoding="utf-8"))["$defs"]
    own = DOCUMENT["components"]["schemas"]
    text = json.dumps({name: own[name] for name in served}, sort_keys=True)
    assert text.replace("#/components/schemas/", "#/$defs/") == json.dumps(served, sort_keys=True)


NOT_OURS = {
    r"options .*: 414": "the parameters of OPTIONS are not looked at",
    r"options .* GS1-Extensions": "a prefix does nothing to OPTIONS, and is not said back",
    r"options .*: gs1-extensions": "the same",
    r"get .*: (EQ|GT|GE|LT|LE)_quantity": "these are a family here",
    r"get /(bizLocations|readPoints)/{\w+}: (perPage|nextPageToken)": "there is one member",
    r"get /queries/{\w+}/events.*: (101 )?(upgrade|connection)": "these belong to HTTP itself",
    r"delete /nextPageToken/{\w+}: 501": "it can be asked for",
}
"""What the standard's description has and the server has not, and why."""


def names_of_standard(standard: dict[str, Any]) -> Iterator[str]:
    """Every parameter, status, and header of a good answer that ours has not."""
    ours = {(method, shape(path)): one for method, path, one in operations()}
    for method, path, theirs in operations(standard):
        own = ours[method, shape(f"/epcis{path}")]
        asked = {*parameters(theirs, standard), *parameters(standard["paths"][path], standard)}
        in_path = set(re.findall(r"{(\w+)}", path))
        for name in asked - in_path - set(parameters(own)):
            yield f"{method} {path}: {name}"
        for status, answer in theirs["responses"].items():
            if status not in own["responses"]:
                yield f"{method} {path}: {status}"
            elif int(status) < 300:
                told = {name.lower() for name in whole(own["responses"][status])["headers"]}
                for name in whole(answer, standard).get("headers", ()):
                    if name.lower() not in told:
                        yield f"{method} {path}: {status} {name}"


def test_all_that_the_standard_describes_is_described(gs1_dir: Path) -> None:
    file = gs1_dir / "gs1-epcis" / "REST Bindings" / "openapi.json"
    standard = json.loads(file.read_text(encoding="utf-8"))
    missing = list(names_of_standard(standard))
    assert len(list(operations(standard))) == 63
    unknown = [
        one for one in missing if not any(re.fullmatch(why, one, re.IGNORECASE) for why in NOT_OURS)
    ]
    assert unknown == []
    unused = [
        why for why in NOT_OURS if not any(re.fullmatch(why, one, re.IGNORECASE) for one in missing)
    ]
    assert unused == []
