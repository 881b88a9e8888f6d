"""The digest of an event's content: its value, which ledgers keep, and what it is a digest of."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from epcis_core.errors import IdentifierError
from epcis_core.event_hash import content_digest
from epcis_core.event_hash.spelling import (
    IS_COMMENT,
    member_name,
    number_of,
    term_of,
    text_of,
    uri_of,
    uris_of,
)
from epcis_core.identifiers import parse_identifier
from epcis_core.model.base import Number
from epcis_core.model.elements import BusinessTransaction, Destination, SensorReport, Source
from epcis_core.model.events import EVENT_TYPES, EpcisEvent
from epcis_core.model.namespaces import Namespaces
from epcis_core.model.times import exact_utc_text, instant
from epcis_core.vocabulary import VocabularyList
from tests.core.random_events import NAMESPACES, Event, events

TERMS: Final = {
    "biz_step": VocabularyList.BIZ_STEP,
    "disposition": VocabularyList.DISPOSITION,
    "set": VocabularyList.DISPOSITION,
    "unset": VocabularyList.DISPOSITION,
    "reason": VocabularyList.ERROR_REASON,
    "exception": VocabularyList.SENSOR_ALERT_TYPE,
    "component": VocabularyList.COMPONENT,
}
TYPES: Final[Mapping[type[BaseModel], VocabularyList]] = {
    BusinessTransaction: VocabularyList.BUSINESS_TRANSACTION_TYPE,
    Source: VocabularyList.SOURCE_DEST_TYPE,
    Destination: VocabularyList.SOURCE_DEST_TYPE,
    SensorReport: VocabularyList.MEASUREMENT_TYPE,
}
TIMES: Final = {"event_time", "declaration_time", "time", "start_time", "end_time"}

ODD: Final = (
    "https://id.gs1.org/01/04012345111118/10/L1/21/7",
    "https://farm.example/01/04012345111118/10/L1/21/7?x=1",
    "https://id.gs1.org/01/04012345111119/21/7",
    "https://www.gs1.org/voc/01/04012345111119",
    "https://id.gs1.org/01/04012345111118/21/" + "%2F" * 20,
    "urn:epc:id:ginc:0614141.xyz=47%2F11",
    "URN:epc:id:sgtin:4012345.011111.9",
    "urn:uuid:2E0AB4E5-2B0C-4C5D-8A0E-0A6A0F2D7C11",
    "urn:epcglobal:cbv:sdt:location",
    "farm:thing",
    "https://example.org/" + "a" * 300,
)
"""URIs that are written in some way that most are not."""

PREFIXES: Final = (
    NAMESPACES,
    Namespaces({"farm": "https://nông-trại.example/", "shipping": "urn:s:"}),
    Namespaces({"farm": "urn:x:", "URN": "https://u.example/", "+07": "urn:seven:", "urn": "u:"}),
)


PINNED: Final[Sequence[tuple[Event, str]]] = [
    (
        {
            "type": "ObjectEvent",
            "eventID": "urn:uuid:2E0AB4E5-2B0C-4C5D-8A0E-0A6A0F2D7C11",
            "eventTime": "2026-03-01T08:00:00.1200000345+07:00",
            "eventTimeZoneOffset": "+07:00",
            "action": "ADD",
            "epcList": [
                "urn:epc:id:sgtin:4012345.011111.9",
                "https://farm.example/01/04012345111118/10/L1/21/7",
            ],
            "bizStep": "commissioning",
            "readPoint": {"id": "urn:epc:id:sgln:4012345.00011.gate", "farm:a": "Chuồng số 3"},
            "sourceList": [{"type": "location", "source": "urn:epc:id:sgln:4012345.00011.0"}],
            "ilmd": {"cbvmda:lotNumber": "L1", "farm:a": [["b", "a"], Number("1.50"), True]},
            "farm:b": {"farm:p": None, "farm:q": "gs1:Temperature"},
        },
        "4a14ad43f142d448a90405b4ff714bc5f58f9b59389c1cdf2413211326cd48e2",
    ),
    (
        {
            "type": "TransformationEvent",
            "eventTime": "2026-03-01T08:00:00Z",
            "eventTimeZoneOffset": "+07:00",
            "inputQuantityList": [
                {
                    "epcClass": "urn:epc:class:lgtin:4012345.012345.L1",
                    "quantity": Number("2.50"),
                },
                {"epcClass": "farm:thing", "quantity": Number("7"), "uom": "KGM"},
            ],
            "outputQuantityList": [{"epcClass": "urn:epc:class:lgtin:4012345.012345.L2"}],
            "persistentDisposition": {"set": ["damaged"], "unset": ["stolen", "expired"]},
        },
        "73c05efaa81f9ae862f78a222b8b6a17851966adfaa5a4333c51e86e59957455",
    ),
    (
        {
            "type": "AggregationEvent",
            "eventTime": "2026-03-01T08:00:00Z",
            "eventTimeZoneOffset": "+07:00",
            "action": "OBSERVE",
            "parentID": "urn:epc:id:sscc:4012345.0000000111",
            "childEPCs": [],
            "errorDeclaration": {
                "declarationTime": "2026-03-02T08:00:00.500Z",
                "reason": "incorrect_data",
                "correctiveEventIDs": ["urn:uuid:2e0ab4e5-2b0c-4c5d-8a0e-0a6a0f2d7c12"],
            },
            "sensorElementList": [
                {
                    "sensorReport": [
                        {
                            "type": "Temperature",
                            "value": Number("25E-1"),
                            "booleanValue": False,
                            "time": "2026-03-01T08:00:00.9995+07:00",
                        }
                    ]
                }
            ],
        },
        "f421d0abef27c73ce03e8cc17299aa5aedaa82e19ef7528df2aa01c8631a654a",
    ),
]
IDS: Final = ("object", "transformation", "aggregation with an error declaration")


def framed(*parts: bytes) -> bytes:
    return b"".join(b"%d:%s" % (len(part), part) for part in parts)


def identifying(text: str, namespaces: Namespaces) -> str:
    spelled = text_of(text, namespaces)
    if spelled[:9].lower() == "urn:uuid:":
        return spelled.lower()
    if "/10/" in text and "/21/" in spelled:
        try:
            lot = parse_identifier(text).lot
        except IdentifierError:
            return spelled
        return spelled if lot is None else f"{spelled} {lot}"
    return spelled


def scalar(value: Any) -> bytes:
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if value is None:
        return b"null"
    return number_of(value.text if isinstance(value, Number) else str(value)).encode()


def values(part: type[BaseModel], name: str, value: Any, namespaces: Namespaces) -> Iterator[bytes]:
    if isinstance(value, tuple):
        for one in value:
            yield from values(part, name, one, namespaces)
    elif isinstance(value, dict):
        yield members(value, namespaces)
    elif isinstance(value, BaseModel):
        yield whole(value, namespaces)
    elif not isinstance(value, str):
        yield scalar(value)
    elif name in TIMES:
        yield exact_utc_text(value).encode()
    else:
        vocabulary = TYPES.get(part) if name == "type" else TERMS.get(name)
        spell = identifying if vocabulary is None else term_of(vocabulary)
        yield spell(value, namespaces).encode()


def whole(part: BaseModel, namespaces: Namespaces) -> bytes:
    written = [
        framed(name.encode(), one)
        for name, value in vars(part).items()
        if value is not None and name not in {"record_time", "context"}
        for one in values(type(part), name, value, namespaces)
    ]
    if part.model_extra:
        written.append(framed(b"", members(part.model_extra, namespaces)))
    return framed(*sorted(written))


def members(found: dict[str, Any], namespaces: Namespaces) -> bytes:
    named = [(member_name(name, namespaces), value) for name, value in found.items()]
    written = [
        framed(name.encode(), one)
        for name, value in named
        if name not in IS_COMMENT
        for one in extension(value, namespaces)
    ]
    return framed(*sorted(written))


def extension(value: Any, namespaces: Namespaces) -> list[bytes]:
    if isinstance(value, str):
        return [framed(b"=", identifying(value, namespaces).encode())]
    if isinstance(value, dict):
        return [framed(b"{", members(value, namespaces))]
    if not isinstance(value, list):
        return [framed(b"=", scalar(value))]
    found = []
    for one in value:
        each = extension(one, namespaces)
        found += [framed(b"[", *sorted(each))] if isinstance(one, list) else each
    return found


def odder(value: Any, data: st.DataObject) -> Any:
    """Put odd URIs and texts of other alphabets in the place of some."""
    if isinstance(value, dict):
        return {name: odder(inner, data) for name, inner in value.items()}
    if isinstance(value, list):
        return [odder(inner, data) for inner in value]
    if not isinstance(value, str) or not data.draw(st.booleans()):
        return value
    if value in {"abc", "AbC", "farm gate"}:
        return data.draw(st.sampled_from(["Ghi chú: lô số 7", "  é ", "", *ODD]))
    return data.draw(st.sampled_from(ODD)) if ":" in value[:6] and value[0] in "uhf" else value


def event_of(found: Event) -> EpcisEvent:
    return EVENT_TYPES[found["type"]].model_validate(found)


@settings(max_examples=60)
@given(found=events, namespaces=st.sampled_from(PREFIXES), data=st.data())
def test_it_is_of_all_parts_each_led_by_its_length_in_order_of_their_bytes(
    found: Event, namespaces: Namespaces, data: st.DataObject
) -> None:
    event = event_of(odder(found, data))
    assert content_digest(event, namespaces) == sha256(whole(event, namespaces)).digest()


@pytest.mark.parametrize(("found", "expected"), PINNED, ids=IDS)
def test_its_value_stays(found: Event, expected: str) -> None:
    assert content_digest(event_of(found), NAMESPACES).hex() == expected


@pytest.mark.parametrize("namespaces", PREFIXES, ids=["ours", "not in ASCII", "odd ones"])
@pytest.mark.parametrize("found", [found for found, _ in PINNED], ids=IDS)
def test_prefixes_count_by_what_they_stand_for(found: Event, namespaces: Namespaces) -> None:
    event = event_of(found)
    assert content_digest(event, namespaces) == sha256(whole(event, namespaces)).digest()


@pytest.mark.parametrize(
    "said",
    [
        lambda text: {"bizStep": text},
        lambda text: {"disposition": text},
        lambda text: {"sourceList": [{"type": text, "source": "urn:epc:id:pgln:4012345.00000"}]},
        lambda text: {"bizTransactionList": [{"type": text, "bizTransaction": "urn:x:1"}]},
    ],
    ids=["a step", "a disposition", "a source", "a business transaction"],
)
def test_a_prefix_counts_behind_blanks_too(said: Callable[[str], Event]) -> None:
    plain, blank = (
        event_of(PINNED[0][0] | said(text)) for text in ("farm:thing", "\t\xa0 farm:thing ")
    )
    assert content_digest(blank, NAMESPACES) == content_digest(plain, NAMESPACES)
    assert content_digest(blank, NAMESPACES) == sha256(whole(blank, NAMESPACES)).digest()


@settings(max_examples=20)
@given(st.lists(st.sampled_from(ODD), max_size=4), st.sampled_from(PREFIXES))
def test_uris_are_spelled_together_as_each_alone(texts: list[str], namespaces: Namespaces) -> None:
    assert uris_of(texts, namespaces) == [uri_of(text, namespaces) for text in texts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T08:00:00Z", "2026-03-01T08:00:00Z"),
        ("2026-03-01T08:00:00.000Z", "2026-03-01T08:00:00Z"),
        ("2026-03-01T08:00:00.120000034500+07:00", "2026-03-01T01:00:00.1200000345Z"),
        ("2026-03-01T08:00:00.5-05:30", "2026-03-01T13:30:00.5Z"),
        ("2026-03-01T00:00:00-00:00", "2026-03-01T00:00:00Z"),
        ("0001-01-01T00:00:00.000000Z", "0001-01-01T00:00:00Z"),
    ],
)
def test_times_keep_all_their_decimals_in_utc(text: str, expected: str) -> None:
    assert exact_utc_text(text) == expected
    assert instant(text) == instant(expected)
