"""Who handed what to whom; DESIGN's rules of custody, one by one."""

from typing import Any

import pytest

from epcis_core.model.references import Role
from epcis_core.provenance.facts import Named
from tests.core.provenance.histories import (
    COUNTER,
    CRATE,
    FARM,
    FIELD,
    GRAPES,
    ITEM,
    OTHER_GRAPES,
    PACKER,
    PALLET,
    SHED,
    SHOP,
    TRUCK,
    Book,
    World,
    gap_codes,
    told,
)

DAY = 24


def both(giver: str, taker: str) -> tuple[str, str, str]:
    return giver, taker, "both"


@pytest.mark.parametrize("unit", [ITEM, PALLET], ids=["an instance", "a lot on a pallet"])
class TestRepeats:
    """Shipping twice is one handover only where giver and taker agree."""

    def subject(self, world: World, unit: str) -> str:
        if unit == ITEM:
            world.begin(0, ITEM)
            return ITEM
        world.begin(0, GRAPES)
        world.pack(0, PALLET, GRAPES, read_point=FIELD)
        return GRAPES

    def test_a_missing_receipt_hides_no_further_shipment(self, world: World, unit: str) -> None:
        one = self.subject(world, unit)
        world.ship(1, FARM, PACKER, unit)
        world.ship(2, PACKER, SHOP, unit)
        world.receive(3, PACKER, SHOP, unit)
        answer = world.trace(one)
        assert [told(each) for each in answer.handovers] == [
            (FARM, PACKER, "sender"),
            both(PACKER, SHOP),
        ]
        assert gap_codes(answer) == ["shipped_not_received"]

    def test_a_missing_shipment_hides_no_further_receipt(self, world: World, unit: str) -> None:
        one = self.subject(world, unit)
        world.ship(1, FARM, PACKER, unit)
        world.receive(2, FARM, PACKER, unit)
        world.receive(4, PACKER, SHOP, unit)
        answer = world.trace(one)
        assert [told(each) for each in answer.handovers] == [
            both(FARM, PACKER),
            (PACKER, SHOP, "receiver"),
        ]
        assert gap_codes(answer) == ["received_not_shipped"]

    def test_what_comes_back_is_handed_over_again(self, world: World, unit: str) -> None:
        one = self.subject(world, unit)
        for time, giver, taker in ((1, FARM, PACKER), (3, PACKER, FARM), (5, FARM, PACKER)):
            world.ship(time, giver, taker, unit)
            world.receive(time + 1, giver, taker, unit)
        assert [told(each) for each in world.trace(one).handovers] == [
            both(FARM, PACKER),
            both(PACKER, FARM),
            both(FARM, PACKER),
        ]

    def test_shipping_and_departing_arriving_and_receiving_is_one(
        self, world: World, unit: str
    ) -> None:
        one = self.subject(world, unit)
        shipped = world.ship(1, FARM, PACKER, unit)
        world.ship(2, FARM, PACKER, unit, step="departing")
        world.receive(3, FARM, PACKER, unit, step="arriving")
        received = world.receive(4, FARM, PACKER, unit)
        (handover,) = world.trace(one).handovers
        assert (handover.shipped, handover.received) == (shipped.event_id, received.event_id)


def test_shipping_and_departing_of_one_amount_is_one_delivery(world: World) -> None:
    world.begin(0, GRAPES)
    shipped = world.ship(1, FARM, PACKER, GRAPES)
    world.ship(2, FARM, PACKER, GRAPES, step="departing")
    world.receive(3, FARM, PACKER, GRAPES, step="arriving")
    received = world.receive(4, FARM, PACKER, GRAPES)
    (handover,) = world.trace(GRAPES).handovers
    assert (handover.shipped, handover.received) == (shipped.event_id, received.event_id)


def test_two_shipments_of_an_amount_are_two_deliveries(world: World) -> None:
    world.begin(0, GRAPES)
    world.ship(1, FARM, PACKER, GRAPES)
    world.ship(2, FARM, PACKER, GRAPES)
    assert len(world.trace(GRAPES).handovers) == 2


