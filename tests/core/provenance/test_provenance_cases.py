"""Provenance on small chains that a reader can check by hand.

Each case writes its events as facts; the answer is compared with what happened in the world.
"""

import pytest

from tests.core.provenance.histories import (
    BOXES,
    COUNTER,
    CRATE,
    FARM,
    FIELD,
    GRAPES,
    ITEM,
    JUICE,
    OTHER_GRAPES,
    PACKER,
    PALLET,
    SHED,
    SHOP,
    SISTER,
    World,
    gap_codes,
    roles,
)


def test_an_input_is_upstream_of_its_output_and_the_output_downstream_of_its_input(
    world: World,
) -> None:
    world.begin(0, GRAPES)
    world.transform(1, [GRAPES], [BOXES])
    assert roles(world.trace(BOXES)) == {GRAPES: "upstream", BOXES: "subject"}
    assert roles(world.trace(GRAPES)) == {GRAPES: "subject", BOXES: "downstream"}
    (link,) = world.trace(BOXES).links
    assert (link.from_, link.to, link.kind) == (GRAPES, BOXES, "transformation")
    assert link.quantity is not None
    assert (link.quantity.value, link.quantity.uom) == ("10", "KGM")


def test_the_bound_tightens_along_the_path_upstream(world: World) -> None:
    world.begin(0, GRAPES)
    world.transform(1, [GRAPES], [BOXES])
    world.transform(2, [BOXES], [JUICE])
    world.transform(3, [OTHER_GRAPES], [BOXES])  # topped up after the juice was made
    answer = world.trace(JUICE)
    assert set(roles(answer)) == {GRAPES, BOXES, JUICE}
    (late,) = answer.excluded_by_time
    assert (late.from_, late.to) == (OTHER_GRAPES, BOXES)


def test_downstream_mirrors_it(world: World) -> None:
    world.transform(0, [OTHER_GRAPES], [BOXES])
    world.transform(1, [BOXES], [JUICE])
    world.transform(2, [GRAPES], [BOXES])
    answer = world.trace(GRAPES)
    assert roles(answer) == {GRAPES: "subject", BOXES: "downstream"}
    assert [(late.from_, late.to) for late in answer.excluded_by_time] == [(BOXES, JUICE)]


def test_a_node_reached_again_with_a_wider_bound_is_walked_again(world: World) -> None:
    # JUICE takes BOXES early by one path and late by another; only the late one sees the top-up.
    world.transform(1, [BOXES], [ITEM])
    world.transform(2, [OTHER_GRAPES], [BOXES])
    world.transform(3, [ITEM, GRAPES], [JUICE])
    world.transform(2.5, [BOXES], [GRAPES])
    assert OTHER_GRAPES in roles(world.trace(JUICE))


def test_two_lots_in_one_crate_at_different_times_are_not_related(world: World) -> None:
    world.begin(0, GRAPES)
    world.pack(1, CRATE, GRAPES)
    world.pack(2, CRATE, GRAPES, action="DELETE")
    world.begin(3, OTHER_GRAPES)
    world.pack(4, CRATE, OTHER_GRAPES)
    world.pack(5, CRATE, OTHER_GRAPES, action="DELETE")
    assert roles(world.trace(GRAPES)) == {GRAPES: "subject", CRATE: "carrier"}
    assert roles(world.trace(OTHER_GRAPES)) == {OTHER_GRAPES: "subject", CRATE: "carrier"}


def test_two_lots_in_one_crate_at_once_are_not_related_either(world: World) -> None:
    world.begin(0, GRAPES, OTHER_GRAPES)
    world.pack(1, CRATE, GRAPES, OTHER_GRAPES)
    assert roles(world.trace(GRAPES)) == {GRAPES: "subject", CRATE: "carrier"}


def test_the_content_of_a_crate_that_is_used_up_is_the_input(world: World) -> None:
    world.begin(0, GRAPES, OTHER_GRAPES)
    world.pack(1, CRATE, OTHER_GRAPES)
    world.pack(2, CRATE, action="DELETE")
    world.pack(3, CRATE, GRAPES)
    world.transform(4, [CRATE], [BOXES])
    assert roles(world.trace(BOXES)) == {GRAPES: "upstream", BOXES: "subject", CRATE: "carrier"}
    assert roles(world.trace(GRAPES)) == {GRAPES: "subject", BOXES: "downstream", CRATE: "carrier"}
    assert roles(world.trace(OTHER_GRAPES)) == {OTHER_GRAPES: "subject", CRATE: "carrier"}


def test_a_crate_of_unknown_content_is_upstream_itself_with_a_gap(world: World) -> None:
    world.begin(0, CRATE)
    world.transform(4, [CRATE], [BOXES])
    answer = world.trace(BOXES)
    assert roles(answer) == {CRATE: "upstream", BOXES: "subject"}
    assert gap_codes(answer) == ["unknown_content"]


