"""Where objects were, in whose hands, and when they changed hands.

An event that names an object, or a container that holds it then, is a visit. A giving step at one
party and a taking step at another make a handover.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from epcis_core.model.references import Role
from epcis_core.provenance.containment import carriages
from epcis_core.provenance.evidence import Gathered, in_time
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.kinds import kind_of

GIVING: Final = frozenset({"shipping", "consigning", "departing"})
TAKING: Final = frozenset({"receiving", "accepting", "arriving"})

EARLY_RECEIPT: Final = 48 * 3600 * 1_000_000
"""A receipt up to this many microseconds before its shipment still pairs with it."""

Basis = Literal["owner", "possessor", "place"]


@dataclass(frozen=True, slots=True)
class Sighting:
    """An event that an object took part in.

    Attributes:
        object: the object.
        facts: the event.
        inside: the container by which it took part; None if the event names the object itself.
    """

    object: str
    facts: EventFacts
    inside: str | None = None

    @property
    def place(self) -> str | None:
        """Where: the read point, else the business location."""
        return self.facts.read_point or self.facts.biz_location


@dataclass(frozen=True, slots=True)
class Ends:
    """Who gives and who takes, as one event says it.

    Attributes:
        giver: the party of the source, or None.
        taker: the party of the destination, or None.
        basis: by which kind of party.
    """

    giver: str | None
    taker: str | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class Transfer:
    """Objects that went from one party to another.

    Attributes:
        objects: what changed hands.
        containers: in what they travelled.
        shipped: the giving event, or None.
        received: the taking event, or None.
        giver: who gave; None if nobody says.
        taker: who took; None if nobody says.
        basis: by which kind of party the parties were recognised.
    """

    objects: tuple[str, ...]
    containers: tuple[str, ...]
    shipped: EventFacts | None
    received: EventFacts | None
    giver: str | None
    taker: str | None
    basis: Basis

    @property
    def time(self) -> int:
        """When it began, as far as is known."""
        first = self.shipped or self.received
        return first.time if first is not None else 0


class Parties:
    """Which party a place belongs to, by master data or by the number both share.

    Args:
        owners: place to the party that master data names for it.
    """

    def __init__(self, owners: Mapping[str, str]) -> None:
        self._owners = owners

    def of_place(self, place: str | None) -> str | None:
        """Return the party of a place; the party with the place's own GLN where none is named."""
        if place is None:
            return None
        if place in self._owners:
            return self._owners[place]
        number = place.removeprefix("https://id.gs1.org/414/").partition("/")[0]
        if number == place:
            return None
        bare = f"https://id.gs1.org/414/{number}"
        return self._owners.get(bare, f"https://id.gs1.org/417/{number}")

    def of(self, facts: EventFacts) -> str | None:
        """Return who had the objects when an event happened."""
        ends = self.ends(facts)
        if facts.biz_step in TAKING and ends.taker:
            return ends.taker
        if ends.giver and facts.biz_step in GIVING:
            return ends.giver
        return self.of_place(facts.read_point or facts.biz_location) or ends.giver or ends.taker

    def ends(self, facts: EventFacts) -> Ends:
        """Return giver and taker by the strongest kind of party the event names."""
        sources, destinations = _by_kind(facts.sources), _by_kind(facts.destinations)
        for kind, basis in (("owning_party", "owner"), ("possessing_party", "possessor")):
            if kind in sources or kind in destinations:
                return Ends(sources.get(kind), destinations.get(kind), basis)  # type: ignore[arg-type]
        return Ends(
            self.of_place(sources.get("location")),
            self.of_place(destinations.get("location")),
            "place",
        )


def sightings(gathered: Gathered, one: str) -> list[Sighting]:
    """Return the events an object took part in, itself or inside a container, by time."""
    found = {facts.sequence: Sighting(one, facts) for facts in gathered.naming(one)}
    for carriage in carriages(gathered, one):
        for facts in gathered.naming(carriage.container):
            moves_others = facts.type == "AggregationEvent" and facts.action != "OBSERVE"
            concerns = not moves_others or _is_child(facts, carriage.container)
            if carriage.holds_at(facts.time) and concerns:
                found.setdefault(facts.sequence, Sighting(one, facts, carriage.container))
    return sorted(found.values(), key=lambda seen: in_time(seen.facts))


