"""Dates and times as people write them in cells; what can be read two ways is told, not guessed.

Day, month, year is the order of Vietnam, and ISO 8601 that of machines. Years are those from 2000
to 2099; a year of two digits is one of 2015 to 2039, so that it cannot be taken for a day unseen.
"""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Final

from epcis_core.findings import Where, finding
from ingest.sheets.grid import CellError, Value
from ingest.sheets.names import without_accents

ZONE: Final = dt.timezone(dt.timedelta(hours=7))
"""Vietnam's; what a sheet says without a zone is meant in it."""

YEARS: Final = range(2000, 2100)
"""Of dates that people mean."""

_SHORT_YEARS: Final = range(2015, 2040)
_EPOCH: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a date of a cell has no zone
_TO_1904: Final = 1462
_SERIALS: Final = range(36526, 73051)  # days of 2000 to 2099
_SERIALS_1904: Final = range(36526 - _TO_1904, 73051 - _TO_1904)

_DAY: Final = 86400  # seconds
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}T")
_NUMBERS: Final = re.compile(r"(\d{1,4})\s*[/.\-\s]\s*(\d{1,2})\s*[/.\-\s]\s*(\d{1,4})")
_DIGITS: Final = re.compile(r"\d{8}|\d{6}")
_WORDS: Final = re.compile(
    r"(?:ngay\s*)?(\d{1,2})[\s\-/.]*(?:thang\s*(\d{1,2})|([a-z]{3})[a-z]*\.?)[\s\-/.,]*(?:nam\s*)?(\d{4}|\d{2})"
)
_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_TIME: Final = re.compile(
    r"(\d{1,2})\s*(?::|h|g|gio)\s*(\d{2})?(?::(\d{2})(?:\.\d+)?)?\s*(?:p|phut)?\s*(am|pm|sang|sa|chieu|ch|toi)?"
)
_TIME_BEHIND: Final = re.compile(r"^(.*\d)[\sT,]+(\d{1,2}\s*[:hg]\s*\d{0,2}.*)$")
_NOON: Final = 12
_DAY_FIRST: Final = 12  # a number above it is no month
_LONG_YEAR: Final = 4  # digits

Moment = tuple[dt.date, dt.time | None]
"""A date, and the time of day where the cell holds one too."""


def read_date(value: Value, at: Where, *, counts_from_1904: bool = False) -> Moment:
    """Return the date in a cell.

    Args:
        value: what the cell holds.
        at: where.
        counts_from_1904: what a number without the form of a date counts from.

    Raises:
        CellError: `sheet_date_unreadable`, `sheet_date_impossible`, `sheet_date_ambiguous` or
            `sheet_date_implausible`.
    """
    if isinstance(value, float):
        value = _of_serial(value, counts_from_1904=counts_from_1904) or f"{value:.15g}"
    if isinstance(value, dt.datetime):
        return _plausible(value.date(), value.time() if value.time() != dt.time() else None, at)
    if isinstance(value, dt.date):
        return _plausible(value, None, at)
    if not isinstance(value, str):
        raise _unreadable(value, at)
    if _ISO.match(value.strip()):
        return _iso(value.strip(), at)
    if split := _TIME_BEHIND.match(value.strip()):
        return read_date(split[1], at)[0], read_time(split[2], at)
    return _written(value, at), None


def read_time(value: Value, at: Where) -> dt.time:
    """Return the time of day in a cell.

    Raises:
        CellError: `sheet_time_unreadable`.
    """
    read: dt.time | None = None
    if isinstance(value, dt.datetime):
        read = value.time()
    elif isinstance(value, dt.time):
        read = value
    elif isinstance(value, dt.timedelta):
        read = _of_seconds(value.total_seconds())
    elif isinstance(value, float):
        # A number below 1 is a part of a day; another one is hours, if it is whole.
        read = _of_seconds(value * _DAY) if 0 <= value < 1 else None
        if value == int(value) and 1 <= value < 24:  # noqa: PLR2004 - hours of a day
            read = dt.time(int(value))
    elif isinstance(value, str):
        read = _time_of(without_accents(value.strip()))
    if read is None:
        raise CellError(finding("sheet_time_unreadable", at=at, actual=shown(value)))
    return read.replace(microsecond=0)


