"""Who got affected goods and how much, and whom to call first."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from epcis_core.provenance.amounts import Measure, in_unit
from epcis_core.provenance.chain import Chain
from epcis_core.provenance.consumers import with_consumers
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.handovers import Transfer
from epcis_core.provenance.inside import amount_of
from epcis_core.provenance.recall_result import Call, Customer, Delivered, Sale
from epcis_core.provenance.stock import Stocks, Sum


@dataclass(slots=True)
class _Account:
    """What one party got of one object, and what became of it; None is not known."""

    shipped: Sum = field(default_factory=Fraction)
    returned: Sum = field(default_factory=Fraction)
    gone: Sum = field(default_factory=Fraction)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One change of hands of an object.

    Attributes:
        giver: who gave, or None.
        taker: who took; None for consumers where it was sold.
        amount: in base units; None if the records do not say.
        back: it went to whom it had come from.
        sold: it went to consumers.
    """

    giver: str | None
    taker: str | None
    amount: Sum
    back: bool
    sold: bool


def deliveries_of(chain: Chain, stocks: Stocks, moved: Sequence[Transfer]) -> list[Delivery]:
    """Return the changes of hands of an object with their amounts.

    A shipment that was received in parts is one delivery, by the giver's word on how much it was.

    Args:
        chain: the facts.
        stocks: the object's stocks.
        moved: its changes of hands, by time.
    """
    forward: set[tuple[str | None, str | None]] = set()
    found = []
    counted: set[tuple[int, str, str, str | None]] = set()
    of_many = _with_several_takers(moved)
    for transfer in moved:
        ends = transfer.giver, transfer.taker
        back = transfer.taker is not None and ends[::-1] in forward
        if not back:
            forward.add(ends)
        alternatives = of_many.get(transfer.shipped.sequence if transfer.shipped else -1)
        facts = transfer.shipped or transfer.received
        if alternatives is not None and transfer.received is not None:
            facts = transfer.received
        amounts = _amounts(chain, transfer, facts, counted)
        amount = stocks.sum(amounts)
        if alternatives is not None and transfer.received is None:
            same = [
                one for one in alternatives if set(one.shipped_units) & set(transfer.shipped_units)
            ]
            amount = _rest(chain, stocks, amount, same)
        if amounts and amount != 0:
            found.append(Delivery(*ends, amount, back, transfer.sold))
    return found


def _amounts(
    chain: Chain,
    transfer: Transfer,
    facts: EventFacts | None,
    counted: set[tuple[int, str, str, str | None]],
) -> list[Measure | None]:
    """Return what an event says went to a taker, unless that is counted already."""
    is_receipt = facts is not None and facts is transfer.received
    units = transfer.received_units if is_receipt else transfer.shipped_units
    amounts = []
    for one, unit in units:
        key = (facts.sequence if facts else -1, one, unit, transfer.taker)
        if facts is not None and key not in counted:
            counted.add(key)
            amount = amount_of(chain.gathered, chain.containment, one, unit, facts)
            if amount is not None:
                amount = amount[0], amount[1] - transfer.less_of(one, unit, facts)
            amounts.append(amount)
    return amounts


def _with_several_takers(moved: Iterable[Transfer]) -> dict[int, list[Transfer]]:
    """Return the changes of hands of each shipment that names several receivers, by sequence."""
    by_shipment: dict[int, list[Transfer]] = defaultdict(list)
    for transfer in moved:
        if transfer.shipped is not None:
            by_shipment[transfer.shipped.sequence].append(transfer)
    return {
        sequence: its
        for sequence, its in by_shipment.items()
        if len({transfer.taker for transfer in its}) > 1
    }


def _rest(chain: Chain, stocks: Stocks, shipped: Sum, alternatives: Iterable[Transfer]) -> Sum:
    """Return what is left of a shipment for those of its receivers that recorded no receipt.

    Args:
        chain: the facts.
        stocks: the object's stocks.
        shipped: how much it was.
        alternatives: to whom it may have gone.
    """
    came: Sum = Fraction()
    for transfer in alternatives:
        if transfer.received is not None:
            came = _plus(came, stocks.sum(_amounts(chain, transfer, transfer.received, set())))
    left = _less(shipped, came)
    return left if left is None else max(left, Fraction())


