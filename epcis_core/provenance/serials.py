"""A lot that one side counts and whose serial numbers the other side names changed hands once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from epcis_core.provenance.amounts import pieces
from epcis_core.provenance.claims import EARLY_RECEIPT, Claim
from epcis_core.provenance.matching import Pair


def counted(paired: Iterable[Pair]) -> list[Claim]:
    """Return the claims of a lot by one side alone that count pieces of it, by time."""
    claims = [
        one
        for one in map(_alone, paired)
        if one is not None and one.amount is not None and one.amount[0] == "count"
    ]
    return sorted(claims, key=lambda claim: (claim.time, claim.facts.event_id))


def by_serial(lot: Sequence[Pair], members: Mapping[str, Sequence[Pair]]) -> dict[str, list[Pair]]:
    """Return the pairs of a lot and its members, what one side alone counts put to serial numbers.

    A piece of an amount is that of a member which the other side names, where parties, papers and
    time allow it and nobody else gave or took that member. What is left of the amount stays the
    lot's.

    Args:
        lot: what is claimed of the lot itself, in pairs.
        members: the same of each of its members.

    Returns:
        The pairs of those that differ, by object; those of the lot under its own name.
    """
    found: dict[str, list[Pair]] = {}
    own = list(lot)
    for claim in counted(lot):
        free = sorted(
            (
                (member, pair, other)
                for member, its in members.items()
                for pair in found.get(member, its)
                if (other := _alone(pair)) is not None and _fits(claim, other)
            ),
            key=lambda one: (not one[2].transactions & claim.transactions, one[2].time, one[0]),
        )
        count = int(claim.amount[1]) if claim.amount is not None else 0
        for member, pair, other in free[:count]:
            part = _of(claim, member, pieces(1)[1])
            its = found.setdefault(member, list(members[member]))
            its[its.index(pair)] = (part, other) if claim.side == "giving" else (other, part)
        if taken := min(count, len(free)):
            place = next(n for n, pair in enumerate(own) if _alone(pair) is claim)
            left = _without(claim, taken)
            rest: Pair = (left, None) if claim.side == "giving" else (None, left)
            own[place : place + 1] = [rest] if left.amount and left.amount[1] else []
            found[claim.object] = own
    return found


def _alone(pair: Pair) -> Claim | None:
    """Return the claim of a pair that only one side makes."""
    giving, taking = pair
    return taking if giving is None else (giving if taking is None else None)


def _fits(claim: Claim, other: Claim) -> bool:
    if claim.side == other.side or not claim.agrees(other):
        return False
    giving, taking = (claim, other) if claim.side == "giving" else (other, claim)
    papers, its = claim.transactions, other.transactions
    is_loose = claim.unit == claim.object or other.unit == other.object
    return (
        (is_loose or claim.unit == other.unit)
        and (not papers or not its or bool(papers & its))
        and giving.time <= taking.time + EARLY_RECEIPT
    )


def _of(claim: Claim, member: str, amount: Fraction) -> Claim:
    """Return what a claim of a lot says of one member."""
    part = _copy(claim)
    part.object, part.amount = member, ("count", amount)
    part.unit = member if claim.unit == claim.object else claim.unit
    return part


def _without(claim: Claim, count: int) -> Claim:
    """Return a claim of a lot without so many pieces."""
    left = _copy(claim)
    if left.amount is not None:
        left.amount = left.amount[0], left.amount[1] - count
    left.less += count
    return left


def _copy(claim: Claim) -> Claim:
    copy = replace(claim, events=list(claim.events), parts=dict(claim.parts))
    copy.facts, copy.transactions = claim.facts, claim.transactions
    return copy
