"""What all workbooks that the ledger writes have: forms of cells, drop-down lists, safe text.

Text stays text: nothing that begins with `=` becomes a formula, and no address a link.

References:
    OWASP, CSV Injection
"""

import datetime as dt
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format as Form
from xlsxwriter.worksheet import Worksheet

from epcis_core.findings import Language
from ingest.sheets.grid import Value, cell_name
from ingest.sheets.known import Known
from ingest.sheets.numbers import unit_choices
from ingest.sheets.templates import Column, Kind, words

_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "dd/mm/yyyy",
}
TEXT: Final = 49  # the number of the form that a program calls text
_FORMS: Final[Mapping[Kind, str]] = {"date": "dd/mm/yyyy", "time": "hh:mm", "number": "General"}
_LONGEST_MESSAGE: Final = 255
_LONGEST_TITLE: Final = 32
_LONGEST_CELL: Final = 32_767
_LONGEST_NAME: Final = 31
_SHORT_NAME: Final = 24
_NO_NAME: Final = re.compile(r"[\[\]:*?/\\]")
_CALM: Final = {"error_type": "information", "show_error": False}
"""Of lists that help, and do not keep anybody from writing something else."""


@dataclass(slots=True)
class Book:
    """A workbook that is being written.

    Attributes:
        language: of what the ledger writes into it.
        known: what its lists offer.
    """

    language: Language
    known: Known = field(default_factory=Known)
    _file: io.BytesIO = field(default_factory=io.BytesIO)
    _book: Workbook = field(init=False)
    _forms: dict[tuple[tuple[str, Any], ...], Form] = field(default_factory=dict)
    _lists: dict[tuple[str, ...], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._book = Workbook(self._file, _OPTIONS)

    def sheet(self, name: str) -> Worksheet:
        """Add a sheet under a name, or under one like it where a program would not take that."""
        clean = _NO_NAME.sub("_", name).strip("'")[:_LONGEST_NAME] or "_"
        taken = {one.name.casefold() for one in self._book.worksheets()}
        taken.add(getattr(words().lists, self.language).casefold())
        number = 1
        while clean.casefold() in taken:
            number += 1
            clean = f"{clean[:_SHORT_NAME]}_{number}"
        return self._book.add_worksheet(clean)

    def form(self, **members: Any) -> Form:
        """Return a form of cells, one for equal members."""
        key = tuple(sorted(members.items()))
        if key not in self._forms:
            self._forms[key] = self._book.add_format(members)
        return self._forms[key]

    def form_of(self, kind: Kind, **members: Any) -> Form:
        """Return the form of a column's cells."""
        return self.form(num_format=_FORMS.get(kind, TEXT), **members)

    def choose(
        self, sheet: Worksheet, column: Column, position: int, rows: tuple[int, int]
    ) -> None:
        """Give the cells of a column their list and their note.

        Args:
            sheet: where.
            column: what the cells are for.
            position: where the column stands.
            rows: the first and the last, from 0.
        """
        rule: dict[str, Any] = {"validate": "any", **_CALM}
        offered = self._offered(column)
        if offered:
            rule = {"validate": "list", "source": self._list(offered), **_CALM}
            if column.choices:
                rule |= {"error_type": "stop", "show_error": True}
        note: str = getattr(column.note, self.language)
        title: str = getattr(column.name, self.language)
        rule |= {
            "input_title": title[:_LONGEST_TITLE],
            "input_message": note[:_LONGEST_MESSAGE],
        }
        sheet.data_validation(rows[0], position, rows[1], position, rule)

    def finish(self) -> bytes:
        """Write the lists, and return the workbook."""
        if self._lists:
            sheet = self._book.add_worksheet(getattr(words().lists, self.language))
            sheet.hide()
            for position, offered in enumerate(self._lists):
                for row, text in enumerate(offered):
                    sheet.write_string(row, position, text)
        self._book.close()
        return self._file.getvalue()

    def _offered(self, column: Column) -> tuple[str, ...]:
        if column.kind == "unit":
            return tuple(dict.fromkeys(unit_words(self.language)))
        if column.choices:
            return tuple(getattr(one.name, self.language) for one in column.choices)
        return self.known.choices(column.kind)

    def _list(self, offered: tuple[str, ...]) -> str:
        """Return where the lists' sheet will have these choices."""
        position = list(self._lists).index(offered) if offered in self._lists else len(self._lists)
        letters = cell_name(0, position).rstrip("0123456789")
        name = getattr(words().lists, self.language)
        reference = f"='{name}'!${letters}$1:${letters}${len(offered)}"
        return self._lists.setdefault(offered, reference)


def unit_words(language: Language) -> Sequence[str]:
    """Return the words for units that a template offers."""
    return [english if language == "en" else vietnamese for english, vietnamese in unit_choices()]


def put(sheet: Worksheet, row: int, position: int, value: Value, form: Form | None = None) -> None:
    """Write a value as what it is; text never becomes anything else."""
    if isinstance(value, str):
        sheet.write_string(row, position, value[:_LONGEST_CELL], form)
    elif isinstance(value, bool):
        sheet.write_boolean(row, position, value, form)
    elif isinstance(value, float):
        sheet.write_number(row, position, value, form)
    elif isinstance(value, dt.datetime | dt.date | dt.time | dt.timedelta):
        sheet.write_datetime(row, position, value, form)
    elif form is not None:
        sheet.write_blank(row, position, None, form)
