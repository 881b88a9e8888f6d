"""What one side tells of one change of hands again, in other words or amounts, counts once."""

import pytest

from epcis_core.model.references import Role
from epcis_core.provenance.facts import EventFacts, Named
from tests.core.provenance.histories import (
    CRATE,
    FARM,
    FIELD,
    GRAPES,
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

ONCE = {FIELD: ("0", "10", "90", "0"), SHED: ("10", "0", "10", "0")}
"""Ten of a hundred kilograms left the field, and came to the shed."""

TOLD_TWICE = f"One side told one change of hands of {GRAPES} twice, with amounts that differ."
NO_AMOUNT = Named(GRAPES, Role.EPC)


def two_crates_on_a_pallet(world: World) -> None:
    world.begin(0, GRAPES)
    packed(world, 0, CRATE, "4")
    packed(world, 0, SECOND_CRATE, "6")
    world.pack(0.5, PALLET, CRATE, SECOND_CRATE, read_point=FIELD)


@pytest.mark.parametrize("step", ["departing", "shipping"])
@pytest.mark.parametrize(
    "crates", [[CRATE, SECOND_CRATE], [CRATE], [SECOND_CRATE]], ids=["both", "first", "second"]
)
def test_crates_told_one_by_one_and_then_their_pallet_left_once(
    world: World, crates: list[str], step: str
) -> None:
    two_crates_on_a_pallet(world)
    for number, crate in enumerate(crates):
        world.ship(1 + number, FARM, PACKER, crate)
    departed = world.ship(3, FARM, PACKER, PALLET, step=step)
    received = world.receive(5, FARM, PACKER, PALLET)
    assert handed_over(world) == [(departed.event_id, received.event_id)]
    assert moved(world) == ONCE
    assert gap_codes(world.trace(GRAPES)) == []


def test_a_pallet_that_departs_to_nobody_named_is_that_of_its_crates(world: World) -> None:
    two_crates_on_a_pallet(world)
    world.ship(1, FARM, PACKER, CRATE, SECOND_CRATE)
    world.see(2, PALLET, step="departing", at=FIELD)
    for number, crate in enumerate([CRATE, SECOND_CRATE]):
        world.receive(3 + number, FARM, PACKER, crate)
    assert amounts(world) == ["4", "6"]
    assert moved(world) == ONCE


@pytest.mark.parametrize("step", ["departing", "shipping"])
def test_a_pallet_and_then_its_crates_left_once(world: World, step: str) -> None:
    two_crates_on_a_pallet(world)
    world.ship(1, FARM, PACKER, PALLET)
    for number, crate in enumerate([CRATE, SECOND_CRATE]):
        world.ship(2 + number, FARM, PACKER, crate, step=step)
    world.receive(5, FARM, PACKER, PALLET)
    assert moved(world) == ONCE


def test_crates_received_one_by_one_and_accepted_on_their_pallet_came_once(world: World) -> None:
    two_crates_on_a_pallet(world)
    world.ship(1, FARM, PACKER, PALLET)
    for number, crate in enumerate([CRATE, SECOND_CRATE]):
        world.receive(2 + number, FARM, PACKER, crate)
    world.receive(5, FARM, PACKER, PALLET, step="accepting")
    assert moved(world) == ONCE
    assert gap_codes(world.trace(GRAPES)) == []


def test_a_pallet_that_arrived_and_is_received_crate_by_crate_is_as_much_as_came(
    world: World,
) -> None:
    two_crates_on_a_pallet(world)
    world.ship(1, FARM, PACKER, PALLET)
    world.receive(2, FARM, PACKER, PALLET, step="arriving")
    for number, crate in enumerate([CRATE, SECOND_CRATE]):
        world.receive(3 + number, FARM, PACKER, crate)
    assert amounts(world) == ["10"]
    assert moved(world) == ONCE


def test_a_crate_that_was_taken_off_the_pallet_left_beside_it(world: World) -> None:
    two_crates_on_a_pallet(world)
    world.ship(1, FARM, PACKER, CRATE)
    world.pack(1.5, PALLET, CRATE, action="DELETE", read_point=FIELD)
    world.ship(2, FARM, PACKER, PALLET)
    assert moved(world)[FIELD] == ("0", "10", "90", "10")
    assert amounts(world) == ["4", "6"]


@pytest.mark.parametrize("whole", ["10", "8"], ids=["all", "most"])
def test_amounts_told_one_by_one_and_then_together_left_once(world: World, whole: str) -> None:
    world.begin(0, GRAPES)
    for number, amount in enumerate(["4", "6"]):
        world.ship(1 + number, FARM, PACKER, named=[kilograms(amount)])
    world.ship(3, FARM, PACKER, named=[kilograms(whole)], step="departing")
    world.receive(5, FARM, PACKER, named=[kilograms("10")])
    assert amounts(world) == ["4", "6"]
    assert moved(world) == ONCE


def test_more_than_was_told_one_by_one_is_another_shipment(world: World) -> None:
    world.begin(0, GRAPES)
    for number, amount in enumerate(["4", "6"]):
        world.ship(1 + number, FARM, PACKER, named=[kilograms(amount)])
    world.ship(3, FARM, PACKER, named=[kilograms("20")], step="departing")
    assert moved(world)[FIELD] == ("0", "30", "70", "30")


def told_twice(world: World, first: Named, second: Named, step: str, **more: str) -> EventFacts:
    """A shipment that is told twice; returns its receipt, of ten kilograms."""
    world.begin(0, GRAPES)
    papers = tuple(more.values())
    world.ship(1, FARM, PACKER, named=[first], transactions=papers)
    world.ship(2, FARM, PACKER, named=[second], step=step, transactions=papers)
    return world.receive(5, FARM, PACKER, named=[kilograms("10")], transactions=papers)


@pytest.mark.parametrize("step", ["departing", "shipping"])
@pytest.mark.parametrize(
    ("first", "second"),
    [(kilograms("10"), NO_AMOUNT), (NO_AMOUNT, kilograms("10"))],
    ids=["known first", "known later"],
)
def test_a_shipment_told_again_without_its_amount_left_once(
    world: World, first: Named, second: Named, step: str
) -> None:
    told_twice(world, first, second, step)
    assert moved(world) == ONCE
    assert amounts(world) == ["10"]
    assert gap_codes(world.trace(GRAPES)) == []


@pytest.mark.parametrize("order", [("10", "9.8"), ("9.8", "10")], ids=["less", "more"])
@pytest.mark.parametrize(
    ("step", "papers"), [("departing", {}), ("shipping", {"paper": "desadv urn:paper:1"})]
)
def test_a_shipment_weighed_twice_left_once_and_the_difference_is_told(
    world: World, order: tuple[str, str], step: str, papers: dict[str, str]
) -> None:
    first, second = map(kilograms, order)
    told_twice(world, first, second, step, **papers)
    assert moved(world) == ONCE
    assert amounts(world) == ["10"]
    (gap,) = world.trace(GRAPES).gaps
    assert (gap.code, gap.message) == ("quantity_exceeds", TOLD_TWICE)
    assert gap.events == ("urn:event:1", "urn:event:2")


@pytest.mark.parametrize("second", ["9.8", "10"], ids=["nearly as much", "as much"])
def test_the_same_step_without_papers_is_another_shipment_that_nobody_received(
    world: World, second: str
) -> None:
    told_twice(world, kilograms("10"), kilograms(second), "shipping")
    assert gap_codes(world.trace(GRAPES)) == ["shipped_not_received"]
    assert len(handed_over(world)) == 2


@pytest.mark.parametrize("step", ["accepting", "receiving"])
def test_a_receipt_told_again_without_its_amount_came_once(world: World, step: str) -> None:
    world.begin(0, GRAPES)
    world.ship(1, FARM, PACKER, named=[kilograms("10")])
    world.receive(2, FARM, PACKER, named=[kilograms("10")])
    world.receive(3, FARM, PACKER, named=[NO_AMOUNT], step=step)
    assert moved(world) == ONCE
    assert gap_codes(world.trace(GRAPES)) == []


def test_an_amount_left_out_of_the_next_trip_is_unknown(world: World) -> None:
    told_twice(world, kilograms("10"), NO_AMOUNT, "departing")
    world.ship(6, FARM, PACKER, named=[NO_AMOUNT])
    assert moved(world)[FIELD] == ("0", None, None, None)


def test_what_arrived_and_was_then_weighed_is_as_much_as_the_more_of_both(world: World) -> None:
    world.begin(0, GRAPES)
    world.ship(1, FARM, PACKER, named=[kilograms("10")])
    world.receive(2, FARM, PACKER, named=[kilograms("9.8")], step="arriving")
    world.receive(3, FARM, PACKER, named=[kilograms("10")])
    assert moved(world) == ONCE
    assert [gap.message for gap in world.trace(GRAPES).gaps] == [TOLD_TWICE]
