"""What a right answer is, sentence by sentence, where no other case says it already."""

import pytest

from epcis_core.model.events import ObjectEvent
from epcis_core.model.namespaces import Namespaces
from epcis_core.model.references import Role
from epcis_core.provenance.balance import balance
from epcis_core.provenance.balance_result import BalanceRow
from epcis_core.provenance.evidence import EventList
from epcis_core.provenance.facts import Named, facts_of
from epcis_core.provenance.kinds import kind_of
from epcis_core.provenance.recall import recall
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
    TRUCK,
    Book,
    World,
    gap_codes,
    hour,
    roles,
    told,
)

ALL_GRAPES = "https://id.gs1.org/01/08930001001008"
OWNED = Book({FIELD: FARM, SHED: PACKER, COUNTER: SHOP})


def rows(world: World, one: str) -> dict[str | None, BalanceRow]:
    return {row.place: row for row in balance(EventList(world.events), Book({}), one).rows}


def kilograms(amount: str) -> Named:
    return Named(GRAPES, Role.EPC, amount, "KGM")


class TestObjects:
    """What is recognised, and as what."""

    @pytest.mark.parametrize(
        ("one", "kind"),
        [
            (ITEM, "instance"),
            (GRAPES, "lot"),
            (ALL_GRAPES, "class"),
            (PALLET, "container"),
            (CRATE, "container"),
            ("urn:example:tank:7", "other"),
        ],
    )
    def test_an_identifier_tells_what_it_stands_for(self, one: str, kind: str) -> None:
        assert kind_of(one) == kind

    def test_another_uri_is_an_object_of_lineage_like_any_other(self, world: World) -> None:
        tank = "urn:example:tank:7"
        world.begin(0, GRAPES, at=SHED)
        world.transform(1, [GRAPES], [tank])
        world.transform(2, [tank], [JUICE])
        assert roles(world.trace(tank)) == {
            GRAPES: "upstream",
            tank: "subject",
            JUICE: "downstream",
        }

    def test_lots_of_one_product_are_two_objects(self, world: World) -> None:
        sister = f"{ALL_GRAPES}/10/L9"
        world.begin(0, GRAPES, sister)
        world.transform(1, [sister], [JUICE])
        assert roles(world.trace(GRAPES)) == {GRAPES: "subject"}


class TestLineage:
    """What became what."""

    def test_a_member_is_one_of_its_lot_whenever_that_is_said(self, world: World) -> None:
        world.transform(1, [GRAPES], [JUICE])
        world.transform(2, [ITEM], [BOXES])
        world.begin(9, ITEM, memberships=((ITEM, JUICE),))
        assert roles(world.trace(GRAPES))[BOXES] == "downstream"
        assert roles(world.trace(BOXES))[GRAPES] == "upstream"

    @pytest.mark.parametrize("lot_is", ["in the data of the lot", "in the identifier"])
    def test_an_item_is_of_the_lot_that_its_data_or_its_identifier_names(self, lot_is: str) -> None:
        cbv = "urn:epcglobal:cbv:mda"
        by_data = lot_is == "in the data of the lot"
        item = "https://id.gs1.org/01/08930001001039/21/S1"
        with_lot = "https://id.gs1.org/01/08930001001039/10/L3/21/S1"
        event = ObjectEvent.model_validate(
            {
                "type": "ObjectEvent",
                "action": "ADD",
                "eventTime": "2026-03-01T08:00:00Z",
                "eventTimeZoneOffset": "+07:00",
                "epcList": [item if by_data else with_lot],
                **({"ilmd": {"cbvmda:lotNumber": "L3"}} if by_data else {}),
            }
        )
        facts = facts_of(event, Namespaces({"cbvmda": cbv}), event_id="urn:event:1")
        ((member, lot),) = facts.memberships
        assert lot == JUICE
        assert [named.object for named in facts.named] == [member]

    def test_custody_never_tightens_a_bound(self, world: World) -> None:
        world.transform(1, [OTHER_GRAPES], [GRAPES], at=FIELD)
        world.transform(3, [GRAPES], [JUICE])
        world.ship(8, FARM, PACKER, GRAPES)
        world.receive(9, FARM, PACKER, GRAPES)
        answer = world.trace(JUICE)
        assert roles(answer)[OTHER_GRAPES] == "upstream"
        assert answer.excluded_by_time == ()
        assert not any(link.disputed for link in answer.links)

    def test_the_content_of_a_crate_counts_at_the_moment_of_its_use(self, world: World) -> None:
        world.begin(0, GRAPES, OTHER_GRAPES, at=SHED)
        world.pack(1, CRATE, GRAPES)
        world.pack(2, CRATE, action="DELETE")
        world.pack(3, CRATE, OTHER_GRAPES)
        world.transform(4, [CRATE], [JUICE])
        world.pack(5, CRATE, action="DELETE")
        assert roles(world.trace(JUICE)) == {
            OTHER_GRAPES: "upstream",
            CRATE: "carrier",
            JUICE: "subject",
        }


