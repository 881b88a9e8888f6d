"""Many worlds: how far a run is and which worlds failed, kept in a folder.

As a program this is the full tier: five thousand worlds, half of them of level 2, in two processes.
It may be interrupted, goes on where it was, and ends by itself after an hour at most:

    python -m tests.world.run [--worlds N] [--minutes M]

With `--outside` it tells fifty worlds by commands and to a server instead.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from epcis_core.store.ledger import Ledger
from tests.world.against import Mismatch, compared, in_words, mismatches
from tests.world.chance import Chooser, Seeded, shuffled
from tests.world.keys import Key
from tests.world.outside import by_command, capture, over_http, serving
from tests.world.stories import tell_story
from tests.world.story import Story

FOLDER: Final = Path(__file__).parents[2] / ".full"
"""Where the full tier keeps its state; git does not look into it."""

LEVELS: Final = (1, 2)
TOGETHER: Final = 5
"""So many worlds share a ledger: what happens in one of them must not matter in another."""

WORLDS: Final = 5000
OUTSIDE: Final = 50
_MINUTES: Final = 60
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


@dataclass
class Run:
    """A run over the worlds of one level.

    Attributes:
        level: of difficulty.
        folder: where progress and failing worlds are kept.
        done: worlds with seeds before this one have been told.
        failing: the seeds of worlds that the ledger got wrong.
    """

    level: int
    folder: Path
    done: int = 0
    failing: list[int] = field(default_factory=list)

    @classmethod
    def resumed(cls, level: int, folder: Path) -> "Run":
        """Return the run that the folder knows, or a new one."""
        run = cls(level, folder)
        if run._file.exists():
            state = json.loads(run._file.read_text(encoding="utf-8"))
            run.done, run.failing = state["done"], state["failing"]
        return run

    @property
    def _file(self) -> Path:
        return self.folder / f"worlds-{self.level}.json"

    def until(self, worlds: int, deadline: float) -> Iterator[None]:
        """Tell worlds, up to so many in all or so long, and stop after each ledger.

        Args:
            worlds: the first seed that is not told any more.
            deadline: reading of the monotonic clock, in seconds.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        while self.done < worlds and time.monotonic() < deadline:
            seeds = range(self.done, min(self.done + TOGETHER, worlds))
            with (
                tempfile.TemporaryDirectory() as folder,
                Ledger.open(Path(folder) / "worlds.duckdb") as ledger,
            ):
                wrong = wrong_with(self.level, seeds, ledger)
            for seed, words in wrong.items():
                self._keep(seed, words)
            self.done = seeds.stop
            self._save()
            yield

    def _keep(self, seed: int, words: str) -> None:
        self.failing.append(seed)
        file = self.folder / f"world-{self.level}-{seed}.txt"
        file.write_text(words, encoding="utf-8")
        _say(f"level {self.level}, seed {seed}: kept in {file}")

    def _save(self) -> None:
        state = json.dumps({"done": self.done, "failing": self.failing}, indent=1)
        new = self._file.with_suffix(".new")
        new.write_text(state, encoding="utf-8")
        new.replace(self._file)


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 - a program


def go_on(level: int, worlds: int, minutes: float) -> int:
    """Go on with the run of a level, tell how far it comes, and return how many worlds failed."""
    run = Run.resumed(level, FOLDER)
    deadline = time.monotonic() + 60 * minutes
    for _ in run.until(worlds, deadline):
        if run.done % _TOLD == 0 or run.done >= worlds:
            _say(f"level {level}: {run.done:,} of {worlds:,}, {len(run.failing)} failed")
    return len(run.failing)


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
            _say(words)
    _say(f"level {level}, from outside: {worlds}, {failed} failed")
    return failed


def main() -> int:
    """Go on with both levels side by side."""
    parser = argparse.ArgumentParser(prog="python -m tests.world.run")
    parser.add_argument("--worlds", type=int)
    parser.add_argument("--minutes", type=float, default=_MINUTES)
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
