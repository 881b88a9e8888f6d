"""A document in JSON as one in XML."""

import io

from epcis_core.codecs.sniff import open_document
from epcis_core.codecs.xml_writer import XmlWriter
from epcis_core.findings import Finding


def as_xml(data: bytes) -> bytes:
    """Return the document in XML of version 2.0."""
    reader = open_document(io.BytesIO(data))
    assert not isinstance(reader, Finding)
    read = list(reader.events())
    writer = XmlWriter(reader.envelope, now="2026-03-01T08:00:00Z")
    parts = [writer.start()]
    for one in read:
        assert one.event is not None, one.findings
        parts.append(writer.event(one.event).data)
    return b"".join([*parts, writer.end()])
