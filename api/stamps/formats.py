"""Formats of labels: sheets and rolls as they are sold, each a file of `schemas/labels/`.

A new format is a new file; its key is the file's name. Lengths are millimetres, places are told
from the upper left corner of the page.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from epcis_core.findings import Language
from epcis_core.rules.profiles import Text

Pair = tuple[float, float]
"""Of a width and a height, or of a distance from the left and one from the top, in millimetres."""


class Format(BaseModel):
    """Pages of labels.

    Attributes:
        key: the name of its file.
        title: what people call it.
        page: size of a page; of a roll, of what is fed at once.
        label: size of one label.
        grid: labels beside and below each other on a page.
        first: place of the first label.
        pitch: from the begin of one label to that of the next.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    title: Text
    page: Pair
    label: Pair
    grid: tuple[int, int] = (1, 1)
    first: Pair = (0, 0)
    pitch: Pair = (0, 0)

    @model_validator(mode="after")
    def _lies_on_its_page(self) -> Self:
        for axis in (0, 1):
            steps = self.grid[axis] - 1
            if steps and self.pitch[axis] < self.label[axis]:
                raise ValueError(f"the labels of {self.key} overlap")
            if self.first[axis] + steps * self.pitch[axis] + self.label[axis] > self.page[axis]:
                raise ValueError(f"the labels of {self.key} go beyond the page")
        return self

    @property
    def on_a_page(self) -> int:
        """How many labels a page has."""
        return self.grid[0] * self.grid[1]

    def named(self, language: Language) -> str:
        """Return what people call it in a language."""
        found: str = getattr(self.title, language)
        return found

    def places(self) -> Iterator[Pair]:
        """Yield the upper left corner of each label of a page, row by row."""
        for row in range(self.grid[1]):
            for column in range(self.grid[0]):
                yield (
                    self.first[0] + column * self.pitch[0],
                    self.first[1] + row * self.pitch[1],
                )


@cache
def formats() -> Mapping[str, Format]:
    """Return every format by its key, in order of the keys."""
    found = {}
    for source in sorted((files("schemas") / "labels").iterdir(), key=lambda one: one.name):
        if source.name.endswith(".toml"):
            key = source.name.removesuffix(".toml")
            table = tomllib.loads(source.read_text(encoding="utf-8"))
            found[key] = Format.model_validate({"key": key, **table})
    return found
