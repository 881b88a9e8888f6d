"""The parser beneath the codec: values with their numbers as written, and what makes them doubtful.

Python's own JSON scanner does the work: a strict one that stops at whatever two readers could
understand differently, and a tolerant one for the text it stopped at.
"""

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from epcis_core.model.base import Number

_SPACE: Final = re.compile(r"[ \t\n\r]*+")
# Escapes that can spell half a surrogate pair or a character that XML cannot write.
_SUSPECT: Final = re.compile(r"\\(?:u(?:[dD][89a-fA-F]|00[01]|[fF]{3}[eEfF])|[bf])")
_PLAIN_NUMBER_SIZE: Final = 40


class _DoubtfulError(Exception):
    """A value is readable but needs the careful look."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _DoubtfulError
    return members


def _constant(name: str) -> Any:
    raise _DoubtfulError(name)


def _whole(text: str) -> Number:
    if len(text) > _PLAIN_NUMBER_SIZE:
        raise _DoubtfulError
    return Number(text)


def _fraction(text: str) -> Number:
    if len(text) > _PLAIN_NUMBER_SIZE or "e" in text or "E" in text:
        raise _DoubtfulError
    return Number(text)


_STRICT: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_fraction, parse_int=_whole, parse_constant=_constant
).scan_once  # type: ignore[attr-defined]
# Reads what `_STRICT` doubts, the last of two equal keys winning; the faults are then looked up.
_TOLERANT: Final = json.JSONDecoder(parse_float=Number, parse_int=Number).scan_once  # type: ignore[attr-defined]


# Finds where a value ends; its numbers are their lengths.
_ROUGH: Final = json.JSONDecoder(parse_float=len, parse_int=len, parse_constant=len).scan_once  # type: ignore[attr-defined]


def rough_scan(text: str, at: int) -> tuple[Any, int]:
    """Read one JSON value without its numbers, and return it with the index behind it.

    Raises:
        json.JSONDecodeError: the text is no JSON.
        StopIteration: no value begins at its argument.
        RecursionError: the value is nested too deeply.
    """
    data, end = _ROUGH(text, at)
    return data, end


def scan(text: str, at: int) -> tuple[Any, int, bool]:
    """Read one JSON value.

    Returns:
        The value, the index behind it, and whether it is doubtful: then the last of equal keys won,
        and a number may be NaN.

    Raises:
        json.JSONDecodeError: the text is no JSON.
        StopIteration: no value begins at its argument.
        RecursionError: the value is nested too deeply.
    """
    try:
        return (*_STRICT(text, at), False)
    except _DoubtfulError:
        return (*_TOLERANT(text, at), True)


def data_of(text: str) -> Any:
    """Return the data of one JSON value that was found readable before, numbers as `Number`.

    Raises:
        ValueError: the text is not one JSON value.
    """
    start = end_of_space(text, 0)
    try:
        data, end, _ = scan(text, start)
    except (StopIteration, RecursionError) as error:
        raise ValueError("Expected one JSON value") from error
    if end_of_space(text, end) != len(text):
        raise ValueError("Expected nothing behind the JSON value")
    return data


def is_suspect(text: str, data: Any, depth: int) -> bool:
    """Tell cheaply whether a value that parsed needs the careful look.

    Args:
        text: the value as written.
        data: the value as parsed.
        depth: how many arrays and objects may lie within each other.
    """
    if "\\" in text and _SUSPECT.search(text):
        return True
    if "\ufffe" in text or "\uffff" in text:
        return True
    return text.count("{") + text.count("[") > depth and _depth(data) > depth


def has_too_many(text: str, data: Any, entries: int) -> bool:
    """Tell whether a value holds more members and list entries than that."""
    if len(text) <= entries or text.count(",") + text.count("{") + text.count("[") <= entries:
        return False
    count, waiting = 0, [data] if isinstance(data, dict | list) else []
    while waiting:
        part = waiting.pop()
        count += len(part)
        if count > entries:
            return True
        waiting += [inner for inner in _entries(part) if isinstance(inner, dict | list)]
    return False


def end_of_space(text: str, at: int) -> int:
    """Return the index of the first character from `at` that is no white space."""
    if text[at : at + 1] > " ":
        return at
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _depth(data: Any) -> int:
    """Return how many arrays and objects lie within each other."""
    depth, level = 0, [data]
    while level := [part for part in level if isinstance(part, dict | list)]:
        depth += 1
        level = [inner for part in level for inner in _entries(part)]
    return depth


def _entries(part: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return part.values() if isinstance(part, dict) else part
