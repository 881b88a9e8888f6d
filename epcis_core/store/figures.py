"""Figures of a period: questions to the registry and the ledger that stand in a file as data.

Whoever reads a report sees the question beside the answer, and can ask it again.

References:
    schemas/reports/figures.toml
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from epcis_core.rules.profiles import Text
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import View

Group = Literal[
    "role",
    "sector",
    "stars",
    "indication",
    "area",
    "area_before",
    "month",
    "standard",
    "biz_step",
    "topic",
    "wish",
    "completeness",
    "profile",
    "gap",
    "delivery",
]
"""What the groups of a figure are."""

_SEEN: Final = "{e}"


class Figure(Text):
    """A question, and what it is called.

    Attributes:
        of: who is asked.
        when: `during` the period, how things stand at its `end`, or how they stand `now`, whatever
            the period.
        by: what its groups are; None for one number.
        sql: the question, see the file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    of: Literal["registry", "ledger"]
    when: Literal["during", "end", "now"]
    by: Group | None = None
    sql: str


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True)

    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Between:
    """The instants and days of a period.

    Attributes:
        since: its first instant, microseconds since 1970 UTC.
        until: the first one after it, likewise.
        first: its first day in Viet Nam, `2026-01-01`.
        last: its last day, likewise.
    """

    since: int
    until: int
    first: str
    last: str

    def values(self) -> dict[str, Any]:
        """Return what the names in a question stand for."""
        return {
            "since": self.since,
            "until": self.until,
            "first": self.first,
            "last": self.last,
        }


@dataclass(frozen=True, slots=True)
class Counted:
    """The answer to a question.

    Attributes:
        number: how many; where there are groups, of all of them together.
        groups: each group's name, empty for none, and its number; the largest first.
    """

    number: int
    groups: tuple[tuple[str, int], ...] = ()


@cache
def figures() -> Mapping[str, Figure]:
    """Return every figure by its key, in the order of the file."""
    source = files("schemas") / "reports" / "figures.toml"
    table = tomllib.loads(source.read_text(encoding="utf-8"))
    return _Figures.model_validate({"figures": table}).figures


def count_figure(
    ledger: Ledger, books: Bookkeeping, view: View, key: str, between: Between
) -> Counted:
    """Return the answer to one question about a period.

    Args:
        ledger: asked by some.
        books: the registry, asked by the others, which belong to nobody: only who sees all may ask.
        view: through which eyes.
        key: of the figure.
        between: the period.

    Raises:
        KeyError: there is no such figure.
        ValueError: the view does not see all.
    """
    if view.viewer is not None:
        raise ValueError("Figures are counted for whoever sees all.")
    figure = figures()[key]
    rows = (
        _of_ledger(ledger, view, figure.sql, between)
        if figure.of == "ledger"
        else _of_registry(books, figure.sql, between)
    )
    if figure.by is None:
        return Counted(int(rows[0][0]))
    groups = sorted(((str(name or ""), int(number)) for name, number in rows), key=_rank)
    return Counted(sum(number for _, number in groups), tuple(groups))


def _rank(group: tuple[str, int]) -> tuple[int, str]:
    return -group[1], group[0]


def _of_ledger(ledger: Ledger, view: View, sql: str, between: Between) -> list[tuple[Any, ...]]:
    sql = sql.replace(_SEEN, view.condition("e"))
    used = {name: value for name, value in between.values().items() if f"${name}" in sql}
    with ledger.reading() as cursor:
        return cursor.execute(sql, used).fetchall()


def _of_registry(books: Bookkeeping, sql: str, between: Between) -> list[tuple[Any, ...]]:
    with books.reading() as connection:
        return [tuple(row) for row in connection.execute(sql, between.values())]
