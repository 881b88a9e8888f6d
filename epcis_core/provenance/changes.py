"""The changes of hands of each object of an answer, each worked out once, and how much it was."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from epcis_core.provenance.amounts import Measure, in_unit, together
from epcis_core.provenance.claims import Claim, claims_of
from epcis_core.provenance.containment import Containment
from epcis_core.provenance.custody import Custody
from epcis_core.provenance.facts import EventFacts, Named
from epcis_core.provenance.gathered import Gathered
from epcis_core.provenance.handovers import Transfer, joined, transfers_of
from epcis_core.provenance.inside import amount_inside, amount_of
from epcis_core.provenance.kinds import AMOUNTS, kind_of
from epcis_core.provenance.matching import Pair, pairs
from epcis_core.provenance.parties import Parties
from epcis_core.provenance.result import Amount


class Changes:
    """Who handed what to whom.

    Args:
        gathered: the facts.
        containment: what was inside what.
        custody: where objects were.
        parties: who stands behind a place.
    """

    def __init__(
        self, gathered: Gathered, containment: Containment, custody: Custody, parties: Parties
    ) -> None:
        self._gathered = gathered
        self._containment = containment
        self._custody = custody
        self._parties = parties
        self._paired: dict[str, list[Pair]] = {}
        self._own: dict[str, list[Transfer]] = {}
        self._whole: dict[str, list[Transfer]] = {}

    def paired(self, one: str) -> list[Pair]:
        """Return what givers and takers claim of an object itself, in pairs."""
        if one not in self._paired:
            seen = self._custody.each_once(self._custody.sightings(one))
            claims = claims_of(seen, self._parties, self._amount_of, self._are_related)
            self._paired[one] = pairs(*claims, self._are_related)
        return self._paired[one]

    def _amount_of(self, one: str, unit: str, facts: EventFacts) -> Measure | None:
        return amount_of(self._gathered, self._containment, one, unit, facts)

    def _are_related(self, one: Claim, other: Claim) -> bool:
        """Tell whether two claims can be of the same goods: loose, or one container in the other.

        What comes in another container than it left in, which was not in that, is not recognised:
        somebody repacked it and recorded nothing.
        """
        if one.object in {one.unit, other.unit} or one.unit == other.unit:
            return True
        return any(
            outer.unit in self._containment.around(inner.unit, time)
            for inner, outer in ((one, other), (other, one))
            for time in (one.time, other.time)
        )

    def own(self, one: str) -> list[Transfer]:
        """Return the changes of hands of an object itself, by time."""
        if one not in self._own:
            seen = self._custody.each_once(self._custody.sightings(one))
            self._own[one] = transfers_of(seen, self.paired(one), self._parties)
        return self._own[one]

    def whole(self, one: str) -> list[Transfer]:
        """Return the changes of hands of an object, and of a lot's members as the lot's."""
        if one not in self._whole:
            self._whole[one] = joined([*self.own(one), *self._of_members(one, ())])
        return self._whole[one]

    def among(self, objects: Collection[str], lots: Iterable[str]) -> list[Transfer]:
        """Return the handovers of objects, joined.

        Args:
            objects: those of the answer.
            lots: those among them whose members count; a member that is no object of the answer
                itself stands in it as its lot.
        """
        found = [transfer for one in objects for transfer in self.own(one)]
        found += [transfer for lot in lots for transfer in self._of_members(lot, objects)]
        return joined(found)

    def _of_members(self, lot: str, without: Collection[str]) -> list[Transfer]:
        return [
            replace(transfer, objects=(lot,))
            for member in self._gathered.members(lot)
            if member not in without
            for transfer in self.own(member)
        ]

    def amount(self, transfer: Transfer) -> Amount | None:
        """Return how much changed hands; None if it is unknown.

        By the receipt if there is one, unless it tells how much several shipments were together.
        """
        facts, units = transfer.received, transfer.received_units
        if transfer.shipped is not None and (facts is None or transfer.is_part):
            facts, units = transfer.shipped, transfer.shipped_units
        if facts is None:
            return None
        amounts: dict[tuple[str, str], Named] = {}
        for one, unit in units:
            if kind_of(one) not in AMOUNTS:
                amounts[one, one] = Named(one, facts.named[0].role, "1")
            elif named := facts.of(unit):
                known = _sum(one, named) if one == unit else self._inside(one, unit, facts)
                if known is None:
                    return None
                amounts[one, unit] = known
        return together(amounts.values())

    def _inside(self, one: str, unit: str, facts: EventFacts) -> Named | None:
        """Return how much of an object was in what travelled."""
        amount = amount_inside(self._gathered, self._containment, one, unit, facts)
        packed = (named for stay in self._containment.stays_of(one) for named in stay.amounts)
        first = next((named for named in packed if named.quantity is not None), None)
        if amount is None or first is None:
            return None
        return Named(one, first.role, in_unit(amount[1], first.uom), first.uom)


def _sum(one: str, amounts: list[Named]) -> Named | None:
    total = together(amounts)
    return None if total is None else Named(one, amounts[0].role, total.value, total.uom)
