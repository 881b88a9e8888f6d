"""What the tests of the model share."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def gs1_schema_names(gs1_dir: Path) -> set[str]:
    """Every member that GS1's JSON Schema names."""
    schema = json.loads((gs1_dir / "gs1-epcis" / "EPCIS-JSON-Schema.json").read_bytes())
    return set(_names(schema["definitions"]))


def _names(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            yield from schema["properties"]
        for inner in schema.values():
            yield from _names(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _names(inner)
