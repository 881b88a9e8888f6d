"""Takes what the parts measure: systems take turns, and what was measured is kept at once."""

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel

from bench.environments import NotRunError
from bench.results import Figure, Missing

_Given = float | Iterable[float]
Samples = Mapping[str, _Given] | Mapping[str | tuple[str, str], _Given]
"""What one round of one system gave: by measure, or by what of the case and measure."""


class _Done(BaseModel):
    commit: str
    compared: list[str] = []
    versions: dict[str, str] = {}
    figures: list[Figure] = []
    missing: list[Missing] = []


class Recorder:
    """The figures of one part; a part that was cut short goes on where it was.

    Args:
        path: the file that keeps what is done of an unfinished part.
        commit: of the code that is measured; what another commit gave is thrown away.
    """

    def __init__(self, path: Path, commit: str) -> None:
        self._path = path
        self._done = _Done(commit=commit)
        if path.exists():
            kept = _Done.model_validate_json(path.read_bytes())
            if kept.commit == commit:
                self._done = kept

    @property
    def figures(self) -> tuple[Figure, ...]:
        """What was measured."""
        return tuple(self._done.figures)

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What could not be."""
        return tuple(self._done.missing)

    @property
    def versions(self) -> dict[str, str]:
        """The versions of what took part, as it told them."""
        return dict(self._done.versions)

    def saw(self, name: str, version: str) -> None:
        """Take note of the version of something that takes part."""
        self._done.versions[name] = version

    def compare(self, case: str, systems: Mapping[str, Callable[[], Samples]], rounds: int) -> None:
        """Measure systems side by side: each once, then each once more, as often as asked.

        Args:
            case: what is to be done.
            systems: what measures each, by its name; it may raise `NotRunError`.
            rounds: how often.
        """
        compared = f"{case}: {', '.join(systems)}"
        if compared in self._done.compared:
            return
        samples: dict[tuple[str, str, str], list[float]] = {}
        failed: dict[str, str] = {}
        for turn in range(rounds):
            for system, measure in systems.items():
                if system in failed:
                    continue
                sys.stderr.write(f"{case}: {system}, {turn + 1} of {rounds}\n")
                try:
                    told = measure()
                except NotRunError as error:
                    failed[system] = str(error)
                    sys.stderr.write(f"  {error}\n")
                    continue
                for what, value in told.items():
                    of, measured = (
                        (f"{what[0]}, {case}", what[1]) if isinstance(what, tuple) else (case, what)
                    )
                    several = [value] if isinstance(value, float | int) else value
                    samples.setdefault((of, system, measured), []).extend(map(_rounded, several))
        self._done.figures += [
            Figure(case=of, system=system, measure=what, samples=tuple(given))
            for (of, system, what), given in samples.items()
        ]
        self._done.missing += [
            Missing(case=case, system=system, why=why) for system, why in failed.items()
        ]
        self._done.compared.append(compared)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(self._done.model_dump_json(), encoding="utf-8")

    def median(self, case: str, system: str, measure: str) -> float | None:
        """Return the median of a figure; None where there is none."""
        for one in self._done.figures:
            if (one.case, one.system, one.measure) == (case, system, measure):
                return one.median
        return None

    def ratio(self, case: str, measure: str, system: str, other: str) -> float | None:
        """Return how often a system's median holds another's; None where one is missing."""
        mine, its = self.median(case, system, measure), self.median(case, other, measure)
        return mine / its if mine is not None and its else None

    def forget(self) -> None:
        """Throw away what was kept of the part, which is finished."""
        self._path.unlink(missing_ok=True)


def _rounded(sample: float) -> float:
    return float(f"{sample:.6g}")
