"""A scanned container: what its latest load is, where that came from and went."""

from tests.core.provenance.histories import (
    BOXES,
    COUNTER,
    CRATE,
    FARM,
    FIELD,
    GRAPES,
    JUICE,
    OTHER_GRAPES,
    PACKER,
    PALLET,
    SHOP,
    World,
    gap_codes,
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
