"""A recall: what is affected, where it is, who got how much, whom to call; rule by rule."""

from collections.abc import Mapping
from typing import Any

from epcis_core.model.references import Role
from epcis_core.provenance.evidence import EventList
from epcis_core.provenance.facts import Named
from epcis_core.provenance.recall import recall
from epcis_core.provenance.recall_result import Recall
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
    Book,
    World,
    hour,
)

OTHER_SHOP = "https://id.gs1.org/417/8930001000995"
OTHER_COUNTER = "https://id.gs1.org/414/8930001000995"


def recalled(world: World, *subjects: str, **options: Any) -> Recall:
    return recall(EventList(world.events), Book({}), subjects or [GRAPES], **options)


def states(answer: Recall) -> dict[str, tuple[str, str | None, str | None]]:
    """Object → its state, how much of it, and who has it."""
    return {
        one.object: (one.status, one.quantity.value if one.quantity else None, one.last_party)
        for one in answer.affected
    }


def got(answer: Recall) -> dict[tuple[str | None, str], tuple[str | None, ...]]:
    """Customer and object → shipped, returned, unaccounted."""
    return {
        (customer.party, each.object): (each.shipped, each.returned, each.unaccounted)
        for customer in answer.customers
        for each in customer.objects
    }


def calls(answer: Recall) -> list[tuple[str, int]]:
    return [(call.party, call.steps_from_consumer) for call in answer.call_list]


def deliver(world: World, time: float, giver: str, taker: str, *objects: str) -> None:
    world.ship(time, giver, taker, *objects)
    world.receive(time + 1, giver, taker, *objects)


def test_everything_downstream_is_affected_and_nothing_upstream(world: World) -> None:
    world.begin(0, OTHER_GRAPES)
    world.transform(1, [OTHER_GRAPES], [GRAPES], at=FIELD)
    deliver(world, 2, FARM, PACKER, GRAPES)
    world.transform(5, [GRAPES], [JUICE])
    deliver(world, 6, PACKER, SHOP, JUICE)
    answer = recalled(world)
    assert states(answer) == {
        GRAPES: ("used", "10", PACKER),
        JUICE: ("on_hand", "10", SHOP),
    }
    assert [one.object for one in answer.affected] == [GRAPES, JUICE]
    assert answer.affected[1].last_place == COUNTER
    assert answer.affected[1].last_seen == hour(7)
    assert {one.id: one.role for one in answer.trace.objects} == {
        GRAPES: "subject",
        JUICE: "downstream",
    }


def test_the_state_that_asks_for_most_is_told_first(world: World) -> None:
    world.begin(0, GRAPES)
    world.see(1, GRAPES, step="destroying", at=FIELD, action="DELETE")
    world.see(2, GRAPES, step="retail_selling", at=FIELD, action="DELETE")
    assert states(recalled(world)) == {GRAPES: ("on_hand", "80", FARM)}
    world.see(3, step="retail_selling", at=FIELD, action="DELETE", named=[_kilograms("80")])
    assert states(recalled(world)) == {GRAPES: ("sold", "90", FARM)}


def _kilograms(amount: str) -> Named:
    return Named(GRAPES, Role.EPC, amount, "KGM")


def test_goods_on_the_way_are_with_whom_the_sender_names(world: World) -> None:
    world.see(0, step="commissioning", at=FIELD, action="ADD", named=[_kilograms("10")])
    world.ship(1, FARM, PACKER, GRAPES)
    assert states(recalled(world)) == {GRAPES: ("shipped", "10", PACKER)}


def test_what_is_destroyed_is_destroyed(world: World) -> None:
    world.see(0, step="commissioning", at=FIELD, action="ADD", named=[_kilograms("10")])
    world.see(1, GRAPES, step="destroying", at=FIELD, action="DELETE")
    assert states(recalled(world)) == {GRAPES: ("destroyed", "10", FARM)}


def test_what_is_only_seen_is_in_no_known_state(world: World) -> None:
    world.see(1, GRAPES, step="inspecting", at=FIELD)
    assert states(recalled(world)) == {GRAPES: ("unknown", None, FARM)}


