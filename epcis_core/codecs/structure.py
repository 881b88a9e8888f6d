"""From parsed members to the model, and from the model's complaints to findings."""

import difflib
import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final, TypeVar, Union, get_args, get_origin
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from epcis_core.codecs.exact_model import read_exactly
from epcis_core.findings import Finding, Phrase, Where, capped, escape_pointer, finding, phrase
from epcis_core.model.base import Extensible, Number
from epcis_core.model.elements import is_uri
from epcis_core.model.events import EVENT_TYPES, EpcisEvent, ExtensionEvent
from epcis_core.model.namespaces import BUILT_IN, Namespaces

_Model = TypeVar("_Model", bound=BaseModel)

_WRONG_TYPES: Final = {
    "string_type": "text",
    "tuple_type": "a_list",
    "dict_type": "an_object",
    "model_type": "an_object",
    "model_attributes_type": "an_object",
    "is_instance_of": "a_number",
    "bool_type": "true_or_false",
    "uri_or_list": "uri_or_list",
    "context": "context",
    "number_text_or_object": "number_text_or_object",
}
_MALFORMED: Final = {"malformed_hex": "hexadecimal", "malformed_version": "version"}
_KEYWORDS: Final = {"@id": ("eventID", "id"), "@type": ("type",)}
"""Keywords of JSON-LD, with the names that the EPCIS context gives them."""

_LONGEST_SLIP: Final = 60
_LIKENESS: Final = 0.75
_IN_A_NAME: Final = "-._~!$&'()*+,;=:@/?"
_SUGGESTIONS: Final = 20  # "did you mean": slow to find, and more wrong names are no slips


def read_model(model: type[_Model], data: Mapping[str, Any]) -> tuple[_Model | None, list[Finding]]:
    """Read one part of a document.

    Args:
        model: what it should be.
        data: its members as parsed, numbers as `Number`.

    Returns:
        The part and no findings, or None and findings whose pointers start at the part.
    """
    exact = read_exactly(model, data)
    if exact is not None:
        return exact, []
    read, found = None, []
    try:
        read = model.model_validate(data)
    except ValidationError as error:
        found = list(capped(_complaints(data, error)))
    complained = {one.where.pointer for one in found}
    wrong = (w for w in _wrong_members(_shape(model), data, "") if w.pointer not in complained)
    found += capped(one.finding(suggests=n < _SUGGESTIONS) for n, one in enumerate(wrong))
    return (None, found) if found else (read, [])


def read_event(data: Any) -> tuple[EpcisEvent | None, list[Finding]]:
    """Read one event of any type from its parsed members.

    Returns:
        The event and no findings, or None and findings whose pointers start at the event.
    """
    if not isinstance(data, dict):
        return None, [_wrong_type("", "an_object", data)]
    if "type" not in data:
        return None, [finding("missing_field", at=Where(pointer=""), field="type")]
    name = data["type"]
    if not isinstance(name, str):
        return None, [_wrong_type("/type", "text", name)]
    model = EVENT_TYPES.get(name)
    if model is None and not _is_extension(name):
        near = _near(name, EVENT_TYPES)
        expected = near[0] if near else phrase("one_of", choices=", ".join(EVENT_TYPES))
        at = Where(pointer="/type")
        return None, [finding("unknown_event_type", at=at, actual=repr(name), expected=expected)]
    return read_model(model or ExtensionEvent, data)


def _complaints(data: Any, error: ValidationError) -> Iterator[Finding]:
    """Turn what pydantic found into findings; members that are not known are told elsewhere."""
    for problem in error.errors(include_url=False, include_input=False):
        kind, loc = problem["type"], problem["loc"]
        pointer, given = _found(loc, data)
        at = Where(pointer=pointer)
        actual = _shown(given)
        if kind == "missing":
            yield finding("missing_field", at=at, field=loc[-1])
        elif kind == "too_short":
            if not given:  # else it is too short only for the wrong entries in it
                yield finding("empty_list", at=at, field=pointer.rpartition("/")[2])
        elif kind == "named_twice":
            yield finding("named_twice", at=at, actual=phrase("context_part"))
        elif kind == "literal_error":
            choices = problem["ctx"]["expected"].replace(" or ", ", ").replace("'", "")
            expected = phrase("one_of", choices=choices)
            yield finding("malformed_value", at=at, expected=expected, actual=actual)
        elif kind in _MALFORMED:
            expected = phrase(_MALFORMED[kind])
            yield finding("malformed_value", at=at, expected=expected, actual=actual)
        elif kind in _WRONG_TYPES:
            yield _wrong_type(pointer, _WRONG_TYPES[kind], given)
        elif kind != "extra_forbidden":
            yield finding(kind, at=at, actual=actual)


