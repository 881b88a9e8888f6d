"""What was measured is told in whole sentences, in both languages."""

from decimal import Decimal

import pytest

from api.pictures.readings import Measured, MeasuredTold, measured_told
from api.web.naming import Namer
from api.web.texts import Texts
from epcis_core.findings import Language
from epcis_core.model.times import microseconds
from epcis_core.provenance.readings import Reading, Series, excursions
from epcis_core.rules.storage_limits import StorageLimit
from tests.api.pictures.test_chain_map import Book

LOGGER, OTHER = (f"https://id.gs1.org/8004/89350991TL{n}" for n in ("0042", "0043"))
Span = tuple[str, str, str | None, str, str]
"""Begin and end, value, lowest and highest; clock in UTC."""


def told(
    *spans: Span,
    language: Language = "en",
    low: str | None = "0",
    high: str | None = "8",
    alarm: str | None = None,
    others: tuple[Measured, ...] = (),
) -> MeasuredTold:
    """What a page says of what one device measured."""
    one = measured(*spans, low=low, high=high, alarm=alarm)
    return measured_told([one, *others], Namer(Book(), Texts(language)))[0]


def measured(
    *spans: Span,
    low: str | None = "0",
    high: str | None = "8",
    alarm: str | None = None,
    device: str | None = LOGGER,
) -> Measured:
    readings = tuple(
        Reading(
            "urn:x:1",
            "Temperature",
            "CEL",
            microseconds(f"2026-03-12T{start}:00Z"),
            microseconds(f"2026-03-12T{end}:00Z"),
            None if value is None else Decimal(value),
            Decimal(least),
            Decimal(most),
            device,
            alarm,
        )
        for start, end, value, least, most in spans
    )
    series = Series("Temperature", "CEL", device, None if device else "urn:x:farm", readings)
    if low is None and high is None:
        return Measured(series, ("urn:x:lot",), None, ())
    bounds = [None if one is None else Decimal(one) for one in (low, high)]
    limit = StorageLimit(
        id="x", type="Temperature", unit="CEL", low=bounds[0], high=bounds[1], en="fruit", vi="quả"
    )
    return Measured(series, ("urn:x:lot",), limit, excursions(series, *bounds))


def at(clock: str, value: str) -> Span:
    return clock, clock, value, value, value


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (
            told(at("01:00", "8"), at("01:00", "10"), at("04:20", "10"), at("04:20", "8")),
            (
                "Above 8 °C for 3 hours 20 minutes, from 12 Mar 2026, 08:00 to 12 Mar 2026, 11:20; "
                "highest 10 °C, 6.7 °C·h together."
            ),
        ),
        (
            told(
                *(at("01:00", "8"), at("01:00", "10"), at("04:20", "10"), at("04:20", "8")),
                language="vi",
            ),
            (
                "Trên 8 °C suốt 3 giờ 20 phút, từ 12/03/2026 08:00 đến 12/03/2026 11:20; cao nhất "
                "10 °C, cộng lại 6,7 °C·giờ."
            ),
        ),
        (
            told(at("01:00", "-1"), at("03:00", "-1"), language="vi"),
            (
                "Dưới 0 °C ít nhất 2 giờ, từ 12/03/2026 08:00 đến 12/03/2026 10:00; thấp nhất "
                "-1 °C, cộng lại ít nhất 2 °C·giờ."
            ),
        ),
        (
            told(at("01:00", "9"), language="vi"),
            "Trên 8 °C lúc 12/03/2026 08:00: 9 °C; không rõ bao lâu.",
        ),
        (
            told(("01:00", "03:00", "2", "-2", "4")),
            (
                "At some time below 0 °C between 12 Mar 2026, 08:00 and 12 Mar 2026, 10:00: lowest "
                "-2 °C; for how long is not known."
            ),
        ),
        (
            told(at("01:00", "9"), low=None, high=None, alarm="ALARM_CONDITION", language="vi"),
            "Máy báo động lúc 12/03/2026 08:00: 9 °C.",
        ),
        (
            told(
                at("01:00", "4"),
                at("03:00", "6"),
                others=(measured(at("02:00", "1"), device=OTHER),),
            ),
            (
                "Two devices disagree: on 12 Mar 2026, 09:00 this one has 5 °C, and GIAI "
                "89350991TL0043 has 1 °C."
            ),
        ),
    ],
    ids=["whole", "in Vietnamese", "at least", "a moment", "within", "alarm", "disagreement"],
)
def test_what_is_wrong_is_a_sentence(shown: MeasuredTold, expected: str) -> None:
    assert shown.wrong == (expected,)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        ("0", "8", "Limits: 0 °C to 8 °C (fruit; an example of this ledger, no regulation)."),
        ("0", None, "Limit: 0 °C or more (fruit; an example of this ledger, no regulation)."),
        (None, "8", "Limit: 8 °C at most (fruit; an example of this ledger, no regulation)."),
        (None, None, "The ledger knows no limit."),
    ],
    ids=["both", "low", "high", "none"],
)
def test_limits_are_told_to_be_examples(low: str | None, high: str | None, expected: str) -> None:
    shown = told(at("01:00", "4"), at("02:00", "5"), low=low, high=high)
    assert (shown.limit, shown.wrong) == (expected, ())
    assert shown.summary == (
        "2 readings, from 12 Mar 2026, 08:00 to 12 Mar 2026, 09:00; lowest 4 °C, highest 5 °C."
    )
    assert shown.chart is not None
    assert (shown.chart.good is None) == (low is None and high is None)


