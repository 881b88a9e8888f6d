"""Everything that was worked out for one answer, before it is put into words."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from epcis_core.provenance.attachments import Attachments
from epcis_core.provenance.book import Book
from epcis_core.provenance.changes import Changes
from epcis_core.provenance.containment import Containment
from epcis_core.provenance.custody import Custody, Sighting
from epcis_core.provenance.evidence import Evidence
from epcis_core.provenance.gathered import Gathered
from epcis_core.provenance.handovers import Transfer
from epcis_core.provenance.kinds import AMOUNTS, kind_of
from epcis_core.provenance.lineage import AFTER_ALL_TIME, BEFORE_ALL_TIME, Lineage, Room, Walk
from epcis_core.provenance.parties import Parties
from epcis_core.provenance.stays import Load, Stay
from epcis_core.provenance.transformations import LineageLink, Transformations


class Chain:
    """What the facts say, each part of it worked out once.

    Args:
        evidence: the events that count.
        book: names and addresses.
    """

    def __init__(self, evidence: Evidence, book: Book) -> None:
        self.evidence = evidence
        self.book = book
        self.gathered = Gathered(evidence)
        self.containment = Containment(self.gathered)
        self.attachments = Attachments(self.gathered)
        self.transformations = Transformations(self.gathered, self.containment)
        self.lineage = Lineage(self.gathered, self.transformations)
        self.custody = Custody(self.gathered, self.containment, self.attachments)
        self.parties = Parties(book.owners())
        self.changes = Changes(self.gathered, self.containment, self.custody, self.parties)

    def is_known(self, one: str) -> bool:
        """Tell whether any event names an object or a member of it, also one that is withdrawn."""
        return bool(
            self.gathered.naming(one)
            or self.gathered.members(one)
            or self.gathered.retracted([one])
        )

    def load_custody(self, objects: Iterable[str], lots: Iterable[str]) -> None:
        """Load where objects were, and where the members of lots among them were."""
        members = {member for lot in lots for member in self.gathered.members(lot)}
        self.custody.load({*objects, *members})

    def subject(self, one: str, at: int | None = None) -> "Subject":
        """Return an object as the subject of an answer, with one load of a container.

        Args:
            one: the object.
            at: the load that was inside then, microseconds since 1970 UTC, or else the last before,
                or else the first; None for the latest.
        """
        loads = [] if kind_of(one) in AMOUNTS else self.containment.loads(one)
        if not loads:
            return Subject(one)
        begun = [load for load in loads if at is None or load.start <= at]
        place = max(len(begun), 1) - 1
        load = loads[place]
        found: dict[str, bool] = {}
        level = [(stay, stay.disputed) for stay in load.stays]
        while level:
            fresh = [(s, doubted) for s, doubted in level if s.content not in {one, *found}]
            for stay, doubted in fresh:
                found[stay.content] = doubted and found.get(stay.content, True)
            self.containment.load_around(stay.content for stay, _ in fresh)
            level = [
                (inner, doubted or inner.disputed)
                for stay, doubted in fresh
                if kind_of(stay.content) not in AMOUNTS
                for inner in self.containment.stays_in(stay.content, stay.start, stay.end)
            ]
        ends = [before.end for before in loads[:place] if before.end is not None]
        return Subject(
            one,
            found,
            since=max(ends, default=None),
            until=None if load is loads[-1] else load.end,
            loads=tuple(loads),
            load=load,
        )


@dataclass(frozen=True, slots=True)
class Subject:
    """An object that is asked for.

    Attributes:
        object: canonical identifier.
        content: what a load of a container holds, however deep, to whether that is disputed.
        since: when the load before that one had ended, microseconds since 1970 UTC; what happened
            before is of other goods. None where there was none.
        until: when that load had ended, likewise; None where it is the latest.
        loads: all loads of the container, by start.
        load: that one of them.
    """

    object: str
    content: Mapping[str, bool] = field(default_factory=dict)
    since: int | None = None
    until: int | None = None
    loads: tuple[Load, ...] = ()
    load: Load | None = None

    def is_of_now(self, time: int) -> bool:
        """Tell whether what happened at an instant is of what is asked for."""
        is_begun = self.since is None or time >= self.since
        return is_begun and (self.until is None or time <= self.until)


@dataclass(slots=True)
class Findings:
    """What was found out about the objects asked for.

    Attributes:
        subjects: what was asked for, by identifier.
        up: the walk upstream; only the starts where nobody asked for it.
        down: the walk downstream, likewise.
        seen: the sightings of every object of lineage.
        carried: the sightings of every object that only carried those, or was attached to them.
        stays: the stays of the objects of lineage, and of what they were in, meanwhile.
        attached: what was attached to any of them, meanwhile.
        moved: the changes of hands.
        truncated: there is more than was allowed.
    """

    subjects: Mapping[str, Subject]
    up: Walk
    down: Walk
    seen: dict[str, list[Sighting]] = field(default_factory=dict)
    carried: dict[str, list[Sighting]] = field(default_factory=dict)
    stays: list[Stay] = field(default_factory=list)
    attached: list[Stay] = field(default_factory=list)
    moved: list[Transfer] = field(default_factory=list)
    truncated: bool = False

    @property
    def content(self) -> dict[str, bool]:
        """What the containers among the subjects hold, to whether that is disputed."""
        held: dict[str, bool] = {}
        for subject in self.subjects.values():
            for one, disputed in subject.content.items():
                held[one] = disputed and held.get(one, True)
        return {one: disputed for one, disputed in held.items() if one not in self.subjects}

    def is_load(self, one: str) -> bool:
        """Tell whether an object is asked for as the container of what is in it."""
        subject = self.subjects.get(one)
        return subject is not None and bool(subject.content)

    @property
    def lots(self) -> set[str]:
        """The lots whose members count; of the others a member alone was reached."""
        return {one for one in self.up.whole | self.down.whole if kind_of(one) == "lot"}

    @property
    def links(self) -> dict[LineageLink, None]:
        """Every link of both walks."""
        return {**self.up.links, **self.down.links}


def look_around(chain: Chain, found: Findings, room: Room) -> None:
    """Find out where the objects of lineage were, in what, and in whose hands.

    Args:
        chain: the facts.
        found: where the walks are; the rest is filled in.
        room: for what carried the objects.
    """
    lineage = {**found.up.steps, **found.down.steps}
    whole = found.lots
    lots = [one for one in lineage if one in whole]
    chain.load_custody(lineage, lots)
    for one in lineage:
        seen = chain.custody.of_lot(one) if one in whole else chain.custody.sightings(one)
        if (subject := found.subjects.get(one)) is not None:
            seen = [sighting for sighting in seen if subject.is_of_now(sighting.facts.time)]
        found.seen[one] = _linked(one, seen, found) if _is_named_class(one, found) else seen
    moving = [
        one
        for one in lineage
        if kind_of(one) != "class"
        and not found.is_load(one)
        and not (kind_of(one) == "container" and one not in found.subjects)
    ]
    found.moved = chain.changes.among(moving, lots)
    found.stays = _stays(chain.containment, lineage)
    found.attached = _attached(chain.attachments, lineage, found.stays)
    carriers = _carriers(found)
    chain.custody.load(carriers)
    for one in carriers:
        if room.takes(one):
            found.carried[one] = chain.custody.sightings(one)
    found.truncated = room.truncated


def _is_named_class(one: str, found: Findings) -> bool:
    return kind_of(one) == "class" and one not in found.subjects


def _linked(one: str, seen: Iterable[Sighting], found: Findings) -> list[Sighting]:
    """Return the sightings of a class at the links that lead to it: others are of other goods."""
    events = {
        facts.sequence
        for link in found.links
        if one in {link.source, link.target}
        for facts in (link.used, link.made)
        if facts is not None
    }
    return [sighting for sighting in seen if sighting.facts.sequence in events]


def _carriers(found: Findings) -> list[str]:
    """Return what carried the objects of lineage, or was attached, in order of appearance."""
    carriers = {one: None for link in found.links for one in link.via}
    carriers |= {stay.container: None for stay in found.stays}
    carriers |= {one: None for stay in found.attached for one in (stay.content, stay.container)}
    return [one for one in carriers if one not in found.seen]


def _windows(stays: Iterable[Stay], objects: Collection[str]) -> Iterable[tuple[str, int, int]]:
    yield from ((one, BEFORE_ALL_TIME, AFTER_ALL_TIME) for one in objects)
    for stay in stays:
        yield stay.container, stay.start, AFTER_ALL_TIME if stay.end is None else stay.end


def _stays(containment: Containment, objects: Iterable[str]) -> list[Stay]:
    """Return every stay of the objects in a container, and of it, meanwhile, in another one."""
    found: dict[Stay, None] = {}
    level = [(one, BEFORE_ALL_TIME, AFTER_ALL_TIME) for one in objects if kind_of(one) != "class"]
    looked = set(level)
    while level:
        further = []
        for one, start, end in level:
            for stay in containment.stays_of(one):
                first = max(start, stay.start)
                last = end if stay.end is None else min(end, stay.end)
                if first <= last:
                    found[stay] = None
                    further.append((stay.container, first, last))
        level = [window for window in dict.fromkeys(further) if window not in looked]
        looked.update(level)
    return list(found)


def _attached(
    attachments: Attachments, objects: Collection[str], stays: Iterable[Stay]
) -> list[Stay]:
    """Return what was attached to the objects, or to what they were in while they were in it."""
    return list(
        dict.fromkeys(
            attachment
            for one, start, end in dict.fromkeys(_windows(stays, objects))
            if kind_of(one) != "class"
            for attachment in attachments.of(one)
            if attachment.overlaps(start, end)
        )
    )
