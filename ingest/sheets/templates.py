"""Templates of spreadsheets: which columns a sheet has, and which event a row of it becomes.

A template is a file of `schemas/templates/`; its key is the file's name. Columns that several
templates have stand in `_columns.toml`, and a template names them by their key. How such a file is
built is told in docs/spreadsheets.md. The lists that organisations keep are sheets of the same
form, in `schemas/registry/`; their rows become no events.
"""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from epcis_core.findings import Wording
from epcis_core.rules.profiles import Text
from ingest.sheets.names import fold

Kind = Literal[
    "date",
    "time",
    "text",
    "product",
    "lot",
    "number",
    "unit",
    "place",
    "party",
    "container",
    "reference",
    "certificate",
    "choice",
    "correction",
]
"""What a column holds; `values` and `goods` know how it is read."""

Required = Literal["always", "with others", "own code", "no"]

GOODS: Final[frozenset[Kind]] = frozenset({"product", "lot", "number", "unit"})
"""Kinds of columns that say together which goods, and how much of them."""

LISTS: Final = frozenset(
    {"quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"}
)
"""Members of events that such columns fill."""


_ILMD: Final = "ilmd/"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Choice(_Part):
    """A value that a cell may have.

    Attributes:
        value: what the event says.
        name: what people choose.
        also: other words that they write for it.
    """

    value: str
    name: Text
    also: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every word for it."""
        return self.value, self.name.en, self.name.vi, *self.also


class Column(_Part):
    """A column of a template.

    Attributes:
        key: names it within its template.
        kind: how its cells are read.
        to: members of the event that it fills: `eventTime`; one of `LISTS`; `sourceList/` and
            such with a type behind; `ilmd/` with a name behind; an extension with its prefix.
            None in a list.
        required: `always`; `with others` that say something of the same goods; `own code`: where
            the goods have no GTIN.
        name: the heading that the ledger writes.
        also: other headings that people write.
        note: what to fill in.
        issuer: the column with the GLN of whoever gave a document its number.
        own_code_of: the column with the GLN under which a product without GTIN stands, where a
            cell does not say one.
        default: what an empty cell means.
        form: regular expression for the text.
        not_before: the column with a date that this one may not be before.
        choices: what may be chosen.
    """

    key: str
    kind: Kind
    to: tuple[str, ...] = ()
    required: Required = "no"
    name: Text
    also: tuple[str, ...] = ()
    note: Text
    issuer: str | None = None
    own_code_of: str | None = None
    default: str | None = None
    form: str | None = None
    not_before: str | None = None
    choices: tuple[Choice, ...] = ()

    @cached_property
    def goods_list(self) -> str | None:
        """The list of goods that it says something of; None for other columns."""
        return next((member for member in self.to if member in LISTS), None)

    @cached_property
    def ilmd_names(self) -> tuple[str, ...]:
        """The master data of a lot or instance that it fills."""
        return tuple(name.removeprefix(_ILMD) for name in self.to if name.startswith(_ILMD))

    @cached_property
    def wording(self) -> Wording:
        """Its name, to be said within a finding's sentence."""
        return Wording(self.name.in_every_language())


class Variant(_Part):
    """What a row becomes instead where a column is filled in.

    Attributes:
        event: the members that are the same in every event.
        lists: a list of goods to the one that takes its place.
    """

    event: Mapping[str, str]
    lists: Mapping[str, str] = Field(default_factory=dict)


class Template(_Part):
    """A spreadsheet that the ledger understands.

    Attributes:
        key: the name of its file.
        title: the name of its sheet.
        about: what a row is.
        event: the members that are the same in every event; none in a list.
        group: columns whose values tell which rows make one event; none: each row makes its own.
        either: columns of which a row fills in at least one.
        next: the keys of templates that often follow with the same goods.
        variants: by the column that, filled in, makes another event of the row.
        columns: in the order of the sheet.
        example: rows that show how it is done, by the keys of columns.
    """

    key: str
    title: Text
    about: Text
    event: Mapping[str, str] = Field(default_factory=dict)
    group: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    variants: Mapping[str, Variant] = Field(default_factory=dict, alias="with")
    columns: tuple[Column, ...]
    example: tuple[Mapping[str, str | date], ...]

    def column(self, key: str) -> Column:
        """Return a column by its key.

        Raises:
            KeyError: there is none.
        """
        return self.by_key[key]

    @cached_property
    def by_key(self) -> Mapping[str, Column]:
        """The columns by their keys."""
        return {column.key: column for column in self.columns}

    @cached_property
    def goods(self) -> Mapping[str, Mapping[Kind, Column]]:
        """The columns that say which goods, by the list that they fill and by their kinds."""
        found: dict[str, dict[Kind, Column]] = {}
        for column in self.columns:
            if column.goods_list is not None and column.kind in GOODS:
                found.setdefault(column.goods_list, {})[column.kind] = column
        return found

    @property
    def wording(self) -> Wording:
        """Its title, to be said within a finding's sentence."""
        return Wording(self.title.in_every_language())


class Words(_Part):
    """What people write beside the rows, folded as `fold` does.

    Attributes:
        totals: the first words of a row that adds others up.
        examples: how the names of sheets begin that show how it is done.
        lists: name of the sheet with choices.
        example: name of the sheet with the worked example.
        answer: heading of the column with what is wrong.
        ignored: headings that say nothing.
        steps: the keys of all templates in the order in which goods go through them.
        withdraw: how a cell begins that takes back what its row recorded.
        replace: how one begins that puts its row in the place of another record.
    """

    totals: frozenset[str]
    examples: tuple[str, ...]
    lists: Text
    example: Text
    answer: Text
    ignored: frozenset[str]
    steps: tuple[str, ...]
    withdraw: frozenset[str]
    replace: frozenset[str]


@cache
def templates() -> Mapping[str, Template]:
    """Return every template by its key, in order of the keys."""
    return _read(_folder(), _table(_folder() / "_columns.toml"))


@cache
def lists() -> Mapping[str, Template]:
    """Return the lists that organisations keep, likewise: `partners`, `places`, `products`."""
    return _read(files("schemas") / "registry", {})


@cache
def desk_lists() -> Mapping[str, Template]:
    """Return the lists that the province keeps, likewise: `priorities`, `surveys`, `trainings`."""
    return _read(files("schemas") / "desk", {})


def template_of(key: str) -> Template:
    """Return a template or a list by its key; no two have the same.

    Raises:
        KeyError: there is none.
    """
    return templates().get(key) or lists().get(key) or desk_lists()[key]


def _read(folder: Traversable, shared: Mapping[str, Any]) -> Mapping[str, Template]:
    found = {}
    for source in sorted(folder.iterdir(), key=lambda one: one.name):
        if source.name.endswith(".toml") and not source.name.startswith("_"):
            table = _table(source)
            key = source.name.removesuffix(".toml")
            columns = [{**shared.get(one["key"], {}), **one} for one in table.pop("columns")]
            found[key] = Template.model_validate({"key": key, "columns": columns, **table})
    return found


@cache
def words() -> Words:
    """Return what people write beside the rows."""
    table = _table(_folder() / "_words.toml")
    for name in ("totals", "examples", "ignored", "withdraw", "replace"):
        table[name] = tuple(fold(one) for one in table[name])
    return Words.model_validate(table)


def _folder() -> Traversable:
    return files("schemas") / "templates"


def _table(source: Traversable) -> dict[str, Any]:
    return tomllib.loads(source.read_text(encoding="utf-8"))