class TestContainment:
    """What was inside what, and when."""

    def test_both_ends_of_a_stay_are_included(self, world: World) -> None:
        world.begin(0, GRAPES)
        world.pack(2, PALLET, GRAPES)
        world.pack(4, PALLET, GRAPES, action="DELETE")
        for time in (1, 2, 3, 4, 5):
            world.see(time, PALLET, step="storing", at=COUNTER)
        visits = [visit for visit in world.trace(GRAPES).visits if visit.place == COUNTER]
        assert [visit.time for visit in visits] == [hour(2), hour(3), hour(4)]

    def test_what_was_attached_to_a_pallet_did_not_change_hands_with_it(self, world: World) -> None:
        world.begin(0, GRAPES, ITEM)
        world.attach(1, PALLET, ITEM)
        world.ship(2, FARM, SHOP, PALLET)
        world.receive(3, FARM, SHOP, PALLET)
        answer = world.trace(ITEM)
        assert answer.handovers == ()
        assert roles(answer)[ITEM] == "subject"
        assert "upstream" not in roles(answer).values()


class TestCustody:
    """Who held what, and who gave it to whom."""

    def test_a_visit_is_at_the_read_point_else_at_the_business_location(self, world: World) -> None:
        world.see(1, GRAPES, step="storing", at=FIELD, biz_location=SHED)
        world.see(2, GRAPES, step="storing", biz_location=COUNTER)
        assert [visit.place for visit in world.trace(GRAPES).visits] == [FIELD, COUNTER]

    def test_lists_tell_the_party_before_master_data_and_those_before_the_number(
        self, world: World
    ) -> None:
        world.ship(1, TRUCK, SHOP, GRAPES, at=FIELD)
        world.see(2, GRAPES, step="storing", at=FIELD)
        world.see(3, GRAPES, step="storing", at=SHED)
        visits = world.trace(GRAPES, book=Book({FIELD: PACKER})).visits
        assert [visit.party for visit in visits] == [TRUCK, PACKER, PACKER]

    @pytest.mark.parametrize("gives", ["shipping", "consigning", "departing"])
    @pytest.mark.parametrize("takes", ["receiving", "accepting", "arriving"])
    def test_three_steps_give_and_three_take(self, world: World, gives: str, takes: str) -> None:
        world.begin(0, GRAPES)
        world.ship(1, FARM, PACKER, GRAPES, step=gives)
        world.receive(2, FARM, PACKER, GRAPES, step=takes)
        assert [told(one) for one in world.trace(GRAPES).handovers] == [(FARM, PACKER, "both")]

    def test_a_handover_that_the_receiver_alone_reports_is_one(self, world: World) -> None:
        world.begin(0, GRAPES)
        world.receive(2, FARM, PACKER, GRAPES)
        answer = world.trace(GRAPES)
        assert [told(one) for one in answer.handovers] == [(FARM, PACKER, "receiver")]
        assert gap_codes(answer) == ["received_not_shipped"]
        assert (answer.coverage.handovers, answer.coverage.confirmed_by_both) == (1, 0)

    def test_a_shipment_that_names_whom_it_goes_to_is_voided_and_no_other(
        self, world: World
    ) -> None:
        world.begin(0, GRAPES)
        world.ship(1, FARM, PACKER, GRAPES)
        world.ship(2, FARM, SHOP, GRAPES)
        world.ship(3, FARM, PACKER, GRAPES, step="void_shipping")
        assert [told(one) for one in world.trace(GRAPES).handovers] == [(FARM, SHOP, "sender")]

    def test_a_voiding_is_of_the_shipment_of_as_much(self, world: World) -> None:
        world.begin(0, GRAPES)
        for time, step, amount in (
            (1, "shipping", "60"),
            (2, "shipping", "30"),
            (3, "void_shipping", "60"),
        ):
            world.ship(time, FARM, PACKER, step=step, named=[kilograms(amount)])
        (handover,) = world.trace(GRAPES).handovers
        assert handover.quantity is not None
        assert handover.quantity.value == "30"

    def test_an_item_that_left_on_a_pallet_may_come_in_a_crate(self, world: World) -> None:
        world.begin(0, ITEM)
        world.pack(1, CRATE, ITEM, read_point=FIELD)
        world.pack(2, PALLET, CRATE, read_point=FIELD)
        world.ship(3, FARM, SHOP, PALLET)
        world.pack(4, PALLET, action="DELETE", read_point=COUNTER)
        world.receive(5, FARM, SHOP, CRATE)
        assert [told(one) for one in world.trace(ITEM).handovers] == [(FARM, SHOP, "both")]

    def test_who_is_named_by_the_sender_alone_has_a_step_of_its_own(self, world: World) -> None:
        world.begin(0, GRAPES)
        world.ship(1, FARM, PACKER, GRAPES)
        steps = {one.party: one for one in world.trace(GRAPES).one_step}
        assert [(one.party, one.objects) for one in steps[PACKER].back] == [(FARM, (GRAPES,))]
        assert steps[PACKER].forward == ()
        assert [(one.party, one.objects) for one in steps[FARM].forward] == [(PACKER, (GRAPES,))]

    def test_what_came_after_its_use_is_no_step_back(self, world: World) -> None:
        world.begin(0, GRAPES)
        world.ship(1, FARM, PACKER, GRAPES)
        world.receive(2, FARM, PACKER, GRAPES)
        world.transform(3, [GRAPES], [JUICE])
        world.ship(4, SHOP, PACKER, GRAPES)
        world.receive(5, SHOP, PACKER, GRAPES)
        (step,) = world.trace(JUICE).one_step
        assert [one.party for one in step.back] == [FARM]

    @pytest.mark.parametrize(
        "meant",
        [
            f"{ALL_GRAPES}/10/L77",
            f"{ALL_GRAPES}/10/a_0-1",
            "https://id.gs1.org/01/18930001001005/10/A-O1",
        ],
        ids=["another lot of the product", "another spelling", "the same lot in another packing"],
    )
    def test_candidates_are_what_the_party_held_and_may_have_meant(
        self, world: World, meant: str
    ) -> None:
        used = f"{ALL_GRAPES}/10/A-O1"
        world.begin(0, meant)
        world.ship(1, FARM, PACKER, meant)
        world.receive(2, FARM, PACKER, meant)
        world.transform(3, [used], [JUICE])
        answer = world.trace(JUICE, book=OWNED)
        gap = next(gap for gap in answer.gaps if gap.code == "used_not_received")
        assert (gap.objects, gap.candidates) == ((used,), (meant,))
        assert meant not in roles(answer)


