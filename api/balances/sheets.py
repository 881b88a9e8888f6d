"""A balance as a file: CSV and a workbook, in which no cell becomes a formula."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from fastapi.responses import Response

from api.web.balance_table import Column
from api.web.csv_cells import lines
from api.web.naming import Namer
from api.web.own_lists import attached
from epcis_core.identifiers import Identifier
from epcis_core.provenance.balance_result import BalanceRow
from epcis_core.provenance.kinds import key_of
from ingest.sheets.grid import Value
from ingest.sheets.sheet_writer import Book, put

Row = tuple[str, str | None, BalanceRow]
"""Object, unit (UN/ECE Rec 20; None for a count), and what came of it at one place."""

_WIDTH: Final = 16


def balance_file(
    ending: str, name: str, rows: Sequence[Row], columns: Sequence[Column], namer: Namer
) -> Response:
    """Return a balance as a file to be kept.

    Args:
        ending: `csv` or `xlsx`.
        name: of the file, without its ending.
        rows: in their order.
        columns: what is told of each.
        namer: names and language of the headings.
    """
    headings = _headings(columns, namer)
    table = list(_table(rows, columns, namer))
    if ending == "csv":
        texts = [headings, *([_text(value) for value in row] for row in table)]
        return attached("".join(lines(texts)).encode(), f"{name}.csv")
    book = Book(namer.texts.language)
    sheet = book.sheet(namer.texts("balances.title"))
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(headings) - 1, _WIDTH)
    for position, heading in enumerate(headings):
        put(sheet, 0, position, heading, book.form(bold=True, text_wrap=True))
    for place, row in enumerate(table, start=1):
        for position, value in enumerate(row):
            put(sheet, place, position, _number(value) if isinstance(value, Decimal) else value)
    return attached(book.finish(), f"{name}.xlsx")


def _headings(columns: Sequence[Column], namer: Namer) -> list[str]:
    t = namer.texts
    fixed = ("product", "gtin", "lot", "party", "gln", "place")
    told = [t(f"balances.column_{one}") for one in fixed]
    return [*told, *(t(f"balance.{one}") for one in columns), t("balances.column_unit")]


def _table(
    rows: Sequence[Row], columns: Sequence[Column], namer: Namer
) -> Iterator[list[str | Decimal]]:
    for one, uom, row in rows:
        key = key_of(one)
        gtin = "" if key is None or key.gtin is None else key.gtin
        yield [
            (namer.product(gtin) if gtin else None) or namer.thing(one),
            gtin,
            _lot_of(one, key),
            namer.party(row.party),
            "" if row.party is None else row.party.rpartition("/")[2],
            namer.place(row.place),
            *(_amount(getattr(row, column), namer) for column in columns),
            namer.texts("balances.items") if uom is None else namer.texts.unit(uom),
        ]


def _lot_of(one: str, key: Identifier | None) -> str:
    return one if key is None else key.lot or key.serial or ""


def _amount(amount: str | None, namer: Namer) -> str | Decimal:
    return namer.texts("balance.unknown") if amount is None else Decimal(amount)


def _text(value: str | Decimal) -> str:
    return value if isinstance(value, str) else format(value, "f")


def _number(amount: Decimal) -> Value:
    """Return an amount as a number of a sheet; as text where a sheet would round it."""
    return float(amount) if Decimal(repr(float(amount))) == amount else format(amount, "f")
