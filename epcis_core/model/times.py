"""Points in time, kept as written, and what they mean.

A `Timestamp` is the text of an xsd:dateTimeStamp: `2026-03-01T08:00:00.5+07:00`. Its offset and
its digits matter to whoever wrote it, so the text is what the model keeps; `instant` reads it.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Final

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

_TIMESTAMP: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,60}))?(?:(Z)|([+-])(\d\d):(\d\d))",
    re.ASCII,
)
# What nearly all times look like, which Python reads as it stands.
_COMMON: Final = re.compile(
    r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3}(?:\d{3})?)?"
    r"(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d)",
    re.ASCII,
)
# CBV and EPCIS 2.0: minus 14 hours to plus 14 hours, and no 'Z'.
_OFFSET: Final = re.compile(r"[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)", re.ASCII)
_MAX_OFFSET_MINUTES: Final = 14 * 60
_MICROSECOND_DIGITS: Final = 6
_TO_THE_SECOND: Final = len("2026-03-01T08:00:00")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=1 << 14)
def instant(text: str) -> datetime:
    """Return the instant a timestamp names, in UTC, cut to microseconds.

    Raises:
        ValueError: the text is no xsd:dateTimeStamp: no zone, no such day, hour 24, second 60.
    """
    if _COMMON.fullmatch(text):
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            return instant_by_parts(text)
    return instant_by_parts(text)


def instant_by_parts(text: str) -> datetime:
    """Return what `instant` does, in whatever spelling; slower, and it says what is wrong.

    Raises:
        ValueError: as `instant`.
    """
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        raise ValueError(f"Expected a time with a zone, such as 2026-03-01T08:00:00+07:00: {text}")
    year, month, day, hour, minute, second = map(int, match.group(1, 2, 3, 4, 5, 6))
    fraction = int((match[7] or "0")[:_MICROSECOND_DIGITS].ljust(_MICROSECOND_DIGITS, "0"))
    local = datetime(year, month, day, hour, minute, second, fraction, tzinfo=UTC)
    if match[8]:
        return local
    if int(match[11]) > 59:  # noqa: PLR2004 - minutes of an hour
        raise ValueError(f"Offset minutes above 59: {text}")
    minutes = int(match[10]) * 60 + int(match[11])
    if minutes > _MAX_OFFSET_MINUTES:
        raise ValueError(f"Offset beyond 14 hours: {text}")
    try:
        return local - timedelta(minutes=minutes if match[9] == "+" else -minutes)
    except OverflowError as error:
        raise ValueError(f"Time outside the years 1 to 9999: {text}") from error


def microseconds(text: str) -> int:
    """Return the instant a timestamp names, in microseconds since 1970-01-01T00:00:00Z."""
    since = instant(text) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


@lru_cache(maxsize=1 << 14)
def utc_text(value: int) -> str:
    """Return microseconds since 1970 as text in UTC, with as many decimals as it needs.

    >>> utc_text(1_500_000)
    '1970-01-01T00:00:01.5Z'
    """
    text = (_EPOCH + timedelta(microseconds=value)).isoformat().removesuffix("+00:00")
    return f"{text.rstrip('0')}Z" if "." in text else f"{text}Z"


@lru_cache(maxsize=1 << 12)
def exact_utc_text(text: str) -> str:
    """Return a timestamp in UTC with all its decimals but the zeros at their end.

    >>> exact_utc_text("2026-03-01T08:00:00.120000034500+07:00")
    '2026-03-01T01:00:00.1200000345Z'

    Raises:
        ValueError: the text is no xsd:dateTimeStamp.
    """
    moment = instant(text)
    if text[-1] == "Z":
        whole, fraction = text[:_TO_THE_SECOND], text[_TO_THE_SECOND:-1]
    else:
        whole = moment.isoformat()[:_TO_THE_SECOND]
        fraction = text[_TO_THE_SECOND : -len("+07:00")]
    return f"{whole}{fraction.rstrip('0').rstrip('.')}Z" if fraction else f"{whole}Z"


def _check_timestamp(text: str) -> str:
    try:
        instant(text)
    except ValueError as error:
        raise PydanticCustomError("malformed_time", "expected a time with its zone") from error
    return text


def _check_offset(text: str) -> str:
    if _OFFSET.fullmatch(text) is None:
        raise PydanticCustomError("malformed_offset", "expected +hh:mm or -hh:mm")
    return text


Timestamp = Annotated[
    str,
    AfterValidator(_check_timestamp),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""Text of a point in time with its zone (EPCIS 2.0, dateTimeStamp)."""

Offset = Annotated[
    str,
    AfterValidator(_check_offset),
    WithJsonSchema({"type": "string", "pattern": f"^{_OFFSET.pattern}$"}),
]
"""Text of the event's own offset from UTC, `+07:00`; never `Z`."""
