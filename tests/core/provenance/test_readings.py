"""What devices have measured, and how long and how far it was outside its limits."""

from decimal import Decimal
from time import process_time
from typing import Any

import pytest

from epcis_core.codecs.structure import read_event
from epcis_core.model.base import Number
from epcis_core.model.times import microseconds
from epcis_core.provenance.readings import (
    Excursion,
    Reading,
    Series,
    excursions,
    farthest_apart,
    readings_of,
    series_of,
)
from tests.ingest.documents import observed

DAY = "2026-03-12T"
LOGGER, OTHER = (f"https://id.gs1.org/8004/89350991TL{n}" for n in ("0042", "0043"))


def at(clock: str) -> int:
    return microseconds(f"{DAY}{clock}:00Z")


def measured(*reports: dict[str, Any], **meta: Any) -> list[Reading]:
    """What an event of 08:00 says that was measured."""
    element = {"sensorReport": list(reports), **({"sensorMetadata": meta} if meta else {})}
    event, found = read_event(observed(eventTime=f"{DAY}08:00:00Z", sensorElementList=[element]))
    assert event is not None, found
    return list(readings_of(event, "urn:x:1"))


def celsius(value: str, clock: str, **more: Any) -> dict[str, Any]:
    numbers = {name: Number(str(one)) for name, one in more.items() if name.endswith("Value")}
    others = {name: one for name, one in more.items() if not name.endswith("Value")}
    told = {"value": Number(value)} if value else {}
    time = {"time": f"{DAY}{clock}:00Z"} if clock else {}
    return {
        "type": "Temperature",
        "uom": "CEL",
        "deviceID": LOGGER,
        **told,
        **time,
        **numbers,
        **others,
    }


def series(*points: tuple[str, str]) -> Series:
    """What one logger measured: clock and degrees."""
    (one,) = series_of((r, None) for r in measured(*(celsius(v, clock) for clock, v in points)))
    return one


def away(*points: tuple[str, str]) -> list[tuple[str, int, int, str, float | None, bool]]:
    """Times outside 0 to 8 degrees: side, minutes of the day, peak, degree-hours, whole."""
    found = excursions(series(*points), Decimal(0), Decimal(8))
    begin = at("00:00")
    return [
        (
            one.side,
            round((one.start - begin) / 60e6),
            round((one.end - begin) / 60e6),
            str(one.peak),
            None if one.hours is None else round(one.hours, 6),
            one.is_whole,
        )
        for one in found
    ]


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        # Up to 12 in one hour and down in another: above 8 for the half of each, 4 degrees high.
        (
            [("01:00", "4"), ("02:00", "12"), ("03:00", "4")],
            [("above", 90, 150, "12", 2.0, True)],
        ),
        # From 10 to 10 in three hours and twenty minutes: the sample of the sentence on the page.
        (
            [("01:00", "8"), ("01:00", "10"), ("04:20", "10"), ("04:20", "8")],
            [("above", 60, 260, "10", 6.666667, True)],
        ),
        ([("01:00", "2"), ("02:00", "-2"), ("03:00", "2")], [("below", 90, 150, "-2", 1.0, True)]),
        ([("01:00", "0"), ("02:00", "8")], []),
        # Nothing is known of before the first reading and after the last.
        ([("01:00", "9"), ("02:00", "9")], [("above", 60, 120, "9", 1.0, False)]),
        ([("01:00", "9")], [("above", 60, 60, "9", None, False)]),
        # Nor between two that are more than six hours apart.
        ([("01:00", "4"), ("07:01", "9"), ("13:02", "4")], [("above", 421, 421, "9", None, False)]),
        (
            [("01:00", "4"), ("07:00", "12"), ("13:00", "4")],
            [("above", 240, 600, "12", 12.0, True)],
        ),
        # From above to below without a reading between.
        (
            [("01:00", "4"), ("02:00", "12"), ("04:00", "-12"), ("05:00", "0")],
            [("above", 90, 140, "12", 1.666667, True), ("below", 180, 300, "-12", 12.0, True)],
        ),
    ],
    ids=[
        *("up and down", "a plateau", "below", "on the limits", "no ends", "one reading"),
        *("far apart", "just near", "from side to side"),
    ],
)
def test_how_long_and_how_far_follows_from_straight_lines_between_readings(
    points: list[tuple[str, str]], expected: list[Any]
) -> None:
    assert away(*points) == expected


