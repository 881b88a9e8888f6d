"""What the grammar of EPCIS in XML refuses: each case with code, pointer and whole sentence."""

import io
from dataclasses import dataclass

import pytest

from epcis_core.codecs.sniff import open_document
from epcis_core.findings import Finding

TIME = "2026-03-01T08:00:00Z"
SBDH = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
WHEN = (
    "<eventTime>2026-03-01T08:00:00+07:00</eventTime>"
    "<eventTimeZoneOffset>+07:00</eventTimeZoneOffset>"
)
EPC = "<epcList><epc>urn:epc:id:sscc:8930001.0000000001</epc></epcList>"
CLASS = "<epcClass>urn:epc:idpat:sgtin:8930001.000001.*</epcClass>"
EVENT = f"<ObjectEvent>{WHEN}{EPC}<action>OBSERVE</action></ObjectEvent>"
TRANSFORMATION = (
    f"<TransformationEvent>{WHEN}<transformationID>urn:x:y</transformationID></TransformationEvent>"
)


def document(body: str, *, version: str = "2.0", header: str = "", kind: str = "") -> str:
    query = f"-query:xsd:{version[0]}" if kind else f":xsd:{version[0]}"
    name = f"EPCIS{kind}Document"
    return (
        f'<d:{name} xmlns:d="urn:epcglobal:epcis{query}" xmlns:ex="https://example.org/ns/" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:sbdh="{SBDH}" '
        'xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
        f'schemaVersion="{version}" creationDate="2026-03-01T08:00:00Z">{header}'
        f"<EPCISBody>{body}</EPCISBody></d:{name}>"
    )


def events(inner: str, **parts: str) -> str:
    return document(f"<EventList>{inner}</EventList>", **parts)


def extended(extension: str) -> str:
    return events(EVENT.replace("</ObjectEvent>", f"{extension}</ObjectEvent>"))


def amount(quantity: str) -> str:
    listed = f"<quantityList><quantityElement>{CLASS}{quantity}</quantityElement></quantityList>"
    return events(EVENT.replace("</ObjectEvent>", f"{listed}</ObjectEvent>"))


def answer(results: str) -> str:
    return document(
        "<d:QueryResults><queryName>SimpleEventQuery</queryName>"
        f"<resultsBody>{results}</resultsBody></d:QueryResults>",
        kind="Query",
    )


def with_header(*parts: str) -> str:
    inner = "".join(parts)
    header = (
        f"<EPCISHeader><sbdh:StandardBusinessDocumentHeader>{inner}"
        "</sbdh:StandardBusinessDocumentHeader></EPCISHeader>"
    )
    return events(EVENT, header=header)


PARTNERS = "".join(
    f"<sbdh:{role}><sbdh:Identifier Authority='GS1'>8930001000009</sbdh:Identifier></sbdh:{role}>"
    for role in ("Sender", "Receiver")
)
ABOUT = (
    "<sbdh:DocumentIdentification><sbdh:Standard>EPCglobal</sbdh:Standard>"
    "<sbdh:TypeVersion>1.0</sbdh:TypeVersion><sbdh:InstanceIdentifier>7</sbdh:InstanceIdentifier>"
    "<sbdh:Type>Events</sbdh:Type><sbdh:CreationDateAndTime>{}</sbdh:CreationDateAndTime>"
    "</sbdh:DocumentIdentification>"
)
HEADER_VERSION = "<sbdh:HeaderVersion>1.0</sbdh:HeaderVersion>"

RIGHT = {
    "an extension behind the standard's own": extended("<ex:grade>A</ex:grade>"),
    "a quantity that is not known": amount('<quantity xsi:nil="true"/>'),
    "a quantity that is known": amount('<quantity xsi:nil="false">5</quantity>'),
    "an extension of a type": extended('<ex:weight xsi:type="xsd:decimal">5.0</ex:weight>'),
    "an extension of any type": extended('<ex:a xsi:type="xsd:anyType" b="1"><c/></ex:a>'),
    "an extension of somebody's type": extended('<ex:a xsi:type="ex:Weight" unit="kg">5</ex:a>'),
    "an answer": answer(f"<EventList>{EVENT}</EventList>"),
    "a business document header": with_header(
        HEADER_VERSION, PARTNERS, ABOUT.format("2026-03-01T08:00:00")
    ),
}


@dataclass(frozen=True)
class Case:
    text: str
    code: str
    pointer: str
    says: str


AT_LIST = "/epcisBody/eventList"
AT_EVENT = f"{AT_LIST}/0"
AT_QUANTITY = f"{AT_EVENT}/quantityList/0/quantity"
AT_RESULTS = "/epcisBody/queryResults/resultsBody"
AT_HEADER = "/epcisHeader/sbdh:StandardBusinessDocumentHeader"