def test_a_transaction_pairs_before_the_order_of_time(world: World) -> None:
    world.begin(0, GRAPES)
    first = world.ship(1, FARM, PACKER, GRAPES, transactions=("po urn:order:1",))
    second = world.ship(2, FARM, PACKER, GRAPES, transactions=("po urn:order:2",))
    got_second = world.receive(3, FARM, PACKER, GRAPES, transactions=("po urn:order:2",))
    got_first = world.receive(4, FARM, PACKER, GRAPES, transactions=("po urn:order:1",))
    assert [(each.shipped, each.received) for each in world.trace(GRAPES).handovers] == [
        (first.event_id, got_first.event_id),
        (second.event_id, got_second.event_id),
    ]


def test_a_later_shipment_with_the_paper_leaves_the_earlier_one_without_receipt(
    world: World,
) -> None:
    world.begin(0, GRAPES)
    world.ship(1, FARM, PACKER, GRAPES)
    world.ship(2, FARM, PACKER, GRAPES, transactions=("po urn:order:2",))
    world.receive(3, FARM, PACKER, GRAPES, transactions=("po urn:order:2",))
    assert [each.confirmed for each in world.trace(GRAPES).handovers] == ["sender", "both"]


def test_without_papers_the_earliest_shipment_between_the_parties_pairs(world: World) -> None:
    world.begin(0, GRAPES)
    world.ship(1, FARM, SHOP, GRAPES)
    first = world.ship(2, FARM, PACKER, GRAPES)
    world.ship(3, FARM, PACKER, GRAPES)
    got = world.receive(4, FARM, PACKER, GRAPES)
    pairs = {each.shipped: each.received for each in world.trace(GRAPES).handovers}
    assert pairs[first.event_id] == got.event_id
    assert sum(received is None for received in pairs.values()) == 2


@pytest.mark.parametrize(
    ("early", "codes"),
    [
        pytest.param(48, ["time_reversed"], id="48 hours"),
        pytest.param(49, ["received_not_shipped", "shipped_not_received"], id="longer"),
    ],
)
def test_a_receipt_may_be_early(world: World, early: int, codes: list[str]) -> None:
    world.begin(0, GRAPES)
    world.receive(100 - early, FARM, PACKER, GRAPES)
    world.ship(100, FARM, PACKER, GRAPES)
    assert gap_codes(world.trace(GRAPES)) == codes


def test_a_shipment_may_be_received_in_parts(world: World) -> None:
    world.begin(0, GRAPES)
    shipped = world.ship(1, FARM, PACKER, named=[Named(GRAPES, Role.EPC, "10", "KGM")])
    for time, amount in ((2, "6"), (3, "4")):
        world.receive(time, FARM, PACKER, named=[Named(GRAPES, Role.EPC, amount, "KGM")])
    answer = world.trace(GRAPES)
    assert [each.shipped for each in answer.handovers] == [shipped.event_id] * 2
    assert [each.quantity.value for each in answer.handovers if each.quantity] == ["6", "4"]
    assert gap_codes(answer) == []


def test_a_part_belongs_to_the_shipment_whose_paper_it_cites(world: World) -> None:
    world.begin(0, GRAPES)

    def amount(kilograms: str, order: int) -> dict[str, Any]:
        named = [Named(GRAPES, Role.EPC, kilograms, "KGM")]
        return {"named": named, "transactions": (f"po urn:order:{order}",)}

    first = world.ship(1, FARM, PACKER, **amount("10", 1))
    second = world.ship(2, FARM, PACKER, **amount("9", 2))
    parts = [world.receive(3 + n, FARM, PACKER, **amount(part, 1)) for n, part in enumerate("532")]
    answer = world.trace(GRAPES)
    assert [(one.shipped, one.received) for one in answer.handovers] == [
        *((first.event_id, part.event_id) for part in parts),
        (second.event_id, None),
    ]
    assert gap_codes(answer) == ["shipped_not_received"]


def test_shipments_may_be_received_together(world: World) -> None:
    world.begin(0, GRAPES)
    for time, amount in ((1, "6"), (2, "4")):
        world.ship(time, FARM, PACKER, named=[Named(GRAPES, Role.EPC, amount, "KGM")])
    got = world.receive(3, FARM, PACKER, named=[Named(GRAPES, Role.EPC, "10", "KGM")])
    answer = world.trace(GRAPES)
    assert [each.received for each in answer.handovers] == [got.event_id] * 2
    assert gap_codes(answer) == []


def test_a_voided_shipment_is_none(world: World) -> None:
    world.begin(0, GRAPES)
    first = world.ship(1, FARM, PACKER, GRAPES)
    world.ship(2, FARM, PACKER, GRAPES)
    world.see(3, GRAPES, step="void_shipping", at=FIELD)
    (handover,) = world.trace(GRAPES).handovers
    assert handover.shipped == first.event_id


