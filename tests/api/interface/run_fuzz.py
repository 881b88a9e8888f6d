"""Two hundred random requests for each operation, and one for each limit of each parameter.

As a program this is the full tier of `test_schemathesis.py`, in two processes. It may be
interrupted, goes on where it was, and ends by itself after an hour at most:

    python -m tests.api.interface.run_fuzz [--examples N] [--minutes M]
"""

import argparse
import json
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog

from tests.api.interface.described import served
from tests.api.interface.driving import OPERATIONS, drive

FOLDER: Final = Path(__file__).parents[3] / ".full"
"""Where the full tier keeps its state; git does not look into it."""

EXAMPLES: Final = 200
_HALVES: Final = (0, 1)
_MINUTES: Final = 60
_OFF: Final = structlog.make_filtering_bound_logger(50)


@dataclass
class Run:
    """A run over every second operation.

    Attributes:
        half: 0 for the first operation, the third and so on, 1 for the others.
        folder: where progress and failures are kept.
        examples: random requests for each operation.
        done: how many answers each operation has given.
        failing: those with an answer that the description does not have.
    """

    half: int
    folder: Path
    examples: int
    done: dict[str, int] = field(default_factory=dict)
    failing: list[str] = field(default_factory=list)

    @classmethod
    def resumed(cls, half: int, folder: Path, examples: int) -> "Run":
        """Return the run that the folder knows, or a new one."""
        run = cls(half, folder, examples)
        if run._file.exists():
            state = json.loads(run._file.read_text(encoding="utf-8"))
            run.done, run.failing = state["done"], state["failing"]
        return run

    @property
    def _file(self) -> Path:
        return self.folder / f"api-fuzz-{self.examples}-{self.half}.json"

    def until(self, deadline: float) -> Iterator[str]:
        """Drive operations so long, and stop after each; yields their names.

        Args:
            deadline: reading of the monotonic clock, in seconds.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        left = [one for one in [*OPERATIONS][self.half :: len(_HALVES)] if one not in self.done]
        for operation in left:
            if time.monotonic() >= deadline:
                return
            self._drive(operation)
            self._save()
            yield operation

    def _drive(self, operation: str) -> None:
        try:
            with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as here:
                told = drive(operation, here, self.examples, whole=True)
        except Exception:  # noqa: BLE001 - whatever it is, it is kept, and the run goes on
            self.done[operation] = 0
            self.failing.append(operation)
            file = self.folder / f"api-fuzz-{operation.replace('/', '_').replace(' ', '')}.txt"
            file.write_text(traceback.format_exc(), encoding="utf-8")
            _say(f"{operation}: kept in {file}")
        else:
            self.done[operation] = told.total()

    def _save(self) -> None:
        state = json.dumps({"done": self.done, "failing": self.failing}, indent=1)
        new = self._file.with_suffix(".new")
        new.write_text(state, encoding="utf-8")
        new.replace(self._file)


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 - a program


def go_on(half: int, examples: int, minutes: float) -> bool:
    """Go on with a half, and return whether it is done and nothing failed."""
    structlog.configure(wrapper_class=_OFF)
    run = Run.resumed(half, FOLDER, examples)
    deadline = time.monotonic() + 60 * minutes
    of_half = len([*OPERATIONS][half :: len(_HALVES)])
    for operation in run.until(deadline):
        answers = run.done[operation]
        _say(f"half {half}: {len(run.done)} of {of_half}: {operation}, {answers} answers")
    _say(f"half {half}: {sum(run.done.values()):,} answers, {len(run.failing)} operations failing")
    return len(run.done) == of_half and not run.failing


def main() -> int:
    """Go on with both halves side by side."""
    parser = argparse.ArgumentParser(prog="python -m tests.api.interface.run_fuzz")
    parser.add_argument("--examples", type=int, default=EXAMPLES)
    parser.add_argument("--minutes", type=float, default=_MINUTES)
    asked = parser.parse_args()
    with ProcessPoolExecutor(len(_HALVES)) as pool:
        runs = [pool.submit(go_on, half, asked.examples, asked.minutes) for half in _HALVES]
    return 0 if all(run.result() for run in runs) else 1


if __name__ == "__main__":
    sys.exit(main())
