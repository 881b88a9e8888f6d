"""The schemas that the description refers to.

Three sources, and none of them written twice: the JSON Schemas of what the ledger takes as JSON
(`schemas/json/`), the models of its answers about lots, and `components.json` with what else there
is.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from epcis_core.provenance.balance_result import Balance
from epcis_core.provenance.recall_result import Recall
from epcis_core.provenance.result import Gap, Trace

PREFIX: Final = "#/components/schemas/"
_DEFINITIONS: Final = "#/$defs/"


@cache
def own_components() -> Mapping[str, Any]:
    """Return the parts of the description that stand in `components.json`, by their kind."""
    source = files("api.openapi") / "components.json"
    found: Mapping[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return found


def component_schemas() -> dict[str, Any]:
    """Return all schemas by name.

    Raises:
        ValueError: two of them have the same name.
    """
    found: dict[str, Any] = {}
    for source in (_of_epcis(), _of_answers(), own_components()["schemas"]):
        if double := found.keys() & source.keys():
            raise ValueError(f"Schemas with the same name: {', '.join(sorted(double))}.")
        found |= source
    return dict(sorted(found.items()))


def _of_epcis() -> dict[str, Any]:
    """Return the definitions of EPCIS in JSON, and the event that stands alone."""
    source = files("schemas") / "json" / "epcis.schema.json"
    definitions = json.loads(source.read_text(encoding="utf-8"))["$defs"]
    found: dict[str, Any] = _pointing_here(definitions)
    found["BareEvent"] = {
        "description": "One event that stands alone, with its own context.",
        "$ref": f"{PREFIX}Event",
        "required": ["@context"],
    }
    return found


def _pointing_here(part: Any) -> Any:
    """Return a part of a schema whose references lead to the components."""
    if isinstance(part, dict):
        return {
            name: PREFIX + inner.removeprefix(_DEFINITIONS)
            if name == "$ref" and isinstance(inner, str)
            else _pointing_here(inner)
            for name, inner in part.items()
        }
    return [_pointing_here(one) for one in part] if isinstance(part, list) else part


def _of_answers() -> dict[str, Any]:
    """Return the schemas of answers about lots, from their models."""
    models = (Trace, Recall, Balance, Gap)
    _, made = models_json_schema(
        [(model, "serialization") for model in models], ref_template=PREFIX + "{model}"
    )
    found = {name: _worded(schema) for name, schema in made["$defs"].items()}
    trace = found["Trace"]
    found["NoTrace"] = {
        **trace,
        "description": "An empty trace; `near` has identifiers like the one that was asked for.",
        "properties": {**trace["properties"], "hint": {"$ref": f"{PREFIX}Hint"}},
    }
    return found


def _worded(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a model with the words of its docstring at each of its members."""
    text, _, attributes = schema.get("description", "").partition("\n\nAttributes:\n")
    words: dict[str, str] = {}
    name = ""
    for line in attributes.splitlines():
        if line.startswith("    ") and not line.startswith("     "):
            name, _, said = line.strip().partition(": ")
            words[name.rstrip("_")] = said
        else:
            words[name.rstrip("_")] += f" {line.strip()}"
    members = {
        name: {
            **{key: value for key, value in member.items() if key not in {"title", "default"}},
            **({"description": words[name]} if name in words else {}),
        }
        for name, member in schema["properties"].items()
    }
    return {**schema, "description": text, "properties": members, "additionalProperties": False}
