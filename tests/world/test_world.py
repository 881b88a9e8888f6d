"""The trace equals the world: goods move, everybody reports, and the answers are the truth.

A world moves grams between farms, vats, pallets and businesses, and knows where each went. Its
businesses report in spellings, zones, units and orders of their own. What the ledger then answers
for a lot is compared with what truly happened: objects, links, handovers, one step, gaps, what time
excludes, and coverage.
"""

import pytest

from tests.conftest import TEST_SCALE
from tests.world.against import in_words, mismatches
from tests.world.chance import Seeded, shuffled
from tests.world.stories import tell_story

WORLDS = max(1, int(20 * TEST_SCALE))


@pytest.mark.parametrize("seed", range(WORLDS))
def test_the_ledger_answers_what_happened(seed: int) -> None:
    chooser = Seeded(seed)
    story = tell_story(chooser, level=1, acts=(5, 30))
    subjects = shuffled(chooser, story.labels)[:4]
    found = mismatches(story, subjects)
    assert not found, in_words(story, found)
