"""What was at two places sooner than it can get from one to the other, or at once."""

import math
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

from epcis_core.provenance.anomalies.anomaly import Anomaly, Severity, anomaly
from epcis_core.provenance.anomalies.thresholds import Thresholds
from epcis_core.provenance.chain import Chain
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.kinds import AMOUNTS, kind_of
from epcis_core.provenance.steps import GIVING, TAKING

HOUR: Final = 3600 * 1_000_000
DAY: Final = 24 * HOUR
EARTH_KM: Final = 6371.0
"""The mean radius."""

Point = tuple[float, float]
"""Latitude and longitude in degrees, north and east positive."""


def kilometres(one: Point, other: Point) -> float:
    """Return the distance of two points on the ground, as the crow flies.

    >>> round(kilometres((11.56, 108.99), (10.78, 106.70)))
    264
    """
    (lat, long), (lat2, long2) = (tuple(map(math.radians, point)) for point in (one, other))
    half = (
        math.sin((lat2 - lat) / 2) ** 2
        + math.cos(lat) * math.cos(lat2) * math.sin((long2 - long) / 2) ** 2
    )
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def too_fast(chain: Chain, one: str, thresholds: Thresholds) -> Iterator[Anomaly]:
    """Yield where a single thing was at two places sooner than goods travel.

    It takes part itself, by its own number, in both events, at places with coordinates. A time of
    midnight is that of a whole day, which leaves the thing all of that day.

    Args:
        chain: the facts.
        one: an instance or a container.
        thresholds: how fast and how far.
    """
    limits = thresholds.travel
    seen = ((facts, _point(chain, facts)) for facts in _seen(chain, one))
    on_map = [(facts, point) for facts, point in seen if point is not None]
    for (before, start), (after, end) in pairwise(on_map):
        if before.time == after.time:
            continue
        distance = kilometres(start, end)
        hours = _most_hours(before, after) + limits.clock_minutes / 60
        speed = distance / hours
        if distance < limits.least_km or speed <= limits.road_km_per_hour:
            continue
        is_grave = speed > limits.air_km_per_hour
        severity: Severity = "grave" if is_grave else thresholds.severity["impossible_travel"]
        yield anomaly(
            "impossible_travel",
            severity,
            [one],
            [before, after],
            parties=[chain.parties.of(before), chain.parties.of(after)],
            figures={
                "km": f"{distance:.0f}",
                "minutes": f"{(after.time - before.time) * 60 / HOUR:.0f}",
                "speed": f"{speed:.0f}",
            },
        )


def two_places_at_once(chain: Chain, one: str, thresholds: Thresholds) -> Iterator[Anomaly]:
    """Yield where a single thing was at two sites at one instant.

    Times of whole days say nothing, and neither do a shipment and its receipt with one time: both
    are often written off one delivery note.
    """
    for before, after in pairwise(_seen(chain, one)):
        steps = {before.biz_step, after.biz_step}
        is_handover = bool(steps & GIVING) and bool(steps & TAKING)
        is_once = before.time == after.time and not _is_whole_day(before)
        if is_once and before.site != after.site and not is_handover:
            yield anomaly(
                "two_places_at_once",
                thresholds.severity["two_places_at_once"],
                [one],
                [before, after],
                parties=[chain.parties.of(before), chain.parties.of(after)],
            )


def _seen(chain: Chain, one: str) -> list[EventFacts]:
    """Return the events that saw a thing at a place, by time; a transaction is paper alone.

    Parts of a lot may be at many places; of these there is none.
    """
    if kind_of(one) in AMOUNTS:
        return []
    return [
        facts
        for facts in chain.gathered.naming(one)
        if facts.place is not None and facts.type != "TransactionEvent"
    ]


def _most_hours(before: EventFacts, after: EventFacts) -> float:
    """Return the hours between two events, the most that their times allow."""
    between = after.time - before.time
    latest = between + (DAY if _is_whole_day(after) else 0)
    other_way = -between + (DAY if _is_whole_day(before) else 0)
    return max(latest, other_way) / HOUR


def _is_whole_day(facts: EventFacts) -> bool:
    """Tell whether an event is at midnight of its own zone, as days without a time are."""
    hours, _, minutes = facts.offset[1:].partition(":")
    if not (hours.isdecimal() and minutes.isdecimal()):
        return False
    offset = (int(hours) * 60 + int(minutes)) * 60 * 1_000_000
    return (facts.time + (-offset if facts.offset.startswith("-") else offset)) % DAY == 0


def _point(chain: Chain, facts: EventFacts) -> Point | None:
    return None if facts.place is None else point_of(chain.book.place(facts.place))


def point_of(known: Mapping[str, Any]) -> Point | None:
    """Return where a place is, by what master data say of it; None where that is no point."""
    try:
        latitude, longitude = float(known["latitude"]), float(known["longitude"])
    except (KeyError, TypeError, ValueError):
        return None
    is_one = abs(latitude) <= 90 and abs(longitude) <= 180  # noqa: PLR2004 - degrees
    return (latitude, longitude) if is_one else None
