"""What is odd and what only just is not, function by function."""

from typing import Any

import pytest

from epcis_core.model.references import Role
from epcis_core.provenance.anomalies.anomaly import Anomaly
from epcis_core.provenance.anomalies.selling import Recalled
from epcis_core.provenance.anomalies.thresholds import usual_thresholds
from epcis_core.provenance.facts import Named
from tests.core.provenance.histories import (
    COUNTER,
    FARM,
    FIELD,
    GRAPES,
    HOUR,
    ITEM,
    JUICE,
    PACKER,
    PALLET,
    SHED,
    SHOP,
    World,
)
from tests.core.provenance.test_anomaly_docs import odd

DAY = 24
ONE = (Named(ITEM, Role.EPC),)
MDA = "urn:epcglobal:cbv:mda"


def kinds(found: tuple[Anomaly, ...]) -> list[str]:
    return [one.kind for one in found]


def seen(world: World, hour: float, at: str, step: str = "inspecting", **more: Any) -> None:
    world.see(hour, step=step, at=at, named=list(ONE), **more)


def begun(world: World, hour: float = 1, at: str = FIELD) -> None:
    seen(world, hour, at, "commissioning", action="ADD")


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        # FIELD and COUNTER are 264 km apart; half an hour is for clocks that differ
        pytest.param(1.72, [], id="by a lorry"),
        pytest.param(1.68, [("serious", "121")], id="faster than by road"),
        pytest.param(0.1, [("serious", "441")], id="as by air"),
    ],
)
def test_what_is_faster_than_by_road_is_odd(
    world: World, hours: float, told: list[tuple[str, str]]
) -> None:
    begun(world)
    seen(world, 1 + hours, COUNTER)
    assert [(one.severity, one.figures["speed"]) for one in odd(world)] == told


def test_what_is_faster_than_by_air_is_grave(world: World) -> None:
    usual = usual_thresholds()
    exact = usual.model_copy(
        update={"travel": usual.travel.model_copy(update={"clock_minutes": 1.0})}
    )
    begun(world)
    seen(world, 1.2, COUNTER)
    (one,) = odd(world, thresholds=exact)
    assert (one.severity, one.figures) == ("grave", {"km": "264", "minutes": "12", "speed": "1220"})
    assert one.parties == (FARM, SHOP)
    assert one.events == tuple(facts.event_id for facts in world.events)


def test_places_near_each_other_and_a_day_without_a_time_say_nothing(world: World) -> None:
    begun(world)
    seen(world, 1.01, SHED)
    assert odd(world) == ()
    # midnight in Viet Nam is at 17 hours in UTC; so the item had the whole day for the way
    seen(world, 2 * DAY - 8, SHED)
    seen(world, 2 * DAY - 7, COUNTER)
    assert odd(world) == ()


def test_what_was_withdrawn_and_what_is_paper_alone_moves_nothing(world: World) -> None:
    begun(world)
    seen(world, 2, COUNTER)
    wrong = world.events[-1]
    world.declare(wrong, reason="did_not_occur")
    world._add("TransactionEvent", 3, list(ONE), action="ADD", read_point=COUNTER)
    assert odd(world) == ()


def test_a_container_that_travels_too_fast_is_odd_and_a_lot_may_be_anywhere(world: World) -> None:
    world.see(1, GRAPES, step="inspecting", at=FIELD)
    world.see(1, GRAPES, step="inspecting", at=COUNTER)
    for hour, place in ((1, FIELD), (1.5, COUNTER)):
        world.see(hour, step="inspecting", at=place, named=[Named(PALLET, Role.EPC)])
    assert [(one.kind, one.objects) for one in odd(world)] == [("impossible_travel", (PALLET,))]


def test_a_delivery_note_with_one_time_is_no_second_place(world: World) -> None:
    begun(world)
    ends = {
        "sources": (f"owning_party {FARM}",),
        "destinations": (f"owning_party {SHOP}",),
    }
    seen(world, 9, FIELD, "shipping", **ends)
    seen(world, 9, COUNTER, "receiving", **ends)
    assert odd(world) == ()


def test_an_item_that_is_reworked_or_booked_twice_in_a_day_is_made_once(world: World) -> None:
    begun(world)
    seen(world, 20, FIELD, "commissioning", action="ADD")
    world.transform(30, [ITEM], [ITEM], at=FIELD)
    assert odd(world) == ()
    seen(world, 50, FIELD, "commissioning", action="ADD")
    assert kinds(odd(world)) == ["serial_made_twice"]


@pytest.mark.parametrize(
    ("name", "step", "hour", "told"),
    [
        pytest.param("itemExpirationDate", "retail_selling", 40, [], id="on the last evening"),
        pytest.param(
            "itemExpirationDate", "retail_selling", 41, ["after_expiry"], id="at midnight"
        ),
        pytest.param("itemExpirationDate", "shipping", 41, ["after_expiry"], id="shipped"),
        pytest.param("itemExpirationDate", "inspecting", 41, [], id="seen"),
        pytest.param("sellByDate", "retail_selling", 41, ["after_expiry"], id="sold after sellBy"),
        pytest.param("sellByDate", "shipping", 41, [], id="shipped after sellBy"),
        pytest.param("bestBeforeDate", "retail_selling", 41, [], id="best before"),
    ],
)
def test_a_last_day_ends_at_midnight_where_the_goods_are(
    world: World, name: str, step: str, hour: float, told: list[str]
) -> None:
    world.begin(1, GRAPES, attributes=((GRAPES, f"{MDA}:{name}", "1970-01-02"),))
    world.see(hour, GRAPES, step=step, at=FIELD)
    assert kinds(odd(world, now=50 * HOUR)) == told


