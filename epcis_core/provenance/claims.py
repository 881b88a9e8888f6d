"""What giving and taking steps claim of one object: who gave it to whom, how much, by which papers.

Shipping and then departing says one thing twice, and so does arriving and then receiving: of a
container or an instance where the parties agree and nothing happened in between; of an amount where
parties, papers and amounts agree, or where what departs is part of what was shipped.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, Literal

from epcis_core.provenance.amounts import Measure
from epcis_core.provenance.custody import Sighting
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.kinds import AMOUNTS, kind_of
from epcis_core.provenance.parties import Basis, Ends, Parties
from epcis_core.provenance.steps import GIVING, TAKING, VOIDING

Side = Literal["giving", "taking"]
Known = Literal["listed", "named", "presumed"]

_READ: Final = {**dict.fromkeys(GIVING, 0), VOIDING: 1, **dict.fromkeys(TAKING, 2)}
"""The steps that claim something, and in which order at one instant."""

_FOREMOST: Final = ("shipping", "consigning", "departing", "receiving", "accepting", "arriving")


@dataclass(slots=True)
class Claim:
    """One side's word on one change of hands.

    Attributes:
        side: whether the giver or the taker says it.
        object: what changed hands.
        unit: the container in which it did, or the object itself.
        giver: who gave, or None.
        taker: who took, or None.
        giver_by: how the giver is known: a list of the event names it, master data name it for the
            place, or it shares the place's number.
        taker_by: the same of the taker.
        basis: by which kind of party.
        events: the events that say so, by time.
        carrier: a possessor named beside the owners, who owns it neither before nor after.
        keeps: the event says that the owner stays the same.
        disputed: likely, not proven.
        amount: how much changed hands, in base units; None if the records do not say.
        parts: by step, how much of that was said again in parts.
        facts: the event that stands for the claim: shipping before departing, and so on.
        transactions: the papers that it cites.
    """

    side: Side
    object: str
    unit: str
    giver: str | None
    taker: str | None
    giver_by: Known
    taker_by: Known
    basis: Basis
    events: list[EventFacts] = field(default_factory=list)
    carrier: str | None = None
    keeps: bool = False
    disputed: bool = False
    amount: Measure | None = None
    parts: dict[str, Fraction] = field(default_factory=dict)
    facts: EventFacts = field(init=False)
    transactions: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Work out what follows from the events."""
        self.adds([])

    def adds(self, events: Iterable[EventFacts]) -> None:
        """Take in further events that say the same."""
        self.events += events
        self.facts = min(self.events, key=lambda facts: _FOREMOST.index(facts.biz_step or ""))
        self.transactions = frozenset(paper for f in self.events for paper in f.transactions)

    @property
    def time(self) -> int:
        """When it happened."""
        return self.facts.time

    @property
    def is_amount(self) -> bool:
        """Tell whether the event names how much of the object there is."""
        return self.unit == self.object and kind_of(self.object) in AMOUNTS

    def agrees(self, other: "Claim") -> bool:
        """Tell whether two claims can be of the same parties."""
        return _agree(self.giver, other.giver) and _agree(self.taker, other.taker)


Related = Callable[[Claim, Claim], bool]
"""Tells whether two claims can be of the same goods, by the containers in which these were."""

Amounts = Callable[[str, str, EventFacts], Measure | None]
"""Tells how much of an object an event is about that names it, or a unit in which it is."""


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def claims_of(
    seen: Sequence[Sighting], parties: Parties, amount_of: Amounts, related: Related
) -> tuple[list[Claim], list[Claim]]:
    """Return what is claimed of one object: by givers, and by takers, each by time.

    Args:
        seen: the sightings of the object.
        parties: who stands behind a place.
        amount_of: tells amounts.
        related: tells whether claims by different containers can be of the same goods.
    """
    steps = [s for s in seen if not s.attached and s.facts.biz_step in _READ]
    steps.sort(key=lambda s: (s.facts.time, _READ[s.facts.biz_step or ""], s.facts.sequence))
    claims: list[Claim] = []
    for sighting in steps:
        if sighting.facts.biz_step == VOIDING:
            _void(sighting, claims, parties, amount_of)
            continue
        for claim in _read(sighting, parties, amount_of):
            earlier = _earlier(claim, claims, related)
            if earlier is None:
                claims.append(claim)
            else:
                _join(earlier, claim)
    carriers = {claim.carrier for claim in claims if claim.carrier}
    kept = [claim for claim in claims if not _only_carries(claim, carriers)]
    return (
        [claim for claim in kept if claim.side == "giving"],
        [claim for claim in kept if claim.side == "taking"],
    )


def _read(sighting: Sighting, parties: Parties, amount_of: Amounts) -> Iterator[Claim]:
    facts = sighting.facts
    unit = sighting.inside or sighting.member or sighting.object
    amount = amount_of(sighting.object, unit, facts)
    side: Side = "giving" if facts.biz_step in GIVING else "taking"
    place = facts.place
    here = parties.of_place(place)
    here_by: Known = "named" if parties.named_for(place) else "presumed"
    for ends in parties.all_ends(facts):
        giver, taker = ends.giver, ends.taker
        giver_by, taker_by = _known(ends, facts, parties)
        if side == "giving" and giver is None:
            giver, giver_by = here, here_by
        if side == "taking" and taker is None:
            taker, taker_by = here, here_by
        keeps = ends.giver is not None and ends.giver == ends.taker
        if keeps and ends.basis == "owner":
            giver, taker = (giver, None) if side == "giving" else (None, taker)
        yield Claim(
            side,
            sighting.object,
            unit,
            giver,
            taker,
            giver_by,
            taker_by,
            ends.basis,
            [facts],
            _carrier(ends, facts, parties, side),
            keeps,
            sighting.disputed or ends.is_choice,
            amount,
        )


