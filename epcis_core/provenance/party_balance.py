"""The balance of a party: lot by lot what came to it, what left it and what should be there."""

from collections.abc import Iterator, Sequence

from epcis_core.provenance.balance_result import BalanceRow, PartyBalance, PartyRow
from epcis_core.provenance.balance_rows import ALWAYS, Period, is_concerned, row_of
from epcis_core.provenance.book import Book
from epcis_core.provenance.chain import Chain
from epcis_core.provenance.evidence import Evidence
from epcis_core.provenance.kinds import key_of, kind_of
from epcis_core.provenance.stock import StocksOfLots


def party_balance(
    evidence: Evidence,
    book: Book,
    party: str,
    objects: Sequence[str],
    period: Period = ALWAYS,
) -> PartyBalance:
    """Work out what came to a party of each object, what left it and what should be there.

    Where a site changed hands each party has its own part of what was there.

    Args:
        evidence: the events that count.
        book: names and addresses.
        party: canonical identifier.
        objects: the lots, classes, and items without a lot that may have been there; what was never
            there has no row.
        period: of which movements are told.

    Returns:
        The balance; without rows where nothing was there by the end of the period. Rows are in
        order of products, then of lots.
    """
    chain = Chain(evidence, book)
    lots = [one for one in objects if kind_of(one) == "lot"]
    chain.load_custody(objects, lots)
    stocks = StocksOfLots(chain, lots)
    rows = sorted(
        (
            PartyRow(object=one, gtin=_gtin(one), uom=stocks.of(one).uom, **dict(row))
            for one in objects
            for row in _rows_of(stocks, one, party, period)
        ),
        key=lambda row: (row.gtin or "", row.object, row.place or ""),
    )
    return PartyBalance(
        party=party,
        **period.in_words(),
        rows=tuple(rows),
        parties={party: dict(book.party(party))},
        places={row.place: dict(book.place(row.place)) for row in rows if row.place},
    )


def _rows_of(stocks: StocksOfLots, one: str, party: str, period: Period) -> Iterator[BalanceRow]:
    for stock in stocks.of(one).each():
        part = stock.by_holder().get(party)
        if part is not None and is_concerned(part, period):
            row = row_of(stocks.of(one), part, period)
            yield row.model_copy(update={"party": party, "place": stock.place})


def _gtin(one: str) -> str | None:
    key = key_of(one)
    return None if key is None else key.gtin