def customers_of(
    deliveries: Mapping[str, Sequence[Delivery]], stocks: Mapping[str, Stocks]
) -> list[Customer]:
    """Return what each party got of each object, by party; consumers last.

    Args:
        deliveries: by object.
        stocks: by object.
    """
    found: dict[str | None, list[Delivered]] = defaultdict(list)
    for one, its in deliveries.items():
        for party, account in _accounts(its, stocks[one]).items():
            uom = stocks[one].uom
            left = _less(_less(account.shipped, account.returned), account.gone)
            found[party].append(
                Delivered(
                    object=one,
                    shipped=_digits(account.shipped, uom),
                    returned=_digits(account.returned, uom),
                    unaccounted=_digits(None if left is None else max(left, Fraction()), uom),
                    uom=uom,
                )
            )
    parties = sorted(found, key=lambda party: (party is None, party or ""))
    return [Customer(party=party, objects=tuple(found[party])) for party in parties]


def _accounts(deliveries: Sequence[Delivery], stocks: Stocks) -> dict[str | None, _Account]:
    """Return the account of each party that was given some of an object."""
    forward = [one for one in deliveries if not one.back and (one.taker or one.sold)]
    accounts: dict[str | None, _Account] = {one.taker: _Account() for one in forward}
    for one in forward:
        accounts[one.taker].shipped = _plus(accounts[one.taker].shipped, one.amount)
    for one in deliveries:
        giver, taker = accounts.get(one.giver), accounts.get(one.taker)
        if giver is not None and one.giver is not None:
            if one.back:
                giver.returned = _plus(giver.returned, one.amount)
            else:
                giver.gone = _plus(giver.gone, one.amount)
        if one.back and taker is not None and one.taker is not None:
            taker.gone = _less(taker.gone, one.amount)
    for stock in stocks.each():
        for party, held in stock.by_holder().items():
            account = accounts.get(party) if party is not None else None
            if account is not None:
                ended = [*held.bookings["used"], *held.bookings["destroyed"]]
                account.gone = _plus(account.gone, stocks.total(ended))
    if None in accounts:
        # Nobody but the seller tells what consumers brought back.
        accounts[None].returned = _less(accounts[None].shipped, with_consumers(stocks))
    return accounts


def sales_of(chain: Chain, moved: Iterable[Transfer]) -> Iterator[Sale]:
    """Yield what was sold to consumers, object by object.

    Args:
        chain: the facts.
        moved: the changes of hands of all affected objects, by time.
    """
    for transfer in moved:
        if not transfer.sold or transfer.shipped is None:
            continue
        for one in transfer.objects:
            # A member that the answer leaves out stands in it as its lot.
            own = {one, *set(chain.gathered.members(one)).difference(transfer.objects)}
            units = tuple(unit for unit in transfer.shipped_units if unit[0] in own)
            amount = chain.changes.amount(transfer._replace(objects=(one,), shipped_units=units))
            event = transfer.shipped.event_id
            yield Sale(party=transfer.giver, object=one, event=event, quantity=amount)


def call_list(
    chain: Chain, deliveries: Iterable[Sequence[Delivery]], holders: Iterable[str]
) -> list[Call]:
    """Return whom to call, nearest to the consumer first.

    Args:
        chain: for names and numbers.
        deliveries: of every affected object.
        holders: other parties that had affected goods.
    """
    onward: dict[str, set[str]] = {party: set() for party in holders}
    ends: set[str] = set()
    for one in (delivery for its in deliveries for delivery in its if not delivery.back):
        for party in (one.giver, one.taker):
            if party is not None:
                onward.setdefault(party, set())
        if one.giver is not None and one.taker is not None:
            onward[one.giver].add(one.taker)
        elif one.giver is not None and one.sold:
            ends.add(one.giver)
    ends |= {party for party, takers in onward.items() if not takers}
    steps = dict(_distances(onward, ends))
    farthest = max(steps.values(), default=0) + 1
    calls = []
    for party in onward:
        known = chain.book.party(party)
        name, phone = known.get("name"), known.get("phone")
        calls.append(
            Call(
                party=party,
                name=name,
                phone=phone,
                steps_from_consumer=steps.get(party, farthest),
            )
        )
    return sorted(calls, key=lambda call: (call.steps_from_consumer, call.party))


def _distances(onward: Mapping[str, set[str]], ends: set[str]) -> Iterator[tuple[str, int]]:
    """Yield parties with the least number of handovers between them and an end."""
    givers: dict[str, set[str]] = defaultdict(set)
    for giver, takers in onward.items():
        for taker in takers:
            givers[taker].add(giver)
    level, steps, seen = set(ends), 0, set(ends)
    while level:
        yield from ((party, steps) for party in level)
        level = {giver for party in level for giver in givers[party]} - seen
        seen |= level
        steps += 1


def _plus(one: Sum, other: Sum) -> Sum:
    return None if one is None or other is None else one + other


def _less(one: Sum, other: Sum) -> Sum:
    return None if one is None or other is None else one - other


def _digits(total: Sum, uom: str | None) -> str | None:
    return None if total is None else in_unit(total, uom)
