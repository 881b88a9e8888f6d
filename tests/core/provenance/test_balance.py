"""The balance of a lot: DESIGN's rules of amounts, one by one."""

import pytest

from epcis_core.model.references import Role
from epcis_core.provenance.balance import balance
from epcis_core.provenance.balance_result import Balance
from epcis_core.provenance.evidence import EventList
from epcis_core.provenance.facts import EventFacts, Named
from tests.core.provenance.histories import (
    BOXES,
    COUNTER,
    CRATE,
    FARM,
    FIELD,
    GRAPES,
    ITEM,
    JUICE,
    PACKER,
    PALLET,
    SHED,
    SHOP,
    SISTER,
    Book,
    World,
    gap_codes,
)

DAY = 24
COLUMNS = ("produced", "received", "used", "shipped", "destroyed", "on_hand", "unaccounted")


def balance_of(world: World, one: str = GRAPES) -> Balance:
    return balance(EventList(world.events), Book({}), one)


def rows(answer: Balance) -> dict[str | None, dict[str, str | None]]:
    """Place → the columns that are not zero."""
    return {
        row.place: {c: v for c in COLUMNS if (v := getattr(row, c)) != "0"} for row in answer.rows
    }


def kilograms(amount: str, one: str = GRAPES) -> Named:
    return Named(one, Role.EPC, amount, "KGM")


def move(
    world: World, hour: float, step: str, at: str, ends: tuple[str, str], *named: Named
) -> EventFacts:
    giver, taker = ends
    return world.see(
        hour,
        step=step,
        at=at,
        named=list(named),
        sources=(f"owning_party {giver}",),
        destinations=(f"owning_party {taker}",),
    )


def test_what_came_and_left_is_added_up_place_by_place(world: World) -> None:
    world.begin(0, GRAPES)
    move(world, 1, "shipping", FIELD, (FARM, PACKER), kilograms("60"))
    move(world, 2, "receiving", SHED, (FARM, PACKER), kilograms("60"))
    world.transform(3, [GRAPES], [JUICE])
    answer = balance_of(world)
    assert answer.uom == "KGM"
    assert [(row.party, row.place) for row in answer.rows] == [(FARM, FIELD), (PACKER, SHED)]
    assert rows(answer) == {
        FIELD: {"produced": "100", "shipped": "60", "on_hand": "40"},
        SHED: {"received": "60", "used": "10", "on_hand": "50"},
    }
    assert answer.gaps == ()


def test_units_of_one_quantity_are_converted_to_the_unit_of_the_first(world: World) -> None:
    world.begin(0, GRAPES)
    tonnes = Named(GRAPES, Role.EPC, "0.06", "TNE")
    move(world, 1, "shipping", FIELD, (FARM, PACKER), tonnes)
    move(world, 2, "receiving", SHED, (FARM, PACKER), Named(GRAPES, Role.EPC, "59999.5", "GRM"))
    assert rows(balance_of(world)) == {
        FIELD: {"produced": "100", "shipped": "60", "on_hand": "40", "unaccounted": "0.0005"},
        SHED: {"received": "59.9995", "on_hand": "59.9995"},
    }


def test_units_that_do_not_compare_make_a_sum_unknown_and_are_told(world: World) -> None:
    world.begin(0, GRAPES)
    move(world, 1, "shipping", FIELD, (FARM, PACKER), Named(GRAPES, Role.EPC, "3", "LTR"))
    answer = balance_of(world)
    (row,) = answer.rows
    assert (row.produced, row.shipped, row.on_hand, row.unaccounted) == ("100", None, None, None)
    assert [(gap.code, gap.objects) for gap in answer.gaps] == [("unit_mismatch", (GRAPES,))]
    assert gap_codes(world.trace(GRAPES)) == ["shipped_not_received", "unit_mismatch"]


def test_a_missing_amount_is_unknown_and_not_zero(world: World) -> None:
    world.begin(0, GRAPES)
    move(world, 1, "shipping", FIELD, (FARM, PACKER), Named(GRAPES, Role.EPC))
    (row,) = balance_of(world).rows
    assert (row.produced, row.shipped, row.on_hand) == ("100", None, None)


