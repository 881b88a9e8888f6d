"""Fault tests in full: how far a run is and what was wrong, kept in a folder.

As a program this is the full tier of F1 (servers killed), F2 (system calls that fail), F3 (power
lost), F4 (disks full) and F11 (ledgers damaged). It may be interrupted, goes on where it was, and
ends by itself after an hour at most:

    python -m tests.reliability.run --f1 --f2 --f3 --f4 --f11 [--minutes M]
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from tests.full_tier import FOLDER, MINUTES, Kept, say
from tests.reliability.trials import PARTS, Trials

_TOLD: Final = 50


def go_on(name: str, trials: Trials, until: float) -> int:
    """Go on with trials of a name, tell how far they come, and return how many were wrong.

    Args:
        name: of the trials.
        trials: what is done.
        until: the moment at which to stop, by the monotonic clock.
    """
    kept = Kept(FOLDER, name)
    state = {"done": 0, "wrong": {}, **kept.state()}
    done: int = state["done"]
    wrong: dict[str, str] = state["wrong"]
    while done < trials.count and time.monotonic() < until:
        with tempfile.TemporaryDirectory() as folder:
            try:
                what = trials.trial(Path(folder), done)
            except Exception as error:  # noqa: BLE001 - then that is what is wrong
                what = repr(error)
        if what is not None:
            wrong[str(done)] = what
            say(f"{name}, {done}: {what}")
        done += 1
        kept.keep(done=done, wrong=wrong)
        if done % _TOLD == 0 or done == trials.count:
            say(f"{name}: {done:,} of {trials.count:,}, {len(wrong)} wrong")
    return len(wrong)


def main() -> int:
    """Go on with the trials that are asked for; 1 where something was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.run")
    for part in PARTS:
        parser.add_argument(f"--{part}", action="store_true")
    parser.add_argument("--minutes", type=float, default=MINUTES)
    asked = parser.parse_args()
    until = time.monotonic() + 60 * asked.minutes
    wrong = 0
    for part, prepare in PARTS.items():
        if getattr(asked, part):
            with tempfile.TemporaryDirectory() as folder:
                for name, trials in prepare(Path(folder)).items():
                    wrong += go_on(name, trials, until)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
