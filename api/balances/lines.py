"""A balance line by line: each amount with the events behind it, as a page and a sheet show it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from api.balances.asked import Asked
from api.web.balance_table import COLUMNS, Cell, Column, Look, bar_of, cell_of
from api.web.bars import Segment
from api.web.gap_words import Briefs, event_label
from api.web.naming import Namer, event_link
from epcis_core.provenance.balance_result import BalanceRow
from epcis_core.provenance.kinds import key_of, kind_of

_MOST_EVENTS: Final = 20
"""So many events stand behind an amount on a page; the JSON has more."""


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount with what is behind it.

    Attributes:
        events: address and label of each.
    """

    cell: Cell
    events: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """One line: an object at a place of a party.

    Attributes:
        object: what.
        name: what it is called; of a product without its lots, the product.
        unit: its sign, or the word for items.
        bar: what became of what came; empty where an amount is not known or impossible.
    """

    object: str
    name: str
    unit: str
    party: str | None
    place: str | None
    figures: tuple[Figure, ...]
    bar: tuple[Segment, ...]

    @property
    def has_balance(self) -> bool:
        """Whether the object has a balance of its own; a product without its lots has none."""
        return kind_of(self.object) != "class"


@dataclass(frozen=True, slots=True)
class BalanceLines:
    """Lines under their columns.

    Attributes:
        looks: of the amounts, for the explanations below.
        is_negative: more left a place than came there.
    """

    columns: tuple[Column, ...]
    lines: tuple[BalanceLine, ...]
    looks: frozenset[Look]
    is_negative: bool


def columns_of(asked: Asked) -> tuple[Column, ...]:
    """Return the columns of a period: what it began with stands where it has a begin."""
    return ("opening", *COLUMNS) if asked.since else COLUMNS


def behind(rows: Iterable[BalanceRow]) -> list[str]:
    """Return the events that stand behind the amounts of a page, each once."""
    named = (one for row in rows for its in row.events.values() for one in its[:_MOST_EVENTS])
    return list(dict.fromkeys(named))


def balance_lines(
    rows: Sequence[tuple[str, str | None, BalanceRow]],
    asked: Asked,
    briefs: Briefs,
    namer: Namer,
) -> BalanceLines:
    """Return the lines of a page.

    Args:
        rows: object, unit (UN/ECE Rec 20; None for a count), and row.
        asked: of which period they are.
        briefs: of the events behind them.
        namer: names and language.
    """
    columns = columns_of(asked)
    lines = tuple(
        BalanceLine(
            one,
            _name_of(one, namer),
            namer.texts("balances.items") if uom is None else namer.texts.unit(uom),
            row.party,
            row.place,
            tuple(_figure(column, row, briefs, namer) for column in columns),
            () if asked.since else bar_of(row),
        )
        for one, uom, row in rows
    )
    figures = [figure.cell for line in lines for figure in line.figures]
    return BalanceLines(
        columns,
        lines,
        frozenset(cell.look for cell in figures),
        any(cell.look == "alarm" and cell.column in {"opening", "on_hand"} for cell in figures),
    )


def _figure(column: Column, row: BalanceRow, briefs: Briefs, namer: Namer) -> Figure:
    cell = cell_of(column, getattr(row, column), namer)
    events = () if cell.look == "zero" else row.events.get(column, ())[:_MOST_EVENTS]
    return Figure(
        cell,
        tuple((event_link(one), event_label(briefs.get(one), namer)) for one in events),
    )


def _name_of(one: str, namer: Namer) -> str:
    key = key_of(one)
    if key is None or key.gtin is None or kind_of(one) != "class":
        return namer.thing(one)
    return namer.product(key.gtin) or namer.thing(one)