def test_what_is_shipped_again_after_a_voiding_is_shipped(world: World) -> None:
    world.begin(0, ITEM)
    world.ship(1, FARM, PACKER, ITEM)
    world.see(2, ITEM, step="void_shipping", at=FIELD)
    again = world.ship(3, FARM, PACKER, ITEM)
    got = world.receive(4, FARM, PACKER, ITEM)
    (handover,) = world.trace(ITEM).handovers
    assert (handover.shipped, handover.received) == (again.event_id, got.event_id)


def test_nobody_voids_the_shipment_of_another(world: World) -> None:
    world.begin(0, GRAPES)
    world.ship(1, FARM, PACKER, GRAPES)
    world.see(2, GRAPES, step="void_shipping", at=COUNTER)
    assert len(world.trace(GRAPES).handovers) == 1


def test_the_owner_decides_and_a_possessor_between_is_the_carrier(world: World) -> None:
    world.begin(0, GRAPES)
    owners = f"owning_party {FARM}", f"owning_party {PACKER}"
    world.ship(
        1,
        FARM,
        PACKER,
        GRAPES,
        sources=(owners[0], f"possessing_party {FARM}"),
        destinations=(owners[1], f"possessing_party {TRUCK}"),
    )
    by_truck: dict[str, Any] = {
        "sources": (f"possessing_party {FARM}",),
        "destinations": (f"possessing_party {TRUCK}",),
    }
    world.see(2, GRAPES, step="accepting", at=FIELD, **by_truck)
    world.receive(
        3,
        FARM,
        PACKER,
        GRAPES,
        sources=(owners[0], f"possessing_party {TRUCK}"),
        destinations=(owners[1], f"possessing_party {PACKER}"),
    )
    (handover,) = world.trace(GRAPES).handovers
    assert told(handover) == both(FARM, PACKER)
    assert (handover.carrier, handover.basis) == (TRUCK, "owner")


def test_an_owner_who_stays_the_same_while_a_carrier_takes_over_sells_on_delivery(
    world: World,
) -> None:
    world.begin(0, GRAPES)
    world.ship(
        1,
        FARM,
        FARM,
        GRAPES,
        sources=(f"owning_party {FARM}", f"possessing_party {FARM}"),
        destinations=(f"owning_party {FARM}", f"possessing_party {TRUCK}"),
    )
    world.receive(2, FARM, SHOP, GRAPES)
    (handover,) = world.trace(GRAPES).handovers
    assert told(handover) == both(FARM, SHOP)
    assert handover.carrier == TRUCK


def test_a_possessor_of_whom_nothing_else_is_known_only_transports(world: World) -> None:
    world.begin(0, GRAPES)
    world.ship(
        1,
        FARM,
        TRUCK,
        GRAPES,
        sources=(f"possessing_party {FARM}",),
        destinations=(f"possessing_party {TRUCK}",),
    )
    world.receive(
        2,
        TRUCK,
        SHOP,
        GRAPES,
        sources=(f"possessing_party {TRUCK}",),
        destinations=(f"possessing_party {SHOP}",),
    )
    (handover,) = world.trace(GRAPES).handovers
    assert told(handover) == both(FARM, SHOP)
    assert (handover.carrier, handover.basis) == (TRUCK, "possessor")


@pytest.mark.parametrize("book", [Book({FIELD: FARM, SHED: FARM}), Book({})], ids=["same", "none"])
def test_moving_within_one_party_or_to_a_party_only_presumed_is_no_handover(
    world: World, book: Book
) -> None:
    world.begin(0, GRAPES)
    world.see(1, GRAPES, step="shipping", at=FIELD)
    world.see(2, GRAPES, step="receiving", at=SHED)
    answer = world.trace(GRAPES, book=book)
    assert answer.handovers == ()
    assert gap_codes(answer) == []


def test_moving_between_places_of_two_known_parties_is_a_handover(world: World) -> None:
    world.begin(0, GRAPES)
    world.see(1, GRAPES, step="shipping", at=FIELD)
    world.see(2, GRAPES, step="receiving", at=SHED)
    (handover,) = world.trace(GRAPES, book=Book({FIELD: FARM, SHED: PACKER})).handovers
    assert (*told(handover), handover.basis) == (FARM, PACKER, "both", "place")


