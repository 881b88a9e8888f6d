"""Being carried: in a container, or in one that was in another, and so on outwards."""

from typing import NamedTuple

from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.stays import Stay
from epcis_core.provenance.steps import GIVING, TAKING


class Carriage(NamedTuple):
    """A time in which an object was inside a container, directly or inside another one.

    Attributes:
        container: in what.
        start: microseconds since 1970 UTC, included.
        end: the same; None while it lasts.
        disputed: likely, not proven.
        refills: the container was emptied of something else at the start.
        refilled: the container was filled anew at the end.
        closed: the event that ended it, if one did.
        outlived: the object was out before that event, which destroyed the container.
    """

    container: str
    start: int
    end: int | None
    disputed: bool = False
    refills: bool = False
    refilled: bool = False
    closed: EventFacts | None = None
    outlived: bool = False

    def holds(self, facts: EventFacts) -> bool:
        """Tell whether the object was inside when an event happened to the container.

        Where a container was emptied and filled at one instant, it arrived with the old content and
        was used and left with the new; where it was only emptied, it left without the old.
        """
        if facts.time < self.start or (self.end is not None and facts.time > self.end):
            return False
        if self._is_emptied_before(facts) or (self.outlived and facts is self.closed):
            return False
        takes = facts.biz_step in TAKING
        if self.refilled and facts.time == self.end:
            return takes or facts.action == "DELETE"
        return not (self.refills and takes and facts.time == self.start)

    def _is_emptied_before(self, facts: EventFacts) -> bool:
        """Tell whether the container left where it was emptied at that instant, of what it held."""
        return (
            self.closed is not None
            and self.closed is not facts
            and self.start < facts.time == self.end
            and facts.biz_step in GIVING
            and facts.site is not None
            and facts.site == self.closed.site
        )


def carriage_of(stay: Stay) -> Carriage:
    """Return a stay as the carriage of its content."""
    return Carriage(
        stay.container,
        stay.start,
        stay.end,
        stay.disputed,
        stay.refills,
        stay.refilled,
        stay.closed,
        stay.outlived is not None,
    )


def within(outer: Carriage, inner: Carriage) -> Carriage:
    """Return the part of an outer carriage during an inner one."""
    start = max(inner.start, outer.start)
    ends = [end for end in (inner.end, outer.end) if end is not None]
    end = min(ends) if ends else None
    bounded = (inner, outer)
    return Carriage(
        outer.container,
        start,
        end,
        inner.disputed or outer.disputed,
        any(one.refills and one.start == start for one in bounded),
        any(one.refilled and one.end == end for one in bounded),
        next((one.closed for one in bounded if one.end == end), None),
        any(one.outlived and one.end == end for one in bounded),
    )
