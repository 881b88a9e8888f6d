"""Which goods were in a container, or at a place, with others, and when they met."""

import re
from collections.abc import Iterator
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


def exposed_in_places(
    chain: Chain, one: str, since: int, until: int | None, span: int
) -> Iterator[Exposure]:
    """Yield what was seen at a site within a span of time of an object.

    What was seen there before it counts unless the records say that it had gone.

    Args:
        chain: the facts.
        one: the object.
        since: from when on it counts; so does `until`, see `exposed_in_containers`.
        until: up to when.
        span: microseconds between the two sightings at most.
    """
    here = [
        seen
        for seen in _placed(chain, one)
        if seen.facts.time >= since and (until is None or seen.facts.time < until)
    ]
    windows = [(seen.facts.site or "", seen.facts.time) for seen in here]
    found = chain.gathered.load_sites({(site, time - span, time + span) for site, time in windows})
    others = dict.fromkeys(other for facts in found for other in _goods_of(chain, facts))
    chain.load_custody(others, ())
    for other in others:
        if other == one:
            continue
        seen = _placed(chain, other)
        met = [
            (time, site)
            for site, at in windows
            for number, its in enumerate(seen)
            if its.facts.site == site
            for time in [_met(at, its, seen[number + 1 :], span)]
            if time is not None
        ]
        if met:
            time, site = min(met)
            yield Exposure(other, time, site)


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


def _met(at: int, seen: Sighting, later: list[Sighting], span: int) -> int | None:
    """Return when what was seen met what was seen at the same site at a time; None for never."""
    time = seen.facts.time
    if abs(time - at) > span:
        return None
    if time >= at:
        return time
    gone = seen.facts.biz_step in _LEAVING or any(
        its.facts.site != seen.facts.site for its in later if its.facts.time <= at
    )
    return None if gone else at
