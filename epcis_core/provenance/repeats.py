"""What several steps say of one change of hands, and what one says in parts, counts once.

Shipping and then departing says one thing twice, and so does arriving and then receiving. Of a
container or an instance it does where the parties agree and nothing happened in between. Of an
amount it does where parties and papers agree and it is as much, nearly as much, part of what was
told, or the whole of what was told in parts; an amount that one of the two leaves out is the
other's. A container that is told of soon after what was in it, or before, is told with it even by
the same step: things cannot set out twice.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Final

from epcis_core.provenance.claims import EARLY_RECEIPT, NEARLY, Claim, Claims
from epcis_core.provenance.goods import Goods
from epcis_core.provenance.kinds import AMOUNTS, kind_of

_NOTHING: Final = Fraction()

_SOON: Final = 24 * 3600 * 1_000_000
"""Within so many microseconds the same step of a container and of its content says one thing."""


def take_in(claim: Claim, claims: Claims, goods: Goods) -> None:
    """Add a claim to those of one object, or join it with what it says again.

    Args:
        claim: by a step that comes after those of the others.
        claims: those so far, by time.
        goods: tells of what goods claims are that name different containers.
    """
    if (earlier := _earlier(claim, claims, goods)) is not None:
        join(earlier, claim)
    elif kind_of(claim.object) not in AMOUNTS:
        claims.append(claim)
    elif inner := _told_of_content(claim, claims, goods):
        _swallow(claim, inner, claims)
    elif parts := _adding_up(claim, claims, goods):
        _spread(claim, parts)
    else:
        claims.append(claim)


def _earlier(claim: Claim, claims: Claims, goods: Goods) -> Claim | None:
    """Return the claim that another one says again."""
    is_one = kind_of(claim.object) not in AMOUNTS
    if not claim.is_amount:
        # An instance is one thing, in whatever container it goes.
        last = next((one for one in reversed(claims) if is_one or one.unit == claim.unit), None)
        if last is not None and _goes_on(claim, last):
            return last
    if is_one:
        return None
    return max(
        _same_trip(claim, claims, lambda one: _covers(one, claim, goods)),
        key=lambda one: (
            bool(one.transactions & claim.transactions),
            one.amount == claim.amount,
            one.time,
        ),
        default=None,
    )


def _same_trip(claim: Claim, claims: Claims, is_same: Callable[[Claim], bool]) -> list[Claim]:
    """Return the claims of one side that can be of the trip, and the goods, that another tells of.

    Args:
        claim: the other one.
        claims: those before it.
        is_same: tells whether a claim can be of the same goods.
    """
    return [
        one
        for one in claims.alike(claim)
        if is_same(one)
        and not _contradict(one.transactions, claim.transactions)
        and not _is_over(claim, one, claims)
    ]


def _is_over(claim: Claim, earlier: Claim, claims: Claims) -> bool:
    """Tell whether the trip of an earlier claim had come to its end, so that this is another one.

    A shipment is over once the goods have been received. A receipt belongs to another trip where
    its papers are those of a shipment that the earlier one does not cite, or where the same unit or
    as much set out since, and more shipments are known than receipts.
    """
    others = [
        one
        for one in claims
        if one.side != claim.side and one.agrees(claim) and one.agrees(earlier)
    ]
    if claim.side == "giving":
        return any(earlier.time < one.time < claim.time for one in others)
    papers, its = claim.transactions, earlier.transactions
    if any(one.transactions & papers and _contradict(one.transactions, its) for one in others):
        return True
    again = [one for one in others if _may_be_of(claim, one)]
    known = [one for one in claims if one.side == claim.side and one.agrees(claim)]
    is_short = sum(_may_be_of(claim, one) for one in known) < len(again)
    if papers.isdisjoint(its) and any(one.transactions & papers for one in others) and is_short:
        return True
    since = [one for one in again if earlier.time < one.time]
    if not since:
        return False
    if all(earlier.time < one.time for one in others):
        is_late = since[0].time > earlier.time + EARLY_RECEIPT
        return is_late or (claim.is_amount and len(since) > 1 and is_short)
    return not claim.is_amount or is_short


def _contradict(some: frozenset[str], others: frozenset[str]) -> bool:
    """Tell whether papers of one kind differ, and none is the same."""
    kinds = {paper.partition(" ")[0] for paper in some}
    return some.isdisjoint(others) and any(paper.partition(" ")[0] in kinds for paper in others)


def _may_be_of(claim: Claim, other: Claim) -> bool:
    """Tell whether two claims of one route are of the same unit, or of as much that is loose."""
    if claim.is_amount:
        return claim.amount is not None and claim.amount == other.amount
    return claim.unit == other.unit


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


def _covers(earlier: Claim, claim: Claim, goods: Goods) -> bool:
    """Tell whether an earlier claim told all of an amount that another step tells."""
    if not (_is_other_step(earlier, claim) or _is_nested(earlier, claim, goods)):
        return False
    if claim.amount is None or earlier.amount is None:
        is_told = any(facts.biz_step == _step(claim) for facts in earlier.events)
    else:
        told = earlier.parts.get(_step(claim), _NOTHING)
        is_told = claim.amount[0] != earlier.amount[0] or (
            told >= earlier.amount[1] or told + claim.amount[1] > earlier.amount[1] * (1 + NEARLY)
        )
    return not is_told and goods.may_be_same(earlier, claim)


def _is_other_step(one: Claim, other: Claim) -> bool:
    return one.events[0].biz_step != _step(other)


def _is_nested(outer: Claim, inner: Claim, goods: Goods) -> bool:
    """Tell whether two claims of one time are of a container and of one that was in it then."""
    if inner.unit in {inner.object, outer.unit}:
        return False
    is_soon = abs(outer.time - inner.time) <= _SOON
    return (is_soon or _is_other_step(outer, inner)) and goods.held(outer, inner)


def _told_of_content(claim: Claim, claims: Claims, goods: Goods) -> list[Claim]:
    """Return the claims of what lay in a container by which another one tells of all of it."""
    if claim.is_amount:
        return []
    return _same_trip(claim, claims, lambda one: _is_nested(claim, one, goods))


def _swallow(whole: Claim, inner: Sequence[Claim], claims: Claims) -> None:
    """Put the claim of a container in the place of those of what lay in it."""
    for one in inner:
        whole.adds(one.events)
        told = {**one.parts, _step(one): one.amount[1]} if one.amount is not None else one.parts
        for step, amount in told.items():
            whole.parts[step] = whole.parts.get(step, _NOTHING) + amount
        _complete(whole, one)
    claims.remove(inner)
    claims.append(whole)


def _adding_up(claim: Claim, claims: Claims, goods: Goods) -> list[Claim]:
    """Return the claims of other steps that together told an amount, which is told again."""
    if claim.amount is None:
        return []

    def tells_of_it(one: Claim) -> bool:
        is_left = _is_other_step(one, claim) and _rest(one, claim) > 0
        return is_left and goods.may_be_same(one, claim)

    parts = _same_trip(claim, claims, tells_of_it)
    told = sum((_rest(one, claim) for one in parts), _NOTHING)
    return parts if claim.amount[1] <= told * (1 + NEARLY) else []


def _rest(one: Claim, claim: Claim) -> Fraction:
    """Return how much of what a claim tells the step of another has not told yet."""
    if one.amount is None or claim.amount is None or one.amount[0] != claim.amount[0]:
        return _NOTHING
    return one.amount[1] - one.parts.get(_step(claim), _NOTHING)


def _spread(claim: Claim, parts: Sequence[Claim]) -> None:
    """Join an amount with the claims that told it in parts, the first first."""
    left = claim.amount[1] if claim.amount is not None else _NOTHING
    for one in parts:
        if left > 0:
            again = left if one is parts[-1] else min(left, _rest(one, claim))
            one.parts[_step(claim)] = one.parts.get(_step(claim), _NOTHING) + again
            one.adds(claim.events)
            _complete(one, claim)
            left -= again


def is_retold(claim: Claim, known: Claim) -> bool:
    """Tell whether a claim of the same trip that no claim of the other side fits is a repeat.

    It leaves out the amount that the other tells, or by the same papers it tells nearly as much.
    """
    if kind_of(claim.object) not in AMOUNTS or known.amount is None or not known.agrees(claim):
        return False
    papers, its = claim.transactions, known.transactions
    if claim.amount is None:
        return bool(papers & its) or not papers or not its
    return bool(papers & its) and claim.amount != known.amount and _is_near(claim, known)


def join(earlier: Claim, claim: Claim) -> None:
    """Join a claim with the one that it says again; of two amounts the larger counts."""
    if claim.amount is not None and earlier.amount is not None:
        told = earlier.parts.get(_step(claim), _NOTHING) + claim.amount[1]
        earlier.parts[_step(claim)] = told
        is_near = claim.amount != earlier.amount and _is_near(claim, earlier)
        earlier.differs |= is_near or told > earlier.amount[1]
    is_more = _amount(claim) > _amount(earlier)
    is_as_sure = claim.amount == earlier.amount and _is_by_the_same(claim, earlier)
    if is_more or (is_as_sure and claim.is_foremost(earlier)):
        earlier.goes_by(claim)
    earlier.adds(claim.events)
    _complete(earlier, claim)


def _is_near(one: Claim, other: Claim) -> bool:
    """Tell whether two amounts can be one that was weighed twice."""
    if one.amount is None or other.amount is None or one.amount[0] != other.amount[0]:
        return False
    less, more = sorted((one.amount[1], other.amount[1]))
    return more <= less * (1 + NEARLY)


def _complete(one: Claim, other: Claim) -> None:
    """Let a claim know what another one says beside it."""
    one.carrier = one.carrier or other.carrier
    if one.giver is None:
        one.giver, one.giver_by = other.giver, other.giver_by
    if one.taker is None and not one.keeps:
        one.taker, one.taker_by = other.taker, other.taker_by
    one.disputed = one.disputed and other.disputed


def _is_by_the_same(one: Claim, other: Claim) -> bool:
    return one.unit == other.unit or kind_of(one.object) not in AMOUNTS


def _amount(claim: Claim) -> Fraction:
    return Fraction(-1) if claim.amount is None else claim.amount[1]


def _step(claim: Claim) -> str:
    return claim.events[0].biz_step or ""
