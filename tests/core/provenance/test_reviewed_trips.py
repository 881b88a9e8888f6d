"""Histories of what travelled, repacked on the way or to one of several, once answered wrongly."""

from tests.core.provenance.histories import (
    CRATE,
    FARM,
    FIELD,
    GRAPES,
    PACKER,
    PALLET,
    SHED,
    SHOP,
    TRUCK,
    World,
    gap_codes,
    told,
)
from tests.core.provenance.test_matching import (
    SECOND_CRATE,
    amounts,
    handed_over,
    moved,
    packed,
)
from tests.core.provenance.test_repeats import ONCE, two_crates_on_a_pallet

OTHER_PALLET = "https://id.gs1.org/00/189300010000000022"
ON_THE_WAY = TRUCK.replace("/417/", "/414/")
TO_BOTH = (f"owning_party {PACKER}", f"owning_party {SHOP}")


def test_crates_put_on_another_pallet_on_the_way_changed_hands_once(world: World) -> None:
    two_crates_on_a_pallet(world)
    shipped = world.ship(1, FARM, PACKER, PALLET)
    crates = CRATE, SECOND_CRATE
    world.pack(2, PALLET, *crates, action="DELETE", read_point=ON_THE_WAY)
    world.pack(3, OTHER_PALLET, *crates, read_point=ON_THE_WAY)
    received = world.receive(4, FARM, PACKER, OTHER_PALLET)
    assert handed_over(world) == [(shipped.event_id, received.event_id)]
    assert (moved(world), gap_codes(world.trace(GRAPES))) == (ONCE, [])


def test_of_crates_that_came_on_another_pallet_one_is_missing(world: World) -> None:
    two_crates_on_a_pallet(world)
    world.ship(1, FARM, PACKER, PALLET)
    world.pack(3, OTHER_PALLET, CRATE, read_point=ON_THE_WAY)
    world.receive(4, FARM, PACKER, OTHER_PALLET)
    assert moved(world) == {FIELD: ("0", "10", "90", "6"), SHED: ("4", "0", "4", "0")}
    assert gap_codes(world.trace(GRAPES)) == ["unclosed_packing"]


def test_what_came_on_another_pallet_with_no_crate_of_the_first_came_from_elsewhere(
    world: World,
) -> None:
    world.begin(0, GRAPES)
    packed(world, 0, PALLET, "10")
    packed(world, 0, OTHER_PALLET, "10")
    shipped = world.ship(1, FARM, PACKER, PALLET)
    received = world.receive(2, FARM, PACKER, OTHER_PALLET)
    assert handed_over(world) == [(shipped.event_id, None), (None, received.event_id)]


def two_crates_to_one_of_two(world: World) -> None:
    world.begin(0, GRAPES)
    packed(world, 0, CRATE, "4")
    packed(world, 0, SECOND_CRATE, "6")
    world.ship(1, FARM, PACKER, CRATE, SECOND_CRATE, destinations=TO_BOTH)
    world.receive(2, FARM, PACKER, CRATE)


def got(world: World) -> dict[str | None, str | None]:
    return {one.party: one.objects[0].shipped for one in world.recall(GRAPES).customers}


def test_a_crate_that_one_of_two_received_did_not_go_to_the_other(world: World) -> None:
    two_crates_to_one_of_two(world)
    world.receive(3, FARM, SHOP, SECOND_CRATE)
    handovers = world.trace(GRAPES).handovers
    assert [told(one) for one in handovers] == [(FARM, PACKER, "both"), (FARM, SHOP, "both")]
    assert amounts(world) == ["4", "6"]
    assert got(world) == {PACKER: "4", SHOP: "6"}
    assert gap_codes(world.trace(GRAPES)) == []


def test_a_crate_that_neither_of_two_received_may_be_with_either(world: World) -> None:
    two_crates_to_one_of_two(world)
    found = [(told(one), one.containers, one.disputed) for one in world.trace(GRAPES).handovers]
    assert found == [
        ((FARM, PACKER, "both"), (CRATE,), False),
        ((FARM, PACKER, "sender"), (SECOND_CRATE,), True),
        ((FARM, SHOP, "sender"), (SECOND_CRATE,), True),
    ]
    assert got(world) == {PACKER: "10", SHOP: "6"}
