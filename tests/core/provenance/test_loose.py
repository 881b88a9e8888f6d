"""What was used by its own name need not have come out of a crate: it may have lain loose.

Whoever gets the crate afterwards is called in any case.
"""

from collections.abc import Callable

import pytest

from epcis_core.model.references import Role
from epcis_core.provenance.facts import Named
from tests.core.provenance.histories import (
    BOXES,
    CRATE,
    FARM,
    FIELD,
    GRAPES,
    JUICE,
    PACKER,
    PALLET,
    SHED,
    SHOP,
    World,
)
from tests.core.provenance.recall_histories import made, sell
from tests.core.provenance.test_matching import SECOND_CRATE, kilograms, packed


def two_crates(world: World) -> None:
    made(world, FIELD, "20")
    for crate in (CRATE, SECOND_CRATE):
        packed(world, 1, crate, "10")


def emptied_at_once(world: World) -> None:
    two_crates(world)
    world.pack(2, SECOND_CRATE, action="DELETE", read_point=FIELD)


def emptied_by_name(world: World) -> None:
    two_crates(world)
    world.pack(2, SECOND_CRATE, GRAPES, action="DELETE", read_point=FIELD)


def one_shipment_told_by_two_steps(world: World) -> None:
    made(world, FIELD, "30")
    packed(world, 1, CRATE, "10")
    world.ship(2, FARM, PACKER, GRAPES)
    world.ship(2.5, FARM, PACKER, GRAPES, step="departing")
    world.receive(3, FARM, PACKER, GRAPES)


def a_voided_shipment(world: World) -> None:
    made(world, FIELD, "20")
    packed(world, 1, CRATE, "10")
    world.ship(2, FARM, PACKER, GRAPES)
    world.see(3, GRAPES, step="void_shipping", at=FIELD)


def a_crate_that_was_given_up(world: World) -> None:
    two_crates(world)
    crate = [Named(SECOND_CRATE, Role.EPC)]
    world.see(2, step="decommissioning", at=FIELD, action="DELETE", named=crate)


def a_pallet_that_was_emptied_nobody_knows_where(world: World) -> None:
    made(world, FIELD, "20")
    packed(world, 1, CRATE, "10")
    packed(world, 1, PALLET, "10")
    world.see(2, PALLET, step="arriving", at=FIELD)
    world.pack(2, PALLET, GRAPES, action="DELETE", read_point=None)


LOOSE: list[Callable[[World], None]] = [
    emptied_at_once,
    emptied_by_name,
    one_shipment_told_by_two_steps,
    a_voided_shipment,
    a_crate_that_was_given_up,
    a_pallet_that_was_emptied_nobody_knows_where,
]


def crate_goes_to_packer(world: World) -> None:
    world.ship(10, FARM, PACKER, CRATE)
    world.receive(12, FARM, PACKER, CRATE)


def to_packer(world: World) -> list[bool]:
    """Whether the handovers to the packer by the crate are disputed."""
    found = world.trace(GRAPES).handovers
    return [one.disputed for one in found if one.to_party == PACKER and CRATE in one.containers]


def is_called(world: World, party: str) -> bool:
    return party in {one.party for one in world.recall(GRAPES).call_list}


@pytest.mark.parametrize("before", LOOSE)
def test_a_use_of_as_much_as_lay_loose_takes_nothing_out_of_a_crate(
    world: World, before: Callable[[World], None]
) -> None:
    before(world)
    world.transform(4, [GRAPES], [JUICE], at=FIELD)
    crate_goes_to_packer(world)
    assert to_packer(world) == [False]
    assert is_called(world, PACKER)


@pytest.mark.parametrize("apart", [0, 1], ids=["one event", "two events at one instant"])
def test_what_a_used_crate_held_was_used_with_it(world: World, apart: int) -> None:
    two_crates(world)
    crate, grapes = Named(SECOND_CRATE, Role.INPUT), Named(GRAPES, Role.INPUT, "10", "KGM")
    juice = Named(JUICE, Role.OUTPUT, "10", "KGM")
    for named in ([crate, juice], [grapes, juice]) if apart else ([crate, grapes, juice],):
        world._add("TransformationEvent", 4, [*named], read_point=FIELD)
    crate_goes_to_packer(world)
    assert to_packer(world) == [False]
    assert is_called(world, PACKER)


def test_a_use_that_was_declared_wrong_took_nothing(world: World) -> None:
    made(world, FIELD, "20")
    packed(world, 1, CRATE, "10")
    wrong = world.transform(3, [GRAPES], [JUICE], at=FIELD)
    world.transform(4, [GRAPES], [BOXES], at=FIELD)
    world.declare(wrong)
    crate_goes_to_packer(world)
    assert to_packer(world) == [False]
    assert is_called(world, PACKER)


def used_at_the_packers(world: World) -> None:
    """The crate came to the packer, who used as much by name, of what came on no record."""
    made(world, FIELD, "20")
    packed(world, 1, CRATE, "10")
    world.ship(2, FARM, PACKER, CRATE)
    world.receive(3, FARM, PACKER, CRATE)
    world.transform(4, [GRAPES], [JUICE], at=SHED)
    world.ship(5, PACKER, SHOP, CRATE)
    world.receive(6, PACKER, SHOP, CRATE)


def disputed_to(world: World, party: str) -> list[bool]:
    return [one.disputed for one in world.trace(GRAPES).handovers if one.to_party == party]


def test_whoever_gets_a_crate_that_is_likely_empty_is_called(world: World) -> None:
    used_at_the_packers(world)
    sell(world, 7, named=[Named(CRATE, Role.EPC)])
    assert disputed_to(world, SHOP) == [True]
    assert is_called(world, SHOP)


def test_a_crate_in_which_goods_were_seen_later_was_not_empty(world: World) -> None:
    used_at_the_packers(world)
    world.pack(8, CRATE, GRAPES, action="OBSERVE", read_point=SHOP.replace("/417/", "/414/"))
    assert disputed_to(world, SHOP) == [False]
    assert is_called(world, SHOP)


def test_goods_that_were_booked_in_late_may_be_those_that_were_sold(world: World) -> None:
    two_crates(world)
    for crate in (CRATE, SECOND_CRATE):
        world.ship(2, FARM, SHOP, crate)
    world.receive(3, FARM, SHOP, CRATE)
    sell(world, 7, named=[kilograms("10")])
    world.receive(8, FARM, SHOP, SECOND_CRATE)
    world.ship(9, SHOP, PACKER, CRATE)
    world.receive(10, SHOP, PACKER, CRATE)
    assert disputed_to(world, PACKER) == [True]
    assert is_called(world, PACKER)
