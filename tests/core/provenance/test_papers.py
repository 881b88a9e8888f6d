"""Papers of one kind that differ tell of two trips; papers that one event alone cites do not."""

from itertools import product

import pytest

from tests.core.provenance.histories import FARM, FIELD, GRAPES, PACKER, SHED, World, gap_codes
from tests.core.provenance.recall_histories import made
from tests.core.provenance.test_matching import moved

ORDER = "po urn:x:1"
NOTE = "desadv urn:x:2"
CITED = [(), (ORDER,), (ORDER, NOTE), (NOTE,)]
PAIRS = list(product(CITED, CITED))
ONCE = {FIELD: ("0", "10", "0", "0"), SHED: ("10", "0", "10", "0")}


@pytest.mark.parametrize(("shipping", "departing"), PAIRS)
@pytest.mark.parametrize(("receiving", "accepting"), PAIRS)
def test_a_trip_is_one_whichever_of_its_papers_each_step_cites(
    world: World,
    shipping: tuple[str, ...],
    departing: tuple[str, ...],
    receiving: tuple[str, ...],
    accepting: tuple[str, ...],
) -> None:
    made(world, FIELD)
    world.ship(1, FARM, PACKER, GRAPES, transactions=shipping)
    world.ship(2, FARM, PACKER, GRAPES, step="departing", transactions=departing)
    world.receive(5, FARM, PACKER, GRAPES, transactions=receiving)
    world.receive(6, FARM, PACKER, GRAPES, step="accepting", transactions=accepting)
    assert len(world.trace(GRAPES).handovers) == 1
    assert moved(world) == ONCE
    assert gap_codes(world.trace(GRAPES)) == []


def test_two_orders_are_two_trips(world: World) -> None:
    made(world, FIELD, "20")
    for hour, order in ((1, "po urn:x:1"), (10, "po urn:x:9")):
        world.ship(hour, FARM, PACKER, GRAPES, transactions=(order,))
        world.receive(hour + 1, FARM, PACKER, GRAPES, transactions=(order,), step="accepting")
    assert len(world.trace(GRAPES).handovers) == 2
    assert moved(world)[SHED] == ("20", "0", "20", "0")
