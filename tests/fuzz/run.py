"""Runs of many inputs: their progress and what failed, kept in a folder.

As a program this is the full tier: a million damaged documents for each parser. It may be
interrupted, goes on where it was, and ends by itself after an hour at most:

    python -m tests.fuzz.run [--inputs N] [--minutes M] [xml] [json]
"""

import argparse
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, get_args

from epcis_core.findings import Syntax
from tests.full_tier import FOLDER, MINUTES, Kept, say
from tests.fuzz.damage import damaged
from tests.fuzz.verdict import wrong_with

INPUTS: Final = 1_000_000
_PART: Final = 1000
_TOLD: Final = 10_000


@dataclass
class Run:
    """A run over the inputs of one parser.

    Attributes:
        syntax: whose parser.
        folder: where progress and failing inputs are kept.
        done: inputs before this one have been tried.
        failing: number of an input to what is wrong with how it is read.
    """

    syntax: Syntax
    folder: Path
    done: int = 0
    failing: dict[int, list[str]] = field(default_factory=dict)

    @classmethod
    def resumed(cls, syntax: Syntax, folder: Path) -> "Run":
        """Return the run that the folder knows, or a new one."""
        run = cls(syntax, folder)
        state = {"done": 0, "failing": {}, **run._kept.state()}
        run.done = state["done"]
        run.failing = {int(number): wrong for number, wrong in state["failing"].items()}
        return run

    @property
    def _kept(self) -> Kept:
        return Kept(self.folder, f"fuzz-{self.syntax}")

    def until(self, inputs: int, deadline: float) -> Iterator[None]:
        """Try inputs, up to so many in all or so long, and stop after each part of them.

        Args:
            inputs: number of the first input that is not tried any more.
            deadline: reading of the monotonic clock, in seconds.
        """
        while self.done < inputs and time.monotonic() < deadline:
            for number in range(self.done, min(self.done + _PART, inputs)):
                data = damaged(self.syntax, number)
                if wrong := wrong_with(data, number):
                    self._keep(number, data, wrong)
                self.done = number + 1
            self._kept.keep(done=self.done, failing=self.failing)
            yield

    def _keep(self, number: int, data: bytes, wrong: list[str]) -> None:
        self.failing[number] = wrong
        file = self._kept.aside(f"fuzz-{self.syntax}-{number}.bin", data)
        say(f"{self.syntax} {number}, kept in {file}: {'; '.join(wrong)[:500]}")


def go_on(syntax: Syntax, inputs: int, minutes: float) -> int:
    """Go on with a run of the full tier, tell how far it comes, and return how many failed."""
    run = Run.resumed(syntax, FOLDER)
    deadline = time.monotonic() + 60 * minutes
    for _ in run.until(inputs, deadline):
        if run.done % _TOLD == 0 or run.done >= inputs:
            say(f"{syntax}: {run.done:,} of {inputs:,}, {len(run.failing)} failed")
    return len(run.failing)


def main() -> int:
    """Go on with the runs that are asked for, side by side."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run")
    parser.add_argument("syntaxes", nargs="*", default=get_args(Syntax), metavar="xml|json")
    parser.add_argument("--inputs", type=int, default=INPUTS)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    asked = parser.parse_args()
    with ProcessPoolExecutor(len(asked.syntaxes)) as pool:
        runs = [pool.submit(go_on, s, asked.inputs, asked.minutes) for s in asked.syntaxes]
    return 1 if any(run.result() for run in runs) else 0


if __name__ == "__main__":
    sys.exit(main())
