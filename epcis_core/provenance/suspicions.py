"""Who used or shipped what it neither made nor received, and what it may have meant.

Identifiers are mistyped, and lots renamed in passing. The ledger merges nothing: it names what the
party held at that time and may have meant.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from epcis_core.errors import IdentifierError
from epcis_core.identifiers import check_digit
from epcis_core.model.references import Role
from epcis_core.provenance.chain import Chain, Findings
from epcis_core.provenance.custody import Sighting
from epcis_core.provenance.evidence import begins, is_named
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.kinds import key_of, kind_of
from epcis_core.provenance.lineage import Room
from epcis_core.provenance.recall_result import Possible
from epcis_core.provenance.result import Gap
from epcis_core.provenance.steps import GIVING, SELLING, TAKING

_MOST_ALIKE: Final = 1000
"""Of a product with more lots only so many are looked at, those alike in spelling first."""

_ALIKE: Final = str.maketrans("O", "0", " -_./")


def used_not_received(chain: Chain, found: Findings) -> Iterator[Gap]:
    """Yield what a party used, shipped or sold though it neither made nor received it.

    A party that a place's number alone suggests is no other party. What nobody is known to have
    made or held, and which resembles nothing the party held, has no origin and nothing more.
    """
    lots = found.lots
    suspects = [
        (one, party, events)
        for one in found.seen
        if kind_of(one) in {"lot", "instance"}
        for party, events in _unexplained(chain, one, whole=one in lots).items()
    ]
    if not suspects:
        return
    alike = _alike(chain, {one for one, _, _ in suspects})
    others = {other for its in alike.values() for other in its}
    chain.gathered.load_kin(others)
    chain.load_custody(others, others)
    for one, party, events in suspects:
        held = [other for other in alike[one] if _held(chain, other, party, events[0].time)]
        if held or _is_known_elsewhere(chain, one, party, whole=one in lots):
            yield Gap(
                code="used_not_received",
                message=f"{party} used or shipped {one}, which it neither made nor received.",
                objects=(one,),
                events=tuple(facts.event_id for facts in events),
                candidates=tuple(held),
            )


def possible_slips(chain: Chain, found: Findings, max_objects: int) -> Iterator[Possible]:
    """Yield what a party used or gave away, and may have taken for an affected object it held.

    Args:
        chain: the facts.
        found: what is affected.
        max_objects: how much of what came of it may be listed.
    """
    affected = {one for one in found.down.steps if kind_of(one) in {"lot", "instance"}}
    alike = _alike(chain, affected)
    others = {other for its in alike.values() for other in its} - {*found.down.steps}
    chain.gathered.load_kin(others)
    chain.load_custody(others, others)
    slips = {other: _unexplained(chain, other, whole=True) for other in others}
    for one in sorted(affected):
        for other in alike[one]:
            for party, events in slips.get(other, {}).items():
                if _held(chain, one, party, events[0].time):
                    onward = chain.lineage.walk([other], "downstream", Room(max_objects))
                    yield Possible(
                        object=other,
                        instead_of=one,
                        party=party,
                        events=tuple(facts.event_id for facts in events),
                        downstream=tuple(sorted({*onward.steps} - {other, *found.down.steps})),
                    )


def _unexplained(chain: Chain, one: str, *, whole: bool) -> dict[str, list[EventFacts]]:
    """Return the parties that used or gave away an object they never got, and by which events."""
    found: dict[str, list[EventFacts]] = {}
    seen = _sightings(chain, one, whole=whole)
    moved = chain.changes.whole(one) if whole else chain.changes.own(one)
    got = {transfer.taker for transfer in moved}
    got |= {chain.parties.of(s.facts) for s in seen if _makes(s) or s.facts.biz_step in TAKING}
    for sighting in seen:
        facts = sighting.facts
        gives = facts.biz_step in GIVING | SELLING
        uses = is_named(facts, sighting.inside or sighting.member or one, Role.INPUT)
        party = chain.parties.stated(facts) if gives or uses else None
        if party is not None and party not in got:
            events = found.setdefault(party, [])
            if facts not in events:
                events.append(facts)
    return found


def _sightings(chain: Chain, one: str, *, whole: bool) -> list[Sighting]:
    seen = chain.custody.of_lot(one) if whole else chain.custody.sightings(one)
    return [sighting for sighting in seen if not sighting.attached]


def _makes(sighting: Sighting) -> bool:
    return begins(sighting.facts, sighting.member or sighting.object)


def _is_known_elsewhere(chain: Chain, one: str, party: str, *, whole: bool) -> bool:
    """Tell whether anybody else is known to have made, used or held an object."""
    return any(
        _makes(seen) or chain.parties.stated(seen.facts) not in {None, party}
        for seen in _sightings(chain, one, whole=whole)
    )


def _alike(chain: Chain, objects: set[str]) -> dict[str, list[str]]:
    """Return, per object, what it may be mistaken for.

    A lot: those of its product, and of another packing with the same lot number. An instance: those
    whose number differs in spelling alone; it has too many sisters to name them all.
    """
    gtins = {gtin: _packings(gtin) for one in objects for gtin in [_gtin(one)] if gtin}
    known = chain.evidence.of_products({other for others in gtins.values() for other in others})
    spelt: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    lots: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for other in known:
        kind, gtin, number = kind_of(other), _gtin(other), _folded(other)
        spelt[kind, gtin, number].append(other)
        if kind == "lot":
            lots[gtin].append((other, number))
    found = {}
    for one in objects:
        kind, gtin, number = kind_of(one), _gtin(one), _folded(one)
        packings = gtins.get(gtin, ())
        same = [other for near in packings for other in spelt.get((kind, near, number), ())]
        if kind == "lot":
            same += [other for other, its in lots.get(gtin, ()) if its != number]
        found[one] = sorted([other for other in same if other != one][:_MOST_ALIKE])
    return found


def _gtin(one: str) -> str:
    key = key_of(one)
    return (key.gtin if key else None) or ""


def _packings(gtin: str) -> list[str]:
    """Return the GTINs of one item in all its packings: the indicator digit differs."""
    found = []
    for indicator in "0123456789":
        digits = indicator + gtin[1:13]
        try:
            found.append(digits + check_digit(digits))
        except IdentifierError:
            continue
    return found


def _folded(one: str) -> str:
    """Return a lot or serial number without case and separators, O as 0."""
    key = key_of(one)
    return "" if key is None else (key.lot or key.serial or "").upper().translate(_ALIKE)


def _held(chain: Chain, one: str, party: str, time: int) -> bool:
    """Tell whether a party had got an object, and not given it away whole, at an instant."""
    seen = [s for s in _sightings(chain, one, whole=True) if s.facts.time <= time]
    got = [
        sighting
        for sighting in seen
        if (_makes(sighting) or sighting.facts.biz_step in TAKING)
        and chain.parties.of(sighting.facts) == party
    ]
    if not got:
        return any(
            transfer.taker == party and transfer.time <= time
            for transfer in chain.changes.whole(one)
        )
    if kind_of(one) == "lot":
        return True
    last = seen[-1].facts
    return chain.parties.of(last) == party and last.biz_step not in GIVING | SELLING
