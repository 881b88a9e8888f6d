"""Shipments that their party takes back, whole or in part.

A voiding is of the latest shipment that it fits: by papers, not received yet, by what it names, by
how much. It may name something else than the shipment did: a crate of what left on a pallet, an
amount of that. What it names beyond that is of the shipment before.
"""

from fractions import Fraction

from epcis_core.provenance.claims import NEARLY, Claim, Claims, agree
from epcis_core.provenance.custody import Sighting
from epcis_core.provenance.goods import Goods
from epcis_core.provenance.kinds import AMOUNTS, kind_of
from epcis_core.provenance.parties import Parties


def void(voided: Sighting, claims: Claims, parties: Parties, goods: Goods) -> bool:
    """Cancel the shipments of a party that a voiding fits, to whomever it names, or part of them.

    Args:
        voided: the voiding.
        claims: those so far, by time; what is cancelled is taken out of them.
        parties: who stands behind a place.
        goods: tells of what goods claims are.

    Returns:
        Whether all that it names had been shipped on record.
    """
    ends = parties.all_ends(voided.facts)
    unit = voided.inside or voided.member or voided.object
    voiding = Claim(
        "giving",
        voided.object,
        unit,
        parties.of(voided.facts),
        None,
        "listed",
        "listed",
        ends[0].basis,
        [voided.facts],
        amount=goods.amount(voided.object, unit, voided.facts),
    )
    matching = [
        claim
        for claim in claims
        if claim.side == "giving"
        and _fits(claim, voiding, goods)
        and agree(claim.giver, voiding.giver)
        and any(claim.basis != end.basis or agree(claim.taker, end.taker) for end in ends)
    ]
    left = Fraction() if voiding.amount is None else voiding.amount[1]
    least = left * NEARLY
    found = bool(matching)
    while matching:
        latest = max(matching, key=lambda claim: _likeness(claim, voiding, claims))
        same = [one for one in matching if one.facts is latest.facts and one.unit == latest.unit]
        taken = _take_back(same, left, claims)
        left -= taken
        matching = [one for one in matching if one not in same] if least < left else []
    return found and left <= least


def _fits(claim: Claim, voiding: Claim, goods: Goods) -> bool:
    if claim.unit == voiding.unit or kind_of(claim.object) not in AMOUNTS:
        return True
    # Of what is named in another way it must be known how much it is.
    return None not in {claim.amount, voiding.amount} and goods.may_be_same(claim, voiding)


def _likeness(claim: Claim, voiding: Claim, claims: Claims) -> tuple[bool, bool, bool, bool, int]:
    is_as_much = voiding.amount is not None and claim.amount == voiding.amount
    share_papers = bool(claim.transactions & voiding.transactions)
    is_same = claim.unit == voiding.unit
    return share_papers, not _has_come(claim, voiding, claims), is_same, is_as_much, claim.time


def _has_come(claim: Claim, voiding: Claim, claims: Claims) -> bool:
    """Tell whether what was shipped had been received when something was taken back."""
    return any(
        one.side == "taking"
        and claim.agrees(one)
        and claim.time <= one.time <= voiding.time
        and (one.amount == claim.amount if claim.is_amount else one.unit == claim.unit)
        for one in claims
    )


def _take_back(same: list[Claim], amount: Fraction, claims: Claims) -> Fraction:
    """Take an amount out of a shipment, to whomever it went; return how much that was.

    A shipment of unknown size is taken back whole, and so is any by a voiding that names no amount.
    """
    shipped = same[0].amount
    if shipped is not None and 0 < amount < shipped[1]:
        for claim in same:
            claim.amount = shipped[0], shipped[1] - amount
            claim.less += amount
        return amount
    claims.remove(same)
    return amount if shipped is None else min(amount, shipped[1])
