"""What giving and taking steps claim of one object: who gave it to whom, how much, by which papers.

Shipping and then departing says one thing twice, and so does arriving and then receiving: of a
container or an instance where the parties agree and nothing happened in between; of an amount where
parties, papers and amounts agree.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from epcis_core.provenance.amounts import measured
from epcis_core.provenance.custody import Sighting
from epcis_core.provenance.facts import EventFacts, Named
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

    @property
    def time(self) -> int:
        """When it happened."""
        return self.facts.time

    @property
    def facts(self) -> EventFacts:
        """The event that stands for the claim: shipping before departing, and so on."""
        return min(self.events, key=lambda facts: _FOREMOST.index(facts.biz_step or ""))

    @property
    def transactions(self) -> set[str]:
        """The papers that it cites."""
        return {paper for facts in self.events for paper in facts.transactions}

    @property
    def is_amount(self) -> bool:
        """Tell whether the event names how much of the object there is."""
        return self.unit == self.object and kind_of(self.object) in AMOUNTS

    @property
    def named(self) -> Named | None:
        """Return the object as the event names it, None if it names a container of it."""
        return next(iter(self.facts.of(self.object)), None) if self.is_amount else None

    def agrees(self, other: "Claim") -> bool:
        """Tell whether two claims can be of the same parties."""
        return _agree(self.giver, other.giver) and _agree(self.taker, other.taker)

    def equals_amount(self, other: "Claim") -> bool:
        """Tell whether two claims are of the same amount, or both of none."""
        mine, its = self.named, other.named
        if mine is None or its is None:
            return mine is its
        return measured(mine) == measured(its)


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def claims_of(seen: Sequence[Sighting], parties: Parties) -> tuple[list[Claim], list[Claim]]:
    """Return what is claimed of one object: by givers, and by takers, each by time.

    Args:
        seen: the sightings of the object.
        parties: who stands behind a place.
    """
    steps = [s for s in seen if not s.attached and s.facts.biz_step in _READ]
    steps.sort(key=lambda s: (s.facts.time, _READ[s.facts.biz_step or ""], s.facts.sequence))
    claims: list[Claim] = []
    for sighting in steps:
        if sighting.facts.biz_step == VOIDING:
            _void(sighting, claims, parties)
            continue
        for claim in _read(sighting, parties):
            earlier = _earlier(claim, claims)
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


def _read(sighting: Sighting, parties: Parties) -> Iterator[Claim]:
    facts = sighting.facts
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
            sighting.inside or sighting.member or sighting.object,
            giver,
            taker,
            giver_by,
            taker_by,
            ends.basis,
            [facts],
            _carrier(ends, facts, parties, side),
            keeps,
            sighting.disputed or ends.is_choice,
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


def _earlier(claim: Claim, claims: Sequence[Claim]) -> Claim | None:
    """Return the claim that another one says again."""
    # An instance is one thing, in whatever container it goes.
    is_one = kind_of(claim.object) not in AMOUNTS
    same = (one for one in reversed(claims) if is_one or one.unit == claim.unit)
    if claim.is_amount:
        alike = (one for one in claims if one.unit == claim.unit and _says_again(claim, one))
        return next(alike, None)
    last = next(same, None)
    if last is None or last.side != claim.side or not last.agrees(claim):
        return None
    is_other_trip = (
        claim.facts.biz_step in {facts.biz_step for facts in last.events}
        and bool(claim.transactions)
        and bool(last.transactions)
        and not claim.transactions & last.transactions
    )
    siblings = any(facts.sequence == claim.facts.sequence for facts in last.events)
    return None if is_other_trip or siblings else last


def _says_again(claim: Claim, earlier: Claim) -> bool:
    step = claim.events[0].biz_step
    if earlier.side != claim.side or any(facts.biz_step == step for facts in earlier.events):
        return False
    papers, its = claim.transactions, earlier.transactions
    same_papers = not papers or not its or bool(papers & its)
    return same_papers and earlier.agrees(claim) and earlier.equals_amount(claim)


def _join(earlier: Claim, claim: Claim) -> None:
    earlier.events += claim.events
    earlier.carrier = earlier.carrier or claim.carrier
    if earlier.giver is None:
        earlier.giver, earlier.giver_by = claim.giver, claim.giver_by
    if earlier.taker is None and not earlier.keeps:
        earlier.taker, earlier.taker_by = claim.taker, claim.taker_by
    earlier.disputed = earlier.disputed and claim.disputed


def _void(voided: Sighting, claims: list[Claim], parties: Parties) -> None:
    """Cancel the latest shipment of the party that a voiding matches, to whomever it names."""
    party = parties.of(voided.facts)
    unit = voided.inside or voided.member or voided.object
    ends = parties.all_ends(voided.facts)
    papers = set(voided.facts.transactions)
    amounts = [measured(named) for named in voided.facts.of(voided.object)]
    matching = [
        claim
        for claim in claims
        if claim.side == "giving"
        and claim.unit == unit
        and _agree(claim.giver, party)
        and any(claim.basis != end.basis or _agree(claim.taker, end.taker) for end in ends)
    ]

    def likeness(claim: Claim) -> tuple[bool, bool, int]:
        named = claim.named
        is_as_much = named is not None and measured(named) in amounts
        return bool(claim.transactions & papers), is_as_much, claim.time

    latest = max(matching, key=likeness, default=None)
    if latest is not None:
        voids = {id(claim) for claim in matching if claim.facts is latest.facts}
        claims[:] = [claim for claim in claims if id(claim) not in voids]
