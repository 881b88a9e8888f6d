"""A shipment that is taken back whole, in part, or in other words than it was told."""

import pytest

from epcis_core.model.references import Role
from epcis_core.provenance.facts import Named
from tests.core.provenance.histories import (
    CRATE,
    FARM,
    FIELD,
    GRAPES,
    ITEM,
    PACKER,
    PALLET,
    SHED,
    World,
    gap_codes,
)
from tests.core.provenance.test_matching import (
    SECOND_CRATE,
    amounts,
    handed_over,
    kilograms,
    moved,
    packed,
)

NO_AMOUNT = Named(GRAPES, Role.EPC)


def void(world: World, hour: float, *objects: str, named: tuple[Named, ...] = ()) -> None:
    things = [*named, *(Named(one, Role.EPC) for one in objects)]
    world.see(hour, step="void_shipping", at=FIELD, named=things)


def test_a_part_that_is_taken_back_leaves_the_rest_shipped(world: World) -> None:
    world.begin(0, GRAPES)
    world.ship(1, FARM, PACKER, named=[kilograms("10")])
    void(world, 2, named=(kilograms("4"),))
    assert amounts(world) == ["6"]
    assert moved(world) == {FIELD: ("0", "6", "94", "6")}
    world.receive(3, FARM, PACKER, named=[kilograms("6")])
    assert moved(world) == {FIELD: ("0", "6", "94", "0"), SHED: ("6", "0", "6", "0")}
    assert gap_codes(world.trace(GRAPES)) == []


@pytest.mark.parametrize("amount", [kilograms("10"), NO_AMOUNT], ids=["as much", "no amount"])
def test_all_that_is_taken_back_never_left(world: World, amount: Named) -> None:
    world.begin(0, GRAPES)
    world.ship(1, FARM, PACKER, named=[kilograms("10")])
    void(world, 2, named=(amount,))
    assert moved(world) == {FIELD: ("0", "0", "100", "0")}
    assert gap_codes(world.trace(GRAPES)) == []


def test_more_than_the_latest_shipment_is_taken_back_from_the_one_before(world: World) -> None:
    world.begin(0, GRAPES)
    for number, amount in enumerate(["4", "6"]):
        world.ship(1 + number, FARM, PACKER, named=[kilograms(amount)])
    void(world, 3, named=(kilograms("8"),))
    assert amounts(world) == ["2"]


def test_more_than_was_shipped_is_taken_back_with_a_gap(world: World) -> None:
    world.begin(0, GRAPES)
    world.ship(1, FARM, PACKER, named=[kilograms("10")])
    void(world, 2, named=(kilograms("12"),))
    (gap,) = world.trace(GRAPES).gaps
    assert (gap.code, gap.objects, gap.events) == (
        "voided_not_shipped",
        (GRAPES,),
        ("urn:event:2",),
    )
    assert gap.message == "The sender cancelled more than anybody recorded to be shipped."


def two_crates(world: World) -> None:
    world.begin(0, GRAPES)
    packed(world, 0, CRATE, "4")
    packed(world, 0, SECOND_CRATE, "6")


def test_a_crate_of_a_shipped_pallet_is_taken_back_with_what_is_in_it(world: World) -> None:
    two_crates(world)
    world.pack(0.5, PALLET, CRATE, SECOND_CRATE, read_point=FIELD)
    world.ship(1, FARM, PACKER, PALLET)
    void(world, 2, CRATE)
    assert amounts(world) == ["6"]
    assert moved(world)[FIELD] == ("0", "6", "94", "6")


def test_a_pallet_is_taken_back_with_the_crates_that_were_shipped(world: World) -> None:
    two_crates(world)
    world.ship(1, FARM, PACKER, CRATE, SECOND_CRATE)
    world.pack(2, PALLET, CRATE, SECOND_CRATE, read_point=FIELD)
    void(world, 3, PALLET)
    assert handed_over(world) == []


def test_a_crate_that_was_never_shipped_takes_nothing_back_and_leaves_a_gap(world: World) -> None:
    two_crates(world)
    world.ship(1, FARM, PACKER, CRATE)
    void(world, 2, SECOND_CRATE)
    assert amounts(world) == ["4"]
    assert gap_codes(world.trace(GRAPES)) == ["shipped_not_received", "voided_not_shipped"]


def test_an_item_shipped_in_a_crate_is_taken_back_by_its_own_name(world: World) -> None:
    world.begin(0, ITEM)
    world.pack(0, CRATE, ITEM, read_point=FIELD)
    world.ship(1, FARM, PACKER, CRATE)
    void(world, 2, ITEM)
    assert world.trace(ITEM).handovers == ()


@pytest.mark.parametrize(
    ("first", "second", "went"),
    [("consigning", "shipping", "80"), ("shipping", "departing", "82")],
    ids=["as much", "nearly as much"],
)
def test_what_a_later_step_tells_of_the_rest_is_not_lessened_again(
    world: World, first: str, second: str, went: str
) -> None:
    world.begin(0, GRAPES)
    world.ship(1, FARM, PACKER, step=first, named=[kilograms("100")])
    void(world, 2, named=(kilograms("20"),))
    world.ship(3, FARM, PACKER, step=second, named=[kilograms(went)])
    world.receive(4, FARM, PACKER, named=[kilograms(went)])
    assert amounts(world) == [went]
    assert moved(world)[FIELD][1] == went


def test_what_had_been_received_is_taken_back_last(world: World) -> None:
    world.begin(0, GRAPES)
    world.ship(1, FARM, PACKER, named=[kilograms("10")])
    world.receive(3, FARM, PACKER, named=[kilograms("10")])
    world.ship(50, FARM, PACKER, named=[kilograms("20")])
    void(world, 51, named=(kilograms("10"),))
    assert sorted(amounts(world), key=str) == ["10", "10"]
    assert moved(world) == {FIELD: ("0", "20", "80", "10"), SHED: ("10", "0", "10", "0")}
    assert gap_codes(world.trace(GRAPES)) == ["shipped_not_received"]
