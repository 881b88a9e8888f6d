"""Times for people: in Viet Nam, and as the event itself had them.

>>> here("2026-03-11T23:30:00Z").isoformat()
'2026-03-12T06:30:00+07:00'
>>> date_and_time(here("2026-03-11T07:20:00Z"), "vi")
'11/03/2026 14:20'
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from epcis_core.findings import Language
from epcis_core.model.times import instant

ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
"""The zone of the province."""

_PATTERN: Final[dict[Language, str]] = {"vi": "dd/MM/y HH:mm", "en": "d MMM y, HH:mm"}
_SECONDS: Final[dict[Language, str]] = {"vi": "dd/MM/y HH:mm:ss", "en": "d MMM y, HH:mm:ss"}
_DAY: Final[dict[Language, str]] = {"vi": "dd/MM/y", "en": "d MMM y"}
_SHORT_DAY: Final[dict[Language, str]] = {"vi": "dd/MM/yy", "en": "d MMM yy"}
_WORDS: Final[dict[Language, str]] = {"vi": "'ngày' d 'tháng' M 'năm' y", "en": "d MMMM y"}
_OFFSET: Final = re.compile(r"([+-])(\d\d):(\d\d)")


def here(text: str) -> datetime:
    """Return the instant of a timestamp as the clock in Viet Nam shows it.

    Raises:
        ValueError: the text is no timestamp with a zone.
    """
    return _on_clock(instant(text), ZONE)


def here_at(microseconds: int) -> datetime:
    """Return microseconds since 1970 UTC as the clock in Viet Nam shows it."""
    return _on_clock(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds), ZONE)


def own(text: str, offset: str) -> datetime:
    """Return the instant of a timestamp at the offset the event states.

    Args:
        text: the event time in any zone.
        offset: `+hh:mm` or `-hh:mm`; anything else reads as UTC.

    >>> own("2026-03-12T06:20:00Z", "+09:00").isoformat()
    '2026-03-12T15:20:00+09:00'
    """
    match = _OFFSET.fullmatch(offset)
    minutes = int(match[2]) * 60 + int(match[3]) if match else 0
    sign = -1 if match and match[1] == "-" else 1
    return _on_clock(instant(text), timezone(sign * timedelta(minutes=minutes)))


def _on_clock(moment: datetime, zone: tzinfo) -> datetime:
    """Return a moment as a clock shows it; in UTC where that clock is before year 1 or past 9999.

    An event may state any of these years, and no page may break by it.
    """
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def offset_of(moment: datetime) -> str:
    """Return the offset of an aware time, `+07:00`."""
    return moment.isoformat()[-6:]


def date_and_time(moment: datetime, language: Language) -> str:
    """Return day, hour and minute for tables."""
    return format_datetime(moment, _PATTERN[language], tzinfo=moment.tzinfo, locale=language)


def to_the_second(moment: datetime, language: Language) -> str:
    """Return day, hour, minute and second, where it matters what came first."""
    return format_datetime(moment, _SECONDS[language], tzinfo=moment.tzinfo, locale=language)


def day(moment: datetime, language: Language) -> str:
    """Return the day in figures."""
    return calendar_day(moment.date(), language)


def calendar_day(on: date, language: Language) -> str:
    """Return a day of no zone in figures."""
    return format_date(on, _DAY[language], locale=language)


def calendar_day_of(on: str, language: Language) -> str:
    """Return a day that is kept as `2026-05-12` in figures.

    Raises:
        ValueError: the text is no day.
    """
    return calendar_day(date.fromisoformat(on), language)


def short_day(moment: datetime, language: Language) -> str:
    """Return the day in as few characters as it takes, for pictures."""
    return format_date(moment.date(), _SHORT_DAY[language], locale=language)


def day_in_words(moment: datetime, language: Language) -> str:
    """Return the day for a sentence."""
    return format_date(moment.date(), _WORDS[language], locale=language)


def clock(moment: datetime) -> str:
    """Return hour and minute."""
    return moment.strftime("%H:%M")
