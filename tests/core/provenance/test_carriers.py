"""Who only carries what owners hand over to each other is their carrier, whoever tells of it."""

from typing import Any

import pytest

from epcis_core.model.references import Role
from epcis_core.provenance.facts import Named
from tests.core.provenance.histories import (
    COUNTER,
    FARM,
    FIELD,
    GRAPES,
    ITEM,
    SHOP,
    TRUCK,
    World,
    gap_codes,
)
from tests.core.provenance.recall_histories import made
from tests.core.provenance.test_matching import moved

WAREHOUSE = "https://id.gs1.org/417/8930001000056"
YARD = TRUCK.replace("/417/", "/414/")


def possession(giver: str, taker: str) -> dict[str, Any]:
    return {
        "sources": (f"possessing_party {giver}",),
        "destinations": (f"possessing_party {taker}",),
    }


def told_by_owners_and_possessors(world: World, one: str, *, by_truck: bool = False) -> None:
    taken_at = YARD if by_truck else FIELD
    brought_at = YARD if by_truck else COUNTER
    world.ship(1, FARM, SHOP, one)
    step = "receiving" if by_truck else "departing"
    world.see(2, one, step=step, at=taken_at, **possession(FARM, TRUCK))
    step = "shipping" if by_truck else "arriving"
    world.see(4, one, step=step, at=brought_at, **possession(TRUCK, SHOP))
    world.receive(5, FARM, SHOP, one)


@pytest.mark.parametrize("by_truck", [False, True], ids=["by the owners", "by the truck itself"])
@pytest.mark.parametrize("one", [ITEM, GRAPES])
def test_what_a_truck_carried_changed_hands_once(world: World, one: str, *, by_truck: bool) -> None:
    if one == GRAPES:
        made(world, FIELD)
    else:
        world.see(0, step="commissioning", at=FIELD, action="ADD", named=[Named(ITEM, Role.EPC)])
    told_by_owners_and_possessors(world, one, by_truck=by_truck)
    answer = world.trace(one)
    found = [(each.from_party, each.to_party, each.carrier) for each in answer.handovers]
    assert found == [(FARM, SHOP, TRUCK)]
    assert gap_codes(answer) == []
    if one == GRAPES:
        assert moved(world) == {FIELD: ("0", "10", "0", "0"), COUNTER: ("10", "0", "10", "0")}


def test_who_keeps_another_part_of_a_lot_is_no_carrier(world: World) -> None:
    made(world, FIELD, "40")
    world.ship(1, FARM, SHOP, GRAPES)
    world.receive(2, FARM, SHOP, GRAPES)
    store = WAREHOUSE.replace("/417/", "/414/")
    much = [Named(GRAPES, Role.EPC, "30", "KGM")]
    world.see(3, step="receiving", at=store, named=much, **possession(FARM, WAREHOUSE))
    found = {(each.from_party, each.to_party) for each in world.trace(GRAPES).handovers}
    assert found == {(FARM, SHOP), (FARM, WAREHOUSE)}
    assert WAREHOUSE in {call.party for call in world.recall(GRAPES).call_list}
