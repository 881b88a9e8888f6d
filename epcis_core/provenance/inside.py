"""How much of an object was in a container when an event happened to that container."""

from collections.abc import Iterable
from fractions import Fraction

from epcis_core.model.references import Role
from epcis_core.provenance.amounts import Measure, Total, measured, put, take
from epcis_core.provenance.carriage import carriage_of
from epcis_core.provenance.containment import Containment
from epcis_core.provenance.evidence import is_named
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.gathered import Gathered
from epcis_core.provenance.kinds import AMOUNTS, kind_of
from epcis_core.provenance.stays import Stay


def amount_of(
    gathered: Gathered, containment: Containment, one: str, unit: str, facts: EventFacts
) -> Measure | None:
    """Return how much of an object an event is about, in base units.

    Args:
        gathered: the facts.
        containment: what was inside what.
        one: the object.
        unit: what the event names: the object, or a container that held it then.
        facts: the event.

    Returns:
        None where the records do not say.
    """
    if unit != one:
        return amount_inside(gathered, containment, one, unit, facts)
    return amount_named(one, facts, Role.EPC, Role.CHILD)


def amount_named(one: str, facts: EventFacts, *roles: Role) -> Measure | None:
    """Return how much of an object an event names in given roles; an instance is one piece."""
    if kind_of(one) not in AMOUNTS:
        return pieces(1)
    found = added_up(measured(named) for named in facts.of(one) if named.role in roles)
    return found if found is None or found[1] >= 0 else None


def amount_inside(
    gathered: Gathered, containment: Containment, one: str, unit: str, facts: EventFacts
) -> Measure | None:
    """Return how much of an object a container held when an event happened to it.

    What was put in until then counts, less what was taken out before. An instance is one piece.

    Args:
        gathered: the facts.
        containment: what was inside what.
        one: the object.
        unit: the container, however deep the object lay in it.
        facts: the event.

    Returns:
        The amount in base units; None where the records do not say.
    """
    if kind_of(one) not in AMOUNTS:
        return pieces(1)
    within: dict[str, Stay] = {}
    for stay in containment.stays_of(one):
        is_there = stay.container == unit or unit in containment.around(stay.container, facts.time)
        if is_there and carriage_of(stay).holds(facts):
            within[stay.container] = stay
    return added_up(_left(gathered, stay, facts.time) for stay in within.values())


def pieces(count: int) -> Measure:
    """Return an amount of things that are counted one by one."""
    return "count", Fraction(count)


def added_up(amounts: Iterable[Measure | None]) -> Measure | None:
    """Return amounts of one physical quantity added up.

    Returns:
        None if there is none, if one of them is not known, or if they do not compare.
    """
    known = list(amounts)
    first = known[0] if known else None
    if first is None or any(one is None or one[0] != first[0] for one in known):
        return None
    return first[0], sum((one[1] for one in known if one is not None), Fraction())


def _left(gathered: Gathered, stay: Stay, time: int) -> Measure | None:
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
    return next(iter(total.items())) if total is not None and len(total) == 1 else None
