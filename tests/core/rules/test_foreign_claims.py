"""Who may speak for what: places and new keys of others, and what is everybody's daily work."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.access.ownership import Ownership, Strictness
from epcis_core.access.visibility import belongs
from epcis_core.codecs.sniff import open_document
from epcis_core.findings import Finding
from epcis_core.rules.ownership import covering, covers, foreign_claims
from tests.ingest.documents import SITE, document, item, lot, made, observed, packed

OWN = ("0950600", "9506000134307")
OTHER_LOT = "https://id.gs1.org/01/08935097702013/10/L1"
OTHER_SITE = "https://id.gs1.org/414/8935097702006"
OTHER_BOX = "urn:epc:id:sscc:8935097.0000000017"
OF_NOBODY = "urn:uuid:0b1f1f6e-0000-4000-8000-000000000001"


def found(
    event: dict[str, Any], *owned: str, strictness: Strictness = Strictness.WARN
) -> list[tuple[str, str, str]]:
    """Code, severity and place of what the rule says of an event."""
    reader = open_document(io.BytesIO(document(event)))
    assert not isinstance(reader, Finding)
    (read,) = reader.events()
    assert read.event is not None
    claims = foreign_claims(read.event, Ownership(owned or OWN, strictness))
    return [(one.code, str(one.severity), one.where.pointer or "") for one in claims]


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(observed(OTHER_BOX, bizStep="receiving"), id="receiving"),
        pytest.param(observed(OTHER_BOX, action="DELETE"), id="destroying"),
        pytest.param(packed(OTHER_BOX, item("1")), id="packing into a box of another"),
        pytest.param(made([OTHER_LOT], [lot("1")]), id="using"),
        pytest.param(observed(item("1"), action="ADD"), id="commissioning what is one's own"),
        pytest.param(observed(OF_NOBODY, action="ADD"), id="commissioning what is no GS1 key"),
        pytest.param(observed(readPoint={"id": f"{SITE}/254/gate"}), id="at a place of one's own"),
        pytest.param(observed(readPoint={"id": "geo:10.5,106.3"}), id="at a place without a GLN"),
    ],
)
def test_daily_work_is_nobody_elses_business(event: dict[str, Any]) -> None:
    assert found(event, "9506000", "9506000134307") == []


@pytest.mark.parametrize(
    ("event", "code", "pointer"),
    [
        pytest.param(
            observed(OTHER_BOX, action="ADD"), "foreign_key", "/epcList/0", id="commissioning"
        ),
        pytest.param(
            made([lot("1")], [OTHER_LOT]),
            "foreign_key",
            "/outputQuantityList/0/epcClass",
            id="producing",
        ),
        pytest.param(
            observed(readPoint={"id": OTHER_SITE}),
            "foreign_place",
            "/readPoint/id",
            id="read point",
        ),
        pytest.param(
            observed(bizLocation={"id": "urn:epc:id:sgln:8935097.70200.0"}),
            "foreign_place",
            "/bizLocation/id",
            id="business location",
        ),
    ],
)
def test_to_speak_for_others_is_told_as_the_province_has_chosen(
    event: dict[str, Any], code: str, pointer: str
) -> None:
    for strictness, severity in ((Strictness.WARN, "warning"), (Strictness.REJECT, "error")):
        told = found(event, "9506000", strictness=strictness)
        assert told == [(code, severity, pointer)]
    assert found(event, "9506000", strictness=Strictness.OFF) == []
    assert found(event, "9506000", "8935097") == []


def test_a_product_that_was_delegated_is_made_in_lots_and_items_and_no_other() -> None:
    product = OTHER_LOT.partition("/10/")[0]
    assert found(observed(f"{product}/21/1", action="ADD"), product) == []
    assert found(made([], [OTHER_LOT], transformationID="urn:x:1"), product) == []
    other = observed("https://id.gs1.org/01/08935097702020/21/1", action="ADD")
    assert [code for code, _, _ in found(other, product)] == ["foreign_key"]


def test_the_sentence_names_what_is_meant() -> None:
    reader = open_document(io.BytesIO(document(observed(OTHER_BOX, action="ADD"))))
    assert not isinstance(reader, Finding)
    (read,) = reader.events()
    assert read.event is not None
    (told,) = foreign_claims(read.event, Ownership(OWN))
    assert told.message == (
        f"The event brings {OTHER_BOX} into being, which is no key of whoever sent it: expected a "
        "company prefix or a GTIN of their own, or one that was delegated to them. The province "
        "has chosen whether such events are taken."
    )


def test_many_keys_of_others_are_told_of_in_part() -> None:
    event = observed(*(f"urn:epc:id:sscc:8935097.{n:010d}" for n in range(50)), action="ADD")
    told = found(event, strictness=Strictness.REJECT)
    assert [code for code, _, _ in told] == [*["foreign_key"] * 20, "more_findings"]


@given(st.text("0123456789", min_size=4, max_size=12), st.text("0123456789", max_size=1))
def test_a_prefix_covers_its_keys_behind_the_digit_in_front_and_no_gln_covers_any(
    prefix: str, digit: str
) -> None:
    sscc = f"https://id.gs1.org/00/{digit or '0'}{prefix.ljust(17, '7')}"
    assert covers([prefix], sscc)
    gln = prefix.ljust(13, "7")
    assert not covers([gln], f"https://id.gs1.org/00/{digit or '0'}{gln}7777")
    assert covers([prefix], f"https://id.gs1.org/414/{gln}")
    assert covers([prefix], gln)
    assert not covers([gln], prefix)


OWNED = ["893509770", "8935097702006", "89350977020131", "https://id.gs1.org/01/08935097702013"]
OWNED += ["urn:x:farm", "https://id.gs1.org/414/8935097702006", "0"]


@given(st.lists(st.sampled_from(OWNED), max_size=3))
def test_a_place_is_somebodys_as_it_is_for_whoever_looks_at_records(owned: list[str]) -> None:
    for place in (OTHER_SITE, f"{OTHER_SITE}/254/1", "https://id.gs1.org/414/8935097000003"):
        event = observed(readPoint={"id": place})
        foreign = "foreign_place" in {code for code, _, _ in found(event, *owned, "urn:x:nobody")}
        assert foreign is not belongs(place, owned)


VALUES = st.sampled_from(
    [
        OTHER_LOT,
        OTHER_SITE,
        f"{OTHER_SITE}/254/gate",
        "https://id.gs1.org/417/8935097702006",
        "https://id.gs1.org/00/189350970000000017",
        "https://id.gs1.org/8003/08935097702013A1",
        OF_NOBODY,
        "https://farm.example/lots/1",
    ]
)


@given(VALUES, VALUES, st.sampled_from([0, *range(15, 25)]), st.integers(0, 60))
def test_what_covers_an_identifier_is_what_is_looked_up_for_it(
    value: str, other: str, start: int, length: int
) -> None:
    owned = other[start : start + length]
    assert (owned in covering(value)) == covers([owned], value)
