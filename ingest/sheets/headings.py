"""Finding the row of headings in a sheet, and which template its columns are those of.

Headings may stand below titles, in any order, in either language, with or without accents, under
other names that people use. A mapping says what the headings of a sheet of somebody's own mean.
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Final

from epcis_core.findings import Finding, Wording, finding
from epcis_core.rules.profiles import Text
from ingest.sheets.grid import Sheet, Value
from ingest.sheets.names import fold, split_brackets
from ingest.sheets.numbers import unit_of
from ingest.sheets.templates import Column, Template, template_of, templates, words

_SEARCHED: Final = 40  # rows
_LEAST: Final = 2  # columns that make a row of headings
_SLIP: Final = 0.8  # likeness of a heading that was mistyped


@dataclass(frozen=True, slots=True)
class OwnHeadings:
    """What the headings of somebody's own sheet mean.

    Attributes:
        template: the key of the template.
        columns: headings, as they stand in the sheet, to keys of the template's columns.
    """

    template: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Heading:
    """The row of headings of a sheet, understood.

    Attributes:
        template: whose columns these are.
        row: where it stands, from 0.
        columns: position in the sheet to column; of two alike the first.
        units: position to the unit that a heading names, as in `Số lượng (kg)`.
        findings: what is wrong with the headings.
    """

    template: Template
    row: int
    columns: Mapping[int, Column]
    units: Mapping[int, str]
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class _Candidate:
    """A row read as the headings of a template."""

    template: Template
    row: int
    values: Sequence[Value]
    columns: dict[int, Column] = field(default_factory=dict)
    own: int = 0
    twice: dict[int, Column] = field(default_factory=dict)
    unknown: list[int] = field(default_factory=list)

    @property
    def missing(self) -> list[Column]:
        there = {column.key for column in self.columns.values()}
        return [
            one
            for one in self.template.columns
            if one.required == "always" and one.key not in there
        ]

    @property
    def weight(self) -> tuple[int, int, int, int]:
        return -len(self.missing), len(self.columns), self.own, -self.row


def find_heading(
    sheet: Sheet, mapping: OwnHeadings | None = None, only: Template | None = None
) -> Heading | Finding | None:
    """Find the headings of a sheet.

    Args:
        sheet: the sheet.
        mapping: what its headings mean, where it is somebody's own.
        only: the one template or list that it can be; None for any template.

    Returns:
        The headings; `sheet_template_unclear` where they fit several templates alike; None where
        there are none.
    """
    rows = list(islice(sheet.open(), _SEARCHED))
    if only is None and mapping is not None:
        only = templates()[mapping.template]
    considered = _considered(sheet.name) if only is None else [only]
    names = _mapped(mapping) if mapping else {}
    candidates = [
        candidate
        for number, values in enumerate(rows)
        for template in considered
        if (candidate := _read(template, number, values, names)) is not None
    ]
    if not candidates:
        return None
    best = max(candidates, key=lambda one: one.weight)
    alike = [one for one in candidates if one.weight == best.weight]
    if len(alike) > 1:
        names_of_all = Wording(
            {
                "en": ", ".join(one.template.title.en for one in alike),
                "vi": ", ".join(one.template.title.vi for one in alike),
            }
        )
        at = sheet.at(best.row, min(best.columns))
        return finding("sheet_template_unclear", at=at, sheet=sheet.name, choices=names_of_all)
    return Heading(
        best.template, best.row, best.columns, _units(best), tuple(_findings(sheet, best))
    )


def is_beside(sheet: Sheet) -> bool:
    """Tell whether a sheet is, by its name, one with examples, choices or answers."""
    return is_ours(sheet) or fold(sheet.name).startswith(words().examples)


def is_ours(sheet: Sheet) -> bool:
    """Tell whether a sheet has the name of one that the ledger itself writes beside the rows."""
    return is_answer(sheet) or fold(sheet.name) in _both(words().example)


def is_answer(sheet: Sheet) -> bool:
    """Tell whether a sheet has the name of one that is written anew with each answer."""
    return fold(sheet.name) in {*_both(words().lists), *_both(words().answer)}


def _both(text: Text) -> set[str]:
    return {fold(text.en), fold(text.vi)}


def _considered(name: str) -> Sequence[Template]:
    """Return the template that a sheet's name names, else all of them."""
    folded = fold(name)
    named = [
        template
        for template in templates().values()
        if folded in {fold(template.key), fold(template.title.en), fold(template.title.vi)}
    ]
    return named or list(templates().values())


