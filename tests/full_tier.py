"""What the long runs share: their state in a folder, so that they go on where they were.

Each run has a file of its own there, which is replaced as a whole: a run that is cut short has lost
no more than what it was doing.
"""

import json
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


def say(words: str) -> None:
    """Tell whoever watches a run."""
    print(words, flush=True)  # noqa: T201 - a program
