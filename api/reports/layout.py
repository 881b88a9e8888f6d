"""What a report is made of, as its file says: sections of figures, remarks, and when it is due.

References:
    schemas/reports/annual.toml, schemas/reports/quarterly.toml
"""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from api.reports.periods import Kind, Period
from epcis_core.rules.profiles import Text

Name = Literal["annual", "quarterly"]

NAMES: Final[tuple[Name, ...]] = ("annual", "quarterly")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Section(_Part):
    """Figures under one heading.

    Attributes:
        title: the heading.
        figures: their keys.
    """

    title: Text
    figures: tuple[str, ...]


class Remark(_Part):
    """Something that the province says in its own words.

    Attributes:
        key: names it.
        title: what it is about.
    """

    key: str
    title: Text


class Deadline(_Part):
    """When a report is due.

    Attributes:
        month: of the year; `last` for the last one of the period.
        day: before which of its days.
    """

    month: int | Literal["last"]
    day: int


class Layout(_Part):
    """A report.

    Attributes:
        kind: of its periods.
        deadline: within each period.
        deadline_note: in words, with the source.
        title: what it is called.
        sections: in order.
        remarks: likewise.
    """

    kind: Kind
    deadline: Deadline
    deadline_note: Text
    title: Text
    sections: tuple[Section, ...]
    remarks: tuple[Remark, ...]

    def due(self, period: Period) -> date:
        """Return the day before which the report of a period is due."""
        month = period.last.month if self.deadline.month == "last" else self.deadline.month
        return date(period.year, month, self.deadline.day)


@cache
def layouts() -> Mapping[Name, Layout]:
    """Return every report by its name."""
    folder = files("schemas") / "reports"
    return {
        name: Layout.model_validate(
            tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
        )
        for name in NAMES
    }