@pytest.mark.parametrize(
    ("hours", "produced"), [(23, "100"), (25, "110")], ids=["within 24 hours", "later"]
)
def test_commissioning_and_output_within_24_hours_are_one_production(
    world: World, hours: float, produced: str
) -> None:
    world.begin(0, GRAPES, at=SHED)
    world.transform(hours, [BOXES], [GRAPES])
    assert balance_of(world).rows[0].produced == produced


def test_the_larger_of_commissioning_and_output_counts(world: World) -> None:
    for hour in (0, 1, 2):
        world.transform(hour, [BOXES], [GRAPES])
    world.see(3, step="commissioning", at=SHED, action="ADD", named=[kilograms("20")])
    assert balance_of(world).rows[0].produced == "30"


def test_commissioning_elsewhere_is_another_production(world: World) -> None:
    world.begin(0, GRAPES)
    world.transform(1, [BOXES], [GRAPES])
    assert rows(balance_of(world)) == {
        FIELD: {"produced": "100", "on_hand": "100"},
        SHED: {"produced": "10", "on_hand": "10"},
    }


def test_seeing_a_lot_changes_no_stock(world: World) -> None:
    world.begin(0, GRAPES)
    world.see(1, GRAPES, step="inspecting", at=FIELD)
    world.see(2, GRAPES, step="storing", at=FIELD)
    assert rows(balance_of(world)) == {FIELD: {"produced": "100", "on_hand": "100"}}


def test_rooms_of_one_site_are_one_stock(world: World) -> None:
    world.begin(0, GRAPES, at=f"{SHED}/254/1")
    move(world, 1, "shipping", f"{SHED}/254/2", (PACKER, SHOP), kilograms("30"))
    assert rows(balance_of(world)) == {
        SHED: {"produced": "100", "shipped": "30", "on_hand": "70", "unaccounted": "30"}
    }


def test_a_place_is_named_as_the_events_name_it(world: World) -> None:
    world.begin(0, GRAPES, at=f"{SHED}/254/1")
    assert [row.place for row in balance_of(world).rows] == [f"{SHED}/254/1"]


def test_what_is_in_a_container_travels_and_is_used_with_it(world: World) -> None:
    world.begin(0, GRAPES)
    world.pack(1, CRATE, GRAPES, read_point=FIELD)
    world.pack(1.5, CRATE, GRAPES, read_point=FIELD)
    world.take_out(2, CRATE, Named(GRAPES, Role.CHILD, "4", "KGM"))
    world.ship(3, FARM, PACKER, CRATE)
    world.receive(4, FARM, PACKER, CRATE)
    world.transform(5, [CRATE], [JUICE])
    assert rows(balance_of(world)) == {
        FIELD: {"produced": "100", "shipped": "16", "on_hand": "84"},
        SHED: {"received": "16", "used": "16"},
    }


@pytest.mark.parametrize(
    ("step", "destroyed"),
    [("destroying", "10"), ("decommissioning", "0")],
)
def test_destroying_a_container_destroys_its_content_and_decommissioning_does_not(
    world: World, step: str, destroyed: str
) -> None:
    world.begin(0, GRAPES)
    world.pack(1, CRATE, GRAPES, read_point=FIELD)
    world.see(2, CRATE, step=step, at=FIELD, action="DELETE")
    assert balance_of(world).rows[0].destroyed == destroyed


def test_destroying_and_then_decommissioning_the_same_goods_is_one_end(world: World) -> None:
    world.begin(0, GRAPES)
    world.see(1, GRAPES, step="destroying", at=FIELD, action="DELETE")
    world.see(2, GRAPES, step="decommissioning", at=FIELD, action="DELETE")
    assert rows(balance_of(world)) == {
        FIELD: {"produced": "100", "destroyed": "10", "on_hand": "90"}
    }


def test_what_nobody_says_has_arrived_is_unaccounted(world: World) -> None:
    world.begin(0, GRAPES)
    world.ship(1, FARM, PACKER, GRAPES)
    assert rows(balance_of(world)) == {
        FIELD: {"produced": "100", "shipped": "10", "on_hand": "90", "unaccounted": "10"}
    }


def test_a_receiver_that_uses_what_it_never_booked_in_has_received_it(world: World) -> None:
    world.begin(0, GRAPES)
    move(world, 1, "shipping", FIELD, (FARM, PACKER), kilograms("60"))
    world.transform(2, [GRAPES], [JUICE])
    assert rows(balance_of(world)) == {
        FIELD: {"produced": "100", "shipped": "60", "on_hand": "40"},
        SHED: {"received": "60", "used": "10", "on_hand": "50"},
    }


