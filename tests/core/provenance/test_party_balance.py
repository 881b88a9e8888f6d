"""The balance of a party, and balances of a period: rule by rule."""

from epcis_core.model.references import Role
from epcis_core.provenance.balance import balance
from epcis_core.provenance.balance_result import BalanceRow, PartyBalance
from epcis_core.provenance.balance_rows import Period
from epcis_core.provenance.evidence import EventList
from epcis_core.provenance.facts import Named
from epcis_core.provenance.party_balance import party_balance
from tests.core.provenance.histories import (
    BOXES,
    COUNTER,
    FARM,
    FIELD,
    GRAPES,
    HOUR,
    ITEM,
    JUICE,
    OTHER_GRAPES,
    PACKER,
    PALLET,
    SHED,
    SHOP,
    Book,
    World,
)
from tests.core.provenance.test_balance import COLUMNS, kilograms, move

DAY = 24
LOTS = [GRAPES, OTHER_GRAPES, BOXES, JUICE]


def of(world: World, party: str, *objects: str, period: Period | None = None) -> PartyBalance:
    asked = period or Period()
    return party_balance(EventList(world.events), Book({}), party, objects or LOTS, asked)


def told(row: BalanceRow, *columns: str) -> dict[str, str | None]:
    """The columns of a row that are not zero."""
    return {c: v for c in (*columns, *COLUMNS) if (v := getattr(row, c)) != "0"}


def days(first: int, last: int | None = None) -> Period:
    return Period(first * DAY * HOUR, None if last is None else last * DAY * HOUR)


def pressed(world: World) -> World:
    """The farm harvests 100 kg, the packer gets 60 a day later and uses 10 of them on the third."""
    world.begin(1, GRAPES)
    move(world, DAY + 1, "shipping", FIELD, (FARM, PACKER), kilograms("60"))
    move(world, DAY + 2, "receiving", SHED, (FARM, PACKER), kilograms("60"))
    world.transform(2 * DAY + 1, [GRAPES], [JUICE])
    return world


def test_a_party_has_a_row_for_each_lot_that_came_to_it_in_order_of_products(
    world: World,
) -> None:
    pressed(world)
    answer = of(world, PACKER)
    assert [(row.object, row.gtin, row.uom, row.party, row.place) for row in answer.rows] == [
        (GRAPES, "08930001001008", "KGM", PACKER, SHED),
        (JUICE, "08930001001039", "KGM", PACKER, SHED),
    ]
    assert [told(row) for row in answer.rows] == [
        {"received": "60", "used": "10", "on_hand": "50"},
        {"produced": "10", "on_hand": "10"},
    ]


def test_it_says_of_a_place_what_the_balance_of_the_lot_says_of_it(world: World) -> None:
    pressed(world)
    lot = balance(EventList(world.events), Book({}), GRAPES)
    rows = [one.model_dump() for one in lot.rows]
    for party, row in zip((FARM, PACKER), rows, strict=True):
        (own,) = (one for one in of(world, party).rows if one.object == GRAPES)
        assert {name: value for name, value in own.model_dump().items() if name in row} == row


def test_each_amount_names_the_events_behind_it(world: World) -> None:
    made, sent, came, used = pressed(world).events
    farm, packer = (of(world, party).rows[0].events for party in (FARM, PACKER))
    assert farm == {
        "produced": (made.event_id,),
        "shipped": (sent.event_id,),
        "on_hand": (made.event_id, sent.event_id),
    }
    assert packer == {
        "received": (came.event_id,),
        "used": (used.event_id,),
        "on_hand": (came.event_id, used.event_id),
    }


def test_what_was_shipped_and_never_came_is_unaccounted_for_with_its_shipment(
    world: World,
) -> None:
    world.begin(1, GRAPES)
    sent = move(world, 2, "shipping", FIELD, (FARM, SHOP), kilograms("30"))
    (row,) = of(world, FARM).rows
    assert told(row) == {"produced": "100", "shipped": "30", "on_hand": "70", "unaccounted": "30"}
    assert row.events["unaccounted"] == (sent.event_id,)
    assert of(world, SHOP).rows == ()


