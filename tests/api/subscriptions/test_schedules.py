"""Schedules of standing queries: what a field means, and when the next execution is."""

import re
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.subscriptions.schedule import FIELDS, ScheduleError, parse_schedule
from tests.conftest import TEST_SCALE

LIMITS = {
    "second": (0, 59),
    "minute": (0, 59),
    "hour": (0, 23),
    "dayOfMonth": (1, 31),
    "month": (1, 12),
    "dayOfWeek": (1, 7),
}
EXPECTED = (
    "expected a number, a range such as [1-5], a start and a step such as 0/30, or a list of these"
)


def after(moment: str, **fields: str) -> str:
    """The next due moment after another, both as texts."""
    start = int(datetime.fromisoformat(moment).timestamp() * 1_000_000)
    found = parse_schedule(fields).next_after(start)
    assert found % 1_000_000 == 0
    return datetime.fromtimestamp(found // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("fields", "start", "expected"),
    [
        pytest.param(
            {"hour": "1", "minute": "5"}, "2026-03-01T01:04:59Z", "2026-03-01T01:05:00Z",
            id="five past one, a second before",
        ),
        pytest.param(
            {"hour": "1", "minute": "5"}, "2026-03-01T01:05:00Z", "2026-03-02T01:05:00Z",
            id="five past one, at the moment itself",
        ),
        pytest.param(
            {"hour": "1", "minute": "5"}, "2026-03-01T01:04:59.999999Z", "2026-03-01T01:05:00Z",
            id="five past one, a microsecond before",
        ),
        pytest.param(
            {"hour": "1"}, "2026-03-01T08:30:00+07:00", "2026-03-02T01:00:00Z",
            id="hours are those of UTC",
        ),
        pytest.param(
            {"minute": "5"}, "2026-03-01T23:05:30Z", "2026-03-02T00:05:00Z",
            id="each hour, over midnight",
        ),
        pytest.param(
            {"second": "[10-12],40"}, "2026-03-01T00:00:12Z", "2026-03-01T00:00:40Z",
            id="a range and a number",
        ),
        pytest.param(
            {"second": "0/30"}, "2026-03-01T00:00:01Z", "2026-03-01T00:00:30Z",
            id="a start and a step",
        ),
        pytest.param(
            {"dayOfWeek": "1"}, "2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z",
            id="on Mondays, at midnight",
        ),
        pytest.param(
            {"dayOfMonth": "13", "dayOfWeek": "5"}, "2026-03-14T00:00:00Z", "2026-11-13T00:00:00Z",
            id="Friday the 13th: both days must match",
        ),
        pytest.param(
            {"month": "6"}, "2026-06-01T00:00:00Z", "2027-06-01T00:00:00Z",
            id="a month begins with its first day",
        ),
        pytest.param(
            {"month": "2", "dayOfMonth": "29"}, "2096-02-29T00:00:00Z", "2104-02-29T00:00:00Z",
            id="29 February, around a century without",
        ),
        pytest.param(
            {"dayOfMonth": "31"}, "2026-03-31T00:00:00Z", "2026-05-31T00:00:00Z",
            id="months without a 31st are passed over",
        ),
    ],
)  # fmt: skip
def test_the_next_execution_is_the_first_moment_that_matches(
    fields: dict[str, str], start: str, expected: str
) -> None:
    assert after(start, **fields) == expected


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "A schedule has at least one of second, minute, hour, dayOfMonth, month, dayOfWeek."),
        (
            {"year": "2026"},
            "A schedule has no 'year'; it has second, minute, hour, dayOfMonth, month, dayOfWeek.",
        ),
        ({"second": "60"}, "second: expected numbers from 0 to 59, got '60'."),
        ({"hour": "24"}, "hour: expected numbers from 0 to 23, got '24'."),
        ({"dayOfMonth": "0"}, "dayOfMonth: expected numbers from 1 to 31, got '0'."),
        ({"month": "[1-13]"}, "month: expected numbers from 1 to 12, got '[1-13]'."),
        ({"dayOfWeek": "[5-1]"}, "dayOfWeek: expected numbers from 1 to 7, got '[5-1]'."),
        ({"second": "5/0"}, "second: expected numbers from 0 to 59, got '5/0'."),
        ({"second": ""}, f"second: {EXPECTED}, got ''."),
        ({"second": "1,"}, f"second: {EXPECTED}, got '1,'."),
        ({"second": "1-5"}, f"second: {EXPECTED}, got '1-5'."),
        ({"second": "-1"}, f"second: {EXPECTED}, got '-1'."),
        ({"second": "*"}, f"second: {EXPECTED}, got '*'."),
        ({"second": "٣"}, f"second: {EXPECTED}, got '٣'."),
        ({"second": True}, "second: expected a text such as '0' or '[1-5]', got True."),
        ({"second": [1]}, "second: expected a text such as '0' or '[1-5]', got [1]."),
        (
            {"month": "2", "dayOfMonth": "[30-31]"},
            "No day matches {'month': '2', 'dayOfMonth': '[30-31]'}.",
        ),
    ],
)
def test_what_is_no_schedule_is_refused_with_what_was_expected(
    fields: dict[str, object], message: str
) -> None:
    with pytest.raises(ScheduleError, match=f"^{re.escape(message)}$"):
        parse_schedule(fields)