def test_a_giver_that_booked_nothing_out_has_less_than_it_made(world: World) -> None:
    world.begin(0, GRAPES)
    move(world, 2, "receiving", SHED, (FARM, PACKER), kilograms("60"))
    assert rows(balance_of(world)) == {
        FIELD: {"produced": "100", "shipped": "60", "on_hand": "40"},
        SHED: {"received": "60", "on_hand": "60"},
    }


def test_a_receiver_with_goods_enough_has_not_received_what_it_never_booked_in(
    world: World,
) -> None:
    world.begin(0, GRAPES, at=SHED)
    move(world, 1, "shipping", SHED, (PACKER, FARM), kilograms("60"))
    move(world, 2, "receiving", FIELD, (PACKER, FARM), kilograms("60"))
    move(world, 3, "shipping", FIELD, (FARM, PACKER), kilograms("60"))
    world.transform(4, [GRAPES], [JUICE])
    assert rows(balance_of(world)) == {
        SHED: {"produced": "100", "shipped": "60", "used": "10", "on_hand": "30"},
        FIELD: {"received": "60", "shipped": "60", "unaccounted": "60"},
    }


def test_what_a_giver_never_booked_out_left_the_site_that_the_receipt_names(world: World) -> None:
    world.begin(0, GRAPES)
    world.begin(0, GRAPES, at=COUNTER)
    world.see(
        1,
        step="receiving",
        at=SHED,
        named=[kilograms("60")],
        sources=(f"owning_party {FARM}", f"location {COUNTER}"),
        destinations=(f"owning_party {PACKER}",),
    )
    assert rows(balance(EventList(world.events), Book({COUNTER: FARM}), GRAPES)) == {
        FIELD: {"produced": "100", "on_hand": "100"},
        COUNTER: {"produced": "100", "shipped": "60", "on_hand": "40"},
        SHED: {"received": "60", "on_hand": "60"},
    }


def test_what_a_giver_never_booked_out_left_a_site_that_had_enough(world: World) -> None:
    world.begin(0, GRAPES)
    world.see(1, step="destroying", at=FIELD, action="DELETE", named=[kilograms("90")])
    world.begin(0, GRAPES, at=COUNTER)
    move(world, 2, "receiving", SHED, (FARM, PACKER), kilograms("60"))
    answer = balance(EventList(world.events), Book({COUNTER: FARM}), GRAPES)
    assert rows(answer) == {
        FIELD: {"produced": "100", "destroyed": "90", "on_hand": "10"},
        COUNTER: {"produced": "100", "shipped": "60", "on_hand": "40"},
        SHED: {"received": "60", "on_hand": "60"},
    }
    assert answer.gaps == ()


def test_what_is_received_in_parts_is_one_shipment(world: World) -> None:
    world.begin(0, GRAPES)
    move(world, 1, "shipping", FIELD, (FARM, PACKER), kilograms("60"))
    move(world, 2, "receiving", SHED, (FARM, PACKER), kilograms("25"))
    move(world, 3, "receiving", SHED, (FARM, PACKER), kilograms("30"))
    assert rows(balance_of(world)) == {
        FIELD: {"produced": "100", "shipped": "60", "on_hand": "40", "unaccounted": "5"},
        SHED: {"received": "55", "on_hand": "55"},
    }


def test_shipping_and_departing_is_one_shipment(world: World) -> None:
    world.begin(0, GRAPES)
    for hour, step in enumerate(("shipping", "departing"), start=1):
        move(world, hour, step, FIELD, (FARM, PACKER), kilograms("60"))
    for hour, step in enumerate(("arriving", "receiving"), start=3):
        move(world, hour, step, SHED, (FARM, PACKER), kilograms("60"))
    assert rows(balance_of(world)) == {
        FIELD: {"produced": "100", "shipped": "60", "on_hand": "40"},
        SHED: {"received": "60", "on_hand": "60"},
    }


def test_a_voided_shipment_never_left(world: World) -> None:
    world.begin(0, GRAPES)
    world.ship(1, FARM, PACKER, GRAPES)
    world.see(2, GRAPES, step="void_shipping", at=FIELD)
    assert rows(balance_of(world)) == {FIELD: {"produced": "100", "on_hand": "100"}}


