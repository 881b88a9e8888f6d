"""Where an object is now, as far as the records tell, and in which state."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from epcis_core.provenance.amounts import in_unit
from epcis_core.provenance.consumers import ends_of, with_consumers
from epcis_core.provenance.custody import Sighting
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.handovers import Transfer
from epcis_core.provenance.kinds import AMOUNTS, kind_of
from epcis_core.provenance.parties import Parties
from epcis_core.provenance.recall_result import Holding, Status
from epcis_core.provenance.result import Amount
from epcis_core.provenance.stock import LEAVING, Stock, Stocks, Sum


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where an object is.

    Attributes:
        status: the first of the states that parts of it are in.
        quantity: how much of it is in that state.
        party: who has it.
        place: where.
        holdings: what should be there, place by place.
    """

    status: Status
    quantity: Amount | None
    party: str | None
    place: str | None
    holdings: tuple[Holding, ...] = ()


def whereabouts_of(
    stocks: Stocks, seen: Sequence[Sighting], moved: Sequence[Transfer], parties: Parties
) -> Whereabouts:
    """Tell where an object is.

    Of an amount a part may be here, another part there. An instance or a container is one thing:
    how it ended last tells what became of it, and until then it is where it was seen last.

    Args:
        stocks: its stocks.
        seen: its sightings, by time.
        moved: its changes of hands, by time.
        parties: who stands behind a place.
    """
    unknown = last_seen(seen, parties)
    party, place = unknown.party, unknown.place
    is_one = kind_of(stocks.lot) not in AMOUNTS
    gone = next(_gone(stocks, seen), None)
    ended = Whereabouts(gone[0], amount(stocks, gone[1]), party, place) if gone else None
    if is_one and ended is not None:
        return ended
    held = [each for each in _held(stocks) if _is_there(stocks, each[1])]
    lost = [booking for stock in stocks.each() for booking in stock.lost]
    trip = moved[-1] if moved else None
    is_under_way = trip is not None and trip.received is None and not trip.sold
    if is_one and trip is not None:
        sent, came = trip.shipped, trip.received
        if is_under_way and (sent is seen[-1].facts or _is_after(sent, seen)):
            return _under_way(trip, Amount(value="1"), unknown)
        if came is not None and _is_after(came, seen):  # as one of so many of its lot
            party, place = trip.taker, came.biz_location or came.place
    if is_one and place is not None and (held or not lost):
        one = Amount(value="1")
        return Whereabouts(
            "on_hand", one, party, place, (Holding(party=party, place=place, quantity=one),)
        )
    if held:
        last, where = max(held, key=lambda each: each[1].all()[-1].time)
        quantity = amount(stocks, _added(stocks.on_hand(stock) for _, stock in held))
        holdings = tuple(
            Holding(party=holder, place=stock.place, quantity=amount(stocks, stocks.on_hand(stock)))
            for holder, stock in held
        )
        return Whereabouts("on_hand", quantity, last, where.place, holdings)
    if lost:
        under_way = next((m for m in reversed(moved) if m.received is None and not m.sold), None)
        return _under_way(under_way, amount(stocks, stocks.total(lost)), unknown)
    return ended or unknown


def _is_after(facts: EventFacts | None, seen: Sequence[Sighting]) -> bool:
    """Tell whether an event came after an object was seen last."""
    return facts is not None and facts.time > seen[-1].facts.time


def _under_way(moved: Transfer | None, quantity: Amount | None, seen: Whereabouts) -> Whereabouts:
    """Tell of what somebody shipped, and nobody recorded to have received."""
    if moved is None or moved.taker is None:
        return Whereabouts("shipped", quantity, seen.party, seen.place)
    ahead = moved.shipped.destination_places if moved.shipped else []
    return Whereabouts("shipped", quantity, moved.taker, next(iter(ahead), seen.place))


def last_seen(seen: Sequence[Sighting], parties: Parties) -> Whereabouts:
    """Tell where an object was seen last, of which nobody knows what became of it.

    Args:
        seen: its sightings, by time.
        parties: who stands behind a place.
    """
    last = next((sighting.facts for sighting in reversed(seen) if not sighting.attached), None)
    if last is None:
        return Whereabouts("unknown", None, None, None)
    return Whereabouts("unknown", None, parties.of(last), last.biz_location or last.place)


def amount(stocks: Stocks, total: Sum) -> Amount | None:
    """Return an amount in base units in the unit of an object."""
    return None if total is None else Amount(value=in_unit(total, stocks.uom), uom=stocks.uom)


def _held(stocks: Stocks) -> Iterator[tuple[str | None, Stock]]:
    """Yield the stocks with their parties; of a site that several held, that of each.

    Where it is not known what each has, or one has less than nothing, they have it together.
    """
    for stock in stocks.each():
        parts = stock.by_holder()
        left = [stocks.on_hand(part) for part in parts.values()]
        if len(parts) > 1 and all(one is not None and one >= 0 for one in left):
            yield from parts.items()
        else:
            yield stock.party, stock


def _is_there(stocks: Stocks, stock: Stock) -> bool:
    """Tell whether goods should be at a site, or may be.

    Where it is known how much came and not how much left, some may be there still. Where neither is
    known, what was heard of the site last decides.
    """
    left = stocks.on_hand(stock)
    if left is not None:
        return left > 0
    came = stocks.total([*stock.bookings["produced"], *stock.bookings["received"]])
    is_measured = stock.has_source and came is not None
    return is_measured or (stock.has_source and stock.all()[-1].column not in LEAVING)


def _gone(stocks: Stocks, seen: Sequence[Sighting]) -> Iterator[tuple[Status, Sum]]:
    """Yield how much ended in each way, what asks for most first; None where nobody knows.

    What a container held was used, and not the container, where that is seen again.
    """
    ends = ends_of(stocks)
    destroyed = [end for end in ends if end.column == "destroyed"]
    used = [end for end in ends if end.column == "used"]
    if kind_of(stocks.lot) == "container" and seen and used:
        used = [end for end in used if end.time >= seen[-1].facts.time]
    ways: tuple[tuple[Status, Sum], ...] = (
        ("sold", with_consumers(stocks)),
        ("destroyed", stocks.total(destroyed)),
        ("used", stocks.total(used)),
    )
    yield from ((status, left) for status, left in ways if left is None or left > 0)


def _added(amounts: Iterable[Sum]) -> Sum:
    total = Fraction()
    for one in amounts:
        if one is None:
            return None
        total += one
    return total
