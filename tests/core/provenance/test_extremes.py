"""Very long, wide, nested or circular chains: a right answer, or one that says it is cut."""

import pytest

from tests.conftest import TEST_SCALE
from tests.core.provenance.histories import (
    GRAPES,
    PACKER,
    SHOP,
    World,
    gap_codes,
    told,
)

pytestmark = pytest.mark.no_cover  # the same lines over and over
LENGTH = max(2_000, int(5_000 * min(TEST_SCALE, 20)))
"""Steps of the longest chain, 100,000 in the full tier."""
WIDTH = 10_000


def lot(number: int) -> str:
    return f"https://id.gs1.org/01/08930001001008/10/N{number}"


def pallet(number: int) -> str:
    return f"https://id.gs1.org/00/18930001000{number:06}5"


def test_a_chain_of_many_steps_is_walked_to_its_origin(world: World) -> None:
    world.begin(0, lot(0))
    for step in range(LENGTH):
        world.transform(1 + step / 1000, [lot(step)], [lot(step + 1)])
    answer = world.trace(lot(LENGTH), direction="upstream", max_objects=LENGTH + 1)
    assert not answer.truncated
    assert {one.id: one.steps for one in answer.objects}[lot(0)] == LENGTH
    short = world.trace(lot(LENGTH), direction="upstream", max_objects=1_000)
    assert len(short.objects) == 1_000
    assert short.truncated
    assert "truncated" in gap_codes(short)


def test_a_lot_that_became_ten_thousand_is_followed_to_all(world: World) -> None:
    world.begin(0, GRAPES)
    world.transform(1, [GRAPES], [lot(number) for number in range(WIDTH)])
    answer = world.trace(GRAPES, max_objects=WIDTH + 1)
    assert len(answer.objects) == WIDTH + 1
    assert not answer.truncated
    assert world.trace(GRAPES).truncated


def test_a_lot_made_of_ten_thousand_is_followed_to_all(world: World) -> None:
    world.begin(0, *map(lot, range(WIDTH)))
    world.transform(1, [lot(number) for number in range(WIDTH)], [GRAPES])
    answer = world.trace(GRAPES, max_objects=WIDTH + 1)
    assert len(answer.links) == WIDTH
    assert not answer.truncated


def test_goods_packed_fifty_times_over_change_hands_with_the_outermost(world: World) -> None:
    world.begin(0, GRAPES)
    world.pack(1, pallet(0), GRAPES)
    for level in range(1, 50):
        world.pack(1 + level, pallet(level), pallet(level - 1))
    world.ship(100, PACKER, SHOP, pallet(49))
    world.receive(101, PACKER, SHOP, pallet(49))
    answer = world.trace(GRAPES)
    assert [told(each) for each in answer.handovers] == [(PACKER, SHOP, "both")]
    assert answer.handovers[0].containers == (pallet(49),)
    (quantity,) = [each.quantity for each in answer.handovers]
    assert quantity is not None
    assert (quantity.value, quantity.uom) == ("10", "KGM")
    assert {one.role for one in answer.objects if one.id != GRAPES} == {"carrier"}


@pytest.mark.parametrize("rounds", [3, 300])
def test_lots_that_become_each_other_in_a_circle_end(world: World, rounds: int) -> None:
    for time in range(rounds):
        world.transform(time, [lot(time % 3)], [lot((time + 1) % 3)])
    answer = world.trace(lot(0))
    assert {one.id for one in answer.objects} == {lot(0), lot(1), lot(2)}
    assert not answer.truncated


def test_containers_that_are_packed_into_each_other_in_a_circle_end(world: World) -> None:
    world.begin(0, GRAPES)
    world.pack(1, pallet(0), GRAPES)
    for time in range(2, 300):
        world.pack(time, pallet(time % 3), pallet((time + 1) % 3))
    answer = world.trace(GRAPES)
    assert GRAPES in {one.id for one in answer.objects}
    assert not answer.truncated