def test_of_a_period_the_movements_are_its_own_and_the_stock_that_at_its_ends(
    world: World,
) -> None:
    pressed(world)
    first, second, third = (of(world, PACKER, GRAPES, period=days(n, n + 1)).rows for n in range(3))
    assert first == ()
    assert [told(row, "opening") for row in second] == [{"received": "60", "on_hand": "60"}]
    assert [told(row, "opening") for row in third] == [
        {"opening": "60", "used": "10", "on_hand": "50"}
    ]
    (farm,) = of(world, FARM, GRAPES, period=days(1)).rows
    assert told(farm, "opening") == {"opening": "100", "shipped": "60", "on_hand": "40"}
    assert farm.events["opening"] == (world.events[0].event_id,)


def test_the_end_of_a_period_is_outside_and_its_begin_inside(world: World) -> None:
    world.begin(DAY, GRAPES)
    assert of(world, FARM, period=Period(None, DAY * HOUR)).rows == ()
    (row,) = of(world, FARM, period=Period(DAY * HOUR, DAY * HOUR + 1)).rows
    assert told(row, "opening") == {"produced": "100", "on_hand": "100"}


def test_the_balance_of_a_lot_can_be_asked_of_a_period_too(world: World) -> None:
    pressed(world)
    answer = balance(EventList(world.events), Book({}), GRAPES, days(2, 3))
    assert (answer.since, answer.until) == ("1970-01-03T00:00:00Z", "1970-01-04T00:00:00Z")
    assert [told(row, "opening") for row in answer.rows] == [
        {"opening": "40", "on_hand": "40"},
        {"opening": "60", "used": "10", "on_hand": "50"},
    ]


def test_an_amount_that_no_record_states_is_unknown_and_not_zero(world: World) -> None:
    world.begin(1, GRAPES)
    move(world, 2, "shipping", FIELD, (FARM, SHOP), Named(GRAPES, Role.EPC))
    (row,) = of(world, FARM).rows
    assert (row.produced, row.shipped, row.on_hand, row.unaccounted) == ("100", None, None, None)


def test_units_are_converted_to_that_of_the_lot(world: World) -> None:
    world.begin(1, GRAPES)
    move(world, 2, "shipping", FIELD, (FARM, PACKER), Named(GRAPES, Role.EPC, "0.06", "TNE"))
    move(world, 3, "receiving", SHED, (FARM, PACKER), Named(GRAPES, Role.EPC, "60000", "GRM"))
    (row,) = of(world, PACKER).rows
    assert (row.received, row.uom) == ("60", "KGM")


def test_what_comes_and_goes_in_a_container_counts_as_its_content(world: World) -> None:
    world.begin(1, GRAPES, at=SHED)
    world.pack(2, PALLET, GRAPES)
    move(world, 3, "shipping", SHED, (PACKER, SHOP), Named(PALLET, Role.EPC))
    move(world, 4, "receiving", COUNTER, (PACKER, SHOP), Named(PALLET, Role.EPC))
    assert [told(row) for row in of(world, SHOP).rows] == [{"received": "10", "on_hand": "10"}]


def test_an_item_without_a_lot_has_a_row_of_its_own(world: World) -> None:
    world.see(1, step="commissioning", at=FIELD, action="ADD", named=[Named(ITEM, Role.EPC)])
    (row,) = of(world, FARM, ITEM).rows
    assert (row.object, row.uom, row.produced, row.on_hand) == (ITEM, None, "1", "1")


def test_where_a_site_changed_hands_each_party_has_its_own_part(world: World) -> None:
    world.begin(1, GRAPES)
    move(world, 2, "shipping", FIELD, (FARM, PACKER), kilograms("100"))
    move(world, 3, "receiving", FIELD, (FARM, PACKER), kilograms("100"))
    assert told(of(world, FARM).rows[0]) == {"produced": "100", "shipped": "100"}
    assert told(of(world, PACKER).rows[0]) == {"received": "100", "on_hand": "100"}