@pytest.mark.parametrize("day", ["soon", "2026-02-30", "1970-01-02T10:00:00Z"])
def test_a_last_day_may_be_an_instant_and_what_is_neither_says_nothing(
    world: World, day: str
) -> None:
    world.begin(1, GRAPES, attributes=((GRAPES, f"{MDA}:itemExpirationDate", day),))
    world.see(35, GRAPES, step="retail_selling", at=FIELD)
    assert kinds(odd(world)) == (["after_expiry"] if "T" in day else [])


def test_goods_in_a_container_expire_too_and_each_business_is_told_of_apart(world: World) -> None:
    last = ((GRAPES, f"{MDA}:itemExpirationDate", "1970-01-02"),)
    world.begin(1, GRAPES, at=SHED, attributes=last)
    world.pack(2, PALLET, GRAPES)
    for hour, step, at in ((60, "shipping", SHED), (61, "receiving", COUNTER)):
        world.see(
            hour,
            step=step,
            at=at,
            named=[Named(PALLET, Role.EPC)],
            sources=(f"owning_party {PACKER}",),
            destinations=(f"owning_party {SHOP}",),
        )
    world.see(62, GRAPES, step="retail_selling", at=COUNTER)
    found = [one for one in odd(world) if one.kind == "after_expiry"]
    assert [(one.parties, one.figures["day"]) for one in found] == [
        ((SHOP,), "1970-01-02"),
        ((PACKER,), "1970-01-02"),
    ]


def test_a_recall_counts_while_it_holds_and_what_goes_back_is_no_offence(world: World) -> None:
    world.begin(0, GRAPES, at=COUNTER)
    recalled = Recalled(GRAPES, 2 * HOUR, 5 * HOUR)
    ends = {
        "sources": (f"owning_party {SHOP}",),
        "destinations": (f"owning_party {FARM}",),
    }
    world.see(1, GRAPES, step="retail_selling", at=COUNTER)
    world.see(3, GRAPES, step="shipping", at=COUNTER, disposition="recalled", **ends)
    world.see(6, GRAPES, step="retail_selling", at=COUNTER)
    assert odd(world, recalled, now=7 * HOUR) == ()
    world.see(4, GRAPES, step="retail_selling", at=COUNTER)
    (one,) = odd(world, recalled, now=7 * HOUR)
    assert (one.kind, one.parties, one.figures) == (
        "after_recall",
        (SHOP,),
        {"day": "1970-01-01T02:00:00Z"},
    )


def test_a_shipment_may_be_under_way_for_a_week(world: World) -> None:
    world.begin(0, GRAPES)
    world.ship(1, FARM, SHOP, GRAPES)
    week = (7 * DAY + 1) * HOUR
    assert odd(world, now=week) == ()
    (one,) = odd(world, now=week + 1)
    assert (one.kind, one.parties, one.figures) == ("never_received", (FARM, SHOP), {"days": "7"})


def test_more_received_than_sent_is_more_out_than_in_too(world: World) -> None:
    world.begin(0, GRAPES)
    ends = {
        "sources": (f"owning_party {FARM}",),
        "destinations": (f"owning_party {SHOP}",),
    }
    for hour, step, at, much in ((1, "shipping", FIELD, "10"), (9, "receiving", COUNTER, "12")):
        world.see(hour, step=step, at=at, named=[Named(GRAPES, Role.EPC, much, "KGM")], **ends)
    (one,) = odd(world)
    assert (one.kind, one.parties, one.figures) == ("more_out_than_in", (FARM, SHOP), {})


def test_an_amount_is_told_in_the_unit_of_the_lot(world: World) -> None:
    world.see(0, GRAPES, step="commissioning", at=FIELD, action="ADD")
    world.see(1, step="destroying", at=FIELD, action="DELETE", named=[kilos("10.5")])
    (one,) = odd(world)
    assert one.figures == {"amount": "0.5", "uom": "KGM"}


def kilos(much: str) -> Named:
    return Named(GRAPES, Role.EPC, much, "KGM")


def test_its_key_stays_while_the_records_do_and_changes_with_them(world: World) -> None:
    world.begin(0, GRAPES, at=FIELD)
    world.begin(1, GRAPES, at=SHED)
    (first,) = odd(world)
    (later,) = odd(world, now=99 * DAY * HOUR)
    world.see(2, GRAPES, step="inspecting", at=SHED)
    (beside,) = odd(world)
    world.begin(3, GRAPES, at=COUNTER)
    (more,) = odd(world)
    assert first.key == later.key == beside.key != more.key


def test_the_gravest_come_first_and_of_these_the_newest(world: World) -> None:
    world.begin(0, GRAPES, at=FIELD)
    world.begin(1, GRAPES, at=SHED)
    world.begin(2, JUICE, at=FIELD)
    world.begin(3, JUICE, at=SHED)
    begun(world)
    seen(world, 90, FIELD, "commissioning", action="ADD")
    assert [(one.severity, one.objects) for one in odd(world)] == [
        ("grave", (ITEM,)),
        ("serious", (JUICE,)),
        ("serious", (GRAPES,)),
    ]
