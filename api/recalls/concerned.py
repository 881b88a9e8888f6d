"""Whom a recall concerns, and about which goods each is asked."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from api.web.bars import decimal
from api.web.goods import Pile, sort_of
from epcis_core.provenance.recall_result import Recall
from epcis_core.store.registry.recall_parties import RecallGoods, RecallParty


@dataclass(slots=True)
class _Asked:
    """Goods of one sort and unit at one party.

    Attributes:
        held: what should be there.
        missing: what went there and is not accounted for; it may be the same goods.
    """

    uom: str | None
    held: Pile = field(default_factory=Pile)
    missing: Pile = field(default_factory=Pile)

    @property
    def expected(self) -> str | None:
        """What should be there or must be looked for there; None where nobody knows."""
        totals = [pile.total for pile in (self.held, self.missing) if pile.objects]
        known = [(number, total) for total in totals if (number := decimal(total)) is not None]
        return max(known)[1] if known else None


_Asking = dict[tuple[str, str | None], _Asked]


def concerned(recall: Recall) -> list[RecallParty]:
    """Return the parties of a recall, nearest to the consumer first, each with its goods alone.

    Who by the records has nothing left is asked about what it had.
    """
    asked = _asked(recall)
    had = _had(recall)
    units = {one.object: one.quantity.uom for one in recall.affected if one.quantity}
    return [
        RecallParty(
            call.party,
            call.steps_from_consumer,
            tuple(_goods(asked.get(call.party, {})))
            or tuple(RecallGoods((one,), units.get(one), "0") for one in sorted(had[call.party])),
        )
        for call in recall.call_list
    ]


def _goods(asked: Mapping[tuple[str, str | None], _Asked]) -> Iterator[RecallGoods]:
    for its in asked.values():
        objects = {**its.held.objects, **its.missing.objects}
        yield RecallGoods(tuple(objects), its.uom, its.expected)


def _asked(recall: Recall) -> dict[str, _Asking]:
    found: dict[str, _Asking] = defaultdict(dict)
    for one in recall.affected:
        for holding in one.holdings:
            if holding.party is not None:
                uom = holding.quantity.uom if holding.quantity else None
                asked = _at(found[holding.party], one.object, uom)
                asked.held.put([one.object], holding.quantity.value if holding.quantity else None)
    for customer in recall.customers:
        for its in customer.objects:
            open_amount = decimal(its.unaccounted)
            if customer.party is not None and (open_amount is None or open_amount > 0):
                asked = _at(found[customer.party], its.object, its.uom)
                asked.missing.put([its.object], its.unaccounted)
    return found


def _at(asking: _Asking, one: str, uom: str | None) -> _Asked:
    """Return where goods are asked about; an amount that is not known joins one that is."""
    sort = sort_of(one)
    known = [key for key in asking if key[0] == sort]
    if uom is None and known:
        return asking[known[0]]
    if known and known[0][1] is None and uom is not None:
        asking[sort, uom] = asking.pop(known[0])
        asking[sort, uom].uom = uom
    return asking.setdefault((sort, uom), _Asked(uom))


def _had(recall: Recall) -> dict[str, set[str]]:
    """Return party to the affected goods that it ever had in hand."""
    affected = {one.object for one in recall.affected if one.kind != "container"}
    found: dict[str, set[str]] = defaultdict(set)
    for visit in recall.trace.visits:
        if visit.party is not None and visit.object in affected:
            found[visit.party].add(visit.object)
    for moved in recall.trace.handovers:
        for party in (moved.from_party, moved.to_party):
            if party is not None:
                found[party].update(one for one in moved.objects if one in affected)
    return found
