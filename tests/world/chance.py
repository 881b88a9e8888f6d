"""Where choices come from: hypothesis, which shrinks them, or a seed, which is repeatable."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Chooser(Protocol):
    """Makes the choices of a story. The first option and the least number are the simplest."""

    def pick(self, options: Sequence[T]) -> T:
        """Choose one of at least one option."""
        ...

    def number(self, least: int, most: int) -> int:
        """Choose a whole number, both ends included."""
        ...


@dataclass(slots=True)
class Drawn:
    """Choices drawn from hypothesis."""

    draw: st.DrawFn

    def pick(self, options: Sequence[T]) -> T:
        """Choose one of at least one option."""
        return self.draw(st.sampled_from(options))

    def number(self, least: int, most: int) -> int:
        """Choose a whole number, both ends included."""
        return self.draw(st.integers(least, most))


@dataclass(slots=True)
class Seeded:
    """Choices from a seed: the same seed tells the same story."""

    seed: int
    source: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.source = random.Random(self.seed)  # noqa: S311 - a story, no secret

    def pick(self, options: Sequence[T]) -> T:
        """Choose one of at least one option."""
        return self.source.choice(options)

    def number(self, least: int, most: int) -> int:
        """Choose a whole number, both ends included."""
        return self.source.randint(least, most)


def happens(chooser: Chooser, percent: int) -> bool:
    """Say whether something happens that does so in so many of a hundred cases."""
    return chooser.number(0, 99) >= 100 - percent


def some(chooser: Chooser, options: Sequence[T], *, most: int) -> list[T]:
    """Choose one to `most` different options, in their order."""
    wanted = chooser.number(1, min(most, len(options)))
    left = list(range(len(options)))
    chosen = set()
    for _ in range(wanted):
        chosen.add(left.pop(chooser.number(0, len(left) - 1)))
    return [option for place, option in enumerate(options) if place in chosen]


def shuffled(chooser: Chooser, options: Sequence[T]) -> list[T]:
    """Put options in some order; the simplest is the given one."""
    left = list(options)
    return [left.pop(chooser.number(0, len(left) - 1)) for _ in options]
