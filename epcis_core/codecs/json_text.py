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

from epcis_core.codecs.json_faults import break_of, faults_of
from epcis_core.codecs.json_scan import (
    end_of_space,
    has_too_many,
    is_suspect,
    rough_scan,
    scan,
)
from epcis_core.codecs.json_syntax import expected_instead
from epcis_core.codecs.limits import Limits
from epcis_core.findings import Finding, Phrase, Severity, Where, finding, has_errors, phrase
from epcis_core.model.base import Number

_LONGEST_WORD: Final = 40
_WORD: Final = re.compile(rf"[A-Za-z_]{{1,{_LONGEST_WORD}}}|.", re.DOTALL)
_BYTE_ORDER_MARK: Final = "\ufeff"
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
# No token is cut longer than this by the end of the buffer, except a text.
_LONGEST_CUT: Final = 16
_LONGEST_ESCAPE: Final = 6
_MOST_FAULTS: Final = 20


class MalformedJsonError(Exception):
    """The text cannot be read on: it carries the finding that says why and where."""

    def __init__(self, found: Finding) -> None:
        self.found = found
        super().__init__(found.message)


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

    @property
    def is_broken(self) -> bool:
        """Whether the faults leave no data to go on with."""
        return bool(self.faults) and has_errors(self.faults)


def wrong_encoding(head: bytes) -> Finding | None:
    """Return what is wrong with the encoding of a file, as far as its first bytes show.

    JSON begins with ASCII, so a byte 0 among the first four is UTF-16 or UTF-32.
    """
    start = Where(pointer="", line=1, column=1)
    if head.startswith(_UTF16_MARKS):
        return finding("not_utf8", at=start, byte=0)
    zero = head[:4].find(0)
    return finding("not_utf8", at=start, byte=zero) if zero >= 0 else None


