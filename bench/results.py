"""What a run of the benchmarks has measured: values that are kept as JSON beside the page."""

from pathlib import Path
from statistics import median

from pydantic import BaseModel, ConfigDict


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)


class Figure(_Kept):
    """One thing measured, as often as it was.

    Attributes:
        case: what was to be done, such as `a document in JSON`.
        system: who did it.
        measure: what the samples count, with its unit.
        samples: one at least, in the order in which they were measured.
    """

    case: str
    system: str
    measure: str
    samples: tuple[float, ...]

    @property
    def median(self) -> float:
        """The sample in the middle."""
        return median(self.samples)


class Missing(_Kept):
    """What was not measured.

    Attributes:
        case: what was to be done.
        system: who would have done it.
        why: a sentence.
    """

    case: str
    system: str
    why: str


class Goal(_Kept):
    """What a figure is held against.

    Attributes:
        what: a sentence.
        aim: how much it is to be.
        at_least: more is better; otherwise less is.
        reached: how much it is; None where it was not measured.
    """

    what: str
    aim: float
    at_least: bool
    reached: float | None = None

    @property
    def is_reached(self) -> bool | None:
        """Whether it is; None where that was not measured."""
        if self.reached is None:
            return None
        return self.reached >= self.aim if self.at_least else self.reached <= self.aim


class Part(_Kept):
    """One part of the benchmarks, measured in one go.

    Attributes:
        title: of its chapter.
        about: how it was measured, in Markdown.
        began: when, as a timestamp in UTC.
        machine: on what.
        load: how many processes wanted to run before it began, on average over a minute.
        commit: of the ledger's code.
        is_quick: small sizes and few rounds, for a look.
        versions: of what took part, by name.
        figures: in the order of the page.
        missing: what was not measured.
        goals: what the figures are held against.
    """

    title: str
    about: str
    began: str
    machine: str
    load: float
    commit: str
    is_quick: bool
    versions: dict[str, str] = {}
    figures: tuple[Figure, ...] = ()
    missing: tuple[Missing, ...] = ()
    goals: tuple[Goal, ...] = ()


class Results(_Kept):
    """All parts that have been measured, by name."""

    parts: dict[str, Part] = {}

    @classmethod
    def read(cls, path: Path) -> "Results":
        """Return what a file holds; nothing where there is none."""
        if not path.exists():
            return cls()
        return cls.model_validate_json(path.read_bytes())

    def with_part(self, name: str, part: Part) -> "Results":
        """Return the results with one part in place of what it was."""
        return Results(parts={**self.parts, name: part})

    def write(self, path: Path) -> None:
        """Keep them; the file is whole or as it was."""
        fresh = path.with_name(f"{path.name}.new")
        fresh.write_text(f"{self.model_dump_json()}\n", encoding="utf-8")
        fresh.replace(path)
