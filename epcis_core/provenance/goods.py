"""Of what goods claims are: how much of an object, and in which container inside which."""

from epcis_core.provenance.amounts import Measure
from epcis_core.provenance.claims import Claim
from epcis_core.provenance.containment import Containment
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.gathered import Gathered
from epcis_core.provenance.inside import amount_of


class Goods:
    """What containers held when claims were made of them.

    Args:
        gathered: the facts.
        containment: what was inside what.
    """

    def __init__(self, gathered: Gathered, containment: Containment) -> None:
        self._gathered = gathered
        self._containment = containment
        self._known: dict[tuple[str, str, int], set[str]] = {}

    def amount(self, one: str, unit: str, facts: EventFacts) -> Measure | None:
        """Return how much of an object an event is about that names it, or a unit it is in."""
        return amount_of(self._gathered, self._containment, one, unit, facts)

    def may_be_same(self, one: Claim, other: Claim) -> bool:
        """Tell whether two claims can be of the same goods.

        They can where one is of loose goods, where one unit was in the other, and where both held a
        crate in which the goods lay, which was put from one pallet onto another on the way. What
        comes in another container and in no such crate is not recognised: somebody repacked it and
        recorded nothing.
        """
        if one.object in {one.unit, other.unit} or one.unit == other.unit:
            return True
        return not self._crates(one).isdisjoint(self._crates(other)) or any(
            outer.unit in self._containment.around(inner.unit, time)
            for inner, outer in ((one, other), (other, one))
            for time in (one.time, other.time)
        )

    def _crates(self, claim: Claim) -> set[str]:
        """Return the containers in which the goods of a claim lay, with nothing in between."""
        key = claim.object, claim.unit, claim.time
        if key not in self._known:
            inside = self._containment.contents_at(claim.unit, claim.time)
            self._known[key] = {one.container for one in inside if one.content == claim.object}
        return self._known[key]

    def held(self, outer: Claim, inner: Claim) -> bool:
        """Tell whether the container of a claim then held that of another one."""
        return outer.unit in self._containment.around(inner.unit, outer.time)