WRONG = {
    "an extension in front": Case(
        events(EVENT.replace("<action>", "<ex:grade>A</ex:grade><action>")),
        "extension_too_early",
        f"{AT_EVENT}/ex:grade",
        "Element 'ex:grade' stands too early; an extension belongs behind 'action' and the other "
        "elements of the standard.",
    ),
    "a quantity both known and not": Case(
        amount('<quantity xsi:nil="true">5</quantity>'),
        "malformed_value",
        AT_QUANTITY,
        "Expected no content beside xsi:nil, got '5'.",
    ),
    "an attribute of a quantity that is not known": Case(
        amount('<quantity xsi:nil="true" unit="KGM"/>'),
        "unknown_attribute",
        f"{AT_QUANTITY}/unit",
        "Attribute 'unit' may not stand here.",
    ),
    "a type without a prefix": Case(
        extended('<ex:weight xsi:type="decimal">5</ex:weight>'),
        "malformed_value",
        f"{AT_EVENT}/ex:weight",
        "Expected the name of a type of XML Schema, such as xsd:decimal, got 'decimal'.",
    ),
    "a type that XML Schema has not": Case(
        extended('<ex:weight xsi:type="xsd:number">5</ex:weight>'),
        "malformed_value",
        f"{AT_EVENT}/ex:weight",
        "Expected the name of a type of XML Schema, such as xsd:decimal, got 'xsd:number'.",
    ),
    "an attribute beside a type": Case(
        extended('<ex:weight xsi:type="xsd:decimal" unit="kg">5</ex:weight>'),
        "more_than_its_type",
        f"{AT_EVENT}/ex:weight",
        "Type xsd:decimal is for an element that holds text alone, and this one has attributes or "
        "elements of its own: leave 'xsi:type' out.",
    ),
    "an element beside a type": Case(
        extended('<ex:note xsi:type="xsd:string"><b>5</b></ex:note>'),
        "more_than_its_type",
        f"{AT_EVENT}/ex:note",
        "Type xsd:string is for an element that holds text alone, and this one has attributes or "
        "elements of its own: leave 'xsi:type' out.",
    ),
    "an answer of nothing": Case(
        answer(""),
        "one_of_missing",
        AT_RESULTS,
        "Expected at least one of EventList, VocabularyList.",
    ),
    "an answer of both": Case(
        answer(f"<EventList>{EVENT}</EventList><VocabularyList/>"),
        "field_not_allowed",
        f"{AT_RESULTS}/vocabularyList",
        "Field 'VocabularyList' may not stand here: expected only 'EventList'.",
    ),
    "a version that is no decimal": Case(
        events(EVENT).replace('"2.0"', '"2.0.0"'),
        "malformed_value",
        "/schemaVersion",
        "Expected a value of type decimal, got '2.0.0'.",
    ),
    "a header without a receiver": Case(
        with_header(HEADER_VERSION, PARTNERS.partition("<sbdh:Receiver>")[0], ABOUT.format(TIME)),
        "missing_field",
        AT_HEADER,
        "Field 'Receiver' is missing.",
    ),
    "a header of no time": Case(
        with_header(HEADER_VERSION, PARTNERS, ABOUT.format("yesterday")),
        "malformed_value",
        f"{AT_HEADER}/sbdh:DocumentIdentification/sbdh:CreationDateAndTime",
        "Expected a value of type dateTime, got 'yesterday'.",
    ),
    "an attribute around events in 1.2": Case(
        events(f'<extension a="1">{TRANSFORMATION}</extension>', version="1.2"),
        "unknown_attribute",
        AT_LIST,
        "Attribute 'a' may not stand here.",
    ),
    "an attribute of a namespace around events": Case(
        events(f'<extension ex:a="1"><ex:Event>{WHEN}</ex:Event></extension>'),
        "ignored_attribute",
        AT_LIST,
        "Attribute 'ex:a' means nothing here; the text as received keeps it, but it is not read "
        "and not carried over in conversion.",
    ),
    "an event of another vocabulary in 1.2": Case(
        events(f"<extension><ex:Event>{WHEN}</ex:Event></extension>", version="1.2"),
        "event_not_in_epcis_1_2",
        AT_EVENT,
        "EPCIS 1.2 has no place for an event of type 'ex:Event': it cannot stand in a document of "
        "that version.",
    ),
    "an attribute without a namespace around events": Case(
        events(f'<extension a="1"><ex:Event>{WHEN}</ex:Event></extension>'),
        "ignored_attribute",
        AT_LIST,
        "Attribute 'a' means nothing here; the text as received keeps it, but it is not read and "
        "not carried over in conversion.",
    ),
}


def found_in(text: str) -> list[Finding]:
    reader = open_document(io.BytesIO(text.encode()))
    assert not isinstance(reader, Finding)
    found = [one for read in reader.events() for one in read.findings]
    return found + reader.findings


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_what_the_grammar_allows_has_no_findings(text: str) -> None:
    assert [one.message for one in found_in(text)] == []


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_what_the_grammar_refuses_is_told_at_its_place(case: Case) -> None:
    first = found_in(case.text)[0]
    assert (first.code, first.where.pointer or "", first.message) == (
        case.code,
        case.pointer,
        case.says,
    )