def _known(ends: Ends, facts: EventFacts, parties: Parties) -> tuple[Known, Known]:
    """Tell how the ends of an event's lists are known."""
    if ends.basis != "place":
        return "listed", "listed"

    def known(places: Iterable[str]) -> Known:
        return "named" if any(map(parties.named_for, places)) else "presumed"

    return known(facts.source_places), known(facts.destination_places)


def _carrier(ends: Ends, facts: EventFacts, parties: Parties, side: Side) -> str | None:
    """Return the possessor on the way where owners are named too."""
    if ends.basis != "owner":
        return None
    before, after = parties.possessors(facts)
    possessor = after if side == "giving" else before
    return None if possessor in {ends.giver, ends.taker} else possessor


def _only_carries(claim: Claim, carriers: set[str]) -> bool:
    """Tell whether a claim is only of a carrier taking something on board or delivering it."""
    return claim.basis != "owner" and bool({claim.giver, claim.taker} & carriers)


def _earlier(claim: Claim, claims: Sequence[Claim], related: Related) -> Claim | None:
    """Return the claim that another one says again."""
    is_one = kind_of(claim.object) not in AMOUNTS
    if not claim.is_amount:
        # An instance is one thing, in whatever container it goes.
        last = next((one for one in reversed(claims) if is_one or one.unit == claim.unit), None)
        if last is not None and _goes_on(claim, last):
            return last
    if is_one:
        return None
    again = [one for one in claims if _says_again(claim, one, related)]
    return max(
        (one for one in again if not _is_over(claim, one, claims)),
        key=lambda one: (
            bool(one.transactions & claim.transactions),
            one.amount == claim.amount,
            one.time,
        ),
        default=None,
    )


def _is_over(claim: Claim, earlier: Claim, claims: Sequence[Claim]) -> bool:
    """Tell whether the trip of an earlier claim had come to its end, so that this is another one.

    A shipment is over once the goods have been received; a receipt belongs to another trip where
    its papers are those of a shipment that the earlier one does not cite.
    """
    others = [
        one
        for one in claims
        if one.side != claim.side and one.agrees(claim) and one.agrees(earlier)
    ]
    if claim.side == "giving":
        return any(earlier.time < one.time < claim.time for one in others)
    papers, its = claim.transactions, earlier.transactions
    return any(one.transactions & papers and not one.transactions & its for one in others)


def _goes_on(claim: Claim, last: Claim) -> bool:
    """Tell whether a claim is of the same trip of an instance or container as the one before."""
    if last.side != claim.side or not last.agrees(claim):
        return False
    is_other_trip = (
        claim.facts.biz_step in {facts.biz_step for facts in last.events}
        and bool(claim.transactions)
        and bool(last.transactions)
        and not claim.transactions & last.transactions
    )
    siblings = any(facts.sequence == claim.facts.sequence for facts in last.events)
    return not is_other_trip and not siblings


def _says_again(claim: Claim, earlier: Claim, related: Related) -> bool:
    """Tell whether a claim is of an amount that another step told already, whole or in part."""
    step = claim.events[0].biz_step or ""
    if earlier.side != claim.side or earlier.events[0].biz_step == step:
        return False
    papers, its = claim.transactions, earlier.transactions
    if (papers and its and not papers & its) or not earlier.agrees(claim):
        return False
    if claim.amount is None or earlier.amount is None:
        is_first = all(facts.biz_step != step for facts in earlier.events)
        return is_first and claim.amount is earlier.amount and claim.unit == earlier.unit
    told = earlier.parts.get(step, Fraction()) + claim.amount[1]
    is_part = claim.amount[0] == earlier.amount[0] and told <= earlier.amount[1]
    return is_part and related(earlier, claim)


def _join(earlier: Claim, claim: Claim) -> None:
    earlier.adds(claim.events)
    earlier.carrier = earlier.carrier or claim.carrier
    if claim.amount is not None:
        step = claim.events[0].biz_step or ""
        earlier.parts[step] = earlier.parts.get(step, Fraction()) + claim.amount[1]
        earlier.amount = earlier.amount or claim.amount
    if earlier.giver is None:
        earlier.giver, earlier.giver_by = claim.giver, claim.giver_by
    if earlier.taker is None and not earlier.keeps:
        earlier.taker, earlier.taker_by = claim.taker, claim.taker_by
    earlier.disputed = earlier.disputed and claim.disputed


def _void(voided: Sighting, claims: list[Claim], parties: Parties, amount_of: Amounts) -> None:
    """Cancel the latest shipment of the party that a voiding matches, to whomever it names."""
    party = parties.of(voided.facts)
    unit = voided.inside or voided.member or voided.object
    ends = parties.all_ends(voided.facts)
    papers = set(voided.facts.transactions)
    amount = amount_of(voided.object, unit, voided.facts)
    matching = [
        claim
        for claim in claims
        if claim.side == "giving"
        and claim.unit == unit
        and _agree(claim.giver, party)
        and any(claim.basis != end.basis or _agree(claim.taker, end.taker) for end in ends)
    ]

    def likeness(claim: Claim) -> tuple[bool, bool, int]:
        is_as_much = amount is not None and claim.amount == amount
        return bool(claim.transactions & papers), is_as_much, claim.time

    latest = max(matching, key=likeness, default=None)
    if latest is not None:
        voids = {id(claim) for claim in matching if claim.facts is latest.facts}
        claims[:] = [claim for claim in claims if id(claim) not in voids]
