"""A chart of what one device measured over time, with its limits; in units of the drawing."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import ceil, floor, log10
from typing import Final

from babel.dates import format_datetime

from api.web import times
from api.web.texts import Texts
from epcis_core.provenance.readings import MOST_APART, Excursion, Reading, Series
from epcis_core.rules.storage_limits import StorageLimit

WIDTH: Final = 360
HEIGHT: Final = 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 12, 182
_TICKS: Final = 4
_FLAT: Final = 1e-9
"""A part of a value; what differs by less is drawn as one."""

_MOST_DOTS: Final = 400
_LEAST: Final = 3.0  # units that something red is wide


@dataclass(frozen=True, slots=True)
class Dot:
    """A reading."""

    x: float
    y: float
    is_alarm: bool


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across at a value, and what stands at its left; or a time below."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class LineChart:
    """A chart.

    Attributes:
        good: between the limits; None where there are none.
        red: times outside of them.
        line: from reading to reading, as the `d` of a path; broken where nothing is known.
        spans: what sums up a time, from its lowest to its highest value.
        dots: readings.
        values: lines across.
        begin: when it begins, in words; `end` likewise.
    """

    good: Box | None
    red: tuple[Box, ...]
    line: str
    spans: tuple[Box, ...]
    dots: tuple[Dot, ...]
    values: tuple[Tick, ...]
    begin: str
    end: str


def line_chart(
    series: Series, limit: StorageLimit | None, found: Sequence[Excursion], texts: Texts
) -> LineChart | None:
    """Return the chart of a device; None where all is of one moment.

    Args:
        series: what it measured.
        limit: between which values it should have been.
        found: when it was not.
        texts: the language of times and numbers.
    """
    first, last = series.readings[0].start, max(one.end for one in series.readings)
    if first == last:
        return None
    bounds = [one for one in (limit.low, limit.high) if one is not None] if limit else []
    lows = [*bounds, *(one.low for one in series.readings)]
    highs = [*bounds, *(one.high for one in series.readings)]
    lowest, highest = float(min(lows)), float(max(highs))
    is_flat = highest - lowest < _FLAT * max(abs(lowest), abs(highest))
    step = _step(0 if is_flat else highest - lowest)
    low, high = floor(lowest / step) * step, ceil(highest / step) * step
    high = high if high > low else low + step

    def x(time: int) -> float:
        return round(_LEFT + (time - first) / (last - first) * (WIDTH - _RIGHT - _LEFT), 1)

    def y(value: float | Decimal) -> float:
        return round(_BOTTOM - (float(value) - low) / (high - low) * (_BOTTOM - _TOP), 1)

    def across(start: float, end: float, top: float, bottom: float) -> Box:
        return Box(start, top, round(max(end - start, _LEAST), 1), round(bottom - top, 1))

    every = [one for one in series.readings if one.start == one.end and one.value is not None]
    moments = every if len(every) <= _MOST_DOTS else _thinned(every, x)
    return LineChart(
        good=None if limit is None else _good(limit, y),
        red=tuple(_joined(across(x(one.start), x(one.end), _TOP, _BOTTOM) for one in found)),
        line=_line([(one, x(one.start), y(one.value or 0)) for one in moments]),
        spans=tuple(
            across(x(one.start), x(one.end), y(one.high), y(one.low))
            for one in series.readings
            if one.low != one.high or one.start != one.end
        ),
        dots=tuple(Dot(x(one.start), y(one.value or 0), one.alarm is not None) for one in moments),
        values=tuple(
            Tick(y(low + step * number), texts.number(Decimal(f"{low + step * number:.10g}")))
            for number in range(round((high - low) / step) + 1)
        ),
        begin=_moment(first, texts),
        end=_moment(last, texts),
    )


def _thinned(moments: Sequence[Reading], x: Callable[[int], float]) -> list[Reading]:
    """Return of each unit across what is lowest, what is highest, and an alarm."""
    columns: dict[int, list[Reading]] = {}
    for one in moments:
        columns.setdefault(round(x(one.start)), []).append(one)
    kept = []
    for those in columns.values():
        alarm = next((one for one in those if one.alarm is not None), those[0])
        ends = min(those, key=lambda one: one.low), max(those, key=lambda one: one.high)
        kept += sorted({*ends, alarm}, key=lambda one: one.start)
    return kept


def _joined(boxes: Iterable[Box]) -> Iterator[Box]:
    """Yield boxes of one height from left to right, as one where they meet."""
    last: Box | None = None
    for box in sorted(boxes, key=lambda one: one.x):
        if last is not None and box.x <= last.x + last.width:
            right = max(last.x + last.width, box.x + box.width)
            last = replace(last, width=round(right - last.x, 1))
            continue
        if last is not None:
            yield last
        last = box
    if last is not None:
        yield last


def _good(limit: StorageLimit, y: Callable[[Decimal], float]) -> Box:
    top = _TOP if limit.high is None else y(limit.high)
    bottom = _BOTTOM if limit.low is None else y(limit.low)
    return Box(_LEFT, top, WIDTH - _RIGHT - _LEFT, round(bottom - top, 1))


def _line(points: Sequence[tuple[Reading, float, float]]) -> str:
    parts = []
    for place, (reading, x, y) in enumerate(points):
        is_far = not place or reading.start - points[place - 1][0].start > MOST_APART
        parts.append(f"{'M' if is_far else 'L'}{x:g} {y:g}")
    return "".join(parts)


def _step(span: float) -> float:
    """Return a round number of which a few make a span."""
    rough = (span or 1.0) / _TICKS
    power = 10.0 ** floor(log10(rough))
    return next(power * one for one in (1, 2, 5, 10) if power * one >= rough)


def _moment(time: int, texts: Texts) -> str:
    here = times.here_at(time)
    return str(format_datetime(here, "dd/MM HH:mm", tzinfo=here.tzinfo, locale=texts.language))
