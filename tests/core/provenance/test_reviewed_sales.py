"""Histories of what went to consumers, and what they brought back, whose answer was once wrong."""

import pytest

from tests.core.provenance import recall_histories as history
from tests.core.provenance.histories import (
    COUNTER,
    CRATE,
    FARM,
    GRAPES,
    ITEM,
    JUICE,
    PALLET,
    SHOP,
    SISTER,
    World,
    gap_codes,
    told,
)
from tests.core.provenance.test_reviewed_histories import state

ONLY_THERE = [(FARM, SHOP, "both")]


def crate_to_the_shop_and_back(world: World, step: str, action: str) -> None:
    """A crate of grapes is sold or dispensed in the shop, and goes back to the farm."""
    world.begin(0, GRAPES)
    world.pack(0, CRATE, GRAPES)
    world.ship(1, FARM, SHOP, CRATE)
    world.receive(2, FARM, SHOP, CRATE)
    world.see(3, CRATE, step=step, at=COUNTER, action=action)
    world.ship(4, SHOP, FARM, CRATE)
    world.receive(5, SHOP, FARM, CRATE)


@pytest.mark.parametrize("action", ["OBSERVE", "DELETE"])
def test_what_lay_in_a_crate_that_was_sold_is_sold_and_does_not_travel_on(
    world: World, action: str
) -> None:
    crate_to_the_shop_and_back(world, "retail_selling", action)
    assert [told(one) for one in world.trace(GRAPES).handovers] == [
        *ONLY_THERE,
        (SHOP, None, "sender"),
    ]
    (row,) = [row for row in world.balance(GRAPES).rows if row.place == COUNTER]
    assert (row.received, row.shipped, row.on_hand) == ("10", "10", "0")
    (consumers,) = [one for one in world.recall(GRAPES).customers if one.party is None]
    assert consumers.objects[0].unaccounted == "10"
    assert gap_codes(world.trace(GRAPES)) == []


def test_what_lay_in_a_crate_that_was_dispensed_is_used_and_does_not_travel_on(
    world: World,
) -> None:
    crate_to_the_shop_and_back(world, "dispensing", "DELETE")
    assert [told(one) for one in world.trace(GRAPES).handovers] == ONLY_THERE
    (row,) = [row for row in world.balance(GRAPES).rows if row.place == COUNTER]
    assert (row.received, row.used, row.on_hand) == ("10", "10", "0")


def test_a_crate_that_was_dispensed_in_part_keeps_what_is_in_it(world: World) -> None:
    crate_to_the_shop_and_back(world, "dispensing", "OBSERVE")
    handovers = [told(one) for one in world.trace(GRAPES).handovers]
    assert handovers == [*ONLY_THERE, (SHOP, FARM, "both")]


def test_an_item_in_a_crate_on_a_pallet_that_was_sold_is_sold(world: World) -> None:
    world.begin(0, ITEM, at=COUNTER)
    world.pack(1, CRATE, ITEM, read_point=COUNTER)
    world.pack(2, PALLET, CRATE, read_point=COUNTER)
    history.sell(world, 3, PALLET)
    world.ship(4, SHOP, FARM, CRATE)
    assert state(world, ITEM).status == "sold"


@pytest.mark.parametrize("step", ["receiving", "accepting", "arriving"])
def test_what_a_consumer_brought_back_is_no_gap(world: World, step: str) -> None:
    history.sold(world)
    world.see(2, GRAPES, step=step, at=COUNTER)
    assert gap_codes(world.trace(GRAPES)) == []
    coverage = world.trace(GRAPES).coverage
    assert (coverage.handovers, coverage.confirmed_by_both) == (0, 0)


def test_an_item_that_a_consumer_brought_back_is_no_gap(world: World) -> None:
    history.one_bottle_destroyed_and_one_brought_back(world)
    assert gap_codes(world.trace(JUICE)) == []
    assert gap_codes(world.trace(ITEM)) == []


def test_what_comes_from_nobody_before_any_sale_is_a_gap(world: World) -> None:
    history.made(world, COUNTER)
    history.take_back(world, 1, GRAPES)
    history.sell(world, 2, GRAPES)
    assert gap_codes(world.trace(GRAPES)) == ["received_not_shipped", "unknown_party"]


def test_an_item_sold_and_destroyed_with_no_return_on_record_left_once(world: World) -> None:
    history.bottled(world)
    history.sell(world, 1, ITEM)
    history.end(world, 3, "destroying", ITEM)
    (row,) = world.balance(JUICE).rows
    assert (row.produced, row.shipped, row.destroyed, row.on_hand) == ("2", "0", "1", "1")
    assert gap_codes(world.trace(JUICE)) == []
    assert (state(world, ITEM).status, state(world, SISTER).status) == ("destroyed", "on_hand")
    assert state(world, JUICE).status == "on_hand"
