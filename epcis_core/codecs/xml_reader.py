"""Reading EPCIS in XML: documents of 1.0 to 2.0, query and master-data documents, bare events.

The text is cut into events without being parsed; each event is then parsed by itself, inside the
prefixes that are in force around it. So a document of a million events never stands in memory at
once, one broken event does not hide the others, and each keeps its characters exactly as received.

References:
    EPCIS 2.0, sections 9.2 to 9.5; EPCIS 1.2, section 9
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO, Final, NamedTuple

from lxml.etree import _Element

from epcis_core.codecs.document import DocumentKind, Envelope, Format, ReadEvent
from epcis_core.codecs.json_faults import line_and_column
from epcis_core.codecs.limits import Limits
from epcis_core.codecs.xml_event import EventReader
from epcis_core.codecs.xml_event_list import CutEvent, EventList
from epcis_core.codecs.xml_faults import Faults
from epcis_core.codecs.xml_grammar import event_depths
from epcis_core.codecs.xml_head import XmlHead
from epcis_core.codecs.xml_marks import marked_context
from epcis_core.codecs.xml_names import CONTEXT, epcis_version, split_tag
from epcis_core.codecs.xml_parse import parse
from epcis_core.codecs.xml_places import Source
from epcis_core.codecs.xml_prefixes import meant, namespaces_of
from epcis_core.codecs.xml_stream import MalformedXmlError
from epcis_core.codecs.xml_text import Piece, Tag, XmlText
from epcis_core.findings import Finding, Where, capped, finding, phrase
from epcis_core.model.namespaces import Namespaces

_EVENT_LISTS: Final[Mapping[str, str]] = {
    "EPCISDocument/EPCISBody/EventList": "/epcisBody/eventList",
    "EPCISQueryDocument/EPCISBody/QueryResults/resultsBody/EventList": (
        "/epcisBody/queryResults/resultsBody/eventList"
    ),
}
"""Where lists of events stand: the path of elements, and the pointer of what they are in JSON."""

_LIST: Final = "EventList"

_KINDS: Final[Mapping[tuple[str, str], DocumentKind]] = {
    ("", "EPCISDocument"): "EPCISDocument",
    ("-query", "EPCISQueryDocument"): "EPCISQueryDocument",
    ("-masterdata", "EPCISMasterDataDocument"): "EPCISMasterDataDocument",
}
"""Kinds of documents, by what their namespace has behind `urn:epcglobal:epcis` and their name."""


class _Open(NamedTuple):
    """An element that is open.

    Attributes:
        tag: its start tag.
        offset: where that begins, counted from the start of the root element.
    """

    tag: Tag
    offset: int

    def piece(self, opening: Piece) -> Piece:
        """Return the start tag with its place, given the text that it stands in."""
        line, column = line_and_column(opening.text, self.offset, opening.line, opening.column)
        return Piece(self.tag.text, line, column)


class XmlReader:
    """Reads one XML document or bare event.

    Use `envelope` and `events()` in that order; `findings` of the document as a whole, and the
    envelope's head, are complete when the events have all been read, which can be done once.

    Args:
        source: the bytes, at their start.
        limits: how much is taken before the document is refused.

    Attributes:
        envelope: what the document is, and what its prefixes stand for.
        findings: what is wrong with the document beside its events.
        format: what the file is.
    """

    def __init__(self, source: BinaryIO, limits: Limits | None = None) -> None:
        self._source = source
        self._limits = limits or Limits()
        self._start = source.tell()
        self._found: list[Finding] = []
        self._events: Iterator[ReadEvent] = iter(())
        self._head: XmlHead | None = None
        self.findings: list[Finding] = []
        self.format: Format = "xml"
        self.envelope = Envelope("xml", "EPCISDocument", Namespaces())
        try:
            self._open(XmlText(source, self._limits))
        except MalformedXmlError as error:
            self.findings.append(error.found)

    @property
    def bytes_read(self) -> int:
        """How far the reader has come, in bytes."""
        return self._source.tell() - self._start

    def events(self) -> Iterator[ReadEvent]:
        """Yield the document's events in order, each with what is wrong with it."""
        try:
            yield from self._events
        except MalformedXmlError as error:
            self._found.append(error.found)
        self.findings += capped(self._found)
        self._found = []

    def locate_head(self) -> Callable[[str], Where]:
        """Return what turns a pointer from the document into a place in the file."""
        if self._head is None:
            return lambda pointer: Where(pointer=pointer)
        return self._head.places(self.envelope)

    def _open(self, text: XmlText) -> None:
        """Read as far as needed to know what the document is and what its prefixes mean."""
        text.keep()
        text.prolog()
        prolog, at = text.kept(), text.place()
        if text.has_dtd:
            self._found.append(finding("dtd_ignored", at=at))
        tag = text.peek()
        if tag.closes:
            raise text.malformed(phrase("xml_never_opened", end=tag.name))
        root = self._parsed([_Open(tag, 0)], Piece(tag.text, at.line or 1, at.column or 1))
        namespace, local = split_tag(root.tag)
        version = epcis_version(namespace)
        if local in {*event_depths("1.2"), *event_depths("2.0")} and (version or not namespace):
            self.envelope = Envelope("xml", "event", Namespaces())
            self._events = self._bare_event(text, tag)
            return
        kind = _KINDS.get((namespace.removeprefix("urn:epcglobal:epcis")[: -len(":xsd:1")], local))
        if version is None or kind is None:
            raise MalformedXmlError(_not_a_document(namespace, local, at))
        text.keep()
        path: list[_Open] = []
        self._walk(text, path, to_list=True)
        opening = Piece(text.kept(), at.line or 1, at.column or 1)
        inner = self._parsed(path, opening) if path else root
        declared: Mapping[str | None, str] = inner.nsmap
        marked = root.get(CONTEXT, "")
        size = len(marked) + sum(len(prefix or "") + len(uri) for prefix, uri in declared.items())
        if size > self._limits.context_size:
            what, limit = phrase("the_namespaces"), self._limits.context_size
            raise MalformedXmlError(
                finding("value_too_large", at=at, what=what, limit=limit, name="context_size")
            )
        context = self._marked(marked, declared, at)
        namespaces = namespaces_of(declared, namespaces_of(root.nsmap))
        if context is not None:
            namespaces = Namespaces.of_context(context)
        head = XmlHead(prolog, opening, version, self._limits, context)
        self.envelope = Envelope("xml", kind, namespaces)
        events = EventReader(declared, namespaces, version, self._limits)
        self._events = self._document(text, head, path, events)

    def _marked(self, text: str, declared: Mapping[str | None, str], at: Where) -> Any:
        """Return the `@context` where a mark on the root gives it, else None."""
        stands_for = dict(meant(declared.items()))
        try:
            return marked_context(text, stands_for, self._limits) if text else None
        except ValueError:
            pointer = "/@context"
            found = finding(
                "contradicting_mark", at=replace(at, pointer=pointer), at_pointer=pointer
            )
            self._found.append(found)
            return None

    def _walk(self, text: XmlText, path: list[_Open], *, to_list: bool) -> None:
        """Pass over everything up to the end of the root, or to the list of events before.

        Args:
            text: right in front of the root, or inside it.
            path: the elements that are open; changed. It ends at the list, or empty.
            to_list: stop behind the start tag of a list of events.

        Raises:
            MalformedXmlError: the elements do not end as they should, or something follows them.
        """
        count = 0
        while (tag := text.next_tag()) is not None:
            count += not tag.closes
            if count > self._limits.entries:
                at, limit = text.place(), self._limits.entries
                raise MalformedXmlError(finding("too_many_entries", at=at, limit=limit))
            if tag.closes:
                _end(path.pop(), tag, text)
            elif tag.opens:
                if len(path) == self._limits.depth:
                    at, limit = text.place(), self._limits.depth
                    raise MalformedXmlError(finding("too_deep", at=at, limit=limit))
                path.append(_Open(tag, text.kept_size))
            text.pass_tag(tag)
            if to_list and tag.name.endswith(_LIST) and _path(path) in _EVENT_LISTS:
                return
            if not path:
                text.epilog()
                return
        raise text.cut(f"'</{path[-1].tag.name}>'")

    def _document(
        self, text: XmlText, head: XmlHead, path: list[_Open], events: EventReader
    ) -> Iterator[ReadEvent]:
        if path:
            pointer = _EVENT_LISTS[_path(path)]
            faults = Faults()
            cut = EventList(text, head.version, faults, events.parse, pointer).events()
            try:
                for index, one in enumerate(cut):
                    yield events.read(one, index, f"{pointer}/{index}")
            finally:
                self._found += faults.findings()
            at = text.place()
            text.keep()
            self._walk(text, path, to_list=False)
            head.closing = Piece(text.kept(), at.line or 1, at.column or 1)
        self.envelope = head.completed(self.envelope, self._found)
        self._head = head

    def _bare_event(self, text: XmlText, tag: Tag) -> Iterator[ReadEvent]:
        piece = text.element(tag)
        text.epilog()
        events = EventReader({}, self.envelope.namespaces, None, self._limits)
        yield events.read(CutEvent(piece, tag.name, ()), 0, "")

    def _parsed(self, path: list[_Open], opening: Piece) -> _Element:
        """Return the innermost of some elements, of which the start tags alone are parsed.

        Args:
            path: the elements.
            opening: the text they begin in.
        """
        end = "".join(f"</{one.tag.name}>" for one in reversed(path) if one.tag.opens)
        root = parse(Source(*(one.piece(opening) for one in path), end=end), self._limits)
        if isinstance(root, Finding):
            raise MalformedXmlError(root)
        while len(root):
            root = root[0]
        return root


def _path(path: list[_Open]) -> str:
    return "/".join(one.tag.name.rpartition(":")[2] for one in path)


def _end(opened: _Open, tag: Tag, text: XmlText) -> None:
    """Make sure that an element ends with its own name."""
    if tag.name != opened.tag.name:
        raise text.malformed(phrase("xml_mismatch", start=opened.tag.name, end=tag.name))


def _not_a_document(namespace: str, local: str, at: Where) -> Finding:
    if local in {name for _, name in _KINDS}:
        return finding("wrong_namespace", at=at, name=local, actual=namespace or "''")
    return finding("not_a_document", at=at, actual=repr(local))
