"""How a sheet of somebody's own is laid out, so that they can be asked what its columns mean."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from epcis_core.findings import Where
from ingest.sheets.dates import read_date, shown
from ingest.sheets.grid import CellError, Grid, Sheet, Value
from ingest.sheets.headings import Heading, OwnHeadings, column_named, find_heading, is_beside
from ingest.sheets.known import Known
from ingest.sheets.names import fold, split_brackets
from ingest.sheets.numbers import unit_of
from ingest.sheets.templates import Kind, Template, templates

UNCLEAR: Final = frozenset(
    {"sheet_not_recognised", "sheet_template_unclear", "sheet_column_missing", "sheet_column_twice"}
)
"""Codes of findings by which a sheet may be one of somebody's own."""

_SEARCHED: Final = 40  # rows
_OFFERED: Final = 20  # rows that may be those of the headings
_SAMPLES: Final = 3
_WIDEST: Final = 100  # columns
_LONGEST: Final = 60  # characters of what is shown
_LIKENESS: Final = 0.75


@dataclass(frozen=True, slots=True)
class Asked:
    """One column of a sheet of somebody's own.

    Attributes:
        heading: what stands above it.
        samples: what stands in its first rows, as text.
    """

    heading: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet whose headings nobody has explained yet.

    Attributes:
        sheet: it.
        row: that of its headings, as far as can be told, from 0.
        rows: those that may be, with what stands in them.
        columns: by their positions.
    """

    sheet: Sheet
    row: int
    rows: Mapping[int, str]
    columns: Mapping[int, Asked]

    def guessed_template(self) -> Template:
        """Return the template whose columns these are most likely, by their headings."""
        return max(templates().values(), key=lambda one: len(self._named(one)))

    def guessed_columns(self, template: Template, known: Known) -> dict[int, str]:
        """Return the keys of columns that these most likely are, each once, by position.

        Args:
            template: whose columns.
            known: names by which the first rows may tell what they hold.
        """
        found = self._named(template)
        for position, one in self.columns.items():
            if position not in found:
                kind = _kind(one, known)
                free = (
                    column.key
                    for column in template.columns
                    if column.kind == kind and column.key not in found.values()
                )
                key = next(free, None)
                if key is not None:
                    found[position] = key
        return found

    def _named(self, template: Template) -> dict[int, str]:
        """Return the columns that headings name, or nearly."""
        found: dict[int, str] = {}
        for position, one in self.columns.items():
            column = column_named(template, one.heading)
            if column is not None and column.key not in found.values():
                found[position] = column.key
        names = {
            fold(name): column.key
            for column in template.columns
            for name in (column.name.en, column.name.vi, *column.also)
        }
        for position, one in self.columns.items():
            key = _nearest(fold(one.heading), names)
            if position not in found and key is not None and key not in found.values():
                found[position] = key
        return found

    def read_as(self, template: Template, chosen: Mapping[int, str]) -> Heading | None:
        """Return the headings, understood as somebody has chosen; None where they are too few."""
        found = find_heading(self.sheet, self.own_headings(template, chosen))
        return found if isinstance(found, Heading) else None

    def own_headings(self, template: Template, chosen: Mapping[int, str]) -> OwnHeadings:
        """Return what somebody has chosen, by heading."""
        columns = {
            self.columns[position].heading: key
            for position, key in chosen.items()
            if position in self.columns and key in template.by_key
        }
        return OwnHeadings(template.key, columns)


def layout_of(grid: Grid, row: int | None = None) -> Layout | None:
    """Return how the first sheet with rows is laid out; None where there is none.

    Args:
        grid: the sheets of a file.
        row: that of the headings, from 0; None for the one with the most texts.
    """
    for sheet in grid.sheets:
        rows = list(islice(sheet.open(), _SEARCHED + _SAMPLES))
        texts = [_texts(one) for one in rows[:_SEARCHED]]
        if is_beside(sheet) or not any(texts):
            continue
        best = max(range(len(texts)), key=lambda at: (texts[at], -at))
        at = row if row is not None and 0 <= row < len(texts) else best
        offered = {
            number: " · ".join(filter(None, map(_text, rows[number])))[:_LONGEST]
            for number in range(min(_OFFERED, len(texts)))
            if texts[number]
        }
        columns = {
            position: Asked(
                " ".join(value.split()),
                tuple(
                    _text(below[position])
                    for below in rows[at + 1 : at + 1 + _SAMPLES]
                    if position < len(below)
                ),
            )
            for position, value in enumerate(rows[at][:_WIDEST])
            if isinstance(value, str) and value.strip()
        }
        return Layout(sheet, at, offered, columns)
    return None


def _kind(one: Asked, known: Known) -> Kind | None:
    """Return which kind of column the first rows look like; None where they do not tell."""
    kinds: tuple[Kind, ...] = ("product", "place", "party")
    texts = [text for text in one.samples if text]
    if not texts:
        return None
    if all(_is_date(text) for text in texts):
        return "date"
    if unit_of(split_brackets(one.heading)[1]):
        return "number"
    return next((kind for kind in kinds if any(known.names(kind, text) for text in texts)), None)


def _is_date(text: str) -> bool:
    try:
        read_date(text, Where())
    except CellError:
        return False
    return True


def _nearest(heading: str, names: Mapping[str, str]) -> str | None:
    """Return what a heading most likely means: by a name like it, else by the longest within it."""
    near = difflib.get_close_matches(heading, names, 1, _LIKENESS)
    within = sorted((one for one in names if f" {one} " in f" {heading} "), key=len)
    found = next(iter([*near, *reversed(within)]), None)
    return None if found is None else names[found]


def _texts(row: list[Value]) -> int:
    return sum(isinstance(value, str) and bool(value.strip()) for value in row)


def _text(value: Value) -> str:
    if value is None or isinstance(value, str):
        return " ".join((value or "").split())[:_LONGEST]
    return shown(value)
