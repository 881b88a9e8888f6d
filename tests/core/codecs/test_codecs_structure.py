"""Members that are missing, wrong, unknown or misspelt: each has its code, pointer and sentence."""

import io
import json
from typing import Any

import pytest

from epcis_core.codecs.jsonld import JsonLdReader
from epcis_core.codecs.structure import read_event
from epcis_core.findings import Finding
from epcis_core.rules import check_event

CONTEXT = "https://ref.gs1.org/standards/epcis/epcis-context.jsonld"
BASE: dict[str, Any] = {
    "type": "ObjectEvent",
    "eventTime": "2026-03-01T08:00:00+07:00",
    "eventTimeZoneOffset": "+07:00",
    "action": "ADD",
    "epcList": ["urn:epc:id:sscc:8930001.0000000001"],
}
DOCUMENT: dict[str, Any] = {
    "@context": [CONTEXT, {"ex": "urn:x:"}],
    "type": "EPCISDocument",
    "schemaVersion": "2.0",
    "creationDate": "2026-03-01T08:00:00Z",
    "epcisBody": {"eventList": []},
}
RESULTS: dict[str, Any] = {
    "@context": [CONTEXT],
    "type": "EPCISQueryDocument",
    "epcisBody": {"queryResults": {"queryName": "q", "resultsBody": {"eventList": []}}},
}

Told = list[tuple[str, str, str]]


def told(found: list[Finding]) -> Told:
    return [(one.code, one.where.pointer or "", one.message) for one in found]


def without(name: str, data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != name}


