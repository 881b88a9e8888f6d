"""GS1's OpenAPI file as an oracle: whether an answer is one that it allows.

Where the file contradicts itself it is mended here, each place with its reason.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs

METHODS = ("get", "post", "delete", "options")

NOT_LISTED = {
    ("get", "/capture/{captureID}"): {400},
    ("post", "/queries"): {400, 413},
    ("post", "/queries/{queryName}/subscriptions"): {400},
    ("get", "/events"): {400, 413},
}
"""Statuses that the text asks for and the file does not list: a wrong parameter or body is 400."""


@dataclass(frozen=True)
class Contract:
    """The file, mended."""

    document: dict[str, Any]

    @property
    def operations(self) -> set[tuple[str, str]]:
        """Every method and path."""
        return {
            (method, path)
            for path, item in self.document["paths"].items()
            for method in METHODS
            if method in item
        }

    def complaints(self, method: str, path: str, answer: httpx.Response) -> list[str]:
        """Return in which ways an answer is none that the file allows."""
        operation = self.document["paths"][path][method]
        listed = {int(code): one for code, one in operation["responses"].items()}
        if answer.status_code not in listed:
            if answer.status_code in NOT_LISTED.get((method, path), ()):
                return self._problem(answer)
            return [f"{answer.status_code} is not listed: {answer.text[:300]}"]
        response = self.resolved(listed[answer.status_code])
        found = [
            f"header {name} is missing"
            for name in self._demanded(method, answer, response)
            if name.lower() not in answer.headers
        ]
        for name, header in response.get("headers", {}).items():
            if (value := answer.headers.get(name)) is not None:
                found += self._of_header(name, value, self.resolved(header))
        kind = answer.headers.get("content-type", "").partition(";")[0]
        content = response.get("content", {})
        if answer.status_code >= 400:
            found += self._problem(answer)
        elif content and kind not in content and kind != "application/ld+json":
            found.append(f"content type {kind} is not listed")
        elif answer.content and kind.endswith("json") and "application/json" in content:
            found += self._of_body(answer.json(), content["application/json"].get("schema", {}))
        return found

    def resolved(self, part: dict[str, Any]) -> dict[str, Any]:
        """Follow references within the file."""
        while str(part.get("$ref", "")).startswith("#/"):
            found: Any = self.document
            for step in part["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            part = found
        return part

    def _demanded(self, method: str, answer: httpx.Response, response: dict[str, Any]) -> list[str]:
        """Return the headers that must be there: all that are listed, unless they say when."""
        never = {"GS1-Extensions", "Link", "GS1-Next-Page-Token-Expires"}
        if method == "options":
            never -= {"Link"}
        if answer.status_code == 101:
            never |= {"GS1-Query-Min-Record-Time"}
        return [name for name in response.get("headers", {}) if name not in never]

    def _of_header(self, name: str, value: str, header: dict[str, Any]) -> list[str]:
        schema = self.resolved(header.get("schema", {}))
        if name in {"Link", "Location"}:
            # By its own examples no address stands alone in a Link, and a Location may be relative.
            schema = {key: value for key, value in schema.items() if key != "format"}
        read: Any = int(value) if schema.get("type") == "integer" else value
        return [f"{name}: {line}" for line in self._of_body(read, schema)]

    def _problem(self, answer: httpx.Response) -> list[str]:
        if answer.headers["content-type"] not in {
            "application/problem+json",
            "application/problem+xml",
        }:
            return [f"content type {answer.headers['content-type']} of a problem"]
        if answer.headers["content-type"].endswith("xml"):
            return []
        schema = self.document["components"]["schemas"]["RFC7807ProblemResponseBody"]
        found = self._of_body(answer.json(), schema)
        if answer.json().get("status") != answer.status_code:
            found.append("status of the problem is another than that of the answer")
        return found

    def _of_body(self, body: Any, schema: dict[str, Any]) -> list[str]:
        whole = {**schema, "components": self.document["components"]}
        validator = jsonschema_rs.Draft4Validator(whole, validate_formats=True)
        return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(body)]


def read_contract(gs1: Path) -> Contract:
    """Read the file, and mend what in it contradicts its own text."""
    file = gs1 / "gs1-epcis" / "REST Bindings" / "openapi.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    _without_elsewhere(document)
    schemas = document["components"]["schemas"]
    # `required` names `secret`, which is no property: the secret is `signatureToken`, and not said.
    for name in ("AbstractQuerySubscription", "AbstractQuerySubscriptionResponse"):
        _not_required(schemas[name], "secret")
    # A job with `errors` alone is meant, and satisfies both alternatives: neither requires its own.
    for part in schemas["CaptureJob"]["allOf"]:
        if "oneOf" in part:
            part["anyOf"] = part.pop("oneOf")
    # One query is an array by its schema, and an object by its own example and all that is said.
    one = document["paths"]["/queries/{queryName}"]["get"]["responses"]["200"]
    one["content"]["application/json"]["schema"] = {"$ref": "#/components/schemas/QueryDefinition"}
    # The patterns of schedules are of a dialect that no JSON Schema has.
    for name in ("Second", "Minute", "Hour", "DayOfMonth", "Month", "DayOfWeek"):
        schemas[f"GS1-Query-{name}"].pop("pattern", None)
    return Contract(document)


def _not_required(schema: Any, member: str) -> None:
    if isinstance(schema, dict):
        if member in schema.get("required", ()):
            schema["required"] = [one for one in schema["required"] if one != member]
        for part in schema.values():
            _not_required(part, member)
    elif isinstance(schema, list):
        for part in schema:
            _not_required(part, member)


def _without_elsewhere(part: Any) -> None:
    """Replace references to other files, whose schemas other tests use as an oracle."""
    if isinstance(part, dict):
        if str(part.get("$ref", "#")).startswith("http"):
            part.clear()
        for inner in part.values():
            _without_elsewhere(inner)
    elif isinstance(part, list):
        for inner in part:
            _without_elsewhere(inner)
