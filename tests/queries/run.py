"""Many random queries: how far a run is and which ledgers gave a wrong answer, kept in a folder.

As a program this is the full tier: twenty thousand queries of eight hundred ledgers with random
events, in two processes. It may be interrupted, goes on where it was, and ends by itself after an
hour at most:

    python -m tests.queries.run [--queries N] [--minutes M]
"""

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Final

from tests.full_tier import FOLDER, MINUTES, Kept, say
from tests.queries.against import wrong_in
from tests.world.chance import Seeded

QUERIES: Final = 20_000
TOGETHER: Final = 25
"""So many queries are asked of one ledger."""

_HALVES: Final = (0, 1)
_TOLD: Final = 1000


def wrong_with(seed: int) -> list[str]:
    """Ask the queries of a seed, and tell what is wrong with the answers."""
    return wrong_in(Seeded(seed), TOGETHER)


def go_on(half: int, ledgers: int, minutes: float) -> int:
    """Go on with a half, tell how far it comes, and return how many ledgers gave a wrong answer.

    Args:
        half: 0 for the ledgers with an even seed, 1 for the others.
        ledgers: of this half, in all.
        minutes: how long it may take.
    """
    kept = Kept(FOLDER, f"queries-{half}")
    state = {"done": 0, "failing": [], **kept.state()}
    done: int = state["done"]
    failing: list[int] = state["failing"]
    deadline = time.monotonic() + 60 * minutes
    while done < ledgers and time.monotonic() < deadline:
        seed = len(_HALVES) * done + half
        if wrong := wrong_with(seed):
            failing.append(seed)
            file = kept.aside(f"queries-{seed}.txt", "\n".join(wrong))
            say(f"seed {seed}: kept in {file}")
        done += 1
        kept.keep(done=done, failing=failing)
        if done * TOGETHER % _TOLD == 0 or done >= ledgers:
            asked = f"{done * TOGETHER:,} of {ledgers * TOGETHER:,}"
            say(f"half {half}: {asked}, {len(failing)} ledgers wrong")
    return len(failing)


def main() -> int:
    """Go on with both halves side by side."""
    parser = argparse.ArgumentParser(prog="python -m tests.queries.run")
    parser.add_argument("--queries", type=int, default=QUERIES)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    asked = parser.parse_args()
    ledgers = -(-asked.queries // TOGETHER // len(_HALVES))
    with ProcessPoolExecutor(len(_HALVES)) as pool:
        runs = [pool.submit(go_on, half, ledgers, asked.minutes) for half in _HALVES]
    return 1 if any(run.result() for run in runs) else 0


if __name__ == "__main__":
    sys.exit(main())
