"""Shipments and receipts of one lot that name it in different ways are one change of hands."""

import pytest

from epcis_core.model.references import Role
from epcis_core.provenance.balance import balance
from epcis_core.provenance.evidence import EventList
from epcis_core.provenance.facts import EventFacts, Named
from epcis_core.provenance.recall import recall
from tests.core.provenance.histories import (
    CRATE,
    FARM,
    FIELD,
    GRAPES,
    PACKER,
    PALLET,
    SHED,
    SHOP,
    Book,
    World,
    gap_codes,
)

SECOND_CRATE = "https://id.gs1.org/8003/08930001001046CRATE2"


def kilograms(amount: str) -> Named:
    return Named(GRAPES, Role.EPC, amount, "KGM")


def packed(world: World, hour: float, container: str, amount: str) -> EventFacts:
    """An amount of grapes is put into a container in the field."""
    named = [Named(container, Role.PARENT), Named(GRAPES, Role.CHILD, amount, "KGM")]
    return world._add("AggregationEvent", hour, named, action="ADD", read_point=FIELD)


def handed_over(world: World) -> list[tuple[str | None, str | None]]:
    return [(one.shipped, one.received) for one in world.trace(GRAPES).handovers]


def amounts(world: World) -> list[str | None]:
    handovers = world.trace(GRAPES).handovers
    return [one.quantity.value if one.quantity else None for one in handovers]


def moved(world: World) -> dict[str | None, tuple[str | None, ...]]:
    """Place → what was received, shipped, is on hand and unaccounted there."""
    rows = balance(EventList(world.events), Book({}), GRAPES).rows
    return {row.place: (row.received, row.shipped, row.on_hand, row.unaccounted) for row in rows}


def test_what_leaves_on_a_pallet_may_come_loose_in_parts(world: World) -> None:
    world.begin(0, GRAPES)
    packed(world, 0, PALLET, "10")
    shipped = world.ship(1, FARM, PACKER, PALLET)
    parts = [world.receive(2 + n, FARM, PACKER, named=[kilograms(kg)]) for n, kg in enumerate("46")]
    assert handed_over(world) == [(shipped.event_id, part.event_id) for part in parts]
    assert gap_codes(world.trace(GRAPES)) == []
    assert amounts(world) == ["4", "6"]
    assert moved(world) == {FIELD: ("0", "10", "90", "0"), SHED: ("10", "0", "10", "0")}


def test_what_leaves_loose_in_parts_may_come_on_a_pallet(world: World) -> None:
    world.begin(0, GRAPES)
    parts = [world.ship(1 + n, FARM, PACKER, named=[kilograms(kg)]) for n, kg in enumerate("46")]
    packed(world, 3, PALLET, "10")
    received = world.receive(4, FARM, PACKER, PALLET)
    assert handed_over(world) == [(part.event_id, received.event_id) for part in parts]
    assert moved(world) == {FIELD: ("0", "10", "90", "0"), SHED: ("10", "0", "10", "0")}


def test_what_leaves_on_a_pallet_may_come_crate_by_crate(world: World) -> None:
    world.begin(0, GRAPES)
    packed(world, 0, CRATE, "4")
    packed(world, 0, SECOND_CRATE, "6")
    world.pack(0.5, PALLET, CRATE, SECOND_CRATE, read_point=FIELD)
    shipped = world.ship(1, FARM, PACKER, PALLET)
    received = [world.receive(2 + n, FARM, PACKER, c) for n, c in enumerate([CRATE, SECOND_CRATE])]
    assert handed_over(world) == [(shipped.event_id, one.event_id) for one in received]
    assert amounts(world) == ["4", "6"]
    assert moved(world) == {FIELD: ("0", "10", "90", "0"), SHED: ("10", "0", "10", "0")}


def test_crates_named_when_shipped_may_come_as_one_amount(world: World) -> None:
    world.begin(0, GRAPES)
    packed(world, 0, CRATE, "4")
    packed(world, 0, SECOND_CRATE, "6")
    shipped = world.ship(1, FARM, PACKER, CRATE, SECOND_CRATE)
    received = world.receive(2, FARM, PACKER, named=[kilograms("10")])
    assert handed_over(world) == [(shipped.event_id, received.event_id)]
    assert moved(world) == {FIELD: ("0", "10", "90", "0"), SHED: ("10", "0", "10", "0")}


