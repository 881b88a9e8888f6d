"""What was measured of a chain: told in words, drawn, and as JSON."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, chain, islice
from typing import Any, Final

from fastapi import Request

from api.access.asker import view_of
from api.pictures.line_chart import LineChart, line_chart
from api.web import times
from api.web.naming import Namer
from api.web.texts import Texts
from epcis_core.model.times import utc_text
from epcis_core.provenance.kinds import key_of
from epcis_core.provenance.readings import (
    Excursion,
    Reading,
    Series,
    excursions,
    farthest_apart,
    series_of,
)
from epcis_core.provenance.result import Trace, Visit
from epcis_core.rules.storage_limits import StorageLimit, limit_for
from epcis_core.store.folding import fold_name
from epcis_core.store.readings import readings_in

_MINUTE: Final = 60 * 1_000_000
MOST: Final = 40
"""Devices that a page shows; the JSON has all."""

_MOST_WRONG: Final = 30
"""Sentences of one device."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one device measured of one kind, and what to think of it.

    Attributes:
        series: its readings.
        objects: of the chain, that it was about.
        limit: between which values they are to be kept; None where that is not known.
        excursions: when they were not.
    """

    series: Series
    objects: tuple[str, ...]
    limit: StorageLimit | None
    excursions: tuple[Excursion, ...]


@dataclass(frozen=True, slots=True)
class MeasuredTold:
    """The same in words.

    Attributes:
        title: what was measured, and by what.
        summary: how often, when, and the extremes.
        limit: the limits.
        is_known: there are limits.
        wrong: each time outside of them, and each alarm.
        rows: time, value, address of the event, whether it is an alarm.
        chart: None where all is of one moment.
        label: what the chart shows, for those who do not see it.
    """

    title: str
    summary: str
    limit: str
    is_known: bool
    wrong: tuple[str, ...]
    rows: tuple[tuple[str, str, str, bool], ...]
    chart: LineChart | None
    label: str


def measured_of(request: Request, trace: Trace) -> tuple[Measured, ...]:
    """Return what was measured of the objects of a trace, and of what they were in or fixed to."""
    visits: dict[str, list[Visit]] = {}
    for visit in trace.visits:
        visits.setdefault(visit.event, []).append(visit)
    found = readings_in(request.app.state.ledger, view_of(request), visits)
    sorted_out = series_of((one, visits[one.event][0].party) for one in found)
    names = {one.id: fold_name(one.name or "") for one in trace.objects}
    return tuple(_measured(one, visits, names) for one in sorted_out)


def measured_told(measured: Sequence[Measured], namer: Namer) -> tuple[MeasuredTold, ...]:
    """Tell what was measured, what was outside its limits first."""
    by_need = sorted(measured, key=lambda one: not (one.excursions or _alarms(one.series)))
    shown = by_need[:MOST]
    return tuple(_told(one, shown, namer) for one in shown)


def measured_json(one: Measured) -> dict[str, Any]:
    """Return what one device measured as JSON; times are UTC, numbers text as in events."""
    limit = one.limit
    return {
        "type": one.series.kind,
        "uom": one.series.unit,
        "device": one.series.device,
        "source": one.series.source,
        "objects": one.objects,
        "limit": None if limit is None else limit.model_dump(mode="json", include=_OF_LIMIT),
        "readings": [
            {
                "event": reading.event,
                "start": utc_text(reading.start),
                "end": utc_text(reading.end),
                "value": None if reading.value is None else f"{reading.value:f}",
                "min": f"{reading.low:f}",
                "max": f"{reading.high:f}",
                "exception": reading.alarm,
            }
            for reading in one.series.readings
        ],
        "excursions": [
            {
                "side": away.side,
                "start": utc_text(away.start),
                "end": utc_text(away.end),
                "peak": f"{away.peak:f}",
                "degree_hours": None if away.hours is None else round(away.hours, 3),
                "complete": away.is_whole,
            }
            for away in one.excursions
        ],
    }


_FAR: Final = {"Temperature": 2.0}
"""How far two devices may differ before it is told, in the unit of the page."""

_OF_LIMIT: Final = {"id", "low", "high", "unit", "en", "vi"}


def _measured(
    series: Series, visits: Mapping[str, Sequence[Visit]], names: Mapping[str, str]
) -> Measured:
    objects = dict.fromkeys(visit.object for one in series.readings for visit in visits[one.event])
    keys = [key for one in objects if (key := key_of(one)) is not None]
    limit = limit_for(
        series.kind,
        biz_rules={rule for one in series.readings for rule in one.biz_rules},
        gtins={key.gtin for key in keys if key.gtin is not None},
        names={names.get(one, "") for one in objects},
    )
    if limit is not None and limit.unit != series.unit:
        limit = None
    away = excursions(series, limit.low, limit.high) if limit is not None else ()
    return Measured(series, tuple(objects), limit, away)


def _told(one: Measured, all_of_them: Sequence[Measured], namer: Namer) -> MeasuredTold:
    t, series = namer.texts, one.series
    kind = t.term("measurement_type", series.kind)
    values = [one.low for one in series.readings] + [one.high for one in series.readings]
    first, last = series.readings[0].start, max(one.end for one in series.readings)
    summary = t(
        "readings.summary",
        number=t.number(len(series.readings)),
        first=_when(first, t),
        last=_when(last, t),
        low=_amount(min(values), series, t),
        high=_amount(max(values), series, t),
    )
    if first == last:
        summary = t(
            "readings.once", time=_when(first, t), value=_shown(series.readings[0], series, t)
        )
    chart = line_chart(series, one.limit, one.excursions, t)
    found = chain(
        _disagreements(one, all_of_them, namer),
        (_away(away, one, t) for away in one.excursions),
        _unexplained(one, t),
    )
    wrong = tuple(islice(found, _MOST_WRONG))
    left = sum(1 for _ in found)
    if left:
        wrong = (*wrong, t.count("readings.more_wrong", left))
    return MeasuredTold(
        title=t("readings.of_device", kind=kind, device=_device(series, namer)),
        summary=summary,
        limit=_limit(one.limit, series, t),
        is_known=one.limit is not None,
        wrong=wrong,
        rows=tuple(
            (_span(reading, t), _shown(reading, series, t), reading.event, bool(reading.alarm))
            for reading in series.readings
        ),
        chart=chart,
        label=" ".join([f"{kind}: {summary}", *wrong]),
    )


def _limit(limit: StorageLimit | None, series: Series, t: Texts) -> str:
    if limit is None:
        return t("readings.no_limit")
    low, high = (None if v is None else _amount(v, series, t) for v in (limit.low, limit.high))
    key = "between" if low and high else "at_least" if low else "at_most"
    return t(f"readings.{key}", low=low, high=high, goods=getattr(limit, t.language))


def _away(away: Excursion, one: Measured, t: Texts) -> str:
    limit = one.limit
    bound = limit and (limit.high if away.side == "above" else limit.low)
    said = {
        "limit": _amount(bound, one.series, t),
        "peak": _amount(away.peak, one.series, t),
        "start": _when(away.start, t),
        "end": _when(away.end, t),
    }
    if away.hours is None:
        key = "moment" if away.start == away.end else "within"
        return t(f"readings.{away.side}_{key}", **said)
    key = "whole" if away.is_whole else "least"
    lasting = _lasting(away.end - away.start, t)
    hours = t.amount(f"{away.hours:.1f}", one.series.unit or None)
    return t(f"readings.{away.side}_{key}", lasting=lasting, hours=hours, **said)


def _unexplained(one: Measured, t: Texts) -> Iterator[str]:
    """Yield the alarms that no time outside the limits tells of."""
    begins = [away.start for away in one.excursions]
    ends = [*accumulate((away.end for away in one.excursions), max)]
    for reading in _alarms(one.series):
        before = bisect_right(begins, reading.end)
        if not before or ends[before - 1] < reading.start:
            value = _shown(reading, one.series, t)
            yield t("readings.alarm", time=_when(reading.start, t), value=value)


def _disagreements(one: Measured, all_of_them: Sequence[Measured], namer: Namer) -> Iterator[str]:
    """Yield which devices measured the same goods at the same time, and something else."""
    far = _FAR.get(one.series.kind)
    for other in all_of_them if far is not None else ():
        series = other.series
        if other is one or (series.kind, series.unit) != (one.series.kind, one.series.unit):
            continue
        if set(one.objects).isdisjoint(other.objects):
            continue
        apart = farthest_apart(one.series, series)
        if apart is not None and far is not None and abs(apart[1] - apart[2]) > far:
            own, its = (
                _amount(Decimal(f"{value:.1f}"), one.series, namer.texts) for value in apart[1:]
            )
            when, by = _when(apart[0], namer.texts), _device(series, namer)
            yield namer.texts("readings.disagrees", time=when, own=own, other=by, value=its)


def _device(series: Series, namer: Namer) -> str:
    return namer.thing(series.device) if series.device else namer.party(series.source)


def _alarms(series: Series) -> list[Reading]:
    return [one for one in series.readings if one.alarm is not None]


def _lasting(microseconds: int, t: Texts) -> str:
    """Return how long something lasted, to the minute."""
    hours, minutes = divmod(round(microseconds / _MINUTE), 60)
    if not hours:
        return t.count("readings.minutes", minutes)
    if not minutes:
        return t.count("readings.hours", hours)
    return f"{t.count('readings.hours', hours)} {t.count('readings.minutes', minutes)}"


def _span(reading: Reading, t: Texts) -> str:
    start = _when(reading.start, t)
    return start if reading.start == reading.end else f"{start} – {_when(reading.end, t)}"


def _shown(reading: Reading, series: Series, t: Texts) -> str:
    if reading.low == reading.high:
        return _amount(reading.low, series, t)
    low, high = _amount(reading.low, series, t), _amount(reading.high, series, t)
    if reading.value is None:
        return f"{low} – {high}"
    return f"{_amount(reading.value, series, t)} ({low} – {high})"


def _amount(value: Any, series: Series, t: Texts) -> str:
    return t.amount(f"{value:f}", series.unit or None)


def _when(time: int, t: Texts) -> str:
    return times.date_and_time(times.here_at(time), t.language)
