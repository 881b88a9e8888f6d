"""One step back and one step forward, for every party that held the subject."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from epcis_core.provenance.custody import Sighting
from epcis_core.provenance.handovers import Transfer
from epcis_core.provenance.parties import Parties
from epcis_core.provenance.result import Neighbour, OneStep
from epcis_core.provenance.transformations import LineageLink

_Found = dict[str, dict[str | None, set[str]]]


def one_step(
    subject: str,
    links: Iterable[LineageLink],
    parties: Parties,
    seen: Iterable[Sighting],
    moved: Callable[[str], list[Transfer]],
) -> tuple[OneStep, ...]:
    """Return whom each holder of the subject got it from, and whom it gave it to.

    A party that made the subject got it as its direct inputs: so `back` of a maker is who handed it
    those, no later than it used them, looking through inputs that it made itself.

    Args:
        subject: canonical identifier.
        links: lineage upstream of the subject.
        parties: who stands behind a place.
        seen: the sightings of the subject, by time.
        moved: the transfers of an object.

    Returns:
        One entry per holder, in the order in which they first held it.
    """
    back: _Found = defaultdict(lambda: defaultdict(set))
    forward: _Found = defaultdict(lambda: defaultdict(set))
    holders: dict[str, None] = {}
    for sighting in seen:
        party = None if sighting.attached else parties.of(sighting.facts)
        if party is not None:
            holders[party] = None
    for transfer in moved(subject):
        if transfer.taker is not None:
            holders[transfer.taker] = None
            back[transfer.taker][transfer.giver].add(subject)
        if transfer.giver is not None:
            holders[transfer.giver] = None
            forward[transfer.giver][transfer.taker].add(subject)
    for maker, giver, one in _given_to_makers(subject, links, parties, moved):
        holders[maker] = None
        back[maker][giver].add(one)
    return tuple(
        OneStep(
            party=party,
            back=_neighbours(back.get(party, {})),
            forward=_neighbours(forward.get(party, {})),
        )
        for party in holders
    )


def together(answers: Iterable[tuple[OneStep, ...]]) -> tuple[OneStep, ...]:
    """Return the steps of several subjects as one list, an entry per party."""
    found: dict[str, OneStep] = {}
    for one in (step for answer in answers for step in answer):
        known = found.setdefault(one.party, one)
        if known is not one:
            back, forward = _added(known.back, one.back), _added(known.forward, one.forward)
            found[one.party] = OneStep(party=one.party, back=back, forward=forward)
    return tuple(found.values())


def _added(some: Iterable[Neighbour], others: Iterable[Neighbour]) -> tuple[Neighbour, ...]:
    objects: dict[str | None, set[str]] = defaultdict(set)
    for one in (*some, *others):
        objects[one.party] |= {*one.objects}
    return _neighbours(objects)


def _given_to_makers(
    subject: str,
    links: Iterable[LineageLink],
    parties: Parties,
    moved: Callable[[str], list[Transfer]],
) -> Iterator[tuple[str, str | None, str]]:
    """Yield (maker, giver, input): who handed a maker of the subject what it was made of."""
    inputs: dict[str, list[LineageLink]] = defaultdict(list)
    for link in links:
        inputs[link.target].append(link)
        if link.kind == "membership":
            inputs[link.source].append(link)
    looked: set[_OpenEnd] = set()
    open_ends = [_OpenEnd(subject)]
    while open_ends:
        end = open_ends.pop()
        if end in looked:
            continue
        looked.add(end)
        for link in inputs.get(end.object, ()):
            open_ends += end.beyond(link, parties)
            if (maker := end.maker(link, parties)) and link.used is not None:
                for transfer in moved(link.source):
                    came = transfer.received or transfer.shipped
                    if transfer.taker == maker and came and came.time <= link.used.time:
                        yield maker, transfer.giver, link.source


@dataclass(frozen=True, slots=True)
class _OpenEnd:
    """An object that the subject was made of, or the subject.

    Attributes:
        object: its identifier.
        by: the party that used it, and whose own products are looked through; None for any.
        as_lot: it was reached as the lot of a member, so that its other members stay out.
        until: when it was used; None for the subject.
    """

    object: str
    by: str | None = None
    as_lot: bool = False
    until: int | None = None

    def maker(self, link: LineageLink, parties: Parties) -> str | None:
        """Return who made the object by a link, if that is who used it and in time."""
        if link.made is None or (self.until is not None and link.made.time > self.until):
            return None
        maker = parties.of(link.made)
        return maker if self.by in {None, maker} else None

    def beyond(self, link: LineageLink, parties: Parties) -> Iterator["_OpenEnd"]:
        """Yield what to look at next: the input, the lot of a member, the member of a lot."""
        if link.used is not None:
            if maker := self.maker(link, parties):
                yield _OpenEnd(link.source, maker, until=link.used.time)
        elif link.source == self.object:
            yield replace(self, object=link.target, as_lot=True)
        elif not self.as_lot:
            yield replace(self, object=link.source)


def _neighbours(found: Mapping[str | None, set[str]]) -> tuple[Neighbour, ...]:
    return tuple(
        Neighbour(party=party, objects=tuple(sorted(found[party])))
        for party in sorted(found, key=lambda one: one or "")
    )
