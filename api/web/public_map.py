"""A sketch of the coast with the place that goods come from, drawn without tiles of others.

The line is drawn by hand after well-known points of the coast from Cà Ná to Đại Lãnh; it is no map
of the administration, and shows no border.
"""

from dataclasses import dataclass
from math import cos, radians
from typing import Final

_SOUTH, _NORTH, _WEST, _EAST = 11.15, 12.95, 108.35, 109.6
_HEIGHT: Final = 300
_SCALE: Final = _HEIGHT / (_NORTH - _SOUTH)
_NARROWER: Final = cos(radians((_SOUTH + _NORTH) / 2))

COAST: Final = (
    *((11.15, 108.68), (11.22, 108.74), (11.31, 108.83), (11.34, 108.89), (11.33, 108.96)),
    *((11.36, 109.02), (11.42, 109.02), (11.50, 109.02), (11.56, 109.03), (11.59, 109.07)),
    *((11.57, 109.13), (11.62, 109.17), (11.70, 109.20), (11.73, 109.23), (11.79, 109.22)),
    *((11.83, 109.16), (11.89, 109.15), (11.90, 109.20), (11.98, 109.21), (12.10, 109.20)),
    *((12.20, 109.21), (12.26, 109.20), (12.32, 109.19), (12.37, 109.24), (12.45, 109.21)),
    *((12.50, 109.18), (12.53, 109.26), (12.58, 109.22), (12.66, 109.20), (12.72, 109.25)),
    *((12.74, 109.33), (12.68, 109.38), (12.61, 109.36), (12.66, 109.44), (12.79, 109.40)),
    *((12.86, 109.41), (12.90, 109.45), (12.95, 109.44)),
)
"""Degrees north and east of points of the coast, from the south."""

_TOWNS: Final = (
    ("Cà Ná", 11.34, 108.87),
    ("Phan Rang", 11.565, 108.99),
    ("Cam Ranh", 11.92, 109.14),
    ("Nha Trang", 12.245, 109.19),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of the sketch, in its units, and its name."""

    x: float
    y: float
    name: str


@dataclass(frozen=True, slots=True)
class Sketch:
    """A sketch of the coast.

    Attributes:
        width: in units; `height` likewise.
        land: the land, as the `d` of a path.
        towns: by which one finds one's way.
        place: where the goods come from.
    """

    width: int
    height: int
    land: str
    towns: tuple[Mark, ...]
    place: Mark


def sketch_of(latitude: float | None, longitude: float | None, name: str) -> Sketch | None:
    """Return a sketch with a place; None where the place is not known, or not on it.

    Args:
        latitude: degrees north, WGS 84.
        longitude: degrees east.
        name: of the place.
    """
    if latitude is None or longitude is None:
        return None
    if not (_SOUTH < latitude < _NORTH and _WEST < longitude < _EAST):
        return None
    width, _ = _point(_SOUTH, _EAST)
    corners = (_point(_NORTH, _WEST), _point(_SOUTH, _WEST))
    line = (*(_point(*one) for one in COAST), *corners)
    land = "M" + "L".join(f"{x:g} {y:g}" for x, y in line) + "z"
    towns = tuple(Mark(*_point(lat, lon), town) for town, lat, lon in _TOWNS)
    return Sketch(round(width), _HEIGHT, land, towns, Mark(*_point(latitude, longitude), name))


def _point(latitude: float, longitude: float) -> tuple[float, float]:
    x = (longitude - _WEST) * _NARROWER * _SCALE
    return round(x, 1), round((_NORTH - latitude) * _SCALE, 1)
