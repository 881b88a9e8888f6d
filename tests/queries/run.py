"""Many random queries: how far a run is and which ledgers gave a wrong answer, kept in a folder.

As a program this is the full tier: twenty thousand queries of eight hundred ledgers with random
events, in two processes. It may be interrupted, goes on where it was, and ends by itself after an
hour at most:

    python -m tests.queries.run [--queries N] [--minutes M]
"""

import argparse
import sys
from typing import Final

from tests.full_tier import MINUTES, go_on, in_halves
from tests.queries.against import wrong_in
from tests.world.chance import Seeded

QUERIES: Final = 20_000
TOGETHER: Final = 25
"""So many queries are asked of one ledger."""

_TOLD: Final = 40  # ledgers


def wrong_with(seed: int) -> list[str]:
    """Ask the queries of a seed, and tell what is wrong with the answers."""
    return wrong_in(Seeded(seed), TOGETHER)


def go_on_with(half: int, ledgers: int, minutes: float) -> int:
    """Go on with a half, and return how many ledgers gave a wrong answer.

    Args:
        half: 0 for the ledgers with an even seed, 1 for the others.
        ledgers: of this half, in all.
        minutes: how long it may take.
    """

    def wrong_from(number: int) -> dict[str, str]:
        seed = 2 * number + half
        wrong = wrong_with(seed)
        return {f"queries-{seed}": "\n".join(wrong)} if wrong else {}

    return go_on(f"queries-{half}", ledgers, wrong_from, minutes, told=_TOLD)


def main() -> int:
    """Go on with both halves side by side."""
    parser = argparse.ArgumentParser(prog="python -m tests.queries.run")
    parser.add_argument("--queries", type=int, default=QUERIES)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    asked = parser.parse_args()
    return in_halves(go_on_with, -(-asked.queries // TOGETHER // 2), asked.minutes)


if __name__ == "__main__":
    sys.exit(main())
