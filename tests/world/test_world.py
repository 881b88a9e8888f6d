"""The trace equals the world: goods move, businesses report, and the answers are the truth.

A world moves grams and items between farms, vats, pallets and businesses, and knows where each
went. Its businesses report in forms, spellings, zones, units and orders of their own; at level 2
some report nothing of one side of their deliveries or of what they unpack, and clocks are wrong.
What the ledger then answers for a lot or an item is compared with what truly happened: objects,
links, handovers, one step, gaps, what time excludes, coverage; and, where everybody reports
everything, the balance of lots, place by place.
"""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from epcis_core.store.ledger import Ledger
from tests.conftest import TEST_SCALE
from tests.world.against import in_words, mismatches
from tests.world.chance import Drawn
from tests.world.run import LEVELS, TOGETHER, wrong_with
from tests.world.stories import tell_story
from tests.world.story import Story

LEDGERS = max(1, int(18 * TEST_SCALE))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("batch", range(LEDGERS))
def test_the_ledger_answers_what_happened(level: int, batch: int, ledger: Ledger) -> None:
    first = TOGETHER * batch
    for words in wrong_with(level, range(first, first + TOGETHER), ledger).values():
        raise AssertionError(words)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Stories whose choices hypothesis makes: where an answer is wrong it finds a short one."""
    return tell_story(Drawn(draw), draw(st.sampled_from(LEVELS)), acts=(1, 12))


@pytest.mark.timeout(300 * max(1.0, TEST_SCALE))
@settings(
    max_examples=max(1, int(15 * TEST_SCALE)),
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(stories())
def test_a_wrong_answer_comes_with_a_short_story(story: Story) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Ledger.open(Path(folder) / "world.duckdb") as ledger,
    ):
        found = mismatches(ledger, story, story.labels)
    assert not found, in_words(story, found)
