"""The description as people read it: operations by group, references followed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Described = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ShownParameter:
    """A parameter, as a row of a table."""

    name: str
    place: str
    is_required: bool
    type: str
    words: str


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An answer, as a row of a table."""

    status: str
    words: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownOperation:
    """An operation.

    Attributes:
        id: names it in an address.
        takes: media types of its body.
    """

    id: str
    method: str
    path: str
    summary: str
    words: str
    parameters: tuple[ShownParameter, ...]
    takes: tuple[str, ...]
    answers: tuple[ShownAnswer, ...]


Group = tuple[str, str, list[ShownOperation]]
"""Name of a group, what it is, its operations."""


def grouped(document: Described) -> list[Group]:
    """Return the operations of a description by their groups, in the order of these."""
    shown = [
        (operation["tags"][0], _shown(document, method, path, operation))
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return [
        (tag["name"], tag["description"], [one for name, one in shown if name == tag["name"]])
        for tag in document["tags"]
    ]


def _shown(document: Described, method: str, path: str, operation: Described) -> ShownOperation:
    answers = ((status, _whole(document, one)) for status, one in operation["responses"].items())
    return ShownOperation(
        operation["operationId"],
        method.upper(),
        path,
        operation["summary"],
        operation["description"],
        tuple(_parameters(document, operation)),
        tuple(operation.get("requestBody", {}).get("content", ())),
        tuple(
            ShownAnswer(status, one["description"], tuple(one.get("content", ())))
            for status, one in answers
        ),
    )


def _parameters(document: Described, operation: Described) -> Iterator[ShownParameter]:
    for one in operation.get("parameters", ()):
        whole = _whole(document, one)
        yield ShownParameter(
            whole["name"],
            whole["in"],
            bool(whole.get("required")),
            _type(whole["schema"]),
            whole["description"],
        )


def _whole(document: Described, part: Described) -> Described:
    """Return a part of the description, with its reference followed."""
    if "$ref" not in part:
        return part
    found: Any = document
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    whole: Described = found
    return whole


def _type(schema: Described) -> str:
    """Return what a value is, in a few words.

    >>> _type({"type": "array", "items": {"enum": ["ADD", "DELETE"]}}), _type({"type": "integer"})
    ('list of ADD | DELETE', 'integer')
    """
    if "anyOf" in schema:
        kinds = (_type(one) for one in schema["anyOf"] if one.get("type") != "null")
        return " or ".join(kinds)
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    return str(schema.get("format", schema.get("type", "any")))
