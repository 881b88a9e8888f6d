"""A scanned container: what its latest load is, where that came from and went."""

import pytest

from tests.core.provenance.histories import (
    BOXES,
    COUNTER,
    CRATE,
    FARM,
    FIELD,
    GRAPES,
    HOUR,
    ITEM,
    JUICE,
    OTHER_GRAPES,
    PACKER,
    PALLET,
    SHOP,
    World,
    gap_codes,
    hour,
    roles,
    told,
)


def test_its_content_has_a_role_of_its_own_with_ancestors_and_descendants(world: World) -> None:
    world.begin(0, GRAPES)
    world.transform(1, [GRAPES], [BOXES])
    world.pack(2, PALLET, BOXES)
    world.ship(3, PACKER, SHOP, PALLET)
    world.receive(4, PACKER, SHOP, PALLET)
    world.pack(5, PALLET, action="DELETE")
    world.transform(6, [BOXES], [JUICE], at=COUNTER)
    answer = world.trace(PALLET)
    assert roles(answer) == {
        GRAPES: "upstream",
        BOXES: "content",
        PALLET: "subject",
        JUICE: "downstream",
    }
    assert {one.id: one.steps for one in answer.objects} == {
        GRAPES: 1,
        BOXES: 0,
        PALLET: 0,
        JUICE: 1,
    }
    assert gap_codes(answer) == []
    (handover,) = answer.handovers
    assert (handover.objects, handover.containers) == ((BOXES,), (PALLET,))
    steps = {one.party: one for one in answer.one_step}
    assert [(n.party, n.objects) for n in steps[PACKER].forward] == [(SHOP, (PALLET,))]
    assert [(n.party, n.objects) for n in steps[SHOP].back] == [(PACKER, (PALLET,))]


def test_a_crate_is_asked_for_its_latest_load(world: World) -> None:
    world.begin(0, GRAPES, OTHER_GRAPES)
    world.pack(1, CRATE, GRAPES, read_point=FIELD)
    world.ship(2, FARM, PACKER, CRATE)
    world.receive(3, FARM, PACKER, CRATE)
    world.pack(4, CRATE, action="DELETE")
    world.pack(9, CRATE, OTHER_GRAPES)
    world.ship(10, PACKER, SHOP, CRATE)
    answer = world.trace(CRATE)
    assert roles(answer) == {OTHER_GRAPES: "content", CRATE: "subject"}
    assert [told(each) for each in answer.handovers] == [(PACKER, SHOP, "sender")]
    assert FARM not in [n.party for one in answer.one_step for n in one.back]


def three_loads(world: World) -> None:
    """A crate that carries three lots one after the other, and comes back empty in between."""
    for time, lot in ((0, GRAPES), (10, OTHER_GRAPES), (20, BOXES)):
        world.begin(time, lot)
        world.pack(time + 1, CRATE, lot, read_point=FIELD)
        world.ship(time + 2, FARM, PACKER, CRATE)
        world.receive(time + 3, FARM, PACKER, CRATE)
        world.transform(time + 4, [CRATE], [JUICE])
        world.ship(time + 5, PACKER, FARM, CRATE)
        world.receive(time + 6, PACKER, FARM, CRATE)


@pytest.mark.parametrize(
    ("at", "load"),
    [
        pytest.param(None, BOXES, id="no time: the latest"),
        pytest.param(0, GRAPES, id="before the first: the first"),
        pytest.param(1, GRAPES, id="at its start"),
        pytest.param(4, GRAPES, id="at its end"),
        pytest.param(10, GRAPES, id="while it was empty: the one before"),
        pytest.param(11, OTHER_GRAPES, id="the second"),
        pytest.param(99, BOXES, id="after the last: the last"),
    ],
)
def test_a_crate_is_asked_for_the_load_of_a_time(world: World, at: int | None, load: str) -> None:
    three_loads(world)
    answer = world.trace(CRATE, at=None if at is None else at * HOUR)
    assert roles(answer) == {load: "content", CRATE: "subject", JUICE: "downstream"}
    shown = [GRAPES, OTHER_GRAPES, BOXES].index(load)
    assert [(one.time, one.until, one.shown) for one in answer.loads] == [
        (hour(10 * place + 1), hour(10 * place + 4), place == shown) for place in range(3)
    ]


