"""Profiles: what a law asks for, judged on events that a reader can check by hand."""

import io
import json
from collections import Counter
from typing import Any

import pytest

from epcis_core.codecs.sniff import open_document
from epcis_core.findings import Finding, Severity
from epcis_core.rules.profile_check import ProfileCheck
from epcis_core.rules.profiles import Profile, read_profile

LOT = "https://id.gs1.org/01/08936099141015/10/DN1"
OTHER_LOT = "https://id.gs1.org/01/08936099141015/10/DN2"
CLASS = "https://id.gs1.org/01/08936099141015"
PALLET = "https://id.gs1.org/00/389360991426031110"
DOCK = "https://id.gs1.org/414/8936099140018/254/CONG"
SITE = "https://id.gs1.org/414/8936099140018"
PARTY = "https://id.gs1.org/417/8936099140001"
MDA = "urn:epcglobal:cbv:mda"

HEAD = """
reference = "A law"
version = 1
valid_from = 2026-01-01
[title]
en = "T"
vi = "T"
[note]
en = "N"
vi = "N"
"""


def profile(*requirements: str, **moments: str) -> Profile:
    """A profile of requirements and moments, each as TOML without its texts."""
    texts = '\nen = "It is there."\nvi = "Phải có."\n'
    text = HEAD
    for name, moment in (moments or {"any": ""}).items():
        text += f"[moments.{name}]\n{moment}{texts}"
    for requirement in requirements:
        text += f'[[requirements]]\nreference = "Article 1"\n{requirement}{texts}'
    return read_profile("test", text)


def asking(about: str, what: str, moment: str = "") -> Profile:
    """A profile with one requirement of every event, or of those of a moment."""
    return profile(f'id = "it"\nwhen = ["any"]\nabout = "{about}"\n{what}', any=moment)


def event(kind: Any = "ObjectEvent", **members: Any) -> dict[str, Any]:
    when = {"eventTime": "2026-03-01T08:00:00+07:00", "eventTimeZoneOffset": "+07:00"}
    action = {} if kind == "TransformationEvent" else {"action": "OBSERVE"}
    return {"type": kind, **when, **action, **members}


def master_data(**elements: dict[str, Any]) -> list[dict[str, Any]]:
    """Elements by identifier, each with its attributes."""
    return [
        {
            "type": "urn:epcglobal:epcis:vtype:Location",
            "vocabularyElementList": [
                {"id": id_, "attributes": [{"id": a, "attribute": v} for a, v in said.items()]}
                for id_, said in elements.items()
            ],
        }
    ]


def found(law: Profile, *events: dict[str, Any], **elements: dict[str, Any]) -> list[Finding]:
    """What a document of some events and master data lacks by a profile."""
    document = {
        "@context": {"ex": "https://ns.example.org/", "cbvmda": f"{MDA}:"},
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T08:00:00Z",
        "epcisBody": {"eventList": list(events)},
        "epcisHeader": {"epcisMasterData": {"vocabularyList": master_data(**elements)}},
    }
    return found_in(law, json.dumps(document).encode())


def found_in(law: Profile, data: bytes) -> list[Finding]:
    reader = open_document(io.BytesIO(data))
    assert not isinstance(reader, Finding)
    check = ProfileCheck(law)
    findings: list[Finding] = []
    for read in reader.events():
        assert read.event is not None, read.findings
        findings += check.event(read.event, read.namespaces, read.locate)
    assert reader.findings == []
    assert reader.envelope.head is not None
    return [*findings, *check.master_data(reader.envelope.head.vocabularies)]


def missing(law: Profile, *events: dict[str, Any], **elements: dict[str, Any]) -> list[str]:
    """Pointers within the only event, of what is lacking."""
    pointers = [one.where.pointer or "" for one in found(law, *events, **elements)]
    return [pointer.removeprefix("/epcisBody/eventList/0") for pointer in pointers]


def test_a_finding_says_who_asks_for_what_and_where_it_is_missing() -> None:
    (one,) = found(asking("object", 'has = ["lot_or_serial"]'), event(epcList=[CLASS]))
    assert one.message == f"test, it: It is there. Nothing says so for {CLASS}."
    assert one.message_in("vi") == f"test, it: Phải có. Chưa có thông tin này cho {CLASS}."
    assert one.code == "profile_requirement"
    assert one.severity is Severity.WARNING
    assert one.reference == "Article 1"
    assert one.where.pointer == "/epcisBody/eventList/0/epcList/0"
    assert one.where.line == 1


def test_what_is_missing_of_an_event_is_missing_of_the_event() -> None:
    (one,) = found(asking("event", 'has = ["place"]'), event(epcList=[LOT]))
    assert one.message == "test, it: It is there. Nothing says so for this event."
    assert one.message_in("vi") == "test, it: Phải có. Chưa có thông tin này cho sự kiện này."
    assert one.where.pointer == "/epcisBody/eventList/0"