def shown(value: Value) -> str:
    """Return what a cell holds as a finding shows it.

    >>> shown(12.0), shown("x"), shown(dt.date(2026, 3, 10))
    ('12', "'x'", '10/03/2026')
    """
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, dt.datetime):
        return value.strftime("%d/%m/%Y %H:%M")
    if isinstance(value, dt.date):
        return value.strftime("%d/%m/%Y")
    return repr(value) if isinstance(value, str) else str(value)


def _of_serial(value: float, *, counts_from_1904: bool) -> dt.datetime | None:
    """Return what a number without the form of a date stands for, if it is one of 2000 to 2099."""
    if int(value) not in (_SERIALS_1904 if counts_from_1904 else _SERIALS):
        return None
    days = value + (_TO_1904 if counts_from_1904 else 0)
    return _EPOCH + dt.timedelta(seconds=round(days * _DAY))


def _iso(text: str, at: Where) -> Moment:
    try:
        read = dt.datetime.fromisoformat(text)
    except ValueError:
        raise _unreadable(text, at) from None
    here = read.astimezone(ZONE) if read.tzinfo else read
    return _plausible(here.date(), here.time(), at)


def _written(value: str, at: Where) -> dt.date:
    """Return the date that a text spells."""
    orders = _readings(without_accents(value.strip()))
    if not orders:
        raise _unreadable(value, at)
    dates = {date for date in (_date(*order) for order in orders) if date is not None}
    usual = _date(*orders[0])
    is_sure = usual is not None or all(len(year) == _LONG_YEAR for year, _, _ in orders)
    if len(dates) == 1 and is_sure:
        return dates.pop()
    actual = repr(value)
    if dates:
        days = " / ".join(one.strftime("%d.%m.%Y") for one in sorted(dates))
        raise CellError(finding("sheet_date_ambiguous", at=at, actual=actual, readings=days))
    year = orders[0][0]
    if len(year) == _LONG_YEAR and int(year) not in YEARS:
        raise CellError(finding("sheet_date_implausible", at=at, actual=actual))
    raise CellError(finding("sheet_date_impossible", at=at, actual=actual))


def _readings(text: str) -> list[tuple[str, str, str]]:
    """Return how a text may be year, month and day; the usual way first."""
    if found := _WORDS.fullmatch(text):
        month = found[2] or _month(found[3])
        return [(found[4], month, found[1])] if month else []
    if found := _NUMBERS.fullmatch(text):
        return list(_orders(found[1], found[2], found[3]))
    return list(_orders_of_digits(text)) if _DIGITS.fullmatch(text) else []


def _orders(first: str, second: str, third: str) -> Iterator[tuple[str, str, str]]:
    """Yield how three numbers may be year, month and day; the usual way first."""
    if len(first) == _LONG_YEAR:
        yield first, second, third
        return
    yield third, second, first
    if len(third) != _LONG_YEAR:
        yield first, second, third


def _orders_of_digits(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield how digits without anything between may be year, month and day."""
    year = len(text) - 4
    yield text[4:], text[2:4], text[:2]
    yield text[:year], text[year : year + 2], text[year + 2 :]


def _date(year: str, month: str, day: str) -> dt.date | None:
    number = int(year)
    if len(year) != _LONG_YEAR:
        number += 2000
        if number not in _SHORT_YEARS:
            return None
    if number not in YEARS:
        return None
    try:
        return dt.date(number, int(month), int(day))
    except ValueError:
        return None


def _month(name: str) -> str:
    return str(_MONTHS.index(name) + 1) if name in _MONTHS else ""


def _time_of(text: str) -> dt.time | None:
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    hour, half = int(found[1]), found[4]
    if half in {"pm", "ch", "chieu", "toi"} and hour < _NOON:
        hour += _NOON
    elif half in {"am", "sa", "sang"} and hour == _NOON:
        hour = 0
    try:
        return dt.time(hour, int(found[2] or 0), int(found[3] or 0))
    except ValueError:
        return None


def _of_seconds(seconds: float) -> dt.time | None:
    whole = round(seconds)
    if not 0 <= whole < _DAY:
        return None
    return (_EPOCH + dt.timedelta(seconds=whole)).time()


def _plausible(date: dt.date, time: dt.time | None, at: Where) -> Moment:
    if date.year not in YEARS:
        raise CellError(finding("sheet_date_implausible", at=at, actual=shown(date)))
    return date, time


def _unreadable(value: Value, at: Where) -> CellError:
    return CellError(finding("sheet_date_unreadable", at=at, actual=shown(value)))
