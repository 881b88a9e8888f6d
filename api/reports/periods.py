"""The periods of reports: years and quarters of the calendar in Viet Nam.

>>> str(quarter(2026, 3)), quarter(2026, 3).first.isoformat(), quarter(2026, 3).last.isoformat()
('2026-Q3', '2026-07-01', '2026-09-30')
>>> year(2026).between(now=1_800_000_000_000_000).since
1767200400000000
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal

from api.web.times import ZONE, here_at
from epcis_core.store.figures import Between

Kind = Literal["year", "quarter"]

EARLIEST: Final = 2000
LATEST: Final = 9998
"""Years that a period may be of."""

_NAME: Final = re.compile(r"(?P<year>[0-9]{4})(?:-Q(?P<quarter>[1-4]))?", re.ASCII)
_MICROSECOND: Final = timedelta(microseconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """A year or a quarter; as text it is its name, `2026` or `2026-Q3`.

    Attributes:
        year: of the calendar.
        quarter: from 1 to 4; None for the whole year.
    """

    year: int
    quarter: int | None = None

    @property
    def kind(self) -> Kind:
        """What it is."""
        return "year" if self.quarter is None else "quarter"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, 1 if self.quarter is None else 3 * self.quarter - 2, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> "Period":
        """The period after it."""
        if self.quarter is None:
            return Period(self.year + 1)
        later = self.quarter + 1
        return Period(self.year + later // 5, (later - 1) % 4 + 1)

    @property
    def before(self) -> "Period":
        """The period before it."""
        if self.quarter is None:
            return Period(self.year - 1)
        return Period(self.year - (self.quarter == 1), (self.quarter + 2) % 4 + 1)

    def between(self, now: int) -> Between:
        """Return its instants and days, as far as they have come.

        Args:
            now: microseconds since 1970 UTC; a period that goes on ends here.
        """
        until = min(_instant(self.next.first), now)
        last = min(self.last, here_at(now).date())
        return Between(_instant(self.first), until, self.first.isoformat(), last.isoformat())

    def is_over(self, now: int) -> bool:
        """Tell whether it has ended at an instant, microseconds since 1970 UTC."""
        return _instant(self.next.first) <= now

    def __str__(self) -> str:
        return str(self.year) if self.quarter is None else f"{self.year}-Q{self.quarter}"


def year(number: int) -> Period:
    """Return a year."""
    return Period(number)


def quarter(of: int, number: int) -> Period:
    """Return a quarter, from 1 to 4, of a year."""
    return Period(of, number)


def period_of(name: str) -> Period | None:
    """Return the period of a name; None where there is none.

    >>> str(period_of("2026-Q4").next), period_of("2026-Q5"), period_of("26")
    ('2027-Q1', None, None)
    """
    read = _NAME.fullmatch(name)
    if read is None or not EARLIEST <= int(read["year"]) <= LATEST:
        return None
    return Period(int(read["year"]), int(read["quarter"]) if read["quarter"] else None)


def current(kind: Kind, now: int) -> Period:
    """Return the period in which an instant lies, microseconds since 1970 UTC."""
    day = here_at(now).date()
    return Period(day.year, None if kind == "year" else (day.month + 2) // 3)


def _instant(day: date) -> int:
    """Return when a day begins in Viet Nam, microseconds since 1970 UTC."""
    return (datetime.combine(day, time(), ZONE) - _EPOCH) // _MICROSECOND
