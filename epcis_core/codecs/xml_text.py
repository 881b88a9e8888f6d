"""XML text as a stream: markup by markup, and whole elements cut out exactly as they stand.

Nothing is parsed here but what is needed to see where an element ends: `<` stands for itself only
in comments, CDATA sections and processing instructions, never in an attribute. Whether what is cut
out is well formed is for the parser to say. Markup between elements is checked here, because no
parser sees it. A document type declaration is passed over unread, so that no entity and no default
of an attribute ever comes from one.

References:
    XML 1.0, sections 2.4 to 2.8 and 3.1
"""

import re
from dataclasses import dataclass
from typing import BinaryIO, Final, NamedTuple

from epcis_core.codecs.limits import Limits
from epcis_core.codecs.xml_stream import CharacterStream, MalformedXmlError
from epcis_core.codecs.xml_values import BLANKS
from epcis_core.findings import finding, phrase

TAG: Final = re.compile(
    r"<(?P<close>/?)(?P<name>[^\s<>/!?\"'=&]++)(?P<rest>(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+)>"
)
"""A tag: its name, its attributes unread, and whether it closes."""

_DOCTYPE_MARK: Final = re.compile(r"[\"'\[\]>]|<!--|<\?")
_RULES: Final = re.compile(r"(?:[^\"'\[\]<]++|\"[^\"]*+\"|'[^']*+'|<![A-Z])*+")
_NO_CHARACTER: Final = "\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff"
_FORBIDDEN: Final = re.compile(f"[{_NO_CHARACTER}]")
_TARGET: Final = rf"<\?(?![xX][mM][lL][ \t\r\n?]|[0-9.\-])[^\s?<>!/\"'=&{_NO_CHARACTER}]++"
_INSTRUCTION: Final = re.compile(rf"{_TARGET}(?:[ \t\r\n]|\?>)")
_MARKUP_RUN: Final = re.compile(
    rf"(?:[ \t\r\n]++|<!--(?:[^\-{_NO_CHARACTER}]++|-(?!-))*+-->"
    rf"|{_TARGET}(?:[ \t\r\n](?:[^?{_NO_CHARACTER}]++|\?(?!>))*+)?\?>)*+"
)
"""White space, comments and processing instructions with which nothing is wrong."""