class JsonText:
    """A cursor over JSON text that is read as it is needed.

    Args:
        source: the bytes, at the start of the text.
        limits: how much is taken before the text is refused.

    Attributes:
        has_byte_order_mark: the text begins with one, which is skipped.

    Raises:
        MalformedJsonError: there is no text, or it is not in UTF-8.
    """

    def __init__(self, source: BinaryIO, limits: Limits | None = None) -> None:
        self._source = source
        self._limits = limits or Limits()
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._text = ""
        self._at = 0
        self._ended = False
        self._is_dense = False  # a value in the text may hold too many entries
        self._wrong_byte: int | None = None  # what follows the text is no UTF-8
        self._line = 1
        self._line_start = 0  # index in `_text` where the line begins; negative if it was dropped
        self._read = 0
        self._fill(self._limits.chunk, "")
        if found := wrong_encoding(self._text[:4].encode()):
            raise MalformedJsonError(found)
        self.has_byte_order_mark = self._text.startswith(_BYTE_ORDER_MARK)
        if self.has_byte_order_mark:
            self._at = self._line_start = 1
        if not self.peek() and self._wrong_byte is None:
            raise self._error("empty_file", "")

    def peek(self) -> str:
        """Return the next character that is no white space, or `""` at the end."""
        while True:
            end = end_of_space(self._text, self._at)
            if end > self._at:
                self._pass(end)
            if end < len(self._text) or not self._fill(self._limits.chunk, ""):
                return self._text[end : end + 1]

    def take(self, character: str) -> bool:
        """Step over `character` if it comes next, and tell whether it did."""
        if self.peek() != character:
            return False
        self._pass(self._at + 1)
        return True

    def expect(self, character: str, expected: Phrase | str, pointer: str) -> None:
        """Step over `character`.

        Raises:
            MalformedJsonError: something else comes next, where `expected` should stand.
        """
        if not self.take(character):
            raise self.malformed(expected, pointer)

    def expect_end(self) -> None:
        """Make sure that nothing but white space follows.

        Raises:
            MalformedJsonError: something does.
        """
        if self.peek() or self._wrong_byte is not None:
            raise self.malformed(phrase("document_end"), "")

    def key(self, pointer: str) -> str:
        """Read a member's name and the colon behind it.

        Raises:
            MalformedJsonError: no name, or no colon.
        """
        if self.peek() != '"':
            raise self.malformed(phrase("a_name"), pointer)
        name = self.value(pointer)
        if name.is_broken:
            raise MalformedJsonError(name.faults[0])
        self.expect(":", phrase("colon"), pointer)
        return str(name.data)

    def value(self, pointer: str) -> Value:
        """Read one whole value.

        Args:
            pointer: JSON Pointer of the value, for findings.

        Raises:
            MalformedJsonError: the text is no JSON from here on, or ends too early.
        """
        self.peek()
        place = self.place(pointer)
        data, end, is_doubtful = self._scan(pointer)
        if end - self._at > self._limits.value_size:
            raise self._too_large(pointer)
        text = self._text[self._at : end]
        faults: tuple[Finding, ...] = ()
        if has_too_many(text, data, self._limits.entries):
            faults = (finding("too_many_entries", at=place, limit=self._limits.entries),)
        elif is_doubtful or is_suspect(text, data, self._limits.depth):
            faults = self._faults(text, pointer)
        self._pass(end)
        if faults and has_errors(faults):
            data = None
        return Value(data, text, place.line or 1, place.column or 1, faults)

    def place(self, pointer: str) -> Where:
        """Return the place of the next character as that of a pointer."""
        return Where(pointer=pointer, line=self._line, column=self._at - self._line_start + 1)

    def malformed(self, expected: Phrase | str, pointer: str) -> MalformedJsonError:
        """Return the error for the next place, where `expected` should stand."""
        self.peek()
        return self._instead_of(expected, pointer)

    def _instead_of(self, expected: Phrase | str, pointer: str) -> MalformedJsonError:
        while len(self._text) - self._at < _LONGEST_WORD and self._fill(
            self._limits.chunk, pointer
        ):
            pass
        if self._at < len(self._text):
            actual = _WORD.match(self._text, self._at)
            code, values = "malformed_json", {"actual": repr(actual[0] if actual else "")}
        elif self._wrong_byte is not None:
            return self._error("not_utf8", pointer, byte=self._wrong_byte)
        else:
            code, values = "truncated", {}
        return self._error(code, pointer, expected=expected, **values)

    def _scan(self, pointer: str) -> tuple[Any, int, bool]:
        """Return the next value, the index behind it, and whether it is doubtful."""
        while True:
            if self._is_dense and (rough := self._overfull(pointer)) is not None:
                return (*rough, False)
            try:
                data, end, is_doubtful = scan(self._text, self._at)
            except RecursionError:
                raise self._too_deep(pointer) from None
            except (json.JSONDecodeError, StopIteration) as error:
                more = max(self._limits.chunk, len(self._text) - self._at)
                if self._may_be_cut(error) and self._fill(more, pointer):
                    continue
                raise self._syntax(error, pointer) from None
            # Where the buffer ends behind a number, the number may go on.
            may_go_on = isinstance(data, Number) and len(self._text) - end < _LONGEST_CUT
            if not may_go_on or not self._fill(self._limits.chunk, pointer):
                return data, end, is_doubtful

    def _overfull(self, pointer: str) -> tuple[Any, int] | None:
        """Read on until the value is whole, without care for its numbers, which takes a tenth.

        Returns:
            The value and the index behind it, where it holds too many entries to go on with.
        """
        while True:
            try:
                data, end = rough_scan(self._text, self._at)
            except RecursionError:
                return None
            except (json.JSONDecodeError, StopIteration) as error:
                more = max(self._limits.chunk, len(self._text) - self._at)
                if not self._may_be_cut(error) or not self._fill(more, pointer):
                    return None
                continue
            too_many = has_too_many(self._text[self._at : end], data, self._limits.entries)
            return (data, end) if too_many else None

    def _may_be_cut(self, error: Exception) -> bool:
        """Tell whether more text could mend an error, which costs reading on."""
        at = error.pos if isinstance(error, json.JSONDecodeError) else _stopped_at(error)
        in_text = str(error).startswith("Unterminated string")
        return in_text or at > len(self._text) - _LONGEST_CUT

    def _faults(self, text: str, pointer: str) -> tuple[Finding, ...]:
        limits = self._limits
        start = self.place(pointer)
        found: list[Finding] = []
        for one in faults_of(text, start, depth=limits.depth, number_size=limits.number_size):
            found.append(one)
            if len(found) >= _MOST_FAULTS and one.severity is Severity.ERROR:
                break  # it is broken anyway
        return tuple(found)

    def _too_deep(self, pointer: str) -> MalformedJsonError:
        limits = self._limits
        start, text = self.place(pointer), self._text[self._at :]
        for fault in faults_of(text, start, depth=limits.depth, number_size=limits.number_size):
            if fault.code == "too_deep":
                return MalformedJsonError(fault)
        return self._error("too_deep", pointer, limit=self._limits.depth)

    def _too_large(self, pointer: str) -> MalformedJsonError:
        what, limit = phrase("a_value_here"), self._limits.value_size
        return self._error("value_too_large", pointer, what=what, limit=limit, name="value_size")

    def _syntax(self, error: Exception, pointer: str) -> MalformedJsonError:
        if isinstance(error, json.JSONDecodeError):
            message, at = error.msg, error.pos
        else:
            message, at = "Expecting value", _stopped_at(error)
        if message.startswith("Invalid \\"):
            at = self._text.rindex("\\", 0, at + 1)
            if at > len(self._text) - _LONGEST_ESCAPE and '"' not in self._text[at:]:
                message = "Unterminated string starting at"  # which is cut within an escape
        if message.startswith("Unterminated string"):
            at = len(self._text)
        at = end_of_space(self._text, at) if message.startswith("Expecting") else at
        inner, bracket = break_of(self._text[self._at : at], pointer)
        expected = expected_instead(message, bracket, self._text, at)
        self._pass(at)
        return self._instead_of(expected, inner)

    def _error(self, code: str, pointer: str, **values: object) -> MalformedJsonError:
        return MalformedJsonError(finding(code, at=self.place(pointer), **values))

    def _pass(self, end: int) -> None:
        newlines = self._text.count("\n", self._at, end)
        if newlines:
            self._line += newlines
            self._line_start = self._text.rindex("\n", self._at, end) + 1
        self._at = end

    def _fill(self, size: int, pointer: str) -> bool:
        """Read on, and tell whether there was more."""
        if self._ended:
            return False
        if len(self._text) - self._at > self._limits.value_size:
            raise self._too_large(pointer)
        more = ""
        while not more and not self._ended:
            data = self._source.read(size)
            self._ended = not data
            more = self._decode(data)
        if not more:
            return False  # and every index into the text stays what it is
        self._text = self._text[self._at :] + more
        self._line_start -= self._at
        self._at = 0
        self._is_dense = self._text.count(",") > self._limits.entries
        return True

    def _decode(self, data: bytes) -> str:
        """Return the text of more bytes; what is no UTF-8 ends it."""
        try:
            more = self._decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            more = error.object[: error.start].decode()
            if data:  # else the file ends within a character: it is merely cut
                self._wrong_byte = self._read - (len(error.object) - len(data)) + error.start
            self._ended = True
        self._read += len(data)
        return more


def _stopped_at(error: Exception) -> int:
    """Return where the scanner found no value."""
    return int(error.args[0]) if error.args else 0