EVENT_CASES: dict[str, tuple[dict[str, Any], Told]] = {
    "text for a list": (
        {"epcList": "urn:x:y"},
        [("wrong_type", "/epcList", "Expected a list, got 'urn:x:y'.")],
    ),
    "a number for text": (
        {"eventTime": 20260301},
        [("wrong_type", "/eventTime", "Expected text, got 20260301.")],
    ),
    "text for a number": (
        {"quantityList": [{"epcClass": "urn:x:y", "quantity": "5"}]},
        [("wrong_type", "/quantityList/0/quantity", "Expected a number, got '5'.")],
    ),
    "true for a number": (
        {"quantityList": [{"epcClass": "urn:x:y", "quantity": True}]},
        [("wrong_type", "/quantityList/0/quantity", "Expected a number, got true.")],
    ),
    "text for true or false": (
        {"sensorElementList": [{"sensorReport": [{"type": "Mass", "booleanValue": "true"}]}]},
        [
            (
                "wrong_type",
                "/sensorElementList/0/sensorReport/0/booleanValue",
                "Expected true or false, got 'true'.",
            )
        ],
    ),
    "a bare place": (
        {"readPoint": "urn:epc:id:sgln:8930001.00001.0"},
        [
            (
                "wrong_type",
                "/readPoint",
                "Expected an object, got 'urn:epc:id:sgln:8930001.00001.0'.",
            )
        ],
    ),
    "a list for an object": (
        {"ilmd": []},
        [("wrong_type", "/ilmd", "Expected an object, got a list.")],
    ),
    "an object in a list of text": (
        {"epcList": ["urn:x:y", {}]},
        [("wrong_type", "/epcList/1", "Expected text, got an object.")],
    ),
    "an object for a certification": (
        {"certificationInfo": {"several": []}},
        [
            (
                "wrong_type",
                "/certificationInfo",
                "Expected a URI or a list of URIs, got an object.",
            )
        ],
    ),
    "a certification that is no URI": (
        {"certificationInfo": "GlobalGAP"},
        [
            (
                "malformed_uri",
                "/certificationInfo",
                "Expected a URI, such as https://id.gs1.org/414/…, got 'GlobalGAP'.",
            )
        ],
    ),
    "a certification in a list that is no URI": (
        {"certificationInfo": ["urn:x:y", "GlobalGAP"]},
        [
            (
                "malformed_uri",
                "/certificationInfo/1",
                "Expected a URI, such as https://id.gs1.org/414/…, got 'GlobalGAP'.",
            )
        ],
    ),
    "a context that is a number": (
        {"@context": 1},
        [
            (
                "wrong_type",
                "/@context",
                (
                    "Expected the address of a context, an object of prefixes, or a list of them, "
                    "got 1."
                ),
            )
        ],
    ),
    "a context in a context": (
        {"@context": [[CONTEXT]]},
        [
            (
                "wrong_type",
                "/@context/0",
                (
                    "Expected the address of a context, an object of prefixes, or a list of them, "
                    "got a list."
                ),
            )
        ],
    ),
    "a context that is no address": (
        {"@context": [CONTEXT, "epcis context"]},
        [
            (
                "malformed_uri",
                "/@context/1",
                "Expected a URI, such as https://id.gs1.org/414/…, got 'epcis context'.",
            )
        ],
    ),
    "a context twice": (
        {"@context": [CONTEXT, {"ex": "urn:x:"}, {"ex": "urn:x:"}]},
        [
            (
                "named_twice",
                "/@context",
                "A part of the '@context' is named twice in one list.",
            )
        ],
    ),
    "an identifier that is no URI": (
        {"epcList": ["urn:x:y", "box 1"]},
        [
            (
                "malformed_uri",
                "/epcList/1",
                "Expected a URI, such as https://id.gs1.org/414/…, got 'box 1'.",
            )
        ],
    ),
    "a time without zone": (
        {"eventTime": "2026-03-01T08:00:00"},
        [
            (
                "malformed_time",
                "/eventTime",
                (
                    "Expected a time with its zone, such as 2026-03-01T08:00:00+07:00, "
                    "got '2026-03-01T08:00:00'."
                ),
            )
        ],
    ),
    "a day that does not exist": (
        {"recordTime": "2026-02-30T08:00:00Z"},
        [
            (
                "malformed_time",
                "/recordTime",
                (
                    "Expected a time with its zone, such as 2026-03-01T08:00:00+07:00, "
                    "got '2026-02-30T08:00:00Z'."
                ),
            )
        ],
    ),
    "Z for an offset": (
        {"eventTimeZoneOffset": "Z"},
        [
            (
                "malformed_offset",
                "/eventTimeZoneOffset",
                "Expected an offset such as +07:00, from -14:00 to +14:00, got 'Z'.",
            )
        ],
    ),
    "an offset beyond fourteen hours": (
        {"eventTimeZoneOffset": "+14:30"},
        [
            (
                "malformed_offset",
                "/eventTimeZoneOffset",
                "Expected an offset such as +07:00, from -14:00 to +14:00, got '+14:30'.",
            )
        ],
    ),
    "no offset": (
        {"eventTimeZoneOffset": ...},
        [("missing_field", "", "Field 'eventTimeZoneOffset' is missing.")],
    ),
    "no time of a declaration": (
        {"errorDeclaration": {"reason": "incorrect_data"}},
        [("missing_field", "/errorDeclaration", "Field 'declarationTime' is missing.")],
    ),
    "no class of an amount": (
        {"quantityList": [{"epcClass": "urn:x:y"}, {"quantity": 1}]},
        [("missing_field", "/quantityList/1", "Field 'epcClass' is missing.")],
    ),
    "no type of a source": (
        {"sourceList": [{"source": "urn:x:y"}]},
        [("missing_field", "/sourceList/0", "Field 'type' is missing.")],
    ),
    "no type of a destination": (
        {"destinationList": [{"destination": "urn:x:y"}]},
        [("missing_field", "/destinationList/0", "Field 'type' is missing.")],
    ),
    "no id of a place": (
        {"bizLocation": {"ex:a": 1}},
        [("missing_field", "/bizLocation", "Field 'id' is missing.")],
    ),
    "no reading": (
        {"sensorElementList": [{"sensorReport": []}]},
        [
            (
                "empty_list",
                "/sensorElementList/0/sensorReport",
                "'sensorReport' needs at least one entry.",
            )
        ],
    ),
    "a unit in small letters": (
        {"quantityList": [{"epcClass": "urn:x:y", "quantity": 1, "uom": "kg"}]},
        [
            (
                "malformed_unit",
                "/quantityList/0/uom",
                "Expected a UN/ECE Rec 20 code such as KGM, got 'kg'.",
            )
        ],
    ),
    "half a byte": (
        {"sensorElementList": [{"sensorReport": [{"type": "Mass", "hexBinaryValue": "F"}]}]},
        [
            (
                "malformed_value",
                "/sensorElementList/0/sensorReport/0/hexBinaryValue",
                "Expected pairs of hexadecimal digits, got 'F'.",
            )
        ],
    ),
    "an unknown action": (
        {"action": "INSERT"},
        [("malformed_value", "/action", "Expected one of ADD, OBSERVE, DELETE, got 'INSERT'.")],
    ),
    "an empty set of dispositions": (
        {"persistentDisposition": {"set": []}},
        [
            (
                "empty_list",
                "/persistentDisposition/set",
                "'set' needs at least one entry.",
            )
        ],
    ),
    "null for a standard member": (
        {"bizStep": None, "readPoint": {"id": "urn:x:y"}, "eventID": None},
        [
            (
                "wrong_type",
                "/bizStep",
                "Expected a value, or no such field at all, got null.",
            ),
            (
                "wrong_type",
                "/eventID",
                "Expected a value, or no such field at all, got null.",
            ),
        ],
    ),
    "null for a mandatory member": (
        {"eventTime": None},
        [("wrong_type", "/eventTime", "Expected text, got null.")],
    ),
    "null deep inside": (
        {"sensorElementList": [{"sensorReport": [{"type": "Mass", "value": None}]}]},
        [
            (
                "wrong_type",
                "/sensorElementList/0/sensorReport/0/value",
                "Expected a value, or no such field at all, got null.",
            )
        ],
    ),
    "an unknown member": (
        {"grade": "A"},
        [
            (
                "unknown_field",
                "/grade",
                (
                    "Field 'grade' is not known here; an extension field needs a prefix, "
                    "such as 'ex:grade'."
                ),
            )
        ],
    ),
    "an unknown member whose name no URI can hold": (
        {"khối lượng": 5},
        [
            (
                "unknown_field",
                "/khối lượng",
                (
                    "Field 'khối lượng' is not known here; an extension field needs a prefix, "
                    "such as 'ex:kh%E1%BB%91i%20l%C6%B0%E1%BB%A3ng'."
                ),
            )
        ],
    ),
    "a prefix before a name that no URI can hold": (
        {"ex:net weight": 5, "1st:size": 2, ":gate": 3},
        [
            (
                "malformed_field_name",
                f"/{name}",
                (
                    f"'{name}' has a prefix, but is no name of an extension field: expected a "
                    "prefix that begins with a letter, ':' and characters that a URI can hold, "
                    f"such as '{right}'."
                ),
            )
            for name, right in (
                ("ex:net weight", "ex:net%20weight"),
                ("1st:size", "x1st:size"),
                (":gate", "ex:gate"),
            )
        ],
    ),
    "keywords of JSON-LD": (
        {"@id": "urn:x:1", "@type": "ObjectEvent", "@graph": []},
        [
            (
                "json_ld_keyword",
                f"/{name}",
                f"'{name}' is a keyword of JSON-LD and may not stand here; {instead}.",
            )
            for name, instead in (
                ("@id", "EPCIS writes 'eventID'"),
                ("@type", "EPCIS writes 'type'"),
                ("@graph", "leave it out"),
            )
        ],
    ),
    "keywords of JSON-LD inside a place": (
        {"readPoint": {"id": "urn:x:y", "@id": "urn:x:y", "@context": {"ex": "urn:x:"}}},
        [
            (
                "json_ld_keyword",
                f"/readPoint/{name}",
                f"'{name}' is a keyword of JSON-LD and may not stand here; {instead}.",
            )
            for name, instead in (
                ("@id", "EPCIS writes 'id'"),
                ("@context", "prefixes are declared at the document or at the event"),
            )
        ],
    ),
    "an unknown member of the master data": (
        {"ilmd": {"lot": "L1", "ex:lot": "L1"}},
        [
            (
                "unknown_field",
                "/ilmd/lot",
                (
                    "Field 'lot' is not known here; an extension field needs a prefix, "
                    "such as 'ex:lot'."
                ),
            )
        ],
    ),
    "an unknown member of a place": (
        {"readPoint": {"id": "urn:x:y", "gate/1": 3}},
        [
            (
                "unknown_field",
                "/readPoint/gate~11",
                (
                    "Field 'gate/1' is not known here; an extension field needs a prefix, "
                    "such as 'ex:gate/1'."
                ),
            )
        ],
    ),
    "a misspelt member": (
        {"bizstep": "shipping"},
        [
            (
                "misspelt_field",
                "/bizstep",
                "Field 'bizstep' is not known here; did you mean 'bizStep'?",
            )
        ],
    ),
    "a misspelt mandatory member": (
        {"eventTime": ..., "eventtime": "2026-03-01T08:00:00+07:00"},
        [
            ("missing_field", "", "Field 'eventTime' is missing."),
            (
                "misspelt_field",
                "/eventtime",
                "Field 'eventtime' is not known here; did you mean 'eventTime'?",
            ),
        ],
    ),
    "an extension where none may stand": (
        {"quantityList": [{"epcClass": "urn:x:y", "ex:grade": "A"}]},
        [
            (
                "field_not_allowed",
                "/quantityList/0/ex:grade",
                "Field 'ex:grade' may not stand here: expected only epcClass, quantity, uom.",
            )
        ],
    ),
    "an action of a transformation": (
        {"type": "TransformationEvent", "epcList": ..., "transformationID": "urn:x:y"},
        [
            (
                "unknown_field",
                "/action",
                (
                    "Field 'action' is not known here; an extension field needs a prefix, "
                    "such as 'ex:action'."
                ),
            )
        ],
    ),
    "an extension type, whose members are its own": (
        {"type": "ex:Packing", "bizStep": "anything", "foo": None},
        [],
    ),
}


