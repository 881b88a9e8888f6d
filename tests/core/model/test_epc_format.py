"""Identifiers in the other format: the same objects, and nothing lost or dropped in silence."""

from typing import Any

import pytest
from hypothesis import given

from epcis_core.codecs.jsonld_writer import members
from epcis_core.event_hash import event_hash
from epcis_core.identifiers import canonical
from epcis_core.model.documents import DocumentOfEvents
from epcis_core.model.epc_format import EpcFormat, in_epc_format, translated
from epcis_core.model.events import EpcisEvent, ExtensionEvent, ObjectEvent
from epcis_core.model.namespaces import Namespaces
from tests.strategies.events import CONTEXT, events

URN = "urn:epc:id:sgtin:4012345.011111.9876"
LINK = "https://id.gs1.org/01/04012345111118/21/9876"
PLACE_URN = "urn:epc:id:sgln:4012345.00005.0"
PLACE_LINK = "https://id.gs1.org/414/4012345000054"


@pytest.mark.parametrize(
    ("uri", "to", "expected"),
    [
        (URN, "digital-link", LINK),
        (LINK, "urn", URN),
        ("https://farm.example/01/04012345111118/21/9876", "urn", URN),
        ("https://farm.example/01/04012345111118/21/9876", "digital-link",
         "https://farm.example/01/04012345111118/21/9876"),
        ("https://id.gs1.org/01/04012345111118", "urn", "urn:epc:idpat:sgtin:4012345.011111.*"),
        ("https://id.gs1.org/01/04012345111118/10/L1/21/9876", "urn", None),
        (f"{LINK}?17=261231", "urn", None),
        ("https://id.gs1.org/00/389500000000000001", "urn", None),
        ("urn:uuid:1", "digital-link", "urn:uuid:1"),
        ("https://example.org/things/1", "urn", "https://example.org/things/1"),
        ("https://id.gs1.org/00/389500000000000002", "urn",
         "https://id.gs1.org/00/389500000000000002"),
        (URN, "as-is", URN),
    ],
    ids=["to link", "to URN", "another domain", "a link already", "class", "lot and serial",
         "attributes", "unknown prefix", "no GS1 key", "no GS1 link", "wrong check digit", "as is"],
)  # fmt: skip
def test_one_identifier(uri: str, to: EpcFormat, expected: str | None) -> None:
    assert translated(uri, to) == expected


WHEN = {"eventTime": "2026-03-01T08:00:00Z", "eventTimeZoneOffset": "+07:00"}


def everywhere(item: str, place: str) -> dict[str, Any]:
    sensed = {"deviceID": item}
    return {
        "type": "ObjectEvent",
        **WHEN,
        "eventID": "urn:uuid:1",
        "action": "ADD",
        "epcList": [item, "urn:uuid:2"],
        "quantityList": [{"epcClass": item}],
        "readPoint": {"id": place, "ex:id": URN},
        "bizLocation": {"id": place},
        "bizTransactionList": [{"bizTransaction": item}],
        "sourceList": [{"type": "location", "source": place}],
        "destinationList": [{"type": "location", "destination": place}],
        "sensorElementList": [
            {"sensorMetadata": sensed, "sensorReport": [{**sensed, "type": "x"}]}
        ],
        "ilmd": {"ex:epcList": [URN]},
        "ex:parentID": URN,
    }


def test_every_field_that_holds_an_identifier_is_translated_and_no_other() -> None:
    event = ObjectEvent.model_validate(everywhere(URN, PLACE_URN))
    translated_event, found = in_epc_format(event, "digital-link")
    assert found == []
    assert translated_event == ObjectEvent.model_validate(everywhere(LINK, PLACE_LINK))


def test_what_stays_is_said_with_its_place() -> None:
    unknown = "https://id.gs1.org/00/389500000000000001"
    event = ObjectEvent.model_validate(
        {"type": "ObjectEvent", **WHEN, "action": "ADD", "epcList": [LINK, unknown]}
    )
    translated_event, found = in_epc_format(event, "urn")
    assert members(translated_event)["epcList"] == (URN, unknown)
    assert [(one.code, one.where.pointer, one.message) for one in found] == [
        (
            "not_translated",
            "/epcList/1",
            f"'{unknown}' cannot be written in the other format without loss and stays as it is.",
        )
    ]


def test_master_data_is_translated_with_the_events_that_name_it() -> None:
    def head(place: str) -> DocumentOfEvents:
        element = {
            "id": place,
            "attributes": [{"id": "urn:epcglobal:cbv:mda:site", "attribute": PLACE_URN}],
            "children": [place],
        }
        vocabulary = {
            "type": "urn:epcglobal:epcis:vtype:Location",
            "vocabularyElementList": [element],
        }
        return DocumentOfEvents.model_validate(
            {
                "@context": CONTEXT,
                "type": "EPCISDocument",
                "schemaVersion": "2.0",
                "creationDate": "2026-03-01T08:00:00Z",
                "epcisHeader": {"epcisMasterData": {"vocabularyList": [vocabulary]}},
                "epcisBody": {"eventList": []},
            }
        )

    assert in_epc_format(head(PLACE_URN), "digital-link") == (head(PLACE_LINK), [])


def test_an_event_of_another_vocabulary_may_use_the_names_otherwise() -> None:
    event = ExtensionEvent.model_validate(
        {"type": "ex:Inspection", **WHEN, "epcList": URN, "readPoint": PLACE_URN, "sourceList": [1]}
    )
    translated_event, _ = in_epc_format(event, "digital-link")
    assert translated_event.extensions == {
        "epcList": LINK,
        "readPoint": PLACE_URN,
        "sourceList": [1],
    }


@given(events())
def test_it_stays_the_same_event(event: EpcisEvent) -> None:
    """What is named is what the event hash compares; there and back keeps the objects."""
    namespaces = Namespaces.of_context(CONTEXT)
    links, found = in_epc_format(event, "digital-link")
    assert found == []
    assert event_hash(links, namespaces) == event_hash(event, namespaces)
    urns, _ = in_epc_format(links, "urn")
    assert event_hash(urns, namespaces) == event_hash(event, namespaces)
    assert in_epc_format(event, "as-is") == (event, [])


@given(events())
def test_every_link_is_canonical_and_every_urn_of_the_same_object(event: EpcisEvent) -> None:
    links, _ = in_epc_format(event, "digital-link")
    for before, after in zip(epcs(event), epcs(links), strict=True):
        assert canonical(after) == canonical(before)


def epcs(event: EpcisEvent) -> tuple[str, ...]:
    return getattr(event, "epc_list", None) or getattr(event, "child_epcs", None) or ()
