"""Where two events differ: the members by their pointers, whatever the spelling."""

from typing import Any

import pytest

from epcis_core.codecs.json_scan import data_of
from epcis_core.codecs.jsonld_writer import json_bytes
from epcis_core.codecs.structure import read_event
from epcis_core.event_hash.differences import Within, differing_members
from epcis_core.model.namespaces import Namespaces
from tests.ingest.documents import SITE, item, observed

NAMESPACES = Namespaces({**Namespaces().prefixes, "ex": "https://ns.example.com/"})
READING = {"type": "Temperature", "value": 4}
FULL = observed(
    item("1"),
    item("2"),
    eventID="urn:x:1",
    action="ADD",
    bizStep="shipping",
    readPoint={"id": SITE, "ex:gate": "3"},
    persistentDisposition={"set": ["damaged"], "unset": ["available"]},
    sensorElementList=[{"sensorReport": [READING]}],
    ilmd={"cbvmda:lotNumber": "L1", "ex:grade": "A"},
    **{"ex:note": {"ex:a": 1}, "ex:list": [1, 2]},
)


def read(members: dict[str, Any]) -> Within:
    data = data_of(json_bytes(members).decode())
    event, found = read_event(data)
    assert event is not None, found
    return Within(event, Namespaces.of_context(event.context, NAMESPACES))


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        ({"bizStep": "receiving"}, ["/bizStep"]),
        ({"disposition": "in_transit"}, ["/disposition"]),
        ({"eventTime": "2026-03-01T08:00:00.0001+07:00"}, ["/eventTime"]),
        ({"epcList": [item("1")]}, ["/epcList"]),
        ({"readPoint": {"id": SITE, "ex:gate": "4"}}, ["/readPoint/ex:gate"]),
        ({"persistentDisposition": {"set": ["damaged"]}}, ["/persistentDisposition/unset"]),
        ({"sensorElementList": [{"sensorReport": [READING, READING]}]}, ["/sensorElementList"]),
        (
            {"ilmd": {"cbvmda:lotNumber": "L2", "ex:size": 5}},
            ["/ilmd/cbvmda:lotNumber", "/ilmd/ex:size", "/ilmd/ex:grade"],
        ),
        ({"ex:note": {"ex:a": 2}}, ["/ex:note"]),
        ({"ex:a/b": 1, "action": "OBSERVE"}, ["/action", "/ex:a~1b"]),
    ],
    ids=[
        "another value",
        "a member more",
        "a fraction of a second",
        "an object fewer",
        "an extension of a place",
        "a part of a part fewer",
        "a reading more",
        "master data of a lot",
        "inside an extension",
        "several, standard first",
    ],
)
def test_what_differs_is_named(change: dict[str, Any], pointers: list[str]) -> None:
    changed, full = read({**FULL, **change}), read(FULL)
    assert list(differing_members(changed, full)) == pointers
    assert sorted(differing_members(full, changed)) == sorted(pointers)


def test_another_type_of_event_differs_in_what_only_one_of_them_has() -> None:
    when = {name: FULL[name] for name in ("eventTime", "eventTimeZoneOffset", "eventID")}
    packed = read({**when, "type": "AggregationEvent", "action": "ADD", "childEPCs": [item("1")]})
    seen = read({**when, "type": "ObjectEvent", "action": "ADD", "epcList": [item("1")]})
    assert differing_members(packed, seen) == ("/type", "/childEPCs", "/epcList")


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"errorDeclaration": {"declarationTime": "2026-03-04T08:00:00Z"}},
        {"recordTime": "2026-03-04T08:00:00Z", "eventID": "urn:x:2"},
        {"rdfs:comment": "sent again"},
        {"epcList": [item("2"), "urn:epc:id:sgtin:9506000.013435.1"]},
        {"eventTime": "2026-03-01T01:00:00.000Z"},
        {"sensorElementList": [{"sensorReport": [{"type": "gs1:Temperature", "value": 4}]}]},
        {"ex:list": [2, 1]},
    ],
    ids=[
        "nothing",
        "the declaration",
        "record time and id",
        "a comment",
        "order and spelling of identifiers",
        "the zone of a time",
        "spelling of a term",
        "the order of an array",
    ],
)
def test_what_says_the_same_is_not_named(change: dict[str, Any]) -> None:
    assert differing_members(read({**FULL, **change}), read(FULL)) == ()


def test_a_prefix_of_another_name_is_the_same_namespace() -> None:
    own = {name: value for name, value in FULL.items() if name not in {"ex:note", "ex:list"}}
    own |= {"@context": {"our": "https://ns.example.com/"}, "our:note": {"our:a": 1}}
    assert differing_members(read({**own, "our:list": [1, 2]}), read(FULL)) == ()
    assert differing_members(read({**own, "our:list": [1]}), read(FULL)) == ("/our:list",)
    assert differing_members(read(own), read(FULL)) == ("/ex:list",)
