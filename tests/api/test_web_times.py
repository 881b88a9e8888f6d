"""Times as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web.times import (
    clock,
    date_and_time,
    day,
    day_in_words,
    here,
    here_at,
    offset_of,
    own,
    short_day,
)
from epcis_core.findings import Language
from epcis_core.model.times import instant, microseconds


@pytest.mark.parametrize(
    ("text", "offset"),
    [("9999-12-31T23:59:59Z", "+14:00"), ("0001-01-01T00:00:00Z", "-05:00")],
)
def test_the_first_and_the_last_year_have_a_clock_as_well(text: str, offset: str) -> None:
    assert own(text, offset) == here(text) == here_at(microseconds(text)) == instant(text)
    assert date_and_time(here(text), "vi")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        pytest.param(
            "vi",
            ["11/03/2026 14:20", "11/03/2026", "11/03/26", "ngày 11 tháng 3 năm 2026"],
            id="vi",
        ),
        pytest.param(
            "en", ["11 Mar 2026, 14:20", "11 Mar 2026", "11 Mar 26", "11 March 2026"], id="en"
        ),
    ],
)
def test_one_moment_in_all_forms(language: Language, expected: list[str]) -> None:
    moment = here("2026-03-11T07:20:31.5Z")
    forms = [form(moment, language) for form in (date_and_time, day, short_day, day_in_words)]
    assert forms == expected
    assert clock(moment) == "14:20"
    assert offset_of(moment) == "+07:00"


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        pytest.param("+09:00", "2026-03-12T08:30:00+09:00", id="east, next day"),
        pytest.param("-05:30", "2026-03-11T18:00:00-05:30", id="west, with minutes"),
        pytest.param("nonsense", "2026-03-11T23:30:00+00:00", id="no offset"),
    ],
)
def test_the_events_own_clock(offset: str, expected: str) -> None:
    assert own("2026-03-11T23:30:00Z", offset).isoformat() == expected


@given(
    st.datetimes(
        min_value=instant("1990-01-01T00:00:00Z").replace(tzinfo=None),
        max_value=instant("2100-01-01T00:00:00Z").replace(tzinfo=None),
    ),
    st.integers(-14 * 60, 14 * 60),
)
def test_an_offset_never_moves_the_instant(moment: object, minutes: int) -> None:
    text = f"{moment!s}Z".replace(" ", "T")
    sign, size = "-" if minutes < 0 else "+", abs(minutes)
    offset = f"{sign}{size // 60:02d}:{size % 60:02d}"
    assert own(text, offset) == here(text) == here_at(microseconds(text)) == instant(text)
    assert offset_of(own(text, offset)) == offset.replace("-00:00", "+00:00")
