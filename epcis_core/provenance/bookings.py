"""What the events of one object put to the stock of places and take from it.

Making and receiving put to a stock; using, shipping and destroying take from it. Seeing an object
changes nothing. What happens to a container happens to its content, except that a decommissioned
container keeps it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Literal, NamedTuple

from epcis_core.model.references import Role
from epcis_core.provenance.amounts import Measure, added_up
from epcis_core.provenance.chain import Chain
from epcis_core.provenance.claims import Claim
from epcis_core.provenance.custody import Sighting
from epcis_core.provenance.evidence import begins, is_named
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.inside import amount_inside, amount_named, amount_of
from epcis_core.provenance.kinds import AMOUNTS, kind_of
from epcis_core.provenance.steps import (
    DECOMMISSIONING,
    DESTROYING,
    DISPENSING,
    GIVING,
    SELLING,
    TAKING,
    VOIDING,
)

Column = Literal["produced", "received", "used", "shipped", "destroyed"]

ONE_PRODUCTION: Final = 24 * 3600 * 1_000_000
"""Commissioning and output of a lot at one place within this many microseconds are one."""


class Booking(NamedTuple):
    """One amount of an object that came to a place, or left it.

    Attributes:
        object: what the events name: a lot, or a member of it.
        column: how it came or left.
        events: the events that say so; the first gives time and place.
        party: who held it there, or None.
        place: where it came or left: the read point, else the business location.
        amount: in base units; None if the records do not say.
        sold: it went to a consumer.
        is_output: it came out of a transformation; of productions alone.
        reworked: it came out of what it went into itself; likewise.
    """

    object: str
    column: Column
    events: tuple[EventFacts, ...]
    party: str | None
    place: str | None
    amount: Measure | None
    sold: bool = False
    is_output: bool = False
    reworked: bool = False

    @property
    def time(self) -> int:
        """When, microseconds since 1970 UTC."""
        return self.events[0].time


def bookings_of(chain: Chain, one: str) -> list[Booking]:
    """Return what an object's own events book, changes of hands left out.

    Args:
        chain: the facts, loaded for the object.
        one: a lot, an instance or a class itself, without its members.
    """
    seen = [s for s in chain.custody.sightings(one) if not s.attached]
    uses = [s for s in seen if is_named(s.facts, s.inside or one, Role.INPUT)]
    ends = [s for s in seen if _end_column(s) is not None]
    came = [s.facts.time for s in seen if s.facts.biz_step in TAKING or begins(s.facts, one)]
    used = [b for s in chain.custody.each_once(uses) if (b := _used(chain, one, s)) is not None]
    ended = [_ended(chain, one, s) for s in chain.custody.each_once(ends)]
    return [*_made(chain, one, seen), *_each_end_once([*used, *ended], came)]


def claimed(chain: Chain, claim: Claim) -> Booking:
    """Return what a giver or taker says as a booking at the place where it happened."""
    column: Column = "shipped" if claim.side == "giving" else "received"
    party = claim.giver if claim.side == "giving" else claim.taker
    facts = claim.facts
    others = tuple(other for other in claim.events if other is not facts)
    return Booking(
        claim.object,
        column,
        (facts, *others),
        party or chain.parties.of(facts),
        facts.place,
        claim.amount,
    )


def once(bookings: Iterable[Booking]) -> list[Booking]:
    """Return productions, each counted once.

    What was commissioned and what came out of transformations at one place within 24 hours is the
    same: the larger amount counts. What was reworked is made anew. An instance is made once.

    Args:
        bookings: productions of a lot and its members, at one place.
    """
    groups: list[list[Booking]] = []
    for one in sorted(bookings, key=lambda booking: (booking.reworked, booking.time)):
        if one.reworked:
            groups.append([one])
        elif groups and one.time - groups[-1][-1].time <= ONE_PRODUCTION:
            groups[-1].append(one)
        else:
            groups.append([one])
    return [booking for group in groups for booking in _larger(group)]


def _larger(group: list[Booking]) -> list[Booking]:
    """Return what was commissioned or what came out, whichever is more."""
    sides: dict[bool, list[Booking]] = defaultdict(list)
    for one in group:
        sides[one.is_output].append(one)
    if len(sides) == 1:
        return group
    totals = {side: added_up(one.amount for one in its) for side, its in sides.items()}
    first, second = totals[True], totals[False]
    if first is None or second is None or first[0] != second[0]:
        # Who knows no amount of one of the two goes by the other.
        return sides[first is not None]
    return sides[first[1] >= second[1]]


def _made(chain: Chain, one: str, seen: Iterable[Sighting]) -> Iterator[Booking]:
    """Yield the productions of an object; an instance's first alone."""
    for sighting in seen:
        facts = sighting.facts
        if sighting.inside is not None:
            continue
        is_output = is_named(facts, one, Role.OUTPUT)
        if begins(facts, one):
            reworked = is_output and _is_reworked(chain, one, facts)
            if reworked and kind_of(one) not in AMOUNTS:
                continue
            roles = (Role.OUTPUT,) if is_output else (Role.EPC,)
            party, amount = chain.parties.of(facts), amount_named(one, facts, *roles)
            yield Booking(
                one,
                "produced",
                (facts,),
                party,
                facts.place,
                amount,
                is_output=is_output,
                reworked=reworked,
            )
            if kind_of(one) not in AMOUNTS:
                return