def test_where_it_should_be_is_told_place_by_place(world: World) -> None:
    world.begin(0, GRAPES)
    deliver(world, 1, FARM, PACKER, GRAPES)
    (affected,) = recalled(world).affected
    assert [
        (one.party, one.place, one.quantity.value if one.quantity else None)
        for one in affected.holdings
    ] == [(FARM, FIELD, "90"), (PACKER, SHED, "10")]
    assert affected.quantity is not None
    assert affected.quantity.value == "100"


def test_a_customer_has_what_it_neither_returned_nor_gave_away(world: World) -> None:
    world.begin(0, GRAPES)
    deliver(world, 1, FARM, PACKER, GRAPES)
    deliver(world, 3, FARM, PACKER, GRAPES)
    deliver(world, 5, PACKER, FARM, GRAPES)
    world.ship(7, FARM, SHOP, GRAPES)
    answer = recalled(world)
    assert got(answer) == {
        (PACKER, GRAPES): ("20", "10", "10"),
        (SHOP, GRAPES): ("10", "0", "10"),
    }


def test_what_a_customer_used_sold_or_handed_on_is_accounted_for(world: World) -> None:
    world.begin(0, GRAPES)
    for time in (1, 3, 5, 7):
        deliver(world, time, FARM, PACKER, GRAPES)
    world.transform(9, [GRAPES], [JUICE])
    world.see(10, GRAPES, step="retail_selling", at=SHED, action="DELETE")
    deliver(world, 11, PACKER, SHOP, GRAPES)
    assert {key: told for key, told in got(recalled(world)).items() if key[1] == GRAPES} == {
        (SHOP, GRAPES): ("10", "0", "10"),
        (PACKER, GRAPES): ("40", "0", "10"),
        (None, GRAPES): ("10", "0", "10"),
    }


def test_what_each_of_two_parties_at_one_site_used_is_its_own(world: World) -> None:
    one_stall, other_stall = f"{COUNTER}/254/1", f"{COUNTER}/254/2"
    book = Book({one_stall: PACKER, other_stall: SHOP})
    world.begin(0, GRAPES)
    for time, taker, stall in ((1, PACKER, one_stall), (3, SHOP, other_stall)):
        world.ship(time, FARM, taker, GRAPES)
        world.receive(time + 1, FARM, taker, GRAPES, at=stall)
    world.transform(5, [GRAPES], [JUICE], at=one_stall)
    answer = recall(EventList(world.events), book, [GRAPES])
    assert got(answer) == {
        (PACKER, GRAPES): ("10", "0", "0"),
        (SHOP, GRAPES): ("10", "0", "10"),
    }
    grapes = next(one for one in answer.affected if one.object == GRAPES)
    assert [(one.party, one.place) for one in grapes.holdings] == [
        (FARM, FIELD),
        (SHOP, other_stall),
    ]


def test_what_is_destroyed_in_the_store_of_another_is_of_whom_it_had_come_to(
    world: World,
) -> None:
    world.begin(0, GRAPES)
    world.ship(1, FARM, SHOP, GRAPES)
    world.receive(2, FARM, SHOP, GRAPES, at=SHED)
    world.see(3, GRAPES, step="destroying", at=SHED, action="DELETE")
    assert got(recalled(world)) == {(SHOP, GRAPES): ("10", "0", "0")}
    assert [call.party for call in recalled(world).call_list] == [PACKER, SHOP, FARM]


def test_each_sale_is_told_object_by_object_in_the_unit_of_its_event(world: World) -> None:
    world.begin(0, GRAPES, ITEM, at=COUNTER, memberships=((ITEM, JUICE),))
    named = [_kilograms("3"), Named(ITEM, Role.EPC)]
    both = world.see(1, step="retail_selling", at=COUNTER, named=named)
    boxes = world.see(
        2, step="retail_selling", at=COUNTER, named=[Named(GRAPES, Role.EPC, "2", "BX")]
    )
    answer = recalled(world, GRAPES, JUICE)
    told = [
        (one.party, one.object, one.event, one.quantity and (one.quantity.value, one.quantity.uom))
        for one in answer.sales
    ]
    assert told == [
        (SHOP, GRAPES, both.event_id, ("3", "KGM")),
        (SHOP, ITEM, both.event_id, ("1", None)),
        (SHOP, GRAPES, boxes.event_id, ("2", "BX")),
    ]


