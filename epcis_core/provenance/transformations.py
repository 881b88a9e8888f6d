"""What became of what in one step: the links of transformations, the same seen from either end.

Inputs count for the outputs of their own event, or of all events that share a `transformationID`,
where they are not later. An output with no input at or before it takes all of them, disputed
(back-flushed bookings). A link of an object to itself vanishes (rework). A container that was used
up stands for its content at that moment.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from epcis_core.model.references import Role
from epcis_core.provenance.amounts import together
from epcis_core.provenance.containment import Containment
from epcis_core.provenance.evidence import in_time, is_named
from epcis_core.provenance.facts import EventFacts, Named
from epcis_core.provenance.gathered import Gathered
from epcis_core.provenance.kinds import AMOUNTS, kind_of
from epcis_core.provenance.stays import Stay


@dataclass(frozen=True, slots=True)
class LineageLink:
    """One object went into another, or is a member of it.

    Attributes:
        source: the input, or the member.
        target: the output, or the lot.
        kind: `transformation` or `membership`.
        used: the event that names the input; None for a membership.
        made: the event that names the output; None likewise.
        amount: the input as an event names it, for its quantity.
        disputed: likely, not proven.
        via: the containers in which the input was used up, outermost first.
    """

    source: str
    target: str
    kind: Literal["transformation", "membership"]
    used: EventFacts | None = None
    made: EventFacts | None = None
    amount: Named | None = None
    disputed: bool = False
    via: tuple[str, ...] = field(default=(), compare=False)


class MadeLink(NamedTuple):
    """A link of a transformation with its events at hand.

    Attributes:
        link: the link.
        used: the event that names the input, or a container it was in.
        made: the event that names the output.
    """

    link: LineageLink
    used: EventFacts
    made: EventFacts


class Input(NamedTuple):
    """What an event truly used: an object it names, or the content of a container it names."""

    amount: Named
    disputed: bool = False
    via: tuple[str, ...] = ()


@dataclass(slots=True)
class _Links:
    """The links at one end of which an object is, each once.

    Attributes:
        counting: those that count.
        others: those that time alone leaves out.
    """

    counting: dict[MadeLink, None] = field(default_factory=dict)
    others: dict[LineageLink, None] = field(default_factory=dict)

    def add(self, made: MadeLink, *, counts: bool) -> None:
        """Take in a link."""
        if counts:
            self.counting[made] = None
        else:
            self.others[made.link] = None


class Transformations:
    """The links of transformations, each worked out once.

    Args:
        gathered: the facts.
        containment: what was inside what.
    """

    def __init__(self, gathered: Gathered, containment: Containment) -> None:
        self._gathered = gathered
        self._containment = containment
        self._inputs: dict[int, tuple[list[Input], list[str]]] = {}
        self._first_used: dict[str | int, int] = {}
        self._first_made: dict[str, int | None] = {}
        self._has_makers: set[str] = set()
        self._into: dict[str, _Links] = {}
        self._out_of: dict[str, _Links] = {}

    def load(self, objects: Iterable[str]) -> None:
        """Load all that the links into and out of objects follow from, many at once."""
        asked = set(objects)
        self._containment.load_around(asked)
        self._load_makers(asked)
        around = {c.container for one in asked for c in self._containment.carriages(one)}
        found = {f.sequence: f for one in asked | around for f in self._gathered.naming(one)}
        uses = list(found.values())
        self._gathered.load_transformations(f.transformation_id for f in uses)
        inputs = {
            (named.object, used.time)
            for facts in uses
            if facts.type == "TransformationEvent"
            for used in self._gathered.transformation(facts)
            for named in used.objects(Role.INPUT)
        }
        contents = self._containment.load_contents(inputs)
        self._load_makers({one for one, _ in inputs} | contents)

    def _load_makers(self, objects: Iterable[str]) -> None:
        """Load what tells when objects were made first: their own events and their kin's."""
        asked = {one for one in objects if one not in self._has_makers}
        if not asked:
            return
        self._has_makers |= asked
        self._gathered.load(asked)
        self._gathered.load_kin(asked)
        self._gathered.load_transformations(
            facts.transformation_id
            for one in asked
            for relative in self._kin(one)
            for facts in self._gathered.naming(relative)
        )

    def into(self, target: str) -> Collection[MadeLink]:
        """Return the links that an object was made by."""
        return self._made_from(target).counting

    def out_of(self, source: str) -> Collection[MadeLink]:
        """Return the links that an object was used by, also where a container of it was used."""
        return self._made_into(source).counting

    def too_late_for(self, target: str) -> dict[LineageLink, None]:
        """Return what was put into the runs that made an object, but only after that."""
        return self._made_from(target).others

    def made_before(self, source: str) -> dict[LineageLink, None]:
        """Return what the runs that an object was put into had made before."""
        return self._made_into(source).others

    def unknown_content(self, used: EventFacts) -> list[str]:
        """Return the containers that an event used up though nobody recorded what was in them."""
        return self._opened(used)[1]

    def _made_from(self, target: str) -> _Links:
        """Return the links into an object, and those of its runs that time leaves out."""
        if target not in self._into:
            found = self._into[target] = _Links()
            for made in self._gathered.naming(target):
                if is_named(made, target, Role.OUTPUT):
                    for used in self._gathered.transformation(made):
                        counts = self._counts(used, made)
                        for one in self._opened(used)[0]:
                            if one.amount.object != target:
                                found.add(self._link(one, target, used, made), counts=counts)
        return self._into[target]

    def _made_into(self, source: str) -> _Links:
        """Return the links out of an object, and those of its runs that time leaves out."""
        if source not in self._out_of:
            found = self._out_of[source] = _Links()
            for used in self._uses_of(source):
                inputs = [one for one in self._opened(used)[0] if one.amount.object == source]
                for made in self._gathered.transformation(used) if inputs else ():
                    counts = self._counts(used, made)
                    for output in made.objects(Role.OUTPUT):
                        if output.object != source:
                            for one in inputs:
                                link = self._link(one, output.object, used, made)
                                found.add(link, counts=counts)
        return self._out_of[source]

    def _uses_of(self, source: str) -> list[EventFacts]:
        """Return the events that name an object, or a container of it at any time, as input."""
        found = {f.sequence: f for f in self._gathered.naming(source)}
        for container in {c.container for c in self._containment.carriages(source)}:
            found |= {f.sequence: f for f in self._gathered.naming(container)}
        uses = [facts for facts in found.values() if facts.objects(Role.INPUT)]
        return sorted(uses, key=in_time)

    def _counts(self, used: EventFacts, made: EventFacts) -> bool:
        """Tell whether what one event of a transformation used is in what another made."""
        return bool(used.objects(Role.INPUT)) and (used.time <= made.time or self._is_late(made))

    def _is_late(self, made: EventFacts) -> bool:
        """Tell whether everything that a transformation used was booked after an output."""
        key = made.transformation_id or made.sequence
        if key not in self._first_used:
            self._first_used[key] = min(
                (f.time for f in self._gathered.transformation(made) if f.objects(Role.INPUT)),
                default=made.time,
            )
        return self._first_used[key] > made.time

    def _link(self, one: Input, target: str, used: EventFacts, made: EventFacts) -> MadeLink:
        source = one.amount.object
        disputed = (
            used.time > made.time
            or one.disputed
            or self.is_orphan(source, used.time)
            or self._gathered.is_disputed(used)
            or self._gathered.is_disputed(made)
        )
        link = LineageLink(
            source, target, "transformation", used, made, one.amount, disputed, one.via
        )
        return MadeLink(link, used, made)

    def is_orphan(self, one: str, time: int) -> bool:
        """Tell whether an object was used before it, its lot or a member of it was ever made.

        Commissioning makes nothing in this sense; what nobody made is no orphan either.
        """
        if one not in self._first_made:
            self._load_makers([one])
            made = [time for relative in self._kin(one) for time in self._made_times(relative)]
            self._first_made[one] = min(made, default=None)
        first = self._first_made[one]
        return first is not None and first > time

    def _kin(self, one: str) -> tuple[str, ...]:
        return (one, *self._gathered.lots(one), *self._gathered.members(one))

    def _made_times(self, one: str) -> Iterator[int]:
        """Yield when an object came out of something other than itself."""
        for made in self._gathered.naming(one):
            if is_named(made, one, Role.OUTPUT) and any(
                named.object != one and self._counts(used, made)
                for used in self._gathered.transformation(made)
                for named in used.objects(Role.INPUT)
            ):
                yield made.time

    def _opened(self, used: EventFacts) -> tuple[list[Input], list[str]]:
        """Return what an event used, containers opened, and the containers of unknown content."""
        if used.sequence not in self._inputs:
            inputs: list[Input] = []
            unknown: list[str] = []
            for named in used.objects(Role.INPUT):
                self._open(named, used, inputs, unknown)
            self._inputs[used.sequence] = inputs, unknown
        return self._inputs[used.sequence]

    def _open(
        self, named: Named, used: EventFacts, inputs: list[Input], unknown: list[str]
    ) -> None:
        """Put an input, or what was in it, to the inputs of an event."""
        one = named.object
        stays = [] if kind_of(one) in AMOUNTS else self._containment.contents_at(one, used.time)
        inputs += _innermost(one, stays)
        if kind_of(one) != "container" or self._is_product(one, used.time):
            inputs.append(Input(named))
        elif not stays:
            unknown.append(one)
            inputs.append(Input(named))
            nearest = self._containment.nearest_load(one, used.time)
            inputs += [held._replace(disputed=True) for held in _innermost(one, nearest)]
        full = {stay.container for stay in stays}
        unknown += [
            stay.content
            for stay in stays
            if kind_of(stay.content) == "container" and stay.content not in full
        ]

    def _is_product(self, container: str, time: int) -> bool:
        """Tell whether a container itself came out of a transformation before an instant."""
        return any(
            is_named(facts, container, Role.OUTPUT) and facts.time <= time
            for facts in self._gathered.naming(container)
        )


def _innermost(container: str, stays: list[Stay]) -> Iterator[Input]:
    """Yield what lies innermost in a container, with the containers around it."""
    paths: dict[str, tuple[tuple[str, ...], bool]] = {container: ((container,), False)}
    full = {stay.container for stay in stays}
    for stay in stays:
        outer, disputed = paths.get(stay.container, ((container,), False))
        disputed = disputed or stay.disputed
        paths[stay.content] = ((*outer, stay.content), disputed)
        if stay.content not in full:
            amount = together(stay.amounts)
            named = (
                Named(stay.content, Role.CHILD)
                if amount is None
                else Named(stay.content, Role.CHILD, amount.value, amount.uom)
            )
            yield Input(stay.amounts[0] if len(stay.amounts) == 1 else named, disputed, outer)