def test_of_extremes_it_is_not_known_how_long_they_lasted() -> None:
    told = measured(
        celsius("5", "01:00", minValue=-1, maxValue=9),
        celsius("", "", minValue=1, maxValue=11, meanValue=4),
        startTime=f"{DAY}02:00:00Z",
        endTime=f"{DAY}04:00:00Z",
    )
    (one,) = series_of((r, None) for r in told)
    low, high = Decimal(0), Decimal(8)
    assert excursions(one, low, high) == (
        Excursion("above", at("01:00"), at("01:00"), Decimal(9), None, is_whole=False),
        Excursion("below", at("01:00"), at("01:00"), Decimal(-1), None, is_whole=False),
        Excursion("above", at("02:00"), at("04:00"), Decimal(11), None, is_whole=False),
    )
    assert excursions(one, None, None) == ()


def test_units_are_one_and_devices_are_apart() -> None:
    told = measured(
        celsius("4", "01:00"),
        celsius("41", "02:00", uom="FAH"),
        celsius("279.15", "03:00", uom="KEL"),
        celsius("4", "01:00", deviceID="urn:epc:id:giai:89350991.TL0042"),
        celsius("7", "01:00", deviceID=OTHER),
        celsius("7", "01:00", uom="MTR"),
    )
    found = series_of((one, None) for one in told)
    assert [
        (one.unit, one.device, [str(reading.value) for reading in one.readings]) for one in found
    ] == [
        ("CEL", LOGGER, ["4", "5", "6"]),
        ("MTR", LOGGER, ["7"]),
        ("CEL", OTHER, ["7"]),
    ]


def test_who_recorded_it_stands_for_a_device_that_is_not_named() -> None:
    bare = {"type": "Temperature", "uom": "CEL"}
    one, two = ({**bare, "value": Number(text)} for text in "12")
    told = zip(measured(one, two), ("farm", "shop"), strict=True)
    found = series_of(told)
    assert [(s.source, s.device, s.readings[0].start) for s in found] == [
        ("farm", None, at("08:00")),
        ("shop", None, at("08:00")),
    ]


def test_what_is_no_number_is_no_reading_and_an_alarm_is_kept() -> None:
    alarm = celsius("9", "01:00", exception="ALARM_CONDITION", bizRules="urn:x:cold")
    told = measured({"type": "Temperature", "stringValue": "warm"}, alarm)
    assert [(one.alarm, one.biz_rules) for one in told] == [("ALARM_CONDITION", ("urn:x:cold",))]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        # One goes from 4 to 8 in four hours, and is at 6 after two.
        ([("03:00", "9")], ("03:00", 6.0, 9.0)),
        ([("01:00", "5"), ("05:00", "4")], ("05:00", 8.0, 4.0)),
        ([("00:59", "9"), ("05:01", "9")], ("01:00", 4.0, 9.0)),
        ([("00:59", "9"), ("07:00", "9")], None),
        ([("05:01", "9")], None),
    ],
    ids=["between", "at an end", "around", "too far apart", "never together"],
)
def test_two_devices_are_compared_when_both_are_known(
    other: list[tuple[str, str]], expected: tuple[str, float, float] | None
) -> None:
    apart = farthest_apart(series(("01:00", "4"), ("05:00", "8")), series(*other))
    wanted = expected and (at(expected[0]), *expected[1:])
    assert apart == (wanted and pytest.approx(wanted))


@pytest.mark.parametrize("value", ["1e400", "-1e12", "1e999999"])
def test_what_no_device_measures_is_no_reading(value: str) -> None:
    assert not measured(celsius(value, "08:00"))


def test_digits_that_no_device_has_are_left_out() -> None:
    (one,) = measured(celsius("1e-999999", "08:00"))
    assert (one.value, one.low, one.high) == (Decimal("0E-12"),) * 3


def test_eight_times_as_many_readings_do_not_take_much_more_than_eight_times_as_long() -> None:
    taken = {number: min(spent(number) for _ in range(3)) for number in (1_000, 8_000)}
    assert taken[8_000] < 30 * taken[1_000]


def spent(number: int) -> float:
    """Seconds for so many readings that are good and bad by turns, a minute apart."""
    minute = 60 * 1_000_000
    readings = tuple(
        Reading("e", "Temperature", "CEL", n * minute, n * minute, value, value, value)
        for n in range(number)
        for value in [Decimal(12 if n % 2 else 3)]
    )
    began = process_time()
    found = excursions(Series("Temperature", "CEL", None, None, readings), None, Decimal(8))
    assert len(found) == number // 2
    assert {one.peak for one in found} == {Decimal(12)}
    return process_time() - began
