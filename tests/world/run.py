"""Many worlds: how far a run is and which worlds failed, kept in a folder.

As a program this is the full tier: five thousand worlds, half of them of level 2, in two processes.
It may be interrupted, goes on where it was, and ends by itself after an hour at most:

    python -m tests.world.run [--worlds N] [--minutes M]

With `--outside` it tells fifty worlds by commands and to a server instead.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

from epcis_core.store.ledger import Ledger
from tests.full_tier import FOLDER, MINUTES, Kept, say
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


def go_on(level: int, worlds: int, minutes: float) -> int:
    """Go on with the run of a level, tell how far it comes, and return how many worlds failed.

    Args:
        level: of difficulty.
        worlds: the first seed that is not told any more.
        minutes: how long it may take.
    """
    kept = Kept(FOLDER, f"worlds-{level}")
    state = {"done": 0, "failing": [], **kept.state()}
    done: int = state["done"]
    failing: list[int] = state["failing"]
    deadline = time.monotonic() + 60 * minutes
    while done < worlds and time.monotonic() < deadline:
        seeds = range(done, min(done + TOGETHER, worlds))
        with (
            tempfile.TemporaryDirectory() as folder,
            Ledger.open(Path(folder) / "worlds.duckdb") as ledger,
        ):
            wrong = wrong_with(level, seeds, ledger)
        for seed, words in wrong.items():
            failing.append(seed)
            file = kept.aside(f"world-{level}-{seed}.txt", words)
            say(f"level {level}, seed {seed}: kept in {file}")
        done = seeds.stop
        kept.keep(done=done, failing=failing)
        if done % _TOLD == 0 or done >= worlds:
            say(f"level {level}: {done:,} of {worlds:,}, {len(failing)} failed")
    return len(failing)


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


def go_outside(level: int, worlds: int) -> int:
    """Tell worlds from outside, and return how many failed."""
    failed = 0
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
    with ProcessPoolExecutor(len(LEVELS)) as pool:
        if asked.outside:
            runs = [pool.submit(go_outside, level, worlds) for level in LEVELS]
        else:
            runs = [pool.submit(go_on, level, worlds, asked.minutes) for level in LEVELS]
    return 1 if any(run.result() for run in runs) else 0


if __name__ == "__main__":
    sys.exit(main())