def _read(
    template: Template, number: int, values: Sequence[Value], mapped: Mapping[str, str]
) -> _Candidate | None:
    """Return a row as headings of a template; None where it can hardly be one."""
    found = _Candidate(template, number, values)
    texts = 0
    for position, value in enumerate(values):
        if not isinstance(value, str) or not value.strip():
            texts += value is not None
            continue
        texts += 1
        column, is_own = _column(template, value, mapped)
        if column is None:
            found.unknown.append(position)
        elif any(one.key == column.key for one in found.columns.values()):
            found.twice[position] = column
        else:
            found.columns[position] = column
            found.own += is_own
    if len(found.columns) < _LEAST or len(found.columns) * 3 < texts:
        return None
    return found


def column_named(template: Template, heading: str) -> Column | None:
    """Return the column of a template or list that a heading names; None where it names none."""
    return _column(template, heading, {})[0]


def _column(
    template: Template, heading: str, mapped: Mapping[str, str]
) -> tuple[Column | None, bool]:
    """Return the column that a heading names, and whether it does by the column's own name."""
    for text in (heading, split_brackets(heading)[0]):
        name = fold(text)
        if key := mapped.get(name):
            return template.column(key), True
        if found := _names(template.key).get(name):
            return template.column(found[0]), found[1]
    return None, False


@cache
def _names(key: str) -> Mapping[str, tuple[str, bool]]:
    """Return every heading that a template's columns go by, and whether it is their own name."""
    template = template_of(key)
    names: dict[str, tuple[str, bool]] = {}
    for column in template.columns:
        for name in column.also:
            names.setdefault(fold(name), (column.key, False))
    for column in template.columns:
        for name in (column.key, column.name.en, column.name.vi):
            names[fold(name)] = (column.key, True)
    return names


def _mapped(mapping: OwnHeadings) -> Mapping[str, str]:
    return {fold(heading): key for heading, key in mapping.columns.items()}


def _units(found: _Candidate) -> Mapping[int, str]:
    units = {}
    for position, column in found.columns.items():
        inside = split_brackets(str(found.values[position]))[1]
        if column.kind == "number" and inside and (code := unit_of(inside)):
            units[position] = code
    return units


def _findings(sheet: Sheet, found: _Candidate) -> list[Finding]:
    told = []
    for position, column in found.twice.items():
        at = sheet.at(found.row, position)
        told.append(finding("sheet_column_twice", at=at, column=column.wording))
    for column in found.missing:
        if column.kind == "unit" and _units(found):
            continue
        at = sheet.at(found.row, 0)
        told.append(finding("sheet_column_missing", at=at, column=column.wording))
    known = words().ignored | _both(words().answer)
    for position in found.unknown:
        heading = str(found.values[position])
        if fold(heading) in known:
            continue
        at = sheet.at(found.row, position)
        near = difflib.get_close_matches(
            fold(heading), _names(found.template.key), n=1, cutoff=_SLIP
        )
        if near:
            column = found.template.column(_names(found.template.key)[near[0]][0])
            told.append(
                finding("sheet_column_mistyped", at=at, actual=repr(heading), column=column.wording)
            )
        else:
            told.append(finding("sheet_column_unknown", at=at, actual=repr(heading)))
    return told
