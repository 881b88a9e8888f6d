"""Whatever one datum is cut out of a chain's documents, its requirement is lower, and no other."""

from collections.abc import Iterator
from functools import cache

import pytest

from epcis_core.dossier.completeness import Asked, completeness
from epcis_core.dossier.data import Datum
from epcis_core.dossier.material import Material
from epcis_core.rules.profiles import profiles
from tests.core.dossier.chains import LOTS, material

NOW = 1_800_000_000_000_000
IDENTITY = {"time", "gtin", "lot_or_serial"}
"""Without these there is no event, or no lot to be traced; they are cut by nobody."""

Key = tuple[str, str, str, str]
Address = tuple[str, str]
Standing = dict[Key, tuple[str, frozenset[Address]]]


def address(one: Datum) -> Address:
    """Where a datum stands, whatever asks for it."""
    if one.event is not None:
        return one.event, one.pointer
    return str(one.element), one.way


def asked_in(known: Material) -> Iterator[tuple[Key, Asked]]:
    for name, law in profiles().items():
        for judged in completeness(known, law, NOW).requirements:
            for one in judged.asked:
                yield (name, judged.requirement.id, one.subject, one.event or ""), one


def standing(known: Material) -> Standing:
    return {key: (one.status, frozenset(map(address, one.data))) for key, one in asked_in(known)}


def can_be_cut(one: Datum) -> bool:
    is_item = one.way == "quantity" and not one.pointer.endswith("/quantity")
    return one.way not in IDENTITY and not is_item


@cache
def cuts(chain: str) -> dict[frozenset[Address], list[Datum]]:
    """What satisfies each requirement of each profile at its first subject."""
    found: dict[frozenset[Address], list[Datum]] = {}
    done = set()
    for (law, requirement, *_), one in asked_in(material(chain)):
        if one.data and (law, requirement) not in done and all(map(can_be_cut, one.data)):
            done.add((law, requirement))
            found.setdefault(frozenset(map(address, one.data)), one.data)
    return found


@pytest.mark.parametrize("chain", LOTS)
def test_a_datum_that_is_cut_lowers_exactly_what_rests_on_it(chain: str) -> None:
    before = standing(material(chain))
    assert len(cuts(chain)) > 10
    for gone, data in cuts(chain).items():
        expected = {}
        for key, (status, found) in before.items():
            left = found - gone
            expected[key] = ("missing" if found and not left else status, left)
        after = standing(material(chain, data))
        changed = {key: (expected.get(key), after.get(key)) for key in {*expected, *after}}
        wrong = {key: pair for key, pair in changed.items() if pair[0] != pair[1]}
        assert not wrong, (chain, gone, wrong)
        assert any(after[key] != before[key] for key in before)


def test_everything_that_can_be_cut_is_cut_somewhere() -> None:
    """What no sample has is told by name, so that it is missed when it comes."""
    asked = {
        (law.name, one.id): {*one.has} for law in profiles().values() for one in law.requirements
    }
    done = set()
    for chain in LOTS:
        for (law, requirement, *_), one in asked_in(material(chain)):
            if one.data and all(map(can_be_cut, one.data)):
                done.add((law, requirement))
    never = {requirement for (_, requirement), has in asked.items() if not has & IDENTITY} - {
        requirement for _, requirement in done
    }
    assert never == {"product_image", "brand", "catch_area", "origin_document"}
