"""Error declarations: what was taken back is out, what was only doubted stays, all are listed."""

import pytest

from tests.core.provenance.histories import (
    BOXES,
    FARM,
    GRAPES,
    JUICE,
    OTHER_GRAPES,
    PACKER,
    World,
    gap_codes,
    roles,
)

either_first = pytest.mark.parametrize("backwards", [False, True], ids=["after", "before"])


def in_order(world: World, *, backwards: bool) -> World:
    return world.arriving(reversed(world.events)) if backwards else world


@either_first
def test_what_did_not_occur_is_out_and_listed(world: World, *, backwards: bool) -> None:
    world.begin(0, GRAPES)
    wrong = world.transform(1, [GRAPES], [BOXES])
    world.declare(wrong, reason="did_not_occur")
    answer = in_order(world, backwards=backwards).trace(GRAPES)
    assert roles(answer) == {GRAPES: "subject"}
    assert answer.retracted == (wrong.event_id,)
    (gap,) = answer.gaps
    assert (gap.code, gap.objects, gap.events) == ("retracted", (GRAPES,), (wrong.event_id,))
    assert wrong.event_id not in {visit.event for visit in answer.visits}


@either_first
def test_a_corrective_event_that_is_here_stands_in_its_place(
    world: World, *, backwards: bool
) -> None:
    world.begin(0, GRAPES, OTHER_GRAPES)
    wrong = world.transform(1, [GRAPES], [BOXES])
    right = world.transform(1, [OTHER_GRAPES], [BOXES])
    world.declare(wrong, corrective=(right.event_id,))
    answer = in_order(world, backwards=backwards).trace(BOXES)
    assert roles(answer) == {OTHER_GRAPES: "upstream", BOXES: "subject"}
    assert answer.retracted == (wrong.event_id,)


@either_first
def test_without_its_corrective_event_it_stays_disputed(world: World, *, backwards: bool) -> None:
    world.begin(0, GRAPES)
    wrong = world.transform(1, [GRAPES], [BOXES])
    world.transform(2, [BOXES], [JUICE])
    world.declare(wrong, corrective=("urn:event:missing",))
    answer = in_order(world, backwards=backwards).trace(JUICE)
    assert {one.id: one.disputed for one in answer.objects} == {
        GRAPES: True,
        BOXES: False,
        JUICE: False,
    }
    assert [visit.disputed for visit in answer.visits if visit.event == wrong.event_id] == [
        True,
        True,
    ]
    assert answer.retracted == (wrong.event_id,)


@either_first
def test_nobody_else_can_take_an_event_back(world: World, *, backwards: bool) -> None:
    world.begin(0, GRAPES)
    event = world.transform(1, [GRAPES], [BOXES], organisation="farm")
    world.declare(event, reason="did_not_occur", organisation="rival")
    answer = in_order(world, backwards=backwards).trace(GRAPES)
    assert roles(answer) == {GRAPES: "subject", BOXES: "downstream"}
    assert answer.retracted == ()
    assert gap_codes(answer) == []


def test_a_declaration_doubles_nothing(world: World) -> None:
    world.begin(0, GRAPES)
    shipped = world.ship(1, FARM, PACKER, GRAPES)
    world.declare(shipped)
    answer = world.trace(GRAPES)
    (handover,) = answer.handovers
    assert handover.disputed
    assert [visit.event for visit in answer.visits].count(shipped.event_id) == 1


def test_a_declaration_is_all_that_is_known_of_an_event_that_never_came(world: World) -> None:
    world.begin(0, GRAPES)
    event = world.transform(1, [GRAPES], [BOXES])
    world.declare(event)
    world.events.remove(event)
    answer = world.trace(GRAPES)
    assert {one.id: one.disputed for one in answer.objects} == {GRAPES: False, BOXES: True}
    assert answer.retracted == (event.event_id,)


def test_what_a_declaration_names_beside_its_original_did_not_happen(world: World) -> None:
    event = world.begin(0, GRAPES)
    world.declare(event, named=world.begin(1, OTHER_GRAPES).named)
    world.events.pop(1)
    assert world.trace(OTHER_GRAPES).objects == ()


def test_a_lot_of_which_all_was_taken_back_is_still_answered_for(world: World) -> None:
    event = world.begin(0, GRAPES)
    world.declare(event, reason="did_not_occur")
    answer = world.trace(GRAPES)
    assert roles(answer) == {GRAPES: "subject"}
    assert gap_codes(answer) == ["no_origin", "retracted"]


def test_a_membership_taken_back_does_not_count(world: World) -> None:
    item = "https://id.gs1.org/01/08930001001039/21/S1"
    world.begin(0, JUICE)
    event = world.begin(1, item, memberships=((item, JUICE),))
    world.declare(event, reason="did_not_occur")
    assert roles(world.trace(JUICE)) == {JUICE: "subject"}


def test_a_packing_taken_back_carries_nothing(world: World) -> None:
    pallet = "https://id.gs1.org/00/189300010000000015"
    world.begin(0, GRAPES)
    packed = world.pack(1, pallet, GRAPES)
    world.see(2, pallet, step="storing")
    world.declare(packed, reason="did_not_occur")
    answer = world.trace(GRAPES)
    assert [visit.biz_step for visit in answer.visits] == ["commissioning"]
