"""A careful second look at a JSON value: where exactly is what the fast reader refused.

Walks the text itself, so that the place is exact even where a parser would have dropped the
evidence, as with a key given twice. Only values already known to be doubtful come here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from epcis_core.findings import Finding, Where, finding

_TOKEN: Final = re.compile(
    r'[ \t\n\r]*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<number>-?[0-9][0-9.eE+\-]*)'
    r"|(?P<constant>-?[A-Za-z]+)|(?P<mark>[{}\[\],:]))",
    re.DOTALL,
)
_ESCAPED: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)")


@dataclass(slots=True)
class _Level:
    """An open array or object: where its next value stands."""

    pointer: str
    keys: set[str] | None  # None for an array
    index: int = 0
    key: str | None = None  # the member whose value comes next
    await_value: bool = False

    def child(self) -> str:
        """Return the pointer of the value that comes next."""
        return f"{self.pointer}/{self.index if self.keys is None else escape_pointer(self.key or '')}"


def escape_pointer(name: str) -> str:
    """Return a member's name as one token of a JSON Pointer (RFC 6901, section 3)."""
    return name.replace("~", "~0").replace("/", "~1")


def locate(text: str, pointer: str, base: str) -> int | None:
    """Return the index in `text` where the value at a pointer begins, or None.

    Args:
        text: one JSON value, well formed.
        pointer: pointer from the root of the document.
        base: pointer of `text` itself.
    """
    for at, here, _, _ in _values(text, base):
        if here == pointer:
            return at
    return None


def line_and_column(text: str, index: int, line: int, column: int) -> tuple[int, int]:
    """Return line and column of `text[index]`, where `text` begins at the given place."""
    newlines = text.count("\n", 0, index)
    if newlines:
        return line + newlines, index - text.rindex("\n", 0, index)
    return line, column + index


def faults_of(text: str, start: Where, *, depth: int, number_size: int) -> Iterator[Finding]:
    """Yield what in a JSON value no two readers would agree on, in the order of the text.

    Args:
        text: one JSON value whose brackets match.
        start: pointer, line and column where it begins.
        depth: how many arrays and objects may lie within each other; the first beyond ends the look.
        number_size: how many characters a number may have.

    Yields:
        Findings `duplicate_key`, `duplicate_event_id`, `too_deep`, `not_a_json_constant`,
        `lone_surrogate` or `number_too_long`, each at its place.
    """
    for at, pointer, nested, token in _values(text, start.pointer or ""):
        line, column = line_and_column(text, at, start.line or 1, start.column or 1)
        where = Where(pointer=pointer, line=line, column=column)
        if nested > depth:
            yield finding("too_deep", at=where, limit=depth)
            return
        if token.startswith("duplicate "):
            key = token.removeprefix("duplicate ")
            # An official example names its event twice; the name is not what happened.
            code = "duplicate_event_id" if key == "eventID" else "duplicate_key"
            yield finding(code, at=where, key=key)
        elif token[0] == '"':
            if _has_lone_surrogate(token):
                yield finding("lone_surrogate", at=where)
        elif token[0] in "-0123456789" and token[-1] != "y":  # no -Infinity
            if len(token) > number_size:
                yield finding("number_too_long", at=where, limit=number_size)
        elif token not in {"{", "[", "true", "false", "null"}:
            yield finding("not_a_json_constant", at=where, actual=token)


def _values(text: str, base: str) -> Iterator[tuple[int, str, int, str]]:
    """Yield index, pointer, depth and first token of every value and of every doubtful key."""
    levels: list[_Level] = []
    at = 0
    while match := _TOKEN.match(text, at):
        at = match.end()
        token, begin = match[match.lastgroup or 0], match.start(match.lastgroup or 0)
        top = levels[-1] if levels else None
        if token in {"}", "]"}:
            levels.pop()
            if not levels:
                return
            continue
        if token == ",":
            if top is not None:
                top.index += 1
                top.await_value = False
            continue
        if token == ":":
            if top is not None:
                top.await_value = True
            continue
        if top is not None and top.keys is not None and not top.await_value:
            top.key = _unescaped(token)
            if top.key in top.keys:
                yield begin, top.child(), len(levels), f"duplicate {top.key}"
            elif _has_lone_surrogate(token):
                yield begin, top.pointer, len(levels), token
            top.keys.add(top.key)
            continue
        pointer = top.child() if top is not None else base
        nested = len(levels) + (token in {"{", "["})
        yield begin, pointer, nested, token
        if token in {"{", "["}:
            levels.append(_Level(pointer, set() if token == "{" else None))
        elif not levels:
            return


def _unescaped(token: str) -> str:
    simple = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}

    def character(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        return simple.get(match[0][1], match[0][1])

    raw = _ESCAPED.sub(character, token[1:-1])
    return raw.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _has_lone_surrogate(token: str) -> bool:
    units = [int(m[1], 16) if m[1] else 0 for m in _ESCAPED.finditer(token)]
    ends = [(m.start(), m.end()) for m in _ESCAPED.finditer(token)]
    index = 0
    while index < len(units):
        if 0xD800 <= units[index] < 0xDC00:  # noqa: PLR2004 - leading surrogates
            follows = index + 1 < len(units) and ends[index][1] == ends[index + 1][0]
            if not (follows and 0xDC00 <= units[index + 1] < 0xE000):  # noqa: PLR2004
                return True
            index += 2
            continue
        if 0xDC00 <= units[index] < 0xE000:  # noqa: PLR2004 - trailing surrogates
            return True
        index += 1
    return False
