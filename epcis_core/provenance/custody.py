"""Where objects were, and in whose hands.

An event that names an object, or a container that holds it then, is a visit. So is an event of what
is attached to it then. What happens to a member happens to its lot.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from epcis_core.model.references import Role
from epcis_core.provenance.attachments import Attachments
from epcis_core.provenance.carriage import Carriage
from epcis_core.provenance.containment import Containment
from epcis_core.provenance.evidence import is_named
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.gathered import Gathered
from epcis_core.provenance.kinds import AMOUNTS, kind_of


class Sighting(NamedTuple):
    """An event that an object took part in.

    Attributes:
        object: the object.
        facts: the event.
        inside: the container by which it took part; None if the event names the object itself.
        member: the member of the object by which it took part; None for itself.
        attached: it took part only by what was attached to it, or what it was attached to.
        disputed: likely, not proven.
    """

    object: str
    facts: EventFacts
    inside: str | None = None
    member: str | None = None
    attached: bool = False
    disputed: bool = False

    @property
    def place(self) -> str | None:
        """Where: the read point, else the business location."""
        return self.facts.place


class Custody:
    """The sightings of objects, each worked out once.

    Args:
        gathered: the facts.
        containment: what was inside what.
        attachments: what was attached to what.
    """

    def __init__(
        self, gathered: Gathered, containment: Containment, attachments: Attachments
    ) -> None:
        self._gathered = gathered
        self._containment = containment
        self._attachments = attachments
        self._own: dict[str, list[Sighting]] = {}

    def load(self, objects: Iterable[str]) -> None:
        """Load everything that the sightings of objects follow from, many at once."""
        wanted = set(objects)
        self._containment.load_around(wanted)
        wanted |= {c.container for one in wanted for c in self._containment.carriages(one)}
        self._attachments.load(wanted)

    def sightings(self, one: str) -> list[Sighting]:
        """Return the events an object itself took part in, by time; one per way it took part."""
        if one not in self._own:
            found = {(f.sequence, ""): Sighting(one, f) for f in self._gathered.naming(one)}
            carriages = self._containment.carriages(one)
            for carriage in sorted(carriages, key=lambda c: (c.disputed, c.start, c.container)):
                for facts in self._gathered.naming(carriage.container):
                    if carriage.holds(facts) and _concerns(facts, carriage.container):
                        sighting = Sighting(
                            one, facts, carriage.container, disputed=carriage.disputed
                        )
                        found.setdefault((facts.sequence, carriage.container), sighting)
            known = {sequence for sequence, _ in found}
            for sighting in self._attached(one, carriages):
                if sighting.facts.sequence not in known:
                    found.setdefault((sighting.facts.sequence, ""), sighting)
            self._own[one] = sorted(
                (
                    seen._replace(disputed=True) if self._gathered.is_disputed(seen.facts) else seen
                    for seen in found.values()
                ),
                key=_in_time,
            )
        return self._own[one]

    def each_once(self, seen: Sequence[Sighting]) -> list[Sighting]:
        """Return sightings of one object, those left out in which an event names it once more.

        An event may name a container, what is in it, and what is in that. An instance is there
        once. Of an amount a container tells of all that lies in it, however deep; what the event
        names beside it lies loose.
        """
        by_event: dict[int, list[Sighting]] = defaultdict(list)
        for one in seen:
            by_event[one.facts.sequence].append(one)
        if len(by_event) == len(seen):
            return [*seen]
        return [one for its in by_event.values() for one in self._distinct(its)]

    def _distinct(self, its: list[Sighting]) -> list[Sighting]:
        outermost = [one for one in its if not any(self._is_inside(one, other) for other in its)]
        if kind_of(its[0].object) in AMOUNTS:
            return outermost
        return [min(outermost, key=lambda one: (one.disputed, one.inside is None))]

    def _is_inside(self, one: Sighting, other: Sighting) -> bool:
        """Tell whether the container of a sighting lay in that of another one, as surely.

        Of two that the records put into each other, the surer and then the first is the outer one.
        """
        inner, outer, time = one.inside, other.inside, one.facts.time
        if inner is None or outer is None or other.disputed > one.disputed:
            return False
        if outer not in self._containment.around(inner, time):
            return False
        if inner not in self._containment.around(outer, time):
            return True
        return (other.disputed, outer) < (one.disputed, inner)

    def of_lot(self, lot: str) -> list[Sighting]:
        """Return the events an object or a member of it took part in, by time."""
        members = self._gathered.members(lot)
        if not members:
            return self.sightings(lot)
        found = {(seen.facts.sequence, seen.inside): seen for seen in self.sightings(lot)}
        named = {sequence for sequence, _ in found}
        for member in members:
            for seen in self.sightings(member):
                if seen.facts.sequence not in named:
                    found.setdefault(
                        (seen.facts.sequence, seen.inside), seen._replace(object=lot, member=member)
                    )
        return sorted(found.values(), key=_in_time)

    def _attached(self, one: str, carriages: list[Carriage]) -> Iterable[Sighting]:
        """Yield the events of what was attached to an object, or to a container around it."""
        itself = Carriage(one, -(1 << 62), None)
        for around in (itself, *carriages):
            for stay in self._attachments.of(around.container):
                other = stay.container if stay.content == around.container else stay.content
                for facts in self._gathered.naming(other) if other != one else ():
                    if around.holds(facts) and stay.overlaps(facts.time, facts.time):
                        doubted = around.disputed or stay.disputed
                        yield Sighting(one, facts, other, attached=True, disputed=doubted)


def _in_time(seen: Sighting) -> tuple[int, str, str]:
    return seen.facts.time, seen.facts.event_id, seen.inside or ""


def _concerns(facts: EventFacts, container: str) -> bool:
    """Tell whether an event of a container happens to all that is in it.

    What puts other things in or takes them out does not; an event that takes out everything does,
    for no children means all children.
    """
    if facts.type != "AggregationEvent" or facts.action == "OBSERVE":
        return True
    if is_named(facts, container, Role.CHILD):
        return True
    return facts.action == "DELETE" and not facts.objects(Role.CHILD)
