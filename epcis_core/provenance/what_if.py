"""What else could be affected, if goods had passed something on that no record tells of.

An assumption is no evidence. What follows from it stands apart from the trace: which goods shared a
container or a place with affected ones, and what was made of those, each from the time on at which
it could have happened. A kill step, such as cooking, is the opposite assumption: what has passed it
passes nothing on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from epcis_core.model.times import utc_text
from epcis_core.provenance.book import Book
from epcis_core.provenance.chain import Chain
from epcis_core.provenance.evidence import Evidence
from epcis_core.provenance.exposure import (
    Exposure,
    Sites,
    exposed_at,
    exposed_in_containers,
    moments_of,
)
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.kinds import key_of, kind_of
from epcis_core.provenance.lineage import BEFORE_ALL_TIME, Node, Room, Walk
from epcis_core.provenance.what_if_result import How, Stopped, Supposed, WhatIf

HOUR: Final = 3_600_000_000
"""Microseconds."""

Containers = Literal["no", "at_once", "after"]
"""Which containers pass something on: none; to what is inside at once; to what is put in later
too, until the container is cleaned."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is assumed.

    Attributes:
        containers: which containers pass something on.
        hours: what is seen at one site within so many hours gets it; None for no such assumption.
        kill_parties, kill_places, kill_steps: canonical parties, canonical places, business steps:
            what has passed one of them passes nothing on.
    """

    containers: Containers = "no"
    hours: float | None = None
    kill_parties: frozenset[str] = frozenset()
    kill_places: frozenset[str] = frozenset()
    kill_steps: frozenset[str] = frozenset()

    def kills(self, facts: EventFacts, party: str | None) -> bool:
        """Tell whether an event, which a party had in hand, ends what goods could pass on."""
        return (
            facts.biz_step in self.kill_steps
            or party in self.kill_parties
            or not self.kill_places.isdisjoint({facts.place or "", facts.site or ""})
        )


def what_if(
    evidence: Evidence,
    book: Book,
    subjects: Sequence[str],
    assumptions: Assumptions,
    *,
    max_objects: int = 10_000,
) -> WhatIf:
    """Work out what would be affected beyond a recall, and what would not.

    Args:
        evidence: the events that count.
        book: names of products, and whose places are.
        subjects: canonical identifiers of what is suspect.
        assumptions: what is assumed.
        max_objects: how many objects may be affected.
    """
    chain = Chain(evidence, book)
    asked = dict.fromkeys(subjects)
    here = [one for one in asked if chain.is_known(one)]
    starts = list(dict.fromkeys(o for one in here for o in (one, *chain.subject(one).content)))
    recalled = chain.lineage.walk(starts, "downstream", Room(max_objects))
    spread = _Spread(chain, assumptions, Room(max_objects))
    spread.run(starts)
    told = [_supposed(chain, one, its) for one, its in spread.reached.items()]
    return WhatIf(
        subjects=tuple(here),
        unknown=tuple(one for one in asked if one not in here),
        supposed=tuple(
            sorted(
                (one for one in told if one and one.object not in recalled.steps),
                key=lambda one: (one.generation, one.since or "", one.object),
            )
        ),
        spared=tuple(sorted(recalled.steps.keys() - spread.reached.keys())),
        stopped=tuple(
            Stopped(object=one, event=facts.event_id, time=utc_text(facts.time))
            for one, facts in sorted(spread.stopped.items())
        ),
        truncated=spread.room.truncated,
    )


@dataclass(slots=True)
class _Reached:
    """How an object was reached first, and since when it is affected at the earliest."""

    since: int
    generation: int
    how: How = "made_of"
    of: str = ""
    by: str | None = None


@dataclass(frozen=True, slots=True)
class _Spell:
    """An object that is affected until a kill step, or for good.

    Attributes:
        node: it.
        until: microseconds since 1970 UTC, from when on it passes nothing on; None for never.
    """

    node: Node
    until: int | None


@dataclass(slots=True)
class _Spread:
    """How something would get from goods to goods, level by level, each as early as it could."""

    chain: Chain
    assumptions: Assumptions
    room: Room
    reached: dict[str, _Reached] = field(default_factory=dict)
    stopped: dict[str, EventFacts] = field(default_factory=dict)
    _known: dict[_Spell, int] = field(default_factory=dict)
    _sites: Sites = field(init=False)
    _causes: dict[tuple[str, int], set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sites = Sites(self.chain)

    def run(self, starts: Sequence[str]) -> None:
        """Start from objects that were affected ever since."""
        level: dict[_Spell, int] = {}
        for one in starts:
            if kind_of(one) != "class" and self.room.takes(one):
                self.reached[one] = _Reached(BEFORE_ALL_TIME, 0)
                self._put(level, Node(one), BEFORE_ALL_TIME)
        depth = 0
        while level:
            depth += 1
            self._known.update(level)
            objects = {spell.node.object for spell in level}
            self.chain.gathered.load_kin(objects)
            self.chain.transformations.load(objects)
            self.chain.load_custody(objects, ())
            further: dict[_Spell, int] = {}
            for to, found in self._from(level):
                one = to.object
                if not self.room.takes(one):
                    continue
                first = self.reached.setdefault(
                    one, _Reached(found.since, depth, found.how, found.of, found.by)
                )
                first.since = min(first.since, found.since)
                if kind_of(one) != "class":
                    self._put(further, to, found.since)
            level = further

    def _from(self, level: Mapping[_Spell, int]) -> Iterator[tuple[Node, _Reached]]:
        """Yield all that something gets to from the objects of a level."""
        for spell, since in level.items():
            yield from self._onward(spell, since)
        yield from self._in_places(level)

    def _put(self, level: dict[_Spell, int], to: Node, at: int) -> None:
        """Go on from an object, if it is affected from earlier on than was known."""
        ending = self._ending(to.object, at)
        spell = _Spell(to, None if ending is None else ending.time)
        if ending is not None:
            self.stopped.setdefault(to.object, ending)
        before = level.get(spell, self._known.get(spell))
        if before is None or at < before:
            level[spell] = at

    def _onward(self, spell: _Spell, since: int) -> Iterator[tuple[Node, _Reached]]:
        one, until = spell.node.object, spell.until
        walk = Walk({})
        for link, to, at in self.chain.lineage.onward(
            spell.node, since, "downstream", walk, BEFORE_ALL_TIME
        ):
            used, made = link.used, link.made
            if used is not None and made is not None:
                if until is not None and used.time >= until:
                    continue
                ending = next((facts for facts in (used, made) if self._kills(facts)), None)
                if ending is not None:
                    self.stopped.setdefault(one, ending)
                    continue
            yield to, _Reached(at, 0, "made_of", one)
        for how, exposure in self._exposed(spell, since):
            yield Node(exposure.object), _Reached(exposure.time, 0, how, one, exposure.by)

    def _exposed(self, spell: _Spell, since: int) -> Iterator[tuple[How, Exposure]]:
        if self.assumptions.containers == "no":
            return
        later = self.assumptions.containers == "after"
        for found in exposed_in_containers(
            self.chain, spell.node.object, since, spell.until, later=later
        ):
            yield "container_after" if found.is_after else "same_container", found

    def _in_places(self, level: Mapping[_Spell, int]) -> Iterator[tuple[Node, _Reached]]:
        """Yield what shared a site with the objects of a level; each moment is looked at once.

        An object gets nothing from itself: what it alone left at a site counts for it only when
        something else was there at that moment too.
        """
        if self.assumptions.hours is None:
            return
        span = int(self.assumptions.hours * HOUR)
        found = [
            (moment, spell.node.object)
            for spell, since in level.items()
            for moment in moments_of(self.chain, spell.node.object, since, spell.until)
        ]
        self._sites.load((site, at - span, at + span) for (site, at), _ in found)
        for moment, cause in found:
            causes = self._causes.setdefault(moment, set())
            if cause in causes or len(causes) > 1:
                continue
            alone = next(iter(causes), None)
            causes.add(cause)

            def is_left_out(
                one: str, at: int = moment[1], cause: str = cause, alone: str | None = alone
            ) -> bool:
                return (one == cause if alone is None else one != alone) or self._is_settled(
                    one, at
                )

            for exposure in exposed_at(self.chain, self._sites, moment, span, but=is_left_out):
                reached = _Reached(exposure.time, 0, "same_place", cause, exposure.by)
                yield Node(exposure.object), reached

    def _is_settled(self, one: str, time: int) -> bool:
        """Tell whether an object is known to be affected for good, from a time on or before it."""
        since = self._known.get(_Spell(Node(one), None))
        return since is not None and since <= time

    def _ending(self, one: str, since: int) -> EventFacts | None:
        """Return the first event from a time on by which an object passed a kill step itself."""
        if not (
            self.assumptions.kill_parties
            or self.assumptions.kill_places
            or self.assumptions.kill_steps
        ):
            return None
        self.chain.load_custody([one], ())
        return next(
            (
                seen.facts
                for seen in self.chain.custody.sightings(one)
                if seen.facts.time >= since
                and seen.facts.type != "TransformationEvent"
                and self._kills(seen.facts)
            ),
            None,
        )

    def _kills(self, facts: EventFacts) -> bool:
        return self.assumptions.kills(facts, self.chain.parties.of(facts))


def _supposed(chain: Chain, one: str, its: _Reached) -> Supposed | None:
    if its.generation == 0:
        return None
    key = key_of(one)
    product = chain.book.product(key.gtin) if key is not None and key.gtin else {}
    chain.load_custody([one], ())
    parties = [chain.parties.of(seen.facts) for seen in chain.custody.sightings(one)]
    return Supposed(
        object=one,
        kind=kind_of(one),
        name=product.get("name"),
        generation=its.generation,
        since=utc_text(its.since) if its.since > BEFORE_ALL_TIME else None,
        how=its.how,
        of=its.of,
        by=its.by,
        party=next((party for party in reversed(parties) if party is not None), None),
    )