def _found(loc: tuple[int | str, ...], data: Any) -> tuple[str, Any]:
    """Return pointer and value of what a complaint is about; of its parent where it is missing.

    Pydantic also names in a path which branch of a union it tried; that is no member.
    """
    pointer = ""
    for token in loc:
        if isinstance(data, dict) and token in data:
            data = data[str(token)]
        elif isinstance(data, list) and isinstance(token, int):
            data = data[token]
        else:
            continue
        pointer += f"/{escape_pointer(str(token))}"
    return pointer, data


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which members a part of a document may have.

    Attributes:
        inner: standard members, each with the shape of its value or of the items of its list.
        is_closed: no others may stand beside them, not even with a prefix.
        is_free: others may have any name.
    """

    inner: Mapping[str, "_Shape | None"]
    is_closed: bool = False
    is_free: bool = False


_OF_ILMD: Final = _Shape({})
"""Of instance or lot master data: members of other namespaces alone."""


@dataclass(frozen=True, slots=True)
class _WrongMember:
    """A member that may not stand where it does, or a standard one that is null."""

    pointer: str
    name: str
    shape: _Shape

    def finding(self, *, suggests: bool) -> Finding:
        """Return the finding about it, with the nearest right name if that is wanted."""
        at = Where(pointer=self.pointer)
        known = self.shape.inner
        if self.name in known:
            return _wrong_type(self.pointer, "value_or_nothing", None)
        is_keyword = self.name.startswith("@")
        nearest = _near(self.name, known) if suggests and not is_keyword else []
        if nearest:
            return finding("misspelt_field", at=at, field=self.name, nearest=nearest[0])
        if self.shape.is_closed:
            allowed = ", ".join(known)
            return finding("field_not_allowed", at=at, field=self.name, known=allowed)
        if is_keyword:
            return finding("json_ld_keyword", at=at, field=self.name, instead=self._instead())
        if ":" in self.name:
            example = well_formed(self.name)
            return finding("malformed_field_name", at=at, field=self.name, example=example)
        example = well_formed(f"ex:{self.name}")
        return finding("unknown_field", at=at, field=self.name, example=example)

    def _instead(self) -> Phrase:
        """Return what to write instead of a keyword of JSON-LD."""
        if self.name == "@context":
            return phrase("declare_outside")
        known = (one for one in _KEYWORDS.get(self.name, ()) if one in self.shape.inner)
        field = next(known, None)
        return phrase("leave_it_out") if field is None else phrase("write_instead", field=field)


def _wrong_members(shape: _Shape, data: Mapping[str, Any], pointer: str) -> Iterator[_WrongMember]:
    for name, value in data.items():
        if name not in shape.inner:
            if shape.is_closed or not (shape.is_free or _is_extension(name)):
                yield _WrongMember(f"{pointer}/{escape_pointer(name)}", name, shape)
            continue
        if value is None:
            yield _WrongMember(f"{pointer}/{name}", name, shape)
            continue
        inner = shape.inner[name]
        if inner is None:
            continue
        if isinstance(value, dict):
            yield from _wrong_members(inner, value, f"{pointer}/{name}")
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, dict):
                    yield from _wrong_members(inner, item, f"{pointer}/{name}/{index}")


@cache
def _shape(model: type[BaseModel]) -> _Shape:
    return _Shape(
        {
            field.alias or name: _OF_ILMD if name == "ilmd" else _inner_shape(field.annotation)
            for name, field in model.model_fields.items()
        },
        is_closed=not issubclass(model, Extensible),
        is_free=issubclass(model, ExtensionEvent),
    )


def _inner_shape(annotation: Any) -> _Shape | None:
    """Return the shape of the objects that a field holds, or None where it holds none of ours."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _shape(annotation)
    if get_origin(annotation) not in {Annotated, Union, types.UnionType, tuple}:
        return None
    shapes = (_inner_shape(part) for part in get_args(annotation))
    return next((shape for shape in shapes if shape is not None), None)


def _is_extension(name: str) -> bool:
    return ":" in name and is_uri(name)


def well_formed(name: str) -> str:
    """Return the name of an extension field that somebody meant by one that is none.

    >>> well_formed("ex:net weight"), well_formed("1x:giá"), well_formed(":size")
    ('ex:net%20weight', 'x1x:gi%C3%A1', 'ex:size')
    """
    prefix, _, local = name.partition(":")
    prefix = re.sub(r"[^A-Za-z0-9+.\-]", "", prefix)
    if not prefix[:1].isalpha():
        prefix = f"x{prefix}" if prefix else "ex"
    return f"{prefix}:{quote(local, safe=_IN_A_NAME)}"


def with_prefix(found: Finding, namespaces: Namespaces) -> Finding:
    """Return what is to be said of an unknown member, given the prefixes in force.

    A term of the document's own context has a meaning, but may not stand there without prefix.
    """
    field = found.values.get("field")
    if found.code not in {"unknown_field", "misspelt_field"} or not isinstance(field, str):
        return found
    uri = namespaces.prefixes.get(field)
    if uri is None or field in BUILT_IN:
        return found
    example = _with_declared_prefix("".join(namespaces.expand(uri)), field, namespaces)
    return finding("term_without_prefix", at=found.where, field=field, example=example)


def _with_declared_prefix(uri: str, term: str, namespaces: Namespaces) -> str:
    """Return how a member is named by its URI: behind a prefix, or whole where none is declared."""
    for prefix, namespace in namespaces.prefixes.items():
        local = uri.removeprefix(namespace)
        if prefix != term and local not in {uri, ""} and is_uri(f"{prefix}:{local}"):
            return f"{prefix}:{local}"
    return uri if is_uri(uri) else f"ex:{term}"


def _near(name: str, known: Mapping[str, Any]) -> list[str]:
    if len(name) > _LONGEST_SLIP:
        return []
    by_folded = {one.casefold(): one for one in known}
    near = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=_LIKENESS)
    return [by_folded[one] for one in near]


def _wrong_type(pointer: str, expected: str, actual: Any) -> Finding:
    return finding(
        "wrong_type", at=Where(pointer=pointer), expected=phrase(expected), actual=_shown(actual)
    )


def _shown(value: Any) -> str | Phrase:
    if isinstance(value, str):
        return repr(value)
    if isinstance(value, Number):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    return phrase("a_list" if isinstance(value, list | tuple) else "an_object")
