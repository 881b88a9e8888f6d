"""What shows that a container was emptied though nobody recorded it.

Its old content is gone when it is used up, sold or destroyed with the container, when that is
commissioned again or decommissioned, when nothing was heard of it for a year, and, for a returnable
asset, when it is packed somewhere it was not last seen. Of a logistic unit, whose number is for one
load, the last makes it likely only.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from epcis_core.model.references import Role
from epcis_core.provenance.evidence import is_named
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.kinds import key_of
from epcis_core.provenance.stays import End
from epcis_core.provenance.steps import (
    COMMISSIONING,
    DESTROYING,
    DISPENSING,
    ENDING,
    GIVING,
    SELLING,
    TAKING,
)

YEAR: Final = 365 * 24 * 3600 * 1_000_000
"""In microseconds."""


def named_ends(
    container: str, events: Sequence[EventFacts], marks: Sequence[EventFacts]
) -> Iterator[End]:
    """Yield what ended the loads of a container, by the events that name it.

    Args:
        container: of whose loads.
        events: all that name it, by time.
        marks: those of them that say what is in it, likewise.
    """
    last: int | None = None
    for time, group in groupby(events, key=lambda facts: facts.time):
        at_once = list(group)
        if last is not None and time - last > YEAR:
            said = (mark for mark in marks if mark.time == time)
            yield from _but_for(End(last + YEAR, at_once[0]), said)
        last = time
        for facts in at_once:
            if facts.type == "ObjectEvent" and is_named(facts, container, Role.EPC):
                begins = facts.action == "ADD" and facts.biz_step == COMMISSIONING
                if is_handed_out(facts):
                    yield from but_for_what_was_left(End(time, facts, "use"), marks)
                elif facts.biz_step == DESTROYING:
                    yield End(time, facts, "destruction")
                elif begins or facts.biz_step in ENDING or facts.disposition == "destroyed":
                    yield End(time, facts)
    yield from _uses(container, events, marks)


def is_handed_out(facts: EventFacts) -> bool:
    """Tell whether what an event names went to a consumer, with all that was in it.

    References:
        CBV 2.0, section 7.1: `dispensing` may be of a part; of all it is a DELETE.
    """
    is_dispensed = facts.biz_step == DISPENSING and facts.action == "DELETE"
    return facts.type == "ObjectEvent" and (facts.biz_step in SELLING or is_dispensed)


def _uses(
    container: str, events: Sequence[EventFacts], marks: Sequence[EventFacts]
) -> Iterator[End]:
    """Yield when loads were used up: by a transformation of several events, at the last of them.

    What is packed in between is another load. A container that comes out again was not used up.
    """
    reworked = {_run(facts) for facts in events if is_named(facts, container, Role.OUTPUT)}
    packed = [mark.time for mark in marks if mark.action == "ADD"]
    last: dict[tuple[str | int, int], End] = {}
    for facts in events:
        if is_named(facts, container, Role.INPUT) and _run(facts) not in reworked:
            load = bisect_right(packed, facts.time)
            last[_run(facts), load] = End(facts.time, facts, "use")
    for end in last.values():
        yield from but_for_what_was_left(end, marks)


def _run(facts: EventFacts) -> str | int:
    """Return what the events of one transformation have in common."""
    return facts.transformation_id or facts.sequence


def but_for_what_was_left(end: End, marks: Sequence[EventFacts]) -> Iterator[End]:
    """Yield the end of a load by a use, unless it was not empty when it was opened or seen next.

    Args:
        end: the use, of the container or of one around it.
        marks: the events that say what is in the container, by time.
    """
    first = bisect_right(marks, end.time, key=lambda mark: mark.time)
    later = [marks[place] for place in range(first, _next_filling(marks, first))]
    return _but_for(end, later)


def _next_filling(marks: Sequence[EventFacts], first: int) -> int:
    """Return the place of the first mark of the instant at which a container is packed next."""
    for place in range(first, len(marks)):
        if marks[place].action == "ADD":
            return bisect_left(marks, marks[place].time, key=lambda mark: mark.time)
    return len(marks)


def _but_for(end: End, marks: Iterable[EventFacts]) -> Iterator[End]:
    """Yield the end of a load but for what events name as inside until then, if that is not all."""
    named: set[str] = set()
    for mark in marks:
        if mark.action != "ADD":
            children = mark.objects(Role.CHILD)
            if not children and mark.action == "DELETE":
                return
            named.update(child.object for child in children)
    yield replace(end, spares=frozenset(named))


def misplaced_packings(
    container: str, marks: Iterable[EventFacts], sightings: Iterable[EventFacts]
) -> Iterator[End]:
    """Yield the packings of a container somewhere it was not seen last.

    Where it arrived nobody says where, it may be anywhere, and nothing follows. Where it left it is
    no more, though the clock of who sent it may say so.

    Args:
        container: a logistic unit or returnable asset; of other things nothing follows.
        marks: the events that say what is in it.
        sightings: the events that name it, or what it was in.
    """
    key = key_of(container)
    if key is None or key.scheme not in {"sscc", "grai"}:
        return
    known: set[str] = set()
    own = {facts.sequence: facts for facts in marks}
    here = {**own, **{facts.sequence: facts for facts in sightings}}.values()
    for time, group in groupby(sorted(here, key=lambda f: f.time), key=lambda facts: facts.time):
        at_once = sorted(group, key=lambda facts: facts.event_id)
        packings = [f for f in at_once if f.sequence in own and f.action == "ADD"]
        others = [facts for facts in at_once if facts not in packings]
        others = [facts for facts in others if facts.biz_step not in GIVING]
        there = {site for facts in others if (site := facts.site)}
        if any(facts.biz_step in TAKING and facts.site is None for facts in others):
            known = set()
        for facts in packings:
            site = facts.site
            if site and known and site not in known | there:
                yield End(time, facts, disputes=key.scheme == "sscc")
        known = there | {site for facts in packings if (site := facts.site)} or known
