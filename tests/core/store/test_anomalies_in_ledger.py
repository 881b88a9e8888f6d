"""What is odd is found by SQL over a whole ledger as it is found by looking at every object."""

from pathlib import Path
from typing import Any

import pytest

from epcis_core.model.references import Role
from epcis_core.provenance.anomalies.anomaly import KINDS, gravest_first
from epcis_core.provenance.anomalies.found import Candidates, find_anomalies
from epcis_core.provenance.anomalies.selling import Recalled
from epcis_core.provenance.anomalies.thresholds import usual_thresholds
from epcis_core.provenance.kinds import AMOUNTS, kind_of
from epcis_core.store.anomalies import anomalies
from epcis_core.store.ledger import Ledger
from epcis_core.store.names import Names
from epcis_core.store.trace import evidence_through
from epcis_core.store.view import EVERYTHING, View
from tests.conftest import TEST_SCALE
from tests.core.store.odd_ledger import EXPIRED, RECALLED, fill_with_oddities
from tests.world.against import capture
from tests.world.run import LEVELS, TOGETHER, tell

NOW = 1_800_000_000_000_000
RECALLS = (Recalled(RECALLED, 0),)


def by_looking_at_everything(ledger: Ledger, *recalls: Recalled) -> list[Any]:
    """All that is odd, every object being a candidate for everything.

    Members stand as lots, and containers by what was packed into them, if anything was.
    """
    with evidence_through(ledger, EVERYTHING) as (cursor, seen, evidence):
        every = evidence.objects(100_000)
        events = evidence.naming(every)
        pairs = {pair for facts in events for pair in facts.memberships}
        packed = {
            parent.object
            for facts in events
            if facts.type == "AggregationEvent" and facts.objects(Role.CHILD)
            for parent in facts.objects(Role.PARENT)
        }
        members, lots = ({pair[at] for pair in pairs} for at in (0, 1))
        objects = [*dict.fromkeys([*every, *sorted(lots)])]
        goods = [one for one in objects if one not in members | packed]
        amounts = [one for one in goods if kind_of(one) in AMOUNTS]
        found = Candidates(every, objects, objects, recalls, goods, amounts)
        return [*find_anomalies(evidence, Names(cursor, seen), found, usual_thresholds(), NOW)]


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with Ledger.open(tmp_path_factory.mktemp("odd") / "ledger.duckdb") as ledger:
        fill_with_oddities(ledger)
        yield ledger


def test_each_kind_is_found_in_a_ledger(odd: Ledger) -> None:
    found = anomalies(odd, EVERYTHING, now=NOW, recalls=RECALLS)
    assert {one.kind for one in found.anomalies} == set(KINDS)
    assert [*found.anomalies] == by_looking_at_everything(odd, *RECALLS)
    assert not found.truncated
    assert found.anomalies == gravest_first(found.anomalies)


def test_a_recall_of_a_product_is_one_of_its_lots(odd: Ledger) -> None:
    product = RECALLED.partition("/10/")[0]
    whole = anomalies(odd, EVERYTHING, now=NOW, recalls=[Recalled(product, 0)])
    assert {one.objects for one in whole.anomalies if one.kind == "after_recall"} >= {
        (RECALLED,),
        (EXPIRED,),
    }


def test_more_objects_than_are_looked_at_are_said_to_be_there(odd: Ledger) -> None:
    found = anomalies(odd, EVERYTHING, now=NOW, recalls=RECALLS, most=1)
    assert found.truncated
    assert 0 < len(found.anomalies) < len(anomalies(odd, EVERYTHING, now=NOW).anomalies) + 1


def test_what_may_not_be_seen_is_in_no_list(odd: Ledger) -> None:
    for view in (View(viewer="somebody else"), View(up_to_sequence=-1)):
        assert anomalies(odd, view, now=NOW, recalls=RECALLS).anomalies == ()


@pytest.mark.parametrize("level", LEVELS)
def test_nothing_odd_in_a_world_is_overlooked(level: int, tmp_path: Path) -> None:
    """Of each world a third of the documents is never sent, so that much does not add up."""
    worlds = max(1, int(TOGETHER * TEST_SCALE))
    for first in range(0, worlds, TOGETHER):
        with Ledger.open(tmp_path / f"{first}.duckdb") as ledger:
            for seed in range(first, min(first + TOGETHER, worlds)):
                story, _ = tell(level, seed)
                capture(ledger, story, most=1 + 2 * len(story.telling.documents) // 3)
            told = anomalies(ledger, EVERYTHING, now=NOW).anomalies
            assert told
            assert [*told] == by_looking_at_everything(ledger)