@pytest.mark.parametrize(("members", "expected"), EVENT_CASES.values(), ids=EVENT_CASES.keys())
def test_what_is_wrong_with_an_event_is_told(members: dict[str, Any], expected: Told) -> None:
    event = {name: value for name, value in {**BASE, **members}.items() if value is not ...}
    text = json.dumps({"@context": [CONTEXT, {"ex": "urn:x:"}], **event})
    reader = JsonLdReader(io.BytesIO(text.encode()))
    (read,) = reader.events()
    assert reader.findings == []
    assert told(list(read.findings)) == expected
    assert (read.event is None) is bool(expected)


DOCUMENT_CASES: dict[str, tuple[dict[str, Any], Told]] = {
    "nothing wrong": (DOCUMENT, []),
    "nothing wrong with results": (RESULTS, []),
    "everything a document may say": (
        {
            **DOCUMENT,
            "id": "urn:x:1",
            "instanceIdentifier": "1",
            "sender": "a",
            "receiver": "b",
            "epcisHeader": {"ex:h": [None]},
            "ex:more": None,
        },
        [],
    ),
    "a version that is a number": (
        {**DOCUMENT, "schemaVersion": 2.0},
        [("wrong_type", "/schemaVersion", "Expected text, got 2.0.")],
    ),
    "a version that is a word": (
        {**DOCUMENT, "schemaVersion": "two"},
        [
            (
                "malformed_value",
                "/schemaVersion",
                "Expected a version such as \"2.0\", got 'two'.",
            )
        ],
    ),
    "no version": (
        without("schemaVersion", DOCUMENT),
        [("missing_field", "", "Field 'schemaVersion' is missing.")],
    ),
    "no date": (
        without("creationDate", DOCUMENT),
        [("missing_field", "", "Field 'creationDate' is missing.")],
    ),
    "no context": (
        without("@context", DOCUMENT),
        [("missing_field", "", "Field '@context' is missing.")],
    ),
    "no body": (
        without("epcisBody", DOCUMENT),
        [("missing_field", "", "Field 'epcisBody' is missing.")],
    ),
    "no event list": (
        {**DOCUMENT, "epcisBody": {}},
        [("missing_field", "/epcisBody", "Field 'eventList' is missing.")],
    ),
    "a body that is a list": (
        {**DOCUMENT, "epcisBody": []},
        [("wrong_type", "/epcisBody", "Expected an object, got a list.")],
    ),
    "a body that is null": (
        {**DOCUMENT, "epcisBody": None},
        [("wrong_type", "/epcisBody", "Expected an object, got null.")],
    ),
    "an event list that is an object": (
        {**DOCUMENT, "epcisBody": {"eventList": {}}},
        [("wrong_type", "/epcisBody/eventList", "Expected a list, got an object.")],
    ),
    "a name that is no URI": (
        {**DOCUMENT, "id": "_:document1"},
        [
            (
                "malformed_uri",
                "/id",
                "Expected a URI, such as https://id.gs1.org/414/…, got '_:document1'.",
            )
        ],
    ),
    "an unknown member": (
        {**DOCUMENT, "comment": "x"},
        [
            (
                "unknown_field",
                "/comment",
                (
                    "Field 'comment' is not known here; an extension field needs a prefix, "
                    "such as 'ex:comment'."
                ),
            )
        ],
    ),
    "a misspelt member of the body": (
        {**DOCUMENT, "epcisBody": {"eventList": [], "eventlist": []}},
        [
            (
                "misspelt_field",
                "/epcisBody/eventlist",
                "Field 'eventlist' is not known here; did you mean 'eventList'?",
            )
        ],
    ),
    "an unknown member of the header": (
        {**DOCUMENT, "epcisHeader": {"foo": 1}},
        [
            (
                "unknown_field",
                "/epcisHeader/foo",
                (
                    "Field 'foo' is not known here; an extension field needs a prefix, "
                    "such as 'ex:foo'."
                ),
            )
        ],
    ),
    "results without a query's name": (
        {**RESULTS, "epcisBody": {"queryResults": {"resultsBody": {"eventList": []}}}},
        [("missing_field", "/epcisBody/queryResults", "Field 'queryName' is missing.")],
    ),
    "results without results": (
        {**RESULTS, "epcisBody": {"queryResults": {"queryName": "q", "resultsBody": {}}}},
        [
            (
                "missing_field",
                "/epcisBody/queryResults/resultsBody",
                "Field 'eventList' is missing.",
            )
        ],
    ),
    "results with a header": (
        {**RESULTS, "sender": "a"},
        [
            (
                "unknown_field",
                "/sender",
                (
                    "Field 'sender' is not known here; an extension field needs a prefix, "
                    "such as 'ex:sender'."
                ),
            )
        ],
    ),
}


