"""Small histories of goods that are recalled, each told by a function of its name.

The farm grows grapes, the packer makes juice of them, the shop sells; `ITEM` and `SISTER` are the
two bottles of the lot `JUICE`.
"""

from typing import Any

from epcis_core.model.references import Role
from epcis_core.provenance.facts import Named
from tests.core.provenance.histories import (
    COUNTER,
    CRATE,
    FARM,
    FIELD,
    GRAPES,
    ITEM,
    JUICE,
    PALLET,
    SHED,
    SHOP,
    SISTER,
    World,
)

NO_LOT = "https://id.gs1.org/01/08930001001039"


def grapes(amount: str | None) -> list[Named]:
    return [Named(GRAPES, Role.EPC, amount, "KGM" if amount else None)]


def made(world: World, at: str, amount: str | None = "10") -> None:
    world.see(0, step="commissioning", at=at, action="ADD", named=grapes(amount))


def bottled(world: World) -> None:
    world.begin(0, ITEM, SISTER, at=COUNTER, memberships=((ITEM, JUICE), (SISTER, JUICE)))


def sell(world: World, hour: float, *objects: str, **more: Any) -> None:
    world.see(hour, *objects, step="retail_selling", at=COUNTER, **more)


def take_back(world: World, hour: float, *objects: str, **more: Any) -> None:
    world.see(hour, *objects, step="receiving", at=COUNTER, **more)


def end(world: World, hour: float, step: str, *objects: str, **more: Any) -> None:
    world.see(hour, *objects, step=step, at=COUNTER, action="DELETE", **more)


def produced_only(world: World) -> None:
    made(world, FIELD)


def shipped_and_not_received(world: World) -> None:
    made(world, FIELD)
    world.ship(1, FARM, SHOP, GRAPES)


def received(world: World) -> None:
    shipped_and_not_received(world)
    world.receive(2, FARM, SHOP, GRAPES)


def partly_used(world: World) -> None:
    made(world, SHED, "30")
    world.transform(1, [GRAPES], [JUICE])


def all_used(world: World) -> None:
    made(world, SHED)
    world.transform(1, [GRAPES], [JUICE])


def sold(world: World) -> None:
    made(world, COUNTER)
    sell(world, 1, GRAPES)


def sold_and_brought_back(world: World) -> None:
    sold(world)
    take_back(world, 2, GRAPES)


def sold_brought_back_and_destroyed(world: World) -> None:
    sold_and_brought_back(world)
    end(world, 3, "destroying", GRAPES)


def sold_and_some_brought_back_and_destroyed(world: World) -> None:
    sold(world)
    take_back(world, 2, named=grapes("4"))
    end(world, 3, "destroying", named=grapes("4"))


def sold_brought_back_and_sold_again(world: World) -> None:
    sold_and_brought_back(world)
    sell(world, 3, GRAPES)


def destroyed(world: World) -> None:
    made(world, COUNTER)
    end(world, 1, "destroying", GRAPES)


def destroyed_in_a_crate(world: World) -> None:
    made(world, COUNTER)
    world.pack(1, CRATE, GRAPES, read_point=COUNTER)
    end(world, 2, "destroying", CRATE)


def one_bottle_of_two_sold(world: World) -> None:
    bottled(world)
    sell(world, 1, ITEM)


def one_bottle_destroyed_and_one_brought_back(world: World) -> None:
    bottled(world)
    sell(world, 1, ITEM, SISTER)
    take_back(world, 2, ITEM, SISTER)
    end(world, 3, "destroying", ITEM)


def both_bottles_ended(world: World) -> None:
    one_bottle_destroyed_and_one_brought_back(world)
    sell(world, 4, SISTER)


def made_in_an_unknown_amount(world: World) -> None:
    made(world, FIELD, None)


def sold_in_an_unknown_amount(world: World) -> None:
    made(world, COUNTER)
    sell(world, 1, named=grapes(None))


def brought_back_in_an_unknown_amount(world: World) -> None:
    sold(world)
    take_back(world, 2, named=grapes(None), disposition="returned")
    end(world, 3, "destroying", named=grapes(None))


def a_bottle_seen_elsewhere(world: World) -> None:
    world.begin(0, ITEM)
    world.see(1, ITEM, step="inspecting", at=SHED)


def a_bottle_only_seen(world: World) -> None:
    world.see(1, ITEM, step="inspecting", at=SHED)


def an_amount_only_seen(world: World) -> None:
    world.see(1, GRAPES, step="inspecting", at=SHED)


def a_pallet_packed(world: World) -> None:
    made(world, FIELD)
    world.pack(1, PALLET, GRAPES, read_point=FIELD)


def a_pallet_shipped(world: World) -> None:
    a_pallet_packed(world)
    world.ship(2, FARM, SHOP, PALLET)


def a_pallet_received(world: World) -> None:
    a_pallet_shipped(world)
    world.receive(3, FARM, SHOP, PALLET)


def a_pallet_emptied_into_a_vat(world: World) -> None:
    made(world, SHED)
    world.pack(1, PALLET, GRAPES)
    world.transform(2, [PALLET], [JUICE])


def a_crate_emptied_into_a_vat_and_cleaned(world: World) -> None:
    made(world, SHED)
    world.pack(1, CRATE, GRAPES)
    world.transform(2, [CRATE], [JUICE])
    world.see(3, CRATE, step="storing", at=SHED)


def made_without_a_lot(world: World) -> None:
    made(world, SHED)
    world.transform(1, [GRAPES], [NO_LOT])
    world.begin(2, NO_LOT, at=COUNTER)
    sell(world, 3, NO_LOT)
