"""Whose an event is, by its lists and its place."""

from typing import Any

import pytest

from tests.core.provenance.histories import FARM, GRAPES, PACKER, SHED, TRUCK, Book, World


@pytest.mark.parametrize(
    ("lists", "party"),
    [
        ({}, PACKER),
        ({"sources": (f"owning_party {FARM}",)}, FARM),
        ({"destinations": (f"possessing_party {TRUCK}",)}, TRUCK),
        (
            {"sources": (f"owning_party {FARM}",), "destinations": (f"owning_party {FARM}",)},
            FARM,
        ),
        (
            {"sources": (f"owning_party {FARM}",), "destinations": (f"owning_party {PACKER}",)},
            PACKER,
        ),
    ],
    ids=["no list", "source alone", "destination alone", "both the same", "two parties"],
)
def test_the_party_of_a_visit_is_that_of_its_lists_before_that_of_its_place(
    world: World, lists: dict[str, Any], party: str
) -> None:
    world.see(1, GRAPES, step="inspecting", at=SHED, **lists)
    (visit,) = world.trace(GRAPES, book=Book({SHED: PACKER})).visits
    assert visit.party == party
