"""What became of each affected object: the states that small histories end in."""

from collections.abc import Callable, Mapping

import pytest

from epcis_core.provenance.balance import balance
from epcis_core.provenance.evidence import EventList
from epcis_core.provenance.recall import recall
from epcis_core.provenance.recall_result import Recall
from tests.core.provenance import recall_histories as history
from tests.core.provenance.histories import (
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
)

States = Mapping[str, tuple[str, str | None, str | None, str | None]]
"""Object to its state, how much of it is in that, and the party and place that have it."""


def recalled(world: World, subject: str) -> Recall:
    return recall(EventList(world.events), Book({}), [subject])


def states(answer: Recall) -> States:
    return {
        one.object: (
            one.status,
            one.quantity.value if one.quantity else None,
            one.last_party,
            one.last_place,
        )
        for one in answer.affected
    }


def held(answer: Recall, one: str) -> list[tuple[str | None, str | None, str | None]]:
    (affected,) = [each for each in answer.affected if each.object == one]
    return [
        (each.party, each.place, each.quantity.value if each.quantity else None)
        for each in affected.holdings
    ]


def consumers(world: World, one: str) -> tuple[str | None, str | None, str | None]:
    """Return what consumers got of an object, brought back, and have."""
    (told,) = [
        each
        for customer in recalled(world, one).customers
        for each in customer.objects
        if customer.party is None and each.object == one
    ]
    return told.shipped, told.returned, told.unaccounted


AT_FARM, AT_PACKER, AT_SHOP = (FARM, FIELD), (PACKER, SHED), (SHOP, COUNTER)
HISTORIES: list[tuple[Callable[[World], None], str, States]] = [
    (history.produced_only, GRAPES, {GRAPES: ("on_hand", "10", *AT_FARM)}),
    (history.shipped_and_not_received, GRAPES, {GRAPES: ("shipped", "10", SHOP, FIELD)}),
    (history.received, GRAPES, {GRAPES: ("on_hand", "10", *AT_SHOP)}),
    (
        history.partly_used,
        GRAPES,
        {GRAPES: ("on_hand", "20", *AT_PACKER), JUICE: ("on_hand", "10", *AT_PACKER)},
    ),
    (
        history.all_used,
        GRAPES,
        {GRAPES: ("used", "10", *AT_PACKER), JUICE: ("on_hand", "10", *AT_PACKER)},
    ),
    (history.sold, GRAPES, {GRAPES: ("sold", "10", *AT_SHOP)}),
    (history.sold_and_brought_back, GRAPES, {GRAPES: ("on_hand", "10", *AT_SHOP)}),
    (history.sold_brought_back_and_destroyed, GRAPES, {GRAPES: ("destroyed", "10", *AT_SHOP)}),
    (history.sold_and_some_brought_back_and_destroyed, GRAPES, {GRAPES: ("sold", "6", *AT_SHOP)}),
    (history.sold_brought_back_and_sold_again, GRAPES, {GRAPES: ("sold", "10", *AT_SHOP)}),
    (history.destroyed, GRAPES, {GRAPES: ("destroyed", "10", *AT_SHOP)}),
    (history.destroyed_in_a_crate, GRAPES, {GRAPES: ("destroyed", "10", *AT_SHOP)}),
    (
        history.destroyed_in_a_crate,
        CRATE,
        {CRATE: ("destroyed", "1", *AT_SHOP), GRAPES: ("destroyed", "10", *AT_SHOP)},
    ),
    (
        history.one_bottle_of_two_sold,
        JUICE,
        {
            JUICE: ("on_hand", "1", *AT_SHOP),
            ITEM: ("sold", "1", *AT_SHOP),
            SISTER: ("on_hand", "1", *AT_SHOP),
        },
    ),
    (
        history.one_bottle_destroyed_and_one_brought_back,
        JUICE,
        {
            JUICE: ("on_hand", "1", *AT_SHOP),
            ITEM: ("destroyed", "1", *AT_SHOP),
            SISTER: ("on_hand", "1", *AT_SHOP),
        },
    ),
    (
        history.both_bottles_ended,
        JUICE,
        {
            JUICE: ("sold", "1", *AT_SHOP),
            ITEM: ("destroyed", "1", *AT_SHOP),
            SISTER: ("sold", "1", *AT_SHOP),
        },
    ),
    (history.made_in_an_unknown_amount, GRAPES, {GRAPES: ("on_hand", None, *AT_FARM)}),
    (history.sold_in_an_unknown_amount, GRAPES, {GRAPES: ("on_hand", None, *AT_SHOP)}),
    (history.brought_back_in_an_unknown_amount, GRAPES, {GRAPES: ("sold", None, *AT_SHOP)}),
    (history.a_bottle_seen_elsewhere, ITEM, {ITEM: ("on_hand", "1", *AT_PACKER)}),
    (history.a_bottle_only_seen, ITEM, {ITEM: ("on_hand", "1", *AT_PACKER)}),
    (history.an_amount_only_seen, GRAPES, {GRAPES: ("unknown", None, *AT_PACKER)}),
    (
        history.a_pallet_packed,
        PALLET,
        {PALLET: ("on_hand", "1", *AT_FARM), GRAPES: ("on_hand", "10", *AT_FARM)},
    ),
    (
        history.a_pallet_shipped,
        PALLET,
        {PALLET: ("shipped", "1", SHOP, FIELD), GRAPES: ("shipped", "10", SHOP, FIELD)},
    ),
    (
        history.a_pallet_received,
        PALLET,
        {PALLET: ("on_hand", "1", *AT_SHOP), GRAPES: ("on_hand", "10", *AT_SHOP)},
    ),
    (
        history.a_pallet_emptied_into_a_vat,
        PALLET,
        {
            PALLET: ("used", "1", *AT_PACKER),
            GRAPES: ("used", "10", *AT_PACKER),
            JUICE: ("on_hand", "10", *AT_PACKER),
        },
    ),
    (
        history.a_crate_emptied_into_a_vat_and_cleaned,
        CRATE,
        {
            CRATE: ("on_hand", "1", *AT_PACKER),
            GRAPES: ("used", "10", *AT_PACKER),
            JUICE: ("on_hand", "10", *AT_PACKER),
        },
    ),
    (
        history.made_without_a_lot,
        GRAPES,
        {GRAPES: ("used", "10", *AT_PACKER), history.NO_LOT: ("unknown", None, *AT_PACKER)},
    ),
]