def test_a_device_that_is_not_named_goes_by_who_recorded_it_and_one_moment_has_no_chart() -> None:
    (shown,) = measured_told(
        [measured(("01:00", "01:00", "4", "3", "5"), device=None)], Namer(Book(), Texts("en"))
    )
    assert (shown.title, shown.chart) == ("Temperature: urn:x:farm", None)
    assert shown.summary == "Read on 12 Mar 2026, 08:00: 4 °C (3 °C – 5 °C)."


def test_the_line_of_a_chart_breaks_where_nothing_is_known() -> None:
    shown = told(
        at("01:00", "4"), at("06:00", "6"), at("13:00", "5"), ("14:00", "15:00", None, "3", "9")
    )
    assert shown.chart is not None
    assert (shown.chart.line.count("M"), shown.chart.line.count("L")) == (2, 1)
    assert (len(shown.chart.spans), len(shown.chart.dots), len(shown.chart.red)) == (1, 3, 1)
    assert [one.text for one in shown.chart.values] == ["0", "5", "10"]


@pytest.mark.parametrize(
    "values",
    [
        ("1", "1.000000000001"),
        ("99999999999.999999999999", "99999999999.999999999998"),
        ("-99999999999", "99999999999"),
        ("0", "0"),
    ],
)
def test_however_near_or_far_values_are_a_few_lines_go_across(values: tuple[str, str]) -> None:
    first, last = values
    one = told(("07:00", "07:00", first, first, first), ("08:00", "08:00", last, last, last))
    assert one.chart is not None
    assert 2 <= len(one.chart.values) <= 12


def test_of_very_many_readings_the_page_draws_and_tells_what_there_is_room_for() -> None:
    minutes = [f"{hour:02d}:{minute:02d}" for hour in range(24) for minute in range(60)]
    spans = [
        (clock, clock, value, value, value)
        for place, clock in enumerate(minutes)
        for value in [("3", "12", "9")[place % 3]]
    ]
    one = told(*spans, alarm="ALARM_CONDITION")
    assert one.chart is not None
    assert len(one.chart.dots) < 1000
    assert len(one.chart.red) == 1
    assert len(one.wrong) == 31
    assert one.wrong[-1] == "930 more are in the JSON."
    assert len(one.rows) == len(minutes)
