"""The balance of a lot: place by place what came, what left, and what should be there still."""

from collections.abc import Iterable, Iterator
from typing import Final

from epcis_core.provenance.balance_result import Balance
from epcis_core.provenance.balance_rows import ALWAYS, Period, is_concerned, row_of
from epcis_core.provenance.book import Book
from epcis_core.provenance.chain import Chain
from epcis_core.provenance.evidence import Evidence
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.kinds import kind_of
from epcis_core.provenance.result import Gap
from epcis_core.provenance.stock import Stocks

_MOST_EVENTS: Final = 20


def balance(evidence: Evidence, book: Book, subject: str, period: Period = ALWAYS) -> Balance:
    """Work out what came to each place of an object, what left it and what should be there.

    Args:
        evidence: the events that count.
        book: names and addresses.
        subject: canonical identifier; the members of a lot count for it.
        period: of which movements are told; what does not add up is told whenever it was.

    Returns:
        The balance; without rows where nothing is known of the object.
    """
    return balance_in(Chain(evidence, book), subject, period)


def balance_in(chain: Chain, subject: str, period: Period = ALWAYS) -> Balance:
    """Work out the balance of an object from facts of which some are at hand: see `balance`."""
    if not chain.is_known(subject):
        return Balance(object=subject)
    chain.load_custody([subject], [subject])
    book = chain.book
    stocks = Stocks(chain, subject)
    concerned = (stock for stock in stocks.each() if is_concerned(stock, period))
    rows = tuple(row_of(stocks, stock, period) for stock in concerned)
    return Balance(
        object=subject,
        **period.in_words(),
        uom=stocks.uom,
        rows=rows,
        gaps=(*_without_lot(subject), *amount_gaps(stocks)),
        parties={row.party: dict(book.party(row.party)) for row in rows if row.party},
        places={row.place: dict(book.place(row.place)) for row in rows if row.place},
    )


def amount_gaps(stocks: Stocks) -> Iterator[Gap]:
    """Yield what does not add up: amounts that do not compare, and more leaving than came."""
    odd = [
        facts
        for stock in stocks.each()
        for booking in stock.all()
        if booking.amount is not None and booking.amount[0] != stocks.kind
        for facts in booking.events[:1]
    ]
    if odd:
        text = f"Amounts of {stocks.lot} are in units that do not add up."
        yield _gap("unit_mismatch", text, stocks, odd)
    for stock in stocks.each():
        left = stocks.on_hand(stock)
        if left is not None and left < 0:
            place = stock.place or "an unknown place"
            text = f"More of {stocks.lot} left {place} than came there."
            events = (booking.events[0] for booking in stock.leaving())
            yield _gap("quantity_exceeds", text, stocks, events)
    for its in stocks.exceeding:
        text = f"More of {stocks.lot} was received than was shipped."
        yield _gap("quantity_exceeds", text, stocks, its)
    for its in stocks.differing:
        text = f"One side told one change of hands of {stocks.lot} twice, with amounts that differ."
        yield _gap("quantity_exceeds", text, stocks, its)


def _without_lot(subject: str) -> Iterator[Gap]:
    if kind_of(subject) == "class":
        text = f"{subject} was recorded without a lot, so it cannot be followed."
        yield Gap(code="no_lot", message=text, objects=(subject,))


def _gap(code: str, message: str, stocks: Stocks, events: Iterable[EventFacts]) -> Gap:
    ids = dict.fromkeys(facts.event_id for facts in events)
    return Gap(code=code, message=message, objects=(stocks.lot,), events=tuple(ids)[:_MOST_EVENTS])
