"""A crate that is packed where nobody had seen it came empty; where it was seen it did not."""

from collections.abc import Callable

import pytest

from tests.core.provenance.histories import (
    BOXES,
    CRATE,
    FARM,
    FIELD,
    GRAPES,
    JUICE,
    OTHER_GRAPES,
    PACKER,
    PALLET,
    SHED,
    World,
    gap_codes,
)


def packed_again_at_the_packers(world: World, between: Callable[[World], object]) -> None:
    """Grapes in a crate that the packer fills up with others, and uses."""
    world.begin(0, GRAPES)
    world.begin(0, OTHER_GRAPES, at=SHED)
    world.pack(1, CRATE, GRAPES, read_point=FIELD)
    between(world)
    world.pack(5, CRATE, OTHER_GRAPES, read_point=SHED)
    world.transform(6, [CRATE], [JUICE])


def affected(world: World) -> set[str]:
    return {
        one.object for one in world.recall(GRAPES).affected if one.object in {GRAPES, JUICE, BOXES}
    }


def shipped_and_received_nowhere(world: World) -> None:
    world.ship(3, FARM, PACKER, CRATE)
    world.receive(4, FARM, PACKER, CRATE, at=None)


def inspected_there(world: World) -> None:
    world.see(4, CRATE, step="inspecting", at=SHED)


def stored_there_on_a_pallet(world: World) -> None:
    world.pack(2, PALLET, CRATE, read_point=FIELD)
    world.see(4, PALLET, step="storing", at=SHED)


@pytest.mark.parametrize(
    "between", [shipped_and_received_nowhere, inspected_there, stored_there_on_a_pallet]
)
def test_a_crate_that_was_or_may_have_been_there_brought_what_was_in_it(
    world: World, between: Callable[[World], object]
) -> None:
    packed_again_at_the_packers(world, between)
    assert affected(world) == {GRAPES, JUICE}


def test_a_crate_that_was_seen_elsewhere_alone_came_empty(world: World) -> None:
    packed_again_at_the_packers(world, lambda world: world.see(4, CRATE, step="storing", at=FIELD))
    assert affected(world) == {GRAPES}
    assert "unclosed_packing" in gap_codes(world.trace(GRAPES))


def test_a_crate_whose_sender_has_a_clock_that_is_fast_was_seen_last_where_it_came(
    world: World,
) -> None:
    def between(world: World) -> None:
        world.receive(3, FARM, PACKER, CRATE)
        world.ship(4, FARM, PACKER, CRATE)

    packed_again_at_the_packers(world, between)
    assert affected(world) == {GRAPES, JUICE}