def test_the_profile_says_what_a_finding_weighs_and_whether_its_clause_is_sure() -> None:
    law = asking("event", 'has = ["place"]\nseverity = "error"\nconfirmed = false')
    (one,) = found(law, event(epcList=[LOT]))
    assert one.severity is Severity.ERROR
    assert one.reference == "Article 1 (to be confirmed)"


def test_of_many_objects_the_first_are_told() -> None:
    law = asking("object", 'has = ["lot_or_serial"]')
    classes = [f"https://id.gs1.org/01/{number:013}{check(number)}" for number in range(1, 31)]
    told = found(law, event(epcList=classes))
    assert Counter(one.code for one in told) == {"profile_requirement": 20, "more_findings": 1}


def check(number: int) -> int:
    digits = [int(digit) for digit in f"{number:013}"]
    return -sum(digit * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits)) % 10


# --- facts of events ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "given"),
    [
        ("place", {"readPoint": {"id": "urn:x:barn"}}),
        ("place", {"bizLocation": {"id": DOCK}}),
        ("place_code", {"bizLocation": {"id": DOCK}}),
        ("place_code", {"readPoint": {"id": "urn:epc:id:sgln:893609914.001.0"}}),
        ("source", {"sourceList": [{"type": "owning_party", "source": PARTY}]}),
        ("destination", {"destinationList": [{"type": "location", "destination": SITE}]}),
        ("document", {"bizTransactionList": [{"bizTransaction": "urn:x:po:7"}]}),
        ("certification", {"certificationInfo": "https://example.org/vietgap"}),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_an_event_has_a_fact_or_lacks_it(fact: str, given: dict[str, Any]) -> None:
    law = asking("event", f'has = ["{fact}"]')
    assert missing(law, event(epcList=[LOT], **given)) == []
    assert missing(law, event(epcList=[LOT])) == [""]


def test_a_place_without_a_number_of_gs1_has_no_place_code() -> None:
    law = asking("event", 'has = ["place_code"]')
    assert missing(law, event(epcList=[LOT], readPoint={"id": "urn:x:barn"})) == [""]


def test_any_of_the_facts_listed_is_enough() -> None:
    law = asking("event", 'has = ["source", "place"]')
    assert missing(law, event(epcList=[LOT], readPoint={"id": "urn:x:barn"})) == []


@pytest.mark.parametrize(
    ("fact", "has", "lacks"),
    [
        ("gtin", CLASS, "urn:x:crate:7"),
        ("lot_or_serial", LOT, CLASS),
        ("lot_or_serial", f"{CLASS}/21/7", CLASS),
        ("lot_or_serial", "urn:epc:class:lgtin:893609914.0101.DN1", "urn:x:crate:7"),
    ],
    ids=["gtin", "lot", "serial", "URN"],
)
def test_an_object_has_a_fact_or_lacks_it(fact: str, has: str, lacks: str) -> None:
    law = asking("object", f'has = ["{fact}"]')
    assert missing(law, event(epcList=[has, lacks])) == ["/epcList/1"]


def test_an_amount_is_asked_of_classes_and_an_instance_is_one() -> None:
    law = asking("object", 'has = ["quantity"]')
    given = [{"epcClass": LOT}, {"epcClass": OTHER_LOT, "quantity": 5}]
    shown = event(epcList=[f"{CLASS}/21/7"], quantityList=given)
    assert missing(law, shown) == ["/quantityList/0/epcClass"]


def test_containers_are_no_trade_items() -> None:
    law = asking("object", 'has = ["gtin"]')
    assert missing(law, event(epcList=[PALLET, "urn:epc:id:bic:CSQU3054383"])) == []
    packed = event("AggregationEvent", parentID="urn:x:crate:7", childEPCs=["urn:x:grape:1"])
    assert missing(law, packed) == ["/childEPCs/0"]


def test_the_lot_number_of_master_data_is_that_of_what_begins() -> None:
    law = asking("object", 'has = ["lot_or_serial"]')
    ilmd = {"cbvmda:lotNumber": "DN1"}
    assert missing(law, event(epcList=[CLASS], action="ADD", ilmd=ilmd)) == []
    shown = event(
        "TransformationEvent",
        inputQuantityList=[{"epcClass": CLASS}],
        outputQuantityList=[{"epcClass": CLASS}],
        ilmd=ilmd,
    )
    assert missing(law, shown) == ["/inputQuantityList/0/epcClass"]


@pytest.mark.parametrize(
    "name", ["cbvmda:bestBeforeDate", f"{MDA}:bestBeforeDate", f"{MDA}#bestBeforeDate"]
)
def test_attributes_of_a_lot_count_in_every_spelling(name: str) -> None:
    law = asking("object", 'ilmd = ["cbvmda:bestBeforeDate"]')
    lot = {"epcList": [f"{CLASS}/21/7"], "action": "ADD"}
    assert missing(law, event(**lot, ilmd={name: "2026-09-01"})) == []
    assert missing(law, event(**lot, ilmd={name: ""})) == ["/epcList/0"]
    assert missing(law, event(**lot)) == ["/epcList/0"]


# --- master data ----------------------------------------------------------------------------------

NAMED = 'master_data = ["cbvmda:name"]'


@pytest.mark.parametrize("attribute", [f"{MDA}:name", f"{MDA}#name"], ids=[":", "#"])
@pytest.mark.parametrize(
    "element", [CLASS, "urn:epc:idpat:sgtin:893609914.0101.*"], ids=["Digital Link", "URN"]
)
def test_a_product_is_named_in_the_document_whatever_its_spelling(
    element: str, attribute: str
) -> None:
    law = asking("object", NAMED)
    shown = event(quantityList=[{"epcClass": LOT}])
    assert missing(law, shown, **{element: {attribute: "Nho"}}) == []
    assert missing(law, shown, **{element: {attribute: ""}}) == ["/quantityList/0/epcClass"]
    assert missing(law, shown, **{SITE: {attribute: "Nhà"}}) == ["/quantityList/0/epcClass"]


def test_a_product_without_name_is_told_once() -> None:
    law = asking("object", NAMED)
    lots = [event(quantityList=[{"epcClass": lot}]) for lot in (LOT, OTHER_LOT)]
    assert missing(law, *lots) == ["/quantityList/0/epcClass"]


def test_what_each_lot_may_say_itself_is_told_of_each_lot() -> None:
    law = asking("object", f'ilmd = ["cbvmda:countryOfOrigin"]\n{NAMED}')
    lots = [event(quantityList=[{"epcClass": lot}]) for lot in (LOT, OTHER_LOT)]
    assert len(missing(law, *lots)) == 2


def test_what_is_no_gs1_key_is_named_by_no_master_data() -> None:
    law = asking("object", NAMED)
    assert missing(law, event(epcList=["urn:x:crate:7"])) == ["/epcList/0"]


@pytest.mark.parametrize(
    "known",
    [
        {DOCK: {"urn:epcglobal:cbv:owning_party": PARTY}, PARTY: {f"{MDA}:name": "HTX"}},
        {SITE: {"urn:epcglobal:cbv:owning_party": PARTY}, PARTY: {f"{MDA}:name": "HTX"}},
        {"https://id.gs1.org/417/8936099140018": {f"{MDA}:name": "HTX"}},
        {SITE: {f"{MDA}:name": "HTX"}},
    ],
    ids=["owner of the place", "owner of the site", "same number", "the place itself"],
)
def test_who_did_it_is_known_by_the_place(known: dict[str, Any]) -> None:
    law = asking("party", NAMED)
    shown = event(epcList=[LOT], readPoint={"id": DOCK})
    assert missing(law, shown, **known) == []
    assert missing(law, shown) == ["/readPoint/id"]


def test_the_name_of_somebody_else_is_no_name() -> None:
    law = asking("party", NAMED)
    shown = event(epcList=[LOT], readPoint={"id": DOCK})
    known = {SITE: {"urn:epcglobal:cbv:owning_party": PARTY, f"{MDA}:name": "Nhà đóng gói"}}
    assert missing(law, shown, **known) == ["/readPoint/id"]


def test_parties_of_the_event_come_before_its_place() -> None:
    law = asking("party", NAMED)
    ends = {
        "readPoint": {"id": DOCK},
        "sourceList": [
            {"type": "location", "source": DOCK},
            {"type": "possessing_party", "source": "urn:epc:id:pgln:893609914.001"},
        ],
        "destinationList": [{"type": "owning_party", "destination": PARTY}],
    }
    named = {PARTY: {f"{MDA}:name": "HTX"}}
    shipped = event(epcList=[LOT], bizStep="shipping", **ends)
    assert missing(law, shipped, **named) == ["/sourceList/1/source"]
    received = event(epcList=[LOT], bizStep="receiving", **ends)
    assert missing(law, received, **named) == []


def test_who_did_it_is_missing_where_nothing_tells() -> None:
    assert missing(asking("party", NAMED), event(epcList=[LOT])) == [""]


# --- moments --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("", {"add", "observe", "transform", "drain", "pack"}),
        ('types = ["TransformationEvent"]', {"transform", "drain"}),
        ('biz_steps = ["shipping"]', {"observe"}),
        ('biz_steps = ["https://ref.gs1.org/cbv/BizStep-shipping"]', {"observe"}),
        ('objects = "begun"', {"add", "transform"}),
        ('objects = "used"', {"transform", "drain"}),
        ('types = ["ObjectEvent"]\nobjects = "begun"', {"add"}),
    ],
    ids=["all", "type", "step", "step as URI", "begun", "used", "both"],
)
def test_a_requirement_is_asked_at_its_moments_alone(moment: str, expected: set[str]) -> None:
    amount = [{"epcClass": LOT}]
    events = {
        "add": event(quantityList=amount, action="ADD"),
        "observe": event(quantityList=amount, bizStep="shipping"),
        "transform": event(
            "TransformationEvent", inputQuantityList=amount, outputQuantityList=amount
        ),
        "drain": event(
            "TransformationEvent", inputQuantityList=amount, transformationID="urn:x:vat"
        ),
        "pack": event("AggregationEvent", parentID=PALLET, childQuantityList=amount),
    }
    law = asking("event", 'has = ["document"]', moment)
    assert {name for name, shown in events.items() if missing(law, shown)} == expected


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        ("named", ["/inputQuantityList/0/epcClass", "/outputQuantityList/0/epcClass"]),
        ("used", ["/inputQuantityList/0/epcClass"]),
        ("begun", ["/outputQuantityList/0/epcClass"]),
    ],
)
def test_a_moment_says_which_objects_are_meant(objects: str, expected: list[str]) -> None:
    amount = [{"epcClass": CLASS}]
    shown = event("TransformationEvent", inputQuantityList=amount, outputQuantityList=amount)
    law = asking("object", 'has = ["lot_or_serial"]', f'objects = "{objects}"')
    assert missing(law, shown) == expected


