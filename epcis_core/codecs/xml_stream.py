"""The characters of an XML file as they are needed: a cursor that knows its line and column.

References:
    XML 1.0, section 2.3 (white space)
"""

import re
from typing import BinaryIO, Final

from epcis_core.codecs.limits import Limits
from epcis_core.codecs.xml_encoding import DECLARATION_SIZE, Decoder, Encoding, encoding_of
from epcis_core.findings import Finding, Phrase, Where, finding, phrase

_SPACE: Final = re.compile(r"[ \t\r\n]*+")
_SHOWN: Final = 12


class MalformedXmlError(Exception):
    """The text cannot be read on: it carries the finding that says why and where."""

    def __init__(self, found: Finding) -> None:
        self.found = found
        super().__init__(found.message)


class CharacterStream:
    """A cursor over text that is read as it is needed.

    Offsets are counted from the cursor.

    Args:
        source: the bytes, at the start of the text.
        limits: how much is taken before the text is refused.

    Raises:
        MalformedXmlError: its encoding is not read here.
    """

    def __init__(self, source: BinaryIO, limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self._at = 0
        self._line = 1
        self._line_start = 0  # index in `_text` where the line begins; negative if it was dropped
        self._ended = False
        self._kept: list[str] | None = None
        self._kept_size = 0
        head = source.read(DECLARATION_SIZE)
        encoding = encoding_of(head)
        if not isinstance(encoding, Encoding):
            raise MalformedXmlError(encoding)
        self._mark_size = encoding.mark_size
        self._declaration_size = encoding.declaration_size
        self._decoder = Decoder(encoding.name)
        self._text = self._decoder.decode(head[encoding.mark_size :], final=False)
        self._fill()

    def place(self, offset: int = 0) -> Where:
        """Return line and column of a character of what comes next."""
        at = self._at + offset
        newlines = self._text.count("\n", self._at, at)
        start = self._text.rindex("\n", self._at, at) + 1 if newlines else self._line_start
        return Where(pointer="", line=self._line + newlines, column=at - start + 1)

    def keep(self) -> None:
        """From here on, keep what is passed over."""
        self._kept = []
        self._kept_size = 0

    def kept(self) -> str:
        """Return what was passed over since `keep`, and keep no more."""
        text = "".join(self._kept or ())
        self._kept = None
        return text

    @property
    def kept_size(self) -> int:
        """How many characters were passed over since `keep`."""
        return self._kept_size

    def space(self) -> None:
        """Pass over white space."""
        while True:
            match = _SPACE.match(self._text, self._at)
            end = match.end() if match else self._at
            self._pass(end - self._at)
            if end < len(self._text) or not self._fill():
                return

    def is_at_end(self) -> bool:
        """Tell whether the text ends here.

        Raises:
            MalformedXmlError: it ends in bytes that are no characters.
        """
        ends = self._at == len(self._text) and not self._fill()
        if ends and self._decoder.wrong_byte is not None:
            raise self._undecodable()
        return ends

    def coming(self, size: int) -> str:
        """Return the next characters, so many or all."""
        self._look_ahead(size)
        return self._text[self._at : self._at + size]

    def malformed(self, reason: Phrase, offset: int = 0) -> MalformedXmlError:
        """Return the error for a place where the text is no XML."""
        return MalformedXmlError(finding("malformed_xml", at=self.place(offset), reason=reason))

    def starts_with(self, text: str) -> bool:
        """Tell whether a text comes next."""
        self._look_ahead(len(text))
        return self._text.startswith(text, self._at)

    def _look_ahead(self, size: int) -> None:
        """Make sure that so many characters are there to look at, unless the text ends before."""
        while len(self._text) - self._at < size and self._fill():
            pass

    def _find(self, wanted: str, offset: int, expected: str = "") -> int:
        """Return the offset behind a text that must follow, as a part of what is expected."""
        while (index := self._text.find(wanted, self._at + offset)) < 0:
            offset = max(offset, len(self._text) - self._at - len(wanted) + 1)
            if not self._fill():
                raise self.cut(expected or f"'{wanted}'")
        return index - self._at + len(wanted)

    def _unexpected(self, expected: Phrase) -> MalformedXmlError:
        """Return the error for a place where something else should stand."""
        if self.is_at_end():
            return self.cut(expected)
        actual = repr(self.coming(_SHOWN))
        return MalformedXmlError(
            finding("unexpected_markup", at=self.place(), expected=expected, actual=actual)
        )

    def cut(self, expected: Phrase | str) -> MalformedXmlError:
        """Return the error for a text that ends where it should go on."""
        if self._decoder.wrong_byte is not None:
            return self._undecodable()
        at = self.place(len(self._text) - self._at)
        return MalformedXmlError(finding("truncated", at=at, expected=expected))

    def _undecodable(self) -> MalformedXmlError:
        at = self.place(len(self._text) - self._at)
        byte = self._mark_size + (self._decoder.wrong_byte or 0)
        encoding = self._decoder.encoding.upper()
        return MalformedXmlError(finding("undecodable", at=at, byte=byte, encoding=encoding))

    def _pass(self, size: int) -> None:
        if not size:
            return
        end = self._at + size
        if self._kept is not None:
            self._kept.append(self._text[self._at : end])
            self._kept_size += size
            self._check_size(self._kept_size, "the_head")
        newlines = self._text.count("\n", self._at, end)
        if newlines:
            self._line += newlines
            self._line_start = self._text.rindex("\n", self._at, end) + 1
        self._at = end

    def _fill(self) -> bool:
        """Read on, and tell whether there was more."""
        waiting = len(self._text) - self._at
        self._check_size(waiting, "a_value_here")
        while not self._ended:
            # Twice as much each time: a large element is looked at again after each filling.
            data = self._source.read(max(self._limits.chunk, waiting))
            more = self._decoder.decode(data, final=not data)
            self._ended = not data or self._decoder.wrong_byte is not None
            if more:
                self._text = self._text[self._at :] + more
                self._line_start -= self._at
                self._at = 0
                return True
        return False

    def _check_size(self, size: int, what: str) -> None:
        limit = self._limits.value_size
        if size > limit:
            raise MalformedXmlError(
                finding(
                    "value_too_large",
                    at=self.place(),
                    what=phrase(what),
                    limit=limit,
                    name="value_size",
                )
            )