def transfers(seen: Iterable[Sighting], parties: Parties) -> list[Transfer]:
    """Pair shipments with receipts per object, then join the objects of one change of hands."""
    by_object: dict[str, list[Sighting]] = {}
    for sighting in seen:
        by_object.setdefault(sighting.object, []).append(sighting)
    joined: dict[tuple[int, int], list[tuple[str, str | None, Transfer]]] = {}
    for one, its in by_object.items():
        for inside, transfer in _paired(one, its, parties):
            key = (
                transfer.shipped.sequence if transfer.shipped else -1,
                transfer.received.sequence if transfer.received else -1,
            )
            joined.setdefault(key, []).append((one, inside, transfer))
    return sorted(
        (
            Transfer(
                tuple(sorted({one for one, _, _ in group})),
                tuple(sorted({inside for _, inside, _ in group if inside})),
                first.shipped,
                first.received,
                first.giver,
                first.taker,
                first.basis,
            )
            for group in joined.values()
            for first in [group[0][2]]
        ),
        key=lambda transfer: (transfer.time, transfer.objects),
    )


def _paired(
    one: str, seen: Sequence[Sighting], parties: Parties
) -> Iterable[tuple[str | None, Transfer]]:
    steps = _without_repeats(seen)
    free = [s for s in steps if s.facts.biz_step in TAKING]
    for shipment in [s for s in steps if s.facts.biz_step in GIVING]:
        receipt = _receipt_of(shipment, free, parties)
        if receipt is not None:
            free.remove(receipt)
        yield from _transfer(one, shipment, receipt, parties)
    for receipt in free:
        yield from _transfer(one, None, receipt, parties)


def _without_repeats(seen: Sequence[Sighting]) -> list[Sighting]:
    """Return giving and taking steps; a unit that is given twice in a row is given once.

    Shipping, then departing, says the same thing twice of one container or instance. Of a lot that
    the events name by amount it may be two deliveries, and both stay.
    """
    kept: list[Sighting] = []
    last: dict[str, frozenset[str]] = {}
    for sighting in seen:
        steps = next((s for s in (GIVING, TAKING) if sighting.facts.biz_step in s), None)
        if steps is None:
            continue
        unit = sighting.inside or sighting.object
        if kind_of(unit) in {"container", "instance"}:
            if last.get(unit) is steps:
                continue
            last[unit] = steps
        kept.append(sighting)
    return kept


def _receipt_of(shipment: Sighting, free: Sequence[Sighting], parties: Parties) -> Sighting | None:
    """Return the receipt of a shipment: by transaction, else the earliest between its parties."""
    ends = parties.ends(shipment.facts)
    possible = [
        s
        for s in free
        if s.facts.time >= shipment.facts.time - EARLY_RECEIPT
        and _agree(ends.taker, parties.ends(s.facts).taker or parties.of(s.facts))
        and _agree(ends.giver or parties.of(shipment.facts), parties.ends(s.facts).giver)
    ]
    same = [s for s in possible if set(s.facts.transactions) & set(shipment.facts.transactions)]
    return next(iter(same or possible), None)


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _transfer(
    one: str, shipment: Sighting | None, receipt: Sighting | None, parties: Parties
) -> Iterable[tuple[str | None, Transfer]]:
    sent = parties.ends(shipment.facts) if shipment else None
    came = parties.ends(receipt.facts) if receipt else None
    giver = (sent.giver if sent else None) or (came.giver if came else None)
    taker = (came.taker if came else None) or (sent.taker if sent else None)
    if giver is None and shipment is not None:
        giver = parties.of(shipment.facts)
    if taker is None and receipt is not None:
        taker = parties.of(receipt.facts)
    if giver is not None and giver == taker:
        return  # moved within one party
    basis = (sent or came or Ends(None, None, "place")).basis
    inside = (shipment.inside if shipment else None) or (receipt.inside if receipt else None)
    yield (
        inside,
        Transfer(
            (one,),
            (),
            shipment.facts if shipment else None,
            receipt.facts if receipt else None,
            giver,
            taker,
            basis,
        ),
    )


def _by_kind(ends: Iterable[str]) -> dict[str, str]:
    return dict(end.split(" ", 1) for end in ends)


def _is_child(facts: EventFacts, one: str) -> bool:
    return any(named.object == one for named in facts.objects(Role.CHILD))
