"""No answer depends on the order in which events arrived, not even of those of one instant."""

from collections.abc import Sequence
from random import Random
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from epcis_core.model.references import Role
from epcis_core.provenance.facts import Named
from epcis_core.provenance.steps import DESTROYING, DISPENSING, GIVING, SELLING, TAKING, VOIDING
from tests.conftest import TEST_SCALE
from tests.core.provenance.histories import (
    CRATE,
    FARM,
    GRAPES,
    ITEM,
    JUICE,
    PACKER,
    PALLET,
    SHED,
    SHOP,
    SISTER,
    World,
)

PARTIES: Final = (FARM, PACKER, SHOP)
OBJECTS: Final = (GRAPES, JUICE, ITEM, CRATE, PALLET)
MOVES: Final = sorted(GIVING | TAKING | {VOIDING})
ENDS: Final = sorted(SELLING | {DISPENSING, DESTROYING})
Happening = tuple[str, int, str, str, str, str]

HAPPENINGS = st.tuples(
    st.sampled_from([*MOVES, *ENDS, "ADD", "DELETE", "OBSERVE", "begin", "make"]),
    st.integers(1, 3),
    st.sampled_from(OBJECTS),
    st.sampled_from(OBJECTS),
    st.sampled_from(PARTIES),
    st.sampled_from(PARTIES),
)


def a_world(happenings: Sequence[Happening]) -> World:
    """A history in which much happens at one of three instants."""
    world = World()
    world.begin(0, ITEM, SISTER, at=SHED, memberships=((ITEM, JUICE), (SISTER, JUICE)))
    for number, (what, time, one, other, giver, taker) in enumerate(happenings):
        place = giver.replace("/417/", "/414/")
        amount = Named(one, Role.EPC, str(1 + number % 3), "KGM")
        if what in GIVING | {VOIDING}:
            world.ship(time, giver, taker, named=[amount], step=what)
        elif what in TAKING:
            world.receive(time, giver, taker, named=[amount], step=what)
        elif what in ENDS:
            world.see(time, named=[amount], step=what, at=place, action="DELETE")
        elif what == "begin":
            world.begin(time, one, at=place)
        elif what == "make":
            world.transform(time, [one], [other], at=place)
        else:
            world.pack(time, CRATE if one == PALLET else PALLET, one, action=what, read_point=place)
    return world


@settings(max_examples=int(60 * TEST_SCALE) or 1)
@given(st.lists(HAPPENINGS, max_size=12), st.randoms())
def test_answers_do_not_depend_on_the_order_of_arrival(
    happenings: list[Happening], random: Random
) -> None:
    world = a_world(happenings)
    other = world.arriving(random.sample(world.events, len(world.events)))
    for subject in OBJECTS:
        assert other.trace(subject) == world.trace(subject)
        assert other.balance(subject) == world.balance(subject)
    assert other.recall(GRAPES, CRATE) == world.recall(GRAPES, CRATE)
