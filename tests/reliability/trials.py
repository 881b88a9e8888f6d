"""The trials of the fault tests, each made of its number alone, and how many a full run has.

F1: servers are killed while they capture. F2: each system call on the files of a ledger fails, or
is the last. F3: the power fails. F4: the disk is full. F11: a ledger is damaged or changed.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from tests.reliability.crashes import after_kills
from tests.reliability.damage import TRIALS, make_originals
from tests.reliability.disk import full_from, served_on_full_disk
from tests.reliability.faults import (
    ERROR,
    KILL,
    UNCHANGING,
    Point,
    at_point,
    make_ledger,
    points,
)
from tests.reliability.power_loss import at_power_loss, record
from tests.reliability.victims import LONG_DOCUMENTS, use_all, use_long

KILLS: Final = 10
"""Of one server's ledger, in a full run."""

NEEDS_STRACE: Final = "There is no strace to make system calls fail; install it to run this test"

Trial = Callable[[Path, int], str | None]
"""Gets an empty folder and its number; returns what is wrong."""


@dataclass(frozen=True, slots=True)
class Trials:
    """Trials of one kind.

    Attributes:
        count: how many a full run has.
        trial: one of them.
    """

    count: int
    trial: Trial


def has_strace() -> bool:
    """Whether system calls can be watched here."""
    return shutil.which("strace") is not None


def of_kills(_: Path) -> dict[str, Trials]:
    """F1: five hundred kills, ten for each ledger."""
    return {"f1-kills": Trials(50, lambda folder, number: after_kills(folder, number, KILLS))}


def of_calls(folder: Path) -> dict[str, Trials]:
    """F2: every call that a capture makes on the files of a ledger fails; some are the last.

    A process is killed before each call that changes something: between two of them the files are
    the same wherever it ends.
    """
    ledger = folder / "ledger.duckdb"
    make_ledger(ledger)
    counted = folder / "counted"
    counted.mkdir()
    every = points(use_all, ledger, counted)

    def at(calls: list[tuple[str, int]], happens: str) -> Trials:
        def trial(empty: Path, number: int) -> str | None:
            call, when = calls[number]
            wrong = at_point(use_all, ledger, empty, Point(call, str(when), happens))
            return f"{call} {when}: {'; '.join(wrong)}" if wrong else None

        return Trials(len(calls), trial)

    changing = [one for one in every if one[0] not in UNCHANGING]
    return {"f2-errors": at(every, ERROR), "f2-kills": at(changing, KILL)}


def of_power(folder: Path) -> dict[str, Trials]:
    """F3: the power fails at two hundred points."""
    recorded = folder / "recorded"
    recorded.mkdir()
    changes = record(use_long, recorded)

    def trial(empty: Path, number: int) -> str | None:
        return at_power_loss(changes, recorded, empty, number, LONG_DOCUMENTS)

    return {"f3-power": Trials(200, trial)}


def of_full_disks(folder: Path) -> dict[str, Trials]:
    """F4: the disk is full from each of fifty writes on, and under ten servers."""
    ledger = folder / "ledger.duckdb"
    make_ledger(ledger)
    return {
        "f4-writes": Trials(50, lambda empty, number: full_from(ledger, empty, number)),
        "f4-servers": Trials(10, served_on_full_disk),
    }


def of_damage(folder: Path) -> dict[str, Trials]:
    """F11: bit flips, changes of rows, rollbacks and split views, the few ones first."""
    originals = make_originals(folder)
    tried = {
        "rollbacks": 20,
        "split views": 20,
        "rows changed": 200,
        "bit flips in a log": 200,
        "bit flips": 1000,
        "bit flips in a backup": 1000,
    }
    return {
        f"f11-{name.replace(' ', '-')}": Trials(count, partial(TRIALS[name], originals))
        for name, count in tried.items()
    }


PARTS: Final[dict[str, Callable[[Path], dict[str, Trials]]]] = {
    "f1": of_kills,
    "f2": of_calls,
    "f3": of_power,
    "f4": of_full_disks,
    "f11": of_damage,
}
"""By the name of a fault test: from a folder to work in to its trials by name."""
