"""What shows that a container was emptied though nobody recorded it.

Its old content is gone when it is commissioned again, destroyed or decommissioned, when nothing was
heard of it for a year, and, for a returnable asset, when it is packed somewhere it was not last
received or packed. Of a logistic unit, whose number is for one load, the last makes it likely only.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from epcis_core.model.references import Role
from epcis_core.provenance.evidence import is_named
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.kinds import key_of
from epcis_core.provenance.stays import End
from epcis_core.provenance.steps import COMMISSIONING, ENDING, TAKING

YEAR: Final = 365 * 24 * 3600 * 1_000_000
"""In microseconds."""


def ends_of_use(
    container: str, events: Sequence[EventFacts], marks: Sequence[EventFacts]
) -> Iterator[End]:
    """Yield what ended the loads of a container, by the events that name it.

    Args:
        container: of whose loads.
        events: all that name it, by time.
        marks: those of them that say what is in it.
    """
    last: int | None = None
    for time, group in groupby(events, key=lambda facts: facts.time):
        at_once = list(group)
        if last is not None and time - last > YEAR:
            spared = _named_still(time, marks)
            if spared is not None:
                yield End(last + YEAR, at_once[0], spares=spared)
        last = time
        for facts in at_once:
            if facts.type == "ObjectEvent" and is_named(facts, container, Role.EPC):
                begins = facts.action == "ADD" and facts.biz_step == COMMISSIONING
                if begins or facts.biz_step in ENDING or facts.disposition == "destroyed":
                    yield End(time, facts)


def _named_still(time: int, marks: Sequence[EventFacts]) -> frozenset[str] | None:
    """Return the contents that events name as inside until an instant; None for all."""
    named: set[str] = set()
    for mark in marks:
        if mark.time == time and mark.action != "ADD":
            children = mark.objects(Role.CHILD)
            if not children and mark.action == "DELETE":
                return None
            named.update(child.object for child in children)
    return frozenset(named)


def misplaced_packings(
    container: str, marks: Iterable[EventFacts], arrivals: Iterable[EventFacts]
) -> Iterator[End]:
    """Yield the packings of a container somewhere it was not last received or packed.

    Args:
        container: a logistic unit or returnable asset; of other things nothing follows.
        marks: the events that say what is in it.
        arrivals: the events by which it arrived somewhere.
    """
    key = key_of(container)
    if key is None or key.scheme not in {"sscc", "grai"}:
        return
    known: set[str] = set()
    here = {facts.sequence: facts for facts in (*marks, *arrivals)}.values()
    for time, group in groupby(sorted(here, key=lambda f: f.time), key=lambda facts: facts.time):
        at_once = sorted(group, key=lambda facts: facts.sequence)
        arrived = {site for f in at_once if f.biz_step in TAKING and (site := _site(f))}
        for facts in at_once:
            site = _site(facts)
            is_packing = facts.type == "AggregationEvent" and facts.action == "ADD"
            if is_packing and site and known and site not in known | arrived:
                yield End(time, facts, disputes=key.scheme == "sscc")
        known = {site for f in at_once if (site := _site(f))} or known


def _site(facts: EventFacts) -> str | None:
    """Return where an event happened, without the part of the site."""
    place = facts.place
    return None if place is None else place.partition("/254/")[0]
