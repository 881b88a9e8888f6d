"""What was inside what, and when; DESIGN's rules of containment, one by one."""

import pytest

from epcis_core.model.references import Role
from epcis_core.provenance.balance import balance
from epcis_core.provenance.evidence import EventList
from epcis_core.provenance.facts import Named
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
    Book,
    World,
    gap_codes,
    hour,
    inside,
    roles,
)

YEAR = 365 * 24
OTHER_CRATE = "https://id.gs1.org/8003/08930001001046CRATE2"
LOGGER = "https://id.gs1.org/8004/8930001LOG1"


def test_packing_and_unpacking_all_at_one_instant_closes_the_load(world: World) -> None:
    world.begin(0, GRAPES, OTHER_GRAPES)
    world.pack(24, CRATE, GRAPES)
    world.pack(24, CRATE, action="DELETE")
    world.pack(48, CRATE, OTHER_GRAPES)
    world.transform(72, [CRATE], [JUICE])
    assert inside(world.trace(GRAPES)) == [(GRAPES, CRATE, hour(24), hour(24), False)]
    assert roles(world.trace(JUICE)) == {
        OTHER_GRAPES: "upstream",
        JUICE: "subject",
        CRATE: "carrier",
    }


def test_at_one_instant_a_crate_is_emptied_filled_used_and_emptied_again(world: World) -> None:
    world.begin(0, GRAPES, OTHER_GRAPES)
    world.pack(24, CRATE, GRAPES)
    world.transform(48, [CRATE], [JUICE])
    world.pack(48, CRATE, OTHER_GRAPES)
    world.pack(48, CRATE, action="DELETE")
    world.pack(48, CRATE, action="DELETE")
    assert set(roles(world.trace(JUICE))) == {OTHER_GRAPES, JUICE, CRATE}
    assert inside(world.trace(GRAPES)) == [(GRAPES, CRATE, hour(24), hour(48), False)]
    assert inside(world.trace(OTHER_GRAPES)) == [(OTHER_GRAPES, CRATE, hour(48), hour(48), False)]


@pytest.mark.parametrize(
    ("taken", "uom", "until"),
    [
        pytest.param(["4"], "KGM", None, id="a part"),
        pytest.param(["4", "6"], "KGM", hour(4), id="all in two parts"),
        pytest.param(["4000", "6000"], "GRM", hour(4), id="all in another unit"),
        pytest.param(["12"], "KGM", hour(3), id="more than there was"),
    ],
)
def test_taking_out_an_amount_closes_when_nothing_is_left(
    world: World, taken: list[str], uom: str, until: str | None
) -> None:
    world.begin(0, GRAPES)
    world.pack(1, CRATE, GRAPES)
    for place, amount in enumerate(taken):
        world.take_out(3 + place, CRATE, Named(GRAPES, Role.CHILD, amount, uom))
    assert inside(world.trace(GRAPES)) == [(GRAPES, CRATE, hour(1), until, False)]


def test_packing_more_of_a_lot_adds_and_keeps_the_first_start(world: World) -> None:
    world.begin(0, GRAPES)
    world.pack(1, CRATE, GRAPES)
    world.pack(2, CRATE, GRAPES)
    world.take_out(3, CRATE, Named(GRAPES, Role.CHILD, "15", "KGM"))
    (link,) = world.trace(GRAPES).links
    assert (link.time, link.until) == (hour(1), None)
    assert link.quantity is not None
    assert (link.quantity.value, link.quantity.uom) == ("20", "KGM")
    world.take_out(4, CRATE, Named(GRAPES, Role.CHILD, "5", "KGM"))
    assert inside(world.trace(GRAPES)) == [(GRAPES, CRATE, hour(1), hour(4), False)]


def test_taking_out_a_lot_without_an_amount_takes_all_of_it(world: World) -> None:
    world.begin(0, GRAPES)
    world.pack(1, CRATE, GRAPES)
    world.take_out(2, CRATE, Named(GRAPES, Role.CHILD))
    assert inside(world.trace(GRAPES)) == [(GRAPES, CRATE, hour(1), hour(2), False)]


