"""Histories in which an answer was once wrong, as farms and shops record them."""

import pytest

from epcis_core.model.references import Role
from epcis_core.provenance.balance import balance
from epcis_core.provenance.evidence import EventList
from epcis_core.provenance.facts import Named
from epcis_core.provenance.recall import recall
from epcis_core.provenance.recall_result import Affected
from tests.core.provenance.histories import (
    CRATE,
    FARM,
    FIELD,
    GRAPES,
    ITEM,
    JUICE,
    PACKER,
    PALLET,
    SHED,
    SHOP,
    Book,
    World,
    told,
)


def state(world: World, one: str) -> Affected:
    answer = recall(EventList(world.events), Book({}), [one])
    return next(each for each in answer.affected if each.object == one)


def kilograms(amount: str | None) -> Named:
    return Named(GRAPES, Role.EPC, amount, "KGM" if amount else None)


def shipped_from_field(world: World) -> str | None:
    rows = balance(EventList(world.events), Book({}), GRAPES).rows
    return next(row.shipped for row in rows if row.place == FIELD)


def in_crate_to_packer(world: World) -> None:
    world.begin(0, ITEM)
    world.pack(1, CRATE, ITEM, read_point=FIELD)
    world.ship(1.5, FARM, PACKER, CRATE)
    world.receive(1.7, FARM, PACKER, CRATE)


@pytest.mark.parametrize(
    ("step", "status"), [("retail_selling", "sold"), ("destroying", "destroyed")]
)
def test_an_item_that_is_sold_or_destroyed_leaves_its_crate(
    world: World, step: str, status: str
) -> None:
    in_crate_to_packer(world)
    world.see(2, ITEM, step=step, at=SHED, action="DELETE")
    world.ship(3, PACKER, FARM, CRATE)
    world.receive(4, PACKER, FARM, CRATE)
    assert state(world, ITEM).status == status
    assert (PACKER, FARM, "both") not in [told(one) for one in world.trace(ITEM).handovers]


def test_an_item_that_is_used_leaves_its_crate(world: World) -> None:
    in_crate_to_packer(world)
    world.transform(2, [ITEM], [JUICE])
    world.ship(3, PACKER, FARM, CRATE)
    world.receive(4, PACKER, FARM, CRATE)
    assert state(world, ITEM).status == "used"
    assert [told(one) for one in world.trace(ITEM).handovers] == [(FARM, PACKER, "both")]


def test_an_item_that_comes_out_again_of_what_its_crate_went_into_is_not_used(
    world: World,
) -> None:
    in_crate_to_packer(world)
    world.transform(2, [CRATE], [ITEM])
    assert state(world, ITEM).status == "on_hand"


def test_a_receipt_confirms_no_shipment_from_the_same_site(world: World) -> None:
    world.begin(0, ITEM)
    world.see(2, ITEM, step="receiving", at=SHED)
    world.ship(22, PACKER, SHOP, ITEM)
    assert (PACKER, SHOP, "sender") in [told(one) for one in world.trace(ITEM).handovers]
    assert state(world, ITEM).status == "shipped"


def test_an_item_on_its_way_is_not_on_hand_where_it_left(world: World) -> None:
    world.begin(0, ITEM)
    world.receive(1, FARM, PACKER, ITEM)
    world.ship(2, PACKER, SHOP, ITEM)
    found = state(world, ITEM)
    assert (found.status, found.last_party) == ("shipped", SHOP)


def test_a_later_shipment_told_by_another_step_is_another_one(world: World) -> None:
    world.begin(0, GRAPES)
    world.ship(1, FARM, PACKER, named=[kilograms("10")])
    world.receive(2, FARM, PACKER, named=[kilograms("10")])
    world.ship(100, FARM, PACKER, named=[kilograms("4")], step="departing")
    assert shipped_from_field(world) == "14"


def test_a_crate_emptied_by_a_use_leaves_empty_on_the_same_day(world: World) -> None:
    day = 24
    world.begin(0, GRAPES)
    world.pack(day, CRATE, GRAPES, read_point=FIELD)
    world.ship(day, FARM, PACKER, CRATE)
    world.receive(2 * day, FARM, PACKER, CRATE)
    world.transform(2 * day, [CRATE], [JUICE])
    world.ship(2 * day, PACKER, FARM, CRATE)
    world.receive(3 * day, PACKER, FARM, CRATE)
    assert [told(one) for one in world.trace(GRAPES).handovers] == [(FARM, PACKER, "both")]


def test_two_shipments_in_one_receipt_are_as_much_as_was_received(world: World) -> None:
    world.begin(0, GRAPES)
    for hour, amount in ((1, "4"), (2, "6")):
        world.ship(hour, FARM, PACKER, named=[kilograms(amount)])
    world.receive(3, FARM, PACKER, named=[kilograms("10")])
    quantities = [one.quantity for one in world.trace(GRAPES).handovers]
    assert [one.value for one in quantities if one] == ["4", "6"]


def test_a_pallet_told_with_what_is_on_it_is_told_once(world: World) -> None:
    world.begin(0, GRAPES)
    world.pack(0.5, PALLET, GRAPES, read_point=FIELD)
    world.ship(1, FARM, PACKER, PALLET)
    world.pack(2, PALLET, GRAPES, action="DELETE", biz_step="receiving")
    (handover,) = world.trace(GRAPES).handovers
    assert handover.quantity is not None
    assert handover.quantity.value == "10"
