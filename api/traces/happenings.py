"""What happened, event by event, and day by day where there is much of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from api.web import times
from api.web.naming import Namer
from epcis_core.provenance.result import Visit


@dataclass(frozen=True, slots=True)
class Happening:
    """What one event did with objects of the chain.

    Attributes:
        visit: the first visit, which stands for time, step, party and place of all.
        offset: the offset from UTC that the event states; None if it was not read.
        goods: the objects, in words.
        inside: the containers they were in, in words; empty where they were named themselves.
        disputed: it is likely for all of them, and proven for none.
    """

    visit: Visit
    offset: str | None
    goods: str
    inside: str
    disputed: bool


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on one day in Viet Nam.

    Attributes:
        day: the calendar day.
        name: the same in figures, as the language writes it.
        number: how many events there were.
        parties: who had the goods, in words.
        happenings: what happened, by time; empty where the page leaves them to a list.
    """

    day: date
    name: str
    number: int
    parties: str
    happenings: tuple[Happening, ...]


Visits = Mapping[str, Sequence[Visit]]
"""Event to its visits, by time."""


def by_event(visits: Iterable[Visit]) -> dict[str, list[Visit]]:
    """Return event to its visits, both by time."""
    found: dict[str, list[Visit]] = {}
    for visit in visits:
        found.setdefault(visit.event, []).append(visit)
    return found


def day_of(text: str) -> date:
    """Return the calendar day of a time in Viet Nam."""
    return times.here(text).date()


def happening(visits: Sequence[Visit], offset: str | None, namer: Namer) -> Happening:
    """Return what one event did.

    Args:
        visits: all of the event, at least one.
        offset: the one that the event states, if it was read.
        namer: names and language.
    """
    inside = _distinct(namer.thing(visit.inside) for visit in visits if visit.inside)
    return Happening(
        visits[0],
        offset,
        namer.joined(_distinct(namer.thing(visit.object) for visit in visits)),
        namer.joined(inside) if inside else "",
        all(visit.disputed for visit in visits),
    )


def days_of(visits: Visits, shown: Mapping[str, Happening], namer: Namer) -> tuple[Day, ...]:
    """Return the days on which something happened, the first first.

    Args:
        visits: of all events.
        shown: event to what it did, of those that the page shows.
        namer: names and language.
    """
    found: dict[date, list[str]] = {}
    for event, its in visits.items():
        found.setdefault(day_of(its[0].time), []).append(event)
    return tuple(
        Day(
            day,
            times.calendar_day(day, namer.texts.language),
            len(events),
            namer.parties(visits[one][0].party for one in events),
            tuple(shown[one] for one in events if one in shown),
        )
        for day, events in found.items()
    )


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
