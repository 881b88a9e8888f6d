"""The rows of a balance: what came to one place of an object in a period, and what came of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from epcis_core.model.times import utc_text
from epcis_core.provenance.amounts import in_unit
from epcis_core.provenance.balance_result import BalanceRow
from epcis_core.provenance.bookings import Booking
from epcis_core.provenance.stock import Stock, Stocks, Sum

_MOST_EVENTS: Final = 50
"""So many events stand behind one amount; the answers to traces have all."""


@dataclass(frozen=True, slots=True)
class Period:
    """A span of event time.

    Attributes:
        since: its first instant, microseconds since 1970 UTC; None for ever.
        until: the first instant behind it, likewise; None for no end.

    >>> Period(10, 20).holds(10), Period(10, 20).holds(20), Period().holds(0)
    (True, False, True)
    """

    since: int | None = None
    until: int | None = None

    def holds(self, time: int) -> bool:
        """Tell whether an instant is in it."""
        return (self.since is None or time >= self.since) and self.is_before_end(time)

    def is_before_end(self, time: int) -> bool:
        """Tell whether an instant is in it or before."""
        return self.until is None or time < self.until

    def is_before(self, time: int) -> bool:
        """Tell whether an instant is before it."""
        return self.since is not None and time < self.since

    def in_words(self) -> dict[str, str | None]:
        """Return begin and end as UTC text."""
        return {
            "since": None if self.since is None else utc_text(self.since),
            "until": None if self.until is None else utc_text(self.until),
        }


ALWAYS: Final = Period()
"""All of time."""


def row_of(stocks: Stocks, stock: Stock, period: Period = ALWAYS) -> BalanceRow:
    """Return the row of one stock.

    Args:
        stocks: of the object.
        stock: one of them, or the part of it that one party held.
        period: of which movements are told.
    """
    within = {
        column: [one for one in bookings if period.holds(one.time)]
        for column, bookings in stock.bookings.items()
    }
    lost = [one for one in stock.lost if period.holds(one.time)]
    behind: dict[str, list[Booking]] = {
        **{str(column): its for column, its in within.items()},
        "opening": [one for one in stock.all() if period.is_before(one.time)],
        "on_hand": [one for one in stock.all() if period.is_before_end(one.time)],
        "unaccounted": lost,
    }
    events = {column: _events(its) for column, its in behind.items()}

    def shown(bookings: Iterable[Booking]) -> str | None:
        return _digits(stocks, stocks.total(bookings))

    return BalanceRow(
        party=stock.party,
        place=stock.place,
        opening=_digits(stocks, _left(stocks, stock, before=period)),
        produced=shown(within["produced"]),
        received=shown(within["received"]) if stock.has_source else None,
        used=shown(within["used"]),
        shipped=shown(within["shipped"]),
        destroyed=shown(within["destroyed"]),
        on_hand=_digits(stocks, _left(stocks, stock, until=period)),
        unaccounted=shown(lost),
        events={column: its for column, its in events.items() if its},
    )


def is_concerned(stock: Stock, period: Period) -> bool:
    """Tell whether anything of a stock came by the end of a period, or left."""
    return any(period.is_before_end(booking.time) for booking in stock.all())


def _left(
    stocks: Stocks, stock: Stock, *, before: Period = ALWAYS, until: Period | None = None
) -> Sum:
    """Return what was left of a stock, before a period or by the end of one."""
    counts = before.is_before if until is None else until.is_before_end
    then = Stock(stock.site)
    for column, bookings in stock.bookings.items():
        then.bookings[column] = [one for one in bookings if counts(one.time)]
    if not then.all():
        return stocks.total(())
    if not stock.has_source:
        return None
    came = stocks.total([*then.bookings["produced"], *then.bookings["received"]])
    left = stocks.total(then.leaving())
    return None if came is None or left is None else came - left


def _events(bookings: Iterable[Booking]) -> tuple[str, ...]:
    ids = dict.fromkeys(_ids(sorted(bookings, key=lambda booking: booking.time)))
    return tuple(ids)[:_MOST_EVENTS]


def _ids(bookings: Iterable[Booking]) -> Iterator[str]:
    for booking in bookings:
        yield from (facts.event_id for facts in booking.events)


def _digits(stocks: Stocks, total: Sum) -> str | None:
    return None if total is None else in_unit(total, stocks.uom)
