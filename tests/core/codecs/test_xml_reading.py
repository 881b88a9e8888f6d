"""XML of every kind is read as what it says, in its place, and kept exactly as it came."""

import io
import tracemalloc
from collections.abc import Iterator
from typing import Final

import pytest

from epcis_core.codecs.document import DocumentKind
from epcis_core.codecs.limits import Limits
from epcis_core.codecs.sniff import open_document
from epcis_core.codecs.stored import read_stored_event
from epcis_core.findings import Finding
from epcis_core.model.base import Number
from epcis_core.model.events import ObjectEvent
from tests.conftest import TEST_SCALE
from tests.core.codecs.xml_documents import (
    EVENT,
    MASTER_DATA,
    MEMBERS,
    WHEN,
    document,
    extensions,
    master_data_document,
    query_document,
    read,
    the_event,
    with_extension,
)
from tests.fuzz.seeds import own_xml

# --- kinds of documents --------------------------------------------------------------------------

KINDS: Final[dict[str, tuple[str, DocumentKind, str, int]]] = {
    "2.0": (document(EVENT), "EPCISDocument", "2.0", 1),
    "2.0 without events": (document(), "EPCISDocument", "2.0", 0),
    "1.2": (document(EVENT, version="1.2"), "EPCISDocument", "1.2", 1),
    "1.1": (document(EVENT, version="1.1"), "EPCISDocument", "1.1", 1),
    "1.0": (document(EVENT, version="1.0"), "EPCISDocument", "1.0", 1),
    "query 2.0": (
        query_document(f"<EventList>{EVENT}{EVENT}</EventList>"),
        "EPCISQueryDocument",
        "2.0",
        2,
    ),
    "query 1.2": (
        query_document(f"<EventList>{EVENT}</EventList>", 1),
        "EPCISQueryDocument",
        "1.2",
        1,
    ),
    "query for master data": (query_document(MASTER_DATA), "EPCISQueryDocument", "2.0", 0),
    "master data 2.0": (master_data_document(), "EPCISMasterDataDocument", "2.0", 0),
    "master data 1.2": (master_data_document(1), "EPCISMasterDataDocument", "1.2", 0),
    "bare event": (EVENT, "event", "2.0", 1),
    "bare event in a namespace": (
        EVENT.replace(
            "<ObjectEvent>", '<e:ObjectEvent xmlns:e="urn:epcglobal:epcis:xsd:2">'
        ).replace("</ObjectEvent>", "</e:ObjectEvent>"),
        "event",
        "2.0",
        1,
    ),
}


@pytest.mark.parametrize(("data", "kind", "version", "count"), KINDS.values(), ids=KINDS.keys())
def test_a_document_of_every_kind_is_read(
    data: str, kind: DocumentKind, version: str, count: int
) -> None:
    reader, events = read(data)
    assert [one.message for event in events for one in event.findings] == []
    assert [one.message for one in reader.findings] == []
    assert (reader.envelope.kind, reader.envelope.version) == (kind, version)
    assert [event.event is not None for event in events] == [True] * count
    assert (reader.envelope.head is None) == (kind == "event")


@pytest.mark.parametrize("name", own_xml())
def test_a_document_that_says_everything_is_sound(name: str) -> None:
    reader, events = read(own_xml()[name])
    found = [one for event in events for one in event.findings] + reader.findings
    assert {one.code for one in found} <= {"quantity_event"}
    for one in events:
        assert one.event is not None
        assert read_stored_event(one.text, "xml", reader.envelope.namespaces) == one.event


@pytest.mark.parametrize("data", [query_document(MASTER_DATA), master_data_document()])
def test_master_data_is_read(data: str) -> None:
    reader, _ = read(data)
    assert reader.envelope.head is not None
    ((place,),) = [one.vocabulary_element_list for one in reader.envelope.head.vocabularies]
    assert place.id == "urn:epc:id:sgln:8930001.00001.0"
    assert [one.attribute for one in place.attributes] == ["Vườn nho"]
    assert place.children == ("urn:epc:id:sgln:8930001.00001.1",)


def test_a_business_document_header_is_kept() -> None:
    reader, _ = read(own_xml()["header.xml"])
    head = reader.envelope.head
    assert head is not None
    header = head.model_dump(by_alias=True)["epcisHeader"]["sbdh:StandardBusinessDocumentHeader"]
    assert header["sbdh:Sender"] == {
        "sbdh:Identifier": {"@Authority": "SGLN", "#text": "urn:epc:id:sgln:8930001.00001.0"}
    }
    assert [one.type for one in head.vocabularies] == ["urn:epcglobal:epcis:vtype:Location"]


def test_the_head_is_kept_without_the_events() -> None:
    first, second = EVENT, EVENT.replace("08:00", "09:00")
    data = f"<!-- v -->\n{document(f' {first}<!-- w -->', second)}\n"
    reader, events = read(data)
    assert [event.text for event in events] == [first, second]
    start, end = data.index("<EventList>") + len("<EventList>"), data.index("</EventList>")
    assert reader.envelope.head_text == data[:start] + data[end:]


