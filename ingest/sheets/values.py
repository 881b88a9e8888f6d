"""What one cell says, by the kind of its column: a value, or what is wrong with it."""

import datetime as dt
import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from epcis_core.findings import Finding, Where, Wording, finding
from ingest.sheets.dates import read_date, read_time, shown
from ingest.sheets.goods import (
    Product,
    gln_of,
    read_container,
    read_lot,
    read_party,
    read_place,
    read_product,
    read_reference,
)
from ingest.sheets.grid import CellError, Value
from ingest.sheets.known import Known
from ingest.sheets.names import fold
from ingest.sheets.numbers import read_number, read_unit
from ingest.sheets.row_corrections import read_correction
from ingest.sheets.rows import Cell, Record
from ingest.sheets.templates import Kind

Said = dt.date | dt.time | Decimal | Product | str

_BY_ISSUER: Final = frozenset({"reference", "certificate"})
_LIKENESS: Final = 0.9


@dataclass(slots=True)
class Read:
    """What a record says, cell by cell.

    Attributes:
        record: the record.
        values: what its cells say, by the keys of columns; wrong ones are not there.
        times: times of day that stood behind dates, by the column of the date.
        units: codes of units that stood behind numbers or in their headings, by the column.
        findings: what is wrong with the cells.
    """

    record: Record
    values: dict[str, Said] = field(default_factory=dict)
    times: dict[str, dt.time] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def read_record(
    record: Record,
    units: Mapping[int, str],
    *,
    counts_from_1904: bool,
    known: Known | None = None,
) -> Read:
    """Read the cells of a record.

    Args:
        record: the record.
        units: position of a column to the unit that its heading names.
        counts_from_1904: what numbers that stand for dates count from.
        known: names that may stand for codes.
    """
    read = Read(record, findings=list(record.findings))
    # Documents come last: who gave them their number stands in another column.
    for cell in sorted(record.cells.values(), key=lambda one: one.column.kind in _BY_ISSUER):
        try:
            coded = cell if known is None else _coded(cell, known)
            said = _said(read, coded, units, counts_from_1904=counts_from_1904)
        except CellError as error:
            read.findings.append(error.found)
            continue
        if said is not None:
            read.values[cell.column.key] = said
    return read


def _coded(cell: Cell, known: Known) -> Cell:
    """Return a cell with the code that a name in it stands for.

    Raises:
        CellError: it stands for several.
    """
    value = known.code_in(cell.column.kind, cell.value, cell.at)
    return cell if value is cell.value else replace(cell, value=value)


def _said(
    read: Read, cell: Cell, units: Mapping[int, str], *, counts_from_1904: bool
) -> Said | None:
    """Return what a cell says; None where that cannot be told for what another one lacks.

    Raises:
        CellError: it does not hold what its column is for.
    """
    kind, key = cell.column.kind, cell.column.key
    if kind == "date":
        date, time = read_date(cell.value, cell.at, counts_from_1904=counts_from_1904)
        if time is not None:
            read.times[key] = time
        return date
    if kind == "number":
        return _number(read, cell, units)
    if kind in _BY_ISSUER:
        return _document(read, cell)
    by_words = _BY_WORDS.get(kind)
    return by_words(cell) if by_words else _READERS[kind](cell.value, cell.at)


def _number(read: Read, cell: Cell, units: Mapping[int, str]) -> Decimal:
    number, code = read_number(cell.value, cell.at)
    if number < 0 or (cell.column.goods_list and number == 0):
        found = finding("sheet_amount_not_positive", at=cell.at, actual=shown(cell.value))
        raise CellError(found)
    if code or (code := units.get(cell.position)):
        read.units[cell.column.key] = code
    return number


def _document(read: Read, cell: Cell) -> str | None:
    issuer = cell.column.issuer or ""
    given = read.values.get(issuer)
    if given is None and issuer in read.record.cells:
        return None  # the issuer is wrong, which is told there
    return read_reference(cell.value, cell.at, gln_of(given) if isinstance(given, str) else None)


def _text(cell: Cell) -> str:
    text = cell.value if isinstance(cell.value, str) else shown(cell.value)
    form = cell.column.form
    if form is None:
        return text
    if re.fullmatch(form, text.upper()) is None:
        wording = cell.column.wording
        raise CellError(finding("sheet_form", at=cell.at, column=wording, actual=repr(text)))
    return text.upper()


def _choice(cell: Cell) -> str:
    column = cell.column
    said = fold(cell.value if isinstance(cell.value, str) else shown(cell.value))
    known = {fold(word): one.value for one in column.choices for word in one.spellings}
    near = [said] if said in known else difflib.get_close_matches(said, known, 1, _LIKENESS)
    if near:
        return known[near[0]]
    choices = Wording(
        {
            "en": ", ".join(one.name.en for one in column.choices),
            "vi": ", ".join(one.name.vi for one in column.choices),
        }
    )
    actual = shown(cell.value)
    raise CellError(
        finding(
            "sheet_choice_unknown",
            at=cell.at,
            column=column.wording,
            actual=actual,
            choices=choices,
        )
    )


_READERS: Final[Mapping[Kind, Callable[[Value, Where], Said]]] = {
    "time": read_time,
    "product": read_product,
    "lot": read_lot,
    "unit": read_unit,
    "place": read_place,
    "party": read_party,
    "container": read_container,
    "correction": read_correction,
}
_BY_WORDS: Final[Mapping[Kind, Callable[[Cell], str]]] = {"text": _text, "choice": _choice}
