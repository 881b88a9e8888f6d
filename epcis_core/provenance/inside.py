"""How much of an object was in a container when an event happened to that container."""

from epcis_core.model.references import Role
from epcis_core.provenance.amounts import Measure, added_up, measured, pieces
from epcis_core.provenance.carriage import carriage_of
from epcis_core.provenance.containment import Containment
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.gathered import Gathered
from epcis_core.provenance.kinds import AMOUNTS, kind_of
from epcis_core.provenance.left import left_in
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
    for stay in containment.stays_under(one, unit):
        is_there = stay.container == unit or (
            stay.overlaps(facts.time, facts.time)
            and any(
                one.container == unit and one.holds(facts)
                for one in containment.carriages(stay.container)
            )
        )
        if is_there and carriage_of(stay).holds(facts):
            within[stay.container] = stay
    return added_up(left_in(gathered, stay, facts.time) for stay in within.values())