def test_what_may_be_left_of_amounts_that_do_not_compare_stays_disputed(world: World) -> None:
    world.begin(0, GRAPES)
    world.pack(1, CRATE, GRAPES)
    world.take_out(2, CRATE, Named(GRAPES, Role.CHILD, "3", "XBX"))
    assert inside(world.trace(GRAPES)) == [
        (GRAPES, CRATE, hour(1), hour(2), False),
        (GRAPES, CRATE, hour(2), None, True),
    ]


def test_unpacking_all_is_a_visit_and_a_receipt_of_all_children(world: World) -> None:
    ends = {"sources": (f"owning_party {FARM}",), "destinations": (f"owning_party {PACKER}",)}
    world.begin(0, GRAPES)
    world.pack(1, PALLET, GRAPES)
    world.see(2, PALLET, step="shipping", at=FIELD, **ends)
    got = world.pack(3, PALLET, action="DELETE", biz_step="receiving", **ends)
    answer = world.trace(GRAPES)
    assert answer.visits[-1].event == got.event_id
    (handover,) = answer.handovers
    assert (handover.received, handover.confirmed) == (got.event_id, "both")


def test_unpacking_others_is_no_visit(world: World) -> None:
    world.begin(0, GRAPES, OTHER_GRAPES)
    world.pack(1, CRATE, GRAPES, OTHER_GRAPES)
    other = world.pack(2, CRATE, OTHER_GRAPES, action="DELETE")
    assert other.event_id not in {visit.event for visit in world.trace(GRAPES).visits}


def test_what_is_known_only_as_seen_is_inside_from_then_on_disputed(world: World) -> None:
    world.begin(0, GRAPES)
    world.pack(2, PALLET, GRAPES, action="OBSERVE")
    world.see(3, PALLET, step="storing", at=COUNTER)
    answer = world.trace(GRAPES)
    assert inside(answer) == [(GRAPES, PALLET, hour(2), None, True)]
    assert [visit.disputed for visit in answer.visits if visit.place == COUNTER] == [True]
    world.pack(4, PALLET, GRAPES, action="DELETE")
    assert inside(world.trace(GRAPES)) == [(GRAPES, PALLET, hour(2), hour(4), True)]


def test_what_is_seen_inside_another_parent_has_left_the_one_it_was_seen_in(world: World) -> None:
    world.begin(0, ITEM)
    world.pack(1, CRATE, ITEM, action="OBSERVE")
    world.pack(2, PALLET, ITEM, action="OBSERVE")
    answer = world.trace(ITEM)
    assert inside(answer) == [
        (ITEM, CRATE, hour(1), hour(2), True),
        (ITEM, PALLET, hour(2), None, True),
    ]
    assert gap_codes(answer) == []


def test_what_is_known_only_by_its_removal_was_inside_since_the_load_began(world: World) -> None:
    world.begin(0, GRAPES, OTHER_GRAPES)
    world.pack(2, PALLET, OTHER_GRAPES)
    world.see(3, PALLET, step="storing", at=COUNTER)
    world.pack(4, PALLET, GRAPES, action="DELETE")
    assert inside(world.trace(GRAPES)) == [(GRAPES, PALLET, hour(2), hour(4), True)]


def test_without_any_packing_the_load_began_when_the_container_was_first_named(
    world: World,
) -> None:
    world.begin(0, GRAPES)
    world.see(2, PALLET, step="shipping", at=FIELD)
    world.pack(4, PALLET, GRAPES, action="DELETE")
    world.pack(5, PALLET, OTHER_GRAPES, action="DELETE")
    assert inside(world.trace(GRAPES)) == [(GRAPES, PALLET, hour(2), hour(4), True)]
    assert inside(world.trace(OTHER_GRAPES)) == [(OTHER_GRAPES, PALLET, hour(2), hour(5), True)]


