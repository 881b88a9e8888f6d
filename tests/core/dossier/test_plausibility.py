"""What the records of a lot say may be there, and still can hardly be true."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from epcis_core.dossier.completeness import Asked, Completeness, completeness
from epcis_core.dossier.material import Certified, Material, Owner, Said
from epcis_core.rules.profiles import profiles
from tests.core.dossier.chains import known, read
from tests.ingest.documents import NOW, lot, made, observed

FARM, PACKER = "https://id.gs1.org/417/9506000134307", "https://id.gs1.org/417/9506000134314"
FIELD, SHED = "https://id.gs1.org/414/9506000134307", "https://id.gs1.org/414/9506000134314"
PRODUCT = "https://id.gs1.org/01/09506000134352"
LOT = lot("L2")
MDA = "urn:epcglobal:cbv:mda"


def named(key: str, name: str) -> dict[str, Any]:
    return {"id": key, "attributes": [{"id": f"{MDA}:name", "attribute": name}]}


def document(*events: dict[str, Any], shed: str = "Nhà đóng gói Gió") -> dict[str, Any]:
    places = [named(FIELD, "Vườn Gió"), *([named(SHED, shed)] if shed else [])]
    vocabulary = {"type": "urn:epcglobal:epcis:vtype:Location", "vocabularyElementList": places}
    return {
        "@context": [
            "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
            {"cbvmda": f"{MDA}:"},
        ],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T08:00:00Z",
        "epcisHeader": {"epcisMasterData": {"vocabularyList": [vocabulary]}},
        "epcisBody": {"eventList": list(events)},
    }


def harvest(**members: Any) -> dict[str, Any]:
    """10 kg of lot L1, harvested on 1 March in the field."""
    whole = observed(
        eventID="urn:x:harvest",
        action="ADD",
        bizStep="commissioning",
        readPoint={"id": FIELD},
        quantityList=[{"epcClass": lot("L1"), "quantity": 10, "uom": "KGM"}],
        ilmd={"cbvmda:harvestEndDate": "2026-03-01"},
    )
    del whole["epcList"]
    return {**whole, **members}


def packing(**members: Any) -> dict[str, Any]:
    """Lot L2 packed of L1 on 2 March in the shed."""
    return {
        **made([lot("L1")], [LOT], eventID="urn:x:packing", readPoint={"id": SHED}),
        "bizStep": "packing",
        "ilmd": {"cbvmda:productionDate": "2026-03-02", "cbvmda:bestBeforeDate": "2026-03-10"},
        **members,
    }


def told(*events: dict[str, Any], shed: str = "Nhà đóng gói Gió") -> Material:
    written = json.loads(json.dumps(document(*events, shed=shed)))
    return known({"all": read("all", written)}, {}, LOT)


def judged(material: Material, profile: str = "vn-decree-37-2026") -> Completeness:
    return completeness(material, profiles()[profile], NOW)


def asked(found: Completeness, requirement: str) -> list[Asked]:
    (one,) = (each for each in found.requirements if each.requirement.id == requirement)
    return list(one.asked)


def doubts(found: Completeness) -> dict[str, list[str]]:
    return {
        one.requirement.id: [doubt.message for each in one.asked for doubt in each.doubts]
        for one in found.requirements
        if one.status == "implausible"
    }


def test_records_that_can_be_true_raise_no_doubt() -> None:
    assert doubts(judged(told(harvest(), packing()))) == {}


@pytest.mark.parametrize(
    ("events", "profile", "expected"),
    [
        (
            lambda: told(harvest(), packing(eventTime="2027-03-02T08:00:00+07:00")),
            "vn-decree-37-2026",
            {
                "stage_time": [
                    "The event is dated 2027-03-02T08:00:00+07:00, which has not come yet."
                ]
            },
        ),
        (
            lambda: told(
                harvest(),
                packing(eventTime="2026-03-02T08:00:00+07:00", transformationID="urn:x:run"),
                packing(
                    eventID="urn:x:output",
                    eventTime="2026-03-02T07:00:00+07:00",
                    transformationID="urn:x:run",
                    inputQuantityList=[],
                ),
            ),
            "vn-decree-37-2026",
            {
                "stage_time": [
                    (
                        "By its time, 2026-03-02T07:00:00+07:00, it comes before what it must come "
                        "after."
                    )
                ]
            },
        ),
        (
            lambda: told(harvest(), packing(), shed=""),
            "vn-decree-37-2026",
            {
                "place_code": [
                    f"Nobody has said what place {SHED} is: it has no name, address or coordinates."
                ]
            },
        ),
        (
            lambda: told(
                harvest(quantityList=[{"epcClass": lot("L1"), "quantity": 0, "uom": "KGM"}]),
                packing(),
            ),
            "vn-tcvn-12827",
            {"origin_quantity": ["The amount is 0 KGM, and should be more than nothing."]},
        ),
        (
            lambda: told(harvest(), packing(ilmd={"cbvmda:bestBeforeDate": "2026-02-10"})),
            "vn-fish",
            {"expiry": ["It expires on 2026-02-10, which is before it was made, on 2026-03-02."]},
        ),
        (
            lambda: told(harvest(ilmd={"cbvmda:harvestEndDate": "2026-03-05"}), packing()),
            "vn-tcvn-12827",
            {
                "harvest_time": [
                    (
                        "The date 2026-03-05 is later than 2026-03-01, the day of the record that "
                        "says so."
                    )
                ]
            },
        ),
    ],
    ids=["future", "order", "place", "quantity", "expiry", "harvest"],
)
def test_what_can_hardly_be_true_is_doubtful(
    events: Callable[[], Material], profile: str, expected: dict[str, list[str]]
) -> None:
    assert doubts(judged(events(), profile)) == expected


def certified(number: str, issued: date, expires: date, *, withdrawn: bool = False) -> Certified:
    said = Said(f"VietGAP {number}", f"version of {number}", "certificate 1")
    return Certified(said, issued, expires, withdrawn)


ENDED = certified("A1", date(2025, 1, 1), date(2026, 3, 1))
HOLDING = certified("A2", date(2025, 1, 1), date(2026, 3, 2))
WITHDRAWN = certified("A3", date(2025, 1, 1), date(2027, 1, 1), withdrawn=True)


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ((HOLDING,), []),
        ((ENDED, HOLDING), []),
        (
            (ENDED,),
            ["Certificate VietGAP A1 did not hold on 2026-03-02, when the lot was made."],
        ),
        (
            (WITHDRAWN,),
            ["Certificate VietGAP A3 did not hold on 2026-03-02, when the lot was made."],
        ),
    ],
    ids=["last day", "one of two", "ended", "withdrawn"],
)
def test_a_certificate_must_have_held_when_the_lot_was_made(
    held: tuple[Certified, ...], expected: list[str]
) -> None:
    known_now = replace(told(harvest(), packing()), certificates={PACKER: held})
    (one,) = asked(judged(known_now), "standards")
    assert [doubt.message for doubt in one.doubts] == expected
    assert one.status == ("implausible" if expected else "met")


def test_the_certificates_of_the_product_go_before_those_of_its_maker() -> None:
    certificates = {PACKER: (HOLDING,), PRODUCT: (ENDED,)}
    (one,) = asked(
        judged(replace(told(harvest(), packing()), certificates=certificates)), "standards"
    )
    assert [datum.value for datum in one.data] == ["VietGAP A1"]


def test_a_gtin_belongs_to_somebody_in_the_records() -> None:
    plain = told(harvest(), packing())
    own = replace(plain, owners={PRODUCT: Owner("HTX Gió", frozenset({PACKER}))})
    assert doubts(judged(own)) == {}
    foreign = replace(plain, owners={PRODUCT: Owner("HTX Khác", frozenset())})
    assert doubts(judged(foreign)) == {
        "product_code": [
            "GTIN 09506000134352 belongs to HTX Khác, which is nowhere in the records of the lot."
        ]
        * 3  # of the lot and what it was made of, at each event that names them
    }


def test_who_did_it_has_to_supply_what_is_missing() -> None:
    found = judged(told(harvest(readPoint={"id": "urn:x:somewhere"}), packing()), "eu-178-2002")
    assert found.asked == 0  # nothing was handed over, and so nothing is asked
    by_decree = judged(told(harvest(), packing(readPoint={"id": "urn:x:somewhere"})))
    (missing,) = (one for one in asked(by_decree, "place_code") if one.status == "missing")
    assert (missing.subject, missing.biz_step, missing.supplier) == (
        "urn:x:packing",
        "packing",
        FARM,  # who had it last, as the packing itself does not say
    )
    image = asked(judged(told(harvest(), packing())), "product_image")
    assert [(one.subject, one.supplier) for one in image] == [(PRODUCT, PACKER)]


def test_who_hands_goods_over_has_to_describe_them() -> None:
    parties = {
        "sourceList": [{"type": "owning_party", "source": FARM}],
        "destinationList": [{"type": "owning_party", "destination": PACKER}],
    }
    amount = [{"epcClass": lot("L1"), "quantity": 10, "uom": "KGM"}]
    moves = [
        {**harvest(**parties), "action": "OBSERVE", "ilmd": None, "bizStep": step, "eventID": id_}
        | {"eventTime": f"2026-03-01T{hour}:00:00+07:00", "quantityList": amount}
        | {"readPoint": {"id": place}}
        for step, id_, hour, place in (
            ("shipping", "urn:x:ship", "09", FIELD),
            ("receiving", "urn:x:receive", "10", SHED),
        )
    ]
    for one in moves:
        del one["ilmd"]
    found = judged(told(harvest(), *moves, packing()), "fsma-204")
    (described,) = asked(found, "receive_description")
    assert (described.subject, described.event) == (PRODUCT, "urn:x:receive")
    assert described.supplier == FARM


def test_goods_of_unknown_origin_lack_all_that_is_asked_of_it() -> None:
    found = judged(told(packing()), "vn-tcvn-12827")
    (place,) = asked(found, "origin_place")
    assert (place.subject, place.event, place.status) == (lot("L1"), None, "missing")


def test_what_only_some_products_have_does_not_count() -> None:
    found = judged(told(harvest(), packing()))
    counted = [one.requirement.id for one in found.requirements if one.counts]
    assert found.asked == len(counted) == 9
    assert {"brand", "expiry", "standards"}.isdisjoint(counted)
    assert (found.met, found.percent) == (5, 55)


def test_what_happened_to_an_input_after_it_went_in_is_no_matter_of_the_lot() -> None:
    late = harvest(eventID="urn:x:late", eventTime="2026-03-04T08:00:00+07:00", action="OBSERVE")
    del late["ilmd"], late["readPoint"]
    stages = asked(judged(told(harvest(), packing(), late)), "stage_time")
    assert [one.event for one in stages] == ["urn:x:harvest", "urn:x:packing"]