@pytest.mark.parametrize(
    ("document", "expected"), DOCUMENT_CASES.values(), ids=DOCUMENT_CASES.keys()
)
def test_what_is_wrong_with_a_document_is_told(document: dict[str, Any], expected: Told) -> None:
    reader = JsonLdReader(io.BytesIO(json.dumps(document).encode()))
    assert list(reader.events()) == []
    assert told(reader.findings) == expected
    assert all(one.where.line == 1 and one.where.column for one in reader.findings)
    assert (reader.envelope.head is None) is bool(expected)


ELEMENT: dict[str, Any] = {"id": "urn:x:here", "attributes": [], "children": []}
MASTER_DATA_CASES: dict[str, tuple[dict[str, Any], Told]] = {
    "nothing wrong": (
        {
            **ELEMENT,
            "attributes": [
                {"id": "urn:epcglobal:cbv:mda#name", "attribute": "Trại"},
                {"id": "urn:x:n", "attribute": 1.50},
                {"id": "urn:x:o", "attribute": {"any": [None]}},
                {"id": "urn:x:empty"},
            ],
            "children": ["urn:x:there"],
            "ex:more": 1,
        },
        [],
    ),
    "an attribute that is true": (
        {**ELEMENT, "attributes": [{"id": "urn:x:a", "attribute": True}]},
        [
            (
                "wrong_type",
                "/attributes/0/attribute",
                "Expected text, a number or an object, got true.",
            )
        ],
    ),
    "an attribute that is null": (
        {**ELEMENT, "attributes": [{"id": "urn:x:a", "attribute": None}]},
        [
            (
                "wrong_type",
                "/attributes/0/attribute",
                "Expected text, a number or an object, got null.",
            )
        ],
    ),
    "an attribute without a name": (
        {**ELEMENT, "attributes": [{"attribute": "x"}]},
        [("missing_field", "/attributes/0", "Field 'id' is missing.")],
    ),
    "a child that is no URI": (
        {**ELEMENT, "children": ["there"]},
        [
            (
                "malformed_uri",
                "/children/0",
                "Expected a URI, such as https://id.gs1.org/414/…, got 'there'.",
            )
        ],
    ),
}


