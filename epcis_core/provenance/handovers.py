"""Changes of hands: shipments paired with receipts, per object, then joined to handovers.

A receipt belongs to the shipment with the same business transaction, else to the earliest that is
unmatched between those parties, and may come up to 48 hours early. Amounts may split.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Final

from epcis_core.provenance.amounts import measured
from epcis_core.provenance.claims import Claim
from epcis_core.provenance.custody import Sighting
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.kinds import AMOUNTS, kind_of
from epcis_core.provenance.parties import Basis, Parties
from epcis_core.provenance.steps import SELLING

EARLY_RECEIPT: Final = 48 * 3600 * 1_000_000
"""A receipt up to this many microseconds before its shipment still pairs with it."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Objects that went from one party to another.

    Attributes:
        objects: what changed hands.
        units: object and the container in which it travelled, or itself.
        shipped: the giving event, or None.
        received: the taking event, or None.
        giver: who gave; None if nobody says.
        taker: who took; None if nobody says, or if it was sold to the consumer.
        basis: by which kind of party the parties were recognised.
        carrier: who possessed it on the way and only transported.
        sold: it was sold to the consumer.
        disputed: likely, not proven.
    """

    objects: tuple[str, ...]
    units: tuple[tuple[str, str], ...]
    shipped: EventFacts | None
    received: EventFacts | None
    giver: str | None
    taker: str | None
    basis: Basis
    carrier: str | None = None
    sold: bool = False
    disputed: bool = False

    @property
    def containers(self) -> tuple[str, ...]:
        """In what the objects travelled, sorted."""
        return tuple(sorted({unit for one, unit in self.units if unit != one}))

    @property
    def time(self) -> int:
        """When it began, as far as is known."""
        first = self.shipped or self.received
        return first.time if first is not None else 0

    @property
    def events(self) -> tuple[EventFacts, ...]:
        """The events that tell of it."""
        return tuple(facts for facts in (self.shipped, self.received) if facts is not None)


Pair = tuple[Claim | None, Claim | None]
"""What a giver and a taker claim of one change of hands; None for who does not."""


def transfers_of(
    seen: Sequence[Sighting], paired: Iterable[Pair], parties: Parties
) -> list[Transfer]:
    """Return the changes of hands of one object, by time.

    Args:
        seen: its sightings.
        paired: what givers and takers claim of it, in pairs.
        parties: who stands behind a place.
    """
    found = [
        transfer for giving, taking in paired if (transfer := _transfer(giving, taking)) is not None
    ]
    found += _sales(seen, parties)
    return sorted(found, key=lambda transfer: transfer.time)


def joined(transfers: Iterable[Transfer]) -> list[Transfer]:
    """Join the objects of one change of hands, by time."""
    groups: dict[tuple[int | str | None, ...], list[Transfer]] = {}
    for one in transfers:
        events = (facts.sequence if facts else None for facts in (one.shipped, one.received))
        groups.setdefault((*events, one.giver, one.taker, one.carrier), []).append(one)
    found = [
        replace(
            group[0],
            objects=tuple(sorted({name for one in group for name in one.objects})),
            units=tuple(sorted({unit for one in group for unit in one.units})),
            disputed=all(one.disputed for one in group),
        )
        for group in groups.values()
    ]
    return sorted(found, key=lambda transfer: (transfer.time, transfer.objects))


def pairs(givings: Sequence[Claim], takings: Sequence[Claim]) -> list[Pair]:
    """Pair what one object's givers and takers claim; what stays alone is paired with None."""
    free_givings, free_takings = list(givings), list(takings)
    found: list[Pair] = []
    cited = {paper for one in givings for paper in one.transactions}
    if any(one.transactions & cited for one in takings):
        found += _paired(_alike(_share_papers), free_givings, free_takings)
        found += _split(found, free_givings, free_takings, _share_papers)
    found += _paired(_alike(_all()), free_givings, free_takings)
    found += _paired(_doubtful(), free_givings, free_takings)
    found += _split(found, free_givings, free_takings, _all())
    found += [(giving, None) for giving in free_givings]
    found += [(None, taking) for taking in free_takings]
    return found


