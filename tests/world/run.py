"""Many worlds: how far a run is and which worlds failed, kept in a folder.

As a program this is the full tier: five thousand worlds, half of them of level 2, in two processes.
It may be interrupted, goes on where it was, and ends by itself after an hour at most:

    python -m tests.world.run [--worlds N] [--minutes M]

With `--outside` it tells fifty worlds by commands and to a server instead.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from epcis_core.store.ledger import Ledger
from tests.full_tier import MINUTES, go_on, in_halves, say
from tests.world.against import Mismatch, compared, in_words, mismatches
from tests.world.chance import Chooser, Seeded, shuffled
from tests.world.keys import Key
from tests.world.outside import by_command, capture, over_http, serving
from tests.world.stories import tell_story
from tests.world.story import Story

LEVELS: Final = (1, 2)
TOGETHER: Final = 5
"""So many worlds share a ledger: what happens in one of them must not matter in another."""

WORLDS: Final = 5000
OUTSIDE: Final = 50
_TOLD: Final = 100


def tell(level: int, seed: int, *, most: int = 30, subjects: int = 6) -> tuple[Story, list[Key]]:
    """Return the story of a seed, and the labels to ask for.

    Args:
        level: of difficulty.
        seed: whose place among those that share a ledger tells the worlds apart.
        most: acts at most.
        subjects: labels at most.
    """
    chooser: Chooser = Seeded(seed)
    story = tell_story(chooser, level, number=seed % TOGETHER, acts=(5, most))
    return story, shuffled(chooser, story.labels)[:subjects]


def wrong_with(level: int, seeds: range, ledger: Ledger) -> dict[int, str]:
    """Tell stories to an empty ledger; return by seed where its answers are not the truth."""
    wrong = {}
    for seed in seeds:
        story, subjects = tell(level, seed)
        if found := mismatches(ledger, story, subjects):
            wrong[seed] = in_words(story, found)
    return wrong


def go_on_with(half: int, worlds: int, minutes: float) -> int:
    """Go on with the run of a level, and return how many worlds failed.

    Args:
        half: place of the level.
        worlds: the first seed that is not told any more.
        minutes: how long it may take.
    """
    level = LEVELS[half]

    def wrong_from(first: int) -> dict[str, str]:
        seeds = range(first, min(first + TOGETHER, worlds))
        with (
            tempfile.TemporaryDirectory() as folder,
            Ledger.open(Path(folder) / "worlds.duckdb") as ledger,
        ):
            wrong = wrong_with(level, seeds, ledger)
        return {f"world-{level}-{seed}": words for seed, words in wrong.items()}

    name = f"worlds-{level}"
    return go_on(name, worlds, wrong_from, minutes, step=TOGETHER, told=_TOLD)


def wrong_outside(level: int, seeds: Iterable[int], *, most: int = 30) -> dict[int, str]:
    """Tell stories by a command, ask by commands and a server; return what is wrong by seed.

    The first label of each is asked for by a command beside the server, the second by a command on
    the file, the others are asked of the server.
    """
    told = {seed: tell(level, seed, most=most) for seed in seeds}
    found: dict[int, list[Mismatch]] = {}
    with tempfile.TemporaryDirectory() as folder:
        ledger = Path(folder) / "worlds.duckdb"
        names = capture([story for story, _ in told.values()], ledger)
        command = by_command(ledger, names)
        for seed, (story, subjects) in told.items():
            found[seed] = compared(story, subjects[1:2], command)
        with serving(ledger) as address:
            for seed, (story, subjects) in told.items():
                found[seed] += compared(story, subjects[:1], command)
                found[seed] += compared(story, subjects[2:], over_http(address, names))
    return {seed: in_words(told[seed][0], wrong) for seed, wrong in found.items() if wrong}


def go_outside(half: int, worlds: int) -> int:
    """Tell worlds of a level from outside, and return how many failed."""
    level, failed = LEVELS[half], 0
    for first in range(0, worlds, TOGETHER):
        wrong = wrong_outside(level, range(first, min(first + TOGETHER, worlds)))
        failed += len(wrong)
        for words in wrong.values():
            say(words)
    say(f"level {level}, from outside: {worlds}, {failed} failed")
    return failed


def main() -> int:
    """Go on with both levels side by side."""
    parser = argparse.ArgumentParser(prog="python -m tests.world.run")
    parser.add_argument("--worlds", type=int)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--outside", action="store_true")
    asked = parser.parse_args()
    worlds = (asked.worlds or (OUTSIDE if asked.outside else WORLDS)) // len(LEVELS)
    if asked.outside:
        return in_halves(go_outside, worlds)
    return in_halves(go_on_with, worlds, asked.minutes)


if __name__ == "__main__":
    sys.exit(main())
