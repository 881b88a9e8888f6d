"""What of a lot lay loose where, and which uses of it were of more than that."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, Literal

from epcis_core.model.references import Role
from epcis_core.provenance.amounts import Measure, added_up, measured
from epcis_core.provenance.evidence import begins, is_named
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.gathered import Gathered
from epcis_core.provenance.implicit_ends import is_handed_out
from epcis_core.provenance.left import left_in
from epcis_core.provenance.stays import Stay
from epcis_core.provenance.steps import DESTROYING, GIVING, TAKING, VOIDING

Kind = Literal["came", "packed", "given", "used"]
_IN_TURN: Final[tuple[Kind, ...]] = ("came", "packed", "given", "used")


def uses_of_more(
    lot: str, stays: Sequence[Stay], gathered: Gathered
) -> Iterator[tuple[EventFacts, Measure]]:
    """Yield what a lot was used for, sold or destroyed that did not lie loose, by time.

    Nothing follows where there may be more of it that lies loose: an amount is not known, more left
    a site loose than came there, or nobody knows where some was taken out.

    Args:
        lot: which.
        stays: in containers, as the events of these tell them.
        gathered: the facts.

    Yields:
        The use, and how much of it must have come out of containers.
    """
    sites: dict[str, _Site] = defaultdict(_Site)
    for move in sorted(_moves(lot, stays, gathered), key=_Move.order):
        if move.site is None and move.kind == "came":
            return
        short = sites[move.site].take_in(move) if move.site is not None else None
        if short is not None:
            yield move.facts, short


@dataclass(frozen=True, slots=True)
class _Move:
    """Some of a lot came to lie loose, or what lay loose of it went.

    Attributes:
        time: microseconds since 1970 UTC.
        kind: which of the two; what went was packed, given away or used up.
        site: where; None where nobody says.
        amount: how much; None where nobody says.
        facts: the event that tells of it.
    """

    time: int
    kind: Kind
    site: str | None
    amount: Measure | None
    facts: EventFacts

    def order(self) -> tuple[int, int, str]:
        return self.time, _IN_TURN.index(self.kind), self.facts.event_id


@dataclass(slots=True)
class _Site:
    """What lies loose at a site.

    Attributes:
        unit: what amounts measure there.
        here: how much came and was neither packed nor used.
        given: how much was given away, by the name of the step: steps of several names may tell of
            one shipment.
        is_unknown: nobody knows how much there is.
    """

    unit: str | None = None
    here: Fraction = Fraction()
    given: dict[str, Fraction] = field(default_factory=dict)
    is_unknown: bool = False

    def take_in(self, move: _Move) -> Measure | None:
        """Take in what happened, and return how much was used that did not lie here."""
        amount = move.amount
        self.unit = self.unit or (amount[0] if amount else None)
        if self.is_unknown or amount is None or amount[0] != self.unit:
            self.is_unknown = True
            return None
        kind, much = amount
        if move.kind == "came":
            self.here += much
        elif move.kind == "packed":
            self.here -= much
        elif move.kind == "given":
            step = move.facts.biz_step or ""
            self.given[step] = self.given.get(step, Fraction()) + much
        else:
            return self._used(kind, much)
        self.is_unknown = self._left() < 0
        return None

    def _used(self, kind: str, much: Fraction) -> Measure | None:
        left = self._left()
        self.here -= min(much, left)
        return (kind, much - left) if much > left else None

    def _left(self) -> Fraction:
        return self.here - max(self.given.values()) if self.given else self.here


def _moves(lot: str, stays: Sequence[Stay], gathered: Gathered) -> Iterator[_Move]:
    """Yield what came to lie loose of a lot, and what went of that."""
    used_up = {stay.end for stay in stays if stay.closed and _is_used_up(stay, stay.closed)}
    for facts in gathered.naming(lot):
        kind = _kind(lot, facts)
        is_use = kind == "used"
        if kind is None or (is_use and (facts.time in used_up or gathered.is_disputed(facts))):
            continue  # where a container was used then, so was what it held
        amount = added_up(measured(named) for named in facts.of(lot))
        yield _Move(facts.time, kind, facts.site, amount, facts)
    for stay in stays:
        closed = stay.closed
        if closed is None or stay.end is None or _is_used_up(stay, closed):
            continue
        if not (closed.action == "DELETE" and is_named(closed, lot, Role.CHILD)):
            left = left_in(gathered, stay, stay.end)
            yield _Move(stay.end, "came", closed.site, left, closed)


def _is_used_up(stay: Stay, facts: EventFacts) -> bool:
    """Tell whether what a container held was used up, sold or destroyed with it."""
    is_destroyed = facts.biz_step == DESTROYING
    return is_destroyed or is_handed_out(facts) or is_named(facts, stay.container, Role.INPUT)


def _kind(lot: str, facts: EventFacts) -> Kind | None:
    """Tell what an event that names a lot did to what lay loose of it."""
    if is_named(facts, lot, Role.CHILD) and facts.type == "AggregationEvent":
        kinds: dict[str | None, Kind] = {"ADD": "packed", "DELETE": "came"}
        return kinds.get(facts.action)
    if begins(facts, lot) or facts.biz_step == VOIDING:
        return "came"
    is_destroyed = facts.biz_step == DESTROYING and facts.action == "DELETE"
    if is_named(facts, lot, Role.INPUT) or is_destroyed or is_handed_out(facts):
        return "used"
    if is_named(facts, lot, Role.EPC) and facts.biz_step in GIVING | TAKING:
        return "came" if facts.biz_step in TAKING else "given"
    return None
