"""What ended with consumers and what they brought back, and how else the goods of a lot ended.

An instance is one thing: where its last booking put it, there it is. Of amounts, what comes without
a giver after some was sold may have come back, or be new goods of which nobody recorded the origin.
It has come back where the event says so, or where the lot then adds up to what was made of it.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from epcis_core.provenance.bookings import Booking
from epcis_core.provenance.kinds import AMOUNTS, kind_of
from epcis_core.provenance.stock import LEAVING, Stocks, Sum

_RETURNED: Final = "returned"


def ends_of(stocks: Stocks) -> list[Booking]:
    """Return what was sold to consumers, used and destroyed, by time.

    An instance ends once: by the last of its bookings, if that is an end.

    Args:
        stocks: of an object.
    """
    bookings = sorted(
        (booking for stock in stocks.each() for booking in stock.all()),
        key=lambda booking: (booking.time, booking.column in LEAVING, booking.events[0].event_id),
    )
    last = {b.object: b for b in bookings if kind_of(b.object) not in AMOUNTS}
    return [
        booking
        for booking in bookings
        if (booking.sold or booking.column in {"used", "destroyed"})
        and last.get(booking.object, booking) is booking
    ]


def with_consumers(stocks: Stocks) -> Sum:
    """Return how much was sold to consumers and has not come back; None where nobody knows.

    Args:
        stocks: of an object.

    References:
        CBV 2.0, section 7.2: the disposition `returned`
    """
    total = stocks.total(end for end in ends_of(stocks) if end.sold)
    returned = stocks.total(b for b in brought_back(stocks) if kind_of(b.object) in AMOUNTS)
    return None if total is None or returned is None else max(total - returned, Fraction())


def brought_back(stocks: Stocks) -> list[Booking]:
    """Return what consumers brought back: what came from nobody after it was sold.

    Args:
        stocks: of an object.
    """
    ends = ends_of(stocks)
    back = _may_be_back(stocks, [end for end in ends if end.sold])
    every = stocks.total(back)
    is_all = every is not None and _adds_up(stocks, ends, every)
    amounts = back if is_all else [booking for booking in back if _says_so(booking)]
    first: dict[str, int] = {}
    for stock in stocks.each():
        for sale in stock.bookings["shipped"]:
            if sale.sold and kind_of(sale.object) not in AMOUNTS:
                first[sale.object] = min(sale.time, first.get(sale.object, sale.time))
    instances = [
        booking
        for booking in stocks.from_nobody
        if first.get(booking.object, booking.time + 1) <= booking.time
    ]
    return [*amounts, *instances]


def _may_be_back(stocks: Stocks, sold: Sequence[Booking]) -> list[Booking]:
    """Return the amounts that came from nobody after some was sold."""
    times = [sale.time for sale in sold if kind_of(sale.object) in AMOUNTS]
    return [
        booking
        for booking in stocks.from_nobody
        if kind_of(booking.object) in AMOUNTS and any(time <= booking.time for time in times)
    ]


def _says_so(booking: Booking) -> bool:
    return booking.events[0].disposition == _RETURNED


def _adds_up(stocks: Stocks, ends: Sequence[Booking], back: Fraction) -> bool:
    """Tell whether what was made is what ended, less what came back, and what is left."""
    each = stocks.each()
    made = stocks.total(booking for stock in each for booking in stock.bookings["produced"])
    there = [
        stocks.total(ends),
        stocks.total(lost for stock in each for lost in stock.lost),
        *map(stocks.on_hand, each),
    ]
    known = [amount for amount in there if amount is not None]
    return len(known) == len(there) and made == sum(known, Fraction()) - back
