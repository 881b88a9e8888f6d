"""From parsed members to the model, and from the model's complaints to findings."""

import difflib
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from epcis_core.codecs.json_faults import escape_pointer
from epcis_core.findings import Finding, Where, finding
from epcis_core.model.base import Extensible, Number
from epcis_core.model.elements import is_uri
from epcis_core.model.events import EVENT_TYPES, EpcisEvent, ExtensionEvent

_Model = TypeVar("_Model", bound=BaseModel)

_EXPECTED: Final = {
    "string_type": "text",
    "tuple_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "is_instance_of": "a number",
    "bool_type": "true or false",
    "malformed_uri": "a URI",
    "malformed_offset": "an offset such as +07:00, from -14:00 to +14:00",
    "malformed_unit": "a UN/ECE Rec 20 code such as KGM",
    "malformed_hex": "pairs of hexadecimal digits",
    "malformed_version": "a version such as 2.0",
    "malformed_time": "a time with its zone, such as 2026-03-01T08:00:00+07:00",
}
_CODES: Final = {
    "malformed_uri": "malformed_uri",
    "malformed_time": "malformed_time",
    "malformed_offset": "malformed_offset",
    "malformed_unit": "malformed_unit",
    "malformed_hex": "malformed_value",
    "malformed_version": "malformed_value",
    "literal_error": "malformed_value",
}


def read_model(
    model: type[_Model], data: Mapping[str, Any]
) -> tuple[_Model | None, list[Finding]]:
    """Read one part of a document.

    Args:
        model: what it should be.
        data: its members as parsed, numbers as `Number`.

    Returns:
        The part and no findings, or None and findings whose pointers start at the part.
    """
    try:
        read = model.model_validate(data)
    except ValidationError as error:
        return None, _unique(_complaints(model, data, error))
    found = [*_nulls(read, ""), *_bare_extensions(read, "")]
    return (None, found) if found else (read, [])


def read_event(data: Any) -> tuple[EpcisEvent | None, list[Finding]]:
    """Read one event of any type from its parsed members.

    Returns:
        The event and no findings, or None and findings whose pointers start at the event.
    """
    if not isinstance(data, dict):
        return None, [_wrong_type("", "an object", data)]
    if "type" not in data:
        return None, [finding("missing_field", at=Where(pointer=""), field="type")]
    name = data["type"]
    if not isinstance(name, str):
        return None, [_wrong_type("/type", "text", name)]
    model = EVENT_TYPES.get(name)
    if model is None and not (":" in name and is_uri(name)):
        place = Where(pointer="/type")
        near = difflib.get_close_matches(name, EVENT_TYPES, n=1)
        return None, [
            finding("unknown_event_type", at=place, actual=repr(name), hint=near[0] if near else "ObjectEvent")
        ]
    return read_model(model or ExtensionEvent, data)


def _complaints(
    model: type[BaseModel], data: Any, error: ValidationError
) -> Iterator[Finding]:
    for problem in error.errors(include_url=False):
        kind, tokens = problem["type"], _real_path(problem["loc"], data)
        where = Where(pointer="".join(f"/{escape_pointer(str(token))}" for token in tokens))
        actual = problem.get("input")
        if kind == "missing":
            yield finding("missing_field", at=Where(pointer=where.pointer.rpartition("/")[0] if where.pointer else ""), field=str(problem["loc"][-1]))  # noqa: E501
        elif kind == "extra_forbidden":
            yield _unknown_field(where.pointer or "", str(tokens[-1]), ())
        elif kind == "too_short":
            yield finding("empty_list", at=where, field=str(tokens[-1]))
        elif kind in _CODES:
            expected = _EXPECTED.get(kind) or str(problem.get("ctx", {}).get("expected", ""))
            yield finding(_CODES[kind], at=where, expected=expected, actual=_shown(actual))
        else:
            yield _wrong_type(where.pointer or "", _EXPECTED.get(kind, problem["msg"]), actual)


def _real_path(loc: tuple[int | str, ...], data: Any) -> list[int | str]:
    """Drop what pydantic names in a path that is no member: the branches of a union."""
    path: list[int | str] = []
    for token in loc:
        if isinstance(data, dict):
            if token not in data:
                path.append(token)
                break
            data = data[str(token)]
        elif isinstance(data, list) and isinstance(token, int) and token < len(data):
            data = data[token]
        else:
            continue
        path.append(token)
    return path


def _nulls(part: BaseModel, pointer: str) -> Iterator[Finding]:
    """Yield a finding per standard member given as null: absent and null are not the same."""
    for name in part.model_fields_set:
        field = type(part).model_fields.get(name)
        if field is None:
            continue
        value = getattr(part, name)
        here = f"{pointer}/{field.alias or name}"
        if value is None:
            yield finding("wrong_type", at=Where(pointer=here), expected="a value", actual="null")
        elif isinstance(value, BaseModel):
            yield from _nulls(value, here)
        elif isinstance(value, tuple):
            for index, item in enumerate(value):
                if isinstance(item, BaseModel):
                    yield from _nulls(item, f"{here}/{index}")


def _bare_extensions(part: BaseModel, pointer: str) -> Iterator[Finding]:
    """Yield a finding per member that the standard does not know and that has no prefix."""
    fields = type(part).model_fields
    if isinstance(part, Extensible):
        known = [field.alias or name for name, field in fields.items()]
        for name in part.extensions:
            if not (":" in name and is_uri(name)):
                yield _unknown_field(f"{pointer}/{escape_pointer(name)}", name, known)
    for name in part.model_fields_set & fields.keys():
        value = getattr(part, name)
        here = f"{pointer}/{fields[name].alias or name}"
        for token, item in enumerate(value) if isinstance(value, tuple) else [(None, value)]:
            if isinstance(item, BaseModel):
                yield from _bare_extensions(item, here if token is None else f"{here}/{token}")


def _unknown_field(pointer: str, name: str, known: tuple[str, ...] | list[str]) -> Finding:
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return finding("misspelt_field", at=Where(pointer=pointer), field=name, nearest=near[0])
    return finding("unknown_field", at=Where(pointer=pointer), field=name)


def _wrong_type(pointer: str, expected: str, actual: Any) -> Finding:
    return finding("wrong_type", at=Where(pointer=pointer), expected=expected, actual=_shown(actual))


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return repr(value)
    if isinstance(value, Number):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    return "a list" if isinstance(value, list | tuple) else "an object"


def _unique(found: Iterator[Finding]) -> list[Finding]:
    """Keep one finding per code and place: a union complains once per branch."""
    seen: dict[tuple[str, str | None], Finding] = {}
    for one in found:
        seen.setdefault((one.code, one.where.pointer), one)
    return list(seen.values())