@pytest.mark.parametrize(
    ("element", "expected"), MASTER_DATA_CASES.values(), ids=MASTER_DATA_CASES.keys()
)
@pytest.mark.parametrize("in_results", [False, True], ids=["header", "results"])
def test_what_is_wrong_with_master_data_is_told(
    element: dict[str, Any], expected: Told, *, in_results: bool
) -> None:
    vocabularies = [
        {"type": "urn:epcglobal:epcis:vtype:Location", "vocabularyElementList": [element]}
    ]
    if in_results:
        body = {"eventList": [], "vocabularyList": vocabularies}
        where = "/epcisBody/queryResults/resultsBody/vocabularyList"
        document = {
            **RESULTS,
            "epcisBody": {"queryResults": {"queryName": "q", "resultsBody": body}},
        }
    else:
        where = "/epcisHeader/epcisMasterData/vocabularyList"
        header = {"epcisMasterData": {"vocabularyList": vocabularies}}
        document = {**DOCUMENT, "epcisHeader": header}
    reader = JsonLdReader(io.BytesIO(json.dumps(document).encode()))
    assert list(reader.events()) == []
    at = f"{where}/0/vocabularyElementList/0"
    assert told(reader.findings) == [(code, at + here, text) for code, here, text in expected]
    if not expected:
        assert reader.envelope.head is not None
        (vocabulary,) = reader.envelope.head.vocabularies
        assert vocabulary.vocabulary_element_list[0].id == "urn:x:here"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ([], [("wrong_type", "", "Expected an object, got a list.")]),
        ({}, [("missing_field", "", "Field 'type' is missing.")]),
        ({"type": None}, [("wrong_type", "/type", "Expected text, got null.")]),
        (
            {"type": "objectevent"},
            [
                (
                    "unknown_event_type",
                    "/type",
                    (
                        "Event type 'objectevent' is not known: expected ObjectEvent"
                        "; an extension type needs a prefix."
                    ),
                )
            ],
        ),
        (
            {"type": "QuantityEvent"},
            [
                (
                    "unknown_event_type",
                    "/type",
                    (
                        "Event type 'QuantityEvent' is not known: expected one of ObjectEvent, "
                        "AggregationEvent, TransactionEvent, TransformationEvent, AssociationEvent"
                        "; an extension type needs a prefix."
                    ),
                )
            ],
        ),
        (
            {"type": "Invoice"},
            [
                (
                    "unknown_event_type",
                    "/type",
                    (
                        "Event type 'Invoice' is not known: expected one of ObjectEvent, "
                        "AggregationEvent, TransactionEvent, TransformationEvent, AssociationEvent"
                        "; an extension type needs a prefix."
                    ),
                )
            ],
        ),
    ],
    ids=["a list", "no type", "null", "misspelt", "of version 1.0", "something else"],
)
def test_what_is_no_event_is_told(data: Any, expected: Told) -> None:
    event, found = read_event(data)
    assert event is None
    assert told(found) == expected