# --- 1.2 -----------------------------------------------------------------------------------------


def test_what_1_2_puts_into_extensions_is_what_2_0_says_directly() -> None:
    identity = (
        "<eventID>urn:x:1</eventID><errorDeclaration>"
        "<declarationTime>2026-03-02T08:00:00Z</declarationTime></errorDeclaration>"
    )
    what = "<epcList><epc>urn:x:a</epc></epcList><action>ADD</action>"
    more = (
        "<quantityList><quantityElement><epcClass>urn:x:c</epcClass><quantity>5</quantity>"
        '</quantityElement></quantityList><sourceList><source type="urn:x:s">urn:x:b</source>'
        "</sourceList>"
    )
    later = "<persistentDisposition><set>urn:x:d</set></persistentDisposition>"
    ilmd = "<ilmd><ex:a>1</ex:a></ilmd>"
    own = "<ex:grade>A</ex:grade>"
    new = f"<ObjectEvent>{WHEN}{identity}{what}{more}{later}{ilmd}{own}</ObjectEvent>"
    old = (
        f"<ObjectEvent>{WHEN}<baseExtension>{identity}</baseExtension>{what}<extension>{more}{ilmd}"
        f"<extension>{later}</extension></extension>{own}</ObjectEvent>"
    )
    declared = 'xmlns:ex="urn:x:ex#"'
    assert (
        the_event(document(old, declared=declared, version="1.2")).event
        == the_event(document(new, declared=declared)).event
    )


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_transformation_stands_in_a_wrapper_in_1_2_alone(*, wrapped: bool) -> None:
    event = (
        f"<TransformationEvent>{WHEN}<inputEPCList><epc>urn:x:a</epc></inputEPCList>"
        "</TransformationEvent>"
    )
    data = f"<extension>{event}</extension>" if wrapped else event
    for version, is_right in (("1.2", wrapped), ("2.0", not wrapped)):
        _, (one,) = read(document(data, version=version))
        assert (one.event is not None) == is_right
        assert one.text == event


def test_a_quantity_event_is_an_object_event_that_observes_one_quantity() -> None:
    old = (
        f"<QuantityEvent>{WHEN}<epcClass>urn:x:c</epcClass>\n<quantity>120</quantity>"
        "<bizStep>urn:epcglobal:cbv:bizstep:stocking</bizStep></QuantityEvent>"
    )
    reader, (one,) = read(document(old, version="1.0"))
    assert isinstance(one.event, ObjectEvent)
    assert one.event.model_dump(by_alias=True, exclude_none=True) == {
        "type": "ObjectEvent",
        "eventTime": "2026-03-01T08:00:00Z",
        "eventTimeZoneOffset": "+07:00",
        "action": "OBSERVE",
        "bizStep": "stocking",
        "quantityList": ({"epcClass": "urn:x:c", "quantity": Number("120")},),
    }
    ((told,), where) = one.findings, one.locate("/quantityList/0/quantity")
    assert (told.code, told.severity, told.where.line) == ("quantity_event", "info", 2)
    assert (where.line, where.column) == (3, 1)
    assert read_stored_event(one.text, "xml", reader.envelope.namespaces) == one.event


# --- around --------------------------------------------------------------------------------------


def test_an_event_keeps_its_characters() -> None:
    text = (
        "<ObjectEvent\tex:a = '&quot;'\r\n><!-- <ObjectEvent> --><?p </ObjectEvent>?>"
        f"{MEMBERS}<ex:b><![CDATA[</ObjectEvent>]]></ex:b></ObjectEvent\n>"
    )
    event = the_event(document(f"\r\n{text}<!-- c -->", declared='xmlns:ex="urn:x:ex#"'))
    assert event.text == text
    assert event.event is not None
    assert event.event.extensions == {"ex:a": '"', "ex:b": "</ObjectEvent>"}


def test_events_within_events_end_where_they_should() -> None:
    inner = "<ex:a><ObjectEvent/><ObjectEvent>1</ObjectEvent></ex:a>"
    assert extensions(with_extension(inner)) == {"ex:a": {"ObjectEvent": ["", "1"]}}


DOCTYPES: Final = {
    "of the name alone": ("<!DOCTYPE epcis:EPCISDocument>", []),
    "elsewhere": ('<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd">', ["dtd_ignored"]),
    "with rules": ("<!DOCTYPE a [<!ENTITY b ']>'><!-- ]> --><?c ]>?>]>", ["dtd_ignored"]),
    "that sets an attribute": (
        '<!DOCTYPE a [<!ATTLIST ObjectEvent ex:a CDATA "1">]>',
        ["dtd_ignored"],
    ),
}


@pytest.mark.parametrize(("doctype", "codes"), DOCTYPES.values(), ids=DOCTYPES.keys())
def test_a_document_type_is_passed_over(doctype: str, codes: list[str]) -> None:
    reader, (event,) = read(f"\n{doctype}\n{with_extension('<ex:b/>')}")
    assert event.event is not None
    assert event.event.extensions == {"ex:b": ""}
    assert [one.code for one in reader.findings] == codes
    for one in reader.findings:
        assert (one.severity, one.where.line, one.where.column) == ("warning", 3, 1)
        assert one.message == (
            "The file has a DTD, which is not read; what it defines is not defined here."
        )


