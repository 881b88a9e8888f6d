"""Walking a list of events in XML: one event after the other, and the wrappers around some.

References:
    EPCIS 2.0, section 9.5 (EventList); EPCIS 1.2, section 9.5 (EventList/extension)
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from lxml.etree import _Element

from epcis_core.codecs.xml_extension import XSI_NIL
from epcis_core.codecs.xml_faults import Faults
from epcis_core.codecs.xml_grammar import event_depths
from epcis_core.codecs.xml_misfits import attribute_name
from epcis_core.codecs.xml_names import XSI, XmlVersion, split_tag
from epcis_core.codecs.xml_parse import attributes_of
from epcis_core.codecs.xml_stream import MalformedXmlError
from epcis_core.codecs.xml_text import Piece, Tag, XmlText
from epcis_core.findings import Finding, Where, finding, phrase

_WRAPPER: Final = "extension"
_DEEPEST: Final = 2
_PLAIN: Final = frozenset({"<extension>", "<extension/>"})
_MOST_FAULTS: Final = 1000

ParseElement = Callable[[Piece], _Element | Finding]
"""Parses the text of an element, or returns what is wrong with it."""
_ATTRIBUTE: Final = re.compile(r"([^\s=\"'<>/]++)\s*=\s*(?:\"[^\"]*\"|'[^']*')")


@dataclass(slots=True)
class _Wrapper:
    """An element `extension` that is open: how many elements it has held so far."""

    count: int = 0


@dataclass(frozen=True, slots=True)
class CutEvent:
    """An event as it stands in its list.

    Attributes:
        piece: its element.
        name: the name of its element, prefix and all.
        findings: what is wrong with where it stands; without a place.
    """

    piece: Piece
    name: str
    findings: tuple[Finding, ...]


class EventList:
    """A list of events.

    Args:
        text: right behind the start tag of the list.
        version: which grammar the document follows.
        faults: takes what is wrong between the events.
        parse: parses an element inside the prefixes in force around the events.
        pointer: of the list in its document.
    """

    def __init__(
        self,
        text: XmlText,
        version: XmlVersion,
        faults: Faults,
        parse: ParseElement,
        pointer: str,
    ) -> None:
        self._text = text
        self._version = version
        self._faults = faults
        self._parse = parse
        self._pointer = pointer
        self._open: list[_Wrapper] = []

    def events(self) -> Iterator[CutEvent]:
        """Yield the events; then the end tag of the list comes next.

        Raises:
            MalformedXmlError: the text is no XML from here on.
        """
        while True:
            self._between()
            tag = self._text.peek()
            if tag.closes and not self._open:
                return
            if tag.closes:
                self._close(tag)
            elif tag.name == _WRAPPER and len(self._open) < _DEEPEST:
                self._wrap(tag)
            else:
                yield self._cut(tag)

    def _between(self) -> None:
        """Pass over what stands between two tags; text is a finding."""
        text = self._text
        while True:
            while text.hidden(cdata=False):
                pass
            if text.is_tag():
                return
            if text.is_at_end():
                raise text.cut("'</EventList>'")
            at, shown = text.place(), text.shown_text()
            if not text.hidden():
                if text.starts_with("<"):
                    raise text.malformed(phrase("xml_tag"))
                text.skip_text()
            self.fault("unexpected_text", at, actual=shown)

    def fault(self, code: str, at: Where, **values: object) -> None:
        """Take in that something between the events is wrong; too often, and reading ends."""
        at = replace(at, pointer=self._pointer)
        if self._faults.count == _MOST_FAULTS:
            raise MalformedXmlError(finding(code, at=at, **values))
        self._faults.add(code, lambda: at, **values)

    def _wrap(self, tag: Tag) -> None:
        if self._open:
            self._open[-1].count += 1
        if tag.text not in _PLAIN:
            self._check_tag(tag)
        if tag.opens:
            self._open.append(_Wrapper())
        else:
            self._empty()
        self._text.pass_tag(tag)

    def _check_tag(self, tag: Tag) -> None:
        """Make sure that the tag of a wrapper is XML, and say what is wrong with its attributes.

        No parser sees it otherwise.
        """
        at = self._text.place()
        end = f"</{_WRAPPER}>" if tag.opens else ""
        root = self._parse(Piece(tag.text + end, at.line or 1, at.column or 1))
        if isinstance(root, Finding):
            raise MalformedXmlError(root)
        for name in _ATTRIBUTE.findall(tag.text):
            if name == "xmlns" or name.startswith("xmlns:"):
                self.fault("namespace_on_wrapper", at)
        for key, _ in attributes_of(root[0]):
            self._attribute(key, attribute_name(root[0], key))

    def _attribute(self, tag: str, name: str) -> None:
        """Say what is wrong with an attribute of a wrapper; they are not read."""
        at = self._text.place()
        if tag == XSI_NIL or (self._version == "1.2" and not self._open):
            self.fault("unknown_attribute", at, name=name)
        elif split_tag(tag)[0] != XSI:
            self.fault("ignored_attribute", at, name=name)

    def _close(self, tag: Tag) -> None:
        if tag.name != _WRAPPER:
            reason = phrase("xml_mismatch", start=_WRAPPER, end=tag.name)
            raise self._text.malformed(reason)
        if not self._open.pop().count:
            self._empty()
        self._text.pass_tag(tag)

    def _empty(self) -> None:
        self.fault("empty_list", self._text.place(), field=_WRAPPER)

    def _cut(self, tag: Tag) -> CutEvent:
        depth = len(self._open)
        if self._open:
            self._open[-1].count += 1
        wanted = self._depth_of(tag.name)
        found: list[Finding] = []
        if wanted is not None and depth != wanted:
            expected = "/".join(["EventList"] + [_WRAPPER] * wanted)
            found.append(finding("event_misplaced", event=tag.name, expected=expected))
        elif self._version == "1.2" and self._open and self._open[0].count > 1:
            found.append(finding("element_repeated", field=tag.name))
        return CutEvent(self._text.element(tag), tag.name, tuple(found))

    def _depth_of(self, name: str) -> int | None:
        """Return in how many wrappers an event stands; None where that is not known."""
        return event_depths(self._version).get("#other" if ":" in name else name)
