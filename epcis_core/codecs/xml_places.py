"""Where in the file an element or an attribute stands.

The parser knows the line of an element but not its column, and nothing of the file around it. So
the start tags are counted in the text itself: the third element of the tree is the third start tag.
This is done only where something is wrong.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Final

from lxml.etree import _Element

from epcis_core.codecs.json_faults import line_and_column
from epcis_core.codecs.xml_names import split_tag
from epcis_core.codecs.xml_text import TAG, Piece
from epcis_core.findings import Where, escape_pointer

Trail = tuple["Trail | None", str | int]
"""The way to a member: the way to what it is in, then its name or number."""

WRAPPER: Final = "_"
"""The name of an element that is put around a text."""

_MARKUP: Final = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(?P<close>/?)(?P<tag>[^\s!?])", re.DOTALL
)
_HIDDEN: Final = re.compile(r"(?:[ \t\r\n]++|<!--.*?-->|<\?.*?\?>)*+", re.DOTALL)


def pointer_of(trail: Trail | None) -> str:
    """Return a way as JSON Pointer.

    >>> pointer_of(((None, "epcList"), 0))
    '/epcList/0'
    """
    tokens: list[str] = []
    while trail is not None:
        trail, token = trail
        tokens.append(escape_pointer(str(token)))
    return "".join(f"/{token}" for token in reversed(tokens))


class Source:
    """Text that was parsed, and the places in the file that it comes from.

    Args:
        *pieces: what was put together, each with its place.
        start: what was put before it.
        end: what was put behind it.
    """

    def __init__(self, *pieces: Piece, start: str = "", end: str = "") -> None:
        self._pieces = pieces
        self._start = start
        self.text = f"{start}{''.join(piece.text for piece in pieces)}{end}"

    def where(self, offset: int) -> Where:
        """Return line and column of a character of the text."""
        offset = max(offset - len(self._start), 0)
        for piece in self._pieces:
            if offset < len(piece.text) or piece is self._pieces[-1]:
                offset = min(offset, len(piece.text))
                line, column = line_and_column(piece.text, offset, piece.line, piece.column)
                return Where(pointer="", line=line, column=column)
            offset -= len(piece.text)
        return Where(pointer="")

    def offset(self, line: int, column: int) -> int:
        """Return the index of the character at a line and column of the text, both from 1."""
        start = 0
        for _ in range(line - 1):
            start = self.text.find("\n", start) + 1
        return min(start + column - 1, len(self.text))

    @cached_property
    def tags(self) -> list[int]:
        """Where the start tags begin, in the order of the text."""
        matches = _MARKUP.finditer(self.text)
        return [match.start() for match in matches if match["tag"] and not match["close"]]

    def all_tags(self) -> Iterator[re.Match[str]]:
        """Yield the tags of the text, start and end, as matches of `TAG`."""
        for match in _MARKUP.finditer(self.text):
            if match["tag"] and (tag := TAG.match(self.text, match.start())):
                yield tag

    def text_in(self, element: int) -> int:
        """Return where the text begins that stands in an element, before any other."""
        tag = TAG.match(self.text, self.tags[element])
        return self._behind_hidden(tag.end() if tag else self.tags[element])

    def text_behind(self, element: int) -> int:
        """Return where the text begins that stands behind an element."""
        return self._behind_hidden(self._ends[element])

    def _behind_hidden(self, offset: int) -> int:
        match = _HIDDEN.match(self.text, offset)
        return match.end() if match else offset

    @cached_property
    def _ends(self) -> list[int]:
        """Where the elements end, in the order in which they begin."""
        ends: list[int] = []
        opened: list[int] = []
        for tag in self.all_tags():
            if tag["close"]:
                ends[opened.pop()] = tag.end()
            else:
                ends.append(tag.end())
                if not tag["rest"].endswith("/"):
                    opened.append(len(ends) - 1)
        return ends

    def attribute(self, tag: int, name: str) -> int:
        """Return where an attribute begins in a start tag; the tag, where it is not found."""
        local = re.escape(split_tag(name)[1])
        pattern = re.compile(rf"\s(?P<name>(?:[^\s=:\"'<>]+:)?{local})\s*=")
        end = self.text.find("<", tag + 1)
        match = pattern.search(self.text, tag, end if end >= 0 else len(self.text))
        return match.start("name") if match else tag


class Places:
    """The places of the members that were read from an element.

    Args:
        source: the text.
        root: what the parser made of it.
        base: pointer of the element in its document.
    """

    def __init__(self, source: Source, root: _Element, base: str) -> None:
        self._source = source
        self._base = base
        self._root = root
        self._notes: list[tuple[Trail | None, _Element, str | None]] = []

    def note(self, trail: Trail | None, element: _Element, attribute: str | None = None) -> None:
        """Keep in mind where a member was read from."""
        self._notes.append((trail, element, attribute))

    def at(self, trail: Trail | None, element: _Element, attribute: str | None = None) -> Where:
        """Return the place of an element, or of one of its attributes."""
        return self._where(pointer_of(trail), element, attribute)

    def at_text(self, trail: Trail | None, element: _Element, *, is_behind: bool) -> Where:
        """Return the place of the text in an element before all others, or behind the element."""
        number = self._numbers[element]
        source = self._source
        offset = source.text_behind(number) if is_behind else source.text_in(number)
        found = source.where(offset)
        return replace(found, pointer=self._base + pointer_of(trail))

    def where(self, pointer: str) -> Where:
        """Return the place of a member by its pointer; of what it is in, where there is none."""
        known = pointer
        while known and known not in self._known:
            known = known.rpartition("/")[0]
        element, attribute = self._known[known]
        return self._where(pointer, element, attribute)

    @cached_property
    def _known(self) -> dict[str, tuple[_Element, str | None]]:
        """What was noted, by pointer; the first where there are several of one."""
        found: dict[str, tuple[_Element, str | None]] = {}
        for trail, element, attribute in self._notes:
            found.setdefault(pointer_of(trail), (element, attribute))
        return found

    @cached_property
    def _numbers(self) -> dict[_Element, int]:
        """Which start tag of the text is that of an element, from 0."""
        return {element: number for number, element in enumerate(self._root.iter())}

    def _where(self, pointer: str, element: _Element, attribute: str | None) -> Where:
        offset = self._source.tags[self._numbers[element]]
        if attribute is not None:
            offset = self._source.attribute(offset, attribute)
        found = self._source.where(offset)
        return Where(pointer=self._base + pointer, line=found.line, column=found.column)