@pytest.mark.parametrize(
    ("tell", "subject", "expected"),
    [pytest.param(*case, id=f"{case[0].__name__}-{case[1][-6:]}") for case in HISTORIES],
)
def test_every_affected_object_is_in_the_state_that_its_history_ends_in(
    world: World, tell: Callable[[World], None], subject: str, expected: States
) -> None:
    tell(world)
    assert states(recalled(world, subject)) == expected


@pytest.mark.parametrize("tell", [case[0] for case in HISTORIES], ids=lambda tell: tell.__name__)
def test_whoever_has_an_affected_object_is_called(
    world: World, tell: Callable[[World], None]
) -> None:
    tell(world)
    (subject, *_) = [case[1] for case in HISTORIES if case[0] is tell]
    answer = recalled(world, subject)
    called = {call.party for call in answer.call_list}
    assert {one.last_party for one in answer.affected} <= called


@pytest.mark.parametrize("step", ["destroying", "decommissioning"])
def test_an_item_that_was_sold_and_came_back_is_destroyed_where_it_ends_last(
    world: World, step: str
) -> None:
    world.begin(0, ITEM, at=COUNTER)
    history.sell(world, 1, ITEM)
    history.take_back(world, 2, ITEM)
    history.end(world, 3, step, ITEM)
    assert states(recalled(world, ITEM)) == {ITEM: ("destroyed", "1", *AT_SHOP)}
    assert consumers(world, ITEM) == ("1", "1", "0")
    (row,) = balance(EventList(world.events), Book({}), ITEM).rows
    assert (row.received, row.shipped, row.destroyed, row.on_hand) == ("1", "1", "1", "0")


def test_an_item_that_was_sold_twice_is_one_item_at_a_consumer(world: World) -> None:
    world.begin(0, ITEM, at=COUNTER)
    history.sell(world, 1, ITEM)
    history.take_back(world, 2, ITEM)
    history.sell(world, 3, ITEM)
    assert states(recalled(world, ITEM)) == {ITEM: ("sold", "1", *AT_SHOP)}
    assert consumers(world, ITEM) == ("2", "1", "1")


def test_what_consumers_brought_back_they_have_no_more(world: World) -> None:
    history.sold_and_some_brought_back_and_destroyed(world)
    assert consumers(world, GRAPES) == ("10", "4", "6")


def test_what_comes_from_nobody_may_be_new_goods_where_more_was_made_than_was_sold(
    world: World,
) -> None:
    history.made(world, FIELD, "30")
    history.take_back(world, 1, GRAPES)
    history.sell(world, 2, GRAPES)
    history.take_back(world, 3, GRAPES)
    history.end(world, 4, "destroying", GRAPES)
    assert consumers(world, GRAPES) == ("10", "0", "10")
    assert held(recalled(world, GRAPES), GRAPES) == [(FARM, FIELD, "30")]


def test_what_is_said_to_be_returned_came_back_whatever_else_is_known(world: World) -> None:
    history.take_back(world, 1, GRAPES)
    history.sell(world, 2, GRAPES)
    history.take_back(world, 3, named=history.grapes("3"), disposition="returned")
    history.take_back(world, 4, named=history.grapes("5"))
    history.end(world, 5, "destroying", named=history.grapes("8"))
    assert states(recalled(world, GRAPES)) == {GRAPES: ("sold", "7", *AT_SHOP)}


def test_goods_that_changed_hands_and_stayed_are_with_whom_they_came_to(world: World) -> None:
    history.made(world, FIELD, "100")
    world.ship(1, FARM, PACKER, named=history.grapes("60"))
    world.receive(2, FARM, PACKER, named=history.grapes("60"), at=FIELD)
    assert held(recalled(world, GRAPES), GRAPES) == [(FARM, FIELD, "40"), (PACKER, FIELD, "60")]


def test_goods_of_a_class_that_were_never_linked_call_nobody(world: World) -> None:
    history.made_without_a_lot(world)
    assert [call.party for call in recalled(world, GRAPES).call_list] == [PACKER]