def test_taking_out_twice_is_taking_out_once(world: World) -> None:
    world.begin(0, GRAPES)
    world.pack(1, CRATE, GRAPES)
    world.pack(2, CRATE, GRAPES, action="DELETE")
    world.pack(3, CRATE, GRAPES, action="DELETE")
    assert inside(world.trace(GRAPES)) == [(GRAPES, CRATE, hour(1), hour(2), False)]


def test_an_instance_packed_elsewhere_has_left_its_parent_with_a_gap(world: World) -> None:
    first = world.pack(1, CRATE, ITEM)
    second = world.pack(2, OTHER_CRATE, ITEM)
    answer = world.trace(ITEM)
    assert inside(answer) == [
        (ITEM, CRATE, hour(1), hour(2), False),
        (ITEM, OTHER_CRATE, hour(2), None, False),
    ]
    gap = next(gap for gap in answer.gaps if gap.code == "unclosed_packing")
    assert (gap.objects, gap.events) == ((ITEM,), (first.event_id, second.event_id))


def test_an_instance_is_in_two_parents_where_one_is_inside_the_other(world: World) -> None:
    world.begin(0, ITEM)
    world.pack(1, CRATE, ITEM)
    world.pack(2, PALLET, CRATE)
    world.pack(3, PALLET, ITEM)
    answer = world.trace(ITEM)
    assert (ITEM, CRATE, hour(1), None, False) in inside(answer)
    assert gap_codes(answer) == []


@pytest.mark.parametrize("named", [(CRATE, PALLET), (PALLET, CRATE)])
def test_what_is_in_two_containers_that_lie_in_each_other_is_shipped_once(
    world: World, named: tuple[str, str]
) -> None:
    world.begin(0, GRAPES)
    world.pack(1, CRATE, GRAPES, read_point=FIELD)
    world.pack(2, PALLET, CRATE, read_point=FIELD)
    world.pack(3, CRATE, PALLET, read_point=FIELD)
    world.ship(4, FARM, PACKER, *named)
    world.receive(5, FARM, PACKER, *named)
    (handover,) = world.trace(GRAPES).handovers
    assert handover.quantity is not None
    assert handover.quantity.value == "10"
    there = {row.place: row for row in balance(EventList(world.events), Book({}), GRAPES).rows}
    assert (there[FIELD].shipped, there[SHED].received) == ("10", "10")


def test_a_lot_may_be_in_many_parents(world: World) -> None:
    world.begin(0, GRAPES)
    world.pack(1, CRATE, GRAPES)
    world.pack(2, OTHER_CRATE, GRAPES)
    assert inside(world.trace(GRAPES)) == [
        (GRAPES, CRATE, hour(1), None, False),
        (GRAPES, OTHER_CRATE, hour(2), None, False),
    ]


@pytest.mark.parametrize("step", ["commissioning", "destroying", "decommissioning"])
def test_the_old_load_is_gone_when_its_container_begins_or_ends(world: World, step: str) -> None:
    world.begin(0, GRAPES)
    world.pack(1, CRATE, GRAPES)
    if step == "commissioning":
        world.begin(9, CRATE)
    else:
        world.see(9, CRATE, step=step, action="DELETE")
    answer = world.trace(GRAPES)
    assert inside(answer) == [(GRAPES, CRATE, hour(1), hour(9), False)]
    assert gap_codes(answer) == ["unclosed_packing"]


@pytest.mark.parametrize(
    ("hours", "until"),
    [
        pytest.param(YEAR, None, id="a year"),
        pytest.param(YEAR + 1, hour(1 + YEAR), id="longer"),
    ],
)
def test_the_old_load_is_gone_after_a_year_without_a_word(
    world: World, hours: int, until: str | None
) -> None:
    world.begin(0, GRAPES)
    world.pack(1, CRATE, GRAPES)
    world.see(1 + hours, CRATE, step="storing", at=COUNTER)
    answer = world.trace(GRAPES)
    assert inside(answer) == [(GRAPES, CRATE, hour(1), until, False)]
    assert gap_codes(answer) == (["unclosed_packing"] if until else [])


