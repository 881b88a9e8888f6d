"""Small XML documents for tests, and what reads them. All firms and numbers are invented."""

import io
from typing import Any, Final

from epcis_core.codecs.document import DocumentReader, ReadEvent
from epcis_core.codecs.limits import Limits
from epcis_core.codecs.sniff import open_document
from epcis_core.codecs.stored import read_stored_event
from epcis_core.findings import Finding

XSI: Final = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
XSD: Final = 'xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
MARKS: Final = 'xmlns:json="https://epcis-ledger.org/ns/json#"'
WHEN: Final = (
    "<eventTime>2026-03-01T08:00:00Z</eventTime><eventTimeZoneOffset>+07:00</eventTimeZoneOffset>"
)
LIST: Final = "<epcList><epc>urn:epc:id:sscc:8930001.0000000001</epc></epcList>"
MEMBERS: Final = f"{WHEN}{LIST}<action>OBSERVE</action>"
EVENT: Final = f"<ObjectEvent>{MEMBERS}</ObjectEvent>"
ATTRIBUTES: Final = 'schemaVersion="{}" creationDate="2026-03-04T08:00:00Z"'
MASTER_DATA: Final = (
    '<VocabularyList><Vocabulary type="urn:epcglobal:epcis:vtype:Location"><VocabularyElementList>'
    '<VocabularyElement id="urn:epc:id:sgln:8930001.00001.0">'
    '<attribute id="urn:epcglobal:cbv:mda:name">Vườn nho</attribute>'
    "<children><id>urn:epc:id:sgln:8930001.00001.1</id></children>"
    "</VocabularyElement></VocabularyElementList></Vocabulary></VocabularyList>"
)


def document(*events: str, declared: str = "", header: str = "", version: str = "2.0") -> str:
    """An EPCISDocument whose first event begins in line 2."""
    major = version[0]
    return (
        f'<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:{major}" {declared} '
        f"{ATTRIBUTES.format(version)}>{header}<EPCISBody><EventList>\n"
        f"{''.join(events)}</EventList></EPCISBody></epcis:EPCISDocument>"
    )


def query_document(results: str, major: int = 2) -> str:
    return (
        f'<q:EPCISQueryDocument xmlns:q="urn:epcglobal:epcis-query:xsd:{major}" '
        f"{ATTRIBUTES.format('2.0' if major == 2 else '1.2')}><EPCISBody><q:QueryResults>"
        f"<queryName>SimpleEventQuery</queryName><resultsBody>{results}</resultsBody>"
        "</q:QueryResults></EPCISBody></q:EPCISQueryDocument>"
    )


def master_data_document(major: int = 2) -> str:
    return (
        f'<m:EPCISMasterDataDocument xmlns:m="urn:epcglobal:epcis-masterdata:xsd:{major}" '
        f"{ATTRIBUTES.format('2.0' if major == 2 else '1.2')}><EPCISBody>{MASTER_DATA}</EPCISBody>"
        "</m:EPCISMasterDataDocument>"
    )


def with_extension(xml: str, declared: str = 'xmlns:ex="urn:x:ex#"') -> str:
    """A document whose event ends with an extension."""
    return document(
        f"<ObjectEvent>{MEMBERS}{xml}</ObjectEvent>", declared=f"{XSI} {XSD} {declared}"
    )


def read(data: str | bytes, limits: Limits | None = None) -> tuple[DocumentReader, list[ReadEvent]]:
    """Read a document to its end."""
    source = io.BytesIO(data.encode() if isinstance(data, str) else data)
    opened = open_document(source, limits or Limits())
    assert not isinstance(opened, Finding)
    return opened, list(opened.events())


def the_event(data: str | bytes) -> ReadEvent:
    """The only event of a sound document, which is read alike from its stored text."""
    reader, (event,) = read(data)
    assert [*event.findings, *reader.findings] == []
    assert event.event is not None
    assert read_stored_event(event.text, "xml", reader.envelope.namespaces) == event.event
    return event


def extensions(data: str | bytes) -> dict[str, Any]:
    event = the_event(data).event
    assert event is not None
    return event.extensions
