"""A careful second look at JSON text: where exactly is what the fast reader refused.

Walks the text itself, token by token, so that the place is exact even where a parser would have
dropped the evidence, as with a key given twice. Only text already known to be doubtful comes here.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from epcis_core.findings import Finding, Where, escape_pointer, finding

_TOKEN: Final = re.compile(
    r'[ \t\n\r]*+(?:(?P<string>"(?:[^"\\]|\\.)*+")|(?P<number>-?[0-9][0-9.eE+\-]*+)'
    r"|(?P<constant>-?[A-Za-z]++)|(?P<mark>[{}\[\],:]))",
    re.DOTALL,
)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
# What XML 1.0 cannot write, not even escaped.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LARGEST_EXPONENT_SIZE: Final = 9


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
        name = str(self.index) if self.keys is None else escape_pointer(self.key or "")
        return f"{self.pointer}/{name}"


@dataclass(frozen=True, slots=True)
class _Step:
    """The beginning of a value, or the name of a member.

    Attributes:
        at: index of its first character in the text.
        pointer: pointer of the value, or of the member that is named.
        depth: how many arrays and objects lie around it, a new one included.
        lexeme: the name, text, number or constant as written, or an opening bracket.
        is_name: it is a member's name.
        is_repeated: it is a name that its object has had before.
    """

    at: int
    pointer: str
    depth: int
    lexeme: str
    is_name: bool = False
    is_repeated: bool = False


class _Walk:
    """A walk over one JSON value; it ends with the value, or where the text is no JSON."""

    def __init__(self, text: str, base: str) -> None:
        self._text = text
        self._base = base
        self.levels: list[_Level] = []

    def __iter__(self) -> Iterator[_Step]:
        at = 0
        while match := _TOKEN.match(self._text, at):
            at = match.end()
            kind = match.lastgroup or ""
            lexeme, begin = match[kind], match.start(kind)
            if kind == "mark" and lexeme not in {"{", "["}:
                if not self._mark(lexeme):
                    return
                continue
            top = self.levels[-1] if self.levels else None
            if top is not None and top.keys is not None and not top.await_value:
                yield self._name(top, lexeme, begin)
                continue
            pointer = self._base if top is None else top.child()
            opens = lexeme in {"{", "["}
            yield _Step(begin, pointer, len(self.levels) + opens, lexeme)
            if opens:
                self.levels.append(_Level(pointer, set() if lexeme == "{" else None))
            elif top is None:
                return

    def _mark(self, lexeme: str) -> bool:
        """Take in a mark between values, and tell whether the value goes on behind it."""
        if not self.levels:
            return False
        if lexeme in {"}", "]"}:
            self.levels.pop()
            return bool(self.levels)
        top = self.levels[-1]
        top.await_value = lexeme == ":"
        top.index += lexeme == ","
        return True

    def _name(self, top: _Level, lexeme: str, at: int) -> _Step:
        assert top.keys is not None  # noqa: S101 - only objects have names
        top.key = _replaced(_decoded(lexeme))
        repeated = top.key in top.keys
        top.keys.add(top.key)
        return _Step(at, top.child(), len(self.levels), lexeme, is_name=True, is_repeated=repeated)


def break_of(text: str, base: str) -> tuple[str, str]:
    """Return where JSON text breaks off.

    Args:
        text: the beginning of a JSON value, up to what is wrong.
        base: pointer of the value.

    Returns:
        The pointer of the value that was being read, and the bracket that was opened last: `{`,
        `[`, or nothing.
    """
    walk = _Walk(text, base)
    for _ in walk:
        pass
    if not walk.levels:
        return base, ""
    top = walk.levels[-1]
    if top.keys is None:
        return top.child(), "["
    return (top.child() if top.await_value else top.pointer), "{"


def line_and_column(text: str, index: int, line: int, column: int) -> tuple[int, int]:
    """Return line and column of `text[index]`, where `text` begins at the given place."""
    newlines = text.count("\n", 0, index)
    if newlines:
        return line + newlines, index - text.rindex("\n", 0, index)
    return line, column + index


def faults_of(text: str, start: Where, *, depth: int, number_size: int) -> Iterator[Finding]:
    """Yield what in a JSON value no two readers would agree on, in the order of the text.

    Args:
        text: one JSON value, or its beginning.
        start: pointer, line and column where it begins.
        depth: how many arrays and objects may lie within each other; one more ends the look.
        number_size: how many digits a number may have when written without an exponent.

    Yields:
        Findings `duplicate_key`, `duplicate_event_id`, `too_deep`, `not_a_json_constant`,
        `lone_surrogate`, `forbidden_character` or `number_too_long`, each at its place.
    """
    line, column, since = start.line or 1, start.column or 1, 0
    for step in _Walk(text, start.pointer or ""):
        # Counted on from the last place: a value can have a million of them.
        line, column = line_and_column(text[since : step.at], step.at - since, line, column)
        since = step.at
        where = Where(pointer=step.pointer, line=line, column=column)
        if step.depth > depth:
            yield finding("too_deep", at=where, limit=depth)
            return
        yield from _faults_at(step, where, number_size)


def _faults_at(step: _Step, where: Where, number_size: int) -> Iterator[Finding]:
    lexeme = step.lexeme
    if step.is_repeated:
        key = _replaced(_decoded(lexeme))
        # An official example names its event twice; the name is not what happened.
        code = "duplicate_event_id" if key == "eventID" else "duplicate_key"
        yield finding(code, at=where, key=key)
    if lexeme[0] == '"':
        decoded = _decoded(lexeme)
        if _SURROGATE.search(decoded):
            yield finding("lone_surrogate", at=where)
        elif found := _FORBIDDEN.search(decoded):
            yield finding("forbidden_character", at=where, character=f"U+{ord(found[0]):04X}")
    elif lexeme[-1].isdigit():
        if _written_size(lexeme) > number_size:
            yield finding("number_too_long", at=where, limit=number_size)
    elif lexeme not in {"{", "[", "true", "false", "null"}:
        yield finding("not_a_json_constant", at=where, actual=lexeme)


def _written_size(number: str) -> int:
    """Return how many characters a number has, at most, when written without an exponent."""
    mantissa, _, exponent = number.lower().partition("e")
    digits = exponent.lstrip("+-0")
    if len(digits) > _LARGEST_EXPONENT_SIZE:
        return 10**_LARGEST_EXPONENT_SIZE
    return len(mantissa) + int(digits or 0)


def _decoded(lexeme: str) -> str:
    """Return the text that a string lexeme spells; the lexeme itself where it is malformed."""
    try:
        return str(json.loads(lexeme, strict=False))
    except ValueError:
        return lexeme


def _replaced(text: str) -> str:
    """Return a text that can be written as UTF-8: halves of surrogate pairs replaced."""
    return _SURROGATE.sub("�", text)
