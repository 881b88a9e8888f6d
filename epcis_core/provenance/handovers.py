"""Changes of hands: shipments paired with receipts, per object, then joined to handovers.

Which receipt belongs to which shipment: see `epcis_core.provenance.matching`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from epcis_core.provenance.claims import Claim
from epcis_core.provenance.custody import Sighting
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.matching import Pair, is_carried
from epcis_core.provenance.parties import Basis, Parties
from epcis_core.provenance.steps import SELLING


class Transfer(NamedTuple):
    """Objects that went from one party to another.

    Attributes:
        objects: what changed hands.
        shipped_units: each object, and what the giving event names: the container in which it was,
            or itself.
        received_units: the same of the taking event.
        shipped: the giving event, or None.
        received: the taking event, or None.
        giver: who gave; None if nobody says.
        taker: who took; None if nobody says, or if it was sold to the consumer.
        basis: by which kind of party the parties were recognised.
        carrier: who possessed it on the way and only transported.
        sold: it was sold to the consumer.
        disputed: likely, not proven.
        less: of each object and unit that the first event names, how much less it was in base
            units: the giver took it back, or it stands under its serial numbers.
        is_part: the receipt is of other shipments too, and tells how much they were together.
    """

    objects: tuple[str, ...]
    shipped_units: tuple[tuple[str, str], ...]
    received_units: tuple[tuple[str, str], ...]
    shipped: EventFacts | None
    received: EventFacts | None
    giver: str | None
    taker: str | None
    basis: Basis
    carrier: str | None = None
    sold: bool = False
    disputed: bool = False
    is_part: bool = False
    less: tuple[tuple[tuple[str, str], Fraction], ...] = ()

    @property
    def units(self) -> tuple[tuple[str, str], ...]:
        """Each object, and what either event names."""
        return tuple(sorted({*self.shipped_units, *self.received_units}))

    def less_of(self, one: str, unit: str, facts: EventFacts) -> Fraction:
        """Return how much less it was than one of the events says, in base units."""
        if facts is not self.events[0]:
            return Fraction()
        return sum((amount for key, amount in self.less if key == (one, unit)), Fraction())

    @property
    def containers(self) -> tuple[str, ...]:
        """In what the objects travelled, sorted."""
        return tuple(sorted({unit for one, unit in self.units if unit != one}))

    @property
    def time(self) -> int:
        """When it began, as far as is known."""
        first = self.shipped or self.received
        return first.time if first is not None else 0

    @property
    def events(self) -> tuple[EventFacts, ...]:
        """The events that tell of it."""
        return tuple(facts for facts in (self.shipped, self.received) if facts is not None)


def transfers_of(
    seen: Sequence[Sighting], paired: Iterable[Pair], parties: Parties
) -> list[Transfer]:
    """Return the changes of hands of one object, by time.

    Args:
        seen: its sightings.
        paired: what givers and takers claim of it, in pairs.
        parties: who stands behind a place.
    """
    known = list(paired)
    receipts = Counter(id(taking) for _, taking in known if taking is not None)
    found = [
        transfer._replace(is_part=True) if receipts[id(taking)] > 1 else transfer
        for giving, taking in known
        if (transfer := _transfer(giving, taking)) is not None
    ]
    found += _sales(seen, parties)
    return sorted(found, key=lambda transfer: transfer.time)


def joined(transfers: Iterable[Transfer]) -> list[Transfer]:
    """Join the objects of one change of hands, by time."""
    groups: dict[tuple[int | str | None, ...], list[Transfer]] = {}
    for one in transfers:
        events = (facts.sequence if facts else None for facts in (one.shipped, one.received))
        groups.setdefault((*events, one.giver, one.taker, one.carrier), []).append(one)
    found = [
        group[0]
        if len(group) == 1
        else group[0]._replace(
            objects=tuple(sorted({name for one in group for name in one.objects})),
            shipped_units=tuple(sorted({unit for one in group for unit in one.shipped_units})),
            received_units=tuple(sorted({unit for one in group for unit in one.received_units})),
            less=tuple(dict.fromkeys(less for one in group for less in one.less)),
            disputed=all(one.disputed for one in group),
        )
        for group in groups.values()
    ]
    return sorted(found, key=lambda transfer: (transfer.time, transfer.objects))


def _transfer(giving: Claim | None, taking: Claim | None) -> Transfer | None:
    """Return what a pair of claims says, None for a movement within one party."""
    claims = [claim for claim in (giving, taking) if claim is not None]
    carried = giving is not None and taking is not None and is_carried(giving, taking)
    giver, giver_by = _end(
        (giving.giver, giving.giver_by) if giving else None,
        (taking.giver, taking.giver_by) if taking and not carried else None,
    )
    taker, taker_by = _end(
        (taking.taker, taking.taker_by) if taking else None,
        (giving.taker, giving.taker_by) if giving and not carried else None,
    )
    if giver is not None and giver == taker:
        return None
    if len(claims) == 1 and claims[0].keeps:
        return None
    how = {giver_by, taker_by}
    if giver is not None and taker is not None and "listed" not in how and "presumed" in how:
        return None
    carrier = next((claim.carrier for claim in claims if claim.carrier), None)
    if carried and giving is not None:
        carrier = giving.taker
    bases: tuple[Basis, ...] = ("owner", "possessor", "place")
    return Transfer(
        (claims[0].object,),
        ((giving.object, giving.unit),) if giving else (),
        ((taking.object, taking.unit),) if taking else (),
        giving.facts if giving else None,
        taking.facts if taking else None,
        giver,
        taker,
        min((claim.basis for claim in claims), key=bases.index),
        None if carrier in {giver, taker} else carrier,
        disputed=all(claim.disputed for claim in claims),
        less=(((claims[0].object, claims[0].unit), claims[0].less),) if claims[0].less else (),
    )


def _end(*known: tuple[str | None, str] | None) -> tuple[str | None, str]:
    """Return a party as the surer of two claims has it, the first of two that are as sure."""
    sureness = ("listed", "named", "presumed")
    named = [one for one in known if one is not None and one[0] is not None]
    return min(named, key=lambda one: sureness.index(one[1]), default=(None, "presumed"))


def _sales(seen: Sequence[Sighting], parties: Parties) -> Iterator[Transfer]:
    """Yield the sales to consumers."""
    for one in seen:
        if one.facts.biz_step in SELLING and not one.attached:
            yield Transfer(
                (one.object,),
                ((one.object, one.inside or one.object),),
                (),
                one.facts,
                None,
                parties.of(one.facts),
                None,
                parties.ends(one.facts).basis,
                sold=True,
                disputed=one.disputed,
            )
