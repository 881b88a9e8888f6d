"""The JSON Schemas of what the ledger reads as JSON, made from the model.

Pydantic says what each part consists of. `json_schema_rules` adds what the model leaves to the
codec and the rules, as far as a schema can say it. A document that the check accepts is valid, and
most of what it refuses is not; what no schema can tell, such as a wrong check digit, stays with the
check.

The files in `schemas/json/` are what `json_schemas` returns.

References:
    JSON Schema 2020-12; EPCIS 2.0, sections 7 and 10.1
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from epcis_core.codecs.json_schema_rules import (
    EXTENSION_NAME,
    MEMBERS,
    REQUIRED,
    RULES,
    SCALARS,
    definitions_of_terms,
    ref,
)
from epcis_core.codecs.json_schema_text import described
from epcis_core.model.base import Extensible
from epcis_core.model.documents import DOCUMENT_TYPES
from epcis_core.model.events import EVENT_TYPES, ExtensionEvent

SCHEMA_BASE: Final = "https://epcis-ledger.org/schemas/json/"
"""What the `$id` of every schema begins with."""

_WHOLE: Final = "epcis.schema.json"
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_ROOTS: Final[Mapping[str, tuple[str, str]]] = {
    "EPCISDocument": ("epcis-document.schema.json", "A document of events, and of master data."),
    "EPCISQueryDocument": ("epcis-query-document.schema.json", "The answer to a query for events."),
    "Event": ("epcis-event.schema.json", "One event that stands alone, with its own context."),
}
"""Schemas that allow one kind of file only: file and description by definition."""


def json_schemas() -> dict[str, str]:
    """Return the text of every published schema by its file name.

    The first holds all definitions and tells documents and bare events apart by `type`; each of the
    others points into it and allows one of them.
    """
    schemas = {_WHOLE: _whole()}
    for name, (file, description) in _ROOTS.items():
        title = "EPCIS event" if name == "Event" else name
        root = _named(file, title, description) | {"$ref": f"{_WHOLE}{ref(name)['$ref']}"}
        schemas[file] = root | ({"required": ["@context"]} if name == "Event" else {})
    return {
        file: json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for file, schema in schemas.items()
    }


def _named(file: str, title: str, description: str) -> JsonSchemaValue:
    return {
        "$schema": _DIALECT,
        "$id": SCHEMA_BASE + file,
        "title": title,
        "description": description,
    }


def _whole() -> JsonSchemaValue:
    """Return the schema of any JSON that can be captured."""
    text = "A document of EPCIS 2.0 in JSON, or one event that stands alone."
    body = {"type": "object", "required": ["type", "@context"]}
    return (
        _named(_WHOLE, "EPCIS 2.0 in JSON", text)
        | body
        | _by_type(list(DOCUMENT_TYPES), ref("Event"))
        | {"$defs": _definitions()}
    )


def _by_type(names: list[str], otherwise: JsonSchemaValue) -> JsonSchemaValue:
    """Return the choice of a definition by the word that `type` carries."""
    choice = otherwise
    for name in reversed(names):
        of_type = {"required": ["type"], "properties": {"type": {"const": name}}}
        choice = {"if": of_type, "then": ref(name), "else": choice}
    return choice


def _definitions() -> dict[str, JsonSchemaValue]:
    """Return the definitions by name: documents, events, their parts, terms, single values."""
    models: dict[str, type[BaseModel]] = {
        **DOCUMENT_TYPES,
        **EVENT_TYPES,
        "ExtensionEvent": ExtensionEvent,
    }
    _, made = models_json_schema(
        [(model, "validation") for model in models.values()], schema_generator=_Generator
    )
    of_models: dict[str, JsonSchemaValue] = made["$defs"]
    for name, model in models.items():
        of_models[name] = of_models.pop(model.__name__) | {"title": name}
    event = {
        "title": "Event",
        "description": "An event of any type.",
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"type": "string"}},
        **_by_type(list(EVENT_TYPES), ref("ExtensionEvent")),
    }
    ilmd = {
        "description": "Master data of instances or of a lot: members of other namespaces.",
        "type": "object",
        "patternProperties": {EXTENSION_NAME: True},
        "additionalProperties": False,
    }
    scalars = {
        name: {"description": text, **_with_names(_scalars()[name], within=name), **added}
        for name, (_, text, added) in SCALARS.items()
    }
    parts = dict(sorted((of_models | {"Event": event, "Ilmd": ilmd}).items()))
    return parts | definitions_of_terms() | scalars


class _Generator(GenerateJsonSchema):
    """Pydantic's generator; null is no value in EPCIS, and our tables are added to its models."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Describe the value, which is left out rather than null."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Describe the value; that it may be left out is said by `required`."""
        return self.generate_inner(schema["schema"])

    def sort(self, value: JsonSchemaValue, parent_key: str | None = None) -> JsonSchemaValue:
        """Keep the order in which things are said."""
        del parent_key
        return value

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Leave out titles that only repeat the member's name."""
        del schema
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """Describe one part of a document or event."""
        return _completed(schema["cls"], super().model_schema(schema))


def _completed(model: type[BaseModel], plain: JsonSchemaValue) -> JsonSchemaValue:
    """Return the schema of one part with its texts, its terms and its rules."""
    text = described(model)
    properties = {}
    for name, member in plain["properties"].items():
        added = {k: v for base in model.__mro__ for k, v in MEMBERS.get((base, name), {}).items()}
        schema = added if "$ref" in added else _with_names(member) | added
        about = text.members.get(name)
        properties[name] = ({"description": about} if about else {}) | schema
    required = dict.fromkeys([*plain.get("required", ()), *REQUIRED.get(model, ())])
    whole: JsonSchemaValue = {"title": model.__name__, "description": text.summary}
    whole |= {"$comment": text.reference} if text.reference else {}
    whole |= {"type": "object", "required": list(required), "properties": properties}
    if not issubclass(model, ExtensionEvent):
        if issubclass(model, Extensible):
            whole["patternProperties"] = {EXTENSION_NAME: True}
        whole["additionalProperties"] = False
    rules = RULES.get(model, ())
    return whole | ({"allOf": list(rules)} if rules else {})


@cache
def _scalars() -> Mapping[str, JsonSchemaValue]:
    """Return how pydantic describes the values that have a definition of their own."""
    return {
        name: TypeAdapter(kind).json_schema(schema_generator=_Generator)
        for name, (kind, _, _) in SCALARS.items()
    }


def _with_names(schema: Any, *, within: str = "") -> Any:
    """Replace each such value inside a schema by a reference to its definition."""
    if isinstance(schema, list):
        return [_with_names(part, within=within) for part in schema]
    if not isinstance(schema, dict):
        return schema
    for name, plain in _scalars().items():
        if schema == plain and name != within:
            return ref(name)
    return {key: _with_names(part, within=within) for key, part in schema.items()}
