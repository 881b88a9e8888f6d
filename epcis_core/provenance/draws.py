"""Amounts of a lot that left a container though nobody recorded that they were taken out.

A lot may be used, sold or destroyed by its own name where it lay in containers and nowhere else.
Where that was as much as all of them held, they likely go on empty: that they bring any along is
disputed, and no amount goes with them. Of one container it may be a part. Of a part of several
nobody knows whose it was: all stays inside, and if all leaves, more left than came. Where a
container is packed anew without having been unpacked, what was inside stays until then, and the
answer says that nobody recorded when it left.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from epcis_core.model.references import Role
from epcis_core.provenance.amounts import added_up
from epcis_core.provenance.carriage import Carriage
from epcis_core.provenance.evidence import in_time, is_named
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.gathered import Gathered
from epcis_core.provenance.left import left_in
from epcis_core.provenance.loose import uses_of_more
from epcis_core.provenance.stays import Stay
from epcis_core.provenance.steps import DESTROYING, DISPENSING, GIVING, SELLING

_ALWAYS: Final = -(1 << 62)

Carriages = Callable[[str], Sequence[Carriage]]
"""Returns every time a container was carried by another one."""


def but_for_draws(
    lot: str, stays: Sequence[Stay], gathered: Gathered, carriages: Carriages
) -> list[Stay]:
    """Return the stays of a lot without what it was used for by its own name.

    Args:
        lot: whose stays.
        stays: as the events of the containers tell them.
        gathered: the facts.
        carriages: tells in what the containers were.
    """
    found = list(stays)
    for facts, (kind, short) in uses_of_more(lot, stays, gathered) if stays else ():
        there = [
            place
            for place, stay in enumerate(found)
            if stay.start <= facts.time
            and (stay.end is None or facts.time < stay.end)
            and not (_is_unpacked(stay) or stay.unclosed or stay.disputed)
            and not _is_seen_inside(stay, facts.time, gathered)
            and _site_of(stay.container, facts.time, gathered, carriages) == facts.site
        ]
        held = added_up(left_in(gathered, found[place], facts.time) for place in there)
        if held is None or held[0] != kind:
            continue
        for place in there:
            stay = found[place]
            mine = left_in(gathered, stay, facts.time)
            less = min(short, mine[1]) if mine is not None else short
            drawn = stay._replace(drawn=(*stay.drawn, (facts.time, less)))
            if held[1] <= short and _goes_on(stay.container, facts.time, gathered, carriages):
                found[place] = stay._replace(end=facts.time, closed=facts)
                found.append(drawn._replace(start=facts.time, disputed=True))
            elif held[1] <= short or len(there) == 1:
                found[place] = drawn
    return found


def _with(
    container: str, gathered: Gathered, carriages: Carriages
) -> Iterator[tuple[str, EventFacts]]:
    """Yield the events of a container, and of what it was in meanwhile, each with what it names."""
    for around in (Carriage(container, _ALWAYS, None), *carriages(container)):
        for facts in gathered.naming(around.container):
            if around.holds(facts):
                yield around.container, facts


def _site_of(container: str, time: int, gathered: Gathered, carriages: Carriages) -> str | None:
    """Return where a container was seen last by an instant, itself or in another."""
    events = (facts for _, facts in _with(container, gathered, carriages))
    seen = [facts for facts in events if facts.time <= time and facts.site is not None]
    return max(seen, key=in_time).site if seen else None


def _goes_on(container: str, time: int, gathered: Gathered, carriages: Carriages) -> bool:
    """Tell whether a container is given away, used, sold or destroyed after an instant."""
    steps = GIVING | SELLING | {DISPENSING, DESTROYING}
    return any(
        facts.time >= time and (facts.biz_step in steps or is_named(facts, unit, Role.INPUT))
        for unit, facts in _with(container, gathered, carriages)
    )


def _is_unpacked(stay: Stay) -> bool:
    """Tell whether the end of a stay is on record."""
    closed = stay.closed
    return closed is not None and closed.type == "AggregationEvent" and closed.action == "DELETE"


def _is_seen_inside(stay: Stay, time: int, gathered: Gathered) -> bool:
    """Tell whether an event after an instant shows that the content is inside still."""
    return any(
        time < mark.time
        and (stay.end is None or mark.time <= stay.end)
        and mark.action == "OBSERVE"
        and is_named(mark, stay.container, Role.PARENT)
        for mark in gathered.naming(stay.content)
    )
