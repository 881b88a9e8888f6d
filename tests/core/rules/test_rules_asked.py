"""Only the rules that can say something of an event are asked, and no finding is lost by it."""

from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from epcis_core.codecs.structure import read_event
from epcis_core.findings import Finding
from epcis_core.model.events import EVENT_TYPES, EpcisEvent
from epcis_core.rules.check import RULES, rules_for
from tests.strategies.documents import extension_events
from tests.strategies.events import Members, event_members

WRONG: Final[dict[str, list[Any]]] = {
    "action": ["ADD", "OBSERVE", "DELETE"],
    "ilmd": [{"cbvmda:lotNumber": "L1"}],
    "parentID": ["urn:epc:class:lgtin:8930001.000001.L1"],
    "epcList": [[], ["urn:epc:id:sscc:8930001.1"], ["urn:x:a", "urn:x:a"]],
    "childEPCs": [[], ["https://id.gs1.org/01/08930001000018"]],
    "inputEPCList": [["urn:x:a", "urn:x:a"]],
    "outputEPCList": [[]],
    "quantityList": [[], [{"epcClass": "https://id.gs1.org/00/389300010000000017"}]],
    "childQuantityList": [[{"epcClass": "urn:x:c", "uom": "KGM"}]],
    "bizStep": ["Shipping", "urn:epcglobal:cbv:bizstep:shipping"],
    "disposition": ["in_transitt"],
    "persistentDisposition": [{}, {"set": ["damaged", "damaged"], "unset": ["x"]}],
    "readPoint": [{"id": "urn:epc:id:sgln:8930001.1.0"}],
    "sourceList": [[{"type": "location", "source": "https://id.gs1.org/414/8930001000010"}]],
    "transformationID": ["urn:epc:id:gdti:8930001.7"],
    "errorDeclaration": [{"declarationTime": "2026-03-01T08:00:00Z", "reason": "why"}],
    "sensorElementList": [
        [{"sensorReport": [{"time": "2199-01-01T00:00:00Z"}]}],
        [
            {
                "sensorMetadata": {"deviceID": "urn:epc:id:giai:8.1"},
                "sensorReport": [{"type": "temperature", "deviceID": "urn:x:d"}],
            }
        ],
    ],
}
"""Values of members that break rules, or would if the event were of another type."""


@st.composite
def mutated(draw: st.DrawFn) -> EpcisEvent | None:
    """An event that may break rules; None where not even its structure is right."""
    members: Members = draw(st.one_of(event_members(), extension_events()))
    for name in draw(st.lists(st.sampled_from(sorted(members)), max_size=3)):
        if name not in {"type", "eventTime", "eventTimeZoneOffset"}:
            members.pop(name, None)
    for name in draw(st.lists(st.sampled_from(sorted(WRONG)), max_size=4)):
        members[name] = draw(st.sampled_from(WRONG[name]))
    event, _ = read_event(members)
    return event


@settings(max_examples=25)  # the events take most of the time
@given(mutated())
def test_the_rules_that_are_not_asked_would_find_nothing(event: EpcisEvent | None) -> None:
    if event is None:
        return
    every: list[Finding] = [one for rule in RULES for one in rule.check(event)]
    assert [one for rule in rules_for(event) for one in rule.check(event)] == every


def test_the_members_that_a_rule_is_about_exist() -> None:
    fields = {name for kind in EVENT_TYPES.values() for name in kind.model_fields}
    assert {name for rule in RULES for name in rule.members} <= fields


def test_an_event_is_not_asked_about_what_it_has_not() -> None:
    event, _ = read_event(
        {
            "type": "AggregationEvent",
            "eventTime": "2026-03-01T08:00:00+07:00",
            "eventTimeZoneOffset": "+07:00",
            "action": "ADD",
            "parentID": "urn:epc:id:sscc:8930001.0000000001",
            "childEPCs": ["urn:x:a"],
            "ex:note": "A prefix that nobody bound is no member of the standard.",
        }
    )
    assert event is not None
    assert [rule.check.__name__ for rule in rules_for(event)] == [
        "parent_is_given",
        "children_are_given",
        "objects_are_identified",
    ]