class TestAmounts:
    """What is counted, and how often."""

    def test_an_item_named_beside_its_pallet_is_there_once(self, world: World) -> None:
        world.begin(0, ITEM, SISTER, memberships=((ITEM, JUICE), (SISTER, JUICE)))
        world.pack(1, PALLET, ITEM, SISTER, read_point=FIELD)
        world.ship(2, FARM, SHOP, PALLET, ITEM, SISTER)
        world.receive(3, FARM, SHOP, PALLET, ITEM, SISTER)
        world.see(4, PALLET, ITEM, SISTER, step="destroying", at=COUNTER, action="DELETE")
        there = rows(world, JUICE)
        assert (there[FIELD].produced, there[FIELD].shipped) == ("2", "2")
        assert (there[COUNTER].received, there[COUNTER].destroyed) == ("2", "2")

    def test_a_lot_in_a_crate_named_beside_its_pallet_is_shipped_once(self, world: World) -> None:
        world.begin(0, GRAPES)
        world.pack(1, CRATE, GRAPES, read_point=FIELD)
        world.pack(2, PALLET, CRATE, read_point=FIELD)
        world.ship(3, FARM, SHOP, PALLET, CRATE)
        world.receive(4, FARM, SHOP, PALLET)
        there = rows(world, GRAPES)
        assert (there[FIELD].shipped, there[FIELD].unaccounted) == ("10", "0")
        assert there[COUNTER].received == "10"
        assert gap_codes(world.trace(GRAPES)) == []

    def test_an_item_that_came_on_a_pallet_and_is_then_accepted_came_once(
        self, world: World
    ) -> None:
        world.begin(0, ITEM)
        world.pack(1, PALLET, ITEM, read_point=FIELD)
        world.ship(2, FARM, SHOP, PALLET)
        world.receive(3, FARM, SHOP, PALLET)
        world.pack(4, PALLET, action="DELETE", read_point=COUNTER)
        world.receive(5, FARM, SHOP, ITEM, step="accepting")
        assert [told(one) for one in world.trace(ITEM).handovers] == [(FARM, SHOP, "both")]
        assert rows(world, ITEM)[COUNTER].on_hand == "1"

    @pytest.mark.parametrize("step", ["retail_selling", "destroying"])
    def test_an_item_ends_once(self, world: World, step: str) -> None:
        world.begin(0, ITEM, at=COUNTER)
        world.see(1, ITEM, step=step, at=COUNTER, action="DELETE")
        world.see(99, ITEM, step="decommissioning", at=COUNTER, action="DELETE")
        assert rows(world, ITEM)[COUNTER].on_hand == "0"

    @pytest.mark.parametrize(
        ("step", "decommissioned", "left"),
        [
            pytest.param("retail_selling", [(2, "10")], "90", id="as much as was sold"),
            pytest.param("retail_selling", [(0.5, "10")], "90", id="as much, before it"),
            pytest.param("dispensing", [(2, "10")], "90", id="as much as was dispensed"),
            pytest.param("retail_selling", [(2, "4")], "86", id="another amount"),
            pytest.param("retail_selling", [(26, "10")], "80", id="more than a day later"),
            pytest.param("retail_selling", [(2, "10"), (3, "10")], "80", id="as much, twice"),
        ],
    )
    def test_decommissioning_as_much_as_ended_there_within_a_day_is_no_other_end(
        self, world: World, step: str, decommissioned: list[tuple[float, str]], left: str
    ) -> None:
        world.begin(0, GRAPES, at=COUNTER)
        world.see(1, GRAPES, step=step, at=COUNTER, action="DELETE")
        for time, amount in decommissioned:
            its = [kilograms(amount)]
            world.see(time, step="decommissioning", at=COUNTER, action="DELETE", named=its)
        assert rows(world, GRAPES)[COUNTER].on_hand == left

    def test_an_amount_of_a_lot_and_items_of_it_in_one_event_are_different_goods(
        self, world: World
    ) -> None:
        both = [Named(ITEM, Role.EPC), Named(SISTER, Role.EPC), Named(JUICE, Role.EPC, "3")]
        world.see(
            0,
            step="commissioning",
            at=FIELD,
            action="ADD",
            named=both,
            memberships=((ITEM, JUICE), (SISTER, JUICE)),
        )
        world.ship(1, FARM, SHOP, named=both)
        world.receive(2, FARM, SHOP, named=both)
        there = rows(world, JUICE)
        assert (there[FIELD].produced, there[FIELD].shipped) == ("5", "5")
        assert there[COUNTER].received == "5"

    def test_what_is_reworked_is_there_with_what_was_added(self, world: World) -> None:
        world.begin(0, GRAPES, at=SHED)
        world.transform(1, [GRAPES, BOXES], [GRAPES])
        row = rows(world, GRAPES)[SHED]
        assert (row.produced, row.used, row.on_hand) == ("110", "10", "100")

    def test_an_item_that_is_repaired_is_still_there(self, world: World) -> None:
        world.begin(0, ITEM, at=SHED)
        world.transform(1, [ITEM, BOXES], [ITEM])
        assert rows(world, ITEM)[SHED].on_hand == "1"

    def test_receiving_adds_nothing_twice_and_voiding_destroys_nothing(self, world: World) -> None:
        world.begin(0, GRAPES)
        world.ship(1, FARM, PACKER, GRAPES)
        world.receive(2, FARM, PACKER, GRAPES, action="ADD")
        world.ship(3, FARM, SHOP, GRAPES)
        world.see(4, GRAPES, step="void_shipping", at=FIELD, action="DELETE")
        there = rows(world, GRAPES)
        assert (there[SHED].produced, there[SHED].received) == ("0", "10")
        assert (there[FIELD].shipped, there[FIELD].destroyed) == ("10", "0")