def test_what_comes_back_is_on_hand_again(world: World) -> None:
    world.begin(0, GRAPES)
    for hour, ends in ((1, (FARM, PACKER)), (3, (PACKER, FARM))):
        world.ship(hour, *ends, GRAPES)
        world.receive(hour + 1, *ends, GRAPES)
    assert rows(balance_of(world)) == {
        FIELD: {"produced": "100", "received": "10", "shipped": "10", "on_hand": "100"},
        SHED: {"received": "10", "shipped": "10"},
    }


def test_more_leaving_than_came_is_told(world: World) -> None:
    world.begin(0, GRAPES)
    shipped = move(world, 1, "shipping", FIELD, (FARM, PACKER), kilograms("130"))
    answer = balance_of(world)
    assert answer.rows[0].on_hand == "-30"
    assert [(gap.code, gap.message, gap.events) for gap in answer.gaps] == [
        (
            "quantity_exceeds",
            f"More of {GRAPES} left {FIELD} than came there.",
            (shipped.event_id,),
        )
    ]
    assert gap_codes(world.trace(GRAPES)) == ["shipped_not_received", "quantity_exceeds"]


def test_more_arriving_than_was_sent_is_told(world: World) -> None:
    world.begin(0, GRAPES)
    shipped = move(world, 1, "shipping", FIELD, (FARM, PACKER), kilograms("50"))
    came = move(world, 2, "receiving", SHED, (FARM, PACKER), kilograms("51"))
    assert [(gap.code, gap.message, gap.events) for gap in balance_of(world).gaps] == [
        (
            "quantity_exceeds",
            f"More of {GRAPES} was received than was shipped.",
            (shipped.event_id, came.event_id),
        )
    ]


def test_a_place_to_which_nothing_is_recorded_to_have_come_has_an_unknown_stock(
    world: World,
) -> None:
    world.begin(0, GRAPES)
    world.transform(1, [GRAPES], [JUICE], at=COUNTER)
    answer = balance_of(world)
    shop = next(row for row in answer.rows if row.place == COUNTER)
    assert (shop.received, shop.used, shop.on_hand) == (None, "10", None)
    assert answer.gaps == ()


def test_sales_are_shipped_and_need_no_receipt(world: World) -> None:
    world.begin(0, GRAPES, at=COUNTER)
    world.see(1, GRAPES, step="retail_selling", at=COUNTER, action="DELETE")
    assert rows(balance_of(world)) == {
        COUNTER: {"produced": "100", "shipped": "10", "on_hand": "90"}
    }


def test_members_are_pieces_of_their_lot(world: World) -> None:
    world.begin(0, ITEM, SISTER, memberships=((ITEM, JUICE), (SISTER, JUICE)))
    world.ship(1, FARM, SHOP, ITEM)
    world.receive(2, FARM, SHOP, ITEM)
    answer = balance_of(world, JUICE)
    assert answer.uom is None
    assert rows(answer) == {
        FIELD: {"produced": "2", "shipped": "1", "on_hand": "1"},
        COUNTER: {"received": "1", "on_hand": "1"},
    }


def test_a_pallet_with_a_lot_and_loose_goods_of_it_are_both_shipped(world: World) -> None:
    world.begin(0, GRAPES)
    world.pack(1, PALLET, GRAPES, read_point=FIELD)
    world.ship(2, FARM, PACKER, GRAPES, PALLET)
    world.receive(3, FARM, PACKER, GRAPES, PALLET)
    assert rows(balance_of(world)) == {
        FIELD: {"produced": "100", "shipped": "20", "on_hand": "80"},
        SHED: {"received": "20", "on_hand": "20"},
    }


def test_of_what_nobody_knows_there_is_no_balance(world: World) -> None:
    assert balance_of(world) == Balance(object=GRAPES)


def test_the_order_of_arrival_makes_no_difference(world: World) -> None:
    world.begin(0, GRAPES)
    move(world, 1, "shipping", FIELD, (FARM, PACKER), kilograms("60"))
    move(world, 2, "receiving", SHED, (FARM, PACKER), kilograms("25"))
    world.transform(3, [GRAPES], [JUICE])
    backwards = world.arriving(reversed(world.events))
    assert rows(balance_of(backwards)) == rows(balance_of(world))