def _is_reworked(chain: Chain, one: str, facts: EventFacts) -> bool:
    """Tell whether an object both goes into a transformation and comes out of it."""
    events = chain.gathered.transformation(facts)
    return all(
        any(is_named(each, one, role) for each in events) for role in (Role.INPUT, Role.OUTPUT)
    )


def _comes_out(chain: Chain, one: str, facts: EventFacts) -> bool:
    """Tell whether one thing comes out of a transformation, in whatever it went in."""
    return any(is_named(each, one, Role.OUTPUT) for each in chain.gathered.transformation(facts))


def _used(chain: Chain, one: str, sighting: Sighting) -> Booking | None:
    facts, unit = sighting.facts, sighting.inside or one
    if kind_of(one) not in AMOUNTS and _comes_out(chain, one, facts):
        return None
    amount = (
        amount_inside(chain.gathered, chain.containment, one, unit, facts)
        if sighting.inside
        else amount_named(one, facts, Role.INPUT)
    )
    return Booking(one, "used", (facts,), chain.parties.of(facts), facts.place, amount)


def _ended(chain: Chain, one: str, sighting: Sighting) -> Booking:
    """Return what was sold to consumers, used up or destroyed."""
    facts = sighting.facts
    column: Column = _end_column(sighting) or "destroyed"
    unit = sighting.inside or one
    amount = amount_of(chain.gathered, chain.containment, one, unit, facts)
    party, is_sale = chain.parties.of(facts), facts.biz_step in SELLING
    return Booking(one, column, (facts,), party, facts.place, amount, sold=is_sale)


def _each_end_once(ends: Iterable[Booking], came: Iterable[int]) -> Iterator[Booking]:
    """Yield the ends of one object without the decommissionings of what ended in another way.

    Who sells, uses or destroys goods may take their identifier out of use too. Of an amount that is
    as much, at the same place, within 24 hours; and one decommissioning is of one end. An instance
    may be decommissioned as late as one likes, unless it came again meanwhile. Where it was sold
    and then ended in another way it had come back unrecorded: it left once.

    Args:
        ends: of one object.
        came: when it came into being or was received.
    """
    free: list[Booking] = []
    ends = _without_undone_sales(ends, came)
    for booking in sorted(ends, key=lambda end: (_takes_out_of_use(end), end.time)):
        is_amount = kind_of(booking.object) in AMOUNTS
        same = _is_same_amount if is_amount else _in_one_life(came)
        known = next((one for one in free if same(booking, one)), None)
        if known is None or not _takes_out_of_use(booking):
            free.append(booking)
            yield booking
        elif is_amount:
            free.remove(known)


def _without_undone_sales(ends: Iterable[Booking], came: Iterable[int]) -> list[Booking]:
    """Return ends without the sales of an instance that later ended in another way."""
    known = sorted(ends, key=lambda end: end.time)
    is_one_life = _in_one_life(came)
    return [
        end
        for place, end in enumerate(known)
        if not end.sold
        or kind_of(end.object) in AMOUNTS
        or all(
            _takes_out_of_use(later) or not is_one_life(end, later) for later in known[place + 1 :]
        )
    ]


def _end_column(sighting: Sighting) -> Column | None:
    facts, step = sighting.facts, sighting.facts.biz_step
    if step in SELLING:
        return "shipped"
    is_end = facts.type == "ObjectEvent" and facts.action == "DELETE"
    if not is_end or step in GIVING | TAKING | {VOIDING}:
        return None
    if sighting.inside is not None and step not in {DESTROYING, DISPENSING}:
        return None
    return "used" if step == DISPENSING else "destroyed"


def _takes_out_of_use(booking: Booking) -> bool:
    return booking.column == "destroyed" and booking.events[0].biz_step == DECOMMISSIONING


def _is_same_amount(booking: Booking, known: Booking) -> bool:
    """Tell whether an amount was decommissioned where as much had ended in another way."""
    step = known.events[0].biz_step
    is_other = known.column == "used" or step in SELLING or step == DESTROYING
    near = abs(booking.time - known.time) <= ONE_PRODUCTION
    is_as_much = booking.amount == known.amount
    return is_other and is_as_much and near and booking.place == known.place


def _in_one_life(came: Iterable[int]) -> Callable[[Booking, Booking], bool]:
    """Return what tells whether an instance did not come again between two ends of it."""
    times = list(came)

    def same(booking: Booking, known: Booking) -> bool:
        first, last = sorted((booking.time, known.time))
        return not any(first < time <= last for time in times)

    return same
