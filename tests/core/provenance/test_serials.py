"""A lot that one side counts, and of which the other names serial numbers, changed hands once."""

import pytest

from epcis_core.model.references import Role
from epcis_core.provenance.facts import Named
from tests.core.provenance.histories import (
    COUNTER,
    FARM,
    FIELD,
    JUICE,
    PACKER,
    SHED,
    SHOP,
    World,
    gap_codes,
    told,
)

BOTTLES = [f"https://id.gs1.org/01/08930001001039/21/B{number}" for number in range(10)]
BOTH = [(FARM, PACKER, "both")]


def pieces(count: int) -> Named:
    return Named(JUICE, Role.EPC, str(count))


def bottled(world: World) -> None:
    world.begin(0, *BOTTLES, memberships=tuple((one, JUICE) for one in BOTTLES))


def moved(world: World) -> dict[str | None, tuple[str | None, ...]]:
    """Place → what was received, shipped, is on hand and unaccounted there."""
    rows = world.balance(JUICE).rows
    return {row.place: (row.received, row.shipped, row.on_hand, row.unaccounted) for row in rows}


def quantities(world: World, subject: str = JUICE) -> list[str | None]:
    handovers = world.trace(subject).handovers
    return [one.quantity.value if one.quantity else None for one in handovers]


ALL = {FIELD: ("0", "10", "0", "0"), SHED: ("10", "0", "10", "0")}


def test_ten_of_a_lot_are_received_by_their_serial_numbers(world: World) -> None:
    bottled(world)
    world.ship(1, FARM, PACKER, named=[pieces(10)])
    world.receive(2, FARM, PACKER, *BOTTLES)
    answer = world.trace(JUICE)
    assert [told(one) for one in answer.handovers] == BOTH
    assert answer.handovers[0].objects == tuple(BOTTLES)
    assert (gap_codes(answer), quantities(world), moved(world)) == ([], ["10"], ALL)


def test_ten_serial_numbers_are_received_as_so_many_of_their_lot(world: World) -> None:
    bottled(world)
    world.ship(1, FARM, PACKER, *BOTTLES)
    world.receive(2, FARM, PACKER, named=[pieces(10)])
    assert (gap_codes(world.trace(JUICE)), quantities(world), moved(world)) == ([], ["10"], ALL)


@pytest.mark.parametrize("counted", ["shipped", "received"])
def test_one_of_them_alone_changed_hands_as_its_lot_did(world: World, counted: str) -> None:
    bottled(world)
    if counted == "shipped":
        world.ship(1, FARM, PACKER, named=[pieces(10)])
        world.receive(2, FARM, PACKER, *BOTTLES)
    else:
        world.ship(1, FARM, PACKER, *BOTTLES)
        world.receive(2, FARM, PACKER, named=[pieces(10)])
    answer = world.trace(BOTTLES[0])
    assert ([told(one) for one in answer.handovers], gap_codes(answer)) == (BOTH, [])
    assert quantities(world, BOTTLES[0]) == ["1"]


def test_what_has_no_serial_number_at_the_other_side_is_left_of_the_lot(world: World) -> None:
    bottled(world)
    world.ship(1, FARM, PACKER, named=[pieces(10)])
    world.receive(2, FARM, PACKER, *BOTTLES[:7])
    assert sorted(quantities(world), key=str) == ["3", "7"]
    assert gap_codes(world.trace(JUICE)) == ["shipped_not_received"]
    assert moved(world) == {FIELD: ("0", "10", "0", "3"), SHED: ("7", "0", "7", "0")}


def test_what_was_received_beyond_the_serial_numbers_is_left_of_the_lot(world: World) -> None:
    bottled(world)
    world.ship(1, FARM, PACKER, *BOTTLES[:7])
    world.receive(2, FARM, PACKER, named=[pieces(10)])
    assert sorted(quantities(world), key=str) == ["3", "7"]
    assert gap_codes(world.trace(JUICE)) == ["received_not_shipped"]
    assert moved(world)[SHED] == ("10", "0", "10", "0")


def test_serial_numbers_beside_an_amount_are_other_goods_of_the_lot(world: World) -> None:
    bottled(world)
    world.ship(1, FARM, PACKER, *BOTTLES[:4], named=[pieces(6)])
    world.receive(2, FARM, PACKER, *BOTTLES)
    assert (gap_codes(world.trace(JUICE)), quantities(world), moved(world)) == ([], ["10"], ALL)


def test_serial_numbers_that_went_to_another_party_are_not_those_of_the_amount(
    world: World,
) -> None:
    bottled(world)
    world.ship(1, FARM, PACKER, named=[pieces(5)])
    world.receive(2, FARM, SHOP, *BOTTLES[:5])
    assert gap_codes(world.trace(JUICE)) == ["shipped_not_received", "received_not_shipped"]


def whereabouts(world: World, one: str) -> tuple[str, str | None, str | None]:
    (found,) = (each for each in world.recall(JUICE).affected if each.object == one)
    return found.status, found.last_party, found.last_place


def test_a_bottle_is_where_so_many_of_its_lot_were_received(world: World) -> None:
    bottled(world)
    world.ship(1, FARM, PACKER, *BOTTLES)
    world.receive(2, FARM, PACKER, named=[pieces(10)])
    assert whereabouts(world, BOTTLES[0]) == ("on_hand", PACKER, SHED)


def test_a_bottle_that_is_seen_again_is_there(world: World) -> None:
    bottled(world)
    world.ship(1, FARM, PACKER, *BOTTLES)
    world.receive(2, FARM, PACKER, named=[pieces(10)])
    world.see(3, BOTTLES[0], step="storing", at=COUNTER)
    assert whereabouts(world, BOTTLES[0]) == ("on_hand", SHOP, COUNTER)