def test_what_is_asked_at_two_moments_is_told_once() -> None:
    law = profile(
        'id = "it"\nwhen = ["one", "two"]\nabout = "object"\nhas = ["lot_or_serial"]',
        one="",
        two='types = ["ObjectEvent"]',
    )
    assert missing(law, event(epcList=[CLASS])) == ["/epcList/0"]


def test_error_declarations_and_events_of_other_vocabularies_are_not_judged() -> None:
    law = asking("event", 'has = ["place"]')
    declared = event(
        epcList=[LOT], errorDeclaration={"declarationTime": "2026-03-02T08:00:00+07:00"}
    )
    other = {**event(), "type": "ex:Survey"}
    assert found(law, declared, other) == []


# --- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("law", "message"),
    [
        ('id = "x"\nwhen = ["any"]\nabout = "event"', "x: nothing is listed"),
        ('id = "x"\nwhen = ["any"]\nabout = "event"\nmaster_data = ["a"]', "x: an event has no"),
        ('id = "x"\nwhen = ["any"]\nabout = "event"\nhas = ["gtin"]', "x: gtin can only be asked"),
        ('id = "x"\nwhen = ["any"]\nabout = "event"\nhas = ["colour"]', "colour"),
        ('id = "x"\nwhen = ["never"]\nabout = "event"\nhas = ["place"]', "['never'] are used"),
        ('id = "x"\nwhen = []\nabout = "event"\nhas = ["place"]', "at least 1 item"),
        ('id = "x"\nwhen = ["any"]\nabout = "event"\nhas = ["place"]\nwho = "me"', "who"),
    ],
    ids=["nothing", "master data", "object", "fact", "moment", "no moment", "member"],
)
def test_a_profile_that_cannot_be_judged_is_refused(law: str, message: str) -> None:
    with pytest.raises(ValueError, match="for Profile") as caught:
        profile(law)
    assert message in str(caught.value)


