"""Schedules of standing queries: at which moments one is executed, always in UTC.

A field is a number, a range `[10-20]`, a start and a step `0/30`, or several of these with commas
between. A moment is due where all fields that are given match it. Of those that are not given, the
larger than the smallest given one match anything, and the smaller have their lowest value: an
`hour` alone is the full hour of each day. `dayOfMonth` and `dayOfWeek` are equally large; given
both, both must match.

References:
    EPCIS 2.0, section 8.2.5.3 (QuerySchedule)
"""

import asyncio
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from api.clock import now

_RANGES: Final[Mapping[str, tuple[int, int]]] = {
    "second": (0, 59),
    "minute": (0, 59),
    "hour": (0, 23),
    "dayOfMonth": (1, 31),
    "month": (1, 12),
    "dayOfWeek": (1, 7),
}
FIELDS: Final = tuple(_RANGES)
"""The names of the fields; Monday is day 1 of a week."""

_SIZES: Final[Mapping[str, int]] = {
    "second": 0, "minute": 1, "hour": 2, "dayOfMonth": 3, "dayOfWeek": 3, "month": 4,
}  # fmt: skip
_ELEMENT: Final = re.compile(r"(\d{1,2})(?:/(\d{1,2}))?|\[(\d{1,2})-(\d{1,2})\]", re.ASCII)
_CYCLE: Final = 40 * 366  # days; 29 February comes on each day of the week within 40 years
_LAST_YEAR: Final = 9999
_MICROSECONDS: Final = 1_000_000
_LONGEST_SLEEP: Final = 60.0  # seconds


class ScheduleError(ValueError):
    """A schedule that is none; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a query is executed.

    Attributes:
        given: the fields as they were given.
        seconds: those of a minute that match, ascending; likewise the others.
        minutes: of an hour.
        hours: of a day.
        days: of a month.
        months: of a year.
        weekdays: 1 is Monday.
    """

    given: Mapping[str, str]
    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    def next_after(self, moment: int) -> int:
        """Return the first due moment later than another.

        Args:
            moment: microseconds since 1970 UTC.

        Returns:
            The same, at a full second.

        Raises:
            ScheduleError: there is none before the year 10000.
        """
        start = datetime.fromtimestamp(moment // _MICROSECONDS, UTC) + timedelta(seconds=1)
        day = start.date()
        if self._has(day):
            for clock in self._clocks():
                if clock >= start.time():
                    return _microseconds(day, clock)
        first = next(self._clocks())
        return _microseconds(self._day_after(day), first)

    def _has(self, day: date) -> bool:
        return (
            day.month in self.months and day.day in self.days and day.isoweekday() in self.weekdays
        )

    def _day_after(self, day: date) -> date:
        for _ in range(_CYCLE):
            if day == date.max:
                break
            day += timedelta(days=1)
            if self._has(day):
                return day
        raise ScheduleError(f"No day matches {dict(self.given)}.")

    def _clocks(self) -> Iterator[time]:
        for hour in self.hours:
            for minute in self.minutes:
                for second in self.seconds:
                    yield time(hour, minute, second)


def parse_schedule(given: Mapping[str, Any]) -> Schedule:
    """Read a schedule.

    Args:
        given: the fields, each as text; a number is taken as well.

    Raises:
        ScheduleError: there is no field, an unknown one, a value that is none, or no day that
            matches, such as 30 February.
    """
    if not given:
        raise ScheduleError(f"A schedule has at least one of {', '.join(FIELDS)}.")
    texts: dict[str, str] = {}
    for name, value in given.items():
        if name not in _RANGES:
            raise ScheduleError(f"A schedule has no {name!r}; it has {', '.join(FIELDS)}.")
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ScheduleError(f"{name}: expected a text such as '0' or '[1-5]', got {value!r}.")
        texts[name] = str(value)
    smallest = min(_SIZES[name] for name in texts)
    values = {
        name: _values(name, texts[name]) if name in texts else _implied(name, smallest)
        for name in FIELDS
    }
    schedule = Schedule(
        texts,
        tuple(sorted(values["second"])),
        tuple(sorted(values["minute"])),
        tuple(sorted(values["hour"])),
        values["dayOfMonth"],
        values["month"],
        values["dayOfWeek"],
    )
    schedule.next_after(0)
    return schedule


async def wait_until(moment: int) -> None:
    """Wait until a time, in microseconds since 1970 UTC; the clock may be set meanwhile."""
    left = (moment - now()) / _MICROSECONDS
    while left > 0:
        await asyncio.sleep(min(left, _LONGEST_SLEEP))
        left = (moment - now()) / _MICROSECONDS


def _values(name: str, text: str) -> frozenset[int]:
    """Return the numbers that a field matches."""
    least, most = _RANGES[name]
    found: set[int] = set()
    for element in text.split(","):
        match = _ELEMENT.fullmatch(element.strip())
        if match is None:
            raise ScheduleError(
                f"{name}: expected a number, a range such as [1-5], a start and a step such as "
                f"0/30, or a list of these, got {text!r}."
            )
        start, step, low, high = (None if part is None else int(part) for part in match.groups())
        if low is not None and high is not None:
            numbers = range(low, high + 1)
        elif start is not None and step is not None:
            numbers = range(start, most + 1, step) if step else range(0)
        else:
            numbers = range(start or 0, (start or 0) + 1)
        if not numbers or numbers[0] < least or numbers[-1] > most:
            raise ScheduleError(f"{name}: expected numbers from {least} to {most}, got {text!r}.")
        found.update(numbers)
    return frozenset(found)


def _implied(name: str, smallest: int) -> frozenset[int]:
    """Return what a field matches that is not given."""
    least, most = _RANGES[name]
    if _SIZES[name] < smallest and name != "dayOfWeek":
        return frozenset((least,))
    return frozenset(range(least, most + 1))


def _microseconds(day: date, clock: time) -> int:
    moment = datetime.combine(day, clock, UTC)
    return int(moment.timestamp()) * _MICROSECONDS