def test_a_bare_event_needs_a_context() -> None:
    reader = JsonLdReader(io.BytesIO(json.dumps(BASE).encode()))
    (read,) = reader.events()
    assert read.event is None
    assert told(list(read.findings)) == [("missing_field", "", "Field '@context' is missing.")]


def test_prefixes_behind_the_events_are_known_in_them() -> None:
    document = {**DOCUMENT, "epcisBody": {"eventList": [{**BASE, "ex:a": 1}]}}
    last = {**without("@context", document), "@context": document["@context"]}
    (read,) = JsonLdReader(io.BytesIO(json.dumps(last).encode())).events()
    assert read.event is not None
    assert read.namespaces.expand("ex:a") == ("urn:x:", "a")
    assert list(check_event(read.event, read.namespaces, read.syntax)) == []


def test_an_event_adds_prefixes_of_its_own() -> None:
    events = [{**BASE, "@context": {"my": "urn:my:"}, "my:a": 1, "ex:a": 1}, {**BASE, "my:a": 1}]
    document = {**DOCUMENT, "epcisBody": {"eventList": events}}
    first, second = JsonLdReader(io.BytesIO(json.dumps(document).encode())).events()
    assert first.event is not None
    assert second.event is not None
    assert list(check_event(first.event, first.namespaces, first.syntax)) == []
    (found,) = check_event(second.event, second.namespaces, second.syntax)
    assert (found.code, found.where.pointer) == ("unbound_prefix", "/my:a")


