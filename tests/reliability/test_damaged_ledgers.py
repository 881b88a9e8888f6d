"""What happens to a ledger file is found: by a check, or by what was kept outside (F11).

`python -m tests.reliability.run --f11` tries many more.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.conftest import TEST_SCALE
from tests.reliability.damage import TRIALS, Originals, make_originals, verdict

TRIED = {
    "bit flips": 10,
    "bit flips in a log": 5,
    "bit flips in a backup": 100,
    "rows changed": 8,
    "rollbacks": 3,
    "split views": 1,
}


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Originals:
    return make_originals(tmp_path_factory.mktemp("originals"))


def test_what_trials_are_made_of_is_sound(originals: Originals) -> None:
    assert verdict(originals.ledger, originals.note) == []
    assert verdict(originals.older) == []
    assert verdict(originals.crashed, originals.note) == []
    assert Path(f"{originals.crashed}.wal").stat().st_size > 10_000


@pytest.mark.parametrize("name", list(TRIALS))
def test_what_was_done_to_a_ledger_is_found(originals: Originals, name: str) -> None:
    hidden = {}
    for number in range(max(1, int(TRIED[name] * TEST_SCALE))):
        with TemporaryDirectory() as folder:
            hidden[number] = TRIALS[name](originals, Path(folder), number)
    assert {number: what for number, what in hidden.items() if what is not None} == {}
