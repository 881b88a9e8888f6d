"""One step back and one step forward, for every party that held the subject."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from epcis_core.provenance.custody import Parties, Sighting, Transfer
from epcis_core.provenance.lineage import LineageLink
from epcis_core.provenance.result import Neighbour, OneStep

_Found = dict[str, dict[str | None, set[str]]]


def one_step(
    subject: str,
    links: Iterable[LineageLink],
    parties: Parties,
    seen: Callable[[str], list[Sighting]],
    moved: Callable[[str], list[Transfer]],
) -> tuple[OneStep, ...]:
    """Return whom each holder of the subject got it from, and whom it gave it to.

    A party that made the subject got it as its direct inputs: so `back` of a maker is who handed it
    those, no later than it used them, looking through inputs that it made itself.

    Args:
        subject: canonical identifier.
        links: lineage upstream of the subject.
        parties: who stands behind a place.
        seen: the sightings of an object.
        moved: the transfers of an object.

    Returns:
        One entry per holder, in the order in which they first held it.
    """
    inputs: dict[str, list[LineageLink]] = defaultdict(list)
    for link in links:
        inputs[link.target if link.kind == "transformation" else link.source].append(link)
    back: _Found = defaultdict(lambda: defaultdict(set))
    forward: _Found = defaultdict(lambda: defaultdict(set))
    holders: dict[str, None] = {}
    for sighting in seen(subject):
        party = parties.of(sighting.facts)
        if party is not None:
            holders[party] = None
    for transfer in moved(subject):
        if transfer.taker is not None:
            holders[transfer.taker] = None
            back[transfer.taker][transfer.giver].add(subject)
        if transfer.giver is not None:
            holders[transfer.giver] = None
            forward[transfer.giver][transfer.taker].add(subject)
    for maker, giver, one in _given_to_makers(subject, inputs, parties, moved):
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


def _given_to_makers(
    subject: str,
    inputs: Mapping[str, list[LineageLink]],
    parties: Parties,
    moved: Callable[[str], list[Transfer]],
) -> Iterable[tuple[str, str | None, str]]:
    """Yield (maker, giver, input): who handed a maker of the subject what it was made of."""
    looked: set[tuple[str, str | None]] = set()
    open_ends: list[tuple[str, str | None]] = [(subject, None)]
    while open_ends:
        one, only_by = open_ends.pop()
        if (one, only_by) in looked:
            continue
        looked.add((one, only_by))
        for link in inputs.get(one, ()):
            if link.made is None or link.used is None:
                open_ends.append((link.target, only_by))  # a member was made when its lot was
                continue
            maker = parties.of(link.made)
            if maker is None or only_by not in {None, maker}:
                continue
            for transfer in moved(link.source):
                came = transfer.received or transfer.shipped
                if transfer.taker == maker and came is not None and came.time <= link.used.time:
                    yield maker, transfer.giver, link.source
            open_ends.append((link.source, maker))


def _neighbours(found: Mapping[str | None, set[str]]) -> tuple[Neighbour, ...]:
    return tuple(
        Neighbour(party=party, objects=tuple(sorted(found[party])))
        for party in sorted(found, key=lambda one: one or "")
    )
