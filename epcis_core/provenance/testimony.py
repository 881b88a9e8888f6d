"""What giving and taking steps claim of one object: who gave it to whom, how much, by which papers.

What several steps say of one change of hands is one claim: see `epcis_core.provenance.repeats`.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from epcis_core.provenance.claims import EARLY_RECEIPT, NEARLY, Claim, Claims, Known, Side
from epcis_core.provenance.custody import Sighting
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.goods import Goods
from epcis_core.provenance.parties import Ends, Parties
from epcis_core.provenance.repeats import take_in
from epcis_core.provenance.steps import GIVING, TAKING, VOIDING
from epcis_core.provenance.voids import void

_READ: Final = {**dict.fromkeys(GIVING, 0), VOIDING: 1, **dict.fromkeys(TAKING, 2)}
"""The steps that claim something, and in which order at one instant."""


class Testimony(NamedTuple):
    """What is claimed of one object.

    Attributes:
        givings: by givers, by time.
        takings: by takers, by time.
        unfounded: the voidings of more than was shipped on record, by time.
    """

    givings: list[Claim]
    takings: list[Claim]
    unfounded: list[EventFacts]


def claims_of(seen: Sequence[Sighting], parties: Parties, goods: Goods) -> Testimony:
    """Return what is claimed of one object.

    Args:
        seen: the sightings of the object.
        parties: who stands behind a place.
        goods: tells of what goods claims are.
    """
    steps = [s for s in seen if not s.attached and s.facts.biz_step in _READ]
    if not steps:
        return Testimony([], [], [])
    steps.sort(key=lambda s: (s.facts.time, _READ[s.facts.biz_step or ""], s.facts.event_id))
    claims = Claims()
    unfounded: list[EventFacts] = []
    for sighting in steps:
        if sighting.facts.biz_step == VOIDING:
            if not void(sighting, claims, parties, goods):
                unfounded.append(sighting.facts)
            continue
        for claim in _read(sighting, parties, goods):
            take_in(claim, claims, goods)
    carried = _carried(claims)
    carriers = {claim.carrier for claim in claims if claim.carrier}
    kept = [
        claim for claim in claims if id(claim) not in carried and not _only_carries(claim, carriers)
    ]
    return Testimony(
        [claim for claim in kept if claim.side == "giving"],
        [claim for claim in kept if claim.side == "taking"],
        unfounded,
    )


def _read(sighting: Sighting, parties: Parties, goods: Goods) -> Iterator[Claim]:
    facts = sighting.facts
    unit = sighting.inside or sighting.member or sighting.object
    amount = goods.amount(sighting.object, unit, facts)
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


def _carried(claims: Claims) -> set[int]:
    """Return the claims of who took something on board from an owner and brought it to another.

    The owners' claims then name it as the carrier.
    """
    owners = [one for one in claims if one.basis == "owner" and one.giver and one.taker]
    possessors = [one for one in claims if one.basis == "possessor" and one.giver and one.taker]
    own = {party for one in owners for party in (one.giver, one.taker)}
    carried: set[int] = set()
    for owner in owners if possessors else ():
        boarded = [
            one
            for one in possessors
            if one.giver == owner.giver and one.taker not in own and _is_of_trip(one, owner)
        ]
        for start in boarded:
            brought = [
                one
                for one in possessors
                if (one.giver, one.taker) == (start.taker, owner.taker)
                and start.time <= one.time
                and _is_of_trip(one, owner)
            ]
            if brought:
                owner.carrier = owner.carrier or start.taker
                carried.update(map(id, [start, *brought]))
    return carried


def _is_of_trip(part: Claim, owner: Claim) -> bool:
    """Tell whether a possessor's claim can be of what an owner's claim is about."""
    if part.amount is not None and owner.amount is not None:
        is_other = part.amount[0] != owner.amount[0]
        if is_other or part.amount[1] > owner.amount[1] * (1 + NEARLY):
            return False
    apart = owner.time - part.time
    return apart <= EARLY_RECEIPT if owner.side == "giving" else apart >= -EARLY_RECEIPT


def _only_carries(claim: Claim, carriers: set[str]) -> bool:
    """Tell whether a claim is only of a carrier taking something on board or delivering it."""
    return claim.basis != "owner" and bool({claim.giver, claim.taker} & carriers)
