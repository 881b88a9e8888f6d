"""Reading documents and writing them again in another syntax, and comparing what they say."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from epcis_core.codecs.document import Envelope
from epcis_core.codecs.jsonld_writer import JsonLdWriter, members
from epcis_core.codecs.sniff import open_document
from epcis_core.codecs.xml_names import XmlVersion
from epcis_core.codecs.xml_writer import XmlWriter
from epcis_core.findings import Finding, Severity
from epcis_core.model.base import Number
from epcis_core.model.events import EpcisEvent
from epcis_core.model.namespaces import Namespaces
from tests.conformance.oracles import xml_complaint

NOW = "2026-03-01T08:00:00Z"
CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"


@dataclass(frozen=True)
class Document:
    """A document that was read, or a part of the model in its place."""

    envelope: Envelope
    events: Sequence[EpcisEvent] = ()
    errors: Sequence[str] = ()

    @property
    def meaning(self) -> dict[str, Any]:
        """What it says: its head, its events, and what its prefixes stand for.

        The version of EPCIS is that of the syntax it was written in, and the `@context` of the
        document may be written in many ways: what it declares is compared.
        """
        head = members(self.envelope.head) if self.envelope.head else {}
        context = head.pop("@context", None)
        head.pop("schemaVersion", None)
        namespaces = Namespaces.of_context(context, self.envelope.namespaces)
        return {
            "kind": self.envelope.kind,
            "head": plain(head),
            "events": [plain(members(event)) for event in self.events],
            "prefixes": dict(namespaces.prefixes),
            "unknown": namespaces.unknown,
        }


@dataclass(frozen=True)
class Written:
    """A document as written, and what was reported meanwhile."""

    data: bytes
    findings: Sequence[Finding] = field(default=())


def plain(value: Any) -> Any:
    """JSON members with every number as its text, so that `==` sees its digits."""
    if isinstance(value, Number):
        return f"number {value.text}"
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def read(data: bytes) -> Document:
    """Read a document whole."""
    reader = open_document(io.BytesIO(data))
    assert not isinstance(reader, Finding), reader.message
    every = list(reader.events())
    found = [one for event in every for one in event.findings] + reader.findings
    errors = [f"{one.where} {one.message}" for one in found if one.severity is Severity.ERROR]
    events = [one.event for one in every if one.event is not None]
    return Document(reader.envelope, events, errors)


def as_xml(document: Document, version: XmlVersion = "2.0", **options: Any) -> Written:
    """Write a document as XML."""
    writer = XmlWriter(
        document.envelope, now=NOW, version=version, holds_events=bool(document.events), **options
    )
    found = list(writer.findings)
    pieces = [writer.start()]
    for event in document.events:
        written = writer.event(event)
        pieces.append(written.data)
        found += written.findings
    return Written(b"".join([*pieces, writer.end()]), found)


def as_json(document: Document) -> bytes:
    """Write a document as JSON."""
    writer = JsonLdWriter(document.envelope)
    return b"".join([writer.start(), *map(writer.event, document.events), writer.end()])


def xsd_complaint(gs1_dir: Path, data: bytes, version: XmlVersion) -> str | None:
    """What GS1's own schema says first against a document; None if it accepts it."""
    root = etree.fromstring(data)
    return xml_complaint(gs1_dir, version, etree.QName(root).localname, root)


def json_document(
    events: Iterable[dict[str, Any]], context: Any = CONTEXT, **head: Any
) -> dict[str, Any]:
    """The members of an EPCISDocument around events."""
    return {
        "@context": context,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": NOW,
        **head,
        "epcisBody": {"eventList": list(events)},
    }