def test_content_follows_its_pallet_even_inside_another_container(world: World) -> None:
    world.begin(0, GRAPES)
    world.pack(1, CRATE, GRAPES)
    world.pack(2, PALLET, CRATE)
    world.see(3, PALLET, step="storing", at=COUNTER)
    world.pack(4, PALLET, action="DELETE")
    world.see(5, PALLET, step="storing", at=FIELD)
    places = {(visit.place, visit.inside) for visit in world.trace(GRAPES).visits}
    assert (COUNTER, PALLET) in places
    assert (FIELD, PALLET) not in places


def test_an_instance_put_into_another_container_has_left_the_first(world: World) -> None:
    world.begin(0, ITEM)
    world.pack(1, CRATE, ITEM)
    world.pack(2, PALLET, ITEM)
    world.see(3, CRATE, step="storing", at=COUNTER)
    assert all(
        visit.inside != CRATE or visit.time <= "1970-01-01T02:00:00Z"
        for visit in world.trace(ITEM).visits
    )


def test_at_one_instant_the_old_load_ends_before_the_new_one_begins(world: World) -> None:
    world.begin(0, GRAPES, OTHER_GRAPES)
    world.pack(1, CRATE, GRAPES)
    world.pack(24, CRATE, OTHER_GRAPES)
    world.pack(24, CRATE, action="DELETE")
    world.see(30, CRATE, step="storing", at=COUNTER)
    assert not [v for v in world.trace(GRAPES).visits if v.place == COUNTER]
    assert [v for v in world.trace(OTHER_GRAPES).visits if v.place == COUNTER]


def test_inputs_and_outputs_of_one_transformation_id_are_joined_over_time(world: World) -> None:
    for hour, inputs, outputs in (
        (1, [GRAPES], []),
        (2, [], [BOXES]),
        (3, [OTHER_GRAPES], []),
        (4, [], [JUICE]),
    ):
        world.transform(hour, inputs, outputs, transformation_id="urn:vat:1")
    assert set(roles(world.trace(BOXES))) == {GRAPES, BOXES}
    assert set(roles(world.trace(JUICE))) == {GRAPES, OTHER_GRAPES, JUICE}
    assert set(roles(world.trace(OTHER_GRAPES))) == {OTHER_GRAPES, JUICE}
    for subject in (BOXES, OTHER_GRAPES):
        (late,) = world.trace(subject).excluded_by_time
        assert (late.from_, late.to) == (OTHER_GRAPES, BOXES)


def test_an_output_booked_before_all_inputs_takes_them_disputed(world: World) -> None:
    world.transform(1, [], [BOXES], transformation_id="urn:vat:1")
    world.transform(2, [GRAPES], [], transformation_id="urn:vat:1")
    (link,) = world.trace(BOXES).links
    assert (link.from_, link.disputed) == (GRAPES, True)
    assert world.trace(GRAPES).links == (link,)


def test_rework_into_the_same_lot_keeps_the_other_inputs(world: World) -> None:
    world.begin(0, GRAPES)
    world.transform(1, [BOXES, GRAPES], [BOXES])
    assert [(link.from_, link.to) for link in world.trace(BOXES).links] == [(GRAPES, BOXES)]


def test_a_member_comes_from_what_its_lot_was_made_of_and_is_no_kin_of_its_sisters(
    world: World,
) -> None:
    world.begin(0, GRAPES)
    world.transform(1, [GRAPES], [JUICE])
    world.begin(2, ITEM, SISTER, memberships=((ITEM, JUICE), (SISTER, JUICE)))
    world.transform(3, [SISTER], [BOXES])
    assert roles(world.trace(ITEM)) == {GRAPES: "upstream", JUICE: "upstream", ITEM: "subject"}
    assert roles(world.trace(JUICE))[BOXES] == "downstream"


def test_a_shipment_and_its_receipt_are_one_handover_confirmed_by_both(world: World) -> None:
    world.begin(0, GRAPES)
    order = ("po urn:order:1",)
    ends = {
        "sources": (f"owning_party {FARM}",),
        "destinations": (f"owning_party {PACKER}",),
        "transactions": order,
    }
    world.see(1, GRAPES, step="shipping", at=FIELD, **ends)
    world.see(2, GRAPES, step="receiving", at=SHED, **ends)
    answer = world.trace(GRAPES)
    (handover,) = answer.handovers
    assert (handover.from_party, handover.to_party) == (FARM, PACKER)
    assert (handover.basis, handover.confirmed) == ("owner", "both")
    assert (answer.coverage.handovers, answer.coverage.confirmed_by_both) == (1, 1)
    assert [
        (one.party, [n.party for n in one.forward]) for one in answer.one_step if one.forward
    ] == [(FARM, [PACKER])]