def test_a_crate_that_was_not_in_what_was_shipped_came_from_elsewhere(world: World) -> None:
    world.begin(0, GRAPES)
    packed(world, 0, CRATE, "4")
    packed(world, 0, SECOND_CRATE, "6")
    shipped = world.ship(1, FARM, PACKER, CRATE)
    received = world.receive(2, FARM, PACKER, SECOND_CRATE)
    assert handed_over(world) == [(shipped.event_id, None), (None, received.event_id)]


@pytest.mark.parametrize("amounts", [["10"], ["4", "6"]], ids=["whole", "in parts"])
def test_what_comes_on_a_pallet_and_is_accepted_loose_came_once(
    world: World, amounts: list[str]
) -> None:
    world.begin(0, GRAPES)
    packed(world, 0, PALLET, "10")
    world.ship(1, FARM, PACKER, PALLET)
    world.receive(2, FARM, PACKER, PALLET)
    for number, amount in enumerate(amounts):
        world.receive(3 + number, FARM, PACKER, named=[kilograms(amount)], step="accepting")
    assert len(handed_over(world)) == 1
    assert moved(world) == {FIELD: ("0", "10", "90", "0"), SHED: ("10", "0", "10", "0")}


def test_more_than_was_received_is_not_accepted_a_second_time(world: World) -> None:
    world.begin(0, GRAPES)
    world.receive(1, FARM, PACKER, named=[kilograms("10")])
    for hour in (2, 3):
        world.receive(hour, FARM, PACKER, named=[kilograms("6")], step="accepting")
    assert [row[0] for row in moved(world).values()][-1] == "16"


def test_a_receipt_of_far_more_than_is_left_of_a_shipment_is_another_ones(world: World) -> None:
    world.begin(0, GRAPES)
    first = world.ship(1, FARM, PACKER, named=[kilograms("10")])
    parts = [world.receive(2, FARM, PACKER, named=[kilograms("9.9")])]
    parts += [world.receive(3, FARM, PACKER, named=[kilograms("20")])]
    assert handed_over(world) == [
        (first.event_id, parts[0].event_id),
        (None, parts[1].event_id),
    ]


@pytest.mark.parametrize(("kilos", "left"), [("10", None), ("7", "3")], ids=["all", "a part"])
def test_of_a_shipment_to_one_of_two_parties_the_other_got_what_is_left(
    world: World, kilos: str, left: str | None
) -> None:
    world.begin(0, GRAPES)
    to_both = (f"owning_party {PACKER}", f"owning_party {SHOP}")
    world.ship(1, FARM, PACKER, named=[kilograms("10")], destinations=to_both)
    world.receive(2, FARM, PACKER, named=[kilograms(kilos)])
    answer = recall(EventList(world.events), Book({}), [GRAPES])
    got = {one.party: one.objects[0].shipped for one in answer.customers}
    assert got == ({PACKER: kilos} if left is None else {PACKER: kilos, SHOP: left})


def test_what_others_received_takes_nothing_from_a_shipment(world: World) -> None:
    world.begin(0, GRAPES)
    first = world.ship(1, FARM, PACKER, named=[kilograms("10")])
    other = world.ship(1, FARM, SHOP, named=[kilograms("20")])
    parts = [world.receive(2, FARM, PACKER, named=[kilograms("4")])]
    others = [world.receive(2 + n, FARM, SHOP, named=[kilograms(kg)]) for n, kg in enumerate("55")]
    parts += [world.receive(4, FARM, PACKER, named=[kilograms("6")])]
    assert sorted(handed_over(world), key=str) == [
        *((first.event_id, part.event_id) for part in parts),
        *((other.event_id, part.event_id) for part in others),
    ]


def test_parts_of_what_was_shipped_loose_come_before_what_lay_on_a_pallet(world: World) -> None:
    world.begin(0, GRAPES)
    packed(world, 0, PALLET, "60")
    named = [kilograms("18"), Named(PALLET, Role.EPC)]
    shipped = world.ship(1, FARM, PACKER, named=named)
    parts = [
        world.receive(2 + n, FARM, PACKER, named=[kilograms(kg)])
        for n, kg in enumerate(["8.8", "7.6", "0.7"])
    ]
    assert handed_over(world) == [
        *((shipped.event_id, part.event_id) for part in parts),
        (shipped.event_id, None),
    ]
