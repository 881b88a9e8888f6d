"""Whatever lot an event changes the record of is among the lots that it affects."""

from collections.abc import Sequence
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from epcis_core.provenance.affected import affected_lots
from epcis_core.provenance.evidence import EventList
from epcis_core.provenance.result import Trace
from tests.conftest import TEST_SCALE
from tests.core.provenance.histories import (
    BOXES,
    CRATE,
    FIELD,
    GRAPES,
    HOUR,
    ITEM,
    JUICE,
    OTHER_GRAPES,
    PALLET,
    SHED,
    Book,
    World,
)

LOTS: Final = (GRAPES, OTHER_GRAPES, BOXES, JUICE)
_Act = tuple[str, int, str, str]

ACTS = st.tuples(
    st.sampled_from(["begin", "see", "make", "part", "put", "out", "empty", "load", "wrong"]),
    st.integers(1, 5),
    st.sampled_from([*LOTS, ITEM, CRATE, PALLET]),
    st.sampled_from([*LOTS, ITEM, CRATE, PALLET]),
)


def do(world: World, what: str, time: int, one: str, other: str) -> None:
    """Add an event to a history."""
    if what == "begin":
        world.begin(time, one, memberships=((ITEM, JUICE),) if one == ITEM else ())
    elif what == "see":
        world.see(time, one, step="inspecting", at=SHED)
    elif what == "make" and one != other:
        world.transform(time, [one], [other])
    elif what == "part":
        inputs, outputs = ([one], []) if time % 2 else ([], [one])
        world.transform(time, inputs, outputs, transformation_id="urn:x:run")
    elif what in {"put", "out"} and one not in {CRATE, PALLET}:
        world.pack(time, CRATE, one, action="ADD" if what == "put" else "DELETE", read_point=FIELD)
    elif what == "empty":
        world.pack(time, CRATE if time % 2 else PALLET, action="DELETE")
    elif what == "load":
        world.pack(time, PALLET, CRATE, action="ADD" if time % 3 else "DELETE")
    elif what == "wrong" and world.events:
        original = world.events[time % len(world.events)]
        if not original.retracts:
            world.declare(original, reason="did_not_occur")


def record(world: World, lot: str) -> Any:
    """What a record of a lot can tell: what it was made of, and every step of it and of that."""
    answer: Trace = world.trace(lot, direction="upstream")
    return (
        {(one.id, one.role, one.disputed) for one in answer.objects if one.role != "carrier"},
        {(v.object, v.event, v.time, v.place, v.disputed) for v in answer.visits},
    )


@settings(max_examples=int(80 * TEST_SCALE) or 1)
@given(st.lists(ACTS, min_size=1, max_size=10), ACTS)
def test_no_lot_changes_that_is_not_affected(acts: Sequence[_Act], last: _Act) -> None:
    world = World()
    for act in acts:
        do(world, *act)
    before = {lot: record(world, lot) for lot in LOTS}
    known = len(world.events)
    do(world, *last)
    affected = affected_lots(EventList(world.events), Book({}), world.events[known:])
    changed = [lot for lot in LOTS if record(world, lot) != before[lot]]
    assert {*changed} <= {*affected}


def test_a_late_event_of_a_farm_reaches_what_was_made_of_its_grapes() -> None:
    world = World()
    world.begin(1, GRAPES)
    world.pack(2, CRATE, GRAPES)
    world.transform(3, [CRATE], [BOXES])
    world.transform(4, [BOXES], [JUICE])
    world.begin(1, OTHER_GRAPES)
    late = world.see(1.5, GRAPES, step="inspecting", at=FIELD)
    assert late.time == int(1.5 * HOUR)
    found = affected_lots(EventList(world.events), Book({}), [late])
    assert found == sorted([GRAPES, BOXES, JUICE])


def test_what_happens_to_a_crate_concerns_what_was_in_it_then_alone() -> None:
    world = World()
    world.pack(1, CRATE, GRAPES)
    world.pack(2, CRATE, GRAPES, action="DELETE")
    world.pack(3, CRATE, OTHER_GRAPES)
    moved = world.see(3.5, CRATE, step="inspecting", at=SHED)
    assert affected_lots(EventList(world.events), Book({}), [moved]) == [OTHER_GRAPES]
