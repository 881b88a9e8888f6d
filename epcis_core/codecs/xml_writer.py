"""Writing EPCIS in XML, version 2.0 or 1.2: head, then the events one by one, then the end.

    >>> from io import BytesIO
    >>> from epcis_core.codecs.sniff import open_document
    >>> source = BytesIO(
    ...     b'{"@context": [], "type": "ObjectEvent", "eventTime": "2026-03-01T08:00:00Z",'
    ...     b'"eventTimeZoneOffset": "+07:00", "action": "OBSERVE", "epcList": []}'
    ... )
    >>> reader = open_document(source)
    >>> [read] = reader.events()
    >>> writer = XmlWriter(reader.envelope, now="2026-03-01T08:00:00Z")
    >>> writer.event(read.event).data[:12]
    b'<ObjectEvent'

Everything that the model holds is written; what XML has no words for stands in marks, which
`epcis_core.codecs.xml_names` explains, so that reading it again gives the same model. What is new
in 2.0 is put into 1.2 where its readers of 2.0 look for it, and a finding says so.

References:
    EPCIS 2.0, sections 9.2 to 9.5; EPCIS 1.2, section 9
"""

from typing import Final

from epcis_core.codecs.document import Envelope
from epcis_core.codecs.document_forms import xml_form
from epcis_core.codecs.jsonld_writer import head_members
from epcis_core.codecs.xml_names import XmlVersion
from epcis_core.codecs.xml_writer_event import EventWriter, WrittenEvent
from epcis_core.codecs.xml_writer_head import HeadWriter, Root
from epcis_core.codecs.xml_writer_names import Prefixes
from epcis_core.codecs.xml_writer_shape import CbvFormat
from epcis_core.findings import Finding
from epcis_core.model.events import EpcisEvent

_DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'


class XmlWriter:
    """Writes one document, or bare event.

    Use `start`, `event` for each event, and `end`, in that order.

    Args:
        envelope: what the document is; its head must have been read.
        now: when it is written, a timestamp, for documents that do not say when they were made.
        version: of EPCIS.
        cbv_format: terms of the CBV as URNs or as Web URIs.
        holds_events: there are events in the document.

    Attributes:
        findings: what is to be said of the head; pointers start at the document.

    Raises:
        EpcisError: the envelope has no head.
    """

    def __init__(
        self,
        envelope: Envelope,
        *,
        now: str,
        version: XmlVersion = "2.0",
        cbv_format: CbvFormat = "urn",
        holds_events: bool = True,
    ) -> None:
        self.findings: list[Finding] = []
        self._is_bare = envelope.kind == "event"
        if self._is_bare:
            prefixes = Prefixes(envelope.namespaces, {})
            self._start, self._end = _DECLARATION, b"\n"
        else:
            members = head_members(envelope)
            kind, head = xml_form(envelope.kind, members, holds_events=holds_events)
            root = Root.of(kind, version, head["@context"], envelope.namespaces)
            writer = HeadWriter(root, version, head, cbv_format)
            before, behind = writer.written(now, holds_events=holds_events)
            self._start, self._end = _DECLARATION + before.encode(), f"\n{behind}\n".encode()
            self.findings += writer.findings
            prefixes = Prefixes(root.namespaces, root.declared)
        self._events = EventWriter(prefixes, version, cbv_format)

    def start(self) -> bytes:
        """Return everything up to the first event."""
        return self._start

    def event(self, event: EpcisEvent) -> WrittenEvent:
        """Return one event; the `@context` in it is that of the event alone."""
        written = self._events.write(event, is_bare=self._is_bare)
        if self._is_bare or not written.data:
            return written
        return WrittenEvent(b"\n" + written.data, written.findings)

    def end(self) -> bytes:
        """Return everything behind the last event."""
        return self._end
