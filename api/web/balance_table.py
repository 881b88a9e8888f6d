"""The balance of a lot as a table: a line per place, a cell per column, a bar beside it."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from api.web.bars import Segment, bar, decimal
from api.web.gap_words import Brief, GapRow, gap_rows
from api.web.naming import Namer
from epcis_core.provenance.balance_result import Balance, BalanceRow

Column = Literal[
    "opening", "produced", "received", "used", "shipped", "destroyed", "on_hand", "unaccounted"
]
COLUMNS: Final[tuple[Column, ...]] = get_args(Column)[1:]
"""What there is to tell of all of time; of a period there is what it began with, too."""
Look = Literal["", "zero", "unknown", "alarm"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One amount.

    Attributes:
        text: in the language of the page.
        look: `zero` for nothing, `unknown` where the records do not say how much, `alarm` for what
            should not be.
    """

    column: Column
    text: str
    look: Look


@dataclass(frozen=True, slots=True)
class Line:
    """One place of the balance.

    Attributes:
        bar: what became of what came here; empty where an amount is not known or impossible.
    """

    party: str | None
    place: str | None
    cells: tuple[Cell, ...]
    bar: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class BalanceTable:
    """The balance of one object.

    Attributes:
        unit: the sentence on what the amounts count.
        gaps: what does not add up.
        looks: the looks of cells that occur, for the explanations below.
        is_negative: more left a place than came there.
    """

    object: str
    unit: str
    lines: tuple[Line, ...]
    gaps: tuple[GapRow, ...]
    looks: frozenset[Look]
    is_negative: bool


def balance_table(balance: Balance, briefs: dict[str, Brief], namer: Namer) -> BalanceTable:
    """Return the table of a balance.

    Args:
        balance: with at least one row.
        briefs: of the events that its gaps name.
        namer: names and language.
    """
    lines = tuple(
        Line(
            row.party,
            row.place,
            tuple(cell_of(column, getattr(row, column), namer) for column in COLUMNS),
            bar_of(row),
        )
        for row in balance.rows
    )
    return BalanceTable(
        balance.object,
        namer.texts("balance.counted")
        if balance.uom is None
        else namer.texts("balance.unit", unit=namer.texts.unit_in_words(balance.uom)),
        lines,
        gap_rows(balance.gaps, briefs, namer, known=[balance.object]),
        frozenset(cell.look for line in lines for cell in line.cells),
        any((decimal(row.on_hand) or 0) < 0 for row in balance.rows),
    )


def cell_of(column: Column, amount: str | None, namer: Namer) -> Cell:
    """Return an amount as a cell; None is not known."""
    if amount is None:
        return Cell(column, namer.texts("balance.unknown"), "unknown")
    exact = decimal(amount) or 0
    wrong = exact < 0 or (column == "unaccounted" and exact > 0)
    look: Look = "alarm" if wrong else "zero" if amount == "0" else ""
    return Cell(column, namer.texts.amount(amount, None), look)


def bar_of(row: BalanceRow) -> tuple[Segment, ...]:
    """Return what became of what came to a place: what is unaccounted had been shipped."""
    shipped, lost = decimal(row.shipped), decimal(row.unaccounted)
    arrived = None if shipped is None or lost is None else str(shipped - lost)
    return bar(
        [
            ("used", row.used),
            ("shipped", arrived),
            ("unaccounted", row.unaccounted),
            ("destroyed", row.destroyed),
            ("on-hand", row.on_hand),
        ]
    )