def test_shipping_and_then_departing_in_one_pallet_is_one_handover(world: World) -> None:
    world.begin(0, GRAPES)
    world.pack(1, PALLET, GRAPES)
    ends = {"sources": (f"owning_party {PACKER}",), "destinations": (f"owning_party {SHOP}",)}
    world.see(2, PALLET, step="shipping", at=SHED, **ends)
    world.see(3, PALLET, step="departing", at=SHED, **ends)
    world.see(4, PALLET, step="arriving", at=COUNTER, **ends)
    world.see(5, PALLET, step="receiving", at=COUNTER, **ends)
    (handover,) = world.trace(GRAPES).handovers
    assert handover.objects == (GRAPES,)
    assert handover.containers == (PALLET,)
    assert handover.confirmed == "both"


def test_a_shipment_nobody_received_is_a_gap(world: World) -> None:
    world.begin(0, GRAPES)
    sent = world.see(
        1,
        GRAPES,
        step="shipping",
        at=FIELD,
        sources=(f"owning_party {FARM}",),
        destinations=(f"owning_party {SHOP}",),
    )
    answer = world.trace(GRAPES)
    (gap,) = answer.gaps
    assert (gap.code, gap.objects, gap.events) == (
        "shipped_not_received",
        (GRAPES,),
        (sent.event_id,),
    )
    assert answer.handovers[0].confirmed == "sender"
    assert SHOP in [one.party for one in answer.one_step]


def test_a_maker_got_the_lot_as_its_inputs_looking_through_what_it_made_itself(
    world: World,
) -> None:
    ends = {"sources": (f"owning_party {FARM}",), "destinations": (f"owning_party {PACKER}",)}
    world.begin(0, GRAPES)
    world.see(1, GRAPES, step="shipping", at=FIELD, **ends)
    world.see(2, GRAPES, step="receiving", at=SHED, **ends)
    world.transform(3, [GRAPES], [BOXES])
    world.transform(4, [BOXES], [JUICE])
    (step,) = world.trace(JUICE).one_step
    assert step.party == PACKER
    assert [(one.party, one.objects) for one in step.back] == [(FARM, (GRAPES,))]


@pytest.mark.parametrize("direction", ["upstream", "downstream"])
def test_one_step_does_not_depend_on_the_direction(world: World, direction: str) -> None:
    ends = {"sources": (f"owning_party {FARM}",), "destinations": (f"owning_party {PACKER}",)}
    world.begin(0, GRAPES)
    world.see(1, GRAPES, step="shipping", at=FIELD, **ends)
    world.transform(3, [GRAPES], [BOXES])
    assert world.trace(BOXES, direction=direction).one_step == world.trace(BOXES).one_step


def test_a_lot_nobody_began_has_no_origin(world: World) -> None:
    used = world.transform(1, [GRAPES], [BOXES])
    (gap,) = world.trace(BOXES).gaps
    assert (gap.code, gap.objects, gap.events) == ("no_origin", (GRAPES,), (used.event_id,))


def test_a_lot_that_was_only_added_to_the_books_of_a_receiver_has_no_origin(world: World) -> None:
    came = world.receive(1, FARM, PACKER, GRAPES, action="ADD")
    (gap,) = [gap for gap in world.trace(GRAPES).gaps if gap.code == "no_origin"]
    assert (gap.objects, gap.events) == ((GRAPES,), (came.event_id,))


def test_who_takes_goods_into_its_books_did_not_make_them_twice(world: World) -> None:
    world.begin(0, GRAPES)
    world.ship(1, FARM, PACKER, GRAPES)
    world.receive(2, FARM, PACKER, GRAPES, action="ADD")
    assert gap_codes(world.trace(GRAPES)) == []


def test_an_answer_that_is_cut_says_so(world: World) -> None:
    world.begin(0, GRAPES, OTHER_GRAPES)
    world.transform(1, [GRAPES, OTHER_GRAPES], [BOXES])
    answer = world.trace(BOXES, max_objects=2)
    assert answer.truncated
    assert len(answer.objects) == 2
    assert gap_codes(answer)[-1] == "truncated"
    assert not world.trace(BOXES, max_objects=3).truncated


def test_an_unknown_object_gives_an_empty_answer(world: World) -> None:
    world.begin(0, GRAPES)
    assert world.trace(BOXES).objects == ()


def test_a_cycle_ends(world: World) -> None:
    world.begin(0, GRAPES)
    world.transform(1, [GRAPES], [BOXES])
    world.transform(1, [BOXES], [GRAPES])
    assert set(roles(world.trace(GRAPES))) == {GRAPES, BOXES}


def test_what_only_a_disputed_link_leads_to_is_disputed(world: World) -> None:
    world.begin(0, OTHER_GRAPES)
    world.transform(0.5, [OTHER_GRAPES], [GRAPES])
    world.transform(1, [], [BOXES], transformation_id="urn:vat:1")
    world.transform(2, [GRAPES], [], transformation_id="urn:vat:1")
    disputed = {one.id: one.disputed for one in world.trace(BOXES).objects}
    assert disputed == {BOXES: False, GRAPES: True, OTHER_GRAPES: True}
