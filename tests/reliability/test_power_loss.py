"""A ledger is whole after the power has failed, and has what was acknowledged (F3).

`python -m tests.reliability.run --f3` lets it fail at two hundred points.
"""

import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.conftest import TEST_SCALE
from tests.reliability.power_loss import WAYS, Change, Disk
from tests.reliability.trials import NEEDS_STRACE, has_strace, of_power

POINTS = max(4, round(16 * TEST_SCALE))
ROOT = "/ledgers"
FILE = f"{ROOT}/file"


@pytest.mark.timeout(900)
@pytest.mark.skipif(not has_strace(), reason=NEEDS_STRACE)
def test_a_power_loss_takes_nothing_away_that_was_acknowledged(tmp_path: Path) -> None:
    power = of_power(tmp_path)["f3-power"]
    wrong = []
    for number in range(1000, 1000 + POINTS):
        with TemporaryDirectory() as folder:
            wrong.append(power.trial(Path(folder), number))
    assert [one for one in wrong if one is not None] == []


def left(changes: list[Change], tmp_path: Path) -> dict[str, set[bytes | None]]:
    """What the model of a disk may leave of a file, by how much it keeps."""
    found: dict[str, set[bytes | None]] = {}
    for kept in WAYS:
        for seed in range(30):
            disk = Disk(ROOT)
            for change in changes:
                disk.make(change)
            folder = tmp_path / f"{kept}{seed}"
            disk.after_power_loss(kept, random.Random(seed), folder)  # noqa: S311 - a test
            file = folder / "file"
            found.setdefault(kept, set()).add(file.read_bytes() if file.exists() else None)
    return found


def test_the_model_loses_a_file_whose_folder_was_not_synchronised(tmp_path: Path) -> None:
    changes = [Change("create", FILE), Change("write", FILE, b"data"), Change("sync", FILE)]
    assert left(changes, tmp_path) == {
        "nothing": {None},
        "names": {b"data"},
        "some": {None, b"data"},
        "torn": {None, b"data"},
    }


def test_the_model_loses_tears_and_reorders_what_was_not_synchronised(tmp_path: Path) -> None:
    one, other = b"1" * 512, b"2" * 1024
    changes = [
        Change("create", FILE),
        Change("write", FILE, b"old", -1),
        Change("sync", FILE),
        Change("sync", ROOT),
        Change("write", FILE, one, -1),
        Change("write", FILE, other, -1),
    ]
    assert left(changes, tmp_path) == {
        "nothing": {b"old"},
        "names": {b"old"},
        "some": {b"old", b"old" + one, b"old" + bytes(512) + other, b"old" + one + other},
        "torn": {b"old", b"old" + one, b"old" + one + other[:512], b"old" + one + other},
    }


def test_the_model_keeps_what_was_synchronised(tmp_path: Path) -> None:
    changes = [
        Change("create", f"{FILE}.new"),
        Change("write", f"{FILE}.new", b"data"),
        Change("sync", f"{FILE}.new"),
        Change("rename", f"{FILE}.new", target=FILE),
        Change("sync", ROOT),
        Change("resize", FILE, at=2),
        Change("sync", FILE),
        Change("unlink", FILE),
    ]
    assert left(changes, tmp_path) == {
        "nothing": {b"da"},
        "names": {None},
        "some": {None, b"da"},
        "torn": {None, b"da"},
    }
