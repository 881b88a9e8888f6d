"""Whom a recall concerns, what each is asked about, and how far a recall is."""

from dataclasses import replace
from typing import Any, Final

import pytest

from api.recalls.concerned import concerned
from api.recalls.progress import progress
from api.recalls.tracing import share_traced
from epcis_core.provenance.balance_result import Balance, BalanceRow
from epcis_core.provenance.evidence import EventList
from epcis_core.provenance.recall import recall
from epcis_core.store.registry.recall_parties import RecallGoods, RecallParty
from epcis_core.store.registry.recalls import OpenedRecall
from tests.core.provenance.histories import (
    BOXES,
    COUNTER,
    FARM,
    FIELD,
    GRAPES,
    ITEM,
    JUICE,
    PACKER,
    SHED,
    SHOP,
    SISTER,
    Book,
    World,
)

HOUR: Final = 3_600_000_000
OPENED: Final = OpenedRecall((GRAPES,), "…", "lan", 0, None, 4, is_practice=False, tracing={})


@pytest.fixture
def world() -> World:
    return World()


def asked(
    world: World, *objects: str
) -> list[tuple[str, list[tuple[tuple[str, ...], str | None]]]]:
    book = Book({FIELD: FARM, SHED: PACKER, COUNTER: SHOP})
    return [
        (one.party, [(its.objects, its.expected) for its in one.goods])
        for one in concerned(recall(EventList(world.events), book, objects))
    ]


def test_who_holds_goods_is_asked_how_much_of_them_are_left(world: World) -> None:
    world.begin(0, GRAPES)
    world.ship(1, FARM, SHOP, GRAPES)
    world.see(2, GRAPES, step="receiving", at=COUNTER)
    assert asked(world, GRAPES) == [(SHOP, [((GRAPES,), "10")]), (FARM, [((GRAPES,), "90")])]


def test_who_never_said_that_goods_arrived_is_asked_about_all_that_was_sent(world: World) -> None:
    world.begin(0, GRAPES)
    world.ship(1, FARM, SHOP, GRAPES)
    assert asked(world, GRAPES)[0] == (SHOP, [((GRAPES,), "10")])


def test_who_has_used_everything_is_asked_about_what_it_had(world: World) -> None:
    world.begin(0, GRAPES)
    world.transform(1, [GRAPES], [BOXES])
    world.ship(2, PACKER, SHOP, BOXES)
    world.see(3, BOXES, step="receiving", at=COUNTER)
    found = dict(asked(world, GRAPES))
    assert found[SHOP] == [((BOXES,), "10")]
    assert ((BOXES,), "0") in found[PACKER]


def test_single_items_of_one_product_are_asked_about_together(world: World) -> None:
    world.begin(0, ITEM, SISTER, at=COUNTER, memberships=((ITEM, JUICE), (SISTER, JUICE)))
    goods = dict(asked(world, ITEM, SISTER))[SHOP]
    assert ((ITEM, SISTER), "2") in goods


def party(number: int, *goods: RecallGoods) -> RecallParty:
    return RecallParty(f"urn:x:{number}", number, goods, number=number)


def test_how_far_a_recall_is_is_counted_by_state_and_by_unit() -> None:
    kilograms = RecallGoods((GRAPES,), "KGM", "40", "10", "25.5")
    nothing = replace(kilograms, held="0", returned="0")
    unknown = RecallGoods((BOXES,), None, None)
    found = progress(
        OPENED,
        [
            replace(party(1, kilograms), notified=1, seen=2, confirmed=3),
            replace(party(2, nothing), notified=1, confirmed=3),
            replace(party(3, unknown), notified=1, seen=2),
            replace(party(4), notified=1),
            party(5),
        ],
        2 * HOUR,
    )
    assert dict(found.counts) == {
        "returned": 1,
        "confirmed": 1,
        "seen": 1,
        "notified": 1,
        "waiting": 1,
    }
    assert [
        (one.uom, *map(str, (one.expected, one.held, one.returned))) for one in found.amounts
    ] == [
        ("KGM", "80", "10", "25.5"),
        (None, "0", "0", "0"),
    ]
    assert [(one.look, one.width) for one in found.amounts[0].bar] == [
        ("returned", 31.88),
        ("on-hand", 12.5),
        ("unaccounted", 55.62),
    ]
    assert (found.unknown, found.told, found.answered, found.calls) == (1, 4, 2, ())


def test_to_be_called_is_who_is_silent_since_it_was_told_or_called() -> None:
    parties = [
        replace(party(1), notified=3 * HOUR),  # told only just
        replace(party(2), notified=1, called=2),
        replace(party(3), notified=1, confirmed=5),
        party(4),  # nobody told it at all
    ]
    found = progress(OPENED, parties, 5 * HOUR)
    assert [one.number for one in found.calls] == [4, 2]
    assert progress(replace(OPENED, closed=1), parties, 5 * HOUR).calls == ()
    assert progress(OPENED, parties, 4 * HOUR - 1).calls == ()


def balanced(*rows: tuple[str | None, str | None], uom: str = "KGM") -> Balance:
    nothing: dict[str, Any] = dict.fromkeys(
        ("party", "place", "received", "used", "shipped", "destroyed", "on_hand")
    )
    made = [
        BalanceRow.model_validate(nothing | {"produced": produced, "unaccounted": unaccounted})
        for produced, unaccounted in rows
    ]
    return Balance(object=GRAPES, uom=uom, rows=tuple(made))


@pytest.mark.parametrize(
    ("balances", "share"),
    [
        pytest.param([balanced(("100", "0"), ("0", "25"))], "75.0", id="a part is lost"),
        pytest.param([balanced(("100", "0"))], "100.0", id="nothing is lost"),
        pytest.param([balanced(("100", "400"))], "0.0", id="more is lost than was made"),
        pytest.param([balanced(("100", None))], None, id="nobody knows how much is lost"),
        pytest.param([balanced(("0", "0"))], None, id="nobody made any"),
        pytest.param([], None, id="nothing is known"),
        pytest.param([balanced(("1", "0")), balanced(("1", "0"), uom="LTR")], None, id="two units"),
    ],
)
def test_the_share_traced_is_what_was_made_without_what_nobody_received(
    balances: list[Balance], share: str | None
) -> None:
    assert share_traced(balances) == share
