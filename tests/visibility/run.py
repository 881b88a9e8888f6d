"""Many random ledgers through many eyes: how far a run is and which told too much, in a folder.

As a program this is the full tier: a thousand ledgers of random stories, each read by one of the
six parties in their turns with every question, in two processes. It may be interrupted, goes on
where it was, and ends by itself after an hour at most:

    python -m tests.visibility.run [--ledgers N] [--minutes M]
"""

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Final

from tests.full_tier import FOLDER, MINUTES, Kept, say
from tests.visibility.against import wrong_with
from tests.visibility.parties import PARTIES, Party
from tests.world.chance import Seeded

LEDGERS: Final = 1_000
_EVERY: Final = 1_000  # questions
_MOST: Final = 14  # documents
_HALVES: Final = (0, 1)
_TOLD: Final = 25


def eyes_of(seed: int, number: int) -> list[Party]:
    """The parties that read the ledger of a seed; all take their turns."""
    return [PARTIES[(seed + 3 * n) % len(PARTIES)] for n in range(number)]


def go_on(half: int, ledgers: int, minutes: float) -> int:
    """Go on with a half, tell how far it comes, and return how many ledgers told too much.

    Args:
        half: 0 for the ledgers with an even seed, 1 for the others.
        ledgers: of this half, in all.
        minutes: how long it may take.
    """
    kept = Kept(FOLDER, f"visibility-{half}")
    state = {"done": 0, "failing": [], **kept.state()}
    done: int = state["done"]
    failing: list[int] = state["failing"]
    deadline = time.monotonic() + 60 * minutes
    while done < ledgers and time.monotonic() < deadline:
        seed = len(_HALVES) * done + half
        if wrong := wrong_with(Seeded(seed), eyes_of(seed, 1), asked=_EVERY, most=_MOST):
            failing.append(seed)
            say(f"seed {seed}: kept in {kept.aside(f'visibility-{seed}.txt', wrong)}")
        done += 1
        kept.keep(done=done, failing=failing)
        if done % _TOLD == 0 or done >= ledgers:
            say(f"half {half}: {done:,} of {ledgers:,}, {len(failing)} ledgers told too much")
    return len(failing)


def main() -> int:
    """Go on with both halves side by side."""
    parser = argparse.ArgumentParser(prog="python -m tests.visibility.run")
    parser.add_argument("--ledgers", type=int, default=LEDGERS)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    asked = parser.parse_args()
    ledgers = -(-asked.ledgers // len(_HALVES))
    with ProcessPoolExecutor(len(_HALVES)) as pool:
        runs = [pool.submit(go_on, half, ledgers, asked.minutes) for half in _HALVES]
    return 1 if any(run.result() for run in runs) else 0


if __name__ == "__main__":
    sys.exit(main())
