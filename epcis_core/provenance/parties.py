"""Who stands behind an event: givers, takers and the parties of places."""

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Final, Literal, NamedTuple

from epcis_core.provenance.facts import EventFacts, site_of
from epcis_core.provenance.steps import GIVING, TAKING

Basis = Literal["owner", "possessor", "place"]

_KINDS: Final[tuple[tuple[str, Basis], ...]] = (
    ("owning_party", "owner"),
    ("possessing_party", "possessor"),
)


class Ends(NamedTuple):
    """Who gives and who takes, as one event says it.

    Attributes:
        giver: the party of the source, or None.
        taker: the party of the destination, or None.
        basis: by which kind of party.
        is_choice: the event names several parties of this kind, and these are one pair of them.
    """

    giver: str | None
    taker: str | None
    basis: Basis
    is_choice: bool = False


_NOBODY: Final = Ends(None, None, "place")


class Parties:
    """Which party a place belongs to, by master data or by the number both share.

    Args:
        owners: place to the party that master data names for it.
    """

    def __init__(self, owners: Mapping[str, str]) -> None:
        self._owners = owners
        self._of: dict[EventFacts, str | None] = {}
        self._ends: dict[EventFacts, list[Ends]] = {}

    def of_place(self, place: str | None) -> str | None:
        """Return the party of a place; the party with the place's own GLN where none is named."""
        return self.named_for(place) or self._with_number_of(place)

    def named_for(self, place: str | None) -> str | None:
        """Return the party that master data names for a place, or for the site it is part of."""
        if place is None:
            return None
        return self._owners.get(place) or self._owners.get(site_of(place) or place)

    @staticmethod
    def _with_number_of(place: str | None) -> str | None:
        if place is None or not place.startswith("https://id.gs1.org/414/"):
            return None
        number = place.removeprefix("https://id.gs1.org/414/").partition("/")[0]
        return f"https://id.gs1.org/417/{number}"

    def of(self, facts: EventFacts) -> str | None:
        """Return who had the objects when an event happened.

        The parties of its lists count first. Where an event that neither gives nor takes names two,
        its place tells which of them it was.
        """
        try:
            return self._of[facts]
        except KeyError:
            return self._of.setdefault(facts, self._holder(facts))

    def _holder(self, facts: EventFacts) -> str | None:
        ends = self.ends(facts)
        if facts.biz_step in TAKING and ends.taker:
            return ends.taker
        if ends.giver and facts.biz_step in GIVING:
            return ends.giver
        named = {ends.giver, ends.taker} - {None}
        if len(named) == 1 and facts.biz_step not in GIVING | TAKING:
            return named.pop()
        return self.of_place(facts.place) or ends.giver or ends.taker

    def stated(self, facts: EventFacts) -> str | None:
        """Return who had the objects where the event or master data say so, without presuming."""
        place = facts.place
        one = self.of(facts)
        presumed = self.named_for(place) is None and one == self._with_number_of(place)
        lists = {end.partition(" ")[2] for end in (*facts.sources, *facts.destinations)}
        return None if presumed and one not in lists else one

    def ends(self, facts: EventFacts) -> Ends:
        """Return giver and taker by the strongest kind of party the event names."""
        return self.all_ends(facts)[0]

    def all_ends(self, facts: EventFacts) -> list[Ends]:
        """Return every pair of giver and taker of the strongest kind; one unless it names more."""
        try:
            return self._ends[facts]
        except KeyError:
            return self._ends.setdefault(facts, self._read_ends(facts))

    def _read_ends(self, facts: EventFacts) -> list[Ends]:
        if not facts.sources and not facts.destinations:
            return [_NOBODY]
        sources, destinations = _by_kind(facts.sources), _by_kind(facts.destinations)
        for kind, basis in _KINDS:
            if kind in sources or kind in destinations:
                return _pairs(sources.get(kind, ()), destinations.get(kind, ()), basis)
        return _pairs(
            [self.of_place(place) for place in sources.get("location", ())],
            [self.of_place(place) for place in destinations.get("location", ())],
            "place",
        )

    @staticmethod
    def possessors(facts: EventFacts) -> tuple[str | None, str | None]:
        """Return who possesses before and after, where an event says so beside the owners."""
        sources, destinations = _by_kind(facts.sources), _by_kind(facts.destinations)
        kind = "possessing_party"
        return next(iter(sources.get(kind, ())), None), next(iter(destinations.get(kind, ())), None)


def _pairs(
    sources: Iterable[str | None], destinations: Iterable[str | None], basis: Basis
) -> list[Ends]:
    givers = list(dict.fromkeys(sources)) or [None]
    takers = list(dict.fromkeys(destinations)) or [None]
    choice = len(givers) * len(takers) > 1
    return [Ends(giver, taker, basis, choice) for giver, taker in product(givers, takers)]


def _by_kind(ends: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for end in ends:
        kind, _, key = end.partition(" ")
        found.setdefault(kind, []).append(key)
    return found