def test_ids_of_a_profile_are_unique() -> None:
    law = 'id = "x"\nwhen = ["any"]\nabout = "event"\nhas = ["place"]'
    with pytest.raises(ValueError, match="two requirements have one id"):
        profile(law, law)


def test_what_can_hardly_be_true_is_told_at_its_place() -> None:
    law = profile(
        'id = "much"\nwhen = ["any"]\nabout = "object"\nhas = ["quantity"]',
        'id = "so_much"\nwhen = ["any"]\nabout = "object"\nhas = ["quantity"]',
        'id = "good"\nwhen = ["any"]\nabout = "object"\nilmd = ["cbvmda:bestBeforeDate"]',
    )
    lots = [{"epcClass": LOT, "quantity": 0}, {"epcClass": OTHER_LOT, "quantity": 1}]
    ilmd = {"cbvmda:bestBeforeDate": "2026-02-28"}
    told = found(law, event(action="ADD", quantityList=lots, ilmd=ilmd))
    assert [(one.code, one.where.pointer, one.message) for one in told] == [
        (
            "implausible_quantity",
            "/epcisBody/eventList/0/quantityList/0/quantity",
            "The amount is 0, and should be more than nothing.",
        ),
        (
            "implausible_expiry",
            "/epcisBody/eventList/0/ilmd/cbvmda:bestBeforeDate",
            "It expires on 2026-02-28, which is before it was made, on 2026-03-01.",
        ),
    ]