_HIDING: Final = {"<!--": "-->", "<![CDATA[": "]]>", "<?": "?>"}
_LONGEST_MARK: Final = 12
_LONGEST_SHOWN: Final = 24


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text of the file and its place.

    Attributes:
        text: its characters, exactly as they stand.
        line: line of its first character, from 1.
        column: column of its first character, from 1.
    """

    text: str
    line: int
    column: int


class Tag(NamedTuple):
    """A tag.

    Attributes:
        name: the element's name, prefix and all.
        text: the whole tag.
        opens: it is the start of an element with content.
        closes: it is the end of an element.
    """

    name: str
    text: str
    opens: bool
    closes: bool


class XmlText(CharacterStream):
    """A cursor over XML text.

    Args:
        source: the bytes, at the start of the text.
        limits: how much is taken before the text is refused.

    Attributes:
        has_dtd: a document type declaration with rules, its own or elsewhere, was passed over.

    Raises:
        MalformedXmlError: its encoding is not read here.
    """

    def __init__(self, source: BinaryIO, limits: Limits) -> None:
        super().__init__(source, limits)
        self.has_dtd = False

    def prolog(self) -> None:
        """Pass over what stands before the root element.

        Raises:
            MalformedXmlError: there is something else, or no root element.
        """
        self._pass(self._declaration_size)
        while True:
            if self.hidden(cdata=False):
                continue
            if self.is_tag():
                return
            if not self.starts_with("<!DOCTYPE"):
                raise self._unexpected(phrase("xml_root"))
            self._doctype()

    def epilog(self) -> None:
        """Make sure that nothing but comments stands behind the root element.

        Raises:
            MalformedXmlError: something else does.
        """
        while self.hidden(cdata=False):
            pass
        if not self.is_at_end():
            raise self._unexpected(phrase("document_end"))

    def skip_text(self) -> bool:
        """Pass over everything up to the next `<`, and tell whether there is one."""
        while (end := self._text.find("<", self._at)) < 0:
            self._pass(len(self._text) - self._at)
            if self.is_at_end():
                return False
        self._pass(end - self._at)
        return True

    def shown_text(self) -> str:
        """Return the beginning of the text that comes next, up to any markup, for a finding."""
        opening = "<![CDATA["
        is_cdata = self.starts_with(opening)
        shown = self.coming(_LONGEST_SHOWN + len(opening))
        if is_cdata:
            return repr(shown.removeprefix(opening).partition("]]>")[0])
        return repr(shown[:_LONGEST_SHOWN].partition("<")[0].rstrip(BLANKS))

    def hidden(self, *, cdata: bool = True) -> bool:
        """Pass over white space and then comments, processing instructions or a CDATA section.

        Returns:
            Whether there were any.

        Raises:
            MalformedXmlError: it does not end, or is not as it should be.
        """
        if self._quickly_hidden():
            return True
        if self._is_tag_mark(self._text[self._at : self._at + 2]):
            return False
        self.space()
        for opening, closing in _HIDING.items():
            if not self.starts_with(opening) or (opening == "<![CDATA[" and not cdata):
                continue
            end = self._find(closing, len(opening))
            body = self._text[self._at : self._at + end]
            if opening == "<!--" and ("--" in body[4:-3] or body[4:-3].endswith("-")):
                raise self.malformed(phrase("xml_comment"))
            if opening == "<?" and not _INSTRUCTION.match(body):
                raise self.malformed(phrase("xml_instruction"))
            if forbidden := _FORBIDDEN.search(body):
                at, character = self.place(forbidden.start()), f"U+{ord(forbidden[0]):04X}"
                raise MalformedXmlError(finding("forbidden_character", at=at, character=character))
            self._pass(end)
            return True
        return False

    def _quickly_hidden(self) -> bool:
        """Pass over white space and the markup behind it with which nothing is wrong."""
        start = self._at
        match = _MARKUP_RUN.match(self._text, start)
        end = match.end() if match else start
        has_markup = self._text.find("<", start, end) >= 0
        self._pass(end - start)
        return has_markup

    def is_tag(self) -> bool:
        """Tell whether a tag comes next."""
        two = self.coming(2)
        return two == "<" or self._is_tag_mark(two)

    @staticmethod
    def _is_tag_mark(two: str) -> bool:
        """Tell whether a tag begins with two characters."""
        return len(two) > 1 and two[0] == "<" and two[1] not in "!?"

    def peek(self) -> Tag:
        """Return the tag that comes next, without passing over it.

        Raises:
            MalformedXmlError: no tag comes next.
        """
        return self._tag_at(0)

    def next_tag(self) -> Tag | None:
        """Pass over everything up to a tag, and return the tag without passing over it.

        Returns:
            The tag; None at the end of the text.

        Raises:
            MalformedXmlError: no tag comes next.
        """
        while self.skip_text():
            # At the end of what was read so far it may be anything.
            if self._text[self._at + 1 : self._at + 2] not in {"!", "?", ""} or not self.hidden():
                return self.peek()
        return None

    def pass_tag(self, tag: Tag) -> None:
        """Pass over a tag that was found to come next."""
        self._pass(len(tag.text))

    def element(self, start: Tag) -> Piece:
        """Pass over the element that comes next, and return it exactly as it stands.

        Args:
            start: its start tag, as found by `peek`.

        Raises:
            MalformedXmlError: it does not end, or not soon enough.
        """
        at = self.place()
        end = len(start.text)
        if start.opens:
            end = self._plain_end(start) or self._careful_end(start)
        self._check_size(end, "a_value_here")
        text = self._text[self._at : self._at + end]
        self._pass(end)
        return Piece(text, at.line or 1, at.column or 1)

    def _tag_at(self, offset: int) -> Tag:
        while (match := TAG.match(self._text, self._at + offset)) is None:
            if self._text.find("<", self._at + offset + 1) >= 0:
                raise self.malformed(phrase("xml_tag"), offset)
            if not self._fill():
                raise self.cut("'>'")
        is_close = bool(match["close"])
        is_empty = match["rest"].endswith("/")
        return Tag(match["name"], match[0], not is_close and not is_empty, is_close)

    def _plain_end(self, start: Tag) -> int:
        """Return the offset behind an element in which nothing hides; 0 where something may."""
        end = self._closing(start.name, len(start.text))
        begin, behind = self._at + len(start.text), self._at + end
        text = self._text
        if text.find("<!", begin, behind) >= 0 or text.find("<?", begin, behind) >= 0:
            return 0
        return end if text.find(f"<{start.name}", begin, behind) < 0 else 0

    def _closing(self, name: str, offset: int) -> int:
        """Return the offset behind the first end tag of a name."""
        while True:
            offset = self._find(f"</{name}", offset, f"'</{name}>'")
            end = self._find(">", offset)
            between = self._text[self._at + offset : self._at + end - 1]
            if not between or between.isspace():
                return end

    def _careful_end(self, start: Tag) -> int:
        """Return the offset behind an element, looking at all markup in it."""
        marks = re.compile(rf"<!--|<!\[CDATA\[|<\?|</?{re.escape(start.name)}(?=[\s/>])")
        longest = len(start.name) + _LONGEST_MARK
        offset, depth = len(start.text), 1
        while depth:
            match = marks.search(self._text, self._at + offset)
            if match is None:
                offset = max(offset, len(self._text) - self._at - longest)
                if not self._fill():
                    raise self.cut(f"'</{start.name}>'")
                continue
            found = match.start() - self._at
            if match[0] in _HIDING:
                offset = self._find(_HIDING[match[0]], found + len(match[0]))
            elif match[0][1] == "/":
                depth -= 1
                offset = self._find(">", found)
            else:
                tag = self._tag_at(found)
                depth += tag.opens
                offset = found + len(tag.text)
        return offset

    def _doctype(self) -> None:
        offset, in_rules, mark = len("<!DOCTYPE"), False, ""
        while mark != ">" or in_rules:
            if in_rules and (rules := _RULES.match(self._text, self._at + offset)):
                offset = rules.end() - self._at
            match = _DOCTYPE_MARK.search(self._text, self._at + offset)
            if match is None:
                offset = max(offset, len(self._text) - self._at - _LONGEST_MARK)
                if not self._fill():
                    raise self.cut("'>'")
                continue
            mark, offset = match[0], match.end() - self._at
            if mark in {'"', "'"}:
                self.has_dtd = True
                offset = self._find(mark, offset)
            elif mark in _HIDING:
                offset = self._find(_HIDING[mark], offset)
            elif mark != ">":
                self.has_dtd = True
                in_rules = mark == "["
        self._pass(offset)