def test_what_happened_before_and_after_a_load_is_of_other_goods(world: World) -> None:
    three_loads(world)
    answer = world.trace(CRATE, at=12 * HOUR)
    times = [visit.time for visit in answer.visits if visit.object == CRATE]
    # It came back empty at 5 and 6, to carry this load.
    assert times == [hour(time) for time in (4, 5, 6, 11, 12, 13, 14)]
    steps = {one.party: one for one in answer.one_step}
    assert [(n.party, n.objects) for n in steps[PACKER].back] == [(FARM, (CRATE,))]
    assert [(n.party, n.objects) for n in steps[FARM].back] == [(PACKER, (CRATE,))]
    assert [told(one) for one in answer.handovers] == [(FARM, PACKER, "both")]


@pytest.mark.parametrize("subject", [GRAPES, JUICE, ITEM])
def test_of_what_is_no_container_a_time_changes_nothing(world: World, subject: str) -> None:
    three_loads(world)
    world.begin(2, ITEM, memberships=((ITEM, JUICE),))
    assert world.trace(subject, at=12 * HOUR) == world.trace(subject)
    assert world.trace(subject).loads == ()


def test_what_is_still_inside_is_a_load_without_an_end(world: World) -> None:
    world.begin(0, GRAPES, OTHER_GRAPES)
    world.pack(1, CRATE, GRAPES)
    world.pack(2, CRATE, OTHER_GRAPES)
    world.pack(3, CRATE, OTHER_GRAPES, action="DELETE")
    assert [(one.time, one.until, one.shown) for one in world.trace(CRATE).loads] == [
        (hour(1), None, True)
    ]


def test_what_lies_deeper_inside_is_content_too(world: World) -> None:
    world.begin(0, GRAPES)
    world.pack(1, CRATE, GRAPES)
    world.pack(2, PALLET, CRATE)
    assert roles(world.trace(PALLET)) == {
        GRAPES: "content",
        CRATE: "content",
        PALLET: "subject",
    }


def test_what_was_in_the_inner_crate_at_other_times_is_not(world: World) -> None:
    world.begin(0, GRAPES, OTHER_GRAPES)
    world.pack(1, CRATE, OTHER_GRAPES)
    world.pack(2, CRATE, action="DELETE")
    world.pack(3, CRATE, GRAPES)
    world.pack(4, PALLET, CRATE)
    assert OTHER_GRAPES not in roles(world.trace(PALLET))


def test_content_that_is_only_likely_is_disputed(world: World) -> None:
    world.begin(0, GRAPES)
    world.transform(1, [GRAPES], [BOXES])
    world.pack(2, PALLET, BOXES, action="OBSERVE")
    disputed = {one.id: one.disputed for one in world.trace(PALLET).objects}
    assert disputed == {GRAPES: True, BOXES: True, PALLET: False}


def test_a_pallet_of_unknown_content_changes_hands_itself(world: World) -> None:
    world.ship(1, FARM, PACKER, PALLET)
    world.receive(2, FARM, PACKER, PALLET)
    answer = world.trace(PALLET)
    assert roles(answer) == {PALLET: "subject"}
    assert [told(each) for each in answer.handovers] == [(FARM, PACKER, "both")]
    assert gap_codes(answer) == []


def test_a_sea_container_has_no_origin_to_miss(world: World) -> None:
    world.begin(0, GRAPES)
    world.pack(1, "urn:epc:id:bic:SCVU0000013", GRAPES)
    answer = world.trace("urn:epc:id:bic:SCVU0000013")
    assert roles(answer)[GRAPES] == "content"
    assert gap_codes(answer) == []
