"""Evidence is asked level by level: how often does not grow with how much there is."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import pytest

from epcis_core.identifiers import check_digit
from epcis_core.provenance.evidence import EventList
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.result import Trace
from epcis_core.provenance.trace import trace
from tests.core.provenance.histories import (
    BOXES,
    CRATE,
    FARM,
    GRAPES,
    JUICE,
    OTHER_GRAPES,
    PACKER,
    PALLET,
    Book,
    World,
    gap_codes,
)

LOT = "https://id.gs1.org/01/08930001001008/10/"
SERIAL = "https://id.gs1.org/01/08930001001008/21/"
SSCC = "https://id.gs1.org/00/"


class Counting(EventList):
    """Evidence that counts how often it is asked, and for how many objects at once."""

    def __init__(self, events: Sequence[EventFacts]) -> None:
        super().__init__(events)
        self.asked: Counter[str] = Counter()
        self.asked_for: Counter[str] = Counter()

    def naming(self, objects: Collection[str]) -> list[EventFacts]:
        self.asked["naming"] += 1
        self.asked_for.update(objects)
        return super().naming(objects)

    def transforming(self, transformation_ids: Collection[str]) -> list[EventFacts]:
        self.asked["transforming"] += 1
        return super().transforming(transformation_ids)

    def members(self, lots: Collection[str]) -> list[tuple[str, str]]:
        self.asked["members"] += 1
        return super().members(lots)

    def declaring(self, event_ids: Collection[str]) -> list[EventFacts]:
        self.asked["declaring"] += 1
        return super().declaring(event_ids)


def asked(world: World, subject: str, **options: Any) -> tuple[Trace, Counting]:
    evidence = Counting(world.events)
    return trace(evidence, Book({}), subject, **options), evidence


@pytest.mark.parametrize("count", [3, 300])
def test_serials_on_pallets_are_asked_for_together(world: World, count: int) -> None:
    serials = [f"{SERIAL}{number}" for number in range(count)]
    world.begin(0, *serials, memberships=[(one, f"{LOT}L") for one in serials])
    numbers = [f"189300010000{number:05d}" for number in range(count // 3)]
    pallets = [f"{SSCC}{number}{check_digit(number)}" for number in numbers]
    for place, pallet in enumerate(pallets):
        world.pack(1, pallet, *serials[place * 3 : place * 3 + 3])
    world.ship(2, FARM, PACKER, *pallets)
    world.receive(3, FARM, PACKER, *pallets)
    answer, evidence = asked(world, f"{LOT}L")
    assert len(answer.handovers) == 1
    assert len(answer.objects) == 1 + len(serials) + len(pallets)
    assert evidence.asked == {"naming": 3, "members": 1, "declaring": 2}
    assert set(evidence.asked_for.values()) == {1}


@pytest.mark.parametrize("steps", [10, 100])
def test_a_chain_is_asked_for_once_per_step(world: World, steps: int) -> None:
    world.begin(0, f"{LOT}0")
    for step in range(steps):
        world.transform(step + 1, [f"{LOT}{step}"], [f"{LOT}{step + 1}"])
    answer, evidence = asked(world, f"{LOT}{steps}")
    assert len(answer.objects) == steps + 1
    assert max(evidence.asked.values()) <= steps + 1
    assert set(evidence.asked_for.values()) == {1}


@pytest.mark.parametrize("fillings", [4, 400])
def test_a_vat_is_asked_for_as_often_whatever_went_through_it(world: World, fillings: int) -> None:
    vat = f"{LOT}VAT"
    for number in range(fillings):
        world.begin(number, f"{LOT}F{number}")
        world.transform(number, [f"{LOT}F{number}", vat], [vat])
        world.transform(number, [vat], [f"{LOT}B{number}", vat])
    answer, evidence = asked(world, vat)
    assert len(answer.objects) == 1 + 2 * fillings
    assert sum(evidence.asked.values()) <= 9


@pytest.mark.parametrize("count", [3, 60])
def test_crates_and_what_else_was_ever_in_them_are_asked_for_together(
    world: World, count: int
) -> None:
    crates = [f"https://id.gs1.org/8003/08930001001046C{number}" for number in range(count)]
    for load in range(5):
        world.begin(load * 10, f"{LOT}{load}")
        for crate in crates:
            world.pack(load * 10 + 1, crate, f"{LOT}{load}")
            world.pack(load * 10 + 3, crate, action="DELETE")
        world.ship(load * 10 + 2, FARM, PACKER, *crates)
    _, evidence = asked(world, f"{LOT}2")
    assert sum(evidence.asked.values()) <= 6
    others = {f"{LOT}{load}" for load in range(5)} - {f"{LOT}2"}
    assert not others & evidence.asked_for.keys()


@pytest.mark.parametrize("most", range(1, 8))
@pytest.mark.parametrize("direction", ["upstream", "downstream", "both"])
def test_links_name_no_object_that_is_not_in_the_answer(
    world: World, most: int, direction: Any
) -> None:
    world.begin(0, GRAPES, OTHER_GRAPES)
    world.transform(1, [GRAPES, OTHER_GRAPES], [BOXES])
    world.pack(2, CRATE, BOXES)
    world.pack(3, PALLET, CRATE)
    world.transform(4, [BOXES], [JUICE])
    answer = world.trace(BOXES, max_objects=most, direction=direction)
    shown = {one.id for one in answer.objects}
    assert len(shown) <= most
    assert {end for link in answer.links for end in (link.from_, link.to)} <= shown
    everything = {"upstream": 5, "downstream": 4, "both": 6}[direction]
    assert answer.truncated == (most < everything) == ("truncated" in gap_codes(answer))
