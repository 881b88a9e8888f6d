"""The stocks of one lot: what came to each site, what left it, and what got lost on the way.

Places of one site are one stock, for goods move between its rooms unrecorded. A handover that one
side alone records is booked at the other side's site too: what only a receiver records left a site
of the giver that is seen to have had the goods; what only a sender records came to a site that gave
more than it is recorded to have got, and else is under way.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain as chain_of
from typing import Final, get_args

from epcis_core.provenance.amounts import Measure, measured, pieces
from epcis_core.provenance.bookings import Booking, Column, bookings_of, claimed, once
from epcis_core.provenance.chain import Chain
from epcis_core.provenance.claims import EARLY_RECEIPT, Claim, Side
from epcis_core.provenance.evidence import in_time
from epcis_core.provenance.facts import EventFacts, site_of
from epcis_core.provenance.kinds import AMOUNTS, kind_of
from epcis_core.provenance.matching import Pair

_COLUMNS: Final[tuple[Column, ...]] = get_args(Column)
LEAVING: Final[tuple[Column, ...]] = ("used", "shipped", "destroyed")

Sum = Fraction | None
"""An amount in base units; None where part of it is not known."""


@dataclass(slots=True)
class Stock:
    """What came to one site and left it.

    Attributes:
        site: the place without its extension; None where no event names one.
        bookings: by column.
        lost: what was shipped from here and is not recorded to have arrived, as shipments of that
            much alone.
    """

    site: str | None
    bookings: dict[Column, list[Booking]] = field(
        default_factory=lambda: {column: [] for column in _COLUMNS}
    )
    lost: list[Booking] = field(default_factory=list)

    def all(self) -> list[Booking]:
        """Return all bookings by time."""
        found = [booking for its in self.bookings.values() for booking in its]
        return found if len(found) < 2 else sorted(found, key=lambda booking: booking.time)  # noqa: PLR2004 - none and one are in order

    def leaving(self) -> list[Booking]:
        """Return the bookings of what left."""
        return [booking for column in LEAVING for booking in self.bookings[column]]

    @property
    def party(self) -> str | None:
        """Who held the goods there: whom most events name, the first of these."""
        named = Counter(booking.party for booking in self.all() if booking.party)
        return next((party for party, _ in named.most_common(1)), None)

    @property
    def place(self) -> str | None:
        """The one place of the site that events name, else the site."""
        places = {booking.place for booking in self.all()}
        return next(iter(places)) if len(places) == 1 else self.site

    def gave_from(self, time: int) -> bool:
        """Tell whether anything left at an instant or later."""
        return any(booking.time >= time for booking in self.leaving())

    def got_until(self, time: int) -> bool:
        """Tell whether anything came by an instant."""
        came = (*self.bookings["produced"], *self.bookings["received"])
        return any(booking.time <= time for booking in came)

    def by_holder(self) -> "dict[str | None, Stock]":
        """Return the stock of each party that held goods there, for a site may change hands.

        What leaves is of the party that the events name, if goods came to it there; else of the
        one they had come to last, for others may act for it.
        """
        came = [*self.bookings["produced"], *self.bookings["received"]]
        came.sort(key=lambda booking: booking.time)
        times = [booking.time for booking in came]
        takers = {booking.party for booking in came}
        parts: dict[str | None, Stock] = {}

        def part_of(booking: Booking) -> Stock:
            party = booking.party
            if party not in takers and (before := bisect_right(times, booking.time)):
                party = came[before - 1].party
            return parts.setdefault(party, Stock(self.site))

        for booking in (*came, *self.leaving()):
            part_of(booking).bookings[booking.column].append(booking)
        for booking in self.lost:
            part_of(booking).lost.append(booking)
        return parts

    @property
    def has_source(self) -> bool:
        """Tell whether anything is recorded to have come here."""
        return bool(self.bookings["produced"] or self.bookings["received"])


@dataclass(frozen=True, slots=True)
class Trip:
    """What one or several shipments and receipts claim of the same goods."""

    givings: tuple[Claim, ...]
    takings: tuple[Claim, ...]


class Stocks:
    """The stocks of one lot, of its members too.

    Args:
        chain: the facts, loaded for the lot and its members.
        lot: canonical identifier; of an instance or a class likewise.
        whole: whether what happened to members counts for the lot.

    Attributes:
        exceeding: events of goods of which more was received than shipped.
        differing: events of one change of hands that one side tells twice, with other amounts.
        from_nobody: what came without anybody being known to have given it.
        kind: what amounts are added up: `mass`, `count`, or a unit without a fixed size.
        uom: the unit in which the lot was measured first; None for pieces.
    """

    def __init__(self, chain: Chain, lot: str, *, whole: bool = True) -> None:
        self.lot = lot
        self.exceeding: list[tuple[EventFacts, ...]] = []
        self.differing: list[tuple[EventFacts, ...]] = []
        self.from_nobody: list[Booking] = []
        self._chain = chain
        self._stocks: dict[tuple[str | None, str | None], Stock] = {}
        own = (lot, *(chain.gathered.members(lot) if whole else ()))
        bookings = [booking for one in own for booking in bookings_of(chain, one)]
        for booking in _made_once(bookings):
            self._book(booking)
        trips = [trip for one in own for trip in _trips(chain.changes.paired(one))]
        one_sided = [alone for trip in trips for alone in self._travel(trip)]
        self.kind, self.uom = self._unit(own)
        known = self._by_party() if one_sided else {}
        # What left a site on others' word is known before it is asked what the site is short of.
        for booking, other in sorted(one_sided, key=lambda one: (one[0].column, one[0].time)):
            self._settle(booking, known.get(other, ()))

    def each(self) -> list[Stock]:
        """Return the stocks, by when their first goods came or left."""
        stocks = self._stocks.values()
        return sorted(stocks, key=lambda stock: (stock.all()[0].time, stock.site or ""))

    def sum(self, amounts: Iterable[Measure | None]) -> Sum:
        """Return amounts added up; None if one is not known or is of another kind."""
        total: Sum = None
        for amount in amounts:
            if amount is None or amount[0] != self.kind:
                return None
            total = amount[1] if total is None else total + amount[1]
        return Fraction() if total is None else total

    def total(self, bookings: Iterable[Booking]) -> Sum:
        """Return the amounts of bookings added up."""
        return self.sum(booking.amount for booking in bookings)

    def on_hand(self, stock: Stock) -> Sum:
        """Return what should be left; None where part of it, or that anything came, is unknown."""
        came = self.total([*stock.bookings["produced"], *stock.bookings["received"]])
        left = self.total(stock.leaving())
        return None if came is None or left is None or not stock.has_source else came - left

    def _book(self, booking: Booking) -> None:
        site = site_of(booking.place)
        key = site, booking.party if site is None else None
        self._stocks.setdefault(key, Stock(site)).bookings[booking.column].append(booking)

    def _stock_of(self, booking: Booking) -> Stock:
        site = site_of(booking.place)
        return self._stocks[site, booking.party if site is None else None]

    def _travel(self, trip: Trip) -> list[tuple[Booking, str | None]]:
        """Book a trip; return what one side alone records, with the party on the other side."""
        sent = [claimed(self._chain, claim) for claim in trip.givings]
        came = [claimed(self._chain, claim) for claim in trip.takings]
        for booking in (*sent, *came):
            self._book(booking)
        claims = (*trip.givings, *trip.takings)
        self.differing += [
            tuple(sorted(claim.events, key=in_time)) for claim in claims if claim.differs
        ]
        if not came:
            takers = (claim.taker for claim in trip.givings)
            return list(zip(sent, takers, strict=True))
        if not sent:
            alone = [(booking, c.giver) for booking, c in zip(came, trip.takings, strict=True)]
            self.from_nobody += [booking for booking, giver in alone if giver is None]
            return alone
        self._compare(sent, came)
        return []

    def _compare(self, sent: Sequence[Booking], came: Sequence[Booking]) -> None:
        """Note what got lost between shipping and receiving, or came too much."""
        first = next((b.amount for b in (*sent, *came) if b.amount is not None), None)
        amounts = [booking.amount for booking in (*sent, *came)]
        if first is None or any(a is None or a[0] != first[0] for a in amounts):
            self._stock_of(sent[0]).lost.append(sent[0]._replace(amount=None))
            return
        lost = sum((b.amount[1] for b in sent if b.amount), Fraction())
        lost -= sum((b.amount[1] for b in came if b.amount), Fraction())
        if lost > 0:
            self._stock_of(sent[0]).lost.append(sent[0]._replace(amount=(first[0], lost)))
        elif lost < 0:
            self.exceeding.append(tuple(b.events[0] for b in (*sent, *came)))

    def _by_party(self) -> dict[str | None, list[Stock]]:
        found: dict[str | None, list[Stock]] = {None: []}
        for stock in self.each():
            if stock.party is not None:
                found.setdefault(stock.party, []).append(stock)
        return found

    def _settle(self, booking: Booking, others: Iterable[Stock]) -> None:
        """Book a one-sided change of hands at the other side, if that is seen with the goods.

        Args:
            booking: what the one side records.
            others: the stocks of the other side, by time.
        """
        own = self._stock_of(booking)
        named = _other_site(booking)
        sites = [one for one in others if one is not own and named in {None, one.site}]
        column: Column = "received" if booking.column == "shipped" else "shipped"
        if booking.column == "shipped":
            there = self._short_of(booking, sites)
        else:
            there = self._rich_in(booking, sites)
        if there is not None:
            other = booking._replace(column=column, party=there.party, place=there.place)
            there.bookings[column].append(other)
        elif booking.column == "shipped":
            own.lost.append(booking)

    def _short_of(self, booking: Booking, sites: Iterable[Stock]) -> Stock | None:
        """Return the first site that gave goods after they set out, and more than it ever got."""
        for stock in sites:
            left = self.on_hand(stock)
            if stock.gave_from(booking.time - EARLY_RECEIPT) and (left is None or left < 0):
                return stock
        return None

    def _rich_in(self, booking: Booking, sites: Iterable[Stock]) -> Stock | None:
        """Return the site that goods came from: of those that had them the one they fit best.

        Where no site has enough, it is the one with most if all of them together have too little;
        else nobody can tell which it was, and none is said to have given more than it had.
        """
        had = [stock for stock in sites if stock.got_until(booking.time + EARLY_RECEIPT)]
        left = [(self.on_hand(stock), stock) for stock in had]
        asked = self.sum([booking.amount])
        known = [(amount, stock) for amount, stock in left if amount is not None]
        if asked is None or len(known) < len(left):
            return had[0] if had else None
        enough = [pair for pair in known if pair[0] >= asked]
        if enough:
            return min(enough, key=lambda pair: pair[0])[1]
        if known and sum(amount for amount, _ in known) < asked:
            return max(known, key=lambda pair: pair[0])[1]
        return None

    def _unit(self, own: Sequence[str]) -> tuple[str, str | None]:
        """Return what the lot is measured in: as it was made, else as it is first mentioned."""
        bookings = [booking for stock in self.each() for booking in stock.all()]
        bookings.sort(key=lambda booking: (booking.column != "produced", booking.time))
        named = (
            one
            for booking in bookings
            for facts in booking.events
            for one in facts.of(booking.object)
        )
        packed = (
            one
            for each in own
            for stay in self._chain.containment.stays_of(each)
            for one in stay.amounts
        )
        for one in chain_of(named, packed):
            amount = measured(one) if kind_of(one.object) in AMOUNTS else pieces(1)
            if amount is not None:
                return amount[0], one.uom if kind_of(one.object) in AMOUNTS else None
        return "count", None


class StocksOfLots:
    """The stocks of each object of an answer, each worked out once.

    Args:
        chain: the facts, loaded for the objects and the members of lots among them.
        lots: those of which what happened to members counts.
    """

    def __init__(self, chain: Chain, lots: Collection[str]) -> None:
        self._chain = chain
        self._lots = lots
        self._known: dict[str, Stocks] = {}

    def of(self, one: str) -> Stocks:
        """Return the stocks of an object."""
        if one not in self._known:
            self._known[one] = Stocks(self._chain, one, whole=one in self._lots)
        return self._known[one]


def _other_site(booking: Booking) -> str | None:
    """Return the site of the other side where the event names it."""
    facts = booking.events[0]
    places = facts.destination_places if booking.column == "shipped" else facts.source_places
    return site_of(places[0]) if len(places) == 1 else None


def _made_once(bookings: Iterable[Booking]) -> list[Booking]:
    """Return bookings with each production counted once, site by site."""
    by_site: dict[str | None, list[Booking]] = {}
    others = []
    for booking in bookings:
        if booking.column == "produced":
            by_site.setdefault(site_of(booking.place), []).append(booking)
        else:
            others.append(booking)
    return [*(made for its in by_site.values() for made in once(its)), *others]


def _trips(paired: Iterable[Pair]) -> list[Trip]:
    """Return the pairs of one object joined where they share a shipment or a receipt.

    An event that names several receivers is one shipment.
    """
    joined: dict[tuple[Side, int, str], dict[tuple[Side, int, str], Claim]] = {}
    for pair in paired:
        claims = {(one.side, one.facts.sequence, one.unit): one for one in pair if one is not None}
        for known in [joined[key] for key in claims if key in joined]:
            claims = {**known, **claims}
        joined.update(dict.fromkeys(claims, claims))
    trips = {id(claims): claims for claims in joined.values()}
    return [
        Trip(
            tuple(claim for claim in claims.values() if claim.side == "giving"),
            tuple(claim for claim in claims.values() if claim.side == "taking"),
        )
        for claims in trips.values()
    ]
