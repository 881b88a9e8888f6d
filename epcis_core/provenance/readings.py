"""What sensors have measured, device by device, and when that was outside its limits.

Between two readings of one device that are near each other in time the value is taken to go
straight from one to the other; between others nothing is known.

References:
    EPCIS 2.0, section 7.3.7: sensor elements
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from operator import itemgetter
from typing import Final, Literal

from epcis_core.errors import IdentifierError
from epcis_core.identifiers import canonical
from epcis_core.model.base import Number
from epcis_core.model.elements import SensorElement, SensorReport
from epcis_core.model.events import EpcisEvent
from epcis_core.model.times import microseconds
from epcis_core.vocabulary import VocabularyList, bare_word, convert

Side = Literal["above", "below"]

MOST_APART: Final = 6 * 3600 * 1_000_000
"""Microseconds between two readings beyond which nothing is said of the time between them."""

_Point = tuple[int, float]
"""Microseconds, and by how much a value is on the wrong side of its limit."""

_NO_MEASURE: Final = Decimal("1e12")
"""No device measures so much; whoever writes it is not believed."""

_MOST_DIGITS: Final = 12
"""Behind the point."""

_HOUR: Final = 3600 * 1_000_000
_SHOWN_IN: Final = {"Temperature": "CEL"}
"""The unit in which readings of a type are compared; others in the one of the first of a device."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one report of an event says in numbers.

    Attributes:
        event: the event's id.
        kind: what was measured, a word of the CBV.
        unit: UN/ECE Rec 20 code of all its values; empty for none.
        start: microseconds since 1970 UTC; `end` likewise, later where it sums up a time.
        value: what was measured, or the mean; None where only extremes are told.
        low: the lowest value; `high` the highest.
        device: URI of what measured; None where it is not told.
        alarm: the word by which the device, or whoever reported, says that it is wrong.
        biz_rules: that it names.
    """

    event: str
    kind: str
    unit: str
    start: int
    end: int
    value: Decimal | None
    low: Decimal
    high: Decimal
    device: str | None = None
    alarm: str | None = None
    biz_rules: tuple[str, ...] = ()

    def within(self, unit: str) -> "Reading | None":
        """Return the same in another unit; None where there is no way from one to the other."""
        if unit == self.unit:
            return self
        told = [self.low, self.high, self.value if self.value is not None else self.low]
        low, high, value = (convert(one, self.unit, unit) for one in told)
        if low is None or high is None or value is None:
            return None
        known = None if self.value is None else value
        return Reading(
            *(self.event, self.kind, unit, self.start, self.end, known, low, high),
            *(self.device, self.alarm, self.biz_rules),
        )


@dataclass(frozen=True, slots=True)
class Series:
    """What one device has measured of one kind, in one unit, by time.

    Attributes:
        device: see `Reading`; of readings that name none, all of one source stand together.
        source: who recorded them, where no device is named.
    """

    kind: str
    unit: str
    device: str | None
    source: str | None
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Excursion:
    """A time in which values were outside their limits.

    Attributes:
        side: of the limits.
        start: microseconds since 1970 UTC; `end` likewise.
        peak: the value farthest from the limit.
        hours: how long and how far together, in units of the value times hours; None where only an
            extreme is known.
        is_whole: both ends are known; else it may have been longer, and where only an extreme of a
            time is known, shorter.
    """

    side: Side
    start: int
    end: int
    peak: Decimal
    hours: float | None
    is_whole: bool


def readings_of(event: EpcisEvent, event_id: str) -> Iterator[Reading]:
    """Yield what the reports of an event say in numbers that a device may have measured."""
    for element in getattr(event, "sensor_element_list", None) or ():
        for report in element.sensor_report:
            reading = _reading(event, element, report, event_id)
            if reading is not None:
                yield reading


def series_of(readings: Iterable[tuple[Reading, str | None]]) -> tuple[Series, ...]:
    """Sort readings by what was measured and by device, each device for itself.

    Args:
        readings: each with who recorded it.

    Returns:
        By kind, then by time of the first reading; what is said twice stands once.
    """
    found: dict[tuple[str, str | None, str | None, str], dict[Reading, None]] = {}
    units: dict[tuple[str, str | None, str | None], list[str]] = {}
    for reading, source in readings:
        its = reading.kind, reading.device, None if reading.device else source
        known = units.setdefault(its, [_SHOWN_IN.get(reading.kind, reading.unit)])
        fitting = (one for unit in known if (one := reading.within(unit)) is not None)
        one = next(fitting, None)
        if one is None:  # a unit of something else, under the same word
            known.append(reading.unit)
            one = reading
        found.setdefault((*its, one.unit), {})[one] = None
    made = (
        Series(kind, unit, device, source, tuple(sorted(those, key=lambda one: one.start)))
        for (kind, device, source, unit), those in found.items()
    )
    return tuple(sorted(made, key=lambda one: (one.kind, one.readings[0].start, one.device or "")))


def excursions(series: Series, low: Decimal | None, high: Decimal | None) -> tuple[Excursion, ...]:
    """Return when values of a device were outside their limits, by time.

    Args:
        series: of the device.
        low: the lowest good value, in its unit; None for none.
        high: the highest.
    """
    found: list[Excursion] = []
    if high is not None:
        found += _beyond(series.readings, high, "above")
    if low is not None:
        found += _beyond(series.readings, low, "below")
    return tuple(sorted(found, key=lambda one: (one.start, one.end, one.side)))


def farthest_apart(first: Series, second: Series) -> tuple[int, float, float] | None:
    """Return when two devices differed most while both are known, and the value of each then.

    Args:
        first: what one of them measured.
        second: what the other did, in the same unit.

    Returns:
        Microseconds since 1970 UTC, and both values; None where they never measured at one time.
    """
    lines = [_line(one) for one in (first, second)]
    found: tuple[int, float, float] | None = None
    for time in sorted({time for line in lines for time, _ in line}):
        one, other = (_value_at(line, time) for line in lines)
        if one is None or other is None:
            continue
        if found is None or abs(one - other) > abs(found[1] - found[2]):
            found = time, one, other
    return found


def _line(series: Series) -> list[_Point]:
    return [
        (one.start, float(one.value))
        for one in series.readings
        if one.start == one.end and one.value is not None
    ]


def _value_at(line: Sequence[_Point], time: int) -> float | None:
    """Return where a line is at a time; None before, behind and between what is far apart."""
    place = bisect_left(line, time, key=itemgetter(0))
    if place == len(line):
        return None
    after = line[place]
    if after[0] == time:
        return after[1]
    before = line[place - 1] if place else after
    if not place or after[0] - before[0] > MOST_APART:
        return None
    share = (time - before[0]) / (after[0] - before[0])
    return before[1] + (after[1] - before[1]) * share


def _reading(
    event: EpcisEvent, element: SensorElement, report: SensorReport, event_id: str
) -> Reading | None:
    meta = element.sensor_metadata
    told = (report.value, report.mean_value, report.min_value, report.max_value)
    numbers = [one.value for one in told if isinstance(one, Number)]
    if not numbers or report.type is None or any(abs(one) >= _NO_MEASURE for one in numbers):
        return None
    numbers = [_measurable(one) for one in numbers]
    middle = report.value or report.mean_value
    time = report.time or (meta.time if meta else None)
    start = time or (meta.start_time if meta else None) or event.event_time
    end = time or (meta.end_time if meta else None) or start
    rules = (report.biz_rules, meta.biz_rules if meta else None)
    named = report.device_id or (meta.device_id if meta else None)
    named = named or report.device_metadata or (meta.device_metadata if meta else None)
    alarm = report.exception
    return Reading(
        event_id,
        bare_word(VocabularyList.MEASUREMENT_TYPE, report.type),
        report.uom or "",
        microseconds(start),
        max(microseconds(start), microseconds(end)),
        _measurable(middle.value) if middle is not None else None,
        min(numbers),
        max(numbers),
        _device(named),
        bare_word(VocabularyList.SENSOR_ALERT_TYPE, alarm) if alarm else None,
        tuple(one for one in rules if one is not None),
    )


def _measurable(number: Decimal) -> Decimal:
    """Return a number as it was written, without digits that no device has."""
    exponent = number.as_tuple().exponent
    is_fine = isinstance(exponent, int) and exponent < -_MOST_DIGITS
    return number.quantize(Decimal((0, (1,), -_MOST_DIGITS))) if is_fine else number


def _device(uri: str | None) -> str | None:
    """Return what names a device, in its one spelling."""
    try:
        return None if uri is None else canonical(uri)
    except IdentifierError:
        return uri


def _beyond(readings: Sequence[Reading], limit: Decimal, side: Side) -> Iterator[Excursion]:
    """Yield the times in which values were on the wrong side of a limit."""
    sign, choose = (1, max) if side == "above" else (-1, min)

    def over(value: Decimal) -> float:
        return sign * float(value - limit)

    worst = {one: one.high if side == "above" else one.low for one in readings}
    moments = [one for one in readings if one.start == one.end and one.value is not None]
    points = [(one.start, over(one.value or Decimal())) for one in moments]
    times = [one.start for one in moments]
    for run in _runs(points):
        (start, first), (end, last) = run[0], run[-1]
        during = moments[bisect_left(times, start) : bisect_right(times, end)]
        peak = choose(worst[one] for one in during)
        hours = _area(run) / _HOUR if start < end else None
        yield Excursion(side, start, end, peak, hours, is_whole=first == last == 0)
    for one in readings:
        is_told = one.start == one.end and one.value is not None and over(one.value) > 0
        if not is_told and over(worst[one]) > 0:
            yield Excursion(side, one.start, one.end, worst[one], None, is_whole=False)


def _runs(points: Sequence[_Point]) -> Iterator[list[_Point]]:
    """Yield the stretches of a line that are above 0, each with its ends at 0 if it has such."""
    run: list[_Point] = []
    before: _Point | None = None
    for point in _with_crossings(points):
        if point is None:  # nothing is known here
            if run:
                yield run
            run = []
        elif point[1] > 0:
            if not run and before is not None and before[1] == 0:
                run = [before]
            run.append(point)
        elif run:
            yield [*run, point]
            run = []
        before = point
    if run:
        yield run


def _with_crossings(points: Sequence[_Point]) -> Iterator[_Point | None]:
    """Yield points, those at 0 between two of them too; None between two that are far apart."""
    for place, point in enumerate(points):
        if place:
            time, amount = points[place - 1]
            if point[0] - time > MOST_APART:
                yield None
            elif amount * point[1] < 0:
                share = amount / (amount - point[1])
                yield time + round((point[0] - time) * share), 0.0
        yield point


def _area(run: Sequence[_Point]) -> float:
    """Return what lies under a line."""
    return sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(run))