def test_who_had_a_recalled_crate_with_other_goods_in_it_is_not_called(world: World) -> None:
    world.begin(0, GRAPES, OTHER_GRAPES)
    world.pack(1, CRATE, GRAPES, read_point=FIELD)
    world.ship(2, FARM, PACKER, CRATE)
    world.receive(3, FARM, PACKER, CRATE)
    world.pack(4, CRATE, action="DELETE")
    world.ship(5, PACKER, FARM, CRATE)
    world.receive(6, PACKER, FARM, CRATE)
    world.pack(7, CRATE, OTHER_GRAPES, read_point=FIELD)
    world.ship(8, FARM, SHOP, CRATE)
    answer = recall(EventList(world.events), Book({}), [CRATE])
    assert {one.object for one in answer.affected} == {CRATE, OTHER_GRAPES}
    assert [(call.party, call.steps_from_consumer) for call in answer.call_list] == [
        (SHOP, 0),
        (FARM, 1),
    ]


@pytest.mark.parametrize(("made", "sources"), [(False, []), (True, [CRATE])])
def test_a_crate_of_unknown_content_is_no_common_source_unless_it_was_made(
    world: World, *, made: bool, sources: list[str]
) -> None:
    if made:
        world.transform(0, [GRAPES], [CRATE])
    world.transform(1, [CRATE], [JUICE])
    world.transform(50, [CRATE], [BOXES])
    answer = recall(EventList(world.events), Book({}), [JUICE, BOXES])
    assert [one.object for one in answer.common_sources if one.object != GRAPES] == sources
