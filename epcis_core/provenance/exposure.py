"""Which goods were in a container, or at a place, with others, and when they met."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from epcis_core.model.references import Role
from epcis_core.provenance.chain import Chain
from epcis_core.provenance.custody import Sighting
from epcis_core.provenance.evidence import begins
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.kinds import key_of, kind_of
from epcis_core.provenance.stays import Stay
from epcis_core.provenance.steps import DISPENSING, ENDING, GIVING, SELLING

_LEAVING: Final = GIVING | SELLING | ENDING | {DISPENSING}
_CLEANING: Final = frozenset(
    {"cleaning", "washing", "sanitizing", "sanitising", "disinfecting", "sterilizing"}
)
"""Last words of business steps of other vocabularies; the CBV has none for it."""

_WORDS: Final = re.compile(r"[#/:-]")


@dataclass(frozen=True, slots=True)
class Exposure:
    """Goods that met others.

    Attributes:
        object: what met them.
        time: when, at the earliest, microseconds since 1970 UTC.
        by: the container or the site.
        is_after: the others had left the container.
    """

    object: str
    time: int
    by: str
    is_after: bool = False


def exposed_in_containers(
    chain: Chain, one: str, since: int, until: int | None, *, later: bool
) -> Iterator[Exposure]:
    """Yield what was in a container with an object, in the very one and not in one around it.

    Args:
        chain: the facts.
        one: the object.
        since: from when on it counts, microseconds since 1970 UTC.
        until: up to when, likewise, not included; None for ever.
        later: what was put in afterwards counts, until the container was cleaned or commissioned.
    """
    for stay in chain.containment.stays_of(one):
        start = max(stay.start, since)
        if (stay.end is not None and stay.end < start) or (until is not None and until <= start):
            continue
        ends = [end for end in (stay.end, until) if end is not None]
        end = min(ends, default=None)
        for other in chain.containment.stays_in(stay.container):
            if other.content == one or not _is_goods(other.content):
                continue
            met = max(start, other.start)
            if _were_together(start, end, other):
                yield Exposure(other.content, met, stay.container)
            elif (
                later
                and end is not None
                and other.start >= end
                and not _was_cleaned(chain, stay.container, end, other.start)
            ):
                yield Exposure(other.content, met, stay.container, is_after=True)


class Sites:
    """The events at sites, each span of time asked for once.

    Args:
        chain: the facts.
    """

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._goods: dict[int, tuple[str, ...]] = {}
        self._known: dict[str, list[tuple[int, int]]] = {}
        self._events: dict[str, dict[int, EventFacts]] = {}

    def load(self, spans: Iterable[tuple[str, int, int]]) -> None:
        """Load the events at sites within spans of time, both ends included, many at once."""
        asked: dict[str, list[tuple[int, int]]] = {}
        for site, start, end in sorted(set(spans)):
            if any(first <= start and end <= last for first, last in self._known.get(site, ())):
                continue
            merged = asked.setdefault(site, [])
            if merged and start <= merged[-1][1]:
                merged[-1] = merged[-1][0], max(end, merged[-1][1])
            else:
                merged.append((start, end))
        found = self._chain.gathered.load_sites(
            [(site, start, end) for site, its in asked.items() for start, end in its]
        )
        for site, its in asked.items():
            self._known.setdefault(site, []).extend(its)
        for facts in found:
            self._events.setdefault(facts.site or "", {})[facts.sequence] = facts

    def at(self, site: str, start: int, end: int) -> list[EventFacts]:
        """Return the events at a site within a span of time that was loaded."""
        events = self._events.get(site, {}).values()
        return [facts for facts in events if start <= facts.time <= end]

    def goods(self, facts: EventFacts) -> tuple[str, ...]:
        """Return the goods that an event names, and those inside the containers that it names."""
        if facts.sequence not in self._goods:
            self._goods[facts.sequence] = tuple(dict.fromkeys(_goods_of(self._chain, facts)))
        return self._goods[facts.sequence]


def moments_of(chain: Chain, one: str, since: int, until: int | None) -> list[tuple[str, int]]:
    """Return at which sites an object was seen, and when, microseconds since 1970 UTC.

    Args:
        chain: the facts.
        one: the object.
        since: from when on it counts; so does `until`, see `exposed_in_containers`.
        until: up to when.
    """
    return [
        (seen.facts.site or "", seen.facts.time)
        for seen in _placed(chain, one)
        if seen.facts.time >= since and (until is None or seen.facts.time < until)
    ]


def exposed_at(
    chain: Chain, sites: Sites, moment: tuple[str, int], span: int, *, but: Callable[[str], bool]
) -> Iterator[Exposure]:
    """Yield what was seen at a site within a span of time of a moment, before or after.

    What was seen there before counts unless the records say that it had gone.

    Args:
        chain: the facts.
        sites: the events there, loaded for that span.
        moment: the site, and when something affected was seen there.
        span: microseconds between the two sightings at most.
        but: tells what is left out.
    """
    site, at = moment
    named = (one for facts in sites.at(site, at - span, at + span) for one in sites.goods(facts))
    others = [one for one in dict.fromkeys(named) if not but(one)]
    chain.load_custody(others, ())
    for other in others:
        seen = _placed(chain, other)
        met = [
            time
            for number, its in enumerate(seen)
            if its.facts.site == site and abs(its.facts.time - at) <= span
            for time in [_met(at, its, seen[number + 1 :])]
            if time is not None
        ]
        # A later one counts where a kill step came between.
        yield from (Exposure(other, time, site) for time in sorted({*met}))


def _is_goods(one: str) -> bool:
    """Tell whether an object is goods: a lot or an item of a product, or of somebody's own code."""
    key = key_of(one)
    return key is None or (key.gtin is not None and kind_of(one) in {"lot", "instance"})


def _were_together(start: int, end: int | None, other: Stay) -> bool:
    """Tell whether a stay, and one of a span of time in the same container, were so at once."""
    met = max(start, other.start)
    is_here = end is None or met < end or met == start
    is_there = other.end is None or met < other.end or met == other.start
    return is_here and is_there


def _was_cleaned(chain: Chain, container: str, start: int, end: int) -> bool:
    return any(
        start <= facts.time <= end and (_cleans(facts) or begins(facts, container))
        for facts in chain.gathered.naming(container)
    )


def _cleans(facts: EventFacts) -> bool:
    return _WORDS.split(facts.biz_step or "")[-1].lower() in _CLEANING


def _placed(chain: Chain, one: str) -> list[Sighting]:
    """Return where an object was seen, by time; not by what was merely attached to it."""
    seen = chain.custody.sightings(one)
    return [its for its in seen if its.facts.site is not None and not its.attached]


def _goods_of(chain: Chain, facts: EventFacts) -> Iterator[str]:
    """Yield the goods that an event names, and those inside the containers that it names."""
    for named in facts.named:
        if _is_goods(named.object):
            yield named.object
        elif kind_of(named.object) == "container" and named.role is not Role.OUTPUT:
            for stay in chain.containment.contents_at(named.object, facts.time):
                if _is_goods(stay.content):
                    yield stay.content


def _met(at: int, seen: Sighting, later: Sequence[Sighting]) -> int | None:
    """Return when what was seen met what was at the same site at a time; None where it had gone."""
    time = seen.facts.time
    if time >= at:
        return time
    gone = seen.facts.biz_step in _LEAVING or any(
        its.facts.site != seen.facts.site for its in later if its.facts.time <= at
    )
    return None if gone else at
