"""What was inside what depends neither on which event came first nor on what is asked first."""

from collections.abc import Iterable, Sequence
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from epcis_core.provenance.containment import Containment
from epcis_core.provenance.evidence import EventList
from epcis_core.provenance.gathered import Gathered
from tests.conftest import TEST_SCALE
from tests.core.provenance.histories import CRATE, GRAPES, ITEM, JUICE, PALLET, World

RUN = "urn:example:run:1"
OTHER_PALLET = "https://id.gs1.org/00/189300010000000022"
OTHER_CRATE = "https://id.gs1.org/8003/08930001001046CRATE2"
BOXED = (CRATE, OTHER_CRATE, PALLET, OTHER_PALLET)
HAPPENINGS = st.tuples(
    st.sampled_from(["ADD", "ADD", "ADD", "OBSERVE", "DELETE", "use", "destroy"]),
    st.integers(1, 6),
    st.sampled_from(BOXED),
    st.sampled_from([*BOXED, GRAPES, ITEM, None]),
)


def a_world(happenings: Sequence[tuple[str, int, str, str | None]]) -> World:
    world = World()
    for what, time, container, content in happenings:
        if what == "use":
            run = None if content is None else RUN
            world.transform(time, [container], [JUICE], transformation_id=run)
        elif what == "destroy":
            world.see(time, container, step="destroying", action="DELETE")
        elif content is not None or what == "DELETE":
            named = [] if content is None else [content]
            world.pack(time, container, *named, action=what)
    return world


def stays(world: World, objects: Iterable[str]) -> set[tuple[str, str, int, int | None, bool]]:
    """Return all stays of objects, asked for in an order."""
    containment = Containment(Gathered(EventList(world.events)))
    return {
        (stay.content, stay.container, stay.start, stay.end, stay.disputed)
        for one in objects
        for stay in containment.stays_of(one)
    }


@settings(max_examples=int(300 * TEST_SCALE) or 1)
@given(st.lists(HAPPENINGS, max_size=12), st.permutations([*BOXED, GRAPES, ITEM]), st.randoms())
def test_stays_depend_neither_on_the_order_of_arrival_nor_on_the_order_of_questions(
    happenings: list[tuple[str, int, str, str | None]], asked: list[str], random: Random
) -> None:
    """Also where containers lie in each other, and much happens at one instant."""
    world = a_world(happenings)
    found = stays(world, [*BOXED, GRAPES, ITEM])
    assert stays(world, asked) == found
    assert stays(world.arriving(random.sample(world.events, len(world.events))), asked) == found
