"""Histories in which something ended, or set out again, and an answer was once wrong."""

import pytest

from tests.core.provenance.histories import (
    CRATE,
    FARM,
    FIELD,
    GRAPES,
    ITEM,
    PACKER,
    PALLET,
    SHED,
    SHOP,
    World,
    gap_codes,
    told,
)
from tests.core.provenance.test_matching import SECOND_CRATE, packed
from tests.core.provenance.test_repeats import two_crates_on_a_pallet
from tests.core.provenance.test_reviewed_histories import state


def destroyed(world: World) -> dict[str | None, str | None]:
    return {row.place: row.destroyed for row in world.balance(GRAPES).rows}


def test_a_crate_that_ships_on_after_its_pallet_was_destroyed_was_not_destroyed(
    world: World,
) -> None:
    two_crates_on_a_pallet(world)
    world.ship(1, FARM, PACKER, PALLET)
    world.receive(2, FARM, PACKER, PALLET)
    end = world.see(3, PALLET, step="destroying", at=SHED, action="DELETE")
    on = world.ship(4, PACKER, SHOP, CRATE)
    world.receive(5, PACKER, SHOP, CRATE)
    answer = world.trace(GRAPES)
    assert (PACKER, SHOP, "both") in [told(one) for one in answer.handovers]
    assert destroyed(world)[SHED] == "6"
    said = {gap.events: gap.message for gap in answer.gaps if gap.objects == (CRATE,)}
    text = "What it was packed in was destroyed, and later it was still there."
    assert said == {("urn:event:3", end.event_id, on.event_id): text}


@pytest.mark.parametrize("named", [CRATE, ITEM], ids=["its crate", "itself"])
def test_an_item_that_ships_on_after_the_pallet_was_destroyed_lives(
    world: World, named: str
) -> None:
    world.begin(0, ITEM)
    world.pack(0, CRATE, ITEM, read_point=FIELD)
    world.pack(0.5, PALLET, CRATE, read_point=FIELD)
    world.see(3, PALLET, step="destroying", at=FIELD, action="DELETE")
    assert state(world, ITEM).status == "destroyed"
    world.ship(4, FARM, SHOP, named)
    world.receive(5, FARM, SHOP, named)
    assert (state(world, ITEM).status, state(world, ITEM).last_party) == ("on_hand", SHOP)
    assert "quantity_exceeds" not in gap_codes(world.trace(ITEM))


def test_a_crate_that_is_filled_anew_after_its_pallet_was_destroyed_holds_the_new(
    world: World,
) -> None:
    two_crates_on_a_pallet(world)
    world.see(3, PALLET, step="destroying", at=FIELD, action="DELETE")
    world.pack(4, CRATE, ITEM, read_point=FIELD)
    world.ship(5, FARM, SHOP, CRATE)
    assert destroyed(world)[FIELD] == "10"
    assert world.trace(GRAPES).handovers == ()


@pytest.mark.parametrize("unit", [CRATE, GRAPES], ids=["a crate", "an amount"])
def test_a_second_trip_that_ends_with_another_step_is_another_change_of_hands(
    world: World, unit: str
) -> None:
    world.begin(0, GRAPES)
    packed(world, 0, CRATE, "10")
    world.ship(1, FARM, PACKER, unit)
    world.receive(2, FARM, PACKER, unit)
    world.ship(30, FARM, PACKER, unit)
    world.receive(31, FARM, PACKER, unit, step="accepting")
    handovers = [told(one) for one in world.trace(GRAPES).handovers]
    assert handovers == [(FARM, PACKER, "both")] * 2
    assert gap_codes(world.trace(GRAPES)) == []


def test_equal_amounts_on_their_way_at_once_are_each_received_once(world: World) -> None:
    world.begin(0, GRAPES)
    steps = ["shipping", "arriving", "shipping", "receiving", "arriving", "receiving"]
    for hour, step in enumerate(steps):
        move = world.ship if step == "shipping" else world.receive
        move(1 + hour, FARM, PACKER, GRAPES, step=step)
    assert [told(one) for one in world.trace(GRAPES).handovers] == [(FARM, PACKER, "both")] * 2
    assert gap_codes(world.trace(GRAPES)) == []


def test_a_crate_that_was_shipped_again_and_not_received_again_is_on_its_way(world: World) -> None:
    world.begin(0, GRAPES)
    packed(world, 0, SECOND_CRATE, "4")
    world.ship(1, FARM, PACKER, SECOND_CRATE)
    world.receive(2, FARM, PACKER, SECOND_CRATE)
    world.receive(3, FARM, PACKER, SECOND_CRATE, step="accepting")
    world.ship(30, FARM, PACKER, SECOND_CRATE)
    assert [one.confirmed for one in world.trace(GRAPES).handovers] == ["both", "sender"]