ENCODINGS: Final = {
    "UTF-8": "utf-8",
    "utf-8": "utf-8-sig",
    "UTF-16": "utf-16",
    "utf-16le": "utf-16-le",
    "UTF-16BE": "utf-16-be",
    "ISO-8859-1": "latin-1",
    "windows-1252": "cp1252",
    "windows-1258": "cp1258",
    "US-ASCII": "ascii",
}


@pytest.mark.parametrize(("declared", "encoding"), ENCODINGS.items(), ids=ENCODINGS.keys())
def test_a_file_is_read_in_the_encoding_it_declares(declared: str, encoding: str) -> None:
    text = "café" if encoding != "ascii" else "cafe"
    data = f'<?xml version="1.0" encoding="{declared}"?>{with_extension(f"<ex:a>{text}</ex:a>")}'
    assert extensions(data.encode(encoding)) == {"ex:a": text}


# --- places --------------------------------------------------------------------------------------

PLACED: Final = document(
    f"<ObjectEvent>{WHEN}\n<epcList><epc>urn:x:a</epc><!-- <epc> -->\n"
    "  <epc>urn:x:b</epc></epcList><?p <epc>?><action>ADD</action><bizTransactionList>\n"
    '<bizTransaction type="urn:x:t">urn:x:c</bizTransaction></bizTransactionList><quantityList>'
    "<quantityElement><epcClass>urn:x:d</epcClass>\t<quantity>5</quantity></quantityElement>"
    '</quantityList>\n<!-- đ --><sensorElementList><sensorElement><sensorReport\n type="Humidity" '
    "value = '7'/></sensorElement></sensorElementList><ilmd>"
    "<ex:đ><![CDATA[<ex:b>]]></ex:đ><ex:e><f>1</f>\n<f ex:g='2'>3</f></ex:e></ilmd></ObjectEvent>",
    declared='xmlns:ex="urn:x:ex#"',
)
PLACES: Final = {
    "": "<ObjectEvent>",
    "/type": "<ObjectEvent>",
    "/eventTime": "<eventTime>",
    "/epcList": "<epcList>",
    "/epcList/0": "<epc>urn:x:a",
    "/epcList/1": "<epc>urn:x:b",
    "/epcList/2": "<epcList>",
    "/quantityList/0": "<quantityElement>",
    "/quantityList/0/quantity": "<quantity>",
    "/bizTransactionList/0/type": 'type="urn:x:t"',
    "/bizTransactionList/0/bizTransaction": "<bizTransaction ",
    "/sensorElementList/0/sensorReport/0/type": 'type="Humidity"',
    "/sensorElementList/0/sensorReport/0/value": "value =",
    "/ilmd/ex:%C4%91": "<ex:đ>",
    "/ilmd/ex:e/f/0": "<f>1",
    "/ilmd/ex:e/f/1": "<f ex:g",
    "/ilmd/ex:e/f/1/@ex:g": "ex:g=",
    "/readPoint/id": "<ObjectEvent>",
}


@pytest.mark.parametrize(("pointer", "start"), PLACES.items(), ids=PLACES.keys())
def test_a_member_is_found_where_it_stands(pointer: str, start: str) -> None:
    where = the_event(PLACED).locate(pointer)
    before = PLACED[: PLACED.index(start)]
    assert (where.line, where.column) == (
        before.count("\n") + 1,
        len(before) - (before.rfind("\n") + 1) + 1,
    )
    assert where.pointer == f"/epcisBody/eventList/0{pointer}"


# --- size ----------------------------------------------------------------------------------------


class ManyEvents(io.RawIOBase):
    """A document of so many events that is made while it is read."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._rest = b""
        self._made = self._make()

    def _make(self) -> Iterator[bytes]:
        head, tail = document().encode().split(b"\n")
        yield head + b"\n"
        for number in range(self.count):
            yield EVENT.replace(
                "<epcList/>", f"<epcList><epc>urn:x:{number}</epc></epcList>"
            ).encode()
        yield tail

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return 0

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        assert (offset, whence) == (0, io.SEEK_SET)
        self._made, self._rest = self._make(), b""
        return 0

    def read(self, size: int = -1) -> bytes:
        made = [self._rest]
        missing = size - len(self._rest)
        while missing > 0 and (part := next(self._made, b"")):
            made.append(part)
            missing -= len(part)
        whole = b"".join(made)
        self._rest = whole[size:]
        return whole[:size]


def test_a_long_document_is_read_in_bounded_memory() -> None:
    source = ManyEvents(max(1, int(10_000 * TEST_SCALE)))
    tracemalloc.start()
    try:
        reader = open_document(source, Limits(chunk=2**16))  # type: ignore[arg-type]
        assert not isinstance(reader, Finding)
        count = sum(one.event is not None for one in reader.events())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (count, reader.findings) == (source.count, [])
    assert peak < 2**20
