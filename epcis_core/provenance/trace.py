"""The trace of one object: lineage both ways, custody, gaps, in one value."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from epcis_core.provenance.answer import (
    excluded_links,
    handover_of,
    links_of,
    loads_of,
    traced_objects,
    visits_of,
)
from epcis_core.provenance.book import Book
from epcis_core.provenance.chain import Chain, Findings, Subject, look_around
from epcis_core.provenance.evidence import Evidence
from epcis_core.provenance.gaps import between_parties, find_gaps
from epcis_core.provenance.handovers import Transfer
from epcis_core.provenance.lineage import Room, Walk
from epcis_core.provenance.one_step import one_step, together
from epcis_core.provenance.result import Coverage, Direction, Link, OneStep, Trace
from epcis_core.provenance.stock import StocksOfLots


def trace(
    evidence: Evidence,
    book: Book,
    subject: str,
    *,
    direction: Direction = "both",
    at: int | None = None,
    as_of: str | None = None,
    max_objects: int = 10_000,
) -> Trace:
    """Work out where an object came from, where it went, and what the records do not show.

    Args:
        evidence: the events that count.
        book: names and addresses.
        subject: canonical identifier.
        direction: which way to walk the lineage.
        at: of a container, which load: see `Chain.subject`.
        as_of: the ledger time the evidence stands for, to be shown in the answer.
        max_objects: how many objects of any role the answer may hold.
    """
    chain = Chain(evidence, book)
    return trace_in(
        chain, subject, direction=direction, at=at, as_of=as_of, max_objects=max_objects
    )


def trace_in(
    chain: Chain,
    subject: str,
    *,
    direction: Direction,
    at: int | None,
    as_of: str | None,
    max_objects: int,
) -> Trace:
    """Work out a trace from facts of which some may be at hand: see `trace`."""
    if not chain.is_known(subject):
        return Trace(subject=subject, direction=direction, as_of=as_of)
    found, origin = explore(chain, [subject], direction, max_objects, at=at)
    stocks = StocksOfLots(chain, found.lots)
    return told(chain, found, origin, stocks, direction=direction, as_of=as_of)


def balanced(answer: Trace) -> list[str]:
    """Return the objects whose balances go with a trace: a lot; of a single item, its lots."""
    subject = next((one for one in answer.objects if one.role == "subject"), None)
    if subject is None or subject.kind in {"lot", "class"}:
        return [answer.subject] if subject is not None else []
    lots = (
        link.to for link in answer.links if link.kind == "membership" and link.from_ == subject.id
    )
    return list(dict.fromkeys(lots))


def explore(
    chain: Chain,
    subjects: Sequence[str],
    direction: Direction,
    max_objects: int,
    *,
    at: int | None = None,
) -> tuple[Findings, Walk]:
    """Walk from objects and look around.

    Args:
        chain: the facts.
        subjects: canonical identifiers, known to the ledger.
        direction: which way to walk the lineage.
        max_objects: how many objects of any role may be found.
        at: of containers, which load: see `Chain.subject`.

    Returns:
        What was found out, and the walk upstream, which one step back needs in any direction.
    """
    asked = {one: chain.subject(one, at) for one in subjects}
    starts = list(dict.fromkeys([*asked, *(o for one in asked.values() for o in one.content)]))
    room = Room(max_objects)
    nowhere = Walk(dict.fromkeys(starts, 0), whole={*starts})
    origin = chain.lineage.walk(
        starts, "upstream", Room(max_objects) if direction == "downstream" else room
    )
    found = Findings(
        asked,
        nowhere if direction == "downstream" else origin,
        nowhere if direction == "upstream" else chain.lineage.walk(starts, "downstream", room),
    )
    for walked in (found.up, found.down):
        walked.steps = {one: steps for one, steps in walked.steps.items() if room.takes(one)}
    look_around(chain, found, room)
    return found, origin


def told(
    chain: Chain,
    found: Findings,
    origin: Walk,
    stocks: StocksOfLots,
    *,
    direction: Direction,
    as_of: str | None,
) -> Trace:
    """Put what was found out into an answer.

    Args:
        chain: the facts.
        found: what was found out.
        origin: the walk upstream.
        stocks: what came to each place of the lots, and left it.
        direction: which way the lineage was walked.
        as_of: the ledger time the evidence stands for, to be shown.
    """
    handovers = tuple(handover_of(one, chain.changes.amount(one)) for one in found.moved)
    visits = tuple(visits_of(found.seen, chain.parties))
    links = links_of(found)
    parties = [v.party for v in visits]
    parties += [p for h in handovers for p in (h.from_party, h.to_party, h.carrier)]
    places = [v.place for v in visits]
    places += [p for h in handovers for p in (h.from_place, h.to_place)]
    subject = next(iter(found.subjects.values()))
    return Trace(
        subject=subject.object,
        direction=direction,
        as_of=as_of,
        truncated=found.truncated,
        loads=loads_of(subject),
        objects=traced_objects(chain.book, chain.parties, found),
        links=links,
        handovers=handovers,
        visits=visits,
        one_step=_one_step(chain, found.subjects.values(), origin),
        gaps=find_gaps(chain, found, stocks),
        excluded_by_time=tuple(excluded_links(found)),
        retracted=tuple(
            facts.event_id for facts in chain.gathered.retracted([*found.seen, *found.carried])
        ),
        coverage=_coverage(between_parties(found, stocks)),
        parties=known(chain.book.party, parties),
        places={one: its for one, its in known(chain.book.place, places).items() if its},
        events=_events(chain, found, links),
    )


def _one_step(chain: Chain, subjects: Iterable[Subject], origin: Walk) -> tuple[OneStep, ...]:
    """Return one step back and forward, of a container as far as the load in question."""
    chain.load_custody(origin.steps, origin.whole)
    return together(_one_step_of(chain, subject, origin) for subject in subjects)


def _one_step_of(chain: Chain, subject: Subject, origin: Walk) -> tuple[OneStep, ...]:
    one = subject.object
    moved = [m for m in chain.changes.whole(one) if subject.is_of_now(m.time)]
    return one_step(
        one,
        origin.links,
        chain.parties,
        [seen for seen in chain.custody.of_lot(one) if subject.is_of_now(seen.facts.time)],
        lambda each: moved if each == one else chain.changes.whole(each),
    )


def _coverage(moved: Iterable[Transfer]) -> Coverage:
    """Count what both sides could have reported."""
    between = list(moved)
    return Coverage(
        handovers=len(between),
        confirmed_by_both=sum(
            one.shipped is not None and one.received is not None for one in between
        ),
    )


def known(
    look_up: Callable[[str], Mapping[str, Any]], keys: Iterable[str | None]
) -> dict[str, dict[str, Any]]:
    """Return what the book knows of each key."""
    return {key: dict(look_up(key)) for key in sorted({key for key in keys if key is not None})}


def _events(chain: Chain, found: Findings, links: Iterable[Link]) -> tuple[str, ...]:
    """Return every event the answer rests on, by time, then id."""
    named = {sighting.facts.event_id for its in found.seen.values() for sighting in its}
    named |= {event for link in links for event in (link.input_event, link.event) if event}
    times = {f.event_id: f.time for f in chain.gathered.events() if f.event_id in named}
    return tuple(sorted(times, key=lambda event: (times[event], event)))
