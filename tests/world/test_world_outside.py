"""The same truth from outside: by the command on a ledger file, and from a server on loopback."""

import pytest

from tests.conftest import TEST_SCALE
from tests.world.run import LEVELS, wrong_outside

FIRST = 900
WORLDS = max(2, int(2 * TEST_SCALE))


@pytest.mark.timeout(300 * max(1.0, TEST_SCALE))
@pytest.mark.parametrize("level", LEVELS)
def test_commands_and_the_server_answer_what_happened(level: int) -> None:
    for seed in range(FIRST, FIRST + WORLDS, 2):
        for words in wrong_outside(level, range(seed, seed + 2), most=15).values():
            raise AssertionError(words)
