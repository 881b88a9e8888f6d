"""What the long runs share: their state in a folder, so that they go on where they were.

Each run has a file of its own there, which is replaced as a whole: a run that is cut short has lost
no more than what it was doing.
"""

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parents[1] / ".full"
"""Where the long runs keep what they know; git does not look into it."""

MINUTES: Final = 60.0
"""How long one may take, unless it is told otherwise."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What one run keeps.

    Attributes:
        folder: where.
        name: of the run, which its file has too.
    """

    folder: Path
    name: str

    def state(self) -> dict[str, Any]:
        """Return what was kept last; nothing for a new run."""
        file = self._file
        known: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.exists() else {}
        return known

    def keep(self, **state: Any) -> None:
        """Keep a state, in place of the one before."""
        self.folder.mkdir(parents=True, exist_ok=True)
        new = self._file.with_suffix(".new")
        new.write_text(json.dumps(state, indent=1), encoding="utf-8")
        new.replace(self._file)

    def aside(self, name: str, content: bytes | str) -> Path:
        """Put something beside that shall be looked at, and return where."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    @property
    def _file(self) -> Path:
        return self.folder / f"{self.name}.json"


def go_on(
    name: str,
    count: int,
    wrong_from: Callable[[int], Mapping[str, str]],
    minutes: float,
    *,
    step: int = 1,
    told: int,
) -> int:
    """Go on with trials of a name, tell how far they come, and return how many were wrong.

    Args:
        name: under which is kept how far they are.
        count: of the trials.
        wrong_from: makes `step` trials from a number on; returns what is wrong, by a name for each.
        minutes: how long it may take.
        step: trials that are made together.
        told: after so many it is told how far they are.
    """
    kept = Kept(FOLDER, name)
    state = {"done": 0, "failing": [], **kept.state()}
    done: int = state["done"]
    failing: list[str] = state["failing"]
    deadline = time.monotonic() + 60 * minutes
    while done < count and time.monotonic() < deadline:
        for one, words in wrong_from(done).items():
            failing.append(one)
            say(f"{one}: kept in {kept.aside(f'{one}.txt', words)}")
        done = min(done + step, count)
        kept.keep(done=done, failing=failing)
        if done % told == 0 or done >= count:
            say(f"{name}: {done:,} of {count:,}, {len(failing)} wrong")
    return len(failing)


def in_halves(run: Callable[..., int], *given: Any) -> int:
    """Run both halves of something side by side: `run(0, …)`, `run(1, …)`; 1 where one is wrong."""
    with ProcessPoolExecutor(2) as pool:
        halves = [pool.submit(run, half, *given) for half in (0, 1)]
    return 1 if any(half.result() for half in halves) else 0


def say(words: str) -> None:
    """Tell whoever watches a run."""
    print(words, flush=True)  # noqa: T201 - a program