_Rule = Callable[[Claim, Claim], bool]


def _paired(
    rules: Iterable[_Rule], givings: list[Claim], takings: list[Claim]
) -> Iterator[tuple[Claim, Claim]]:
    """Yield the pairs that rules make, the first rule first, and take them out of the lists."""
    for rule in rules:
        for taking in list(takings):
            giving = next((one for one in givings if rule(one, taking)), None)
            if giving is not None:
                givings.remove(giving)
                takings.remove(taking)
                yield giving, taking


def _alike(papers: _Rule) -> Iterator[_Rule]:
    """Yield what makes a pair of claims whose papers are as wanted, the surest first."""
    for timely, similar in product((_is_in_turn, _is_in_time), _SIMILAR):
        yield _all(papers, timely, similar, Claim.agrees)


def _doubtful() -> Iterator[_Rule]:
    """Yield what makes a pair of claims that do not agree on the parties."""
    yield _all(_share_papers, _is_in_time, _SIMILAR[-1], _share_a_party)
    yield _all(_is_in_time, _SIMILAR[-1], _is_elsewhere)
    yield _all(_is_in_time, _SIMILAR[-1], _is_carried)


_SIMILAR: Final[tuple[_Rule, ...]] = (
    lambda g, t: g.unit == t.unit and g.equals_amount(t),
    lambda g, t: g.unit == t.unit,
    lambda g, t: g.object in {g.unit, t.unit} or kind_of(g.object) not in AMOUNTS,
)
"""How alike what was given and what was taken can be, the surest first.

An instance is one thing, in whatever containers it left and came.
"""


def _all(*rules: _Rule) -> _Rule:
    return lambda giving, taking: all(rule(giving, taking) for rule in rules)


def _share_papers(giving: Claim, taking: Claim) -> bool:
    return bool(giving.transactions & taking.transactions)


def _is_in_turn(giving: Claim, taking: Claim) -> bool:
    return giving.time <= taking.time


def _is_in_time(giving: Claim, taking: Claim) -> bool:
    return giving.time <= taking.time + EARLY_RECEIPT


def _share_a_party(giving: Claim, taking: Claim) -> bool:
    return (giving.giver is not None and giving.giver == taking.giver) or (
        giving.taker is not None and giving.taker == taking.taker
    )


def _is_elsewhere(giving: Claim, taking: Claim) -> bool:
    """Tell whether the one thing that differs is a party that a place only makes one presume."""
    same_giver = giving.giver == taking.giver or None in {giving.giver, taking.giver}
    same_taker = giving.taker == taking.taker or None in {giving.taker, taking.taker}
    return (same_giver and taking.taker_by == "presumed" and giving.taker_by == "listed") or (
        same_taker and giving.giver_by == "presumed" and taking.giver_by == "listed"
    )


def _is_carried(giving: Claim, taking: Claim) -> bool:
    """Tell whether goods went to a possessor and came from it, of whom nothing else is known."""
    bases = {giving.basis, taking.basis}
    carrier = giving.taker
    return bases == {"possessor"} and carrier is not None and carrier == taking.giver