def test_what_is_unpacked_after_years_was_inside_for_years(world: World) -> None:
    world.begin(0, GRAPES)
    world.pack(1, CRATE, GRAPES)
    world.pack(3 * YEAR, CRATE, GRAPES, action="DELETE")
    assert inside(world.trace(GRAPES)) == [(GRAPES, CRATE, hour(1), hour(3 * YEAR), False)]


def test_a_crate_packed_where_it_was_not_received_has_lost_its_old_load(world: World) -> None:
    world.begin(0, GRAPES)
    world.pack(1, CRATE, GRAPES)
    world.pack(9, CRATE, OTHER_GRAPES, read_point=COUNTER)
    answer = world.trace(GRAPES)
    assert inside(answer) == [(GRAPES, CRATE, hour(1), hour(9), False)]
    assert gap_codes(answer) == ["unclosed_packing"]


@pytest.mark.parametrize("received", [CRATE, PALLET], ids=["itself", "on a pallet"])
def test_a_crate_packed_where_it_was_received_keeps_its_load(world: World, received: str) -> None:
    world.begin(0, GRAPES)
    world.pack(1, CRATE, GRAPES)
    world.pack(2, PALLET, CRATE)
    world.see(3, received, step="receiving", at=COUNTER)
    world.pack(9, CRATE, OTHER_GRAPES, read_point=COUNTER)
    assert (GRAPES, CRATE, hour(1), None, False) in inside(world.trace(GRAPES))


def test_of_a_pallet_packed_elsewhere_the_old_load_is_only_disputed(world: World) -> None:
    world.begin(0, GRAPES)
    world.pack(1, PALLET, GRAPES)
    world.pack(9, PALLET, OTHER_GRAPES, read_point=COUNTER)
    answer = world.trace(GRAPES)
    assert inside(answer) == [
        (GRAPES, PALLET, hour(1), hour(9), False),
        (GRAPES, PALLET, hour(9), None, True),
    ]
    assert gap_codes(answer) == []


def test_no_order_of_arrival_changes_the_answer(world: World) -> None:
    world.begin(0, GRAPES)
    world.pack(1, CRATE, GRAPES)
    world.pack(2, PALLET, CRATE)
    world.see(3, PALLET, step="receiving", at=COUNTER)
    world.pack(4, PALLET, action="DELETE", read_point=COUNTER)
    world.transform(5, [CRATE], [BOXES], at=COUNTER)
    expected = world.trace(BOXES)
    assert set(roles(expected)) == {GRAPES, BOXES, CRATE, PALLET}
    assert world.arriving(reversed(world.events)).trace(BOXES) == expected


def test_what_is_attached_passes_its_readings_and_nothing_else(world: World) -> None:
    world.begin(0, GRAPES)
    world.pack(1, PALLET, GRAPES)
    world.attach(2, PALLET, LOGGER)
    reading = world.see(3, LOGGER, step="sensor_reporting", at=COUNTER)
    world.see(4, LOGGER, step="shipping", at=COUNTER, sources=(f"owning_party {FARM}",))
    world.attach(5, PALLET, LOGGER, action="DELETE")
    late = world.see(6, LOGGER, step="sensor_reporting", at=SHED)
    answer = world.trace(GRAPES)
    seen = {visit.event: visit for visit in answer.visits}
    assert seen[reading.event_id].inside == LOGGER
    assert late.event_id not in seen
    assert roles(answer) == {GRAPES: "subject", PALLET: "carrier", LOGGER: "carrier"}
    (link,) = [link for link in answer.links if link.kind == "association"]
    assert (link.from_, link.to, link.time, link.until) == (LOGGER, PALLET, hour(2), hour(5))
    assert answer.handovers == ()
    assert [one.party for one in answer.one_step] == [FARM, PACKER]


def test_what_a_logger_was_attached_to_passes_its_visits(world: World) -> None:
    world.attach(1, PALLET, LOGGER)
    stop = world.see(2, PALLET, step="storing", at=COUNTER)
    assert stop.event_id in {visit.event for visit in world.trace(LOGGER).visits}
