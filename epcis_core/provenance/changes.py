"""The changes of hands of each object of an answer, each worked out once, and how much it was."""

from collections.abc import Collection, Iterable
from fractions import Fraction

from epcis_core.provenance.amounts import in_unit, measured, together
from epcis_core.provenance.containment import Containment
from epcis_core.provenance.custody import Custody
from epcis_core.provenance.facts import EventFacts, Named
from epcis_core.provenance.gathered import Gathered
from epcis_core.provenance.goods import Goods
from epcis_core.provenance.handovers import Transfer, joined, transfers_of
from epcis_core.provenance.inside import amount_inside
from epcis_core.provenance.kinds import AMOUNTS, kind_of
from epcis_core.provenance.matching import Pair, pairs
from epcis_core.provenance.parties import Parties
from epcis_core.provenance.result import Amount
from epcis_core.provenance.serials import by_serial, counted
from epcis_core.provenance.testimony import claims_of


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
        self._goods = Goods(gathered, containment)
        self._paired: dict[str, list[Pair]] = {}
        self._serials: dict[str, dict[str, list[Pair]]] = {}
        self._unfounded: dict[str, list[EventFacts]] = {}
        self._own: dict[str, list[Transfer]] = {}
        self._whole: dict[str, list[Transfer]] = {}

    def paired(self, one: str) -> list[Pair]:
        """Return what givers and takers claim of an object itself, in pairs.

        Where one side counts a lot and the other names serial numbers, it is said of these.
        """
        for lot in (one,) if kind_of(one) == "lot" else self._gathered.lots(one):
            by_object = self._by_serial(lot)
            if one in by_object:
                return by_object[one]
        return self._by_name(one)

    def _by_serial(self, lot: str) -> dict[str, list[Pair]]:
        """Return the pairs of a lot and of members that differ from what names them alone."""
        if lot not in self._serials:
            own = self._by_name(lot)
            self._serials[lot] = {}
            if counted(own):
                members = self._gathered.members(lot)
                self._custody.load(members)
                self._serials[lot] = by_serial(own, {one: self._by_name(one) for one in members})
        return self._serials[lot]

    def _by_name(self, one: str) -> list[Pair]:
        """Return what events claim of an object that name it, or a container of it, in pairs."""
        if one not in self._paired:
            seen = self._custody.each_once(self._custody.sightings(one))
            told = claims_of(seen, self._parties, self._goods)
            self._paired[one] = pairs(told.givings, told.takings, self._goods.may_be_same)
            self._unfounded[one] = told.unfounded
        return self._paired[one]

    def unfounded(self, one: str) -> list[EventFacts]:
        """Return the events that void more of an object than was shipped on record, by time."""
        self._by_name(one)
        return self._unfounded[one]

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
            transfer._replace(objects=(lot,))
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
                less = transfer.less_of(one, unit, facts)
                if known is not None and less:
                    known = _less(known, less)
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


def _less(named: Named, less: Fraction) -> Named | None:
    amount = measured(named)
    if amount is None:
        return None
    return named._replace(quantity=in_unit(amount[1] - less, named.uom))


def _sum(one: str, amounts: list[Named]) -> Named | None:
    total = together(amounts)
    return None if total is None else Named(one, amounts[0].role, total.value, total.uom)
