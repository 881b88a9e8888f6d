"""What is used, sold or destroyed by its own name is likely in its crate no longer."""

import pytest

from epcis_core.model.references import Role
from epcis_core.provenance.facts import Named
from tests.core.provenance.histories import (
    CRATE,
    FARM,
    FIELD,
    GRAPES,
    JUICE,
    PACKER,
    PALLET,
    SHED,
    World,
    gap_codes,
    hour,
    inside,
    told,
)
from tests.core.provenance.test_matching import SECOND_CRATE, kilograms, moved, packed

THERE = (FARM, PACKER, "both")
BACK = (PACKER, FARM, "both")


def crates_to_packer(world: World, *kilos: str) -> None:
    """Crates with so many kilograms each go from the field to the shed."""
    world.begin(0, GRAPES)
    for crate, amount in zip([CRATE, SECOND_CRATE], kilos, strict=False):
        packed(world, 0, crate, amount)
        world.ship(1, FARM, PACKER, crate)
        world.receive(2, FARM, PACKER, crate)


def first_crate_goes_back(world: World) -> None:
    world.ship(4, PACKER, FARM, CRATE)
    world.receive(5, PACKER, FARM, CRATE)


def handovers(
    world: World, *, disputed: bool | None = None
) -> set[tuple[str | None, str | None, str]]:
    found = world.trace(GRAPES).handovers
    return {told(one) for one in found if disputed in {None, one.disputed}}


def sure_and_likely(world: World) -> list[set[tuple[str | None, str | None, str]]]:
    return [handovers(world, disputed=disputed) for disputed in (False, True)]


def test_a_crate_goes_back_without_what_was_used_by_name(world: World) -> None:
    crates_to_packer(world, "10")
    world.transform(3, [GRAPES], [JUICE])
    first_crate_goes_back(world)
    assert sure_and_likely(world) == [{THERE}, {BACK}]
    assert moved(world) == {FIELD: ("0", "10", "90", "0"), SHED: ("10", "0", "0", "0")}
    assert gap_codes(world.trace(GRAPES)) == []


@pytest.mark.parametrize("step", ["retail_selling", "dispensing", "destroying"])
def test_a_crate_goes_back_without_what_was_sold_or_destroyed_by_name(
    world: World, step: str
) -> None:
    crates_to_packer(world, "10")
    world.see(3, GRAPES, step=step, at=SHED, action="DELETE")
    first_crate_goes_back(world)
    assert handovers(world, disputed=True) == {BACK}
    assert BACK not in handovers(world, disputed=False)
    assert gap_codes(world.trace(GRAPES)) == []


def test_a_crate_goes_back_with_what_was_left_of_it(world: World) -> None:
    crates_to_packer(world, "15")
    for time, amount in ((3, "4"), (3.5, "6")):
        world.see(time, step="retail_selling", at=SHED, named=[kilograms(amount)])
    first_crate_goes_back(world)
    assert moved(world)[SHED] == ("15", "15", "0", "0")
    assert moved(world)[FIELD] == ("5", "15", "90", "0")


def test_crates_are_empty_when_as_much_was_used_as_all_of_them_held(world: World) -> None:
    crates_to_packer(world, "4", "6")
    world.transform(3, [GRAPES], [JUICE])
    first_crate_goes_back(world)
    assert sure_and_likely(world) == [{THERE}, {BACK}]


def test_of_a_part_of_two_crates_nobody_knows_whose_it_was(world: World) -> None:
    crates_to_packer(world, "10", "6")
    world.transform(3, [GRAPES], [JUICE])
    first_crate_goes_back(world)
    assert handovers(world) == {THERE, BACK}
    assert gap_codes(world.trace(GRAPES)) == ["quantity_exceeds"]


@pytest.mark.parametrize("amount", ["10", None], ids=["enough", "nobody knows how much"])
def test_what_also_came_loose_may_be_what_was_used(world: World, amount: str | None) -> None:
    crates_to_packer(world, "10")
    loose = Named(GRAPES, Role.EPC, amount, "KGM" if amount else None)
    world.receive(2, FARM, PACKER, named=[loose])
    world.transform(3, [GRAPES], [JUICE])
    first_crate_goes_back(world)
    assert BACK in handovers(world, disputed=False)


def test_a_crate_elsewhere_keeps_what_is_in_it(world: World) -> None:
    crates_to_packer(world, "10")
    world.transform(3, [GRAPES], [JUICE], at=FIELD)
    first_crate_goes_back(world)
    assert BACK in handovers(world, disputed=False)


def test_a_crate_that_came_on_a_pallet_is_where_that_came_to(world: World) -> None:
    world.begin(0, GRAPES)
    packed(world, 0, CRATE, "10")
    world.pack(0.5, PALLET, CRATE, read_point=FIELD)
    world.ship(1, FARM, PACKER, PALLET)
    world.receive(2, FARM, PACKER, PALLET)
    world.transform(3, [GRAPES], [JUICE])
    first_crate_goes_back(world)
    assert sure_and_likely(world) == [{THERE}, {BACK}]


def test_a_crate_that_is_unpacked_afterwards_held_it_until_then(world: World) -> None:
    crates_to_packer(world, "10")
    world.transform(3, [GRAPES], [JUICE])
    world.pack(3.5, CRATE, GRAPES, action="DELETE")
    assert inside(world.trace(GRAPES)) == [(GRAPES, CRATE, hour(0), hour(3.5), False)]
    first_crate_goes_back(world)
    assert handovers(world) == {THERE}
