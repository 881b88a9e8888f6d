"""Reading EPCIS JSON-LD: documents, query documents and bare events, as a stream.

The text is read once, event by event. Only where the `@context` or the type stands behind the
events is the document skimmed first, because an event cannot be understood without its prefixes.

References:
    EPCIS 2.0, section 10
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO, Final

from epcis_core.codecs.document import DocumentKind, Envelope, Format, ReadEvent
from epcis_core.codecs.json_head import JsonHead
from epcis_core.codecs.json_places import Places
from epcis_core.codecs.json_scan import data_of
from epcis_core.codecs.json_text import JsonText, MalformedJsonError, Value
from epcis_core.codecs.limits import Limits
from epcis_core.codecs.structure import read_event, with_prefix
from epcis_core.errors import ParseError
from epcis_core.findings import (
    Finding,
    Phrase,
    Where,
    capped,
    escape_pointer,
    finding,
    phrase,
)
from epcis_core.model.documents import DOCUMENT_TYPES
from epcis_core.model.events import EVENT_TYPES, EpcisEvent
from epcis_core.model.namespaces import Namespaces

_CONTAINERS: Final = frozenset(
    {"/epcisBody", "/epcisBody/queryResults", "/epcisBody/queryResults/resultsBody"}
)
_EVENT_LISTS: Final = frozenset(
    {"/epcisBody/eventList", "/epcisBody/queryResults/resultsBody/eventList"}
)


class JsonLdReader:
    """Reads one JSON-LD document or bare event.

    Use `envelope` and `events()` in that order; `findings` of the document as a whole, and the
    envelope's head, are complete when the events have all been read.

    Args:
        source: the bytes, at their start; it must be possible to go back to it.
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
        self._head: JsonHead | None = None
        self.findings: list[Finding] = []
        self.format: Format = "json"
        self.envelope = Envelope("json", "EPCISDocument", Namespaces())
        try:
            self.envelope = self._skim()
            self._is_readable = True
        except MalformedJsonError as error:
            self.findings.append(error.found)
            self._is_readable = False

    @property
    def bytes_read(self) -> int:
        """How far the reader has come, in bytes."""
        return self._source.tell() - self._start

    def events(self) -> Iterator[ReadEvent]:
        """Yield the document's events in order, each with what is wrong with it."""
        if not self._is_readable:
            return
        found: list[Finding] = []
        try:
            text = self._open()
            if text.has_byte_order_mark:
                at = Where(pointer="", line=1, column=1)
                found.append(finding("byte_order_mark", at=at))
            if self.envelope.kind == "event":
                value = text.value("")
                text.expect_end()
                yield self._event(value, 0, "")
            else:
                yield from self._document_events(text, found)
        except MalformedJsonError as error:
            found.append(error.found)
        self.findings = list(capped(found))

    def locate_head(self) -> Callable[[str], Where]:
        """Return what turns a pointer from the document into a place in the file."""
        if self._head is None:
            return lambda pointer: Where(pointer=pointer)
        return self._head.place

    def _document_events(self, text: JsonText, found: list[Finding]) -> Iterator[ReadEvent]:
        head = JsonHead(self._limits, findings=found)
        for value, pointer, index in _walk(text, "", head.data, head):
            yield self._event(value, index, pointer)
        text.expect_end()
        self.envelope = head.completed(self.envelope)
        self._head = head

    def _open(self) -> JsonText:
        self._source.seek(self._start)
        return JsonText(self._source, self._limits)

    def _skim(self) -> Envelope:
        """Read as far as needed to know what the document is and what its prefixes mean."""
        text = self._open()
        if text.peek() != "{":
            raise _not_a_document(text)
        head = JsonHead(self._limits)
        for _ in _walk(text, "", head.data, head):
            if "@context" in head.data and "type" in head.data:
                break
        kind = head.data.get("type")
        if isinstance(kind, str) and kind in DOCUMENT_TYPES:
            known: DocumentKind = (
                "EPCISDocument" if kind == "EPCISDocument" else "EPCISQueryDocument"
            )
            return Envelope("json", known, Namespaces.of_context(head.data.get("@context")))
        is_event = isinstance(kind, str) and (kind in EVENT_TYPES or ":" in kind)
        if not is_event or "epcisBody" in head.data:
            raise MalformedJsonError(_wrong_kind(head))
        return Envelope("json", "event", Namespaces())

    def _event(self, value: Value, index: int, pointer: str) -> ReadEvent:
        places = Places(value.text, pointer, value.line, value.column)
        event, found = (None, []) if value.is_broken else read_event(value.data)
        own = value.data.get("@context") if isinstance(value.data, dict) else None
        namespaces = Namespaces.of_context(own, self.envelope.namespaces)
        if own is None and not pointer and not value.is_broken:
            found.append(finding("missing_field", at=Where(pointer=""), field="@context"))
            event = None
        findings: tuple[Finding, ...] = ()
        if found or value.faults:
            said = capped(with_prefix(one, namespaces) for one in found)
            placed = (replace(one, where=places.where(one.where.pointer or "")) for one in said)
            findings = (*capped(value.faults), *placed)
        return ReadEvent(
            index,
            pointer,
            value.text,
            event,
            namespaces,
            places.where,
            "json",
            findings,
        )