def test_what_the_sender_says_of_the_receiver_outweighs_what_its_place_suggests(
    world: World,
) -> None:
    world.begin(0, GRAPES)
    world.ship(1, FARM, PACKER, GRAPES)
    world.see(2, GRAPES, step="receiving", at=COUNTER)
    (handover,) = world.trace(GRAPES).handovers
    assert told(handover) == both(FARM, PACKER)


def test_a_sale_to_the_consumer_goes_to_nobody_without_a_gap(world: World) -> None:
    world.begin(0, ITEM, at=COUNTER)
    world.see(1, ITEM, step="retail_selling", at=COUNTER, action="DELETE")
    answer = world.trace(ITEM)
    assert [told(each) for each in answer.handovers] == [(SHOP, None, "sender")]
    assert [each.party for each in answer.one_step[0].forward] == [None]
    assert answer.coverage.handovers == 0
    assert gap_codes(answer) == []


def test_none_of_two_destinations_vanishes(world: World) -> None:
    world.begin(0, GRAPES)
    to_both = f"owning_party {PACKER}", f"owning_party {SHOP}"
    world.ship(1, FARM, PACKER, GRAPES, destinations=to_both)
    handovers = world.trace(GRAPES).handovers
    assert [(*told(each), each.disputed) for each in handovers] == [
        (FARM, PACKER, "sender", True),
        (FARM, SHOP, "sender", True),
    ]
    world.receive(2, FARM, SHOP, GRAPES)
    handovers = world.trace(GRAPES).handovers
    assert {(*told(each), each.disputed) for each in handovers} == {
        (FARM, PACKER, "sender", True),
        (*both(FARM, SHOP), False),
    }


def test_an_unknown_party_is_a_gap(world: World) -> None:
    world.begin(0, GRAPES)
    shipped = world.ship(1, FARM, PACKER, GRAPES, destinations=())
    gaps = world.trace(GRAPES).gaps
    assert [(gap.code, gap.events) for gap in gaps] == [
        ("shipped_not_received", (shipped.event_id,)),
        ("unknown_party", (shipped.event_id,)),
    ]


def test_the_quantity_of_a_handover_is_what_was_in_the_container(world: World) -> None:
    world.begin(0, GRAPES, OTHER_GRAPES)
    world.pack(1, CRATE, GRAPES)
    world.pack(1, PALLET, OTHER_GRAPES)
    world.pack(2, PALLET, CRATE)
    world.ship(3, FARM, PACKER, PALLET)
    (handover,) = world.trace(GRAPES).handovers
    assert handover.quantity is not None
    assert (handover.quantity.value, handover.quantity.uom) == ("10", "KGM")
    world.transform(9, [GRAPES, OTHER_GRAPES], [ITEM])
    (handover,) = world.trace(ITEM).handovers
    assert handover.objects == (GRAPES, OTHER_GRAPES)
    assert handover.quantity is not None
    assert handover.quantity.value == "20"


def test_the_quantity_of_a_handover_is_what_was_left_in_a_crate(world: World) -> None:
    world.begin(0, GRAPES)
    world.pack(1, CRATE, GRAPES)
    world.take_out(2, CRATE, Named(GRAPES, Role.CHILD, "1500", "GRM"))
    world.ship(3, FARM, PACKER, CRATE)
    world.pack(4, CRATE, GRAPES)
    quantity = world.trace(GRAPES).handovers[0].quantity
    assert quantity is not None
    assert (quantity.value, quantity.uom) == ("8.5", "KGM")


def test_nobody_says_how_much_was_left_where_units_do_not_compare(world: World) -> None:
    world.begin(0, GRAPES)
    world.pack(1, CRATE, GRAPES)
    world.take_out(2, CRATE, Named(GRAPES, Role.CHILD, "1", "LTR"))
    world.ship(3, FARM, PACKER, CRATE)
    assert world.trace(GRAPES).handovers[0].quantity is None


def test_the_quantity_of_instances_is_their_number(world: World) -> None:
    items = [f"{ITEM}{number}" for number in range(3)]
    world.begin(0, *items)
    world.transform(0, [GRAPES], items)
    world.ship(DAY, FARM, SHOP, *items)
    (handover,) = world.trace(GRAPES).handovers
    assert handover.objects == tuple(items)
    assert handover.quantity is not None
    assert (handover.quantity.value, handover.quantity.uom) == ("3", None)
