"""Many random ledgers through many eyes: how far a run is and which told too much, in a folder.

As a program this is the full tier: a thousand ledgers of random stories, each read by one of the
six parties in their turns with every question, in two processes. It may be interrupted, goes on
where it was, and ends by itself after an hour at most:

    python -m tests.visibility.run [--ledgers N] [--minutes M]
"""

import argparse
import sys
from typing import Final

from tests.full_tier import MINUTES, go_on, in_halves
from tests.visibility.against import wrong_with
from tests.visibility.parties import PARTIES, Party
from tests.world.chance import Seeded

LEDGERS: Final = 1_000
_EVERY: Final = 1_000  # questions
_MOST: Final = 14  # documents
_TOLD: Final = 25


def eyes_of(seed: int, number: int) -> list[Party]:
    """The parties that read the ledger of a seed; all take their turns."""
    return [PARTIES[(seed + 3 * n) % len(PARTIES)] for n in range(number)]


def go_on_with(half: int, ledgers: int, minutes: float) -> int:
    """Go on with a half, and return how many ledgers told too much.

    Args:
        half: 0 for the ledgers with an even seed, 1 for the others.
        ledgers: of this half, in all.
        minutes: how long it may take.
    """

    def wrong_from(number: int) -> dict[str, str]:
        seed = 2 * number + half
        wrong = wrong_with(Seeded(seed), eyes_of(seed, 1), asked=_EVERY, most=_MOST)
        return {f"visibility-{seed}": wrong} if wrong else {}

    return go_on(f"visibility-{half}", ledgers, wrong_from, minutes, told=_TOLD)


def main() -> int:
    """Go on with both halves side by side."""
    parser = argparse.ArgumentParser(prog="python -m tests.visibility.run")
    parser.add_argument("--ledgers", type=int, default=LEDGERS)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    asked = parser.parse_args()
    return in_halves(go_on_with, -(-asked.ledgers // 2), asked.minutes)


if __name__ == "__main__":
    sys.exit(main())
