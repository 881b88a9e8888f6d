"""Reading EPCIS JSON-LD: documents, query documents and bare events, as a stream.

The text is read once, event by event. Only where the `@context` or the type stands behind the
events is the document skimmed first, because an event cannot be understood without its prefixes.

References:
    EPCIS 2.0, section 10
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, BinaryIO, Final

from epcis_core.codecs.document import DocumentKind, Envelope, ReadEvent
from epcis_core.codecs.json_faults import escape_pointer, line_and_column, locate
from epcis_core.codecs.json_text import JsonLimits, JsonText, MalformedJsonError, Value
from epcis_core.codecs.structure import read_event, read_model
from epcis_core.errors import ParseError
from epcis_core.findings import Finding, Where, finding
from epcis_core.model.documents import DocumentHead
from epcis_core.model.events import EVENT_TYPES, EpcisEvent
from epcis_core.model.namespaces import Namespaces

_CONTAINERS: Final = frozenset(
    {"/epcisBody", "/epcisBody/queryResults", "/epcisBody/queryResults/resultsBody"}
)
_EVENT_LISTS: Final = frozenset(
    {"/epcisBody/eventList", "/epcisBody/queryResults/resultsBody/eventList"}
)
_REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    "EPCISDocument": ("@context", "schemaVersion", "creationDate"),
    "EPCISQueryDocument": ("@context",),
}


class JsonLdReader:
    """Reads one JSON-LD document or bare event.

    Use `envelope` and `events()` in that order; `findings` of the document as a whole are complete
    when the events have all been read.

    Args:
        source: the bytes, at their start; it must be possible to go back to it.
        limits: how much is taken before the document is refused.
    """

    def __init__(self, source: BinaryIO, limits: JsonLimits | None = None) -> None:
        self._source = source
        self._limits = limits or JsonLimits()
        self._start = source.tell()
        self._members: dict[str, Value] = {}
        self._event_list: str | None = None
        self.findings: list[Finding] = []
        self.envelope = Envelope("json", "EPCISDocument", Namespaces())
        self._readable = self._guarded(self._skim)

    @property
    def bytes_read(self) -> int:
        """How far the reader has come, in bytes."""
        return self._source.tell() - self._start

    def events(self) -> Iterator[ReadEvent]:
        """Yield the document's events in order, each with what is wrong with it."""
        if not self._readable:
            return
        if self.envelope.kind == "event":
            yield from self._bare_event()
            return
        self._members.clear()
        walk = self._walk(self._open(), "")
        while True:
            try:
                found = next(walk, None)
            except MalformedJsonError as error:
                self.findings.append(error.found)
                return
            if found is None:
                break
            yield found
        self._check_head()

    def _open(self) -> JsonText:
        self._source.seek(self._start)
        return JsonText(self._source, self._limits)

    def _guarded(self, step: Callable[[], None]) -> bool:
        try:
            step()
        except MalformedJsonError as error:
            self.findings.append(error.found)
            return False
        return True

    def _skim(self) -> None:
        """Read as far as needed to know what the document is and what its prefixes mean."""
        text = self._open()
        if text.peek() != "{":
            raise text.malformed("'{': an EPCIS document or event", "")
        for _ in self._walk(text, "", build=False):
            if "/@context" in self._members and "/type" in self._members:
                break
        kind = self._member("/type")
        if kind not in _REQUIRED:
            self._recognise_event(kind)
            return
        known: DocumentKind = "EPCISDocument" if kind == "EPCISDocument" else "EPCISQueryDocument"
        namespaces = Namespaces.of_context(self._member("/@context"))
        self.envelope = Envelope("json", known, namespaces)

    def _recognise_event(self, kind: Any) -> None:
        is_event = kind in EVENT_TYPES or (isinstance(kind, str) and ":" in kind)
        if not is_event or "/epcisBody" in self._members or self._event_list is not None:
            shown = repr(kind) if kind is not None else "no 'type'"
            raise MalformedJsonError(finding("not_a_document", at=Where(pointer=""), actual=shown))
        self.envelope = Envelope("json", "event", Namespaces())

    def _bare_event(self) -> Iterator[ReadEvent]:
        text = self._open()
        try:
            value = text.value("")
            if text.peek():
                raise text.malformed("the end of the document", "")
        except MalformedJsonError as error:
            self.findings.append(error.found)
            return
        yield self._event(value, 0, "")

    def _walk(self, text: JsonText, pointer: str, *, build: bool = True) -> Iterator[ReadEvent]:
        """Yield events below an object whose members may hold them; keep all other members."""
        text.expect("{", pointer)
        seen: set[str] = set()
        more = not text.take("}")
        while more:
            text.peek()
            line, column = text.place()
            key = text.key(pointer)
            here = f"{pointer}/{escape_pointer(key)}"
            if key in seen:
                place = Where(pointer=here, line=line, column=column)
                raise MalformedJsonError(finding("duplicate_key", at=place, key=key))
            seen.add(key)
            if here in _CONTAINERS and text.peek() == "{":
                yield from self._walk(text, here, build=build)
            elif here in _EVENT_LISTS and text.peek() == "[":
                self._event_list = here
                yield from self._list(text, here, build=build)
            else:
                self._members[here] = text.value(here)
            more = text.take(",")
            if not more:
                text.expect("}", pointer)
        if not pointer and text.peek():
            raise text.malformed("the end of the document", "")

    def _list(self, text: JsonText, pointer: str, *, build: bool) -> Iterator[ReadEvent]:
        text.expect("[", pointer)
        index = 0
        more = not text.take("]")
        while more:
            here = f"{pointer}/{index}"
            value = text.value(here)
            yield self._event(value, index, here) if build else _skimmed(here)
            index += 1
            more = text.take(",")
            if not more:
                text.expect("]", pointer)

    def _event(self, value: Value, index: int, pointer: str) -> ReadEvent:
        place = partial(_place, value, pointer)
        event, found = (None, []) if value.data is None and value.faults else read_event(value.data)
        own = value.data.get("@context") if isinstance(value.data, dict) else None
        namespaces = self.envelope.namespaces
        if own is not None:
            namespaces = Namespaces.of_context(own, namespaces)
        elif not pointer and event is not None:
            found = [finding("missing_field", at=Where(pointer=""), field="@context")]
            event = None
        placed = [replace(one, where=place(one.where.pointer or "")) for one in found]
        return ReadEvent(
            index, pointer, value.text, event, namespaces, place, (*value.faults, *placed)
        )

    def _member(self, pointer: str) -> Any:
        value = self._members.get(pointer)
        return value.data if value is not None else None

    def _check_head(self) -> None:
        """Read the members beside the events, now that all have been seen."""
        top = {p: v for p, v in self._members.items() if p.count("/") == 1}
        for value in self._members.values():
            self.findings.extend(value.faults)
        if any(value.data is None and value.faults for value in top.values()):
            return
        data = {p[1:].replace("~1", "/").replace("~0", "~"): v.data for p, v in top.items()}
        data.pop("epcisBody", None)
        head, found = read_model(DocumentHead, data)
        for name in _REQUIRED[self.envelope.kind]:
            if name not in data and not (name == "@context" and head is None):
                found.append(finding("missing_field", at=Where(pointer=""), field=name))
        if self._event_list is None:
            found.append(finding("missing_field", at=Where(pointer="/epcisBody"), field="eventList"))
        self.findings.extend(replace(one, where=self._head_place(one.where)) for one in found)
        text = ", ".join(f'"{p[1:]}": {v.text}' for p, v in top.items() if p != "/epcisBody")
        self.envelope = replace(self.envelope, head=head, head_text=f"{{{text}}}")

    def _head_place(self, where: Where) -> Where:
        pointer = where.pointer or ""
        value = self._members.get("/" + pointer.split("/")[1]) if pointer else None
        return where if value is None else _place(value, "/" + pointer.split("/")[1], pointer, absolute=True)


def _place(value: Value, base: str, pointer: str, *, absolute: bool = False) -> Where:
    """Return the place in the file of a pointer into a value."""
    whole = pointer if absolute else base + pointer
    index = locate(value.text, whole, base)
    if index is None:
        index = locate(value.text, whole.rpartition("/")[0], base) or 0
    line, column = line_and_column(value.text, index, value.line, value.column)
    return Where(pointer=whole, line=line, column=column)


def _skimmed(pointer: str) -> ReadEvent:
    return ReadEvent(0, pointer, "", None, Namespaces(), lambda _: Where(pointer=pointer))


def read_json_event(text: str) -> EpcisEvent:
    """Read one event from the text that the ledger keeps.

    Args:
        text: the event exactly as received.

    Raises:
        ParseError: the text is no event.
    """
    event, found = read_event(JsonText(io.BytesIO(text.encode())).value("").data)
    if event is None:
        raise ParseError(f"Expected an event as stored, got: {found[0].message}")
    return event
