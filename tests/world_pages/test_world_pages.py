"""The numbers on pages equal the world: a simulator knows the grams, and the pages must say them.

Of each world the pages of traces, balances, recalls and businesses are read as people read them:
handovers confirmed, amounts by place and by customer, what should be there, what is unaccounted
for. `python -m tests.world_pages.run` tells hundreds.
"""

import pytest

from tests.conftest import TEST_SCALE
from tests.world.run import LEVELS, TOGETHER
from tests.world_pages.run import wrong_on_pages


@pytest.mark.parametrize("level", LEVELS)
def test_the_numbers_on_pages_are_those_of_the_world(level: int) -> None:
    worlds = max(1, int(TOGETHER * TEST_SCALE))
    for first in range(0, worlds, TOGETHER):
        seeds = range(first, min(first + TOGETHER, worlds))
        for words in wrong_on_pages(level, seeds).values():
            raise AssertionError(words)
