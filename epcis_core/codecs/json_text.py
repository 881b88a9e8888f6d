"""JSON text as a stream: whole values with their exact spelling and their place.

Reads UTF-8 in chunks and hands out one value at a time, so that a document of a million events
never stands in memory at once. Numbers come as `Number`, exactly as written. What RFC 8259 merely
advises against is refused here, because two readers would see two different documents: a key
given twice, NaN, half a surrogate pair.

References:
    RFC 8259; RFC 7493 (I-JSON), section 2
"""

import codecs
import json
import re
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from epcis_core.codecs.json_faults import faults_of
from epcis_core.findings import Finding, Where, finding, has_errors
from epcis_core.model.base import Number

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_ENCODED_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_BYTE_ORDER_MARK: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class JsonLimits:
    """How much of a document is taken before it is refused.

    Attributes:
        depth: arrays and objects within each other, within one value.
        value_size: characters of one event, or of one member of the document's head.
        number_size: characters of one number.
        chunk: bytes read at a time.
    """

    depth: int = 64
    value_size: int = 64 * 2**20
    number_size: int = 400
    chunk: int = 2**20


class MalformedJsonError(Exception):
    """The text cannot be read on: it carries the finding that says why and where."""

    def __init__(self, found: Finding) -> None:
        self.found = found
        super().__init__(found.message)


