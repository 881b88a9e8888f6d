"""The places of a chain on a map that is drawn here, without tiles of others.

North is up; distances east to west are drawn as at the middle of the map. The line of the coast is
that of the public page, which is drawn by hand, and no border is shown.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, hypot, radians
from typing import Any, Final

from api.web.naming import Namer
from api.web.public_map import COAST
from epcis_core.provenance.result import Trace

WIDTH: Final = 360
_LEAST, _MOST = 200, 440  # units that it is high
_EDGE: Final = 30
_NEAR: Final = 26.0  # units within which places are one dot
_DOT: Final = 13.0
_SPAN: Final = 0.02  # degrees that a map shows at least
_KILOMETRES: Final = 111.32  # of a degree of latitude


@dataclass(frozen=True, slots=True)
class MapDot:
    """Places that are so near each other that one dot stands for them.

    Attributes:
        number: by the time of the first visit, from 1.
        x: in units; `y` likewise.
        names: of its places.
        where: latitude and longitude of the first, as written.
    """

    number: int
    x: float
    y: float
    names: tuple[str, ...]
    where: tuple[str, str]


@dataclass(frozen=True, slots=True)
class MapArrow:
    """Hand-overs from one dot to another.

    Attributes:
        start: number of a dot; `end` likewise.
        line: the `d` of a path.
        times: of the hand-overs, in UTC.
    """

    start: int
    end: int
    line: str
    times: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChainMap:
    """A map.

    Attributes:
        height: in units; it is `WIDTH` wide.
        coast: the `d` of a path; empty where it is not near.
        dots: places, by number.
        arrows: by the time of the first hand-over.
        scale: how long the scale bar is, in units.
        kilometres: that it stands for, in words.
        missing: names of places of which nobody has said where they are.
    """

    height: int
    coast: str
    dots: tuple[MapDot, ...]
    arrows: tuple[MapArrow, ...]
    scale: float
    kilometres: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """How degrees become units."""

    west: float
    north: float
    scale: float  # units of a degree of latitude
    narrower: float
    left: float
    top: float

    def point(self, latitude: float, longitude: float) -> tuple[float, float]:
        x = self.left + (longitude - self.west) * self.narrower * self.scale
        return round(x, 1), round(self.top + (self.north - latitude) * self.scale, 1)


def chain_map(trace: Trace, namer: Namer) -> ChainMap | None:
    """Return the map of a trace; None where no place of it is known by its coordinates."""
    found = {place: where for place in trace.places if (where := _where(trace, place)) is not None}
    if not found:
        return None
    sheet, height = _sheet([(float(lat), float(lon)) for lat, lon in found.values()])
    order = [visit.place for visit in trace.visits if visit.place in found]
    dots: list[MapDot] = []
    numbers: dict[str, int] = {}
    for place in dict.fromkeys([*order, *found]):
        latitude, longitude = found[place]
        x, y = sheet.point(float(latitude), float(longitude))
        same = next((one for one in dots if hypot(one.x - x, one.y - y) < _NEAR), None)
        if same is None:
            same = MapDot(len(dots) + 1, x, y, (), found[place])
            dots.append(same)
        named = tuple(dict.fromkeys((*same.names, namer.place(place))))
        dots[same.number - 1] = MapDot(same.number, same.x, same.y, named, same.where)
        numbers[place] = same.number
    length, kilometres = _bar(sheet)
    return ChainMap(
        height=height,
        coast=_coast(sheet, height),
        dots=tuple(dots),
        arrows=tuple(_arrows(trace, numbers, dots)),
        scale=length,
        kilometres=namer.texts.amount(f"{kilometres:g}", "KMT"),
        missing=tuple(namer.place(one) for one in trace.places if one not in found),
    )


def _where(trace: Trace, place: str) -> tuple[str, str] | None:
    """Return latitude and longitude, by master data or in the identifier itself."""
    known = trace.places[place]
    told: tuple[Any, ...] = known.get("latitude"), known.get("longitude")
    if place.startswith("geo:"):
        told = tuple(place.removeprefix("geo:").partition(";")[0].split(",")[:2])
    try:
        latitude, longitude = (float(str(one)) for one in told)
    except ValueError:
        return None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):  # noqa: PLR2004 - degrees; NaN too
        return None
    return str(told[0]), str(told[1])


def _sheet(points: Sequence[tuple[float, float]]) -> tuple[_Sheet, int]:
    """Return how to draw, and how high the map is, so that all points have room."""
    south, north = min(one[0] for one in points), max(one[0] for one in points)
    west, east = min(one[1] for one in points), max(one[1] for one in points)
    narrower = max(cos(radians((south + north) / 2)), 0.1)
    across = max((east - west) * narrower, _SPAN)
    up = max(north - south, _SPAN)
    scale = min((WIDTH - 2 * _EDGE) / across, (_MOST - 2 * _EDGE) / up)
    height = min(max(round(up * scale) + 2 * _EDGE, _LEAST), _MOST)
    left = (WIDTH - (east - west) * narrower * scale) / 2
    return _Sheet(
        west, north, scale, narrower, left, (height - (north - south) * scale) / 2
    ), height


def _coast(sheet: _Sheet, height: int) -> str:
    points = [sheet.point(*one) for one in COAST]
    if not any(0 <= x <= WIDTH and 0 <= y <= height for x, y in points):
        return ""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def _arrows(trace: Trace, numbers: dict[str, int], dots: Sequence[MapDot]) -> Iterator[MapArrow]:
    """Yield an arrow for each two dots that goods went between."""
    found: dict[tuple[int, int], list[str]] = {}
    for one in trace.handovers:
        start, end = numbers.get(one.from_place or ""), numbers.get(one.to_place or "")
        if start is not None and end is not None and start != end:
            found.setdefault((start, end), []).append(one.shipped_at or one.received_at or "")
    for (start, end), times in sorted(found.items(), key=lambda item: min(item[1])):
        line = _bow(dots[start - 1], dots[end - 1])
        yield MapArrow(start, end, line, tuple(sorted(filter(None, times))))


def _bow(first: MapDot, last: MapDot) -> str:
    """Return a line that is bent a little, so that way and way back are two."""
    across, down = last.x - first.x, last.y - first.y
    length = hypot(across, down)
    middle = ((first.x + last.x) / 2 - down * 0.12, (first.y + last.y) / 2 + across * 0.12)
    away = hypot(last.x - middle[0], last.y - middle[1])
    short = min((_DOT + 6) / away, 0.8) if length else 0
    end = (last.x - (last.x - middle[0]) * short, last.y - (last.y - middle[1]) * short)
    return f"M{first.x:g} {first.y:g}Q{middle[0]:.1f} {middle[1]:.1f} {end[0]:.1f} {end[1]:.1f}"


def _bar(sheet: _Sheet) -> tuple[float, float]:
    """Return the scale bar: a round number of kilometres, up to a quarter of the width."""
    of_kilometre = sheet.scale / _KILOMETRES
    steps = (part * 10.0**power for power in range(4, -3, -1) for part in (5, 2, 1))
    kilometres = next((one for one in steps if one * of_kilometre <= WIDTH / 4), 0.01)
    return round(kilometres * of_kilometre, 1), kilometres