def elements(name: str) -> st.SearchStrategy[str]:
    least, most = LIMITS[name]
    number = st.integers(least, most)
    ordered = st.tuples(number, number).map(sorted)
    one = st.one_of(number.map(str), ordered.map(lambda pair: f"[{pair[0]}-{pair[1]}]"))
    return st.lists(one, min_size=1, max_size=3).map(",".join)


@lru_cache
def matched(text: str) -> set[int]:
    """The numbers of a field, read in another way than the code does: as Python."""
    listed = text.replace("[", "*range(").replace("]", "+1)").replace("-", ",")
    return set(eval(f"[{listed}]"))  # noqa: S307 - made by this test of digits and brackets


DATE = ("dayOfMonth", "dayOfWeek", "month")


def is_due(moment: datetime, fields: dict[str, str], looked_at: tuple[str, ...] = FIELDS) -> bool:
    """Say from the text of the standard whether a moment matches, in the fields looked at."""
    has = {
        "second": moment.second,
        "minute": moment.minute,
        "hour": moment.hour,
        "dayOfMonth": moment.day,
        "month": moment.month,
        "dayOfWeek": moment.isoweekday(),
    }
    small_to_large = ("second", "minute", "hour", "day", "month")
    ranks = {name: small_to_large.index(name.partition("Of")[0]) for name in has}
    lowest_given = min(ranks[name] for name in fields)
    for name in looked_at:
        if name in fields:
            if has[name] not in matched(fields[name]):
                return False
        elif ranks[name] < lowest_given and name != "dayOfWeek" and has[name] != LIMITS[name][0]:
            return False
    return True


@given(
    st.sets(st.sampled_from(FIELDS), min_size=1).flatmap(
        lambda names: st.fixed_dictionaries({name: elements(name) for name in sorted(names)})
    ),
    st.datetimes(datetime(1999, 12, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the zone is the next argument
)
def test_no_moment_before_the_next_execution_is_due_and_it_is(
    fields: dict[str, str], start: datetime
) -> None:
    try:
        schedule = parse_schedule(fields)
    except ScheduleError as error:
        assert str(error).startswith("No day matches")  # noqa: PT017 - 30 February may be drawn
        return
    found = schedule.next_after(int(start.timestamp() * 1_000_000))
    due = datetime.fromtimestamp(found / 1_000_000, UTC)
    assert is_due(due, fields)
    moment = start.replace(microsecond=0) + timedelta(seconds=1)
    last_looked_at = moment + timedelta(seconds=int(5_000 * max(1.0, TEST_SCALE)))
    while moment < min(due, last_looked_at):
        assert not is_due(moment, fields)
        moment += timedelta(seconds=1)
    # Beyond that, days are looked at as a whole: none before the last one has the right date.
    day = moment.date() + timedelta(days=1)
    while day < due.date():
        assert not is_due(datetime.combine(day, time(), UTC), fields, DATE)
        day += timedelta(days=1)