def _walk(
    text: JsonText, pointer: str, data: dict[str, Any], head: JsonHead
) -> Iterator[tuple[Value, str, int]]:
    """Yield the events below an object of the document, and put its other members into the head.

    Args:
        text: what stands there next is the object.
        pointer: the object's pointer.
        data: takes the object's members.
        head: takes their text and their places.

    Yields:
        An event as JSON, its pointer, and its position in its list.
    """
    head.places[pointer] = text.place(pointer)
    text.expect("{", "'{'", pointer)
    more = not text.take("}")
    while more:
        text.peek()
        place = text.place(pointer)
        key = text.key(pointer)
        here = f"{pointer}/{escape_pointer(key)}"
        if key in data:
            head.findings.append(finding("duplicate_key", at=replace(place, pointer=here), key=key))
        if here in _CONTAINERS and text.peek() == "{":
            data[key] = {}
            yield from _walk(text, here, data[key], head)
        elif here in _EVENT_LISTS and text.peek() == "[":
            data[key] = []
            head.places[here] = text.place(here)
            yield from _walk_list(text, here)
        else:
            value = text.value(here)
            data[key] = value.data
            head.keep(here, value)
        more = text.take(",")
        if not more:
            text.expect("}", phrase("comma_or_brace"), pointer)


def _walk_list(text: JsonText, pointer: str) -> Iterator[tuple[Value, str, int]]:
    text.expect("[", "'['", pointer)
    index = 0
    more = not text.take("]")
    while more:
        here = f"{pointer}/{index}"
        yield text.value(here), here, index
        index += 1
        more = text.take(",")
        if not more:
            text.expect("]", phrase("comma_or_bracket"), pointer)


def _not_a_document(text: JsonText) -> MalformedJsonError:
    """Return the error for text that does not begin with an object."""
    at = text.place("")
    value = text.value("")
    actual: Phrase | str = value.text
    if isinstance(value.data, list):
        actual = phrase("a_list")
    return MalformedJsonError(finding("not_a_document", at=at, actual=actual))


def _wrong_kind(head: JsonHead) -> Finding:
    """Return the finding for an object whose type is that of no document or event."""
    value = head.values.get("/type")
    if value is None:
        return finding("not_a_document", at=head.places[""], actual=phrase("no_type"))
    at = Where(pointer="/type", line=value.line, column=value.column)
    return finding("not_a_document", at=at, actual=value.text)


def read_json_event(text: str) -> EpcisEvent:
    """Read one event from the text that the ledger keeps.

    Args:
        text: the event exactly as received.

    Raises:
        ParseError: the text is no event.
    """
    try:
        event, found = read_event(data_of(text))
    except ValueError as error:
        raise ParseError(f"Expected an event as stored, got: {error}") from error
    if event is None:
        raise ParseError(f"Expected an event as stored, got: {found[0].message}")
    return event