def test_only_the_first_of_many_alike_are_listed() -> None:
    event, found = read_event({**BASE, "epcList": [str(n) for n in range(100)]})
    assert event is None
    assert [one.code for one in found] == ["malformed_uri"] * 20 + ["more_findings"]
    assert found[-1].message == "There are 80 more findings 'malformed_uri' like this one."
    assert found[-1].where.pointer == "/epcList/20"


def of_document(**members: Any) -> Told:
    """What is told of a document with one event, both with terms of their own contexts."""
    context = [CONTEXT, {"farm": "https://farm.example/", "grade": {"@id": "farm:grade"}}]
    event = {**BASE, "@context": {"size": "https://size.example/Size", "typo": "x"}, **members}
    body = {"epcisBody": {"eventList": [event]}, "grade": "A"}
    reader = JsonLdReader(
        io.BytesIO(json.dumps({**DOCUMENT, "@context": context, **body}).encode())
    )
    found = [one for read in reader.events() for one in read.findings]
    return told([*found, *reader.findings])


def test_a_term_of_the_documents_own_context_is_told_apart_from_an_unknown_member() -> None:
    def says(term: str, right: str) -> str:
        return (
            f"'{term}' is a term of the document's own '@context', but in EPCIS an extension "
            f"field stands with a prefix: write '{right}'."
        )

    event = "/epcisBody/eventList/0"
    of_head = ("term_without_prefix", "/grade", says("grade", "farm:grade"))
    assert of_document(grade="A", size=3, typo=1, owl="x") == [
        ("term_without_prefix", f"{event}/grade", says("grade", "farm:grade")),
        ("term_without_prefix", f"{event}/size", says("size", "https://size.example/Size")),
        ("term_without_prefix", f"{event}/typo", says("typo", "ex:typo")),
        (
            "unknown_field",
            f"{event}/owl",
            ("Field 'owl' is not known here; an extension field needs a prefix, such as 'ex:owl'."),
        ),
        of_head,
    ]
    assert of_document(**{"farm:grade": "A", "https://size.example/Size": 3}) == [of_head]
