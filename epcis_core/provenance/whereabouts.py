"""Where an object is now, as far as the records tell, and in which state."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from epcis_core.provenance.amounts import in_unit
from epcis_core.provenance.bookings import Booking
from epcis_core.provenance.custody import Sighting
from epcis_core.provenance.handovers import Transfer
from epcis_core.provenance.parties import Parties
from epcis_core.provenance.recall_result import Holding, Status
from epcis_core.provenance.result import Amount
from epcis_core.provenance.stock import LEAVING, Stock, Stocks, Sum


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where an object is.

    Attributes:
        status: the first of the states that parts of it are in.
        quantity: how much of it is in that state.
        party: who has it.
        place: where.
        holdings: what should be there, place by place.
    """

    status: Status
    quantity: Amount | None
    party: str | None
    place: str | None
    holdings: tuple[Holding, ...] = ()


def whereabouts_of(
    stocks: Stocks, seen: Sequence[Sighting], moved: Sequence[Transfer], parties: Parties
) -> Whereabouts:
    """Tell where an object is.

    Args:
        stocks: its stocks.
        seen: its sightings, by time.
        moved: its changes of hands, by time.
        parties: who stands behind a place.
    """
    own = [sighting for sighting in seen if not sighting.attached]
    party = parties.of(own[-1].facts) if own else None
    place = own[-1].facts.biz_location or own[-1].place if own else None
    held = [stock for stock in stocks.each() if _is_there(stocks, stock)]
    if held:
        last = max(held, key=lambda stock: stock.all()[-1].time)
        quantity = amount(stocks, _added(map(stocks.on_hand, held)))
        holdings = tuple(
            Holding(
                party=stock.party, place=stock.place, quantity=amount(stocks, stocks.on_hand(stock))
            )
            for stock in held
        )
        return Whereabouts("on_hand", quantity, last.party, last.place, holdings)
    lost = [amount for stock in stocks.each() for amount in stock.lost]
    if lost:
        under_way = next((m for m in reversed(moved) if m.received is None and not m.sold), None)
        if under_way is not None and under_way.taker is not None:
            ahead = under_way.shipped.destination_places if under_way.shipped else []
            party, place = under_way.taker, next(iter(ahead), place)
        return Whereabouts("shipped", amount(stocks, stocks.sum(lost)), party, place)
    for status, bookings in _gone(stocks):
        if bookings:
            return Whereabouts(status, amount(stocks, stocks.total(bookings)), party, place)
    return Whereabouts("unknown", None, party, place)


def amount(stocks: Stocks, total: Sum) -> Amount | None:
    """Return an amount in base units in the unit of an object."""
    return None if total is None else Amount(value=in_unit(total, stocks.uom), uom=stocks.uom)


def _is_there(stocks: Stocks, stock: Stock) -> bool:
    """Tell whether goods should be at a site, or may be.

    Where it is known how much came and not how much left, some may be there still. Where neither is
    known, what was heard of the site last decides.
    """
    left = stocks.on_hand(stock)
    if left is not None:
        return left > 0
    came = stocks.total([*stock.bookings["produced"], *stock.bookings["received"]])
    is_measured = stock.has_source and came is not None
    return is_measured or (stock.has_source and stock.all()[-1].column not in LEAVING)


def _gone(stocks: Stocks) -> Iterable[tuple[Status, list[Booking]]]:
    gone = [booking for stock in stocks.each() for booking in stock.leaving()]
    yield "sold", [booking for booking in gone if booking.sold]
    yield "destroyed", [booking for booking in gone if booking.column == "destroyed"]
    yield "used", [booking for booking in gone if booking.column == "used"]


def _added(amounts: Iterable[Sum]) -> Sum:
    total = Fraction()
    for one in amounts:
        if one is None:
            return None
        total += one
    return total
