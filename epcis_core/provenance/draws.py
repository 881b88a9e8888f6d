"""Amounts of a lot that left a container though nobody recorded that they were taken out.

A lot may be used, sold or destroyed by its own name where it lay in containers and nowhere else.
Where that was as much as all of them held, none goes anywhere with it any more; of one container it
may be a part. Of a part of several nobody knows whose it was: all stays inside, and if all leaves,
more left than came. Where a container is packed anew without having been unpacked, what was inside
stays until then, and the answer says that nobody recorded when it left.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from epcis_core.model.references import Role
from epcis_core.provenance.amounts import Measure, Total, added_up, measured, put, take
from epcis_core.provenance.carriage import Carriage
from epcis_core.provenance.evidence import begins, in_time, is_named
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.gathered import Gathered
from epcis_core.provenance.implicit_ends import is_handed_out
from epcis_core.provenance.stays import Stay
from epcis_core.provenance.steps import DESTROYING, DISPENSING, GIVING, SELLING, TAKING

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
    for facts, (kind, short) in _draws(lot, gathered.naming(lot)) if stays else ():
        there = [
            place
            for place, stay in enumerate(found)
            if stay.start <= facts.time
            and (stay.end is None or facts.time < stay.end)
            and not _is_unpacked(stay)
            and not stay.unclosed
            and _site_of(stay.container, facts.time, gathered, carriages) == facts.site
        ]
        held = added_up(left_in(gathered, found[place], facts.time) for place in there)
        if held is None or held[0] != kind:
            continue
        for place in there:
            stay = found[place]
            if held[1] <= short and _goes_on(stay.container, facts.time, gathered, carriages):
                found[place] = replace(stay, end=facts.time, closed=facts, unclosed=False)
            elif held[1] <= short or len(there) == 1:
                mine = left_in(gathered, stay, facts.time)
                less = min(short, mine[1]) if mine is not None else short
                found[place] = replace(stay, drawn=(*stay.drawn, (facts.time, less)))
    return found


def left_in(gathered: Gathered, stay: Stay, time: int) -> Measure | None:
    """Return what was left of what was put in during a stay, before anything left at an instant."""
    if stay.observed:
        return added_up(measured(named) for named in stay.amounts)
    total: Total | None = {}
    for mark in gathered.naming(stay.container):
        is_packing = mark.type == "AggregationEvent" and is_named(mark, stay.container, Role.PARENT)
        if not is_packing or not stay.opened.time <= mark.time <= time:
            continue
        for named in mark.of(stay.content):
            if named.role is not Role.CHILD:
                continue
            if mark.action == "ADD":
                total = put(total, named)
            elif mark.action == "DELETE" and stay.opened.time < mark.time < time:
                total = take(total, named)
    if total is None or len(total) != 1:
        return None
    (kind, amount), *_ = total.items()
    drawn = sum((less for when, less in stay.drawn if when < time), Fraction())
    return kind, amount - drawn


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


def _draws(lot: str, events: Iterable[EventFacts]) -> Iterator[tuple[EventFacts, Measure]]:
    """Yield what a lot was used for, sold or destroyed that did not lie loose, by time.

    Where an amount is not known, or more left a site loose than came there, there may be more of it
    that is not on record: nothing follows for that site.
    """
    loose: dict[str, Measure | None] = {}
    moves = [(facts, sign) for facts in events if (sign := _sign(lot, facts)) is not None]
    moves.sort(key=lambda move: (move[0].time, -move[1], in_time(move[0])))
    for facts, sign in moves:
        amount = added_up(measured(named) for named in facts.of(lot))
        site = facts.site
        if site is None or (site in loose and loose[site] is None):
            continue
        known = loose.get(site) or (amount[0] if amount else "", Fraction())
        if amount is None or amount[0] != known[0]:
            loose[site] = None
        elif sign > 0:
            loose[site] = known[0], known[1] + amount[1]
        elif sign < 0:
            loose[site] = (known[0], known[1] - amount[1]) if known[1] >= amount[1] else None
        else:
            loose[site] = known[0], max(known[1] - amount[1], Fraction())
            if amount[1] > known[1]:
                yield facts, (known[0], amount[1] - known[1])


def _sign(lot: str, facts: EventFacts) -> int | None:
    """Tell whether a lot came to lie loose (1), left as it was (-1), or was used up or sold (0)."""
    if is_named(facts, lot, Role.CHILD) and facts.type == "AggregationEvent":
        return {"ADD": -1, "DELETE": 1}.get(facts.action or "")
    if begins(facts, lot):
        return 1
    is_destroyed = facts.biz_step == DESTROYING and facts.action == "DELETE"
    if is_named(facts, lot, Role.INPUT) or is_destroyed or is_handed_out(facts):
        return 0
    if is_named(facts, lot, Role.EPC) and facts.biz_step in GIVING | TAKING:
        return 1 if facts.biz_step in TAKING else -1
    return None
