"""Shipments paired with receipts of one object, by what both sides claim.

A receipt belongs to the shipment with the same business transaction, else to the earliest that is
unmatched between those parties, and may come up to 48 hours early. An amount may be received or
shipped in parts, and may leave in a container and come loose, or in what lay in that container.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import product

from epcis_core.provenance.claims import EARLY_RECEIPT, Claim, Related
from epcis_core.provenance.kinds import AMOUNTS, kind_of
from epcis_core.provenance.repeats import is_retold, join

Pair = tuple[Claim | None, Claim | None]
"""What a giver and a taker claim of one change of hands; None for who does not."""

_Rule = Callable[[Claim, Claim], bool]


def pairs(givings: Sequence[Claim], takings: Sequence[Claim], related: Related) -> list[Pair]:
    """Pair what one object's givers and takers claim; what stays alone is paired with None.

    A container or instance that one of several parties received went to none of the others.

    Args:
        givings: by time.
        takings: by time.
        related: tells whether two claims can be of the same goods, by what these were in.
    """
    found: list[tuple[Claim, Claim]] = []
    free_givings, free_takings = list(givings), list(takings)
    if not givings or not takings:
        return [*((giving, None) for giving in givings), *((None, taking) for taking in takings)]
    same, similar = _similar(related)
    cited = {paper for one in givings for paper in one.transactions}
    stages: list[_Rule] = [_any_papers]
    if any(one.transactions & cited for one in takings):
        stages.insert(0, _share_papers)
    for papers in stages:
        # What is named alike, in parts too, comes before what a container may have held.
        for alike, may_be in ((same, _is_same_unit), (similar, related)):
            found += _paired(_alike(alike, papers), free_givings, free_takings)
            found += _split(found, free_givings, free_takings, _all(may_be, papers))
    found += _paired(_doubtful(similar[-1]), free_givings, free_takings)
    found += _split(found, free_givings, free_takings, related)
    _retell(found, free_givings, free_takings, related)
    gone = {(one.facts.sequence, one.unit) for one, _ in found if not one.is_amount}
    free_givings = [one for one in free_givings if (one.facts.sequence, one.unit) not in gone]
    return [
        *found,
        *((giving, None) for giving in free_givings),
        *((None, taking) for taking in free_takings),
    ]


def is_carried(giving: Claim, taking: Claim) -> bool:
    """Tell whether goods went to a possessor and came from it, of whom nothing else is known."""
    bases = {giving.basis, taking.basis}
    carrier = giving.taker
    return bases == {"possessor"} and carrier is not None and carrier == taking.giver


def _paired(
    rules: Iterable[_Rule], givings: list[Claim], takings: list[Claim]
) -> Iterator[tuple[Claim, Claim]]:
    """Yield the pairs that rules make, the first rule first, and take them out of the lists."""
    for rule in rules:
        if not givings or not takings:
            return
        for taking in list(takings):
            giving = next((one for one in givings if rule(one, taking)), None)
            if giving is not None:
                givings.remove(giving)
                takings.remove(taking)
                yield giving, taking


def _alike(similar: Sequence[_Rule], papers: _Rule) -> Iterator[_Rule]:
    """Yield what makes a pair of claims whose papers are as wanted, the surest first."""
    for timely, alike in product((_is_in_turn, _is_in_time), similar):
        yield _all(Claim.agrees, papers, timely, alike)


def _doubtful(similar: _Rule) -> Iterator[_Rule]:
    """Yield what makes a pair of claims that do not agree on the parties."""
    yield _all(_share_papers, _share_a_party, _is_in_time, similar)
    yield _all(_is_elsewhere, _is_in_time, similar)
    yield _all(is_carried, _is_in_time, similar)


def _similar(related: Related) -> tuple[tuple[_Rule, ...], tuple[_Rule, ...]]:
    """Return how alike what was given and what was taken can be, the surest first.

    Returns:
        The rules of claims that name the same unit, and of those that do not. An instance is one
        thing, in whatever containers it left and came.
    """

    def is_similar(giving: Claim, taking: Claim) -> bool:
        return kind_of(giving.object) not in AMOUNTS or related(giving, taking)

    def is_as_much(giving: Claim, taking: Claim) -> bool:
        return giving.amount is not None and giving.amount == taking.amount

    return (
        (lambda g, t: _is_same_unit(g, t) and g.amount == t.amount, _is_same_unit),
        (_all(is_as_much, is_similar), is_similar),
    )


def _is_same_unit(giving: Claim, taking: Claim) -> bool:
    return giving.unit == taking.unit


def _any_papers(_: Claim, __: Claim) -> bool:
    return True


def _all(first: _Rule, *others: _Rule) -> _Rule:
    """Return the rule that all rules hold; the first one is the one that most pairs break."""
    return lambda giving, taking: (
        first(giving, taking) and all(rule(giving, taking) for rule in others)
    )


def _share_papers(giving: Claim, taking: Claim) -> bool:
    return bool(giving.transactions & taking.transactions)


def _is_in_turn(giving: Claim, taking: Claim) -> bool:
    return giving.time <= taking.time


def _is_in_time(giving: Claim, taking: Claim) -> bool:
    """Tell whether a receipt comes no earlier than it may; of the same site never before."""
    site = giving.facts.site
    is_home = site is not None and site == taking.facts.site
    return giving.time <= taking.time + (0 if is_home else EARLY_RECEIPT)


def _share_a_party(giving: Claim, taking: Claim) -> bool:
    return (giving.giver is not None and giving.giver == taking.giver) or (
        giving.taker is not None and giving.taker == taking.taker
    )


def _is_elsewhere(giving: Claim, taking: Claim) -> bool:
    """Tell whether the one thing that differs is a party that a place only makes one presume."""
    if giving.giver is not None and giving.giver == taking.taker:
        return False
    same_giver = giving.giver == taking.giver or None in {giving.giver, taking.giver}
    same_taker = giving.taker == taking.taker or None in {giving.taker, taking.taker}
    return (same_giver and taking.taker_by == "presumed" and giving.taker_by == "listed") or (
        same_taker and giving.giver_by == "presumed" and taking.giver_by == "listed"
    )


def _split(
    found: Sequence[tuple[Claim, Claim]], givings: list[Claim], takings: list[Claim], may_be: _Rule
) -> Iterator[tuple[Claim, Claim]]:
    """Pair what is left with the rest of an amount that was shipped or received in parts.

    Args:
        found: the pairs so far.
        givings: what is left, and is taken out of the list when it is paired.
        takings: likewise.
        may_be: whether two claims can be of the same goods, by containers and papers.
    """
    if not givings and not takings:
        return
    paired = [(g, t) for g, t in found if kind_of(g.object) in AMOUNTS]
    rests = _rests(paired)
    is_part = _all(Claim.agrees, _is_in_time, may_be)
    for taking in list(takings):
        for giving, _ in paired:
            if is_part(giving, taking) and _takes_from(rests, giving, taking):
                takings.remove(taking)
                yield giving, taking
                break
    for giving in list(givings):
        for _, taking in paired:
            if is_part(giving, taking) and _takes_from(rests, taking, giving):
                givings.remove(giving)
                yield giving, taking
                break


def _retell(
    found: Sequence[tuple[Claim, Claim]], givings: list[Claim], takings: list[Claim], may_be: _Rule
) -> None:
    """Join what is left with what tells the same of a trip that both sides know.

    Args:
        found: the pairs.
        givings: what is left, and is taken out of the list when it is joined.
        takings: likewise.
        may_be: whether two claims can be of the same goods.
    """
    for claim in [one for one in (*givings, *takings) if one.amount is None or one.transactions]:
        mine, others = (givings, takings) if claim.side == "giving" else (takings, givings)
        for giving, taking in found:
            known, first, last = (
                (giving, claim, taking) if claim.side == "giving" else (taking, giving, claim)
            )
            if first.time > last.time or not is_retold(claim, known) or not may_be(known, claim):
                continue
            start, end = sorted((known.time, claim.time))
            both = (*others, *(t if claim.side == "giving" else g for g, t in found))
            if not any(start < one.time < end and one.agrees(claim) for one in both):
                mine.remove(claim)
                join(known, claim)
                break


def _rests(paired: Iterable[tuple[Claim, Claim]]) -> dict[int, Fraction]:
    """Return, by the identity of a claim, how much of it its pairs leave, in base units."""
    rests: dict[int, Fraction] = {}
    for giving, taking in paired:
        out, back = giving.amount, taking.amount
        if out is not None and back is not None and out[0] == back[0]:
            rests[id(giving)] = rests.get(id(giving), out[1]) - back[1]
            rests[id(taking)] = rests.get(id(taking), back[1]) - out[1]
    return rests


def _takes_from(rests: dict[int, Fraction], whole: Claim, part: Claim) -> bool:
    """Take a part from what is left of a whole; tell whether most of it was there to be taken.

    A part of unknown size takes all that is left.
    """
    rest = rests.get(id(whole), Fraction())
    if rest <= 0 or whole.amount is None:
        return False
    if part.amount is None:
        rests[id(whole)] = Fraction()
        return True
    if part.amount[0] != whole.amount[0] or 2 * rest < part.amount[1]:
        return False
    rests[id(whole)] = rest - part.amount[1]
    return True
