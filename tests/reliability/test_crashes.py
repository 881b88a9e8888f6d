"""A server that is killed loses nothing that it has acknowledged, and takes nothing twice (F1).

`python -m tests.reliability.run --f1` kills five hundred times.
"""

from pathlib import Path

import pytest

from tests.conftest import TEST_SCALE
from tests.reliability.crashes import after_kills

KILLS = max(2, round(5 * TEST_SCALE))


@pytest.mark.timeout(900)
def test_what_was_acknowledged_outlives_kills_and_everything_is_there_once(tmp_path: Path) -> None:
    assert after_kills(tmp_path, 1000, KILLS) is None
