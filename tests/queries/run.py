"""Many random queries: how far a run is and which ledgers gave a wrong answer, kept in a folder.

As a program this is the full tier: twenty thousand queries of eight hundred ledgers with random
events, in two processes. It may be interrupted, goes on where it was, and ends by itself after an
hour at most:

    python -m tests.queries.run [--queries N] [--minutes M]
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.queries.against import wrong_in
from tests.world.chance import Seeded

FOLDER: Final = Path(__file__).parents[2] / ".full"
"""Where the full tier keeps its state; git does not look into it."""

QUERIES: Final = 20_000
TOGETHER: Final = 25
"""So many queries are asked of one ledger."""

_HALVES: Final = (0, 1)
_MINUTES: Final = 60
_TOLD: Final = 1000


def wrong_with(seed: int) -> list[str]:
    """Ask the queries of a seed, and tell what is wrong with the answers."""
    return wrong_in(Seeded(seed), TOGETHER)


@dataclass
class Run:
    """A run over every second ledger.

    Attributes:
        half: 0 for those with an even seed, 1 for the others.
        folder: where progress and wrong answers are kept.
        done: how many of them have been asked.
        failing: the seeds of those that gave a wrong answer.
    """

    half: int
    folder: Path
    done: int = 0
    failing: list[int] = field(default_factory=list)

    @classmethod
    def resumed(cls, half: int, folder: Path) -> "Run":
        """Return the run that the folder knows, or a new one."""
        run = cls(half, folder)
        if run._file.exists():
            state = json.loads(run._file.read_text(encoding="utf-8"))
            run.done, run.failing = state["done"], state["failing"]
        return run

    @property
    def _file(self) -> Path:
        return self.folder / f"queries-{self.half}.json"

    def until(self, ledgers: int, deadline: float) -> Iterator[None]:
        """Ask ledgers, up to so many in all or so long, and stop after each.

        Args:
            ledgers: of this half.
            deadline: reading of the monotonic clock, in seconds.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        while self.done < ledgers and time.monotonic() < deadline:
            seed = 2 * self.done + self.half
            if wrong := wrong_with(seed):
                self._keep(seed, wrong)
            self.done += 1
            self._save()
            yield

    def _keep(self, seed: int, wrong: list[str]) -> None:
        self.failing.append(seed)
        file = self.folder / f"queries-{seed}.txt"
        file.write_text("\n".join(wrong), encoding="utf-8")
        _say(f"seed {seed}: kept in {file}")

    def _save(self) -> None:
        state = json.dumps({"done": self.done, "failing": self.failing}, indent=1)
        new = self._file.with_suffix(".new")
        new.write_text(state, encoding="utf-8")
        new.replace(self._file)


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 - a program


def go_on(half: int, ledgers: int, minutes: float) -> int:
    """Go on with a half, tell how far it comes, and return how many ledgers gave a wrong answer."""
    run = Run.resumed(half, FOLDER)
    deadline = time.monotonic() + 60 * minutes
    for _ in run.until(ledgers, deadline):
        if run.done * TOGETHER % _TOLD == 0 or run.done >= ledgers:
            asked = f"{run.done * TOGETHER:,} of {ledgers * TOGETHER:,}"
            _say(f"half {half}: {asked}, {len(run.failing)} ledgers wrong")
    return len(run.failing)


def main() -> int:
    """Go on with both halves side by side."""
    parser = argparse.ArgumentParser(prog="python -m tests.queries.run")
    parser.add_argument("--queries", type=int, default=QUERIES)
    parser.add_argument("--minutes", type=float, default=_MINUTES)
    asked = parser.parse_args()
    ledgers = -(-asked.queries // TOGETHER // len(_HALVES))
    with ProcessPoolExecutor(len(_HALVES)) as pool:
        runs = [pool.submit(go_on, half, ledgers, asked.minutes) for half in _HALVES]
    return 1 if any(run.result() for run in runs) else 0


if __name__ == "__main__":
    sys.exit(main())
