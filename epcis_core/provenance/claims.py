"""A claim: one side's word on one change of hands, of how much and by which papers; and many."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, Literal

from epcis_core.provenance.amounts import Measure
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.kinds import AMOUNTS, kind_of
from epcis_core.provenance.parties import Basis

Side = Literal["giving", "taking"]
Known = Literal["listed", "named", "presumed"]
Parties = tuple[Side, str | None, str | None]

EARLY_RECEIPT: Final = 48 * 3600 * 1_000_000
"""A receipt up to this many microseconds before its shipment still pairs with it."""

NEARLY: Final = Fraction(1, 20)
"""Two amounts of one thing, weighed twice, differ by no more than this part of them."""

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
        events: the events that say so.
        carrier: a possessor named beside the owners, who owns it neither before nor after.
        keeps: the event says that the owner stays the same.
        disputed: likely, not proven.
        amount: how much changed hands, in base units; None if the records do not say.
        parts: by step, how much of that was said again.
        differs: one event says so much of it, another one a little more or less.
        less: how much less of it that is than the event says, in base units.
        facts: the event that stands for the claim: of those that tell all of it, shipping before
            departing, and so on.
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
    differs: bool = False
    less: Fraction = Fraction()
    facts: EventFacts = field(init=False)
    transactions: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Work out what follows from the events."""
        self.facts = self.events[0]
        self.transactions = frozenset(self.facts.transactions)

    def adds(self, events: Iterable[EventFacts]) -> None:
        """Take in further events that say the same, or part of it."""
        self.events += events
        self.transactions = frozenset(paper for f in self.events for paper in f.transactions)

    def goes_by(self, other: "Claim") -> None:
        """Let another claim stand for this one, which tells the same or more of it."""
        self.facts, self.amount = other.facts, other.amount or self.amount
        self.less = other.less
        if kind_of(self.object) in AMOUNTS:
            self.unit = other.unit

    def is_foremost(self, other: "Claim") -> bool:
        """Tell whether the step of this claim says it before that of another."""
        steps = (one.facts.biz_step or "" for one in (self, other))
        mine, its = (_FOREMOST.index(step) for step in steps)
        return mine < its

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
        return agree(self.giver, other.giver) and agree(self.taker, other.taker)


class Claims:
    """The claims of one object, in the order in which they came.

    A maker that supplies hundreds of shops has thousands of claims of one lot; those that can be of
    the same parties are found without looking at all others.
    """

    def __init__(self) -> None:
        self._in_order: dict[int, Claim] = {}
        self._numbers: dict[int, int] = {}
        self._by_parties: defaultdict[Parties, dict[int, Claim]] = defaultdict(dict)
        self._open: dict[Side, dict[int, Claim]] = {"giving": {}, "taking": {}}

    def __iter__(self) -> Iterator[Claim]:
        """Go through all, the first first."""
        return iter(self._in_order.values())

    def __reversed__(self) -> Iterator[Claim]:
        """Go through all, the last first."""
        return reversed(self._in_order.values())

    def append(self, claim: Claim) -> None:
        """Take in one more."""
        number = next(reversed(self._in_order), -1) + 1
        self._in_order[number] = claim
        self._numbers[id(claim)] = number
        parties = _parties(claim)
        # Who becomes known later stays among those whose parties were open.
        place = self._open[claim.side] if None in parties else self._by_parties[parties]
        place[number] = claim

    def remove(self, gone: Iterable[Claim]) -> None:
        """Take out some of them, each itself and none that is like it."""
        for claim in gone:
            number = self._numbers.pop(id(claim))
            del self._in_order[number]
            self._open[claim.side].pop(number, None)
            self._by_parties[_parties(claim)].pop(number, None)

    def alike(self, claim: Claim) -> list[Claim]:
        """Return the claims of a claim's side that can be of the same parties, in order."""
        parties = _parties(claim)
        if None in parties:
            return [one for one in self if one.side == claim.side and one.agrees(claim)]
        known = self._by_parties.get(parties, {})
        some = {number: one for number, one in self._open[claim.side].items() if one.agrees(claim)}
        return [one for _, one in sorted((known | some).items())] if some else [*known.values()]


def _parties(claim: Claim) -> Parties:
    return claim.side, claim.giver, claim.taker


Related = Callable[[Claim, Claim], bool]
"""Tells whether two claims can be of the same goods, by the containers in which these were."""


def agree(one: str | None, other: str | None) -> bool:
    """Tell whether two parties can be one: they are, or one of them is not known."""
    return one is None or other is None or one == other