def _split(
    found: Sequence[Pair], givings: list[Claim], takings: list[Claim], papers: _Rule
) -> Iterator[tuple[Claim, Claim]]:
    """Pair what is left with the rest of an amount that was shipped or received in parts.

    Args:
        found: the pairs so far.
        givings: what is left, and is taken out of the list when it is paired.
        takings: likewise.
        papers: whether the papers of two claims allow that one is of a part of the other.
    """
    paired = [(g, t) for g, t in found if g is not None and t is not None and g.is_amount]
    rests = _rests(paired)
    is_part = _all(_parts_of_one, papers)
    for taking in list(takings):
        for giving, _ in paired:
            if rests.get(id(giving), 0) > 0 and is_part(giving, taking):
                amount = measured(taking.named) if taking.named else None
                rests[id(giving)] -= amount[1] if amount else rests[id(giving)]
                takings.remove(taking)
                yield giving, taking
                break
    for giving in list(givings):
        for _, taking in paired:
            if rests.get(id(taking), 0) > 0 and is_part(giving, taking):
                amount = measured(giving.named) if giving.named else None
                rests[id(taking)] -= amount[1] if amount else rests[id(taking)]
                givings.remove(giving)
                yield giving, taking
                break


def _rests(paired: Iterable[tuple[Claim, Claim]]) -> dict[int, Fraction]:
    """Return, by the identity of a claim, how much of it its pairs leave, in base units."""
    rests: dict[int, Fraction] = {}
    for giving, taking in paired:
        if giving.named is None or taking.named is None:
            continue
        out, back = measured(giving.named), measured(taking.named)
        if out is not None and back is not None and out[0] == back[0]:
            rests[id(giving)] = rests.get(id(giving), out[1]) - back[1]
            rests[id(taking)] = rests.get(id(taking), back[1]) - out[1]
    return rests


def _parts_of_one(giving: Claim, taking: Claim) -> bool:
    is_of_amounts = giving.is_amount and taking.is_amount
    return is_of_amounts and giving.agrees(taking) and _is_in_time(giving, taking)


def _transfer(giving: Claim | None, taking: Claim | None) -> Transfer | None:
    """Return what a pair of claims says, None for a movement within one party."""
    claims = [claim for claim in (giving, taking) if claim is not None]
    carried = giving is not None and taking is not None and _is_carried(giving, taking)
    giver, giver_by = _end(
        (giving.giver, giving.giver_by) if giving else None,
        (taking.giver, taking.giver_by) if taking and not carried else None,
    )
    taker, taker_by = _end(
        (taking.taker, taking.taker_by) if taking else None,
        (giving.taker, giving.taker_by) if giving and not carried else None,
    )
    if giver is not None and giver == taker:
        return None
    if len(claims) == 1 and claims[0].keeps:
        return None
    how = {giver_by, taker_by}
    if giver is not None and taker is not None and "listed" not in how and "presumed" in how:
        return None
    carrier = next((claim.carrier for claim in claims if claim.carrier), None)
    if carried and giving is not None:
        carrier = giving.taker
    bases: tuple[Basis, ...] = ("owner", "possessor", "place")
    return Transfer(
        (claims[0].object,),
        tuple({(claim.object, claim.unit) for claim in claims if claim.unit != claim.object})
        or ((claims[0].object, claims[0].object),),
        giving.facts if giving else None,
        taking.facts if taking else None,
        giver,
        taker,
        min((claim.basis for claim in claims), key=bases.index),
        None if carrier in {giver, taker} else carrier,
        disputed=all(claim.disputed for claim in claims),
    )


def _end(*known: tuple[str | None, str] | None) -> tuple[str | None, str]:
    """Return a party as the surer of two claims has it, the first of two that are as sure."""
    sureness = ("listed", "named", "presumed")
    named = [one for one in known if one is not None and one[0] is not None]
    return min(named, key=lambda one: sureness.index(one[1]), default=(None, "presumed"))


def _sales(seen: Sequence[Sighting], parties: Parties) -> Iterator[Transfer]:
    """Yield the sales to consumers."""
    for one in seen:
        if one.facts.biz_step in SELLING and not one.attached:
            yield Transfer(
                (one.object,),
                ((one.object, one.inside or one.object),),
                one.facts,
                None,
                parties.of(one.facts),
                None,
                parties.ends(one.facts).basis,
                sold=True,
                disputed=one.disputed,
            )