def test_an_unknown_amount_stays_unknown(world: World) -> None:
    world.begin(0, GRAPES)
    world.see(
        1,
        step="shipping",
        at=FIELD,
        named=[Named(GRAPES, Role.EPC)],
        sources=(f"owning_party {FARM}",),
        destinations=(f"owning_party {PACKER}",),
    )
    assert got(recalled(world)) == {(PACKER, GRAPES): (None, "0", None)}


def test_what_left_in_an_unknown_amount_may_be_there_still(world: World) -> None:
    world.begin(0, GRAPES)
    ends = {
        "sources": (f"owning_party {FARM}",),
        "destinations": (f"owning_party {SHOP}",),
        "named": [Named(GRAPES, Role.EPC)],
    }
    world.see(1, step="shipping", at=FIELD, **ends)
    world.see(2, step="receiving", at=COUNTER, **ends)
    world.see(3, GRAPES, step="retail_selling", at=COUNTER, action="DELETE")
    (affected,) = recalled(world).affected
    assert (affected.status, affected.quantity) == ("on_hand", None)
    assert [(one.place, one.quantity) for one in affected.holdings] == [(FIELD, None)]


def test_members_are_told_with_their_lot(world: World) -> None:
    world.begin(0, ITEM, SISTER, memberships=((ITEM, JUICE), (SISTER, JUICE)))
    deliver(world, 1, FARM, SHOP, ITEM)
    answer = recalled(world, JUICE)
    assert got(answer) == {(SHOP, JUICE): ("1", "0", "1")}
    assert states(answer)[ITEM] == ("on_hand", "1", SHOP)
    assert states(answer)[SISTER] == ("on_hand", "1", FARM)


def test_the_parties_nearest_to_the_consumer_are_called_first(world: World) -> None:
    world.begin(0, GRAPES)
    deliver(world, 1, FARM, PACKER, GRAPES)
    world.transform(3, [GRAPES], [JUICE])
    deliver(world, 4, PACKER, SHOP, JUICE)
    deliver(world, 6, PACKER, OTHER_SHOP, JUICE)
    world.see(8, JUICE, step="retail_selling", at=COUNTER, action="DELETE")
    assert calls(recalled(world)) == [(SHOP, 0), (OTHER_SHOP, 0), (PACKER, 1), (FARM, 2)]


def test_returns_make_nobody_nearer_to_the_consumer(world: World) -> None:
    world.begin(0, GRAPES)
    deliver(world, 1, FARM, PACKER, GRAPES)
    deliver(world, 3, PACKER, FARM, GRAPES)
    assert calls(recalled(world)) == [(PACKER, 0), (FARM, 1)]


def test_names_and_numbers_are_those_of_master_data(world: World) -> None:
    class Names(Book):
        def party(self, key: str) -> Mapping[str, Any]:
            return {"name": "Trại nho Ví Dụ", "phone": "+84 259 000 0000"} if key == FARM else {}

    world.begin(0, GRAPES)
    (call,) = recall(EventList(world.events), Names({}), [GRAPES]).call_list
    assert (call.name, call.phone) == ("Trại nho Ví Dụ", "+84 259 000 0000")


def test_a_recalled_pallet_is_its_content(world: World) -> None:
    world.begin(0, GRAPES)
    world.pack(1, PALLET, GRAPES, read_point=FIELD)
    deliver(world, 2, FARM, SHOP, PALLET)
    answer = recalled(world, PALLET)
    assert got(answer) == {(SHOP, GRAPES): ("10", "0", "10")}
    assert {one.object for one in answer.affected} == {PALLET, GRAPES}


def test_several_suspects_are_recalled_together(world: World) -> None:
    world.begin(0, GRAPES, OTHER_GRAPES)
    world.transform(1, [GRAPES], [BOXES])
    world.transform(2, [OTHER_GRAPES], [JUICE])
    answer = recalled(world, GRAPES, OTHER_GRAPES, ITEM)
    assert answer.subjects == (GRAPES, OTHER_GRAPES)
    assert answer.unknown == (ITEM,)
    assert {one.object for one in answer.affected} == {GRAPES, OTHER_GRAPES, BOXES, JUICE}