class _FaultError(Exception):
    """A value is readable but breaks a rule that only a careful look can place."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _FaultError
    return members


def _constant(name: str) -> Any:
    raise _FaultError(name)


_STRICT: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=Number, parse_int=Number, parse_constant=_constant
).scan_once  # type: ignore[attr-defined]
# Reads what `_STRICT` refuses, the last of two equal keys winning; the faults are then looked up.
_TOLERANT: Final = json.JSONDecoder(parse_float=Number, parse_int=Number).scan_once  # type: ignore[attr-defined]
_SUSPECT: Final = re.compile(r"\\u[dD][89a-fA-F]|[0-9.]{200}")


@dataclass(frozen=True, slots=True)
class Value:
    """One JSON value of the stream.

    Attributes:
        data: the value; None as well where `faults` hold an error.
        text: its characters, exactly as they stand.
        line: line of its first character, from 1.
        column: column of its first character, from 1.
        faults: what makes it doubtful or unusable, each with its place in the file.
    """

    data: Any
    text: str
    line: int
    column: int
    faults: tuple[Finding, ...] = ()


class JsonText:
    """A cursor over JSON text that is read as it is needed."""

    def __init__(self, source: BinaryIO, limits: JsonLimits | None = None) -> None:
        self._source = source
        self._limits = limits or JsonLimits()
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._text = ""
        self._at = 0
        self._ended = False
        self._line = 1
        self._line_start = 0  # index in `_text` where the line begins; negative if it was dropped
        self._read = 0
        self._fill(1)
        if self._text.startswith(_BYTE_ORDER_MARK):
            self._at = 1
            self._line_start = 1

    def peek(self) -> str:
        """Return the next character that is no white space, or `""` at the end."""
        while True:
            match = _SPACE.match(self._text, self._at)
            end = match.end() if match else self._at
            self._pass(end)
            if end < len(self._text) or not self._fill(self._limits.chunk):
                return self._text[end : end + 1]

    def take(self, character: str) -> bool:
        """Step over `character` if it comes next, and tell whether it did."""
        if self.peek() != character:
            return False
        self._pass(self._at + 1)
        return True

    def expect(self, character: str, pointer: str) -> None:
        """Step over `character`.

        Raises:
            MalformedJsonError: something else comes next.
        """
        if not self.take(character):
            raise self.malformed(f"'{character}'", pointer)

    def key(self, pointer: str) -> str:
        """Read a member's name and the colon behind it.

        Raises:
            MalformedJsonError: no name, or no colon.
        """
        if self.peek() != '"':
            raise self.malformed("a member's name in double quotes", pointer)
        name = self.value(pointer)
        if name.faults:
            raise MalformedJsonError(name.faults[0])
        self.expect(":", pointer)
        return str(name.data)

    def value(self, pointer: str) -> Value:
        """Read one whole value.

        Args:
            pointer: JSON Pointer of the value, for findings.

        Raises:
            MalformedJsonError: the text is no JSON from here on, or ends too early.
        """
        self.peek()
        line, column = self.place()
        scanner = _STRICT
        while True:
            try:
                data, end = scanner(self._text, self._at)
            except _FaultError:
                scanner = _TOLERANT
                continue
            except (json.JSONDecodeError, StopIteration) as error:
                if self._fill(max(self._limits.chunk, len(self._text) - self._at)):
                    continue
                raise self._syntax(error, pointer) from None
            except RecursionError:
                raise self._placed("too_deep", pointer, limit=self._limits.depth) from None
            if end < len(self._text) or not self._fill(self._limits.chunk):
                break  # a number at the end of the buffer may go on
        text = self._text[self._at : end]
        faults: tuple[Finding, ...] = ()
        if scanner is _TOLERANT or self._is_suspect(text):
            place = Where(pointer=pointer, line=line, column=column)
            limits = self._limits
            faults = tuple(
                faults_of(text, place, depth=limits.depth, number_size=limits.number_size)
            )
        self._pass(end)
        return Value(None if has_errors(faults) else data, text, line, column, faults)

    def place(self) -> tuple[int, int]:
        """Return line and column of the next character, both from 1."""
        return self._line, self._at - self._line_start + 1

    def malformed(self, expected: str, pointer: str) -> MalformedJsonError:
        """Return the error for a place where `expected` should stand."""
        actual = self.peek()
        if not actual:
            return self._placed("truncated", pointer, expected=expected)
        return self._placed("malformed_json", pointer, expected=expected, actual=repr(actual))

    def _is_suspect(self, text: str) -> bool:
        """Tell cheaply whether a value needs the careful look."""
        nested = text.count("{") + text.count("[")
        return nested > self._limits.depth or _SUSPECT.search(text) is not None

    def _syntax(self, error: Exception, pointer: str) -> MalformedJsonError:
        if isinstance(error, json.JSONDecodeError):
            at, expected = error.pos, error.msg
        else:
            at, expected = int(error.args[0]) if error.args else self._at, "Expecting value"
        self._pass(min(at, len(self._text)))
        what = expected.removeprefix("Expecting ").removesuffix(" enclosed in double quotes")
        if self._at >= len(self._text) or expected.startswith("Unterminated string"):
            return self._placed("truncated", pointer, expected=what)
        return self._placed(
            "malformed_json", pointer, expected=what, actual=repr(self._text[self._at])
        )

    def _placed(self, code: str, pointer: str, **values: object) -> MalformedJsonError:
        line, column = self.place()
        return MalformedJsonError(
            finding(code, at=Where(pointer=pointer, line=line, column=column), **values)
        )

    def _pass(self, end: int) -> None:
        newlines = self._text.count("\n", self._at, end)
        if newlines:
            self._line += newlines
            self._line_start = self._text.rindex("\n", self._at, end) + 1
        self._at = end

    def _fill(self, size: int) -> bool:
        """Read on, and tell whether there was more."""
        if self._ended:
            return False
        if len(self._text) - self._at > self._limits.value_size:
            raise self._placed("value_too_large", "", limit=self._limits.value_size)
        data = self._source.read(size)
        self._ended = not data
        try:
            more = self._decoder.decode(data, final=self._ended)
        except UnicodeDecodeError as error:
            at = self._read - (len(error.object) - len(data)) + error.start
            raise MalformedJsonError(finding("not_utf8", byte=at)) from None
        self._read += len(data)
        self._text = self._text[self._at :] + more
        self._line_start -= self._at
        self._at = 0
        return bool(more) or (not self._ended and self._fill(size))

