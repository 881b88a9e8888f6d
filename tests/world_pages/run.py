"""Many worlds on pages: how far a run is and which worlds failed, kept in a folder.

As a program this is the full tier: two hundred and forty worlds, half of them of level 2, in two
processes. It may be interrupted, goes on where it was, and ends by itself after an hour at most:

    python -m tests.world_pages.run [--worlds N] [--minutes M]
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.full_tier import MINUTES, go_on, in_halves
from tests.world.run import LEVELS, TOGETHER, tell
from tests.world_pages.against import mismatches, pages_of

WORLDS: Final = 240
FIRST: Final = 10_000
"""Seeds from here on are told: below are those that the answers themselves are tested with."""

_TOLD: Final = 20


def wrong_on_pages(level: int, seeds: range, *, most: int = 30) -> dict[int, str]:
    """Tell stories to a ledger; return by seed where the pages of its server are not the truth."""
    told = {seed: tell(level, seed, most=most) for seed in seeds}
    with (
        tempfile.TemporaryDirectory() as folder,
        pages_of(Path(folder), [story for story, _ in told.values()]) as client,
    ):
        found = {seed: mismatches(client, *its) for seed, its in told.items()}
    return {
        seed: "\n".join([told[seed][0].in_words(), "(- the truth, + the pages)", *lines])
        for seed, lines in found.items()
        if lines
    }


def go_on_with(half: int, worlds: int, minutes: float) -> int:
    """Go on with the run of a level, and return how many worlds failed.

    Args:
        half: place of the level.
        worlds: so many of it.
        minutes: how long it may take.
    """
    level = LEVELS[half]

    def wrong_from(first: int) -> dict[str, str]:
        last = min(first + TOGETHER, worlds)
        wrong = wrong_on_pages(level, range(FIRST + first, FIRST + last))
        return {f"pages-{level}-{seed}": words for seed, words in wrong.items()}

    return go_on(f"pages-{level}", worlds, wrong_from, minutes, step=TOGETHER, told=_TOLD)


def main() -> int:
    """Go on with both levels side by side."""
    parser = argparse.ArgumentParser(prog="python -m tests.world_pages.run")
    parser.add_argument("--worlds", type=int, default=WORLDS)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    asked = parser.parse_args()
    return in_halves(go_on_with, asked.worlds // len(LEVELS), asked.minutes)


if __name__ == "__main__":
    sys.exit(main())