def test_one_shipment_of_several_affected_lots_is_one_handover(world: World) -> None:
    world.begin(0, GRAPES, OTHER_GRAPES)
    deliver(world, 1, FARM, SHOP, GRAPES, OTHER_GRAPES)
    answer = recalled(world, GRAPES, OTHER_GRAPES)
    assert [one.objects for one in answer.trace.handovers] == [(GRAPES, OTHER_GRAPES)]


class TestCommonSources:
    """What several harmed consumers' lots came from."""

    def three(self, world: World) -> Recall:
        """Two of three lots came of one harvest."""
        world.begin(0, GRAPES, OTHER_GRAPES)
        world.transform(1, [GRAPES], [BOXES])
        world.transform(2, [GRAPES, OTHER_GRAPES], [JUICE])
        world.transform(3, [OTHER_GRAPES], [ITEM])
        return recalled(world, BOXES, JUICE, ITEM)

    def test_each_source_is_told_with_the_share_of_cases_it_explains(self, world: World) -> None:
        sources = [
            (one.object, one.cases, round(one.share, 2), one.steps, one.parties)
            for one in self.three(world).common_sources
        ]
        assert sources == [
            (GRAPES, (BOXES, JUICE), 0.67, 1, (FARM,)),
            (OTHER_GRAPES, (JUICE, ITEM), 0.67, 1, (FARM,)),
        ]

    def test_the_parties_that_made_them_are_told_too(self, world: World) -> None:
        parties = [(one.party, one.share) for one in self.three(world).common_parties]
        assert parties == [(FARM, 1.0), (PACKER, 1.0)]

    def test_a_case_that_another_came_of_is_a_source_itself(self, world: World) -> None:
        world.begin(0, GRAPES)
        world.transform(1, [GRAPES], [JUICE])
        (source,) = recalled(world, GRAPES, JUICE).common_sources
        assert (source.object, source.share, source.steps) == (GRAPES, 1.0, 1)

    def test_strangers_that_shared_a_crate_have_nothing_in_common(self, world: World) -> None:
        world.begin(0, GRAPES, OTHER_GRAPES)
        world.pack(1, CRATE, GRAPES, OTHER_GRAPES)
        answer = recalled(world, GRAPES, OTHER_GRAPES)
        assert answer.common_sources == ()
        assert {one.object for one in answer.affected} == {GRAPES, OTHER_GRAPES}

    def test_one_case_has_nothing_in_common(self, world: World) -> None:
        world.begin(0, GRAPES)
        assert recalled(world, GRAPES).common_sources == ()


def test_what_a_slip_of_the_pen_may_hide_is_possible_and_not_affected(world: World) -> None:
    typed = GRAPES.replace("/10/L0", "/10/LO")
    world.begin(0, GRAPES)
    deliver(world, 1, FARM, PACKER, GRAPES)
    used = world.transform(5, [typed], [JUICE])
    book = Book({SHED: PACKER})
    answer = recall(EventList(world.events), book, [GRAPES])
    assert [one.object for one in answer.affected] == [GRAPES]
    (possible,) = answer.possible
    assert possible.object == typed
    assert possible.instead_of == GRAPES
    assert possible.party == PACKER
    assert possible.events == (used.event_id,)
    assert possible.downstream == (JUICE,)


def test_of_what_nobody_knows_nothing_is_affected(world: World) -> None:
    answer = recalled(world, GRAPES, JUICE)
    assert (answer.subjects, answer.unknown) == ((), (GRAPES, JUICE))
    assert answer.affected == ()
    assert answer.trace.subject == GRAPES


def test_an_answer_that_is_cut_short_says_so(world: World) -> None:
    world.begin(0, GRAPES)
    world.transform(1, [GRAPES], [JUICE])
    answer = recalled(world, max_objects=1)
    assert answer.trace.truncated
    assert [gap.code for gap in answer.gaps] == ["truncated"]
