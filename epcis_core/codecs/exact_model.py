"""Parts of documents that the model accepts and the codec has nothing to say against, in one go.

The model lets a member be null that may be left out, and an extension have any name; what is wrong
with that, `structure` says after a look of its own. Nearly every part is free of both. So it is
read by a validator that is made of the model's and refuses these two, and finds a plain URI without
asking Python. Only what it refuses is looked at again, and explained.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, TypeVar

from pydantic import BaseModel
from pydantic_core import CoreSchema, SchemaValidator, ValidationError, core_schema

from epcis_core.model.base import Extensible
from epcis_core.model.elements import LONGEST_URI, PLAIN_URI, check_uri
from epcis_core.model.events import ExtensionEvent

_Model = TypeVar("_Model", bound=BaseModel)

_PLAIN_NAME: Final = r"[A-Za-z][A-Za-z0-9+.\-]*:[A-Za-z0-9._\-]+"
_NO_SCHEMA: Final = frozenset({"cls", "config", "metadata"})


def read_exactly(model: type[_Model], data: Mapping[str, Any]) -> _Model | None:
    """Return a part of a document, or None where anything may be wrong with it.

    Args:
        model: what it should be.
        data: its members as parsed, numbers as `Number`.
    """
    try:
        read: _Model = _validator(model).validate_python(data)
    except ValidationError:
        return None
    return read


@cache
def _validator(model: type[BaseModel]) -> SchemaValidator:
    return SchemaValidator(_exact(model.__pydantic_core_schema__), _use_prebuilt=False)


def _exact(schema: Any) -> Any:
    """Return a schema that accepts neither null nor extensions whose names are no URIs."""
    if isinstance(schema, list):
        return [_exact(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "nullable":
        return _exact(schema["schema"])
    if schema.get("type") == "function-after" and schema["function"]["function"] is check_uri:
        return _uri(PLAIN_URI)
    exact = {name: part if name in _NO_SCHEMA else _exact(part) for name, part in schema.items()}
    if schema.get("type") == "model" and issubclass(schema["cls"], Extensible):
        _name_extensions(exact["schema"], is_free=issubclass(schema["cls"], ExtensionEvent))
    return exact


def _name_extensions(members: dict[str, Any], *, is_free: bool) -> None:
    """Say how extensions may be named, those of an extension event's own freely."""
    if not is_free:
        members["extras_keys_schema"] = _uri(_PLAIN_NAME)
    if ilmd := members["fields"].get("ilmd"):
        ilmd["schema"]["schema"]["keys_schema"] = _uri(_PLAIN_NAME)


def _uri(plain: str) -> CoreSchema:
    """Return the schema of a URI, most of which are of a plain pattern."""
    found = core_schema.str_schema(pattern=f"^(?:{plain})$", max_length=LONGEST_URI)
    other = core_schema.no_info_after_validator_function(check_uri, core_schema.str_schema())
    return core_schema.union_schema([found, other], mode="left_to_right")
