"""Many damaged ledgers: how far a run is and what was not found, kept in a folder.

As a program this is the full tier of F11: a thousand bit flips in a ledger file and in a backup,
two hundred changes of rows, twenty rollbacks, twenty split views. It may be interrupted, goes on
where it was, and ends by itself after an hour at most:

    python -m tests.reliability.run --f11 [--minutes M]
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from tests.full_tier import FOLDER, MINUTES, Kept, say
from tests.reliability.damage import TRIALS, Originals, make_originals

TRIED: Final = {
    "bit flips": 1000,
    "bit flips in a backup": 1000,
    "rows changed": 200,
    "rollbacks": 20,
    "split views": 20,
}
_TOLD: Final = 50


def go_on(name: str, originals: Originals, until: float) -> int:
    """Go on with trials of a name, tell how far they come, and return how many were not found.

    Args:
        name: of the trials.
        originals: what they are made of.
        until: the moment at which to stop, by the monotonic clock.
    """
    kept = Kept(FOLDER, f"f11-{name.replace(' ', '-')}")
    state = {"done": 0, "hidden": {}, **kept.state()}
    done: int = state["done"]
    hidden: dict[str, str] = state["hidden"]
    while done < TRIED[name] and time.monotonic() < until:
        with tempfile.TemporaryDirectory() as folder:
            what = TRIALS[name](originals, Path(folder), done)
        if what is not None:
            hidden[str(done)] = what
            say(f"{name}, {done}: not found: {what}")
        done += 1
        kept.keep(done=done, hidden=hidden)
        if done % _TOLD == 0 or done == TRIED[name]:
            say(f"{name}: {done:,} of {TRIED[name]:,}, {len(hidden)} not found")
    return len(hidden)


def main() -> int:
    """Go on with all trials, the few ones first; 1 where something was not found."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.run")
    parser.add_argument("--f11", action="store_true", required=True)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    asked = parser.parse_args()
    until = time.monotonic() + 60 * asked.minutes
    with tempfile.TemporaryDirectory() as folder:
        originals = make_originals(Path(folder))
        few_first = sorted(TRIED, key=TRIED.__getitem__)
        hidden = [go_on(name, originals, until) for name in few_first]
    return 1 if any(hidden) else 0


if __name__ == "__main__":
    sys.exit(main())
