"""What a balance is asked for: a period of days, as the calendar in Viet Nam has them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Final

from fastapi import Depends, Query

from api.web import times
from epcis_core.errors import QueryError
from epcis_core.model.times import microseconds
from epcis_core.provenance.balance_rows import Period

_LONGEST: Final = 20  # of a day, as typed


@dataclass(frozen=True, slots=True)
class Asked:
    """A period of days.

    Attributes:
        since: the first day, `2026-03-11`; empty for all before.
        until: the last day, which is part of it; empty for all since.
        period: the instants of these days.
    """

    since: str
    until: str
    period: Period

    @property
    def query(self) -> dict[str, str]:
        """The parameters of an address that ask for it."""
        given = {"since": self.since, "until": self.until}
        return {name: day for name, day in given.items() if day}


def asked_period(since: str = "", until: str = "") -> Asked:
    """Read a period of days, both ends included.

    Raises:
        QueryError: one is no day, or the first is after the last.

    >>> asked_period("2026-03-11", "2026-03-11").period
    Period(since=1773162000000000, until=1773248400000000)
    """
    first, last = _day(since, "since"), _day(until, "until")
    if first is not None and last is not None and first > last:
        raise QueryError("Expected since not to be after until", parameter="since")
    return Asked(
        "" if first is None else first.isoformat(),
        "" if last is None else last.isoformat(),
        Period(
            None if first is None else _begin(first),
            None if last is None else _begin(last + timedelta(days=1)),
        ),
    )


def _asked(
    since: Annotated[str, Query(max_length=_LONGEST)] = "",
    until: Annotated[str, Query(max_length=_LONGEST)] = "",
) -> Asked:
    return asked_period(since, until)


AskedPeriod = Annotated[Asked, Depends(_asked)]
"""The period that an address asks for; all of time where it names none."""


def _day(text: str, parameter: str) -> date | None:
    try:
        day = date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError as error:
        told = f"Expected {parameter}, a day such as 2026-03-11, got {text!r}"
        raise QueryError(told, parameter=parameter) from error
    if day is not None and not date(1970, 1, 2) <= day <= date(9000, 1, 1):
        raise QueryError(f"Expected {parameter} after 1970", parameter=parameter)
    return day


def _begin(day: date) -> int:
    """Return the first instant of a day in Viet Nam, microseconds since 1970 UTC."""
    return microseconds(datetime.combine(day, time(), times.ZONE).isoformat())
